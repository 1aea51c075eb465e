"""The columns of an export, as far as a draft needs to know them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tillit_eval.errors import DataProblem, check_table
from tillit_eval.files.texts import NO_ANSWER, as_number, clean_text, fold

if TYPE_CHECKING:
    from tillit_eval.files.raw import RawTable

_LEADING_ZERO = re.compile(r"0\d+")
# A column with this share of numbers is one of codes with a few cells gone wrong.
_MOST_OF_THEM = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of an export.

    Attributes
    ----------
    name : str
        As the export calls it.
    title : str
        What the export says it is; empty where it says nothing.
    numbers : ndarray of float, shape (n_rows,), or None
        The cells, if at least nine in ten that are not empty are numbers.
    words : tuple of (str, int)
        The distinct cells in words with their counts, most frequent first. May be
        what a person wrote: never shown unchecked.
    texts : ndarray of object, shape (n_rows,), or None
        The cells as tidy text, None where empty, if `numbers` is None.
    labels : tuple of (str, int)
        Answer labels the export itself gives to codes.
    missing : tuple of int
        Codes the export itself declares missing.
    """

    name: str
    title: str = ""
    numbers: npt.NDArray[np.float64] | None = None
    words: tuple[tuple[str, int], ...] = ()
    texts: npt.NDArray[np.object_] | None = None
    labels: tuple[tuple[str, int], ...] = ()
    missing: tuple[int, ...] = ()

    @property
    def n_filled(self) -> int:
        """How many cells are not empty."""
        in_words = sum(n for _, n in self.words)
        if self.numbers is None:
            return in_words
        return in_words + int(np.count_nonzero(~np.isnan(self.numbers)))


def read_columns(
    frame_or_path: object, *, sheet: str | int | None, encoding: str | None
) -> tuple[Column, ...]:
    """Return the columns of a frame, or of a file of any kind that can be read."""
    from tillit_eval.files.headers import Known
    from tillit_eval.files.raw import from_frame
    from tillit_eval.files.reading import read_file

    nothing = Known(by_shape=True)
    if isinstance(frame_or_path, (str, Path)):
        table = read_file(frame_or_path, nothing, sheet=sheet, encoding=encoding)
    else:
        check_table(frame_or_path, table="answers")
        table = from_frame(frame_or_path, nothing)  # type: ignore[arg-type]
    _check_names(table)
    names = _distinct_names(table.names)
    return tuple(_column(table, place, name) for place, name in enumerate(names))


def _check_names(table: RawTable) -> None:
    """Refuse names that are numbers, or that may be what a person answered."""
    numbers = all(re.fullmatch(r"[\d.,-]+", name) for name in table.names)
    if table.names and (numbers or not table.has_header):
        found = "named by numbers only" if numbers else "and no row of names above them"
        raise DataProblem(
            "The columns have no names.",
            expected="a first row with names, or a table with named columns",
            found=f"{len(table.names)} columns {found}",
            to_fix="export again with variable names in the first row",
        )


def _distinct_names(names: Sequence[str]) -> list[str]:
    """Name columns without a name by their place, and tell repeated names apart."""
    seen: Counter[str] = Counter()
    told = []
    for place, name in enumerate(names):
        seen[name] += 1
        again = f"{name}.{seen[name] - 1}" if seen[name] > 1 else name
        told.append(again if name else f"column {place + 1}")
    return told


def _column(table: RawTable, place: int, name: str) -> Column:
    from tillit_eval.files.cells import as_text, distinct

    where, values = distinct(table.columns[place])
    read = [as_text(value) for value in values]
    texts = [None if text is None or fold(text) in NO_ANSWER else text for text in read]
    labels = tuple(
        (clean_text(text), int(code))
        for code, text in table.value_labels.get(place, {}).items()
        if float(code).is_integer()
    )
    numbers = _as_numbers(texts, where)
    in_words = np.array([*texts, None], dtype=object)[where]
    rest = in_words if numbers is None else in_words[np.isnan(numbers)]
    return Column(
        name=name,
        title=table.titles[place],
        numbers=numbers,
        words=_count(rest),
        texts=in_words if numbers is None else None,
        labels=labels,
        missing=_declared(table.declared_missing.get(place, ()), labels, numbers),
    )


def _as_numbers(
    texts: Sequence[str | None], where: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64] | None:
    """Return numbers, also from text with a decimal comma; None if most is words."""
    filled = [text for text in texts if text is not None]
    if any(map(_LEADING_ZERO.fullmatch, filled)):
        return None
    read = [None if text is None else as_number(text) for text in texts]
    numbers = np.array([*read, None], dtype=np.float64)[where]
    n_filled = np.count_nonzero(np.array([*texts, None], dtype=object)[where])
    if np.count_nonzero(~np.isnan(numbers)) < _MOST_OF_THEM * n_filled:
        return None
    return numbers


def _count(texts: npt.NDArray[np.object_]) -> tuple[tuple[str, int], ...]:
    counts = Counter(text for text in texts if text is not None)
    return tuple(counts.most_common())


def _declared(
    ranges: Sequence[tuple[float, float]],
    labels: tuple[tuple[str, int], ...],
    numbers: npt.NDArray[np.float64] | None,
) -> tuple[int, ...]:
    """Return the codes in use or with a label that the file declares missing."""
    seen = {code for _, code in labels}
    if numbers is not None:
        whole = np.unique(numbers[~np.isnan(numbers)])
        seen |= {int(code) for code in whole if code == int(code)}
    inside = (c for c in seen if any(low <= c <= high for low, high in ranges))
    return tuple(sorted(inside))
