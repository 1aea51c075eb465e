"""A notebook, or findings, as a short list of kinds of blocks that can be set."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from tillit_eval.files.harmless import for_markdown
from tillit_eval.findings import Finding
from tillit_eval.phrases import Language, say

SYNTHETIC = re.compile(r"\bsynthetic\b|\bsyntetisk", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_TITLE = re.compile(r"^#[ \t]+(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prose:
    """What the author wrote.

    Attributes
    ----------
    markdown : str
        The text.
    """

    markdown: str


@dataclass(frozen=True, slots=True)
class Code:
    """What the author ran.

    Attributes
    ----------
    source : str
        Python.
    """

    source: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a finding says of itself.

    Attributes
    ----------
    markdown : str
        The sentences.
    """

    markdown: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was shown.

    Attributes
    ----------
    html : str
        The table with any notes under it.
    """

    html: str


@dataclass(frozen=True, slots=True)
class Text:
    """Anything shown as plain text.

    Attributes
    ----------
    text : str
        As it was printed.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure.

    Attributes
    ----------
    key : str
        Its id, such as ``fig-05-2``; empty where it has none.
    png : bytes
        The picture.
    alt : str
        What it shows, in words.
    """

    key: str
    png: bytes
    alt: str

    @property
    def caption(self) -> str:
        """The first sentence of `alt`, which says what kind of figure it is."""
        return _SENTENCE_END.split(self.alt, maxsplit=1)[0]


Block = Prose | Code | Said | Table | Text | Picture


def read_blocks(notebook: Any) -> tuple[Block, ...]:
    """Read what a notebook says, runs and shows, in order.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook as `nbformat.read` returns it.

    Returns
    -------
    tuple of Block
        Empty cells are left out; of an error only its kind is told.

    See Also
    --------
    block_findings : The same for findings without a notebook.

    Examples
    --------
    >>> from nbformat import v4
    >>> read_blocks(v4.new_notebook(cells=[v4.new_markdown_cell("# Trust")]))
    (Prose(markdown='# Trust'),)
    """
    blocks: list[Block] = []
    for cell in notebook.cells:
        source = str(cell.source).strip()
        if cell.cell_type == "markdown" and source:
            blocks.append(Prose(source))
        elif cell.cell_type == "code" and source:
            blocks.append(Code(source))
            blocks += [b for output in cell.outputs for b in _shown(output)]
    return tuple(blocks)


def block_findings(
    findings: Iterable[Finding], *, title: str, lang: Language | None = None
) -> tuple[Block, ...]:
    """Lay out findings as a title, a table of what they say, and how they were made.

    Parameters
    ----------
    findings : iterable of Finding
        In reading order. Each sentence obeys the floor.
    title : str
        The heading.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    tuple of Block
        A heading and one table.

    See Also
    --------
    read_blocks : The same for a notebook.

    Examples
    --------
    >>> block_findings([], title="Nothing yet")[0]
    Prose(markdown='# Nothing yet')
    """
    heads = "".join(
        f"<th>{escape(say(f'report.{name}', lang))}</th>"
        for name in ("column_what", "column_says", "column_how")
    )
    rows = "".join(_finding_row(finding, lang) for finding in findings)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return (Prose(f"# {for_markdown(title)}"), Table(table))


def _finding_row(finding: Finding, lang: Language | None) -> str:
    method = finding.method.say(lang) if finding.method else ""
    because = finding.because.say(lang) if finding.because else ""
    how = " ".join(part for part in (method, because) if part)
    cells = (finding.name(lang), finding.sentence(lang), how)
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def title_of(blocks: Iterable[Block], *, otherwise: str = "") -> str:
    r"""Return the first heading of the highest level.

    Parameters
    ----------
    blocks : iterable of Block
        What the document holds.
    otherwise : str, default ""
        What to return where there is no such heading.

    Returns
    -------
    str
        The heading without its mark.

    Examples
    --------
    >>> title_of([Prose("# Trust\n\nIn short.")])
    'Trust'
    """
    for block in blocks:
        found = _TITLE.search(block.markdown) if isinstance(block, Prose) else None
        if found:
            return found.group(1).strip()
    return otherwise


def is_synthetic(blocks: Iterable[Block]) -> bool:
    """Tell whether anything shown says that it comes from synthetic data.

    Parameters
    ----------
    blocks : iterable of Block
        What the document holds; prose does not count.

    Returns
    -------
    bool
        True if one output carries the mark.

    Examples
    --------
    >>> is_synthetic([Prose("Synthetic?"), Said("Trust rose. (Synthetic data.)")])
    True
    """
    return any(SYNTHETIC.search(text) for text in map(_words, blocks))


def _words(block: Block) -> str:
    if isinstance(block, Said):
        return block.markdown
    if isinstance(block, Table):
        return block.html
    if isinstance(block, Picture):
        return block.alt
    return block.text if isinstance(block, Text) else ""


def _shown(output: Any) -> Iterator[Block]:
    """Turn one output into the richest block a reader can use."""
    if output.output_type == "error":
        yield Text(str(output.ename))
    elif output.output_type == "stream":
        if output.name == "stdout" and output.text.strip():
            yield Text(output.text.rstrip())
    elif "image/png" in output.data:
        yield _picture(output)
    elif "text/markdown" in output.data:
        yield Said(output.data["text/markdown"])
    elif "text/html" in output.data:
        yield Table(output.data["text/html"])
    elif "text/plain" in output.data:
        yield Text(output.data["text/plain"])


def _picture(output: Any) -> Picture:
    about = output.metadata.get("tillit", {})
    alt = output.metadata.get("image/png", {}).get("alt", "")
    png = base64.b64decode(output.data["image/png"])
    return Picture(key=about.get("figure", ""), png=png, alt=alt)
