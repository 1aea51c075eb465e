"""The plan asks what was promised, in order, and refuses what cannot be answered."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.codebook import read_codebook
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Change, Findings, Interval, NotAnswered
from tillit_eval.plan import (
    Study,
    expect_values,
    judge_guard_rails,
    read_study,
    run_all,
    run_plan,
    tabulate_expectations,
)
from tillit_eval.plan.checking import has_held
from tillit_eval.plan.periods import times_in_years
from tillit_eval.simulation import draft_truth, seed_of, simulate_study

CODEBOOK = """
title = "Test"
use = ["vertical_trust", "discretion", "rule_burden"]
[[wave]]
key = "before"
label = { en = "before", sv = "före" }
[[wave]]
key = "after"
label = { en = "after", sv = "efter" }
"""
HEAD = """
[study]
title = "Test"
codebook = "codebook.toml"

[[site]]
name = "north"
label = { en = "North", sv = "Norr" }
source = "synthetic"
units = "units.csv"
series = "series.csv"
[site.survey.staff]
responses = "responses.csv"
invited = "invited.csv"
waves = "waves.csv"
"""
TRUST = """
[[site.question]]
id = "trust"
scale = "vertical_trust"
design = "overlapping"
role = "primary"
before = "before"
after = "after"
margin = 5.0
margin_source = "assumed"
"""
MORE = """
[[site.question]]
id = "room"
scale = "discretion"
design = "waves"
before = "before"
after = "after"

[[site.question]]
id = "burden"
scale = "rule_burden"
design = "waves"
role = "guard_rail"
before = "before"
after = "after"
margin = 8.0
margin_source = "assumed"

[[site.question]]
id = "same_people"
scale = "discretion"
design = "paired"
estimand = "stayed"
before = "before"
after = "after"
average = "units"
leave_out = ["Unit 01"]

[[site.question]]
id = "beyond"
scale = "vertical_trust"
design = "adjusted"
before = "before"
after = "after"
assigned = "unit"
treated = ["Unit 02", "Unit 03", "Unit 04", "Unit 05", "Unit 06"]

[[site.question]]
id = "share"
scale = "vt_1"
design = "shares"
before = "before"
after = "after"
top = [4, 5]

[[site.question]]
id = "visits"
scale = "visits"
label = { en = "Visits", sv = "Besök" }
design = "series"
unit = "Unit 01"
expect = "refusal"
reason = "plan.no_baseline"

[[site.question]]
id = "waves_as_series"
scale = "vertical_trust"
design = "series"
survey = "staff"
expect = "refusal"
reason = "plan.waves_are_no_series"

[[site.question]]
id = "nothing"
scale = "joint_work"
label = { en = "Joint work", sv = "Gemensamt arbete" }
design = "effect"
planned = 3
delivered = 0
expect = "refusal"
reason = "plan.nothing_delivered"
"""


def write(folder: Path, text: str = HEAD + TRUST + MORE) -> Path:
    """Write a study with simulated answers; return the path of its file."""
    (folder / "codebook.toml").write_text(CODEBOOK, encoding="utf-8")
    codebook = read_codebook(folder / "codebook.toml")
    truth = draft_truth(codebook, site="north", people=30)
    simulated = simulate_study(truth, codebook, rng=seed_of("north"))
    units = simulated.units.assign(start=2018.8)
    units.to_csv(folder / "units.csv", index=False)
    days = simulated.waves.assign(**{"from": "2018-02-01", "to": "2018-02-28"})
    days.to_csv(folder / "waves.csv", index=False)
    for name in ("responses", "invited"):
        getattr(simulated, name).to_csv(folder / f"{name}.csv", index=False)
    pd.DataFrame(
        {
            "unit": "Unit 01",
            "period": ["2018", "2019"],
            "indicator": "visits",
            "value": [None, 3.0],
            "source": "synthetic",
        }
    ).to_csv(folder / "series.csv", index=False)
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    return partial(write, tmp_path)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return one study for the tests that only read it."""
    return read_study(write(tmp_path_factory.mktemp("study")))


@pytest.fixture(scope="module")
def found(study: Study) -> Findings:
    return run_plan(study, "north")


def test_guard_rails_come_first_then_the_primary_question(found: Findings) -> None:
    assert [each.key for each in found if each.role] == [
        *("burden", "trust", "room", "same_people", "beyond", "share"),
        *("visits", "waves_as_series", "nothing"),
    ]
    assert {each.expected for each in found} == {"planned"}
    assert {each.site for each in found} == {"north"}
    assert {each.source for each in found} == {"synthetic"}


def test_the_other_estimand_stands_beside_its_headline_without_a_role(
    study: Study, found: Findings
) -> None:
    both = found.where(key="trust")
    assert [each.role for each in both] == ["primary", ""]
    direct = te.compare_overlapping(
        study.site("north").scores,
        "vertical_trust",
        before="before",
        after="after",
        margin=5.0,
    )
    assert [each.estimate for each in both] == [each.estimate for each in direct]
    assert [each.p_value for each in both] == [each.p_value for each in direct]


def test_the_plan_passes_on_everything_that_was_planned(
    study: Study, found: Findings
) -> None:
    scores = study.site("north").scores
    kept = scores[scores["unit"] != "Unit 01"]
    ask = {"before": "before", "after": "after"}
    paired = te.compare_paired(kept, "discretion", average="units", **ask)
    (same_people,) = found.where(key="same_people")
    assert same_people.estimate == pytest.approx(paired.estimate)
    assert same_people.average == "units"
    treated = [f"Unit {i:02d}" for i in range(2, 7)]
    beyond = te.compare_adjusted(
        scores.assign(treated=scores["unit"].isin(treated)),
        "vertical_trust",
        assigned="unit",
        **ask,
    )
    assert found.where(key="beyond")[0].estimate == pytest.approx(beyond.estimate)
    share = te.compare_shares(study.site("north").responses, "vt_1", top=(4, 5), **ask)
    assert found.where(key="share")[0].estimate == pytest.approx(share.estimate)


def test_people_in_units_left_out_are_counted(study: Study, found: Findings) -> None:
    (same_people,) = found.where(key="same_people")
    scores = study.site("north").scores
    n = scores.query("unit == 'Unit 01'")["discretion"].notna().sum()
    why, counted = same_people.left_out[-1]
    assert why.say("en") == "in units that the plan leaves out (1)"
    assert why.say("sv") == "i enheter som planen utesluter (1)"
    assert counted == n > 0


def test_secondary_questions_share_an_adjustment_and_the_primary_has_none(
    study: Study, found: Findings
) -> None:
    adjusted = {each.key for each in found if getattr(each, "adjusted", "")}
    assert adjusted == {"room", "same_people", "beyond", "share"}
    p = {
        each.key: each.p_value
        for each in found
        if isinstance(each, Change) and each.role == "secondary"
    }
    room = te.compare_waves(
        study.site("north").scores, "discretion", before="before", after="after"
    )
    assert p["room"] >= room.p_value


def test_findings_carry_the_labels_of_the_codebook(found: Findings) -> None:
    names = {each.key: each.name("sv") for each in found}
    assert names["trust"] == "Vertikal tillit (0–100)"
    assert names["visits"] == "Besök"


def test_refusals_say_why_in_both_languages(found: Findings) -> None:
    said = {
        each.key: (each.sentence("en"), each.sentence("sv"))
        for each in found
        if isinstance(each, NotAnswered)
    }
    assert said["visits"] == (
        "Visits: cannot tell. Nothing was counted in Unit 01 before the reform began "
        "there, so there is no level to compare with. (Synthetic data.)",
        "Besök: går inte att avgöra. Ingenting mättes i Unit 01 innan reformen började "
        "där, så det finns ingen nivå att jämföra med. (Syntetiska data.)",
    )
    assert "0 of 3" in said["nothing"][0]
    assert "0 av 3" in said["nothing"][1]
    assert "not a time series" in said["waves_as_series"][0]


def test_a_baseline_that_exists_is_not_called_missing(
    make: Callable[..., Path],
) -> None:
    path = make()
    series = pd.read_csv(path.parent / "series.csv").assign(value=3.0)
    series.to_csv(path.parent / "series.csv", index=False)
    study = read_study(path)
    found = run_plan(study, "north")
    (visits,) = found.where(key="visits")
    assert visits.reason.key == "plan.series_not_offered"
    table = tabulate_expectations(study, found).set_index("key")["as_planned"]
    assert not table["visits"]
    assert table.drop("visits").all()


def test_too_few_answers_become_rows_and_never_nan(make: Callable[..., Path]) -> None:
    study = read_study(make())
    path = study.path.parent / "responses.csv"
    answers = pd.read_csv(path)
    answers.groupby("wave").head(6).to_csv(path, index=False)
    found = run_plan(read_study(study.path), "north")
    assert {each.question for each in found} == {"not answered"}
    assert len(found.where(role="primary")) == 1
    values = [getattr(each, f.name) for each in found for f in fields(each)]
    assert not [v for v in values if isinstance(v, float) and math.isnan(v)]
    checked = tabulate_expectations(study, found)
    assert checked["found"].eq("refusal").all()
    assert not checked.set_index("key")["as_planned"]["trust"]


def test_a_question_without_a_finding_is_missing(study: Study, found: Findings) -> None:
    short = Findings(each for each in found if each.key != "room")
    table = tabulate_expectations(study, short).set_index("key")
    assert table["found"]["room"] == "missing"
    assert not table["as_planned"]["room"]


def test_all_sites_are_the_sites_one_after_the_other(
    make: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    second = """
[[site]]
name = "south"
source = "published"
[[site.question]]
id = "effect"
scale = "joint_work"
design = "effect"
role = "primary"
planned = 2
delivered = 0
expect = "refusal"
reason = "plan.nothing_delivered"
"""
    study = read_study(make(HEAD + TRUST + MORE + second))
    found = run_all(study)
    assert found[:-1] == run_plan(study, "north")
    assert (found[-1].site, found[-1].source) == ("south", "published")
    assert capfd.readouterr().err == ""


def test_units_that_nobody_answered_in_are_a_slip_of_the_pen(
    make: Callable[..., Path],
) -> None:
    study = read_study(make((HEAD + TRUST + MORE).replace('["Unit 01"]', '["Unit 1"]')))
    with pytest.raises(DataProblem) as problem:
        run_plan(study, "north")
    assert str(problem.value) == (
        "The plan of question 'same_people' names units that are not there.\n"
        "  expected: names of units as they stand in the column 'unit'\n"
        "  found:    1 other name(s): 'Unit 1'\n"
        "  to fix:   correct treated or leave_out in the study file"
    )


def test_tables_are_read_once_and_a_caller_cannot_change_them(study: Study) -> None:
    site = study.site("north")
    scores = site.scores
    scores["vertical_trust"] = 0.0
    assert site.scores["vertical_trust"].mean() > 10
    assert site.survey("staff").codebook is site.codebook
    assert site.invited["n_invited"].sum() == 12 * 30 * 2
    assert site.waves["wave"].tolist() == ["before", "after"]
    assert site.units["unit"].iloc[0] == "Unit 01"
    assert site.label.say("sv") == "Norr"


def test_expected_values_that_are_none_are_told(make) -> None:
    path = make()
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('name = "north"', 'name = "north"\nexpected = "expected.csv"'),
        encoding="utf-8",
    )
    table = path.with_name("expected.csv")
    table.write_text("site,key,scale\nnorth,trust,vertical_trust\n", encoding="utf-8")
    with pytest.raises(DataProblem) as caught:
        _ = read_study(path).site("north").expected
    assert "The table of expected values does not fit" in str(caught.value)
    assert "'estimand': the column is missing (1)" in str(caught.value)
    assert "to fix:   name the columns as expected" in str(caught.value)
    numbers = ",0.5,0.1,0.5"
    table.write_text(
        "site,key,scale,design,estimand,value,monte_carlo_error,without_reform\n"
        f"north,trust,vertical_trust,paired,stayed{numbers}\n",
        encoding="utf-8",
    )
    assert read_study(path).site("north").expected["value"].tolist() == [0.5]


def test_what_a_site_does_not_have_is_said(study: Study) -> None:
    site = study.site("north")
    with pytest.raises(DataProblem, match=r"no such survey[\s\S]*one of 'staff'"):
        site.survey("users")
    with pytest.raises(DataProblem, match="The site has no table of truth"):
        _ = site.truth
    assert site.source == "synthetic"
    assert site.basis.empty
    assert site.expected.empty
    assert site.expected["value"].round(1).dtype == float
    with pytest.raises(DataProblem, match=r"no such site[\s\S]*one of 'north'"):
        run_plan(study, "south")


def test_times_are_read_as_their_tables_write_them() -> None:
    written = ["2014.2", "2014", "2014-H2", "2014Q1", "2014-07-16", "2014-01", "soon"]
    times = times_in_years(pd.Series(written)).tolist()
    assert times[:-1] == pytest.approx(
        [2014.2, 2014.5, 2014.75, 2014.12, 2014.54, 2014.04], abs=0.011
    )
    assert math.isnan(times[-1])


@pytest.mark.parametrize(
    ("low", "high", "desired", "held"),
    [
        (-4.9, 9.0, "up", "held"),
        (-5.0, 9.0, "up", "cannot_tell"),
        (-9.0, -5.1, "up", "broken"),
        (-9.0, 4.9, "down", "held"),
        (-9.0, 5.0, "down", "cannot_tell"),
        (5.1, 9.0, "down", "broken"),
        (-4.9, 4.9, "neither", "held"),
        (-9.0, -5.1, "neither", "broken"),
        (5.1, 9.0, "inverted_u", "broken"),
        (-5.1, 4.0, "neither", "cannot_tell"),
    ],
)
def test_a_guard_rail_holds_only_if_worse_is_excluded(
    low: float, high: float, desired: str, held: str
) -> None:
    assert has_held(Interval(low, high, 0.9), 5.0, desired) == held  # type: ignore[arg-type]


def test_guard_rails_know_which_direction_is_bad(study: Study, found: Findings) -> None:
    (change,) = found.where(key="burden")
    assert isinstance(change, Change)
    narrow = Interval(-20.0, 7.0, 0.9)
    (rail,) = judge_guard_rails(
        study, Findings([replace(change, equivalence_interval=narrow)])
    )
    assert (rail.desired, rail.held, rail.interval) == ("down", "held", narrow)
    assert rail.sentence("en").startswith(
        "Burden of rules (0–100): the guard rail holds; a worsening of 8.0 points is "
        "excluded."
    )
    assert rail.sentence("sv").startswith(
        "Regelbörda (0–100): skyddsräcket håller; en försämring med 8,0 poäng kan"
    )
    hidden = replace(rail, n_people=6)
    assert hidden.sentence("en") == (
        "Burden of rules (0–100): not shown, it rests on fewer than 10 people."
    )
    assert hidden.to_frame(guarded=True)["estimate"].isna().all()


@pytest.mark.parametrize(
    ("scale", "top", "desired"),
    [
        ("vt_1", (4.0, 5.0), "up"),
        ("vt_1", (1.0, 2.0), "down"),
        ("rule_1", (4.0, 5.0), "down"),
        ("rule_1", (1.0, 2.0), "up"),
        ("rule_1", (4.0,), "down"),
        ("rule_1", (1.0,), "up"),
        ("rule_4", (4.0, 5.0), "up"),
    ],
)
def test_a_guard_rail_on_a_share_knows_its_direction_and_its_unit(
    study: Study, found: Findings, scale: str, top: tuple[float, ...], desired: str
) -> None:
    (share,) = found.where(key="share")
    assert isinstance(share, Change)
    site = study.sites[0]
    asked = tuple(
        replace(each, scale=scale, top=top) if each.id == "share" else each
        for each in site.questions
    )
    planned = replace(study, sites=(replace(site, questions=asked),))
    rail = replace(
        share,
        scale=scale,
        role="guard_rail",
        margin=0.05,
        estimate=0.01,
        equivalence_interval=Interval(-0.02, 0.04, 0.9),
    )
    (judged,) = judge_guard_rails(planned, [rail])
    assert judged.desired == desired  # type: ignore[attr-defined]
    said = judged.sentence("en").replace("\u00a0", " ")
    assert "a worsening of 5.0 percentage points is excluded." in said
    assert "Change +1.0 percentage points (90 % CI −2.0 to 4.0)" in said


def test_a_plan_that_leaves_everybody_out_is_refused(
    make: Callable[..., Path],
) -> None:
    study = read_study(make())
    path = study.path.parent / "responses.csv"
    pd.read_csv(path).query("unit == 'Unit 01'").to_csv(path, index=False)
    (found,) = run_plan(read_study(study.path), "north").where(key="same_people")
    assert isinstance(found, NotAnswered)
    assert found.reason.say("en") == "The plan leaves out every unit that has answers."
    assert found.reason.say("sv").startswith("Planen utesluter alla enheter")


def test_a_guard_rail_that_was_not_answered_stays_so(
    make: Callable[..., Path],
) -> None:
    study = read_study(make())
    path = study.path.parent / "responses.csv"
    pd.read_csv(path).groupby("wave").head(6).to_csv(path, index=False)
    study = read_study(study.path)
    (rail,) = judge_guard_rails(study, run_plan(study, "north"))
    assert isinstance(rail, NotAnswered)


def test_expected_values_come_for_every_comparing_question(
    make: Callable[..., Path],
) -> None:
    text = HEAD.replace('series = "series.csv"', 'truth = "truth.toml"') + TRUST
    path = make(text.replace("[site.survey", 'expected = "e.csv"\n[site.survey'))
    (path.parent / "e.csv").touch()
    (path.parent / "truth.toml").write_text(
        """
site = "north"
[[unit_group]]
group = "all"
units = ["A", "B"]
start = 0.5
basis = "assumed"
[[survey.staff.size]]
group = "all"
people = 20
basis = "assumed"
[[survey.staff.wave]]
wave = "before"
time = 0.0
basis = "assumed"
[[survey.staff.wave]]
wave = "after"
time = 2.0
basis = "assumed"
[[survey.staff.scale]]
scale = "vertical_trust"
shares = [0.1, 0.2, 0.3, 0.3, 0.1]
basis = "assumed"
[[survey.staff.shift]]
scale = "vertical_trust"
amount = 0.3
by_exposure = true
basis = "assumed"
""",
        encoding="utf-8",
    )
    values = expect_values(read_study(path), "north", people=200_000)
    assert values["estimand"].tolist() == ["workplace", "stayed"]
    assert values["value"].tolist() == pytest.approx([6.0, 6.0], abs=1.0)
    assert values["without_reform"].tolist() == pytest.approx([0.0, 0.0], abs=0.6)


def test_a_site_says_what_is_wrong_with_its_export_before_it_is_read(
    make: Callable[..., Path],
) -> None:
    path = make()
    answers = pd.read_csv(path.parent / "responses.csv")
    bad = answers.drop(columns="source").assign(vt_1=77)
    bad.to_csv(path.parent / "responses.csv", index=False)
    site = read_study(path).site("north")
    assert site.problems["kind"].tolist()[0] == "invalid_code"
    with pytest.raises(DataProblem, match="does not fit the codebook"):
        _ = site.responses


def test_answers_that_do_not_say_it_come_from_where_the_study_says(
    make: Callable[..., Path],
) -> None:
    path = make()
    answers = pd.read_csv(path.parent / "responses.csv")
    answers.drop(columns="source").to_csv(path.parent / "responses.csv", index=False)
    assert set(read_study(path).site("north").responses["source"]) == {"synthetic"}


def test_a_changed_scale_is_refused_with_both_scales_named() -> None:
    sample = Path(__file__).parents[1] / "data" / "sample"
    study = read_study(sample / "malmo" / "study.toml")
    (site,) = study.sites
    asked = tuple(q for q in site.questions if q.id == "quality_rounds")
    study = replace(study, sites=(replace(site, questions=asked),))
    (refused,) = run_plan(study, "malmo")
    assert isinstance(refused, NotAnswered)
    assert (refused.source, refused.asked) == ("synthetic", "series")
    assert "had 7 steps before and 4 after" in refused.sentence("en")
    assert "hade 7 steg före och 4 efter" in refused.sentence("sv")
