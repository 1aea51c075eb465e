"""How reliable a mean of one, two, three … would be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.figures.marks import MARKS, draw_key
from tillit_eval.findings import Finding, Findings, source_of
from tillit_eval.phrases import Label, Language, language, number, percent, say
from tillit_eval.quality import RatersNeeded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_COLOURS = (canvas.BLUE, canvas.RED, canvas.INK)
_STROKES = ("-", "--", ":")


def plot_raters_needed(
    findings: Finding | Iterable[Finding],
    *,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How reliable would a mean of more raters, or of more lessons, be?

    One line per finding over the number averaged, with the interval of each number
    as an upright line. The large mark is the number there is now; the dotted lines
    are the reliabilities aimed at.

    Parameters
    ----------
    findings : RatersNeeded or iterable of RatersNeeded
        One to three, from `assess_raters_needed`.
    title : str or Label, optional
        Written above, at the left.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. `figure_data` and `alt_text` know what it shows.

    Raises
    ------
    DataProblem
        If there is no such finding, or more than three.

    See Also
    --------
    plot_severity : How strict roles are.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.quality import assess_raters_needed
    >>> rows = [(t, f"{t}{r}", t % 5 + (t * r * r + r) % 7) for t in range(12)
    ...     for r in range(4)]
    >>> said = pd.DataFrame(rows, columns=["target", "rater", "value"])
    >>> ax = plot_raters_needed(assess_raters_needed(said, most=8))
    >>> len(ax.get_xticks())
    8
    """
    lang = language(lang)
    given = [one for one in Findings(findings) if isinstance(one, RatersNeeded)]
    if not 0 < len(given) <= len(_COLOURS):
        raise DataProblem(
            "There is no curve to draw, or there are too many.",
            expected=f"one to {len(_COLOURS)} findings of assess_raters_needed",
            found=f"{len(given)}",
            to_fix="pass what assess_raters_needed returned",
        )
    shown = [one for one in given if one.is_shown]
    ax = canvas.paper(ax, rows=9)
    canvas.clean(ax, grid=False)
    most = max((len(one.curve) for one in given), default=1)
    ax.set_xlim(0.4, most + 0.6)
    ax.set_ylim(0.0, 1.02)
    ax.set_yticks([k / 5 for k in range(6)], [number(k / 5, 1, lang) for k in range(6)])
    step = 1 if most <= 12 else 2 if most <= 24 else 5
    ticks = range(1, most + 1, step)
    ax.set_xticks(list(ticks), [number(n, 0, lang) for n in ticks])
    _draw_aims(ax, shown, lang)
    for place, one in enumerate(given):
        if one.is_shown:
            _draw(ax, one, place, len(given))
    canvas.name_axis(ax, _note(given, lang))
    above = draw_key(ax, [_called(one, lang) for one in given])
    canvas.finish(ax, source_of(given), lang, title=title, above=above)
    return record(ax, _data_of(given), _Words(given))


def _called(one: RatersNeeded, lang: Language) -> str:
    if one.other is None:
        return one.facet.say(lang)
    values = {"facet": one.facet, "other": one.other, "n": one.n_other}
    return say("severity.figure_curve", lang, **values)


def _draw_aims(ax: Axes, shown: list[RatersNeeded], lang: Language) -> None:
    """Draw the reliabilities aimed at."""
    for aim in sorted({need.aim for one in shown for need in one.needed}):
        ax.axhline(aim, color=canvas.LINE, linewidth=1.0, linestyle=":", zorder=1)
        canvas.beside(ax, aim, number(aim, 2, lang), at=4)


def _draw(ax: Axes, one: RatersNeeded, place: int, of: int) -> None:
    shape, _ = MARKS[place]
    colour, away = _COLOURS[place], 0.18 * (place - (of - 1) / 2)
    x = [at.number + away for at in one.curve]
    y = [at.reliability for at in one.curve]
    for left, at in zip(x, one.curve, strict=True):
        ax.plot([left, left], [at.low, at.high], color=colour, lw=0.9, alpha=0.55)
    ax.plot(x, y, color=colour, linestyle=_STROKES[place], linewidth=1.5, zorder=3)
    sizes = [9.0 if at.number == one.n_now else 4.5 for at in one.curve]
    for left, height, size in zip(x, y, sizes, strict=True):
        ax.plot(
            [left],
            [height],
            shape,
            markersize=size,
            markerfacecolor=MARKS[place][1],
            markeredgecolor=canvas.INK if MARKS[place][1] == "white" else colour,
            markeredgewidth=1.2,
            zorder=4,
        )


def _note(given: list[RatersNeeded], lang: Language) -> str:
    """Say what the axes measure and on how many it rests."""
    level = next((one.interval.level for one in given if one.interval), 0.95)
    text = say(
        "severity.figure_needed",
        lang,
        kind=say(f"severity.{given[0].error}", lang),
        level=percent(level, 0, lang),
        targets=given[0].count(given[0].n_units or 0, lang),
        raters=given[0].count(given[0].n_raters, lang),
    )
    if not all(one.is_shown for one in given):
        text += " " + say("severity.figure_gap", lang)
    return text


def _data_of(given: list[RatersNeeded]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "facet": one.facet.en,
            "number": at.number,
            "reliability": at.reliability,
            "low": at.low,
            "high": at.high,
            "n": one.n_units,
        }
        for one in given
        if one.is_shown
        for at in one.curve
    ]
    names = ["facet", "number", "reliability", "low", "high", "n"]
    return pd.DataFrame(rows, columns=names)


class _Words:
    """Say the figure in a language: each curve at one, now, and at its end."""

    def __init__(self, given: list[RatersNeeded]) -> None:
        self.given = given

    def __call__(self, lang: Language) -> str:
        says = [say("severity.alt_needed", lang)]
        for one in self.given:
            name = _called(one, lang)
            if not one.is_shown:
                says.append(f"{name}: {say('severity.alt_hidden', lang)}.")
                continue
            kept = {1, one.n_now, len(one.curve)}
            marks = [
                f"{at.number}: {number(at.reliability, 2, lang)} "
                f"({number(at.low, 2, lang)}–{number(at.high, 2, lang)})"
                for at in one.curve
                if at.number in kept
            ]
            says.append(f"{name}: {'; '.join(marks)}; n = {one.n_units}.")
        return " ".join([*says, *canvas.mark_in_words(source_of(self.given), lang)])
