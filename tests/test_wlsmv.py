"""WLSMV: equal to lavaan's in one group and on the ladder, known truth, bad input."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.quality import FactorModel, assess_structure
from tillit_eval.quality.factors._wls_fit import (
    OrdinalFit,
    fit_wls,
    moments_of,
    slopes_of,
)
from tillit_eval.quality.factors._wls_moments import (
    OrdinalMoments,
    read_ordinal_moments,
)
from tillit_eval.quality.factors._wls_spec import OrdinalParameter
from tillit_eval.quality.factors._wls_test import (
    baseline_test,
    covariance_of,
    difference_test,
    scaled_indices,
    scaled_test,
    srmr,
)

sys.path.append(str(Path(__file__).parent))

from wlsmv_fixtures import ORDER, build_ordinal_spec

HERE = Path(__file__).parent / "reference"
REAL = Path(__file__).parents[1] / "data" / "real"
R = pd.read_csv(HERE / "wlsmv" / "values.csv", comment="#").set_index(
    ["case", "quantity"]
)["value"]
ITEMS = [f"q{i + 1}" for i in range(6)]
# lavaan's correlations are good to about 1e-7 and its own search stops near 1e-6.
ESTIMATE, CHI = {"rel": 1e-4, "abs": 1e-5}, {"abs": 1e-3}
ONE_GROUP: dict[str, dict[str, list[str]]] = {
    "bhr2000": {"f": ["AF06", "AF07", "AP12", "AP17", "AP33", "AP34"]},
    "one": {"f": ITEMS},
    "sai": {
        "calmness": ["calm", "secure", "at.ease", "rested", "comfortable"],
        "worry": ["tense", "regretful", "upset", "worrying", "anxious"],
    },
}
STEPS = ["configural", "thresholds", "loadings", "intercepts", "residuals"]
OPS = {"loadings": "=~", "factor_covariances": "~~", "residuals": "~~"}


def load(case: str) -> pd.DataFrame:
    if case == "bhr2000":
        return pd.read_csv(REAL / "bhr2000.csv").iloc[::4]
    name = "sai" if case == "sai" else "ceiling"
    return pd.read_csv(HERE / "polychoric" / "inputs" / f"{name}.csv")


def lavaan_name(one: OrdinalParameter) -> str:
    group = "2" if one.group == "b" else "1"
    if one.kind == "thresholds":
        return f"{one.row}|t{one.column}_{group}"
    if one.kind == "scales":
        return f"{one.row}~*~{one.row}_{group}"
    if one.kind in ("intercepts", "factor_means"):
        return f"{one.row}~1_{group}"
    if one.kind == "loadings":
        return f"{one.column}=~{one.row}_{group}"
    return f"{one.row}~~{one.column}_{group}"


@pytest.fixture(scope="module")
def moments() -> OrdinalMoments:
    return read_ordinal_moments(load("ceiling"), ITEMS, group="group")


@pytest.fixture(scope="module")
def fits(moments: OrdinalMoments) -> dict[str, OrdinalFit]:
    found = {}
    for kind in ("delta", "theta"):
        for count, step in enumerate(STEPS[: 4 if kind == "delta" else 5]):
            spec = build_ordinal_spec(
                {"f": ITEMS},
                n_thresholds=moments.n_thresholds,
                groups=moments.groups,
                equal=ORDER[:count],
                parameterisation=kind,
            )
            found[f"{kind}_{step}"] = fit_wls(spec, moments)
    return found


LADDER = [
    *(f"delta_{step}" for step in STEPS[:4]),
    *(f"theta_{step}" for step in STEPS),
]


@pytest.mark.parametrize("case", ONE_GROUP)
def test_structure_equals_lavaan(case: str) -> None:
    expected = R.loc[case]
    correlated = [("tense", "anxious")] if case == "sai" else []
    found = assess_structure(
        load(case), ONE_GROUP[case], estimator="wlsmv", correlated=correlated
    )
    compare_indices(found, expected)
    signs = dict.fromkeys(found.factors, 1.0)
    for one in found.loadings:
        name = f"std_{one.factor}=~{one.item}"
        signs[one.factor] = float(np.sign(expected[name])) or 1.0
        ours = signs[one.factor] * one.standardised
        assert ours == pytest.approx(expected[name], **ESTIMATE)
        error = expected[f"{name}_se"]
        assert one.standardised_error == pytest.approx(error, **ESTIMATE)
    for left in found.uniquenesses:
        name = f"std_{left.item}~~{left.item}"
        assert left.share == pytest.approx(expected[name], **ESTIMATE)
        error = expected[f"{name}_se"]
        assert left.standard_error == pytest.approx(error, **ESTIMATE)
    for pair in (*found.correlations, *found.residual_pairs):
        sign = signs.get(pair.one, 1) * signs.get(pair.other, 1)
        names = [f"std_{a}~~{b}" for a, b in ((pair.one, pair.other),) * 1]
        names += [f"std_{pair.other}~~{pair.one}"]
        name = next(name for name in names if name in expected.index)
        assert sign * pair.correlation == pytest.approx(expected[name], **ESTIMATE)
        error = expected[f"{name}_se"]
        assert pair.standard_error == pytest.approx(error, **ESTIMATE)
    compare_gains(found, expected)


def compare_indices(found: FactorModel, expected: pd.Series[float]) -> None:
    for name in ("df", "baseline_df", "parameters"):
        skipped = sum_of_thresholds(expected) - len(found.items)
        ours = getattr(found, name) + (skipped if name == "parameters" else 0)
        assert ours == expected[name], name
    for name in (
        *("chi_square", "p_value", "cfi", "tli"),
        *("rmsea", "srmr", "scaling"),
    ):
        assert getattr(found, name) == pytest.approx(expected[name], **CHI), name
    base = expected["baseline_chi_square"]
    assert found.baseline_chi_square == pytest.approx(base, rel=1e-6)
    assert found.rmsea_interval.low == pytest.approx(expected["rmsea_low"], **CHI)
    assert found.rmsea_interval.high == pytest.approx(expected["rmsea_high"], **CHI)


def sum_of_thresholds(expected: pd.Series[float]) -> int:
    return sum("|t" in str(name) and "_se" not in str(name) for name in expected.index)


def compare_gains(found: FactorModel, expected: pd.Series[float]) -> None:
    compared = 0
    for gain in found.modifications:
        ways = [f"mi_{gain.other}=~{gain.item}", f"mi_{gain.item}~~{gain.other}"]
        ways.append(f"mi_{gain.other}~~{gain.item}")
        for name in ways:
            if name in expected.index:
                compared += 1
                mine = gain.modification_index
                assert mine == pytest.approx(expected[name], rel=1e-3, abs=1e-3)
    assert compared == len(found.modifications) > 5


@pytest.mark.parametrize("case", LADDER)
def test_the_ladder_equals_lavaan(
    case: str, moments: OrdinalMoments, fits: dict[str, OrdinalFit]
) -> None:
    compare_fit(fits[case], moments, R.loc[case])


def test_a_released_intercept_equals_lavaan(moments: OrdinalMoments) -> None:
    spec = build_ordinal_spec(
        {"f": ITEMS},
        n_thresholds=moments.n_thresholds,
        groups=moments.groups,
        equal=ORDER[:3],
        release=[("intercepts", "q3")],
    )
    compare_fit(fit_wls(spec, moments), moments, R.loc["partial_intercept"])


def compare_fit(
    fit: OrdinalFit, moments: OrdinalMoments, expected: pd.Series[float]
) -> None:
    assert fit.converged
    assert fit.identified
    assert fit.gradient < 1e-6
    assert fit.objective <= expected["objective"] + 1e-9
    test, base = scaled_test(fit, moments), baseline_test(moments)
    ours = scaled_indices(fit, moments)
    assert fit.spec.df == expected["df"]
    assert fit.spec.n_free == expected["parameters"]
    assert test.unscaled.chi_square == pytest.approx(expected["unscaled"], **CHI)
    assert 1 / test.factor == pytest.approx(expected["scaling"], rel=1e-4)
    assert base.scaled.df == expected["baseline_df"]
    for name in ("chi_square", "p_value", "cfi", "tli", "rmsea", "rmsea_low"):
        assert getattr(ours, name) == pytest.approx(expected[name], **CHI), name
    assert srmr(fit, moments) == pytest.approx(expected["srmr"], **CHI)
    errors = np.sqrt(np.diag(covariance_of(fit, moments)))
    for one, value, error in zip(fit.spec.parameters, fit.theta, errors, strict=True):
        name = lavaan_name(one)
        # In the theta parameterisation lavaan stops further from the solution.
        loose = {"rel": 2e-3, "abs": 1e-4} if is_theta(fit) else ESTIMATE
        assert value == pytest.approx(expected[name], **loose), name
        assert error == pytest.approx(expected[f"{name}_se"], **loose), name


def is_theta(fit: OrdinalFit) -> bool:
    return fit.spec.parameterisation == "theta"


@pytest.mark.parametrize("case", LADDER)
def test_differences_of_steps_equal_lavaan(
    case: str, moments: OrdinalMoments, fits: dict[str, OrdinalFit]
) -> None:
    if case.endswith("configural"):
        assert "difference" not in R.loc[case].index
        return
    expected = R.loc[case]
    wider = fits[LADDER[LADDER.index(case) - 1]]
    test = difference_test(wider, fits[case], moments)
    # lavaan's own two parameterisations differ by 1e-3 here.
    assert test.scaled.chi_square == pytest.approx(expected["difference"], abs=5e-3)
    assert test.scaled.df == expected["difference_df"]
    assert test.scaled.p_value == pytest.approx(expected["difference_p"], abs=1e-3)


def test_both_parameterisations_reach_the_same_model(
    fits: dict[str, OrdinalFit],
) -> None:
    for step in STEPS[:4]:
        one, other = fits[f"delta_{step}"], fits[f"theta_{step}"]
        assert one.objective == pytest.approx(other.objective, abs=1e-10)
        assert one.implied == pytest.approx(other.implied, abs=1e-6)


@pytest.mark.parametrize("case", ["delta_loadings", "theta_intercepts"])
def test_slopes_are_derivatives(case: str, fits: dict[str, OrdinalFit]) -> None:
    fit = fits[case]
    ours = slopes_of(fit.spec, fit.theta)
    for number in range(0, fit.spec.n_free, 5):
        move = np.zeros(fit.spec.n_free)
        move[number] = 1e-6
        rise = moments_of(fit.spec, fit.theta + move)
        rise = (rise - moments_of(fit.spec, fit.theta - move)) / 2e-6
        assert ours[:, :, number] == pytest.approx(rise, abs=1e-7)


def test_items_of_two_answers_wait_for_intercepts() -> None:
    frame = load("ceiling").dropna()
    frame = frame.assign(**{item: (frame[item] == 5).astype(int) for item in ITEMS})
    moments = read_ordinal_moments(frame, ITEMS, group="group")
    found = [
        build_ordinal_spec(
            {"f": ITEMS}, n_thresholds=[1] * 6, groups=("a", "b"), equal=ORDER[:count]
        )
        for count in range(4)
    ]
    assert [spec.df for spec in found] == [18, 18, 18, 22]
    for spec in found:
        fit = fit_wls(spec, moments)
        assert fit.converged
        assert fit.identified


def test_mixed_numbers_of_answers_in_one_model(moments: OrdinalMoments) -> None:
    assert moments.n_thresholds == (4, 4, 4, 4, 4, 2)
    assert moments.n_people == load("ceiling").dropna().shape[0]
    assert moments.n_rows == 920


def test_a_known_truth_is_found_again() -> None:
    rng = np.random.default_rng(5)
    loadings = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    trait = rng.normal(size=(20_000, 1))
    latent = trait * loadings + rng.normal(size=(20_000, 5)) * np.sqrt(1 - loadings**2)
    steps = (latent[:, :, None] > [-1.5, -0.5, 0.2]).sum(axis=2)
    items = list("abcde")
    found = assess_structure(
        pd.DataFrame(steps, columns=items), {"t": items}, estimator="wlsmv"
    )
    for one, truth in zip(found.loadings, loadings, strict=True):
        assert abs(one.standardised - truth) < 4 * one.standardised_error
    assert found.p_value is not None
    assert found.p_value > 0.001
    assert found.fit == "good"


def test_sentences_name_the_test_in_both_languages() -> None:
    found = assess_structure(load("one"), ONE_GROUP["one"], estimator="wlsmv")
    assert "Mean- and variance-adjusted χ²(9) = 12.6" in found.sentence()
    assert "Medel- och variansjusterat χ²(9) = 12,6" in found.sentence("sv")
    assert found.method is not None
    assert "polychoric" in found.method.say("en")
    assert found.left_out[0][1] == 52


def test_an_unused_answer_in_one_group_is_refused() -> None:
    frame = load("ceiling")
    low = (frame["group"] == "b") & (frame["q2"] == 1)
    frame.loc[low, "q2"] = 2
    with pytest.raises(TooFewAnswers, match="used in one group and not in") as told:
        read_ordinal_moments(frame, ITEMS, group="group")
    assert "q2" in str(told.value)
    assert told.value.reason == "correlations.unused_in_a_group"


def test_repeated_items_and_poor_groups_are_refused() -> None:
    frame = load("ceiling").dropna()
    with pytest.raises(TooFewAnswers, match="cannot be told: it runs to ±1"):
        assess_structure(
            frame.assign(q7=frame["q1"]), {"f": [*ITEMS, "q7"]}, estimator="wlsmv"
        )
    with pytest.raises(TooFewAnswers, match="no more complete rows than items"):
        read_ordinal_moments(frame.iloc[[*range(450), -1, -2]], ITEMS, group="group")
    with pytest.raises(TooFewAnswers, match="constant") as told:
        read_ordinal_moments(
            frame.assign(q1=(frame["group"] == "a").astype(int)), ITEMS, group="group"
        )
    assert "in every group" in str(told.value)
    with pytest.raises(DataProblem, match="No row belongs to a group"):
        read_ordinal_moments(frame.assign(group=None), ITEMS, group="group")


def test_equalities_come_in_order() -> None:
    with pytest.raises(DataProblem, match="in a fixed order"):
        build_ordinal_spec(
            {"f": ITEMS}, n_thresholds=[4] * 6, groups=("a", "b"), equal=["loadings"]
        )
    with pytest.raises(DataProblem, match="Residual variances are no parameters"):
        build_ordinal_spec(
            {"f": ITEMS}, n_thresholds=[4] * 6, groups=("a", "b"), equal=ORDER
        )


def test_released_thresholds_keep_intercept_and_scale(
    moments: OrdinalMoments,
) -> None:
    spec = build_ordinal_spec(
        {"f": ITEMS},
        n_thresholds=moments.n_thresholds,
        groups=moments.groups,
        equal=ORDER[:1],
        release=[("thresholds", "q1")],
    )
    fit = fit_wls(spec, moments)
    assert fit.converged
    assert fit.identified
    assert spec.df == 28 - 2
    free = {(one.kind, one.row) for one in spec.parameters if one.group == "b"}
    assert ("intercepts", "q1") not in free
    assert ("scales", "q1") not in free
    assert ("intercepts", "q2") in free
