"""What raters said, meeting after meeting, from a table that may be shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.disclosure import Protected
from tillit_eval.errors import DataProblem, check_columns, few, kind_of
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.phrases import Label, Language, language, number, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Colour, mark and stroke of each criterion: any one of them tells them apart.
_STROKES: tuple[tuple[str, str, str], ...] = (
    (canvas.BLUE, "o", "-"),
    (canvas.RED, "s", "--"),
    (canvas.INK, "^", ":"),
    (canvas.MUTED, "D", "-."),
)


def plot_rounds(
    table: Protected,
    *,
    value: str = "value",
    round: str = "round",
    criterion: str = "criterion",
    names: Mapping[str, str | Label] | None = None,
    limits: tuple[float, float] | None = None,
    measure: str | Label | None = None,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""How was it rated, meeting after meeting?

    One line per criterion over the rounds, in the order of the table, with the
    number of raters under each round. A round that may not be shown is a gap, and
    the line does not bridge it. Nothing is fitted or tested: a line that rises
    says neither that it rose by more than chance nor why.

    Parameters
    ----------
    table : Protected
        What `protect_table` returned, one row per round and criterion, with one
        count.
    value, round, criterion : str, optional
        Columns with the mean rating, in steps of its scale, with the round, and
        with what was rated.
    names : mapping of str to str or Label, optional
        What criteria are called; their own names where there is none.
    limits : tuple of float, optional
        Lowest and highest step of the scale. By default the axis fits the data.
    measure : str or Label, optional
        What the vertical axis measures; written above it.
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
        If the table was not protected first, lacks a column, has more than four
        criteria, or has a round twice for one criterion.

    See Also
    --------
    plot_crosstab : Two raters beside each other.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.disclosure import protect_table
    >>> means = pd.DataFrame({"round": ["1", "2"], "criterion": "action",
    ...     "value": [2.4, 3.1], "n": [12, 14], "source": "real"})
    >>> safe = protect_table(means, count="n", unit=["round", "criterion"])
    >>> ax = plot_rounds(safe, limits=(1, 5))
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['1\n12', '2\n14']
    """
    lang = language(lang)
    data = _check(table, value, round, criterion)
    called = {
        each: canvas.in_words((names or {}).get(each, each), lang)
        for each in dict.fromkeys(data["criterion"])
    }
    rounds = list(dict.fromkeys(data["round"]))
    wide = data.pivot(index="round", columns="criterion", values="value")
    lines = wide.loc[rounds, list(called)].to_numpy(dtype=float).T
    ax = canvas.paper(ax, rows=8)
    canvas.clean(ax, grid=False)
    ax.grid(axis="y", color=canvas.GRID, linewidth=0.8)
    ends = _write_steps(ax, limits or _fitting(lines), lang)
    for line, stroke in zip(lines, _STROKES, strict=False):
        _draw_line(ax, line, stroke)
    _name_lines(ax, lines, list(called.values()), ends)
    counts = _counts(data, rounds, list(called))
    _write_rounds(ax, rounds, counts)
    canvas.name_axis(ax, _note(list(called.values()), counts, data, lang))
    above = _name_measure(ax, measure, lang)
    canvas.finish(ax, table.source, lang, title=title, above=above)
    return record(ax, data, _Words(table, data, names or {}))


def _check(table: object, value: str, round_: str, criterion: str) -> pd.DataFrame:
    """Return the guarded means; refuse what cannot be drawn as lines."""
    import pandas as pd

    if not isinstance(table, Protected):
        raise DataProblem(
            "Rounds can only be drawn from a table that is protected.",
            expected="what protect_table returns",
            found=kind_of(table),
            to_fix='draw protect_table(table, count="n", unit=["round", "criterion"])',
        )
    given = table.table
    if not {round_, criterion} <= set(map(str, given.columns)):
        given = given.reset_index()
    check_columns(given.columns, [value, round_, criterion], table="rounds")
    data = pd.DataFrame(
        {
            "round": given[round_].astype(str).tolist(),
            "criterion": given[criterion].astype(str).tolist(),
            "value": given[value].to_numpy(dtype=float),
            "n": given[table.counts[0]].to_numpy(dtype=float, na_value=np.nan),
            "shown": given["shown"].tolist(),
        }
    )
    twice = data.duplicated(["round", "criterion"]).to_numpy()
    if twice.any() or data["criterion"].nunique() > len(_STROKES):
        raise DataProblem(
            "These rounds cannot be drawn as one line for each criterion.",
            expected=f"one row per round and criterion, at most {len(_STROKES)} "
            "criteria",
            found=f"{data['criterion'].nunique()} criteria; repeated rows at row "
            f"positions {few(twice.nonzero()[0].tolist()) or 'none'}",
            to_fix="take the mean over raters first, and draw fewer criteria",
        )
    return data


def _fitting(values: np.typing.NDArray[np.float64]) -> tuple[float, float]:
    """Return limits around the means, with some room."""
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    room = 0.1 * float(np.ptp(known)) or 0.5
    return float(known.min()) - room, float(known.max()) + room


def _write_steps(
    ax: Axes, limits: tuple[float, float], lang: Language
) -> tuple[float, float]:
    """Set the vertical limits and write round numbers in the reader's language."""
    from matplotlib.ticker import MaxNLocator

    low, high = limits
    room = 0.04 * (high - low)
    places = [
        float(at)
        for at in MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        if low - 1e-9 <= at <= high + 1e-9
    ]
    step = places[1] - places[0] if len(places) > 1 else 1.0
    digits = max(0, math.ceil(-math.log10(step) - 1e-9)) if step < 1 else 0
    ax.set_ylim(low - room, high + room)
    ax.set_yticks(places, [number(place, digits, lang) for place in places])
    return low - room, high + room


def _draw_line(
    ax: Axes, values: np.typing.NDArray[np.float64], stroke: tuple[str, str, str]
) -> None:
    """Draw the means of one criterion; a gap where one may not be shown."""
    colour, mark, line = stroke
    ax.plot(
        np.arange(len(values)),
        values,
        color=colour,
        marker=mark,
        linestyle=line,
        linewidth=1.8,
        markersize=6,
        markerfacecolor=colour if mark == "o" else "white",
        markeredgewidth=1.4,
        zorder=3,
        clip_on=False,
    )


def _name_lines(
    ax: Axes,
    lines: np.typing.NDArray[np.float64],
    names: Sequence[str],
    ends: tuple[float, float],
) -> None:
    """Write each criterion at the end of its line, apart from the others."""
    last = [v[np.isfinite(v)][-1] if np.isfinite(v).any() else ends[0] for v in lines]
    apart, at = 0.07 * (ends[1] - ends[0]), -math.inf
    for place in np.argsort(last, kind="stable"):
        at = max(float(last[place]), at + apart)
        ax.annotate(
            canvas.wrap(names[place], 20, lines=2),
            (1, at),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=canvas.NORMAL,
            color=_STROKES[place][0],
            annotation_clip=False,
        )


def _name_measure(ax: Axes, measure: str | Label | None, lang: Language) -> float:
    """Write what is measured over the axis; return the room that it takes."""
    if measure is None:
        return 0.0
    ax.annotate(
        canvas.in_words(measure, lang),
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 8),
        textcoords="offset points",
        fontsize=canvas.SMALL,
        color=canvas.MUTED,
    )
    return canvas.KEY_LINE


def _write_rounds(ax: Axes, rounds: list[str], counts: list[list[str]]) -> None:
    """Write each round, and under it how many rated it."""
    ticks = ["\n".join([name, *n]) for name, n in zip(rounds, counts, strict=True)]
    ax.set_xticks(range(len(rounds)), ticks)
    ax.set_xlim(-0.5, len(rounds) - 0.5)


def _counts(
    data: pd.DataFrame, rounds: list[str], criteria: list[str]
) -> list[list[str]]:
    """Return the counts under each round: one if all criteria have the same."""
    wide = data.pivot(index="round", columns="criterion", values="n")
    table = wide.loc[rounds, criteria].to_numpy(dtype=float)
    rows = [["\u2013" if np.isnan(n) else f"{n:.0f}" for n in row] for row in table]
    return [row[:1] for row in rows] if all(len({*r}) == 1 for r in rows) else rows


def _note(
    names: list[str], counts: list[list[str]], data: pd.DataFrame, lang: Language
) -> str:
    """Say what stands under the axis."""
    one = len(counts[0]) == 1
    key = "figures.rounds_axis" if one else "figures.rounds_axis_each"
    text = say(key, lang, names=", ".join(names))
    if not data["shown"].all():
        text += " " + say("figures.rounds_gap", lang)
    return text


class _Words:
    """Say the figure in a language: its kind, every line, and what is hidden."""

    def __init__(
        self,
        table: Protected,
        data: pd.DataFrame,
        names: Mapping[str, str | Label],
    ) -> None:
        self.table, self.data, self.names = table, data, names

    def __call__(self, lang: Language) -> str:
        n = {"rounds": "round", "lines": "criterion"}
        seen = {blank: self.data[column].nunique() for blank, column in n.items()}
        says = [say("figures.alt_rounds", lang, **seen)]
        for key in dict.fromkeys(self.data["criterion"]):
            own = self.data[self.data["shown"] & self.data["criterion"].eq(key)]
            name = canvas.in_words(self.names.get(key, key), lang)
            marks = [self._mark(row, lang) for _, row in own.iterrows()]
            says.append(f"{name}: {', '.join(marks)}.")
        return " ".join([*says, self.table.sentence(lang)])

    def _mark(self, row: pd.Series, lang: Language) -> str:
        value = number(float(row["value"]), self.table.digits, lang)
        n = f"{row['n']:.0f}"
        return say("figures.alt_round", lang, name=row["round"], value=value, n=n)
