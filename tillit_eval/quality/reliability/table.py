"""Every coefficient of one scale, in one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tillit_eval.codebook import Codebook
from tillit_eval.errors import TooFewAnswers
from tillit_eval.findings import Finding, Findings, NotAnswered, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality.reliability._answers import Answers, read_answers
from tillit_eval.quality.reliability._coefficients import Coefficient as Formula
from tillit_eval.quality.reliability._coefficients import (
    alphas,
    lambda_1,
    lambda_2,
    lambda_5,
    lambda_6,
    split_halves,
    standard_alphas,
    standardised,
)
from tillit_eval.quality.reliability._found import Told, reliability_of
from tillit_eval.quality.reliability._free import (
    Rng,
    free_error,
    generator,
    log_interval,
)
from tillit_eval.quality.reliability._hierarchical import hierarchical_omega
from tillit_eval.quality.reliability._ordinal import categorical_omega, ordinal_alpha
from tillit_eval.quality.reliability.model import Coefficient, Reliability
from tillit_eval.quality.reliability.omega import total_omega

Ask = Callable[[Answers, Told], Finding]
_LAMBDAS: dict[Coefficient, Formula] = {
    "lambda_1": lambda_1,
    "lambda_2": lambda_2,
    "lambda_5": lambda_5,
    "lambda_6": lambda_6,
}
_FEWEST_FOR_HIERARCHICAL = 6


def assess_reliability(
    responses: object,
    items: Sequence[str],
    *,
    scale: str = "",
    ordinal: bool = False,
    codebook: Codebook | None = None,
    rng: Rng = None,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Findings:
    r"""How reliable is the sum of these items, by every coefficient in use?

    One finding per coefficient, each with its full name and, in `estimand`, its
    formula. A coefficient that these answers cannot give is a row with the reason.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary, shape (n_rows, n_columns)
        One row per person. From a Summary there are no intervals but those of
        omega total.
    items : sequence of str
        At least 2 columns of answers.
    scale : str, optional
        Name of the scale, for the sentences.
    ordinal : bool, default False
        Add ordinal alpha and categorical omega, for answers in a few steps.
    codebook : Codebook, optional
        Turns the items that it says are reversed, and says so.
    rng : int or Generator, optional
        Where chance comes from if splits are drawn; the same every time if None.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Findings of Reliability
        Alpha, standardised alpha, omega total, omega hierarchical (from 6 items),
        the two ordinal ones, Guttman's lambda 1, 2, 5 and 6, and the best, the mean
        and the worst split half. Lambda 3 is alpha, lambda 4 the best split half.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers.
    TooFewAnswers
        If an item is constant or empty, or there are no more complete rows than
        items.

    See Also
    --------
    assess_alpha : One coefficient, with the choice of its interval.
    assess_equal_alpha : Whether groups or waves are measured equally well.
    assess_measurement_error : The same in scale points.

    Notes
    -----
    :math:`\lambda_1 = 1 - \sum s_j^2 / s_T^2`; :math:`\lambda_2`, :math:`\lambda_5`
    and :math:`\lambda_6` as in [1]_. All are lower bounds in the population; in a
    sample the best split half is not. Splits into halves (one item more in one of
    them where the number is odd) give :math:`4 s_{AB} / s_T^2`; all are taken up to
    10,000, else 10,000 are drawn. The mean of all splits of an even number of items
    is alpha. Intervals of alpha and the lambdas are distribution-free (see
    ``assess_alpha``). All are of the sum of the items as they are; divide the columns
    by their standard deviations for those of ``psych::guttman``, ``splitHalf`` and
    ``omega``, with which they then agree.

    References
    ----------
    .. [1] Guttman, L. (1945). A basis for analyzing test-retest reliability.
       Psychometrika, 10(4), 255-282.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> trust = rng.normal(size=(200, 1))
    >>> answers = trust + rng.normal(size=(200, 4))
    >>> frame = pd.DataFrame(answers, columns=["q1", "q2", "q3", "q4"])
    >>> found = assess_reliability(frame, list(frame), scale="trust")
    >>> [one.coefficient for one in found][:3]
    ['alpha', 'alpha', 'omega']
    >>> best, mean, worst = found[-3:]
    >>> worst.estimate < mean.estimate < best.estimate
    True
    """
    told = Told(scale, check_level(level), check_floor(k_min))
    chance = generator(rng)
    read = read_answers(responses, items, codebook)
    found: list[Finding] = [
        _one(read, told, "alpha", alphas),
        _one(read, told, "alpha", standard_alphas, standardised=True),
    ]
    for ask in _models(len(read.pooled.items), ordinal):
        try:
            found.append(ask(read, told))
        except TooFewAnswers as problem:
            found.append(_not_answered(read, told, problem))
    found += [
        _one(read, told, coefficient, formula)
        for coefficient, formula in _LAMBDAS.items()
        if coefficient != "lambda_6" or _full_rank(read)
    ]
    return Findings([*found, *_halves(read, told, chance)])


def _models(n_items: int, ordinal: bool) -> list[Ask]:
    """Return the coefficients that a model stands behind."""
    asked: list[Ask] = [total_omega]
    if n_items >= _FEWEST_FOR_HIERARCHICAL:
        asked.append(lambda read, told: hierarchical_omega(read, 3, told))
    return [*asked, ordinal_alpha, categorical_omega] if ordinal else asked


def _full_rank(read: Answers) -> bool:
    correlations = np.real(standardised(read.pooled.covariance))
    return bool(np.linalg.eigvalsh(correlations)[0] > 1e-10)


def _one(
    read: Answers,
    told: Told,
    coefficient: Coefficient,
    formula: Formula,
    *,
    standardised: bool = False,
) -> Reliability:
    estimate = float(formula(read.pooled.covariance))
    if not read.has_rows:
        method = phrase("reliability.method_sums")
        return reliability_of(
            read, coefficient, estimate, told, method=method, standardised=standardised
        )
    error = free_error(read.rows(), formula)
    return reliability_of(
        read,
        coefficient,
        estimate,
        told,
        method=phrase("reliability.method_free"),
        error=error,
        interval=log_interval(estimate, error, told.level, read.pooled.n_complete - 1),
        standardised=standardised,
    )


def _halves(
    read: Answers, told: Told, chance: np.random.Generator
) -> list[Reliability]:
    values, every = split_halves(read.pooled.covariance, chance)
    key = "reliability.method_all_splits" if every else "reliability.method_some_splits"
    method, flatters = phrase(key, n=len(values)), phrase("reliability.flatters")
    ends: list[tuple[Coefficient, float, Phrase | None]] = [
        ("split_half_best", float(values.max()), flatters),
        ("split_half_mean", float(values.mean()), None),
        ("split_half_worst", float(values.min()), flatters),
    ]
    return [
        reliability_of(read, which, value, told, method=method, because=why)
        for which, value, why in ends
    ]


def _not_answered(read: Answers, told: Told, problem: TooFewAnswers) -> NotAnswered:
    return NotAnswered(
        scale=read.pooled.scale_name(told.scale),
        asked=Reliability.question,
        reason=phrase(problem.reason, **problem.values),
        n_people=read.pooled.n_complete,
        source=read.pooled.source,
        floor=told.floor,
    )
