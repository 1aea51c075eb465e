"""Does the dictionary of an SPSS file hold together? Asked before it is read in C.

The reader trusts the lengths and counts that a file states, and a torn file can stop
Python without a word. So its records are walked through first: each must lie in the
file, and point at variables that exist. The format is described by the PSPP project
(System File Format, PSPP Developers' Guide).
"""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from tillit_eval.files.limits import MOST_COLUMNS

_HEADER, _END = 176, 999
_WIDEST, _SEGMENT, _ELEMENT = 255, 252, 8
_LONGEST_LABEL = 65_535
_MOST_LABELS = 100_000
_MAGIC = (b"$FL2", b"$FL3")
# Subtypes of record 7.
_INTEGERS, _LONG_STRINGS, _ENCODING = 3, 14, 20


class Torn(Exception):
    """The records do not hold together; caught where the file is read."""


@dataclass(slots=True)
class Records:
    """A dictionary being walked through.

    Attributes
    ----------
    data : bytes
        The file.
    at : int
        Where the next record begins.
    order : str
        Of bytes, as `struct` writes it.
    widths : list of int
        Of each element of a case: 0 for a number, -1 for the rest of a long text.
    names : list of bytes
        Of each element.
    texts : list of bytes
        Codes in letters that have a label.
    page : int
        Number of the code page; 0 if none is stated.
    encoding : str
        Name of the encoding; empty if none is stated.
    """

    data: bytes
    at: int = 0
    order: str = "<"
    widths: list[int] = field(default_factory=list)
    names: list[bytes] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    page: int = 0
    encoding: str = ""

    def whole(self) -> int:
        """Read a whole number of four bytes."""
        return int(struct.unpack(f"{self.order}i", self.take(4))[0])

    def take(self, size: int) -> bytes:
        """Read so many bytes, which must be there."""
        if size < 0 or self.at + size > len(self.data):
            raise Torn
        self.at += size
        return self.data[self.at - size : self.at]


class Extent(NamedTuple):
    """How large a table will be, by what its file says of itself.

    Attributes
    ----------
    n_cases : int
        Rows it states; -1 if it states none.
    n_variables : int
        Columns; a very long text has several.
    case_size : int
        Bytes of one row once unpacked.
    """

    n_cases: int
    n_variables: int
    case_size: int


def check_records(data: bytes, encoding: str | None = None) -> Extent:
    """Walk through the dictionary of an SPSS file.

    Parameters
    ----------
    data : bytes
        The file.
    encoding : str, optional
        The encoding to read it in, instead of the one it states.

    Returns
    -------
    Extent
        How large it says it is.

    Raises
    ------
    Torn
        If a record does not fit in the file, or points at no variable.
    """
    records = Records(data)
    n_cases = _header(records)
    while (kind := records.whole()) != _END:
        reader = _READERS.get(kind)
        if reader is None:
            raise Torn
        reader(records)
    if not records.widths or _open_text(records):
        raise Torn
    _check_texts(records, encoding)
    n_variables = sum(width >= 0 for width in records.widths)
    return Extent(n_cases, n_variables, _ELEMENT * len(records.widths))


def _check_texts(records: Records, encoding: str | None) -> None:
    """Codes in letters must be letters: others stop the reader, and Python with it."""
    odd = [text for text in records.texts if not text.isascii()]
    if not odd:
        return
    pages = {0: "cp1252", 2: "cp1252", 3: "cp1252", 28591: "latin-1"}
    name = encoding or records.encoding
    name = name or pages.get(records.page, f"cp{records.page}")
    try:
        for text in odd:  # the last letter may be cut in half
            codecs.getincrementaldecoder(name)().decode(text.rstrip(b" \0"), False)
    except (ValueError, LookupError):
        raise Torn from None


def _header(records: Records) -> int:
    start = records.take(_HEADER)
    if start[:4] not in _MAGIC:
        raise Torn
    layout = start[64:68]
    records.order = "<" if layout[0] in (2, 3) else ">"
    code, _, packed, weight, n_cases = struct.unpack(f"{records.order}5i", start[64:84])
    bias = struct.unpack(f"{records.order}d", start[84:92])[0]
    if code not in (2, 3) or packed not in (0, 1, 2) or weight < 0 or n_cases < -1:
        raise Torn
    if not 0 <= bias <= 255 or (packed == 2) != (start[:4] == b"$FL3"):
        raise Torn
    return int(n_cases)


def _open_text(records: Records) -> bool:
    """Tell whether a long text lacks the elements that should follow it."""
    for at in range(len(records.widths) - 1, -1, -1):
        width = records.widths[at]
        if width >= 0:
            return at + max(-(-width // _ELEMENT), 1) != len(records.widths)
    return False


def _variable(records: Records) -> None:
    width, has_label, n_missing = (records.whole() for _ in range(3))
    records.take(8)
    name = records.take(8)
    if not -1 <= width <= _WIDEST or has_label not in (0, 1) or abs(n_missing) > 3:
        raise Torn
    if width == -1 and not _open_text(records):
        raise Torn
    if width >= 0 and _open_text(records):
        raise Torn
    if width > 0 and n_missing < 0:
        raise Torn
    if has_label:
        length = records.whole()
        if not 0 <= length <= _LONGEST_LABEL:
            raise Torn
        records.take(-(-length // 4) * 4)
    records.take(8 * abs(n_missing))
    records.widths.append(width)
    records.names.append(name.rstrip().upper())
    if len(records.widths) > MOST_COLUMNS * _WIDEST:
        raise Torn


def _labels(records: Records) -> None:
    n_labels = records.whole()
    if not 0 <= n_labels <= _MOST_LABELS:
        raise Torn
    codes = []
    for _ in range(n_labels):
        codes.append(records.take(8))
        length = records.take(1)[0]
        records.take(-(-(length + 1) // 8) * 8 - 1)
    if records.whole() != 4:
        raise Torn
    n_variables = records.whole()
    if not 0 < n_variables <= len(records.widths):
        raise Torn
    places = [records.whole() for _ in range(n_variables)]
    if not all(1 <= place <= len(records.widths) for place in places):
        raise Torn
    widths = [records.widths[place - 1] for place in places]
    are_texts = {width > 0 for width in widths}
    if not all(0 <= width <= _ELEMENT for width in widths) or len(are_texts) > 1:
        raise Torn
    if True in are_texts:
        records.texts += codes


def _document(records: Records) -> None:
    n_lines = records.whole()
    records.take(80 * n_lines)


def _extension(records: Records) -> None:
    subtype, size, count = (records.whole() for _ in range(3))
    if size < 0 or count < 0:
        raise Torn
    content = records.take(size * count)
    if subtype == _INTEGERS and (size, count) != (4, 8):
        raise Torn
    if subtype == _INTEGERS:
        records.page = struct.unpack(f"{records.order}8i", content)[7]
    if subtype == _ENCODING:
        records.encoding = content.decode("ascii", errors="replace").strip(" \0")
    if subtype == _LONG_STRINGS:
        _long_strings(records, content)


def _long_strings(records: Records, content: bytes) -> None:
    """Look whether each very long text has the segments that it claims."""
    places = {name: at for at, name in enumerate(records.names)}
    for entry in content.rstrip(b"\0\t ").split(b"\t"):
        name, _, stated = entry.rstrip(b"\0").partition(b"=")
        if not stated.strip().isdigit() or name.strip().upper() not in places:
            raise Torn
        at = places[name.strip().upper()]
        for _ in range(-(-int(stated[:9]) // _SEGMENT)):
            if at >= len(records.widths) or records.widths[at] <= 0:
                raise Torn
            at += -(-records.widths[at] // _ELEMENT)


_READERS = {2: _variable, 3: _labels, 6: _document, 7: _extension}
