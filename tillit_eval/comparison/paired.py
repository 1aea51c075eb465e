"""Did the same people change?"""

from __future__ import annotations

import math
from dataclasses import replace

from tillit_eval.comparison._averages import (
    answer_all,
    average_words,
    beside,
    method_by_unit,
)
from tillit_eval.comparison._ends import guard_ends
from tillit_eval.comparison._enough import (
    check_average,
    check_clusters,
    check_pairs,
    check_spread,
)
from tillit_eval.comparison._law import infer
from tillit_eval.comparison._measured import Examined, read_measured
from tillit_eval.comparison._methods import Answer
from tillit_eval.comparison._moments import (
    mean_of_changes,
    mean_of_units,
    stayed,
)
from tillit_eval.comparison._read import (
    Asked,
    Columns,
    ask,
    clusters,
    read_change,
)
from tillit_eval.comparison._regression import Regression
from tillit_eval.comparison._standardised import change_variance, paired_effects
from tillit_eval.comparison.model import PairedChange
from tillit_eval.findings import Average, Findings, MeasurementState
from tillit_eval.floors import K_MIN
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.summaries import ChangeSummary


def compare_paired(
    scores: object,
    scale: str,
    *,
    before: str,
    after: str,
    unit: str | None = "unit",
    assigned: str | None = None,
    average: Average = "people",
    margin: float | None = None,
    measured: Examined | MeasurementState | None = None,
    respondent: str = "respondent",
    wave: str = "wave",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> PairedChange:
    r"""Did the people who answered both times change, and how sure can we be?

    People met in only one wave cannot contribute; they are counted, not hidden.
    People of one unit resemble one another, so the uncertainty is counted over
    units where there are any; ``unit=None`` treats people as independent and the
    sentence says so, as it does when there is no column of units.

    Parameters
    ----------
    scores : DataFrame or ChangeSummary, shape (n_rows, n_columns)
        One row per person and wave, as returned by ``score_scales``, or its sums
        from ``summarise_change``.
    scale : str
        Column with the score, in scale points.
    before, after : str
        The two values of `wave`. The difference is after minus before.
    unit : str or None, default "unit"
        Column with the unit; used when it exists.
    assigned : str, optional
        Column with the level at which treatment varied. Errors cluster there or
        higher, never lower.
    average : {"people", "units"}, default "people"
        Whose average change; the other is in ``alternatives``.
    margin : float, optional
        Smallest change worth noticing, in scale points, above 0.
    measured : Invariance or MeasurementState, optional
        What `assess_invariance` found for this scale and these waves, or its state
        where it was examined elsewhere. *Not examined* by default, and said so.
    respondent, wave : str, optional
        Columns with the person and the wave.
    level : float, default 0.95
        Coverage of the interval.
    k_min : int, default 10
        Fewest linked people; becomes the finding's floor.

    Returns
    -------
    PairedChange
        The change in scale points with its interval and verdict.

    Raises
    ------
    TooFewAnswers
        If fewer than `k_min` people are linked, a wave has no rows, all are in
        one unit, or the changes do not vary.
    DataProblem
        If a column is absent, a person has two rows in a wave, or an option is
        not one of those listed.

    See Also
    --------
    compare_overlapping : When only some people can be linked.
    compare_waves : When nobody can.

    Notes
    -----
    Over people: an intercept fitted to the changes :math:`d_i`, with CR2 errors
    by unit and Satterthwaite df (Pustejovsky & Tipton 2018), as
    ``clubSandwich::coef_test``. Over units: Student's t over the unit means of
    :math:`d_i`. Without units: ``t.test(paired = TRUE)``. ``d_average`` divides by
    :math:`\sqrt{(s_1^2 + s_2^2)/2}`, with Bonett's (2008) interval, as
    ``statpsych::ci.stdmean.ps``; ``d_change`` divides by the spread of the
    changes, with the noncentral t interval of ``effectsize::cohens_d``. With units
    their intervals are the point interval over the same spread between people.

    Examples
    --------
    >>> import pandas as pd
    >>> before = [50, 55, 40, 60, 45, 70, 65, 52, 48, 58, 61, 43]
    >>> after = [56, 54, 49, 66, 50, 71, 75, 52, 57, 60, 63, 51]
    >>> scores = pd.DataFrame(
    ...     {
    ...         "respondent": [*range(12), *range(12)],
    ...         "wave": ["2019"] * 12 + ["2021"] * 12,
    ...         "trust": [*before, *after],
    ...         "source": "synthetic",
    ...     }
    ... )
    >>> change = compare_paired(scores, "trust", before="2019", after="2021")
    >>> round(change.estimate, 2), change.n_pairs, change.verdict
    (4.75, 12, 'rose')
    """
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
    return paired_change(summary, asked, assigned)


def paired_change(
    summary: ChangeSummary, asked: Asked, assigned: str | None
) -> PairedChange:
    """Answer a question about linked people from their sums.

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
    PairedChange
        By the average asked for, the other beside it.

    Raises
    ------
    TooFewAnswers
        If these sums cannot answer.
    """
    check_pairs(summary, asked)
    check_average(asked.average, summary)
    if not summary.has_units:
        return _finding(summary, asked, _independent(summary, asked), None)
    codes = clusters(summary, assigned)
    n_clusters = check_clusters(codes, summary.n_pairs > 0)
    rows = stayed(summary)
    regressions: dict[Average, Regression] = {
        "people": mean_of_changes(rows, codes),
        "units": mean_of_units(rows, codes),
    }
    n_units = int((summary.n_pairs > 0).sum())
    answered: list[list[PairedChange]] = []
    for name in sorted(regressions, key=lambda name: name != asked.average):
        own, every = replace(asked, average=name), name == asked.average
        usual = method_by_unit(name, n_units, n_clusters)
        answers = answer_all(regressions[name], rows, own, usual=usual, every=every)
        answered.append([_finding(summary, own, one, n_clusters) for one in answers])
    shown = beside(answered, rows, asked, summary)
    return replace(answered[0][0], alternatives=Findings(shown))


def _independent(summary: ChangeSummary, asked: Asked) -> Answer:
    """Student's t over people."""
    n = float(summary.n_pairs.sum())
    estimate = float((summary.sum_after - summary.sum_before).sum() / n)
    error, rows = math.sqrt(change_variance(summary) / n), stayed(summary)
    squares = float((rows.square_before + rows.square_after).sum())
    check_spread(error, math.sqrt(squares) / float(rows.n_before.sum()))
    found = infer(estimate, error, n - 1, level=asked.level, margin=asked.margin)
    return Answer(
        found=found,
        method=phrase("comparison.method_paired_t"),
        because=average_words("people", None),
    )


def _finding(
    summary: ChangeSummary, asked: Asked, answer: Answer, n_clusters: int | None
) -> PairedChange:
    rows = stayed(summary)
    answer = guard_ends(answer, rows, asked, summary)
    found = answer.found
    means = rows.unit_means if asked.average == "units" else rows.means
    return PairedChange(
        **asked.shared(summary),
        **found.as_fields(),
        **paired_effects(summary, found.interval, found.estimate, rows.variances),
        estimand=phrase(f"comparison.estimand_stayed_{asked.average}"),
        method=answer.method,
        because=answer.because,
        rounded=answer.rounded,
        left_out=left_out(summary),
        average=asked.average,
        mean_before=means[0],
        mean_after=means[1],
        n_people=int(summary.n_pairs.sum()),
        n_units=int((summary.n_pairs > 0).sum()) if summary.has_units else None,
        n_clusters=n_clusters,
        n_pairs=int(summary.n_pairs.sum()),
        n_before_only=summary.n_before_only,
        n_after_only=summary.n_after_only,
        n_without_code=summary.n_without_code,
        n_movers=summary.n_movers,
    )


def left_out(summary: ChangeSummary) -> tuple[tuple[Phrase, int], ...]:
    """Return who could not be linked, with reasons; nobody is not mentioned."""
    counts = (
        (phrase("comparison.left_before_only"), summary.n_before_only),
        (phrase("comparison.left_after_only"), summary.n_after_only),
        (phrase("comparison.left_without_code"), summary.n_without_code),
    )
    return tuple((why, n) for why, n in counts if n)
