"""How sure a coefficient is: targets left out in turn, drawn anew, or a formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit_eval.errors import TooFewAnswers
from tillit_eval.findings import Interval
from tillit_eval.quality._data import Array
from tillit_eval.quality._units import Units, icc
from tillit_eval.quality.agreement._reading import Judged
from tillit_eval.quality.agreement._statistics import Statistic, mean_squares
from tillit_eval.quality.reliability._free import drawn

# Agreement of which less than this is missing counts as perfect.
_PERFECT = 1e-12
# Share of the samples drawn anew that may say nothing.
_MOST_SILENT = 0.05


@dataclass(frozen=True, slots=True)
class Sure:
    """An interval with the standard error and degrees of freedom behind it."""

    interval: Interval
    standard_error: float | None = None
    df: float | None = None


def check_estimate(statistic: Statistic) -> float:
    """Return the coefficient; refuse one without disagreement, or without meaning."""
    estimate = statistic.estimate
    if not np.isfinite(estimate):
        raise TooFewAnswers(
            "The ratings do not differ where they must for this coefficient.",
            expected="targets whose ratings differ, at least by chance",
            found="no spread to compare with",
            to_fix="look at the counts of each step; agreement cannot be told here",
            reason="agreement.no_spread",
        )
    if estimate >= 1 - _PERFECT:
        raise TooFewAnswers(
            "The raters never disagree.",
            expected="disagreement at one target at least, to say how rare it is",
            found="none",
            to_fix="tell the number of targets; no coefficient says how sure this is",
            reason="agreement.never_disagree",
        )
    return estimate


def by_leaving_out(statistic: Statistic, level: float, *, bounded: bool) -> Sure:
    """Return the interval from leaving out each target in turn.

    A bounded coefficient is moved to Fisher's z; Student's t has one degree of
    freedom less than there are targets. Raises where one target alone holds all
    disagreement, or all spread.
    """
    from scipy.special import stdtrit

    n = len(statistic.sums)
    estimate = statistic.estimate
    without = statistic.of(statistic.sums.sum(axis=0) - statistic.sums)
    if not np.isfinite(without).all() or (bounded and without.max() >= 1 - _PERFECT):
        raise _one_target_decides()
    reach = float(stdtrit(n - 1, (1 + level) / 2))
    error = _error(without, estimate)
    _check_differ(error)
    if not bounded:
        ends = estimate - reach * error, estimate + reach * error
        return Sure(Interval(*ends, level), error, n - 1.0)
    if estimate < -1 - _PERFECT:
        raise _nothing_rated_differs()
    z = _to_z(np.append(without, estimate))
    wide = reach * _error(z[:-1], z[-1])
    ends = float(np.tanh(z[-1] - wide)), float(np.tanh(z[-1] + wide))
    return Sure(Interval(min(ends[0], estimate), ends[1], level), error, n - 1.0)


def _error(without: Array, estimate: float) -> float:
    n = len(without)
    return float(np.sqrt((n - 1) / n * ((without - estimate) ** 2).sum()))


def _to_z(values: Array) -> Array:
    z: Array = np.arctanh(np.clip(values, -1 + 1e-6, 1 - 1e-15))
    return z


def by_drawing(
    statistic: Statistic, level: float, draws: int, rng: np.random.Generator
) -> Sure:
    """Return the percentile interval of targets drawn anew with replacement."""
    sums = statistic.sums
    with np.errstate(invalid="ignore"):
        found = np.concatenate(
            [statistic.of(count @ sums) for count in drawn(len(sums), draws, rng)]
        )
    found = found[np.isfinite(found)]
    if len(found) < (1 - _MOST_SILENT) * draws:
        raise _one_target_decides()
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    error = float(found.std(ddof=1))
    _check_differ(error)
    return Sure(Interval(float(low), float(high), level), error)


def _check_differ(error: float) -> None:
    if error <= _PERFECT:
        raise TooFewAnswers(
            "Every target says exactly the same of the raters.",
            expected="targets that differ, to say how sure this is",
            found="no difference when any of them is left out",
            to_fix="look at the counts of each step; how sure this is cannot be told",
            reason="agreement.targets_alike",
        )


def _nothing_rated_differs() -> TooFewAnswers:
    """Refuse an intraclass correlation under -1: targets differ less than chance."""
    return TooFewAnswers(
        "The targets do not differ beyond what the raters disagree.",
        expected="targets that differ by more than the raters disagree",
        found="raters who contradict each other throughout",
        to_fix="look at the bias of the raters, or rate more targets",
        reason="agreement.no_spread",
    )


def _one_target_decides() -> TooFewAnswers:
    return TooFewAnswers(
        "One target decides whether there is disagreement, or any spread, at all.",
        expected="at least two targets with ratings that differ",
        found="one",
        to_fix="wait for more targets; how sure this is cannot be told",
        reason="agreement.one_target_decides",
    )


def of_kappa(tables: Array, distances: Array, level: float) -> Sure:
    """Return the large-sample interval of kappa for one point per target.

    The variance of Fleiss, Cohen and Everitt (1969), with shares of the table.
    """
    from scipy.special import ndtri

    table = tables.sum(axis=0)
    n = table.sum()
    shares = table / n
    alike = 1 - distances
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    seen, chance = (shares * alike).sum(), rows @ alike @ columns
    mean = (alike @ columns)[:, None] + (rows @ alike)[None, :]
    away = alike * (1 - chance) - mean * (1 - seen)
    middle = seen * chance - 2 * chance + seen
    variance = ((shares * away**2).sum() - middle**2) / (n * (1 - chance) ** 4)
    error = float(np.sqrt(max(variance, 0.0)))
    estimate = float((seen - chance) / (1 - chance))
    reach = float(ndtri((1 + level) / 2)) * error
    return Sure(Interval(estimate - reach, estimate + reach, level), error)


def of_one_way(data: Judged, level: float) -> Sure:
    """Return Wald's exact F interval of ICC(1,1), for one point per target."""
    size = data.sizes.astype(float)
    value = data.value - data.value.mean()
    units = Units(
        size=size,
        total=np.asarray(np.bincount(data.cell, value), dtype=float),
        square=np.asarray(np.bincount(data.cell, value**2), dtype=float),
        spread=np.zeros(len(size)),
        deviation=None,
    )
    return Sure(icc(units, level)[2])


def of_two_way(statistic: Statistic, k: int, level: float, *, absolute: bool) -> Sure:
    """Return the F interval of ICC(2,1) or ICC(3,1), for one point per target."""
    from scipy.special import fdtri

    total = statistic.sums.sum(axis=0)
    rows, columns, rest, n = (float(part) for part in mean_squares(total, k))
    tail = (1 + level) / 2
    if not absolute:
        df = (n - 1, (n - 1) * (k - 1))
        low, high = (float(rows / rest / fdtri(*df, end)) for end in (tail, 1 - tail))
        return Sure(
            Interval((low - 1) / (low + k - 1), (high - 1) / (high + k - 1), level)
        )
    one = statistic.estimate
    part = n * (1 + (k - 1) * one) - k * one
    ratio = columns / rest
    df_rest = (k - 1) * (n - 1) * (k * one * ratio + part) ** 2
    df_rest /= (n - 1) * k**2 * one**2 * ratio**2 + part**2
    upper, lower = (
        float(fdtri(n - 1, df_rest, tail)),
        float(fdtri(df_rest, n - 1, tail)),
    )
    both = k * columns + (k * n - k - n) * rest
    return Sure(
        Interval(
            n * (rows - upper * rest) / (upper * both + n * rows),
            n * (lower * rows - rest) / (both + n * lower * rows),
            level,
        )
    )


def check_spread(between: float, within: float) -> None:
    """Refuse points that do not differ, and raters that never differ, for an ICC."""
    if between <= _PERFECT * (between + within):
        raise TooFewAnswers(
            "What is rated does not differ at all.",
            expected="targets whose mean ratings differ, at least by chance",
            found="the same mean rating of each",
            to_fix="look at the counts of each step; agreement cannot be told here",
            reason="agreement.no_spread",
        )
    if within <= _PERFECT * between:
        raise TooFewAnswers(
            "The raters never disagree, but perhaps by a constant step.",
            expected="disagreement at one target at least, to say how rare it is",
            found="none",
            to_fix="tell the number of targets; no coefficient says how sure this is",
            reason="agreement.never_disagree",
        )
