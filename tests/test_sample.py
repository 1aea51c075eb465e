"""The committed sample is what its script makes, says what it is, and tells no lies."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from tillit_eval.findings import Change, Findings
from tillit_eval.plan import (
    GuardRail,
    Study,
    judge_guard_rails,
    read_study,
    run_plan,
    tabulate_expectations,
)
from tillit_eval.plan.expecting import expect_values
from tillit_eval.plan.model import COMPARING
from tillit_eval.simulation import read_truth, tabulate_truth

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
SITES = sorted(path.parent for path in SAMPLE.glob("*/structure.toml"))
TABLES = sorted(SAMPLE.glob("*/*.csv"))
NAMES = [path.name for path in SITES]
# Asked in the same way of every site whose people are simulated.
CORE = {
    "trust": ("vertical_trust", "overlapping"),
    "discretion": ("discretion", "overlapping"),
    "burden": ("rule_burden", "overlapping"),
    "engagement": ("hme_total", "overlapping"),
    "users": ("user_trust", "waves"),
    "delivery": ("delivery", "waves"),
}


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(SAMPLE / "study.toml")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_sample", SAMPLE / "make_sample.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("folder", SITES, ids=lambda path: path.name)
def test_the_script_makes_the_committed_tables_byte_for_byte(
    folder: Path, script: ModuleType, tmp_path: Path
) -> None:
    script.make_tables(copy_of(folder, tmp_path))
    tables = sorted(folder.glob("*.csv"))
    made = {path.name for path in (tmp_path / folder.name).glob("*.csv")}
    assert {path.name for path in tables} == made | {"expected.csv"}
    for table in tables:
        if table.name != "expected.csv":
            again = tmp_path / folder.name / table.name
            assert again.read_bytes() == table.read_bytes(), table.name


def test_the_script_writes_what_is_expected_of_each_question(
    script: ModuleType, tmp_path: Path
) -> None:
    """One small site; that values are those of the truth is tested below."""
    script.make_site(copy_of(SAMPLE / "skane", tmp_path), people=1_000)
    fresh, kept = (
        pd.read_csv(home / "skane" / "expected.csv") for home in (tmp_path, SAMPLE)
    )
    assert [*fresh] == [*kept]
    names = ["site", "key", "scale", "design", "estimand"]
    pd.testing.assert_frame_equal(fresh[names], kept[names])


def copy_of(folder: Path, home: Path) -> Path:
    """Return a copy of a site without its tables."""
    bare = shutil.ignore_patterns("*.csv")
    return Path(shutil.copytree(folder, home / folder.name, ignore=bare))


@pytest.mark.parametrize("name", NAMES)
def test_each_question_that_compares_has_an_expected_value(
    name: str, study: Study
) -> None:
    asked = [
        question
        for question in study.plan_of(name).in_order
        if question.design in COMPARING and question.expect != "refusal"
    ]
    kept = study.site(name).expected
    assert list(dict.fromkeys(kept["key"])) == [question.id for question in asked]
    n = {q.id: 1 + (q.design == "overlapping") for q in asked}
    assert kept["key"].value_counts().to_dict() == n
    assert not kept.duplicated(["key", "estimand"]).any()


def test_the_study_gathers_every_site(study: Study) -> None:
    folders = sorted(path.parent.name for path in SAMPLE.glob("*/study.toml"))
    assert sorted(study.names) == folders


@pytest.mark.parametrize("name", NAMES)
def test_the_core_is_asked_alike_everywhere(name: str, study: Study) -> None:
    asked = {question.id: question for question in study.plan_of(name).questions}
    assert {*CORE} <= {*asked}
    for key, (scale, design) in CORE.items():
        question = asked[key]
        assert (question.scale, question.design) == (scale, design), key
        assert (question.estimand, question.average) == ("workplace", "people"), key
    assert asked["trust"].role == "primary"
    assert any(question.role == "guard_rail" for question in asked.values())


def test_the_expected_values_are_those_of_the_truth(study: Study) -> None:
    """The primary question, and one of each other design."""
    site = study.site("sundsvall")
    asked = {question.design: question for question in site.plan.in_order[::-1]}
    asked |= {q.design: q for q in site.plan.in_order if q.role == "primary"}
    one = replace(site.plan, questions=tuple(asked.values()))
    fresh = expect_values(replace(study, sites=(one,)), "sundsvall", people=60_000)
    both = fresh.merge(site.expected, on=["key", "estimand"], suffixes=("", "_kept"))
    assert len(both) == len(fresh) >= 5
    error = np.hypot(both["monte_carlo_error"], both["monte_carlo_error_kept"])
    # Fresh errors come from few batches, so they are themselves uncertain.
    assert ((both["value"] - both["value_kept"]).abs() < 6 * error + 0.3).all()


@pytest.mark.parametrize("name", NAMES)
def test_expected_values_are_nearly_without_error(name: str, study: Study) -> None:
    expected = study.site(name).expected
    share = expected["design"].eq("shares")
    assert (expected["monte_carlo_error"] < np.where(share, 0.002, 0.2)).all()


def test_every_row_says_that_it_is_synthetic() -> None:
    for table in TABLES:
        rows = pd.read_csv(table)
        if table.name != "expected.csv":
            assert set(rows["source"]) == {"synthetic"}, table.name


def test_the_sample_is_small() -> None:
    size = sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file())
    assert size < 10_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_site_answers_as_planned_and_where_chance_lets_it(
    name: str, study: Study
) -> None:
    """One test, for asking a site is what takes long."""
    found = run_plan(study, name)
    assert tabulate_expectations(study, found)["as_planned"].all()
    assert {each.source for each in found} == {"synthetic"}
    check_estimates(name, study, found)
    rails = judge_guard_rails(study, found)
    asked = study.plan_of(name).in_order
    assert [r.key for r in rails] == [q.id for q in asked if q.role == "guard_rail"]
    judged = {rail.held for rail in rails if isinstance(rail, GuardRail)}
    assert judged <= {"held", "broken", "cannot_tell"}


def test_sites_without_people_refuse_as_planned(study: Study) -> None:
    others = set(study.names) - set(NAMES)
    assert others
    for name in others:
        found = run_plan(study, name)
        assert tabulate_expectations(study, found)["as_planned"].all(), name
        assert {each.source for each in found} == {"published"}


def check_estimates(name: str, study: Study, found: Findings) -> None:
    expected = study.site(name).expected.set_index(["key", "estimand"])
    off = []
    for change in found:
        if not isinstance(change, Change):
            continue
        other = change.role == "" and change.key != ""
        asked = {q.id: q for q in study.plan_of(name).questions}[change.key]
        estimands = ["workplace", "stayed"]
        if asked.estimand == "stayed":
            estimands.reverse()
        value = expected.loc[(change.key, estimands[other]), "value"]
        assert change.standard_error is not None
        off.append((change.estimate - value) / change.standard_error)
    assert max(map(abs, off)) < 4
    assert np.mean(np.square(off)) < 3


@pytest.mark.parametrize("name", NAMES)
def test_effects_are_small_some_null_and_one_against_the_hope(
    name: str, study: Study
) -> None:
    site = study.site(name)
    table = site.expected.query("estimand == 'workplace' and design != 'shares'")
    reform = (table["value"] - table["without_reform"]).set_axis(table["key"])
    people = reform.drop("delivery")
    assert people.abs().max() < 8, "effects on people are small"
    assert (people == 0).any(), "some are null"
    scales = dict(zip(table["key"], table["scale"], strict=True))
    books = [site.survey(each.name).codebook for each in site.plan.surveys]
    signs = {
        s.key: {"up": 1, "down": -1}.get(s.desired, 0) for b in books for s in b.scales
    }
    against = [k for k, v in people.items() if v * signs[scales[k]] < -0.5]
    assert against, "one goes against the hope"
    assert reform["delivery"] > 10


def test_the_truth_holds_small_effects_a_null_and_one_against_the_hope(
    study: Study,
) -> None:
    site = study.site("sundsvall")
    table = site.expected.query("estimand == 'workplace'").set_index("key")
    reform = table["value"] - table["without_reform"]
    assert 2 < reform["trust"] < 5
    assert reform["goals"] == 0
    assert 2 < reform["burden"] < 5
    assert site.codebook.scale("rule_burden").desired == "down"
    assert reform["users"] == reform["users_beyond"] == reform["treatment"] == 0


def test_the_structure_is_that_of_the_anthology() -> None:
    truth = read_truth(SAMPLE / "sundsvall" / "structure.toml", survey="staff")
    users = read_truth(SAMPLE / "sundsvall" / "structure.toml", survey="users")
    starts = {unit.unit: unit.start for unit in truth.units}
    assert len(starts) == 18
    assert truth.people == 500
    assert starts.pop("Skönsmon") == pytest.approx(2012, abs=1)
    assert all(2014 <= start < 2017 for start in starts.values() if start)
    sizes = dict.fromkeys(("municipal", "external"), 0)
    for unit in users.units:
        sizes[unit.arm] += unit.people
    assert sizes == {"municipal": 1_400, "external": 350}


@pytest.mark.parametrize("folder", SITES, ids=lambda path: path.name)
def test_each_value_has_a_basis(folder: Path) -> None:
    basis = tabulate_truth(folder / "structure.toml")["basis"]
    known = basis.str.match(r"SOU 2018:(38|47) §|assumed")
    assert known.all()
    assert basis.eq("assumed").any()


def test_staff_answer_link_and_fall_silent_as_real_ones_do(study: Study) -> None:
    staff = study.site("sundsvall").survey("staff")
    answers, invited = staff.responses, staff.invited
    rates = answers.groupby("wave").size() / invited.groupby("wave")["n_invited"].sum()
    assert rates.between(0.62, 0.78).all()
    first, last = (
        set(answers.query(f"wave == '{wave}'")["respondent"].dropna())
        for wave in ("2013", "2017")
    )
    assert 0.2 < len(first & last) / len(first) < 0.5
    assert not answers.duplicated(["wave", "respondent"])[
        answers["respondent"].notna()
    ].any()


def test_continuity_was_not_counted_in_the_pilot_area_before_it_began(
    study: Study,
) -> None:
    series = study.site("sundsvall").series
    pilot = series[series["unit"] == "Skönsmon"].set_index("period")["value"]
    assert pilot[["2011-H1", "2011-H2", "2012-H1"]].isna().all()
    assert pilot.drop(["2011-H1", "2011-H2", "2012-H1"]).notna().all()
    assert series[series["unit"] != "Skönsmon"]["value"].notna().all()
