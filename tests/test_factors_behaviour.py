"""What a factor model must do whatever the data: properties, words, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval import quality
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.quality.factors._build import build_spec
from tillit_eval.quality.factors._moments import read_moments
from tillit_eval.quality.factors._normal import solve_ml
from tillit_eval.quality.factors._solved import turned
from tillit_eval.summaries import summarise_responses

ITEMS = ["t1", "t2", "t3", "v1", "v2", "v3"]
MODEL = {"trust": ITEMS[:3], "voice": ITEMS[3:]}


def answers(n: int = 400, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=n)
    loadings = np.array([0.9, 0.7, 0.6, 0.8, 0.7, 0.5])
    x = factors[:, [0, 0, 0, 1, 1, 1]] * loadings + 0.6 * rng.normal(size=(n, 6))
    return pd.DataFrame(np.clip(np.rint(3.6 + x), 1, 5), columns=ITEMS)


def sizes(found: quality.FactorModel) -> dict[str, float]:
    return {one.item: one.standardised for one in found.loadings}


def refusal(data: object, model: object = MODEL, **more: object) -> DataProblem:
    with pytest.raises(DataProblem) as caught:
        quality.assess_structure(data, model, **more)  # type: ignore[arg-type]
    lines = str(caught.value).split("\n")
    assert [line[:11] for line in lines[1:]] == [
        *("  expected:", "  found:   ", "  to fix:  ")
    ]
    return caught.value


@settings(max_examples=3, deadline=None)
@given(
    st.lists(st.floats(1e-4, 1e4), min_size=6, max_size=6),
    st.permutations(range(6)),
    st.sampled_from(["ml", "mlr"]),
)
def test_units_and_order_of_items_do_not_matter(
    units: list[float], order: list[int], estimator: str
) -> None:
    frame = answers()
    one = quality.assess_structure(frame, MODEL, estimator=estimator)
    scaled = (frame + np.arange(6)) * units
    turned = {"voice": [], "trust": []}
    for i in order:
        turned["trust" if i < 3 else "voice"].append(ITEMS[i])
    other = quality.assess_structure(
        scaled[[ITEMS[i] for i in order]], turned, estimator=estimator
    )
    assert other.chi_square == pytest.approx(one.chi_square, rel=1e-6)
    assert (other.df, other.parameters) == (one.df, one.parameters) == (8, 13)
    assert other.rmsea == pytest.approx(one.rmsea, abs=1e-7)
    assert sizes(other) == pytest.approx(sizes(one), rel=1e-5)
    raw = {each.item: each.standard_error for each in one.loadings}
    for each in other.loadings:
        unit = units[ITEMS.index(each.item)]
        assert each.standard_error / unit == pytest.approx(raw[each.item], rel=1e-4)


@pytest.mark.parametrize("estimator", ["ml", "mlr", "fiml"])
def test_a_turned_item_turns_its_loading_alone(estimator: str) -> None:
    frame = answers()
    one = quality.assess_structure(frame, MODEL, estimator=estimator)
    other = quality.assess_structure(
        frame.assign(t2=6 - frame["t2"]), MODEL, estimator=estimator
    )
    assert other.chi_square == pytest.approx(one.chi_square, rel=1e-6)
    expected = sizes(one) | {"t2": -sizes(one)["t2"]}
    assert sizes(other) == pytest.approx(expected, rel=1e-5)
    all_turned = quality.assess_structure(6 - frame, MODEL, estimator=estimator)
    assert sizes(all_turned) == pytest.approx(sizes(one), rel=1e-5)


def test_a_factor_that_points_downwards_is_turned() -> None:
    spec = build_spec(MODEL)
    solved = solve_ml(spec, read_moments(answers(), ITEMS))
    down = np.array(
        [-1.0 if "trust" in (x.row, x.column) else 1.0 for x in spec.parameters]
    )
    gains = [
        gain._replace(
            change=-gain.change if gain.parameter.column == "trust" else gain.change
        )
        for gain in solved.gains
    ]
    other = replace(
        solved,
        theta=solved.theta * down,
        covariance=solved.covariance * np.outer(down, down),
        gains=gains,
    )
    assert (down < 0).sum() == 4
    assert other.theta[0] < 0
    again = turned(other)
    np.testing.assert_array_equal(again.theta, solved.theta)
    np.testing.assert_array_equal(again.covariance, solved.covariance)
    assert again.gains == solved.gains


def test_the_truth_is_found_and_fits() -> None:
    rng = np.random.default_rng(5)
    factors = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=20_000)
    truth = np.array([0.9, 0.7, 0.6, 0.8, 0.7, 0.5])
    x = factors[:, [0, 0, 0, 1, 1, 1]] * truth + 0.6 * rng.normal(size=(20_000, 6))
    found = quality.assess_structure(pd.DataFrame(x, columns=ITEMS), MODEL)
    for one, size in zip(found.loadings, truth, strict=True):
        assert abs(one.loading - size) < 4 * one.standard_error
    pair = found.correlations[0]
    assert abs(pair.correlation - 0.5) < 4 * pair.standard_error
    assert found.p_value is not None
    assert found.p_value > 1e-3
    assert found.fit == "good"
    assert max(abs(each.residual) for each in found.residuals) < 0.02


def test_holes_at_random_do_not_bend_the_answer() -> None:
    frame = answers(2_000)
    holes = frame.mask(np.random.default_rng(2).random(frame.shape) < 0.2)
    whole = quality.assess_structure(frame, MODEL)
    found = quality.assess_structure(holes, MODEL, estimator="fiml")
    complete = quality.assess_structure(holes, MODEL)
    assert found.n_people == 2_000
    assert complete.n_people < 700
    assert [n for _, n in complete.left_out] == [2_000 - complete.n_people]
    assert sizes(found) == pytest.approx(sizes(whole), abs=0.05)
    ours = found.loadings[0].standard_error
    assert whole.loadings[0].standard_error < ours
    assert ours < complete.loadings[0].standard_error


def test_without_holes_all_likelihoods_agree() -> None:
    frame = answers()
    plain, robust, full = (
        quality.assess_structure(frame, MODEL, estimator=name)
        for name in ("ml", "mlr", "fiml")
    )
    assert sizes(robust) == pytest.approx(sizes(plain), rel=1e-8)
    assert sizes(full) == pytest.approx(sizes(plain), rel=1e-5)
    assert full.chi_square == pytest.approx(plain.chi_square, abs=1e-6)
    assert robust.scaling is not None
    scaled = robust.chi_square * robust.scaling
    assert scaled == pytest.approx(plain.chi_square, rel=1e-8)


def test_the_sentence_says_how_well_and_that_guides_are_no_tests() -> None:
    found = quality.assess_structure(answers(), MODEL, scale="climate")
    said = found.sentence("en").replace("\u00a0", " ")
    assert said == (
        "climate: 2 factors behind 6 items, standardised loadings 0.60 to 0.79, from "
        "400 people. χ²(8) = 16.1, p = 0.041; CFI 0.987, TLI 0.976, RMSEA 0.050 (90 % "
        "CI 0.010 to 0.086), SRMR 0.034. By the usual guides, which are no tests (CFI "
        "at least 0.95, RMSEA at most 0.06, SRMR at most 0.08), the model reproduces "
        "the answers well. (Source of the data not stated.)"
    )
    swedish = found.sentence("sv")
    assert "2 faktorer bakom 6 frågor" in swedish
    assert "riktmärkena, som inte är test" in swedish
    one = quality.assess_structure(answers(), {"all": ITEMS})
    assert one.fit == "poor"
    assert "does not reproduce the answers" in one.sentence("en")
    three = quality.assess_structure(answers(), {"trust": ITEMS[:3]})
    assert (three.fit, three.p_value, three.modifications) == ("untestable", None, ())
    assert "fits any answers" in three.sentence("en")
    robust = quality.assess_structure(answers(), MODEL, estimator="mlr")
    assert "Yuan–Bentler scaled χ²(8)" in robust.sentence("en")


def test_tables_hold_everything_and_the_row_the_finding() -> None:
    found = quality.assess_structure(answers(), MODEL, correlated=[("t1", "v1")])
    row = found.to_frame()
    assert row.shape[0] == 1
    assert row["items"].item() == "t1, t2, t3, v1, v2, v3"
    assert row["rmsea_interval_level"].item() == 0.9
    assert "loadings" not in row
    loadings = found.table_of("loadings")
    assert list(loadings["factor"]) == ["trust"] * 3 + ["voice"] * 3
    assert {"loading", "interval_low", "standardised_interval_high"} <= {*loadings}
    assert len(found.table_of("residuals")) == 15
    assert found.table_of("residual_pairs")["other"].tolist() == ["v1"]
    freed = found.table_of("modifications")
    assert {"t1", "v1"} not in [set(x) for x in freed[["item", "other"]].to_numpy()]
    text = str(refusal_of_table(found))
    assert text.startswith("'what' is not an option this function knows.")


def refusal_of_table(found: quality.FactorModel) -> DataProblem:
    with pytest.raises(DataProblem) as caught:
        found.table_of("secrets")  # type: ignore[arg-type]
    return caught.value


def test_the_floor_is_obeyed() -> None:
    found = quality.assess_structure(answers(60), MODEL, k_min=100)
    assert found.sentence("en").startswith("trust, voice: ")
    assert "60" not in found.sentence("en")
    assert found.table_of("loadings").empty
    row = found.to_frame(guarded=True)
    assert row["n_people"].item() == "fewer than 100"
    assert row["cfi"].isna().item()
    small = quality.assess_structure(
        answers(60).mask(np.eye(60, 6) > 0), MODEL, estimator="ml"
    )
    assert "fewer than 10" in small.sentence("en")


def test_refusals_say_what_to_do() -> None:
    frame = answers()
    assert str(refusal(frame, ["t1", "t2"])) == (
        "'model' does not say which items belong to which factor.\n"
        '  expected: items by factor, for example model={"trust": ["t1", "t2", "t3"]}\n'
        "  found:    a list\n"
        "  to fix:   give a name and a list of items for each factor"
    )
    assert "has a lonely item" in str(refusal(frame, {"a": ["t1"], "b": ITEMS[1:]}))
    assert "as one of its items" in str(refusal(frame, {"t2": ITEMS[1:]}))
    assert "is not a list of column names" in str(refusal(frame, {"a": "t1"}))
    assert "is not an option" in str(refusal(frame, estimator="bayes"))
    assert "not a list of pairs" in str(refusal(frame, correlated="t1"))
    wrong = refusal(frame, correlated=[("t1", "t1"), ("t1", "x")])
    assert "found:    the pairs 't1, t1', 't1, x'" in str(wrong)
    text = str(refusal(summarise_responses(frame, ITEMS), estimator="mlr"))
    assert text.startswith("A summary is not enough for this estimator.")


@pytest.mark.parametrize("estimator", ["ml", "mlr", "fiml"])
def test_what_cannot_be_answered_is_said(estimator: str) -> None:
    frame = answers()

    def reason(data: pd.DataFrame, model: object = MODEL, **more: object) -> str:
        error = refusal(data, model, estimator=estimator, **more)
        assert isinstance(error, TooFewAnswers)
        return error.reason

    assert reason(frame.assign(t1=3)) == "quality.constant_items"
    assert reason(frame.assign(t1=frame["t2"])) == "quality.repeated_item"
    assert reason(frame, {"one": ITEMS[:2]}) == "factors.not_identified"
    assert reason(frame[:13]) == "factors.fewer_people_than_parameters"
    apart = frame.assign(
        t1=frame["t1"].where(frame.index < 200), v1=frame["v1"].where(frame.index > 199)
    )
    expected = "quality.fewer_people_than_items"
    if estimator == "fiml":
        expected = "factors.never_together"
        nobody = frame.assign(t1=np.nan)
        assert reason(nobody) == "quality.no_answers"
    assert reason(apart) == expected
    # Two factors of two items, tied by nothing else, once the pair may correlate.
    pairs = {"a": ["t1", "t2"], "b": ["v1", "v2"]}
    more = {"correlated": [("t1", "t2")]}
    assert reason(frame, pairs, **more) == "factors.not_identified"


def test_a_search_without_end_is_ended_and_said() -> None:
    noise = np.random.default_rng(0).normal(size=(200, 6))
    noise[:, 0] *= np.sign(noise[:, 1] * noise[:, 2])
    frame = pd.DataFrame(noise, columns=ITEMS)
    covariance = frame[ITEMS[:3]].cov().to_numpy()
    signs = covariance[0, 1] * covariance[0, 2] * covariance[1, 2]
    assert signs < 0, "no single factor gives such signs"
    error = refusal(frame, {"one": ITEMS[:3]})
    assert isinstance(error, TooFewAnswers)
    assert error.reason == "factors.no_solution"


@pytest.mark.parametrize("estimator", ["ml", "mlr", "wlsmv"])
def test_with_few_people_the_sentence_says_that_intervals_are_narrow(
    estimator: str,
) -> None:
    said = [
        quality.assess_structure(answers(n), MODEL, estimator=estimator).sentence(lang)
        for n in (199, 200)
        for lang in ("en", "sv")
    ]
    assert "With fewer than 200 people the intervals" in said[0]
    assert "Med färre än 200 personer" in said[1]
    assert not any("200 people the" in one or "färre än 200" in one for one in said[2:])
