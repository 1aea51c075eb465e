"""Whether people's answers may be averaged per unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tillit_eval.errors import check_columns
from tillit_eval.findings import Estimate, Interval, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Language, Phrase, number, phrase, say
from tillit_eval.quality._data import Array, of_these, per_key
from tillit_eval.quality._units import check_units, icc, rwg, units_of
from tillit_eval.summaries import Summary, summarise_responses
from tillit_eval.summaries.frames import as_pandas, check_names, key_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation(Estimate):
    """How much the unit shows in people's answers, and how much they agree.

    Attributes
    ----------
    estimate, icc1 : float
        Share of the variance of people's mean answer that lies between units.
    interval, icc1_interval : Interval
        For `icc1`; exact for units of any size.
    icc2 : float
        Reliability of the units' means.
    icc2_interval : Interval
        For `icc2` of units of `mean_size`, from the same.
    rwg_j, rwg_j_median : float or None
        Mean and median over units of the agreement within the unit, against
        answers spread evenly over all steps; None where the number of steps is
        not known or no unit reaches the floor.
    ad : float or None
        Mean over units of the average absolute deviation from the unit's mean, in
        answer steps; None from a `Summary`, or if no unit reaches the floor.
    design_effect : float
        How many times larger the variance of a mean is than if people were
        independent.
    mean_size : float
        People per unit.
    n_units_agreement : int
        Units with at least `floor` people, behind `rwg_j` and `ad`.
    steps : int or None
        Steps of the answer scale behind `rwg_j`.
    n_incomplete : int
        Rows left out because an answer or the unit is missing.
    """

    question: ClassVar[str] = "aggregation"

    unit_of_measure: str = "coefficient"
    icc1: float
    icc1_interval: Interval
    icc2: float
    icc2_interval: Interval
    rwg_j: float | None
    rwg_j_median: float | None
    ad: float | None
    design_effect: float
    mean_size: float
    n_units_agreement: int
    steps: int | None
    n_incomplete: int

    @property
    def digits(self) -> int:
        """Two decimals, as coefficients are read."""
        return 2

    def _claim(self, lang: Language) -> str:
        claim = say(
            "quality.aggregation_claim",
            lang,
            name=self.name(lang),
            icc1=number(self.icc1, 2, lang),
            interval1=self.icc1_interval.say(lang),
            icc2=number(self.icc2, 2, lang),
            interval2=self.icc2_interval.say(lang),
            effect=number(self.design_effect, 1, lang),
            people=self.count(self.n_people, lang),
            units=self.n_units,
        )
        if self.rwg_j is not None:
            claim += " " + say(
                "quality.aggregation_agreement",
                lang,
                rwg=number(self.rwg_j, 2, lang),
                units=self.n_units_agreement,
                floor=self.floor,
            )
        return claim


def assess_aggregation(
    responses: object,
    items: Sequence[str],
    *,
    unit: str = "unit",
    scale: str = "",
    steps: int | None = None,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Aggregation:
    r"""Ask whether answers may be averaged per unit: do units differ, people agree?

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary
        Responses or scores, one row per person, or their sums by `unit`.
    items : sequence of str
        Items of one scale, averaged per person; or one score column.
    unit : str, default "unit"
        Column with the unit.
    scale : str, optional
        Name of the scale, for the sentence.
    steps : int, optional
        Steps of the answer scale, for agreement. By default the span of the
        answers seen, if they are whole numbers; from a `Summary` it must be given.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown, and fewest in a unit for
        its agreement to count.

    Returns
    -------
    Aggregation
        ICC(1), ICC(2), agreement and the design effect.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers.
    TooFewAnswers
        If there is one unit, nobody has a colleague, or nobody differs from the
        others in the same unit.

    See Also
    --------
    assess_alpha : Reliability of one person's score; ICC(2) is that of a unit's.

    Notes
    -----
    From the one-way analysis of variance of people's mean answers, with mean
    squares between and within, :math:`F = MSB / MSW`, and :math:`\bar m` people
    per unit, :math:`ICC(1) = (MSB - MSW) / (MSB + (\bar m - 1) MSW)` and
    :math:`ICC(2) = 1 - 1/F` [1]_. The intervals are exact for normal answers and
    units of any size: they hold every ratio :math:`\theta` of the variance between
    to that within for which the spread of the unit means, weighted by
    :math:`m / (1 + m \theta)`, over MSW is no extreme F [3]_; putting the ends of F
    in the formulas instead holds 90 % where 95 % is said, with 98 units of 4 to 60
    people and ICC(1) of 0.2. The agreement
    :math:`r_{wg(j)}` compares the mean item variance within the unit (zero
    agreement where it is larger) with that of even answers,
    :math:`(A^2 - 1)/12` for :math:`A` steps [2]_; other nulls give lower values.
    The design effect is :math:`1 + (\sum m^2 / \sum m - 1)\, ICC(1)`, with a
    negative ICC(1) taken as 0. Agrees with
    ``ICC1``, ``ICC2``, ``rwg.j`` and ``ad.m`` of the R package multilevel.

    References
    ----------
    .. [1] Bliese, P. D. (2000). Within-group agreement, non-independence, and
       reliability. In Multilevel Theory, Research, and Methods in Organizations.
    .. [2] James, L. R., Demaree, R. G., & Wolf, G. (1984). Estimating within-group
       interrater reliability. Journal of Applied Psychology, 69(1), 85-98.
    .. [3] Wald, A. (1940). A note on the analysis of variance with unequal class
       frequencies. Annals of Mathematical Statistics, 11(1), 96-100.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {
    ...         "unit": ["a"] * 3 + ["b"] * 3,
    ...         "q1": [1, 2, 2, 4, 5, 4],
    ...         "q2": [2, 1, 3, 5, 4, 4],
    ...     }
    ... )
    >>> found = assess_aggregation(answers, ["q1", "q2"], k_min=5)
    >>> round(found.icc1, 3), round(found.icc2, 3), found.n_units
    (0.936, 0.978, 2)
    """
    names = check_names(items, argument="items")
    summary = _per_unit(responses, names, unit)
    deviation, span = _from_rows(responses, names, unit, summary)
    units = units_of(summary, deviation)
    check_units(units)
    icc1, icc2, first, second = icc(units, check_level(level))
    steps = steps if steps is not None else span
    floor = check_floor(k_min)
    large = (units.size >= floor) & (units.size > 1)
    agreement = rwg(units.spread[large], len(names), steps)
    left = (
        int(summary.n_rows.sum() - summary.n_complete.sum()) + summary.n_without_group
    )
    size = units.size
    return Aggregation(
        scale=scale or (names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"),
        estimate=icc1,
        interval=first,
        icc1=icc1,
        icc1_interval=first,
        icc2=icc2,
        icc2_interval=second,
        rwg_j=None if agreement is None else float(agreement.mean()),
        rwg_j_median=None if agreement is None else float(np.median(agreement)),
        ad=_mean_or_none(units.deviation, large),
        design_effect=1 + (float((size**2).sum() / size.sum()) - 1) * max(icc1, 0.0),
        mean_size=float(size.mean()),
        n_units_agreement=int(large.sum()),
        steps=steps,
        n_people=int(size.sum()),
        n_units=len(size),
        n_incomplete=left,
        left_out=_left_out(left),
        estimand=phrase("quality.estimand_aggregation"),
        method=phrase("quality.method_aggregation"),
        because=None if agreement is None else phrase("quality.null", n=steps),
        source=summary.source,
        floor=floor,
    )


def _left_out(left: int) -> tuple[tuple[Phrase, int], ...]:
    return ((phrase("quality.incomplete_or_homeless"), left),) if left else ()


def _mean_or_none(values: Array | None, where: np.ndarray) -> float | None:
    if values is None or not where.any():
        return None
    return float(values[where].mean())


def _per_unit(responses: object, names: tuple[str, ...], unit: str) -> Summary:
    if not isinstance(responses, Summary):
        return summarise_responses(responses, names, by=[unit])
    check_columns(responses.by, [unit], table="groups of the summary")
    return per_key(of_these(responses, names), unit)


def _from_rows(
    responses: object, names: tuple[str, ...], unit: str, summary: Summary
) -> tuple[Array | None, int | None]:
    """Return what sums cannot give: deviation per unit, and the span of answers."""
    if isinstance(responses, Summary):
        return None, None
    frame = as_pandas(responses, [unit, *names], table="responses")
    frame[unit] = key_text(frame[unit])
    frame = frame.dropna()
    answers = frame[list(names)].astype(float)
    away = (answers - answers.groupby(frame[unit]).transform("mean")).abs()
    deviation = away.mean(axis=1).groupby(frame[unit]).mean()
    order = summary.groups[unit][summary.n_complete > 0]
    whole = bool((answers == np.rint(answers)).all(axis=None)) and len(answers) > 0
    values = answers.to_numpy()
    span = int(values.max() - values.min()) + 1 if whole else None
    return deviation.reindex(order).to_numpy(), span
