"""Agreement against several nulls and its intervals equal R; the licence and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import bdtr

from tillit_eval import quality
from tillit_eval.codebook import Codebook, Item
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Interval
from tillit_eval.phrases import Label
from tillit_eval.quality import _nulls
from tillit_eval.quality._nulls import by_chance, check_null, middle, spread_of
from tillit_eval.quality.licence import decide_licence
from tillit_eval.summaries import summarise_responses

ROOT = Path(__file__).parents[1]
R = pd.read_csv(
    ROOT / "tests" / "reference" / "aggregation" / "values.csv", comment="#"
).set_index(["case", "quantity"])["value"]
OWN = [0.1, 0.2, 0.3, 0.2, 0.2]


@pytest.fixture(scope="module")
def soldiers() -> tuple[pd.DataFrame, list[str]]:
    frame = pd.read_csv(ROOT / "data" / "real" / "bhr2000.csv")
    return frame, [name for name in frame if name not in ("GRP", "HRS", "RELIG")]


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_nulls, "CHANCE_DRAWS", 20)


@pytest.mark.parametrize("null", ["uniform", "slight_skew", "moderate_skew", "own"])
def test_agreement_and_its_interval_equal_r(soldiers, null: str) -> None:
    frame, items = soldiers
    found = quality.assess_aggregation(
        frame, items, unit="GRP", null=OWN if null == "own" else null
    )
    around, expected = found.rwg_j_median_interval, R.loc[null]
    ours = [found.rwg_j, found.rwg_j_median, around.low, around.high]
    names = ["rwg_j", "rwg_j_median", "low", "high"]
    assert ours == pytest.approx(expected[names].tolist(), rel=1e-10, abs=1e-12)
    assert found.null == null
    if null == "uniform":
        skewed = R["slight_skew", "rwg_j_median"]
        assert found.rwg_j_skewed == pytest.approx(skewed, rel=1e-10)
        deviation = [found.ad, found.ad_interval.low, found.ad_interval.high]
        assert deviation == pytest.approx(R.loc["ad"].tolist(), rel=1e-10)
        assert found.ad_guide == 5 / 6


@pytest.mark.parametrize(("size", "items"), [(10, 3), (25, 6)])
def test_luck_goes_as_far_as_multilevel_says(
    monkeypatch: pytest.MonkeyPatch, size: int, items: int
) -> None:
    """Two simulations of 4,000 draws: three standard errors of a quantile."""
    monkeypatch.setattr(_nulls, "CHANCE_DRAWS", 4_000)
    monkeypatch.setattr(_nulls, "DRAWN_AT_MOST", 10**9)
    ours = by_chance(
        np.array([float(size)]),
        items,
        np.full(5, 0.2),
        np.random.default_rng(1),
        level=0.95,
    )
    assert ours == pytest.approx(R[f"chance_{size}_{items}", "by_chance"], abs=0.03)


def test_named_nulls_have_the_variances_of_james_demaree_and_wolf() -> None:
    known = {"slight_skew": 1.34, "moderate_skew": 0.90, "heavy_skew": 0.44}
    for name, variance in known.items():
        shares = check_null(name, 5)[1]
        assert shares is not None
        assert shares.sum() == pytest.approx(1)
        assert spread_of(shares) == pytest.approx(variance)
    for steps in (2, 4, 7):
        shares = check_null("uniform", steps)[1]
        assert shares is not None
        assert spread_of(shares) == pytest.approx((steps**2 - 1) / 12)


@settings(deadline=None, max_examples=30)
@given(st.integers(6, 60), st.integers(0, 1000))
def test_the_interval_of_a_median_holds_and_turns_with_the_values(
    n: int, seed: int
) -> None:
    values = np.random.default_rng(seed).normal(size=n)
    low, high = middle(values, 0.95)
    first = int((values < low).sum()) + 1
    assert 1 - 2 * bdtr(first - 1, n, 0.5) >= 0.95
    assert middle(-values, 0.95) == pytest.approx((-high, -low))
    assert middle(values[:5], 0.95) is None


def test_steps_come_from_the_codebook_not_from_the_answers_seen() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.integers(2, 5, size=(200, 3)), columns=["a", "b", "c"])
    frame["unit"] = np.arange(200) % 8

    def book(*steps: int) -> Codebook:
        items = [
            Item(key=key, label=Label(key, key), codes=tuple(range(1, n + 1)))
            for key, n in zip("abc", steps, strict=True)
        ]
        return Codebook(title="t", items=tuple(items))

    seen = quality.assess_aggregation(frame, list("abc"))
    asked = quality.assess_aggregation(frame, list("abc"), codebook=book(5, 5, 5))
    assert (seen.steps, asked.steps) == (3, 5)
    assert seen.rwg_j < asked.rwg_j
    sums = summarise_responses(frame, list("abc"), by=["unit"])
    other = quality.assess_aggregation(sums, list("abc"), codebook=book(5, 5, 5))
    assert other.rwg_j == pytest.approx(asked.rwg_j)
    assert (other.ad, other.ad_interval) == (None, None)
    with pytest.raises(DataProblem, match="do not have the same number of steps"):
        quality.assess_aggregation(frame, list("abc"), codebook=book(5, 5, 7))


@pytest.mark.parametrize(
    ("null", "said"),
    [
        ("even", "'null' is not an option this function knows.\n"),
        ([0.5, 0.6], "These shares do not say what no agreement looks like.\n"),
        ([0.2, 0.8], "These shares do not say what no agreement looks like.\n"),
        ([0, 1, 0, 0, 0], "These shares do not say what no agreement looks like.\n"),
        (["a"] * 5, "These shares do not say what no agreement looks like.\n"),
        (0.5, "These shares do not say what no agreement looks like.\n"),
    ],
)
def test_nulls_that_do_not_fit_are_refused(null, said: str) -> None:
    with pytest.raises(DataProblem) as caught:
        check_null(null, 5)
    assert str(caught.value).startswith(said)
    assert str(caught.value).count("\n") == 3


def test_amounts_have_no_steps_to_agree_on() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.integers(0, 101, size=(200, 2)), columns=["a", "b"])
    frame["unit"] = np.arange(200) % 8
    slider = quality.assess_aggregation(frame, ["a", "b"])
    assert (slider.steps, slider.rwg_j is None) == (101, False)
    wages = frame.assign(a=frame["a"] * 100_000, b=frame["b"] * 100_000)
    amounts = quality.assess_aggregation(wages, ["a", "b"])
    assert (amounts.steps, amounts.rwg_j, amounts.icc1) == (
        *(None, None),
        pytest.approx(slider.icc1),
    )
    assert amounts.sentence("en")
    with pytest.raises(DataProblem, match="not of amounts"):
        quality.assess_aggregation(wages, ["a", "b"], steps=10_000_001)


def test_a_skewed_null_needs_five_steps() -> None:
    with pytest.raises(DataProblem, match="known for five steps only"):
        check_null("slight_skew", 7)


HIGH, LOW, WIDE = Interval(0.75, 0.9), Interval(0.1, 0.6), Interval(0.5, 0.9)


@pytest.mark.parametrize(
    ("reliability", "agreement", "chance", "licence", "why"),
    [
        (HIGH, HIGH, 0.3, "yes", "both"),
        (LOW, HIGH, 0.3, "no", "unreliable"),
        (HIGH, LOW, 0.3, "no", "disagree"),
        (WIDE, LOW, 0.3, "no", "disagree"),
        (WIDE, HIGH, 0.3, "cannot_tell", "wide"),
        (HIGH, WIDE, 0.3, "cannot_tell", "divided"),
        (HIGH, None, None, "cannot_tell", "unknown"),
        (HIGH, HIGH, 0.8, "cannot_tell", "divided"),
        (HIGH, HIGH, 0.95, "no", "disagree"),
    ],
)
def test_the_licence_follows_the_intervals(
    reliability, agreement, chance, licence: str, why: str
) -> None:
    found, because = decide_licence(reliability, agreement, by_chance=chance)
    assert (found, because.key) == (licence, f"quality.licence_{why}")


def test_the_licence_is_said_with_its_reason_in_both_languages(soldiers) -> None:
    frame, items = soldiers
    found = quality.assess_aggregation(frame, items, unit="GRP")
    assert found.licence == "yes"
    assert found.sentence("en").endswith(
        "By the guides (guides, not tests) the units' means may be used: ICC(2) and "
        "the agreement lie above 0.70. (Source of the data not stated.)"
    )
    assert "får enheternas medelvärden användas: ICC(2) och" in found.sentence("sv")
    few = quality.assess_aggregation(frame[frame["GRP"] <= 5], items, unit="GRP")
    assert few.licence == "cannot_tell"
    assert few.rwg_j_median_interval is None
    skew = quality.assess_aggregation(frame, items, unit="GRP", null="moderate_skew")
    assert (skew.licence, skew.licence_because.key) == (
        "no",
        "quality.licence_disagree",
    )
    assert "against moderately skewed answers" in skew.sentence("en")
