"""The bench of few units draws what it says, and answers as the package does."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tillit_eval.comparison._wild import _draw, wild_curve
from tillit_eval.comparison.many import Surveys, rejects
from tillit_eval.simulation import coarse


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    path = Path(__file__).parent / "bench" / "few_units.py"
    spec = importlib.util.spec_from_file_location("bench_few_units", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_few_units"] = module  # its dataclasses look it up
    spec.loader.exec_module(module)
    return module


def surveys_of(
    bench: ModuleType, groups: int, kind: str, arm: str, average: str, draws: int
) -> tuple[object, Surveys]:
    """Return a question to one layout, and surveys of which about half reject."""
    sizes = bench.sizes_of(kind, groups)
    reform = bench.arms_of(sizes)[arm]
    question = bench.Question(sizes, reform, average)
    moves = np.ones(groups, dtype=bool) if reform is None else reform
    ((before, after),) = bench.draw(sizes, [(0.1, moves)], draws)
    return question, Surveys(design=question.design(), before=before, after=after)


@pytest.mark.parametrize("icc", [0.05, 0.2])
def test_sums_vary_as_the_exact_answers_do(
    bench: ModuleType, icc: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coarse, "_STAYS", bench.LINK)
    monkeypatch.setattr(coarse, "_OCCASION", 0.0)
    monkeypatch.setattr(coarse, "_PER_ITEM", bench.SPREAD**2 * (1 - bench.LINK))
    monkeypatch.setattr(coarse, "_CENTRE", 3 + bench.CEILING)
    exact = coarse._likeness(icc)
    sizes = np.tile([4.0, 15.0], 10)
    design = bench.Question(sizes, None).design()
    ((before, after),) = bench.draw(sizes, [(icc, None)], 2_500)
    sums = np.stack([before, after], axis=-1) - (sizes * exact.mean)[:, None]
    known = exact.covariance(design)
    error = np.sqrt(known[:, 0, 0] / 2_500)
    assert np.all(np.abs(sums.mean(axis=0)) < 5 * error[:, None])
    seen = np.einsum("dui,duj->uij", sums, sums) / 2_500
    for i in (0, 1):
        found, sure = seen[i::2].mean(axis=0), known[i::2].mean(axis=0)
        assert found == pytest.approx(sure, rel=0.04)


def test_half_a_spread_is_added_to_those_who_move(bench: ModuleType) -> None:
    sizes = np.full(6, 200.0)
    reform = np.arange(6) < 2
    still, moved = bench.draw(sizes, [(0.1, None), (0.1, reform)], 200)
    assert np.array_equal(still[0], moved[0])
    assert np.array_equal(still[1][:, 2:], moved[1][:, 2:])
    rise = (moved[1] - still[1])[:, :2].mean() / 200
    assert 6 < rise < 25 * bench.EFFECT  # less than 12.5 points, as of the ceiling


@pytest.mark.parametrize(
    ("groups", "kind", "arm", "draws"),
    [
        (12, "uneven", "third", 40),
        (12, "extreme", "one group", 40),
        (12, "equal", "half", 40),
        (18, "extreme", "one group", 6),
    ],
)
def test_shared_signs_decide_as_the_bootstrap_of_a_finding(
    bench: ModuleType, groups: int, kind: str, arm: str, draws: int
) -> None:
    _, surveys = surveys_of(bench, groups, kind, arm, "people", draws)
    found = bench.by_signs(surveys, _draw(groups, "rademacher"))
    alone = [
        wild_curve(replace(surveys.design.regression, moments=one)).p_value(0.0)
        for one in surveys.moments
    ]
    assert list(found) == [p <= 0.05 for p in alone]
    assert found.sum() > 0


def test_a_survey_is_left_only_when_more_signs_cannot_turn_it(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, surveys = surveys_of(bench, 18, "uneven", "half", "people", 60)
    signs = _draw(18, "rademacher")[:20_000]
    early = bench.by_signs(surveys, signs)
    monkeypatch.setattr(bench, "undecided", lambda count, *rest, **_: count <= rest[1])
    assert np.array_equal(early, bench.by_signs(surveys, signs))
    assert 0 < early.sum() < 60


@pytest.mark.parametrize("kind", ["equal", "uneven", "extreme"])
@pytest.mark.parametrize("arm", ["1 small", "2 small"])
@pytest.mark.parametrize("average", ["people", "units"])
def test_many_are_set_against_the_others_as_each_alone(
    bench: ModuleType, kind: str, arm: str, average: str
) -> None:
    _, surveys = surveys_of(bench, 40, kind, arm, average, 60)
    found = bench.by_the_others(surveys)
    assert np.array_equal(found, rejects(surveys, "ferman_pinto")(0.0))
    assert 0 < found.sum() < 60


def test_a_decision_that_a_finding_does_not_share_stops_the_bench(
    bench: ModuleType,
) -> None:
    question, surveys = surveys_of(bench, 12, "equal", "third", "people", 40)
    found = bench.rejected(surveys, surveys.design.method)
    checked = [bench.check(question, surveys, found, side) for side in (0, 1)]
    assert checked == [1, 1]
    with pytest.raises(RuntimeError, match="not as in the table"):
        bench.check(question, surveys, ~found, 1)


def test_what_is_given_away_is_where_the_rule_is_cautious(bench: ModuleType) -> None:
    """A layout is no excuse unless the cautious errors speak first there."""
    for groups, kind, arm in bench.GIVEN_AWAY:
        sizes = bench.sizes_of(kind, groups)
        design = bench.Question(sizes, bench.arms_of(sizes)[arm]).design()
        assert design.method == "cr2_cautious"


def test_a_method_must_keep_its_word_whatever_units_share(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, moved = surveys_of(bench, 12, "equal", "third", "people", 4)
    still = [moved.first(3), moved.first(2)]  # told apart by how many they are
    share = {"wild": (0.5, 0.05, 0.05), "cr2": (0.9, 0.05, 0.09)}

    def rejected(one: Surveys, method: str) -> np.ndarray:
        return np.array(share.get(method, (0.9, 0.09, 0.09))[4 - len(one.before)])

    monkeypatch.setattr(bench, "rejected", rejected)
    text, kept = bench.compare_methods(still, moved, 5_000)
    assert text == "wild 0.500; best wild 0.500; wild 0.500"
    assert kept


def test_a_share_is_judged_with_chance_allowed(bench: ModuleType) -> None:
    assert bench.judged(0.077, 5_000, "cr2") == ""
    assert bench.judged(0.078, 5_000, "cr2") == " FAILS"
    assert bench.judged(0.020, 5_000, "cr3") == ""
    assert bench.judged(0.020, 5_000, "cr2_cautious") == ""
    assert bench.judged(0.020, 5_000, "cr2") == " TOO CAUTIOUS"
