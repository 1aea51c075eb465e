"""Cronbach's alpha with three kinds of interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tillit_eval.codebook import Codebook
from tillit_eval.errors import DataProblem, check_option
from tillit_eval.findings import Interval, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality.reliability._answers import read_answers
from tillit_eval.quality.reliability._coefficients import alphas, standard_alphas
from tillit_eval.quality.reliability._found import Told, reliability_of
from tillit_eval.quality.reliability._free import (
    Rng,
    alphas_again,
    check_draws,
    free_error,
    generator,
    log_interval,
    percentiles,
    resampled,
)
from tillit_eval.quality.reliability._ordinal import ordinal_alpha
from tillit_eval.quality.reliability.model import Reliability

Method = Literal["feldt", "distribution-free", "bootstrap"]
_METHODS = ("feldt", "distribution-free", "bootstrap")


def assess_alpha(
    responses: object,
    items: Sequence[str],
    *,
    scale: str = "",
    standardised: bool = False,
    ordinal: bool = False,
    method: Method = "feldt",
    codebook: Codebook | None = None,
    draws: int = 1000,
    rng: Rng = None,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Reliability:
    r"""Estimate Cronbach's alpha: do these items rank people in the same way?

    Uses rows that answered every item; the others are counted. Look at
    ``assess_omega`` too: alpha assumes that every item measures equally well.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary, shape (n_rows, n_columns)
        One row per person, reversed items already turned unless `codebook` is
        given.
    items : sequence of str
        At least 2 columns of answers.
    scale : str, optional
        Name of the scale, for the sentence.
    standardised : bool, default False
        Divide every item by its standard deviation first.
    ordinal : bool, default False
        Ordinal alpha: of the polychoric correlations. It is the reliability of
        answers on scales without steps that nobody gave, *not* of the score.
    method : {"feldt", "distribution-free", "bootstrap"}, default "feldt"
        The interval: Feldt's takes the answers as normal; the second is free of
        that and needs rows; the third draws people anew.
    codebook : Codebook, optional
        Turns the items that it says are reversed, and says so; without it nothing
        is turned.
    draws : int, default 1000
        Times people are drawn anew, for the bootstrap.
    rng : int or Generator, optional
        Where chance comes from, for the bootstrap; the same every time if None.
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
        If a column is absent or holds no numbers, or an option is unknown.
    TooFewAnswers
        If an item is constant or empty, there are no more complete rows than
        items, or an interval needs rows and only a Summary is there.

    See Also
    --------
    assess_omega : Where items measure unequally well.
    assess_items : Which item lowers it.
    assess_reliability : Every coefficient of a scale in one table.

    Notes
    -----
    With :math:`k` items, item variances :math:`s_j^2` and the variance
    :math:`s_T^2` of their sum over the :math:`n` complete rows,
    :math:`\alpha = \frac{k}{k-1}(1 - \sum_j s_j^2 / s_T^2)`; standardised, with
    the mean correlation :math:`\bar r`, it is
    :math:`k \bar r / (1 + (k - 1) \bar r)`. The interval of [1]_ ends at
    :math:`1 - (1 - \alpha) F_{q}` with :math:`n - 1` and :math:`(n - 1)(k - 1)`
    degrees of freedom; it is an approximation for standardised items. The
    distribution-free standard error is that of [2]_ and [3]_: the fourth moments
    are those of the sample, divided by :math:`n - 1`; its interval is Student's, with
    :math:`n - 1` degrees of freedom, for :math:`\ln(1 - \alpha)`, and wants about
    200 people. The bootstrap draws people and takes percentiles. All
    treat people as independent. Agrees with ``psych::alpha`` in R; ordinal alpha
    [4]_ with alpha of ``psych::polychoric(correct = 0)``.

    References
    ----------
    .. [1] Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical
       inference for coefficient alpha. Applied Psychological Measurement, 11(1),
       93-103.
    .. [2] Yuan, K.-H., Guarnaccia, C. A., & Hayslip, B. (2003). A study of the
       distribution of sample coefficient alpha with the Hopkins symptom checklist.
       Educational and Psychological Measurement, 63(1), 5-23.
    .. [3] Maydeu-Olivares, A., Coffman, D. L., & Hartmann, W. M. (2007).
       Asymptotically distribution-free interval estimation of coefficient alpha.
       Psychological Methods, 12(2), 157-176.
    .. [4] Zumbo, B. D., Gadermann, A. M., & Zeisser, C. (2007). Ordinal versions of
       coefficients alpha and theta for Likert rating scales. Journal of Modern
       Applied Statistical Methods, 6(1), 21-29.

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
    check_option("method", method, _METHODS)
    told = Told(scale, check_level(level), check_floor(k_min))
    read = read_answers(responses, items, codebook)
    if ordinal:
        _check_ordinal(method, standardised)
        return ordinal_alpha(read, told)
    formula = standard_alphas if standardised else alphas
    alpha = float(formula(read.pooled.covariance))
    error, interval = None, None
    if method == "feldt":
        n, k = read.pooled.n_complete, len(read.pooled.items)
        interval = feldt(alpha, n_people=n, n_items=k, level=told.level)
    elif method == "distribution-free":
        error = free_error(read.rows(), formula)
        df = read.pooled.n_complete - 1
        interval = log_interval(alpha, error, told.level, df)
    else:
        chance, draws, rows = generator(rng), check_draws(draws), read.rows()
        again = (
            standard_alphas(resampled(rows, draws, chance))
            if standardised
            else alphas_again(rows, draws, chance)
        )
        error, interval = float(again.std(ddof=1)), percentiles(again, told.level)
    return reliability_of(
        read,
        "alpha",
        alpha,
        told,
        method=_said(method, draws),
        error=error,
        interval=interval,
        standardised=standardised,
    )


def _said(method: Method, draws: int) -> Phrase:
    if method == "feldt":
        return phrase("quality.method_alpha")
    if method == "distribution-free":
        return phrase("reliability.method_free")
    return phrase("reliability.method_bootstrap", draws=draws)


def _check_ordinal(method: str, standardised: bool) -> None:
    if method != "feldt" or standardised:
        raise DataProblem(
            "Ordinal alpha has one form and one interval only.",
            expected="ordinal=True alone",
            found="standardised=True or another method beside it",
            to_fix="leave out standardised= and method=",
        )


def feldt(alpha: float, *, n_people: int, n_items: int, level: float) -> Interval:
    """Return Feldt's F interval; `n_people` is the number behind `alpha`."""
    from scipy.special import fdtri

    df = (n_people - 1, (n_people - 1) * (n_items - 1))
    low = 1 - (1 - alpha) * float(fdtri(*df, (1 + level) / 2))
    high = 1 - (1 - alpha) * float(fdtri(*df, (1 - level) / 2))
    return Interval(low, high, level)
