"""Item bias equals MASS and sandwich in R, finds what is there, and says so."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval import quality
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Findings, NotAnswered
from tillit_eval.quality._bias import cells_of, design, fit_three, matching_score
from tillit_eval.quality._bias_reading import read_groups
from tillit_eval.quality._logistic import derivatives, fit_ordered

Frame = pd.DataFrame
HERE = Path(__file__).parent / "reference" / "bias"
REAL = Path(__file__).parents[1] / "data" / "real"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
# polr searches with BFGS and a numerical second derivative.
ESTIMATE, SMALL, ERROR = 1e-4, 1e-5, 2e-3


@cache
def load(case: str) -> tuple[pd.DataFrame, list[str], str]:
    if case == "empty":
        frame = pd.read_csv(HERE / "inputs" / "empty.csv")
        return frame, ["q1", "q2", "q3", "q4", "q5"], "unit"
    bhr = pd.read_csv(REAL / "bhr2000.csv")
    items = [name for name in bhr if name not in ("GRP", "HRS", "RELIG")]
    cut = pd.cut(bhr["HRS"], [-np.inf, 10, 12, np.inf], labels=["a", "b", "c"])
    bhr["hours"] = cut.astype(object)
    return (bhr if case == "three" else bhr[bhr["hours"] != "c"]), items, "GRP"


@cache
def all_items(case: str, match: str, unit: str | None) -> Findings:
    frame, items, _ = load(case)
    return quality.assess_bias(
        frame, items, group="hours", unit=unit, match=match, purify=False
    )


def look(case: str, item: str, match: str, unit: str | None) -> quality.ItemBias:
    one = all_items(case, match, unit).where(scale=item)[0]
    assert isinstance(one, quality.ItemBias)
    return one


CASES = [
    *("two_scale_AF06", "two_rest_AF06", "two_scale_AP33", "two_rest_AP33"),
    *("empty_scale_q1", "empty_rest_q1", "empty_scale_q2", "empty_rest_q2"),
    *("three_scale_AF07", "three_rest_AF07"),
]


@pytest.mark.parametrize("name", CASES[:-1])
def test_bias_equals_polr(name: str) -> None:
    case, match, item = name.split("_", 2)
    expected, unit = R.loc[name], load(case)[2]
    alone, grouped = look(case, item, match, None), look(case, item, match, unit)
    fields = [
        *("r2_uniform", "r2_nonuniform", "r2_change", "mcfadden_change"),
        *("chi_square", "p_value", "p_uniform", "p_nonuniform"),
    ]
    for field in fields:
        ours = getattr(alone, field)
        assert ours == pytest.approx(expected[field], rel=ESTIMATE, abs=SMALL), field
    for group, difference in alone.differences:
        theirs = expected[f"difference_{group}"]
        assert difference == pytest.approx(theirs, rel=ESTIMATE, abs=SMALL)
    assert grouped.p_value == pytest.approx(expected["p_units"], rel=ERROR, abs=SMALL)
    assert grouped.estimate == alone.estimate
    if alone.compared == "b":
        for one, how in ((alone, "independent"), (grouped, "units")):
            theirs = expected[f"error_{how}"]
            assert one.standard_error == pytest.approx(theirs, rel=ERROR)


@pytest.mark.parametrize("name", CASES)
def test_the_likelihood_is_no_lower_than_that_of_polr(name: str) -> None:
    case, match, item = name.split("_", 2)
    frame, items, _ = load(case)
    data = read_groups(
        frame, items, group="hours", unit=None, respondent="respondent", floor=10
    )
    place = items.index(item)
    score = matching_score(data.answers, place, list(range(len(items))), match)
    cells = cells_of(data.answers, place, score)
    three = fit_three(cells, data.answers.n_groups)
    assert three is not None
    for k, fit in enumerate((three.score, three.level, three.slope), start=1):
        assert fit.log_likelihood >= R[name, f"log_likelihood_{k}"] - 1e-7
        assert fit.gradient < 1e-9
    # Cells are only a shorter way to write people.
    own = design(cells, data.answers.n_groups)[cells.of]
    alone = fit_ordered(cells.answer[cells.of], own, np.ones(len(own)))
    assert alone.parameters == pytest.approx(three.slope.parameters, abs=1e-8)


def people(n: int = 300, k: int = 5, *, bias: float = 0.0, seed: int = 1) -> Frame:
    """Draw people of two groups, half each, with a biased first item or none."""
    rng = np.random.default_rng(seed)
    group = np.arange(n) % 2
    latent = rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, k))
    latent[:, 0] += bias * group
    codes = np.clip(np.rint(3 + latent), 1, 5)
    frame = pd.DataFrame(codes, columns=[f"q{j}" for j in range(1, k + 1)])
    return frame.assign(group=np.where(group, "b", "a"), source="synthetic")


ITEMS = ["q1", "q2", "q3", "q4", "q5"]


def test_a_biased_item_is_found_with_its_sign_and_the_others_are_not() -> None:
    found = quality.assess_bias(people(800, bias=1.0), ITEMS)
    assert [one.reading for one in found] == ["large", *["negligible"] * 4]
    first = found[0]
    assert (first.reference, first.compared) == ("a", "b")
    assert first.interval.low > 0.3
    assert first.points == pytest.approx(100 * first.estimate / 4 / 5)
    # The biased item stays in its own score only.
    assert [one.without for one in found] == [(), *[("q1",)] * 4]
    whole = quality.assess_bias(people(800, bias=1.0), ITEMS, purify=False)
    assert abs(whole[1].estimate) > abs(found[1].estimate)


def test_swapping_the_groups_flips_the_sign_and_nothing_else() -> None:
    frame = people(400, bias=0.6)
    swapped = frame.assign(group=frame["group"].map({"a": "b", "b": "a"}))
    one, other = (quality.assess_bias(f, ITEMS, purify=False) for f in (frame, swapped))
    for left, right in zip(one, other, strict=True):
        assert np.sign(left.estimate) == -np.sign(right.estimate)
        assert left.p_value == pytest.approx(right.p_value, rel=1e-7)
        assert left.r2_change == pytest.approx(right.r2_change, rel=1e-7)


def test_few_people_cannot_tell_and_guides_differ() -> None:
    found = quality.assess_bias(people(120, seed=4), ITEMS)
    assert {one.reading for one in found} == {"cannot_tell"}
    frame = people(800, bias=1.0)
    strict, lax = (
        quality.assess_bias(frame, ITEMS, guide=guide)[0]
        for guide in ("jodoin-gierl", "zumbo-thomas")
    )
    assert (strict.reading, lax.reading) == ("large", "negligible")
    assert strict.r2_change == lax.r2_change


def test_bias_that_depends_on_the_level_is_told_from_bias_at_all_levels() -> None:
    frame = people(1500, seed=3)
    noise = np.random.default_rng(1).integers(1, 6, len(frame))
    frame["q1"] = np.where(frame["group"] == "b", noise, frame["q1"])
    found = quality.assess_bias(frame, ITEMS)[0]
    assert found.depends_on_level
    assert found.p_nonuniform < found.p_uniform
    assert "It depends on the level of the score." in found.sentence("en")


def test_waves_of_the_same_people_count_errors_over_people() -> None:
    frame = people(300).drop(columns="group")
    both = pd.concat(
        [frame.assign(wave="1"), frame.assign(wave="2")], ignore_index=True
    )
    both["respondent"] = [*range(300), *range(300)]
    found = quality.assess_bias(both, ITEMS, group="wave")
    alone = quality.assess_bias(both.drop(columns="respondent"), ITEMS, group="wave")
    assert {one.errors_by for one in found} == {"people"}
    assert {one.errors_by for one in alone} == {""}
    # The same answers twice: no difference, and over people no error either.
    assert found[0].standard_error < 1e-6 < alone[0].standard_error


def test_both_languages_say_the_guide_and_that_people_are_independent() -> None:
    one = quality.assess_bias(people(800, bias=1.0), ITEMS)[0]
    assert (
        one.sentence("en")
        .replace("\xa0", " ")
        .startswith("q1, among people with the same score: b minus a +0.")
    )
    assert "(a guide, not a test)" in one.sentence("en")
    assert "Treats people as independent." in one.sentence("en")
    assert "Enligt Jodoins och Gierls tumregel är skevheten stor" in one.sentence("sv")
    assert "(Syntetiska data.)" in one.sentence("sv")
    few = replace(one, n_people=8)
    assert "0." not in few.sentence("en")
    assert few.to_frame(guarded=True)["estimate"].isna().all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.assign(group="a"), "There are no two groups to compare.\n"),
        (lambda f: f.assign(q1="yes"), "These columns do not hold codes of answers.\n"),
        (lambda f: f.assign(q1=f["q1"] / 3), "These columns do not hold codes"),
        (lambda f: f.assign(q1=f["q1"] * 1e12), "These columns do not hold codes"),
        (lambda f: f.assign(q1=f["q1"] > 3), "These columns do not hold codes"),
        (lambda f: f.head(1), "There are no two groups to compare.\n"),
        (lambda f: f.assign(q2=np.nan), "There are no two groups to compare.\n"),
        (lambda f: f.assign(unit="x"), "There are too few units to count errors over."),
    ],
)
def test_answers_that_cannot_be_compared_are_refused(change, said: str) -> None:
    with pytest.raises(DataProblem) as caught:
        quality.assess_bias(change(people()), ITEMS)
    assert str(caught.value).startswith(said)
    assert str(caught.value).count("\n") == 3


def test_two_items_and_unknown_options_are_refused() -> None:
    with pytest.raises(TooFewAnswers, match="at least 3 items"):
        quality.assess_bias(people(), ITEMS[:2])
    for option in ("match", "adjust", "guide"):
        with pytest.raises(DataProblem, match=f"'{option}' is not an option"):
            quality.assess_bias(people(), ITEMS, **{option: "other"})


def test_items_without_an_answer_to_give_are_named_and_the_rest_stands() -> None:
    frame = people()
    frame["q5"] = 3.0
    # A score that foretells the item completely, and an item asked twice.
    found = quality.assess_bias(frame, ITEMS)
    assert isinstance(found[4], NotAnswered)
    assert found[4].reason.key == "quality.constant_items"
    assert all(isinstance(one, quality.ItemBias) for one in found[:4])
    same = pd.DataFrame(dict.fromkeys(ITEMS, frame["q1"])).assign(group=frame["group"])
    found = quality.assess_bias(same, ITEMS)
    assert {one.reason.key for one in found} == {"bias.no_solution"}


def test_a_group_with_one_answer_only_gets_no_made_up_number() -> None:
    frame = people()
    frame.loc[frame["group"] == "b", "q1"] = 5
    one = quality.assess_bias(frame, ITEMS)[0]
    assert isinstance(one, NotAnswered)
    assert one.reason.key == "bias.no_solution"


def test_small_groups_are_left_out_and_counted() -> None:
    frame = people()
    frame.loc[:6, "group"] = "tiny"
    found = quality.assess_bias(frame, ITEMS)
    assert ("bias.small_groups", 7) in [(why.key, n) for why, n in found[0].left_out]
    assert "fewer than 10" in str(found.to_frame(guarded=True)["left_out"].iloc[0])


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(30, 120))
def test_the_gradient_is_the_slope_of_the_likelihood(
    seed: int, steps: int, n: int
) -> None:
    rng = np.random.default_rng(seed)
    line, codes = rng.normal(size=(n, 2)), rng.integers(0, steps, n)
    codes[:steps] = np.arange(steps)
    weights = rng.integers(1, 4, n).astype(float)
    point = np.concatenate([np.sort(rng.normal(size=steps - 1)), rng.normal(size=2)])
    point[: steps - 1] += np.arange(steps - 1) * 0.1
    _, slope, bend = derivatives(point, codes, line, weights, steps)
    for k in range(len(point)):
        step = np.eye(len(point))[k] * 1e-5
        up, down = (
            derivatives(point + sign * step, codes, line, weights, steps)
            for sign in (1, -1)
        )
        assert slope[k] == pytest.approx((up[0] - down[0]) / 2e-5, rel=1e-4, abs=1e-4)
        assert bend[k] == pytest.approx(-(up[1] - down[1]) / 2e-5, rel=1e-4, abs=1e-4)
    fit = fit_ordered(codes, line, weights)
    assert fit.converged
    assert fit.gradient < 1e-8
