"""The methods for few units must reproduce what R finds by brute force on rows."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.comparison import _moments as moments
from tillit_eval.comparison._cluster import (
    estimate_contrast,
    estimate_jackknife,
    fit_clusters,
)
from tillit_eval.comparison._few_treated import _variance_law, few_treated_curve
from tillit_eval.comparison._inversion import Curve
from tillit_eval.comparison._placebo import placebo_curve
from tillit_eval.comparison._regression import ArmSums, Regression
from tillit_eval.comparison._wild import wild_curve
from tillit_eval.summaries import summarise_change

HERE = Path(__file__).parent / "reference" / "few_units"
VALUES = pd.read_csv(HERE / "values.csv", comment="#")
R = VALUES.set_index(["case", "quantity"])["value"]
ROWS = pd.read_csv(HERE / "inputs" / "rows.csv")
BOOTTEST = pd.read_csv(HERE / "wildboottest.csv", comment="#")
WAVES = {"before": "0", "after": "1"}
# clubSandwich inverts n by n blocks; its own rounding is larger than ours.
SANDWICH = 1e-8
# Ends are searched in steps of a millionth of a standard error, in R and here.
END = 5e-6


@cache
def scores(layout: str) -> pd.DataFrame:
    """Return the rows of one layout as a reader of the toolkit has them."""
    mine = ROWS[ROWS["layout"] == layout]
    return pd.DataFrame(
        {
            "respondent": mine["person"],
            "wave": mine["wave"].astype(str),
            "unit": mine["unit"],
            "treated": mine["treated"] == 1,
            "trust": mine["y"],
            "source": "published",
        }
    )


@cache
def regression(layout: str, question: str) -> Regression:
    """Return the sums per unit that one question needs."""
    summary = summarise_change(
        scores(layout), "trust", **WAVES, assigned="unit", treated="treated"
    )
    codes = np.arange(len(summary.n_pairs))
    if question == "change":
        return moments.mean_of_changes(moments.stayed(summary), codes)
    rows = moments.everyone(summary)
    if question == "wave":
        return moments.change_of_means(rows, codes)
    if question == "units":
        return moments.mean_of_units(rows, codes)
    treated = summary.units["treated"].to_numpy().astype(str) == "True"
    return moments.change_between_arms(rows, codes, treated)


def arms(layout: str) -> ArmSums:
    found = regression(layout, "arms").arms
    assert found is not None
    return found


def cases(kind: str) -> list[str]:
    found = VALUES["case"][VALUES["case"].str.startswith(kind)]
    return sorted({case.removeprefix(kind) for case in found})


def assert_as_rare(curve: Curve, expected: pd.Series, ways: str) -> None:
    """Compare p as a fraction: the very draws that are as rare, at every null."""
    asked = [name for name in expected.index if name.startswith("as_rare_at_")]
    assert len(asked) >= 4
    for name in asked:
        null = float(name.removeprefix("as_rare_at_"))
        ours = curve.p_value(null) * expected[ways]
        assert ours == pytest.approx(expected[name], abs=1e-9), name


@pytest.mark.parametrize("case", cases("cr3_"))
def test_errors_are_those_of_clubsandwich(case: str) -> None:
    layout, question = case.split("_")
    asked, expected = regression(layout, question), R[f"cr3_{case}"]
    fit = fit_clusters(asked.cross, asked.moments)
    cr2 = estimate_contrast(fit, asked.contrast)
    ours = {
        "estimate": float(cr2.estimate),
        "error_cr2": float(cr2.standard_error),
        "error_cr3": float(estimate_jackknife(fit, asked.contrast)),
    }
    assert ours == pytest.approx(expected.to_dict(), rel=SANDWICH)
    assert ours["error_cr3"] > ours["error_cr2"]


def test_cautious_df_are_those_that_r_finds_by_hand() -> None:
    found = te.compare_adjusted(scores("ten"), "trust", assigned="unit", **WAVES)
    assert found.method.key == "comparison.method_cr2_cautious"
    ours = {
        "estimate": found.estimate,
        "df": found.df,
        "low": found.interval.low,
        "high": found.interval.high,
        "p_value": found.p_value,
    }
    assert ours == pytest.approx(R["cautious_ten_arms"].to_dict(), rel=SANDWICH)


@pytest.mark.parametrize("case", cases("wild_"))
def test_the_bootstrap_counts_the_signs_that_r_counts(case: str) -> None:
    layout, question = case.split("_")
    curve, expected = wild_curve(regression(layout, question)), R[f"wild_{case}"]
    assert_as_rare(curve, expected, "signs")
    interval = curve.interval(0.95)
    near = END * curve.error
    assert curve.estimate == pytest.approx(expected["estimate"], rel=1e-10)
    assert interval.low == pytest.approx(expected["low"], abs=near)
    assert interval.high == pytest.approx(expected["high"], abs=near)


@pytest.mark.parametrize("question", ["wave", "arms"])
@pytest.mark.parametrize("layout", ["six", "eight", "ten"])
def test_the_bootstrap_agrees_with_wildboottest(layout: str, question: str) -> None:
    """It counts strictly beyond: the data and their mirror image may be missing."""
    asked = regression(layout, question)
    curve, step = wild_curve(asked), 2.0 ** -len(asked.cross)
    mine = BOOTTEST[(BOOTTEST["layout"] == layout) & (BOOTTEST["question"] == question)]
    assert len(mine) == 4
    for row in mine.itertuples():
        ours = curve.p_value(float(row.null))
        assert 0 <= ours - float(row.p_value) <= 2 * step + 1e-12


@pytest.mark.parametrize("layout", ["nine", "six"])
def test_the_placebo_counts_the_arms_that_r_counts(layout: str) -> None:
    curve, expected = placebo_curve(arms(layout)), R[f"placebo_{layout}"]
    assert_as_rare(curve, expected, "ways")
    interval = curve.interval(0.85 if layout == "six" else 0.95)
    near = END * curve.error
    assert curve.estimate == pytest.approx(expected["estimate"], rel=1e-10)
    assert interval.low == pytest.approx(expected["low"], abs=near)
    assert interval.high == pytest.approx(expected["high"], abs=near)


@pytest.mark.parametrize("case", cases("conley_taber_"))
def test_one_unit_is_ranked_among_the_others(case: str) -> None:
    curve = few_treated_curve(arms(case), by_size=False)
    assert_among(curve, R[f"conley_taber_{case}"])


@pytest.mark.parametrize("case", cases("ferman_pinto_"))
def test_one_or_two_units_are_ranked_given_their_size(case: str) -> None:
    curve = few_treated_curve(arms(case), by_size=True)
    assert_among(curve, R[f"ferman_pinto_{case}"])


def assert_among(curve: Curve, expected: pd.Series) -> None:
    assert_as_rare(curve, expected, "ways")
    wide, narrow = curve.interval(0.95), curve.interval(0.8)
    assert curve.estimate == pytest.approx(expected["estimate"], rel=1e-10)
    assert curve.error == pytest.approx(expected["error"], rel=1e-10)
    ours = [wide.low, wide.high, narrow.low, narrow.high]
    theirs = expected[["low_95", "high_95", "low_80", "high_80"]].to_list()
    assert ours == pytest.approx(theirs, abs=END * curve.error)


def test_the_variance_law_is_least_squares_and_never_under_the_average() -> None:
    noise = np.array([0.1, 0.2, 0.4, 0.8])
    free = _variance_law(np.sqrt(2 + 3 * noise), noise, by_size=True)
    assert (free.base, free.slope) == pytest.approx((2.0, 3.0))
    assert free(noise) == pytest.approx([3.125, 3.125, 3.2, 4.4])
    falling = _variance_law(np.array([4.0, 3.0, 2.0, 1.0]), noise, by_size=True)
    assert (falling.base, falling.slope) == pytest.approx((7.5, 0.0))
    steep = _variance_law(np.array([0.0, 0.1, 0.2, 3.0]), noise, by_size=True)
    assert (steep.base, steep.slope) == pytest.approx((0.0, 7.218 / 0.85))


QUESTIONS: dict[str, Any] = {
    "change": te.compare_paired,
    "wave": te.compare_waves,
    "arms": te.compare_adjusted,
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("layout", ["eight", "ten"])
def test_what_is_published_is_what_r_found(layout: str, question: str) -> None:
    """The same through the front door, CR3 and bootstrap by their names."""
    extra = {"assigned": "unit"} if question == "arms" else {}
    found = QUESTIONS[question](scores(layout), "trust", **WAVES, **extra)
    shown = {
        str(one.method.key).split("method_")[1]: one
        for one in (found, *found.alternatives)
        if one.average == "people"
    }
    cr3 = shown["cr3_arms" if question == "arms" else "cr3"]
    expected = R[f"cr3_{layout}_{question}"]
    assert cr3.estimate == pytest.approx(expected["estimate"], rel=SANDWICH)
    assert cr3.standard_error == pytest.approx(expected["error_cr3"], rel=SANDWICH)
    wild, expected = shown["wild"], R[f"wild_{layout}_{question}"]
    rare = expected["as_rare_at_0"] / expected["signs"]
    assert wild.p_value == pytest.approx(rare, abs=1e-12)
    near = END * wild.standard_error
    assert wild.interval.low == pytest.approx(expected["low"], abs=near)
    assert wild.interval.high == pytest.approx(expected["high"], abs=near)
