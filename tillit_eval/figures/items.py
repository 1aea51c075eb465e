"""How each item hangs together with the others, and how full its ends are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.figures.rows import RowsInWords, draw_rows, read_rows
from tillit_eval.findings import Finding, source_of
from tillit_eval.phrases import Label, Language, language, percent, say
from tillit_eval.quality.items import ItemQuality
from tillit_eval.thresholds import threshold

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_items(
    findings: Finding | Iterable[Finding],
    *,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""Do the items of a scale go together, and are their ends full?

    One row per item: a dot at its correlation with the sum of the others, on an
    axis that holds zero and a dashed line at the usual lowest value; at the right
    the number of people and the share at the highest answer. Many people at the
    highest answer leave no room to see a rise.

    Parameters
    ----------
    findings : ItemQuality, Findings or iterable of Finding
        What `assess_items` returned.
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
        If nothing is given, or a finding is not about an item.

    See Also
    --------
    plot_answers : How people answered each item.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> item = ItemQuality(scale="t1", estimate=0.62, item_rest=0.62, mean=3.4, sd=0.9,
    ...     alpha_if_dropped=0.8, floor_share=0.02, ceiling_share=0.31, n_missing=4,
    ...     n_people=210, source="real")
    >>> [text.get_text() for text in plot_items([item]).texts]
    ['n = 210', 'top answer 31\xa0%']
    """
    lang = language(lang)
    guarded = read_rows(
        findings,
        ItemQuality,
        kind="items",
        expected="what assess_items returns",
        to_fix="give te.assess_items(responses, items)",
    )
    ax = draw_rows(ax, guarded, _draw_item, lang, row=0.32)
    lowest = min([0.0, *(f.item_rest for f in guarded if isinstance(f, ItemQuality))])
    canvas.write_ticks(ax, lowest - 0.05, 1.0, lang)
    usual = threshold("item_rest")
    ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    ax.axvline(usual, color=canvas.MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
    canvas.name_axis(ax, say("figures.items_axis", lang, usual=usual))
    canvas.finish(ax, source_of(guarded), lang, title=title)
    words = RowsInWords("figures.alt_items", guarded, _say_item)
    return record(ax, _data(guarded, lang), words)


def _draw_item(ax: Axes, row: int, item: ItemQuality, lang: Language) -> None:
    """Draw one item on its row."""
    ax.plot([0, item.item_rest], [row, row], color=canvas.LINE, linewidth=1.2, zorder=2)
    ax.plot([item.item_rest], [row], "o", color=canvas.BLUE, markersize=7.5, zorder=3)
    canvas.beside(ax, row, say("figures.n", lang, n=item.count(item.n_people, lang)))
    top = item.end_share("ceiling")
    if top is not None:
        share = percent(top, 0, lang)
        canvas.beside(ax, row, say("figures.ceiling", lang, share=share), at=66)


def _data(guarded: Sequence[Finding], lang: Language) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "scale": finding.scale,
                "name": finding.name(lang),
                "item_rest": getattr(finding, "item_rest", None),
                "ceiling_share": finding.end_share("ceiling")
                if isinstance(finding, ItemQuality)
                else None,
                "n_people": finding.n_people
                if isinstance(finding, ItemQuality)
                else None,
                "shown": isinstance(finding, ItemQuality),
            }
            for finding in guarded
        ]
    )


def _say_item(item: ItemQuality, name: str, lang: Language) -> str:
    return say(
        "figures.alt_item",
        lang,
        name=name,
        rest=item.item_rest,
        n=item.count(item.n_people, lang),
    )
