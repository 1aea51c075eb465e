"""Where the names of the columns stand, among titles, questions and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tillit_eval.files.cells import as_text
from tillit_eval.files.texts import as_number, fold

# A header stands within the first rows; longer forewords are not exports.
_FOREWORD = 6
# So many rows are enough to see which texts are answers that come again.
_LOOKED_AT = 500
_FEWEST_ROWS = 5
_FEWEST_QUESTIONS = 3

Row = list[str]
Grid = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a header may say, so that it is found among titles and answers.

    Attributes
    ----------
    names : frozenset of str
        Folded names of columns.
    labels : frozenset of str
        Folded answer labels, which are never a header.
    by_shape : bool
        Whether there is no codebook yet, so that a header must be told by how it
        looks: no numbers in it, and no text that comes again below.
    questions : bool
        Whether the questions in words may stand under the names. A table of units
        or periods has none, and its first row may look like one.
    """

    names: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    by_shape: bool = False
    questions: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The names of the columns and where the answers begin.

    Attributes
    ----------
    names, titles : tuple of str
        The name of each column, and its other header (the question in words).
    first : int
        The first row of answers.
    is_sure : bool
        Whether these are names and cannot be what a person answered.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    first: int
    is_sure: bool


def find_header(grid: Grid, known: Known) -> Header | None:
    """Find the row of names at the top of a grid of cells.

    Parameters
    ----------
    grid : sequence of rows
        All rows of the same length.
    known : Known
        The names that may be expected.

    Returns
    -------
    Header or None
        None if the first rows hold nothing.
    """
    top = [_texts(row) for row in grid[: _FOREWORD + 3]]
    filled = [i for i, row in enumerate(top[:_FOREWORD]) if any(row)]
    if not filled:
        return None
    if known.by_shape:
        return _by_shape(top, filled, grid)
    return _by_name(top, filled, known)


def _texts(row: Sequence[object]) -> Row:
    return [as_text(cell) or "" for cell in row]


def _by_name(top: list[Row], filled: list[int], known: Known) -> Header:
    """Take the first row with the most known names, or the first with anything."""
    scores = [sum(fold(cell) in known.names for cell in top[i]) for i in filled]
    at = filled[int(np.argmax(scores))]
    titles = tuple(top[at - 1]) if at > 0 else ("",) * len(top[at])
    first = at + 1
    if known.questions and first < len(top) and _is_question_row(top, at, known):
        titles, first = tuple(top[first]), first + 1
    names = tuple(top[at])
    is_sure = any(fold(name) in known.names for name in (*names, *titles))
    first = _after_marks(top, first)
    return Header(names=names, titles=titles, first=first, is_sure=is_sure)


def _is_question_row(top: list[Row], header: int, known: Known) -> bool:
    """Tell whether the row under the names is questions in words, not answers."""
    under = [
        cell
        for name, cell in zip(top[header], top[header + 1], strict=True)
        if fold(name) in known.names
    ]
    named = [cell for cell in under if cell]
    is_answer = any(
        as_number(cell) is not None or fold(cell) in known.labels for cell in named
    )
    distinct = len(set(named)) == len(named)
    return (
        distinct and not is_answer and _are_questions(under) and len(top) > header + 2
    )


def _after_marks(top: list[Row], first: int) -> int:
    """Pass over the row of import marks that one survey tool writes."""
    is_mark = first < len(top) and any(c.startswith('{"ImportId"') for c in top[first])
    return first + int(is_mark)


def _by_shape(top: list[Row], filled: list[int], grid: Grid) -> Header:
    """Take the fullest row that looks like names, with its questions if it has any."""
    like = [i for i in filled if _looks_like_names(top[i], grid[i + 1 :])]
    widest = max((_n_filled(top[i]) for i in like or filled), default=0)
    wide = [i for i in like or filled if _n_filled(top[i]) >= 0.8 * widest]
    at, first, titles = wide[0], wide[0] + 1, [""] * len(top[wide[0]])
    if len(wide) > 1 and wide[1] == first and _are_a_pair(top[at], top[first], grid):
        other, first = wide[1], first + 1
        if len("".join(top[other])) < len("".join(top[at])):
            at, other = other, at
        titles = top[other]
    names = [name or title for name, title in zip(top[at], titles, strict=True)]
    return Header(
        names=tuple(names),
        titles=tuple(titles),
        first=_after_marks(top, first),
        is_sure=at in like,
    )


def _n_filled(row: Row) -> int:
    return sum(map(bool, row))


def _looks_like_names(row: Row, below: Grid) -> bool:
    """Tell whether no cell is a number, and none comes again in its own column."""
    named = [cell for cell in row if cell]
    if not named or any(as_number(cell) is not None for cell in named):
        return False
    if len(set(named)) < len(named):
        return False
    rows = [_texts(cells) for cells in below[:_LOOKED_AT]]
    again = (cell in {r[j] for r in rows} for j, cell in enumerate(row) if cell)
    return not any(again)


def _are_a_pair(one: Row, other: Row, grid: Grid) -> bool:
    """Tell whether one of two rows at the top holds the questions in words."""
    return len(grid) > _FEWEST_ROWS and (_are_questions(one) or _are_questions(other))


def _are_questions(row: Row) -> bool:
    in_words = sum(" " in cell for cell in row)
    return in_words >= max(_FEWEST_QUESTIONS, _n_filled(row) / 2)
