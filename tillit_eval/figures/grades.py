"""How grades spread over their levels, one stacked bar per thing that was graded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.figures import canvas
from tillit_eval.figures._grades import read_grades
from tillit_eval.figures.drawn import record
from tillit_eval.findings import Source
from tillit_eval.floors import K_MIN
from tillit_eval.phrases import Label, Language, language, number, percent, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# From the lowest level to the highest: light to dark, so that it is read in grey.
_LIGHT, _DARK = np.array([0.90, 0.92, 0.94]), np.array([0.03, 0.29, 0.52])
_ROOM_FOR_TEXT = 0.055


def plot_grades(
    ratings: pd.DataFrame,
    levels: Mapping[int, str | Label],
    *,
    criterion: str = "criterion",
    value: str = "value",
    group: str | None = None,
    names: Mapping[str, str | Label] | None = None,
    k_min: int = K_MIN,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Which share of the judgements stands at each level?

    One bar per criterion (and group) from 0 to 100 per cent, the lowest level at the
    left and pale, the highest at the right and dark, with the number of judgements
    behind it. A bar that rests on fewer than `k_min` judgements, or on judgements
    that are all the same, is named but not drawn. Levels that were given 1 to 4 times
    are joined with the next ones towards the middle, and the bar says so.

    Parameters
    ----------
    ratings : DataFrame, shape (n_judgements, n_columns)
        A table ``ratings``, one judgement a row.
    levels : mapping of int to str or Label
        Every level and what it is called, lowest first; two to seven.
    criterion, value : str, optional
        Columns with what was judged, and with the level.
    group : str, optional
        Column to split each criterion by, such as who judged; one bar per group, in
        the order in which the groups first occur.
    names : mapping of str to str or Label, optional
        Which criteria and groups are drawn in other words. The criteria named here
        come first, in this order.
    k_min : int, default 10
        Fewest judgements behind a bar, at least 5.
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
        If a column is missing, there are too many levels to be told apart, or a
        judgement is not one of them.

    See Also
    --------
    plot_answers : Answers of people to items, parted at the middle.
    plot_layers : Mean judgements of several layers of raters.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> rows = pd.DataFrame({"criterion": "order", "value": [1, 2, 2, 3] * 5,
    ...     "source": "real"})
    >>> ax = plot_grades(rows, {1: "low", 2: "some", 3: "high"})
    >>> [text.get_text() for text in ax.texts]
    ['25', '50', '25', 'n = 20']
    """
    lang = language(lang)
    data, source = read_grades(ratings, levels, (criterion, value, group), names, k_min)
    heights = _heights(data, split=group is not None)
    bars = list(data.groupby("bar", sort=False))
    ax = canvas.paper(ax, rows=-heights[-1] + 1, row=0.36, rest=1.0)
    canvas.clean(ax, grid=False)
    _name_bars(ax, data, heights, names or {}, lang, split=group is not None)
    for height, (_, bar) in zip(heights, bars, strict=True):
        _draw_bar(ax, height, bar, list(levels), k_min, lang)
    canvas.write_ticks(ax, 0.0, 100.0, lang, per_cent=True)
    _draw_key(ax, [canvas.in_words(name, lang) for name in levels.values()])
    canvas.name_axis(ax, say("figures.grades_axis", lang))
    canvas.finish(ax, source, lang, title=title, above=canvas.KEY_LINE)
    words = _Words(data, levels, names or {}, source, k_min)
    return record(ax, data.drop(columns="bar"), words)


def _heights(data: pd.DataFrame, *, split: bool) -> list[float]:
    """Return the height of each bar, the first on top; a split one has a heading."""
    criteria = data.drop_duplicates("bar")["criterion"]
    if not split:
        return [float(-at) for at in range(len(criteria))]
    heading = (~criteria.duplicated()).cumsum()
    return [-float(at + 0.85 * n) for at, n in enumerate(heading)]


def _name_bars(
    ax: Axes,
    data: pd.DataFrame,
    heights: list[float],
    names: Mapping[str, str | Label],
    lang: Language,
    *,
    split: bool,
) -> None:
    """Name each bar at the left; a criterion that is split has its name above."""
    bars = data.drop_duplicates("bar")
    called = [
        canvas.in_words(names.get(key, key), lang)
        for key in bars["group" if split else "criterion"]
    ]
    ax.set_yticks(heights, [canvas.wrap(name, canvas.NAME) for name in called])
    ax.set_ylim(heights[-1] - 0.55, heights[0] + (1.25 if split else 0.55))
    if not split:
        return
    first = ~bars["criterion"].duplicated()
    for name, height, heads in zip(bars["criterion"], heights, first, strict=True):
        if heads:
            ax.annotate(
                canvas.in_words(names.get(name, name), lang),
                (0, height + 0.5),
                xycoords=("axes fraction", "data"),
                va="bottom",
                fontsize=canvas.NORMAL,
                fontweight="bold",
                color=canvas.INK,
            )


def _draw_bar(
    ax: Axes,
    height: float,
    bar: pd.DataFrame,
    levels: list[int],
    floor: int,
    lang: Language,
) -> None:
    """Draw the levels of one bar, or write why they are not shown."""
    if bar["hidden"].iloc[0]:
        canvas.write_instead(ax, height, _why(bar["hidden"].iloc[0], floor, lang))
        return
    left = 0.0
    for first, last, share in zip(bar["level"], bar["to"], bar["share"], strict=True):
        tone = _tone((levels.index(first) + levels.index(last)) / 2, len(levels))
        wide = 100 * float(share)
        ax.barh(
            height,
            wide,
            left=left,
            height=0.74,
            color=tone,
            edgecolor=canvas.MUTED,
            linewidth=0.6,
        )
        if share >= _ROOM_FOR_TEXT:
            ax.text(
                left + wide / 2,
                height,
                number(wide, 0, lang),
                ha="center",
                va="center",
                fontsize=canvas.SMALL,
                color="white" if sum(tone) < 1.5 else canvas.INK,
            )
        left += wide
    canvas.beside(ax, height, _beside(bar, lang))


def _tone(place: float, n_levels: int) -> tuple[float, float, float]:
    """Return the colour of a level, or of some levels together."""
    tone = _LIGHT + (_DARK - _LIGHT) * place / (n_levels - 1)
    return float(tone[0]), float(tone[1]), float(tone[2])


def _beside(bar: pd.DataFrame, lang: Language) -> str:
    """Write how many judgements there are, and which levels stand together."""
    text = say("figures.n", lang, n=number(float(bar["n"].iloc[0]), 0, lang))
    pairs = zip(bar["level"], bar["to"], strict=True)
    joined = [f"{first}\u2013{last}" for first, last in pairs if first != last]
    if not joined:
        return text
    return text + "\n" + say("figures.grades_joined", lang, levels=", ".join(joined))


def _why(hidden: str, floor: int, lang: Language) -> str:
    """Say why a bar is not shown."""
    if hidden == "few":
        return say("figures.grades_few", lang, n=floor)
    return say("disclosure.not_shown", lang)


def _draw_key(ax: Axes, names: list[str]) -> None:
    """Write which level is which, above the axes."""
    from matplotlib.patches import Patch

    ax.legend(
        handles=[
            Patch(
                facecolor=_tone(at, len(names)),
                edgecolor=canvas.MUTED,
                linewidth=0.6,
                label=name,
            )
            for at, name in enumerate(names)
        ],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(names),
        frameon=False,
        fontsize=canvas.SMALL,
        handlelength=1.0,
        handletextpad=0.4,
        columnspacing=1.2,
        borderpad=0.2,
        borderaxespad=0.2,
    )


class _Words:
    """Say the figure in a language: its kind, then every bar."""

    def __init__(
        self,
        data: pd.DataFrame,
        levels: Mapping[int, str | Label],
        names: Mapping[str, str | Label],
        source: Source,
        floor: int,
    ) -> None:
        self.data, self.levels, self.names = data, levels, names
        self.source, self.floor = source, floor

    def __call__(self, lang: Language) -> str:
        bars = list(self.data.groupby("bar", sort=False))
        head = say("figures.alt_grades", lang, rows=len(bars))
        mark = canvas.mark_in_words(self.source, lang)
        return " ".join([head, *(self._bar(bar, lang) for _, bar in bars), *mark])

    def _bar(self, bar: pd.DataFrame, lang: Language) -> str:
        first = bar.iloc[0]
        keys = [key for key in (first["criterion"], first["group"]) if key]
        called = [canvas.in_words(self.names.get(key, key), lang) for key in keys]
        name = ", ".join(called)
        if first["hidden"]:
            return f"{name}: {_why(first['hidden'], self.floor, lang)}."
        told = [
            f"{self._level(low, high, lang)} {percent(float(share), 0, lang)}"
            for low, high, share in zip(
                bar["level"], bar["to"], bar["share"], strict=True
            )
        ]
        n = number(float(first["n"]), 0, lang)
        return say("figures.alt_pieces", lang, name=name, pieces=", ".join(told), n=n)

    def _level(self, low: int, high: int, lang: Language) -> str:
        ends = [canvas.in_words(self.levels[level], lang) for level in (low, high)]
        return ends[0] if low == high else "\u2013".join(ends)
