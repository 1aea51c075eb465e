"""Guards that nothing else would miss: each of these fails if its guard is taken away.

The other hostile tests give whole files; here each file is caught by one guard alone.
"""

from __future__ import annotations

import io
import re
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.files import limits, opening, parquet_files
from tillit_eval.files.cells import as_text
from tillit_eval.files.opening import is_file, read_whole
from tillit_eval.summaries import read_summary

sys.path.append(str(Path(__file__).parent))

from exports_fixtures import BOOK, EXPECTED, in_rows, small, write_csv, write_excel
from hostile_fixtures import as_summary, sound_files
from test_hostile_files import (
    ENTITIES,
    LETTERS,
    MIB,
    NO_WORKBOOK,
    SHEET,
    UNSAFE,
    checked,
    replaced,
    told,
)

DOCS = Path(__file__).parents[1] / "docs" / "exports.md"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_excel(in_rows(small()), tmp_path / "a.xlsx")


# --- how much is too much ----------------------------------------------------------

STATED = {
    "LARGEST_FILE": (r"more than ([\d,]+) MiB, 5", limits.MEBIBYTE),
    "MOST_ROWS": (r"([\d,]+) rows", 1),
    "MOST_COLUMNS": (r"([\d,]+) columns", 1),
    "MOST_CELLS": (r"([\d,]+) cells", 1),
    "LONGEST_LINE": (r"a line of more than ([\d,]+) million signs", limits.MEBIBYTE),
    "LARGEST_TABLE": (r"hold more than ([\d,]+) MiB", limits.MEBIBYTE),
    "LARGEST_UNPACKED": (r"unpacks to more than ([\d,]+) MiB", limits.MEBIBYTE),
    "MOST_UNPACKED_TIMES": (r"grows more than ([\d,]+) times", 1),
    "LARGEST_UNASKED": (r"part of more than ([\d,]+) MiB that grows", limits.MEBIBYTE),
    "MOST_PARTS": (r"more than ([\d,]+) parts", 1),
    "LARGEST_TOML": (r"truth files over ([\d,]+) MiB", limits.MEBIBYTE),
    "DEEPEST": (r"more than ([\d,]+) levels", 1),
    "MOST_DOTS": (r"more than ([\d,]+) points in a line", 1),
    "LARGEST_NUMBER": (r"numbers beyond ±([\d,]+)", 1),
}


def test_the_limits_are_those_that_the_page_states() -> None:
    text = DOCS.read_text(encoding="utf-8")
    names = {name for name in vars(limits) if name.isupper()} - {"MEBIBYTE"}
    assert set(STATED) == names, "a limit that no page states"
    for name, (pattern, unit) in STATED.items():
        found = re.search(pattern, text)
        assert found, f"{name} is not on the page"
        assert int(found[1].replace(",", "")) * unit == getattr(limits, name), name


def as_csv(folder: Path) -> Path:
    return write_csv(small(), folder / "a.csv")


def as_workbook(folder: Path) -> Path:
    return write_excel(in_rows(small()), folder / "a.xlsx")


def as_parquet(folder: Path) -> Path:
    (folder / "a.parquet").write_bytes(sound_files()["parquet"][0])
    return folder / "a.parquet"


def as_spss(folder: Path) -> Path:
    (folder / "a.sav").write_bytes(sound_files()["sav"][0])
    return folder / "a.sav"


KINDS = [as_csv, as_workbook, as_parquet, as_spss]


@pytest.mark.parametrize("write", KINDS)
@pytest.mark.parametrize("what", ["rows", "cells"])
def test_every_kind_of_file_is_counted(
    what: str,
    write: Callable[[Path], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write(tmp_path)
    te.check_export(path, BOOK)
    monkeypatch.setattr(opening, f"MOST_{what.upper()}", 2)
    assert checked(path).startswith(f"'{path.name}' has too many {what}")


@pytest.mark.parametrize("write", KINDS)
def test_every_kind_of_file_is_measured(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = write(tmp_path)
    with path.open("r+b") as file:
        file.truncate(limits.LARGEST_FILE + 1)  # takes no room on the disk
    assert checked(path).startswith(f"'{path.name}' is too large to be read whole.")


def test_a_file_that_grows_is_read_no_further_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int | None] = []

    class Growing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            asked.append(size)
            return super().read(size)

    path = tmp_path / "a.csv"
    path.write_bytes(b"123")
    monkeypatch.setattr(Path, "open", lambda *_: Growing(b"1" * 100))
    told(lambda: read_whole(path, most=10))
    assert asked == [11]


def test_names_that_no_system_can_have_are_no_files() -> None:
    assert not is_file(Path("a\0b"))
    assert not opening.exists(Path("a\0b"))
    for odd in ("a\0b", "a\udcff\ud800b", ""):
        text = told(lambda odd=odd: te.check_export(odd, BOOK))
        assert text.startswith("This is not the path of a file.")


def test_numbers_that_columns_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(as_summary(n_without_group=2**53))
    assert read_summary(path).n_without_group == 2**53
    path.write_bytes(as_summary(n_without_group=2**53 + 1))
    assert "'n_without_group' is missing or of the wrong kind" in told(
        lambda: read_summary(path)
    )


# --- workbooks ---------------------------------------------------------------------


def test_a_small_part_may_grow_as_much_as_it_likes(book: Path) -> None:
    replaced(book, "xl/media/image1.png", lambda _: bytes(2 * MIB))
    pd.testing.assert_frame_equal(te.read_responses(book, BOOK), EXPECTED)


@pytest.mark.parametrize(
    ("first", "found"),
    [
        (b'<!ENTITY a "b">', ENTITIES),
        (b"<!doctype w>", ENTITIES),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="cp037"?>', LETTERS),
        ("<?xml?>".encode("utf-16-le"), LETTERS),
        ("<?xml?>".encode("utf-16-be"), LETTERS),
    ],
)
def test_each_way_of_hiding_in_a_part(book: Path, first: bytes, found: str) -> None:
    text = checked(replaced(book, SHEET, lambda data: first + data))
    assert text.startswith(UNSAFE)
    assert found in text


def test_a_workbook_with_a_password_and_one_that_is_torn_inside(book: Path) -> None:
    data = bytearray(book.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), bytes(data)):
            flags = found.start() + at
            data[flags : flags + 2] = struct.pack("<H", 1)
    locked = book.with_name("locked.xlsx")
    locked.write_bytes(data)
    assert "gave up on (RuntimeError)" in checked(locked)
    for part in (SHEET, "xl/workbook.xml", "xl/styles.xml"):
        torn = write_excel(in_rows(small()), book)
        replaced(torn, part, lambda data: data[: len(data) // 2])
        assert checked(torn).startswith(NO_WORKBOOK)


LINKED = b'<externalReferences><externalReference r:id="rX"/></externalReferences>'
OTHER_BOOK = (
    b'<Relationship Id="rX" Target="externalLinks/externalLink1.xml" Type="http://'
    b"schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"
    b'"/></Relationships>'
)


def test_what_a_workbook_says_of_other_workbooks_is_not_even_read(book: Path) -> None:
    """The part of the link is torn: who reads it falls over."""
    name = b' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    replaced(
        book,
        "xl/workbook.xml",
        lambda data: re.sub(rb"(<workbook)", rb"\1" + name, data, count=1).replace(
            b"</sheets>", b"</sheets>" + LINKED
        ),
    )
    replaced(
        book,
        "xl/_rels/workbook.xml.rels",
        lambda data: data.replace(b"</Relationships>", OTHER_BOOK),
    )
    replaced(book, "xl/externalLinks/externalLink1.xml", lambda _: b"<torn")
    pd.testing.assert_frame_equal(te.read_responses(book, BOOK), EXPECTED)


def with_row(book: Path, row: bytes, after: bytes = b"") -> Path:
    end = b"</sheetData>"
    return replaced(book, SHEET, lambda data: data.replace(end, row + end + after))


def test_a_filled_cell_far_to_the_right(book: Path) -> None:
    far = with_row(book, b'<row r="5"><c r="HXA5"><v>1</v></c></row>')
    assert "'a.xlsx' has too many columns" in checked(far)


def test_empty_rows_far_down_are_no_rows(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_row(book, b'<row r="1048576"><c r="A1048576" s="0"/></row>')
    monkeypatch.setattr(opening, "MOST_ROWS", 1_000)
    pd.testing.assert_frame_equal(te.read_responses(book, BOOK), EXPECTED)


def test_merged_areas_over_each_other_without_end(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = b'<mergeCell ref="A5:F9"/>'
    merged = b'<mergeCells count="9">' + 9 * area + b"</mergeCells>"
    with_row(book, b'<row r="9"><c r="A9"><v>1</v></c></row>', merged)
    monkeypatch.setattr(opening, "MOST_CELLS", 9 * 6 + 100)
    assert "'a.xlsx' has too many cells" in checked(book)


# --- cells -------------------------------------------------------------------------


def test_bytes_that_are_no_letters_become_a_mark() -> None:
    assert as_text(b"a\xff") == "a\ufffd"
    frame = small().astype({"trust1": object})
    frame.loc[0, "trust1"] = b"\xff"
    assert te.read_responses(frame, BOOK, strict=False)["trust1"].isna().sum() == 1


def test_a_part_read_twice_gives_what_its_directory_says(book: Path) -> None:
    """Two parts of one name: the directory decides, and it is the one that is read."""
    with (
        zipfile.ZipFile(book, "a") as parts,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        parts.writestr(SHEET, b"<!DOCTYPE a>")
    assert ENTITIES in checked(book)


# --- what a few bytes can stand for ------------------------------------------------


@pytest.mark.parametrize("kind", ["varchar", "blob"])
def test_a_parquet_file_of_one_long_text_many_times(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "a.parquet"
    with duckdb.connect() as connection:
        text = f"repeat('a', 100000)::{kind}"
        connection.sql(
            f'select 1 as trust1, {text} as "o""d" from range(50)'
        ).write_parquet(str(path))
    assert path.stat().st_size < MIB
    monkeypatch.setattr(parquet_files, "LARGEST_TABLE", 5_000_000)
    if kind == "varchar":
        te.check_export(path, BOOK)
    monkeypatch.setattr(parquet_files, "LARGEST_TABLE", 5_000_000 - 1)
    assert checked(path).startswith("'a.parquet' is too large to be read whole.")
