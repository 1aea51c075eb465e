"""How cells become text, numbers and names, the same for every kind of file."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Cells = npt.NDArray[Any]

# Zero-width characters and soft hyphens are invisible and come with copied text.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_NUMBER = re.compile(r"[+\-\u2212]?\d+(?:[.,]\d+)?")
# UTF-8 that was read as a Western 8-bit encoding and saved again.
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf…„–‰†]|â€|Â[\u00a0-\u00bf]|\ufffd")
NO_ANSWER = frozenset({"", "na", "n/a", "#n/a", "#null!", "nan", "null", ".", "-"})


def clean_text(text: str) -> str:
    r"""Return text in NFC, without invisible characters or outer space.

    Parameters
    ----------
    text : str
        As it stands in the file; spaces that do not break count as spaces.

    Returns
    -------
    str
        With single spaces inside and none outside.

    Examples
    --------
    >>> clean_text("\ufeffVård\u00a0 och  omsorg ")
    'Vård och omsorg'
    """
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())


def fold(text: str) -> str:
    """Return text as it is compared: clean, and without regard to case.

    Parameters
    ----------
    text : str
        A name, a label or a code.

    Returns
    -------
    str
        Never shown, only compared.

    Examples
    --------
    >>> fold(" STÄMMER  helt") == fold("Stämmer helt")
    True
    """
    return clean_text(text).casefold()


def as_number(text: str) -> float | None:
    """Read a number with decimal point or decimal comma.

    Parameters
    ----------
    text : str
        Clean text.

    Returns
    -------
    float or None
        None if the text is not a number and nothing but a number.

    Examples
    --------
    >>> as_number("3,0"), as_number("3 times")
    (3.0, None)
    """
    if not _NUMBER.fullmatch(text):
        return None
    return float(text.replace(",", ".").replace("\u2212", "-"))


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
        return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
    if isinstance(cell, dt.datetime):
        whole_day = cell.time() == dt.time()
        return cell.date().isoformat() if whole_day else cell.isoformat(sep=" ")
    if isinstance(cell, bytes):
        return clean_text(cell.decode("utf-8", errors="replace")) or None
    return clean_text(str(cell)) or None


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


def looks_garbled(text: str) -> bool:
    """Tell whether letters were read in the wrong encoding before they came here.

    Parameters
    ----------
    text : str
        A name or a label.

    Returns
    -------
    bool
        True for the marks that wrongly read letters leave.

    Examples
    --------
    >>> looks_garbled("rÃ¤tt"), looks_garbled("rätt")
    (True, False)
    """
    return not text.isascii() and _MOJIBAKE.search(text) is not None


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
    where, values = pd.factorize(cells)
    return np.asarray(where, dtype=np.int64), list(values)


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
