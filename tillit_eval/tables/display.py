"""The cells of a table in words: the same for a web page and for Word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tillit_eval.disclosure import GuardedFindings, guard_findings
from tillit_eval.errors import DataProblem
from tillit_eval.findings import (
    Change,
    Estimate,
    Finding,
    NotAnswered,
    Source,
    measured_mark,
    measured_notes,
    row_names,
    source_mark,
    source_of,
)
from tillit_eval.phrases import NARROW_SPACE, Language, language, number, say

if TYPE_CHECKING:
    import pandas as pd

DASH = "\u2013"
COLUMNS = (
    "what",
    "waves",
    "estimate",
    "interval",
    "verdict",
    "people",
    "units",
    "note",
)


def display_frame(
    findings: Finding | Iterable[Finding], *, lang: Language | None = None
) -> pd.DataFrame:
    r"""Which words stand in the cells of a table of findings?

    Parameters
    ----------
    findings : Finding, Findings or iterable of Finding
        In reading order; of one kind or several.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    DataFrame, shape (n_findings, n_columns)
        Text in every cell, column names in the reader's language. Columns that
        would be empty are left out. Everything obeys the floor.

    Raises
    ------
    DataProblem
        If there is no finding, or something else is given.

    See Also
    --------
    table_findings : The same as an HTML table.

    Examples
    --------
    >>> from tillit_eval.findings import Interval
    >>> change = Change(scale="trust", before="2014", after="2016", estimate=2.1,
    ...     interval=Interval(0.4, 3.8), verdict="rose", n_people=240, source="real",
    ...     measured="scalar")
    >>> display_frame([change], lang="sv").iloc[0].tolist()[:3]
    ['trust', '2014–2016', '+2,10\xa0poäng']
    """
    import pandas as pd

    lang = language(lang)
    guarded = check_findings(findings)
    names = row_names(guarded, lang)
    rows = [_row(one, name, lang) for one, name in zip(guarded, names, strict=True)]
    kept = [name for name in COLUMNS if any(row.get(name, "") for row in rows)]
    cells = [[row.get(name, "") or DASH for name in kept] for row in rows]
    if "note" in kept:
        cells = [[*row[:-1], "" if row[-1] == DASH else row[-1]] for row in cells]
    return pd.DataFrame(cells, columns=[say(f"tables.{name}", lang) for name in kept])


def display_notes(
    findings: Finding | Iterable[Finding], *, lang: Language | None = None
) -> list[str]:
    """Which notes must stand below a table of these findings?

    Parameters
    ----------
    findings : Finding, Findings or iterable of Finding
        What the table shows.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    list of str
        What is not shown, what is known of the scales whose means are compared,
        and the mark of data that are not real.

    See Also
    --------
    display_frame : The cells.

    Examples
    --------
    >>> display_notes([Estimate(scale="x", estimate=1.0, n_people=40,
    ...     source="synthetic")], lang="en")
    ['Synthetic data.']
    """
    guarded = check_findings(findings)
    notes = [] if guarded.ledger["shown"].all() else [guarded.note(lang)]
    notes += measured_notes(guarded, lang)
    return [*notes, *source_note(source_of(guarded), lang)]


def source_note(source: Source, lang: Language | None) -> list[str]:
    """Return the mark of data that are not real, without brackets, or nothing."""
    mark = source_mark(source, lang)
    return [mark.strip("()")] if mark else []


def check_findings(findings: Finding | Iterable[Finding]) -> GuardedFindings:
    """Return the findings guarded; refuse to draw an empty table."""
    guarded = guard_findings(findings)
    if not len(guarded):
        raise DataProblem(
            "There is nothing to put in a table.",
            expected="at least one finding",
            found="no finding",
            to_fix="give the findings of a compare_ or assess_ function",
        )
    return guarded


def _row(finding: Finding, name: str, lang: Language) -> dict[str, str]:
    """Return the cells of one finding by the name of their column."""
    row = {"what": name + measured_mark(finding)}
    if isinstance(finding, NotAnswered):
        return row | {"note": finding.reason.say(lang)}
    if finding.counts_people:
        row["people"] = finding.count(finding.n_people, lang)
    if finding.n_units is not None:
        row["units"] = number(finding.n_units, 0, lang)
    if isinstance(finding, Estimate):
        amount = finding.amount(
            finding.estimate, lang, sign=isinstance(finding, Change)
        )
        row["estimate"] = amount.replace(" ", NARROW_SPACE)
        row["interval"] = finding.interval_in_words(lang).replace(" ", NARROW_SPACE)
    else:
        row["note"] = finding.sentence(lang)
    if isinstance(finding, Change):
        waves = finding.before, finding.after
        row["waves"] = DASH.join(waves) if any(waves) else ""
        row["verdict"] = finding.verdict_in_words(lang)
    return row
