"""Parquet files, read by DuckDB, which comes with the extra ``big``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tillit_eval.errors import FileProblem, MissingExtra, TillitError
from tillit_eval.files.headers import Known
from tillit_eval.files.limits import LARGEST_TABLE, MOST_COLUMNS
from tillit_eval.files.opening import check_extent, too_large, too_many
from tillit_eval.files.raw import RawTable, from_frame

# Nothing is fetched from anywhere, whatever kinds of column a file says it has.
_ALONE: dict[str, str | bool] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


# How DuckDB counts the bytes of a cell, for the kinds that have no size of their own.
_SIZE_OF = {"VARCHAR": "strlen", "BLOB": "octet_length"}


def read_parquet_file(path: Path, known: Known) -> RawTable:
    """Read a Parquet file.

    Parameters
    ----------
    path : Path
        The file.
    known : Known
        The names that may be expected.

    Returns
    -------
    RawTable
        Cells with the types of the file.

    Raises
    ------
    MissingExtra
        If DuckDB is not installed.
    FileProblem
        If the file is damaged or holds no rows.
    """
    frame = _read(path)
    if not len(frame):
        raise FileProblem(
            f"There are no answers in '{path.name}'.",
            expected="at least one row",
            found=f"{len(frame.columns)} columns and 0 rows",
            to_fix="export the answers again",
        )
    return from_frame(frame, known)


def _read(path: Path) -> Any:
    try:
        import duckdb
    except ImportError:
        raise MissingExtra(
            "duckdb", extra="big", needed_for="reading Parquet"
        ) from None

    # DuckDB takes *, ? and [ in a path as a pattern.
    literal = re.sub(r"([*?\[])", r"[\1]", str(path))
    try:
        with duckdb.connect(config=dict(_ALONE)) as connection:
            table = connection.read_parquet(literal)
            _check_extent(path, table)
            return table.df()
    except TillitError:
        raise
    except Exception as error:  # DuckDB's own errors, and those of its bindings
        kind = type(error).__name__
    raise FileProblem(
        f"'{path.name}' is not a Parquet file that can be read.",
        expected="a complete .parquet file",
        found=f"a file that the reader gave up on ({kind})",
        to_fix="write it again, or export the answers as CSV UTF-8",
    )


def _check_extent(path: Path, table: Any) -> None:
    """Refuse what is too large by what the file says of itself, before it is read."""
    width = len(table.columns)
    if width > MOST_COLUMNS:
        raise too_many(path.name, "columns", MOST_COLUMNS, width)
    n_rows = len(table)
    check_extent(path.name, n_rows, n_rows * width)
    sizes = [
        f"sum({_SIZE_OF[str(kind)]}({_quoted(name)}))"
        for name, kind in zip(table.columns, table.types, strict=True)
        if str(kind) in _SIZE_OF
    ]
    total = " + ".join(f"coalesce({size}, 0)" for size in sizes)
    if total and table.aggregate(total).fetchall()[0][0] > LARGEST_TABLE:
        raise too_large(path, LARGEST_TABLE)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
