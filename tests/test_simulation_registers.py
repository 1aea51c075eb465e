"""Judgements, cases and register figures come out as they are stated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tillit_eval.errors import DataProblem
from tillit_eval.exports import read_cases, read_ratings, read_series
from tillit_eval.simulation import (
    TrueCases,
    TrueRatings,
    TrueSeries,
    TrueUnit,
    read_true_register,
    simulate_cases,
    simulate_ratings,
    simulate_series,
)

FOUR = (0.25, 0.25, 0.25, 0.25)
RATINGS = TrueRatings(
    criteria=("order", "care"),
    shares=FOUR,
    raters=(("self", 0.0), ("observer", -0.5)),
    rounds=(("1", 0.0), ("2", 0.4)),
    target_share=0.5,
    criterion_share=0.2,
    rater_share=0.0,
)
CASES = TrueCases(
    case="case",
    n_cases=4000,
    first=2014.0,
    last=2016.0,
    until=2017.0,
    median_days=60.0,
    outcomes=(("plan", 0.7), ("handed on", 0.3)),
)
OLD, NEW = TrueUnit(unit="old", people=9), TrueUnit(unit="new", people=9, start=2013.0)
MANY = tuple(f"{i}" for i in range(3000))


def wide(ratings: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return ratings.pivot_table("value", ["target", "criterion"], by)


def test_ratings_have_the_bias_the_shift_and_the_shares_stated() -> None:
    ratings = simulate_ratings(RATINGS, MANY, rng=1)
    means = ratings.groupby(["round", "rater_role"])["value"].mean()
    assert means["1", "self"] == pytest.approx(2.5, abs=0.05)
    assert means["1", "observer"] < means["1", "self"] - 0.4
    assert means["2", "self"] > means["1", "self"] + 0.3
    first = ratings.query("round == '1' and rater_role == 'self'")
    shares = first["value"].value_counts(normalize=True)
    assert np.allclose(shares, 0.25, atol=0.02)
    assert len(read_ratings(ratings)) == len(ratings) == 3000 * 2 * 2 * 2


def test_raters_agree_as_far_as_is_stated() -> None:
    both = wide(simulate_ratings(RATINGS, MANY, rng=2).query("round == '1'"), ["rater"])
    assert both.shape[1] == 2 * len(MANY), "each target has raters of its own"
    roles = wide(
        simulate_ratings(RATINGS, MANY, rng=2).query("round == '1'"), ["rater_role"]
    )
    told = roles["self"].corr(roles["observer"])
    # Four steps blur a latent correlation of 0.7 to about 0.6.
    assert told == pytest.approx(0.61, abs=0.04)
    stranger = replace(RATINGS, target_share=0.0, criterion_share=0.0)
    apart = wide(simulate_ratings(stranger, MANY, rng=2), ["rater_role"])
    assert abs(apart["self"].corr(apart["observer"])) < 0.05


def test_raters_of_a_pool_judge_many_targets_and_differ_in_severity() -> None:
    truth = replace(
        RATINGS,
        each=(("observer", 2),),
        pools=(("observer", 12),),
        target_share=0.2,
        criterion_share=0.0,
        rater_share=0.4,
        missing=0.1,
    )
    ratings = simulate_ratings(truth, MANY, rng=3)
    seen = ratings.query("rater_role == 'observer'")
    assert seen["rater"].nunique() == 12
    assert (seen.groupby(["target", "round"])["rater"].nunique() <= 2).all()
    assert seen.groupby("rater")["value"].mean().std() > 0.3
    assert len(ratings) == pytest.approx(0.9 * 3000 * 2 * 2 * 3, rel=0.02)


def test_raters_come_closer_in_a_round_that_says_so() -> None:
    truth = replace(RATINGS, closer=(("2", 0.3),))
    ratings = simulate_ratings(truth, MANY, rng=4)
    apart = wide(ratings, ["round", "rater_role"])
    first = apart["1", "self"].corr(apart["1", "observer"])
    assert apart["2", "self"].corr(apart["2", "observer"]) > first + 0.1


def test_a_criterion_can_lie_higher_and_a_role_can_drift() -> None:
    truth = replace(
        RATINGS,
        rounds=(("1", 0.0), ("2", 0.0), ("3", 0.0)),
        levels=(("care", 0.5),),
        drift=(("observer", 0.3),),
    )
    ratings = simulate_ratings(truth, MANY, rng=5)
    means = ratings.groupby(["round", "criterion", "rater_role"])["value"].mean()
    assert means["1", "care", "self"] > means["1", "order", "self"] + 0.4
    own = means.xs("self", level="rater_role").groupby("round").mean()
    assert own.max() - own.min() < 0.05, "nothing changes in what is judged"
    seen = means.xs("observer", level="rater_role").groupby("round").mean()
    assert (seen.diff().dropna() > 0.2).all()


def test_a_target_is_judged_when_it_is_visited_and_once_again() -> None:
    rounds = (("1", 0.0), ("2", 0.0), ("3", 0.0))
    visited = (("a", 1.0), ("b", 2.0), ("c", 3.0))
    truth = replace(RATINGS, rounds=rounds, visited=visited)
    ratings = simulate_ratings(truth, ("a", "b", "c"), rng=6)
    told = ratings.groupby("target")["round"].agg(lambda each: "".join(each.unique()))
    assert told.to_dict() == {"a": "12", "b": "23", "c": "3"}
    everywhere = replace(RATINGS, rounds=rounds)
    others = simulate_ratings(everywhere, ("a", "b", "c"), rng=6)
    assert len(others) == 3 * 3 * 2 * 2
    kept = others.merge(ratings, how="inner")
    assert len(kept) == len(ratings), "visits take judgements away and change none"


def test_cases_close_after_the_median_and_stay_open_at_the_end() -> None:
    cases = read_cases(simulate_cases(CASES, (OLD,), rng=1))
    days = (cases["closed"] - cases["opened"]).dt.days
    early = cases["opened"] < "2016-01-01"
    assert days[early].median() == pytest.approx(60, abs=4)
    assert cases["opened"].is_monotonic_increasing
    assert cases["outcome"].isna().eq(cases["closed"].isna()).all()
    share = (cases["outcome"] == "plan").sum() / cases["outcome"].notna().sum()
    assert share == pytest.approx(0.7, abs=0.03)
    half = read_cases(simulate_cases(replace(CASES, never=0.5), (OLD,), rng=1))
    assert half["closed"].isna().mean() == pytest.approx(0.5, abs=0.04)


def test_cases_close_sooner_where_the_reform_is_in_place() -> None:
    cases = read_cases(simulate_cases(replace(CASES, change=0.7), (OLD, NEW), rng=1))
    days = (cases["closed"] - cases["opened"]).dt.days
    median = days.groupby(cases["unit"]).median()
    assert median["new"] == pytest.approx(60 / np.exp(0.7), abs=4)
    assert median["old"] == pytest.approx(60, abs=5)


def test_series_can_step_swing_and_count() -> None:
    periods = tuple((f"{m:03d}", 2010 + m / 12) for m in range(96))
    plain = TrueSeries(
        indicator="reports",
        periods=periods,
        level=20.0,
        unit_sd=0.0,
        noise_sd=0.0,
        steps=((2012.0, -5.0), (2015.0, 2.0)),
    )
    value = simulate_series(plain, (OLD,), rng=1)["value"].to_numpy()
    assert [value[0], value[24], value[60]] == [20.0, 15.0, 17.0]
    swing = simulate_series(replace(plain, steps=(), season=3.0), (OLD,), rng=1)
    assert swing["value"].iloc[[0, 6]].tolist() == [23.0, 17.0]
    counted = simulate_series(replace(plain, counts=True), (OLD,) * 40, rng=1)
    assert (counted["value"] % 1 == 0).all()
    assert counted["value"].iloc[:24].var() > 5
    assert len(read_series(counted.drop_duplicates(["unit", "period"]))) == 96


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"shares": (0.5, 0.4)}, "the shares are not above 0, or do not add up to 1"),
        ({"criteria": ()}, "nothing to judge, or nobody to judge it"),
        ({"each": (("nobody", 2),)}, "no role 'nobody'"),
        ({"closer": (("9", 0.5),)}, "no round '9'"),
        ({"target_share": 0.9}, "a share of the variance, or missing"),
        ({"drift": (("nobody", 0.1),)}, "no role 'nobody'"),
        ({"levels": (("light", 0.1),)}, "no criterion 'light'"),
        ({"visited": (("nowhere", 1.0),)}, "no target 'nowhere'"),
        ({"visited": ((MANY[0], 9.0),)}, "no round 9 to visit"),
        (
            {"each": (("self", 3),), "pools": (("self", 2),)},
            "role 'self': 2 raters in all, more for each target",
        ),
    ],
)
def test_ratings_that_cannot_be_are_refused(
    wrong: dict[str, object], told: str
) -> None:
    with pytest.raises(DataProblem) as problem:
        simulate_ratings(replace(RATINGS, **wrong), MANY[:3], rng=1)
    assert told in problem.value.found


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"n_cases": 0}, "no units, or no cases"),
        ({"until": 2015.0}, "first, last and until run backwards"),
        ({"median_days": 0.0}, "days or shape not above 0"),
        ({"outcomes": (("a", 0.4),)}, "shares of outcomes"),
    ],
)
def test_cases_that_cannot_be_are_refused(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(DataProblem) as problem:
        simulate_cases(replace(CASES, **wrong), (OLD,), rng=1)
    assert told in problem.value.found


REGISTER = """
site = "north"
[[unit_group]]
group = "wards"
units = ["17", "18"]
basis = "assumed"
[[unit_group]]
group = "others"
units = ["X"]
start = [2014.0]
basis = "assumed"
[[unit_change]]
old = "17"
new = "20"
date = "2017-03-01"
basis = "assumed"
[[series]]
indicator = "exits"
periods = [["2016", 2016.5]]
level = 3.0
groups = ["wards"]
steps = [[2017.2, 1.0]]
basis = "assumed"
[[ratings]]
criteria = ["order"]
shares = [0.5, 0.5]
raters = [["self", 0.0]]
groups = ["wards"]
basis = "assumed"
[[cases]]
case = "stay"
n_cases = 5
first = 2014.0
last = 2015.0
until = 2016.0
median_days = 9.0
basis = "assumed"
"""


def test_a_file_states_them_all(tmp_path: Path) -> None:
    path = tmp_path / "structure.toml"
    path.write_text(REGISTER, encoding="utf-8")
    true = read_true_register(path)
    assert [unit.unit for unit in true.units] == ["17", "18", "X"]
    assert [unit.unit for unit in true.units_of(["wards"])] == ["17", "18"]
    assert true.units_of([]) == true.units
    assert true.unit_changes == (("17", "20", "2017-03-01"),)
    assert true.series[0].steps == ((2017.2, 1.0),)
    assert true.ratings[0].raters == (("self", 0.0),)
    assert true.cases[0].n_cases == 5
    with pytest.raises(DataProblem) as problem:
        true.units_of(["nobody"])
    assert problem.value.what == "The stated truth has no such group of units."


def test_a_ward_that_was_merged_is_counted_until_then() -> None:
    stated = TrueSeries(
        indicator="sick leave",
        periods=(("2016", 2016.5), ("2017", 2017.5), ("2018", 2018.5)),
        level=5.0,
        measured_from=(("20", 2017.5),),
        measured_until=(("17", 2017.5),),
    )
    units = (TrueUnit(unit="17", people=9), TrueUnit(unit="20", people=9))
    found = simulate_series(stated, units, rng=1)
    counted = found.dropna().groupby("unit")["period"].agg(list)
    assert counted["17"] == ["2016"]
    assert counted["20"] == ["2017", "2018"]
    with pytest.raises(DataProblem) as problem:
        simulate_series(replace(stated, measured_until=(("9", 1.0),)), units, rng=1)
    assert "1 unknown unit(s)" in problem.value.found
