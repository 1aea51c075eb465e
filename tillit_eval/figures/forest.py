"""A forest plot: every site, the number they make together, and a new site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tillit_eval.figures import canvas
from tillit_eval.figures._forest import (
    Row,
    Words,
    check_changes,
    data_of,
    factor_of,
    lay_out,
    limits_of,
    read_forest,
)
from tillit_eval.figures.drawn import record
from tillit_eval.findings import (
    Change,
    Finding,
    NotAnswered,
    measured_notes,
    source_of,
)
from tillit_eval.phrases import Label, Language, language, number, percent, say
from tillit_eval.synthesis import Pooled, design_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Where the columns at the right begin, in points from the axes.
_N, _WEIGHT, _AMOUNT = 8, 58, 96
# Side of the largest square, in points, and of the smallest that can be seen.
_LARGEST, _SMALLEST = 13.0, 4.0


def plot_forest(
    findings: Pooled | Iterable[Finding],
    *,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Which change did each site find, and which do they show together?

    One row per site in the number: a square as large as its weight, with its
    interval, people, weight and change at the right. Below them a diamond for the
    average, a bar for where a new site's change would lie, and then, apart and with
    open marks, the sites that are not in the number and why. A grey band where the
    sites share a margin. Findings that were not pooled are drawn as rows alone.

    Parameters
    ----------
    findings : Pooled or iterable of Finding
        From `combine_findings`, or the findings of sites in reading order.
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
        If there is no change to draw, or units or levels differ.

    See Also
    --------
    plot_changes : Several outcomes of one site.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.findings import Interval
    >>> from tillit_eval.synthesis import combine_findings
    >>> pooled = combine_findings([Change(scale="trust", site=name, before="1",
    ...     after="2", estimate=y, standard_error=1.0, n_people=50, source="real",
    ...     measured="scalar", interval=Interval(y - 2, y + 2))
    ...     for name, y in zip("abc", (1.0, 2.0, 4))])
    >>> ax = plot_forest(pooled)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['a', 'b', 'c', '3 sites together', 'A new site like these']
    """
    lang = language(lang)
    pooled, sites = read_forest(findings)
    rows = lay_out(pooled, sites, lang)
    changes = [row.finding for row in rows if isinstance(row.finding, Change)]
    check_changes(changes)
    names = [row.name for row in rows]
    rest = 1.3 + canvas.room_for(measured_notes(changes, lang))
    ax = canvas.paper(ax, rows=rows[0].at, row=0.33, rest=rest, names=names)
    canvas.clean(ax)
    wrapped = [canvas.wrap(name, canvas.NAME) for name in names]
    ax.set_yticks([row.at for row in rows], wrapped)
    ax.set_ylim(0.3, rows[0].at + 1.0)
    limits = limits_of(rows, pooled)
    if pooled is not None and pooled.margin is not None:
        reach = pooled.margin * factor_of(pooled)
        ax.axvspan(-reach, reach, color=canvas.BAND, lw=0, zorder=0)
    _draw_heads(ax, rows[0].at + 0.75, changes, lang)
    for row in rows:
        _draw(ax, row, limits, lang)
    ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    canvas.write_ticks(ax, *limits, lang)
    canvas.name_axis(ax, _axis(pooled, changes, lang))
    canvas.finish(ax, source_of(changes), lang, title=title)
    return record(ax, data_of(rows), Words(pooled, sites))


def _draw_heads(ax: Axes, at: float, changes: Sequence[Change], lang: Language) -> None:
    """Write what stands in the columns at the right, above them."""
    levels = [one.interval.level for one in changes if one.interval]
    level = percent(levels[0], 0, lang) if levels else ""
    heads = (
        (_N, "synthesis.forest_n"),
        (_WEIGHT, "synthesis.forest_weight"),
        (_AMOUNT, "synthesis.forest_change"),
    )
    weighted = any(isinstance(one, Pooled) for one in changes)
    for place, key in heads:
        if weighted or key != "synthesis.forest_weight":
            canvas.beside(ax, at, say(key, lang, level=level), at=place)


def _draw(ax: Axes, row: Row, limits: tuple[float, float], lang: Language) -> None:
    """Draw one row, or write why it is empty."""
    finding = row.finding
    if isinstance(finding, NotAnswered):
        canvas.write_instead(ax, row.at, canvas.reason_in_words(finding, lang))
    elif isinstance(finding, Change):
        draw = {"pooled": _draw_pooled, "new": _draw_new}.get(row.kind, _draw_site)
        draw(ax, row, finding, limits)
        _write_columns(ax, row, finding, lang)


def _draw_site(
    ax: Axes, row: Row, finding: Change, limits: tuple[float, float]
) -> None:
    """Draw a site: a square by weight, or an open circle if it has none."""
    factor, inside = factor_of(finding), row.weight is not None
    open_mark = row.kind == "beside"
    colour = canvas.MUTED if open_mark else canvas.BLUE
    if row.interval is not None:
        canvas.draw_interval(
            ax,
            row.at,
            row.interval,
            factor,
            limits,
            colour,
            width=1.4,
            dashed=open_mark,
        )
    side = max(_SMALLEST, _LARGEST * (2 * (row.weight or 0.0)) ** 0.5)
    ax.plot(
        [row.estimate * factor],
        [row.at],
        "s" if inside else "o",
        markersize=min(side, _LARGEST) if inside else 6.5,
        markerfacecolor="white" if open_mark else colour,
        markeredgecolor=colour,
        markeredgewidth=1.3,
        zorder=4,
    )
    if row.note:
        ax.annotate(
            row.note,
            (0, row.at - 0.40),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=canvas.SMALL - 1,
            fontstyle="italic",
            color=canvas.MUTED,
            zorder=2.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        )


def _draw_pooled(
    ax: Axes, row: Row, finding: Change, limits: tuple[float, float]
) -> None:
    """Draw the average as a diamond as wide as its interval."""
    factor, around = factor_of(finding), row.interval
    middle = row.estimate * factor
    low = max(around.low * factor, limits[0]) if around else middle
    high = min(around.high * factor, limits[1]) if around else middle
    ax.fill(
        [low, middle, high, middle],
        [row.at, row.at + 0.28, row.at, row.at - 0.28],
        color=canvas.INK,
        lw=0,
        zorder=4,
    )
    ax.axhline(row.at + 0.5, color=canvas.LINE, linewidth=0.8)


def _draw_new(ax: Axes, row: Row, finding: Change, limits: tuple[float, float]) -> None:
    """Draw where a new site would lie as an open bar."""
    factor, around = factor_of(finding), row.interval
    if around is None:
        return
    canvas.draw_interval(ax, row.at, around, factor, limits, canvas.INK, width=6.0)
    canvas.draw_interval(ax, row.at, around, factor, limits, "white", width=3.6)


def _write_columns(ax: Axes, row: Row, finding: Change, lang: Language) -> None:
    """Write people, weight and change of a row at the right."""
    bold = row.kind == "pooled"
    if row.kind != "new":
        n = finding.count(finding.n_people, lang)
        canvas.beside(ax, row.at, n, at=_N, bold=bold)
    if row.weight is not None:
        canvas.beside(ax, row.at, percent(row.weight, 0, lang), at=_WEIGHT, bold=bold)
    canvas.beside(ax, row.at, _amount(row, finding, lang), at=_AMOUNT, bold=bold)


def _amount(row: Row, finding: Change, lang: Language) -> str:
    """Write the change and its interval, in the unit of the axis."""
    factor = factor_of(finding)
    digits = 1 if factor > 1 else row.digits
    ends = ""
    if row.interval is not None:
        ends = say(
            "synthesis.forest_interval",
            lang,
            low=number(row.interval.low * factor, digits, lang),
            high=number(row.interval.high * factor, digits, lang),
        )
    if row.kind == "new":
        return ends
    amount = number(row.estimate * factor, digits, lang, sign=True)
    return f"{amount} ({ends})" if ends else amount


def _axis(pooled: Pooled | None, changes: Sequence[Change], lang: Language) -> str:
    """Say what the axis measures, of whom, and what the marks mean."""
    unit = changes[0].unit_of_measure
    points = "figures.percentage_points" if unit == "share" else f"units.{unit}"
    parts = [say("figures.change", lang), say(points, lang)]
    text = ", ".join(part for part in parts if part)
    known = measured_notes(changes, lang)
    if pooled is None:
        return "\n".join([text, *known])
    about = []
    if pooled.estimand is not None:
        said = pooled.estimand.say(lang)
        about.append(f"{said[:1].upper()}{said[1:]}.")
    designs = {design_of(one) for one in changes} - {""}
    if len(designs) == 1:  # several are written beside the sites
        design = say(f"synthesis.design_{designs.pop()}", lang)
        about.append(say("synthesis.forest_design", lang, design=design))
    if about:
        text += "\n" + " ".join(about)
    text += "\n" + say("synthesis.forest_key", lang)
    if pooled.margin is not None:
        text += "\n" + say("synthesis.forest_band", lang)
    return "\n".join([text, *known])
