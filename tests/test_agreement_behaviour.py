"""What raters share: properties, words, the floor, and refusals by their text."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Findings, NotAnswered
from tillit_eval.phrases import Label, say
from tillit_eval.quality import Agreement, assess_agreement
from tillit_eval.quality.agreement._measuring import AgreementCoefficient

ROLES = ["self", "observer"]
EVERY = get_args(AgreementCoefficient)


def table(
    first: Any, second: Any, *, criteria: int = 1, source: str = "real"
) -> pd.DataFrame:
    """Two roles' ratings of the same points, several points per target."""
    n = len(first)
    point = np.arange(n)
    own = {"target": point // criteria, "criterion": point % criteria}
    made = [
        pd.DataFrame(own | {"rater": f"{role} 1", "rater_role": role, "value": values})
        for role, values in zip(ROLES, (first, second), strict=True)
    ]
    frame = pd.concat(made, ignore_index=True)
    frame["target"] = "t" + frame["target"].astype(str)
    return frame.assign(source=source)


def drawn(n: int = 60, criteria: int = 1, seed: int = 1, **more: Any) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=n)
    both = trait + rng.normal(size=(2, n)) * 0.8 + np.array([[0.4], [0.0]])
    first, second = np.clip(np.round(2.5 + both), 1, 4)
    return table(first, second, criteria=criteria, **more)


def assess(frame: pd.DataFrame, **more: Any) -> Agreement:
    found = assess_agreement(frame, **({"between": ROLES} | more))
    assert isinstance(found, Agreement)
    return found


def numbers(found: Agreement) -> list[float]:
    assert found.interval is not None
    return [found.estimate, found.interval.low, found.interval.high]


@pytest.mark.parametrize("coefficient", EVERY)
def test_swapping_the_roles_turns_only_the_signed_numbers(coefficient: str) -> None:
    frame = drawn(criteria=3)
    there = assess(frame, coefficient=coefficient)
    back = assess(frame, coefficient=coefficient, between=ROLES[::-1])
    assert numbers(back) == pytest.approx(numbers(there))
    assert there.bias is not None
    assert back.bias == pytest.approx(-there.bias)
    assert there.limits is not None
    assert back.limits is not None
    assert back.limits.high == pytest.approx(-there.limits.low)
    higher = frame["rater_role"].map({"self": 1.0, "observer": -1.0})
    assert np.sign(there.bias) == np.sign((higher * frame["value"]).sum())


@pytest.mark.parametrize("coefficient", EVERY)
@pytest.mark.parametrize("criteria", [1, 4])
def test_a_larger_scale_or_another_zero_changes_no_coefficient(
    coefficient: str, criteria: int
) -> None:
    frame = drawn(criteria=criteria)
    moved = frame.assign(value=1e6 + 10 * frame["value"])
    here, there = (assess(f, coefficient=coefficient) for f in (frame, moved))
    assert numbers(there) == pytest.approx(numbers(here), rel=1e-6)
    assert here.bias is not None
    assert there.bias == pytest.approx(10 * here.bias)


def test_a_milder_rater_lowers_agreement_but_not_consistency() -> None:
    frame = drawn()
    milder = frame["value"] + 2 * (frame["rater_role"] == "self")
    for name, stays in (("icc(3,1)", True), ("icc(2,1)", False), ("icc(1,1)", False)):
        before = assess(frame, coefficient=name).estimate
        after = assess(frame.assign(value=milder), coefficient=name).estimate
        assert (after == pytest.approx(before)) is stays, name
        assert after <= before + 1e-12


@pytest.mark.parametrize("coefficient", EVERY)
def test_names_and_order_of_rows_do_not_matter(coefficient: str) -> None:
    frame = drawn(criteria=2)
    other = frame.sample(frac=1, random_state=3)
    other["target"] = other["target"].map(lambda name: f"x{hash(name) % 997} {name}")
    left, right = (assess(f, coefficient=coefficient) for f in (frame, other))
    assert numbers(left) == pytest.approx(numbers(right), rel=1e-9)


@settings(max_examples=25, deadline=None)
@example(4, 2, 0, "icc(2,1)")
@example(10, 1, 7845, "icc(2,k)")
@example(10, 1, 7571, "icc(2,k)")
@given(
    st.integers(3, 12),
    st.integers(1, 3),
    st.integers(0, 10_000),
    st.sampled_from(EVERY),
)
def test_any_small_table_gives_a_finding_or_a_reason(
    targets: int, criteria: int, seed: int, coefficient: str
) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.integers(1, 4, size=(2, targets * criteria)).astype(float)
    frame = table(first, second, criteria=criteria)
    frame.loc[rng.random(len(frame)) < 0.2, "value"] = np.nan
    try:
        found = assess(frame, coefficient=coefficient)
    except TooFewAnswers as error:
        told = say(error.reason, "sv", **error.values)
    else:
        told = ""
        check_numbers(found)
    assert told.endswith(".") == bool(told)


def check_numbers(found: Agreement) -> None:
    assert np.isfinite(found.estimate)
    assert found.estimate <= 1
    assert found.interval is not None
    assert found.interval.low <= found.estimate + 1e-9
    assert found.estimate <= found.interval.high + 1e-9


def test_shares_of_pairs_by_hand() -> None:
    frame = table([1, 1, 2, 2, 3, 4] * 5, [1, 2, 2, 3, 3, 2] * 5)
    found = assess(frame, coefficient="kappa")
    assert found.same == pytest.approx(3 / 6)
    assert found.within_one == pytest.approx(5 / 6)
    # Own shares: self 2, 2, 1, 1 of 6 and observer 1, 3, 2, 0 of 6.
    chance = (2 * 1 + 2 * 3 + 1 * 2 + 1 * 0) / 36
    assert found.by_chance == pytest.approx(chance)
    assert found.estimate == pytest.approx((3 / 6 - chance) / (1 - chance))
    pooled = assess(frame)
    counts = np.array([15, 25, 15, 5])
    assert pooled.by_chance == pytest.approx((counts @ (counts - 1)) / (60 * 59))
    assert (pooled.n_same, pooled.n_pairs) == (found.n_same, found.n_pairs) == (15, 30)


def test_shares_are_told_no_finer_than_five_pairs() -> None:
    found = assess(drawn(n=60), coefficient="kappa")
    assert found.n_pairs == 60
    row = found.to_frame(guarded=True).iloc[0]
    for name in ("same", "by_chance", "within_one"):
        assert row[name] is None or row[name] * 10 == pytest.approx(
            round(row[name] * 10)
        )
    assert row["n_same"] is None
    nearly = [1, 2, 3, 4] * 15
    off = [*nearly[:-2], 4, 3]
    few_differ = assess(table(nearly, off), coefficient="kappa")
    assert "is not shown: fewer than 5 pairs" in few_differ.sentence("en")
    assert few_differ.to_frame(guarded=True)["same"].iloc[0] is None


def test_the_bootstrap_draws_targets_and_can_be_repeated() -> None:
    frame = drawn(criteria=4, n=160)
    one, two = (assess(frame, interval="bootstrap", draws=999) for _ in range(2))
    assert numbers(one) == numbers(two)
    other = assess(frame, interval="bootstrap", draws=999, rng=5)
    assert numbers(other) != numbers(one)
    rule = assess(frame)
    assert one.standard_error == pytest.approx(rule.standard_error, rel=0.15)
    assert one.interval is not None
    assert rule.interval is not None
    assert one.interval.low == pytest.approx(rule.interval.low, abs=0.06)


def test_points_of_a_target_that_repeat_each_other_count_once() -> None:
    frame = drawn(n=40)
    four = pd.concat([frame.assign(criterion=str(k)) for k in range(4)])
    for name in ("weighted kappa", "kappa"):
        once, often = (assess(f, coefficient=name) for f in (frame, four))
        assert numbers(often) == pytest.approx(numbers(once))
    icc = {"coefficient": "icc(3,1)", "interval": "targets"}
    once, often = (assess(f, **icc) for f in (frame, four))
    assert often.standard_error == pytest.approx(once.standard_error, rel=0.02)


def test_each_group_has_a_finding_or_its_reason() -> None:
    frame = drawn(n=60, criteria=2)
    frame.loc[frame["criterion"] == 1, "value"] = 3
    found = assess_agreement(frame, between=ROLES, by="criterion", scale="Visits")
    assert isinstance(found, Findings)
    assert [finding.scale for finding in found] == ["Visits, 0", "Visits, 1"]
    assert isinstance(found[1], NotAnswered)
    assert "Every rating is the same" in found[1].sentence("en")
    assert "Alla bedömningar är lika" in found[1].sentence("sv")


def test_rounds_are_never_mixed() -> None:
    frame = drawn().assign(round="2014")
    later = frame.assign(round="2017")
    with pytest.raises(DataProblem, match="several rounds are mixed"):
        assess(pd.concat([frame, later]))
    both = assess_agreement(pd.concat([frame, later]), between=ROLES, by=["round"])
    assert [finding.scale for finding in both] == ["2014", "2017"]
    assert isinstance(both[0], Agreement)
    assert isinstance(both[1], Agreement)
    assert numbers(both[0]) == numbers(both[1])


def test_an_icc_takes_the_mean_of_a_role_and_kappa_refuses_it() -> None:
    frame = drawn()
    second = frame[frame["rater_role"] == "observer"].assign(rater="observer 2")
    three = pd.concat([frame, second])
    found = assess(three, coefficient="icc(2,1)")
    alone = assess(frame, coefficient="icc(2,1)")
    assert found.estimate == pytest.approx(alone.estimate)
    assert (found.n_raters, alone.n_raters) == (3, 2)
    assert found.same is None
    with pytest.raises(DataProblem, match="Several people of one role"):
        assess(three, coefficient="weighted kappa")
    people = assess_agreement(three)
    assert people.first == ""
    assert people.bias is None
    assert people.k == 3


def test_the_sentence_in_both_languages() -> None:
    names = {
        "self": Label("school", "skolan"),
        "observer": Label("visitors", "besökare"),
    }
    frame = drawn(n=120, criteria=4, source="synthetic")
    found = assess(frame, coefficient="weighted kappa", between=names)
    en, sv = found.sentence("en"), found.sentence("sv")
    assert en.startswith("School – visitors: weighted kappa (quadratic weights) 0.")
    assert "from 120 rated points of 30 targets and fewer than 10 raters." in en
    assert "School minus visitors: +0." in en
    assert "Guide, not a test (Landis and Koch): " in en
    assert en.endswith("(Synthetic data.)")
    assert sv.startswith("Skolan – besökare: viktad kappa (kvadratiska vikter) 0,")
    assert "Skolan minus besökare: +0," in sv
    icc = assess(frame, coefficient="icc(1,k)").sentence("en")
    assert "ICC(1,k)" in icc
    assert "the mean of 2 ratings, where each target has raters of its own" in icc
    assert "Koo and Li" in icc
    roles = assess(frame, coefficient="icc(2,1)").sentence("en")
    assert "where the same roles judge all" in roles
    people = assess(frame, coefficient="icc(3,1)", between=None).sentence("sv")
    assert "av någon av just dessa bedömare" in people


def test_the_rule_for_intervals_and_what_it_says_of_few_targets() -> None:
    few, many = drawn(n=12), drawn(n=40)
    methods = {
        (n, name): str(assess(frame, coefficient=name).method)
        for n, frame in ((12, few), (40, many))
        for name in ("icc(2,1)", "kappa")
    }
    assert "F interval" in methods[12, "icc(2,1)"]
    for asked in ((40, "icc(2,1)"), (12, "kappa"), (40, "kappa")):
        assert "each target left out in turn" in methods[asked]
    warns = "With fewer than 40 rated points the interval may be too narrow."
    assert warns in assess(few, coefficient="kappa").sentence("en")
    assert warns not in assess(few, coefficient="icc(2,1)").sentence("en")
    assert warns not in assess(many, coefficient="kappa").sentence("en")
    several = assess(drawn(n=30, criteria=2), coefficient="icc(2,1)")
    assert str(several.because).startswith("points of the same target")
    assert warns in several.sentence("en")


def test_the_paradox_is_told() -> None:
    frame = table([3] * 80 + [3] * 8 + [2] * 8, [3] * 80 + [2] * 8 + [3] * 8)
    found = assess(frame, coefficient="kappa")
    assert found.same is not None
    assert found.same > 0.8
    assert found.estimate < 0.1
    assert "Most ratings lie on one step" in found.sentence("en")


def test_the_guide_reads_both_ends() -> None:
    found = assess(drawn(n=900), coefficient="icc(2,k)")
    assert found.guide("en") == "Guide, not a test (Koo and Li): moderate."
    weak = assess(drawn(n=12, seed=4), coefficient="kappa")
    assert "from no better than chance to " in weak.guide("en")
    alpha = assess(drawn(n=60))
    assert alpha.guide("sv").startswith("Riktmärke, inget test (Krippendorff)")


def test_few_targets_are_not_told() -> None:
    found = assess(drawn(n=8))
    assert not found.is_shown
    assert "0." not in found.sentence("en")
    row = found.to_frame(guarded=True).iloc[0]
    hidden = [
        "estimate",
        "interval_low",
        "bias",
        "limits_low",
        "same",
        "standard_error",
    ]
    assert row[hidden].isna().all()
    assert row["n_people"] == "fewer than 10"
    assert assess(drawn(n=8), k_min=5).is_shown


REFUSED: list[tuple[dict[str, Any], pd.DataFrame, str]] = [
    ({}, drawn(n=2), "Too few targets were judged by more than one rater."),
    (
        {"coefficient": "icc(2,1)", "between": None},
        drawn().assign(rater=lambda f: f["rater"] + f["target"]),
        "Too few targets were judged by every rater.",
    ),
    ({"between": None, "level": 95}, drawn(), "The level of an interval"),
    ({"k_min": 2}, drawn(), "The floor for what may be shown is too low."),
    ({}, table([3.0] * 20, [3.0] * 20), "Every rating is the same."),
    ({}, table([1, 2, 3, 4] * 5, [1, 2, 3, 4] * 5), "The raters never disagree."),
    (
        {"coefficient": "icc(3,1)"},
        table([1, 2, 3] * 5, [2, 3, 4] * 5),
        "The raters never disagree, but perhaps by a constant step.",
    ),
    (
        {"coefficient": "icc(1,1)"},
        table([1, 3] * 10, [3, 1] * 10),
        "What is rated does not differ at all.",
    ),
    (
        {"coefficient": "kappa"},
        table([1, 2, 3] * 4, [1, 2, 3] * 3 + [1, 2, 1]),
        "One target decides whether there is disagreement",
    ),
    (
        {"coefficient": "weighted kappa"},
        table([1, 2, 3, 4] * 10, [1, 3, 3, 4] * 10, criteria=4),
        "Every target says exactly the same of the raters.",
    ),
    (
        {"interval": "bootstrap"},
        table([1, 2, 3, 4] * 10, [1, 3, 3, 4] * 10, criteria=4),
        "Every target says exactly the same of the raters.",
    ),
    ({}, table(np.arange(200.0), np.arange(200.0) + 0.5), "too many different values"),
    ({"interval": "formula"}, drawn(), "No formula gives this interval."),
    (
        {"coefficient": "kappa", "interval": "formula"},
        drawn(criteria=2),
        "No formula gives this interval.",
    ),
    ({"between": ["self", "boss"]}, drawn(), "These are not roles"),
    ({"between": "self"}, drawn(), "These are not roles"),
    ({"between": ["self"]}, drawn(), "These are not roles"),
    ({"by": "target"}, drawn(), "Agreement cannot be told by this."),
    ({"by": 3}, drawn(), "Agreement cannot be told by this."),
    ({"coefficient": "icc"}, drawn(), "'coefficient' is not an option"),
    ({"rng": "x", "interval": "bootstrap"}, drawn(), "This is not a source of chance."),
    (
        {"coefficient": "kappa", "between": None},
        pd.concat([drawn(), drawn().assign(rater="another")]).drop_duplicates(
            ["target", "rater"]
        ),
        "Kappa compares two raters.",
    ),
    (
        {"between": None},
        pd.concat([drawn(), drawn()]),
        "Some raters judged the same point more than once.",
    ),
    ({}, drawn().assign(value="bra"), "Some ratings are not numbers."),
    ({}, drawn().assign(value=True), "Some ratings are not numbers."),
    ({}, drawn().assign(value=np.inf), "Some ratings are not numbers."),
    ({}, drawn().drop(columns="rater"), "The table of ratings lacks a column."),
    ({}, drawn().assign(value=np.nan), "Too few targets were judged"),
]


@pytest.mark.parametrize(("ask", "frame", "text"), REFUSED)
def test_what_is_refused(ask: dict[str, Any], frame: pd.DataFrame, text: str) -> None:
    before = frame.copy()
    with pytest.raises(DataProblem, match=text) as caught:
        assess(frame, **ask)
    assert len(str(caught.value).splitlines()) == 4
    assert "bra" not in str(caught.value).replace("brackets", "")
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("given", [None, [1, 2], "ratings", np.ones((3, 3))])
def test_what_is_no_table_is_refused(given: Any) -> None:
    with pytest.raises(DataProblem, match="This is not a table of ratings"):
        assess_agreement(given)
    with pytest.raises(DataProblem, match="The table of ratings is empty"):
        assess_agreement(drawn().head(0))


def test_a_bias_that_is_the_same_everywhere_is_not_told() -> None:
    frame = drawn(n=40)
    higher = frame["value"] + (frame["rater_role"] == "self")
    same = frame[frame["rater_role"] == "observer"]
    both = pd.concat([same.assign(rater_role="self", value=same["value"] + 1), same])
    found = assess(both)
    assert (found.bias, found.limits) == (None, None)
    assert assess(frame.assign(value=higher)).bias is not None


def test_huge_numbers_and_other_engines_give_the_same() -> None:
    import polars as pl

    frame = drawn(criteria=2)
    found = numbers(assess(frame, coefficient="icc(2,1)"))
    huge = frame.assign(value=frame["value"] * 1e12 + 1e15)
    assert numbers(assess(huge, coefficient="icc(2,1)")) == pytest.approx(found)
    other = pl.from_dicts(frame.to_dict("records"))
    assert numbers(assess(other, coefficient="icc(2,1)")) == pytest.approx(found)
