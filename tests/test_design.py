"""A design is judged by its layout alone, and as the methods themselves would judge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tillit_eval.comparison import many
from tillit_eval.comparison._methods import answer_by_group
from tillit_eval.comparison.design_reading import read_design
from tillit_eval.comparison.designs import Design
from tillit_eval.comparison.many import Surveys
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Findings, NotAnswered
from tillit_eval.phrases import phrase
from tillit_eval.plan import DesignCheck, assess_design, designing
from tillit_eval.simulation import DetectableChange, detect_change, draft_design
from tillit_eval.simulation.coarse import draw_surveys, likeness
from tillit_eval.summaries import summarise_change

UNEVEN = (9, 14, 20, 33, 52, 11, 75)
DESIGNS: dict[str, dict[str, Any]] = {
    "7 units": {"people": [20] * 7},
    "7 uneven": {"people": UNEVEN},
    "7, those who stayed": {"people": [20] * 7, "estimand": "stayed"},
    "7, units": {"people": UNEVEN, "average": "units"},
    "10, 4 with the reform": {"people": [15] * 10, "treated": 4},
    "9 uneven, 3 with it": {"people": (*UNEVEN, 8, 25), "treated": 3},
    "9, units, 3 with it": {"people": (*UNEVEN, 8, 25), "treated": 3,
                            "average": "units"},
    "21, 2 with it": {"people": UNEVEN * 3, "treated": 2},
    "22, 1 with it": {"people": (75, *UNEVEN * 3), "treated": 1},
}  # fmt: skip


def design_of(name: str) -> Design:
    given = dict(DESIGNS[name])
    return draft_design(given.pop("people"), **given)


def surveys_of(design: Design, draws: int, *, icc: float = 0.1) -> Surveys:
    (drawn,) = draw_surveys(design, [likeness(icc)], draws, np.random.default_rng(7))
    return drawn


def answers(
    sizes: tuple[int, ...] = (20,) * 7, treated: int = 0, seed: int = 3
) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    unit = np.repeat(np.arange(len(sizes)), sizes)
    people = pd.DataFrame({"respondent": range(len(unit)), "unit": unit})
    people["treated"] = people["unit"] < treated
    waves = [
        people[chance.random(len(people)) < 0.8].assign(wave=wave)
        for wave in ("2019", "2021")
    ]
    rows = pd.concat(waves, ignore_index=True)
    return rows.assign(trust=chance.normal(60, 15, len(rows)), source="real")


def assess(given: object, **options: Any) -> Findings:
    asked = {"draws": 100, "icc": 0.1, "rng": 1, **options}
    return assess_design(given, **asked)


# --- Thousands at once are answered as one at a time.


@pytest.mark.parametrize("name", DESIGNS)
def test_many_surveys_are_judged_as_each_alone(name: str) -> None:
    design = design_of(name)
    raised = surveys_of(design, 8).raised(9.0)
    listed = [m for m in design.methods if not _is_drawn(design, m)]
    decided = {m: many.rejects(raised, m)(0.0) for m in listed}
    every = sum(design.layout.groups) <= 12 or min(design.layout.groups) == 1
    for i in range(8):
        one = _regression_of(raised, i)
        usual = phrase("comparison.method_cluster")
        found = answer_by_group(
            one, level=0.95, margin=None, usual=usual, because=usual
        )
        for method, answer in zip(design.methods, found, strict=every):
            if method in decided:
                assert decided[method][i] == (answer.found.p_value <= 0.05), method


def _regression_of(surveys: Surveys, i: int) -> Any:
    regression = surveys.design.regression
    arms = regression.arms
    if arms is not None:
        _, before, after = many._arm_sums(surveys)
        arms = replace(arms, before=before[i], after=after[i])
    return replace(regression, moments=surveys.moments[i], arms=arms)


def _is_drawn(design: Design, method: str) -> bool:
    """Whether the weights or permutations are drawn, not listed."""
    many_groups = sum(design.layout.groups) > 12
    return method == "webb" or (method in ("wild", "placebo") and many_groups)


def test_a_shift_is_a_change_of_everyone_or_of_those_with_the_reform() -> None:
    for name in ("7 uneven", "9 uneven, 3 with it", "9, units, 3 with it"):
        surveys = surveys_of(design_of(name), 5)
        before = many.estimate_many(surveys, "cr2")[0]
        after = many.estimate_many(surveys.raised(4.0), "cr2")[0]
        assert after - before == pytest.approx(np.full(5, 4.0), abs=1e-9)


def test_drawn_weights_reject_about_as_often_as_listed_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tillit_eval.comparison import _many_placebo, _many_wild

    surveys = surveys_of(design_of("10, 4 with the reform"), 200)
    listed = [many.rejects(surveys, m)(15.0).mean() for m in ("wild", "placebo")]
    monkeypatch.setattr(_many_wild, "ALL_SIGNS", 3)
    monkeypatch.setattr(_many_placebo, "ALL_WAYS", 3)
    drawn = [many.rejects(surveys, m)(15.0).mean() for m in ("wild", "placebo")]
    assert drawn == pytest.approx(listed, abs=0.05)


# --- The simulated answers are what they are said to be.


@pytest.mark.parametrize("icc", [0.05, 0.1, 0.2])
def test_answers_are_as_alike_as_asked(icc: float) -> None:
    alike = likeness(icc)
    assert alike.icc == pytest.approx(icc, abs=1e-9)
    assert 0.45 * icc < alike.other_wave / alike.variance < 0.55 * icc


def test_sums_vary_as_the_closed_form_says() -> None:
    design = draft_design([12, 30] * 15, linked=0.5)
    surveys = surveys_of(design, 1_000, icc=0.2)
    both = np.stack([surveys.before, surveys.after], axis=-1)
    seen = np.einsum("dui,duj->uij", both, both) / 1_000
    known = likeness(0.2).covariance(design)
    for i in (0, 1):
        small, sure = seen[i::2].mean(axis=0), known[i::2].mean(axis=0)
        assert small == pytest.approx(sure, rel=0.05)
    error = np.sqrt(known[:, 0, 0] / 1_000)
    assert np.all(np.abs(both.mean(axis=0)[:, 0]) < 5 * error)


with (Path(__file__).parent / "reference/design/values.csv").open() as file:
    REFERENCE = pd.read_csv(file, comment="#").pivot(
        index="case", columns="quantity", values="value"
    )


@pytest.mark.parametrize(
    ("case", "icc"), [("icc 0.05", 0.05), ("icc 0.10", 0.1), ("icc 0.20", 0.2)]
)
def test_likeness_and_detectable_change_agree_with_r(case: str, icc: float) -> None:
    known, alike = REFERENCE.loc[case], likeness(icc)
    for name in ("mean", "variance", "same_person", "same_wave", "other_wave"):
        assert getattr(alike, name) == pytest.approx(known[name], rel=1e-10), name
    one = detect_change(draft_design([20] * 7), icc=icc)
    assert one.estimate == pytest.approx(known["7 units"], rel=1e-9)
    two = detect_change(draft_design([20] * 20, treated=10), icc=icc)
    assert two.method == one.method
    assert two.estimate == pytest.approx(known["20 units in two arms"], rel=1e-9)


# --- Known cases.


@pytest.mark.parametrize(
    ("people", "treated"), [([20] * 7, 0), ([12] * 18, 6), ([8] * 40, 0)]
)
def test_the_closed_form_agrees_with_simulation(
    people: list[int], treated: int
) -> None:
    design = draft_design(people, treated=treated)
    found = detect_change(design)
    assert design.method == "cr2"
    decided = many.rejects(surveys_of(design, 3_000), "cr2")
    for change, share in ((found.estimate, 0.8), (0.0, found.false_alarms)):
        error = (share * (1 - share) / 3_000) ** 0.5
        assert abs(decided(change).mean() - share) < 3 * error


@pytest.mark.parametrize("name", ["7 uneven", "10, 4 with the reform"])
def test_what_is_detected_is_found_as_often_as_said(name: str) -> None:
    design = design_of(name)
    found = detect_change(design, power=0.7)
    decided = many.rejects(surveys_of(design, 600), design.method)
    assert decided(found.estimate).mean() == pytest.approx(0.7, abs=0.06)


@pytest.mark.parametrize(
    ("sizes", "treated"), [((20,) * 7, 0), ((15,) * 12, 4), ((8,) * 40, 0)]
)
def test_the_chosen_method_errs_no_more_than_allowed(
    sizes: tuple[int, ...], treated: int
) -> None:
    design = draft_design(sizes, treated=treated)
    first, *others = assess(design, draws=400)
    assert isinstance(first, DesignCheck)
    assert first.is_chosen
    assert first.method == design.named(design.method)
    assert first.unit_of_measure == "share"
    assert not first.errs_too_often
    assert first.standard_error == pytest.approx(0.0109, abs=0.003)
    assert not any(getattr(one, "is_chosen", False) for one in others)
    assert len(others) == len(design.methods) - 1


def test_more_people_units_and_likeness_move_what_is_found() -> None:
    base = detect_change(draft_design([20] * 18)).estimate
    assert detect_change(draft_design([40] * 18)).estimate < base
    assert detect_change(draft_design([20] * 27)).estimate < base
    assert detect_change(draft_design([20] * 18), icc=0.2).estimate > base
    assert detect_change(draft_design([20] * 18), power=0.9).estimate > base
    assert detect_change(draft_design([20] * 18, linked=1.0)).estimate < base


def test_points_follow_the_spread_and_shares_do_not() -> None:
    design = draft_design([20] * 7)
    one, two = (assess(design, spread=spread)[0] for spread in (10.0, 20.0))
    assert isinstance(one, DesignCheck)
    assert isinstance(two, DesignCheck)
    assert one.change == pytest.approx(5.0)
    assert one.detectable is not None
    assert two.detectable == pytest.approx(2 * one.detectable)
    assert two.share_found == one.share_found
    both = [detect_change(design, spread=spread).estimate for spread in (10, 20)]
    assert both[1] == pytest.approx(2 * both[0])
    stated = assess(design, spread=10.0, margin=2.5)[0]
    assert isinstance(stated, DesignCheck)
    assert stated.change == pytest.approx(2.5)


# --- Only the layout is read.


def test_no_answer_is_looked_at() -> None:
    rows = answers(UNEVEN)
    kept = rows.copy()
    shuffled = rows.assign(
        trust=rows["trust"].sample(frac=1, random_state=1).to_numpy()
    )
    far = rows.assign(trust=rows["trust"] + 50 * (rows["wave"] == "2021"))
    waves = {"before": "2019", "after": "2021"}
    said = [assess(one, scale="trust", **waves) for one in (rows, shuffled, far)]
    assert said[0] == said[1] == said[2]
    assert assess(rows.drop(columns="trust"), **waves) == said[0]
    pd.testing.assert_frame_equal(rows, kept)


def test_rows_without_a_score_do_not_count() -> None:
    rows = answers()
    rows.loc[rows["unit"] == 0, "trust"] = np.nan
    waves = {"before": "2019", "after": "2021"}
    assert read_design(rows, **waves).n_units == 7
    assert read_design(rows, "trust", **waves).n_units == 6


def test_sums_give_the_same_design_as_rows() -> None:
    rows = answers((15,) * 9, treated=4)
    waves = {"before": "2019", "after": "2021"}
    sums = summarise_change(rows, "trust", **waves, treated="treated", assigned="unit")
    asked = {**waves, "treated": "treated"}
    one, two = (read_design(given, **asked) for given in (sums, rows))
    for name in ("n_before", "n_after", "n_pairs", "codes", "treated"):
        assert getattr(one, name).tolist() == getattr(two, name).tolist()
    assert (one.layout, one.method, one.because) == (
        two.layout,
        two.method,
        two.because,
    )


def test_groups_of_units_are_counted_where_the_reform_was_assigned() -> None:
    rows = answers((15,) * 12).assign(area=lambda table: table["unit"] % 6)
    rows["treated"] = rows["area"] < 3
    design = read_design(
        rows, before="2019", after="2021", assigned="area", treated="treated"
    )
    assert (design.n_units, design.layout.groups) == (12, (3, 3))
    surveys = surveys_of(design, 4)
    moved = many.estimate_many(surveys.raised(3.0), "cr2")[0]
    assert moved - many.estimate_many(surveys, "cr2")[0] == pytest.approx([3.0] * 4)


def test_a_seed_repeats_and_another_does_not() -> None:
    design = draft_design([15] * 7)
    first = assess(design)
    assert assess(design, rng=np.random.default_rng(1)) == first
    assert assess(design, rng=2) != first


def test_the_progress_bar_is_silent_when_nobody_looks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assess(draft_design([15] * 7))
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


# --- What is said.


def test_sentences_in_both_languages() -> None:
    design = draft_design([20] * 7, linked=0.5)
    first, second = assess(design)[:2]
    english = first.sentence("en")
    assert english.startswith("With 7 units and 210 people the chosen method (least")
    assert "of surveys without change, at an intraclass correlation of 0.10." in english
    assert "points with 80\xa0% power" in english
    assert "It was chosen because the average is over people" in english
    assert english.endswith("(Synthetic data.)")
    assert second.sentence("en").startswith("Beside it, least squares, CR3")
    swedish = first.sentence("sv")
    assert swedish.startswith("Med 7 enheter och 210 personer ger den valda metoden")
    assert "vid en intraklasskorrelation på 0,10." in swedish
    found = detect_change(draft_design([20] * 12, treated=5))
    assert "12 units, 5 of them with the reform, and 336 people" in found.sentence("en")
    assert "12 enheter, 5 av dem med reformen, och 336 per" in found.sentence("sv")


def test_several_likenesses_are_tried_with_the_chosen_method() -> None:
    design = draft_design([20] * 7)
    found = assess(design, icc=(0.1, 0.05, 0.2))
    chosen = [one for one in found if isinstance(one, DesignCheck) and one.is_chosen]
    assert [round(one.icc, 6) for one in chosen] == [0.1, 0.05, 0.2]
    limits = [one.detectable or 0.0 for one in chosen]
    assert limits[1] < limits[0] < limits[2]
    table = found.to_frame(guarded=True)
    assert set(table["source"]) == {"synthetic"}
    assert table["is_chosen"].sum() == 3


def test_what_is_never_found_and_what_errs_is_said() -> None:
    first = assess(draft_design([20] * 7))[0]
    assert isinstance(first, DesignCheck)
    never = replace(first, detectable=None)
    assert "No change is so large that it is found" in never.sentence("en")
    assert "Ingen förändring är så stor" in never.sentence("sv")
    errs = replace(first, estimate=0.2, standard_error=0.01)
    assert errs.sentence("en").count("do not rely on it") == 1
    assert "do not rely on it" not in first.sentence("en")


def test_two_units_of_one_arm_can_never_be_told_apart_by_permutation() -> None:
    found = assess(draft_design([30] * 4, treated=2))
    never = [one for one in found if getattr(one, "detectable", 0.0) is None]
    assert never, "all permutations of four units are too few for 5 per cent"
    assert "placebo permutation" in " ".join(one.sentence("en") for one in never)


def test_the_floor_is_obeyed() -> None:
    first = assess(draft_design([20] * 7))[0]
    limit = detect_change(draft_design([20] * 7))
    for found in (first, limit):
        small = replace(found, n_people=7)
        assert "fewer than 10 people" in small.sentence("en")
        assert "7" not in small.sentence("en")
        assert small.to_frame(guarded=True)["estimate"].isna().all()


def test_slow_methods_are_left_out_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(designing, "_MOST_GROUPS", 5)
    found = assess(draft_design([20] * 7))
    slow = [one for one in found if isinstance(one, NotAnswered)]
    assert len(slow) == 2
    assert "With more than 5 groups this method is not" in slow[0].sentence("en")
    assert "Med fler än 5 grupper simuleras inte" in slow[0].sentence("sv")


# --- Refusals.


def test_a_layout_the_rule_refuses_gives_one_finding_with_the_reason() -> None:
    rows = answers((20,) * 6, treated=1)
    waves = {"before": "2019", "after": "2021"}
    (found,) = assess(rows, **waves, treated="treated")
    assert isinstance(found, NotAnswered)
    assert found.sentence("en").startswith(
        "The design: cannot tell. Fewer than two groups with the reform"
    )
    assert found.sentence("sv").startswith("Upplägget:")
    with pytest.raises(TooFewAnswers, match="One group in an arm cannot say how much"):
        draft_design([20] * 6, treated=1)
    (one,) = assess(answers((40,)), **waves)
    assert "one unit" in one.sentence("en")
    (few,) = assess(answers((5, 4)), **waves)
    assert "Fewer than 10 people answered" in few.sentence("en")


DESIGN = {"before": "2019", "after": "2021"}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: draft_design([]), "These are not numbers of people per unit"),
        (lambda: draft_design([10, -2]), "found:    1 other values"),
        (lambda: draft_design([20] * 4, treated=9), "treated= is out of range"),
        (lambda: draft_design([20] * 4, linked=2), "linked= is out of range"),
        (lambda: detect_change(7), "This is no design"),  # type: ignore[arg-type]
        (lambda: detect_change(design_of("7 units"), power=1), "a number from 0.5 to"),
        (lambda: detect_change(design_of("7 units"), icc=0), "icc= is out of range"),
        (lambda: assess(answers(), **DESIGN, icc=()), "icc= is out of range"),
        (lambda: assess(answers(), **DESIGN, icc="x"), "icc= is out of range"),
        (lambda: assess(answers(), **DESIGN, margin=-1), "margin= is out of range"),
        (lambda: assess(answers(), **DESIGN, spread=0), "spread= is out of range"),
        (lambda: assess(answers(), **DESIGN, draws=5), "no number of surveys to sim"),
        (lambda: assess(answers(), **DESIGN, draws=1e4), "no number of surveys to"),
        (lambda: assess(answers(), after="2021"), "before= is missing"),
        (lambda: assess(answers(), **DESIGN, unit=None), "A design needs units"),
        (lambda: assess(answers(), **DESIGN, treated="arm"), "arm"),
        (lambda: assess(answers(), scale="joy", **DESIGN), "joy"),
        (lambda: assess([1, 2], **DESIGN), "found:    a list"),
        (lambda: assess(answers(), **DESIGN, rng="x"), "chain of random numbers"),
    ],
)
def test_errors_say_what_to_do(call: Any, says: str) -> None:
    with pytest.raises(DataProblem) as refused:
        call()
    assert says in str(refused.value)
    assert len(str(refused.value).splitlines()) == 4


def test_the_finding_of_the_closed_form_is_complete() -> None:
    found = detect_change(draft_design([20] * 7))
    assert isinstance(found, DetectableChange)
    assert found.df == pytest.approx(6.0, abs=0.01)
    assert found.false_alarms == pytest.approx(0.05, abs=1e-4)
    assert (found.source, found.n_units, found.n_units_treated) == (
        "synthetic",
        7,
        None,
    )
    assert found.estimand is not None
    assert found.because is not None
