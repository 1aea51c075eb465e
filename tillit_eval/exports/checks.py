"""Is an export sound? What is wrong is said; what a person answered never is."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from tillit_eval.codebook import Codebook
from tillit_eval.errors import check_option
from tillit_eval.exports.assembly import FILE, ROW, Part
from tillit_eval.exports.columns import (
    match_columns,
    names_in_wave,
    names_in_wide,
    names_shared,
    waves_of,
)
from tillit_eval.exports.problems import Problem, problem, problems_frame
from tillit_eval.exports.responses import Sheet, Table, assemble_parts, read_parts
from tillit_eval.files.cells import as_text, distinct
from tillit_eval.files.identities import find_identities
from tillit_eval.files.raw import RawTable
from tillit_eval.files.texts import clean_text, fold, looks_garbled

# A cell with this many words is written text, not the name of a group.
_WORDS_OF_TEXT = 5
# Rows that agree in fewer answers than this may well be different people.
_ANSWERS_OF_ONE_PERSON = 8
# What is said of a column that is left out, rather than that it is.
_WORSE = ("personal_number", "email", "phone", "free_text")


def check_export(
    frame_or_path: Table,
    codebook: Codebook,
    *,
    wave: str | int | None = None,
    sheet: Sheet = None,
    shape: Literal["long", "wide"] = "long",
    encoding: str | None = None,
) -> pd.DataFrame:
    """Is this export sound, and what must be mended before it is used?

    Says columns, kinds, counts and row positions; never what a person wrote,
    and never an identity.

    Parameters
    ----------
    frame_or_path : str, Path or DataFrame
        A survey export, or a table already read.
    codebook : Codebook
        What was asked.
    wave : str, optional
        The wave of a file that has no column for it.
    sheet : str or int, optional
        Which sheet of an Excel file.
    shape : {"long", "wide"}
        One row per person and wave, or one row per person.
    encoding : str, optional
        Encoding of a CSV or SPSS file, if it cannot be found out.

    Returns
    -------
    DataFrame, shape (n_problems, 4)
        ``column`` (empty for whole rows), ``kind`` (a stable key), ``count``
        (cells or rows), ``positions`` (the first row positions from 0, as text).
        Those that make `read_responses` refuse come first. Empty if all is well.

    Raises
    ------
    FileProblem
        If the file is absent, damaged, or its letters cannot be read.
    DataProblem
        If the argument is neither a path nor a table with rows.

    See Also
    --------
    explain_problems : Says each kind in words, with what to do.
    read_responses : Reads the export.

    Examples
    --------
    >>> from tillit_eval.codebook import Item
    >>> from tillit_eval.phrases import Label
    >>> q1 = Item(key="q1", label=Label("Clarity", "Tydlighet"), codes=(1, 2, 3))
    >>> export = pd.DataFrame({"q1": [1, 2, 6, 3]})
    >>> print(check_export(export, Codebook(title="", items=(q1,))))
      column          kind  count positions
    0     q1  invalid_code      1         2
    """
    check_option("shape", shape, ("long", "wide"))
    parts = read_parts(
        frame_or_path, codebook, wave=wave, sheet=sheet, shape=shape, encoding=encoding
    )
    frame, problems = assemble_parts(
        parts, codebook, shape=shape, site=None, source="unstated"
    )
    for part in parts:
        match = _match(part, codebook, shape)
        for found in _look_at_columns(part.table, codebook, match):
            problems.append(replace(found, file=part.number))
        problems += _duplicates(part.table, codebook, match)
    problems += _look_at_answers(frame, codebook)
    return problems_frame(_without_repetition(problems))


def _match(part: Part, codebook: Codebook, shape: str) -> dict[int, str]:
    """Return the key of each column that has one."""
    if shape == "long":
        found = match_columns(part.table, names_in_wave(codebook, part.wave))
        return {place: key for key, place in found.place.items()}
    shared = match_columns(part.table, names_shared(codebook))
    keys = {place: key for key, place in shared.place.items()}
    for wave in waves_of(codebook):
        own = match_columns(part.table, names_in_wide(codebook, wave))
        keys |= {place: key for key, place in own.place.items()}
    return keys


def _look_at_columns(
    table: RawTable, codebook: Codebook, keys: dict[int, str]
) -> list[Problem]:
    """Look through every column of the file, known or not."""
    items = {item.key for item in codebook.items}
    problems: list[Problem] = []
    for place in range(len(table.names)):
        key = keys.get(place)
        name = key or table.show(place)
        problems += _look_at_cells(table, place, name, known=key, is_item=key in items)
        if place in table.merged:
            problems.append(problem(name, "merged_cells", table.merged[place]))
    return problems


def _look_at_cells(
    table: RawTable, place: int, name: str, *, known: str | None, is_item: bool
) -> list[Problem]:
    where, values = distinct(table.columns[place])
    texts = [as_text(value) for value in values]
    filled = np.isin(where, [i for i, text in enumerate(texts) if text is not None])
    if not filled.any():
        return [problem(name, "empty_column", count=len(where))]
    kinds = find_identities(texts)
    kinds["mojibake"] = [i for i, t in enumerate(texts) if t and looks_garbled(t)]
    kinds["outer_space"] = [i for i, v in enumerate(values) if known and _has_space(v)]
    kinds["free_text"] = [
        i for i, t in enumerate(texts) if not is_item and _is_written(t)
    ]
    kinds["other_spelling"] = [] if is_item or not known else _spellings(texts)
    if not known:  # it is left behind in any case
        stops: bool | None = False
    else:
        stops = None
    problems = []
    for kind, places in kinds.items():
        if places:
            rows = table.rows[np.isin(where, places)]
            problems.append(problem(name, kind, rows, stops=stops))
    return problems


def _has_space(value: object) -> bool:
    return isinstance(value, str) and value != clean_text(value) and bool(value.strip())


def _is_written(text: str | None) -> bool:
    return text is not None and len(text.split()) >= _WORDS_OF_TEXT


def _spellings(texts: list[str | None]) -> list[int]:
    """Find names that differ from an earlier one only in case."""
    first: dict[str, str] = {}
    return [
        i
        for i, text in enumerate(texts)
        if text is not None and first.setdefault(fold(text), text) != text
    ]


def _duplicates(
    table: RawTable, codebook: Codebook, keys: dict[int, str]
) -> list[Problem]:
    """Find rows that repeat an earlier row in every column."""
    items = {item.key for item in codebook.items}
    n_answers = sum(key in items for key in keys.values())
    if "respondent" not in keys.values() and n_answers < _ANSWERS_OF_ONE_PERSON:
        return []
    codes = {place: distinct(cells)[0] for place, cells in enumerate(table.columns)}
    again = pd.DataFrame(codes).duplicated(keep="first").to_numpy()
    return [problem("", "duplicate_rows", table.rows[again])] if again.any() else []


def _look_at_answers(frame: pd.DataFrame, codebook: Codebook) -> list[Problem]:
    """Look at the answers as they would be read."""
    problems: list[Problem] = []
    for item in codebook.items:
        answers = frame[item.key].dropna()
        if len(answers) > 1 and answers.nunique() == 1:
            problems.append(problem(item.key, "constant_column", count=len(answers)))
    for key in ("respondent", "unit"):
        if key in frame and frame[key].notna().any():
            empty = frame.loc[frame[key].isna(), [FILE, ROW]]
            if len(empty):
                rows = empty[ROW].to_numpy()
                problems.append(problem(key, "value_missing", rows))
    return problems


def _without_repetition(problems: list[Problem]) -> list[Problem]:
    """Keep one of several problems of the same kind in the same column.

    That a column is not in the codebook is not said where something worse is.
    """
    kept: dict[tuple[str, str, int | None], Problem] = {}
    worse = {(p.column, p.file) for p in problems if p.kind in _WORSE}
    for found in problems:
        at = (found.column, found.kind, found.file)
        if found.kind == "unknown_column" and (found.column, found.file) in worse:
            continue
        if at not in kept or found.count > kept[at].count:
            kept[at] = found
    return list(kept.values())
