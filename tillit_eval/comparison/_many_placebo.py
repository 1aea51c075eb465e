"""The studentised placebo permutation of many data sets, by shared permutations."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from tillit_eval.comparison._cluster import Array
from tillit_eval.comparison._moments import Flags
from tillit_eval.comparison._placebo import has_answers
from tillit_eval.comparison._regression import ArmSums

# All ways to choose the arm are listed up to this many; above, so many are drawn.
ALL_WAYS, DRAWS = 1_000, 999
_CELLS = 15_000
_SEED = 2018_38
# Two statistics closer than this are the same number computed in another order.
_TIE = 1e-9


def rejects_by_placebo(
    arms: ArmSums, before: Array, after: Array, *, level: float
) -> Flags:
    """Tell in which data sets the permutation rejects no change.

    Parameters
    ----------
    arms : ArmSums
        Number of answers per group and wave, and who had the reform.
    before, after : ndarray, shape (D, G)
        Sums of the scores of every data set.
    level : float
        Largest p that rejects.

    Returns
    -------
    ndarray of bool, shape (D,)
        As ``placebo_curve(...).p_value(0) <= level``, data set by data set; from
        999 permutations and the observed one where there are more than 1,000.
    """
    own = arms.treated.astype(float)[None]
    n_groups, n_treated = len(arms.treated), int(arms.treated.sum())
    if math.comb(n_groups, n_treated) <= ALL_WAYS:
        ways = _list_arms(n_groups, n_treated)
    else:
        ways = np.vstack([own, _draw_arms(n_groups, n_treated)])
    ways = ways[has_answers(ways, arms)]
    step = max(1, _CELLS // len(ways))
    counts = []
    for start in range(0, len(before), step):
        part = slice(start, start + step)
        seen = _squared(own, arms, before[part], after[part])
        drawn = _squared(ways, arms, before[part], after[part])
        counts.append((drawn >= seen * (1 - _TIE)).sum(axis=0))
    count = np.concatenate(counts)
    return np.asarray(count <= level * len(ways) * (1 + _TIE))


def _squared(ways: Array, arms: ArmSums, before: Array, after: Array) -> Array:
    """Return the squared statistic of every way and data set, shape (N, D)."""
    n0, n1 = arms.n_before, arms.n_after
    y0, y1 = before.T, after.T
    sums = [y0, y1, y0 * y0, y1 * y1, y0 * y1]
    sums += [n0[:, None] * y0, n1[:, None] * y1, n1[:, None] * y0, n0[:, None] * y1]
    counts = [n[:, None] for n in (n0, n1, n0 * n0, n1 * n1, n0 * n1)]
    inside = [ways @ one for one in (*sums, *counts)]
    change, square = _one_side(inside)
    others = [
        one.sum(axis=0) - part
        for one, part in zip((*sums, *counts), inside, strict=True)
    ]
    other, rest = _one_side(others)
    change -= other
    change *= change
    square += rest
    change /= square
    return change


def _one_side(sums: list[Array]) -> tuple[Array, Array]:
    """Return the change of one arm, and its squared error summed over groups.

    Group g adds ((y1 - m1 n1) / N1 - (y0 - m0 n0) / N0) squared, with the means m
    and the people N of the arm; multiplied out, only sums over the arm are left.
    """
    y0, y1, y00, y11, y01, n0y0, n1y1, n1y0, n0y1, n0, n1, n00, n11, n01 = sums
    m0, m1 = y0 / n0, y1 / n1
    square = (y00 - m0 * (2 * n0y0 - m0 * n00)) / n0**2
    square += (y11 - m1 * (2 * n1y1 - m1 * n11)) / n1**2
    square -= 2 * (y01 - m1 * n1y0 - m0 * (n0y1 - m1 * n01)) / (n0 * n1)
    return m1 - m0, square


def _list_arms(n_groups: int, n_treated: int) -> Array:
    chosen = np.array(list(combinations(range(n_groups), n_treated)))
    arms = np.zeros((len(chosen), n_groups))
    np.put_along_axis(arms, chosen, 1.0, axis=1)
    return arms


def _draw_arms(n_groups: int, n_treated: int) -> Array:
    rng = np.random.default_rng([_SEED, n_groups, n_treated])
    order = rng.random((DRAWS, n_groups)).argsort(axis=1)
    return (order < n_treated).astype(float)
