"""The smallest change that each of several designs would find."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, few, kind_of
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.findings import source_of
from tillit_eval.phrases import Label, Language, language, number, percent, say
from tillit_eval.simulation import DetectableChange
from tillit_eval.simulation.layouts import who_answers

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_detectable(
    designs: Iterable[DetectableChange],
    *,
    margin: float | None = None,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How small a change would each design find?

    One row per design: a line from zero to the smallest change that it finds
    often enough. The shorter the line, the sharper the design.

    Parameters
    ----------
    designs : iterable of DetectableChange
        From `detect_change`, in reading order, all for the same power.
    margin : float, optional
        The smallest change worth noticing, in scale points; a dashed line.
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
        If nothing is given, something else is, or the designs differ in power.

    See Also
    --------
    plot_changes : For changes that were found.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.simulation import detect_change, draft_design
    >>> small, large = draft_design([20] * 12), draft_design([20] * 40)
    >>> ax = plot_detectable([detect_change(small), detect_change(large)])
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['12 units and 336 people', '40 units and 1,120 people']
    """
    lang = language(lang)
    rows = list(designs)
    _check(rows)
    names = [_name(row, lang) for row in rows]
    ax = canvas.paper(ax, rows=len(rows), rest=1.1, names=names)
    canvas.clean(ax)
    canvas.name_rows(ax, names)
    longest = max([margin or 0.0, *(row.estimate for row in rows)])
    canvas.write_ticks(ax, 0.0, 1.08 * longest, lang)
    for place, row in zip(range(len(rows), 0, -1), rows, strict=True):
        ax.plot([0, row.estimate], [place, place], color=canvas.BLUE, linewidth=2.2)
        ax.plot([row.estimate], [place], "o", color=canvas.BLUE, markersize=8)
        canvas.beside(ax, place, row.amount(row.estimate, lang), bold=True)
    ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    if margin is not None:
        ax.axvline(margin, color=canvas.INK, linewidth=1.1, linestyle=(0, (4, 3)))
    canvas.name_axis(ax, _axis(rows[0], margin, lang))
    canvas.finish(ax, source_of(rows), lang, title=title)
    return record(ax, _data(rows), _Words(tuple(rows)))


def _check(rows: list[DetectableChange]) -> None:
    others = sorted({kind_of(r) for r in rows if not isinstance(r, DetectableChange)})
    powers = {row.power for row in rows} if not others else set()
    if others or len(powers) != 1:
        raise DataProblem(
            "These are not designs that can be drawn side by side.",
            expected="one or more findings of detect_change, with the same power",
            found=few(others) if others else f"{len(powers)} different powers",
            to_fix="draw designs from te.detect_change(…, power=…) with one power",
        )


def _name(row: DetectableChange, lang: Language) -> str:
    words = who_answers(row, lang)
    return words[:1].upper() + words[1:]


def _axis(row: DetectableChange, margin: float | None, lang: Language) -> str:
    text = say("figures.detectable_axis", lang, power=percent(row.power, 0, lang))
    if margin is None:
        return text
    noted = say("figures.detectable_margin", lang, margin=number(margin, 1, lang))
    return f"{text} {noted}"


def _data(rows: list[DetectableChange]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "n_units": [row.n_units for row in rows],
            "n_people": [row.n_people for row in rows],
            "estimate": [row.estimate for row in rows],
            "power": [row.power for row in rows],
        }
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """The figure in words."""

    rows: tuple[DetectableChange, ...]

    def __call__(self, lang: Language) -> str:
        told = "; ".join(
            f"{_name(row, lang)}: {row.amount(row.estimate, lang)}" for row in self.rows
        )
        power = percent(self.rows[0].power, 0, lang)
        text = say("figures.alt_detectable", lang, rows=told, power=power)
        return " ".join([text, *canvas.mark_in_words(source_of(self.rows), lang)])
