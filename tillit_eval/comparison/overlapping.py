"""Did the workplace change, and did those who stayed?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from tillit_eval.comparison._averages import (
    Averaged,
    average_words,
    beside,
    both_averages,
    units_once,
)
from tillit_eval.comparison._effects import over_spread
from tillit_eval.comparison._ends import guard_ends
from tillit_eval.comparison._enough import (
    check_average,
    check_spread,
    check_waves_full,
)
from tillit_eval.comparison._law import infer
from tillit_eval.comparison._measured import Examined, read_measured
from tillit_eval.comparison._methods import Answer
from tillit_eval.comparison._moments import everyone
from tillit_eval.comparison._overlap import overlapping
from tillit_eval.comparison._read import (
    Asked,
    Columns,
    ask,
    read_change,
)
from tillit_eval.comparison.model import OverlappingChange
from tillit_eval.comparison.paired import paired_change
from tillit_eval.errors import TooFewAnswers, check_option
from tillit_eval.findings import (
    Average,
    Estimand,
    Estimate,
    Finding,
    Findings,
    MeasurementState,
    NotAnswered,
)
from tillit_eval.floors import K_MIN
from tillit_eval.phrases import phrase
from tillit_eval.summaries import ChangeSummary


def compare_overlapping(
    scores: object,
    scale: str,
    *,
    before: str,
    after: str,
    unit: str | None = "unit",
    assigned: str | None = None,
    average: Average = "people",
    estimand: Estimand = "workplace",
    margin: float | None = None,
    measured: Examined | MeasurementState | None = None,
    respondent: str = "respondent",
    wave: str = "wave",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Findings:
    """Did the workplace change, and did those who stayed, when people come and go?

    Two questions that are easily taken for one. *The workplace* counts everyone
    who answered, so it also moves when people leave and arrive; *those who stayed*
    counts the linked people only. Both are given, the headline first. If the one
    beside it cannot be answered it says why. If the two differ by fewer people
    than the floor, the second is not shown: together they would tell about those.

    Parameters
    ----------
    scores : DataFrame or ChangeSummary, shape (n_rows, n_columns)
        One row per person and wave, or its sums from ``summarise_change``.
    scale : str
        Column with the score, in scale points.
    before, after : str
        The two values of `wave`. The difference is after minus before.
    unit : str or None, default "unit"
        Column with the unit; used when it exists. None treats people as
        independent, and says so.
    assigned : str, optional
        Column with the level at which treatment varied.
    average : {"people", "units"}, default "people"
        Whose average change; the other is in ``alternatives``.
    estimand : {"workplace", "stayed"}, default "workplace"
        Which comes first.
    margin : float, optional
        Smallest change worth noticing, in scale points, above 0.
    measured : Invariance or MeasurementState, optional
        What `assess_invariance` found for this scale and these waves, or its state
        where it was examined elsewhere. *Not examined* by default, and said so.
    respondent, wave : str, optional
        Columns with the person and the wave.
    level : float, default 0.95
        Coverage of the intervals.
    k_min : int, default 10
        Fewest people in each wave, and fewest linked people.

    Returns
    -------
    Findings
        An `OverlappingChange` and a `PairedChange`, the headline first.

    Raises
    ------
    TooFewAnswers
        If the headline cannot be answered.
    DataProblem
        If a column is absent, a person has two rows in a wave, or an option is
        not one of those listed.

    See Also
    --------
    compare_paired : Those who stayed, alone.
    compare_waves : When nobody can be linked.

    Notes
    -----
    The workplace with units: all scores regressed on the wave, CR2 errors by unit
    with Satterthwaite df, which allows for the same person answering twice; over
    units, Student's t over the changes of the units' means. Without units:
    Derrick's partially overlapping t (2017), unequal variances, with equal
    variances in ``alternatives``; it assumes that linkage is unrelated to
    answers. ``d_average`` has the point interval over the spread between people.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> scores = pd.DataFrame(
    ...     {
    ...         "respondent": [*range(30), *range(10, 40)],
    ...         "wave": ["2019"] * 30 + ["2021"] * 30,
    ...         "unit": [*np.arange(30) % 6, *np.arange(10, 40) % 6],
    ...         "trust": rng.normal(60, 10, 60).round(),
    ...     }
    ... )
    >>> found = compare_overlapping(scores, "trust", before="2019", after="2021")
    >>> [one.question for one in found]
    ['change of a workplace', 'paired change']
    """
    check_option("estimand", estimand, ("workplace", "stayed"))
    asked = ask(
        scale,
        before=before,
        after=after,
        average=average,
        margin=margin,
        level=level,
        k_min=k_min,
        measured=read_measured(measured, scale, before, after),
    )
    columns = Columns(respondent=respondent, wave=wave, unit=unit, assigned=assigned)
    summary = read_change(scores, asked, columns)
    answers: list[Callable[[ChangeSummary, Asked, str | None], Finding]] = [
        workplace_change,
        paired_change,
    ]
    if estimand == "stayed":
        answers.reverse()
    headline = answers[0](summary, asked, assigned)
    beside = _or_reason(answers[1], summary, asked, assigned)
    return Findings([headline, _hidden_beside(beside, summary, asked.floor)])


def _hidden_beside(beside: Finding, summary: ChangeSummary, floor: int) -> Finding:
    """Hide the second estimand if the two differ by few people.

    Subtracting one mean from the other would tell the mean of those few.
    """
    pairs = float(summary.n_pairs.sum())
    apart = [float(n.sum()) - pairs for n in (summary.n_before, summary.n_after)]
    if not isinstance(beside, Estimate) or not any(0 < n < floor for n in apart):
        return beside
    return replace(beside, hidden_because=phrase("comparison.hidden_beside", n=floor))


def workplace_change(
    summary: ChangeSummary, asked: Asked, assigned: str | None
) -> OverlappingChange:
    """Answer a question about everyone who answered, from their sums.

    Parameters
    ----------
    summary : ChangeSummary
        Sums of the two waves.
    asked : Asked
        The question.
    assigned : str or None
        Column of ``summary.units`` to cluster in.

    Returns
    -------
    OverlappingChange
        By the average asked for, the other beside it.

    Raises
    ------
    TooFewAnswers
        If these sums cannot answer.
    """
    check_waves_full(summary, asked)
    check_average(asked.average, summary)
    if not summary.has_units:
        return _independent(summary, asked)
    found = [
        [_finding(summary, one.asked, answer, one) for answer in one.answers]
        for one in both_averages(summary, asked, assigned)
    ]
    shown = beside(found, everyone(summary), asked, summary)
    return replace(found[0][0], alternatives=Findings(shown))


def _independent(summary: ChangeSummary, asked: Asked) -> OverlappingChange:
    unequal, equal = (
        _finding(summary, asked, _derrick(summary, asked, equal=same), None)
        for same in (False, True)
    )
    return replace(unequal, alternatives=Findings([equal]))


def _derrick(summary: ChangeSummary, asked: Asked, *, equal: bool) -> Answer:
    """Answer with the partially overlapping t, people independent."""
    rows, fit = everyone(summary), overlapping(summary, equal=equal)
    squares = float((rows.square_before + rows.square_after).sum())
    n = float((rows.n_before + rows.n_after).sum())
    check_spread(fit.standard_error, math.sqrt(squares) / n)
    return Answer(
        found=infer(
            fit.estimate,
            fit.standard_error,
            fit.df,
            level=asked.level,
            margin=asked.margin,
        ),
        method=phrase("comparison.method_overlap_equal")
        if equal
        else phrase("comparison.method_overlap_unequal"),
        because=average_words(asked.average, None),
    )


def _finding(
    summary: ChangeSummary, asked: Asked, answer: Answer, by_unit: Averaged | None
) -> OverlappingChange:
    rows = everyone(summary)
    answer = guard_ends(answer, rows, asked, summary)
    found = answer.found
    used = by_unit.rows if by_unit else rows
    counts = int(used.n_before.sum()), int(used.n_after.sum())
    spread = math.sqrt(sum(rows.variances) / 2)
    means = rows.unit_means if asked.average == "units" else rows.means
    n_pairs = int(summary.n_pairs.sum())
    return OverlappingChange(
        **asked.shared(summary),
        **found.as_fields(),
        estimand=phrase(f"comparison.estimand_workplace_{asked.average}"),
        method=answer.method,
        because=answer.because,
        rounded=answer.rounded,
        left_out=units_once(rows, asked.average),
        average=asked.average,
        mean_before=means[0],
        mean_after=means[1],
        d_average=found.estimate / spread if spread else None,
        d_average_interval=over_spread(found.interval, spread) if spread else None,
        n_people=sum(counts) - n_pairs,
        n_units=by_unit.n_units if by_unit else None,
        n_clusters=by_unit.n_clusters if by_unit else None,
        n_before=counts[0],
        n_after=counts[1],
        n_pairs=n_pairs,
        n_before_only=summary.n_before_only,
        n_after_only=summary.n_after_only,
        n_without_code=summary.n_without_code,
        n_movers=summary.n_movers,
    )


def _or_reason(
    answer: Callable[[ChangeSummary, Asked, str | None], Finding],
    summary: ChangeSummary,
    asked: Asked,
    assigned: str | None,
) -> Finding:
    """Answer, or say why these data cannot."""
    try:
        return answer(summary, asked, assigned)
    except TooFewAnswers as error:
        return NotAnswered(
            scale=asked.scale,
            asked="paired change"
            if answer is paired_change
            else "change of a workplace",
            reason=phrase(error.reason, **error.values),
            source=summary.source,
            floor=asked.floor,
        )
