"""A table of the items of a scale, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, few
from tillit_eval.findings import Finding, Findings, NotAnswered
from tillit_eval.phrases import Label, Language, language, number, percent, say
from tillit_eval.quality.items import ItemQuality
from tillit_eval.tables.display import DASH, check_findings, display_notes
from tillit_eval.tables.drawing import draw_table

if TYPE_CHECKING:
    import pandas as pd
    from great_tables import GT

_COLUMNS = (
    *("item", "people", "missing", "mean", "sd"),
    *("item_rest", "alpha_without", "lowest", "highest"),
)


def display_items(
    findings: Finding | Iterable[Finding], *, lang: Language | None = None
) -> pd.DataFrame:
    """Which words stand in the cells of a table of items?

    Parameters
    ----------
    findings : ItemQuality, Findings or iterable of Finding
        What `assess_items` returned.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    DataFrame, shape (n_items, 9)
        Text in every cell. An item under its floor keeps its row, with dashes.

    Raises
    ------
    DataProblem
        If a finding is not about an item, or there is none.

    See Also
    --------
    table_items : The same as an HTML table.

    Examples
    --------
    >>> item = ItemQuality(scale="t1", estimate=0.62, item_rest=0.62, mean=3.4, sd=0.9,
    ...     alpha_if_dropped=0.8, floor_share=0.02, ceiling_share=0.31, n_missing=0,
    ...     n_people=210, source="real")
    >>> display_items(item, lang="sv").iloc[0].tolist()[:6]
    ['t1', '210', '0', '3,40', '0,90', '0,62']
    """
    import pandas as pd

    lang = language(lang)
    guarded = check_findings(findings)
    wrong = [f for f in guarded if not isinstance(f, (ItemQuality, NotAnswered))]
    if wrong:
        raise DataProblem(
            "Some findings are not about items.",
            expected="what assess_items returns",
            found=few(sorted({type(finding).__name__ for finding in wrong})),
            to_fix="give te.assess_items(responses, items), or use table_findings",
        )
    rows = [
        _cells(finding, lang)
        if isinstance(finding, ItemQuality)
        else [finding.name(lang), *[DASH] * (len(_COLUMNS) - 1)]
        for finding in guarded
    ]
    return pd.DataFrame(rows, columns=[say(f"tables.{c}", lang) for c in _COLUMNS])


def table_items(
    findings: Finding | Iterable[Finding],
    *,
    lang: Language | None = None,
    title: str | Label | None = None,
) -> GT:
    """How does each item behave, in one table?

    Parameters
    ----------
    findings : ItemQuality, Findings or iterable of Finding
        What `assess_items` returned.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    title : str or Label, optional
        Written above.

    Returns
    -------
    great_tables.GT
        Shows itself in a notebook; `display_items` gives the cells for Word.

    Raises
    ------
    DataProblem
        If a finding is not about an item, or there is none.

    See Also
    --------
    table_findings : For all other findings.

    Examples
    --------
    >>> item = ItemQuality(scale="t1", estimate=0.62, item_rest=0.62, mean=3.4, sd=0.9,
    ...     alpha_if_dropped=0.8, floor_share=0.02, ceiling_share=0.31, n_missing=0,
    ...     n_people=210, source="real")
    >>> "Item" in table_items(item).as_raw_html()
    True
    """
    lang = language(lang)
    given = Findings(findings)
    cells = display_items(given, lang=lang)
    notes = display_notes(given, lang=lang)
    return draw_table(
        cells, notes, title=title, lang=lang, right=list(cells.columns[1:])
    )


def _cells(item: ItemQuality, lang: Language) -> list[str]:
    """Return one item's cells, in the order of the columns."""
    dropped = item.alpha_if_dropped
    low, high = item.end_share("floor"), item.end_share("ceiling")
    return [
        item.name(lang),
        item.count(item.n_people, lang),
        item.count(item.n_missing, lang),
        number(item.mean, 2, lang),
        number(item.sd, 2, lang),
        number(item.item_rest, 2, lang),
        DASH if dropped is None else number(dropped, 2, lang),
        DASH if low is None else percent(low, 0, lang),
        DASH if high is None else percent(high, 0, lang),
    ]
