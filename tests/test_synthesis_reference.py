"""The synthesis must reproduce metafor's and clubSandwich's answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tillit_eval.findings import Change, Findings
from tillit_eval.synthesis import (
    Moderator,
    PooledFamily,
    assess_influence,
    assess_moderator,
    combine_findings,
    combine_outcomes,
    rank_sites,
)
from tillit_eval.synthesis._correlated import fit_family
from tillit_eval.synthesis.pooling import numbers_of
from tillit_eval.synthesis.ranking import rank_laws

HERE = Path(__file__).parent / "reference" / "synthesis"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
# metafor stops when tau squared moves by less than 1e-14; ours by less still.
ITERATED = 1e-7
MARGIN = 5.0


def change(site: str, estimate: float, error: float, **more: object) -> Change:
    values = {
        "scale": "trust",
        "before": "1",
        "after": "2",
        "n_people": 80,
        "margin": MARGIN,
        "source": "synthetic",
    }
    return Change(site=site, estimate=estimate, standard_error=error, **(values | more))


def changes(frame: pd.DataFrame) -> Findings:
    return Findings(
        change(row.site, row.estimate, row.standard_error) for row in frame.itertuples()
    )


def bcg_sites() -> pd.DataFrame:
    """Log risk ratios of the thirteen trials of BCG (Colditz and others 1994)."""
    d = pd.read_csv(HERE / "inputs" / "bcg.csv")
    n1, n0 = d.tpos + d.tneg, d.cpos + d.cneg
    return d.assign(
        estimate=np.log(d.tpos / n1 / (d.cpos / n0)),
        standard_error=np.sqrt(1 / d.tpos - 1 / n1 + 1 / d.cpos - 1 / n0),
    )


def all_sites() -> pd.DataFrame:
    return pd.read_csv(HERE / "inputs" / "sites.csv")


def trust_sites() -> pd.DataFrame:
    return all_sites().query("outcome == 'trust'").reset_index(drop=True)


def alike_sites() -> pd.DataFrame:
    return trust_sites().head(6).assign(estimate=[2.0, 2.3, 1.9, 2.1, 2.2, 2.0])


SITES = {
    "bcg": bcg_sites,
    "sites": trust_sites,
    "three": lambda: trust_sites().head(3),
    "alike": alike_sites,
}


def assert_reproduces(row: pd.Series, case: str, rel: float = ITERATED) -> None:
    """Compare every quantity R stored for this case, by name and with its sign."""
    expected = R.loc[case]
    ours = row[expected.index].astype(float).to_dict()
    assert ours == pytest.approx(expected.to_dict(), rel=rel, abs=1e-12)


@pytest.mark.parametrize("start", ["bcg_", "sites_", "three_", "alike_"])
def test_a_pooled_change(start: str) -> None:
    case = start.removesuffix("_")
    pooled = combine_findings(changes(SITES[case]()))
    assert_reproduces(pooled.to_frame().iloc[0], case)
    weights = {one.site: one.weight for one in pooled.contributions}
    theirs = {site: R.loc[start + site, "weight"] for site in weights}
    assert weights == pytest.approx(theirs, rel=ITERATED)
    assert sum(weights.values()) == pytest.approx(1.0)


def test_paule_and_mandel() -> None:
    pooled = combine_findings(changes(bcg_sites()), method="paule-mandel")
    assert_reproduces(pooled.to_frame().iloc[0], "bcg_pm")
    assert pooled.contributions[0].weight == pytest.approx(
        R.loc["bcg_pm_b01", "weight"], rel=ITERATED
    )


def test_the_trials_that_everybody_knows() -> None:
    pooled = combine_findings(changes(bcg_sites()))
    assert round(pooled.tau_squared, 6) == 0.313243
    assert round(pooled.estimate, 6) == -0.714532
    assert round(pooled.standard_error or 0, 6) == 0.180792
    assert pooled.interval is not None
    assert (round(pooled.interval.low, 6), round(pooled.interval.high, 6)) == (
        -1.108444,
        -0.320621,
    )
    assert round(100 * pooled.i_squared, 2) == 92.22


def test_sites_that_agree_have_a_guard() -> None:
    pooled = combine_findings(changes(alike_sites()))
    assert pooled.tau_squared == 0.0
    assert pooled.guard_acted
    assert pooled.interval is not None
    wide = pooled.interval.high - pooled.interval.low
    bare = pooled.unguarded.high - pooled.unguarded.low
    assert wide > 14 * bare
    assert not combine_findings(changes(bcg_sites())).guard_acted


OF_SITES = ("bcg", "sites", "alike")


@pytest.mark.parametrize("case", OF_SITES)
def test_what_each_site_does_to_the_number(case: str) -> None:
    pooled = combine_findings(changes(SITES[case]()))
    for one in assess_influence(pooled):
        row = one.to_frame().iloc[0].rename({"cooks_distance": "cook.d"})
        assert_reproduces(row, f"{case}_{one.site}", rel=1e-6)
        assert one.shift == pytest.approx(one.estimate - pooled.estimate)


@pytest.mark.parametrize("case", OF_SITES)
def test_a_site_among_the_others(case: str) -> None:
    for one in rank_sites(combine_findings(changes(SITES[case]()))):
        assert_reproduces(
            one.to_frame().iloc[0], f"{case}_shrunken_{one.site}", rel=1e-6
        )


@pytest.mark.parametrize("case", ["bcg", "sites"])
def test_places_against_a_simulation(case: str) -> None:
    pooled = combine_findings(changes(SITES[case]()))
    y, v = numbers_of(pooled.pooled)
    average = (pooled.estimate, pooled.standard_error or 0.0)
    laws = rank_laws(y, v, pooled.tau_squared, average)
    assert laws.sum(axis=1) == pytest.approx(1.0, abs=1e-9)
    assert laws.sum(axis=0) == pytest.approx(1.0, abs=5e-4)
    rng, draws = np.random.default_rng(7), 40_000
    kept = pooled.tau_squared / (pooled.tau_squared + v)
    means = average[0] + average[1] * rng.standard_t(len(y) - 1, (draws, 1))
    truths = rng.normal(kept * y + (1 - kept) * means, np.sqrt(kept * v))
    places = (-truths).argsort(axis=1).argsort(axis=1)
    for place in range(len(y)):
        share = (places == place).mean(axis=0)
        assert laws[:, place] == pytest.approx(share, abs=4 * 0.5 / draws**0.5)


def moderator(case: str) -> Moderator:
    """Assess the moderator that R did under this name."""
    sites = bcg_sites() if case == "mod_ablat" else trust_sites()
    sites = sites.head(6) if case == "mod_six" else sites
    column = {"mod_six": "delivered"}.get(case, case.removeprefix("mod_"))
    values = dict(zip(sites["site"], sites[column], strict=True))
    if case == "mod_trained":
        values = {site: str(value) for site, value in values.items()}
    pooled = combine_findings(changes(sites))
    return assess_moderator(pooled, values, name=case, draws=99, rng=1)


@pytest.mark.parametrize(
    "case", ["mod_ablat", "mod_sector", "mod_trained", "mod_delivered"]
)
def test_a_moderator(case: str) -> None:
    found = moderator(case)
    expected = R.loc[case].to_dict()
    bare = min(1.0, expected["statistic"] / expected.pop("unguarded_statistic"))
    assert 0 < bare <= 1
    ours = found.to_frame().iloc[0]
    for level in found.levels:
        name = "slope" if "slope" in expected else level.label.en
        interval = level.interval
        ends = {"se": level.standard_error, "low": interval.low, "high": interval.high}
        for quantity, value in ends.items():
            assert value == pytest.approx(expected.pop(f"{name}_{quantity}"), rel=1e-6)
        key = "slope" if name == "slope" else f"{name}_mean"
        assert level.estimate == pytest.approx(expected.pop(key), rel=1e-6)
    if case == "mod_trained":
        assert found.enumerated
        assert found.orders == 495
        assert ours["smallest_p"] == 1 / 495
    else:
        assert not found.enumerated
    assert {"statistic", "df1", "df2", "p_value", "tau_squared", "r_squared"} <= set(
        expected
    )
    ours = ours[list(expected)].astype(float).to_dict()
    assert ours == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_every_order_of_six_sites() -> None:
    found = moderator("mod_six")
    assert found.enumerated
    assert found.p_permutation == pytest.approx(R.loc["mod_six", "p_permutation"])


def families(correlation: float, sites: pd.DataFrame) -> PooledFamily:
    return combine_outcomes(
        (
            change(row.site, row.estimate, row.standard_error, scale=row.outcome)
            for row in sites.itertuples()
        ),
        correlation=correlation,
    )


@pytest.mark.parametrize("case", ["family_6", "family_2", "family_small"])
def test_several_outcomes_of_each_site(case: str) -> None:
    sites = all_sites()
    sites = sites[sites["site"] < "s06"] if case == "family_small" else sites
    correlation = 0.2 if case == "family_2" else 0.6
    found = families(correlation, sites)
    expected = R.loc[case].drop("objective").to_dict()
    ours = found.to_frame().iloc[0][list(expected)].astype(float).to_dict()
    assert ours == pytest.approx(expected, rel=1e-4, abs=1e-5)
    y, s = sites["estimate"].to_numpy(), sites["standard_error"].to_numpy()
    codes = np.unique(sites["site"], return_inverse=True)[1]
    fit = fit_family(y, s, codes, correlation)
    assert fit.objective <= R.loc[case, "objective"] + 1e-9
    steep = np.where(np.array([fit.between, fit.within]) > 0, fit.slope, 0.0)
    assert np.abs(steep).max() < 1e-6
    assert (fit.slope < 1e-6).all()
