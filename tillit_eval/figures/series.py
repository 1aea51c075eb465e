"""Register figures over time, with the breaks that somebody knows of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tillit_eval.errors import check_columns, check_option, check_table
from tillit_eval.figures import _series, canvas
from tillit_eval.figures._series_reading import (
    Combine,
    check_names,
    in_order,
    places,
    read_data,
)
from tillit_eval.figures.drawn import record
from tillit_eval.findings import read_source
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Label, Language, language, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_series(
    series: pd.DataFrame,
    indicator: str,
    *,
    by: str = "unit",
    comparison: str | None = None,
    combine: Combine = "mean",
    breaks: Mapping[str, str | Label] | None = None,
    labels: Mapping[str, str | Label] | None = None,
    measure: str | Label | None = None,
    people: str | None = None,
    k_min: int = K_MIN,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""How did a register figure run over time, and where did something break?

    One line per unit or arm: in each period the mean, or the sum, of the units
    that were counted. Where nothing was counted the line has a gap; nothing is
    drawn across it. Breaks stand as upright lines with their names above. No
    trend is fitted and no break is tested.

    Parameters
    ----------
    series : DataFrame, shape (n_rows, n_columns)
        The table ``series``: ``unit, period, indicator, value, source``; a value
        that is missing was not counted. Units that were merged need one name
        first, see `settle_units`.
    indicator : str
        Which indicator to draw.
    by : str, default "unit"
        Column that tells the lines apart, at most five of them.
    comparison : str, optional
        The line that others are to be read against: grey, and last.
    combine : {"mean", "sum"}, default "mean"
        What a line shows of its units; the sum is for counts. It falls where a
        unit was not counted, so draw it only where all of them were.
    breaks : mapping of str to (str or Label), optional
        Where something changed: a period, month or day, and what happened. The
        line stands where that period begins.
    labels : mapping of str to (str or Label), optional
        Names of lines, where those in the table are not for readers.
    measure : str or Label, optional
        What the axis measures; by default the name of the indicator.
    people : str, optional
        Column with the number of people behind each value. Periods of a line with
        fewer than `k_min` are not drawn. Needed where the value counts people.
    k_min : int, default 10
        Fewest people behind a value that may be shown.
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
        If a column is missing or holds no numbers, nothing was counted, a period
        or break cannot be read, a row belongs to no line or a name to none, or
        there are more than five lines.

    See Also
    --------
    plot_units : Before and after, unit by unit, from surveys.
    plot_rollout : When each unit started.

    Notes
    -----
    Units count alike in a mean, whatever their size. The number of units beside
    a line is given as a range where it varies over the periods.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> beds = pd.DataFrame({"unit": ["A"] * 4, "indicator": "beds",
    ...     "period": ["2011", "2012", "2013", "2014"], "value": [20.0, 21, 17, 17],
    ...     "source": "real"})
    >>> ax = plot_series(beds, "beds", breaks={"2013": "new budget"})
    >>> [text.get_text() for text in ax.texts]
    ['new budget', 'A\nn = 1 unit']
    """
    lang, floor = language(lang), check_floor(k_min)
    check_option("combine", combine, ("mean", "sum"))
    check_table(series, table="series")
    wanted = ["unit", "period", "indicator", "value", by, people]
    check_columns(series.columns, [name for name in wanted if name], table="series")
    source = read_source(series)
    data = read_data(series, indicator, by, combine, people, floor, source)
    lines = in_order(data, comparison)
    at = places(breaks)
    check_names(labels, lines)
    names = {
        line: canvas.in_words((labels or {}).get(line, line), lang) for line in lines
    }
    told = canvas.in_words(measure if measure is not None else indicator, lang)
    ax = _series.paper(ax)
    _series.draw_lines(ax, data, lines, comparison)
    _series.write_axes(ax, data, lang)
    canvas.name_axis(ax, _below(told, data, combine, floor, ax, lang))
    rows = _series.draw_breaks(ax, at, lang)
    _series.name_lines(ax, data, lines, names, comparison, lang)
    canvas.finish(ax, source, lang, title=title, above=rows * canvas.MARK_LINE)
    words = _series.Words(data, lines, at, labels, measure, indicator, source)
    return record(ax, data.drop(columns="time"), words)


def _below(
    measure: str,
    data: pd.DataFrame,
    combine: Combine,
    floor: int,
    ax: Axes,
    lang: Language,
) -> str:
    """Say what the axis measures, and what gaps and ends of it mean."""
    says = [measure]
    if data["n_units"].max() > 1:
        says.append(say(f"figures.series_{combine}", lang))
    if data["hidden"].any():
        says.append(say("figures.series_gap_few", lang, n=floor))
    elif (~data["shown"]).any():
        says.append(say("figures.series_gap", lang))
    if ax.get_ylim()[0] > 0 or ax.get_ylim()[1] < 0:
        says.append(say("figures.series_no_zero", lang))
    return ". ".join(part.rstrip(".") for part in says) + "."
