"""What was found beside what is true, where somebody knows: only in a simulation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, few
from tillit_eval.figures import canvas
from tillit_eval.figures._forest import check_changes, read_forest
from tillit_eval.figures.drawn import record
from tillit_eval.figures.marks import MARKS, draw_key, draw_mark
from tillit_eval.findings import (
    Change,
    Finding,
    Interval,
    measured_mark,
    measured_notes,
    source_of,
)
from tillit_eval.phrases import Label, Language, language, percent, say
from tillit_eval.synthesis import Contribution, Pooled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Where the second column at the right begins, in points from the axes.
_SAID = 66


@dataclass(frozen=True, slots=True)
class _Row:
    """One site: what was found, its interval, and what is true."""

    site: Contribution
    found: Change
    interval: Interval
    true: float

    @property
    def holds(self) -> bool:
        return self.interval.low <= self.true <= self.interval.high


def plot_truth(
    findings: Pooled | Iterable[Finding],
    truth: Mapping[str, float],
    *,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How near did each site come to what is true?

    One row per site: a dot with its interval for what was found, and a square for
    what is true. At the right the people, and whether the interval holds the truth;
    one that misses it is dashed. Only a simulation knows what is true, and a 95 %
    interval that is honest still misses it once in twenty.

    Parameters
    ----------
    findings : Pooled or iterable of Finding
        From `combine_findings`, or one change per site in reading order, in scale
        points.
    truth : mapping of str to float
        The true change of each site, by its key, in the unit of the changes.
    title : str or Label, optional
        Written above, at the left.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw. By default a new figure of a fitting height.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. `figure_data` and `alt_text` know what it shows; sites
        that could not answer, or may not be shown, are not in it.

    Raises
    ------
    DataProblem
        If there is no change to draw, units or levels differ, a change is a share
        or has no interval, or the truth of a site is not given.

    See Also
    --------
    plot_forest : Where nobody knows what is true.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> found = Change(scale="trust", site="north", before="1", after="2", estimate=2.0,
    ...     interval=Interval(0.5, 3.5), n_people=90, source="synthetic")
    >>> figure = plot_truth([found], {"north": 4.0})
    >>> [text.get_text() for text in figure.texts][:2]
    ['n = 90', 'misses it']
    """
    lang = language(lang)
    _, sites = read_forest(findings)
    rows = _read(sites, truth)
    names = [_name(row, lang) for row in rows]
    known = measured_notes([row.found for row in rows], lang)
    rest = 1.25 + canvas.room_for(known)
    ax = canvas.paper(ax, rows=len(rows), row=0.33, rest=rest, names=names)
    canvas.clean(ax)
    canvas.name_rows(ax, names)
    limits = _limits(rows)
    for at, row in zip(range(len(rows), 0, -1), rows, strict=True):
        _draw(ax, at, row, limits, lang)
    ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    canvas.write_ticks(ax, *limits, lang)
    canvas.name_axis(ax, "\n".join([_axis(rows[0], lang), *known]))
    above = draw_key(ax, [say(f"figures.truth_{k}", lang) for k in ("found", "true")])
    source = source_of([row.found for row in rows])
    canvas.finish(ax, source, lang, title=title, above=above)
    return record(ax, _data(rows), _Words(tuple(rows)))


def _read(sites: Iterable[Contribution], truth: Mapping[str, float]) -> list[_Row]:
    """Return the sites that can be drawn; refuse those whose truth is not given."""
    shown = [one for one in sites if isinstance(one.finding, Change)]
    changes = [one.finding for one in shown if isinstance(one.finding, Change)]
    check_changes(changes)
    lacking = [one.site for one in changes if one.site not in truth]
    open_ended = [one.site for one in changes if one.interval is None]
    shares = [one.site for one in changes if one.unit_of_measure == "share"]
    if lacking or open_ended or shares:
        raise DataProblem(
            "What was found cannot be set beside what is true.",
            expected="for every site a change in points with an interval, and its "
            "true change",
            found=f"no truth: {few(lacking)}; no interval: {few(open_ended)}; "
            f"shares: {few(shares)}",
            to_fix="give truth={site: true change} for every site, and draw shares "
            "with plot_changes",
        )
    return [
        _Row(one, change, change.interval, float(truth[change.site]))
        for one, change in zip(shown, changes, strict=True)
        if change.interval is not None
    ]


def _name(row: _Row, lang: Language) -> str:
    name = row.site.name(lang) or row.found.name(lang)
    return name + measured_mark(row.found)


def _limits(rows: Iterable[_Row]) -> tuple[float, float]:
    ends = [0.0]
    for row in rows:
        ends += [row.true, row.interval.low, row.interval.high]
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    return min(ends) - room, max(ends) + room


def _draw(
    ax: Axes, at: int, row: _Row, limits: tuple[float, float], lang: Language
) -> None:
    """Draw one site: the interval first, the truth on top of it."""
    canvas.draw_interval(
        ax,
        at,
        row.interval,
        1.0,
        limits,
        canvas.BLUE if row.holds else canvas.RED,
        width=1.8,
        dashed=not row.holds,
    )
    draw_mark(ax, row.found.estimate, at, MARKS[0])
    draw_mark(ax, row.true, at, MARKS[1])
    n = row.found.count(row.found.n_people, lang)
    canvas.beside(ax, at, say("figures.n", lang, n=n))
    canvas.beside(ax, at, _said(row, lang), at=_SAID, bold=not row.holds)


def _said(row: _Row, lang: Language) -> str:
    return say(f"figures.truth_{'holds' if row.holds else 'misses'}", lang)


def _axis(row: _Row, lang: Language) -> str:
    points = say(f"units.{row.found.unit_of_measure}", lang)
    level = percent(row.interval.level, 0, lang)
    return say("figures.truth_axis", lang, unit=points, level=level)


def _data(rows: list[_Row]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "site": [row.found.site for row in rows],
            "found": [row.found.estimate for row in rows],
            "low": [row.interval.low for row in rows],
            "high": [row.interval.high for row in rows],
            "true": [row.true for row in rows],
            "holds": [row.holds for row in rows],
            "n_people": [row.found.n_people for row in rows],
        }
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """The figure in words, site by site."""

    rows: tuple[_Row, ...]

    def __call__(self, lang: Language) -> str:
        says = [say("figures.alt_truth", lang, rows=len(self.rows))]
        says += [self._one(row, lang) for row in self.rows]
        says += measured_notes([row.found for row in self.rows], lang)
        source = source_of([row.found for row in self.rows])
        return " ".join([*says, *canvas.mark_in_words(source, lang)])

    def _one(self, row: _Row, lang: Language) -> str:
        found = row.found
        return say(
            "figures.alt_truth_row",
            lang,
            name=_name(row, lang),
            found=found.amount(found.estimate, lang, sign=True),
            interval=found.interval_in_words(lang),
            true=found.amount(row.true, lang, sign=True),
            said=_said(row, lang),
            n=found.count(found.n_people, lang),
        )
