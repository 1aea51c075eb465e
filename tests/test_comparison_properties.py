"""What must hold whatever the answers are, and the textbook beside the short cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.comparison._cluster import estimate_contrast, fit_clusters
from tillit_eval.comparison._law import infer
from tillit_eval.comparison._scores import infer_score, paired_score, unpaired_score
from tillit_eval.comparison.multiplicity import METHODS, adjusted
from tillit_eval.errors import TooFewAnswers

Matrix = npt.NDArray[np.float64]
WAVES = {"before": "2019", "after": "2021"}
FEW = settings(max_examples=10, deadline=None)
# Each example asks nine comparisons twice; other answers are drawn in every run.
SLOW = settings(max_examples=3, deadline=None)
seeds = st.integers(0, 10**6)


def answers(
    seed: int, sizes: tuple[int, ...] = (5, 9, 14, 7, 3, 20), here: float = 0.85
) -> pd.DataFrame:
    """Draw two waves of partly linked people in units of uneven size."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(len(sizes)), sizes)
    person = rng.normal(0, 10, len(unit)) + rng.normal(0, 4, len(sizes))[unit]
    frames = [
        pd.DataFrame(
            {
                "respondent": np.arange(len(unit)),
                "wave": wave,
                "unit": [f"unit {u}" for u in unit],
                "treated": unit % 2 == 0,
                "trust": (60 + shift + person + rng.normal(0, 8, len(unit))).round(1),
                "source": "synthetic",
            }
        )[rng.random(len(unit)) < here]
        for wave, shift in (("2019", 0.0), ("2021", 3.0))
    ]
    return pd.concat(frames, ignore_index=True)


def everything(scores: pd.DataFrame, **waves: str) -> list[Any]:
    """Ask every comparison of the mean."""
    ask = waves or WAVES
    return [
        te.compare_paired(scores, "trust", **ask),
        te.compare_paired(scores, "trust", unit=None, **ask),
        te.compare_paired(scores, "trust", average="units", **ask),
        te.compare_overlapping(scores, "trust", **ask)[0],
        te.compare_overlapping(scores, "trust", unit=None, **ask)[0],
        te.compare_waves(scores, "trust", **ask),
        te.compare_waves(scores, "trust", unit=None, **ask),
        te.compare_adjusted(scores, "trust", assigned="unit", **ask),
        te.compare_adjusted(scores, "trust", assigned="unit", average="units", **ask),
    ]


def shape(finding: Any) -> tuple[float, ...]:
    return (
        finding.estimate,
        finding.standard_error,
        finding.df,
        finding.p_value,
        finding.interval.low,
        finding.interval.high,
    )


def textbook_cr2(
    x: Matrix, y: Matrix, group: Matrix, contrast: Matrix
) -> tuple[float, float, float]:
    """Return CR2 and Satterthwaite with every n by n matrix written out."""
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ y
    hat = x @ bread @ x.T
    residual_maker = np.eye(len(y)) - hat
    error, variance, columns = y - x @ beta, 0.0, []
    for name in np.unique(group):
        mine = group == name
        values, vectors = np.linalg.eigh(np.eye(mine.sum()) - hat[np.ix_(mine, mine)])
        root = np.where(values > 1e-10, 1 / np.sqrt(np.abs(values) + 1e-300), 0)
        weight = (vectors * root) @ vectors.T @ x[mine] @ bread @ contrast
        variance += float(weight @ error[mine]) ** 2
        columns.append(residual_maker[:, mine] @ weight)
    inner = np.array(columns) @ np.array(columns).T
    df = np.trace(inner) ** 2 / (inner**2).sum()
    return float(contrast @ beta), float(np.sqrt(variance)), float(df)


@FEW
@given(seed=seeds, p=st.integers(1, 4), nested=st.booleans())
def test_sums_per_unit_give_the_textbooks_cr2(seed: int, p: int, nested: bool) -> None:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(7), rng.integers(1, 9, 7))
    x = np.c_[np.ones(len(group)), rng.normal(size=(len(group), p - 1))]
    if nested and p > 1:
        x[:, 1] = group < 3  # a treatment that never varies within a cluster
    y = rng.normal(size=len(group)) + rng.normal(size=7)[group]
    contrast = rng.normal(size=p)
    blocks = [x[group == g] for g in range(7)]
    cross = np.array([block.T @ block for block in blocks])
    moments = np.array([b.T @ y[group == g] for g, b in enumerate(blocks)])
    found = estimate_contrast(fit_clusters(cross, moments), contrast)
    expected = textbook_cr2(x, y, group, contrast)
    ours = (found.estimate, found.standard_error, found.df)
    assert [float(one) for one in ours] == pytest.approx(expected, rel=1e-7)


def test_many_data_sets_at_once_are_the_same_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(5, 8, 6, 2))
    y = rng.normal(size=(5, 8, 6))
    cross, moments = np.swapaxes(x, -1, -2) @ x, np.einsum("...np,...n->...p", x, y)
    contrast = np.array([0.0, 1.0])
    together = estimate_contrast(fit_clusters(cross, moments), contrast)
    alone = [
        estimate_contrast(fit_clusters(c, m), contrast)
        for c, m in zip(cross, moments, strict=True)
    ]
    assert together.df == pytest.approx([float(one.df) for one in alone])
    errors = [float(one.standard_error) for one in alone]
    assert together.standard_error == pytest.approx(errors)


@SLOW
@given(seed=seeds)
def test_swapping_the_waves_flips_every_sign(seed: int) -> None:
    scores = answers(seed)
    back = everything(scores, before="2021", after="2019")
    for one, two in zip(everything(scores), back, strict=True):
        there, again = shape(one), shape(two)
        assert again[0] == pytest.approx(-there[0], abs=1e-9)
        assert again[1:4] == pytest.approx(there[1:4], rel=1e-7)
        assert (-again[5], -again[4]) == pytest.approx(there[4:], rel=1e-6, abs=1e-9)


@SLOW
@given(seed=seeds, shift=st.floats(-50, 50))
def test_a_constant_added_to_every_score_changes_nothing(
    seed: int, shift: float
) -> None:
    scores = answers(seed)
    moved = everything(scores.assign(trust=scores["trust"] + shift))
    for one, two in zip(everything(scores), moved, strict=True):
        assert shape(two) == pytest.approx(shape(one), rel=1e-6, abs=1e-8)


@SLOW
@given(seed=seeds, factor=st.sampled_from([0.04, 0.5, 3.0, 25.0]))
def test_a_longer_ruler_stretches_the_change(seed: int, factor: float) -> None:
    scores = answers(seed)
    stretched = everything(scores.assign(trust=scores["trust"] * factor))
    for one, two in zip(everything(scores), stretched, strict=True):
        low, high = one.interval.low * factor, one.interval.high * factor
        assert two.estimate == pytest.approx(one.estimate * factor, abs=1e-8)
        assert (two.interval.low, two.interval.high) == pytest.approx(
            (low, high), rel=1e-6, abs=1e-8
        )
        assert (two.df, two.p_value) == pytest.approx((one.df, one.p_value), rel=1e-6)


@SLOW
@given(seed=seeds)
def test_names_of_units_and_order_of_rows_do_not_matter(seed: int) -> None:
    scores = answers(seed)
    renamed = scores.assign(unit=scores["unit"].map(lambda name: name[::-1]))
    mixed = renamed.sample(frac=1, random_state=seed % 2**31)
    for one, two in zip(everything(scores), everything(mixed), strict=True):
        assert shape(two) == pytest.approx(shape(one), rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("estimand", ["workplace", "stayed"])
def test_by_unit_a_standardised_interval_is_the_interval_over_its_spread(
    estimand: Any,
) -> None:
    scores = answers(11)
    both = te.compare_overlapping(scores, "trust", estimand=estimand, **WAVES)
    waves = te.compare_waves(scores, "trust", **WAVES)
    adjusted_change = te.compare_adjusted(
        scores, "trust", assigned="unit", estimand=estimand, **WAVES
    )
    pairs = [
        *((one, "d_average") for one in (*both, waves)),
        *((one, name) for one in both for name in ("d_change", "g_average")),
        (adjusted_change, "d_ppc2"),
    ]
    checked = 0
    for one, name in pairs:
        if not hasattr(one, name):
            continue
        d, interval = getattr(one, name), getattr(one, f"{name}_interval")
        spread = one.estimate / d
        assert interval.low == pytest.approx(one.interval.low / spread)
        assert interval.high == pytest.approx(one.interval.high / spread)
        checked += 1
    assert checked == 6


@FEW
@given(seed=seeds)
def test_with_equal_units_both_averages_are_one(seed: int) -> None:
    change = te.compare_paired(
        answers(seed, sizes=(8,) * 6, here=2.0), "trust", **WAVES
    )
    other = change.alternatives[0]
    assert shape(other) == pytest.approx(shape(change), rel=1e-7, abs=1e-9)
    assert change.df == pytest.approx(5)


@FEW
@given(seed=seeds)
def test_when_everyone_is_linked_the_workplace_is_those_who_stayed(seed: int) -> None:
    scores = answers(seed, here=2.0)
    workplace, stayed = te.compare_overlapping(scores, "trust", **WAVES)
    assert workplace.estimate == pytest.approx(stayed.estimate)
    assert workplace.standard_error == pytest.approx(stayed.standard_error)
    alone = te.compare_overlapping(scores, "trust", unit=None, **WAVES)
    assert shape(alone[0].alternatives[0])[0] == pytest.approx(alone[1].estimate)
    assert alone[0].df == pytest.approx(alone[1].df)
    assert alone[0].standard_error == pytest.approx(alone[1].standard_error)


@FEW
@given(seed=seeds, margin=st.floats(0.5, 10))
def test_p_interval_and_verdict_never_contradict_each_other(
    seed: int, margin: float
) -> None:
    rng = np.random.default_rng(seed)
    found = infer(
        float(rng.normal(0, 3)), float(rng.uniform(0.2, 2)), float(rng.uniform(1, 40)),
        level=0.95, margin=margin,
    )  # fmt: skip
    assert (found.p_value < 0.05) == (not found.interval.covers(0.0))
    assert found.p_equivalence is not None
    assert found.equivalence_interval is not None
    inside = found.equivalence_interval.lies_within(margin)
    assert (found.p_equivalence < 0.05) == inside
    assert (found.verdict == "no_change") == inside


@settings(max_examples=60, deadline=None)
@given(
    cells=st.tuples(*[st.integers(0, 25)] * 4).filter(lambda c: sum(c) > 4),
    margin=st.floats(0.05, 0.6),
)
def test_score_tests_and_their_intervals_never_contradict_each_other(
    cells: tuple[int, int, int, int], margin: float
) -> None:
    both, gained, lost, neither = cells
    n = both + gained + lost + neither
    paired = paired_score(gained, lost, n)
    apart = unpaired_score(both + lost, n, both + gained, n)
    estimate = (gained - lost) / n
    for score in (paired, apart):
        found = infer_score(estimate, score, level=0.95, margin=margin)
        narrow = found.equivalence_interval
        assert narrow is not None
        assert found.p_equivalence is not None
        assert -1 <= found.interval.low <= estimate <= found.interval.high <= 1
        assert (found.p_value < 0.05) == (not found.interval.covers(0.0))
        assert (found.p_equivalence < 0.05) == narrow.lies_within(margin)


@FEW
@given(
    p=st.lists(st.floats(0, 1), min_size=1, max_size=12), seed=seeds,
    method=st.sampled_from(METHODS),
)  # fmt: skip
def test_adjusting_keeps_order_and_never_helps(
    p: list[float], seed: int, method: Any
) -> None:
    out = adjusted(p, method)
    assert (out >= np.array(p) - 1e-15).all()
    assert (out <= 1).all()
    order = np.random.default_rng(seed).permutation(len(p))
    assert adjusted(np.array(p)[order], method) == pytest.approx(out[order])
    ranked = np.argsort(p, kind="stable")
    assert (np.diff(out[ranked]) >= -1e-15).all()


def test_the_truth_of_a_large_invented_workplace_is_found() -> None:
    """A rise of 3 points for everyone, 4 more with the reform."""
    scores = answers(7, sizes=(400,) * 12)
    later = (scores["wave"] == "2021") & scores["treated"]
    scores["trust"] += 4.0 * later
    reform = te.compare_adjusted(scores, "trust", assigned="unit", **WAVES)
    assert reform.interval.covers(4.0)
    assert reform.standard_error < 0.5
    rest = te.compare_paired(scores[~scores["treated"]], "trust", **WAVES)
    assert rest.interval.covers(3.0)
    assert rest.standard_error < 0.5


@pytest.mark.parametrize("score", [0.1, 1 / 3, 1e6 / 7, -61.7])
def test_no_spread_is_found_out_however_numbers_round(score: float) -> None:
    scores = answers(1)
    first = scores["wave"] == "2019"
    for value in (
        first * score,
        first * 0 + score,
        scores["respondent"] + first * score,
    ):
        with pytest.raises(TooFewAnswers, match="do not vary"):
            te.compare_paired(scores.assign(trust=value), "trust", **WAVES)
        with pytest.raises(TooFewAnswers, match="do not vary"):
            te.compare_paired(scores.assign(trust=value), "trust", unit=None, **WAVES)
