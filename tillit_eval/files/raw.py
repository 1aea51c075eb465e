"""A file as it was read: names, cells and where each row stood, not yet understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.errors import FileProblem
from tillit_eval.files.cells import Cells, check_single
from tillit_eval.files.headers import Known, find_header
from tillit_eval.files.identities import looks_like_identity
from tillit_eval.files.texts import as_number, clean_text, fold

Positions = npt.NDArray[np.int64]
NONE_AT_ALL: Positions = np.empty(0, dtype=np.int64)

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """One table as it stands in a file.

    Attributes
    ----------
    names, titles : tuple of str
        The name of each column, and its other header (the question in words).
    columns : tuple of ndarray, each of shape (n_rows,)
        Cells as read.
    rows : ndarray of int, shape (n_rows,)
        Position of each row in the file, 0 for the first under the header.
    has_header : bool
        Whether any name was recognised; if not, no name is ever shown, because
        the "names" may be a person's answers.
    value_labels : mapping of int to mapping of float to str
        Labels that the file itself gives to the codes of a column.
    declared_missing : mapping of int to tuple of (low, high)
        Codes that the file itself declares missing.
    merged : mapping of int to ndarray of int
        Rows of a column that were filled because cells were merged.
    above : int
        Lines of the file above the first row of answers.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    columns: tuple[Cells, ...]
    rows: Positions
    has_header: bool = True
    value_labels: Mapping[int, Mapping[float, str]] = field(default_factory=dict)
    declared_missing: Mapping[int, tuple[tuple[float, float], ...]] = field(
        default_factory=dict
    )
    merged: Mapping[int, Positions] = field(default_factory=dict)
    above: int = 0

    def show(self, position: int) -> str:
        """Return the name of a column as it may be shown.

        Parameters
        ----------
        position : int
            Which column, from 0.

        Returns
        -------
        str
            The name, or ``column 3`` if the name may be what a person answered.
        """
        name = self.names[position]
        doubtful = not self.has_header or not name or as_number(name) is not None
        if doubtful or looks_like_identity(name):
            return f"column {position}"
        return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"


def from_frame(frame: pd.DataFrame, known: Known) -> RawTable:
    """Take a frame as a table that was read by somebody else.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        Never changed.
    known : Known
        The names that may be expected.

    Returns
    -------
    RawTable
        With the frame's column names and row positions.
    """
    names = tuple(clean_text(str(name)) for name in frame.columns)
    columns = tuple(
        _as_cells(frame.iloc[:, position]) for position in range(frame.shape[1])
    )
    return RawTable(
        names=names,
        titles=("",) * len(names),
        columns=columns,
        rows=np.arange(len(frame), dtype=np.int64),
        has_header=known.by_shape or any(fold(name) in known.names for name in names),
    )


def _as_cells(column: pd.Series) -> Cells:
    if column.dtype.kind in "fiu" and isinstance(column.dtype, np.dtype):
        return column.to_numpy()
    cells = column.to_numpy(dtype=object, na_value=np.nan)
    check_single(cells)
    return cells


def from_grid(grid: Sequence[Sequence[object]], known: Known, *, file: str) -> RawTable:
    """Find the header in a grid of cells and split names from answers.

    There may be a title above the header, and a second header row with the
    question in words above or below the row of names.

    Parameters
    ----------
    grid : sequence of rows
        All rows of the same length.
    known : Known
        The names that may be expected.
    file : str
        Name of the file, for messages.

    Returns
    -------
    RawTable
        Rows without any cell are left out; positions are those of the file.

    Raises
    ------
    FileProblem
        If there is no row at all, or none under the header.
    """
    header = find_header(grid, known)
    if header is None:
        raise FileProblem(
            f"There is nothing in '{file}'.",
            expected="a row of column names, and rows of answers",
            found="no cell with anything in it",
            to_fix="export the answers again, and check which sheet they are in",
        )
    names, titles, first = header.names, header.titles, header.first
    columns, rows = _answers(grid[first:], len(names))
    if not len(rows):
        raise FileProblem(
            f"There are no answers in '{file}'.",
            expected="at least one row under the column names",
            found=f"{len(names)} column names and 0 rows",
            to_fix="export the answers again, and check which sheet they are in",
        )
    return RawTable(
        names=names,
        titles=titles,
        columns=columns,
        rows=rows,
        has_header=header.is_sure,
        above=first,
    )


def _answers(
    grid: Sequence[Sequence[object]], width: int
) -> tuple[tuple[Cells, ...], Positions]:
    """Turn rows into columns, without the rows that hold nothing."""
    table = np.empty((len(grid), width), dtype=object)
    if len(grid):
        table[:] = grid
    hollow = np.asarray((table == "") | pd.isna(table), dtype=bool)
    rows = np.flatnonzero(~hollow.all(axis=1)).astype(np.int64)
    kept = table[rows]
    return tuple(np.ascontiguousarray(kept[:, j]) for j in range(width)), rows
