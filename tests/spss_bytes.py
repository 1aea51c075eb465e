"""An SPSS file written byte by byte, so that each of its records can tell a lie.

The format is described by the PSPP project (Developers' Guide, System File Format).
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parent))

from exports_fixtures import small

SYSTEM_MISSING = -1.7976931348623157e308
NUMBER, LETTERS = (5 << 16) | (8 << 8), (1 << 16) | (8 << 8)
PAGE = 1252


class Spss:
    """The pieces of a file in one order of bytes: ``<`` little end first, or ``>``."""

    def __init__(self, order: str = "<") -> None:
        self.order = order

    def whole(self, *numbers: int) -> bytes:
        return struct.pack(f"{self.order}{len(numbers)}i", *numbers)

    def real(self, *numbers: float) -> bytes:
        return struct.pack(f"{self.order}{len(numbers)}d", *numbers)

    def header(
        self,
        *,
        magic: bytes = b"$FL2",
        layout: int = 2,
        packed: int = 0,
        weight: int = 0,
        cases: int = 3,
        bias: float = 100.0,
    ) -> bytes:
        head = magic + b"@(#) SPSS DATA FILE".ljust(60)
        head += self.whole(layout, 7, packed, weight, cases) + self.real(bias)
        return head + b"22 Nov 2612:00:00" + b" " * 64 + b"\0\0\0"

    def variable(
        self,
        name: str,
        width: int = 0,
        *,
        label: bytes = b"",
        has_label: int | None = None,
        length: int | None = None,
        missing: tuple[float, ...] = (),
        n_missing: int | None = None,
        rest: int | None = None,
    ) -> bytes:
        """Write a variable and the elements that a long text goes on in."""
        stated = len(missing) if n_missing is None else n_missing
        has = int(bool(label)) if has_label is None else has_label
        form = LETTERS if width else NUMBER
        data = self.whole(2, width, has, stated, form, form)
        data += name.encode("cp1252").ljust(8)
        if has:
            stated_length = len(label) if length is None else length
            data += self.whole(stated_length) + label + b" " * (-len(label) % 4)
        data += self.real(*missing)
        more = max(-(-width // 8) - 1, 0) if rest is None else rest
        return data + more * (self.whole(2, -1, 0, 0, LETTERS, LETTERS) + b" " * 8)

    def labels(
        self,
        codes: dict[bytes, bytes],
        places: tuple[int, ...],
        *,
        n: int | None = None,
        kind: int = 4,
    ) -> bytes:
        parts = [self.whole(3, len(codes) if n is None else n)]
        for code, label in codes.items():
            text = bytes([len(label)]) + label
            parts.append(code.ljust(8) + text + b" " * (-len(text) % 8))
        return b"".join([*parts, self.whole(kind, len(places), *places)])

    def extension(
        self, subtype: int, content: bytes, *, size: int = 1, count: int | None = None
    ) -> bytes:
        n = len(content) // size if count is None else count
        return self.whole(7, subtype, size, n) + content

    def integers(self, page: int = PAGE, *, size: int = 4, count: int = 8) -> bytes:
        order = 1 if self.order == ">" else 2
        content = self.whole(20, 0, 0, -1, 1, 1, order, page)
        return self.extension(3, content, size=size, count=count)

    def variables(self) -> bytes:
        """Seven elements: code, wave, unit in two, and three questions."""
        texts = [self.variable(n, w) for n, w in (("ID", 4), ("wave", 4), ("unit", 9))]
        items = [self.variable(n) for n in ("trust1", "trust2", "clear1")]
        return b"".join(texts + items)

    def end(self) -> bytes:
        return self.whole(999, 0)

    def rows(self) -> bytes:
        """Write the three people of `small`."""
        data = b""
        for code, wave, unit, *answers in small().to_numpy(dtype=object):
            data += code.encode().ljust(8) + wave.encode().ljust(8)
            data += unit.encode("cp1252").ljust(16)
            data += self.real(*(SYSTEM_MISSING if np.isnan(a) else a for a in answers))
        return data

    def file(
        self, *, head: bytes = b"", variables: bytes | None = None, more: bytes = b""
    ) -> bytes:
        """Put the pieces together; what is not given is sound."""
        known = self.variables() if variables is None else variables
        dictionary = (head or self.header()) + known + more
        return dictionary + self.end() + self.rows()
