"""Agreement between raters equals R's and published worked examples."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tillit_eval.quality import Agreement, assess_agreement
from tillit_eval.quality.agreement._measuring import AgreementCoefficient

HERE = Path(__file__).parent / "reference" / "agreement"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
CLOSED = 1e-10
ITERATIVE = 1e-4
ICCS: list[AgreementCoefficient] = [
    *("icc(1,1)", "icc(1,k)", "icc(2,1)", "icc(2,k)", "icc(3,1)", "icc(3,k)"),
]
ROLES = ["self", "observer"]


def load(name: str) -> pd.DataFrame:
    return pd.read_csv(HERE / "inputs" / f"{name}.csv")


def complete_pairs() -> pd.DataFrame:
    """Points that both roles rated, as the R script takes them."""
    frame = load("roles").dropna(subset=["value"])
    both = frame.groupby(["target", "criterion"])["value"].transform("size") == 2
    return frame[both]


def one_point() -> pd.DataFrame:
    pairs = complete_pairs()
    return pairs[pairs["criterion"] == "c1"]


def ends(found: Agreement) -> list[float]:
    assert found.interval is not None
    return [found.estimate, found.interval.low, found.interval.high]


def theirs(case: str, quantity: str) -> list[float]:
    names = [quantity, f"{quantity}_low", f"{quantity}_high"]
    return [float(R.loc[case, name]) for name in names]


@pytest.mark.parametrize("coefficient", ICCS)
def test_icc_and_its_f_interval_equal_psych(coefficient: AgreementCoefficient) -> None:
    judges = assess_agreement(load("shrout"), coefficient=coefficient)
    assert ends(judges) == pytest.approx(theirs("shrout", coefficient), rel=CLOSED)
    assert judges.n_raters == judges.k == 4
    roles = assess_agreement(
        one_point(), coefficient=coefficient, between=ROLES, interval="formula"
    )
    assert ends(roles) == pytest.approx(theirs("one", coefficient), rel=CLOSED)


def test_icc_prints_what_shrout_and_fleiss_printed() -> None:
    printed = [0.17, 0.44, 0.29, 0.62, 0.71, 0.91]
    found = [assess_agreement(load("shrout"), coefficient=c).estimate for c in ICCS]
    assert [round(value, 2) for value in found] == printed


def test_icc_is_that_of_the_variance_components() -> None:
    found = assess_agreement(load("shrout"), coefficient="icc(2,1)")
    theirs = R.loc["shrout", "components"]
    assert found.estimate == pytest.approx(theirs, rel=ITERATIVE)


@pytest.mark.parametrize("coefficient", ICCS)
def test_icc_of_all_points_equals_psych(coefficient: AgreementCoefficient) -> None:
    found = assess_agreement(load("roles"), coefficient=coefficient, between=ROLES)
    assert found.estimate == pytest.approx(R.loc["every", coefficient], rel=CLOSED)
    assert found.n_cells > found.n_targets == found.n_units


def test_one_way_icc_with_uneven_numbers_of_raters() -> None:
    frame = load("roles").dropna(subset=["value"])
    frame = frame[(frame["criterion"] == "c1") | (frame["rater_role"] == "self")]
    frame = frame.assign(rater=np.arange(len(frame)).astype(str), criterion="all")
    for coefficient in ("icc(1,1)", "icc(1,k)"):
        found = assess_agreement(frame, coefficient=coefficient)
        expected = R.loc["uneven", coefficient]
        assert found.estimate == pytest.approx(expected, rel=CLOSED)
        assert found.k == pytest.approx(R.loc["uneven", "k"])


def test_second_opinion_of_pingouin() -> None:
    import pingouin

    data = load("shrout")
    with warnings.catch_warnings():
        # pandas says that pingouin should no longer change its own table in place.
        warnings.simplefilter("ignore")
        rows = pingouin.intraclass_corr(
            data=data, targets="target", raters="rater", ratings="value"
        )
    theirs = sorted(rows["ICC"])
    found = sorted(assess_agreement(data, coefficient=c).estimate for c in ICCS)
    assert found == pytest.approx(theirs, abs=1e-6)


KAPPAS: list[tuple[str, dict[str, Any]]] = [
    ("kappa", {"coefficient": "kappa"}),
    ("quadratic", {"coefficient": "weighted kappa"}),
    ("linear", {"coefficient": "weighted kappa", "weights": "linear"}),
]


@pytest.mark.parametrize(("name", "ask"), KAPPAS)
def test_kappa_and_its_large_sample_error_equal_psych(
    name: str, ask: dict[str, Any]
) -> None:
    found = assess_agreement(one_point(), between=ROLES, interval="formula", **ask)
    assert found.estimate == pytest.approx(R.loc["one", name], rel=CLOSED)
    assert found.standard_error == pytest.approx(R.loc["one", f"{name}_se"], rel=CLOSED)
    if name == "kappa":
        assert ends(found) == pytest.approx(theirs("one", "kappa"), rel=CLOSED)
    every = assess_agreement(load("roles"), between=ROLES, **ask)
    assert every.estimate == pytest.approx(R.loc["every", name], rel=CLOSED)


LEFT_OUT: list[tuple[str, dict[str, Any]]] = [
    *KAPPAS[1:],
    ("icc(2,1)", {"coefficient": "icc(2,1)"}),
    ("icc(1,1)", {"coefficient": "icc(1,1)"}),
    ("nominal", {"metric": "nominal"}),
    ("ordinal", {"metric": "ordinal"}),
    ("interval", {"metric": "interval"}),
]


@pytest.mark.parametrize(("name", "ask"), LEFT_OUT)
def test_leaving_out_each_target_equals_the_same_written_out(
    name: str, ask: dict[str, Any]
) -> None:
    found = assess_agreement(load("roles"), between=ROLES, **ask)
    assert ends(found) == pytest.approx(theirs("by_target", name), rel=CLOSED)
    error = R.loc["by_target", f"{name}_se"]
    assert found.standard_error == pytest.approx(error, rel=CLOSED)
    assert found.df == found.n_targets - 1


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval"])
def test_krippendorff_equals_his_worked_example(metric: Any) -> None:
    found = assess_agreement(load("krippendorff"), metric=metric)
    printed = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849}
    assert round(found.estimate, 3) == printed[metric]
    expected = R.loc["krippendorff", metric]
    assert found.estimate == pytest.approx(expected, rel=CLOSED)
    assert (found.n_targets, found.n_raters) == (11, 4)
    assert [n for _, n in found.left_out] == [7, 1]


def test_krippendorff_of_two_readers_who_say_yes_or_no() -> None:
    # Krippendorff (2011), example A: ten newspapers, two readers, alpha = 0.095.
    first, second = "0100000010", "1110010000"  # four disagreements
    rows = [
        {"target": str(i), "rater": rater, "value": int(value)}
        for rater, values in (("a", first), ("b", second))
        for i, value in enumerate(values)
    ]
    found = assess_agreement(pd.DataFrame(rows), metric="nominal")
    assert round(found.estimate, 3) == 0.095
    assert found.estimate == pytest.approx(1 - 19 * 4 / (14 * 6), rel=CLOSED)


def test_bias_and_limits_of_agreement_equal_r() -> None:
    found = assess_agreement(load("roles"), between=ROLES)
    expected = R.loc["bias"]
    assert found.bias == pytest.approx(expected["bias"], rel=CLOSED)
    assert found.limits is not None
    assert found.bias_interval is not None
    assert found.low_limit_interval is not None
    assert found.high_limit_interval is not None
    ours = [found.limits.low, found.limits.high]
    assert ours == pytest.approx(expected[["low", "high"]].tolist(), rel=CLOSED)
    for name, interval in (
        ("bias", found.bias_interval),
        ("low", found.low_limit_interval),
        ("high", found.high_limit_interval),
    ):
        both = [interval.low, interval.high]
        assert both == pytest.approx(theirs("bias", name)[1:], rel=CLOSED)
    assert expected["cr3_se"] == pytest.approx(expected["bias_se"], rel=CLOSED)


def test_bias_of_one_point_per_target_is_the_paired_t_interval() -> None:
    found = assess_agreement(one_point(), between=ROLES)
    assert found.bias_interval is not None
    assert found.limits is not None
    ours = [found.bias, found.bias_interval.low, found.bias_interval.high]
    assert ours == pytest.approx(theirs("one_bias", "bias"), rel=CLOSED)
    assert found.limits.low == pytest.approx(R.loc["one_bias", "low"], rel=CLOSED)
