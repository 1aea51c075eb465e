"""An empty Word document in the house's style."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tillit_eval.phrases import Language

SERIF, SANS, MONO = "Cambria", "Calibri", "Consolas"
INK, SOFT = "1D2327", "5B656D"
TAGS: dict[Language, str] = {"en": "en-GB", "sv": "sv-SE"}
MADE = datetime(2020, 1, 1)

# Style, font, size in points, bold, space before and after in points.
_STYLES = (
    ("Title", SANS, 22, True, 0, 10),
    ("Heading 1", SANS, 15, True, 20, 6),
    ("Heading 2", SANS, 12.5, True, 14, 4),
    ("Heading 3", SANS, 11, True, 10, 3),
    ("Caption", SANS, 9, False, 2, 14),
    ("Quote", SERIF, 11, False, 4, 8),
    ("Said", SERIF, 11, False, 4, 10),
    ("Printed", MONO, 8.5, False, 4, 8),
    ("Figure", SERIF, 11, False, 10, 2),
    ("Table text", SANS, 9.5, False, 2, 2),
    ("Table title", SANS, 9.5, True, 10, 3),
    ("Table note", SANS, 8.5, False, 3, 12),
    ("Header", SANS, 8.5, False, 0, 0),
    ("Footer", SANS, 8.5, False, 0, 0),
)


def new_paper(*, title: str, mark: str, lang: Language) -> Any:
    """Return an empty A4 document with its styles, header and page numbers.

    Parameters
    ----------
    title : str
        For the document's properties.
    mark : str
        What stands at the top of every page; nothing if empty.
    lang : {"en", "sv"}
        Language Word checks the spelling in.

    Returns
    -------
    docx.document.Document
        Nothing in it depends on the time or the machine.

    Examples
    --------
    >>> new_paper(title="Trust", mark="", lang="sv").core_properties.language
    'sv-SE'
    """
    from docx import Document

    paper = Document()
    _set_page(paper, mark)
    for style in _STYLES:
        _set_style(paper, *style)
    _set_details(paper)
    _set_language(paper, TAGS[lang])
    about = paper.core_properties
    about.title, about.language, about.author = title, TAGS[lang], "tillit_eval"
    about.comments, about.created, about.modified = "", MADE, MADE
    return paper


def add_field(paragraph: Any, code: str, *, shown: str, bold: bool = False) -> None:
    """Add a field that Word fills in, such as a page or figure number.

    Parameters
    ----------
    paragraph : docx.text.paragraph.Paragraph
        Where to add it.
    code : str
        The field's code, such as ``PAGE``.
    shown : str
        What is shown until Word fills it in.
    bold : bool, default False
        Whether it is set in bold.

    Examples
    --------
    >>> paper = new_paper(title="", mark="", lang="en")
    >>> add_field(paper.add_paragraph(), "PAGE", shown="1")
    """
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" {code} ")
    run = paragraph.add_run(shown)
    run.bold = bold or None
    field.append(run._r)
    paragraph._p.append(field)


def _set_page(paper: Any, mark: str) -> None:
    """Set A4 with generous margins, the mark on top and the page number below."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.75)
    section.top_margin = section.bottom_margin = Cm(2.5)
    if mark:
        header = section.header.paragraphs[0]
        header.text, header.alignment = mark, WD_ALIGN_PARAGRAPH.RIGHT
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_field(footer, "PAGE", shown="1")


def _set_style(
    paper: Any, name: str, font: str, size: float, bold: bool, before: int, after: int
) -> None:
    """Set one paragraph style, making it where the template has none."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    known = {style.name for style in paper.styles}
    if name in known:
        style = paper.styles[name]
    else:
        style = paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = paper.styles["Normal"]
    _set_font(style, font)
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(INK)
    style.paragraph_format.space_before = Pt(before)
    style.paragraph_format.space_after = Pt(after)
    style.paragraph_format.line_spacing = 1.15


def _set_font(style: Any, font: str) -> None:
    """Name a font so that the template's theme does not overrule it."""
    from docx.oxml.ns import qn

    style.font.name = font
    fonts = style.element.rPr.rFonts
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _set_details(paper: Any) -> None:
    """Set what differs from style to style: indents, rules, what stays together."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    styles = paper.styles
    _set_font(styles["Normal"], SERIF)
    styles["Normal"].font.size = Pt(11)
    styles["Normal"].paragraph_format.space_after = Pt(8)
    styles["Normal"].paragraph_format.line_spacing = 1.2
    for rule in styles["Title"].element.iter(qn("w:pBdr")):
        rule.getparent().remove(rule)
    for name in ("Said", "Quote"):
        styles[name].paragraph_format.left_indent = Cm(0.7)
        _add_rule(styles[name], "left")
    for name in ("Figure", "Table title"):
        styles[name].paragraph_format.keep_with_next = True
    for name in ("Caption", "Table note", "Header", "Footer"):
        styles[name].font.color.rgb = RGBColor.from_string(SOFT)


def _add_rule(style: Any, side: str) -> None:
    """Draw a thin rule along one side of a style's paragraphs."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, rule = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for key, value in (("val", "single"), ("sz", "12"), ("space", "8")):
        rule.set(qn(f"w:{key}"), value)
    rule.set(qn("w:color"), "0B5A7D")
    borders.append(rule)
    spacing = style.element.get_or_add_pPr().find(qn("w:spacing"))
    spacing.addprevious(borders)


def _set_language(paper: Any, tag: str) -> None:
    """Tell Word which language to check the spelling in."""
    from docx.oxml.ns import qn

    for mark in paper.styles.element.iter(qn("w:lang")):
        mark.set(qn("w:val"), tag)
