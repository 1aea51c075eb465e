"""What the room quality says, hides and refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval import quality
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import NotAnswered
from tillit_eval.phrases import Label, has_phrase
from tillit_eval.quality import clopper_pearson, wilson
from tillit_eval.quality.factors._one_factor import fit_one_factor
from tillit_eval.summaries import summarise_responses

ITEMS = ["q1", "q2", "q3", "q4"]
Assess = Callable[..., object]
SCALES: list[Assess] = [
    quality.assess_alpha,
    quality.assess_omega,
    quality.assess_items,
    quality.assess_aggregation,
]


def answers(n: int = 60, *, seed: int = 1, loading: float = 0.8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    trust = rng.normal(size=(n, 1))
    noise = rng.normal(size=(n, 4)) * (1 - loading**2) ** 0.5
    coarse = np.clip(np.rint(3 + 1.2 * (loading * trust + noise)), 1, 5)
    frame = pd.DataFrame(coarse, columns=ITEMS)
    return frame.assign(unit=np.repeat(["a", "b", "c"], -(-n // 3))[:n], source="real")


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ")


# --- known truth ---------------------------------------------------------------


def test_omega_finds_the_truth_where_alpha_is_too_low() -> None:
    rng = np.random.default_rng(7)
    loadings = np.array([0.9, 0.7, 0.4, 0.2])
    unique = 1 - loadings**2
    x = rng.normal(size=(200_000, 1)) * loadings
    x = x + rng.normal(size=x.shape) * np.sqrt(unique)
    frame = pd.DataFrame(x, columns=ITEMS)
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + unique.sum())
    omega = quality.assess_omega(frame, ITEMS)
    assert omega.standard_error is not None
    assert abs(omega.estimate - truth) < 4 * omega.standard_error
    assert quality.assess_alpha(frame, ITEMS).estimate < truth - 0.02


def test_omega_equals_alpha_when_all_items_measure_equally_well() -> None:
    covariance = 0.5 * np.ones((5, 5)) + 0.7 * np.eye(5)
    model = fit_one_factor(covariance)
    assert model.loadings == pytest.approx(np.full(5, 0.5**0.5), rel=1e-8)
    assert model.uniquenesses == pytest.approx(np.full(5, 0.7), rel=1e-8)
    assert model.objective == pytest.approx(0, abs=1e-12)


def test_the_fit_is_a_minimum_and_its_gradient_is_the_slope() -> None:
    covariance = answers(300)[ITEMS].cov().to_numpy()
    model = fit_one_factor(covariance)
    theta = np.concatenate([model.loadings, model.uniquenesses])

    def discrepancy(point: np.ndarray) -> float:
        implied = np.outer(point[:4], point[:4]) + np.diag(point[4:])
        logs = np.linalg.slogdet(implied)[1] - np.linalg.slogdet(covariance)[1]
        return float(logs + np.trace(np.linalg.solve(implied, covariance)) - 4)

    best = discrepancy(theta)
    assert best == pytest.approx(model.objective, abs=1e-12)
    rng = np.random.default_rng(3)
    steps = rng.normal(size=(50, 8)) * 1e-3
    assert all(discrepancy(theta + step) > best for step in steps)


def test_icc_of_units_that_share_nothing_is_near_zero() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"trust": rng.normal(size=2000), "unit": np.arange(2000) % 40})
    found = quality.assess_aggregation(frame, ["trust"])
    assert found.icc1_interval.covers(0.0)
    assert found.rwg_j is None  # scores have no steps
    assert found.ad is not None


def test_perfect_agreement_is_one() -> None:
    frame = pd.DataFrame({"unit": np.repeat(range(4), 10)})
    frame["q1"] = frame["unit"] + 1
    frame["q2"] = frame["unit"] + 1
    frame.loc[0, "q1"] = 5
    found = quality.assess_aggregation(frame, ["q1", "q2"], steps=5)
    assert found.rwg_j_median == 1.0
    assert found.icc1 > 0.9


def test_the_lost_are_compared_in_the_right_direction() -> None:
    people = pd.DataFrame(
        {"respondent": range(60), "wave": "w1", "trust": [20.0, 22.0, 60.0] * 20}
    )
    stayed = people[people["trust"] > 50].assign(wave="w2")
    found = quality.assess_attrition(
        pd.concat([people, stayed.iloc[:15], people.iloc[[0]].assign(wave="w2")]),
        before="w1",
        after="w2",
        scales=["trust"],
    )
    assert (found.n_lost, found.n_joined) == (44, 0)
    (gap,) = found.baseline_differences
    assert isinstance(gap, quality.BaselineDifference)
    assert gap.estimate < 0
    assert gap.d_pooled < 0


def test_intervals_of_equal_units_are_those_of_the_textbook() -> None:
    from scipy.stats import f

    rng = np.random.default_rng(6)
    unit = np.repeat(np.arange(12), 8)
    frame = pd.DataFrame({"unit": unit, "x": rng.normal(size=96) + unit / 8})
    found = quality.assess_aggregation(frame, ["x"])
    ratio = 1 / (1 - found.icc2)
    ends = [ratio / f.ppf(q, 11, 84) for q in (0.975, 0.025)]
    first = [(end - 1) / (end + 7) for end in ends]
    second = [1 - 1 / end for end in ends]
    one, two = found.icc1_interval, found.icc2_interval
    assert [one.low, one.high] == pytest.approx(first, rel=1e-10)
    assert [two.low, two.high] == pytest.approx(second, rel=1e-10)


# --- properties ----------------------------------------------------------------


@settings(deadline=None, max_examples=6)
@given(
    seed=st.integers(0, 10_000),
    shift=st.integers(-5, 5),
    stretch=st.sampled_from([0.5, 3.0, 25.0]),
)
def test_reliability_does_not_depend_on_units_or_order(
    seed: int, shift: int, stretch: float
) -> None:
    frame = answers(80, seed=seed)
    moved = frame.assign(**{q: stretch * frame[q] + shift for q in ITEMS})
    moved = moved.sample(frac=1, random_state=seed)
    for assess in (quality.assess_alpha, quality.assess_omega):
        one = assess(frame, ITEMS)
        other = assess(moved, ITEMS[::-1])
        assert other.estimate == pytest.approx(one.estimate, rel=1e-8)
        assert one.interval is not None
        assert one.interval.low < one.estimate < one.interval.high < 1


@settings(deadline=None, max_examples=30)
@given(n=st.integers(1, 400), share=st.floats(0, 1), level=st.floats(0.5, 0.999))
def test_share_intervals_mirror_and_hold_the_share(
    n: int, share: float, level: float
) -> None:
    count = round(share * n)
    for kernel in (wilson, clopper_pearson):
        one = kernel(count, n, level=level)
        other = kernel(n - count, n, level=level)
        assert 0 <= one.low <= count / n <= one.high <= 1
        assert one.low == pytest.approx(1 - other.high, abs=1e-9)


@pytest.mark.parametrize("assess", SCALES)
def test_every_engine_gives_the_same_finding(assess: Assess) -> None:
    frame = answers()
    frame.loc[3, "q2"] = np.nan
    pandas = pd.DataFrame(assess(frame, ITEMS).to_frame())  # type: ignore[attr-defined]
    values = {c: frame[c].tolist() for c in frame}
    for other in (pl.DataFrame(values), duckdb.sql("select * from frame")):
        row = pd.DataFrame(assess(other, ITEMS).to_frame())  # type: ignore[attr-defined]
        pd.testing.assert_frame_equal(row, pandas, rtol=1e-12)


def test_the_frame_is_not_changed() -> None:
    frame = answers()
    before = frame.copy(deep=True)
    for assess in SCALES:
        assess(frame, ITEMS)
    pd.testing.assert_frame_equal(frame, before)


# --- sentences -----------------------------------------------------------------


def test_alpha_speaks_both_languages() -> None:
    frame = answers()
    frame.loc[:11, "q1"] = np.nan
    found = quality.assess_alpha(frame, ITEMS, scale="Trust")
    found = replace(found, estimate=0.8)
    assert found.interval is not None
    low, high = f"{found.interval.low:.2f}", f"{found.interval.high:.2f}"
    assert plain(found) == (
        f"Trust: Cronbach's alpha 0.80 (95 % CI {low} to {high}), from 4 items and "
        "48 people. Left out because an answer is missing: 12."
    )
    low, high = low.replace(".", ","), high.replace(".", ",")
    assert plain(found.sentence("sv")) == (
        f"Trust: Cronbachs alfa 0,80 (95 % KI {low} till {high}), från 4 frågor och "
        "48 personer. Utelämnade för att ett svar saknas: 12."
    )


def test_published_counts_are_said_whole() -> None:
    golden = {(0, 3): "0 % to 71 %", (5, 6): "36 % to 100 %"}
    for (count, of), ends in golden.items():
        found = quality.assess_share(
            count, of=of, scale="Inspections", source="published"
        )
        share = round(100 * count / of)
        assert plain(found) == (
            f"Inspections: {count} of {of}, {share} % (95 % CI {ends})."
        )
        assert found.method is not None
        assert found.method.key == "quality.method_clopper_pearson"
    named = Label("Inspections", "Tillsyner")
    found = quality.assess_share(0, of=3, scale=named, source="published")
    assert found.scale == "Inspections"
    swedish = plain(found.sentence("sv"))
    assert swedish == "Tillsyner: 0 av 3, 0 % (95 % KI 0 % till 71 %)."


def test_the_written_rule_chooses_the_interval() -> None:
    def method(count: int, of: int, **options: object) -> str:
        found = quality.assess_share(count, of=of, scale="x", **options)  # type: ignore[arg-type]
        return str(found.method)

    assert method(9, 19) == "exact interval of Clopper and Pearson"
    assert method(10, 20) == "Wilson's interval"
    assert method(47, 55, source="published") == "exact interval of Clopper and Pearson"
    assert method(9, 19, method="wilson") == "Wilson's interval"


def test_a_backward_item_is_pointed_out() -> None:
    frame = answers().assign(q3=lambda f: 6 - f["q3"])
    found = quality.assess_alpha(frame, ITEMS)
    assert "Look at the direction of q3" in found.sentence()
    assert "Kontrollera riktningen på q3" in found.sentence("sv")


def test_pooled_waves_are_said() -> None:
    frame = answers().assign(wave=[2019, 2021] * 30)
    assert "Answers of 2 waves are pooled" in str(quality.assess_omega(frame, ITEMS))
    summary = summarise_responses(frame, ITEMS, by=["wave"])
    assert "Answers of 2 waves are pooled" in str(quality.assess_alpha(summary, ITEMS))


def test_aggregation_and_items_speak_both_languages() -> None:
    found = quality.assess_aggregation(answers(), ITEMS, scale="Trust")
    assert plain(found).startswith("Trust: ICC(1) ")
    assert "in the 3 units with at least 10 people" in plain(found)
    assert "från 60 personer i 3 enheter" in plain(found.sentence("sv"))
    assert "evenly over 5 steps" in str(found.because)
    item = quality.assess_items(answers(), ITEMS)[0]
    assert plain(item).startswith("q1: mean ")
    assert "Alfa utan frågan: 0," in item.sentence("sv")


def test_attrition_speaks_both_languages() -> None:
    found = quality.assess_attrition(
        attrition_scores(), before="w1", after="w2", scales=["trust"], arm="arm"
    )
    assert plain(found).startswith(
        "Lost between the waves: 20 of 80 people, 25 % (95 % CI 17 % to 35 %). "
        "Met only after: 0. Share lost in b minus share lost in a: 0 percentage points"
    )
    assert plain(found.sentence("sv")).startswith(
        "Bortfall mellan mätningarna: 20 av 80 personer, 25 %"
    )
    assert plain(found.baseline_differences.sentence("sv")).startswith(
        "trust vid starten: de bortfallna minus de kvarvarande"
    )


def attrition_scores(lost_a: int = 10, lost_b: int = 10) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    first = pd.DataFrame(
        {
            "respondent": range(80),
            "wave": "w1",
            "arm": ["a"] * 40 + ["b"] * 40,
            "trust": rng.normal(50, 10, 80),
            "source": "real",
        }
    )
    stays = np.r_[lost_a:40, 40 + lost_b : 80]
    return pd.concat([first, first.iloc[stays].assign(wave="w2")])


def test_every_score_is_compared_unless_some_are_named() -> None:
    scores = attrition_scores().assign(
        clarity=lambda frame: 100 - frame["trust"], unit=1, note="x"
    )
    found = quality.assess_attrition(scores, before="w1", after="w2")
    assert [gap.scale for gap in found.baseline_differences] == ["trust", "clarity"]


# --- the floor -----------------------------------------------------------------


@pytest.mark.parametrize("assess", SCALES)
def test_a_group_under_the_floor_is_not_shown(assess: Assess) -> None:
    found = assess(answers(9, seed=2), ITEMS)
    (sentence,) = {str(found).split(":")[1].split("\n")[0]}
    assert sentence == " not shown, it rests on fewer than 10 people."
    row = found.to_frame(guarded=True).iloc[0]  # type: ignore[attr-defined]
    assert row["n_people"] == "fewer than 10"
    assert row["estimate"] is None or np.isnan(row["estimate"])
    shown = assess(answers(9, seed=2), ITEMS, k_min=5)
    assert "not shown" not in str(shown)


def test_a_share_that_tells_about_four_people_is_not_shown() -> None:
    found = quality.assess_share(3, of=40, scale="Yes", source="real")
    assert str(found) == (
        "Yes: not shown. Fewer than 5 people are on one side of the share."
    )
    assert found.to_frame(guarded=True)["estimate"].isna().all()
    assert "not shown" in str(quality.assess_share(37, of=40, scale="x"))
    assert "not shown" in str(quality.assess_share(0, of=40, scale="x"))
    assert "not shown" not in str(quality.assess_share(5, of=40, scale="x"))
    assert "Färre än 5 personer" in found.sentence("sv")


def test_an_arm_is_hidden_with_the_arm_that_would_give_it_away() -> None:
    found = quality.assess_attrition(
        attrition_scores(lost_a=10, lost_b=2),
        before="w1",
        after="w2",
        scales=["trust"],
        arm="arm",
    )
    assert [arm.is_shown for arm in found.by_arm] == [False, False]
    assert "Share lost" not in str(found)
    guarded = found.to_frame(guarded=True)
    assert "10 of 40" not in guarded["by_arm"].iloc[0]


def test_a_baseline_mean_of_few_people_is_not_shown() -> None:
    found = quality.assess_attrition(
        attrition_scores(lost_a=4, lost_b=4), before="w1", after="w2", scales=["trust"]
    )
    assert "not shown" in str(found.baseline_differences)
    assert found.baseline_differences.to_frame(guarded=True)["mean_lost"].isna().all()


# --- refusals ------------------------------------------------------------------


def refusal(assess: Assess, *args: object, **options: object) -> TooFewAnswers:
    with pytest.raises(TooFewAnswers) as caught:
        assess(*args, **options)
    assert has_phrase(caught.value.reason)
    reason = NotAnswered(scale="x", asked="x", reason=_phrase(caught.value))
    assert reason.sentence("sv") != reason.sentence("en")
    return caught.value


def _phrase(error: TooFewAnswers) -> quality.Share | object:
    from tillit_eval.phrases import phrase

    return phrase(error.reason, **error.values)


@pytest.mark.parametrize("assess", SCALES[:3])
def test_a_constant_item_is_named(assess: Assess) -> None:
    assert str(refusal(assess, answers().assign(q2=3), ITEMS)) == (
        "Some items are constant: everyone gave the same answer.\n"
        "  expected: at least two different answers to every item\n"
        "  found:    one answer only in columns 'q2'\n"
        "  to fix:   leave these items out"
    )


@pytest.mark.parametrize("assess", SCALES[:3])
def test_an_item_nobody_answered_is_named(assess: Assess) -> None:
    assert str(refusal(assess, answers().assign(q2=np.nan), ITEMS)) == (
        "Some items have no answers at all.\n"
        "  expected: at least one answer to every item\n"
        "  found:    none in columns 'q2'\n"
        "  to fix:   leave these items out, or check their missing codes"
    )


@pytest.mark.parametrize("assess", SCALES[:3])
def test_fewer_people_than_items_are_refused(assess: Assess) -> None:
    frame = answers()
    frame.loc[4:, "q1"] = np.nan
    assert str(refusal(assess, frame, ITEMS)) == (
        "There are no more complete rows than items.\n"
        "  expected: more than 4 rows that answered all 4 items\n"
        "  found:    4 of 60 rows\n"
        "  to fix:   use fewer items, or more people"
    )


def test_too_few_items_are_refused() -> None:
    one = refusal(quality.assess_alpha, answers(), ["q1"])
    assert "expected: at least 2 items\n  found:    1" in str(one)
    assert str(refusal(quality.assess_omega, answers(), ["q1", "q2"])) == (
        "Two items do not make a factor model.\n"
        "  expected: at least 3 items\n"
        "  found:    2; their reliability is the correlation stepped up by Spearman "
        "and Brown, which is alpha of standardised items\n"
        "  to fix:   use assess_alpha for two items"
    )


def test_a_heywood_case_is_said_in_words() -> None:
    rng = np.random.default_rng(4)
    a, b, c = rng.normal(size=(3, 200))
    frame = pd.DataFrame({"q1": a, "q2": a + 0.3 * b, "q3": b + 0.5 * c})
    error = refusal(quality.assess_omega, frame, ["q1", "q2", "q3"])
    assert str(error) == (
        "The one-factor model has no admissible solution (a Heywood case).\n"
        "  expected: a part of every item that the others do not explain\n"
        "  found:    none or less than none in columns 'q2'\n"
        "  to fix:   look for an item that nearly repeats another, or use more people"
    )


def test_items_without_a_common_factor_are_said_in_words() -> None:
    around = np.array([[1.0, 0.5, -0.5], [0.5, 1.0, 0.5], [-0.5, 0.5, 1.0]])
    rng = np.random.default_rng(8)
    x = rng.multivariate_normal(np.zeros(3), around + 0.01 * np.eye(3), size=300)
    frame = pd.DataFrame(x, columns=["q1", "q2", "q3"])
    error = refusal(quality.assess_omega, frame, list(frame))
    assert error.reason in ("quality.heywood", "quality.no_solution")


def test_an_item_that_repeats_another_is_refused() -> None:
    same = answers().assign(q3=lambda frame: frame["q1"])
    assert str(refusal(quality.assess_omega, same, ITEMS)) == (
        "An item repeats another, or follows from the others.\n"
        "  expected: items none of which can be worked out from the others\n"
        "  found:    answers that determine each other fully\n"
        "  to fix:   leave out the item that repeats another, or use more people"
    )


def test_units_that_cannot_be_compared_are_refused() -> None:
    frame = answers()
    one = refusal(quality.assess_aggregation, frame.assign(unit="a"), ITEMS)
    assert "There is only one unit with complete answers." in str(one)
    alone = refusal(quality.assess_aggregation, frame.assign(unit=range(60)), ITEMS)
    assert "Nobody differs from the others in the same unit." in str(alone)
    alike = frame.assign(q1=np.tile([1.0, 5.0], 30))
    same = refusal(quality.assess_aggregation, alike, ["q1"])
    assert "All units have exactly the same mean." in str(same)


def two_waves(**columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "respondent": [1, 2, 3, 4, 5] * 2,
            "wave": ["w1"] * 5 + ["w2"] * 5,
            "trust": [1.0, 2, 3, 4, 5, 2, 1, 4, 3, 5],
        }
    )
    return frame.assign(**columns)


def test_retest_refuses_what_it_cannot_correlate() -> None:
    def retest(frame: pd.DataFrame, after: str = "w2") -> object:
        return quality.assess_retest(frame, "trust", before="w1", after=after)

    few = refusal(retest, two_waves(respondent=range(10)))
    assert "found:    0" in str(few)
    flat = refusal(retest, two_waves(trust=[3.0] * 5 + [1.0, 2, 3, 4, 5]))
    assert "Everyone has the same 'trust' in one of the waves." in str(flat)
    with pytest.raises(DataProblem, match="A wave to compare is not in the table"):
        retest(two_waves(), "w3")
    with pytest.raises(DataProblem, match="row positions 0, 1"):
        retest(two_waves(respondent=[1, 1, 3, 4, 5] * 2))
    with pytest.raises(DataProblem, match="Some scores are not numbers"):
        retest(two_waves(trust="high"))


def test_attrition_refuses_and_counts_people_without_a_code() -> None:
    def attrition(frame: pd.DataFrame) -> quality.Attrition:
        return quality.assess_attrition(
            frame, before="w1", after="w2", scales=["trust"]
        )

    nobody = two_waves(respondent=[None] * 5 + [1, 2, 3, 4, 5])
    error = refusal(attrition, nobody)
    assert "Nobody with a respondent code was met before." in str(error)
    some = attrition(two_waves(respondent=[None, 2, 3, 4, 5, None, 2, 3, 4, 6]))
    assert [n for _, n in some.left_out] == [1]
    assert (some.n_people, some.n_lost, some.n_joined) == (4, 1, 1)
    assert isinstance(some.baseline_differences[0], NotAnswered)
    with pytest.raises(DataProblem, match="'scales' is not a list"):
        quality.assess_attrition(two_waves(), before="w1", after="w2", scales="trust")


@pytest.mark.parametrize("assess", SCALES)
def test_wrong_calls_are_refused(assess: Assess) -> None:
    with pytest.raises(DataProblem, match="'items' is not a list of column names"):
        assess(answers(), "q1")
    with pytest.raises(DataProblem, match="lacks a column"):
        assess(answers(), ["q1", "q2", "q9"])
    with pytest.raises(DataProblem, match="do not hold numbers"):
        assess(answers().assign(q2="agree"), ITEMS)
    with pytest.raises(DataProblem, match="floor for what may be shown is too low"):
        assess(answers(), ITEMS, k_min=2)


def test_a_level_in_per_cent_is_refused() -> None:
    for assess in (SCALES[0], SCALES[1], SCALES[3]):
        with pytest.raises(DataProblem, match="level of an interval lies between"):
            assess(answers(), ITEMS, level=95)


def test_other_options_are_refused() -> None:
    with pytest.raises(DataProblem, match="'kind' is not an option"):
        quality.assess_omega(answers(), ITEMS, kind="asymptotic")  # type: ignore[arg-type]
    with pytest.raises(DataProblem, match="'method' is not an option"):
        quality.assess_share(1, of=2, scale="x", method="wald")  # type: ignore[arg-type]
    with pytest.raises(DataProblem, match="'source' is not an option"):
        quality.assess_share(1, of=2, scale="x", source="guess")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "of"), [(4, 3), (-1, 3), (0, 0), (0.5, 3), (True, 3)]
)
def test_counts_that_make_no_share_are_refused(count: object, of: object) -> None:
    with pytest.raises(DataProblem, match="These two counts do not make a share"):
        quality.assess_share(count, of=of, scale="x")  # type: ignore[arg-type]


def test_counts_from_a_table_make_a_share() -> None:
    table = pd.Series(["yes"] * 5 + ["no"]).value_counts()
    found = quality.assess_share(table["yes"], of=table.sum(), scale="x")
    assert (found.n_count, found.n_people, type(found.n_people)) == (5, 6, int)


def test_a_summary_of_other_items_is_refused() -> None:
    frame = answers()
    frame.loc[0, "q4"] = np.nan
    summary = summarise_responses(frame, ITEMS)
    with pytest.raises(DataProblem, match="made of other items"):
        quality.assess_alpha(summary, ["q1", "q2", "q3"])
    whole = summarise_responses(frame.dropna(), ITEMS)
    ours = quality.assess_alpha(whole, ["q3", "q1"])
    theirs = quality.assess_alpha(frame.dropna(), ["q3", "q1"])
    assert ours.estimate == pytest.approx(theirs.estimate, rel=1e-12)
