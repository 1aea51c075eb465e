"""Cells of any kind as text, one distinct cell at a time."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.errors import DataProblem
from tillit_eval.files.texts import clean_text

Cells = npt.NDArray[Any]


def as_text(cell: object) -> str | None:
    """Write one cell as text; a whole number has no decimals, an empty cell is None.

    Parameters
    ----------
    cell : object
        Text, number, date or nothing.

    Returns
    -------
    str or None
        Clean text.

    Examples
    --------
    >>> as_text(1001.0), as_text("  "), as_text("0042")
    ('1001', None, '0042')
    """
    if isinstance(cell, str):
        return clean_text(cell) or None
    if is_empty(cell):
        return None
    if isinstance(cell, (bool, np.bool_)):
        return str(int(cell))
    if isinstance(cell, (float, np.floating)):
        return f"{cell:.0f}" if float(cell).is_integer() else repr(float(cell))
    if isinstance(cell, dt.datetime):
        whole_day = cell.time() == dt.time()
        return cell.date().isoformat() if whole_day else cell.isoformat(sep=" ")
    if isinstance(cell, bytes):
        return clean_text(cell.decode("utf-8", errors="replace")) or None
    return clean_text(_written(cell)) or None


def _written(cell: object) -> str:
    """Write a cell of any other kind; a number of endless length is none."""
    try:
        return str(cell)
    except ValueError:  # Python's own guard against numbers of endless length
        return "\ufffd"


def as_float(cell: float | np.number[Any] | np.bool_) -> float:
    """Return a number as float; one too large for that is infinite.

    Parameters
    ----------
    cell : number
        Also a whole number of any length.

    Returns
    -------
    float
        Infinite rather than an error.

    Examples
    --------
    >>> as_float(3), as_float(10**400)
    (3.0, inf)
    """
    try:
        return float(cell)
    except OverflowError:
        return math.inf


def is_empty(cell: object) -> bool:
    """Tell whether a cell holds nothing: none, not a number, or only space.

    Parameters
    ----------
    cell : object
        Any cell.

    Returns
    -------
    bool
        True if there is nothing in it.

    Examples
    --------
    >>> is_empty(float("nan")), is_empty(" "), is_empty(0)
    (True, True, False)
    """
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return True
    if isinstance(cell, (float, np.floating)):
        return math.isnan(cell)
    return isinstance(cell, str) and not cell.strip("\u200b\ufeff \t\r\n\u00a0\u202f")


def distinct(cells: Cells) -> tuple[npt.NDArray[np.int64], Sequence[object]]:
    """Split a column into its distinct cells and where each of them stands.

    What is done to text is done once per distinct cell, not once per row.

    Parameters
    ----------
    cells : ndarray, shape (n_rows,)
        A column as read.

    Returns
    -------
    where : ndarray of int, shape (n_rows,)
        Position in `values`; -1 where the cell is empty.
    values : sequence
        The distinct cells in order of appearance.
    """
    try:
        where, values = pd.factorize(cells)
    except TypeError:
        raise not_single() from None
    return np.asarray(where, dtype=np.int64), list(values)


def check_single(cells: Cells) -> None:
    """Refuse a column whose cells hold lists or tables.

    Parameters
    ----------
    cells : ndarray, shape (n_rows,)
        A column as read.

    Raises
    ------
    DataProblem
        If a cell is not one value.
    """
    kinds = set(map(type, cells)) if cells.dtype == object else set()
    if any(kind.__hash__ is None for kind in kinds) or tuple in kinds:
        raise not_single()


def not_single() -> DataProblem:
    """Return the error that says a cell holds more than one value."""
    return DataProblem(
        "A column holds lists or tables where single values belong.",
        expected="one text, number or date in each cell",
        found="cells with several values",
        to_fix="spread them over columns of their own, or leave the column out",
    )


def map_distinct(cells: Cells, change: Callable[[object], str | None]) -> Cells:
    """Rewrite a column of text, once per distinct cell.

    Parameters
    ----------
    cells : ndarray, shape (n_rows,)
        A column as read.
    change : callable
        Takes a cell, returns its text or None.

    Returns
    -------
    ndarray of object, shape (n_rows,)
        None where there is nothing.
    """
    where, values = distinct(cells)
    changed = np.empty(len(values) + 1, dtype=object)
    changed[:-1] = [change(value) for value in values]
    changed[-1] = None
    return changed[where]
