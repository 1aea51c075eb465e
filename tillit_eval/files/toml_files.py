"""TOML files, read without trusting them: no bombs, no numbers that are none."""

from __future__ import annotations

import math
import tomllib
import unicodedata
from pathlib import Path
from typing import Any, Literal

from tillit_eval.files.limits import (
    DEEPEST,
    LARGEST_NUMBER,
    LARGEST_TOML,
    MOST_DOTS,
)
from tillit_eval.files.opening import read_whole

Trouble = Literal["absent", "closed", "letters", "syntax", "content"]


class Unreadable(Exception):
    """Why a file is not TOML that can be used; its readers say it in four lines.

    Attributes
    ----------
    trouble : str
        Which kind of trouble.
    found : str
        What was found, with its line; never what stands there.
    """

    def __init__(self, trouble: Trouble, found: str) -> None:
        self.trouble, self.found = trouble, found
        super().__init__(trouble)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, its text in NFC.

    Parameters
    ----------
    path : Path
        The file, in UTF-8.

    Returns
    -------
    dict
        Numbers are finite and no larger than a column of answers can hold.

    Raises
    ------
    Unreadable
        If it cannot be read; caught by every reader of such files.
    FileProblem
        If it is too large.
    """
    text = _text(path)
    if any(line.count(".") > MOST_DOTS for line in text.splitlines()):
        raise Unreadable("content", f"a line with more than {MOST_DOTS} points")
    found = _parsed(text)
    _check_values(found)
    return found


def _text(path: Path) -> str:
    try:
        data = read_whole(path, most=LARGEST_TOML)
        return unicodedata.normalize("NFC", data.decode("utf-8-sig"))
    except FileNotFoundError:
        raise Unreadable("absent", "no file at that path") from None
    except UnicodeError:
        raise Unreadable("letters", "letters that are not UTF-8") from None
    except (OSError, ValueError) as error:
        if hasattr(error, "to_fix"):
            raise
        raise Unreadable("closed", type(error).__name__) from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = str(error).rpartition("(")[2].rstrip(")")
    except RecursionError:
        raise Unreadable("content", "lists within lists without end") from None
    except ValueError:  # Python's own guard against numbers of endless length
        raise Unreadable("content", "a number with too many digits") from None
    raise Unreadable("syntax", f"a line that is not TOML, {place}")


def _check_values(tables: dict[str, Any]) -> None:
    """Refuse nesting and numbers that no study has, without recursion."""
    level: list[object] = [tables]
    for _ in range(DEEPEST):
        level = [part for whole in level for part in _parts(whole)]
        for value in level:
            _check_number(value)
        if not level:
            return
    raise Unreadable("content", f"more than {DEEPEST} levels of tables and lists")


def _parts(whole: object) -> list[object]:
    if isinstance(whole, dict):
        return list(whole.values())
    return whole if isinstance(whole, list) else []


def _check_number(value: object) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable("content", "a number that is infinite, or not a number")
    if isinstance(value, (int, float)) and abs(value) > LARGEST_NUMBER:
        raise Unreadable("content", "a number that is too large")
