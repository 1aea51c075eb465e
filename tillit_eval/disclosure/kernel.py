"""Which groups of one additive set must be hidden: arrays in, a mask out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Suppression:
    """What is hidden in one additive set.

    Attributes
    ----------
    hidden : ndarray of bool, shape (G,)
        Groups that may not be shown.
    total_shown : bool
        Whether the total of the set may be shown.
    """

    hidden: Mask
    total_shown: bool


def suppress_groups(
    counts: Array,
    rank: npt.NDArray[np.int_],
    *,
    k_min: int,
    shares: tuple[tuple[Array, Array], ...] = (),
    k_cell: int = 1,
    rest: Array | None = None,
    with_total: bool = True,
) -> Suppression:
    """Which groups must be hidden so that none can be worked out from the total?

    Parameters
    ----------
    counts : ndarray, shape (G, C)
        People per group; one column per count (one wave, or linked pairs).
    rank : ndarray of int, shape (G,)
        Place of each group in the alphabet, to break ties between equal sizes.
    k_min : int
        Fewest people behind a number that may be shown.
    shares : tuple of (ndarray, ndarray)
        For each share: people who said yes and people asked, each of shape (G,).
    k_cell : int, default 1
        Fewest people on either side of a share that may be shown; 1 hides
        shares of 0 and of 100 %.
    rest : ndarray, shape (C,), optional
        People in the total who are in no group. They are never published, so
        they count as one more hidden group.
    with_total : bool, default True
        Whether the total of the set is published.

    Returns
    -------
    Suppression
        The groups to hide, and whether the total may be shown.

    Notes
    -----
    A group is unsafe with 1 to ``k_min - 1`` people in any count. If anything is
    hidden and the total is known, the smallest remaining groups are hidden too
    until at least two are hidden and the hidden ones hold ``k_min`` people in
    every count. Where several counts lack cover, a group that helps most of them
    is taken first. If that cannot be met, only the total is left.

    Examples
    --------
    >>> import numpy as np
    >>> suppress_groups(np.array([[25.0], [4.0], [12.0], [40.0]]),
    ...     np.arange(4), k_min=10).hidden.tolist()
    [False, True, True, False]
    """
    unsafe = _is_unsafe(counts, shares, k_min=k_min, k_cell=k_cell)
    rest = np.zeros(counts.shape[1]) if rest is None else rest
    rest_unsafe = bool(((rest > 0) & (rest < k_min)).any())
    if not with_total or not (unsafe.any() or rest_unsafe):
        return Suppression(unsafe, True)
    sizes = np.column_stack([counts, *(asked for _, asked in shares)])
    hidden = unsafe.copy()
    while True:
        lacking = _lacking(counts, hidden, shares, rest, k_min=k_min, k_cell=k_cell)
        if not lacking.any():
            return Suppression(hidden, True)
        helps = ~hidden * (sizes[:, lacking] > 0).sum(axis=1)
        if not helps.any():
            return Suppression(np.ones_like(hidden), False)
        hidden[np.lexsort((rank, counts.sum(axis=1), -helps))[0]] = True


def _is_unsafe(
    counts: Array,
    shares: tuple[tuple[Array, Array], ...],
    *,
    k_min: int,
    k_cell: int,
) -> Mask:
    """Tell which groups may not be shown for their own sake, shape (G,)."""
    unsafe = np.asarray(((counts > 0) & (counts < k_min)).any(axis=1))
    for yes, asked in shares:
        one_sided = (yes < k_cell) | (asked - yes < k_cell)
        unsafe = np.logical_or(unsafe, (asked > 0) & one_sided)
    return unsafe


def _lacking(
    counts: Array,
    hidden: Mask,
    shares: tuple[tuple[Array, Array], ...],
    rest: Array,
    *,
    k_min: int,
    k_cell: int,
) -> Mask:
    """Tell in which counts, then shares, the hidden groups give themselves away."""
    behind = (counts[hidden] > 0).sum(axis=0) + (rest > 0)
    people = counts[hidden].sum(axis=0) + rest
    lacking = [(behind > 0) & ((behind < 2) | (people < k_min))]
    for yes, asked in shares:
        inside, total = yes[hidden].sum(), asked[hidden].sum()
        known = total > 0 and (inside < k_cell or total - inside < k_cell)
        lacking.append(np.array([known]))
    return np.concatenate(lacking)
