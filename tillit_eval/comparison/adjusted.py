"""Did the places with the reform change more than those without it?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tillit_eval.comparison._arms import Arms, read_arms
from tillit_eval.comparison._averages import (
    answer_all,
    behind,
    beside,
    method_by_unit,
    units_once,
)
from tillit_eval.comparison._effects import (
    gamma_correction,
    over_spread,
    pooled_spread,
)
from tillit_eval.comparison._ends import guard_ends
from tillit_eval.comparison._enough import check_average
from tillit_eval.comparison._measured import Examined, read_measured
from tillit_eval.comparison._methods import Answer
from tillit_eval.comparison._moments import (
    change_between_arms,
    units_between_arms,
)
from tillit_eval.comparison._read import (
    Asked,
    Columns,
    ask,
    read_change,
)
from tillit_eval.comparison.model import AdjustedChange
from tillit_eval.comparison.paired import left_out
from tillit_eval.errors import check_option
from tillit_eval.findings import (
    Average,
    Estimand,
    Findings,
    Interval,
    MeasurementState,
)
from tillit_eval.floors import K_MIN
from tillit_eval.phrases import Phrase, phrase


def compare_adjusted(
    scores: object,
    scale: str,
    *,
    before: str,
    after: str,
    treated: str = "treated",
    assigned: str,
    unit: str | None = "unit",
    average: Average = "people",
    estimand: Estimand = "workplace",
    margin: float | None = None,
    measured: Examined | MeasurementState | None = None,
    respondent: str = "respondent",
    wave: str = "wave",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> AdjustedChange:
    r"""Did the places with the reform change more than those without it?

    Difference-in-differences over two waves: what the places with the reform
    changed, less what the others changed. It answers for the reform only if both
    would have changed alike without it, which two waves cannot show.

    Parameters
    ----------
    scores : DataFrame or ChangeSummary, shape (n_rows, n_columns)
        One row per person and wave, or its sums from ``summarise_change`` made
        with ``assigned=`` and ``treated=``.
    scale : str
        Column with the score, in scale points.
    before, after : str
        The two values of `wave`.
    treated : str, default "treated"
        Column that is true (or 1) for places with the reform, in both waves.
    assigned : str
        Column with the level at which the reform was assigned; errors cluster
        there. The column of respondents means that people were assigned one by
        one, and are treated as independent.
    unit : str or None, default "unit"
        Column with the unit to average over; `assigned` where there is none.
    average : {"people", "units"}, default "people"
        Whose average; the other is in ``alternatives``.
    estimand : {"workplace", "stayed"}, default "workplace"
        Everyone who answered, or linked people only.
    margin : float, optional
        Smallest difference worth noticing, in scale points, above 0.
    measured : Invariance or MeasurementState, optional
        What `assess_invariance` found for this scale and these waves, or its state
        where it was examined elsewhere. *Not examined* by default, and said so.
    respondent, wave : str, optional
        Columns with the person and the wave.
    level : float, default 0.95
        Coverage of the interval.
    k_min : int, default 10
        Fewest people in each arm and wave; becomes the finding's floor.

    Returns
    -------
    AdjustedChange
        The difference of the two changes in scale points.

    Raises
    ------
    TooFewAnswers
        If an arm has fewer than two assigned groups, or fewer than `k_min`
        people in a wave, or nothing varies.
    DataProblem
        If a column is absent, `treated` is not true or false or varies within
        `assigned`, a person has two rows in a wave, or an option is not listed.

    See Also
    --------
    compare_paired : Linked people in one group of units.
    compare_overlapping : One group of units, partly linked.

    Notes
    -----
    Over people: the coefficient of after × treated in a regression of all scores
    on wave, arm and their product, with CR2 errors by `assigned` and Satterthwaite
    df, as ``clubSandwich::coef_test``. Over units: Welch's t between the changes
    of the units' means; CR2 over the assigned groups where these hold several
    units. The rule that chooses looks only at `average`, never at the answers.
    ``d_ppc2`` is Morris's (2008, doi 10.1177/1094428106291059), with the exact
    gamma correction for ``d_ppc2_df``; its interval is the point interval over
    the same spread, which is taken as known.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(2)
    >>> unit = np.tile(np.arange(12), 20)
    >>> scores = pd.DataFrame(
    ...     {
    ...         "wave": np.repeat(["2019", "2021"], 120),
    ...         "unit": unit,
    ...         "treated": unit < 4,
    ...         "trust": rng.normal(60, 10, 240).round()
    ...         + 20 * ((unit < 4) & (np.arange(240) >= 120)),
    ...     }
    ... )
    >>> found = compare_adjusted(
    ...     scores, "trust", before="2019", after="2021", assigned="unit"
    ... )
    >>> found.n_units_treated, found.n_units_comparison, found.verdict
    (4, 8, 'rose')
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
    columns = Columns(
        respondent=respondent, wave=wave, unit=unit, assigned=assigned, treated=treated
    )
    summary = read_change(scores, asked, columns)
    check_average(average, summary)
    arms = read_arms(
        summary, asked, assigned=assigned, treated=treated, estimand=estimand
    )
    found = {"people": _findings(arms, asked, "people")}
    complete = arms.of(behind(arms.rows, "units"))
    if average == "units" or (summary.has_units and complete.has_enough(asked)):
        complete.check_people(asked)
        found["units"] = _findings(arms, asked, "units")
    answered = [found.pop(average), *found.values()]
    shown = beside(answered, arms.rows, asked, summary)
    return replace(answered[0][0], alternatives=Findings(shown))


def _findings(arms: Arms, asked: Asked, average: Average) -> list[AdjustedChange]:
    """Answer for one average, with every method if it is the one asked for."""
    every, asked = average == asked.average, replace(asked, average=average)
    between = units_between_arms if asked.average == "units" else change_between_arms
    regression = between(arms.rows, arms.codes, arms.treated)
    usual = _method(arms, asked.average)
    alone = not arms.summary.has_units
    answers = answer_all(
        regression, arms.rows, asked, usual=usual, by_person=alone, every=every
    )
    return [_finding(arms, asked, answer) for answer in answers]


def _finding(arms: Arms, asked: Asked, answer: Answer) -> AdjustedChange:
    summary, rows = arms.summary, arms.rows
    answer = guard_ends(answer, rows, asked, summary)
    found = answer.found
    units, used = summary.has_units, arms.of(behind(rows, asked.average))
    groups = used.n_clusters
    people = [int(max(side.n_before.sum(), side.n_after.sum())) for side in used.sides]
    linked_only = left_out(summary) if arms.estimand == "stayed" else ()
    return AdjustedChange(
        **asked.shared(summary),
        **found.as_fields(),
        **_means(arms, asked.average),
        **_d_ppc2(arms, found.estimate, found.interval),
        estimand=phrase(
            f"comparison.estimand_adjusted_{arms.estimand}_{asked.average}"
        ),
        method=answer.method,
        because=answer.because,
        rounded=answer.rounded,
        left_out=linked_only + units_once(rows, asked.average),
        average=asked.average,
        n_people=_n_people(used),
        n_units=len(used.codes) if units else None,
        n_clusters=sum(groups) if units else None,
        n_treated=people[0],
        n_comparison=people[1],
        n_units_treated=groups[0] if units else None,
        n_units_comparison=groups[1] if units else None,
    )


def _n_people(arms: Arms) -> int:
    """Count people once, as far as they can be linked."""
    pairs = int(arms.summary.n_pairs.sum())
    return int(arms.rows.n_before.sum() + arms.rows.n_after.sum()) - pairs


def _means(arms: Arms, average: Average) -> dict[str, Any]:
    reform, other = (
        side.unit_means if average == "units" else side.means for side in arms.sides
    )
    return {
        "mean_before": reform[0],
        "mean_after": reform[1],
        "mean_before_comparison": other[0],
        "mean_after_comparison": other[1],
    }


def _d_ppc2(arms: Arms, estimate: float, interval: Interval) -> dict[str, Any]:
    """Standardise by the pooled spread between people before."""
    reform, other = arms.sides
    n = float(reform.n_before.sum()), float(other.n_before.sum())
    spread = pooled_spread(n, (reform.variances[0], other.variances[0]))
    if spread == 0:
        return {}
    df = sum(n) - 2
    corrected = spread / gamma_correction(df)
    return {
        "d_ppc2": estimate / corrected,
        "d_ppc2_interval": over_spread(interval, corrected),
        "d_ppc2_df": df,
    }


def _method(arms: Arms, average: Average) -> Phrase:
    if not arms.summary.has_units:
        return phrase("comparison.method_by_person")
    used = arms.of(behind(arms.rows, average))
    n_units, n_clusters = len(used.codes), sum(used.n_clusters)
    if average == "units" and n_units == n_clusters:
        return phrase("comparison.method_unit_welch")
    return method_by_unit(average, n_units, n_clusters)
