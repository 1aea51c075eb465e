"""How the answers to each item spread, as bars that part at the middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.codebook.model import Codebook
from tillit_eval.errors import check_columns, check_table
from tillit_eval.figures import canvas
from tillit_eval.figures.colours import answer_colours
from tillit_eval.figures.counting import codes_of, columns_of, count_answers
from tillit_eval.figures.drawn import record
from tillit_eval.findings import Source, read_source, tell
from tillit_eval.floors import K_CELL, K_MIN, check_floor
from tillit_eval.phrases import Label, Language, language, number, percent, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Narrower pieces than this carry no number; it would not fit.
_ROOM_FOR_TEXT = 0.055


def plot_answers(
    responses: pd.DataFrame,
    items: Codebook | Sequence[str],
    *,
    scale: str | None = None,
    codes: Sequence[int] | None = None,
    answers: Mapping[int, str | Label] | None = None,
    labels: Mapping[str, Label] | None = None,
    wave: str | None = None,
    k_min: int = K_MIN,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How did people answer each item?

    One bar per item (and wave), lowest answers at the left, parted at the middle
    of the scale; people and missing answers at the right. A bar that rests on
    fewer than `k_min` people, or on people who all gave the same answer, is named
    but not drawn. Answers that 1 to 4 people gave are joined with the next ones
    towards the middle, and the bar says so.

    Parameters
    ----------
    responses : DataFrame, shape (n_rows, n_columns)
        One row per person and wave, one column of codes per item.
    items : Codebook or sequence of str
        Which columns; a codebook also gives names, codes and reversed items.
    scale : str, optional
        With a codebook: only the items of this scale.
    codes : sequence of int, optional
        The valid codes, ascending. By default the codebook's, else all whole
        numbers from the smallest to the largest answer.
    answers : mapping of int to str or Label, optional
        Words for some codes, shown in the key.
    labels : mapping of str to Label, optional
        Names of items; the codebook's by default.
    wave : str, optional
        Column to split each item by, one bar per wave.
    k_min : int, default 10
        Fewest people behind a bar, at least 5.
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
        If a column is missing, the items have different codes, or an answer is
        not among the codes.

    See Also
    --------
    plot_items : How the items hang together.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> rows = pd.DataFrame({"q1": [1, 2, 3, 4, 5] * 5, "source": "real"})
    >>> ax = plot_answers(rows, ["q1"])
    >>> from tillit_eval.figures import figure_data
    >>> figure_data(ax)["share"].tolist()
    [0.2, 0.2, 0.2, 0.2, 0.2]
    """
    lang = language(lang)
    check_table(responses, table="responses")
    check_floor(k_min)
    names = columns_of(items, scale)
    check_columns(
        responses.columns, [*names, *([wave] if wave else [])], table="responses"
    )
    valid = codes_of(responses, items, names, codes)
    source = read_source(responses)
    data = count_answers(responses, names, valid, wave, k_min, source)
    tell("answers", rows=responses, bars=data, wave=wave, floor=k_min, source=source)
    data["name"] = [_name(key, items, labels, lang) for key in data["item"]]
    data = data[
        ["item", "name", "wave", "n", "missing", "hidden", "code", "to", "share"]
    ]
    places = _places(data, split=wave is not None)
    ax = canvas.paper(ax, rows=len(places), row=0.4, rest=1.0)
    canvas.clean(ax, grid=False)
    _name_bars(ax, data, places, split=wave is not None)
    for place, (_, bar) in zip(
        places, data.groupby(["item", "wave"], sort=False), strict=True
    ):
        _draw_bar(ax, place, bar, lang, codes=valid, floor=k_min)
    _finish_axis(ax, valid, answers, lang)
    canvas.finish(ax, source, lang, title=title, above=canvas.KEY_LINE)
    return record(ax, data.reset_index(drop=True), _Words(data, valid, source, k_min))


def _name(
    key: str,
    items: Codebook | Sequence[str],
    labels: Mapping[str, Label] | None,
    lang: Language,
) -> str:
    """Return an item's name; says so if a high code means little of the scale."""
    if labels is not None and key in labels:
        return labels[key].say(lang)
    if not isinstance(items, Codebook):
        return key
    item = items.item(key)
    name = item.label.say(lang)
    return say("figures.reversed", lang, name=name) if item.reversed else name


def _places(data: pd.DataFrame, *, split: bool) -> list[float]:
    """Return the height of each bar, the first on top; an item split has a heading."""
    items = data.drop_duplicates(["item", "wave"])["item"]
    if not split:
        return [float(-place) for place in range(len(items))]
    heading = (~items.duplicated()).cumsum()
    return [-float(i + 0.85 * n) for i, n in enumerate(heading)]


def _name_bars(
    ax: Axes, data: pd.DataFrame, places: list[float], *, split: bool
) -> None:
    """Name each bar at the left; an item split by wave has its name above."""
    bars = data.drop_duplicates(["item", "wave"])
    names = bars["wave" if split else "name"].astype(str)
    ax.set_yticks(places, [canvas.wrap(name, 34) for name in names])
    ax.set_ylim(places[-1] - 0.55, places[0] + (1.25 if split else 0.55))
    if not split:
        return
    first = ~bars["item"].duplicated()
    for name, place, is_first in zip(bars["name"], places, first, strict=True):
        if is_first:
            ax.annotate(
                name,
                (0, place + 0.55),
                xycoords=("axes fraction", "data"),
                va="bottom",
                fontsize=canvas.NORMAL,
                color=canvas.INK,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )


def _draw_bar(
    ax: Axes,
    row: float,
    bar: pd.DataFrame,
    lang: Language,
    *,
    codes: list[int],
    floor: int,
) -> None:
    """Draw the answers to one item, or write why they are not shown."""
    if bar["hidden"].iloc[0]:
        canvas.write_instead(ax, row, _why(bar["hidden"].iloc[0], floor, lang))
        return
    shares = bar["share"].to_numpy(dtype=float)
    left = -_below_the_middle(bar, codes)
    colours = _colours(bar, codes)
    for share, colour in zip(shares, colours, strict=True):
        ax.barh(
            row, share, left=left, height=0.72, color=colour, edgecolor="white", lw=0.6
        )
        if share >= _ROOM_FOR_TEXT:
            ax.text(
                left + share / 2,
                row,
                number(100 * share, 0, lang),
                ha="center",
                va="center",
                fontsize=canvas.SMALL,
                color="white" if sum(colour) < 1.3 else canvas.INK,
            )
        left += share
    text = _people(bar, lang)
    joined = _joined(bar)
    if joined:
        text += "\n" + say("figures.joined", lang, codes=", ".join(joined))
    canvas.beside(ax, row, text)


def _people(bar: pd.DataFrame, lang: Language) -> str:
    """Write how many answered, and the share of them missing where it may be told."""
    n = number(float(bar["n"].iloc[0]), 0, lang)
    missing = float(bar["missing"].iloc[0])
    if np.isnan(missing):
        return say("figures.n_few_missing", lang, n=n, few=K_CELL)
    return say("figures.n_missing", lang, n=n, missing=percent(missing, 0, lang))


def _joined(bar: pd.DataFrame) -> list[str]:
    """Name the answers that are shown as one piece, such as ``1\u20132``."""
    pairs = zip(bar["code"], bar["to"], strict=True)
    return [_codes(first, last) for first, last in pairs if first != last]


def _codes(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}\u2013{last}"


def _colours(bar: pd.DataFrame, codes: list[int]) -> list[tuple[float, float, float]]:
    """Return the colour of each piece: that of its answer nearest the middle."""
    colours = answer_colours(len(codes))
    middle = (len(codes) - 1) / 2
    places = {code: i for i, code in enumerate(codes)}
    return [
        colours[
            min(
                range(places[first], places[last] + 1),
                key=lambda place: abs(place - middle),
            )
        ]
        for first, last in zip(bar["code"], bar["to"], strict=True)
    ]


def _why(hidden: str, floor: int, lang: Language) -> str:
    """Say why a bar is not shown."""
    if hidden == "few":
        return say("figures.not_shown_few", lang, n=floor)
    return say("disclosure.not_shown", lang)


def _below_the_middle(bar: pd.DataFrame, codes: list[int]) -> float:
    """Return how much lies left of the line: low answers and half of the middle."""
    middle = (len(codes) - 1) / 2
    places = {code: i for i, code in enumerate(codes)}
    first, last = bar["code"].map(places), bar["to"].map(places)
    part = np.where(last < middle, 1.0, np.where(first > middle, 0.0, 0.5))
    return float((part * bar["share"]).sum())


def _finish_axis(
    ax: Axes,
    codes: list[int],
    answers: Mapping[int, str | Label] | None,
    lang: Language,
) -> None:
    """Draw the middle line, the key of the codes, and what the bars measure."""
    from matplotlib.patches import Patch

    ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=0.5)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])
    ax.margins(x=0.01)
    canvas.name_axis(ax, say("figures.share_of_answers", lang))
    words = answers or {}
    patches = [
        Patch(
            color=colour,
            label=f"{code} {canvas.in_words(words[code], lang)}"
            if code in words
            else str(code),
        )
        for code, colour in zip(codes, answer_colours(len(codes)), strict=True)
    ]
    ax.legend(
        handles=patches,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(codes),
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
        self, data: pd.DataFrame, codes: list[int], source: Source, floor: int
    ) -> None:
        self.data, self.codes, self.source, self.floor = data, codes, source, floor

    def __call__(self, lang: Language) -> str:
        bars = self.data.groupby(["item", "wave"], sort=False)
        head = say(
            "figures.alt_answers",
            lang,
            rows=bars.ngroups,
            low=self.codes[0],
            high=self.codes[-1],
        )
        mark = canvas.mark_in_words(self.source, lang)
        return " ".join([head, *(self._bar(bar, lang) for _, bar in bars), *mark])

    def _bar(self, bar: pd.DataFrame, lang: Language) -> str:
        first = bar.iloc[0]
        name = f"{first['name']} {first['wave']}".strip()
        if first["hidden"]:
            return f"{name}: {_why(first['hidden'], self.floor, lang)}."
        if _joined(bar):
            return self._pieces(bar, name, lang)
        half = len(bar) // 2
        return say(
            "figures.alt_bar",
            lang,
            name=name,
            low=percent(float(bar["share"].iloc[:half].sum()), 0, lang),
            high=percent(float(bar["share"].iloc[-half:].sum()), 0, lang),
            n=number(float(first["n"]), 0, lang),
        )

    def _pieces(self, bar: pd.DataFrame, name: str, lang: Language) -> str:
        """Say every piece of a bar in which answers are joined."""
        told = [
            f"{_codes(first, last)}: {percent(float(share), 0, lang)}"
            for first, last, share in zip(
                bar["code"], bar["to"], bar["share"], strict=True
            )
        ]
        n = number(float(bar["n"].iloc[0]), 0, lang)
        return say("figures.alt_pieces", lang, name=name, pieces=", ".join(told), n=n)
