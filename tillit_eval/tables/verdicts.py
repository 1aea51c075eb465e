"""The verdicts of a study as a table: a row per site, guard rails first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.findings import NotAnswered, source_of
from tillit_eval.phrases import Label, Language, language, say
from tillit_eval.synthesis import Verdicts
from tillit_eval.tables.display import source_note
from tillit_eval.tables.drawing import draw_table

if TYPE_CHECKING:
    from great_tables import GT


def table_verdicts(
    verdicts: Verdicts,
    *,
    lang: Language | None = None,
    title: str | Label | None = None,
) -> GT:
    """Put what was found in every site in one table, guard rails first.

    Parameters
    ----------
    verdicts : Verdicts
        From `judge_sites`.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    title : str or Label, optional
        Written above.

    Returns
    -------
    great_tables.GT
        A row per site and a column per family, or for one site a row per family;
        below it how many verdicts may be false, why some questions have no answer,
        which scales may not measure the same both times, and where the data come
        from.

    Raises
    ------
    DataProblem
        If something else is given.

    See Also
    --------
    table_findings : With estimates and intervals.

    Examples
    --------
    >>> from tillit_eval.findings import Change
    >>> from tillit_eval.synthesis import judge_sites
    >>> rose = Change(site="north", scale="trust", before="2019", after="2021",
    ...     role="primary", estimate=4.0, p_value=0.001, n_people=80)
    >>> "▲ rose" in table_verdicts(judge_sites([rose]), lang="en").as_raw_html()
    True
    """
    if not isinstance(verdicts, Verdicts):
        raise DataProblem(
            "These are not the verdicts of a study.",
            expected="what judge_sites returns",
            found=kind_of(verdicts),
            to_fix="give te.synthesis.judge_sites(findings)",
        )
    lang = language(lang)
    cells, first = verdicts.matrix(lang), "synthesis.matrix_site"
    if len(cells) == 1:
        cells, first = cells.T, "synthesis.matrix_question"
    cells = cells.reset_index(names=say(first, lang))
    answered = [one for one in verdicts if not isinstance(one, NotAnswered)]
    notes = [*verdicts.notes(lang), *source_note(source_of(answered), lang)]
    return draw_table(cells, notes, title=title, lang=lang)
