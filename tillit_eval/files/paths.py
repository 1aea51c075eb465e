"""What a caller gave where the path of a file belongs."""

from __future__ import annotations

import os
from pathlib import Path

from tillit_eval.errors import DataProblem, kind_of


def as_path(path: object) -> Path:
    """Return a path, or say that this is none.

    Parameters
    ----------
    path : object
        What the caller gave: text or a Path.

    Returns
    -------
    Path
        The same place; whether there is anything is not looked at.

    Raises
    ------
    DataProblem
        If it is neither, or empty text.

    Examples
    --------
    >>> as_path("data/answers.csv").name
    'answers.csv'
    """
    if isinstance(path, (str, Path)) and path != "" and _can_be(str(path)):
        return Path(path)
    raise DataProblem(
        "This is not the path of a file.",
        expected="text or a Path, for example 'data/answers.csv'",
        found="empty or odd text" if isinstance(path, (str, Path)) else kind_of(path),
        to_fix="give the path of the file",
    )


def _can_be(text: str) -> bool:
    """Tell whether any system could have a file by that name."""
    try:
        return "\0" not in text and bool(os.fsencode(text))
    except UnicodeError:
        return False
