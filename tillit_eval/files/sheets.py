"""One sheet of a workbook as a grid, read row by row so that no cell is made up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from tillit_eval.files.limits import MOST_COLUMNS
from tillit_eval.files.opening import check_extent, too_many

# The only way to openpyxl's cells that fills no gaps between them.
_PARSER = "openpyxl.worksheet._reader"
_ZEROS = re.compile(r"0{2,20}")
# Serial numbers this small are codes that were given the format of a date.
_LARGEST_CODE = 59
_DAY_ZERO = dt.datetime(1899, 12, 31)

Row = tuple[int, list[tuple[int, object]]]


@dataclass(slots=True)
class Sheet:
    """What stands on a sheet.

    Attributes
    ----------
    grid : list of list
        Cells from the first row and column to the last that are filled.
    merged : list of (int, int, int, int)
        Merged areas: top, bottom, left, right; from 0, ends left out.
    n_lost : int
        Formulas without a stored value: they would read as empty.
    """

    grid: list[list[object]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    n_lost: int = 0


def read_sheet(book: Any, page: Any, file: str) -> Sheet:
    """Read a whole sheet.

    Parameters
    ----------
    book, page : openpyxl.Workbook, ReadOnlyWorksheet
        Opened for reading only.
    file : str
        Name of the file, for messages.

    Returns
    -------
    Sheet
        As large as what is filled in, wherever empty cells with a format end.

    Raises
    ------
    FileProblem
        If a filled cell lies too far away.
    """
    sheet = Sheet([])
    rows = list(stream_rows(book, page, sheet))
    n_rows = max((row for row, cells in rows if cells), default=0)
    width = max((place for _, cells in rows for place, _ in cells), default=0)
    if width > MOST_COLUMNS:
        raise too_many(file, "columns", MOST_COLUMNS, width)
    check_extent(file, n_rows, n_rows * width)
    sheet.grid = [[None] * width for _ in range(n_rows)]
    for row, cells in rows:
        for place, value in cells:
            sheet.grid[row - 1][place - 1] = value
    return sheet


def stream_rows(book: Any, page: Any, sheet: Sheet | None = None) -> Iterator[Row]:
    """Give each row of a sheet with its filled cells, in the order of the file.

    Parameters
    ----------
    book, page : openpyxl.Workbook, ReadOnlyWorksheet
        Opened for reading only.
    sheet : Sheet, optional
        Where merged areas and lost formulas are noted.

    Yields
    ------
    tuple of (int, list of (int, object))
        Row number, and column number with value of each filled cell, from 1.
    """
    formats = _Formats(page)
    with book._archive.open(page._worksheet_path) as part:
        parser = import_module(_PARSER).WorkSheetParser(
            part,
            page._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        if sheet is not None:
            _count_lost(parser, sheet)
        for row, cells in parser.parse():
            values = [(cell["column"], _value(cell, formats)) for cell in cells]
            yield row, [pair for pair in values if pair[1] is not None]
        if sheet is not None and parser.merged_cells is not None:
            sheet.merged = [
                (area.min_row - 1, area.max_row, area.min_col - 1, area.max_col)
                for area in parser.merged_cells.mergeCell
            ]


def _count_lost(parser: Any, sheet: Sheet) -> None:
    """Let the parser count formulas whose values were never stored."""
    formula, ordinary = import_module(_PARSER).FORMULA_TAG, parser.parse_cell

    def parse_cell(element: Any) -> Any:
        cell = ordinary(element)
        if cell["value"] is None and element.find(formula) is not None:
            sheet.n_lost += 1
        return cell

    parser.parse_cell = parse_cell


class _Formats(dict[int, str]):
    """Number formats by the number of their style, each looked up once."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page = page

    def __missing__(self, style: int) -> str:
        from openpyxl.cell.read_only import ReadOnlyCell

        cell = ReadOnlyCell(self.page, 1, 1, 0, "n", style)
        self[style] = str(cell.number_format or "")
        return self[style]


def _value(cell: dict[str, Any], formats: _Formats) -> object:
    """Return what was typed, whatever format the sheet has put over it."""
    value = cell["value"]
    if isinstance(value, dt.datetime) and value.year <= 1900:
        serial = (value - _DAY_ZERO).days
        return serial if serial <= _LARGEST_CODE else value
    if isinstance(value, dt.time) and value == dt.time():
        return 0
    if isinstance(value, int) and not isinstance(value, bool) and cell["style_id"]:
        form = formats[cell["style_id"]]
        return str(value).zfill(len(form)) if _ZEROS.fullmatch(form) else value
    return value
