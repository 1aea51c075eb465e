"""Omega total, hierarchical and categorical, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from tillit_eval.codebook import Codebook
from tillit_eval.errors import DataProblem, TooFewAnswers, check_option, few
from tillit_eval.findings import check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import phrase
from tillit_eval.quality._data import check_item_count
from tillit_eval.quality.factors._minimise import inverse_of
from tillit_eval.quality.factors._one_factor import OneFactor, fit_one_factor
from tillit_eval.quality.reliability._answers import Answers, read_answers
from tillit_eval.quality.reliability._factor_items import (
    check_factor_items,
    refuse_no_solution,
)
from tillit_eval.quality.reliability._found import Told, reliability_of
from tillit_eval.quality.reliability._free import log_interval
from tillit_eval.quality.reliability._hierarchical import hierarchical_omega
from tillit_eval.quality.reliability._ordinal import categorical_omega
from tillit_eval.quality.reliability.model import Reliability
from tillit_eval.summaries.frames import check_names


def assess_omega(
    responses: object,
    items: Sequence[str],
    *,
    scale: str = "",
    kind: Literal["total", "hierarchical"] = "total",
    ordinal: bool = False,
    n_factors: int = 3,
    codebook: Codebook | None = None,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Reliability:
    r"""Estimate omega: how much of the score is what the items share?

    Unlike alpha it lets items measure unequally well. Omega total and categorical
    omega take for granted that one factor is enough: they can look fine, even too
    fine, while one factor fits badly. Omega hierarchical is the part of one general
    factor where there are group factors too.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary, shape (n_rows, n_columns)
        One row per person, reversed items already turned unless `codebook` is
        given.
    items : sequence of str
        At least 3 columns of answers; 6 for omega hierarchical.
    scale : str, optional
        Name of the scale, for the sentence.
    kind : {"total", "hierarchical"}, default "total"
        Omega total of the unweighted sum of the items, or the part of that sum that
        one general factor explains.
    ordinal : bool, default False
        Categorical omega: of the sum of answers in a few steps, by a factor behind
        latent answers. Only with ``kind="total"``; needs rows.
    n_factors : int, default 3
        Group factors under the general one, for omega hierarchical; at least 3.
    codebook : Codebook, optional
        Turns the items that it says are reversed, and says so; without it nothing
        is turned.
    level : float, default 0.95
        Coverage of the interval, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Reliability
        With ``coefficient="omega"``, ``"omega_hierarchical"`` or
        ``"omega_categorical"`` and the standard error of the estimate.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers, or an option is unknown.
    TooFewAnswers
        If there are 2 items (their correlation, stepped up by Spearman and Brown,
        is standardised alpha: use ``assess_alpha``), an item is constant or
        empty, there are no more complete rows than items, or the model has no
        admissible solution.

    See Also
    --------
    assess_alpha : Where items measure equally well, or there are only two.

    Notes
    -----
    *Omega total.* A factor model with loadings :math:`\lambda_j` and uniquenesses
    :math:`\psi_j` is fitted to the complete rows by maximum likelihood;
    :math:`\omega = (\sum \lambda_j)^2 / ((\sum \lambda_j)^2 + \sum \psi_j)` [1]_.
    Its standard error follows from the expected information by the delta method,
    and the interval is normal for :math:`\ln(1 - \omega)`, so that it cannot pass
    1, as [2]_ do for alpha. It takes the items as normal and people as
    independent; answers on few steps make it a little too narrow or wide (see
    ``tests/bench/reliability_coverage.py``). Estimate and standard error agree
    with a one-factor ``lavaan::cfa`` in R; 3 items are just identified.

    *Omega hierarchical* [3]_, :math:`(\sum g_j)^2 / s_T^2`. Principal axes of the
    correlations are repeated until they settle (minres), rotated obliquely
    (oblimin), and the factors given a factor of their own (Schmid and Leiman);
    :math:`g_j` are the items' loadings on it times their standard deviations. The
    standard error is distribution-free, by each person's influence. Give standardised
    columns for the value of ``psych::omega(flip = FALSE)``, with which it agrees. From
    a Summary there is no interval.

    *Categorical omega* [4]_. Polychoric correlations and thresholds, one factor by
    diagonally weighted least squares; the covariance of the sum with that of items
    just like these, over its variance by the polychoric correlations, steps between
    answers as wide as their codes. Agrees with ``omega3`` of
    ``semTools::reliability`` in R; the interval follows from the covariance of
    thresholds and correlations by the delta method, with the weights taken as known.

    The intervals of the last two want about 200 people; with 50 they are too short
    (``tests/bench/reliability_models_coverage.py``).

    References
    ----------
    .. [1] McDonald, R. P. (1999). Test Theory: A Unified Treatment. Erlbaum.
    .. [2] Bonett, D. G., & Wright, T. A. (2015). Cronbach's alpha reliability.
       Journal of Organizational Behavior, 36(1), 3-15.
    .. [3] Zinbarg, R. E., Revelle, W., Yovel, I., & Li, W. (2005). Cronbach's alpha,
       Revelle's beta, and McDonald's omega h. Psychometrika, 70(1), 123-133.
    .. [4] Green, S. B., & Yang, Y. (2009). Reliability of summed item scores using
       structural equation modeling. Psychometrika, 74(1), 155-167.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> trust = rng.normal(size=(200, 1))
    >>> answers = trust + rng.normal(size=(200, 4))
    >>> frame = pd.DataFrame(answers, columns=["q1", "q2", "q3", "q4"])
    >>> found = assess_omega(frame, list(frame), scale="trust")
    >>> 0.7 < found.interval.low < found.estimate < found.interval.high < 0.9
    True
    """
    check_option("kind", kind, ("total", "hierarchical"))
    told = Told(scale, check_level(level), check_floor(k_min))
    names = check_names(items, argument="items")
    check_item_count(names, 2)
    read = read_answers(responses, names, codebook)
    if ordinal:
        _check_ordinal(kind)
        return categorical_omega(read, told)
    if kind == "hierarchical":
        return hierarchical_omega(read, n_factors, told)
    return total_omega(read, told)


def total_omega(read: Answers, told: Told) -> Reliability:
    """Return omega total of a one-factor model of the covariances."""
    pooled = read.pooled
    check_factor_items(pooled)
    model = fit_one_factor(pooled.covariance)
    _check_model(model, pooled.items)
    omega, error = _omega(model, pooled.n_complete)
    return reliability_of(
        read,
        "omega",
        omega,
        told,
        method=phrase("quality.method_omega"),
        error=error,
        interval=log_interval(omega, error, told.level),
    )


def _check_ordinal(kind: str) -> None:
    if kind != "total":
        raise DataProblem(
            "Categorical omega is of one factor.",
            expected='ordinal=True with kind="total"',
            found=f'ordinal=True with kind="{kind}"',
            to_fix="leave out one of the two",
        )


def _omega(model: OneFactor, n_people: int) -> tuple[float, float]:
    """Return omega and its standard error by the delta method."""
    common, unique = float(model.loadings.sum()), float(model.uniquenesses.sum())
    total = common**2 + unique
    k = len(model.loadings)
    slope = np.concatenate(
        [
            np.full(k, 2 * common * unique / total**2),
            np.full(k, -(common**2) / total**2),
        ]
    )
    variance = slope @ inverse_of(model.information) @ slope / n_people
    return common**2 / total, float(np.sqrt(variance))


def _check_model(model: OneFactor, names: tuple[str, ...]) -> None:
    if not model.converged or not np.isfinite(model.loadings).all():
        refuse_no_solution()
    beyond = [
        name
        for name, unique in zip(names, model.uniquenesses, strict=True)
        if unique <= 0
    ]
    if beyond:
        raise TooFewAnswers(
            "The one-factor model has no admissible solution (a Heywood case).",
            expected="a part of every item that the others do not explain",
            found=f"none or less than none in columns {few(beyond)}",
            to_fix="look for an item that nearly repeats another, or use more people",
            reason="quality.heywood",
            values={"items": tuple(beyond)},
        )
