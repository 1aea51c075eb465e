"""The simulated world does what its truth says, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit, ndtr, ndtri

import tillit_eval as te
from tillit_eval.codebook import Codebook, Item, Scale
from tillit_eval.phrases import Label
from tillit_eval.simulation import (
    TrueScale,
    TrueSeries,
    TrueShift,
    TrueUnit,
    TrueWave,
    Truth,
    draft_truth,
    expected_change,
    seed_of,
    simulate_responses,
    simulate_series,
    simulate_study,
)
from tillit_eval.simulation.kernels import draw_rounds

LABEL = Label("Trust", "Tillit")
SHARES = (0.05, 0.10, 0.20, 0.40, 0.25)


def codebook(n_items: int = 3, *, n_codes: int = 5) -> Codebook:
    items = tuple(
        Item(
            key=f"t{i + 1}",
            label=LABEL,
            codes=tuple(range(1, n_codes + 1)),
            reversed=i == 1,
        )
        for i in range(n_items)
    )
    keys = tuple(item.key for item in items)
    scale = Scale(key="trust", label=LABEL, items=keys, min_answered=1)
    return Codebook(title="Test", items=items, scales=(scale,))


def truth(n_units: int = 20, people: int = 50, **changed: object) -> Truth:
    start = Truth(
        site="test",
        units=tuple(
            TrueUnit(unit=f"U{i:04d}", people=people, start=0.5) for i in range(n_units)
        ),
        waves=(
            TrueWave(wave="1", time=0.0, response=1.0),
            TrueWave(wave="2", time=2.0, response=1.0),
        ),
        scales=(TrueScale(scale="trust", shares=SHARES, spread=0.0),),
    )
    return replace(start, **changed)


def rounds(stated: Truth, seed: int = 1) -> list:
    return list(draw_rounds(stated, copies=1, rng=np.random.default_rng(seed)))


def test_answers_have_the_stated_shares() -> None:
    stated = truth(400, 100)
    answers = simulate_responses(stated, codebook(), rng=1).query("wave == '1'")
    for item, order in (("t1", SHARES), ("t2", SHARES[::-1])):
        found = answers[item].value_counts(normalize=True).sort_index()
        assert found.to_numpy() == pytest.approx(order, abs=0.012)


def test_traits_have_the_stated_icc_shock_and_stability() -> None:
    scale = TrueScale(scale="trust", shares=SHARES, icc=0.20, shock=0.05, stability=0.6)
    first, second = rounds(truth(2_000, 40, scales=(scale,)))
    one, two = (each.traits[:, 0].reshape(2_000, 40) for each in (first, second))
    within = one.var(axis=1, ddof=1).mean()
    between = one.mean(axis=1).var(ddof=1) - within / 40
    assert between == pytest.approx(0.25, abs=0.025)
    assert within == pytest.approx(0.75, abs=0.02)
    assert np.cov(one.mean(axis=1), two.mean(axis=1))[0, 1] == pytest.approx(
        0.20 + 0.75 * 0.6 / 40, abs=0.025
    )
    centred = [each - each.mean(axis=1, keepdims=True) for each in (one, two)]
    r = np.corrcoef(centred[0].ravel(), centred[1].ravel())[0, 1]
    assert r == pytest.approx(0.6, abs=0.01)


def test_traits_go_with_trust_as_stated() -> None:
    scale = TrueScale(
        scale="trust", shares=SHARES, icc=0, shock=0, stability=1, with_trust=-0.4
    )
    first = rounds(truth(400, 100, scales=(scale,)))[0]
    r = np.corrcoef(first.traits[:, 0], first.people.trust)[0, 1]
    assert r == pytest.approx(-0.4, abs=0.015)


def test_those_without_trust_are_silent_as_stated() -> None:
    waves = (TrueWave(wave="1", time=0.0, response=0.6),)
    stated = truth(400, 200, waves=waves, response_by_trust=0.5)
    simulated = simulate_study(stated, codebook(), rng=3)
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    chance = expit(logit(0.6) + 0.5 * nodes)
    rate = float(weights @ chance)
    assert len(simulated.responses) / simulated.invited["n_invited"].sum() == (
        pytest.approx(rate, abs=0.006)
    )
    assert simulated.persons["trust"].mean() == pytest.approx(
        float(weights @ (nodes * chance)) / rate, abs=0.015
    )


def test_leaving_depends_on_trust_and_joiners_fill_the_places() -> None:
    stated = truth(200, 100, leave_per_year=0.2, leave_by_trust=-0.5)
    simulated = simulate_study(stated, codebook(), rng=4)
    assert (simulated.invited["n_invited"] == 100).all()
    wave = simulated.responses["wave"]
    before, after = (simulated.persons[wave == each] for each in ("1", "2"))
    stayed = before["person"].isin(after["person"])
    assert before.loc[stayed, "trust"].mean() > 0.05
    assert before.loc[~stayed, "trust"].mean() < -0.2
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    leaves = -np.expm1(-0.4 * np.exp(-0.5 * nodes))
    assert 1 - stayed.mean() == pytest.approx(
        float(weights @ leaves / weights.sum()), abs=0.01
    )


def test_movers_stay_in_their_arm_and_sizes_hold() -> None:
    units = tuple(
        TrueUnit(unit=f"{arm}{i}", people=60, arm=arm)
        for arm in ("a", "b")
        for i in range(10)
    )
    stated = truth(units=units, move_per_year=0.1)
    simulated = simulate_study(stated, codebook(), rng=5)
    assert (simulated.invited["n_invited"] == 60).all()
    both = simulated.responses.assign(person=simulated.persons["person"])
    wide = both.pivot(index="person", columns="wave", values=["unit", "arm"])
    moved = (wide[("unit", "1")] != wide[("unit", "2")]).mean()
    # Some who move draw their own unit again: one in ten.
    assert moved == pytest.approx((1 - np.exp(-0.2)) * 0.9, abs=0.03)
    assert (wide[("arm", "1")] == wide[("arm", "2")]).all()


def test_codes_link_at_the_rate_their_slips_allow() -> None:
    stated = truth(100, 100, code_length=8, code_error=0.02, code_missing=0.05)
    answers = simulate_responses(stated, codebook(), rng=6)
    without = answers["respondent"].isna().mean()
    assert without == pytest.approx(0.05, abs=0.006)
    codes = [
        set(answers.loc[answers["wave"] == wave, "respondent"].dropna())
        for wave in ("1", "2")
    ]
    exact = len(codes[0] & codes[1]) / 10_000
    assert exact == pytest.approx(0.98**16 * 0.95**2, abs=0.02)
    assert answers["respondent"].dropna().str.fullmatch("[a-z]{8}").all()


def test_a_survey_without_codes_has_no_respondents() -> None:
    answers = simulate_responses(truth(code_length=0), codebook(), rng=1)
    assert answers["respondent"].isna().all()


def test_careless_people_tick_one_box_and_reversed_items_show_them() -> None:
    answers = simulate_responses(truth(100, 100, careless=0.3), codebook(6), rng=7)
    items = answers.filter(regex="^t")
    assert (items.nunique(axis=1) == 1).mean() == pytest.approx(0.3, abs=0.02)


def test_skipped_questions_are_missing_at_the_stated_rate() -> None:
    answers = simulate_responses(truth(100, 50, item_missing=0.1), codebook(), rng=8)
    missing = answers.filter(regex="^t").isna().to_numpy().mean()
    assert missing == pytest.approx(0.1, abs=0.01)


def test_a_reform_ramps_up_and_leaves_the_others_alone() -> None:
    units = (
        TrueUnit(unit="old", people=4_000, arm="a", start=-1.0),
        TrueUnit(unit="half", people=4_000, arm="a", start=1.0),
        TrueUnit(unit="never", people=4_000, arm="b"),
    )
    shift = TrueShift(scale="trust", amount=1.0, by_exposure=True)
    scale = TrueScale(scale="trust", shares=SHARES, icc=0.0, shock=0.0)
    stated = truth(units=units, shifts=(shift,), scales=(scale,), ramp=2.0)
    for drawn, wanted in zip(rounds(stated), ([0.5, 0, 0], [1, 0.5, 0]), strict=True):
        means = [drawn.traits[drawn.people.unit == u, 0].mean() for u in range(3)]
        assert means == pytest.approx(wanted, abs=0.06)


def test_shifts_of_a_role_or_a_wave_touch_nobody_else() -> None:
    shifts = (
        TrueShift(scale="trust", amount=1.0, role="manager"),
        TrueShift(scale="trust", amount=-0.5, waves=("2",)),
    )
    roles = (("staff", 0.9), ("manager", 0.1))
    drawn = rounds(truth(100, 200, shifts=shifts, roles=roles))
    for each, wave_shift in zip(drawn, (0.0, -0.5), strict=True):
        for role, role_shift in ((0, 0.0), (1, 1.0)):
            mean = each.traits[each.people.role == role, 0].mean()
            assert mean == pytest.approx(wave_shift + role_shift, abs=0.12)
    assert (drawn[0].people.role == 1).mean() == pytest.approx(0.1, abs=0.01)


def test_the_same_seed_gives_the_same_survey_and_another_one_does_not() -> None:
    one, same, other = (
        simulate_responses(truth(), codebook(), rng=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


def test_a_generator_is_carried_on() -> None:
    chance = np.random.default_rng(1)
    first = simulate_responses(truth(), codebook(), rng=chance)
    assert not first.equals(simulate_responses(truth(), codebook(), rng=chance))


@settings(deadline=None, max_examples=15)
@given(n_codes=st.integers(2, 7), n_items=st.integers(1, 6), seed=st.integers(0, 99))
def test_every_answer_is_a_code_of_the_codebook(
    n_codes: int, n_items: int, seed: int
) -> None:
    book = codebook(n_items, n_codes=n_codes)
    stated = draft_truth(book, n_units=3, people=10)
    answers = simulate_responses(stated, book, rng=seed)
    scores = te.score_scales(answers, book)["trust"].dropna()
    assert scores.between(0, 100).all()
    assert set(answers["source"]) == {"synthetic"}


def closed_form(amount: float) -> float:
    """Change of the mean of any item, by the normal law of its thresholds."""
    cuts = ndtri(np.cumsum(SHARES)[:-1])
    return float(25 * (ndtr(0.8 * amount - cuts) - ndtr(-cuts)).sum())


@pytest.mark.parametrize("average", ["people", "units"])
@pytest.mark.parametrize("estimand", ["workplace", "stayed"])
def test_the_expected_change_is_that_of_the_closed_form(
    estimand: str, average: str
) -> None:
    shift = TrueShift(scale="trust", amount=0.4, by_exposure=True)
    found = expected_change(
        truth(shifts=(shift,)),
        codebook(),
        scale="trust",
        before="1",
        after="2",
        estimand=estimand,
        average=average,
        people=200_000,
        rng=9,
    )
    assert found.n_people >= 200_000
    assert found.monte_carlo_error < 0.1
    assert abs(found.value - closed_form(0.4)) < 4 * found.monte_carlo_error


def test_people_and_units_have_different_averages() -> None:
    units = (
        TrueUnit(unit="big", people=90, start=0.0),
        TrueUnit(unit="small", people=10),
    )
    shift = TrueShift(scale="trust", amount=0.4, by_exposure=True)
    values = {
        average: expected_change(
            truth(units=units, shifts=(shift,)),
            codebook(),
            scale="trust",
            before="1",
            after="2",
            average=average,
            people=200_000,
            rng=10,
        ).value
        for average in ("people", "units")
    }
    assert values["people"] == pytest.approx(0.9 * closed_form(0.4), abs=0.4)
    assert values["units"] == pytest.approx(0.5 * closed_form(0.4), abs=0.4)


def test_between_arms_the_common_trend_falls_out() -> None:
    units = (
        TrueUnit(unit="a", people=50, arm="reform", start=0.0),
        TrueUnit(unit="b", people=50, arm="other"),
    )
    shifts = (
        TrueShift(scale="trust", amount=0.3, by_exposure=True),
        TrueShift(scale="trust", amount=0.5, waves=("2",), arm=""),
    )
    both = expected_change(
        truth(units=units, shifts=shifts),
        codebook(),
        scale="trust",
        before="1",
        after="2",
        treated=["a"],
        people=200_000,
        rng=11,
    )
    expected = closed_form(0.8) - closed_form(0.5)
    assert both.value == pytest.approx(expected, abs=4 * both.monte_carlo_error)


def test_the_expected_change_of_a_share_is_that_of_the_closed_form() -> None:
    shift = TrueShift(scale="trust", amount=0.4, by_exposure=True)
    found = expected_change(
        truth(shifts=(shift,)),
        codebook(),
        scale="t1",
        before="1",
        after="2",
        top=(4, 5),
        people=200_000,
        rng=12,
    )
    cut = ndtri(sum(SHARES[:3]))
    expected = ndtr(0.8 * 0.4 - cut) - ndtr(-cut)
    assert abs(found.value - expected) < 4 * found.monte_carlo_error


def test_units_left_out_do_not_count() -> None:
    units = (
        TrueUnit(unit="a", people=50, start=0.0),
        TrueUnit(unit="b", people=50),
    )
    shift = TrueShift(scale="trust", amount=0.4, by_exposure=True)
    found = expected_change(
        truth(units=units, shifts=(shift,)),
        codebook(),
        scale="trust",
        before="1",
        after="2",
        leave_out=["b"],
        people=200_000,
        rng=13,
    )
    assert abs(found.value - closed_form(0.4)) < 4 * found.monte_carlo_error


def test_seeds_follow_the_name_whatever_its_spelling() -> None:
    assert seed_of("Nyk\u00f6ping") == seed_of("Nyko\u0308ping")
    assert seed_of("a") != seed_of("b")


def series(**changed: object) -> TrueSeries:
    periods = tuple((str(2010 + i), 2010.0 + i) for i in range(10))
    start = TrueSeries(indicator="visits", periods=periods, level=40.0)
    return replace(start, **changed)


def test_a_series_has_its_level_trend_change_and_noise() -> None:
    units = tuple(
        TrueUnit(unit=f"{i}", people=1, start=2014.5 if i % 2 else None)
        for i in range(2_000)
    )
    stated = series(trend=-0.5, change=-6.0, noise_sd=2.0, autocorrelation=0.5)
    found = simulate_series(stated, units, rng=1)
    wide = found.pivot(index="unit", columns="period", values="value")
    reformed = wide.index.astype(int) % 2 == 1
    gap = wide[reformed].mean() - wide[~reformed].mean()
    assert gap[["2010", "2015", "2019"]].tolist() == pytest.approx([0, -3, -6], abs=0.4)
    assert wide[~reformed].mean()["2019"] == pytest.approx(40 - 4.5, abs=0.3)
    noise = wide["2010"].var()
    assert noise == pytest.approx(1.0 + 4.0, abs=0.5)
    assert wide["2010"].cov(wide["2011"]) == pytest.approx(1 + 4 * 0.5, abs=0.4)


def test_what_was_not_counted_is_missing_and_its_row_stands() -> None:
    units = (TrueUnit(unit="a", people=1), TrueUnit(unit="b", people=1))
    found = simulate_series(series(measured_from=(("a", 2013.0),)), units, rng=1)
    missing = found[found["value"].isna()]
    assert missing["unit"].unique().tolist() == ["a"]
    assert missing["period"].tolist() == ["2010", "2011", "2012"]
    assert len(found) == 20
