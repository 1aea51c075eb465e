"""Score tests of two shares: one inversion gives p, interval and equivalence."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import ndtr, ndtri

from tillit_eval.comparison._law import Inference
from tillit_eval.findings import Interval, decide_verdict
from tillit_eval.thresholds import threshold

Score = Callable[[float], float]


def paired_score(gained: float, lost: float, n: float) -> Score:
    r"""Return Tango's score statistic of a difference of paired shares.

    Parameters
    ----------
    gained, lost : float
        People who counted only after, and only before.
    n : float
        Linked people.

    Returns
    -------
    callable
        From a difference (after - before) to a standard normal statistic.

    Notes
    -----
    Tango (1998), Statistics in Medicine 17, 891-908. At no difference its square is
    McNemar's statistic, ``mcnemar.test(correct = FALSE)``.
    """

    def score(shift: float) -> float:
        b = -gained - lost + (2 * n - gained + lost) * shift
        c = -lost * shift * (1 - shift)
        rare = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
        return _ratio(gained - lost - n * shift, n * (2 * rare + shift * (1 - shift)))

    return score


def unpaired_score(
    before: float, n_before: float, after: float, n_after: float
) -> Score:
    r"""Return Mee's score statistic of a difference of two independent shares.

    Parameters
    ----------
    before, after : float
        People who counted in each wave.
    n_before, n_after : float
        People in each wave.

    Returns
    -------
    callable
        From a difference (after - before) to a standard normal statistic.

    Notes
    -----
    Mee (1984), Biometrics 40, 1175-1176, with the restricted estimate in closed
    form of Farrington & Manning (1990), Statistics in Medicine 9, 1447-1454. At no
    difference its square is ``prop.test(correct = FALSE)``.
    """
    first, second = before / n_before, after / n_after

    def score(shift: float) -> float:
        fitted = _restricted(second, first, n_before / n_after, shift)
        other = min(max(fitted - shift, 0.0), 1.0)
        squared = fitted * (1 - fitted) / n_after + other * (1 - other) / n_before
        return _ratio(second - first - shift, squared)

    return score


def _restricted(one: float, two: float, theta: float, shift: float) -> float:
    """Find the likeliest first share when it is `shift` above the second."""
    a = 1 + theta
    b = -(1 + theta + one + theta * two + shift * (theta + 2))
    c = shift**2 + shift * (2 * one + theta + 1) + one + theta * two
    d = -one * shift * (1 + shift)
    v = (b / (3 * a)) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = math.copysign(math.sqrt(max((b / (3 * a)) ** 2 - c / (3 * a), 0.0)), v)
    cosine = min(1.0, max(-1.0, v / u**3)) if u else 1.0
    angle = (math.pi + math.acos(cosine)) / 3
    return min(max(2 * u * math.cos(angle) - b / (3 * a), 0.0), 1.0)


def infer_score(
    estimate: float, score: Score, *, level: float, margin: float | None
) -> Inference:
    """Draw every conclusion from one score statistic.

    Parameters
    ----------
    estimate : float
        Difference of the shares.
    score : callable
        From `paired_score` or `unpaired_score`.
    level : float
        Coverage of the interval.
    margin : float or None
        Smallest difference worth noticing, as a share.

    Returns
    -------
    Inference
        Interval, p values and verdict that cannot contradict each other.
    """
    interval = _invert(estimate, score, level)
    narrow, p_equivalence = None, None
    if margin is not None:
        narrow = _invert(estimate, score, threshold("equivalence_level"))
        p_equivalence = float(max(ndtr(score(margin)), ndtr(-score(-margin))))
    return Inference(
        estimate=estimate,
        standard_error=None,
        df=None,
        interval=interval,
        p_value=float(2 * ndtr(-abs(score(0.0)))),
        margin=margin,
        equivalence_interval=narrow,
        p_equivalence=p_equivalence,
        verdict=decide_verdict(interval, margin=margin, equivalence_interval=narrow),
    )


def _invert(estimate: float, score: Score, level: float) -> Interval:
    """Find the differences that the score test does not reject."""
    from scipy.optimize import brentq

    limit = float(ndtri((1 + level) / 2))
    edge = 1 - 1e-12

    def end(side: float, wall: float) -> float:
        def gap(shift: float) -> float:
            return max(-1e6, min(1e6, score(shift))) - side * limit

        if abs(estimate - wall) < 1e-9 or gap(estimate) * gap(wall) >= 0:
            return wall / edge
        return float(brentq(gap, estimate, wall, xtol=1e-14, rtol=1e-14))

    return Interval(end(1.0, -edge), end(-1.0, edge), level)


def _ratio(numerator: float, squared: float) -> float:
    if squared <= 1e-300:
        return 0.0 if abs(numerator) < 1e-12 else math.copysign(math.inf, numerator)
    return numerator / math.sqrt(squared)
