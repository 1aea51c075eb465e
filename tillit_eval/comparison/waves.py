"""Do two waves differ whose people cannot be linked?"""

from __future__ import annotations

import math
from dataclasses import replace

from tillit_eval.comparison._averages import (
    Averaged,
    average_words,
    beside,
    both_averages,
    units_once,
)
from tillit_eval.comparison._effects import over_spread, unlinked_interval
from tillit_eval.comparison._ends import guard_ends
from tillit_eval.comparison._enough import (
    check_average,
    check_spread,
    check_waves_full,
)
from tillit_eval.comparison._law import infer
from tillit_eval.comparison._measured import Examined, read_measured
from tillit_eval.comparison._methods import Answer
from tillit_eval.comparison._moments import everyone, welch_moments
from tillit_eval.comparison._read import (
    Asked,
    Columns,
    ask,
    read_change,
)
from tillit_eval.comparison.model import WavesChange
from tillit_eval.findings import Average, Findings, MeasurementState
from tillit_eval.floors import K_MIN
from tillit_eval.phrases import phrase
from tillit_eval.summaries import ChangeSummary


def compare_waves(
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
) -> WavesChange:
    r"""Do two waves differ, when nobody can be linked between them?

    The answer is about two groups of answers. It says nothing about how any
    person changed, and it moves when people leave and arrive. If some of the
    people are the same, the interval is wider than it need be.

    Parameters
    ----------
    scores : DataFrame or ChangeSummary, shape (n_rows, n_columns)
        One row per person and wave, or its sums from ``summarise_change``. A
        column of respondents is not needed.
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
        Whose average; the other is in ``alternatives``.
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
        Fewest people in each wave; becomes the finding's floor.

    Returns
    -------
    WavesChange
        The difference in scale points with its interval and verdict.

    Raises
    ------
    TooFewAnswers
        If a wave has fewer than `k_min` answers, all are in one unit, or the
        scores do not vary.
    DataProblem
        If a column is absent, or an option is not one of those listed.

    See Also
    --------
    compare_paired : When people can be linked.
    compare_overlapping : When some can.

    Notes
    -----
    With units: all scores regressed on the wave, CR2 errors by unit with
    Satterthwaite df, as ``clubSandwich::coef_test``; over units, Student's t over
    the changes of the units' means. Without units: ``t.test`` (Welch).
    ``d_average`` divides by :math:`\sqrt{(s_1^2 + s_2^2)/2}`; without units its
    interval is Bonett's (2008), as ``statpsych::ci.stdmean2``.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame(
    ...     {
    ...         "wave": ["2019"] * 12 + ["2021"] * 12,
    ...         "trust": [50, 55, 40, 60, 45, 70, 65, 52, 48, 58, 61, 43,
    ...                   56, 54, 49, 66, 50, 71, 75, 52, 57, 60, 63, 51],
    ...     }
    ... )
    >>> found = compare_waves(scores, "trust", before="2019", after="2021")
    >>> round(found.estimate, 2), found.verdict
    (4.75, 'cannot_tell')
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
    check_waves_full(summary, asked)
    check_average(average, summary)
    if not summary.has_units:
        return _finding(summary, asked, _independent(summary, asked), None)
    found = [
        [_finding(summary, one.asked, answer, one) for answer in one.answers]
        for one in both_averages(summary, asked, assigned)
    ]
    shown = beside(found, everyone(summary), asked, summary)
    return replace(found[0][0], alternatives=Findings(shown))


def _independent(summary: ChangeSummary, asked: Asked) -> Answer:
    """Welch's t over people, after minus before."""
    rows = everyone(summary)
    means, variances = rows.means, rows.variances
    n = float(rows.n_after.sum()), float(rows.n_before.sum())
    fit = welch_moments(means[::-1], variances[::-1], n)
    squares = float((rows.square_before + rows.square_after).sum())
    check_spread(fit.standard_error, math.sqrt(squares) / sum(n))
    return Answer(
        found=infer(
            fit.estimate,
            fit.standard_error,
            fit.df,
            level=asked.level,
            margin=asked.margin,
        ),
        method=phrase("comparison.method_welch"),
        because=average_words(asked.average, None),
    )


def _finding(
    summary: ChangeSummary, asked: Asked, answer: Answer, by_unit: Averaged | None
) -> WavesChange:
    rows = everyone(summary)
    answer = guard_ends(answer, rows, asked, summary)
    found = answer.found
    used = by_unit.rows if by_unit else rows
    counts = int(used.n_before.sum()), int(used.n_after.sum())
    spread = math.sqrt(sum(rows.variances) / 2)
    means = rows.unit_means if asked.average == "units" else rows.means
    d = found.estimate / spread
    return WavesChange(
        **asked.shared(summary),
        **found.as_fields(),
        estimand=phrase(f"comparison.estimand_unlinked_{asked.average}"),
        method=answer.method,
        because=answer.because,
        rounded=answer.rounded,
        left_out=units_once(rows, asked.average),
        average=asked.average,
        mean_before=means[0],
        mean_after=means[1],
        d_average=d,
        d_average_interval=over_spread(found.interval, spread)
        if summary.has_units
        else unlinked_interval(
            d, variances=rows.variances, n=counts, level=asked.level
        ),
        n_people=sum(counts),
        n_units=by_unit.n_units if by_unit else None,
        n_clusters=by_unit.n_clusters if by_unit else None,
        n_before=counts[0],
        n_after=counts[1],
    )
