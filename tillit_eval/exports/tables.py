"""The other tables: series, ratings, cases, units, invited, waves."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem, check_option, check_table
from tillit_eval.exports.columns import match_columns
from tillit_eval.exports.problems import Problem, problem
from tillit_eval.exports.schemas import Schema, Type
from tillit_eval.files.cells import Cells, as_float, as_text, distinct
from tillit_eval.files.headers import Known
from tillit_eval.files.identities import find_identities
from tillit_eval.files.limits import LARGEST_NUMBER
from tillit_eval.files.raw import RawTable, from_frame
from tillit_eval.files.reading import read_file
from tillit_eval.files.texts import (
    NO_ANSWER,
    as_number,
    clean_text,
    fold,
    looks_garbled,
)
from tillit_eval.findings import Source
from tillit_eval.phrases import say

# Days outside of these are no days of cases, units or waves.
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
# A period that is a whole number: a year, or a year with its month or day.
_YEAR = re.compile(r"[0-9]{1,9}")


def read_table(
    path: str | Path | pd.DataFrame,
    schema: Schema,
    *,
    source: Source,
    sheet: str | int | None,
    encoding: str | None,
) -> pd.DataFrame:
    """Read a table and check it against its schema, all problems at once.

    Parameters
    ----------
    path : str, Path or DataFrame
        The file, or a table already read.
    schema : Schema
        What it must hold.
    source : str
        Where the rows come from, if the file does not say.
    sheet, encoding
        As in `read_responses`.

    Returns
    -------
    DataFrame
        The schema's columns as present, others left behind, ``source`` last.

    Raises
    ------
    FileProblem, DataProblem
        If the file cannot be read, or the table does not fit its schema.
    """
    check_option("source", source, get_args(Source))
    names = {fold(name): name for name in schema.types}
    known = Known(names=frozenset(names), questions=False)
    if isinstance(path, pd.DataFrame):
        check_table(path, table=schema.name)
        raw = from_frame(path, known)
    else:
        raw = read_file(path, known, sheet=sheet, encoding=encoding)
    place = match_columns(raw, names).place
    problems = [problem(n, "missing_column", count=1) for n in schema.needed
                if n not in place]  # fmt: skip
    columns: dict[str, Any] = {}
    for name, kind in schema.types.items():
        if name in place:
            columns[name], found = _read_column(raw, place[name], name, kind, schema)
            problems += found
    frame = pd.DataFrame(columns)
    problems += _repeated(frame, raw, schema)
    if problems:
        raise _refusal(schema, problems)
    stated = (
        frame["source"] if "source" in frame else pd.Series(None, frame.index, "str")
    )
    return frame.assign(source=stated.fillna(source).astype("str"))


def _read_column(
    raw: RawTable, place: int, name: str, kind: Type, schema: Schema
) -> tuple[Any, list[Problem]]:
    """Turn one column into its type; collect empty, wrong and identifying cells."""
    where, values = distinct(raw.columns[place])
    read = [_READERS[kind](value) for value in values]
    problems = []
    bad = [i for i, (_, is_right) in enumerate(read) if not is_right]
    if bad:
        problems.append(problem(name, f"not_{kind}", raw.rows[np.isin(where, bad)]))
    meant = np.array([value for value, _ in read] + [None], dtype=object)[where]
    may_be_empty = name in schema.may_be_empty or name not in schema.needed
    empty = pd.isna(meant) & ~np.isin(where, bad)
    if empty.any() and not may_be_empty:
        problems.append(problem(name, "cell_empty", raw.rows[empty]))
    texts = [as_text(value) for value in values]
    kinds = find_identities(texts) if kind == "text" else {}
    kinds["mojibake"] = [
        i for i, text in enumerate(texts) if text and looks_garbled(text)
    ]
    for what, places in kinds.items():
        if places:
            problems.append(problem(name, what, raw.rows[np.isin(where, places)]))
    return _typed(meant, kind), problems


def _typed(cells: Cells, kind: Type) -> Any:
    if kind == "date":
        return pd.to_datetime(pd.Series(cells), errors="coerce")
    if kind == "whole" and not pd.isna(cells).any():
        return cells.astype(np.int64)
    if kind in ("number", "whole"):
        return np.array([np.nan if c is None else c for c in cells], dtype=float)
    if kind == "period" and all(
        isinstance(c, str) and _YEAR.fullmatch(c) for c in cells
    ):
        return cells.astype(np.int64)
    return pd.array(cells, dtype="str")


def _as_text(cell: object) -> tuple[object, bool]:
    return as_text(cell), True


def _as_number(cell: object) -> tuple[object, bool]:
    if isinstance(cell, (int, float, np.number)) and not isinstance(cell, bool):
        return as_float(cell), math.isfinite(as_float(cell))
    text = clean_text(str(cell)).replace(" ", "")
    if isinstance(cell, str) and fold(text) in NO_ANSWER:
        return None, True
    number = as_number(text) if isinstance(cell, str) else None
    return number, number is not None


def _as_whole(cell: object) -> tuple[object, bool]:
    number, is_right = _as_number(cell)
    if number is None:
        return None, is_right
    value = float(str(number))
    return number, is_right and value.is_integer() and 0 <= value <= LARGEST_NUMBER


def _as_date(cell: object) -> tuple[object, bool]:
    if isinstance(cell, dt.date):
        return _timestamp(cell)
    text = as_text(cell)
    if text is None or fold(text) in NO_ANSWER:
        return None, True
    try:
        return _timestamp(dt.datetime.fromisoformat(text))
    except ValueError:
        return None, False


def _timestamp(day: dt.date) -> tuple[object, bool]:
    """Return a day of our own time; the others come of slips of the hand."""
    is_ours = _FIRST_YEAR <= day.year <= _LAST_YEAR
    return (pd.Timestamp(day), True) if is_ours else (None, False)


_READERS: dict[Type, Callable[[object], tuple[object, bool]]] = {
    "text": _as_text,
    "number": _as_number,
    "whole": _as_whole,
    "date": _as_date,
    "period": _as_text,
}


def _repeated(frame: pd.DataFrame, raw: RawTable, schema: Schema) -> list[Problem]:
    key = [name for name in schema.key if name in frame]
    if not key or set(schema.key) & set(schema.needed) - set(key):
        return []
    again = frame.duplicated(key, keep="first").to_numpy()
    if not again.any():
        return []
    return [problem(", ".join(key), "repeated_key", raw.rows[again])]


def _refusal(schema: Schema, problems: list[Problem]) -> DataProblem:
    places = "1 place" if len(problems) == 1 else f"{len(problems)} places"
    may = f"; optional {', '.join(schema.optional)}" if schema.optional else ""
    return DataProblem(
        f"The table of {schema.name} does not fit its description in {places}.",
        expected=f"columns {', '.join(schema.needed)}{may}",
        found="; ".join(p.clause() for p in problems),
        to_fix="name the columns as expected, and add those that are missing"
        if problems[0].kind == "missing_column"
        else say(f"exports.fix_{problems[0].kind}", "en"),
    )
