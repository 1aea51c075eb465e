"""The check says columns, kinds, counts and positions; never what a person wrote."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.errors import DataProblem, TillitError
from tillit_eval.exports.problems import KINDS
from tillit_eval.files.identities import find_identities, is_personal_number
from tillit_eval.phrases import has_phrase

sys.path.append(str(Path(__file__).parent))

from exports_fixtures import (
    CANARIES,
    codebook,
    in_rows,
    write_csv,
    write_excel,
)

BOOK = codebook()
SOUND = pd.DataFrame(
    {
        "respondent": ["a", "b", "c", "d"],
        "wave": ["2019", "2019", "2021", "2021"],
        "unit": ["x", "x", "y", "y"],
        "trust1": [1, 2, 3, 4],
        "trust2": [1, 2, 3, 9],
        "clear1": [5, 4, 5, 4],
    }
)


def kinds(frame: pd.DataFrame, **options: object) -> set[tuple[str, str, int, str]]:
    found = te.check_export(frame, BOOK, **options)
    assert list(found.columns) == ["column", "kind", "count", "positions"]
    return set(found.itertuples(index=False, name=None))


def test_a_sound_export_has_no_problems() -> None:
    assert kinds(SOUND) == set()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"extra": [1, 2, 3, 4]}, ("extra", "unknown_column", 4, "")),
        ({"trust1": [7, 2, 7, 4]}, ("trust1", "invalid_code", 2, "0, 2")),
        ({"trust1": [2.5, 2, 3, 4]}, ("trust1", "invalid_code", 1, "0")),
        ({"trust1": ["bra", 2, 3, 4]}, ("trust1", "label_unknown", 1, "0")),
        ({"trust1": ["Vet ej", 2, 3, 4]}, ("trust1", "mixed_types", 1, "0")),
        ({"trust1": ["5 vet ej", 2, 3, 4]}, ("trust1", "label_contradicts", 1, "0")),
        ({"trust1": [None] * 4}, ("trust1", "empty_column", 4, "")),
        ({"trust1": [3] * 4}, ("trust1", "constant_column", 4, "")),
        ({"trust1": ["1", "3-4", "2", "4"]}, ("trust1", "date_for_code", 1, "1")),
        ({"wave": ["2019", "2020", "2021", "2021"]}, ("wave", "unknown_wave", 1, "1")),
        ({"wave": ["2019", None, "2021", "2021"]}, ("wave", "wave_missing", 1, "1")),
        ({"respondent": list("aacd")}, ("respondent", "repeated_respondent", 1, "1")),
        (
            {"respondent": ["a", None, "c", "d"]},
            ("respondent", "value_missing", 1, "1"),
        ),
        ({"unit": ["x", "x", "", "y"]}, ("unit", "value_missing", 1, "2")),
        ({"unit": ["x", "x", "Y", "y"]}, ("unit", "other_spelling", 1, "3")),
        ({"unit": ["x ", "x", "\u00a0y", "y"]}, ("unit", "outer_space", 2, "0, 2")),
        ({"unit": ["Ã…sö", "x", "y", "y"]}, ("unit", "mojibake", 1, "0")),
        (
            {"respondent": ["007", "12", "1234", "8"]},
            ("respondent", "lost_zeros", 2, "1, 3"),
        ),
        (
            {"text": ["ett två tre fyra fem"] * 4},
            ("text", "free_text", 4, "0, 1, 2, 3"),
        ),
        ({"note": ["a@b.se", "", "", ""]}, ("note", "email", 1, "0")),
        ({"note": ["ring 070-1740605", "", "", ""]}, ("note", "phone", 1, "0")),
        ({"note": ["", "811278-9873", "", ""]}, ("note", "personal_number", 1, "1")),
        ({"TRUST1": [1, 2, 3, 4]}, ("trust1", "repeated_column", 1, "")),
    ],
)
def test_each_kind_is_found_where_it_is(change, problem) -> None:
    assert problem in kinds(SOUND.assign(**change))


def test_a_missing_column_a_missing_wave_and_repeated_rows() -> None:
    assert kinds(SOUND.drop(columns="clear1")) == {("clear1", "missing_column", 1, "")}
    assert kinds(SOUND.drop(columns="wave")) == {("wave", "wave_missing", 4, "")}
    twice = pd.concat([SOUND, SOUND.head(1)], ignore_index=True)
    assert ("", "duplicate_rows", 1, "4") in kinds(twice)
    wrong = kinds(SOUND, wave="2019")
    assert wrong == {("wave", "two_waves_in_one_file", 2, "2, 3")}


def test_a_wide_export_says_which_wave_is_absent() -> None:
    wide = pd.DataFrame({"respondent": ["a", "b"], "trust1_2019": [1, 2],
                         "trust2_2019": [1, 2], "clear1_2019": [1, 7]})  # fmt: skip
    assert kinds(wide, shape="wide") == {
        ("clear1", "invalid_code", 1, "1"),
        ("2021", "wave_absent", 2, ""),
    }


def test_a_file_without_header_shows_no_name() -> None:
    frame = pd.DataFrame([["Bo Alm", 4]], columns=["Anna Ek", "3"])
    found = te.check_export(frame, BOOK)
    assert "no_header" in set(found["kind"])
    assert "column 0" in set(found["column"])
    assert "Anna" not in found.to_string()


def test_positions_are_cut_after_five_and_count_is_whole() -> None:
    many = pd.concat([SOUND] * 3, ignore_index=True)
    many = many.assign(respondent=[f"r{i}" for i in range(12)], trust1=6)
    assert ("trust1", "invalid_code", 12, "0, 1, 2, 3, 4 …") in kinds(many)


def test_only_short_codes_are_repeated_because_a_long_one_may_be_a_person() -> None:
    frame = SOUND.assign(trust1=[8112189876, 12, float("inf"), 1])
    with pytest.raises(DataProblem) as caught:
        te.read_responses(frame, BOOK)
    assert "does not know 12 (3, row positions 0, 1, 2)" in str(caught.value)
    assert "9876" not in str(caught.value)
    assert ("trust1", "personal_number", 1, "0") in kinds(frame)


def test_every_kind_has_words_in_both_languages() -> None:
    for kind in KINDS:
        assert has_phrase(f"exports.kind_{kind}"), kind
        assert has_phrase(f"exports.fix_{kind}"), kind


def test_problems_are_explained_in_both_languages() -> None:
    found = te.check_export(SOUND.assign(trust1=[7, 2, 3, 4]), BOOK)
    english = te.exports.explain_problems(found)
    assert english.iloc[0, :4].tolist() == [
        "trust1", "codes that the codebook does not know", 1, "0",
    ]  # fmt: skip
    swedish = te.exports.explain_problems(found, lang="sv")
    assert list(swedish.columns)[:3] == ["Kolumn", "Vad som är fel", "Antal"]
    assert swedish.iloc[0, 1] == "koder som kodboken inte känner till"
    with pytest.raises(DataProblem, match="The table of problems lacks a column"):
        te.exports.explain_problems(SOUND)


@settings(deadline=None, max_examples=80)
@given(st.dates(), st.integers(0, 999), st.booleans(), st.sampled_from(["", "-", "+"]))
def test_every_personal_number_is_found_and_a_wrong_digit_is_not(
    day, serial, coordination, mark
) -> None:
    nine = f"{day:%y%m}{day.day + 60 * coordination:02d}{serial:03d}"
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(nine)]
    check = -sum(d // 10 + d % 10 for d in doubled) % 10
    number = f"{nine[:6]}{mark}{nine[6:]}{check}"
    assert is_personal_number(f"{nine}{check}")
    assert find_identities([number]) == {"personal_number": [0]}
    assert find_identities([f"19{number}", f"id {number}!"])["personal_number"] == [
        0,
        1,
    ]
    wrong = f"{nine[:6]}-{nine[6:]}{(check + 1) % 10}"
    assert "personal_number" not in find_identities([wrong])


def test_codes_of_ten_digits_are_not_taken_for_personal_numbers() -> None:
    codes = [str(8_112_180_000 + i) for i in range(300)]
    assert find_identities(codes) == {}
    assert find_identities(["p" + "0123456789ab" * 2, "2016-03-01", "12345678"]) == {}


@pytest.mark.parametrize("column", ["respondent", "unit", "trust1", "note", "wave"])
@pytest.mark.parametrize("ending", ["csv", "xlsx", "sav", "frame", "broken.csv"])
def test_no_canary_is_ever_repeated(tmp_path, column, ending, caplog, capsys):
    """What a person wrote is in no message, traceback, log, check or table."""
    caplog.set_level(logging.DEBUG)
    six = pd.concat([SOUND, SOUND.head(2)], ignore_index=True)
    frame = six.assign(respondent=list("abcdef")).astype(object)
    frame[column] = [*CANARIES, "1"]
    source = write(frame, tmp_path, ending)
    said = []
    for read in (
        lambda: te.check_export(source, BOOK).to_string(),
        lambda: te.exports.explain_problems(te.check_export(source, BOOK)).to_string(),
        lambda: kept(te.read_responses(source, BOOK), column),
        lambda: kept(te.read_responses(source, BOOK, strict=False), column),
        lambda: te.exports.read_ratings(source),
        lambda: kept(te.exports.read_units(source), column),
    ):
        try:
            said.append(str(read()))
        except TillitError as error:
            said += [str(error), repr(error), *traceback.format_exception(error)]
    printed = capsys.readouterr()
    everything = "\n".join([*said, caplog.text, printed.out, printed.err])
    assert [canary for canary in CANARIES if canary in everything] == []


def write(frame: pd.DataFrame, folder: Path, ending: str) -> Path | pd.DataFrame:
    if ending == "frame":
        return frame
    path = folder / f"svar.{ending}"
    if ending == "xlsx":
        return write_excel(in_rows(frame), path)
    if ending == "sav":
        pyreadstat.write_sav(frame.astype(str), str(path))
        return path
    write_csv(frame, path)
    if ending == "broken.csv":
        path.write_text(
            path.read_text("utf-8") + "en;rad;till;mycket;1;2;3;4\n", "utf-8"
        )
    return path


def kept(table: pd.DataFrame, column: str) -> str:
    """Return a table as text; a name may be in a unit's cell, an identity never."""
    text = table.to_string()
    assert [canary for canary in CANARIES[1:4] if canary in text] == []
    may_hold_words = column in ("respondent", "unit", "wave")
    return "" if may_hold_words else text
