"""When each unit started, and when people were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tillit_eval.errors import DataProblem, check_columns, check_table, few
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.findings import Source, read_source
from tillit_eval.phrases import Label, Language, language, say, swedish_sort_key

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_rollout(
    units: pd.DataFrame,
    *,
    start: str = "start",
    unit: str = "unit",
    waves: pd.DataFrame | Mapping[str, str] | None = None,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """When did each unit start, and when were people asked?

    One row per unit, the first to start on top; a thin line before the start, a
    thick one after. Survey waves stand across as grey bands. Units that never
    started stand last.

    Parameters
    ----------
    units : DataFrame, shape (n_units, n_columns)
        The table ``units``; an empty start means never started.
    start, unit : str, optional
        Columns with the date of the start (a date or text such as ``2014-09-01``)
        and with the unit's name.
    waves : DataFrame or mapping of str to str, optional
        The table ``waves`` (``wave, from, to``), or one date per wave.
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
        If a column is missing, a date cannot be read, or there is no date at all.

    See Also
    --------
    plot_units : What the units answered before and after.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> units = pd.DataFrame({"unit": ["South", "North"],
    ...     "start": ["2016-01-01", "2014-03-01"]})
    >>> ax = plot_rollout(units, waves={"before": "2013-10-01"})
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['North', 'South']
    """
    lang = language(lang)
    check_table(units, table="units")
    check_columns(units.columns, [unit, start], table="units")
    data = _rows(units, unit, start)
    asked = _waves(waves)
    dates = [*data["start"].dropna(), *asked["from"], *asked["to"]]
    if not dates:
        raise DataProblem(
            "No unit has a date of start, and no wave is given.",
            expected=f"dates in the column '{start}', or waves=",
            found="none",
            to_fix="fill in when each unit started",
        )
    names = [str(name) for name in data["unit"]]
    ax = canvas.paper(ax, rows=len(data), row=0.24, rest=1.15, names=names)
    canvas.clean(ax)
    canvas.name_rows(ax, names)
    ends = _ends(dates)
    _draw_waves(ax, asked)
    for row, begun in zip(range(len(data), 0, -1), data["start"], strict=True):
        _draw_unit(ax, row, begun, ends, lang)
    _write_years(ax, ends)
    lines = ["figures.rollout_axis", *(["figures.rollout_waves"] if len(asked) else [])]
    canvas.name_axis(ax, " ".join(say(line, lang) for line in lines))
    source = read_source(units)
    above = canvas.MARK_LINE if len(asked) else 0.0
    canvas.finish(ax, source, lang, title=title, above=above)
    return record(ax, data, _Words(data, asked, source))


def _rows(units: pd.DataFrame, unit: str, start: str) -> pd.DataFrame:
    """Return one row per unit: first to start first, then by Swedish alphabet."""
    import pandas as pd

    begun = _dates(units[start], start)
    order = sorted(
        range(len(units)),
        key=lambda i: (
            begun.isna().iloc[i],
            begun.iloc[i] if begun.notna().iloc[i] else pd.Timestamp(0),
            swedish_sort_key(units[unit].iloc[i]),
        ),
    )
    names = units[unit].astype(str).iloc[order]
    return pd.DataFrame({"unit": names.tolist(), "start": begun.iloc[order].tolist()})


def _dates(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Read dates; tells the positions of those that are none."""
    import pandas as pd

    text = column if column.dtype.kind == "M" else column.astype("string").str.strip()
    given = text.notna() & (text.astype("string") != "")
    read = pd.to_datetime(text.where(given), errors="coerce", format="ISO8601")
    # 2014.6 is a time in years, not June: pandas would take the point for a dash.
    dashed = text.astype("string").str.match(r"\d{4}(-\d{2}){0,2}(\D|$)").fillna(False)
    pointed = text.astype("string").str.contains(".", regex=False).fillna(False)
    pointed &= column.dtype.kind != "M"
    wrong = (given & (read.isna() | ~dashed | pointed)).to_numpy()
    if wrong.any():
        raise DataProblem(
            f"The column '{name}' holds something that is not a date.",
            expected="dates such as 2014-09-01, empty where a unit never started",
            found=f"{int(wrong.sum())} other cells at row positions "
            f"{few(wrong.nonzero()[0].tolist())}",
            to_fix="write the dates as year-month-day",
        )
    return read


def _waves(waves: pd.DataFrame | Mapping[str, str] | None) -> pd.DataFrame:
    """Return the table of waves with dates: wave, from, to."""
    import pandas as pd

    if waves is None:
        return pd.DataFrame({"wave": [], "from": [], "to": []})
    if not isinstance(waves, pd.DataFrame):
        waves = pd.DataFrame({"wave": list(waves), "from": list(waves.values())})
    check_columns(waves.columns, ["wave", "from"], table="waves")
    begin = _dates(waves["from"], "from")
    end = _dates(waves["to"], "to") if "to" in waves.columns else begin
    names = waves["wave"].astype(str).tolist()
    table = pd.DataFrame({"wave": names, "from": begin.tolist(), "to": end.tolist()})
    table["to"] = table["to"].fillna(table["from"])
    return table.dropna(subset=["from"]).reset_index(drop=True)


def _ends(dates: Sequence[pd.Timestamp]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return whole years around all dates."""
    import pandas as pd

    first, last = min(dates), max(dates)
    return pd.Timestamp(first.year, 1, 1), pd.Timestamp(last.year + 1, 1, 1)


def _day(date: pd.Timestamp) -> float:
    """Days since 1970, as matplotlib counts them."""
    return float(date.timestamp() / 86_400)


def _draw_waves(ax: Axes, asked: pd.DataFrame) -> None:
    """Draw each wave as a band with its name above."""
    for name, begin, end in asked.itertuples(index=False):
        first = _day(begin)
        last = max(_day(end), first + 12)
        ax.axvspan(first, last, color="#d6d6d6", lw=0, zorder=0.6)
        ax.annotate(
            name,
            ((first + last) / 2, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=canvas.SMALL,
            color=canvas.MUTED,
        )


def _draw_unit(
    ax: Axes,
    row: int,
    begun: pd.Timestamp,
    ends: tuple[pd.Timestamp, pd.Timestamp],
    lang: Language,
) -> None:
    """Draw one unit: thin until it starts, thick from then on."""
    never = begun != begun
    first, last = _day(ends[0]), _day(ends[1])
    until = last if never else _day(begun)
    ax.plot([first, until], [row, row], color=canvas.LINE, linewidth=1.0, zorder=2)
    if never:
        canvas.beside(ax, row, say("figures.never_started", lang))
        return
    ax.plot(
        [until, last],
        [row, row],
        color=canvas.BLUE,
        linewidth=4.5,
        solid_capstyle="butt",
        zorder=2,
    )
    ax.plot([until], [row], "o", color=canvas.BLUE, markersize=6.5, zorder=3)
    canvas.beside(ax, row, begun.strftime("%Y-%m"))


def _write_years(ax: Axes, ends: tuple[pd.Timestamp, pd.Timestamp]) -> None:
    """Write each year where it begins."""
    import pandas as pd

    first, last = ends
    step = max(1, (last.year - first.year) // 8)
    years = range(first.year, last.year + 1, step)
    ax.set_xlim(_day(first), _day(last))
    places = [_day(pd.Timestamp(year, 1, 1)) for year in years]
    ax.set_xticks(places, [str(year) for year in years])


class _Words:
    """Say the figure in a language: its kind, the waves, then every unit."""

    def __init__(self, data: pd.DataFrame, asked: pd.DataFrame, source: Source) -> None:
        self.data, self.asked, self.source = data, asked, source

    def __call__(self, lang: Language) -> str:
        says = [say("figures.alt_rollout", lang, rows=len(self.data))]
        for name, begun in self.data.itertuples(index=False):
            key = "figures.alt_never" if begun != begun else "figures.alt_start"
            date = "" if begun != begun else begun.strftime("%Y-%m-%d")
            says.append(say(key, lang, name=name, date=date))
        for name, begin, end in self.asked.itertuples(index=False):
            first, last = begin.strftime("%Y-%m-%d"), end.strftime("%Y-%m-%d")
            says.append(
                say("figures.alt_wave", lang, name=name, first=first, last=last)
            )
        return " ".join([*says, *canvas.mark_in_words(self.source, lang)])
