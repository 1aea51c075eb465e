"""How far apart groups stand on the same question, from a table that may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.disclosure import Protected
from tillit_eval.errors import DataProblem, check_columns, few, kind_of
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.figures.marks import MARKS, draw_key, draw_mark
from tillit_eval.phrases import Label, Language, language, number, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_gaps(
    table: Protected,
    marks: Sequence[str] | Mapping[str, str | Label],
    *,
    rows: Mapping[str, Label] | None = None,
    measure: str | Label | None = None,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How far apart do groups stand on each question?

    One row per question (or unit), one mark per group, and a line from the lowest
    to the highest: its length is the gap. The number of people behind each mark
    stands at the right, in the order of the key. Rows that may not be shown are
    named but not drawn. No test is made here, and a small gap between means is not
    agreement between persons.

    Parameters
    ----------
    table : Protected
        What `protect_table` returned, one row per question, with one column of
        means and one of people per group.
    marks : sequence of str, or mapping of str to str or Label
        Two to six columns with the means, in the order of the columns of people
        that `protect_table` was given; a mapping names the groups in the key.
    rows : mapping of str to Label, optional
        Names of rows, such as the ``labels`` of a codebook; what stands in the table
        for a row without one.
    measure : str or Label, optional
        What the axis measures, for example ``Mean answer, 1 to 5``.
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
        If the table was not protected first, lacks a column, or has not one
        column of people for each group.

    See Also
    --------
    plot_units : The same group before and after.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.disclosure import protect_table
    >>> asked = pd.DataFrame({"unit": ["heard", "let in"], "users": [3.4, 3.9],
    ...     "staff": [3.8, 2.9], "n_users": [80, 79], "n_staff": [41, 40],
    ...     "source": "real"})
    >>> safe = protect_table(asked, count=["n_users", "n_staff"])
    >>> ax = plot_gaps(safe, ["users", "staff"], measure="Mean answer, 1 to 5")
    >>> [text.get_text() for text in ax.texts]
    ['n = 80 · 41', 'n = 79 · 40']
    """
    lang = language(lang)
    names = _names(marks, lang)
    data = _check(table, names)
    named = canvas.names_in_words(data["row"], rows, lang)
    ax = canvas.paper(ax, rows=len(data), row=0.36, rest=1.25, names=named)
    canvas.clean(ax)
    canvas.name_rows(ax, named)
    _set_limits(ax, data[list(names)].to_numpy(dtype=float), lang)
    for at, (_, row) in zip(range(len(data), 0, -1), data.iterrows(), strict=True):
        _draw_row(ax, at, row, list(names), lang)
    above = draw_key(ax, list(names.values()))
    name = canvas.in_words(measure, lang) if measure is not None else ""
    canvas.name_axis(
        ax, say("figures.gaps_axis", lang, measure=name).removeprefix("; ")
    )
    canvas.finish(ax, table.source, lang, title=title, above=above)
    return record(ax, data, _Words(table, data, marks, rows))


def _names(
    marks: Sequence[str] | Mapping[str, str | Label], lang: Language
) -> dict[str, str]:
    """Return the name of each group by its column."""
    if isinstance(marks, Mapping):
        return {key: canvas.in_words(name, lang) for key, name in marks.items()}
    return {key: key for key in marks}


def _check(table: object, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the guarded numbers; refuse a table that does not fit the groups."""
    import pandas as pd

    if not isinstance(table, Protected):
        raise DataProblem(
            "Gaps can only be drawn from a table that is protected.",
            expected="what protect_table returns",
            found=kind_of(table),
            to_fix='draw protect_table(table, count=["n_users", "n_staff"])',
        )
    check_columns(table.table.columns, list(names), table="groups")
    if not 2 <= len(names) <= len(MARKS) or len(table.counts) != len(names):
        raise DataProblem(
            "The groups and their numbers of people do not fit together.",
            expected=f"2 to {len(MARKS)} groups, and a column of people for each",
            found=f"{len(names)} groups, columns of people {few(table.counts)}",
            to_fix="give protect_table one count for each column in marks",
        )
    given = table.table
    keys = given[table.unit] if table.unit in given.columns else given.index
    return pd.DataFrame(
        {
            "row": list(keys),
            **{key: given[key].to_numpy(dtype=float) for key in names},
            **{key: given[key].to_numpy() for key in table.counts},
            "people": _people(table),
            "shown": given["shown"].to_numpy(),
        }
    )


def _people(table: Protected) -> list[str]:
    """Return the counts of each row as they stand beside it, or nothing."""
    rows = table.table[list(table.counts)].to_numpy(dtype=float, na_value=np.nan)
    return [
        "" if np.isnan(row).any() else " · ".join(f"{count:.0f}" for count in row)
        for row in rows
    ]


def _set_limits(
    ax: Axes, means: np.ndarray[tuple[int, ...], np.dtype[np.float64]], lang: Language
) -> None:
    """Give all marks room; an empty figure has no ticks."""
    if not np.isfinite(means).any():
        ax.set_xticks([])
        return
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    room = 0.08 * (high - low) or 1.0
    canvas.write_ticks(ax, low - room, high + room, lang)


def _draw_row(
    ax: Axes, at: int, row: pd.Series, keys: Sequence[str], lang: Language
) -> None:
    """Draw the marks of one row, or write that it is not shown."""
    if not row["shown"]:
        canvas.write_instead(ax, at, say("disclosure.not_shown", lang))
        return
    means = row[list(keys)].to_numpy(dtype=float)
    if np.isfinite(means).any():
        ends = [np.nanmin(means), np.nanmax(means)]
        ax.plot(ends, [at, at], color=canvas.LINE, linewidth=2.2, zorder=2)
    for mean, mark in zip(means, MARKS[: len(keys)], strict=True):
        draw_mark(ax, mean, at, mark)
    canvas.beside(ax, at, say("figures.n", lang, n=row["people"]))


class _Words:
    """Say the figure in a language: its kind, every row, and what is hidden."""

    def __init__(
        self,
        table: Protected,
        data: pd.DataFrame,
        marks: Sequence[str] | Mapping[str, str | Label],
        rows: Mapping[str, Label] | None,
    ) -> None:
        self.table, self.data, self.marks, self.rows = table, data, marks, rows

    def __call__(self, lang: Language) -> str:
        names = _names(self.marks, lang)
        says = [say("figures.alt_gaps", lang, rows=len(self.data))]
        says += [
            say(
                "figures.alt_gap",
                lang,
                name=canvas.names_in_words([row["row"]], self.rows, lang)[0],
                groups="; ".join(self._group(row, key, names, lang) for key in names),
            )
            for _, row in self.data[self.data["shown"]].iterrows()
        ]
        return " ".join([*says, self.table.sentence(lang)])

    def _group(
        self, row: pd.Series, key: str, names: Mapping[str, str], lang: Language
    ) -> str:
        value = float(row[key])
        count = row[self.table.counts[list(names).index(key)]]
        return say(
            "figures.alt_group",
            lang,
            name=names[key],
            value=number(value, self.table.digits, lang)
            if np.isfinite(value)
            else say("figures.unknown", lang),
            n=int(count),
        )
