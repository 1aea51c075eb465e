"""Answer what was promised, in the order promised, or say why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from tillit_eval.comparison import (
    adjust_p_values,
    compare_adjusted,
    compare_overlapping,
    compare_paired,
    compare_shares,
    compare_waves,
)
from tillit_eval.errors import DataProblem, TooFewAnswers, few
from tillit_eval.findings import (
    Change,
    Finding,
    Findings,
    NotAnswered,
    Source,
    read_source,
)
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.plan.model import COMPARING, Question, Study
from tillit_eval.plan.periods import times_in_years

if TYPE_CHECKING:
    from tillit_eval.plan.data import SiteData

_COMPARISONS: dict[str, tuple[Callable[..., Finding | Findings], tuple[str, ...]]] = {
    "paired": (compare_paired, ("average",)),
    "waves": (compare_waves, ("average",)),
    "overlapping": (compare_overlapping, ("average", "estimand")),
    "adjusted": (compare_adjusted, ("average", "estimand")),
    "shares": (compare_shares, ("top", "estimand")),
}
_SOURCES: tuple[Source, ...] = ("real", "synthetic", "published", "mixed", "unstated")


def run_plan(study: Study, site: str) -> Findings:
    """How do the data of one site answer the questions that were planned?

    Guard rails come first, then the primary question, then the others. A
    question that the data cannot answer gives its reason, so that every planned
    question has a row.

    Parameters
    ----------
    study : Study
        From `read_study`.
    site : str
        Key of the site.

    Returns
    -------
    Findings
        One per question, with ``expected = "planned"``, ``site``, ``role`` and
        ``key``. For ``overlapping`` the other estimand follows its headline,
        without a role.

    Raises
    ------
    DataProblem
        If the study has no such site, or a table does not fit its codebook.

    See Also
    --------
    run_all : All sites.
    tabulate_expectations : Whether answers and refusals came as planned.

    Notes
    -----
    The confirmatory family of a site is its one primary question, so its p stands
    as it is. Guard rails are judged by their margins, see `judge_guard_rails`. The
    secondary questions of a site are adjusted together by Benjamini and Hochberg,
    and get new verdicts.

    Whether a scale measures the same in the two waves that a question compares is
    examined with ``assess_invariance``, once for each scale and pair of waves, and
    stands in ``measured`` of its finding.

    Examples
    --------
    >>> from tillit_eval.plan import read_study
    >>> study = read_study("data/sample/study.toml")
    >>> findings = run_plan(study, study.names[-1])
    >>> findings[0].role, findings[0].expected
    ('primary', 'planned')
    """
    data = study.site(site)
    answers = [
        found for question in data.plan.in_order for found in _answer(question, data)
    ]
    return _adjusted(answers)


def run_all(study: Study) -> Findings:
    """How do the data of all sites answer the questions that were planned?

    Parameters
    ----------
    study : Study
        From `read_study`.

    Returns
    -------
    Findings
        Site by site, in the order of the study. A progress bar shows where
        somebody looks.

    Raises
    ------
    DataProblem
        If a table of a site does not fit its codebook.

    See Also
    --------
    run_plan : One site.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from tillit_eval.plan import read_study
    >>> study = read_study("data/sample/study.toml")
    >>> one = replace(study, sites=study.sites[-1:])
    >>> {finding.site for finding in run_all(one)} == set(one.names)
    True
    """
    from tqdm import tqdm

    found = Findings()
    for name in tqdm(study.names, desc=study.title, disable=None, leave=False):
        found = found + run_plan(study, name)
    return found


def _answer(question: Question, data: SiteData) -> list[Finding]:
    """Answer one question; several findings where it has several estimands."""
    try:
        found = _ask(question, data)
    except TooFewAnswers as problem:
        reason = phrase(problem.reason, **problem.values)
        found = [_not_answered(question, data, reason)]
    labels = {}
    if question.label is not None:
        labels[question.scale] = question.label
    elif question.design in COMPARING:
        labels = data.survey(question.survey).codebook.labels
    stamped = [
        replace(
            finding,
            expected="planned",
            site=data.name,
            role=question.role if position == 0 else "",
            key=question.id,
        )
        for position, finding in enumerate(found)
    ]
    return list(Findings(stamped).named(labels))


def _ask(question: Question, data: SiteData) -> list[Finding]:
    if question.design == "series":
        return [_refuse_series(question, data)]
    if question.design == "effect":
        reason = phrase("plan.nothing_delivered", n=question.planned)
        return [_not_answered(question, data, reason)]
    kept, left_out = _rows(question, data)
    found = _compare(question, kept, data)
    findings = list(found) if isinstance(found, Findings) else [found]
    return [
        replace(each, left_out=each.left_out + left_out)
        if isinstance(each, Change)
        else each
        for each in findings
    ]


def _rows(
    question: Question, data: SiteData
) -> tuple[pd.DataFrame, tuple[tuple[Phrase, int], ...]]:
    """Return the rows compared, with the arms marked, and who was left out."""
    survey = data.survey(question.survey)
    rows = survey.responses if question.design == "shares" else survey.scores
    if question.leave_out or question.treated:
        _check_units(question, rows, data)
    out = _is_in(rows, question.leave_out)
    asked = rows["wave"].astype(str).isin([question.before, question.after])
    n = int((out & asked & rows[question.scale].notna()).sum())
    kept = rows[~out]
    if kept.empty:
        raise TooFewAnswers(
            f"The plan of question '{question.id}' leaves nobody to ask.",
            expected="answers from other units than those left out",
            found="0 rows",
            to_fix="leave out fewer units",
            reason="plan.nobody_left",
        )
    if question.treated:
        kept = kept.assign(treated=_is_in(kept, question.treated))
    why = phrase("plan.left_out_units", n=len(question.leave_out))
    return kept, ((why, n),) if n else ()


def _is_in(rows: pd.DataFrame, units: tuple[str, ...]) -> pd.Series[bool]:
    """Mark the rows of some units; none if no units are named."""
    if not units:
        return pd.Series(False, index=rows.index)
    return rows["unit"].isin(units)


def _check_units(question: Question, rows: pd.DataFrame, data: SiteData) -> None:
    """Refuse units of the plan that no table knows: most likely a slip of the pen."""
    known = set(rows["unit"].dropna()) if "unit" in rows.columns else set()
    if data.plan.units is not None:
        known |= set(data.units["unit"].astype(str))
    unknown = sorted({*question.leave_out, *question.treated} - known)
    if unknown or "unit" not in rows.columns:
        raise DataProblem(
            f"The plan of question '{question.id}' names units that are not there.",
            expected="names of units as they stand in the column 'unit'",
            found=f"{len(unknown)} other name(s): {few(unknown)}",
            to_fix="correct treated or leave_out in the study file",
        )


def _compare(
    question: Question, rows: pd.DataFrame, data: SiteData
) -> Finding | Findings:
    """Call the comparison that was planned, with all it was planned with."""
    compare, named = _COMPARISONS[question.design]
    options: dict[str, Any] = {name: getattr(question, name) for name in named}
    if question.treated:
        options["treated"] = "treated"
    if question.design != "shares":
        options["measured"] = data.survey(question.survey).measured(question)
    assigned = question.assigned or ("unit" if question.treated else None)
    return compare(
        rows,
        question.scale,
        before=question.before,
        after=question.after,
        assigned=assigned,
        margin=question.margin,
        k_min=question.floor,
        **options,
    )


def _refuse_series(question: Question, data: SiteData) -> NotAnswered:
    """Say why a series cannot be asked: a new scale, two waves, or no baseline."""
    if question.steps:
        before, after = (int(steps) for steps in question.steps)
        reason = phrase("plan.scale_changed", before=before, after=after)
        return _not_answered(question, data, reason)
    if question.survey:
        return _not_answered(question, data, phrase("plan.waves_are_no_series"))
    series, units = data.series, data.units
    rows = series[series["indicator"] == question.scale].dropna(subset=["value"])
    rows = rows[rows["unit"] == question.unit] if question.unit else rows
    starts = units.loc[units["unit"] == question.unit, "start"]
    start = times_in_years(starts).min()
    n_before = int((times_in_years(rows["period"]) < start).sum())
    reason = (
        phrase("plan.no_baseline", unit=question.unit)
        if question.unit and n_before == 0
        else phrase("plan.series_not_offered")
    )
    return _not_answered(question, data, reason)


def _not_answered(question: Question, data: SiteData, reason: Phrase) -> NotAnswered:
    return NotAnswered(
        scale=question.scale,
        asked=question.design,
        reason=reason,
        source=_source(question, data),
        floor=question.floor,
    )


def _source(question: Question, data: SiteData) -> Source:
    if question.design in COMPARING or question.survey:
        return read_source(data.survey(question.survey).responses)
    if question.steps:
        return read_source(data.ratings)
    if question.design == "series":
        return read_source(data.series)
    for source in _SOURCES:
        if source == data.plan.source:
            return source
    return "unstated"


def _adjusted(findings: list[Finding]) -> Findings:
    """Adjust the secondary questions of one site; every finding keeps its place."""
    places = [i for i, each in enumerate(findings) if _is_secondary(each)]
    if not places:
        return Findings(findings)
    family = adjust_p_values(
        Findings(findings[i] for i in places), method="benjamini-hochberg"
    )
    new = dict(zip(places, family, strict=True))
    return Findings(new.get(i, each) for i, each in enumerate(findings))


def _is_secondary(finding: Finding) -> bool:
    return (
        isinstance(finding, Change)
        and finding.role == "secondary"
        and finding.p_value is not None
    )
