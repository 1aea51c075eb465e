"""How many things some items measure: eigenvalues against those of chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.figures.marks import MARKS, draw_key
from tillit_eval.phrases import Label, Language, language, number, say
from tillit_eval.quality import Dimensions

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_dimensions(
    finding: Dimensions,
    *,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Which eigenvalues of these items stand above what chance gives?

    Two falling lines of marks, of components and of common factors, each with the
    line that chance reaches. The large marks, from the left, are above it.

    Parameters
    ----------
    finding : Dimensions
        From `assess_dimensions`.
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
        If it is no such finding.

    See Also
    --------
    plot_items : How each item goes with the others.

    Examples
    --------
    >>> import matplotlib, numpy as np, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.figures import figure_data
    >>> from tillit_eval.quality import assess_dimensions
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    >>> frame = pd.DataFrame(answers, columns=["q1", "q2", "q3", "q4"])
    >>> ax = plot_dimensions(assess_dimensions(frame, list(frame)))
    >>> len(figure_data(ax))
    8
    """
    lang = language(lang)
    if not isinstance(finding, Dimensions):
        raise DataProblem(
            "There are no eigenvalues to draw.",
            expected="what assess_dimensions returns",
            found=kind_of(finding),
            to_fix="give te.quality.assess_dimensions(responses, items)",
        )
    data = _data(finding)
    ax = canvas.paper(ax, rows=8)
    canvas.clean(ax, grid=False)
    _draw(ax, data[data["kind"] == "components"], MARKS[0], canvas.BLUE, "--")
    _draw(ax, data[data["kind"] == "factors"], MARKS[1], canvas.INK, ":")
    _write_axes(ax, finding, lang)
    percentile = number(finding.percentile, 0, lang)
    names = ("dimensions.figure_components", "dimensions.figure_factors")
    above = draw_key(ax, [say(name, lang, percentile=percentile) for name in names])
    canvas.finish(ax, finding.source, lang, title=title, above=above)
    return record(
        ax,
        data,
        lambda words: say("dimensions.alt", words, claim=finding.sentence(words)),
    )


def _draw(
    ax: Axes, rows: pd.DataFrame, mark: tuple[str, str], colour: str, stroke: str
) -> None:
    """Draw one kind of eigenvalue and its chance; small marks do not count."""
    ax.plot(rows["place"], rows["chance"], stroke, color=colour, linewidth=1.1)
    ax.plot(rows["place"], rows["eigenvalue"], color=colour, linewidth=1.2)
    for counts, size in ((True, 8.0), (False, 4.0)):
        some = rows[rows["counts"] == counts]
        ax.plot(
            some["place"],
            some["eigenvalue"],
            mark[0],
            markersize=size,
            markerfacecolor=mark[1],
            markeredgecolor=colour,
            markeredgewidth=1.2,
            linestyle="none",
            zorder=4,
        )


def _write_axes(ax: Axes, finding: Dimensions, lang: Language) -> None:
    k = finding.n_items
    ax.axhline(0.0, color=canvas.INK, linewidth=0.9, zorder=1)
    ax.set_xlim(0.5, k + 0.5)
    step = 1 if k <= 15 else 2 if k <= 30 else 5
    ticks = list(range(1, k + 1, step))
    ax.set_xticks(ticks, [number(place, 0, lang) for place in ticks])
    highest = int(max(finding.components)) + 1 if finding.is_shown else 1
    every = max(1, highest // 6)
    heights = list(range(0, highest + 1, every))
    ax.set_yticks(heights, [number(height, 0, lang) for height in heights])
    n = finding.count(finding.n_people, lang)
    canvas.name_axis(ax, say("dimensions.figure_axis", lang, items=k, n=n))


def _data(finding: Dimensions) -> pd.DataFrame:
    import pandas as pd

    sides = (
        ("components", finding.components, finding.components_chance),
        ("factors", finding.axes, finding.axes_chance),
    )
    counted = {"components": finding.n_components, "factors": finding.n_factors}
    rows = [
        {
            "kind": kind,
            "place": place + 1,
            "eigenvalue": value,
            "chance": chance[place],
            "counts": place < counted[kind],
            "n": finding.n_people,
        }
        for kind, values, chance in sides
        for place, value in enumerate(values)
        if finding.is_shown
    ]
    names = ["kind", "place", "eigenvalue", "chance", "counts", "n"]
    return pd.DataFrame(rows, columns=names)
