"""Pages, Word documents and files: whole, safe, and the same every time."""

from __future__ import annotations

import base64
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nbformat import v4

from tillit_eval import report
from tillit_eval.errors import FileProblem
from tillit_eval.files import replace_text
from tillit_eval.findings import Finding, NotAnswered
from tillit_eval.phrases import Label, phrase
from tillit_eval.report import Code, Picture, Prose, Said, Table, Text
from tillit_eval.report.grid import Cell, read_grids

SAID = "Trust rose: +0.43 points. (Synthetic data.)"
ALT = "Changes with intervals. North: +0.43 points. (Synthetic data.)"


def png(width: int = 40, height: int = 20) -> bytes:
    from PIL import Image

    buffer = BytesIO()
    Image.new("RGB", (width, height), "white").save(buffer, "png")
    return buffer.getvalue()


def shown(metadata: dict[str, Any] | None = None, **data: str) -> Any:
    mime = {"markdown": "text/markdown", "html": "text/html", "plain": "text/plain"}
    named = {mime.get(kind, "image/png"): text for kind, text in data.items()}
    return v4.new_output("display_data", data=named, metadata=metadata or {})


def notebook() -> Any:
    figure = shown(
        {"image/png": {"alt": ALT}, "tillit": {"figure": "fig-03-1"}},
        png=base64.b64encode(png()).decode(),
        plain="x",
    )
    frame = pd.DataFrame({"unit": ["North", "South"], "mean": [61.25, 58.5]})
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# 3. A place\n\nSome *prose* & more."),
            v4.new_markdown_cell("## What changed"),
            v4.new_code_cell("te.compare(x)", outputs=[shown(markdown=SAID, plain="")]),
            v4.new_code_cell("te.plot(x);", outputs=[figure]),
            v4.new_code_cell("frame", outputs=[shown(html=frame.to_html(index=False))]),
            v4.new_code_cell(
                "print(1)",
                outputs=[
                    v4.new_output("stream", name="stdout", text="plain 1\n"),
                    v4.new_output("stream", name="stderr", text="a warning\n"),
                ],
            ),
            v4.new_code_cell(""),
        ]
    )


BLOCKS = report.read_blocks(notebook())


def test_a_notebook_becomes_blocks_in_order() -> None:
    kinds = [type(block) for block in BLOCKS if not isinstance(block, Code)]
    assert kinds == [Prose, Prose, Said, Picture, Table, Text]
    assert report.title_of(BLOCKS) == "3. A place"
    assert report.is_synthetic(BLOCKS)
    assert not report.is_synthetic([Prose("Synthetic data are invented.")])


def test_of_an_error_only_the_kind_is_told() -> None:
    secret = "answer of somebody"
    failed = v4.new_output("error", ename="KeyError", evalue=secret, traceback=[secret])
    cells = [v4.new_code_cell("x", outputs=[failed])]
    assert report.read_blocks(v4.new_notebook(cells=cells))[1:] == (Text("KeyError"),)


def test_a_page_fetches_nothing_and_is_the_same_every_time() -> None:
    loud = Table("<script src='https://x.org/a.js'></script><table><tr><td>1</table>")
    styled = Table("<style>@import url(https://x.org/a.css);</style><link href='x'>")
    page = report.render_page([*BLOCKS, loud, styled], lang="en")
    assert not re.search(r"<script|<link|@import|src='(?!data:)|https?://", page)
    assert page == report.render_page([*BLOCKS, loud, styled], lang="en")


def test_a_page_is_for_every_reader() -> None:
    page = report.render_page(
        BLOCKS, lang="sv", home="index.html", figures="../figures"
    )
    assert "<html lang='sv'>" in page
    assert f"alt='{ALT}'" in page
    assert "<b>Figur 03-1.</b> Changes with intervals." in page
    assert "href='../figures/fig-03-1.csv'" in page
    assert "Syntetiska data: påhittade personer, inga riktiga svar" in page
    assert "<details class='code'><summary>Kod</summary>" in page
    assert "<title>3. A place</title>" in page


def test_words_in_a_page_are_escaped() -> None:
    page = report.render_page([Text("<b>1</b>"), Picture("", png(), "a 'b' <c>")])
    assert "&lt;b&gt;1&lt;/b&gt;" in page
    assert "alt='a &#x27;b&#x27; &lt;c&gt;'" in page
    page = report.render_page([Picture("fig-1'><b>", png(), "a")], figures="f")
    assert "<b>'" not in page
    assert "id='fig-1&#x27;&gt;&lt;b&gt;'" in page


def test_three_sections_make_a_list_of_contents() -> None:
    sections = [Prose("# A"), *(Prose(f"## Part *{k}*") for k in range(3))]
    page = report.render_page(sections, lang="en")
    assert "<li><a href='#section-3'>Part 2</a></li>" in page
    assert "<h2 id='section-3'>Part <em>2</em></h2>" in page


def test_the_index_lists_pages_in_order(tmp_path: Path) -> None:
    entries = [
        report.Entry(file="a.html", title="First", synthetic=True, n_figures=2),
        report.Entry(file="b.html", title="Second"),
    ]
    index = report.write_index(entries, tmp_path / "index.html", lang="sv")
    text = index.read_text(encoding="utf-8")
    assert text.index("a.html") < text.index("b.html")
    assert "figurer: 2 · syntetiska data" in text


def word(tmp_path: Path, blocks: Any = BLOCKS, lang: Any = "sv") -> Any:
    return docx.Document(str(report.write_word(blocks, tmp_path / "a.docx", lang=lang)))


def test_a_word_document_holds_prose_sentences_and_no_code(tmp_path: Path) -> None:
    paper = word(tmp_path)
    styles = {p.text: p.style.name for p in paper.paragraphs if p.text}
    assert styles["3. A place"] == "Title"
    assert styles["What changed"] == "Heading 1"
    assert styles[SAID] == "Said"
    assert "te.compare(x)" not in "".join(styles)


def test_signs_that_word_cannot_hold_are_left_out_of_code(tmp_path: Path) -> None:
    paper = word(tmp_path, [Prose("```\na\x0bb\n```")])
    assert "ab" in "".join(p.text.replace("\ufffd", "") for p in paper.paragraphs)


def test_a_figure_in_word_has_alt_text_and_a_caption_that_counts(
    tmp_path: Path,
) -> None:
    paper = word(tmp_path)
    about = paper.inline_shapes[0]._inline.docPr
    assert about.get("descr") == ALT
    caption = next(p for p in paper.paragraphs if p.style.name == "Caption")
    field = caption._p.find(qn("w:fldSimple"))
    assert field.get(qn("w:instr")).strip() == "SEQ Figur \\* ARABIC"
    assert caption._p.xpath("string(.)") == "Figur 1. Changes with intervals."


@pytest.mark.parametrize(("wide", "high"), [(4000, 300), (300, 4000), (40, 20)])
def test_a_figure_in_word_fits_the_page_and_keeps_its_shape(
    tmp_path: Path, wide: int, high: int
) -> None:
    picture = Picture(key="fig-03-1", png=png(wide, high), alt=ALT)
    shape = word(tmp_path, [Prose("# A place"), picture]).inline_shapes[0]
    assert shape.width.cm <= 15.5 + 1e-3
    assert shape.height.cm <= 22.5 + 1e-3
    assert shape.width / shape.height == pytest.approx(wide / high, rel=1e-3)


def test_a_table_in_word_is_a_table_with_numbers_set_right(tmp_path: Path) -> None:
    table = word(tmp_path).tables[0]
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells == [["unit", "mean"], ["North", "61.25"], ["South", "58.50"]]
    assert str(table.cell(1, 1).paragraphs[0].alignment).startswith("RIGHT")
    assert table.cell(1, 0).paragraphs[0].alignment is None
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


@pytest.mark.parametrize(("lang", "tag"), [("sv", "sv-SE"), ("en", "en-GB")])
def test_word_knows_the_language_and_the_mark(
    tmp_path: Path, lang: Any, tag: str
) -> None:
    paper = word(tmp_path, lang=lang)
    tags = {mark.get(qn("w:val")) for mark in paper.styles.element.iter(qn("w:lang"))}
    assert tags == {tag}
    header = paper.sections[0].header.paragraphs[0].text
    assert (
        header
        == {
            "sv": "Syntetiska data: påhittade personer, inga riktiga svar",
            "en": "Synthetic data: invented people, no real answers",
        }[lang]
    )


def test_real_data_carry_no_mark_in_word(tmp_path: Path) -> None:
    paper = word(tmp_path, [Said("Trust rose.")])
    assert paper.sections[0].header.paragraphs[0].text == ""


def test_word_is_the_same_to_the_byte_and_knows_no_time(tmp_path: Path) -> None:
    one = report.write_word(BLOCKS, tmp_path / "one.docx", lang="en").read_bytes()
    two = report.write_word(BLOCKS, tmp_path / "two.docx", lang="en").read_bytes()
    assert one == two
    with zipfile.ZipFile(BytesIO(one)) as file:
        assert {info.date_time[0] for info in file.infolist()} == {1980}


def test_lists_links_and_tables_of_the_prose_reach_word(tmp_path: Path) -> None:
    prose = (
        "1. one\n2. two\n\nThen\n\n1. again\n\n- a\n  - b\n\n> quoted\n\n"
        "| Area | n |\n|---|--:|\n| North | 12 |\n\n"
        "See [the source](https://example.org) and [a file](other.md), **bold**.\n"
    )
    paper = word(tmp_path, [Prose(prose)])
    styles = {p.text: p.style.name for p in paper.paragraphs}
    assert styles["one"] == styles["again"] == "List Number"
    assert styles["b"] == "List Bullet 2"
    assert styles["quoted"] == "Quote"
    numbered = [
        p._p.pPr.numPr.numId.val for p in paper.paragraphs if p.text in ("one", "again")
    ]
    assert len(set(numbered)) == 2, "each list starts at one"
    assert paper.tables[0].cell(1, 1).text == "12"
    targets = [r.target_ref for r in paper.part.rels.values() if r.is_external]
    assert targets == ["https://example.org"]


def test_findings_can_be_handed_on_without_a_notebook(tmp_path: Path) -> None:
    finding: Finding = NotAnswered(
        scale="trust",
        label=Label("Trust", "Tillit"),
        asked="change",
        reason=phrase("words.fewer_than", n=10),
        source="synthetic",
    )
    blocks = report.block_findings([finding], title="Trust", lang="sv")
    table = word(tmp_path, blocks).tables[0]
    assert [cell.text for cell in table.rows[0].cells] == [
        "Vad",
        "Vad det säger",
        "Hur det skattades",
    ]
    assert table.cell(1, 1).text.startswith("Tillit: går inte att avgöra.")
    assert "Syntetiska data" in report.render_page(blocks, lang="sv")


def test_a_table_of_great_tables_keeps_title_spanners_and_notes() -> None:
    import great_tables

    frame = pd.DataFrame({"unit": ["North"], "mean": [61.25], "n": [48]})
    html = (
        great_tables.GT(frame, id="t")
        .tab_header("Units", "scale points")
        .tab_spanner("values", ["mean", "n"])
        .tab_source_note("Synthetic data.")
        .as_raw_html()
    )
    grid = read_grids(html)[0]
    assert grid.title == ["Units", "scale points"]
    assert grid.notes == ["Synthetic data."]
    assert grid.width == 3
    assert [cell.text for cell in grid.head[-1]][-2:] == ["mean", "n"]
    assert [cell.text for cell in grid.body[0]] == ["North", "61.25", "48"]


@pytest.mark.parametrize(
    "text", ["12", "−0.43", "+0,4", "1 234,5", "59 %", "0.22 to", "(12)", "≤ 3", "∞"]
)
def test_numbers_in_cells_are_known(text: str) -> None:
    assert Cell(text).is_number is (text != "0.22 to")


def test_spreadsheets_are_given_no_formulas(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"=name": ["=1+1", "@x", "+46", "-x", "\rx", "fine", None], "n": [-1.5] * 7}
    )
    before = frame.copy()
    text = report.write_csv(frame, tmp_path / "t.csv", lang="en").read_text("utf-8")
    assert text.splitlines()[:3] == ["'=name,n", "'=1+1,-1.5", "'@x,-1.5"]
    assert not re.search(r"(?m)^[=+@\t-]", text)
    pd.testing.assert_frame_equal(frame, before)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
@example(["\r=1+1", "a\r=1+1", "a\r\n=1+1"])
def test_no_text_cell_begins_as_a_formula(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    report.write_csv(pd.DataFrame({"a": pd.Series(cells, dtype=object)}), path)
    back = pd.read_csv(path, keep_default_na=False, dtype=str, skip_blank_lines=False)
    starts = tuple("=+-@\t\r")
    assert not any(str(cell).startswith(starts) for cell in back["a"])


def test_swedish_spreadsheets_get_semicolons_and_commas(tmp_path: Path) -> None:
    frame = pd.DataFrame({"enhet": ["Å"], "medel": [1.5]})
    raw = report.write_csv(frame, tmp_path / "t.csv", lang="sv").read_bytes()
    assert raw.decode("utf-8-sig") == "enhet;medel\nÅ;1,5\n"
    assert raw.startswith(b"\xef\xbb\xbf")


def test_a_file_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = replace_text(tmp_path / "new" / "a.txt", "first")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(FileProblem) as caught:
        replace_text(path, "second")
    assert str(caught.value).splitlines() == [
        "A file cannot be written.",
        "  expected: a folder that may be written to, for a.txt",
        "  found:    No space left on device",
        "  to fix:   close the file if another program has it open, "
        "or choose another place",
    ]
    assert path.read_text() == "first"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileProblem, match="A file cannot be written"):
        report.write_page(BLOCKS, tmp_path / "file" / "page.html")
