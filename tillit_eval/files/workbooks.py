"""Is this workbook safe to unpack? Asked of its directory before anything is read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tillit_eval.errors import FileProblem
from tillit_eval.files.limits import (
    LARGEST_UNASKED,
    LARGEST_UNPACKED,
    MEBIBYTE,
    MOST_PARTS,
    MOST_UNPACKED_TIMES,
)

_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']*)""")
_OF_XML = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
# A workbook has no use for either; both are how XML is made to grow or to fetch.
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


def check_workbook(path: Path) -> None:
    """Refuse a workbook that would grow without end, or reach outside itself.

    Sizes are those of the directory of the file. Where it lies, no more is read
    than it says, and the check sum tells.

    Parameters
    ----------
    path : Path
        An .xlsx or .xlsm file.

    Raises
    ------
    FileProblem
        If it is no workbook, holds too much, or declares entities.
    """
    try:
        with zipfile.ZipFile(path) as parts:
            found = _grows(parts.infolist()) or _reaches_out(parts)
    except Exception as error:  # zipfile lets errors of many kinds through
        raise not_a_workbook(path, type(error).__name__) from None
    if found:
        raise FileProblem(
            f"'{path.name}' is not a workbook that is safe to open.",
            expected="what Excel writes: sheets of plain XML, "
            f"at most {LARGEST_UNPACKED // MEBIBYTE} MiB once unpacked",
            found=found,
            to_fix="ask who sent it; or open it in Excel and save it as CSV UTF-8",
        )


def not_a_workbook(path: Path, kind: str) -> FileProblem:
    """Return the error that says a file is no workbook, or a damaged one."""
    return FileProblem(
        f"'{path.name}' is not an Excel file that can be read.",
        expected="a workbook saved as .xlsx",
        found=f"a file that the reader gave up on ({kind})",
        to_fix="open it in Excel and save it as .xlsx, or export as CSV UTF-8",
    )


def _grows(parts: Iterable[zipfile.ZipInfo]) -> str:
    """Say what is too much by the directory alone; empty if nothing is."""
    listed = list(parts)
    if len(listed) > MOST_PARTS:
        return f"{len(listed)} parts"
    if sum(part.file_size for part in listed) > LARGEST_UNPACKED:
        return "more than that"
    if any(part.compress_type not in _PACKED for part in listed):
        return "a way of packing that Excel does not use"
    large = [part for part in listed if part.file_size > LARGEST_UNASKED]
    if any(p.file_size > MOST_UNPACKED_TIMES * p.compress_size for p in large):
        return f"a part that grows more than {MOST_UNPACKED_TIMES} times"
    return ""


def _reaches_out(parts: zipfile.ZipFile) -> str:
    """Say which part declares entities or hides its letters; empty if none does."""
    for name in parts.namelist():
        data = parts.read(name)
        stated = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
        if stated and stated[1].lower() not in _OF_XML:
            return "a part written in another encoding than UTF-8"
        if data.startswith(_UTF_16):
            return "a part written in another encoding than UTF-8"
        if _DOCTYPE.search(data):
            return "a part that declares entities of its own"
    return ""
