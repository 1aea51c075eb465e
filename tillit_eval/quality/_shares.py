"""Intervals for a share of people: Wilson and Clopper-Pearson."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, ndtri

from tillit_eval.errors import DataProblem
from tillit_eval.findings import Interval, check_level


def wilson(count: float, n: float, *, level: float = 0.95) -> Interval:
    r"""Return the score interval of Wilson for a share.

    Parameters
    ----------
    count, n : float
        People who did, and people asked; need not be whole, so that an effective
        number of people can be used.
    level : float, default 0.95
        Coverage aimed at.

    Returns
    -------
    Interval
        Inside 0 and 1.

    Notes
    -----
    The shares :math:`p` with :math:`|\hat p - p| \le z \sqrt{p (1 - p) / n}`.
    Agrees with ``prop.test(correct = FALSE)`` in R. Wilson, E. B. (1927). Probable
    inference, the law of succession, and statistical inference. Journal of the
    American Statistical Association, 22, 209-212.

    Examples
    --------
    >>> interval = wilson(47, 55)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.738, 0.924)
    """
    _check(count, n, level)
    z = float(ndtri((1 + level) / 2))
    share = count / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    spread = np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    reach = z * float(spread) / (1 + z**2 / n)
    low = 0.0 if count == 0 else max(0.0, centre - reach)
    high = 1.0 if count == n else min(1.0, centre + reach)
    return Interval(low, high, level)


def clopper_pearson(count: float, n: float, *, level: float = 0.95) -> Interval:
    r"""Return the exact interval of Clopper and Pearson for a share.

    Parameters
    ----------
    count, n : float
        People who did, and people asked.
    level : float, default 0.95
        Coverage never under this.

    Returns
    -------
    Interval
        Inside 0 and 1.

    Notes
    -----
    The ends are quantiles of the beta distribution: :math:`\alpha/2` of
    :math:`B(x, n - x + 1)` and :math:`1 - \alpha/2` of :math:`B(x + 1, n - x)`.
    Agrees with ``binom.test`` in R. Clopper, C. J., & Pearson, E. S. (1934). The
    use of confidence or fiducial limits. Biometrika, 26, 404-413.

    Examples
    --------
    >>> interval = clopper_pearson(0, 3)
    >>> interval.low, round(interval.high, 4)
    (0.0, 0.7076)
    """
    _check(count, n, level)
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, tail))
    high = 1.0 if count == n else float(betaincinv(count + 1, n - count, 1 - tail))
    return Interval(low, high, level)


def _check(count: object, n: object, level: object) -> None:
    """Refuse counts that do not make a share."""
    check_level(level)
    numbers = all(isinstance(x, (int, float, np.number)) for x in (count, n))
    if not numbers or not 0 <= count <= n or not 0 < n < np.inf:  # type: ignore[operator]
        raise DataProblem(
            "These two counts do not make a share.",
            expected="numbers of people, count from 0 to n, and n above 0",
            found=f"{count!r} of {n!r}" if numbers else "something else than numbers",
            to_fix="give those who did first, then all who were asked",
        )
