"""A plain Word document: native tables, captions that count, alt texts."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tillit_eval.files import replace_bytes
from tillit_eval.files.harmless import for_markdown, for_xml
from tillit_eval.phrases import Language, language, say
from tillit_eval.report.blocks import (
    Block,
    Picture,
    Prose,
    Said,
    Table,
    Text,
    is_synthetic,
    title_of,
)
from tillit_eval.report.grid import read_grids
from tillit_eval.report.paper import add_field, new_paper
from tillit_eval.report.typesetting import set_grid, set_markdown
from tillit_eval.report.widths import TEXT_WIDTH_CM

# So tall may a figure be and still leave room on the page for its caption.
_TALLEST_CM = 22.5


def write_word(
    blocks: Sequence[Block], path: str | Path, *, lang: Language | None = None
) -> Path:
    """Write a document as a plain Word file that can be edited further.

    Code is left out. Tables are Word tables, figures have a caption that Word
    numbers and an alt text, and synthetic data are marked on every page.

    Parameters
    ----------
    blocks : sequence of Block
        From `read_blocks` or `block_findings`.
    path : str or Path
        Where to write it. The file is there whole or not at all.
    lang : {"en", "sv"}, optional
        Language Word checks the spelling in, and of captions; the current one
        by default.

    Returns
    -------
    Path
        The file; the same blocks give the same bytes.

    Raises
    ------
    FileProblem
        If the place cannot be written to.

    See Also
    --------
    write_page : The same as a page for a browser.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_word([Prose("# Trust")], f"{folder}/trust.docx").read_bytes()[:2]
    b'PK'
    """
    lang = language(lang)
    mark = say("report.synthetic", lang) if is_synthetic(blocks) else ""
    paper = new_paper(title=for_xml(title_of(blocks)), mark=mark, lang=lang)
    n_figures = 0
    for block in blocks:
        if isinstance(block, Picture):
            n_figures += 1
            _set_picture(paper, block, number=n_figures, lang=lang)
        else:
            _set_block(paper, block)
    return replace_bytes(path, _without_times(paper))


def _set_block(paper: Any, block: Block) -> None:
    """Set one block; code stays out of a document for readers."""
    if isinstance(block, Prose):
        set_markdown(paper, block.markdown)
    elif isinstance(block, Said):
        set_markdown(paper, for_markdown(block.markdown), style="Said")
    elif isinstance(block, Table):
        for grid in read_grids(block.html):
            set_grid(paper, grid)
    elif isinstance(block, Text):
        paper.add_paragraph(for_xml(block.text), style="Printed")


def _set_picture(paper: Any, picture: Picture, *, number: int, lang: Language) -> None:
    """Place a figure that fits the page, with its alt text and caption."""
    from docx.shared import Cm

    holder = paper.add_paragraph(style="Figure")
    inline = holder.add_run().add_picture(BytesIO(picture.png))
    wide, high = inline.width, inline.height
    scale = min(1.0, Cm(TEXT_WIDTH_CM) / wide, Cm(_TALLEST_CM) / high)
    inline.width, inline.height = int(wide * scale), int(high * scale)
    about = inline._inline.docPr
    about.set("descr", for_xml(picture.alt))
    about.set("name", for_xml(picture.key) or f"figure {number}")
    caption = paper.add_paragraph(style="Caption")
    word = say("report.figure_word", lang)
    caption.add_run(f"{word} ").bold = True
    add_field(caption, f"SEQ {word} \\* ARABIC", shown=str(number), bold=True)
    caption.add_run(". ").bold = True
    caption.add_run(for_xml(picture.caption))


def _without_times(paper: Any) -> bytes:
    """Return the file with every time stamp set to the same one."""
    raw, fixed = BytesIO(), BytesIO()
    paper.save(raw)
    with ZipFile(raw) as old, ZipFile(fixed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            info.create_system = 3
            new.writestr(info, old.read(name))
    return fixed.getvalue()
