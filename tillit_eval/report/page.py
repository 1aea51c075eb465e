"""A chapter as one page that needs no network and prints well."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib import import_module, resources
from pathlib import Path

from tillit_eval.files import replace_text
from tillit_eval.files.harmless import for_markdown
from tillit_eval.phrases import Language, language, say
from tillit_eval.report.blocks import (
    Block,
    Code,
    Picture,
    Prose,
    Said,
    Table,
    Text,
    is_synthetic,
    title_of,
)

_ELSEWHERE = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|@import[^;]*;", re.IGNORECASE | re.DOTALL
)
# Nothing on a page runs, and nothing is fetched, whatever a name or a label holds.
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)
_SECTION = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_NUMBER = re.compile(r"<td>(?=[-+\u2212]?\d[\d\s.,%\u00a0]*</td>)")
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the index of pages.

    Attributes
    ----------
    file : str
        The page's file name.
    title : str
        Its heading.
    synthetic : bool
        Whether its data are synthetic.
    n_figures : int
        Numbered figures on it.
    """

    file: str
    title: str
    synthetic: bool = False
    n_figures: int = 0


def write_page(
    blocks: Sequence[Block],
    path: str | Path,
    *,
    lang: Language | None = None,
    home: str = "",
    figures: str = "",
) -> Path:
    """Write a document as one HTML page.

    Parameters
    ----------
    blocks : sequence of Block
        From `read_blocks` or `block_findings`.
    path : str or Path
        Where to write it. The file is there whole or not at all.
    lang : {"en", "sv"}, optional
        Language of the page's own words; the current one by default.
    home : str, optional
        Address of the index, for a link back.
    figures : str, optional
        Address of the folder that holds each figure as PNG, SVG and CSV.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileProblem
        If the place cannot be written to.

    See Also
    --------
    write_word : The same as a Word document.
    write_index : The list of several pages.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = write_page([Prose("# Trust")], f"{folder}/trust.html", lang="en")
    ...     "<h1>Trust</h1>" in page.read_text(encoding="utf-8")
    True
    """
    text = render_page(blocks, lang=lang, home=home, figures=figures)
    return replace_text(path, text)


def render_page(
    blocks: Sequence[Block],
    *,
    lang: Language | None = None,
    home: str = "",
    figures: str = "",
) -> str:
    """Return a document as HTML that fetches nothing from anywhere.

    Parameters
    ----------
    blocks : sequence of Block
        From `read_blocks` or `block_findings`.
    lang : {"en", "sv"}, optional
        Language of the page's own words; the current one by default.
    home : str, optional
        Address of the index, for a link back.
    figures : str, optional
        Address of the folder of figures.

    Returns
    -------
    str
        The same for the same blocks, to the byte.

    Examples
    --------
    >>> "<html lang='sv'>" in render_page([Prose("# Tillit")], lang="sv")
    True
    """
    lang = language(lang)
    parts = [_block(block, lang, figures) for block in _with_code_joined(blocks)]
    body, sections = _with_sections("\n".join(part for part in parts if part))
    name = escape(say("report.contents", lang))
    listed = "".join(f"<li><a href='#{key}'>{text}</a></li>" for key, text in sections)
    contents = (
        f"<nav class='contents' aria-label='{name}'><ol>{listed}</ol></nav>"
        if len(sections) > 2
        else ""
    )
    return _document(
        title=title_of(blocks, otherwise=say("report.untitled", lang)),
        body=body.replace("</h1>", f"</h1>\n{contents}", 1),
        lang=lang,
        home=home,
        synthetic=is_synthetic(blocks),
    )


def write_index(
    entries: Iterable[Entry], path: str | Path, *, lang: Language | None = None
) -> Path:
    """Write the list of the pages.

    Parameters
    ----------
    entries : iterable of Entry
        In reading order.
    path : str or Path
        Where to write it, beside the pages.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileProblem
        If the place cannot be written to.

    See Also
    --------
    write_page : One of the pages.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     index = write_index([Entry(file="a.html", title="A")], f"{folder}/i.html")
    ...     "href='a.html'" in index.read_text(encoding="utf-8")
    True
    """
    lang = language(lang)
    title = say("report.index_title", lang)
    items = "".join(_entry(entry, lang) for entry in entries)
    body = (
        f"<h1>{escape(title)}</h1><p>{escape(say('report.index_lead', lang))}</p>"
        f"<ul class='chapters'>{items}</ul>"
    )
    text = _document(title=title, body=body, lang=lang, home="", synthetic=False)
    return replace_text(path, text)


def _entry(entry: Entry, lang: Language) -> str:
    notes = [say("report.n_figures", lang, n=entry.n_figures)]
    if entry.synthetic:
        notes.append(say("report.synthetic_short", lang))
    link = f"<a href='{escape(entry.file)}'>{_inline(entry.title)}</a>"
    return f"<li>{link} <small>{escape(' · '.join(notes))}</small></li>"


def _document(
    *, title: str, body: str, lang: Language, home: str, synthetic: bool
) -> str:
    css = resources.files("tillit_eval.report").joinpath("page.css")
    back = f"<a href='{home}'>{escape(say('report.home', lang))}</a>" if home else ""
    mark = escape(say("report.synthetic", lang)) if synthetic else ""
    banner = f"<p class='mark' role='note'>{mark}</p>" if mark else ""
    plain = escape(_TAG.sub("", _inline(title)))
    return (
        f"<!DOCTYPE html>\n<html lang='{lang}'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<meta http-equiv='Content-Security-Policy' content=\"{_POLICY}\">\n"
        f"<title>{plain}</title>\n"
        f"<style>\n{css.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
        f"<header class='top'>{back}{banner}</header>\n"
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _with_code_joined(blocks: Iterable[Block]) -> list[Block]:
    """Join code that nothing stands between, so that it is folded once."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if isinstance(block, Code) and isinstance(last, Code):
            joined[-1] = Code(f"{last.source}\n\n{block.source}")
        else:
            joined.append(block)
    return joined


def _with_sections(body: str) -> tuple[str, list[tuple[str, str]]]:
    """Give each section an address that the list of contents can point at."""
    sections: list[tuple[str, str]] = []

    def numbered(heading: re.Match[str]) -> str:
        key = f"section-{len(sections) + 1}"
        sections.append((key, _TAG.sub("", heading.group(1))))
        return f"<h2 id='{key}'>{heading.group(1)}</h2>"

    return _SECTION.sub(numbered, body), sections


def _block(block: Block, lang: Language, figures: str) -> str:
    """Return one block as HTML."""
    if isinstance(block, Prose):
        return _markdown(block.markdown)
    if isinstance(block, Said):
        return f"<div class='said'>{_markdown(for_markdown(block.markdown))}</div>"
    if isinstance(block, Table):
        html = _NUMBER.sub("<td class='number'>", _ELSEWHERE.sub("", block.html))
        return f"<div class='table'>{html}</div>"
    if isinstance(block, Text):
        return f"<pre class='text'>{escape(block.text)}</pre>"
    if isinstance(block, Code):
        return _code(block.source, lang)
    return _figure(block, lang, figures)


def _markdown(text: str) -> str:
    import mistune

    render = mistune.create_markdown(escape=False, plugins=["table", "footnotes"])
    return str(render(text)).strip()


def _inline(text: str) -> str:
    """Return a heading's words as HTML, without the heading around them."""
    return _markdown(f"# {text}").removeprefix("<h1>").removesuffix("</h1>")


def _code(source: str, lang: Language) -> str:
    # Not typed, so looked up by name; it comes with IPython.
    pygments = import_module("pygments")
    lexers, formatters = map(import_module, ("pygments.lexers", "pygments.formatters"))
    style = formatters.HtmlFormatter(cssclass="highlight")
    coloured = pygments.highlight(source, lexers.PythonLexer(), style)
    name = escape(say("report.code", lang))
    return f"<details class='code'><summary>{name}</summary>{coloured}</details>"


def _figure(picture: Picture, lang: Language, figures: str) -> str:
    data = base64.b64encode(picture.png).decode("ascii")
    image = f"<img alt='{escape(picture.alt)}' src='data:image/png;base64,{data}'>"
    if not picture.key:
        return f"<figure>{image}</figure>"
    key = escape(picture.key)
    number = picture.key.removeprefix("fig-")
    name = escape(say("report.figure", lang, number=number))
    caption = f"<b>{name}.</b> {escape(picture.caption)}"
    if figures:
        kinds = (("png", "PNG"), ("svg", "SVG"), ("csv", say("report.data", lang)))
        links = (
            f"<a href='{figures}/{key}.{kind}'>{escape(text)}</a>"
            for kind, text in kinds
        )
        caption += f" <span class='files'>{' · '.join(links)}</span>"
    return f"<figure id='{key}'>{image}<figcaption>{caption}</figcaption></figure>"
