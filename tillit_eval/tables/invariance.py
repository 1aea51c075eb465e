"""The steps of the ladder of measurement invariance, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, few
from tillit_eval.findings import Finding, Findings, source_of
from tillit_eval.phrases import Label, Language, language, number, say
from tillit_eval.phrases.numbers import NARROW_SPACE
from tillit_eval.quality.invariance import Invariance, Rung, words
from tillit_eval.tables.display import DASH, source_note
from tillit_eval.tables.drawing import draw_table
from tillit_eval.thresholds import threshold

if TYPE_CHECKING:
    import pandas as pd
    from great_tables import GT

_COLUMNS = (
    *("step", "chi_square", "df", "cfi", "rmsea", "srmr"),
    *("d_cfi", "d_rmsea", "d_srmr", "difference", "p", "guide", "verdict"),
)


def display_invariance(
    findings: Finding | Iterable[Finding], *, lang: Language | None = None
) -> pd.DataFrame:
    """Which words stand in the cells of a table of steps?

    Parameters
    ----------
    findings : Invariance, Findings or iterable of Invariance
        What `assess_invariance` returned, once or several times.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    DataFrame, shape (n_steps, 13 or 14)
        Text in every cell; with several ladders the first column names them. A
        ladder that could not be fitted has one row, with its reason.

    Raises
    ------
    DataProblem
        If a finding is no ladder, or there is none.

    See Also
    --------
    table_invariance : The same as an HTML table.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tillit_eval.quality import assess_invariance
    >>> rng = np.random.default_rng(3)
    >>> trust = rng.normal(size=(900, 1))
    >>> answers = pd.DataFrame(trust + rng.normal(size=(900, 4)), columns=list("abcd"))
    >>> answers["wave"] = ["2019", "2021"] * 450
    >>> found = assess_invariance(answers, list("abcd"), wave="wave")
    >>> display_invariance(found, lang="sv")["Nivå"].tolist()
    ['konfigural nivå', 'metrisk nivå', 'skalär nivå', 'strikt nivå']
    """
    import pandas as pd

    lang = language(lang)
    ladders = _check(findings)
    several = len(ladders) > 1
    rows = [
        ([found.name(lang)] if several else []) + row
        for found in ladders
        for row in _rows(found, lang)
    ]
    names = [say(f"invariance.column_{name}", lang) for name in _COLUMNS]
    if several:
        names.insert(0, say("invariance.column_what", lang))
    return pd.DataFrame(rows, columns=names)


def table_invariance(
    findings: Finding | Iterable[Finding],
    *,
    lang: Language | None = None,
    title: str | Label | None = None,
) -> GT:
    """Set the steps of a ladder below each other, with what each cost.

    Parameters
    ----------
    findings : Invariance, Findings or iterable of Invariance
        What `assess_invariance` returned, once or several times.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    title : str or Label, optional
        Written above.

    Returns
    -------
    great_tables.GT
        Shows itself in a notebook; `display_invariance` gives the cells for Word.

    Raises
    ------
    DataProblem
        If a finding is no ladder, or there is none.

    See Also
    --------
    plot_ladder : The same as a figure.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tillit_eval.quality import assess_invariance
    >>> rng = np.random.default_rng(3)
    >>> trust = rng.normal(size=(900, 1))
    >>> answers = pd.DataFrame(trust + rng.normal(size=(900, 4)), columns=list("abcd"))
    >>> answers["wave"] = ["2019", "2021"] * 450
    >>> found = assess_invariance(answers, list("abcd"), wave="wave")
    >>> "scalar step" in table_invariance(found).as_raw_html()
    True
    """
    lang = language(lang)
    ladders = _check(findings)
    cells = display_invariance(ladders, lang=lang)
    right = [
        say(f"invariance.column_{name}", lang)
        for name in _COLUMNS
        if name not in ("step", "guide", "verdict")
    ]
    notes = _notes(ladders, lang)
    return draw_table(cells, notes, title=title, lang=lang, right=right)


def _check(findings: Finding | Iterable[Finding]) -> list[Invariance]:
    """Return the ladders; refuse anything else, and an empty list."""
    given = list(Findings(findings))
    ladders = [found for found in given if isinstance(found, Invariance)]
    if ladders and len(ladders) == len(given):
        return ladders
    raise DataProblem(
        "This is not a ladder of measurement invariance.",
        expected="what assess_invariance returns",
        found=few(sorted({type(one).__name__ for one in given})),
        to_fix="give te.assess_invariance(responses, items, wave=...)",
    )


def _rows(found: Invariance, lang: Language) -> list[list[str]]:
    if found.rungs and found.is_shown:
        return [_row(rung, lang) for rung in found.rungs]
    why = found.because.say(lang) if found.is_shown and found.because else DASH
    return [[why, *[DASH] * (len(_COLUMNS) - 1)]]


def _row(rung: Rung, lang: Language) -> list[str]:
    """Return one step's cells, in the order of the columns."""
    name = (
        words.released_name(rung, lang)
        if rung.released
        else words.step_name(rung.step, lang)
    )
    return [
        name,
        number(rung.chi_square, 1, lang),
        str(rung.df),
        *(number(value, 3, lang) for value in (rung.cfi, rung.rmsea, rung.srmr)),
        *(
            DASH if value is None else number(value, 3, lang, sign=True)
            for value in (rung.d_cfi, rung.d_rmsea, rung.d_srmr)
        ),
        _difference(rung, lang),
        _p_in_words(rung.p_difference, lang),
        DASH
        if rung.guide_keeps is None
        else say(f"invariance.{'kept' if rung.guide_keeps else 'lost'}", lang),
        words.verdict(rung, lang),
    ]


def _p_in_words(p: float | None, lang: Language) -> str:
    if p is None or p != p:
        return DASH
    tiny = f"<{NARROW_SPACE}{number(0.001, 3, lang)}"
    return number(p, 3, lang) if p >= 0.001 else tiny


def _difference(rung: Rung, lang: Language) -> str:
    if rung.chi_square_difference is None:
        return DASH
    told = number(rung.chi_square_difference, 1, lang)
    return f"{told}{NARROW_SPACE}({rung.df_difference})"


def _notes(ladders: list[Invariance], lang: Language) -> list[str]:
    """Say the rule, the test, who is compared and why nothing can be told."""
    by_estimator = {found.estimator: found for found in reversed(ladders)}
    notes = [note for found in by_estimator.values() for note in _rule(found, lang)]
    for found in ladders:
        notes += _reservations(found, lang, several=len(ladders) > 1)
    return notes + source_note(source_of(ladders), lang)


def _rule(found: Invariance, lang: Language) -> list[str]:
    fall = (
        threshold("invariance_cfi_ordinal")
        if found.is_ordinal
        else threshold("invariance_cfi_few")
    )
    rule = say(
        "invariance.note_rule",
        lang,
        p=number(threshold("invariance_p"), 2, lang),
        fall=number(fall, 3, lang),
        guide=words.guide_name(found, lang),
    )
    test = say(f"invariance.test_{found.estimator}", lang)
    return [rule, say("invariance.note_test", lang, test=test)]


def _reservations(found: Invariance, lang: Language, *, several: bool) -> list[str]:
    head = f"{found.name(lang)}: " if several else ""
    over = words.over_in_words(found, lang)
    people = found.count(found.n_smallest, lang)
    told = [head + say("invariance.ladder_people", lang, over=over, n=people) + "."]
    if found.state == "cannot_tell" and found.because is not None:
        why = found.because.say(lang)
        told.append(head + say("invariance.ladder_cannot_tell", lang, why=why))
    if found.caution is not None:
        told.append(head + found.caution.say(lang))
    return told
