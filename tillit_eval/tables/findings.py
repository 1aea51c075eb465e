"""A table of findings: what, how much, how sure, what it means, from how many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tillit_eval.findings import Finding, Findings
from tillit_eval.phrases import Label, Language, language, say
from tillit_eval.tables.display import display_frame, display_notes
from tillit_eval.tables.drawing import draw_table

if TYPE_CHECKING:
    from great_tables import GT


def table_findings(
    findings: Finding | Iterable[Finding],
    *,
    lang: Language | None = None,
    title: str | Label | None = None,
) -> GT:
    """Put what was found in one table.

    Parameters
    ----------
    findings : Finding, Findings or iterable of Finding
        In reading order; of one kind or several. Findings under their floor and
        questions without an answer keep their row and say why.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    title : str or Label, optional
        Written above.

    Returns
    -------
    great_tables.GT
        Shows itself in a notebook; `display_frame` gives the cells for Word.

    Raises
    ------
    DataProblem
        If there is no finding, or something else is given.

    See Also
    --------
    table_items : For the items of a scale.

    Examples
    --------
    >>> from tillit_eval.findings import Estimate
    >>> table = table_findings([Estimate(scale="trust", estimate=61.0, n_people=40)])
    >>> "points" in table.as_raw_html()
    True
    """
    lang = language(lang)
    given = Findings(findings)
    right = [say(f"tables.{name}", lang) for name in ("estimate", "people", "units")]
    return draw_table(
        display_frame(given, lang=lang),
        display_notes(given, lang=lang),
        title=title,
        lang=lang,
        right=right,
    )
