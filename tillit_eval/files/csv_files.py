"""CSV as Swedish tools write it: any separator, any encoding, never mojibake."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tillit_eval.errors import FileProblem, few
from tillit_eval.files.harmless import as_written
from tillit_eval.files.headers import Known
from tillit_eval.files.limits import (
    LONGEST_LINE,
    MEBIBYTE,
    MOST_COLUMNS,
)
from tillit_eval.files.opening import check_extent, read_whole, too_many
from tillit_eval.files.raw import RawTable, from_grid

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Bytes that Western Windows text hardly has, and quote marks inside a word, mean
# another encoding (DOS, Mac): å, ä, ö lie there.
_ODD_BYTES = re.compile(
    rb"[\x81-\x84\x86-\x90\x95\x98-\x9f]|[A-Za-z][\x80\x85\x91\x93\x94][A-Za-z]"
)
_SEPARATORS = (";", "\t", ",", "|")
_HOLLOW = "".join(_SEPARATORS) + '" \r\n'
_SNIFFED_ROWS = 200


def read_csv_file(path: Path, known: Known, *, encoding: str | None) -> RawTable:
    """Read a text file with columns, whatever its separator and encoding.

    Parameters
    ----------
    path : Path
        The file.
    known : Known
        The names that may be expected.
    encoding : str or None
        None to find out.

    Returns
    -------
    RawTable
        Every cell as text.

    Raises
    ------
    FileProblem
        If the letters cannot be told with certainty, or the lines do not have
        the same number of cells.
    """
    text = decode(read_whole(path), encoding, file=path.name)
    separator, text = _stated_separator(text)
    if not text.strip(_HOLLOW):
        return from_grid([], known, file=path.name)
    _check_lines(text, file=path.name)
    separator = separator or sniff_separator(text)
    check_extent(path.name, text.count("\n"), text.count(separator))
    rows = _parse(text, separator, file=path.name)
    if "'" in text:
        rows = [[as_written(cell) for cell in row] for row in rows]
    return from_grid(_rectangle(rows, file=path.name), known, file=path.name)


def decode(data: bytes, encoding: str | None, *, file: str) -> str:
    """Turn bytes into text, or say that it cannot be done with certainty.

    Parameters
    ----------
    data : bytes
        The whole file.
    encoding : str or None
        The encoding if the user knows it.
    file : str
        Name of the file, for messages.

    Returns
    -------
    str
        Without byte order mark.

    Raises
    ------
    FileProblem
        If the encoding is unknown or does not fit.
    """
    tried = [encoding] if encoding else _guess_encodings(data)
    for name in tried:
        try:
            text = data.decode(name)
        except (ValueError, LookupError, TypeError):  # codecs have errors of their own
            continue
        if "\x00" not in text:
            return text.removeprefix("\ufeff")
    raise FileProblem(
        f"The letters of '{file}' cannot be read with certainty.",
        expected="UTF-8, UTF-16 or Western Windows text (cp1252)",
        found=f"bytes that do not fit {few(tried) if tried else 'any of these'}",
        to_fix="save the export as CSV UTF-8, or name its encoding, "
        'for example encoding="cp850"',
    )


def _guess_encodings(data: bytes) -> list[str]:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return [name]
    sample = data[:4096]
    if sample[1::2].count(0) > len(sample) // 4:
        return ["utf-16-le"]
    if sample[0::2].count(0) > len(sample) // 4:
        return ["utf-16-be"]
    return ["utf-8"] if _ODD_BYTES.search(data) else ["utf-8", "cp1252"]


def _stated_separator(text: str) -> tuple[str, str]:
    """Read the line ``sep=;`` that Excel puts first, if it is there."""
    stated = re.match(r'"?sep=([^\w"\r\n])"?\r?\n', text, flags=re.IGNORECASE)
    return (stated[1], text[stated.end() :]) if stated else ("", text)


def _check_lines(text: str, *, file: str) -> None:
    """Refuse a line that no row of answers fills."""
    is_long = len(text) > LONGEST_LINE
    if is_long and max(map(len, io.StringIO(text, newline=None))) > LONGEST_LINE:
        raise FileProblem(
            f"'{file}' has a line that is too long.",
            expected=f"at most {LONGEST_LINE // MEBIBYTE} million signs in a line",
            found="a longer one",
            to_fix="check that every row of answers is a line of its own",
        )


def sniff_separator(text: str) -> str:
    r"""Find the separator under which most lines have the same number of cells.

    Parameters
    ----------
    text : str
        The file.

    Returns
    -------
    str
        One of ``; tab , |``; a comma if there is only one column.

    Examples
    --------
    >>> sniff_separator("q1;q2\n1,5;2\n3;4\n")
    ';'
    """
    best, best_score = ",", (0.0, 0)
    for separator in _SEPARATORS:
        lengths = _lengths(text, separator)
        if not lengths:
            continue
        length, times = lengths.most_common(1)[0]
        score = (round(times / lengths.total(), 2), length)
        if length > 1 and score > best_score:
            best, best_score = separator, score
    return best


def _lengths(text: str, separator: str) -> Counter[int]:
    counted: Counter[int] = Counter()
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if any(row):
                counted[len(row)] += 1
            if counted.total() >= _SNIFFED_ROWS:
                break
    except csv.Error:  # what could be read decides; the rest is told when it is read
        return counted
    return counted


def _parse(text: str, separator: str, *, file: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        line, is_long = reader.line_num, "limit" in str(error)
    if is_long:
        raise FileProblem(
            f"'{file}' has a cell that is too long, or a quotation mark not closed.",
            expected=f"at most {csv.field_size_limit()} signs in a cell",
            found=f"more in the cell that ends on line {line} or later",
            to_fix="export the answers again, without long texts, or as an Excel file",
        )
    raise FileProblem(
        f"'{file}' has a quotation mark that is not closed.",
        expected="every quoted cell to end with a quotation mark",
        found=f"none before line {line}",
        to_fix="export the answers again, or save them as an Excel file",
    )


def _rectangle(rows: list[list[str]], *, file: str) -> Sequence[Sequence[str]]:
    """Give all rows the same length, or say which lines are broken."""
    filled = Counter(len(row) for row in rows if any(row))
    if not filled:
        return []
    width = filled.most_common(1)[0][0]
    if max(filled) > MOST_COLUMNS:
        raise too_many(file, "columns", MOST_COLUMNS, max(filled))
    start = next(i for i, row in enumerate(rows) if len(row) == width)
    broken = [
        line
        for line, row in enumerate(rows)
        if len(row) != width and any(row[width:] if len(row) > width else row)
        if line >= start or len(row) > width
    ]
    if broken:
        raise FileProblem(
            f"Some lines of '{file}' have another number of cells than the rest.",
            expected=f"{width} cells in every line",
            found=f"{len(broken)} such lines, numbers {few(n + 1 for n in broken)}",
            to_fix="export again with text in quotation marks, or as an Excel file",
        )
    if set(map(len, rows)) == {width}:
        return rows
    blank = [""] * width
    return [
        row[:width] if len(row) >= width else row + blank[len(row) :] for row in rows
    ]
