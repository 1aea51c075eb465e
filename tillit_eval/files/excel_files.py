"""Excel files: the right sheet, merged cells, codes that were made into dates."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tillit_eval.errors import FileProblem, TillitError
from tillit_eval.files.cells import as_text
from tillit_eval.files.headers import Known
from tillit_eval.files.opening import check_extent
from tillit_eval.files.raw import RawTable, from_grid
from tillit_eval.files.sheets import Sheet, read_sheet, stream_rows
from tillit_eval.files.texts import fold
from tillit_eval.files.workbooks import check_workbook, not_a_workbook

_FIRST_ROWS = 6


def read_excel_file(path: Path, known: Known, *, sheet: str | int | None) -> RawTable:
    """Read one sheet of an Excel file, formulas as the values they gave.

    Nothing but cells is built: no links, macros, comments, pictures or charts.

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
        If the file is not a workbook, would not be safe to open, the sheet cannot
        be told, or a formula was never calculated.
    """
    check_workbook(path)
    with _opened(path) as book:
        page = read_sheet(book, _choose(book, known, sheet, file=path.name), path.name)
    if page.n_lost:
        raise FileProblem(
            f"'{path.name}' has formulas that were never calculated.",
            expected="cells with values",
            found=f"{page.n_lost} formulas without a stored value",
            to_fix="open the file in Excel, let it calculate, and save it",
        )
    filled = _fill_merged(page, file=path.name)
    table = from_grid(_trim(page.grid), known, file=path.name)
    merged = {
        column: np.intersect1d(np.array(lines) - table.above, table.rows)
        for column, lines in filled.items()
        if column < len(table.names)
    }
    return replace(table, merged={j: rows for j, rows in merged.items() if len(rows)})


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a workbook for reading cells one by one; every trouble is a FileProblem."""
    import openpyxl

    book, kind = None, ""
    # Opened here, as openpyxl leaves the file open when it fails half-way.
    with path.open("rb") as file, warnings.catch_warnings():
        # openpyxl warns of styles, validation and extensions it does not keep, which
        # touch no value, and of dates out of range, with the value in the warning.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(
                file, read_only=True, data_only=True, keep_links=False, keep_vba=False
            )
            yield book
        except TillitError:
            raise
        except Exception as error:  # openpyxl lets any error of its parsers through
            kind = type(error).__name__
        finally:
            if book is not None:
                book.close()
    if kind:
        raise not_a_workbook(path, kind)


def _choose(book: Any, known: Known, sheet: str | int | None, *, file: str) -> Any:
    pages: list[Any] = book.worksheets
    if sheet is not None:
        for position, page in enumerate(pages):
            if sheet == position or fold(page.title) == fold(str(sheet)):
                return page
        raise _sheet_problem(f"There is no such sheet in '{file}'.", len(pages))
    if len(pages) == 1:
        return pages[0]
    filled = [page for page in pages if _has_rows(book, page)]
    scores = [_score(book, page, known) for page in filled]
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


def _has_rows(book: Any, page: Any) -> bool:
    """Tell whether anything stands below the first row."""
    return any(row > 1 and cells for row, cells in stream_rows(book, page))


def _score(book: Any, page: Any, known: Known) -> int:
    """Count the known names in the best of the first rows."""
    best = 0
    for row, cells in stream_rows(book, page):
        if row > _FIRST_ROWS:
            break
        best = max(
            best, sum(fold(as_text(cell) or "") in known.names for _, cell in cells)
        )
    return best


def _fill_merged(page: Sheet, *, file: str) -> dict[int, list[int]]:
    """Repeat a merged cell downwards in its own column; return what was filled."""
    filled: dict[int, list[int]] = {}
    n_rows, width = len(page.grid), len(page.grid[0]) if page.grid else 0
    n_covered = 0
    for top, bottom, left, right in page.merged:
        last, end = min(bottom, n_rows), min(right, width)
        n_covered += max(last - top, 0) * max(end - left, 0)
        check_extent(file, 0, n_covered)
        for row in range(top, last):
            covered = page.grid[row][left:end]
            kept = page.grid[top][left] if covered else None
            page.grid[row][left:end] = [kept, *[None] * (len(covered) - 1)][
                : len(covered)
            ]
            if row > top and covered:
                filled.setdefault(left, []).append(row)
    return filled


def _trim(grid: list[list[object]]) -> list[list[object]]:
    """Leave out the empty columns to the right."""
    columns = list(zip(*grid, strict=True))
    used = [j for j, column in enumerate(columns) if any(c is not None for c in column)]
    return [row[: max(used, default=-1) + 1] for row in grid]
