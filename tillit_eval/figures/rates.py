"""How many of how many, row by row: what was found beside where one looked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.disclosure import Protected
from tillit_eval.errors import DataProblem, check_columns, few, kind_of
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.floors import shows_sides
from tillit_eval.phrases import Label, Language, language, number, percent, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_PALE, _DARK = "#d7e3ee", canvas.BLUE
_HEIGHT = 0.66


def plot_rates(
    table: Protected,
    count: str,
    *,
    of: str,
    labels: Mapping[str, str | Label] | None = None,
    breaks: Mapping[str, str | Label] | None = None,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""Was more found, or was more looked for?

    One row per period (or unit), the first on top: a pale bar as long as the number
    looked at, a dark one in it as long as the number found, and both with their
    share at the right. A count that rises beside a steady share says that more was
    looked for; a share alone would hide that.

    Parameters
    ----------
    table : Protected
        What `protect_table` returned, one row per period or unit in reading order.
    count : str
        Column with the number found, not more than `of`.
    of : str
        Column with the number looked at: the denominator.
    labels : mapping of str to str or Label, optional
        What the two columns are called in the key.
    breaks : mapping of str to str or Label, optional
        By row, what began there; drawn as a dashed line above that row.
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
        If the table was not protected first, lacks a column, a count is larger
        than what it is a part of, or a break names no row.

    See Also
    --------
    plot_series : A figure of a register over time.
    plot_shares : Shares with their intervals.

    Notes
    -----
    A row with fewer than 5 on one side of its share is not shown, unless the
    counts are published.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.disclosure import protect_table
    >>> years = pd.DataFrame({"unit": ["2016", "2017"], "tested": [80, 120],
    ...     "found": [40, 60], "source": "real"})
    >>> safe = protect_table(years, count=["found", "tested"])
    >>> ax = plot_rates(safe, "found", of="tested")
    >>> [text.get_text().replace("\xa0", " ") for text in ax.texts]
    ['40 of 80, 50 %', '60 of 120, 50 %']
    """
    lang = language(lang)
    data = _check(table, count, of)
    at = _places(data, breaks)
    names = [str(name) for name in data["row"]]
    ax = canvas.paper(ax, rows=len(data), row=0.34, rest=1.05, names=names)
    canvas.clean(ax)
    canvas.name_rows(ax, names)
    most = data["of"].max()
    if most > 0:
        canvas.write_ticks(ax, 0.0, float(most) * 1.04, lang)
    else:
        ax.set_xticks([])
    for place, (_, row) in zip(range(len(data), 0, -1), data.iterrows(), strict=True):
        _draw_row(ax, place, row, lang)
    for place, name in at:
        ax.axhline(place + 0.5, color=canvas.INK, linewidth=1.0, linestyle=(0, (4, 3)))
        canvas.beside(ax, place + 0.5, canvas.in_words(name, lang), bold=True)
    called = labels or {}
    _draw_key(ax, [canvas.in_words(called.get(key, key), lang) for key in (of, count)])
    canvas.name_axis(ax, say("figures.rates_axis", lang))
    canvas.finish(ax, table.source, lang, title=title, above=canvas.KEY_LINE)
    return record(ax, data, _Words(table, data, (count, of), called, dict(at)))


def _check(table: object, count: str, of: str) -> pd.DataFrame:
    """Return the guarded counts; refuse what is no part of its whole."""
    import pandas as pd

    if not isinstance(table, Protected):
        raise DataProblem(
            "Rates can only be drawn from a table that is protected.",
            expected="what protect_table returns",
            found=kind_of(table),
            to_fix='draw protect_table(table, count=["found", "looked"])',
        )
    given = table.table
    check_columns(given.columns, [count, of], table="counts")
    keys = given[table.unit] if table.unit in given.columns else given.index
    data = pd.DataFrame(
        {
            "row": list(keys),
            "count": given[count].to_numpy(dtype=float, na_value=np.nan),
            "of": given[of].to_numpy(dtype=float, na_value=np.nan),
        }
    )
    more = (data["count"] > data["of"]).to_numpy()
    if more.any():
        raise DataProblem(
            "A count is larger than what it is a part of.",
            expected=f"'{count}' at most as large as '{of}'",
            found=f"{int(more.sum())} row(s) at row positions "
            f"{few(more.nonzero()[0].tolist())}",
            to_fix="exchange the columns, or check what was counted",
        )
    return _guard(data, given["shown"].to_numpy(dtype=bool), table)


def _guard(
    data: pd.DataFrame, shown: np.ndarray[tuple[int], np.dtype[np.bool_]], t: Protected
) -> pd.DataFrame:
    """Hide rows where too few stand on one side of the share, and add the share."""
    whole = data[["count", "of"]].notna().all(axis=1).to_numpy() & shown
    if t.source != "published":
        sides = [
            bool(ok) and shows_sides(int(c), int(n))
            for ok, c, n in zip(whole, data["count"], data["of"], strict=True)
        ]
        whole = np.array(sides, dtype=bool)
    found, looked = data["count"].where(whole), data["of"].where(whole)
    share = found / looked
    return data.assign(count=found, of=looked, share=share, shown=whole)


def _places(
    data: pd.DataFrame, breaks: Mapping[str, str | Label] | None
) -> list[tuple[int, str | Label]]:
    """Return where each break stands, counted from below, with its name."""
    rows = [str(row) for row in data["row"]]
    unknown = sorted({*(breaks or {})} - {*rows})
    if unknown:
        raise DataProblem(
            "A break stands at a row that is not there.",
            expected="rows of the table, as they are written there",
            found=f"{len(unknown)} other name(s)",
            to_fix="name the row that the break comes before",
        )
    return [(len(rows) - rows.index(row), name) for row, name in (breaks or {}).items()]


def _draw_row(ax: Axes, place: int, row: pd.Series, lang: Language) -> None:
    """Draw the two bars of a row, or write that it is not shown."""
    if not row["shown"]:
        canvas.write_instead(ax, place, say("disclosure.not_shown", lang))
        return
    ax.barh(
        place,
        row["of"],
        height=_HEIGHT,
        color=_PALE,
        edgecolor=canvas.MUTED,
        linewidth=0.8,
        zorder=2,
    )
    ax.barh(place, row["count"], height=_HEIGHT, color=_DARK, zorder=3)
    canvas.beside(ax, place, _in_words(row, lang))


def _in_words(row: pd.Series, lang: Language) -> str:
    """Write both numbers of a row, and their share."""
    both = say(
        "figures.of",
        lang,
        yes=number(row["count"], 0, lang),
        n=number(row["of"], 0, lang),
    )
    return f"{both}, {percent(row['share'], 0, lang)}"


def _draw_key(ax: Axes, names: list[str]) -> None:
    """Write which bar is what, above the axes."""
    from matplotlib.patches import Patch

    faces = ((_PALE, canvas.MUTED), (_DARK, _DARK))
    ax.legend(
        handles=[
            Patch(facecolor=face, edgecolor=edge, label=name)
            for name, (face, edge) in zip(names, faces, strict=True)
        ],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        frameon=False,
        fontsize=canvas.SMALL,
        handlelength=1.2,
        handletextpad=0.5,
        columnspacing=1.4,
        borderpad=0.2,
        borderaxespad=0.2,
    )


class _Words:
    """Say the figure in a language: its kind, every row, and what is hidden."""

    def __init__(
        self,
        table: Protected,
        data: pd.DataFrame,
        columns: tuple[str, str],
        labels: Mapping[str, str | Label],
        breaks: Mapping[int, str | Label],
    ) -> None:
        self.table, self.data, self.columns = table, data, columns
        self.labels, self.breaks = labels, breaks

    def __call__(self, lang: Language) -> str:
        count, of = (
            canvas.in_words(self.labels.get(key, key), lang) for key in self.columns
        )
        says = [say("figures.alt_rates", lang, count=count, of=of, rows=len(self.data))]
        for place, (_, row) in zip(
            range(len(self.data), 0, -1), self.data.iterrows(), strict=True
        ):
            if place in self.breaks:
                name = canvas.in_words(self.breaks[place], lang)
                says.append(say("figures.alt_rate_break", lang, name=name))
            told = (
                _in_words(row, lang)
                if row["shown"]
                else say("disclosure.not_shown", lang)
            )
            says.append(say("figures.alt_rate", lang, name=row["row"], told=told))
        return " ".join([*says, *canvas.mark_in_words(self.table.source, lang)])
