"""Excel, SPSS, Parquet and broken files: the same table, or a clear refusal."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

import tillit_eval as te
from tillit_eval.errors import DataProblem, FileProblem, MissingExtra

sys.path.append(str(Path(__file__).parent))

from exports_fixtures import (
    BOOK,
    EXPECTED,
    in_rows,
    small,
    write_csv,
    write_excel,
)


def test_sav_with_user_missing_range_and_labels(tmp_path: Path) -> None:
    path = tmp_path / "svar.sav"
    frame = small(trust2=[2.0, 8.0, 7.0]).rename(
        columns={"Löpnr": "ID", "Enhet": "unit"}
    )
    pyreadstat.write_sav(
        frame,
        str(path),
        variable_value_labels={"trust1": {1: "Stämmer inte alls", 5: "Stämmer helt"}},
        missing_ranges={"trust2": [{"lo": 7, "hi": 9}]},
    )
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)
    assert te.check_export(path, BOOK).empty


def test_sav_coded_group_reads_as_its_label(tmp_path: Path) -> None:
    path = tmp_path / "svar.sav"
    frame = small(Enhet=[1.0, 2.0, 2.0], wave=[1.0, 1.0, 2.0])
    frame = frame.rename(columns={"Löpnr": "ID", "Enhet": "unit"})
    labels = {
        "unit": {1: "Åsö norra", 2: "Ängen"},
        "wave": {1: "år 2019", 2: "year 2021"},
    }
    pyreadstat.write_sav(frame, str(path), variable_value_labels=labels)
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)


def test_a_reversed_coding_in_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "svar.sav"
    labels = {"trust1": {1: "Stämmer helt", 5: "Stämmer inte alls"}}
    frame = small().rename(columns={"Löpnr": "ID", "Enhet": "unit"})
    pyreadstat.write_sav(frame, str(path), variable_value_labels=labels)
    with pytest.raises(DataProblem) as caught:
        te.read_responses(path, BOOK)
    assert (
        "'trust1': the label belongs to another code in the codebook"
        " (2, row positions 0, 1)" in str(caught.value)
    )
    lenient = te.read_responses(path, BOOK, strict=False)
    assert lenient["trust1"].tolist()[2] == 3.0
    assert lenient["trust1"].isna().tolist() == [True, True, False]


def test_a_valid_code_declared_missing_in_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "svar.sav"
    frame = small().rename(columns={"Löpnr": "ID", "Enhet": "unit"})
    pyreadstat.write_sav(frame, str(path), missing_ranges={"clear1": [5]})
    with pytest.raises(DataProblem, match="declared missing in the file but a valid"):
        te.read_responses(path, BOOK)


def test_two_header_rows_question_above_code(tmp_path: Path) -> None:
    title = ["", "", "", "Jag litar på ledningen", "Ledningen litar på mig", "Jag vet"]
    rows = in_rows(small())
    path = write_excel([["Enkät vår"], title, *rows], tmp_path / "svar.xlsx")
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)


def test_two_header_rows_code_above_question_and_import_id(tmp_path: Path) -> None:
    words = [
        "Ditt nummer",
        "Vilket år",
        "Din enhet",
        "Jag litar på",
        "De litar på",
        "Jag vet",
    ]
    ids = [f'{{"ImportId":"QID{i}"}}' for i in range(6)]
    frame = small()
    rows = [list(frame.columns), words, ids, *in_rows(frame)[1:]]
    path = write_csv(pd.DataFrame(rows[1:], columns=rows[0]), tmp_path / "svar.csv")
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)


def test_names_are_found_in_the_second_header_and_before_the_question(tmp_path) -> None:
    frame = small().rename(columns={"trust1": "TRUST1. Jag litar på ledningen"})
    path = write_csv(frame, tmp_path / "svar.csv")
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)


def test_excel_merged_units_lost_zeros_formats_and_small_dates(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    for row in in_rows(small(Löpnr=[7, 12, 1234], wave=[2019, 2019, 2021])):
        page.append(row)
    for row in (2, 3, 4):
        page.cell(row, 1).number_format = "0000"
    page["D2"], page["D2"].number_format = dt.datetime(1900, 1, 1), "yyyy-mm-dd"
    page.merge_cells("C3:C4")
    path = tmp_path / "svar.xlsx"
    book.save(path)
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)
    found = te.check_export(path, BOOK).set_index("kind")
    assert found.loc["merged_cells", ["column", "positions"]].tolist() == ["unit", "2"]


def test_a_blank_unit_is_not_filled_unless_merged(tmp_path: Path) -> None:
    path = write_excel(
        in_rows(small(Enhet=["Åsö norra", None, "Ängen"])), tmp_path / "a.xlsx"
    )
    assert te.read_responses(path, BOOK)["unit"].isna().tolist() == [False, True, False]


def test_codes_that_became_dates_are_refused_by_position(tmp_path: Path) -> None:
    frame = small(trust1=[dt.datetime(2026, 2, 1), 5, 3]).astype({"trust1": object})
    excel = write_excel(in_rows(frame), tmp_path / "a.xlsx")
    text = write_csv(small(trust1=["02-jan", "5", "2026-02-01"]), tmp_path / "a.csv")
    for path, n in ((excel, "1, row positions 0"), (text, "2, row positions 0, 2")):
        with pytest.raises(DataProblem) as caught:
            te.read_responses(path, BOOK)
        assert f"'trust1': dates where codes should be ({n})" in str(caught.value)


def test_several_sheets_choose_the_one_with_answers_or_ask(tmp_path: Path) -> None:
    rows = in_rows(small())
    path = write_excel(
        [["Information"], ["om enkäten"]], tmp_path / "a.xlsx", Svar=rows
    )
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)
    two = write_excel(rows, tmp_path / "b.xlsx", Svar=rows)
    with pytest.raises(
        FileProblem, match=r"'b.xlsx' has several sheets that could hold"
    ):
        te.read_responses(two, BOOK)
    pd.testing.assert_frame_equal(te.read_responses(two, BOOK, sheet="svar"), EXPECTED)
    with pytest.raises(FileProblem, match=r"There is no such sheet in 'b.xlsx'"):
        te.read_responses(two, BOOK, sheet="2019")


def test_formulas_read_as_values_and_never_as_empty(tmp_path: Path) -> None:
    rows = in_rows(small())
    rows[1][3] = "=1+0"
    path = write_excel(rows, tmp_path / "a.xlsx")
    with pytest.raises(FileProblem) as caught:
        te.read_responses(path, BOOK)
    assert "1 formulas without a stored value" in str(caught.value)


def test_parquet_with_brackets_in_its_name(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "svar[1].parquet"
    duckdb.from_df(small(trust1=5.0)).write_parquet(str(tmp_path / "svar1.parquet"))
    frame = small()
    duckdb.from_df(frame).write_parquet(str(path))
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)


def test_parquet_without_duckdb_says_how_to_get_it(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtra, match=r'pip install "tillit_eval\[big\]"'):
        te.read_responses(path, BOOK)


def test_a_file_read_as_another_encoding_is_never_silent(tmp_path: Path) -> None:
    path = tmp_path / "svar.csv"
    write_csv(small(Enhet=["förskola", "rättning", "på Ö"]), path, encoding="cp850")
    with pytest.raises(FileProblem) as caught:
        te.read_responses(path, BOOK)
    assert str(caught.value).splitlines() == [
        "The letters of 'svar.csv' cannot be read with certainty.",
        "  expected: UTF-8, UTF-16 or Western Windows text (cp1252)",
        "  found:    bytes that do not fit 'utf-8'",
        "  to fix:   save the export as CSV UTF-8, or name its encoding, "
        'for example encoding="cp850"',
    ]
    read = te.read_responses(path, BOOK, encoding="cp850")
    assert read["unit"].tolist() == ["förskola", "rättning", "på Ö"]
    write_csv(small(), path)
    with pytest.raises(DataProblem):  # UTF-8 read as cp1252 by the user's own wish
        te.read_responses(path, BOOK, encoding="cp1252")
    with pytest.raises(FileProblem, match="cannot be read with certainty"):
        te.read_responses(path, BOOK, encoding="no-such-encoding")


def test_sep_line_blank_lines_and_trailing_separators(tmp_path: Path) -> None:
    path = write_csv(small(), tmp_path / "svar.csv")
    lines = path.read_text("utf-8").splitlines()
    lines = ["sep=;", *(line + ";;" for line in lines), ";;;;;;;", ""]
    path.write_text("\n".join(lines), "utf-8")
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "'a.csv' is empty."),
        ("a.csv", b"\n\n;;\n", "There is nothing in 'a.csv'."),
        ("a.csv", b"trust1;trust2\n", "There are no answers in 'a.csv'."),
        (
            "a.csv",
            b"trust1;unit\n1;a\n2;b;c;d\n3;c\n",
            "Some lines of 'a.csv' have another",
        ),
        (
            "a.csv",
            b'trust1;unit\n1;"a\n2;b\n',
            "'a.csv' has a quotation mark that is not",
        ),
        (
            "a.csv",
            b"trust1;u\n\x00\x01\x02\x00;\x00a\n",
            "The letters of 'a.csv' cannot",
        ),
        ("a.sav", b"$FL2 not really", "'a.sav' is not an SPSS file that can be read."),
        (
            "a.sav",
            b"trust1;trust2\n1;2\n",
            "'a.sav' is not an SPSS file that can be read.",
        ),
        (
            "a.xlsx",
            b"PK\x03\x04 nothing",
            "'a.xlsx' is not an Excel file that can be read.",
        ),
        ("a.xlsx", b"trust1;trust2\n1;2\n", "'a.xlsx' is not an Excel file that can"),
        (
            "a.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1",
            "'a.xls' is an old or a locked Excel file.",
        ),
        (
            "a.parquet",
            b"PAR1 no",
            "'a.parquet' is not a Parquet file that can be read.",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_so_in_four_lines(
    tmp_path, name, content, said
):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileProblem) as caught:
        te.read_responses(path, BOOK)
    assert str(caught.value).startswith(said)
    assert len(str(caught.value).splitlines()) == 4


def test_a_zip_of_something_else_and_a_cut_off_sav(tmp_path: Path) -> None:
    import zipfile

    zipped = tmp_path / "svar.xlsx"
    with zipfile.ZipFile(zipped, "w") as parts:
        parts.writestr("svar.csv", "trust1;trust2\n1;2\n")
    with pytest.raises(FileProblem, match=r"'svar.xlsx' is not an Excel file"):
        te.read_responses(zipped, BOOK)
    sav = tmp_path / "svar.sav"
    frame = pd.concat([small()] * 50).rename(columns={"Löpnr": "ID", "Enhet": "unit"})
    pyreadstat.write_sav(frame, str(sav))
    sav.write_bytes(sav.read_bytes()[:-40])
    with pytest.raises(FileProblem, match=r"'svar.sav' is not an SPSS file"):
        te.read_responses(sav, BOOK)


def test_missing_file_folder_and_no_path(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"There is no file 'x.csv'"):
        te.read_responses(tmp_path / "x.csv", BOOK)
    with pytest.raises(FileProblem, match="no such folder either"):
        te.read_responses(tmp_path / "y" / "x.csv", BOOK)
    with pytest.raises(FileProblem, match="is a folder, not a file"):
        te.read_responses(str(tmp_path), BOOK)
    with pytest.raises(DataProblem, match="This is not the path of a file"):
        te.read_responses(7, BOOK)  # type: ignore[arg-type]
    with pytest.raises(DataProblem, match="There is no file to read"):
        te.read_responses([], BOOK)
    with pytest.raises(DataProblem, match="The table of answers is empty"):
        te.read_responses(pd.DataFrame({"trust1": []}), BOOK)
