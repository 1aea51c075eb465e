"""Reliable change equals base R and clubSandwich, and tells shares only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.comparison import IndividualChange, compare_individuals
from tillit_eval.errors import DataProblem, TooFewAnswers

ROOT = Path(__file__).parents[1]
HERE = ROOT / "tests" / "reference" / "individuals"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
CASES = ["JOBSAT_0.6", "JOBSAT_0.8", "READY_0.6", "READY_0.8"]
BETWEEN = {"before": "1", "after": "3"}


def soldiers(scale: str) -> pd.DataFrame:
    frame = pd.read_csv(ROOT / "data" / "real" / "univbct.csv")
    return pd.concat(
        pd.DataFrame(
            {
                "respondent": np.arange(len(frame)),
                "unit": frame["BTN"],
                "wave": wave,
                "score": frame[f"{scale}{wave}"],
                "source": "real",
            }
        )
        for wave in ("1", "2", "3")
    )


def drawn(n: int = 300, *, rise: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Draw two waves of a score with reliability .8 and no true change but `rise`."""
    rng = np.random.default_rng(seed)
    true = rng.normal(50, 15, n)
    error = 15 * np.sqrt(0.25)
    score = [true + rng.normal(0, error, n), true + rise + rng.normal(0, error, n)]
    return pd.DataFrame(
        {
            "respondent": [*range(n), *range(n)],
            "wave": ["1"] * n + ["3"] * n,
            "score": np.concatenate(score),
            "source": "synthetic",
        }
    )


@pytest.mark.parametrize("case", CASES)
def test_reliable_change_equals_r(case: str) -> None:
    scale, reliability = case.split("_")
    frame, expected = soldiers(scale), R.loc[case]
    for unit, name in ((None, "alone"), ("unit", "units")):
        found = compare_individuals(
            frame, "score", reliability=float(reliability), unit=unit, **BETWEEN
        )
        for field in ("n_people", "bar", "n_rose", "n_fell", "estimate"):
            assert getattr(found, field) == pytest.approx(expected[field], rel=1e-10)
        for field in ("sd_before", "sd_change"):
            assert getattr(found, field) == pytest.approx(expected[field], rel=1e-10)
        assert found.standard_error == pytest.approx(
            expected[f"{name}_error"], rel=1e-8
        )
        for side, around in (
            ("", found.interval),
            ("rose_", found.rose_interval),
            ("fell_", found.fell_interval),
        ):
            ends = [expected[f"{side}{name}_{end}"] for end in ("low", "high")]
            assert [around.low, around.high] == pytest.approx(ends, rel=1e-7, abs=1e-9)
        if unit is None:
            assert found.p_value == pytest.approx(expected["alone_p"], rel=1e-9)


def test_without_true_change_as_many_pass_as_error_lets_pass() -> None:
    found = compare_individuals(drawn(20_000), "score", reliability=0.8, **BETWEEN)
    assert found.share_rose == pytest.approx(found.by_error, abs=0.005)
    assert found.share_fell == pytest.approx(found.by_error, abs=0.005)
    risen = compare_individuals(
        drawn(2_000, rise=6.0), "score", reliability=0.8, **BETWEEN
    )
    assert risen.share_rose > 2 * risen.share_fell
    assert risen.verdict == "rose"


def test_swapping_the_waves_swaps_the_sides() -> None:
    frame = drawn(400, rise=8.0)
    there = compare_individuals(frame, "score", reliability=0.8, **BETWEEN)
    back = compare_individuals(
        frame.assign(wave=frame["wave"].map({"1": "3", "3": "1"})),
        "score",
        reliability=0.8,
        **BETWEEN,
    )
    assert np.sign(there.estimate) == -np.sign(back.estimate)
    assert there.n_rose == pytest.approx(back.n_fell, abs=12)


def test_a_higher_reliability_lowers_the_bar_and_its_interval_stands_beside() -> None:
    items = pd.DataFrame(
        np.random.default_rng(1).normal(size=(300, 1))
        + 0.9 * np.random.default_rng(2).normal(size=(300, 4)),
        columns=["q1", "q2", "q3", "q4"],
    )
    alpha = te.assess_alpha(items, list(items))
    found = compare_individuals(drawn(), "score", reliability=alpha, **BETWEEN)
    low, high = found.alternatives
    assert isinstance(low, IndividualChange)
    assert (low.reliability, high.reliability) == (
        alpha.interval.low,
        alpha.interval.high,
    )
    assert low.bar > found.bar > high.bar
    assert low.n_rose <= found.n_rose <= high.n_rose


def test_sentences_tell_shares_and_what_error_alone_would_do() -> None:
    found = compare_individuals(
        drawn(600, rise=5.0), "score", reliability=0.8, **BETWEEN
    )
    english = found.sentence("en").replace("\xa0", " ")
    assert english.startswith("score: of 600 people, ")
    assert "Error of measurement alone would let 2.5 % pass on either side." in english
    assert "More rose than fell: +" in english
    assert "This treats people as independent." in english
    swedish = found.sentence("sv").replace("\xa0", " ")
    assert "Mätfel allena skulle släppa förbi 2,5 % åt vardera hållet." in swedish
    assert "Fler steg än sjönk: +" in swedish


def test_sides_with_few_people_are_put_together() -> None:
    found = compare_individuals(
        drawn(200, rise=14.0), "score", reliability=0.8, **BETWEEN
    )
    assert found.n_fell < 5 <= found.n_rose
    said = found.sentence("en")
    assert "Fewer than 5 of them rose, or fell" in said
    assert "percentage points" not in said
    row = found.to_frame(guarded=True).iloc[0]
    hidden = ["estimate", "interval_low", "share_rose", "n_fell", "rose_interval_low"]
    assert row[[*hidden, "p_value", "verdict"]].isna().all()
    assert found.to_frame().iloc[0]["n_rose"] == found.n_rose
    nobody = replace(found, n_people=8)
    assert nobody.sentence("en").startswith("score: not shown, it rests on fewer")


def test_very_few_who_passed_are_not_shown() -> None:
    frame = drawn(60, seed=3)
    found = compare_individuals(frame, "score", reliability=0.75, **BETWEEN)
    assert found.n_rose + found.n_fell < 5
    assert found.sentence("en").startswith(
        "score: not shown. Fewer than 5 people passed the bar"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.assign(score="x"), "Some scores of 'score' are not numbers.\n"),
        (lambda f: f.assign(score=np.inf), "Some scores of 'score' are not numbers.\n"),
        (lambda f: f.assign(respondent=1), "Some people have more than one row"),
        (lambda f: f.assign(wave="1"), "A wave to compare is not in the table.\n"),
        (lambda f: f.assign(respondent=None), "Too few linked answers to follow"),
        (lambda f: f.groupby("wave").head(5), "Too few linked answers to follow"),
        (lambda f: f.assign(score=3.0), "Nobody's 'score' changed by more than"),
    ],
)
def test_scores_that_cannot_be_followed_are_refused(change, said: str) -> None:
    with pytest.raises(DataProblem) as caught:
        compare_individuals(change(drawn()), "score", reliability=0.8, **BETWEEN)
    assert str(caught.value).startswith(said)
    assert str(caught.value).count("\n") == 3


@pytest.mark.parametrize("reliability", [0.0, 1.0, -1, float("nan"), "0.8", True, None])
def test_a_reliability_that_is_none_is_refused(reliability) -> None:
    with pytest.raises(DataProblem) as caught:
        compare_individuals(drawn(), "score", reliability=reliability, **BETWEEN)
    assert str(caught.value).startswith("The reliability lies between 0 and 1.\n")


def test_everybody_moving_alike_is_refused_not_divided_by_nought() -> None:
    frame = drawn(50)
    frame.loc[frame["wave"] == "3", "score"] = (
        frame.loc[frame["wave"] == "1", "score"].to_numpy() + 60
    )
    with pytest.raises(TooFewAnswers) as caught:
        compare_individuals(frame, "score", reliability=0.8, **BETWEEN)
    assert caught.value.reason == "individuals.nobody"
