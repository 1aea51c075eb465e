"""Markdown and tables, set in a Word document."""

from __future__ import annotations

from html import unescape
from typing import Any

from tillit_eval.files.harmless import for_xml, harmless
from tillit_eval.report.grid import Cell, Grid
from tillit_eval.report.widths import LETTERS_PT, Measures, measure

# What stands in a cell of numbers where there is none.
_NOTHING = ("", "–", "—", "-")
# A table of so many rows is not broken over pages.
_SHORT = 15
_HEADINGS = {1: "Title", 2: "Heading 1", 3: "Heading 2"}


def set_markdown(paper: Any, text: str, *, style: str = "Normal") -> None:
    """Set a piece of Markdown: headings, paragraphs, lists, quotes, tables.

    Parameters
    ----------
    paper : docx.document.Document
        The document, as `new_paper` returns it.
    text : str
        Markdown.
    style : str, default "Normal"
        Style of its paragraphs.

    Examples
    --------
    >>> from tillit_eval.report.paper import new_paper
    >>> paper = new_paper(title="", mark="", lang="en")
    >>> set_markdown(paper, "Trust *rose*.")
    >>> paper.paragraphs[-1].text
    'Trust rose.'
    """
    import mistune

    read = mistune.create_markdown(renderer=None, plugins=["table"])
    for token in read(text):
        if isinstance(token, dict):
            _set_token(paper, token, style)


def set_grid(paper: Any, grid: Grid) -> None:
    """Set a table with rules over and under its head and at its end.

    Parameters
    ----------
    paper : docx.document.Document
        The document, as `new_paper` returns it.
    grid : Grid
        The table. Its first rows are repeated on every page it runs over.

    Examples
    --------
    >>> from tillit_eval.report.paper import new_paper
    >>> paper = new_paper(title="", mark="", lang="en")
    >>> set_grid(paper, Grid(head=[[Cell("n", head=True)]], body=[[Cell("12")]]))
    >>> paper.tables[0].cell(1, 0).text
    '12'
    """
    for line in map(for_xml, grid.title):
        paper.add_paragraph(line, style="Table title")
    rows = grid.head + grid.body
    if rows and grid.width:
        table = paper.add_table(rows=len(rows), cols=grid.width)
        numeric = _numeric_columns(grid)
        for place, row in enumerate(rows):
            _fill_row(table.rows[place], row, numeric, head=place < len(grid.head))
        _keep_together(table, n_rows=len(rows) - 1 if len(rows) <= _SHORT else 0)
        _rule_rows(table, len(grid.head))
        _set_widths(table, measure(grid))
    for line in map(for_xml, grid.notes or [""]):
        paper.add_paragraph(line, style="Table note")


def _set_widths(table: Any, measures: Measures) -> None:
    """Give columns their widths, cells their room and letters their size."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    table.autofit = False
    room = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(round(measures.padding / 2 * 567)))
        margin.set(qn("w:type"), "dxa")
        room.append(margin)
    table._tbl.tblPr.append(room)
    for column, width in zip(table.columns, measures.widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
            if measures.letters < LETTERS_PT:
                for run in cell.paragraphs[0].runs:
                    run.font.size = Pt(measures.letters)


def _set_token(paper: Any, token: dict[str, Any], style: str) -> None:
    """Set one block of Markdown."""
    kind = token["type"]
    if kind == "heading":
        level = token["attrs"]["level"]
        paragraph = paper.add_paragraph(style=_HEADINGS.get(level, "Heading 3"))
        _add_inline(paragraph, token["children"])
    elif kind in ("paragraph", "block_text"):
        _add_inline(paper.add_paragraph(style=style), token["children"])
    elif kind == "list":
        _set_list(paper, token, depth=1, first=_new_numbering(paper, token))
    elif kind == "block_quote":
        for child in token["children"]:
            _set_token(paper, child, "Quote")
    elif kind == "block_code":
        paper.add_paragraph(for_xml(token["raw"].rstrip()), style="Printed")
    elif kind == "table":
        set_grid(paper, _grid_of(token))


def _set_list(paper: Any, token: dict[str, Any], *, depth: int, first: Any) -> None:
    """Set a list, and the lists in it one step further in."""
    kind = "List Number" if token["attrs"]["ordered"] else "List Bullet"
    style = kind if depth == 1 else f"{kind} {min(depth, 3)}"
    for item in token["children"]:
        for child in item["children"]:
            if child["type"] == "list":
                inner = _new_numbering(paper, child) if depth == 1 else None
                _set_list(paper, child, depth=depth + 1, first=inner)
            elif child.get("children"):
                paragraph = paper.add_paragraph(style=style)
                paragraph.paragraph_format.space_after = 40_000
                _add_inline(paragraph, child["children"])
                if first is not None and depth == 1:
                    _number_from_one(paragraph, first)


def _new_numbering(paper: Any, token: dict[str, Any]) -> Any:
    """Return a numbering that starts at one, for an ordered list."""
    if not token["attrs"]["ordered"]:
        return None
    known = paper.part.numbering_part.element
    used = paper.styles["List Number"].element.pPr.numPr.numId.val
    kind = known.num_having_numId(used).abstractNumId.val
    fresh = known.add_num(kind)
    fresh.add_lvlOverride(ilvl=0).add_startOverride(1)
    return fresh.numId


def _number_from_one(paragraph: Any, numbering: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = numbering


def _add_inline(
    paragraph: Any,
    tokens: list[dict[str, Any]],
    *,
    bold: bool = False,
    it: bool = False,
) -> None:
    """Add words with their weight, slant, code and links."""
    for token in tokens:
        kind = token["type"]
        if kind == "link":
            words = _plain(token["children"])
            _add_link(paragraph, words, token["attrs"]["url"])
        elif kind in ("strong", "emphasis"):
            _add_inline(
                paragraph,
                token["children"],
                bold=bold or kind == "strong",
                it=it or kind == "emphasis",
            )
        elif kind == "linebreak":
            paragraph.add_run().add_break()
        else:
            run = paragraph.add_run(_plain([token]))
            run.bold, run.italic = bold or None, it or None
            if kind == "codespan":
                run.font.name = "Consolas"


def _plain(tokens: list[dict[str, Any]]) -> str:
    """Return the words of inline Markdown."""
    words = []
    for token in tokens:
        if token["type"] == "softbreak":
            words.append(" ")
        elif token["type"] != "inline_html":
            raw = token.get("raw", "")
            said = unescape(raw) if token["type"] == "text" else raw
            words.append(for_xml(said) or _plain(token.get("children", [])))
    return "".join(words)


def _add_link(paragraph: Any, words: str, address: str) -> None:
    """Add a link that can be followed; one within the project is words only."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    run = paragraph.add_run(words)
    if not address.startswith(("http://", "https://", "mailto:")):
        return
    run.font.color.rgb, run.font.underline = RGBColor.from_string("0B5A7D"), True
    kind = RELATIONSHIP_TYPE.HYPERLINK
    target = paragraph.part.relate_to(address, kind, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), target)
    link.append(run._r)
    paragraph._p.append(link)


def _grid_of(token: dict[str, Any]) -> Grid:
    """Return a Markdown table as rows."""
    head, body = token["children"][0], token["children"][1:]
    grid = Grid(head=[_cells(head["children"], head=True)])
    for part in body:
        grid.body += [_cells(row["children"], head=False) for row in part["children"]]
    return grid


def _cells(tokens: list[dict[str, Any]], *, head: bool) -> list[Cell]:
    return [Cell(_plain(token["children"]), head=head) for token in tokens]


def _numeric_columns(grid: Grid) -> set[int]:
    """Return the columns whose cells are all numbers, to be set right."""
    columns: dict[int, list[Cell]] = {}
    for row in grid.body:
        if len(row) == grid.width:
            for place, cell in enumerate(row):
                if cell.text not in _NOTHING:
                    columns.setdefault(place, []).append(cell)
    return {
        place
        for place, cells in columns.items()
        if all(cell.is_number and not cell.head for cell in cells)
    }


def _fill_row(target: Any, row: list[Cell], numeric: set[int], *, head: bool) -> None:
    """Write one row; a cell over several columns is merged."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    cells, place = target.cells, 0
    for cell in row:
        last = min(place + cell.span, len(cells)) - 1
        holder = cells[place].merge(cells[last]) if last > place else cells[place]
        paragraph = holder.paragraphs[0]
        paragraph.style = "Table text"
        words = for_xml(harmless(cell.text, signed=True))
        paragraph.add_run(words).bold = head or None
        paragraph.paragraph_format.keep_with_next = head or None
        if place in numeric and cell.span == 1:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        place = last + 1


def _keep_together(table: Any, *, n_rows: int) -> None:
    """Keep the first rows of a table on the page of the row after them."""
    for row in list(table.rows)[:n_rows]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _rule_rows(table: Any, n_head: int) -> None:
    """Draw the three rules, repeat the head, and keep each row on one page."""
    last = len(table.rows) - 1
    for place, row in enumerate(table.rows):
        _mark_row(row, repeat=place < n_head)
        sides = {"top": place == 0, "bottom": place in (n_head - 1, last)}
        drawn = [side for side, wanted in sides.items() if wanted]
        for cell in row.cells:
            _rule_cell(cell, drawn)


def _mark_row(row: Any, *, repeat: bool) -> None:
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeat:
        properties.append(OxmlElement("w:tblHeader"))


def _rule_cell(cell: Any, sides: list[str]) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = cell._tc.get_or_add_tcPr()
    for old in properties.findall(qn("w:tcBorders")):
        properties.remove(old)
    borders = OxmlElement("w:tcBorders")
    for side in sides:
        rule = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "6"), ("color", "1D2327")):
            rule.set(qn(f"w:{key}"), value)
        borders.append(rule)
    properties.append(borders)
