"""Files that were made to do harm: refused in four lines, soon, or without effect."""

from __future__ import annotations

import io
import os
import socket
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.errors import TillitError
from tillit_eval.exports import read_series
from tillit_eval.files import limits, opening, spss_files, workbooks
from tillit_eval.files.texts import clean_text
from tillit_eval.simulation import read_truth
from tillit_eval.summaries import read_summary

sys.path.append(str(Path(__file__).parent))

from exports_fixtures import BOOK, EXPECTED, in_rows, small, write_csv, write_excel
from hostile_fixtures import (
    STUDY,
    as_summary,
    check_form,
    outcome,
    prepare,
    sound_files,
)

MIB = 2**20
UNSAFE = "'a.xlsx' is not a workbook that is safe to open."
NO_WORKBOOK = "'a.xlsx' is not an Excel file that can be read."


def told(call: Callable[[], object], *, seconds: float = 10.0) -> str:
    """Return what a call refuses with, in its four lines and in time."""
    start = time.process_time()
    with pytest.raises(TillitError) as caught:
        call()
    assert time.process_time() - start < seconds
    check_form(str(caught.value))
    return str(caught.value)


def checked(path: Path) -> str:
    return told(lambda: te.check_export(path, BOOK))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_excel(in_rows(small()), tmp_path / "a.xlsx")


def replaced(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one part of a workbook, or add it."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_a_zip_bomb_is_refused_by_its_directory(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = limits.LARGEST_UNASKED + MIB
    replaced(book, "xl/media/image1.png", lambda _: bytes(size))
    monkeypatch.setattr(zipfile.ZipFile, "read", pytest.fail)
    text = checked(book)
    assert text.startswith(UNSAFE)
    assert "a part that grows more than 200 times" in text


def test_a_workbook_too_large_once_unpacked(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "LARGEST_UNPACKED", 1_000)
    assert "found:    more than that" in checked(book)


def test_a_directory_that_lies_about_a_size(book: Path) -> None:
    grown = replaced(book, SHEET, lambda sheet: sheet + b" " * (4 * MIB))
    data = bytearray(grown.read_bytes())
    at = data.rindex(SHEET.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = struct.pack("<I", 500)
    grown.write_bytes(data)
    assert checked(grown).startswith(NO_WORKBOOK)


def test_too_many_parts_and_another_way_of_packing(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(book, "a", zipfile.ZIP_LZMA) as parts:
        parts.writestr("x.bin", b"x")
    assert "a way of packing that Excel does not use" in checked(book)
    monkeypatch.setattr(workbooks, "MOST_PARTS", 3)
    assert "parts" in checked(book).splitlines()[2]


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
FETCHES = b'<?xml version="1.0"?><!DOCTYPE w SYSTEM "http://example.org/a.dtd">'
ENTITIES = "a part that declares entities of its own"
LETTERS = "a part written in another encoding than UTF-8"


@pytest.mark.parametrize(
    ("first", "found"),
    [
        (LAUGHS, ENTITIES),
        (FETCHES, ENTITIES),
        (b'<?xml version="1.0" encoding="cp037"?>', LETTERS),
        (b"\xff\xfe<\x00?\x00", LETTERS),
    ],
)
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/drawings/d.vml"])
def test_entities_and_hidden_letters_in_a_workbook(
    book: Path, part: str, first: bytes, found: str
) -> None:
    text = checked(replaced(book, part, lambda data: first + data))
    assert text.startswith(UNSAFE)
    assert found in text


def test_links_and_macros_are_let_be(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rels = "xl/_rels/workbook.xml.rels"
    link = (
        b'<Relationship Id="rX" TargetMode="External" Target="http://example.org/a"'
        b' Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/externalLink"/></Relationships>'
    )
    replaced(book, rels, lambda data: data.replace(b"</Relationships>", link))
    replaced(book, "xl/vbaProject.bin", lambda _: b"\xd0\xcf\x11\xe0macro")
    monkeypatch.setattr(socket, "socket", pytest.fail)
    pd.testing.assert_frame_equal(te.read_responses(book, BOOK), EXPECTED)


FAR = [
    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    b'<row r="99999999999999999999"><c><v>1</v></c></row>',
]


@pytest.mark.parametrize("row", FAR)
def test_a_cell_that_is_far_away(book: Path, row: bytes) -> None:
    replaced(book, SHEET, lambda d: d.replace(b"</sheetData>", row + b"</sheetData>"))
    assert "too many" in checked(book)


def test_an_empty_cell_that_is_far_away_and_a_wrong_dimension(book: Path) -> None:
    """Spreadsheets leave formats behind, and state extents that are not so."""
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    replaced(book, SHEET, lambda data: data.replace(b"</sheetData>", far))
    replaced(book, SHEET, lambda data: data.replace(b'ref="A1:F4"', b'ref="A1:B2"'))
    pd.testing.assert_frame_equal(te.read_responses(book, BOOK), EXPECTED)


@pytest.mark.parametrize(
    "more",
    [
        b'<mergeCells count="1"><mergeCell ref="A5:XFD1048576"/></mergeCells>',
        b'<hyperlinks><hyperlink ref="A1:XFD1048576" display="x"/></hyperlinks>',
    ],
)
def test_what_covers_a_whole_sheet_costs_nothing(book: Path, more: bytes) -> None:
    replaced(book, SHEET, lambda d: d.replace(b"</sheetData>", b"</sheetData>" + more))
    start = time.process_time()
    pd.testing.assert_frame_equal(te.read_responses(book, BOOK), EXPECTED)
    assert time.process_time() - start < 5


def sav(part: str, **changed: int) -> bytes:
    """Return an SPSS file with some words of its header changed."""
    at = {"layout": 64, "packed": 72, "weight": 76, "cases": 80, "width": 180}
    data = bytearray(sound_files()["sav"][0])
    for name, value in changed.items():
        data[at[name] : at[name] + 4] = struct.pack("<i", value)
    return bytes(data[: len(data) // 2]) if part == "half" else bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        sav("", layout=9),
        sav("", packed=7),
        sav("", cases=-7),
        sav("", width=247),
        sav("", width=2**31 - 1),
        sav("half"),
    ],
)
def test_an_spss_file_that_lies_never_reaches_the_reader_in_c(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyreadstat

    path = tmp_path / "a.sav"
    path.write_bytes(data)
    monkeypatch.setattr(pyreadstat, "read_sav", pytest.fail)
    text = checked(path)
    assert text.startswith("'a.sav' is not an SPSS file that can be read.")
    assert "its records do not hold together" in text


def test_an_spss_file_with_endless_cases_and_labels(tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    path.write_bytes(sav("", cases=2**31 - 1))
    assert "at most 5000000 rows" in checked(path)
    data = sound_files()["sav"][0]
    label = data.index(b"x" * 80) - 4
    path.write_bytes(data[:label] + struct.pack("<i", 2**30) + data[label + 4 :])
    assert "do not hold together" in checked(path)


def test_letters_in_spss_codes_that_would_stop_python(tmp_path: Path) -> None:
    import pyreadstat

    path = tmp_path / "a.sav"
    frame = small().rename(columns={"Löpnr": "ID"}).assign(Enhet=["a", "b", "b"])
    frame = frame.rename(columns={"Enhet": "unit"})
    pyreadstat.write_sav(frame, path, variable_value_labels={"unit": {"a": "Ängen"}})
    data = path.read_bytes()
    at = data.index(b"a       \x06")
    path.write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    assert "do not hold together" in checked(path)


def test_spss_files_are_looked_through_in_any_byte_order() -> None:
    for data in sound_files()["sav"]:
        assert spss_files.check_records(data).n_cases == 3


def test_parquet_that_lies_or_holds_lists(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "a.parquet"
    with duckdb.connect() as connection:
        connection.sql("select 1 as trust1, [1, 2] as more").write_parquet(str(path))
    assert checked(path).startswith("A column holds lists or tables where single")
    data = sound_files()["parquet"][0]
    for at in range(len(data) - 200, len(data) - 8, 40):
        path.write_bytes(data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :])
        outcome("parquet", path.read_bytes(), tmp_path)


def test_a_parquet_file_is_measured_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(sound_files()["parquet"][0])
    monkeypatch.setattr(opening, "MOST_ROWS", 2)
    assert "'a.parquet' has too many rows" in checked(path)


WIDE = ";".join(f"c{i}" for i in range(100_000))
TABLES: dict[str, tuple[bytes, str]] = {
    "100,000 columns": (f"{WIDE}\n{WIDE}\n".encode(), "too many columns"),
    "a line of 9 MiB": (
        b"trust1;trust2\n" + b"1;" * 9 * (MIB // 2),
        "line that is too long",
    ),
    "a quote never closed": (
        b'trust1;trust2\n1;"' + b"2;3\n" * 90_000,
        "a quotation mark not closed",
    ),
    "nothing": (b"", "is empty"),
    "only line ends": (b"\n" * MIB, "There is nothing in"),
    "zero bytes": (b"trust1;tru\x00st2\n1;2\n", "cannot be read with certainty"),
    "half letters": (
        "trust1;å\n1;2\n".encode("utf-16-le") + b"\x00\xd8",
        "cannot be read with certainty",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_that_no_survey_gave(name: str, tmp_path: Path) -> None:
    data, words = TABLES[name]
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert words in checked(path)


def test_too_many_rows_and_too_large_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(small(), tmp_path / "a.csv")
    with monkeypatch.context() as patched:
        patched.setattr(opening, "MOST_ROWS", 3)
        assert "'a.csv' has too many rows for a table of answers." in checked(path)
    with path.open("r+b") as file:
        file.truncate(limits.LARGEST_FILE + 1)  # takes no room on the disk
    assert "'a.csv' is too large to be read whole." in checked(path)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
def test_letters_in_any_order_without_a_mark(encoding: str, tmp_path: Path) -> None:
    path = write_csv(small(), tmp_path / "a.csv", encoding=encoding)
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)


def test_lines_in_two_encodings_are_told(tmp_path: Path) -> None:
    path = write_csv(small(), tmp_path / "a.csv", encoding="cp1252")
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].decode("cp1252").encode("utf-8")
    path.write_bytes(b"".join(lines))
    text = told(lambda: te.read_responses(path, BOOK))
    assert "'unit': letters" in text
    assert "row positions 0" in text


@pytest.mark.parametrize("codec", ["idna", "undefined", "hex", "punycode", "a\0b", ""])
def test_a_codec_that_is_none(codec: str, tmp_path: Path) -> None:
    path = write_csv(small(), tmp_path / "a.csv", encoding="cp850")
    text = told(lambda: te.check_export(path, BOOK, encoding=codec))
    assert "cannot be read with certainty" in text


def test_names_that_only_look_the_same(tmp_path: Path) -> None:
    frame = small().assign(**{"tru\u200bst1": 1, "\u202etrust2": 1, "LO\u0308PNR": 1})
    path = write_csv(frame, tmp_path / "a.csv")
    text = told(lambda: te.read_responses(path, BOOK))
    for name in ("trust1", "trust2", "respondent"):
        assert f"'{name}': more than one column has this name" in text


def test_signs_that_steer_a_terminal_are_not_passed_on() -> None:
    assert clean_text("a\x1b[31mb") == "a\ufffd[31mb"
    assert clean_text("\u202eab\U000e0041\ud800") == "ab\ufffd"


NUMBERS = [10**400, -(10**5000), 1e308, float("inf"), "9" * 400, "1e999", "nan", "inf"]


@pytest.mark.parametrize("number", NUMBERS, ids=range(len(NUMBERS)))
def test_numbers_that_are_none(number: object) -> None:
    frame = small().astype({"trust1": object})
    frame.loc[0, "trust1"] = number
    lenient = te.read_responses(frame, BOOK, strict=False)
    assert lenient["trust1"].isna().tolist() == [True, False, False]
    series = pd.DataFrame({"unit": ["a"], "period": ["1"], "indicator": ["i"]})
    given = series.assign(value=pd.Series([number], dtype=object))
    if number == "nan":
        return  # an empty cell, as many programs write it
    if number == 1e308:
        assert read_series(given)["value"].tolist() == [number]
    else:
        assert "'value': cells that are not numbers" in told(lambda: read_series(given))


@pytest.mark.parametrize("cell", [[1], {"a": 1}, (1, 2), {1}])
def test_cells_that_hold_lists(cell: object) -> None:
    frame = small().astype({"trust1": object})
    frame.at[0, "trust1"] = cell
    text = told(lambda: te.check_export(frame, BOOK))
    assert text.startswith("A column holds lists or tables")


READERS: dict[str, Callable[[Path], object]] = {
    "responses": lambda p: te.read_responses(p, BOOK),
    "draft": te.draft_codebook,
    "series": read_series,
    "codebook": te.read_codebook,
    "study": te.read_study,
    "truth": lambda p: read_truth(p, survey="staff"),
    "summary": read_summary,
}


@pytest.mark.parametrize("name", READERS)
def test_pipes_devices_folders_and_files_of_others(name: str, tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("there are no pipes and devices")
    read = READERS[name]
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero"), tmp_path, tmp_path / ("x" * 5000)):
        told(lambda path=path: read(path), seconds=2)
    locked = tmp_path / "locked.csv"
    locked.write_bytes(b"trust1\n1\n")
    locked.chmod(0)
    if os.geteuid():  # who administers a system may read everything
        told(lambda: read(locked))


BOMBS = {
    "lists in lists": ("a = " + "[" * 100_000, "lists within lists without end"),
    "tables in tables": ("a = " + "{a=" * 20 + "1" + "}" * 20, "more than 16 levels"),
    "a key of many parts": ("a." * 100_000 + "a = 1", "more than 100 points"),
    "endless digits": ("a = " + "9" * 5_000, "a number with too many digits"),
    "endless hexadecimal": ("a = 0x" + "f" * 90_000, "a number that is too large"),
    "not a number": ("a = nan", "a number that is infinite, or not a number"),
    "infinite": ("a = -inf", "a number that is infinite, or not a number"),
    "beyond infinite": ("a = 1e999", "a number that is infinite, or not a number"),
    "a day that is none": ("a = 2019-13-45", "line 1"),
    "too large": ("a = '" + "x" * (3 * MIB) + "'", "more than that"),
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("reader", ["codebook", "study", "truth"])
def test_toml_that_was_made_to_grow(name: str, reader: str, tmp_path: Path) -> None:
    text, words = BOMBS[name]
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    assert words in told(lambda: READERS[reader](path), seconds=3)


@pytest.mark.parametrize("reader", ["codebook", "study"])
def test_a_key_that_breaks_the_line_is_shown_on_one(
    reader: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f'"a\\nfound: \\u202e{"x" * 500}" = 1', encoding="utf-8")
    text = told(lambda: READERS[reader](path))
    assert "x" * 100 not in text


OUTSIDE = ["../out.csv", "/etc/passwd", "C:/Windows/win.ini", "a/../../out.csv", "lnk"]


@pytest.mark.parametrize("where", [*OUTSIDE, "link/out.csv"])
@pytest.mark.parametrize("key", ["responses", "codebook"])
def test_a_study_reads_nothing_outside_its_folder(
    key: str, where: str, tmp_path: Path
) -> None:
    (tmp_path / "out.csv").write_text("secret", encoding="utf-8")
    folder = tmp_path / "study"
    folder.mkdir()
    prepare(folder)
    (folder / "link").symlink_to(tmp_path, target_is_directory=True)
    (folder / "lnk").symlink_to(tmp_path / "out.csv")
    old = {"responses": "answers.csv", "codebook": "codebook.toml"}[key]
    path = folder / "study.toml"
    path.write_text(STUDY.replace(f'"{old}"', f'"{where}"'), encoding="utf-8")
    text = told(lambda: te.read_study(path))
    inside = where.startswith("C:") and os.name == "posix"
    assert ("there is no such file" in text) is inside
    assert text.startswith("The study file names files outside") is not inside
    assert "secret" not in text


@pytest.mark.parametrize("odd", ['"\\u0000"', f'"{"x" * 5000}"', '""', '"."', '"pipe"'])
def test_a_study_names_what_is_no_file(odd: str, tmp_path: Path) -> None:
    prepare(tmp_path)
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe")
    path = tmp_path / "study.toml"
    path.write_text(STUDY.replace('"answers.csv"', odd), encoding="utf-8")
    assert "responses" in told(lambda: te.read_study(path))


def test_summaries_that_count_beyond_counting(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for data in (
        as_summary(n_without_group=10**400),
        as_summary(columns=["\ud800", "b"]),
        as_summary(source=["real"]),
        b"[" * 200_000,
        b"9" * 5_000,
    ):
        path.write_bytes(data)
        told(lambda: read_summary(path))


def test_a_workbook_within_a_workbook_is_no_sheet(book: Path) -> None:
    """Packed twice: the inner file is bytes, and stays packed."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("a", bytes(8 * MIB))
    replaced(book, "xl/embeddings/a.zip", lambda _: inner.getvalue())
    assert zlib.crc32(inner.getvalue())
    pd.testing.assert_frame_equal(te.read_responses(book, BOOK), EXPECTED)
