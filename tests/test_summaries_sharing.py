"""A summary that leaves the house tells about groups, never about a few people."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.errors import DataProblem, FileProblem, TooFewAnswers
from tillit_eval.summaries import (
    Summary,
    read_summary,
    summarise_responses,
    write_summary,
)

PARTS = ("n_rows", "n", "sums", "squares", "n_complete", "complete_sums", "products")


def responses(sizes: dict[str, int], *, wave: str = "w1") -> pd.DataFrame:
    units = np.repeat(list(sizes), list(sizes.values()))
    n = len(units)
    return pd.DataFrame(
        {
            "wave": wave,
            "unit": units,
            "q1": np.arange(n) % 5 + 1,
            "q2": (np.arange(n) // 2) % 5 + 1,
        }
    )


def summary_of(frame: pd.DataFrame, *by: str) -> Summary:
    return summarise_responses(frame, ["q1", "q2"], by=by)


def test_what_is_written_is_read_back_exactly(tmp_path: Path) -> None:
    summary = summary_of(responses({"a": 20, "b": 30}).assign(source="real"), "unit")
    ledger = write_summary(summary, tmp_path / "s.json")
    back = read_summary(tmp_path / "s.json")
    assert ledger.empty
    assert list(ledger.columns) == ["unit", "action", "reason"]
    assert back.groups.to_dict() == summary.groups.to_dict()
    assert (back.columns, back.by, back.source) == (("q1", "q2"), ("unit",), "real")
    for part in PARTS:
        np.testing.assert_array_equal(getattr(back, part), getattr(summary, part))


def test_scores_keep_every_digit(tmp_path: Path) -> None:
    frame = pd.DataFrame({"trust": np.linspace(0, 100, 37) / 3})
    summary = summarise_responses(frame, ["trust"])
    write_summary(summary, tmp_path / "s.json")
    np.testing.assert_array_equal(
        read_summary(tmp_path / "s.json").products, summary.products
    )


def test_small_units_are_merged_within_their_wave(tmp_path: Path) -> None:
    first = responses({"a": 40, "b": 6, "c": 7})
    second = responses({"a": 40, "b": 4}, wave="w2")
    summary = summary_of(pd.concat([first, second]), "wave", "unit")
    ledger = write_summary(summary, tmp_path / "s.json")
    back = read_summary(tmp_path / "s.json")
    assert back.groups.values.tolist() == [
        ["w1", "(small groups together)"],
        ["w1", "a"],
        ["w2", "a"],
    ]
    assert back.n_complete.tolist() == [13.0, 40.0, 40.0]
    assert ledger.to_dict("list") == {
        "wave": ["w1", "w1", "w2"],
        "unit": ["b", "c", "b"],
        "action": ["merged", "merged", "dropped"],
        "reason": ["fewer complete rows than the floor"] * 3,
    }


def test_the_ledger_speaks_swedish(tmp_path: Path) -> None:
    te.use_language("sv")
    ledger = write_summary(
        summary_of(responses({"a": 40, "b": 4}), "unit"), tmp_path / "s.json"
    )
    assert ledger["action"].tolist() == ["utelämnad"]
    assert ledger["reason"].tolist() == [
        "färre fullständiga rader än det minsta tillåtna antalet"
    ]


def test_a_unit_where_nearly_all_agree_is_not_shown(tmp_path: Path) -> None:
    frame = responses({"a": 40, "b": 20})
    frame.loc[frame["unit"] == "b", "q1"] = [5] * 17 + [4, 4, 4]
    ledger = write_summary(summary_of(frame, "unit"), tmp_path / "s.json")
    assert read_summary(tmp_path / "s.json").groups["unit"].tolist() == ["a"]
    assert ledger["reason"].tolist() == ["almost everyone gave the same answer"]


def test_few_incomplete_rows_do_not_show_their_answers(tmp_path: Path) -> None:
    frame = responses({"a": 40}).astype({"q2": float})
    frame.loc[3, "q2"] = np.nan
    summary = summary_of(frame, "unit")
    assert summary.sums[0, 0] - summary.complete_sums[0, 0] == frame.loc[3, "q1"]
    ledger = write_summary(summary, tmp_path / "s.json")
    back = read_summary(tmp_path / "s.json")
    assert ledger["action"].tolist() == ["complete rows only"]
    np.testing.assert_array_equal(back.sums, back.complete_sums)
    assert back.n_rows.tolist() == back.n_complete.tolist() == [39.0]


cell = st.tuples(
    st.sampled_from("abcd"), st.integers(0, 1), st.one_of(st.none(), st.integers(1, 3))
)


@settings(deadline=None, max_examples=12)
@given(rows=st.lists(cell, min_size=1, max_size=80), k_min=st.integers(5, 12))
def test_no_file_ever_holds_a_small_cell(
    rows: list[tuple[object, ...]], k_min: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    frame = pd.DataFrame(rows, columns=["unit", "q1", "q2"]).astype({"q2": float})
    file = tmp_path_factory.mktemp("s") / "s.json"
    try:
        write_summary(summary_of(frame, "unit"), file, k_min=k_min)
    except TooFewAnswers:
        assert not file.exists()
        return
    back = read_summary(file)
    assert (back.n_complete >= k_min).all()
    beyond = np.column_stack([back.n_rows, back.n]) - back.n_complete[:, None]
    assert not ((beyond > 0) & (beyond < 5)).any()
    yes = back.complete_sums[:, 0]
    assert (yes >= 5).all()
    assert (back.n_complete - yes >= 5).all()


def test_the_file_says_aggregated_and_holds_no_rows(tmp_path: Path) -> None:
    write_summary(summary_of(responses({"a": 40}), "unit"), tmp_path / "s.json")
    text = (tmp_path / "s.json").read_text(encoding="utf-8")
    assert json.loads(text)["kind"] == "aggregated"
    assert "anonym" not in text
    assert len(json.loads(text)["groups"]) == 1


def test_nothing_left_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(TooFewAnswers) as caught:
        write_summary(summary_of(responses({"a": 4}), "unit"), tmp_path / "s.json")
    assert str(caught.value) == (
        "No group of this summary may be shared.\n"
        "  expected: a group of at least 10 complete rows\n"
        "  found:    none among 1 groups\n"
        "  to fix:   make larger groups with a shorter by="
    )
    assert list(tmp_path.iterdir()) == []


def test_bad_calls_are_refused(tmp_path: Path) -> None:
    summary = summary_of(responses({"a": 40}), "unit")
    with pytest.raises(DataProblem, match="floor for what may be shown is too low"):
        write_summary(summary, tmp_path / "s.json", k_min=3)
    with pytest.raises(DataProblem, match="not a summary that can be written"):
        write_summary(summary.groups, tmp_path / "s.json")  # type: ignore[arg-type]
    with pytest.raises(FileProblem, match="cannot be written"):
        write_summary(summary, tmp_path / "nowhere" / "s.json")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileProblem, match="cannot be written"):
        write_summary(summary, tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"format": "x"}, "no summary by its 'format'"),
        ({"version": 9}, "another 'version'"),
        ({"source": "guess"}, "'source' is missing or of the wrong kind"),
        ({"columns": "q1"}, "'columns' is missing or of the wrong kind"),
        ({"groups": []}, "'groups' is missing or of the wrong kind"),
        ({"by": ["wave", "unit"]}, "group at position 0: another number of keys"),
    ],
)
def test_a_file_that_is_no_summary_is_refused(
    tmp_path: Path, change: dict[str, object], found: str
) -> None:
    file = tmp_path / "s.json"
    write_summary(summary_of(responses({"a": 40}), "unit"), file)
    document = json.loads(file.read_text(encoding="utf-8")) | change
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(FileProblem) as caught:
        read_summary(file)
    lines = str(caught.value).splitlines()
    assert lines[0] == "The file is not a sound summary."
    assert lines[1] == "  expected: what write_summary writes, version 1"
    assert found in lines[2]
    assert lines[3] == "  to fix:   ask for the file again; do not mend it by hand"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("n", [1], "'n' is not 2 numbers"),
        ("products", [1, 2, "x"], "'products' is not 3 numbers"),
        ("sums", [1, float("inf")], "'sums' is not 2 numbers"),
        ("n_complete", 41, "the counts contradict each other"),
        ("n_rows", -1, "'n_rows' is not a count"),
        ("group", None, "no 'group'"),
    ],
)
def test_a_group_that_contradicts_itself_is_named(
    tmp_path: Path, name: str, value: object, found: str
) -> None:
    file = tmp_path / "s.json"
    write_summary(summary_of(responses({"a": 40}), "unit"), file)
    document = json.loads(file.read_text(encoding="utf-8"))
    document["groups"][0][name] = value
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(FileProblem, match=f"group at position 0: {found}"):
        read_summary(file)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{", encoding="utf-8")
    with pytest.raises(FileProblem, match="The summary cannot be read"):
        read_summary(tmp_path / "s.json")
    with pytest.raises(FileProblem, match="FileNotFoundError"):
        read_summary(tmp_path / "none.json")


def test_few_rows_without_a_unit_are_not_counted_in_the_file(tmp_path: Path) -> None:
    summary = replace(summary_of(responses({"a": 40}), "unit"), n_without_group=3)
    ledger = write_summary(summary, tmp_path / "s.json")
    assert read_summary(tmp_path / "s.json").n_without_group == 0
    assert ledger["reason"].iloc[0].startswith("fewer than 5 rows without a group")
