"""Before and after, unit by unit, from a table that may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.disclosure import Protected
from tillit_eval.errors import DataProblem, check_columns, kind_of
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.phrases import Label, Language, language, number, say
from tillit_eval.quality import Aggregation

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_units(
    table: Protected,
    *,
    before: str = "before",
    after: str = "after",
    names: Mapping[str, str | Label] | None = None,
    measure: str | Label | None = None,
    licence: Aggregation | None = None,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Where did each unit stand before, and where after?

    One row per unit in the order of the table: an open mark for before, a filled
    one for after, a line between them, and the number of people at the right.
    Hidden units are named but not drawn; a unit without a baseline shows only
    where it ended. No test is made here: see `plot_changes` for how sure one can be.

    Parameters
    ----------
    table : Protected
        What `protect_table` returned, one row per unit.
    before, after : str, optional
        Columns with the two means, in scale points.
    names : mapping of str to str or Label, optional
        What units are called; their own names where there is none.
    measure : str or Label, optional
        What the axis measures, for example ``Trust (0-100)``.
    licence : Aggregation, optional
        What `assess_aggregation` found of these units: whether their means may be
        used to tell them apart is then written below.
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
        If the table was not protected first, or lacks a column, or `licence` is no
        such finding.

    See Also
    --------
    assess_aggregation : Whether means of units may be used.
    plot_changes : Changes with their intervals.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.disclosure import protect_table
    >>> areas = pd.DataFrame({"unit": ["A", "B"], "n": [25, 30], "before": [60.0, 61.0],
    ...     "after": [62.0, 60.5], "source": "real"})
    >>> ax = plot_units(protect_table(areas, count="n"), measure="Trust (0-100)")
    >>> ax.get_xlabel()
    'Trust (0-100); open mark: before, filled mark: after'
    """
    lang = language(lang)
    data = _check(table, before, after)
    _check_licence(licence)
    named = canvas.names_in_words(data["unit"], names, lang)
    ax = canvas.paper(ax, rows=len(data), row=0.27, rest=1.05, names=named)
    canvas.clean(ax)
    canvas.name_rows(ax, named)
    ends = data[["before", "after"]].to_numpy(dtype=float)
    if np.isfinite(ends).any():
        low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
        room = 0.06 * (high - low) or 1.0
        canvas.write_ticks(ax, low - room, high + room, lang)
    else:
        ax.set_xticks([])
    for row, (_, unit) in zip(range(len(data), 0, -1), data.iterrows(), strict=True):
        _draw_unit(ax, row, unit, lang)
    name = canvas.in_words(measure, lang) if measure is not None else ""
    below = [say("figures.units_axis", lang, measure=name).removeprefix("; ")]
    if licence is not None:
        below.append(licence.licence_in_words(lang))
    canvas.name_axis(ax, "\n".join(below))
    canvas.finish(ax, table.source, lang, title=title)
    return record(ax, data, _Words(table, data, names, licence))


def _check_licence(licence: object) -> None:
    if licence is not None and not isinstance(licence, Aggregation):
        raise DataProblem(
            "This does not say whether means of units may be used.",
            expected="what assess_aggregation returns",
            found=kind_of(licence),
            to_fix="give licence=assess_aggregation(...), or leave it out",
        )


def _check(table: object, before: str, after: str) -> pd.DataFrame:
    """Return the guarded numbers; refuse a table that was not protected."""
    import pandas as pd

    if not isinstance(table, Protected):
        raise DataProblem(
            "Units can only be drawn from a table that is protected.",
            expected="what protect_table returns",
            found=kind_of(table),
            to_fix='draw protect_table(table, count="n")',
        )
    given = table.table
    check_columns(given.columns, [before, after], table="units")
    names = given[table.unit] if table.unit in given.columns else given.index
    return pd.DataFrame(
        {
            "unit": list(names),
            "before": given[before].to_numpy(dtype=float),
            "after": given[after].to_numpy(dtype=float),
            **{name: given[name].to_numpy() for name in table.counts},
            "people": _people(table),
            "shown": given["shown"].to_numpy(),
        }
    )


def _people(table: Protected) -> list[str]:
    """Return the counts of each row as they stand in its margin, or nothing."""
    rows = table.table[list(table.counts)].to_numpy(dtype=float, na_value=np.nan)
    return [
        "" if np.isnan(row).any() else " \u2192 ".join(f"{count:.0f}" for count in row)
        for row in rows
    ]


def _draw_unit(ax: Axes, row: int, unit: pd.Series, lang: Language) -> None:
    """Draw one unit on its row, or write that it is not shown."""
    if not unit["shown"]:
        canvas.write_instead(ax, row, say("disclosure.not_shown", lang))
        return
    before, after = float(unit["before"]), float(unit["after"])
    ax.plot([before, after], [row, row], color=canvas.LINE, linewidth=2.2, zorder=2)
    for value, face in ((before, "white"), (after, canvas.BLUE)):
        if np.isfinite(value):
            ax.plot(
                [value],
                [row],
                "o",
                markersize=7,
                markerfacecolor=face,
                markeredgecolor=canvas.BLUE,
                markeredgewidth=1.4,
                zorder=3,
            )
    text = say("figures.n", lang, n=unit["people"])
    if not np.isfinite(before):
        text += say("figures.no_before", lang)
    elif not np.isfinite(after):
        text += say("figures.no_after", lang)
    canvas.beside(ax, row, text)


class _Words:
    """Say the figure in a language: its kind, every unit, and what is hidden."""

    def __init__(
        self,
        table: Protected,
        data: pd.DataFrame,
        names: Mapping[str, str | Label] | None,
        licence: Aggregation | None,
    ) -> None:
        self.table, self.data, self.names = table, data, names
        self.licence = licence

    def __call__(self, lang: Language) -> str:
        shown = self.data[self.data["shown"]]
        says = [say("figures.alt_units", lang, rows=len(self.data))]
        says += [
            say(
                "figures.alt_unit",
                lang,
                name=canvas.names_in_words([unit["unit"]], self.names, lang)[0],
                before=self._value(unit["before"], lang),
                after=self._value(unit["after"], lang),
                n=unit["people"],
            )
            for _, unit in shown.iterrows()
        ]
        if self.licence is not None:
            says.append(self.licence.licence_in_words(lang))
        return " ".join([*says, self.table.sentence(lang)])

    def _value(self, value: float, lang: Language) -> str:
        if not np.isfinite(value):
            return say("figures.unknown", lang)
        return number(float(value), self.table.digits, lang)
