"""Cronbach's alpha with Feldt's interval."""

from __future__ import annotations

from collections.abc import Sequence

from tillit_eval.findings import Interval, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import phrase
from tillit_eval.quality._data import Array, pool
from tillit_eval.quality.reliability import Reliability


def assess_alpha(
    responses: object,
    items: Sequence[str],
    *,
    scale: str = "",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Reliability:
    r"""Estimate Cronbach's alpha: do these items rank people in the same way?

    Uses rows that answered every item; the others are counted. Look at
    ``assess_omega`` too: alpha assumes that every item measures equally well.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary, shape (n_rows, n_columns)
        One row per person, reversed items already turned.
    items : sequence of str
        At least 2 columns of answers.
    scale : str, optional
        Name of the scale, for the sentence.
    level : float, default 0.95
        Coverage of the interval, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Reliability
        With ``coefficient="alpha"``. `because` names items that point the other
        way than the rest, or says that waves were pooled.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers.
    TooFewAnswers
        If an item is constant or empty, or there are no more complete rows than
        items.

    See Also
    --------
    assess_omega : Where items measure unequally well.
    assess_items : Which item lowers it.

    Notes
    -----
    With :math:`k` items, item variances :math:`s_j^2` and the variance
    :math:`s_T^2` of their sum over the :math:`n` complete rows,
    :math:`\alpha = \frac{k}{k-1}(1 - \sum_j s_j^2 / s_T^2)`. The interval of [1]_
    ends at :math:`1 - (1 - \alpha) F_{q}` with :math:`n - 1` and
    :math:`(n - 1)(k - 1)` degrees of freedom; :math:`n` is the number behind
    :math:`\alpha`. It treats people as independent. Agrees with ``psych::alpha``
    in R.

    References
    ----------
    .. [1] Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical
       inference for coefficient alpha. Applied Psychological Measurement, 11(1),
       93-103.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {
    ...         "q1": [1, 2, 3, 4, 5, 3],
    ...         "q2": [2, 2, 3, 5, 4, 3],
    ...         "q3": [1, 3, 2, 4, 5, 4],
    ...     }
    ... )
    >>> found = assess_alpha(answers, ["q1", "q2", "q3"], scale="trust")
    >>> round(found.estimate, 4), found.n_people
    (0.9182, 6)
    """
    pooled = pool(responses, items)
    alpha = alpha_of(pooled.covariance)
    k = len(pooled.items)
    return Reliability(
        scale=pooled.scale_name(scale),
        coefficient="alpha",
        estimate=alpha,
        interval=feldt(
            alpha, n_people=pooled.n_complete, n_items=k, level=check_level(level)
        ),
        estimand=phrase("quality.estimand_alpha"),
        method=phrase("quality.method_alpha"),
        because=pooled.caution(),
        n_items=k,
        n_people=pooled.n_complete,
        n_incomplete=pooled.n_incomplete,
        left_out=pooled.left_out(),
        source=pooled.source,
        floor=check_floor(k_min),
    )


def alpha_of(covariance: Array) -> float:
    """Return Cronbach's alpha from the covariance matrix of the items."""
    k = len(covariance)
    return float(k / (k - 1) * (1 - covariance.trace() / covariance.sum()))


def feldt(alpha: float, *, n_people: int, n_items: int, level: float) -> Interval:
    """Return Feldt's F interval; `n_people` is the number behind `alpha`."""
    from scipy.special import fdtri

    df = (n_people - 1, (n_people - 1) * (n_items - 1))
    low = 1 - (1 - alpha) * float(fdtri(*df, (1 + level) / 2))
    high = 1 - (1 - alpha) * float(fdtri(*df, (1 - level) / 2))
    return Interval(low, high, level)
