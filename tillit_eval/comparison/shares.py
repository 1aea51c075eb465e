"""Did the share of people who gave certain answers change?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tillit_eval.comparison._answers import (
    check_share_margin,
    check_top,
    check_zero_one,
    count_answers,
    hides_few,
)
from tillit_eval.comparison._averages import (
    answer_all,
    average_words,
    behind,
    beside,
    method_by_unit,
    units_once,
)
from tillit_eval.comparison._effective import share_intervals
from tillit_eval.comparison._ends import guard_ends
from tillit_eval.comparison._enough import (
    check_both_times,
    check_clusters,
    check_pairs,
    check_spread,
    check_waves_full,
)
from tillit_eval.comparison._law import infer
from tillit_eval.comparison._methods import Answer
from tillit_eval.comparison._moments import (
    Codes,
    Rows,
    change_of_means,
    everyone,
    mean_of_changes,
    mean_of_units,
    stayed,
)
from tillit_eval.comparison._overlap import overlapping
from tillit_eval.comparison._read import (
    Asked,
    Columns,
    ask,
    clusters,
    read_change,
)
from tillit_eval.comparison._regression import Regression
from tillit_eval.comparison._scores import infer_score, paired_score, unpaired_score
from tillit_eval.comparison.model import ShareChange
from tillit_eval.comparison.paired import left_out
from tillit_eval.errors import check_option
from tillit_eval.findings import Average, Estimand, Findings
from tillit_eval.floors import K_MIN
from tillit_eval.phrases import phrase
from tillit_eval.summaries import ChangeSummary


def compare_shares(
    responses: object,
    item: str,
    *,
    before: str,
    after: str,
    top: Sequence[float] | float | None = None,
    unit: str | None = "unit",
    assigned: str | None = None,
    estimand: Estimand = "workplace",
    margin: float | None = None,
    respondent: str = "respondent",
    wave: str = "wave",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> ShareChange:
    r"""Did the share of people who gave certain answers change?

    *Top-2-box* is the share that chose one of the two most favourable codes: for
    codes 1 to 5 ``top=(4, 5)``, and ``top=(1, 2)`` where a low code is favourable.
    Missing answers are in neither the count nor the number asked.

    Parameters
    ----------
    responses : DataFrame or ChangeSummary, shape (n_rows, n_columns)
        One row per person and wave; or sums of a column of 0 and 1.
    item : str
        Column with the codes, or with a score.
    before, after : str
        The two values of `wave`. The difference is after minus before.
    top : sequence of float or float, optional
        The codes that count, in a list also if there is one; a single number is
        the lowest value that counts. None means that the column holds 0 and 1.
    unit : str or None, default "unit"
        Column with the unit; used when it exists. None treats people as
        independent, and says so.
    assigned : str, optional
        Column with the level at which treatment varied.
    estimand : {"workplace", "stayed"}, default "workplace"
        Everyone who answered, or linked people only.
    margin : float, optional
        Smallest difference worth noticing as a share, between 0 and 1: 0.05 is
        five percentage points.
    respondent, wave : str, optional
        Columns with the person and the wave.
    level : float, default 0.95
        Coverage of the intervals.
    k_min : int, default 10
        Fewest people in each wave, or fewest linked people.

    Returns
    -------
    ShareChange
        Both shares with their intervals, and the difference.

    Raises
    ------
    TooFewAnswers
        If there are fewer than `k_min` people, one unit, or nothing varies
        between units.
    DataProblem
        If `top` or `margin` cannot be right, the column is not numeric, or an
        option is not listed.

    See Also
    --------
    compare_paired : The mean of the same people.

    Notes
    -----
    With units the difference is that of least squares on 0 and 1 with CR2 errors
    by unit, and each share has Wilson's interval with the effective number of
    people of Korn and Graubard (1998, Survey Methodology 24, 193-201), never above
    the number of people; where all or none count it is the number of people.
    Without units: Tango's score interval with McNemar's p for linked people, Mee's
    score interval with the pooled test where nobody is linked, Derrick's t on 0
    and 1 where some are; each share has Wilson's interval, or Clopper and Pearson's
    under 20 people. Checked against ``mcnemar.test``, ``prop.test`` and the
    likelihood maximised by brute force in R.

    Examples
    --------
    >>> import pandas as pd
    >>> responses = pd.DataFrame(
    ...     {
    ...         "respondent": [*range(40), *range(40)],
    ...         "wave": ["2019"] * 40 + ["2021"] * 40,
    ...         "q1": [2] * 24 + [4] * 16 + [2] * 8 + [5] * 30 + [3] * 2,
    ...     }
    ... )
    >>> found = compare_shares(
    ...     responses, "q1", before="2019", after="2021", top=(4, 5), estimand="stayed"
    ... )
    >>> round(found.mean_before, 2), round(found.mean_after, 2), found.verdict
    (0.4, 0.75, 'rose')
    """
    check_option("estimand", estimand, ("workplace", "stayed"))
    asked = ask(
        item,
        before=before,
        after=after,
        average="people",
        margin=margin,
        level=level,
        k_min=k_min,
    )
    check_share_margin(asked.margin)
    columns = Columns(respondent=respondent, wave=wave, unit=unit, assigned=assigned)
    counted = check_top(top)
    if not isinstance(responses, ChangeSummary):
        responses = count_answers(responses, item, counted, columns)
    summary = read_change(responses, asked, columns)
    check_zero_one(summary)
    if estimand == "stayed":
        check_pairs(summary, asked)
    else:
        check_waves_full(summary, asked)
    codes = (counted,) if isinstance(counted, float) else counted
    shown: dict[str, Any] = {"estimand": estimand, "top": codes or ()}
    if not summary.has_units:
        alone = _independent(summary, asked, estimand)
        return _finding(summary, asked, alone, **shown)
    return _by_unit(summary, asked, assigned, shown)


def _by_unit(
    summary: ChangeSummary,
    asked: Asked,
    assigned: str | None,
    shown: dict[str, Any],
) -> ShareChange:
    """Answer with errors by unit, over people, and over units beside it."""
    linked = shown["estimand"] == "stayed"
    rows, codes = _rows(summary, shown["estimand"]), clusters(summary, assigned)
    check_clusters(codes, behind(rows, "people"))
    check_both_times(codes, rows.unit_changes[1])
    over_people = (mean_of_changes if linked else change_of_means)(rows, codes)
    both: dict[Average, tuple[Answer, ...]] = {
        "people": _answers(over_people, rows, asked, codes),
        "units": _answers(
            mean_of_units(rows, codes), rows, replace(asked, average="units"), codes
        ),
    }
    found = [
        [
            _finding(summary, replace(asked, average=name), one, codes=codes, **shown)
            for one in answers
        ]
        for name, answers in both.items()
    ]
    others = beside(found, rows, asked, summary)
    return replace(found[0][0], alternatives=Findings(others))


def _answers(
    regression: Regression, rows: Rows, asked: Asked, codes: Codes
) -> tuple[Answer, ...]:
    where = behind(rows, asked.average)
    n_clusters = len(set(codes[where].tolist()))
    usual = method_by_unit(asked.average, int(where.sum()), n_clusters)
    every = asked.average == "people"
    return answer_all(regression, rows, asked, usual=usual, every=every)


def _independent(summary: ChangeSummary, asked: Asked, estimand: Estimand) -> Answer:
    """Answer with people treated as independent."""
    rows = _rows(summary, estimand)
    first, second = rows.means
    options: dict[str, Any] = {"level": asked.level, "margin": asked.margin}
    because = average_words("people", None)
    n = float(summary.n_pairs.sum())
    if n == rows.n_before.sum() == rows.n_after.sum():
        both = float(summary.product.sum())
        score = paired_score(n * second - both, n * first - both, n)
        found = infer_score(second - first, score, **options)
        mcnemar = phrase("comparison.method_mcnemar")
        return Answer(found=found, method=mcnemar, because=because)
    if not summary.n_pairs.any():
        n0, n1 = float(rows.n_before.sum()), float(rows.n_after.sum())
        score = unpaired_score(first * n0, n0, second * n1, n1)
        found = infer_score(second - first, score, **options)
        two = phrase("comparison.method_score")
        return Answer(found=found, method=two, because=because)
    fit = overlapping(summary, equal=False)
    check_spread(fit.standard_error, 1e-3)
    return Answer(
        found=infer(fit.estimate, fit.standard_error, fit.df, **options),
        method=phrase("comparison.method_overlap_unequal"),
        because=because,
    )


def _finding(
    summary: ChangeSummary,
    asked: Asked,
    answer: Answer,
    *,
    estimand: Estimand,
    top: tuple[float, ...],
    codes: Codes | None = None,
) -> ShareChange:
    rows = _rows(summary, estimand)
    answer = guard_ends(answer, rows, asked, summary)
    where = behind(rows, asked.average)
    used, n_units = rows.of(where), int(where.sum())
    n_clusters = None if codes is None else len(set(codes[where].tolist()))
    n_pairs = int(summary.n_pairs.sum())
    counts = int(used.n_before.sum()), int(used.n_after.sum())
    missing = left_out(summary) if estimand == "stayed" else ()
    means = rows.unit_means if asked.average == "units" else rows.means
    return ShareChange(
        **asked.shared(summary),
        **answer.found.as_fields(),
        **(share_intervals(rows, codes, asked) if asked.average == "people" else {}),
        estimand=phrase(f"comparison.estimand_{estimand}_{asked.average}"),
        method=answer.method,
        because=answer.because,
        rounded=answer.rounded,
        left_out=missing + units_once(rows, asked.average),
        average=asked.average,
        mean_before=means[0],
        mean_after=means[1],
        n_people=n_pairs if estimand == "stayed" else sum(counts) - n_pairs,
        n_units=None if codes is None else n_units,
        n_clusters=n_clusters,
        n_before=counts[0],
        n_after=counts[1],
        n_pairs=n_pairs,
        top=top,
        hidden_because=hides_few(rows),
    )


def _rows(summary: ChangeSummary, estimand: Estimand) -> Rows:
    return stayed(summary) if estimand == "stayed" else everyone(summary)
