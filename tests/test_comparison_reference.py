"""The comparisons must reproduce R's answers on the same rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.comparison._cluster import estimate_contrast, fit_clusters
from tillit_eval.comparison._effects import (
    average_interval,
    gamma_correction,
    pooled_spread,
    unlinked_interval,
)
from tillit_eval.comparison._scores import infer_score, paired_score
from tillit_eval.comparison.multiplicity import METHODS, adjusted
from tillit_eval.findings import Change, Finding

HERE = Path(__file__).parent
R = pd.read_csv(
    HERE / "reference" / "comparison" / "values.csv", comment="#"
).set_index(["case", "quantity"])["value"]

# Both sides compute in double precision, ours from sums instead of rows.
CLOSED = 1e-10
# clubSandwich inverts n by n blocks; its own rounding is larger than ours.
CR2 = 1e-8
# R searches (uniroot, optimize) where we solve.
SEARCHED = 1e-6


def soldiers() -> pd.DataFrame:
    """Three waves of job satisfaction, one row per soldier and wave."""
    wide = pd.read_csv(HERE.parent / "data" / "real" / "univbct.csv")
    waves = [
        pd.DataFrame(
            {
                "respondent": wide["SUBNUM"],
                "wave": str(wave),
                "unit": wide["BTN"],
                "company": wide["BTN"].astype(str) + wide["COMPANY"],
                "satisfaction": wide[f"JOBSAT{wave}"],
                "source": "real",
            }
        )
        for wave in (1, 2, 3)
    ]
    return pd.concat(waves, ignore_index=True)


def two_arms() -> pd.DataFrame:
    return pd.read_csv(HERE / "reference" / "comparison" / "inputs" / "two_arms.csv")


def assert_reproduces(finding: Finding, case: str, rel: float) -> None:
    """Compare every quantity R stored for this case, by name and with its sign."""
    row = finding.to_frame().iloc[0]
    expected = R.loc[case]
    ours = row[expected.index].astype(float).to_dict()
    assert ours == pytest.approx(expected.to_dict(), rel=rel)


SOLDIERS = {"before": "1", "after": "3"}
ARMS = {"before": "2019", "after": "2021"}


def test_paired_change_without_units_is_the_paired_t_test() -> None:
    change = te.compare_paired(soldiers(), "satisfaction", unit=None, **SOLDIERS)
    assert_reproduces(change, "soldiers_paired", CLOSED)


def test_effectsize_agrees_on_the_interval_of_d_change() -> None:
    change = te.compare_paired(soldiers(), "satisfaction", unit=None, **SOLDIERS)
    assert_reproduces(change, "soldiers_effectsize", 2e-5)


def test_paired_change_over_people_is_clubsandwich() -> None:
    change = te.compare_paired(soldiers(), "satisfaction", **SOLDIERS)
    assert_reproduces(change, "soldiers_people", CR2)
    assert_reproduces(change.alternatives[0], "soldiers_units", CLOSED)


def test_paired_change_over_units_is_the_t_test_of_unit_means() -> None:
    change = te.compare_paired(soldiers(), "satisfaction", average="units", **SOLDIERS)
    assert_reproduces(change, "soldiers_units", CLOSED)


def test_errors_cluster_at_the_assigned_level() -> None:
    change = te.compare_paired(
        soldiers(), "satisfaction", unit="company", assigned="unit", **SOLDIERS
    )
    assert_reproduces(change, "soldiers_assigned", CR2)
    other = change.alternatives[0]
    assert_reproduces(other, "soldiers_companies_in_battalions", CR2)
    assert (change.n_units, change.n_clusters) == (43, 16)


def test_errors_never_cluster_below_the_unit() -> None:
    change = te.compare_paired(
        soldiers(), "satisfaction", assigned="company", **SOLDIERS
    )
    assert_reproduces(change, "soldiers_people", CR2)


def test_unlinked_waves_without_units_are_welch() -> None:
    found = te.compare_waves(soldiers(), "satisfaction", unit=None, **SOLDIERS)
    assert_reproduces(found, "soldiers_waves", CLOSED)


def test_workplace_by_unit_is_clubsandwich() -> None:
    both = te.compare_overlapping(soldiers(), "satisfaction", **SOLDIERS)
    assert_reproduces(both[0], "soldiers_workplace", CR2)
    assert_reproduces(both[1], "soldiers_people", CR2)
    waves = te.compare_waves(soldiers(), "satisfaction", **SOLDIERS)
    assert_reproduces(waves, "soldiers_workplace", CR2)


def test_workplace_without_units_is_derrick() -> None:
    both = te.compare_overlapping(soldiers(), "satisfaction", unit=None, **SOLDIERS)
    assert_reproduces(both[0], "soldiers_overlap_unequal", CLOSED)
    assert_reproduces(both[0].alternatives[0], "soldiers_overlap_equal", CLOSED)


def test_derricks_t_as_computed_before_this_library_existed() -> None:
    """Frozen by hand: t, df, p of univbct first against third wave."""
    one = te.compare_overlapping(soldiers(), "satisfaction", unit=None, **SOLDIERS)[0]
    two = one.alternatives[0]
    found = [(x.estimate / x.standard_error, x.df, x.p_value) for x in (one, two)]
    assert found[0] == pytest.approx((2.14048, 464.872, 0.032836), abs=5e-4)
    assert found[1] == pytest.approx((2.14440, 465.636, 0.032518), abs=5e-4)


def test_equivalence_is_two_one_sided_t_tests() -> None:
    change = te.compare_paired(
        soldiers(), "satisfaction", unit=None, margin=0.2, **SOLDIERS
    )
    assert_reproduces(change, "soldiers_equivalence", CLOSED)
    assert change.verdict == "no_change"


@pytest.mark.parametrize(
    ("options", "case", "rel"),
    [
        ({"assigned": "area"}, "arms_people", CR2),
        ({"assigned": "unit"}, "arms_people_by_unit", CR2),
        ({"assigned": "unit", "average": "units"}, "arms_units", CLOSED),
        ({"assigned": "area", "average": "units"}, "arms_units_in_areas", CR2),
        ({"assigned": "respondent"}, "arms_by_person", CR2),
        ({"assigned": "area", "estimand": "stayed"}, "arms_stayed_adjusted", CR2),
    ],
)
def test_two_arms_are_clubsandwich_and_welch(
    options: dict[str, str], case: str, rel: float
) -> None:
    rows = two_arms().assign(source="published")
    found = te.compare_adjusted(rows, "trust", **ARMS, **options)
    assert_reproduces(by_cr2_or_t(found), case, rel)


def test_linked_people_of_uneven_units() -> None:
    change = te.compare_paired(two_arms(), "trust", **ARMS)
    assert_reproduces(change, "arms_stayed_people", CR2)
    workplace = te.compare_overlapping(two_arms(), "trust", **ARMS)[0]
    assert_reproduces(workplace, "arms_workplace", CR2)


AWKWARD = pd.read_csv(HERE / "reference" / "comparison" / "inputs" / "awkward.csv")


def by_cr2_or_t(found: Change) -> Change:
    """Pick the usual method's answer, also where the layout chose another."""
    usual = ("method_cluster", "method_unit", "method_by_person")
    same = [found, *found.alternatives]
    return next(
        one
        for one in same
        if one.average == found.average
        and one.method.key.removeprefix("comparison.").startswith(usual)
    )


@pytest.mark.parametrize("layout", sorted(set(AWKWARD["layout"])))
def test_awkward_layouts_are_clubsandwich_and_t_tests(layout: str) -> None:
    """Giant, tiny and silent units, movers, and people without a code."""
    # Published counts may be shown, so every method stands beside the first.
    rows = AWKWARD[AWKWARD["layout"] == layout].assign(source="published")
    for average, end, rel in (("people", "", CR2), ("units", "_units", CLOSED)):
        options = {"average": average, **ARMS}
        paired = te.compare_paired(rows, "trust", **options)
        assert_reproduces(by_cr2_or_t(paired), f"awkward_{layout}_paired{end}", rel)
        workplace = te.compare_overlapping(rows, "trust", **options)[0]
        assert_reproduces(
            by_cr2_or_t(workplace), f"awkward_{layout}_workplace{end}", rel
        )
        waves = te.compare_waves(rows, "trust", **options)
        assert_reproduces(by_cr2_or_t(waves), f"awkward_{layout}_workplace{end}", rel)
        if layout != "two_units":
            arms = te.compare_adjusted(rows, "trust", assigned="unit", **options)
            assert_reproduces(by_cr2_or_t(arms), f"awkward_{layout}_arms{end}", rel)


def test_a_cluster_that_alone_decides_a_coefficient() -> None:
    """Leverage 1: the pseudo-inverse square root, as in clubSandwich."""
    group = np.repeat(np.arange(1, 6), (6, 5, 7, 4, 6))
    i = np.arange(1, 29)
    x = np.c_[np.ones(28), np.sin(i), group == 1].astype(float)
    y = np.cos(3 * i) + group / 5
    blocks = [x[group == g] for g in range(1, 6)]
    fit = fit_clusters(
        np.array([block.T @ block for block in blocks]),
        np.array([b.T @ y[group == g + 1] for g, b in enumerate(blocks)]),
    )
    for j in range(3):
        found = estimate_contrast(fit, np.eye(3)[j])
        expected = R.loc[f"leverage_{j}"]
        ours = (found.estimate, found.standard_error, found.df)
        theirs = expected[["estimate", "standard_error", "df"]].tolist()
        assert [float(one) for one in ours] == pytest.approx(theirs, rel=CR2)


def test_d_ppc2_is_that_of_morris_and_metafor() -> None:
    reform = np.array(
        [[30.6, 38.5, 15.0, 20], [23.5, 26.8, 3.1, 50], [0.5, 0.7, 0.1, 9],
         [53.4, 75.9, 14.5, 10], [35.6, 36.0, 4.7, 14]]
    )  # fmt: skip
    other = np.array(
        [[23.1, 19.7, 13.8, 20], [24.9, 25.3, 4.1, 42], [0.6, 0.6, 0.2, 9],
         [55.7, 60.7, 17.3, 11], [34.8, 33.4, 3.1, 14]]
    )  # fmt: skip
    found = []
    for (m1, m2, s, n), (k1, k2, z, m) in zip(reform, other, strict=True):
        spread = pooled_spread((n, m), (s**2, z**2))
        found.append(gamma_correction(n + m - 2) * ((m2 - m1) - (k2 - k1)) / spread)
    assert found == pytest.approx(R.loc["morris"].to_list(), rel=CLOSED)
    assert found == pytest.approx([0.7684, 0.8010, 1.2045, 1.0476, 0.4389], abs=5e-5)


def test_gamma_correction_is_metafors() -> None:
    expected = R.loc["gamma"]
    ours = [gamma_correction(float(name[3:])) for name in expected.index]
    assert ours == pytest.approx(expected.to_list(), rel=CLOSED)


def test_interval_of_linked_d_as_the_manual_of_statpsych_prints_it() -> None:
    """`ci.stdmean.ps(.05, 110.4, 102.1, 15.3, 14.6, .75, 25)`."""
    d = (110.4 - 102.1) / np.sqrt((15.3**2 + 14.6**2) / 2)
    linked = average_interval(
        d, sd_before=14.6, sd_after=15.3, r=0.75, n=25, level=0.95
    )
    assert (d, linked.low, linked.high) == pytest.approx(
        (0.5550319, 0.2394905, 0.8705732), abs=1e-7
    )


def test_interval_of_unlinked_d_is_bonetts_formula() -> None:
    d = (35.1 - 26.7) / np.sqrt((7.32**2 + 6.98**2) / 2)
    apart = unlinked_interval(d, variances=(7.32**2, 6.98**2), n=(30, 30), level=0.95)
    expected = R.loc["bonett_unlinked"].to_dict()
    ours = {"d": d, "low": apart.low, "high": apart.high}
    assert ours == pytest.approx(expected, rel=CLOSED)


def test_shares_of_linked_people_are_mcnemar_and_tango() -> None:
    found = te.compare_shares(
        two_arms(), "q1", top=(4, 5), unit=None, estimand="stayed", margin=0.1, **ARMS
    )
    assert_reproduces(found, "shares_mcnemar", SEARCHED)


def test_tango_at_no_difference_is_mcnemar_by_hand() -> None:
    """40 lost and 20 gained of 160: McNemar's statistic is 20**2 / 60."""
    found = infer_score(-20 / 160, paired_score(20, 40, 160), level=0.95, margin=None)
    assert found.p_value == pytest.approx(0.009823275, rel=1e-6)
    assert found.interval.high < 0


def test_shares_of_unlinked_waves_are_prop_test_and_mee() -> None:
    apart = two_arms().drop(columns="respondent")
    found = te.compare_shares(apart, "q1", top=4, unit=None, margin=0.2, **ARMS)
    assert_reproduces(found, "shares_unlinked", SEARCHED)


def test_shares_by_unit() -> None:
    found = te.compare_shares(two_arms(), "q1", top=(4, 5), **ARMS)
    assert_reproduces(found, "shares_workplace", CR2)
    stayed = te.compare_shares(two_arms(), "q1", top=(4, 5), estimand="stayed", **ARMS)
    assert_reproduces(stayed, "shares_stayed", CR2)


@pytest.mark.parametrize("method", METHODS)
def test_p_values_are_adjusted_as_in_r(method: str) -> None:
    p = [0.001, 0.04, 0.03, 0.2, 0.0004, 0.04, 0.9]
    expected = [R["adjust", f"{method}_{i}"] for i in range(1, 8)]
    assert adjusted(p, method).tolist() == pytest.approx(expected, rel=CLOSED)


def test_the_summary_gives_the_same_finding() -> None:
    from tillit_eval.summaries import summarise_change

    summary = summarise_change(
        two_arms(), "trust", assigned="area", treated="treated", **ARMS
    )
    plain = summarise_change(two_arms(), "trust", **ARMS)
    pairs: list[tuple[Change, Change]] = [
        (
            te.compare_paired(plain, "trust", **ARMS),
            te.compare_paired(two_arms(), "trust", **ARMS),
        ),
        (
            te.compare_adjusted(summary, "trust", assigned="area", **ARMS),
            te.compare_adjusted(two_arms(), "trust", assigned="area", **ARMS),
        ),
        (
            te.compare_waves(plain, "trust", **ARMS),
            te.compare_waves(two_arms(), "trust", **ARMS),
        ),
    ]
    for one, two in pairs:
        assert one == two
