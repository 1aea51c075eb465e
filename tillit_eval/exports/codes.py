"""From cells to codes: numbers, labels in words, dates that were codes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.codebook import Item
from tillit_eval.files.cells import Cells, as_float, as_text, distinct
from tillit_eval.files.raw import NONE_AT_ALL, Positions
from tillit_eval.files.texts import NO_ANSWER, as_number, clean_text, fold

NAN = float("nan")
_NUMBERED = re.compile(r"([+-]?\d+)(?:\s*[-\u2013=.:)]\s*|\s+)(\S.*)")
_MONTH = (
    "jan feb mar apr maj may jun jul aug sep okt oct nov dec "
    "januari februari mars april juni juli augusti september oktober november december"
)
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}([ t]\d{2}:\d{2}.*)?"
    r"|\d{1,2}[-/. ](\d{1,2}|" + "|".join(_MONTH.split()) + r")([-/. ]\d{2,4})?"
    r"|(" + "|".join(_MONTH.split()) + r")[-/. ]\d{1,4}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """One item's answers as codes.

    Attributes
    ----------
    values : ndarray of float, shape (n_rows,)
        Valid codes; not a number where there is no valid answer.
    wrong : mapping of str to ndarray of int
        Kind of problem, and in which rows.
    codes : tuple of float
        The numbers that are not valid codes.
    in_words : ndarray of int
        Rows answered in words, if other rows were answered in codes.
    """

    values: npt.NDArray[np.float64]
    wrong: Mapping[str, Positions]
    codes: tuple[float, ...] = ()
    in_words: Positions


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one distinct cell means."""

    value: float = NAN
    kind: str = ""
    form: str = ""


def decode_item(
    cells: Cells,
    item: Item,
    *,
    value_labels: Mapping[float, str] | None = None,
    declared_missing: tuple[tuple[float, float], ...] = (),
) -> Decoded:
    """Turn one column of cells into codes, and say where that was not possible.

    Parameters
    ----------
    cells : ndarray, shape (n_rows,)
        As read.
    item : Item
        The question.
    value_labels : mapping of float to str, optional
        The file's own labels of its codes.
    declared_missing : tuple of (low, high), optional
        Codes that the file itself declares missing.

    Returns
    -------
    Decoded
        Whatever is wrong has become missing.
    """
    where, cells_once = distinct(cells)
    lookup = _Lookup.of(item)
    against = _contradictions(value_labels or {}, lookup)
    readings = [
        _declared(_read(cell, lookup), cell, declared_missing, against)
        for cell in cells_once
    ]
    values = np.array([r.value for r in readings] + [NAN])[where]
    kinds = np.array([r.kind for r in readings] + [""], dtype=object)
    wrong = {
        kind: np.flatnonzero(np.isin(where, np.flatnonzero(kinds == kind)))
        for kind in sorted({r.kind for r in readings} - {""})
    }
    numbers = (_as_code(c) for c, r in zip(cells_once, readings, strict=True) if r.kind)
    forms = np.array([r.form for r in readings] + [""], dtype=object)
    mixed = {"code", "label"} <= set(forms)
    return Decoded(
        values=values,
        wrong=wrong,
        codes=tuple(n for n in numbers if n is not None),
        in_words=np.flatnonzero((forms == "label")[where]) if mixed else NONE_AT_ALL,
    )


@dataclass(frozen=True, slots=True)
class _Lookup:
    valid: frozenset[float]
    missing: frozenset[float]
    labels: Mapping[str, float]

    @staticmethod
    def of(item: Item) -> _Lookup:
        return _Lookup(
            frozenset(map(float, item.codes)),
            frozenset(float(code) for code, _ in item.missing),
            {fold(label): float(code) for label, code in item.answers},
        )


def _read(cell: object, lookup: _Lookup) -> _Reading:
    """Read one cell: a code, a label, a code with a label, a date, or none of them."""
    if isinstance(cell, (dt.date, dt.time, dt.timedelta)):
        return _Reading(kind="date_for_code")
    number = _as_code(cell)
    if number is not None:
        return _from_code(number, lookup)
    text = fold(as_text(cell) or "")
    if text in lookup.labels:
        return _from_code(lookup.labels[text], lookup, form="label")
    if text in NO_ANSWER:
        return _Reading()
    if _DATE.fullmatch(text):
        return _Reading(kind="date_for_code")
    return _from_numbered_label(text, lookup)


def _as_code(cell: object) -> float | None:
    if isinstance(cell, (bool, int, float, np.number, np.bool_)):
        return as_float(cell)
    return as_number(clean_text(cell)) if isinstance(cell, str) else None


def _from_code(number: float, lookup: _Lookup, form: str = "code") -> _Reading:
    if number in lookup.missing:
        return _Reading(form=form)
    if number in lookup.valid:
        return _Reading(number, form=form)
    return _Reading(kind="invalid_code", form=form)


def _from_numbered_label(text: str, lookup: _Lookup) -> _Reading:
    """Read ``5 agree entirely``: only if the words are a label of that very code."""
    parts = _NUMBERED.fullmatch(text)
    code = lookup.labels.get(parts[2]) if parts else None
    if parts is None or code is None:
        return _Reading(kind="label_unknown", form="label")
    if code != float(parts[1]):
        return _Reading(kind="label_contradicts", form="label")
    return _from_code(code, lookup, form="label")


def _contradictions(
    value_labels: Mapping[float, str], lookup: _Lookup
) -> frozenset[float]:
    """Return codes whose label in the file is the codebook's label of another code."""
    return frozenset(
        code
        for code, label in value_labels.items()
        if lookup.labels.get(fold(label), code) != code
    )


def _declared(
    reading: _Reading,
    cell: object,
    declared_missing: tuple[tuple[float, float], ...],
    against: frozenset[float],
) -> _Reading:
    """Let the file's own word on a code stand beside the codebook's."""
    number = _as_code(cell)
    if number is None:
        return reading
    if any(low <= number <= high for low, high in declared_missing):
        is_valid = not np.isnan(reading.value)
        return _Reading(kind="missing_is_valid" if is_valid else "", form="code")
    if number in against:
        return _Reading(kind="label_contradicts", form="code")
    return reading
