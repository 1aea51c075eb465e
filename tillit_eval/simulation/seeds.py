"""Chance that can be repeated: seeds follow names."""

from __future__ import annotations

import hashlib
import unicodedata

import numpy as np

from tillit_eval.errors import DataProblem, kind_of

Rng = int | np.random.Generator | None


def seed_of(name: str) -> int:
    """Which seed belongs to this name?

    Sites are seeded by name, so that adding one never changes another.

    Parameters
    ----------
    name : str
        Any text; composed and decomposed letters give the same seed.

    Returns
    -------
    int
        The first eight bytes of the SHA-256 of the name in NFC.

    Notes
    -----
    The same on every computer, unlike Python's own `hash`.

    Examples
    --------
    >>> seed_of("north"), seed_of("north") == seed_of("south")
    (15867974214429244129, False)
    """
    digest = hashlib.sha256(unicodedata.normalize("NFC", name).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def generator(rng: Rng) -> np.random.Generator:
    """Turn what a caller gives as chance into a generator.

    Parameters
    ----------
    rng : int, Generator or None
        A seed, a generator that is carried on, or None for fresh chance.

    Returns
    -------
    Generator
        The generator to draw from.

    Raises
    ------
    DataProblem
        If it is none of these.

    Examples
    --------
    >>> float(generator(1).random()) == float(generator(1).random())
    True
    """
    if isinstance(rng, bool) or not (
        rng is None or isinstance(rng, (int, np.integer, np.random.Generator))
    ):
        raise DataProblem(
            "This cannot start a chain of random numbers.",
            expected="a whole number, a numpy Generator, or None",
            found=kind_of(rng),
            to_fix="give rng=1, or rng=seed_of(name of the site)",
        )
    return np.random.default_rng(rng)
