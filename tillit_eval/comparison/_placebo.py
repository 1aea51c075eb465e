"""What would the difference be had other groups been given the reform?"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import combinations

import numpy as np

from tillit_eval.comparison._cluster import Array
from tillit_eval.comparison._inversion import Curve
from tillit_eval.comparison._regression import ArmSums, Flags

# All ways to choose the arm are listed up to this many; above, this many are drawn.
ALL_WAYS = 50_000
DRAWS = 9_999
_SEED = 2018_38


def placebo_curve(sums: ArmSums) -> Curve:
    r"""Permute which groups had the reform; studentised.

    Parameters
    ----------
    sums : ArmSums
        Number and sum of scores per group and wave, and who had the reform.

    Returns
    -------
    Curve
        p against the true difference between the changes of the arms.

    Notes
    -----
    Each permuted difference is divided by its own cluster-robust error, so that
    unequal spreads of the arms matter less (Janssen 1997, doi
    10.1016/S0167-7152(97)00043-6; Chung & Romano 2013, doi 10.1214/13-AOS1090). A
    hypothesised difference is taken from the groups with the reform before they
    are permuted. Unless the reform was drawn by lot, it assumes that groups are
    exchangeable. With few ways p has a floor of one over their number. Ways that
    leave an arm without answers in a wave are not counted.
    """
    treated = sums.treated.astype(float)
    own = _parts(treated[None], sums, sums.after)
    estimate = float(own[0][0])
    arms, listed = _arms(len(treated), int(treated.sum()))
    if listed:
        arms = arms[(arms != treated).any(axis=1)]
    arms = arms[has_answers(arms, sums)]
    reform = sums.n_after * treated
    fixed = _parts(arms, sums, sums.after - estimate * reform)
    moved = _parts(arms, sums, -reform, before=False)
    return Curve(
        estimate=estimate,
        error=float(np.sqrt((own[1] ** 2).sum())),
        top=np.array([fixed[0], moved[0]]),
        below=np.array(
            [
                (fixed[1] ** 2).sum(axis=1),
                2 * (fixed[1] * moved[1]).sum(axis=1),
                (moved[1] ** 2).sum(axis=1),
            ]
        ),
    )


def has_answers(arms: Array, sums: ArmSums) -> Flags:
    """Tell in which ways both arms have answers in both waves.

    Parameters
    ----------
    arms : ndarray, shape (N, G)
        1 for the groups of the arm, per way.
    sums : ArmSums
        Answers per group and wave.

    Returns
    -------
    ndarray of bool, shape (N,)
        Ways that have a statistic.
    """
    n = np.stack([sums.n_before, sums.n_after], axis=-1)
    inside = arms @ n
    return np.asarray(((inside > 0) & (inside < n.sum(axis=0))).all(axis=1))


def _parts(
    arms: Array, sums: ArmSums, after: Array, *, before: bool = True
) -> tuple[Array, Array]:
    """Return the difference, and what each group adds to its error."""
    first = sums.before if before else np.zeros_like(after)
    difference = np.zeros(len(arms))
    each = np.zeros(arms.shape)
    for side, sign in ((arms, 1.0), (1.0 - arms, -1.0)):
        for n, total, way in ((sums.n_before, first, -1.0), (sums.n_after, after, 1.0)):
            people = side @ n
            mean = (side @ total) / people
            difference += sign * way * mean
            share = (total - np.outer(mean, n)) / people[:, None]
            each += sign * way * side * share
    return difference, each


@lru_cache(maxsize=8)
def _arms(n_groups: int, n_treated: int) -> tuple[Array, bool]:
    """Return ways to give the reform to as many groups, and whether these are all."""
    ways = math.comb(n_groups, n_treated)
    if ways <= ALL_WAYS:
        chosen = np.array(list(combinations(range(n_groups), n_treated)))
        arms = np.zeros((ways, n_groups))
        np.put_along_axis(arms, chosen, 1.0, axis=1)
        return arms, True
    rng = np.random.default_rng([_SEED, n_groups, n_treated])
    order = rng.random((DRAWS, n_groups)).argsort(axis=1)
    return (order < n_treated).astype(float), False
