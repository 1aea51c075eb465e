"""Excel files: the right sheet, merged cells, codes that were made into dates."""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tillit_eval.errors import FileProblem
from tillit_eval.files.cells import as_text
from tillit_eval.files.headers import Known
from tillit_eval.files.raw import RawTable, from_grid
from tillit_eval.files.texts import fold

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_ZEROS = re.compile(r"0{2,}")
# Serial numbers this small are codes that were given the format of a date.
_LARGEST_CODE = 59
_DAY_ZERO = dt.datetime(1899, 12, 31)


def read_excel_file(path: Path, known: Known, *, sheet: str | int | None) -> RawTable:
    """Read one sheet of an Excel file, formulas as the values they gave.

    Parameters
    ----------
    path : Path
        The file.
    known : Known
        The names that may be expected.
    sheet : str or int or None
        Name or position of the sheet; None if only one can be meant.

    Returns
    -------
    RawTable
        With cells below a merged one filled, column by column, and only there.

    Raises
    ------
    FileProblem
        If the file is not a workbook, the sheet cannot be told, or a formula
        was never calculated.
    """
    book = _open(path, values=True)
    page = _choose(book, known, sheet, file=path.name)
    grid = [[_value(cell) for cell in row] for row in page.iter_rows()]
    _check_formulas(path, page.title, grid)
    filled = _fill_merged(page, grid)
    table = from_grid(_trim(grid), known, file=path.name)
    merged = {
        column: np.intersect1d(np.array(lines) - table.above, table.rows)
        for column, lines in filled.items()
        if column < len(table.names)
    }
    return replace(table, merged={j: rows for j, rows in merged.items() if len(rows)})


def _open(path: Path, *, values: bool) -> Any:
    import openpyxl

    with warnings.catch_warnings():
        # openpyxl warns of styles, validation and extensions it does not keep;
        # none of them touches a value.
        warnings.simplefilter("ignore", UserWarning)
        try:
            return openpyxl.load_workbook(path, data_only=values)
        except Exception as error:  # openpyxl lets any error of its parsers through
            kind = type(error).__name__
    raise FileProblem(
        f"'{path.name}' is not an Excel file that can be read.",
        expected="a workbook saved as .xlsx",
        found=f"a file that the reader gave up on ({kind})",
        to_fix="open it in Excel and save it as .xlsx, or export as CSV UTF-8",
    )


def _choose(
    book: Any, known: Known, sheet: str | int | None, *, file: str
) -> Worksheet:
    pages: list[Worksheet] = book.worksheets
    if sheet is not None:
        for position, page in enumerate(pages):
            if sheet == position or fold(page.title) == fold(str(sheet)):
                return page
        raise _sheet_problem(f"There is no such sheet in '{file}'.", len(pages))
    filled = [page for page in pages if page.max_row > 1]
    scores = [_score(page, known) for page in filled]
    if len(filled) == 1 or (scores and scores.count(max(scores)) == 1):
        return filled[int(np.argmax(scores))]
    if not filled and pages:
        return pages[0]
    raise _sheet_problem(
        f"'{file}' has several sheets that could hold answers.", len(pages)
    )


def _sheet_problem(what: str, n_sheets: int) -> FileProblem:
    return FileProblem(
        what,
        expected="the name of one sheet, or its position from 0",
        found=f"{n_sheets} sheets",
        to_fix="say which one with sheet=, for example sheet=0",
    )


def _score(page: Worksheet, known: Known) -> int:
    """Count the known names in the best of the first rows."""
    rows = page.iter_rows(max_row=6, values_only=True)
    return max(
        (sum(fold(as_text(cell) or "") in known.names for cell in row) for row in rows),
        default=0,
    )


def _value(cell: Any) -> object:
    """Return what was typed, whatever format the sheet has put over it."""
    value = cell.value
    if isinstance(value, dt.datetime) and value.year <= 1900:
        serial = (value - _DAY_ZERO).days
        return serial if serial <= _LARGEST_CODE else value
    if isinstance(value, dt.time) and value == dt.time():
        return 0
    if isinstance(value, int) and _ZEROS.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return value


def _check_formulas(path: Path, title: str, grid: Sequence[Sequence[object]]) -> None:
    """Refuse formulas whose values were never stored: they would read as empty."""
    if not _has_formulas(path):
        return
    page = _open(path, values=False)[title]
    lost = sum(
        cell.data_type == "f" and grid[i][j] is None
        for i, row in enumerate(page.iter_rows())
        for j, cell in enumerate(row)
    )
    if lost:
        raise FileProblem(
            f"'{path.name}' has formulas that were never calculated.",
            expected="cells with values",
            found=f"{lost} formulas without a stored value",
            to_fix="open the file in Excel, let it calculate, and save it",
        )


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as parts:
        sheets = [n for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
        return any(b"<f>" in data or b"<f " in data for data in map(parts.read, sheets))


def _fill_merged(page: Worksheet, grid: list[list[object]]) -> dict[int, list[int]]:
    """Repeat a merged cell downwards in its own column; return what was filled."""
    filled: dict[int, list[int]] = {}
    for area in page.merged_cells.ranges:
        column, first = area.min_col - 1, area.min_row - 1
        for row in range(first + 1, area.max_row):
            grid[row][column] = grid[first][column]
            filled.setdefault(column, []).append(row)
    return filled


def _trim(grid: list[list[object]]) -> list[list[object]]:
    """Leave out the empty columns to the right."""
    columns = list(zip(*grid, strict=True))
    used = [j for j, column in enumerate(columns) if any(c is not None for c in column)]
    return [row[: max(used, default=-1) + 1] for row in grid]
