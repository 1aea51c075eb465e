"""A table of published facts, each with who published it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tillit_eval.errors import DataProblem, check_columns, check_table
from tillit_eval.findings import read_source
from tillit_eval.phrases import Label, Language, language, number, percent, say
from tillit_eval.tables.display import DASH, source_note
from tillit_eval.tables.drawing import draw_table

if TYPE_CHECKING:
    import pandas as pd
    from great_tables import GT

_PRECISIONS = ("about", "under", "over")


def display_facts(facts: pd.DataFrame, *, lang: Language | None = None) -> pd.DataFrame:
    """Which words stand in the cells of a table of published facts?

    Parameters
    ----------
    facts : DataFrame, shape (n_facts, n_columns)
        Columns ``what`` (or ``what_en``, ``what_sv``) and ``value``; where they
        exist also ``low, high, count, of, unit, precision, period, citation, kind,
        note``, each also with ``_en`` or ``_sv`` at its end. Read the file with
        ``dtype=str`` to keep a published 4.0 from becoming 4.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    DataFrame, shape (n_facts, n_columns)
        Text in every cell; a fact in words has a dash for its number. What is
        quoted or derived says so.

    Raises
    ------
    DataProblem
        If the columns are missing.

    See Also
    --------
    table_facts : The same as an HTML table.

    Examples
    --------
    >>> import pandas as pd
    >>> facts = pd.DataFrame({"what": ["ideas"], "value": [60.0], "unit": ["ideas"],
    ...     "precision": ["about"], "citation": ["SOU 2018:38 §4.4.3"]})
    >>> display_facts(facts, lang="en").iloc[0].tolist()
    ['ideas', 'about 60 ideas', 'SOU 2018:38 §4.4.3']
    """
    import pandas as pd

    lang = language(lang)
    check_table(facts, table="published facts")
    if not {"what", f"what_{lang}"} & set(facts.columns):
        raise DataProblem(
            "The table of published facts does not say what each fact is.",
            expected=f"a column 'what' or 'what_{lang}'",
            found="neither",
            to_fix="add a column with a few words on each fact",
        )
    check_columns(facts.columns, ["value"], table="published facts")
    records = facts.to_dict("records")
    cells = {
        "fact": [_text(fact, "what", lang) for fact in records],
        "value": [_value(fact, lang) for fact in records],
        "period": [_text(fact, "period", lang) for fact in records],
        "citation": [_text(fact, "citation", lang) for fact in records],
        "note": [_note(fact, lang) for fact in records],
    }
    kept = {
        say(f"tables.{name}", lang): column
        for name, column in cells.items()
        if any(column)
    }
    return pd.DataFrame(kept)


def table_facts(
    facts: pd.DataFrame,
    *,
    lang: Language | None = None,
    title: str | Label | None = None,
) -> GT:
    """Which facts have been published about this place, and by whom?

    Parameters
    ----------
    facts : DataFrame, shape (n_facts, n_columns)
        As for `display_facts`.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    title : str or Label, optional
        Written above.

    Returns
    -------
    great_tables.GT
        Shows itself in a notebook; `display_facts` gives the cells for Word.

    Raises
    ------
    DataProblem
        If the columns are missing.

    See Also
    --------
    table_findings : For what was computed here.

    Examples
    --------
    >>> import pandas as pd
    >>> facts = pd.DataFrame({"what": ["staff"], "value": [285.0], "unit": ["people"]})
    >>> "285 people" in table_facts(facts).as_raw_html()
    True
    """
    lang = language(lang)
    cells = display_facts(facts, lang=lang)
    source = read_source(facts)
    notes = [] if source == "unstated" else source_note(source, lang)
    return draw_table(cells, notes, title=title, lang=lang)


def _value(fact: dict[Any, Any], lang: Language) -> str:
    """Write the number with its unit, how exact it is, and its range."""
    value, low, high = (_number(fact, name) for name in ("value", "low", "high"))
    if value is None:
        return DASH if low is None or high is None else _range(low, high, fact, lang)
    text = _amount(value, fact, lang)
    precision = _text(fact, "precision", lang)
    if precision in _PRECISIONS:
        text = say(f"tables.{precision}", lang, value=text)
    if low is not None and high is not None:
        text += f" ({_range(low, high, fact, lang)})"
    return text


def _amount(value: float, fact: dict[Any, Any], lang: Language) -> str:
    """Write a value; how many of how many where both are published."""
    count, of = _number(fact, "count"), _number(fact, "of")
    unit, digits = _text(fact, "unit", lang), _digits(fact["value"])
    if _text(fact, "unit", "en") == "percent":
        return percent(value / 100, digits, lang)
    written = number(value, digits, lang)
    if of is not None and count == value:
        written = say("tables.of", lang, count=written, of=number(of, 0, lang))
    return (
        written if _text(fact, "unit", "en") == "rank" else f"{written} {unit}".strip()
    )


def _range(low: float, high: float, fact: dict[Any, Any], lang: Language) -> str:
    from_, to = _digits(fact["low"]), _digits(fact["high"])
    unit = _text(fact, "unit", lang)
    text = f"{number(low, from_, lang)}{DASH}{number(high, to, lang)}"
    if _text(fact, "unit", "en") == "percent":
        return f"{text}\u00a0%"
    return text if _number(fact, "value") is not None else f"{text} {unit}".strip()


def _note(fact: dict[Any, Any], lang: Language) -> str:
    """Return the note; says first that a number is quoted or our own arithmetic."""
    kind, note = _text(fact, "kind", lang), _text(fact, "note", lang)
    said = [say(f"tables.{kind}", lang)] if kind in ("quoted", "derived") else []
    return ": ".join([*said, *([note] if note else [])])


def _digits(value: object) -> int:
    """Decimals that a number was published with, at most two; read as text, all."""
    if isinstance(value, str):
        return len(value.strip().partition(".")[2])
    return len(f"{value:.2f}".rstrip("0").partition(".")[2])


def _number(fact: dict[Any, Any], name: str) -> float | None:
    value = fact.get(name)
    if value is None or value != value or value == "":
        return None
    return float(value)


def _text(fact: dict[Any, Any], name: str, lang: Language) -> str:
    """Return a text in the reader's language; empty where there is none."""
    value = fact.get(f"{name}_{lang}", fact.get(name))
    return "" if value is None or value != value else str(value)
