"""Tables as shown in a notebook, read back as rows of cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

Part = Literal["head", "body", "foot"]

_NUMBER = re.compile(r"^[<>≤≥±+\-−(]*\s?[\d∞][\d\s\u00a0\u202f.,%]*\)?$")
_SPACE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text : str
        What stands in it.
    span : int
        Columns it covers.
    head : bool
        Whether it names a row or a column.
    """

    text: str
    span: int = 1
    head: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it holds one number or share, to set it right."""
        return bool(_NUMBER.match(self.text))


@dataclass(slots=True)
class Grid:
    """A table as rows, with what stands over and under it.

    Attributes
    ----------
    title, notes : list of str
        Lines over and under the table that belong to no column.
    head, body : list of list of Cell
        Rows that name the columns, and the others.
    """

    title: list[str] = field(default_factory=list)
    head: list[list[Cell]] = field(default_factory=list)
    body: list[list[Cell]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Number of columns."""
        rows = self.head + self.body
        return max((sum(cell.span for cell in row) for row in rows), default=0)


def read_grids(html: str) -> list[Grid]:
    """Read the tables of a piece of HTML.

    Parameters
    ----------
    html : str
        As pandas, Great Tables or a finding shows itself.

    Returns
    -------
    list of Grid
        Empty if there is no table. Words outside a table become its notes.

    Examples
    --------
    >>> html = "<table><tr><th>n</th></tr><tr><td>12</td></tr></table>"
    >>> read_grids(html)[0].body
    [[Cell(text='12', span=1, head=False)]]
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.grids


class _Reader(HTMLParser):
    """Collects rows; a full-width line in the head or foot is a title or a note."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.grids: list[Grid] = []
        self._rows: list[tuple[Part, list[Cell]]] = []
        self._part: Part = "body"
        self._words: list[str] = []
        self._span, self._head, self._silent = 1, False, 0
        self._in_table = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where in the table we are."""
        if tag in ("style", "script"):
            self._silent += 1
        elif tag == "table":
            self._outside()
            self._in_table, self._rows, self._part = True, [], "body"
        elif tag in ("thead", "tbody", "tfoot"):
            parts: dict[str, Part] = {"thead": "head", "tfoot": "foot"}
            self._part = parts.get(tag, "body")
        elif tag == "tr":
            self._rows.append((self._part, []))
        elif tag in ("td", "th", "caption"):
            span = dict(attrs).get("colspan") or "1"
            self._words, self._head = [], tag == "th"
            self._span = int(span) if span.isdigit() else 1
        elif tag == "br":
            self._words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Close a cell, or the table."""
        if tag in ("style", "script"):
            self._silent -= 1
        elif tag in ("td", "th") and self._rows:
            cell = Cell(self._said(), span=self._span, head=self._head)
            self._rows[-1][1].append(cell)
        elif tag == "caption":
            self._rows.append(("foot", [Cell(self._said())]))
        elif tag == "table" and self._in_table:
            self._in_table = False
            self.grids.append(_sorted(self._rows))
        elif tag in ("p", "div", "li") and not self._in_table:
            self._outside()

    def handle_data(self, data: str) -> None:
        """Collect words, in a cell or outside the table."""
        if not self._silent:
            self._words.append(_SPACE.sub(" ", data))

    def close(self) -> None:
        """Keep what was said after the last table."""
        super().close()
        self._outside()

    def _said(self) -> str:
        text, self._words = "".join(self._words), []
        return "\n".join(line.strip(" ") for line in text.split("\n")).strip()

    def _outside(self) -> None:
        text = self._said()
        if text and self.grids:
            self.grids[-1].notes.append(text)


def _sorted(rows: list[tuple[Part, list[Cell]]]) -> Grid:
    """Put rows where they belong; a first row of heads alone is the head."""
    grid = Grid()
    full = max((sum(cell.span for cell in row) for _, row in rows), default=0)
    for part, row in rows:
        texts = [cell.text for cell in row if cell.text]
        alone = len(row) == 1 and (row[0].span == full or part == "foot")
        heads = bool(row) and all(cell.head for cell in row) and not grid.body
        if part == "foot":
            grid.notes += texts
        elif part == "head" and alone and full > 1:
            grid.title += texts
        elif part == "head" or heads:
            grid.head.append(row)
        elif row:
            grid.body.append(row)
    return grid
