"""How wide the columns of a table in Word are, and how large its letters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tillit_eval.report.grid import Cell, Grid

TEXT_WIDTH_CM = 15.5
LETTERS_PT, DENSE_PT, SMALLEST_PT = 9.5, 8.5, 7.0

# A letter of that size, bold in the head, and the room on both sides of a cell.
_LETTER_CM, _BOLD = 0.2, 1.15
_WIDE_CM, _TIGHT_CM = 0.38, 0.16
_NARROWEST = 4.0
_DENSE = 0.5
_BREAK = re.compile(r"[ \n]+")
# How wide letters are beside the one that counts as 1; the widest of usual fonts.
_NARROW, _WIDE = "fijlrt.,:;!|'()[] ", "mwMW@%—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The measures of one table.

    Attributes
    ----------
    widths : tuple of float
        Width of each column, in centimetres.
    padding : float
        Room on the left and on the right in each cell together, in centimetres.
    letters : float
        Size of the letters, in points.
    """

    widths: tuple[float, ...]
    padding: float
    letters: float


def measure(grid: Grid) -> Measures:
    """Choose the widths of a table's columns from the words in them.

    Parameters
    ----------
    grid : Grid
        The table.

    Returns
    -------
    Measures
        As wide as the longest line where all fit on the page; else long lines are
        broken between words; else cells come closer and letters get smaller.

    Examples
    --------
    >>> measures = measure(Grid(body=[[Cell("a"), Cell("many words")]]))
    >>> measures.widths[0] < measures.widths[1], measures.letters
    (True, 9.5)
    """
    lines, words = [_NARROWEST] * grid.width, [_NARROWEST] * grid.width
    for cell, place in _placed(grid):
        wide = _BOLD if cell.head else 1.0
        longest = max(map(_letters, cell.text.split("\n")))
        lines[place] = max(lines[place], wide * longest)
        words[place] = max([words[place], *(wide * _letters(w) for w in _parts(cell))])
    padding, letters = _fit(words, lines)
    letter = _LETTER_CM * letters / LETTERS_PT
    spare = (TEXT_WIDTH_CM - grid.width * padding) / letter - sum(words)
    wanted = sum(lines) - sum(words)
    share = max(min(spare / wanted, 1.0), 0.0) if wanted else 0.0
    widths = [
        padding + letter * (word + share * (line - word))
        for word, line in zip(words, lines, strict=True)
    ]
    scale = min(TEXT_WIDTH_CM / sum(widths), 1.0) if widths else 1.0
    return Measures(
        widths=tuple(scale * width for width in widths),
        padding=padding,
        letters=letters,
    )


def _letters(text: str) -> float:
    """Return how many letters of common width a text is as wide as."""
    return sum(map(_letter, text))


def _letter(sign: str) -> float:
    if sign in _NARROW:
        return 0.65
    if sign in _WIDE:
        return 1.6
    return 1.2 if sign.isupper() else 1.05


def _placed(grid: Grid) -> list[tuple[Cell, int]]:
    """Return the cells of full rows with the column each stands in."""
    heads = [
        (Cell(cell.text, head=True), place)
        for row in grid.head
        if len(row) == grid.width
        for place, cell in enumerate(row)
    ]
    return heads + [
        (cell, place)
        for row in grid.body
        if len(row) == grid.width
        for place, cell in enumerate(row)
    ]


def _parts(cell: Cell) -> list[str]:
    """Return what Word does not break: words, with their non-breaking spaces."""
    return _BREAK.split(cell.text)


def _fit(words: list[float], lines: list[float]) -> tuple[float, float]:
    """Return the padding, and the size of letters at which no word is broken.

    A table of sentences, most of whose lines are broken, gets smaller letters too.
    """
    for padding in (_WIDE_CM, _TIGHT_CM):
        room = TEXT_WIDTH_CM - len(words) * padding
        size = LETTERS_PT * room / (_LETTER_CM * sum(words))
        if size >= LETTERS_PT:
            is_dense = room / _LETTER_CM < _DENSE * sum(lines)
            return padding, DENSE_PT if is_dense else LETTERS_PT
    return _TIGHT_CM, max(round(2 * size) / 2 - 0.5, SMALLEST_PT)
