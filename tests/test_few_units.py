"""What must hold of the methods for few units, whatever the answers are."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval.comparison._cluster import (
    estimate_contrast,
    estimate_jackknife,
    fit_clusters,
)
from tillit_eval.comparison._few_treated import few_treated_curve
from tillit_eval.comparison._inversion import Curve, infer_curve
from tillit_eval.comparison._layout import (
    Layout,
    choose_method,
    listed_methods,
    read_layout,
)
from tillit_eval.comparison._placebo import placebo_curve
from tillit_eval.comparison._regression import ArmSums, Regression
from tillit_eval.comparison._wild import wild_curve

sys.path.append(str(Path(__file__).parent))

from few_units_fixtures import adjusted, answers, by_key, key, paired

FEW = settings(max_examples=7, deadline=None)
seeds = st.integers(0, 10**6)
KINDS = ["change", "wave", "wild arms", "placebo", "one among many", "two among many"]


def sums(seed: int, n_groups: int = 8, n_treated: int = 3) -> ArmSums:
    """Draw sums of uneven groups of two arms."""
    rng = np.random.default_rng([seed, n_groups])
    n = rng.integers(3, 25, (2, n_groups)).astype(float)
    level, moved = rng.normal(0, 4, (2, n_groups))
    noise = rng.normal(0, 8, (2, n_groups)) * np.sqrt(n)
    return ArmSums(
        n_before=n[0],
        n_after=n[1],
        before=n[0] * level + noise[0],
        after=n[1] * (level + 2 + moved) + noise[1],
        treated=np.arange(n_groups) < n_treated,
        noise=1 / n[0] + 1 / n[1],
    )


def regression(parts: ArmSums, *, arms: bool) -> Regression:
    """Regress scores on the wave, or on wave, arm and their product."""
    n = parts.n_before + parts.n_after
    wave = np.stack([n, *[parts.n_after] * 3], axis=-1).reshape(-1, 2, 2)
    totals = np.stack([parts.before + parts.after, parts.after], axis=-1)
    if not arms:
        return Regression(cross=wave, moments=totals, contrast=np.array([0.0, 1.0]))
    arm = np.c_[np.ones(len(n)), parts.treated]
    cross = np.einsum("ga,gb,gij->gaibj", arm, arm, wave).reshape(-1, 4, 4)
    return Regression(
        cross=cross,
        moments=np.einsum("ga,gi->gai", arm, totals).reshape(-1, 4),
        contrast=np.array([0.0, 0.0, 0.0, 1.0]),
        arms=parts,
    )


def made(kind: str, seed: int) -> ArmSums:
    if kind.endswith("among many"):
        return sums(seed, 22, 1 if kind.startswith("one") else 2)
    return sums(seed)


def curve_of(kind: str, parts: ArmSums) -> Curve:
    if kind == "placebo":
        return placebo_curve(parts)
    if kind.endswith("among many"):
        return few_treated_curve(parts, by_size=True)
    if kind == "change":
        change = parts.after - parts.before
        n = parts.n_before
        return wild_curve(
            Regression(cross=n[:, None, None], moments=change[:, None], contrast=ONE)
        )
    return wild_curve(regression(parts, arms=kind == "wild arms"))


ONE = np.ones(1)


# ---- one curve gives p, interval and verdict -------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@FEW
@given(seed=seeds)
def test_p_and_interval_are_one_curve(kind: str, seed: int) -> None:
    curve = curve_of(kind, made(kind, seed))
    assert curve.p_value(curve.estimate) == 1.0
    interval = curve.interval(0.9)
    assert interval.low < curve.estimate < interval.high
    near = 2e-6 * (interval.high - interval.low)
    for end, out in ((interval.low, -near), (interval.high, near)):
        assert curve.p_value(end - out) > 0.1 + 1e-12
        assert curve.p_value(end + out) <= 0.1 + 1e-12
    wide = curve.interval(0.95)
    assert wide.low <= interval.low
    assert wide.high >= interval.high


@FEW
@given(seed=seeds)
def test_p_and_interval_never_contradict_each_other(seed: int) -> None:
    """Of curves that rise and fall as they like, more than any data make them."""
    rng = np.random.default_rng(seed)
    top, below = rng.normal(0, 3, (2, 40)), rng.normal(0, 2, (3, 40)) ** 2
    below[1] = (2 * rng.random(40) - 1) * 2 * np.sqrt(below[0] * below[2])
    estimate = float(rng.normal(0, 6))
    curve = Curve(estimate=estimate, error=1.5, top=top, below=below)
    found = infer_curve(curve, standard_error=1.0, level=0.95, margin=4.0)
    assert found.interval.covers(0.0) == (found.p_value > 0.05 + 1e-12)
    assert found.equivalence_interval is not None
    assert found.p_equivalence is not None
    inside = found.equivalence_interval.lies_within(4.0)
    assert inside == (found.p_equivalence <= 0.05 + 1e-12)


def test_a_curve_that_rises_again_keeps_p_and_interval_together() -> None:
    """The draws are common near the estimate, rare further off, and common again."""
    ones, none = np.ones(40), np.zeros(40)
    curve = Curve(
        estimate=10.0,
        error=1.0,
        top=np.array([-3.0 * ones, -1.5 * ones]),
        below=np.array([ones, none, none]),
    )
    assert curve.p_value(8.0) < 0.05 < curve.p_value(0.0) == 1.0
    assert curve.interval(0.95).low > 8.0
    found = infer_curve(curve, standard_error=1.0, level=0.95, margin=0.5)
    assert found.interval.low < 0
    assert found.equivalence_interval is not None
    assert found.equivalence_interval.low < -0.5
    assert found.verdict == "cannot_tell"


@pytest.mark.parametrize("n_groups", [2, 3, 5, 6, 8, 11])
def test_the_smallest_p_is_one_of_all_signs(n_groups: int) -> None:
    """All changed alike, about: only the data and their mirror image are as rare."""
    rng = np.random.default_rng(n_groups)
    change = 10 + rng.normal(0, 0.1, n_groups)
    n = np.ones((n_groups, 1, 1))
    curve = wild_curve(Regression(cross=n, moments=change[:, None], contrast=ONE))
    smallest = 2.0 ** -(n_groups - 1)
    assert curve.p_value(0.0) == smallest
    assert curve.p_value(-1e6) == smallest
    interval, closes = curve.interval(0.95), smallest <= 0.05
    assert math.isfinite(interval.low) == closes
    assert math.isfinite(interval.high) == closes


def test_seventeen_groups_are_drawn_and_the_data_count_among_the_draws() -> None:
    parts = sums(1, 17, 8)
    parts = replace(parts, after=parts.after + 40 * parts.n_after)
    drawn = wild_curve(regression(parts, arms=False))
    again = wild_curve(regression(parts, arms=False))
    assert drawn.top.shape[1] == 99_999
    assert 1 / 100_000 <= drawn.p_value(0.0) < 3e-4
    assert again.p_value(0.0) == drawn.p_value(0.0)


@pytest.mark.parametrize("kind", ["wild arms", "placebo"])
def test_drawn_and_listed_agree(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tillit_eval.comparison import _placebo, _wild

    listed = curve_of(kind, sums(4, 12, 5))
    monkeypatch.setattr(_wild, "ALL_SIGNS", 2)
    monkeypatch.setattr(_placebo, "ALL_WAYS", 2)
    for module in (_wild._draw, _placebo._arms):
        module.cache_clear()
    drawn = curve_of(kind, sums(4, 12, 5))
    for module in (_wild._draw, _placebo._arms):
        module.cache_clear()
    assert drawn.top.shape[1] > 9_000
    for null in (-3.0, 0.0, 2.0):
        p = listed.p_value(null)
        assert drawn.p_value(null) == pytest.approx(p, abs=0.02)


# ---- what does not matter ----------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@FEW
@given(seed=seeds, shift=st.floats(-20, 20), factor=st.sampled_from([0.01, 3.0, -1.0]))
def test_order_origin_and_unit_of_measure_do_not_matter(
    kind: str, seed: int, shift: float, factor: float
) -> None:
    parts = made(kind, seed)
    order = np.random.default_rng(seed).permutation(len(parts.treated))
    moved = ArmSums(
        n_before=parts.n_before[order],
        n_after=parts.n_after[order],
        before=factor * (parts.before + shift * parts.n_before)[order],
        after=factor * (parts.after + shift * parts.n_after)[order],
        treated=parts.treated[order],
        noise=parts.noise[order],
    )
    if kind == "change":  # sums of changes: as many before as after
        moved = replace(moved, before=factor * parts.before[order])
        moved = replace(moved, after=factor * parts.after[order])
    one, two = curve_of(kind, parts), curve_of(kind, moved)
    assert_same(one, two, factor)


@pytest.mark.parametrize("kind", [one for one in KINDS if one != "placebo"])
@FEW
@given(seed=seeds)
def test_swapping_the_waves_turns_the_sign(kind: str, seed: int) -> None:
    parts = made(kind, seed)
    if kind == "change":
        parts = replace(parts, n_after=parts.n_before)
    swapped = ArmSums(
        n_before=parts.n_after,
        n_after=parts.n_before,
        before=parts.after,
        after=parts.before,
        treated=parts.treated,
        noise=parts.noise,
    )
    assert_same(curve_of(kind, parts), curve_of(kind, swapped), -1.0)


@FEW
@given(seed=seeds)
def test_swapping_the_waves_keeps_the_placebo_p(seed: int) -> None:
    """Of no difference; another is taken from the wave after, where it came."""
    parts = sums(seed)
    swapped = replace(
        parts,
        n_before=parts.n_after,
        n_after=parts.n_before,
        before=parts.after,
        after=parts.before,
    )
    one, two = placebo_curve(parts), placebo_curve(swapped)
    assert two.estimate == pytest.approx(-one.estimate)
    assert two.p_value(0.0) == pytest.approx(one.p_value(0.0), abs=1e-12)


@pytest.mark.parametrize("kind", ["wild arms", "placebo", "one among many"])
@FEW
@given(seed=seeds)
def test_swapping_the_arms_turns_the_sign(kind: str, seed: int) -> None:
    """A single unit without the reform is treated as a single unit with it."""
    parts = made(kind, seed)
    swapped = replace(parts, treated=~parts.treated)
    assert_same(curve_of(kind, parts), curve_of(kind, swapped), -1.0)


def assert_same(one: Curve, two: Curve, factor: float) -> None:
    """Compare two curves in units of which one is `factor` times the other."""
    assert two.estimate == pytest.approx(factor * one.estimate, abs=1e-9)
    assert two.error == pytest.approx(abs(factor) * one.error, rel=1e-8)
    for null in (0.0, one.estimate + 1.7 * one.error, one.estimate - 2.9 * one.error):
        p = one.p_value(null)
        assert two.p_value(factor * null) == pytest.approx(p, abs=1e-12)
    ends = one.interval(0.9)
    expected = sorted((factor * ends.low, factor * ends.high))
    found = two.interval(0.9)
    near = 1e-5 * abs(factor) * one.error
    assert [found.low, found.high] == pytest.approx(expected, abs=near)


@FEW
@given(seed=seeds, arms=st.booleans())
def test_the_jackknife_is_never_narrower_than_cr2(seed: int, arms: bool) -> None:
    asked = regression(sums(seed), arms=arms)
    fit = fit_clusters(asked.cross, asked.moments)
    cr2 = float(estimate_contrast(fit, asked.contrast).standard_error)
    cr3 = float(estimate_jackknife(fit, asked.contrast))
    assert cr3 >= cr2 * (1 - 1e-12)


def test_cr3_is_the_jackknife_over_units() -> None:
    """Of equally large units: leave each out in turn, by hand."""
    change = np.array([1.0, 4.0, 2.5, -1.0, 3.0, 0.5])
    fit = fit_clusters(np.ones((6, 1, 1)), change[:, None])
    left = np.array([np.delete(change, i).mean() for i in range(6)])
    by_hand = math.sqrt(((left - change.mean()) ** 2).sum())
    assert float(estimate_jackknife(fit, ONE)) == pytest.approx(by_hand, rel=1e-12)


# ---- the rule reads the layout and never the answers -------------------------------


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the chosen method only, to save time."""
    from tillit_eval.comparison import _methods

    monkeypatch.setattr(_methods, "listed_methods", lambda layout: ())


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("sizes", "treated", "first"),
    [
        ([6] * 12, 2, "cr3_arms"),
        ([6] * 12, 10, "cr3_arms"),
        ([6] * 40, 20, "cluster"),
        ([60, 4, 4, 4, 4, 4, 6, 6, 6, 6, 6, 6], 6, "cr2_cautious"),
        ([40, *[3] * 9, *[6] * 10], 10, "cr2_cautious"),
        ([9, 9, 9, 9, 60, 50, 5, 5, 5, 5, 5, 5, 5, 5], 4, "cluster"),
        (
            [3, 4, 5, 40, 3, 30, *[3] * 6, 30, 40, 3, 25, 5, 20, 3, 4, 3, 3],
            12,
            "wild_drawn",
        ),
        ([*[30] * 5, *[2] * 10, *[30] * 5, *[2] * 10], 15, "wild_drawn"),
        ([6, *[5] * 19], 1, "ferman_pinto"),
        ([*[5] * 19, 6], 19, "ferman_pinto"),
        ([6, 9, *[5] * 19], 2, "ferman_pinto"),
        ([6, 9, *[5] * 18], 2, "cr3_arms"),
    ],
)
def test_the_rule_for_two_arms(sizes: list[int], treated: int, first: str) -> None:
    assert_answers_do_not_choose(adjusted, sizes, treated, first)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("sizes", "first"),
    [
        ([8] * 7, "cluster"),
        ([8] * 6, "cluster"),
        ([120, 3, 3, 3, 3, 3, 3], "wild"),
        ([120, 3, 3, 3, 3, 3], "cluster"),
    ],
)
def test_the_rule_for_one_group_of_units(sizes: list[int], first: str) -> None:
    assert_answers_do_not_choose(paired, sizes, 0, first)


@pytest.mark.parametrize(("one", "other"), [(3, 3), (4, 9), (20, 7)])
def test_equal_units_have_the_df_of_welch(one: int, other: int) -> None:
    parts = sums(1, one + other, one)
    five = np.full(one + other, 5.0)
    layout = read_layout(
        regression(replace(parts, n_before=five, n_after=five), arms=True)
    )
    assert layout.effective == pytest.approx((one, other))
    assert layout.equal_df == pytest.approx(layout.df)
    share, rest = 1 / one, 1 / other
    welch = (share + rest) ** 2 / (share**2 / (one - 1) + rest**2 / (other - 1))
    assert layout.equal_df == pytest.approx(welch)


@pytest.mark.parametrize(
    ("groups", "effective", "df", "chosen"),
    [
        ((10, 30), (5.0, 12.0), 99.0, "wild"),
        ((10, 30), (4.9, 12.0), 10.9, "wild"),
        ((10, 30), (4.9, 12.0), 11.0, "cr2_cautious"),
        ((4, 30), (3.9, 4.9), 9.5, "cr2"),
        ((4, 30), (3.9, 4.9), 9.6, "cr2_cautious"),
        ((10, 11), (5.1, 5.6), 99.0, "cr2"),
    ],
)
def test_uneven_arms_are_judged_by_the_df_that_equal_units_would_have(
    groups: tuple[int, int], effective: tuple[float, float], df: float, chosen: str
) -> None:
    layout = Layout(groups=groups, effective=effective, df=df)
    assert choose_method(layout)[0] == chosen
    assert layout.fewest_df == min(df, min(effective))


def assert_answers_do_not_choose(
    ask: Any, sizes: list[int], treated: int, first: str
) -> None:
    """Same people and units, other scores: the same method speaks first."""
    scores = answers(1, sizes, treated)
    assert key(ask(scores)) == first
    rng = np.random.default_rng(5)
    for changed in (
        rng.permutation(scores["trust"]),
        rng.integers(1, 6, len(scores)),
        np.exp(scores["trust"] / 10),
        answers(9, sizes, treated, change=30.0)["trust"],
    ):
        assert key(ask(scores.assign(trust=changed))) == first


@FEW
@given(seed=seeds)
def test_the_layout_has_no_answers_in_it(seed: int) -> None:
    for arms in (True, False):
        asked = regression(sums(seed), arms=arms)
        other = replace(asked, moments=asked.moments[::-1] ** 2)
        assert read_layout(asked) == read_layout(other)
        layout = read_layout(asked)
        assert choose_method(layout)[0] in listed_methods(layout)


def test_every_method_answers_about_the_same_number() -> None:
    scores = answers(3, [5, 9, 7, 6, 8, 5, 6, 9, 7, 4], 4)
    shown = by_key(adjusted(scores))
    assert set(shown) == {"cluster", "cr3_arms", "wild", "webb", "placebo"}
    assert len({round(one.estimate, 9) for one in shown.values()}) == 1
    assert len({str(one.estimand) for one in shown.values()}) == 1
    shown = by_key(paired(scores))
    assert set(shown) == {"cluster", "cr3", "wild", "webb"}
    assert len({round(one.estimate, 9) for one in shown.values()}) == 1


def test_one_or_two_among_many_answer_about_the_same_number() -> None:
    two = by_key(adjusted(answers(3, [5] * 22, 2)))
    assert set(two) == {"cluster", "cr3_arms", "wild_drawn", "placebo", "ferman_pinto"}
    assert len({round(one.estimate, 9) for one in two.values()}) == 1
    one = by_key(adjusted(answers(3, [5] * 22, 1)))
    assert set(one) == {"ferman_pinto", "conley_taber"}
    assert len({round(each.estimate, 9) for each in one.values()}) == 1
    ours = [(each.p_value, each.interval.low) for each in one.values()]
    assert ours[0] == pytest.approx(ours[1])  # all units are equally large
