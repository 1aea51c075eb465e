"""One question answered by every method that can: a row per method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tillit_eval.disclosure import guard_findings
from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.findings import Change
from tillit_eval.phrases import Label, Language, language, number, say
from tillit_eval.tables.display import DASH, display_notes
from tillit_eval.tables.drawing import draw_table
from tillit_eval.tables.findings import table_findings

if TYPE_CHECKING:
    import pandas as pd
    from great_tables import GT


def display_methods(finding: Change, *, lang: Language | None = None) -> pd.DataFrame:
    r"""Which words stand in the cells of a table of methods?

    Parameters
    ----------
    finding : Change
        From a compare_ function, with its ``alternatives``.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    DataFrame, shape (n_methods, 5)
        The method that speaks first, then the others. Rows under the floor are
        left out.

    Raises
    ------
    DataProblem
        If it is not a change.

    See Also
    --------
    table_methods : The same as an HTML table.

    Examples
    --------
    >>> change = Change(scale="trust", before="2014", after="2016", estimate=2.1,
    ...     p_value=0.031, n_people=240)
    >>> display_methods(change, lang="en").iloc[0].tolist()
    ['–', '+2.10 points', '–', '0.031', 'cannot tell']
    """
    import pandas as pd

    lang = language(lang)
    rows = [
        _row(one, lang)
        for one in guard_findings(_same_question(finding))
        if isinstance(one, Change)
    ]
    names = ("method", "estimate", "interval", "p", "verdict")
    return pd.DataFrame(rows, columns=[say(f"tables.{name}", lang) for name in names])


def table_methods(
    finding: Change,
    *,
    lang: Language | None = None,
    title: str | Label | None = None,
) -> GT:
    """Set the methods that can answer one question side by side.

    Parameters
    ----------
    finding : Change
        From a compare_ function, with its ``alternatives``.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    title : str or Label, optional
        Written above.

    Returns
    -------
    great_tables.GT
        The method that speaks first stands first, its reason below the table.

    Raises
    ------
    DataProblem
        If it is not a change.

    See Also
    --------
    table_findings : Several questions, each by the method that speaks first.

    Examples
    --------
    >>> change = Change(scale="trust", before="2014", after="2016", estimate=2.1,
    ...     p_value=0.031, n_people=240)
    >>> "0.031" in table_methods(change, lang="en").as_raw_html()
    True
    """
    lang = language(lang)
    cells = display_methods(finding, lang=lang)
    if not len(cells):
        return table_findings(finding, lang=lang, title=title)
    because = finding.because.say(lang) if finding.because else ""
    first = [say("tables.first_because", lang, why=because)] if because else []
    right = [say(f"tables.{name}", lang) for name in ("estimate", "p")]
    notes = [*first, *display_notes([finding], lang=lang)]
    return draw_table(cells, notes, title=title, lang=lang, right=right)


def _same_question(finding: Change) -> list[Change]:
    """Return the finding and its alternatives over the same average."""
    if not isinstance(finding, Change):
        raise DataProblem(
            "Only a change is answered by several methods.",
            expected="what a compare_ function returns",
            found=kind_of(finding),
            to_fix="give one finding, such as compare_paired(...)",
        )
    beside = getattr(finding, "alternatives", ())
    return [
        finding,
        *(
            one
            for one in beside
            if isinstance(one, Change) and one.average == finding.average
        ),
    ]


def _row(one: Change, lang: Language) -> list[str]:
    method = one.method.say(lang) if one.method else DASH
    if getattr(one, "rounded", None) is not None:
        method = f"{method}; {say('tables.ends_rounded', lang)}"
    return [
        method,
        one.amount(one.estimate, lang, sign=True),
        one.interval_in_words(lang) or DASH,
        _p_in_words(one.p_value, lang),
        one.verdict_in_words(lang),
    ]


def _p_in_words(p: float | None, lang: Language) -> str:
    if p is None:
        return DASH
    return number(p, 3, lang) if p >= 0.001 else f"< {number(0.001, 3, lang)}"
