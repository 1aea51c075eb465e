"""Changes with their intervals, against a line at no change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tillit_eval.disclosure import guard_findings
from tillit_eval.errors import DataProblem, few
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.findings import (
    Change,
    Finding,
    Interval,
    NotAnswered,
    row_names,
    source_of,
)
from tillit_eval.phrases import Label, Language, language, percent, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Marker, face and edge by verdict: open where nothing can be told, so that the
# verdict is also read in grey.
_LOOKS = {
    "rose": ("o", canvas.BLUE, canvas.BLUE),
    "fell": ("o", canvas.RED, canvas.RED),
    "no_change": ("s", canvas.MUTED, canvas.MUTED),
    "cannot_tell": ("o", "white", canvas.INK),
}


def plot_changes(
    findings: Finding | Iterable[Finding],
    *,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How much did each outcome change, and how sure can we be?

    One row per finding, the first on top: a dot with its interval, a thicker
    inner interval and a grey band where a margin was stated, the number of
    people and the verdict at the right. A finding under its floor is named but
    not drawn; a question without an answer shows the reason.

    Parameters
    ----------
    findings : Change, Findings or iterable of Finding
        Changes and `NotAnswered`, in reading order, all in the same unit.
    title : str or Label, optional
        Written above, at the left.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw. By default a new figure of a fitting height.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. `figure_data` and `alt_text` know what it shows.

    Raises
    ------
    DataProblem
        If nothing is given, a finding is no change, or units or levels differ.

    See Also
    --------
    plot_shares : For shares instead of changes.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> change = Change(scale="trust", before="2014", after="2016", estimate=2.1,
    ...     interval=Interval(0.4, 3.8), verdict="rose", n_people=240, source="real")
    >>> ax = plot_changes([change])
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['trust']
    """
    lang = language(lang)
    guarded = _check(findings)
    changes = [finding for finding in guarded if isinstance(finding, Change)]
    names = row_names(guarded, lang)
    ax = canvas.paper(ax, rows=len(guarded), row=0.4, rest=1.05, names=names)
    canvas.clean(ax)
    canvas.name_rows(ax, names)
    limits = _limits(changes)
    rows = range(len(guarded), 0, -1)
    for row, finding in zip(rows, guarded, strict=True):
        if isinstance(finding, Change):
            _draw_change(ax, row, finding, limits, lang)
        elif isinstance(finding, NotAnswered):
            canvas.write_instead(ax, row, canvas.reason_in_words(finding, lang))
    if changes:
        ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
        canvas.write_ticks(ax, *limits, lang)
        canvas.name_axis(ax, _axis(changes, lang))
    else:
        ax.set_xticks([])
    canvas.finish(ax, source_of(guarded), lang, title=title)
    return record(ax, _data(guarded, lang), _Words(guarded))


def _check(findings: Finding | Iterable[Finding]) -> list[Finding]:
    """Return what may be drawn, in order; refuse what cannot share an axis."""
    guarded = list(guard_findings(findings))
    changes = [finding for finding in guarded if isinstance(finding, Change)]
    others = {
        type(finding).__name__
        for finding in guarded
        if not isinstance(finding, (Change, NotAnswered))
    }
    if not guarded or others:
        raise DataProblem(
            "There is nothing here that can be drawn as changes.",
            expected="changes, as returned by the compare_ functions",
            found=few(sorted(others)) if others else "no finding",
            to_fix="give the findings of a comparison, or use another plot_ function",
        )
    units = {change.unit_of_measure for change in changes}
    levels = {change.interval.level for change in changes if change.interval}
    if len(units) > 1 or len(levels) > 1:
        raise DataProblem(
            "These changes cannot share one axis.",
            expected="one unit of measure and one level of interval",
            found=f"units {few(sorted(units))}; levels {few(sorted(levels))}",
            to_fix="draw one figure for each",
        )
    return guarded


def _factor(change: Change) -> float:
    """Shares are drawn in percentage points."""
    return 100.0 if change.unit_of_measure == "share" else 1.0


def _limits(changes: Sequence[Change]) -> tuple[float, float]:
    """Return ends of the axis that hold zero, every margin and every finite end."""
    ends = [0.0]
    for change in changes:
        factor, margin = _factor(change), change.margin or 0.0
        ends += [change.estimate * factor, margin * factor, -margin * factor]
        if change.interval is not None:
            ends += [change.interval.low * factor, change.interval.high * factor]
    finite = [end for end in ends if math.isfinite(end)]
    room = 0.06 * (max(finite) - min(finite)) or 1.0
    return min(finite) - room, max(finite) + room


def _draw_change(
    ax: Axes, row: int, change: Change, limits: tuple[float, float], lang: Language
) -> None:
    """Draw one change on its row."""
    factor = _factor(change)
    marker, face, edge = _LOOKS[change.verdict]
    if change.margin is not None:
        reach = change.margin * factor
        ax.fill_between([-reach, reach], row - 0.5, row + 0.5, color=canvas.BAND, lw=0)
        if change.equivalence_interval is not None:
            _draw_interval(
                ax, row, change.equivalence_interval, factor, limits, edge, width=4.0
            )
    if change.interval is not None:
        _draw_interval(ax, row, change.interval, factor, limits, edge, width=1.4)
    ax.plot(
        [change.estimate * factor],
        [row],
        marker,
        markersize=7.5,
        markerfacecolor=face,
        markeredgecolor=edge,
        markeredgewidth=1.5,
        zorder=4,
    )
    n = change.count(change.n_people, lang)
    canvas.beside(ax, row, say("figures.n", lang, n=n))
    verdict = canvas.wrap(change.verdict_in_words(lang), 26)
    canvas.beside(ax, row, verdict, at=66, bold=True)


def _draw_interval(
    ax: Axes,
    row: int,
    interval: Interval,
    factor: float,
    limits: tuple[float, float],
    colour: str,
    *,
    width: float,
) -> None:
    """Draw an interval; an end that does not close leaves the figure as an arrow."""
    low, high = limits
    ends = (
        max(interval.low * factor, low),
        min(interval.high * factor, high),
    )
    ax.plot(
        ends, [row, row], color=colour, linewidth=width, zorder=3, solid_capstyle="butt"
    )
    for end, place, marker in ((ends[0], low, "<"), (ends[1], high, ">")):
        if end == place:
            ax.plot([end], [row], marker, color=colour, markersize=5, clip_on=False)


def _axis(changes: Sequence[Change], lang: Language) -> str:
    """Say what the axis measures, with waves where all agree and with levels."""
    unit = changes[0].unit_of_measure
    measured = (
        say("figures.percentage_points", lang)
        if unit == "share"
        else say(f"units.{unit}", lang)
    )
    waves = {(change.before, change.after) for change in changes}
    parts = [say("figures.change", lang)]
    if len(waves) == 1:
        before, after = waves.pop()
        parts = [say("figures.change_between", lang, before=before, after=after)]
    parts += [measured] if measured else []
    levels = [change.interval.level for change in changes if change.interval]
    if levels:
        parts.append(
            say("figures.with_interval", lang, level=percent(levels[0], 0, lang))
        )
    text = ", ".join(parts)
    inner = [c.equivalence_interval for c in changes if c.equivalence_interval]
    if inner and any(change.margin is not None for change in changes):
        level = percent(inner[0].level, 0, lang)
        text += "\n" + say("figures.margin_note", lang, level=level)
    return text


def _data(guarded: Sequence[Finding], lang: Language) -> pd.DataFrame:
    import pandas as pd

    names = row_names(guarded, lang)
    return pd.DataFrame(
        [_row(one, name) for one, name in zip(guarded, names, strict=True)]
    )


def _row(finding: Finding, name: str) -> dict[str, object]:
    """Return the numbers of one row; a row without a mark has none."""
    row: dict[str, object] = {"scale": finding.scale, "name": name}
    if not isinstance(finding, Change):
        return row | {"shown": False}
    outer, inner = finding.interval, finding.equivalence_interval
    return row | {
        "shown": True,
        "estimate": finding.estimate,
        "low": outer.low if outer else None,
        "high": outer.high if outer else None,
        "level": outer.level if outer else None,
        "inner_low": inner.low if inner else None,
        "inner_high": inner.high if inner else None,
        "margin": finding.margin,
        "n_people": finding.n_people,
        "verdict": finding.verdict,
    }


class _Words:
    """Say the figure in a language: its kind, then every finding."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings

    def __call__(self, lang: Language) -> str:
        head = say("figures.alt_changes", lang, rows=len(self.findings))
        mark = canvas.mark_in_words(source_of(self.findings), lang)
        names = row_names(self.findings, lang)
        rows = zip(self.findings, names, strict=True)
        return " ".join([head, *(self._one(f, name, lang) for f, name in rows), *mark])

    def _one(self, finding: Finding, name: str, lang: Language) -> str:
        if isinstance(finding, NotAnswered):
            return canvas.silent_in_words(finding, lang)
        if not isinstance(finding, Change):
            return ""
        return say(
            "figures.alt_change",
            lang,
            name=name,
            amount=finding.amount(finding.estimate, lang, sign=True),
            interval=finding.interval_in_words(lang),
            verdict=finding.verdict_in_words(lang),
            n=finding.count(finding.n_people, lang),
        )
