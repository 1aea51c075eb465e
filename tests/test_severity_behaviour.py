"""Severity: known truth, signs, words, floors, refusals, and the two figures."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval import figures, quality
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.phrases import Label
from tillit_eval.simulation import simulate_ratings
from tillit_eval.simulation.ratings import TrueRatings

ROLES = {
    "self": Label("the school", "skolan"),
    "observer": Label("visitors", "besökare"),
}
BOTH = ["rater", "round"]


def layers(n: int = 30, *, drift: float = -0.3, rng: int = 1) -> pd.DataFrame:
    """Draw judgements of `n` schools by two roles in two rounds, in fine steps."""
    truth = TrueRatings(
        criteria=("a", "b"),
        shares=(0.1, 0.15, 0.25, 0.25, 0.15, 0.1),
        raters=(("self", 0.2), ("observer", 0.0)),
        targets=tuple(f"s{k:03d}" for k in range(n)),
        rounds=(("1", 0.0), ("2", 0.5)),
        each=(("self", 3.0),),
        pools=(("observer", 20.0),),
        drift=(("observer", drift),),
    )
    return simulate_ratings(truth, rng=rng)


def lessons(n: int = 24, rng: int = 1) -> pd.DataFrame:
    """Draw 2 inspectors x 5 lessons in each of `n` schools."""
    chance = np.random.default_rng(rng)
    latent = chance.normal(size=(n, 1, 1)) + chance.normal(size=(n, 2, 1))
    value = np.clip(np.rint(3 + latent + chance.normal(size=(n, 2, 5))), 1, 5)
    t, r, k = np.indices(value.shape).reshape(3, -1)
    return pd.DataFrame(
        {"target": t, "rater": r, "round": k, "value": value.ravel(), "source": "real"}
    )


def test_a_stated_severity_and_its_drift_are_found() -> None:
    """Truth from a very large sample of the same layout, whatever the targets do."""
    truth = layers(600, rng=9)
    far = quality.assess_severity_drift(truth, between=[*ROLES])[0]
    assert -0.5 < far.estimate < -0.25
    assert far.interval.high - far.interval.low < 0.3
    found = quality.assess_severity_drift(layers(40), between=[*ROLES])[0]
    assert found.interval.covers(far.estimate)
    still = quality.assess_severity_drift(layers(40, drift=0.0), between=[*ROLES])[0]
    assert still.interval.covers(0.0)


@settings(deadline=None, max_examples=2)
@given(st.floats(-5, 5), st.floats(0.1, 10), st.integers(0, 1000))
def test_scale_shift_and_order_of_rows(shift: float, factor: float, seed: int) -> None:
    given_, rng = layers(12), np.random.default_rng(seed)
    other = given_.assign(value=given_["value"] * factor + shift)
    other = other.iloc[rng.permutation(len(other))]
    for ask in (quality.assess_severity, quality.assess_severity_drift):
        one = ask(given_, between=[*ROLES])[0]
        two = ask(other, between=[*ROLES])[0]
        back = ask(other, between=[*ROLES][::-1])[0]
        assert two.estimate == pytest.approx(factor * one.estimate, abs=1e-8)
        assert back.estimate == pytest.approx(-two.estimate, abs=1e-8)
    one, two = (quality.assess_rater_spread(x) for x in (given_, other))
    assert two.estimate == pytest.approx(one.estimate, rel=1e-4, abs=1e-6)
    assert two.rater_sd == pytest.approx(factor * one.rater_sd, rel=1e-3, abs=1e-4)
    total = one.estimate + one.share_target + one.share_criterion + one.share_rest
    assert total == pytest.approx(1.0)


def test_what_one_role_judged_alone_changes_nothing() -> None:
    given_ = layers(20)
    alone = given_[given_["rater_role"].eq("observer")]
    more = alone.assign(target=alone["target"] + " alone", value=6)
    found = quality.assess_severity(pd.concat([given_, more]), between=[*ROLES])[0]
    assert (
        found.estimate == quality.assess_severity(given_, between=[*ROLES])[0].estimate
    )


def test_the_sentences() -> None:
    found = quality.assess_severity(layers(), between=ROLES)[0]
    said = found.sentence("en")
    assert said.startswith("visitors: −")
    assert "steps beside the school (95" in said
    assert "so stricter, of the same 120 things at 30 targets" in said
    assert "others of the same role may be stricter or milder. (Synth" in said
    own = layers(12).assign(rater=lambda f: f["rater"] + f["target"])
    alone = quality.assess_severity(own, between=ROLES)[0].sentence("sv")
    assert "just dessa bedömare" not in alone
    assert "alltså strängare" in found.sentence("sv")
    drift = quality.assess_severity_drift(layers(), between=ROLES)[0]
    assert "became stricter beside the school" in drift.sentence("en")
    assert "har blivit strängare jämfört med skolan" in drift.sentence("sv")
    assert "each is set against itself" in drift.sentence("en")
    spread = quality.assess_rater_spread(layers()).sentence("sv")
    assert "mellan bedömare" in spread
    assert "standardavvikelse" in spread


def test_few_raters_are_not_shown() -> None:
    given_ = layers()
    one = given_["rater_role"].eq("observer")
    few = given_[~one | given_["rater"].isin(given_.loc[one, "rater"].unique()[:6])]
    found = quality.assess_severity(few, between=ROLES)[0]
    assert found.n_raters < 10
    assert "not shown" in found.sentence("en")
    row = found.to_frame(guarded=True).iloc[0]
    assert row["estimate"] is None or np.isnan(row["estimate"])
    spread = quality.assess_rater_spread(few[few["rater_role"].eq("observer")])
    assert "not shown" in spread.sentence("en")
    needed = quality.assess_raters_needed(lessons(8), facets=BOTH, nested=BOTH)
    guarded = needed.to_frame(guarded=True).iloc[0]
    assert guarded["curve"] is None
    assert guarded["needed"] is None


def test_nobody_is_named() -> None:
    given_ = layers()
    asked = [
        *quality.assess_severity(given_, between=ROLES, by_round=True),
        *quality.assess_severity_drift(given_, between=ROLES),
        quality.assess_rater_spread(given_),
        quality.assess_raters_needed(given_[given_["round"].eq("1")], facets=["rater"]),
    ]
    people = set(given_["rater"])
    for one in asked:
        told = one.sentence("en") + one.to_frame().to_csv()
        assert not [name for name in people if name in told]


def test_more_lessons_do_not_help_and_more_inspectors_do() -> None:
    ask = {
        "nested": BOTH,
        "most": 9,
        "names": {"rater": "inspectors", "round": "lessons"},
    }
    more = quality.assess_raters_needed(lessons(60), facets=BOTH, **ask)
    longer = quality.assess_raters_needed(lessons(60), facets=BOTH[::-1], **ask)
    assert longer.estimate == pytest.approx(more.estimate)
    assert longer.ceiling < 0.8 < more.ceiling
    assert longer.needed[1].number is None
    assert "No number of lessons is enough for 0.80" in longer.sentence("en")
    assert "Inget antal lessons räcker till 0,80" in longer.sentence("sv")
    assert "2 inspectors with 5 lessons" in more.sentence("en")
    for one in (more, longer):
        heights = [at.reliability for at in one.curve]
        assert heights == sorted(heights)
        assert all(at.low <= at.reliability <= at.high for at in one.curve)
        for need in one.needed:
            assert need.low is None or need.number is None or need.low <= need.number


def one_each(frame: pd.DataFrame) -> pd.DataFrame:
    """Let one rater alone judge, each thing once."""
    once = frame[~frame.duplicated(["target", "criterion", "round"])]
    return once.assign(rater="x", rater_role="x")


def judged_once(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep one judgement of each person in a role."""
    kept = frame["round"].eq("1") & frame["criterion"].eq("a")
    return frame[kept & frame["rater_role"].eq("self")]


REFUSED = {
    "one target": ("severity", lambda f: f[f["target"].eq("s001")], "few_targets"),
    "never seen again": (
        "severity_drift",
        lambda f: f[f["round"].eq("1") == (f["target"] < "s010")],
        "few_seen_again",
    ),
    "one round": ("severity_drift", lambda f: f[f["round"].eq("1")], "one_round"),
    "all alike": ("severity", lambda f: f.assign(value=3), "no_spread"),
    "one value": ("rater_spread", lambda f: f.assign(value=3), "one_value"),
    "one rater": ("rater_spread", one_each, "few_for_spread"),
    "each rater once": ("rater_spread", judged_once, "not_separable"),
    "4 targets": (
        "raters_needed",
        lambda f: f[f["target"] < "s004"],
        "few_for_spread",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_told_is_refused_with_its_reason(case: str) -> None:
    name, change, reason = REFUSED[case]
    between = {"between": [*ROLES]} if "severity" in name else {}
    with pytest.raises(TooFewAnswers) as caught:
        getattr(quality, f"assess_{name}")(change(layers(16)), **between)
    assert caught.value.reason == f"severity.{reason}"
    assert len(str(caught.value).splitlines()) == 4


WRONG = {
    "no role": ({"between": ["self", "nobody"]}, "no ratings by 'nobody'"),
    "one role": ({"between": ["self"]}, "name two or more roles"),
    "no between": ({"between": None}, "none is named"),
    "rounds": ({"between": [*ROLES], "rounds": ["1", "9"]}, "no judgements in '9'"),
    "level": ({"between": [*ROLES], "level": 95}, "between 0 and 1"),
    "floor": ({"between": [*ROLES], "k_min": 2}, "too low"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_arguments_of_severity(case: str) -> None:
    given_, text = WRONG[case]
    with pytest.raises(DataProblem, match=text):
        quality.assess_severity_drift(layers(12), **given_)


WRONG_NEEDED = {
    "facets": ({"facets": ["target"]}, "no facets|facets 'target'"),
    "nested": ({"nested": ["round"]}, "nested 'round'"),
    "error": ({"error": "total"}, "'error' is not an option"),
    "keep": ({"facets": BOTH, "keep": 0}, "'keep' is not a number"),
    "most": ({"most": 2.5}, "'most' is not a number"),
    "aims": ({"aims": [70]}, "between 0 and 1"),
}


@pytest.mark.parametrize("case", WRONG_NEEDED)
def test_wrong_arguments_of_raters_needed(case: str) -> None:
    given_, text = WRONG_NEEDED[case]
    with pytest.raises(DataProblem, match=text):
        quality.assess_raters_needed(lessons(), **given_)


def test_bad_tables_of_ratings() -> None:
    given_ = layers(12)
    for ask in (quality.assess_severity, quality.assess_severity_drift):
        with pytest.raises(DataProblem, match="rater_role"):
            ask(given_.drop(columns="rater_role"), between=[*ROLES])
        with pytest.raises(DataProblem, match="more than once in a round"):
            ask(pd.concat([given_, given_.iloc[:1]]), between=[*ROLES])
    for bad in (given_["value"].astype(str) + " steps", given_["value"].gt(3), 1e300):
        with pytest.raises(DataProblem, match="not numbers"):
            quality.assess_rater_spread(given_.assign(value=bad))


def test_rows_that_lack_something_are_counted() -> None:
    given_ = layers(12)
    holes = given_.assign(value=given_["value"].where(given_.index != 3))
    found = quality.assess_severity(holes, between=[*ROLES])[0]
    assert found.left_out[0][1] == 1
    assert "value is missing" in found.left_out[0][0].say("en")


def test_raters_who_agree_in_everything_leave_nothing_over() -> None:
    rows = [(t, r, t % 4) for t in range(12) for r in range(12)]
    same = pd.DataFrame(rows, columns=["target", "rater", "value"])
    found = quality.assess_rater_spread(same)
    assert found.share_target > 0.999
    assert found.estimate < 1e-3
    needed = quality.assess_raters_needed(same)
    assert [need.number for need in needed.needed] == [1, 1]


def test_huge_and_tiny_values_change_no_share() -> None:
    given_ = layers(12)
    one = quality.assess_rater_spread(given_)
    for factor in (1e90, 1e-90):
        two = quality.assess_rater_spread(given_.assign(value=given_["value"] * factor))
        assert two.estimate == pytest.approx(one.estimate, rel=1e-4)
        assert two.interval.high == pytest.approx(one.interval.high, rel=1e-3)


def test_nothing_judged_is_refused() -> None:
    empty = layers(12).assign(value=np.nan)
    for by_round in (False, True):
        with pytest.raises(TooFewAnswers, match="cannot be compared"):
            quality.assess_severity(empty, between=[*ROLES], by_round=by_round)


def test_ten_rounds_go_by_number() -> None:
    given_ = layers(12)
    later = given_.assign(round=given_["round"].map({"1": "2", "2": "10"}))
    found = quality.assess_severity_drift(later, between=[*ROLES])[0]
    assert (found.first, found.last) == ("2", "10")


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_the_figure_of_severity(ax) -> None:
    found = quality.assess_severity(layers(), between=ROLES, by_round=True)
    assert figures.plot_severity(found, ax=ax) is ax
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1\n30", "2\n30"]
    data = figures.figure_data(ax)
    assert data["estimate"].tolist() == [one.estimate for one in found]
    assert "round by round. visitors: 1: " in figures.alt_text(ax, "en")
    assert "omgång för omgång. besökare: 1: " in figures.alt_text(ax, "sv")
    assert "Synthetic data" in [text.get_text() for text in ax.texts]
    with pytest.raises(DataProblem, match="of one call"):
        figures.plot_severity([*found, *found])


def test_the_figure_of_severity_hides_what_is_under_the_floor(ax) -> None:
    given_ = layers()
    late = given_["round"].eq("2") & given_["target"].ge("s008")
    found = quality.assess_severity(given_[~late], between=ROLES, by_round=True)
    figures.plot_severity(found, ax=ax)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1\n30", "2\n–"]
    assert figures.figure_data(ax)["estimate"].isna().tolist() == [False, True]
    assert f"{found[1].estimate:.2f}".lstrip("-") not in figures.alt_text(ax, "en")
    assert "2: not shown" in figures.alt_text(ax, "en")


def test_the_figure_of_what_is_needed(ax) -> None:
    one = quality.assess_raters_needed(lessons(), facets=BOTH, nested=BOTH, most=6)
    hidden = quality.assess_raters_needed(lessons(8), facets=BOTH, nested=BOTH)
    assert figures.plot_raters_needed([one, hidden], ax=ax) is ax
    assert len(figures.figure_data(ax)) == 6
    assert "raters (5 rounds): not shown" in figures.alt_text(ax, "en")
    assert "n = 24" in figures.alt_text(ax, "sv")
    with pytest.raises(DataProblem, match="no curve to draw"):
        figures.plot_raters_needed([])
