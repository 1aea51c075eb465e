"""How each item hangs together with the others, and how full its ends are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tillit_eval.disclosure import guard_findings
from tillit_eval.errors import DataProblem, few
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.findings import Finding, NotAnswered, source_of
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
    guarded = _check(findings)
    names = [finding.name(lang) for finding in guarded]
    ax = canvas.paper(ax, rows=len(guarded), row=0.32, names=names)
    canvas.clean(ax)
    canvas.name_rows(ax, names)
    for row, finding in zip(range(len(guarded), 0, -1), guarded, strict=True):
        if isinstance(finding, ItemQuality):
            _draw_item(ax, row, finding, lang)
        elif isinstance(finding, NotAnswered):
            canvas.write_instead(ax, row, canvas.reason_in_words(finding, lang))
    lowest = min([0.0, *(f.item_rest for f in guarded if isinstance(f, ItemQuality))])
    canvas.write_ticks(ax, lowest - 0.05, 1.0, lang)
    usual = threshold("item_rest")
    ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    ax.axvline(usual, color=canvas.MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
    canvas.name_axis(ax, say("figures.items_axis", lang, usual=usual))
    canvas.finish(ax, source_of(guarded), lang, title=title)
    return record(ax, _data(guarded, lang), _Words(guarded))


def _check(findings: Finding | Iterable[Finding]) -> list[Finding]:
    """Return what may be drawn, in order; refuse what is not about items."""
    guarded = list(guard_findings(findings))
    wrong = [f for f in guarded if not isinstance(f, (ItemQuality, NotAnswered))]
    if not guarded or wrong:
        raise DataProblem(
            "There is nothing here that can be drawn as items.",
            expected="what assess_items returns",
            found=few(sorted({type(f).__name__ for f in wrong}))
            if wrong
            else "no finding",
            to_fix="give te.assess_items(responses, items)",
        )
    return guarded


def _draw_item(ax: Axes, row: int, item: ItemQuality, lang: Language) -> None:
    """Draw one item on its row."""
    ax.plot([0, item.item_rest], [row, row], color=canvas.LINE, linewidth=1.2, zorder=2)
    ax.plot([item.item_rest], [row], "o", color=canvas.BLUE, markersize=7.5, zorder=3)
    canvas.beside(ax, row, say("figures.n", lang, n=item.count(item.n_people, lang)))
    if item.ceiling_share is not None:
        share = percent(item.ceiling_share, 0, lang)
        canvas.beside(ax, row, say("figures.ceiling", lang, share=share), at=66)


def _data(guarded: Sequence[Finding], lang: Language) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "scale": finding.scale,
                "name": finding.name(lang),
                "item_rest": getattr(finding, "item_rest", None),
                "ceiling_share": getattr(finding, "ceiling_share", None),
                "n_people": finding.n_people
                if isinstance(finding, ItemQuality)
                else None,
                "shown": isinstance(finding, ItemQuality),
            }
            for finding in guarded
        ]
    )


class _Words:
    """Say the figure in a language: its kind, then every finding."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings

    def __call__(self, lang: Language) -> str:
        head = say("figures.alt_items", lang, rows=len(self.findings))
        mark = canvas.mark_in_words(source_of(self.findings), lang)
        return " ".join([head, *(self._one(f, lang) for f in self.findings), *mark])

    def _one(self, finding: Finding, lang: Language) -> str:
        if isinstance(finding, NotAnswered):
            return canvas.silent_in_words(finding, lang)
        if not isinstance(finding, ItemQuality):
            return ""
        return say(
            "figures.alt_item",
            lang,
            name=finding.name(lang),
            rest=finding.item_rest,
            n=finding.count(finding.n_people, lang),
        )
