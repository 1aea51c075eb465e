"""What the coefficients of reliability say, hide, refuse and keep unchanged."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval import quality
from tillit_eval.codebook import Codebook, Item
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.figures import alt_text, figure_data, plot_dimensions
from tillit_eval.findings import Findings, NotAnswered
from tillit_eval.phrases import Label
from tillit_eval.quality import Dimensions, Reliability
from tillit_eval.quality._parallel import chance_correlations, leading
from tillit_eval.quality.reliability._answers import read_answers
from tillit_eval.quality.reliability._coefficients import alphas, split_halves
from tillit_eval.quality.reliability._free import (
    alphas_again,
    free_error,
    generator,
    resampled,
    slope_of,
)
from tillit_eval.quality.reliability._ordinal import (
    _one_factor,
    _sum_variance,
    latent_answers,
)
from tillit_eval.quality.reliability.equality import assess_equal_alpha
from tillit_eval.summaries import summarise_responses

mpl.use("Agg")
ITEMS = ["q1", "q2", "q3", "q4", "q5", "q6"]


def answers(n: int = 200, *, seed: int = 1, k: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    trust = rng.normal(size=(n, 1)) + 0.9 * rng.normal(size=(n, k))
    coarse = np.clip(np.rint(4 + trust), 1, 5)
    return pd.DataFrame(coarse, columns=ITEMS[:k]).assign(source="real")


def book(*, reversed_items: tuple[str, ...] = ()) -> Codebook:
    items = (
        Item(
            key=key,
            label=Label(key, key),
            codes=(1, 2, 3, 4, 5),
            reversed=key in reversed_items,
        )
        for key in ITEMS
    )
    return Codebook(title="Staff", items=tuple(items))


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ")


def of(findings: Findings, coefficient: str) -> Reliability:
    found = findings.where(coefficient=coefficient)[0]
    assert isinstance(found, Reliability)
    return found


# --- properties ----------------------------------------------------------------


@settings(deadline=None, max_examples=4)
@given(
    seed=st.integers(0, 10_000),
    shift=st.integers(-5, 5),
    order=st.permutations(ITEMS[:5]),
)
def test_a_constant_and_the_order_of_items_change_nothing(
    seed: int, shift: int, order: list[str]
) -> None:
    frame = answers(60, seed=seed)
    moved = frame.assign(**{item: frame[item] + shift for item in order})
    for one, other in zip(
        quality.assess_reliability(frame, ITEMS[:5]),
        quality.assess_reliability(moved, order),
        strict=True,
    ):
        if isinstance(one, Reliability) and isinstance(other, Reliability):
            loose = 1e-4 if "omega" in one.coefficient else 1e-9
            assert other.estimate == pytest.approx(one.estimate, rel=loose, abs=1e-9)
            assert (one.standard_error is None) == (other.standard_error is None)


def test_stretching_an_item_leaves_standardised_alpha_alone() -> None:
    frame = answers()
    wide = frame.assign(q1=frame["q1"] * 7)
    for method in ("feldt", "distribution-free"):
        ours = quality.assess_alpha(frame, ITEMS, standardised=True, method=method)  # type: ignore[arg-type]
        theirs = quality.assess_alpha(wide, ITEMS, standardised=True, method=method)  # type: ignore[arg-type]
        assert ours.estimate == pytest.approx(theirs.estimate, rel=1e-12)
        assert ours.interval is not None
        assert theirs.interval is not None
        assert ours.interval.low == pytest.approx(theirs.interval.low, rel=1e-9)
    raw = quality.assess_alpha(wide, ITEMS).estimate
    assert raw < quality.assess_alpha(frame, ITEMS).estimate - 0.1


def test_the_mean_of_all_splits_is_alpha_and_bounds_keep_their_order() -> None:
    found = quality.assess_reliability(answers(), ITEMS)
    alpha = of(found, "alpha").estimate
    assert of(found, "split_half_mean").estimate == pytest.approx(alpha, rel=1e-12)
    assert of(found, "lambda_1").estimate < alpha
    assert alpha <= of(found, "lambda_2").estimate
    hierarchical = found.where(coefficient="omega_hierarchical")
    if hierarchical:
        assert of(found, "omega_hierarchical").estimate < of(found, "omega").estimate


def test_splits_of_an_odd_number_and_a_sample_of_splits() -> None:
    from itertools import combinations

    covariance = np.cov(answers(k=5)[ITEMS[:5]].to_numpy(), rowvar=False)
    values, every = split_halves(covariance, generator(None))
    by_hand = []
    for left in combinations(range(5), 2):
        right = [i for i in range(5) if i not in left]
        between = covariance[np.ix_(list(left), right)].sum()
        by_hand.append(4 * between / covariance.sum())
    assert every
    assert sorted(values) == pytest.approx(sorted(by_hand), rel=1e-12)
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(300, 1)) + rng.normal(size=(300, 20))
    many = np.cov(rows, rowvar=False)
    drawn, every = split_halves(many, generator(3))
    assert not every
    assert len(drawn) == 10_000
    assert drawn.mean() == pytest.approx(float(alphas(many)), abs=0.001)


def test_the_slope_is_that_of_small_steps() -> None:
    covariance = np.cov(answers()[ITEMS].to_numpy(), rowvar=False)
    slope = slope_of(alphas, covariance)
    step = np.zeros_like(covariance)
    step[0, 1] = step[1, 0] = 1e-6
    rise = (alphas(covariance + step) - alphas(covariance - step)) / 2e-6
    assert rise == pytest.approx(2 * slope[0, 1], rel=1e-6)


def test_draws_of_people_are_those_of_copied_rows() -> None:
    rows = answers(80)[ITEMS].to_numpy()
    ours = resampled(rows, 150, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    who = [rng.integers(0, 80, size=80, dtype=np.int32) for _ in range(150)]
    copied = [np.cov(rows[one], rowvar=False) for one in who]
    assert ours == pytest.approx(np.array(copied), abs=1e-10)
    again = alphas_again(rows, 150, np.random.default_rng(5))
    assert again == pytest.approx(alphas(ours), abs=1e-10)


def test_the_bootstrap_and_the_fourth_moments_agree_on_many_people() -> None:
    frame = answers(2_000)
    free = quality.assess_alpha(frame, ITEMS, method="distribution-free")
    boot = quality.assess_alpha(frame, ITEMS, method="bootstrap", draws=1000)
    assert boot.standard_error == pytest.approx(free.standard_error, rel=0.1)
    again = quality.assess_alpha(frame, ITEMS, method="bootstrap", draws=1000)
    assert again == boot
    other = quality.assess_alpha(frame, ITEMS, method="bootstrap", rng=7)
    assert other.interval != boot.interval


# --- known truth ---------------------------------------------------------------


def test_categorical_omega_is_the_correlation_with_a_twin() -> None:
    """Its meaning: what the sum shares with that of items just like these."""
    rng = np.random.default_rng(11)
    trust = rng.normal(size=(100_000, 1))
    twins = [
        np.digitize(0.7 * trust + 0.714 * rng.normal(size=(100_000, 6)), [-2, -1, 0.2])
        for _ in range(2)
    ]
    truth = np.corrcoef(twins[0].sum(axis=1), twins[1].sum(axis=1))[0, 1]
    found = quality.assess_omega(
        pd.DataFrame(twins[0], columns=ITEMS), ITEMS, ordinal=True
    )
    assert found.estimate == pytest.approx(truth, abs=0.005)
    ordinal = quality.assess_alpha(
        pd.DataFrame(twins[0], columns=ITEMS), ITEMS, ordinal=True
    )
    assert ordinal.estimate == pytest.approx(6 * 0.49 / (1 + 5 * 0.49), abs=0.005)


def test_an_answer_nobody_gave_keeps_its_width() -> None:
    """semTools stops at an unused category; the step over it is just two high."""
    frame = answers(400)
    gap = frame.assign(**{key: frame[key].replace(2.0, 1.0) for key in ITEMS})
    found = quality.assess_omega(gap, ITEMS, ordinal=True)
    latent = latent_answers(read_answers(gap, ITEMS, None))
    total = _sum_variance(latent, latent.fit.matrix, own=True).value
    assert 2.0 in latent.steps
    assert total == pytest.approx(gap[ITEMS].sum(axis=1).var(), rel=0.03)
    assert 0.7 < found.estimate < 0.95


def test_slopes_of_the_sum_are_those_of_small_steps() -> None:
    from dataclasses import replace

    latent = latent_answers(read_answers(answers(300), ITEMS, None))
    loadings = _one_factor(latent)[0]
    for matrix, own in (
        (np.outer(loadings, loadings), False),
        (latent.fit.matrix, True),
    ):
        here = _sum_variance(latent, matrix, own=own)
        step = np.zeros_like(matrix)
        step[0, 1] = step[1, 0] = 1e-6
        up = _sum_variance(latent, matrix + step, own=own).value
        assert (up - here.value) / 1e-6 == pytest.approx(
            2 * here.by_correlation[0, 1], rel=1e-4
        )
        thresholds = latent.fit.thresholds.copy()
        thresholds[0, 0] += 1e-6
        moved = replace(latent, fit=replace(latent.fit, thresholds=thresholds))
        up = _sum_variance(moved, matrix, own=own).value
        assert (up - here.value) / 1e-6 == pytest.approx(here.by_threshold[0], rel=1e-4)


def test_omega_hierarchical_finds_a_general_factor() -> None:
    rng = np.random.default_rng(3)
    n = 50_000
    group = np.repeat(rng.normal(size=(n, 3)), 3, axis=1)
    rows = 0.6 * rng.normal(size=(n, 1)) + 0.5 * group + 0.625 * rng.normal(size=(n, 9))
    frame = pd.DataFrame(rows, columns=[f"q{i}" for i in range(9)])
    found = quality.assess_omega(frame, list(frame), kind="hierarchical")
    few = quality.assess_omega(frame.head(1_999), list(frame), kind="hierarchical")
    assert "With fewer than 2000 people" in plain(few)
    assert "With fewer than" not in plain(found)
    truth = (9 * 0.6) ** 2 / (81 * 0.36 + 27 * 0.25 + 9 * 0.625**2)
    assert found.standard_error is not None
    assert abs(found.estimate - truth) < 4 * found.standard_error


def test_more_items_like_these_do_what_spearman_and_brown_say() -> None:
    found = quality.assess_alpha(answers(), ITEMS, scale="Trust")
    double = found.with_items(12)
    truth = 2 * found.estimate / (1 + found.estimate)
    assert double.estimate == pytest.approx(truth, rel=1e-12)
    assert double.interval is not None
    assert double.interval.low < double.estimate < double.interval.high
    assert "the scale that was asked has 6 items" in double.sentence()
    needed = found.items_for(0.95)
    assert found.with_items(needed).estimate >= 0.95
    assert found.with_items(needed - 1).estimate < 0.95


# --- groups and waves ------------------------------------------------------------


def test_equal_groups_are_not_told_apart_and_unequal_ones_are() -> None:
    frame = answers(400)
    rng = np.random.default_rng(2)
    noisy = frame.copy()
    noisy[ITEMS] = np.clip(noisy[ITEMS] + np.rint(2 * rng.normal(size=(400, 6))), 1, 5)
    both = pd.concat([frame.assign(wave="1"), noisy.assign(wave="2")])
    both["who"] = np.tile(np.arange(400), 2)
    for respondent in (None, "who"):
        first, second, test = assess_equal_alpha(
            both, ITEMS, by="wave", respondent=respondent, scale="Trust"
        )
        assert isinstance(test, quality.AlphaDifference)
        assert isinstance(first, Reliability)
        assert isinstance(second, Reliability)
        assert test.estimate == pytest.approx(second.estimate - first.estimate)
        assert test.p_value < 0.001
        assert test.interval is not None
        assert test.interval.high < 0
        assert test.n_people == (400 if respondent else 800)
        assert "p < 0.001" in plain(test)
        assert "They differ by more than chance." in plain(test)
        assert first.sentence().startswith("Trust, 1: Cronbach's alpha 0.")
    same = pd.concat([frame.assign(wave="1"), frame.assign(wave="2")])
    *_, test = assess_equal_alpha(same, ITEMS, by="wave")
    assert isinstance(test, quality.AlphaDifference)
    assert test.p_value == pytest.approx(1.0)
    assert "no proof that they are equal" in plain(test)
    assert "Det kan vara slump" in test.sentence("sv")


def test_three_groups_and_one_too_small_for_the_test() -> None:
    frame = answers(300).assign(role=["a", "b", "c"] * 100)
    frame.loc[:7, "role"] = "few"
    found = assess_equal_alpha(frame, ITEMS, by="role", scale="Trust")
    *groups, test = found
    assert isinstance(test, quality.AlphaDifference)
    assert (len(groups), test.n_groups, test.df) == (4, 3, 2.0)
    assert test.n_people == 292
    assert test.interval is None
    assert "among 3 groups" in plain(test)
    hidden = found.where(group="few")[0]
    assert "Trust: not shown" in plain(hidden) or "fewer than 10" in plain(hidden)
    frame.loc[:7, "q1"] = 3
    (silent,) = assess_equal_alpha(frame, ITEMS, by="role").where(asked="reliability")
    assert isinstance(silent, NotAnswered)


# --- codebook, engines, summaries --------------------------------------------------


def test_a_codebook_turns_answers_and_sums_and_says_so() -> None:
    frame = answers()
    turned = frame.assign(q2=6 - frame["q2"], q5=6 - frame["q5"])
    told = book(reversed_items=("q2", "q5"))
    straight = quality.assess_alpha(frame, ITEMS)
    before = turned.copy()
    for data in (
        turned,
        pl.DataFrame({name: turned[name].to_list() for name in turned}),
        summarise_responses(turned, ITEMS, by=["source"]),
    ):
        found = quality.assess_alpha(data, ITEMS, codebook=told, scale="Trust")
        assert found.estimate == pytest.approx(straight.estimate, rel=1e-12)
        assert "Turned first, as the codebook says: q2" in found.sentence()
        assert "Vända först" in found.sentence("sv")
    pd.testing.assert_frame_equal(turned, before)
    assert quality.assess_alpha(turned, ITEMS).turned is None
    items = quality.assess_items(turned, ITEMS, codebook=told)
    assert items[1].sentence().endswith("Turned first, as the codebook says.")
    assert items[0].because is None
    with pytest.raises(DataProblem, match="no item by that key"):
        quality.assess_alpha(
            turned.rename(columns={"q1": "x"}), ["x", "q2"], codebook=told
        )


def test_a_summary_gives_numbers_without_intervals() -> None:
    frame = answers()
    found = quality.assess_reliability(summarise_responses(frame, ITEMS), ITEMS)
    rows = quality.assess_reliability(frame, ITEMS)
    for one, other in zip(found, rows, strict=True):
        if isinstance(one, Reliability) and isinstance(other, Reliability):
            assert one.estimate == pytest.approx(other.estimate, rel=1e-9)
            assert one.coefficient == "omega" or one.interval is None
    error = quality.assess_measurement_error(summarise_responses(frame, ITEMS), ITEMS)
    assert error.interval is None
    assert "steps" in plain(error)
    with pytest.raises(TooFewAnswers) as caught:
        quality.assess_alpha(
            summarise_responses(frame, ITEMS), ITEMS, method="bootstrap"
        )
    assert str(caught.value) == (
        "A summary has no rows of people.\n"
        "  expected: the answers themselves\n"
        "  found:    sums of them\n"
        '  to fix:   give the table of responses, or use method="feldt"'
    )


def test_the_error_of_measurement_knows_the_points_of_the_score() -> None:
    frame = answers()
    steps = quality.assess_measurement_error(frame, ITEMS, scale="Trust")
    points = quality.assess_measurement_error(frame, ITEMS, lowest=1, highest=5)
    coded = quality.assess_measurement_error(frame, ITEMS, codebook=book())
    assert points.estimate == pytest.approx(25 * steps.estimate, rel=1e-12)
    assert coded.estimate == pytest.approx(points.estimate, rel=1e-12)
    assert coded.reach() == pytest.approx(1.96 * coded.estimate, rel=1e-3)
    assert "standard error of measurement" in coded.sentence()
    assert "standardmätfelet" in coded.sentence("sv")


# --- awkward input -------------------------------------------------------------------


def test_few_answers_hide_their_numbers() -> None:
    found = quality.assess_reliability(answers(9, k=4), ITEMS[:4], scale="Trust")
    assert all("0." not in plain(one) for one in found)
    frame = found.to_frame(guarded=True)
    assert frame["estimate"].isna().all()
    size = quality.assess_dimensions(answers(9, k=4), ITEMS[:4], scale="Trust")
    assert plain(size).startswith("Trust: ")
    assert len(figure_data(plot_dimensions(size))) == 0


def test_two_items_repeated_items_and_perfect_pairs() -> None:
    frame = answers().assign(q2=lambda f: f["q1"])
    found = quality.assess_reliability(frame, ITEMS, ordinal=True)
    assert {one.asked for one in found if isinstance(one, NotAnswered)} == {
        "reliability"
    }
    assert not found.where(coefficient="lambda_6")
    two = quality.assess_reliability(answers(k=2), ITEMS[:2])
    assert of(two, "split_half_best").estimate == of(two, "alpha").estimate
    with pytest.raises(TooFewAnswers, match="Some answers determine each other"):
        quality.assess_alpha(frame, ITEMS, ordinal=True)
    with pytest.raises(TooFewAnswers, match="repeats another"):
        quality.assess_dimensions(frame, ITEMS)


def test_numbers_too_large_to_square_twice_are_refused() -> None:
    frame = answers()
    frame[ITEMS] *= 1e150
    for assess in (quality.assess_alpha, quality.assess_reliability):
        with pytest.raises(DataProblem) as caught:
            assess(frame, ITEMS)
        assert str(caught.value) == (
            "Some items hold far too large numbers.\n"
            "  expected: answers that differ by less than 1e+70\n"
            "  found:    larger differences in columns 'q1', 'q2', 'q3', 'q4', 'q5' "
            "and 1 more\n"
            "  to fix:   turn them into missing answers, or divide by what was meant"
        )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "wald"}, "'method' is not an option"),
        ({"ordinal": True, "standardised": True}, "Ordinal alpha has one form"),
        ({"method": "bootstrap", "draws": 3}, "This many draws cannot be made"),
        ({"method": "bootstrap", "rng": "x"}, "This is not a source of chance"),
        ({"codebook": "book.toml"}, "This is not a codebook"),
    ],
)
def test_options_of_alpha_are_checked(options: dict[str, object], words: str) -> None:
    with pytest.raises(DataProblem, match=words):
        quality.assess_alpha(answers(), ITEMS, **options)  # type: ignore[arg-type]


def test_other_options_are_checked() -> None:
    frame, found = answers(), quality.assess_alpha(answers(), ITEMS)
    with pytest.raises(DataProblem, match="Categorical omega is of one factor"):
        quality.assess_omega(frame, ITEMS, kind="hierarchical", ordinal=True)
    with pytest.raises(DataProblem, match="at least three factors under it"):
        quality.assess_omega(frame, ITEMS, kind="hierarchical", n_factors=2)
    with pytest.raises(TooFewAnswers, match="too few items for so many factors"):
        quality.assess_omega(frame, ITEMS[:5], kind="hierarchical")
    with pytest.raises(DataProblem, match="not the two ends of an answer scale"):
        quality.assess_measurement_error(frame, ITEMS, lowest=5)
    with pytest.raises(DataProblem, match="This is not a percentile of chance"):
        quality.assess_dimensions(frame, ITEMS, percentile=101)
    with pytest.raises(TooFewAnswers, match="fewer than two groups to compare"):
        assess_equal_alpha(frame, ITEMS, by="source")
    twice = frame.assign(wave="1", who=1)
    with pytest.raises(DataProblem, match="more than one row in the same wave"):
        assess_equal_alpha(twice, ITEMS, by="wave", respondent="who")
    with pytest.raises(DataProblem, match="This is not a number of items"):
        found.with_items(0)
    with pytest.raises(DataProblem, match="No number of items reaches"):
        found.items_for(1.0)
    with pytest.raises(DataProblem, match="There are no eigenvalues to draw"):
        plot_dimensions(found)  # type: ignore[arg-type]


# --- how many things ------------------------------------------------------------------


def test_chance_is_that_of_independent_answers() -> None:
    drawn = chance_correlations(4, 50, 4_000, np.random.default_rng(1))
    apart = drawn[:, 0, 1:].ravel()
    # The variance of a correlation of nothing is 1 / (n - 1), whatever the items.
    assert apart.var() == pytest.approx(1 / 49, rel=0.05)
    assert apart.mean() == pytest.approx(0.0, abs=0.005)
    assert np.linalg.eigvalsh(drawn).min() > 0
    assert leading(np.array([3.0, 1.2, 0.5]), np.array([1.5, 1.3, 0.4])) == 1


@pytest.mark.parametrize("ordinal", [False, True])
def test_as_many_dimensions_as_were_put_in(ordinal: bool) -> None:
    rng = np.random.default_rng(4)
    two = np.repeat(rng.normal(size=(400, 2)), 3, axis=1)
    rows = np.clip(np.rint(3 + two + 0.8 * rng.normal(size=(400, 6))), 1, 5)
    frame = pd.DataFrame(rows, columns=ITEMS).assign(source="real")
    found = quality.assess_dimensions(frame, ITEMS, scale="Both", ordinal=ordinal)
    assert isinstance(found, Dimensions)
    assert (found.n_components, found.n_factors) == (2, 2)
    assert sum(found.components) == pytest.approx(6.0)
    assert plain(found).startswith("Both: 2 components of the 6 items")
    ax = plot_dimensions(found, lang="sv")
    shown = figure_data(ax)
    assert shown["counts"].sum() == 4
    assert "egenvärden i fallande ordning" in alt_text(ax, "sv")
    noise = pd.DataFrame(rng.integers(1, 6, (400, 6)), columns=ITEMS)
    assert quality.assess_dimensions(noise, ITEMS).n_components == 0


def test_a_standard_error_free_of_distribution_sees_the_ceiling() -> None:
    """Feldt's interval does not; the two part where answers crowd at an end."""
    frame = answers(4_000)
    rows = frame[ITEMS].to_numpy()
    crowded = np.clip(rows + 1.0, 1, 5)
    for some, apart in ((rows, 0.25), (crowded, 2.0)):
        alpha = float(alphas(np.cov(some, rowvar=False)))
        normal = (1 - alpha) * (2 * 6 / (5 * len(some))) ** 0.5
        assert abs(free_error(some, alphas) / normal - 1) < apart


@pytest.mark.parametrize(
    ("ask", "needs_many"),
    [
        (lambda few: quality.assess_alpha(few, ITEMS), False),
        (lambda few: quality.assess_omega(few, ITEMS), False),
        (lambda few: quality.assess_alpha(few, ITEMS, ordinal=True), True),
        (lambda few: quality.assess_omega(few, ITEMS, ordinal=True), True),
        (lambda few: of(quality.assess_reliability(few, ITEMS), "lambda_2"), False),
        (lambda few: of(quality.assess_reliability(few, ITEMS), "lambda_6"), True),
    ],
)
def test_what_needs_many_people_says_so_to_few(
    ask: Callable[[pd.DataFrame], Reliability], needs_many: bool
) -> None:
    few, enough = plain(ask(answers(199))), plain(ask(answers(200)))
    assert ("fewer than 200 people this interval" in few) is needs_many
    assert "fewer than 200" not in enough
