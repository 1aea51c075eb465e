"""Does a chapter say today what it said when it was committed?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import zip_longest
from typing import Any, Literal

from tillit_eval.chapter.telling import Told

Kind = Literal["number", "text", "figure", "missing"]

TOLERANCE = 1e-6
_NUMBER = re.compile(r"[-+\u2212]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was.

    Attributes
    ----------
    cell : int
        The cell, counted from 1 as a reader would.
    kind : {"number", "text", "figure", "missing"}
        What differs; ``missing`` is an output that only one run has.
    committed, fresh : str
        The number then and now; empty for words, which are never repeated.
    """

    cell: int
    kind: Kind
    committed: str = ""
    fresh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """How much of a chapter came out as it was committed.

    Attributes
    ----------
    name : str
        The chapter's file name without its ending.
    n_numbers, n_numbers_same : int
        Numbers a reader sees, in all and within 1e-6 of the committed ones.
    n_texts, n_texts_same : int
        Outputs in words, in all and word for word the same.
    n_figures, n_figures_same : int
        Numbered figures, in all and with the same data and words behind them.
    differences : tuple of Difference
        What differs, in reading order.
    stopped : str
        Why the chapter did not run to its end; empty if it did.
    told : Told
        What it shows of people, beside the other chapters of the build.
    """

    name: str
    n_numbers: int
    n_numbers_same: int
    n_texts: int
    n_texts_same: int
    n_figures: int
    n_figures_same: int
    differences: tuple[Difference, ...]
    stopped: str = ""
    told: Told = field(default_factory=Told)

    @property
    def same(self) -> bool:
        """Whether it ran to its end and nothing differs."""
        return not self.differences and not self.stopped


def compare_chapters(committed: Any, fresh: Any, *, name: str = "") -> Reproduction:
    """Compare what two runs of the same notebook show.

    Parameters
    ----------
    committed, fresh : NotebookNode
        The run to trust and the run to check.
    name : str, optional
        What to call the chapter.

    Returns
    -------
    Reproduction
        Numbers are compared to 1e-6 (relative above 1, absolute below), text
        exactly, pictures by the data and the words behind them.

    See Also
    --------
    reproduce_chapters : Makes the fresh run as well.

    Examples
    --------
    >>> from nbformat import v4
    >>> def book(said):
    ...     shown = v4.new_output("stream", name="stdout", text=said)
    ...     return v4.new_notebook(cells=[v4.new_code_cell("x", outputs=[shown])])
    >>> found = compare_chapters(book("rose by 0.43"), book("rose by 0.44"))
    >>> found.n_numbers, found.n_numbers_same, found.differences[0].cell
    (1, 0, 1)
    """
    tally = _Tally()
    places = zip_longest(committed.cells, fresh.cells)
    for place, (old, new) in enumerate(places, start=1):
        for one, other in zip_longest(_outputs(old), _outputs(new)):
            tally.compare(place, one, other)
    return Reproduction(
        name=name,
        n_numbers=tally.n_numbers,
        n_numbers_same=tally.n_numbers - tally.count("number"),
        n_texts=tally.n_texts,
        n_texts_same=tally.n_texts - tally.count("text"),
        n_figures=tally.n_figures,
        n_figures_same=tally.n_figures - tally.count("figure"),
        differences=tuple(tally.differences),
    )


def visible_text(output: Any) -> str:
    """Return what a reader of one output sees, in words.

    Parameters
    ----------
    output : NotebookNode
        One output of a cell.

    Returns
    -------
    str
        The richest of Markdown, HTML (without its tags and styles) and plain
        text; of a figure its alt text; nothing for what is only a warning.

    Examples
    --------
    >>> from nbformat import v4
    >>> data = {"text/html": "<p>n = <b>12</b></p>", "text/plain": "<object>"}
    >>> visible_text(v4.new_output("display_data", data=data))
    'n = 12'
    """
    if output.output_type == "stream":
        return str(output.text) if output.name == "stdout" else ""
    if output.output_type == "error":
        return str(output.ename)
    if "image/png" in output.data:
        return str(output.metadata.get("image/png", {}).get("alt", ""))
    if "text/markdown" in output.data:
        return str(output.data["text/markdown"])
    if "text/html" in output.data:
        return _words_of(output.data["text/html"])
    return str(output.data.get("text/plain", ""))


class _Tally:
    """Counts what was compared and notes what differs."""

    def __init__(self) -> None:
        self.n_numbers = self.n_texts = self.n_figures = 0
        self.differences: list[Difference] = []

    def count(self, kind: Kind) -> int:
        """Return the number of differences of one kind."""
        return sum(difference.kind == kind for difference in self.differences)

    def compare(self, cell: int, one: Any | None, other: Any | None) -> None:
        """Compare two outputs of one cell; either may be absent."""
        if one is None or other is None:
            self.differences.append(Difference(cell=cell, kind="missing"))
        elif _is_figure(one) or _is_figure(other):
            self.n_figures += 1
            if not _same_figure(one, other):
                self.differences.append(Difference(cell=cell, kind="figure"))
        else:
            self._compare_text(cell, visible_text(one), visible_text(other))

    def _compare_text(self, cell: int, one: str, other: str) -> None:
        """Compare words exactly and the numbers between them to 1e-6."""
        self.n_texts += 1
        before, after = _NUMBER.findall(one), _NUMBER.findall(other)
        self.n_numbers += len(before)
        if _between(one) != _between(other):
            self.differences.append(Difference(cell=cell, kind="text"))
        for old, new in zip(before, after, strict=False):
            if not _close(_value(old), _value(new)):
                self.differences.append(
                    Difference(cell=cell, kind="number", committed=old, fresh=new)
                )


def _outputs(cell: Any | None) -> Iterable[Any]:
    """Return the outputs of a cell that a reader sees."""
    if cell is None or cell.cell_type != "code":
        return ()
    return [output for output in cell.outputs if _is_shown(output)]


def _is_shown(output: Any) -> bool:
    return not (output.output_type == "stream" and output.name == "stderr")


def _is_figure(output: Any) -> bool:
    return "image/png" in output.get("data", {})


def _same_figure(one: Any, other: Any) -> bool:
    """Compare two pictures by the data and the words behind them."""
    if not (_is_figure(one) and _is_figure(other)):
        return False
    if _between(visible_text(one)) != _between(visible_text(other)):
        return False
    old, new = (output.metadata.get("tillit", {}) for output in (one, other))
    cells = list(zip_longest(_cells(old), _cells(new), fillvalue=_NOTHING))
    return bool(cells) and all(_same_cell(a, b) for a, b in cells)


_NOTHING = object()


def _cells(about: Any) -> Iterator[object]:
    """Go through a figure's id, the columns and the cells of its data."""
    if about:
        yield about["figure"]
        yield from about["data"]["columns"]
        for row in about["data"]["rows"]:
            yield from row


def _same_cell(one: object, other: object) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return _close(float(one), float(other))
    return one == other


def _close(one: float, other: float) -> bool:
    if math.isnan(one) and math.isnan(other):
        return True
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _value(written: str) -> float:
    return float(written.replace("\u2212", "-").replace(",", "."))


def _between(text: str) -> list[str]:
    """Return the words between the numbers."""
    return [_SPACE.sub(" ", part).strip() for part in _NUMBER.split(text)]


class _Words(HTMLParser):
    """Collects the words of a piece of HTML, each cell set apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        """Set cells and lines apart; skip styles."""
        self._silent += tag in ("style", "script")
        if tag in ("td", "th", "tr", "p", "br", "div", "li"):
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Leave a style."""
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if not self._silent:
            self.words.append(data)


def _words_of(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    reader.close()
    return _SPACE.sub(" ", "".join(reader.words)).strip()
