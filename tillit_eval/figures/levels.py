"""Before and after, one slope for each level of an organisation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure import Protected
from tillit_eval.errors import DataProblem, check_columns, kind_of
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.phrases import Label, Language, language, number, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Marks told apart in grey; more levels than marks would be lines without a face.
_MARKS = ("o", "s", "^", "D", "v", "P", "X")
_COLOURS = (canvas.BLUE, canvas.RED, canvas.INK, "#009E73", "#8a5a00", "#7a4f9e")
# Room that a name needs, as a share of the height of the axes.
_ROOM = 0.09


def plot_levels(
    table: Protected,
    *,
    before: str = "before",
    after: str = "after",
    names: Mapping[str, str | Label] | None = None,
    waves: tuple[str | Label, str | Label] | None = None,
    measure: str | Label | None = None,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Did every level of the organisation move the same way?

    One slope per level from its mean before to its mean after, with the level's
    name and its people at the right. Lines that cross or part tell that a mean over
    all levels would hide something. A level that is hidden is named, not drawn. No
    test is made here: ask each level by itself with `compare_overlapping`, and see
    `plot_changes`.

    Parameters
    ----------
    table : Protected
        What `protect_table` returned, one row per level, at most seven.
    before, after : str, optional
        Columns with the two means, in scale points.
    names : mapping of str to str or Label, optional
        What levels are called; their own names where there is none.
    waves : tuple of two str or Label, optional
        Names of the two waves, written below.
    measure : str or Label, optional
        What is measured, for example ``Trust (0-100)``.
    title : str or Label, optional
        Written above, at the left.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw. By default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. `figure_data` and `alt_text` know what it shows.

    Raises
    ------
    DataProblem
        If the table was not protected first, lacks a column, or has more levels
        than can be told apart.

    See Also
    --------
    plot_units : For many units, one row each.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.disclosure import protect_table
    >>> levels = pd.DataFrame({"unit": ["managers", "staff"], "n": [25, 300],
    ...     "before": [70.0, 61.0], "after": [76.0, 60.5], "source": "real"})
    >>> ax = plot_levels(protect_table(levels, count="n"), waves=("2014", "2017"))
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['2014', '2017']
    """
    lang = language(lang)
    data = _check(table, before, after)
    ax = ax if ax is not None else _paper(len(data))
    named = data.assign(level=canvas.names_in_words(data["level"], names, lang))
    drawn = named[data["shown"] & data[["before", "after"]].notna().all(axis=1)]
    limits = _limits(drawn)
    heights = _spread(drawn["after"].to_numpy(dtype=float), limits)
    rows = zip(drawn.index, drawn.to_dict("records"), heights, strict=True)
    for place, level, height in rows:
        _draw_level(ax, int(str(place)), level, height, table.digits, lang)
    one, two = waves or (
        say("figures.level_before", lang),
        say("figures.level_after", lang),
    )
    ends = canvas.in_words(one, lang), canvas.in_words(two, lang)
    _frame(ax, ends, limits, lang)
    canvas.name_axis(ax, _below(named, drawn, measure, lang))
    canvas.finish(ax, table.source, lang, title=title)
    return record(ax, data, _Words(table, data, names))


def _check(table: object, before: str, after: str) -> pd.DataFrame:
    """Return the guarded numbers; refuse what was not protected, or is too much."""
    import pandas as pd

    if not isinstance(table, Protected):
        raise DataProblem(
            "Levels can only be drawn from a table that is protected.",
            expected="what protect_table returns",
            found=kind_of(table),
            to_fix='draw protect_table(table, count="n")',
        )
    given = table.table
    check_columns(given.columns, [before, after], table="levels")
    if not 0 < len(given) <= len(_MARKS):
        raise DataProblem(
            "So many levels cannot be told apart in one figure.",
            expected=f"1 to {len(_MARKS)} rows, one per level",
            found=f"{len(given)}",
            to_fix="join levels, or draw plot_units",
        )
    names = given[table.unit] if table.unit in given.columns else given.index
    return pd.DataFrame(
        {
            "level": [str(name) for name in names],
            "before": given[before].to_numpy(dtype=float),
            "after": given[after].to_numpy(dtype=float),
            **{name: given[name].to_numpy() for name in table.counts},
            "people": _people(table),
            "shown": given["shown"].to_numpy(dtype=bool),
        }
    )


def _people(table: Protected) -> list[str]:
    """Return the counts of each row, joined by arrows; nothing where one is hidden."""
    rows = table.table[list(table.counts)].to_numpy(dtype=float, na_value=np.nan)
    return [
        "" if np.isnan(row).any() else " \u2192 ".join(f"{count:.0f}" for count in row)
        for row in rows
    ]


def _paper(n_levels: int) -> Axes:
    import matplotlib.pyplot as plt

    size = (canvas.WIDTH, 2.4 + 0.32 * n_levels)
    return plt.subplots(figsize=size, layout="constrained")[1]


def _limits(drawn: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the axis, with some room around all means."""
    ends = drawn[["before", "after"]].to_numpy(dtype=float)
    if not ends.size:
        return 0.0, 1.0
    low, high = float(ends.min()), float(ends.max())
    room = 0.12 * (high - low) or 1.0
    return low - room, high + room


def _spread(
    values: npt.NDArray[np.float64], limits: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """Move names apart that would lie on one another, as little as possible."""
    low, high = limits
    order = np.argsort(values, kind="stable")
    gap = min(_ROOM, 1 / max(len(values), 1)) * (high - low)
    ranks = np.arange(len(values)) * gap
    # Names in order keep a gap; the running mean of what is over it moves least.
    raised = np.maximum.accumulate(values[order] - ranks) + ranks
    lowered = np.minimum.accumulate((values[order] - ranks)[::-1])[::-1] + ranks
    middle = (raised + lowered) / 2
    over = max(0.0, float(middle[-1]) - high) if len(middle) else 0.0
    placed = np.empty_like(values)
    placed[order] = middle - over
    return placed


def _draw_level(
    ax: Axes,
    place: int,
    level: dict[object, object],
    height: float,
    digits: int,
    lang: Language,
) -> None:
    """Draw one slope, its two means, and its name beside its end."""
    ends = [float(str(level["before"])), float(str(level["after"]))]
    colour = _COLOURS[place % len(_COLOURS)]
    ax.plot(
        [0, 1],
        ends,
        color=colour,
        linewidth=2.2,
        marker=_MARKS[place],
        markersize=7,
        zorder=3,
    )
    n = say("figures.n", lang, n=level["people"])
    value = number(ends[1], digits, lang)
    _beside(ax, 1, ends[1], height, f"{value}  {level['level']}, {n}")


def _beside(ax: Axes, x: float, at: float, height: float, text: str) -> None:
    """Write a name to the right, with a thin line to its mark where it was moved."""
    ax.annotate(
        text,
        (x, at),
        xytext=(x + 0.08, height),
        textcoords="data",
        va="center",
        fontsize=canvas.SMALL,
        color=canvas.INK,
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "-",
            "color": canvas.LINE,
            "linewidth": 0.7,
            "relpos": (0, 0.5),
        },
    )


def _frame(
    ax: Axes, ends: tuple[str, str], limits: tuple[float, float], lang: Language
) -> None:
    """Draw the two uprights, name them, and number the heights."""
    from matplotlib.ticker import MaxNLocator

    canvas.clean(ax, grid=False)
    ax.spines["bottom"].set_visible(False)
    for x in (0, 1):
        ax.axvline(x, color=canvas.GRID, linewidth=1.0, zorder=1)
    ax.set_xticks([0, 1], list(ends))
    ax.tick_params(axis="x", labelsize=canvas.NORMAL, colors=canvas.INK)
    ax.set_xlim(-0.12, 2.1)
    places = MaxNLocator(nbins=5, steps=[1, 2, 5, 10]).tick_values(*limits)
    digits = max(0, math.ceil(-math.log10(places[1] - places[0]) - 1e-9))
    ax.set_yticks(places, [number(float(at), digits, lang) for at in places])
    ax.set_ylim(*limits)


def _below(
    data: pd.DataFrame,
    drawn: pd.DataFrame,
    measure: str | Label | None,
    lang: Language,
) -> str:
    """Return what stands below: the measure, and the levels that are not drawn."""
    parts = [canvas.in_words(measure, lang)] if measure is not None else []
    hidden = [name for name in data["level"] if name not in set(drawn["level"])]
    if hidden:
        names = ", ".join(hidden)
        parts.append(say("figures.levels_hidden", lang, names=names))
    return ". ".join(part.rstrip(".") for part in [*parts, _scale(lang)]) + "."


def _scale(lang: Language) -> str:
    return say("figures.levels_axis", lang)


class _Words:
    """Say the figure in a language: its kind, every level, and what is hidden."""

    def __init__(
        self,
        table: Protected,
        data: pd.DataFrame,
        names: Mapping[str, str | Label] | None,
    ) -> None:
        self.table, self.data, self.names = table, data, names

    def __call__(self, lang: Language) -> str:
        says = [say("figures.alt_levels", lang, rows=len(self.data))]
        for level in self.data[self.data["shown"]].to_dict("records"):
            before, after = (
                self._value(level[end], lang) for end in ("before", "after")
            )
            says.append(
                say(
                    "figures.alt_unit",
                    lang,
                    name=canvas.names_in_words([level["level"]], self.names, lang)[0],
                    before=before,
                    after=after,
                    n=level["people"],
                )
            )
        return " ".join([*says, self.table.sentence(lang)])

    def _value(self, value: object, lang: Language) -> str:
        known = float(str(value))
        if not np.isfinite(known):
            return say("figures.unknown", lang)
        return number(known, self.table.digits, lang)
