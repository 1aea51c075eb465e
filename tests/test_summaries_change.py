"""A score in two waves: who is linked, where a mover belongs, who is counted."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval.errors import DataProblem
from tillit_eval.summaries import ChangeSummary, summarise_change

HERE = Path(__file__).parent / "reference"
R = pd.read_csv(HERE / "summaries" / "values.csv", comment="#").set_index(
    ["case", "quantity"]
)["value"]
SUMS = [
    *("n_pairs", "sum_before", "sum_after", "square_before", "square_after"),
    *("product", "n_before", "n_after", "all_before", "all_after"),
    *("all_square_before", "all_square_after"),
]
COUNTS = ["n_before_only", "n_after_only", "n_without_code", "n_movers"]
# Sums of 2-decimal scores in another order than R's differ in the last digit only.
RTOL = 1e-12


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    return pd.read_csv(HERE / "quality" / "inputs" / "two_waves.csv")


def change(frame: object, **options: object) -> ChangeSummary:
    return summarise_change(frame, "trust", before="w1", after="w2", **options)  # type: ignore[arg-type]


def test_sums_per_unit_equal_those_of_r(scores: pd.DataFrame) -> None:
    found = change(scores)
    assert found.has_units
    for g, unit in enumerate(found.units["unit"]):
        ours = {name: getattr(found, name)[g] for name in SUMS}
        assert ours == pytest.approx(R.loc[f"change_{unit}"].to_dict(), rel=RTOL)
    assert {n: getattr(found, n) for n in COUNTS} == R.loc["change"].to_dict()
    assert R["change", "n_movers"] > 0
    assert R["change", "n_without_code"] > 0


def test_every_engine_links_the_same(scores: pd.DataFrame) -> None:
    ours = change(scores)
    plain = scores.astype(object).where(scores.notna(), None)
    polars = pl.DataFrame({c: plain[c].tolist() for c in plain}, strict=False)
    for frame in (polars, polars.lazy(), duckdb.sql("select * from scores")):
        theirs = change(frame)
        assert theirs.units.to_dict() == ours.units.to_dict()
        for name in SUMS:
            np.testing.assert_allclose(
                getattr(theirs, name), getattr(ours, name), rtol=RTOL
            )
        assert [getattr(theirs, n) for n in COUNTS] == [
            getattr(ours, n) for n in COUNTS
        ]


def test_units_add_up_to_people_alone(scores: pd.DataFrame) -> None:
    units, people = change(scores), change(scores, unit=None)
    assert not people.has_units
    assert people.n_movers == 0
    assert set(people.n_before) <= {0.0, 1.0}
    assert people.units.shape[1] == 0
    for name in SUMS:
        assert getattr(units, name).sum() == pytest.approx(
            getattr(people, name).sum(), rel=RTOL
        )


row = st.tuples(
    st.one_of(st.none(), st.integers(0, 6)),
    st.sampled_from(["w1", "w2"]),
    st.sampled_from(["a", "b"]),
    st.one_of(st.none(), st.integers(0, 100)),
)


@settings(deadline=None, max_examples=12)
@given(rows=st.lists(row, min_size=2, max_size=25))
def test_every_scored_row_is_counted_once_and_waves_can_swap(
    rows: list[tuple[object, ...]],
) -> None:
    frame = pd.DataFrame(rows, columns=["respondent", "wave", "unit", "trust"])
    frame["trust"] = frame["trust"].astype(float)
    coded = frame["respondent"].notna()
    again = frame.duplicated(["respondent", "wave"])
    frame = frame[~(coded & again)]
    if frame["wave"].nunique() < 2 or frame["trust"].notna().sum() == 0:
        return
    for unit in ("unit", None):
        found = change(frame, unit=unit)
        rows_counted = 2 * found.n_pairs.sum() + found.n_before_only
        rows_counted += found.n_after_only + found.n_without_code
        assert rows_counted == frame["trust"].notna().sum()
        assert found.n_before.sum() + found.n_after.sum() == rows_counted
        back = summarise_change(frame, "trust", before="w2", after="w1", unit=unit)
        assert back.n_pairs.sum() == found.n_pairs.sum()
        assert back.sum_after.sum() == found.sum_before.sum()
        assert back.n_before_only == found.n_after_only
        assert back.n_movers == found.n_movers


def small() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "respondent": ["a", "a", "b", "b", "c", "d"],
            "wave": ["w1", "w2"] * 2 + ["w1", "w2"],
            "unit": ["n", "s", "s", "s", "n", "n"],
            "arm": [1, 0, 0, 0, 1, 1],
            "trust": [10.0, 20.0, 30.0, 50.0, 70.0, 90.0],
        }
    )


def test_a_mover_belongs_to_the_unit_of_the_wave_before() -> None:
    found = change(small(), treated="arm", assigned="unit")
    assert found.units.to_dict("list") == {"unit": ["n", "s"], "arm": [1, 0]}
    assert found.n_pairs.tolist() == [1.0, 1.0]
    assert found.sum_after.tolist() == [20.0, 50.0]
    assert found.all_after.tolist() == [110.0, 50.0]
    assert found.n_movers == 1


def test_a_person_without_a_score_before_still_belongs_where_they_were() -> None:
    frame = small()
    frame.loc[0, "trust"] = np.nan
    found = change(frame)
    assert found.all_after.tolist() == [110.0, 50.0]
    assert (found.n_after_only, found.n_movers) == (2, 0)


def test_without_codes_nobody_is_linked() -> None:
    found = change(small().drop(columns="respondent"))
    assert found.n_pairs.sum() == 0
    assert found.n_without_code == 6
    assert found.n_before.tolist() == [2.0, 1.0]


def test_waves_compare_as_text_and_other_waves_are_left_alone() -> None:
    frame = small().assign(wave=[2019, 2021, 2019, 2021, 2019, 2020])
    found = summarise_change(frame, "trust", before="2019", after="2021")
    assert found.n_after.sum() == 2


def test_unit_is_used_when_the_column_exists_only() -> None:
    assert not change(small().drop(columns="unit")).has_units
    with pytest.raises(DataProblem, match="lacks a column"):
        change(small(), unit="ward")


def test_level_by_person_when_people_stand_alone() -> None:
    frame = small().assign(clinic=["x", "x", "y", "y", "x", "y"])
    found = change(frame, unit=None, assigned="clinic")
    assert sorted(found.units["clinic"]) == ["x", "x", "y", "y"]


def refusal(frame: object, **options: object) -> str:
    with pytest.raises(DataProblem) as caught:
        summarise_change(
            frame,
            "trust",
            **{"before": "w1", "after": "w2", **options},  # type: ignore[arg-type]
        )
    return str(caught.value)


def test_repeated_people_are_named_by_position() -> None:
    frame = pd.concat([small(), small().iloc[[1]]])
    assert refusal(frame) == (
        "Some people have more than one row in the same wave.\n"
        "  expected: one row per respondent and wave\n"
        "  found:    2 rows that share both: row positions 1, 6\n"
        "  to fix:   keep one row each, or check that respondent codes are not reused"
    )


def test_an_unknown_wave_lists_those_present() -> None:
    assert refusal(small(), after="w3") == (
        "A wave to compare is not in the table.\n"
        "  expected: one of the waves 'w1', 'w2'\n"
        "  found:    'w3'\n"
        "  to fix:   check before= and after= against the waves present"
    )
    assert "compared with itself" in refusal(small(), after="w1")


def test_a_missing_unit_is_not_passed_over() -> None:
    frame = small()
    frame.loc[4, "unit"] = None
    assert refusal(frame) == (
        "Some people with a score have no unit.\n"
        "  expected: a value of 'unit' in every row with a score\n"
        "  found:    1 rows without: row positions 4\n"
        "  to fix:   fill in the unit, leave these rows out, or give unit=None"
    )


def test_treatment_that_varies_within_a_unit_is_refused() -> None:
    frame = small().assign(arm=[1, 0, 0, 1, 1, 1])
    assert refusal(frame, treated="arm") == (
        "'arm' is not the same for every row of a unit.\n"
        "  expected: one value per unit, in both waves\n"
        "  found:    1 units with several values; 0 rows without one: "
        "row positions none\n"
        "  to fix:   make one value per unit; who was treated later counts as treated"
    )


def test_scores_in_words_are_refused() -> None:
    frame = small().assign(trust="high")
    assert "The scores of 'trust' are not numbers." in refusal(frame)


def test_no_identity_is_ever_in_a_message() -> None:
    frame = pd.concat([small(), small().iloc[[1]]]).assign(respondent=["Anna Ek"] * 7)
    assert "Anna" not in refusal(frame)
