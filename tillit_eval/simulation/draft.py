"""A truth for a dry run, where nothing has been stated yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from tillit_eval.codebook.model import check_codebook
from tillit_eval.simulation.model import (
    TrueScale,
    TrueShift,
    TrueUnit,
    TrueWave,
    Truth,
)

if TYPE_CHECKING:
    from tillit_eval.codebook import Codebook


def draft_truth(
    codebook: Codebook,
    *,
    site: str = "site",
    n_units: int = 12,
    people: int = 30,
    change: float = 0.15,
) -> Truth:
    """Which truth could one start from with this codebook?

    For a dry run before any answers exist. Everything in it is assumed.

    Parameters
    ----------
    codebook : Codebook
        Its narrowest scales become the traits; its waves are kept. Without
        waves there are two, ``before`` and ``after``.
    site : str
        Key of the place.
    n_units, people : int
        Units, and people in each.
    change : float
        The reform's full shift of every trait, in SD. It starts in all units
        halfway between the first two waves.

    Returns
    -------
    Truth
        Seventy per cent answer, more of those with trust; a tenth leave a year.

    See Also
    --------
    read_truth : A truth that was thought about.

    Examples
    --------
    >>> from tillit_eval.codebook import Codebook, Item, Scale
    >>> from tillit_eval.phrases import Label
    >>> label = Label("Trust", "Tillit")
    >>> book = Codebook(title="Small",
    ...     items=(Item(key="t1", label=label, codes=(1, 2, 3)),),
    ...     scales=(Scale(key="trust", label=label, items=("t1",), min_answered=1),))
    >>> [wave.wave for wave in draft_truth(book).waves]
    ['before', 'after']
    """
    check_codebook(codebook)
    names = [wave for wave, _ in codebook.waves] or ["before", "after"]
    chosen = _narrowest(codebook)
    width = len(str(n_units))
    return Truth(
        site=site,
        units=tuple(
            TrueUnit(unit=f"Unit {i + 1:0{width}d}", people=people, start=0.5)
            for i in range(n_units)
        ),
        waves=tuple(
            TrueWave(wave=w, time=2.0 * i, instrument=codebook.title)
            for i, w in enumerate(names)
        ),
        scales=tuple(TrueScale(scale=key, shares=_skewed(k)) for key, k in chosen),
        shifts=tuple(
            TrueShift(scale=key, amount=change, by_exposure=True) for key, _ in chosen
        ),
        response_by_trust=0.2,
        leave_per_year=0.1,
        item_missing=0.02,
        code_error=0.01,
    )


def _narrowest(codebook: Codebook) -> list[tuple[str, int]]:
    """Scales with few items first, none sharing an item; with their codes' number."""
    chosen: list[tuple[str, int]] = []
    taken: set[str] = set()
    for scale in sorted(codebook.scales, key=lambda each: len(each.items)):
        numbers = {len(codebook.item(key).codes) for key in scale.items}
        if len(numbers) == 1 and not taken & set(scale.items):
            chosen.append((scale.key, numbers.pop()))
            taken |= set(scale.items)
    return chosen


def _skewed(k: int) -> tuple[float, ...]:
    """Shares of `k` answers that pile up somewhat above the middle."""
    cuts = np.concatenate([[-np.inf], np.linspace(-1.8, 0.9, k - 1), [np.inf]])
    return tuple(float(share) for share in np.diff(ndtr(cuts)))
