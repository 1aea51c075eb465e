"""The ladder stops where it should, says what is lost, and cannot always tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval import phrases
from tillit_eval.errors import DataProblem
from tillit_eval.findings.measured import STATES, supports_means
from tillit_eval.quality import Invariance, assess_invariance
from tillit_eval.quality.invariance._decide import guides_for, is_lost, is_small
from tillit_eval.quality.invariance._merging import _merge
from tillit_eval.summaries import summarise_responses

ITEMS = ["q1", "q2", "q3", "q4", "q5"]
LOADINGS = np.array([0.8, 0.7, 0.75, 0.65, 0.7])


def answers(
    n: int = 400,
    *,
    seed: int = 1,
    shift: dict[str, float] | None = None,
    weaker: dict[str, float] | None = None,
    rise: float = 0.3,
    linked: bool = False,
) -> pd.DataFrame:
    """Draw answers 1-5 in two waves; an item may move, or weigh less, in the second."""
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(n, 1))
    again = 0.6 * first + 0.8 * rng.normal(size=(n, 1))
    own = rng.normal(size=(n, 5)) * 0.6
    waves = []
    for number, trust in enumerate([first, again + rise]):
        load, moved = LOADINGS.copy(), np.zeros(5)
        if number:
            for item, by in (weaker or {}).items():
                load[ITEMS.index(item)] -= by
            for item, by in (shift or {}).items():
                moved[ITEMS.index(item)] += by
        noise = own if linked else rng.normal(size=(n, 5)) * 0.6
        latent = trust * load + moved + 0.7 * noise + 0.4 * rng.normal(size=(n, 5))
        steps = np.searchsorted([-1.6, -0.8, 0.0, 0.9], latent) + 1.0
        frame = pd.DataFrame(steps, columns=ITEMS)
        waves.append(
            frame.assign(
                wave=str(2019 + 2 * number), respondent=range(n), source="real"
            )
        )
    found = pd.concat(waves, ignore_index=True)
    return found if linked else found.drop(columns="respondent")


def climb(frame: pd.DataFrame, **more: object) -> Invariance:
    more.setdefault("wave", "wave")
    more.setdefault("estimator", "ml")
    return assess_invariance(frame, ITEMS, scale="Trust", **more)  # type: ignore[arg-type]


def test_a_scale_that_measures_the_same_reaches_the_top_and_nothing_is_proved() -> None:
    found = climb(answers())
    assert (found.state, found.lost, found.released) == ("strict", "", ())
    said = found.sentence("en")
    assert "nothing weighty speaks against" in said
    assert "exactly alike is not shown" in said
    assert "inget som väger tungt talar mot" in found.sentence("sv")
    for lang in ("en", "sv"):
        assert "invariance holds" not in found.sentence(lang)
    assert found.because is None


@pytest.mark.parametrize("estimator", ["ml", "mlr", "wlsmv"])
def test_an_item_that_moves_stops_the_ladder_at_metric_and_is_let_go(
    estimator: str,
) -> None:
    found = climb(answers(shift={"q2": 0.6}), estimator=estimator)
    assert [rung.name for rung in found.rungs if rung.kept][-1] == "partial_scalar"
    assert (found.lost, found.released, found.state) == (
        *("scalar", ("q2",)),
        "partial_scalar",
    )
    assert "Lost: the comparison of mean scores as they are" in found.sentence("en")
    assert "Därmed förloras jämförelsen av skalans medelvärden" in found.sentence("sv")
    one = found.differences[0]
    assert one.interval.low < 0.3 < one.interval.high
    if estimator != "wlsmv":
        # What q2 added by itself is in the observed difference only.
        assert one.expected is not None
        assert 0.05 < one.observed - one.expected < 0.2


def test_items_that_all_move_differently_leave_no_means_to_compare() -> None:
    rng = np.random.default_rng(6)
    values = rng.normal(size=(800, 1)) * LOADINGS + 0.6 * rng.normal(size=(800, 5))
    values[400:] += [0.0, 0.5, -0.5, 1.0, -1.0]
    frame = pd.DataFrame(values, columns=ITEMS)
    frame["wave"] = np.repeat(["2019", "2021"], 400)
    found = climb(frame, estimator="ml")
    assert (found.state, found.reached) == ("metric", "metric")
    assert not supports_means(found.state)
    assert found.differences == ()
    assert found.means.empty
    assert "Lost: the comparison of means." in found.sentence("en")
    assert "skalär nivå" in found.sentence("sv")


def test_an_item_that_weighs_less_stops_it_lower() -> None:
    found = climb(answers(n=800, weaker={"q1": 0.6}))
    assert (found.lost, found.released, found.state) == (
        *("metric", ("q1",)),
        "partial_scalar",
    )
    assert found.rungs[-1].name == "partial_scalar"


def test_items_that_measure_two_things_have_no_common_model() -> None:
    one, two = answers(seed=1), answers(seed=2)
    frame = one.assign(q4=two["q4"], q5=two["q5"])
    found = climb(frame)
    assert found.state == "not_configural"
    assert [rung.step for rung in found.rungs] == ["configural"]
    assert "there is no common model to compare" in found.sentence("en")
    assert "det finns ingen gemensam modell" in found.sentence("sv")
    above = climb(frame, whole=True)
    assert [rung.above for rung in above.rungs] == [False, True, True, True]
    assert not any(rung.kept for rung in above.rungs)
    assert above.state == "not_configural"


def test_few_people_leave_it_open_but_the_numbers_are_told() -> None:
    found = climb(answers(n=120))
    assert found.state == "cannot_tell"
    assert len(found.rungs) == 4
    said = found.sentence("en")
    assert "Fewer than 200 people in a group or wave" in said
    assert "The numbers, for what they are worth: strict step kept." in said
    assert "det går inte att säga om skalan mäter likadant" in found.sentence("sv")
    assert climb(answers(n=200)).state != "cannot_tell"


def test_two_items_and_tiny_groups_are_not_fitted_at_all() -> None:
    two = assess_invariance(answers(), ITEMS[:2], wave="wave")
    assert (two.state, two.rungs) == ("cannot_tell", ())
    assert "A factor has fewer than 3 items." in two.sentence("en")
    frame = answers(n=120)
    frame.loc[frame.index[7:120], "wave"] = "2021"
    tiny = climb(frame)
    assert (tiny.state, tiny.rungs, tiny.n_smallest) == ("cannot_tell", (), 7)
    assert "Smallest group or wave: fewer than 10 people." in tiny.sentence("en")
    guarded = tiny.to_frame(guarded=True).iloc[0]
    assert (guarded["n_smallest"], guarded["state"]) == (
        *("fewer than 10",),
        "cannot_tell",
    )


def test_three_items_cannot_fail_the_first_step_and_that_is_said() -> None:
    found = assess_invariance(answers(), ITEMS[:3], wave="wave", estimator="ml")
    assert found.rungs[0].df == 0
    assert "The first step cannot fail" in found.sentence("en")


def test_what_cannot_be_fitted_is_told_with_its_reason() -> None:
    flat = answers()
    flat.loc[flat["wave"] == "2021", "q3"] = 4.0
    found = climb(flat)
    assert found.state == "cannot_tell"
    assert "Everyone gave the same answer to q3." in found.sentence("en")
    rng = np.random.default_rng(3)
    noise = answers().assign(
        **{item: rng.integers(1, 6, 800).astype(float) for item in ITEMS}
    )
    nothing = climb(noise, estimator="wlsmv")
    assert nothing.state == "cannot_tell"
    assert "not seen to go together at all" in nothing.sentence("en")


def test_rare_answers_are_merged_on_purpose_and_named() -> None:
    frame = answers()
    top = (frame["wave"] == "2021") & (frame["q2"] == 5)
    frame.loc[top, "q2"] = 4.0
    found = climb(frame, estimator="wlsmv")
    assert found.caution is not None
    assert found.caution.say("en").startswith("Answers that fewer than 5 people gave")
    assert found.caution.say("en").endswith("in q2.")
    counts = np.array([[0, 9, 9, 9, 2], [3, 9, 9, 9, 9]])
    assert _merge(counts, 5).tolist() == [0, 0, 1, 2, 2]
    assert _merge(np.array([[9, 0, 9]]), 5).tolist() in ([0, 1, 1], [0, 0, 1])
    assert _merge(np.array([[1, 1]]), 5).tolist() == [0, 0]


def test_the_same_people_are_followed_or_it_is_said_that_they_are_not() -> None:
    frame = answers(linked=True)
    apart, linked = climb(frame), climb(frame, respondent="respondent")
    assert apart.caution is not None
    assert "respondent= would follow them" in apart.sentence("en")
    assert linked.caution is None
    assert linked.n_people == 400
    assert apart.n_people == 800
    frame["side"] = np.where(frame["respondent"] % 2, "a", "b")
    pooled = climb(frame, wave=None, group="side")
    assert "one person may count more than once" in pooled.sentence("en")
    lost = frame.drop(index=range(15))
    again = climb(lost, respondent="respondent")
    assert [n for _, n in again.left_out] == [15]
    # Following people makes the same difference more certain.
    width = [
        found.differences[0].interval.high - found.differences[0].interval.low
        for found in (apart, linked)
    ]
    assert width[1] < 0.8 * width[0]


def test_groups_and_waves_are_compared_together() -> None:
    rng = np.random.default_rng(8)
    frame = answers(n=500, linked=True)
    role = pd.Series(rng.choice(["chef", "personal"], 500))
    frame["role"] = role[frame["respondent"]].to_numpy()
    apart = climb(frame, group="role")
    assert apart.over == "groups_and_waves"
    assert apart.conditions[:2] == ("chef, 2019", "chef, 2021")
    assert apart.rungs[1].df_difference == 3 * 4
    followed = climb(frame, group="role", respondent="respondent")
    assert followed.conditions == apart.conditions
    assert followed.rungs[1].df_difference == 3 * 4
    assert {one.condition for one in followed.differences} == set(apart.conditions[1:])


@settings(max_examples=2, deadline=None)
@given(st.permutations(ITEMS), st.sampled_from([2.0, 25.0]), st.booleans())
def test_order_names_and_units_change_nothing(
    order: list[str], unit: float, swapped: bool
) -> None:
    frame = answers(shift={"q2": 0.6})
    plain = climb(frame, estimator="ml")
    other = frame.assign(**{item: unit * frame[item] + 3 for item in ITEMS})
    if swapped:
        other["wave"] = other["wave"].map({"2019": "b", "2021": "a"})
    found = assess_invariance(other, order, wave="wave", estimator="ml")
    assert found.released == plain.released
    for ours, theirs in zip(found.rungs, plain.rungs, strict=True):
        for name in ("chi_square", "cfi", "rmsea", "srmr"):
            assert getattr(ours, name) == pytest.approx(getattr(theirs, name), abs=1e-5)
    there, here = plain.differences[0], found.differences[0]
    assert here.expected is not None
    assert there.expected is not None
    if swapped:
        assert np.sign(here.estimate) == -np.sign(there.estimate)
        assert here.observed == pytest.approx(-unit * there.observed)
    else:
        assert here.estimate == pytest.approx(there.estimate, abs=1e-5)
        assert here.expected == pytest.approx(unit * there.expected, abs=1e-4)


def test_points_per_step_only_change_the_unit() -> None:
    steps, points = (climb(answers(), points_per_step=unit) for unit in (None, 25))
    one, other = steps.differences[0], points.differences[0]
    assert one.expected is not None
    assert other.expected == pytest.approx(25 * one.expected)
    assert other.observed == pytest.approx(25 * one.observed)
    assert other.estimate == one.estimate
    assert "scale points" in points.sentence("en")
    assert "skalpoäng" in points.sentence("sv")


@pytest.mark.parametrize(
    ("d_cfi", "p", "lost"),
    [(-0.02, 0.001, True), (-0.02, 0.2, False), (-0.004, 0.001, False)],
)
def test_a_step_is_lost_when_the_test_sees_it_and_the_fit_suffers(
    d_cfi: float, p: float, lost: bool
) -> None:
    assert is_lost(d_cfi, p, ordinal=False) is lost
    assert is_lost(-0.0045, 0.001, ordinal=True)


def test_the_guides_are_those_that_were_published() -> None:
    large, small = np.array([400.0, 400.0]), np.array([150.0, 150.0])
    metric, beside = guides_for("metric", large, ordinal=False)
    assert (metric.cfi, metric.rmsea, metric.srmr) == (0.010, 0.015, 0.030)
    assert guides_for("scalar", large, ordinal=False)[0].srmr == 0.010
    assert (beside.name, beside.cfi, beside.rmsea) == ("cheung_rensvold", 0.010, None)
    few = guides_for("metric", small, ordinal=False)[0]
    assert (few.name, few.cfi, few.rmsea, few.srmr) == (
        "chen_small",
        0.005,
        0.01,
        0.025,
    )
    assert guides_for("scalar", small, ordinal=False)[0].srmr == 0.005
    assert is_small(np.array([150.0, 400.0]))
    ordered = guides_for("metric", large, ordinal=True)[0]
    assert (ordered.cfi, ordered.rmsea) == (0.004, 0.010)
    assert metric.keeps(-0.02, 0.0, 0.0)
    assert not metric.keeps(-0.02, 0.016, 0.0)
    assert not beside.keeps(-0.01, 0.0, 0.0)


def test_the_sentence_says_when_guide_and_test_disagree() -> None:
    from tillit_eval.quality.invariance.words import _disagreement

    rung = climb(answers(shift={"q2": 0.6})).rungs[2]
    cases = {
        "guide_agrees": {},
        "guide_keeps": {"guide_keeps": True},
        "guide_only": {"kept": True, "p_difference": 0.3},
        "test_only": {"kept": True, "guide_keeps": True, "p_difference": 0.01},
    }
    from dataclasses import replace

    for key, changes in cases.items():
        for lang in ("en", "sv"):
            told = _disagreement(replace(rung, **changes), lang)
            guide = phrases.say("invariance.guide_chen", lang)
            assert told == phrases.say(f"invariance.{key}", lang, guide=guide)


def test_a_row_and_the_steps_are_tidy_and_guarded() -> None:
    found = climb(answers())
    row = found.to_frame().iloc[0]
    assert (row["state"], row["reached"], row["conditions"]) == (
        *("strict", "strict"),
        "2019, 2021",
    )
    assert found.state in STATES
    steps = found.steps
    assert steps["step"].tolist() == ["configural", "metric", "scalar", "strict"]
    assert set(steps["source"]) == {"real"}
    assert steps["d_cfi"].isna().tolist() == [True, False, False, False]
    assert found.means["against"].tolist() == ["2019"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"wave": None}, "found:    neither"),
        ({"wave": None, "group": "wave", "respondent": "q1"}, "found:    no wave="),
        ({"wave": "place"}, "expected: a column 'place'"),
        ({"estimator": "dwls"}, "found:    'dwls'"),
        ({"points_per_step": 0}, "found:    0"),
        ({"points_per_step": "x"}, "found:    a str"),
        ({"respondent": "q1"}, "expected: one row per respondent and wave"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_four_lines(
    arguments: dict[str, object], text: str
) -> None:
    with pytest.raises(DataProblem) as told:
        climb(answers(n=30), **arguments)
    assert text in str(told.value)
    assert str(told.value).count("\n") == 3


def test_the_model_and_the_table_are_checked() -> None:
    frame = answers(n=30)
    for model, text in (
        ("q1", "found:    a str"),
        ({}, "found:    no factors"),
        (["q1", "q1", "q2"], "more than once"),
        ({"a": "q1"}, "found:    one text"),
    ):
        with pytest.raises(DataProblem, match=text):
            assess_invariance(frame, model, wave="wave")
    with pytest.raises(DataProblem, match="at least two groups or waves"):
        climb(frame[frame["wave"] == "2019"])
    many = answers().assign(q1=np.random.default_rng(1).normal(size=800))
    with pytest.raises(DataProblem, match="too many different answers"):
        climb(many, estimator="wlsmv")


def test_a_summary_is_enough_for_maximum_likelihood_only() -> None:
    frame = answers()
    summary = summarise_responses(frame, ITEMS, by=["wave"])
    assert assess_invariance(summary, ITEMS, wave="wave").state == "strict"
    for more, text in (
        ({"estimator": "mlr"}, "Sums are not enough for this estimator."),
        ({"respondent": "respondent"}, "Sums do not tell who answered"),
    ):
        with pytest.raises(DataProblem, match=text):
            assess_invariance(summary, ITEMS, wave="wave", **more)
    with pytest.raises(DataProblem, match="groups of the summary"):
        assess_invariance(summary, ITEMS, group="unit")


def test_nothing_given_is_changed() -> None:
    frame = answers(n=60)
    before = frame.copy()
    climb(frame)
    pd.testing.assert_frame_equal(frame, before)
