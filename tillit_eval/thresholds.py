"""Cut-offs and defaults with their sources, read once from thresholds.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Threshold:
    """One cut-off or default.

    Attributes
    ----------
    name : str
        How the library calls it.
    value : float
        The number.
    about, source : str
        What it decides, and who says so.
    """

    name: str
    value: float
    about: str
    source: str


@cache
def thresholds() -> dict[str, Threshold]:
    """Return every cut-off and default by name.

    Returns
    -------
    dict of str to Threshold
        In the order of ``thresholds.toml``.

    Examples
    --------
    >>> thresholds()["k_min"].value
    10
    """
    text = (resources.files("tillit_eval") / "thresholds.toml").read_text("utf-8")
    return {
        name: Threshold(name, entry["value"], entry["about"], entry["source"])
        for name, entry in tomllib.loads(text).items()
    }


def threshold(name: str) -> float:
    """Return the value of one cut-off or default.

    Parameters
    ----------
    name : str
        A name in ``thresholds.toml``.

    Returns
    -------
    float
        The number, in the unit its entry states.

    Examples
    --------
    >>> threshold("equivalence_level")
    0.9
    """
    return thresholds()[name].value
