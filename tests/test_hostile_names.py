"""Names that want to be commands: in spreadsheets, in Word, on pages, in notebooks."""

from __future__ import annotations

import base64
import csv
import io
import re
import sys
import zipfile
from pathlib import Path

import docx
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import v4

import tillit_eval as te
from tillit_eval.codebook import Codebook, Item, Scale, write_codebook
from tillit_eval.exports import read_units
from tillit_eval.files.csv_files import read_csv_file
from tillit_eval.files.harmless import as_written, for_markdown, for_xml, harmless
from tillit_eval.files.headers import Known
from tillit_eval.phrases import Label
from tillit_eval.report import (
    Entry,
    Picture,
    Prose,
    Said,
    Table,
    Text,
    block_findings,
    read_blocks,
    write_csv,
    write_index,
    write_page,
    write_word,
)
from tillit_eval.tables import table_items

sys.path.append(str(Path(__file__).parent))

from test_report import png

COMMANDS = (
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20A1",
)
SCRIPT = "<script>alert(1)</script>"
PICTURE = "<img src=x onerror=alert(2)>"
LINK = "![x](http://example.org/x)"
EVIL = f"{SCRIPT}{PICTURE}{LINK}"


@pytest.mark.parametrize("text", COMMANDS)
def test_every_start_of_a_formula_is_kept_from_being_one(text: str) -> None:
    assert harmless(text).startswith("'")
    assert harmless(text, signed=True).startswith("'") is (text != "-2+3")
    assert as_written(harmless(text)) == text.replace("\r", "\n")


@settings(deadline=None, max_examples=150)
@given(st.text(st.sampled_from("'=+-@\t\na1 \uff1d"), max_size=6))
def test_what_is_written_is_read_back(text: str) -> None:
    assert as_written(harmless(text)) == text
    assert not re.match("[=+@\t\n\uff1d-]", harmless(text))


def test_numbers_with_their_sign_stay_numbers_in_word() -> None:
    for text in ("-3.2", "+0.4 (0.1 to 0.8)", "-3,2 %", "\u22123.2", "+2 people"):
        assert harmless(text, signed=True) == text
    for text in ("-1+cmd|x", "+A1", "-SUM(1)", "+1 (see =1)", "-1!A1", "-1 A1"):
        assert harmless(text, signed=True) == f"'{text}"


@pytest.mark.parametrize("lang", ["en", "sv"])
def test_tables_of_ours_come_back_as_they_were(lang: str, tmp_path: Path) -> None:
    names = [*COMMANDS, "'=x", "''", "'s-Hertogenbosch", "a;=1", "a,=1", 'a"b', "ok"]
    units = pd.DataFrame({"unit": names, "=arm": "x", "n": np.arange(len(names)) - 3.5})
    path = write_csv(units, tmp_path / "a.csv", lang=lang)  # type: ignore[arg-type]
    text = path.read_text("utf-8-sig")
    for separator in ";,\t":
        cells = re.split(f"[{separator}\n]", re.sub(r'"(?:[^"]|"")*"', "", text))
        assert not [c for c in cells if re.match("[=+@\uff1d]", c)]
    # A spreadsheet takes the quotation marks off before it looks for a formula.
    written = list(csv.reader(io.StringIO(text), delimiter=",;"[lang == "sv"]))
    for name, arm, _ in written:
        assert not re.match("[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]", name)
        assert arm in ("'=arm", "x")
    assert len(written) == len(units) + 1
    back = read_csv_file(path, Known(names=frozenset({"unit"})), encoding=None)
    assert back.names == ("unit", "=arm", "n")
    expected = [name.replace("\r", "\n") for name in names]
    assert back.columns[0].tolist() == expected
    numbers = pd.read_csv(path, sep=None, engine="python", decimal=".,"[lang == "sv"])
    assert numbers["n"].tolist() == units["n"].tolist()


def test_a_table_of_units_that_we_wrote_is_read(tmp_path: Path) -> None:
    units = pd.DataFrame({"unit": ["=1+1", "-x", "ok"], "source": "real"})
    read = read_units(write_csv(units, tmp_path / "a.csv", lang="sv"))
    assert read["unit"].tolist() == ["=1+1", "-x", "ok"]


def test_only_signs_that_word_can_hold_are_written() -> None:
    held = {"\t", "\n", "\r"}
    for sign in map(chr, [*range(0x20), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF]):
        assert for_xml(f"a{sign}b") == (f"a{sign}b" if sign in held else "a\ufffdb")


@pytest.mark.parametrize(
    "text", ["<b", "</b", "<!-- a", "<?a", "[a](b", "[a][b", "[a]: b"]
)
def test_every_start_of_a_tag_and_of_a_link_is_kept_from_being_one(text: str) -> None:
    said = for_markdown(text)
    assert "<" not in said
    assert re.search(r"(?<!\\)\](?=[(\[:])", said) is None
    assert said != text


def test_halves_of_letters_do_not_stop_a_table(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a\ud800": ["b\udfff"]})
    for lang in ("en", "sv"):
        path = write_csv(frame, tmp_path / "a.csv", lang=lang)  # type: ignore[arg-type]
        assert path.read_text("utf-8-sig") == "a?\nb?\n"


def in_word(path: Path) -> str:
    with zipfile.ZipFile(path) as parts:
        return parts.read("word/document.xml").decode()


def test_cells_in_word_are_no_formulas_and_hold_no_odd_signs(tmp_path: Path) -> None:
    html = "<table><tr><th>unit</th><th>n</th></tr>" + "".join(
        f"<tr><td>{text}</td><td>-3.2</td></tr>"
        for text in ("=1+1", "@x", "a&#27;b", "-1+cmd|x")
    )
    blocks = [
        Prose("# A\x00\x1b[31m title"),
        Said("a\ud800b &lt;script>"),
        Table(f"{html}</table>"),
        Text("\x08"),
        Picture(png=png(), alt="a\x01. \x02=1", key="fig-01-1\x03"),
    ]
    path = write_word(blocks, tmp_path / "a.docx", lang="en")
    table = docx.Document(str(path)).tables[0]
    shown = [[cell.text for cell in row.cells] for row in table.rows][1:]
    assert [row[0] for row in shown] == ["'=1+1", "'@x", "ab", "'-1+cmd|x"]
    assert {row[1] for row in shown} == {"-3.2"}
    paragraphs = [p.text for p in docx.Document(str(path)).paragraphs]
    assert "a\ufffdb <script>" in paragraphs


def test_titles_and_notes_of_tables_in_word_hold_no_odd_signs(tmp_path: Path) -> None:
    html = (
        "<table><thead><tr><th colspan='2'>T\x01</th></tr><tr><th>a</th><th>b</th></tr>"
        "</thead><tbody><tr><td>a\x02</td><td>1</td></tr></tbody></table><p>n\x03</p>"
    )
    path = write_word([Table(html)], tmp_path / "a.docx", lang="en")
    said = [p.text for p in docx.Document(str(path)).paragraphs]
    assert {"T\ufffd", "n\ufffd"} <= set(said)
    assert docx.Document(str(path)).tables[0].cell(1, 0).text == "a\ufffd"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "a.sh"]
)
def test_word_links_to_the_web_and_to_nothing_else(
    address: str, tmp_path: Path
) -> None:
    prose = Prose(f"[go]({address}) and [see](https://example.org)")
    path = write_word([prose], tmp_path / "a.docx", lang="en")
    with zipfile.ZipFile(path) as parts:
        links = parts.read("word/_rels/document.xml.rels").decode()
    assert "https://example.org" in links
    assert address not in links
    assert "go and see" in docx.Document(str(path)).paragraphs[-1].text


def test_a_name_in_a_sentence_is_no_link_in_word(tmp_path: Path) -> None:
    said = Said("[north](https://example.org/x) and <b>south</b> rose.")
    path = write_word([said], tmp_path / "a.docx", lang="en")
    with zipfile.ZipFile(path) as parts:
        links = parts.read("word/_rels/document.xml.rels").decode()
    assert "example.org" not in links
    last = docx.Document(str(path)).paragraphs[-1].text
    assert last == "[north](https://example.org/x) and <b>south</b> rose."


def test_a_page_forbids_all_that_it_does_not_need(tmp_path: Path) -> None:
    page = write_page([Text("a")], tmp_path / "a.html").read_text("utf-8")
    (policy,) = re.findall(r'Content-Security-Policy\' content="([^"]*)"', page)
    assert sorted(policy.split("; ")) == [
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'none'",
        "img-src data:",
        "style-src 'unsafe-inline'",
    ]


def test_a_list_of_pages_shows_their_files_as_names(tmp_path: Path) -> None:
    entry = Entry(file=f"a'>{EVIL}", title="A")
    page = write_index([entry], tmp_path / "a.html").read_text("utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "href='a&#x27;&gt;" in page


def evil_answers() -> tuple[pd.DataFrame, Codebook]:
    rng = np.random.default_rng(1)
    n = 120
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "wave": wave,
                    "respondent": [f"p{i}" for i in range(n)],
                    "unit": [f"{EVIL} {i % 6}" for i in range(n)],
                    **{q: rng.integers(1, 6, n).astype(float) for q in ("q1", "q2")},
                    "source": "real",
                }
            )
            for wave in (f"1{EVIL}", f"2{EVIL}")
        ],
        ignore_index=True,
    )
    label = Label(EVIL, EVIL)
    book = Codebook(
        title=EVIL,
        items=tuple(
            Item(key=k, label=label, codes=(1, 2, 3, 4, 5)) for k in ("q1", "q2")
        ),
        scales=(Scale(key="trust", label=label, items=("q1", "q2"), min_answered=1),),
        waves=tuple((wave, label) for wave in frame["wave"].unique()),
    )
    return frame, book


def evil_findings() -> list[object]:
    answers, book = evil_answers()
    scores = te.score_scales(answers, book).rename(columns={"trust": EVIL})
    before, after = answers["wave"].unique()
    waves = {"before": before, "after": after}
    units = scores.groupby("unit", as_index=False).agg(
        n=(EVIL, "size"), m=(EVIL, "mean")
    )
    protected = te.protect_table(units.assign(source="real"), count="n")
    return [
        te.compare_paired(scores, EVIL, **waves),
        te.compare_waves(scores, EVIL, unit=None, **waves),
        te.compare_overlapping(scores, EVIL, unit=None, **waves),
        te.compare_shares(answers, "q1", top=[4, 5], **waves),
        te.assess_alpha(answers, ["q1", "q2"], scale=EVIL),
        te.assess_attrition(scores, **waves),
        te.assess_items(answers, ["q1", "q2"]),
        te.link_waves(
            answers[answers["wave"] == before],
            answers[answers["wave"] == after],
            code="respondent",
        ),
        te.draft_codebook(answers.rename(columns={"q1": EVIL})),
        protected,
    ]


@pytest.fixture(scope="module")
def findings() -> list[object]:
    return evil_findings()


def test_findings_show_names_as_names(findings: list[object]) -> None:
    n_shown = 0
    for finding in findings:
        for how in ("_repr_markdown_", "_repr_html_"):
            shown = getattr(finding, how, None)
            if shown is None:
                continue
            text = shown()
            n_shown += "alert(1)" in text
            assert "<script" not in text, (type(finding), how)
            assert "<img" not in text, (type(finding), how)
            assert how == "_repr_html_" or "](" not in text.replace("\\](", "")
    assert n_shown >= 5


def test_display_tables_show_names_as_names(findings: list[object]) -> None:
    changes = [f for f in findings if isinstance(f, te.findings.Change)]
    html = [
        te.table_findings(changes).as_raw_html(),
        te.tabulate(changes)._repr_html_(),
        te.findings.Findings(changes)._repr_html_(),
        table_items(findings[6]).as_raw_html(),  # type: ignore[arg-type]
    ]
    for text in html:
        assert "<script" not in text
        assert "<img src" not in text


def test_pages_and_papers_show_names_as_names(
    findings: list[object], tmp_path: Path
) -> None:
    changes = [f for f in findings if isinstance(f, te.findings.Change)]
    blocks = block_findings(changes, title=EVIL)
    page = write_page([*blocks, Said(EVIL)], tmp_path / "a.html").read_text("utf-8")
    assert "alert(1)" in page
    assert "<script" not in page
    assert "<img src" not in page
    assert "default-src 'none'" in page
    assert "alert(1)" in in_word(write_word([*blocks], tmp_path / "a.docx"))


def test_a_notebook_that_shows_names_makes_a_page_that_runs_nothing(
    findings: list[object], tmp_path: Path
) -> None:
    shown = [
        v4.new_output("display_data", data={"text/markdown": str(findings[0])}),
        v4.new_output("display_data", data={"text/html": f"<table>{EVIL}</table>"}),
        v4.new_output("display_data", data={"text/plain": EVIL}),
        v4.new_output(
            "display_data",
            data={"image/png": base64.b64encode(png()).decode()},
            metadata={"image/png": {"alt": EVIL}, "tillit": {"figure": "fig-01-1"}},
        ),
    ]
    code = v4.new_code_cell("x", outputs=shown)
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# A"), code])
    blocks = read_blocks(notebook)
    page = write_page(blocks, tmp_path / "a.html").read_text("utf-8")
    assert "<script" not in page
    head = page[: page.index("<body>")]
    assert "Content-Security-Policy" in head
    assert "script-src" not in head, "so that the default, nothing, holds"
    write_word(blocks, tmp_path / "a.docx")


def test_of_an_error_in_a_notebook_only_its_kind_is_told() -> None:
    error = v4.new_output("error", ename="KeyError", evalue="Anna", traceback=["Anna"])
    notebook = v4.new_notebook(cells=[v4.new_code_cell("x", outputs=[error])])
    assert Text("KeyError") in read_blocks(notebook)
    assert "Anna" not in str(read_blocks(notebook))


def test_figures_draw_names_as_letters(tmp_path: Path) -> None:
    answers, _ = evil_answers()
    named = answers.rename(columns={"q1": EVIL})
    figure = te.plot_answers(named, [EVIL, "q2"]).figure
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg")
    plt.close("all")
    assert "<script" not in drawn.getvalue()


def test_a_codebook_with_such_names_is_written_and_read(tmp_path: Path) -> None:
    _, book = evil_answers()
    write_codebook(book, tmp_path / "a.toml")
    assert te.read_codebook(tmp_path / "a.toml") == book


def test_a_sentence_is_escaped_once() -> None:
    once = for_markdown(EVIL)
    assert for_markdown(once) == once
    assert for_markdown("p < .05, 3 [2 to 4], a_b") == "p < .05, 3 [2 to 4], a_b"
