"""Reliability, aggregation, attrition and shares equal R's on the same inputs."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tillit_eval import quality
from tillit_eval.quality._data import pool
from tillit_eval.quality.factors._one_factor import fit_one_factor
from tillit_eval.summaries import summarise_responses

HERE = Path(__file__).parent / "reference" / "quality"
REAL = Path(__file__).parents[1] / "data" / "real"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
# Both sides use double precision and R's values have 15 digits.
CLOSED = 1e-10
# lavaan stops when its own steps are small; two of its starts differ by about 1e-6.
ITERATIVE = 1e-4
CASES = ["answers", "three", "bhr2000"]


def load(case: str) -> tuple[pd.DataFrame, list[str], str]:
    if case == "bhr2000":
        frame = pd.read_csv(REAL / "bhr2000.csv")
        return frame, [c for c in frame if c not in ("GRP", "HRS", "RELIG")], "GRP"
    frame = pd.read_csv(HERE / "inputs" / "answers.csv")
    return frame, ["q1", "q2", "q3", "q4"][: 3 if case == "three" else 4], "unit"


@pytest.fixture(scope="module")
def waves() -> pd.DataFrame:
    return pd.read_csv(HERE / "inputs" / "two_waves.csv")


@pytest.mark.parametrize("case", CASES)
def test_alpha_equals_psych(case: str) -> None:
    frame, items, _ = load(case)
    expected = R.loc[case]
    for data in (frame, summarise_responses(frame, items, by=[frame.columns[0]])):
        found = quality.assess_alpha(data, items)
        assert found.interval is not None
        ours = [found.estimate, found.interval.low, found.interval.high]
        names = ["alpha", "alpha_low", "alpha_high"]
        assert ours == pytest.approx(expected[names].tolist(), rel=CLOSED)
        assert found.n_people == expected["n_people"]
        assert found.n_incomplete == expected["n_incomplete"]


@pytest.mark.parametrize("case", CASES)
def test_items_equal_psych(case: str) -> None:
    frame, items, _ = load(case)
    expected = R.loc[case]
    for found in quality.assess_items(frame, items, lowest=1, highest=5):
        assert isinstance(found, quality.ItemQuality)
        for field in (
            *("mean", "sd", "item_rest", "alpha_if_dropped"),
            *("floor_share", "ceiling_share"),
        ):
            theirs = expected[f"{found.scale}_{field}"]
            assert getattr(found, field) == pytest.approx(theirs, rel=CLOSED), field
        assert found.estimate == found.item_rest
        assert found.n_missing == frame[found.scale].isna().sum()


@pytest.mark.parametrize("case", CASES)
def test_omega_equals_lavaan(case: str) -> None:
    frame, items, _ = load(case)
    expected = R.loc[case]
    found = quality.assess_omega(frame, items)
    assert found.estimate == pytest.approx(expected["omega"], rel=ITERATIVE)
    assert found.standard_error == pytest.approx(expected["omega_se"], rel=ITERATIVE)
    model = fit_one_factor(pool(frame, items).covariance)
    assert model.objective <= expected["objective"] + 1e-12
    assert model.gradient < 1e-6


@pytest.mark.parametrize("case", CASES)
def test_the_factor_model_equals_lavaan(case: str) -> None:
    frame, items, _ = load(case)
    pooled = pool(frame, items)
    n = pooled.n_complete
    model = fit_one_factor(pooled.covariance * (n - 1) / n)
    for i, item in enumerate(items):
        loading, unique = R[case, f"{item}_loading"], R[case, f"{item}_uniqueness"]
        assert model.loadings[i] == pytest.approx(loading, rel=ITERATIVE)
        assert model.uniquenesses[i] == pytest.approx(unique, rel=ITERATIVE)


@pytest.mark.parametrize("case", CASES)
def test_aggregation_equals_multilevel(case: str) -> None:
    frame, items, unit = load(case)
    found = quality.assess_aggregation(frame, items, unit=unit)
    row = (
        found.to_frame()
        .iloc[0]
        .rename(
            {
                "icc1_interval_low": "icc1_low",
                "icc1_interval_high": "icc1_high",
                "icc2_interval_low": "icc2_low",
                "icc2_interval_high": "icc2_high",
            }
        )
    )
    names = [
        *("icc1", "icc2", "icc1_low", "icc1_high", "icc2_low", "icc2_high"),
        *("rwg_j", "rwg_j_median", "ad", "design_effect", "mean_size"),
        *("n_units", "n_units_agreement", "n_people", "n_incomplete"),
    ]
    assert row[names].astype(float).to_dict() == pytest.approx(
        R.loc[case][names].to_dict(), rel=CLOSED
    )
    assert found.estimate == found.icc1


def test_agreement_at_its_ends_equals_multilevel() -> None:
    """All alike is 1; more spread than even answers is 0; one person is left out."""
    frame = pd.DataFrame(
        {
            "unit": np.repeat(["alike", "split", "alone", "usual"], [12, 12, 1, 13]),
            "q1": [*[4] * 12, *[1, 5] * 6, 3, *np.resize([2, 3, 4], 13)],
            "q2": [*[5] * 12, *[5, 1] * 6, 2, *np.resize([3, 3, 4, 5], 13)],
        }
    )
    found = quality.assess_aggregation(frame, ["q1", "q2"], steps=5)
    row = found.to_frame().iloc[0]
    expected = R.loc["ends"]
    assert row[expected.index].astype(float).to_dict() == pytest.approx(
        expected.to_dict(), rel=CLOSED
    )
    assert (found.n_units, found.n_units_agreement) == (4, 3)
    single = quality.assess_aggregation(frame, ["q1"], steps=5)
    assert single.rwg_j == pytest.approx(R["ends_one_item", "rwg_j"], rel=CLOSED)


def test_aggregation_of_a_summary_is_the_same_but_for_the_deviation() -> None:
    frame, items, unit = load("answers")
    waved = frame.assign(wave=np.where(np.arange(len(frame)) % 2, "w1", "w2"))
    summary = summarise_responses(waved, items, by=["wave", unit])
    ours = quality.assess_aggregation(summary, items, steps=5)
    theirs = quality.assess_aggregation(frame, items)
    for name in ("icc1", "icc2", "rwg_j", "design_effect", "n_people", "n_units"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=CLOSED)
    assert ours.ad is None
    assert quality.assess_aggregation(summary, items).rwg_j is None


def test_the_published_values_of_these_soldiers() -> None:
    frame, items, unit = load("bhr2000")
    found = quality.assess_aggregation(frame, items, unit=unit)
    assert round(found.icc1, 7) == 0.1356992
    assert round(found.icc2, 5) == 0.89544
    assert round(quality.assess_alpha(frame, items).estimate, 7) == 0.8913433


SHARES = [case for case in R.index.get_level_values(0).unique() if "share_" in case]


@pytest.mark.parametrize("case", SHARES)
def test_shares_equal_binom_test_and_prop_test(case: str) -> None:
    count, n = (int(part) for part in case.removeprefix("share_").split("_of_"))
    for method, name in (("clopper-pearson", "exact"), ("wilson", "wilson")):
        found = quality.assess_share(count, of=n, scale="x", method=method)  # type: ignore[arg-type]
        assert found.interval is not None
        ours = (found.interval.low, found.interval.high)
        theirs = (R[case, f"{name}_low"], R[case, f"{name}_high"])
        assert ours == pytest.approx(theirs, rel=CLOSED, abs=1e-12)
        assert found.estimate == count / n


def test_retest_equals_cor_test(waves: pd.DataFrame) -> None:
    found = quality.assess_retest(waves, "trust", before="w1", after="w2")
    assert found.interval is not None
    expected = R.loc["retest"]
    ours = [found.estimate, found.interval.low, found.interval.high]
    theirs = expected[["estimate", "low", "high"]].tolist()
    assert ours == pytest.approx(theirs, rel=CLOSED)
    assert found.n_people == expected["n_people"]
    assert found.n_incomplete == expected["n_incomplete"]


def test_attrition_equals_prop_test_and_t_test(waves: pd.DataFrame) -> None:
    found = quality.assess_attrition(
        waves, before="w1", after="w2", scales=["trust"], arm="arm"
    )
    row = (
        found.to_frame()
        .iloc[0]
        .rename(
            {
                "interval_low": "low",
                "interval_high": "high",
                "differential_interval_low": "differential_low",
                "differential_interval_high": "differential_high",
            }
        )
    )
    expected = R.loc["attrition"]
    assert row[expected.index].astype(float).to_dict() == pytest.approx(
        expected.to_dict(), rel=CLOSED
    )
    baseline = (
        found.baseline_differences.to_frame()
        .iloc[0]
        .rename({"interval_low": "low", "interval_high": "high"})
    )
    expected = R.loc["baseline"]
    assert baseline[expected.index].astype(float).to_dict() == pytest.approx(
        expected.to_dict(), rel=CLOSED
    )


def test_pingouin_agrees_on_complete_answers() -> None:
    """A second opinion where pingouin is to be trusted: no gaps, its own digits."""
    frame, items, unit = load("answers")
    full = frame.dropna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports warn about other packages
        import pingouin

        alpha, ends = pingouin.cronbach_alpha(full[items])
    found = quality.assess_alpha(frame, items)
    assert found.interval is not None
    assert found.estimate == pytest.approx(alpha, rel=CLOSED)
    ours = [round(found.interval.low, 3), round(found.interval.high, 3)]
    assert ours == list(ends)
    equal = full.groupby(unit).head(5)
    equal = equal[equal.groupby(unit)[unit].transform("size") == 5]
    long = pd.DataFrame(
        {
            "unit": equal[unit],
            "rater": equal.groupby(unit).cumcount(),
            "score": equal[items].mean(axis=1),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        icc = pingouin.intraclass_corr(long, "unit", "rater", "score")
    ours = quality.assess_aggregation(equal, items, unit=unit, k_min=5)
    types = icc.set_index("Type")["ICC"]
    assert ours.icc1 == pytest.approx(types["ICC(1,1)"], rel=1e-8)
    assert ours.icc2 == pytest.approx(types["ICC(1,k)"], rel=1e-8)
