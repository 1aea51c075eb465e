"""Two roles beside each other: signed bias, limits of agreement, shares alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit_eval.errors import TooFewAnswers
from tillit_eval.findings import Interval
from tillit_eval.quality._data import Array
from tillit_eval.quality.agreement._intervals import Sure, by_leaving_out
from tillit_eval.quality.agreement._reading import Judged
from tillit_eval.quality.agreement._statistics import Statistic


@dataclass(frozen=True, slots=True)
class Difference:
    """First role less second: the mean, and where most differences lie."""

    bias: float
    sure: Sure
    limits: Interval
    low_limit: Interval
    high_limit: Interval


def difference(data: Judged, level: float) -> Difference | None:
    """Compare two roles; None where no target differs from the others."""
    from scipy.special import ndtri

    wide = data.wide()
    apart = wide[:, 0] - wide[:, 1]
    if np.ptp(apart) == 0:
        return None
    sums = _sums(apart, data)
    reach = float(ndtri((1 + level) / 2))

    def at(times: float) -> Statistic:
        return Statistic(sums, lambda total: _limit(total, times))

    bias = Statistic(sums, lambda total: total[..., 1] / total[..., 0])
    try:
        return Difference(
            bias=bias.estimate,
            sure=by_leaving_out(bias, level, bounded=False),
            limits=Interval(at(-reach).estimate, at(reach).estimate, level),
            low_limit=by_leaving_out(at(-reach), level, bounded=False).interval,
            high_limit=by_leaving_out(at(reach), level, bounded=False).interval,
        )
    except TooFewAnswers:
        return None


def _sums(apart: Array, data: Judged) -> Array:
    """Sum per target: points, differences, squares, own part, size squared, one."""
    size = np.bincount(data.target).astype(float)
    total = np.bincount(data.target, apart)
    squares = np.bincount(data.target, apart**2)
    return np.column_stack(
        [size, total, squares, total**2 / size, size**2, np.ones(len(size))]
    )


def _limit(sums: Array, times: float) -> Array:
    """Return bias plus `times` the standard deviation of one difference.

    With several points per target the variance is that between targets plus that
    within, from one analysis of variance (Bland and Altman 2007, true value varies).
    """
    n, total, squares, own, sizes, groups = np.moveaxis(sums, -1, 0)
    bias = total / n
    around = own - total**2 / n
    within = np.where(n > groups, (squares - own) / np.maximum(n - groups, 1), 0.0)
    typical = (n - sizes / n) / (groups - 1)
    between = np.maximum((around / (groups - 1) - within) / typical, 0.0)
    found: Array = bias + times * np.sqrt(np.maximum(between + within, 0.0))
    return found


@dataclass(frozen=True, slots=True)
class Alike:
    """How many pairs are the same, or one step apart; shares, also by chance."""

    same: float
    within_one: float | None
    by_chance: float
    n_same: float
    n_pairs: float


def alike(pairs: Array, values: Array, *, own_shares: bool) -> Alike:
    """Count the pairs of ratings that are the same, seen and by chance alone.

    ``pairs`` is summed over targets. Chance is that of each rater's own shares of
    the steps, or that of all ratings together.
    """
    n = float(pairs.sum())
    near = np.abs(values[:, None] - values) <= 1 + 1e-9
    whole = bool((values == np.round(values)).all())
    rows, columns = pairs.sum(axis=1), pairs.sum(axis=0)
    chance = rows @ columns / n**2
    if not own_shares:
        chance = rows @ (rows - 1) / (n * (n - 1))
    same = float(np.trace(pairs))
    # A pair of ratings stands twice among coincidences, once in a table of two.
    once = 1.0 if own_shares else 0.5
    return Alike(
        same=same / n,
        within_one=float((pairs * near).sum()) / n if whole else None,
        by_chance=float(chance),
        n_same=same * once,
        n_pairs=n * once,
    )
