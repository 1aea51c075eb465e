"""Changes with their intervals, against a line at no change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, few
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.figures.rows import RowsInWords, draw_rows, read_rows
from tillit_eval.findings import (
    Change,
    Finding,
    NotAnswered,
    measured_notes,
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
    people and the verdict at the right; a mark at the name, explained below, where
    the scale is not known to measure the same both times. A finding under its
    floor is named but not drawn; a question without an answer shows the reason.

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
    >>> from tillit_eval.findings import Interval
    >>> change = Change(scale="trust", before="2014", after="2016", estimate=2.1,
    ...     interval=Interval(0.4, 3.8), verdict="rose", n_people=240, source="real")
    >>> ax = plot_changes([change])
    >>> ax.get_xlabel().splitlines()[-1]
    '† Not examined whether the scale measures the same both times.'
    """
    lang = language(lang)
    guarded = _check(findings)
    changes = [finding for finding in guarded if isinstance(finding, Change)]
    limits = _limits(changes)
    draw = partial(_draw_change, limits=limits)
    ax = draw_rows(ax, guarded, draw, lang, row=0.4, rest=1.05)
    if changes:
        ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
        canvas.write_ticks(ax, *limits, lang)
        canvas.name_axis(ax, _axis(changes, lang))
    else:
        ax.set_xticks([])
    canvas.finish(ax, source_of(guarded), lang, title=title)
    words = RowsInWords("figures.alt_changes", guarded, _say_change)
    return record(ax, _data(guarded, lang), words)


def _check(findings: Finding | Iterable[Finding]) -> list[Change | NotAnswered]:
    """Return what may be drawn, in order; refuse what cannot share an axis."""
    guarded = read_rows(
        findings,
        Change,
        kind="changes",
        expected="changes, as returned by the compare_ functions",
        to_fix="give the findings of a comparison, or use another plot_ function",
    )
    changes = [finding for finding in guarded if isinstance(finding, Change)]
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
    ax: Axes, row: int, change: Change, lang: Language, *, limits: tuple[float, float]
) -> None:
    """Draw one change on its row."""
    factor = _factor(change)
    marker, face, edge = _LOOKS[change.verdict]
    if change.margin is not None:
        reach = change.margin * factor
        ax.fill_between([-reach, reach], row - 0.5, row + 0.5, color=canvas.BAND, lw=0)
        if change.equivalence_interval is not None:
            canvas.draw_interval(
                ax, row, change.equivalence_interval, factor, limits, edge, width=4.0
            )
    if change.interval is not None:
        canvas.draw_interval(ax, row, change.interval, factor, limits, edge, width=1.4)
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
    before, after = waves.pop() if len(waves) == 1 else ("", "")
    if before and after:
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
    return "\n".join([text, *measured_notes(changes, lang)])


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
        "measured": finding.measured,
    }


def _say_change(change: Change, name: str, lang: Language) -> str:
    return say(
        "figures.alt_change",
        lang,
        name=name,
        amount=change.amount(change.estimate, lang, sign=True),
        interval=change.interval_in_words(lang),
        verdict=change.verdict_in_words(lang),
        n=change.count(change.n_people, lang),
    )
