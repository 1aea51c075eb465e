"""How lines over time are drawn: styles, gaps, breaks, names at their ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tillit_eval.figures import canvas
from tillit_eval.phrases import Label, Language, number, say
from tillit_eval.plan.periods import times_in_years

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from tillit_eval.findings import Source

# Colour and dashes together, so that lines are told apart in grey.
_STYLES: list[tuple[str, Any]] = [
    (canvas.BLUE, "-"),
    (canvas.RED, (0, (6, 2))),
    ("#1f1f1f", (0, (1.5, 1.5))),
    ("#009E73", (0, (6, 1.5, 1.5, 1.5))),
    ("#8a5a9e", (0, (3, 1))),
]
_COMPARISON: tuple[str, Any] = ("#8a8a8a", "-")
# When, as the caller named it, and what happened.
Break = tuple[float, str, str | Label]
# With more periods than this only values that stand alone get a mark.
_MARKED = 24
# Lengths in years of the periods that times_in_years reads.
_LENGTHS = {"H": 1 / 2, "Q": 1 / 4, "K": 1 / 4, "T": 1 / 3}


def period_starts(periods: pd.Series[str]) -> pd.Series[float]:
    """Return when each period begins, in years; NaN where it cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> period_starts(pd.Series(["2014", "2014-Q3", "2014-07", "2014.2"])).tolist()
    [2014.0, 2014.5, 2014.5, 2014.2]
    """
    text = periods.astype("str").str.strip()
    middle = times_in_years(text)
    part = text.str.extract(r"^\d{4}-?([HQKT])\d$")[0].map(_LENGTHS).astype(float)
    whole = text.str.fullmatch(r"\d{4}").map({True: 1.0, False: np.nan})
    month = text.str.fullmatch(r"\d{4}-\d{1,2}").map({True: 1 / 12, False: np.nan})
    length = part.fillna(whole).fillna(month).fillna(0.0).astype(float)
    return (middle - length / 2).round(2)


def paper(ax: Axes | None) -> Axes:
    """Return the Axes given, or new ones of a good shape for time."""
    given = canvas.paper(ax, rows=8)
    canvas.clean(given, grid=False)
    given.grid(axis="y", color=canvas.GRID, linewidth=0.8)
    given.set_axisbelow(True)
    given.tick_params(axis="y", labelsize=canvas.SMALL, colors=canvas.MUTED)
    return given


def draw_lines(
    ax: Axes, data: pd.DataFrame, lines: list[str], comparison: str | None
) -> None:
    """Draw each line; a value without neighbours gets a mark so that it is seen."""
    marked = data["period"].nunique() <= _MARKED
    for line, (colour, dashes) in styles(lines, comparison).items():
        own = data[data["line"] == line]
        time, value = own["time"].to_numpy(), own["value"].to_numpy(dtype=float)
        ax.plot(time, value, color=colour, linestyle=dashes, linewidth=1.8, zorder=2.5)
        seen = np.isfinite(value)
        gaps = np.concatenate([[False], seen, [False]])
        alone = seen & ~gaps[:-2] & ~gaps[2:]
        dots = seen if marked else alone
        ax.plot(time[dots], value[dots], "o", color=colour, markersize=3.6, zorder=2.6)


def styles(lines: list[str], comparison: str | None) -> dict[str, tuple[str, Any]]:
    """Return colour and dashes of each line; the comparison is grey."""
    others = [line for line in lines if line != comparison]
    found = dict(zip(others, _STYLES, strict=False))
    return found if comparison is None else found | {comparison: _COMPARISON}


def write_axes(ax: Axes, data: pd.DataFrame, lang: Language) -> None:
    """Write years where they begin, and round numbers at the left."""
    from matplotlib.ticker import FixedLocator, MaxNLocator

    times = data["time"].to_numpy(dtype=float)
    first, last = int(np.floor(times.min())), int(np.ceil(times.max()))
    step = max(1, (last - first) // 10)
    years = range(first, last + 1, step)
    ax.set_xlim(first, max(last, first + 1))
    ax.set_xticks(list(years), [str(year) for year in years])
    low, high = _ends(data["value"].dropna().to_numpy(dtype=float))
    places = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    shown = [float(at) for at in places if low - 1e-9 <= at <= high + 1e-9]
    gap = shown[1] - shown[0] if len(shown) > 1 else 1.0
    ax.set_ylim(low, high)
    if low < 0 <= high:
        ax.axhline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    ax.yaxis.set_major_locator(FixedLocator(shown))
    ax.set_yticklabels([number(at, digits_of(gap), lang) for at in shown])


def _ends(value: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return where the axis ends: at zero, if that is not far away."""
    if not len(value):
        return 0.0, 1.0
    low, high = float(value.min()), float(value.max())
    room = 0.08 * (high - low) or 1.0
    if 0 <= low <= 0.4 * high:
        return 0.0, high + room
    if 0.4 * low <= high <= 0:
        return low - room, 0.0
    return low - room, high + room


def digits_of(step: float) -> int:
    """Return the decimals that numbers this far apart need."""
    digits = 0
    while digits < 6 and abs(round(step, digits) - step) > 1e-9 * step:
        digits += 1
    return digits


def draw_breaks(ax: Axes, breaks: Sequence[Break], lang: Language) -> int:
    """Draw an upright line for each break, its name above; return rows of names."""
    named = [(time, canvas.in_words(what, lang)) for time, _, what in breaks]
    rows = _rows(ax, named)
    for (time, words), row in zip(named, rows, strict=True):
        ax.axvline(time, color=canvas.INK, linewidth=1.0, linestyle=(0, (4, 3)))
        ax.annotate(
            words,
            (time, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-2, 3 + row * (canvas.MARK_LINE - 2)),
            textcoords="offset points",
            ha="left",
            va="bottom",
            fontsize=canvas.SMALL,
            color=canvas.INK,
        )
    return max(rows, default=-1) + 1


def _rows(ax: Axes, breaks: Sequence[tuple[float, str]]) -> list[int]:
    """Put each name on the lowest row where it does not run into another."""
    first, last = ax.get_xlim()
    letter = 0.0125 * (last - first)
    ends: list[float] = []
    rows = []
    for time, words in breaks:
        free = [i for i, end in enumerate(ends) if end < time]
        row = free[0] if free else len(ends)
        ends[row : row + 1] = [time + letter * (len(words) + 2)]
        rows.append(row)
    return rows


def name_lines(
    ax: Axes,
    data: pd.DataFrame,
    lines: list[str],
    names: Mapping[str, str],
    comparison: str | None,
    lang: Language,
) -> None:
    """Write each line's name and its units at its end, none over another."""
    low, high = ax.get_ylim()
    ends = {}
    for line in lines:
        value = data.loc[(data["line"] == line) & data["shown"], "value"]
        at = float(value.iloc[-1]) if len(value) else low
        ends[line] = (at - low) / (high - low)
    colours = styles(lines, comparison)
    for line, height in _apart(ends, 0.15).items():
        name = canvas.wrap(names[line], 24)
        ax.annotate(
            f"{name}\n{units_in_words(data[data['line'] == line], lang)}",
            (1, height),
            xycoords="axes fraction",
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=canvas.SMALL,
            color=colours[line][0] if line != comparison else canvas.MUTED,
            annotation_clip=False,
        )


def _apart(heights: Mapping[str, float], gap: float) -> dict[str, float]:
    """Move heights as little as needed for a gap between them."""
    order = sorted(heights, key=lambda line: heights[line])
    at = np.array([heights[line] for line in order])
    for _ in range(50):
        for i in range(1, len(at)):
            short = gap - (at[i] - at[i - 1])
            if short > 0:
                at[i - 1] -= short / 2
                at[i] += short / 2
    return dict(zip(order, at.tolist(), strict=True))


def units_in_words(own: pd.DataFrame, lang: Language) -> str:
    """Say how many units a line is the mean of; a range where that varies."""
    n = own.loc[own["shown"], "n_units"]
    if n.empty:
        return say("figures.series_nothing", lang)
    if n.min() == n.max():
        key = "figures.series_unit" if n.max() == 1 else "figures.series_units"
        return say(key, lang, n=number(int(n.max()), 0, lang))
    ends = f"{int(n.min())}\u2013{int(n.max())}"
    return say("figures.series_units", lang, n=ends)


class Words:
    """Say the figure in a language: its kind, its breaks, then every line."""

    def __init__(
        self,
        data: pd.DataFrame,
        lines: list[str],
        breaks: Sequence[Break],
        labels: Mapping[str, str | Label] | None,
        measure: str | Label | None,
        indicator: str,
        source: Source,
    ) -> None:
        self.data, self.lines, self.breaks = data, lines, breaks
        self.labels, self.measure = labels or {}, measure
        self.indicator, self.source = indicator, source

    def __call__(self, lang: Language) -> str:
        told = self.measure if self.measure is not None else self.indicator
        periods = self.data.drop_duplicates("period").sort_values("time")["period"]
        says = [
            say(
                "figures.alt_series",
                lang,
                measure=canvas.in_words(told, lang),
                periods=len(periods),
                first=periods.iloc[0],
                last=periods.iloc[-1],
            )
        ]
        for _, when, what in self.breaks:
            name = canvas.in_words(what, lang)
            says.append(say("figures.alt_break", lang, name=name, time=when))
        says += [self._line(line, lang) for line in self.lines]
        return " ".join([*says, *canvas.mark_in_words(self.source, lang)])

    def _line(self, line: str, lang: Language) -> str:
        own = self.data[self.data["line"] == line]
        name = canvas.in_words(self.labels.get(line, line), lang)
        shown = own[own["shown"]]
        if shown.empty:
            return say("figures.alt_line_empty", lang, name=name)
        value = shown["value"].to_numpy(dtype=float)
        places = (0, len(value) - 1, int(value.argmin()), int(value.argmax()))
        begin, end, low, high = (number(float(value[i]), 1, lang) for i in places)
        first, last, lowest, highest = (shown["period"].iloc[i] for i in places)
        says = say(
            "figures.alt_line",
            lang,
            name=name,
            units=units_in_words(own, lang),
            begin=begin,
            end=end,
            low=low,
            high=high,
            first=first,
            last=last,
            lowest=lowest,
            highest=highest,
        )
        gaps = int((~own["shown"]).sum())
        if not gaps:
            return says
        return f"{says} {say('figures.alt_series_gaps', lang, n=gaps)}"
