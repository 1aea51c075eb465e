"""One pass gives the same sums on every engine, and the same as R."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval.errors import DataProblem
from tillit_eval.summaries import Summary, summarise_responses

HERE = Path(__file__).parent / "reference"
R = pd.read_csv(HERE / "summaries" / "values.csv", comment="#").set_index(
    ["case", "quantity"]
)["value"]
ITEMS = ["q1", "q2", "q3", "q4"]
PARTS = ("n_rows", "n", "sums", "squares", "n_complete", "complete_sums", "products")


def to_polars(frame: pd.DataFrame) -> pl.DataFrame:
    plain = frame.astype(object).where(frame.notna(), None)
    return pl.DataFrame({name: plain[name].tolist() for name in plain}, strict=False)


def to_duckdb(frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    plain = frame.convert_dtypes()  # noqa: F841 - read by name in the query
    return duckdb.sql("select * from plain")


ENGINES: dict[str, Callable[[pd.DataFrame], object]] = {
    "pandas": lambda frame: frame,
    "pandas, nullable": lambda frame: frame.convert_dtypes(),
    "polars": to_polars,
    "polars, lazy": lambda frame: to_polars(frame).lazy(),
    "duckdb": to_duckdb,
}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return pd.read_csv(HERE / "quality" / "inputs" / "answers.csv")


def assert_same(one: Summary, other: Summary, *, rtol: float = 0.0) -> None:
    assert one.groups.to_dict("list") == other.groups.to_dict("list")
    assert (one.columns, one.by, one.source) == (other.columns, other.by, other.source)
    assert one.n_without_group == other.n_without_group
    for part in PARTS:
        ours, theirs = getattr(one, part), getattr(other, part)
        assert ours.shape == theirs.shape, part
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=0, err_msg=part)


@pytest.mark.parametrize("engine", ENGINES)
def test_sums_and_products_equal_those_of_r(engine: str, answers: pd.DataFrame) -> None:
    summary = summarise_responses(ENGINES[engine](answers), ITEMS, by=["unit"])
    for g, unit in enumerate(summary.groups["unit"]):
        expected = R.loc[unit]
        assert summary.n_rows[g] == expected["n_rows"]
        assert summary.n_complete[g] == expected["n_complete"]
        for i, item in enumerate(ITEMS):
            assert summary.n[g, i] == expected[f"n_{item}"]
            assert summary.sums[g, i] == expected[f"sum_{item}"]
            assert summary.squares[g, i] == expected[f"square_{item}"]
            assert summary.complete_sums[g, i] == expected[f"complete_{item}"]
            for j, other in enumerate(ITEMS):
                product = expected[f"product_{item}_{other}"]
                assert summary.products[g, i, j] == product
    assert len(summary.groups) == 10


answer = st.one_of(st.none(), st.integers(-3, 9))
row = st.tuples(answer, answer, st.sampled_from(["a", "b", None]), st.integers(1, 2))


@settings(deadline=None, max_examples=6)
@given(rows=st.lists(row, min_size=1, max_size=30))
def test_every_engine_gives_exactly_the_same(rows: list[tuple[object, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=["q1", "q2", "unit", "wave"])
    frame[["q1", "q2"]] = frame[["q1", "q2"]].astype("float64")
    frame["source"] = "synthetic"
    if frame["unit"].isna().all():
        frame["unit"] = "a"
    for by in ([], ["unit", "wave"]):
        ours = summarise_responses(frame, ["q1", "q2"], by=by)
        for engine in ("polars", "polars, lazy", "duckdb"):
            theirs = summarise_responses(ENGINES[engine](frame), ["q1", "q2"], by=by)
            assert_same(ours, theirs)


@settings(deadline=None, max_examples=6)
@given(
    scores=st.lists(
        st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=2, max_size=40
    )
)
def test_scores_agree_to_twelve_digits(scores: list[tuple[float, float]]) -> None:
    frame = pd.DataFrame(scores, columns=["trust", "clarity"])
    ours = summarise_responses(frame, ["trust", "clarity"])
    x = frame.to_numpy()
    np.testing.assert_allclose(ours.products[0], x.T @ x, rtol=1e-12, atol=1e-300)
    for engine in ("polars", "duckdb"):
        theirs = summarise_responses(ENGINES[engine](frame), ["trust", "clarity"])
        assert_same(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_not_a_number_is_a_missing_answer(engine: str) -> None:
    frame = pd.DataFrame({"q1": [1.0, np.nan, 3.0], "q2": [2.0, 2.0, 2.0]})
    summary = summarise_responses(ENGINES[engine](frame), ["q1", "q2"])
    assert summary.n.tolist() == [[2.0, 3.0]]
    assert summary.n_complete.tolist() == [2.0]


def test_a_polars_not_a_number_is_missing_too() -> None:
    frame = pl.DataFrame({"q1": [1.0, float("nan"), None, 4.0]})
    assert summarise_responses(frame, ["q1"]).n.tolist() == [[2.0]]


def test_keys_compare_as_text_and_groups_are_sorted() -> None:
    frame = pd.DataFrame(
        {"wave": [2021.0, 2019.0, 2019.0, None], "q1": [1, 2, 3, 4], "source": "real"}
    )
    text = frame.assign(wave=["2021", "2019", "2019", None])
    one = summarise_responses(frame, ["q1"], by=["wave"])
    assert one.groups["wave"].tolist() == ["2019", "2021"]
    assert one.n_without_group == 1
    assert_same(one, summarise_responses(text, ["q1"], by=["wave"]))


def test_groups_add_up_to_the_whole(answers: pd.DataFrame) -> None:
    whole = summarise_responses(answers, ITEMS)
    parts = summarise_responses(answers, ITEMS, by=["unit"])
    for part in PARTS:
        np.testing.assert_array_equal(
            getattr(parts, part).sum(axis=0), getattr(whole, part)[0]
        )


def test_a_parquet_file_is_read_through_duckdb(
    answers: pd.DataFrame, tmp_path: Path
) -> None:
    file = str(tmp_path / "answers.parquet")
    duckdb.sql(f"copy (select * from answers) to '{file}' (format parquet)")
    from_file = summarise_responses(duckdb.read_parquet(file), ITEMS, by=["unit"])
    assert_same(from_file, summarise_responses(answers, ITEMS, by=["unit"]))


def test_more_items_than_pandas_likes_in_one_frame_do_not_warn() -> None:
    wide = pd.DataFrame(np.ones((6, 14)), columns=[f"q{i}" for i in range(14)])
    summary = summarise_responses(
        wide.assign(unit=list("aabbcc")), list(wide), by=["unit"]
    )
    assert summary.products.shape == (3, 14, 14)


def test_the_frame_is_not_changed(answers: pd.DataFrame) -> None:
    before = answers.copy(deep=True)
    summarise_responses(answers, ITEMS, by=["unit"])
    pd.testing.assert_frame_equal(answers, before)


def test_source_is_read_and_never_assumed(answers: pd.DataFrame) -> None:
    assert summarise_responses(answers, ITEMS).source == "unstated"
    real = answers.assign(source="real")
    assert summarise_responses(to_duckdb(real), ITEMS).source == "real"
    mixed = pd.concat([real, answers.assign(source="synthetic")])
    assert summarise_responses(to_polars(mixed), ITEMS).source == "mixed"


def refusal(frame: object, items: object, **options: object) -> str:
    with pytest.raises(DataProblem) as caught:
        summarise_responses(frame, items, **options)  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_text_instead_of_codes_is_refused(engine: str) -> None:
    frame = pd.DataFrame({"q1": [1, 2], "q2": ["agree", "disagree"]})
    assert refusal(ENGINES[engine](frame), ["q1", "q2"]) == (
        "Some items do not hold numbers.\n"
        "  expected: numbers, with missing codes already missing\n"
        "  found:    columns 'q2' of kind 'String'\n"
        "  to fix:   read the file with read_responses and its codebook, "
        "which turns texts into codes"
    )


def test_items_as_one_text_are_refused() -> None:
    assert refusal(pd.DataFrame({"q1": [1]}), "q1") == (
        "'items' is not a list of column names.\n"
        '  expected: a list, for example items=["q1", "q2"]\n'
        "  found:    one text\n"
        "  to fix:   put the names in square brackets"
    )


def test_other_bad_input_says_what_is_wrong() -> None:
    frame = pd.DataFrame({"q1": [1, 2], "unit": [None, None]})
    assert "lacks a column" in refusal(frame, ["q9"])
    assert "names a column more than once" in refusal(frame, ["q1", "q1"])
    assert "names no column" in refusal(frame, [])
    assert "No row belongs to a group" in refusal(frame, ["q1"], by=["unit"])
    assert "'by' is not a list" in refusal(frame, ["q1"], by="unit")
    assert "The table of responses is empty" in refusal(frame.iloc[:0], ["q1"])
    assert "The table of responses is empty" in refusal(
        to_duckdb(frame).filter("q1 > 9"), ["q1"]
    )
    assert "This is not a table of responses" in refusal([1, 2], ["q1"])
    assert "This is not a table of responses" in refusal(np.ones((2, 2)), ["q1"])
    endless = pd.DataFrame({"q1": [1.0, np.inf]})
    assert "infinity in columns 'q1'" in refusal(endless, ["q1"])
