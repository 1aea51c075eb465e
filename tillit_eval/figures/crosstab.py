"""Two raters of the same thing beside each other, from a table that may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tillit_eval.disclosure import Protected
from tillit_eval.errors import DataProblem, check_columns, few, kind_of
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.phrases import Label, Language, language, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# From no one to most: light to dark, so that it is also read in grey.
_LIGHT, _DARK = np.array([0.95, 0.97, 0.99]), np.array([0.03, 0.29, 0.52])
_INK_TURNS = 0.55


def plot_crosstab(
    table: Protected,
    *,
    first: str = "self",
    second: str = "observer",
    steps: Mapping[Any, str | Label] | None = None,
    first_name: str | Label | None = None,
    second_name: str | Label | None = None,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Where do two raters say the same, and where does one say more?

    A grid of counts: the first rater upwards, the second to the right, the lowest
    step in the corner at the lower left. Cells in which both say the same have a
    heavy outline; above them the first rater says more. Cells that may not be
    shown are hatched. Counts of agreement are no measure of it: much of the
    outline would be filled by chance alone.

    Parameters
    ----------
    table : Protected
        What `protect_table` returned, one row per pair of steps, with one count.
    first, second : str, optional
        Columns with the step that each rater chose.
    steps : mapping of step to str or Label, optional
        What the steps are called, lowest first. By default the steps of the table,
        sorted.
    first_name, second_name : str or Label, optional
        Who rated; the names of the columns by default.
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
        If the table was not protected first, lacks a column, holds a step that
        `steps` does not name, or a pair of steps twice.

    See Also
    --------
    plot_rounds : Ratings over time.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.disclosure import protect_table
    >>> pairs = pd.DataFrame({"self": [1, 1, 2, 2], "observer": [1, 2, 1, 2],
    ...     "n": [40, 12, 30, 55], "source": "real"})
    >>> safe = protect_table(pairs, count="n", unit=["self", "observer"])
    >>> [text.get_text() for text in plot_crosstab(safe).texts]
    ['40', '12', '30', '55']
    """
    lang = language(lang)
    data = _check(table, first, second, steps)
    order = list(steps) if steps else sorted({*data["first"], *data["second"]})
    called = [canvas.in_words((steps or {}).get(s, str(s)), lang) for s in order]
    names = tuple(
        canvas.in_words(name if name is not None else column, lang)
        for name, column in ((first_name, first), (second_name, second))
    )
    ax = canvas.paper(ax, rows=len(order), row=0.52, rest=1.25)
    canvas.clean(ax, grid=False)
    most = float(data["n"].max(skipna=True)) if data["shown"].any() else 0.0
    for cell in data.itertuples(index=False):
        _draw_cell(ax, order, cell, most)
    _write_steps(ax, called)
    note = say("figures.crosstab_axis", lang, first=names[0], second=names[1])
    if not data["shown"].all():
        note += " " + say("figures.crosstab_hidden", lang)
    canvas.name_axis(ax, note)
    canvas.finish(ax, table.source, lang, title=title)
    words = _Words(
        table, data, steps or {}, (first_name or first, second_name or second)
    )
    return record(ax, data, words)


def _check(
    table: object, first: str, second: str, steps: Mapping[Any, str | Label] | None
) -> pd.DataFrame:
    """Return the guarded counts; refuse what is no grid of pairs."""
    import pandas as pd

    if not isinstance(table, Protected):
        raise DataProblem(
            "Pairs of ratings can only be drawn from a table that is protected.",
            expected="what protect_table returns",
            found=kind_of(table),
            to_fix='draw protect_table(table, count="n", unit=["self", "observer"])',
        )
    given = table.table
    if not {first, second} <= set(map(str, given.columns)):
        given = given.reset_index()
    check_columns(given.columns, [first, second], table="pairs of ratings")
    data = pd.DataFrame(
        {
            "first": given[first].tolist(),
            "second": given[second].tolist(),
            "n": given[table.counts[0]].to_numpy(dtype=float, na_value=np.nan),
            "shown": given["shown"].tolist(),
        }
    )
    known = set(steps) if steps else {*data["first"], *data["second"]}
    strange = ~(data["first"].isin(known) & data["second"].isin(known)).to_numpy()
    twice = data.duplicated(["first", "second"]).to_numpy()
    if strange.any() or twice.any():
        raise DataProblem(
            "These pairs of ratings do not fit in one grid.",
            expected="each pair of steps once, and steps that have a name",
            found=f"steps without a name at row positions "
            f"{few(strange.nonzero()[0].tolist()) or 'none'}; repeated pairs at row "
            f"positions {few(twice.nonzero()[0].tolist()) or 'none'}",
            to_fix="count the pairs first, and name every step of the scale",
        )
    return data


def _draw_cell(ax: Axes, order: list[Any], cell: Any, most: float) -> None:
    """Draw one pair of steps with its count, or hatched."""
    from matplotlib.patches import Rectangle

    x, y = order.index(cell.second), order.index(cell.first)
    share = cell.n / most if cell.shown and most else 0.0
    tone = tuple((_LIGHT + (_DARK - _LIGHT) * share).tolist())
    ax.add_patch(
        Rectangle(
            (x - 0.46, y - 0.44),
            0.92,
            0.88,
            facecolor=tone if cell.shown else "white",
            edgecolor=canvas.INK if x == y else canvas.LINE,
            linewidth=2.4 if x == y else 0.6,
            hatch="" if cell.shown else "////",
            zorder=3 if x == y else 2,
        )
    )
    if cell.shown:
        ax.text(
            x,
            y,
            f"{cell.n:.0f}",
            ha="center",
            va="center",
            fontsize=canvas.NORMAL,
            color="white" if share > _INK_TURNS else canvas.INK,
            zorder=4,
        )


def _write_steps(ax: Axes, called: list[str]) -> None:
    """Write the steps along both sides, lowest first."""
    width = max(8, 56 // len(called))
    places = range(len(called))
    ax.set_xticks(places, [canvas.wrap(name, width) for name in called])
    ax.set_yticks(places, [canvas.wrap(name, 18) for name in called])
    ax.set_xlim(-0.5, len(called) - 0.5)
    ax.set_ylim(-0.5, len(called) - 0.5)
    ax.tick_params(axis="x", labelsize=canvas.NORMAL, colors=canvas.INK)
    ax.spines["bottom"].set_visible(False)


class _Words:
    """Say the figure in a language: who rated, every pair shown, what is hidden."""

    def __init__(
        self,
        table: Protected,
        data: pd.DataFrame,
        steps: Mapping[Any, str | Label],
        names: tuple[str | Label, str | Label],
    ) -> None:
        self.table, self.data, self.steps, self.names = table, data, steps, names

    def __call__(self, lang: Language) -> str:
        first, second = (canvas.in_words(name, lang) for name in self.names)
        says = [say("figures.alt_crosstab", lang, first=first, second=second)]
        says += [
            say(
                "figures.alt_pair",
                lang,
                first=self._step(cell.first, lang),
                second=self._step(cell.second, lang),
                n=f"{cell.n:.0f}",
            )
            for cell in self.data[self.data["shown"]].itertuples(index=False)
        ]
        return " ".join([*says, self.table.sentence(lang)])

    def _step(self, step: Any, lang: Language) -> str:
        return canvas.in_words(self.steps.get(step, str(step)), lang)
