"""The rows of a forest plot: what stands where, how far it reaches, what it says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tillit_eval.disclosure import guard_findings
from tillit_eval.errors import DataProblem, few
from tillit_eval.figures import canvas
from tillit_eval.findings import (
    Change,
    Finding,
    Findings,
    Interval,
    NotAnswered,
    measured_mark,
    measured_notes,
    source_of,
)
from tillit_eval.phrases import Language, percent, say
from tillit_eval.synthesis import Contribution, Pooled, design_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is called, where it stands, and what is drawn on it."""

    kind: str
    name: str
    at: float
    finding: Finding | None = None
    weight: float | None = None
    note: str = ""
    estimate: float = math.nan
    interval: Interval | None = None
    digits: int = 1


def read_forest(
    findings: Pooled | Iterable[Finding],
) -> tuple[Pooled | None, list[Contribution]]:
    """Return the number, where there is one, and the sites, each guarded."""
    pooled: Pooled | None = None
    if isinstance(findings, Pooled):
        pooled = findings if findings.is_shown else None
        sites = list(findings.contributions)
    else:
        sites = [Contribution(finding=one) for one in Findings(findings)]
    guarded = guard_findings([one.finding for one in sites])
    return pooled, [
        replace(one, finding=shown) for one, shown in zip(sites, guarded, strict=True)
    ]


def lay_out(
    pooled: Pooled | None, sites: Sequence[Contribution], lang: Language
) -> list[Row]:
    """Return what is drawn, from the top down."""
    designs = {design_of(one.finding) for one in sites} - {""}
    inside = [one for one in sites if one.weight is not None]
    apart = [one for one in sites if one.weight is None]
    rows = [_site(one, "site", len(designs) > 1, lang) for one in inside]
    if pooled is not None:
        rows += _together(pooled, lang)
    if not inside:
        beside = [_site(one, "site", len(designs) > 1, lang) for one in apart]
    else:
        beside = [_site(one, "beside", len(designs) > 1, lang) for one in apart]
    shown = [row.finding for row in [*rows, *beside]]
    digits = min((one.digits for one in shown if isinstance(one, Change)), default=1)
    height = len(rows) + (0.6 if rows and beside else 0) + len(beside)
    high = [replace(row, at=height - i, digits=digits) for i, row in enumerate(rows)]
    low = [
        replace(row, at=float(len(beside) - i), digits=digits)
        for i, row in enumerate(beside)
    ]
    return [*high, *low]


def _site(one: Contribution, kind: str, with_design: bool, lang: Language) -> Row:
    finding, name = one.finding, one.name(lang) or one.finding.name(lang)
    design = design_of(finding)
    if with_design and design:
        name = f"{name} ({say(f'synthesis.design_{design}', lang)})"
    row = Row(kind, name + measured_mark(finding), 0.0, finding, one.weight)
    if isinstance(finding, Change):
        note = one.because.say(lang) if one.because else ""
        return replace(
            row, note=note, estimate=finding.estimate, interval=finding.interval
        )
    return row


def _together(pooled: Pooled, lang: Language) -> list[Row]:
    return [
        Row(
            "pooled",
            say("synthesis.forest_together", lang, k=pooled.k) + measured_mark(pooled),
            0.0,
            pooled,
            1.0,
            estimate=pooled.estimate,
            interval=pooled.interval,
        ),
        Row(
            "new",
            say("synthesis.forest_new", lang),
            0.0,
            pooled,
            interval=pooled.prediction,
        ),
    ]


def check_changes(changes: Sequence[Change]) -> None:
    """Refuse what cannot share one axis."""
    units = {one.unit_of_measure for one in changes}
    levels = {one.interval.level for one in changes if one.interval}
    if len(units) != 1 or len(levels) > 1:
        raise DataProblem(
            "These findings cannot be drawn as a forest.",
            expected="changes that may be shown, in one unit of measure, with one "
            "level of interval",
            found=f"units {few(sorted(units))}; levels {few(sorted(levels))}",
            to_fix="draw one figure for each",
        )


def factor_of(change: Change) -> float:
    """Shares are drawn in percentage points."""
    return 100.0 if change.unit_of_measure == "share" else 1.0


def limits_of(rows: Sequence[Row], pooled: Pooled | None) -> tuple[float, float]:
    """Return ends of the axis: all estimates; intervals as far as they can be read.

    One very uncertain site must not press the others together, so intervals leave
    the figure as arrows where they are far longer than most.
    """
    changes = [row for row in rows if isinstance(row.finding, Change)]
    factor = factor_of(changes[0].finding)  # type: ignore[arg-type]
    points = [row.estimate for row in changes if math.isfinite(row.estimate)]
    spans = sorted(
        row.interval.high - row.interval.low
        for row in changes
        if row.interval is not None and row.kind != "new"
    )
    usual = spans[len(spans) // 2] if spans else 1.0
    ends = [0.0, *points]
    for row in changes:
        if row.interval is not None:
            middle = row.estimate
            if row.kind == "new" and pooled is not None:
                middle = pooled.estimate
            ends += [
                max(row.interval.low, middle - usual),
                min(row.interval.high, middle + usual),
            ]
    if pooled is not None and pooled.margin is not None:
        ends += [-pooled.margin, pooled.margin]
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    return (min(ends) - room) * factor, (max(ends) + room) * factor


def data_of(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the numbers drawn; a row without a mark has none."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "kind": row.kind,
                "name": row.name,
                "shown": isinstance(row.finding, Change),
                "estimate": row.estimate,
                "low": row.interval.low if row.interval else math.nan,
                "high": row.interval.high if row.interval else math.nan,
                "weight": row.weight,
                "n_people": row.finding.n_people
                if isinstance(row.finding, Change)
                else None,
                "measured": row.finding.measured
                if isinstance(row.finding, Change)
                else None,
            }
            for row in rows
        ]
    )


class Words:
    """Say the figure in a language: its kind, every site, and the number."""

    def __init__(self, pooled: Pooled | None, sites: Sequence[Contribution]) -> None:
        self.pooled, self.sites = pooled, sites

    def __call__(self, lang: Language) -> str:
        says = [say("synthesis.forest_alt", lang, rows=len(self.sites))]
        says += [self._one(one, lang) for one in self.sites]
        shown = [one.finding for one in self.sites if isinstance(one.finding, Change)]
        says += measured_notes(shown, lang)
        if self.pooled is not None:
            return " ".join([*says, self.pooled.sentence(lang)])
        return " ".join([*says, *canvas.mark_in_words(source_of(shown), lang)])

    def _one(self, one: Contribution, lang: Language) -> str:
        finding, name = one.finding, one.name(lang) or one.finding.name(lang)
        name += measured_mark(finding)
        if not isinstance(finding, Change):
            reason = (
                canvas.reason_in_words(finding, lang)
                if isinstance(finding, NotAnswered)
                else ""
            )
            return f"{name}: {reason.rstrip('.')}."
        said = say(
            "synthesis.forest_alt_site",
            lang,
            name=name,
            amount=finding.amount(finding.estimate, lang, sign=True),
            interval=finding.interval_in_words(lang),
            n=finding.count(finding.n_people, lang),
        )
        weight = (
            say(
                "synthesis.forest_alt_weight", lang, weight=percent(one.weight, 0, lang)
            )
            if one.weight is not None
            else one.because.say(lang)
            if one.because
            else ""
        )
        return f"{said}{', ' if weight else ''}{weight}."
