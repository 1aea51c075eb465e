"""Reading survey exports: every dialect gives the same table, or a clear refusal."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.codebook import Codebook
from tillit_eval.errors import DataProblem
from tillit_eval.phrases import Label

sys.path.append(str(Path(__file__).parent))

from exports_fixtures import (
    ANSWERS,
    BOOK,
    EXPECTED,
    ITEMS,
    codebook,
    in_rows,
    in_words,
    item,
    small,
    to_wide,
    write_csv,
    write_excel,
)


@pytest.mark.parametrize("separator", [";", "\t", ",", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"]
)
def test_every_csv_dialect_reads_the_same(tmp_path: Path, separator, encoding) -> None:
    decimal = "." if separator == "," else ","
    path = tmp_path / "svar.csv"
    write_csv(small(), path, separator=separator, encoding=encoding, decimal=decimal)
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)


def test_labels_nbsp_case_and_composition_read_as_codes(tmp_path: Path) -> None:
    import unicodedata

    words = small(
        trust1=["STÄMMER\u00a0INTE ALLS", "stämmer helt ", "3"],
        trust2=[unicodedata.normalize("NFD", "Stämmer dåligt"), "", "vet ej"],
        clear1=["4 Stämmer bra", "4 = stämmer bra", "5. Stämmer helt"],
    )
    path = write_csv(words, tmp_path / "svar.csv")
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)


def test_one_file_per_wave(tmp_path: Path) -> None:
    frame = small()
    book = Codebook(
        title="",
        items=(
            item("trust1", ("2019", "v1"), ("2021", "v2")),
            item("trust2"),
            item("clear1"),
        ),
        columns=BOOK.columns,
        waves=BOOK.waves,
    )
    paths = []
    for wave, name in (("2019", "v1"), ("2021", "v2")):
        part = frame[frame["wave"] == wave].drop(columns="wave")
        part = part.rename(columns={"trust1": name})
        paths.append(write_csv(part, tmp_path / f"{wave}.csv"))
    both = te.read_responses(paths, book, wave=[2019, "2021"])
    pd.testing.assert_frame_equal(both, EXPECTED)
    with pytest.raises(DataProblem, match="The number of values in wave= is not"):
        te.read_responses(paths, book, wave=["2019"])


def test_lost_zeros_are_seen_across_files(tmp_path: Path) -> None:
    frame = small().drop(columns="wave")
    first = write_csv(frame, tmp_path / "a.csv")
    second = write_csv(frame.assign(Löpnr=[7, 12, 1234]), tmp_path / "b.csv")
    with pytest.raises(DataProblem) as caught:
        te.read_responses([first, second], BOOK, wave=["2019", "2021"])
    said = "codes that have lost their leading zeros (2, row positions #2: 0, 1)"
    assert said in str(caught.value)


def test_an_item_not_asked_in_a_wave_is_missing_without_complaint() -> None:
    book = Codebook(title="", items=(item("trust1"), item("late", ("2021", "ny"))))
    frame = pd.DataFrame({"trust1": [1, 2]})
    assert te.read_responses(frame, book, wave="2019")["late"].isna().all()
    with pytest.raises(DataProblem, match="'late': the column is missing"):
        te.read_responses(frame, book, wave="2021")


def test_wide_file_by_pattern_and_by_alias(tmp_path: Path) -> None:
    long = small(trust2=[2.0, 3.0, 4.0]).rename(
        columns={"Löpnr": "respondent", "Enhet": "unit"}
    )
    wide = to_wide(long).rename(columns={"trust1_2021": "f17"})
    book = Codebook(
        title="",
        items=(item("trust1", ("2021", "F17")), item("trust2"), item("clear1")),
        waves=BOOK.waves,
    )
    read = te.read_responses(write_csv(wide, tmp_path / "w.csv"), book, shape="wide")
    expected = EXPECTED.assign(trust2=[2.0, 3.0, 4.0])
    pd.testing.assert_frame_equal(read, expected)


def test_a_wide_file_without_waves_is_refused() -> None:
    book = Codebook(title="", items=(item("trust1"),))
    with pytest.raises(DataProblem, match="A wide file needs waves, and the codebook"):
        te.read_responses(pd.DataFrame({"trust1": [1]}), book, shape="wide")


def test_everything_wrong_is_listed_at_once() -> None:
    frame = small(
        trust1=[7, 7, 1], trust2=["bra", "2", "3"], wave=["2019", "2020", "2021"]
    )
    with pytest.raises(DataProblem) as caught:
        te.read_responses(frame.drop(columns="clear1"), BOOK)
    assert str(caught.value).splitlines() == [
        "The export does not fit the codebook in 4 places.",
        "  expected: columns, waves, codes and labels of the codebook,"
        " and no identities",
        "  found:    'clear1': the column is missing (1); 'wave': a wave that the"
        " codebook does not know (1, row positions 1); 'trust1': codes that the"
        " codebook does not know 7 (2, row positions 0, 1); 'trust2': text that is"
        " not an answer label of the codebook (1, row positions 0)",
        "  to fix:   export the column, or add its name to the codebook as an alias;"
        " check_export lists everything, strict=False reads what there is",
    ]
    lenient = te.read_responses(frame, BOOK, strict=False)
    assert lenient["trust1"].fillna(0).tolist() == [0, 0, 1]


def test_wave_must_be_stated_when_the_codebook_has_several() -> None:
    frame = small().drop(columns="wave")
    with pytest.raises(DataProblem, match="'wave': the wave is not stated"):
        te.read_responses(frame, BOOK)
    with pytest.raises(
        DataProblem, match="a wave other than the one given for the file"
    ):
        te.read_responses(small(), BOOK, wave="2019")
    one = codebook(waves=("2019",))
    assert set(te.read_responses(frame, one)["wave"]) == {"2019"}


def test_site_source_and_role_columns() -> None:
    frame = small(role=["chef", " medarbetare", "chef"])
    read = te.read_responses(frame, BOOK, site="norra", source="synthetic")
    assert list(read.columns[:5]) == ["site", "wave", "respondent", "unit", "role"]
    assert read["role"].tolist() == ["chef", "medarbetare", "chef"]
    assert set(read["source"]) == {"synthetic"}
    stated = te.read_responses(frame.assign(source="real"), BOOK, source="synthetic")
    assert set(stated["source"]) == {"real"}
    with pytest.raises(DataProblem, match="'source' is not an option"):
        te.read_responses(frame, BOOK, source="invented")  # type: ignore[arg-type]


def test_the_callers_frame_is_not_changed() -> None:
    frame = small()
    before = frame.copy(deep=True)
    te.read_responses(frame, BOOK)
    te.check_export(frame, BOOK)
    pd.testing.assert_frame_equal(frame, before)


def test_a_repeated_respondent_and_a_repeated_column_are_refused() -> None:
    with pytest.raises(
        DataProblem, match="the same respondent more than once in a wave"
    ):
        te.read_responses(small(Löpnr=["a", "a", "b"]), BOOK)
    with pytest.raises(
        DataProblem, match="'trust1': more than one column has this name"
    ):
        te.read_responses(small(TRUST1=[1, 2, 3]), BOOK)


def test_a_table_with_no_known_item_is_refused_even_when_lenient() -> None:
    with pytest.raises(DataProblem) as caught:
        te.read_responses(pd.DataFrame({"Anna Ek": [1]}), BOOK, strict=False)
    assert "0 of 3 items in 1 columns" in str(caught.value)
    assert "Anna" not in str(caught.value)


@st.composite
def surveys(draw) -> pd.DataFrame:
    """A responses table as it was before any tool wrote it down."""
    n = draw(st.integers(3, 12))
    names = st.text("abcåäöÅÄÖ é-", min_size=1, max_size=8).map(
        lambda t: "u" + t.strip()
    )
    units = draw(st.lists(names, min_size=1, max_size=3))
    codes = draw(st.lists(st.integers(0, 9999), min_size=n, max_size=n, unique=True))
    rows = []
    for code in codes:
        for wave in draw(st.sampled_from((["2019"], ["2021"], ["2019", "2021"]))):
            answers = draw(
                st.tuples(*[st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, 9.0])] * 3)
            )
            rows.append((wave, f"{code:04d}", units[code % len(units)], *answers))
    frame = pd.DataFrame(rows, columns=["wave", "respondent", "unit", *ITEMS])
    # Everybody has one answer at least, as in any wave a person is in.
    return frame.assign(trust1=frame["trust1"].replace(9.0, 3.0))


def write_sav(frame: pd.DataFrame, path: Path, suffix: str) -> Path:
    name = str(path / f"svar.{suffix}")
    labels = {key: {c: t for t, c in ANSWERS} for key in ITEMS}
    pyreadstat.write_sav(
        frame, name, variable_value_labels=labels, compress=suffix == "zsav",
        missing_ranges={"clear1": [9]},
    )  # fmt: skip
    return Path(name)


def write_parquet(frame: pd.DataFrame, path: Path) -> Path:
    import duckdb

    duckdb.from_df(frame).write_parquet(str(path))
    return path


@settings(deadline=None, max_examples=6)
@given(surveys())
def test_whatever_a_tool_writes_reads_back_identical(tmp_path_factory, frame) -> None:
    folder = tmp_path_factory.mktemp("dialects")
    truth = frame.assign(source="unstated").replace({9.0: np.nan})
    truth = truth.astype(dict.fromkeys(("wave", "respondent", "unit", "source"), "str"))
    truth["unit"] = truth["unit"].map(lambda unit: " ".join(unit.split())).astype("str")
    by = ["wave", "respondent"]

    def check(path: Path, **options: object) -> None:
        read = te.read_responses(path, BOOK, **options)
        pd.testing.assert_frame_equal(
            read.sort_values(by, ignore_index=True),
            truth.sort_values(by, ignore_index=True),
        )

    number = 0
    for table in (frame, in_words(frame)):
        for separator, encoding in (
            (";", "cp1252"),
            ("\t", "utf-16"),
            (",", "utf-8-sig"),
        ):
            number += 1
            path = folder / f"{number}.csv"
            decimal = "," if separator != "," else "."
            check(
                write_csv(
                    table, path, separator=separator, encoding=encoding, decimal=decimal
                )
            )
        check(write_excel(in_rows(table), folder / f"{number}.xlsx"))
        check(write_parquet(table, folder / f"{number}.parquet"))
    check(write_sav(frame, folder, "sav"))
    check(write_sav(frame, folder, "zsav"))
    wide = to_wide(frame)
    check(write_csv(wide, folder / "wide.csv"), shape="wide")
    check(write_excel(in_rows(wide), folder / "wide.xlsx"), shape="wide")


def test_waves_are_text_and_may_be_named_in_words() -> None:
    frame = small(wave=["year 2019", "ÅR 2019", 2021.0])
    assert te.read_responses(frame, BOOK)["wave"].tolist() == ["2019", "2019", "2021"]


def test_booleans_and_categories_from_other_tools() -> None:
    yes_no = Codebook(title="", items=(item("a"),))
    zero_one = Codebook(
        title="",
        items=(type(yes_no.items[0])(key="a", label=Label("a", "a"), codes=(0, 1)),),
    )
    assert te.read_responses(pd.DataFrame({"a": [True, False]}), zero_one)[
        "a"
    ].tolist() == [1, 0]
    words = pd.DataFrame({"a": pd.Categorical(["Vet ej", "Stämmer helt"])})
    assert te.read_responses(words, yes_no)["a"].fillna(0).tolist() == [0, 5]
    masked = pd.DataFrame({"a": pd.array([1, None], dtype="Int64")})
    assert te.read_responses(masked, yes_no)["a"].fillna(0).tolist() == [1, 0]
