"""Units and their people: one analysis of variance, and agreement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Interval
from tillit_eval.quality._data import Array
from tillit_eval.summaries import Summary


@dataclass(frozen=True, slots=True)
class Units:
    """Per unit: people, sum and sum of squares of their mean answer, agreement.

    ``spread`` is the mean over items of the variance within the unit, and
    ``deviation`` the mean absolute deviation; not-a-number for one person.
    """

    size: Array
    total: Array
    square: Array
    spread: Array
    deviation: Array | None


def units_of(summary: Summary, deviation: Array | None) -> Units:
    """Sum people's mean answers, and their spread, per unit with complete rows."""
    unit_rows = summary.n_complete > 0
    n = summary.n_complete[unit_rows]
    sums = summary.complete_sums[unit_rows]
    products = summary.products[unit_rows]
    k = sums.shape[1]
    squares = np.diagonal(products, axis1=1, axis2=2)
    within = squares - sums**2 / n[:, None]
    spread = within.mean(axis=1) / np.where(n > 1, n - 1, np.nan)
    return Units(
        size=n,
        total=sums.sum(axis=1) / k,
        square=products.sum(axis=(1, 2)) / k**2,
        spread=spread,
        deviation=deviation,
    )


def check_units(units: Units) -> None:
    """Refuse a single unit, and units in which nobody differs from the others."""
    n_units, n = len(units.size), float(units.size.sum())
    if n_units < 2:
        raise TooFewAnswers(
            "There is only one unit with complete answers.",
            expected="at least 2 units",
            found=f"{n_units}",
            to_fix="check the column with units, or use assess_alpha",
            reason="quality.one_unit",
        )
    within = float((units.square - units.total**2 / units.size).sum())
    if n <= n_units or within <= 1e-12 * float(units.square.sum()):
        raise TooFewAnswers(
            "Nobody differs from the others in the same unit.",
            expected="units with several people who do not all answer alike",
            found=f"{n:.0f} complete rows in {n_units} units without any spread",
            to_fix="check that the unit column does not hold persons",
            reason="quality.no_spread_within",
        )


def icc(units: Units, level: float) -> tuple[float, float, Interval, Interval]:
    """Return ICC(1), ICC(2) and their intervals from one analysis of variance."""
    from scipy.special import fdtri

    n, groups = float(units.size.sum()), len(units.size)
    own = units.total**2 / units.size
    between = float(own.sum() - units.total.sum() ** 2 / n) / (groups - 1)
    within = float((units.square - own).sum()) / (n - groups)
    if between <= 1e-12 * within:
        raise _no_spread_between()
    ratio, size = between / within, n / groups
    df = (groups - 1, n - groups)
    low, high = (
        _variance_ratio(units, within, float(fdtri(*df, end)))
        for end in ((1 + level) / 2, (1 - level) / 2)
    )
    first = Interval(low / (1 + low), high / (1 + high), level)
    second = Interval(1 - 1 / (1 + size * low), 1 - 1 / (1 + size * high), level)
    return (ratio - 1) / (ratio + size - 1), 1 - 1 / ratio, first, second


def _variance_ratio(units: Units, within: float, quantile: float) -> float:
    """Solve Wald's equation for the variance between units over that within.

    With weights ``size / (1 + size * x)``, the weighted spread of the unit means
    over the variance within follows F at the true ratio x, whatever the sizes. It
    falls as x rises; where it never reaches the quantile, x is at its least.
    """
    from scipy.optimize import brentq

    size, means = units.size, units.total / units.size

    def gap(x: float) -> float:
        weights = size / (1 + size * x)
        away = means - (weights @ means) / weights.sum()
        return float(weights @ away**2) / (len(size) - 1) / within - quantile

    least = -(1 - 1e-9) / float(size.max())
    if gap(least) <= 0:
        return least
    most = 1.0
    while gap(most) > 0:
        most *= 2
    return float(brentq(gap, least, most, xtol=1e-15, rtol=1e-14))


def _no_spread_between() -> DataProblem:
    return TooFewAnswers(
        "All units have exactly the same mean.",
        expected="units whose means differ at least by chance",
        found="no spread between units",
        to_fix="check that the unit column and the answers belong together",
        reason="quality.no_spread_between",
    )


def rwg(spread: Array, k: int, null: float) -> Array:
    """Return the agreement of each unit against a variance without agreement."""
    ratio = np.minimum(spread / null, 1.0)
    agreement: Array = k * (1 - ratio) / (k * (1 - ratio) + ratio)
    return agreement
