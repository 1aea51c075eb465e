"""Standardised changes: which spread, which correction, which interval."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import gammainccinv, gammaincinv, gammaln, ndtr, ndtri

from tillit_eval.findings import Interval

_GRID = 4001


def gamma_correction(df: float) -> float:
    """Return the exact small-sample correction J of a standardised difference.

    Parameters
    ----------
    df : float
        Degrees of freedom of the standard deviation divided by; above 1.

    Returns
    -------
    float
        Close to ``1 - 3 / (4 df - 1)`` (Hedges 1981).

    Examples
    --------
    >>> round(gamma_correction(10), 6)
    0.922746
    """
    return math.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / math.sqrt(df / 2)


def average_interval(
    d: float, *, sd_before: float, sd_after: float, r: float, n: int, level: float
) -> Interval:
    """Return the large-sample interval of d over the average spread.

    Parameters
    ----------
    d : float
        Mean change over the root mean square of the two standard deviations.
    sd_before, sd_after, r : float
        Standard deviations of the linked scores, and their correlation.
    n : int
        Linked people.
    level : float
        Coverage.

    Returns
    -------
    Interval
        Bonett (2008, doi 10.1037/1082-989X.13.2.99), unequal variances, as
        ``ci.stdmean.ps`` of the R package statpsych.

    Examples
    --------
    >>> print(average_interval(0.5550319, sd_before=14.6, sd_after=15.3, r=0.75,
    ...     n=25, level=0.95).say("en", digits=4).replace("\u00a0", " "))
    95 % CI 0.2395 to 0.8706
    """
    one, two = sd_before**2, sd_after**2
    mean = (one + two) / 2
    change = one + two - 2 * r * sd_before * sd_after
    spread = d**2 * (one**2 + two**2 + 2 * r**2 * one * two) / (8 * mean**2)
    error = math.sqrt((spread + change / mean) / (n - 1))
    reach = float(ndtri((1 + level) / 2)) * error
    return Interval(d - reach, d + reach, level)


def unlinked_interval(
    d: float, *, variances: tuple[float, float], n: tuple[int, int], level: float
) -> Interval:
    """Return the large-sample interval of d between two independent groups.

    Parameters
    ----------
    d : float
        Difference of means over the root mean square of the two spreads.
    variances : tuple of two float
        Of the two groups.
    n : tuple of two int
        People in each.
    level : float
        Coverage.

    Returns
    -------
    Interval
        Bonett (2008), unequal variances, as ``ci.stdmean2`` of statpsych.

    Examples
    --------
    >>> print(unlinked_interval(1.174493, variances=(7.32**2, 6.98**2), n=(30, 30),
    ...     level=0.95).say("en", digits=3).replace("\u00a0", " "))
    95 % CI 0.617 to 1.732
    """
    mean = sum(variances) / 2
    squared = sum(
        d**2 * v**2 / (8 * mean**2 * (m - 1)) + v / (mean * (m - 1))
        for v, m in zip(variances, n, strict=True)
    )
    reach = float(ndtri((1 + level) / 2)) * math.sqrt(squared)
    return Interval(d - reach, d + reach, level)


def change_interval(d: float, *, n: int, level: float) -> Interval:
    """Return the exact interval of d over the spread of the changes.

    Parameters
    ----------
    d : float
        Mean change over the standard deviation of the changes.
    n : int
        Linked people.
    level : float
        Coverage.

    Returns
    -------
    Interval
        By inversion of the noncentral t law with n - 1 df, as ``cohens_d`` of
        the R package effectsize.

    Examples
    --------
    >>> print(change_interval(0.4, n=30, level=0.95).say("en"))
    95\u00a0% CI 0.02 to 0.77
    """
    t, tail = d * math.sqrt(n), (1 - level) / 2
    low, high = (_noncentrality(t, n - 1, p) for p in (1 - tail, tail))
    return Interval(low / math.sqrt(n), high / math.sqrt(n), level)


def _noncentrality(t: float, df: int, probability: float) -> float:
    """Find the noncentrality that puts `probability` below `t`.

    P(T <= t) is the mean of Phi(t s - shift) over the law of s, the ratio of
    sample to true spread. The integrand dies out at both ends, so that the
    trapezoid rule is exact to rounding, also where series for it break down.
    """
    from scipy.optimize import brentq

    low = math.sqrt(2 * gammaincinv(df / 2, 1e-18) / df)
    high = math.sqrt(2 * gammainccinv(df / 2, 1e-18) / df)
    ratio = np.linspace(low, high, _GRID)
    log_weight = (df - 1) * np.log(ratio) - df * ratio**2 / 2
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    reach = 10.0 + abs(t) * high
    found = brentq(
        lambda shift: float(weight @ ndtr(t * ratio - shift)) - probability,
        -reach,
        reach,
        xtol=1e-13,
        rtol=1e-14,
    )
    return float(found)


def over_spread(interval: Interval, spread: float) -> Interval:
    """Divide the ends of an interval by a spread that is taken as known.

    Under clustering the interval of a standardised change is the point interval
    over a person-level standard deviation.
    """
    return Interval(interval.low / spread, interval.high / spread, interval.level)


def pooled_spread(n: tuple[float, float], variances: tuple[float, float]) -> float:
    """Return the standard deviation pooled over two arms.

    Parameters
    ----------
    n : tuple of two float
        People per arm.
    variances : tuple of two float
        Their variances.

    Returns
    -------
    float
        With ``n[0] + n[1] - 2`` degrees of freedom.
    """
    weights = (n[0] - 1, n[1] - 1)
    total = weights[0] * variances[0] + weights[1] * variances[1]
    return math.sqrt(total / sum(weights))
