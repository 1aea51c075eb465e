"""A file is looked at before it is read: is it one, and can a person's computer?"""

from __future__ import annotations

import stat
from pathlib import Path

from tillit_eval.errors import FileProblem
from tillit_eval.files.limits import LARGEST_FILE, MEBIBYTE, MOST_CELLS, MOST_ROWS


def is_file(path: Path) -> bool:
    """Tell whether there is an ordinary file, without opening anything.

    Parameters
    ----------
    path : Path
        Any path, also one the system cannot take.

    Returns
    -------
    bool
        False for folders, pipes, devices, and for what may not be looked at.

    Examples
    --------
    >>> is_file(Path("/dev/null")), is_file(Path("x" * 9999))
    (False, False)
    """
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def exists(path: Path) -> bool:
    """Tell whether anything is there, also for names that no system can have.

    Parameters
    ----------
    path : Path
        Any path.

    Returns
    -------
    bool
        False also for what may not be looked at.

    Examples
    --------
    >>> exists(Path("/")), exists(Path("x" * 9999))
    (True, False)
    """
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def read_whole(path: Path, *, most: int = LARGEST_FILE) -> bytes:
    """Read a file, unless it is none or too large.

    Parameters
    ----------
    path : Path
        The file.
    most : int
        Bytes it may have.

    Returns
    -------
    bytes
        All of it.

    Raises
    ------
    FileNotFoundError
        If nothing is there.
    IsADirectoryError, OSError
        If it is no ordinary file, or may not be read. None of these reaches a
        user: each reader says it in its own four lines.
    FileProblem
        If it is too large.
    """
    if exists(path) and not is_file(path):
        raise IsADirectoryError if path.is_dir() else OSError("no ordinary file")
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise too_large(path, most)
    return data


def check_size(path: Path, *, most: int = LARGEST_FILE) -> None:
    """Refuse a file that is too large for the reader of its kind.

    Parameters
    ----------
    path : Path
        An ordinary file.
    most : int
        Bytes it may have.

    Raises
    ------
    FileProblem
        If it has more.
    """
    if path.stat().st_size > most:
        raise too_large(path, most)


def too_large(path: Path, most: int) -> FileProblem:
    """Return the error that says a file is too large to be read whole."""
    return FileProblem(
        f"'{path.name}' is too large to be read whole.",
        expected=f"at most {most // MEBIBYTE} MiB",
        found="more than that",
        to_fix="keep the columns that are needed, or split it by wave or site",
    )


def check_extent(file: str, n_rows: int, n_cells: int) -> None:
    """Refuse a table with more rows or cells than can be read into memory.

    Parameters
    ----------
    file : str
        Name of the file.
    n_rows, n_cells : int
        As the file says, or as they were counted.

    Raises
    ------
    FileProblem
        If there are too many.
    """
    if n_rows > MOST_ROWS:
        raise too_many(file, "rows", MOST_ROWS, n_rows)
    if n_cells > MOST_CELLS:
        raise too_many(file, "cells", MOST_CELLS, n_cells)


def too_many(file: str, what: str, most: int, found: int) -> FileProblem:
    """Return the error that says a table has too many rows, columns or cells."""
    return FileProblem(
        f"'{file}' has too many {what} for a table of answers.",
        expected=f"at most {most} {what}",
        found=f"{found}",
        to_fix="check the separator, keep the columns that are needed, "
        "or split it by wave or site",
    )
