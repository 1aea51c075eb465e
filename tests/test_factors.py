"""Factor models equal lavaan's on the same inputs, by name and sign."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tillit_eval import quality
from tillit_eval.quality.factors._build import build_spec
from tillit_eval.quality.factors._fiml import fit_fiml, saturated_moments
from tillit_eval.quality.factors._fiml import task_of as fiml_task
from tillit_eval.quality.factors._fit_indices import (
    ChiSquare,
    baseline_test,
    indices,
    srmr,
)
from tillit_eval.quality.factors._implied import implied, jacobian
from tillit_eval.quality.factors._ml import Fit, fit_ml, gradient_of, task_of
from tillit_eval.quality.factors._moments import Moments, read_moments
from tillit_eval.quality.factors._patterns import patterns_of
from tillit_eval.quality.factors._rows import read_rows
from tillit_eval.quality.factors._score_tests import score_tests
from tillit_eval.quality.factors._spec import Parameter, Spec
from tillit_eval.summaries import summarise_responses

HERE = Path(__file__).parent / "reference" / "factors"
REAL = Path(__file__).parents[1] / "data" / "real"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
# lavaan stops when its own steps are small; two of its starts differ by about 1e-6.
REL, ABS = 1e-4, 1e-5
CHI = 1e-3
THREE = {
    "visual": ["x1", "x2", "x3"],
    "textual": ["x4", "x5", "x6"],
    "speed": ["x7", "x8", "x9"],
}
STATES = {
    "good": ["calm", "secure", "at_ease", "rested"],
    "bad": ["tense", "regretful", "upset", "worrying", "anxious"],
}
CASES = {
    "school": ("school", "ml"),
    "correlated": ("school", "ml"),
    "school_mlr": ("school", "mlr"),
    "holes_fiml": ("holes", "fiml"),
    "bhr": ("bhr2000", "ml"),
    "bhr_mlr": ("bhr2000", "mlr"),
    "anxiety_mlr": ("anxiety", "mlr"),
    "anxiety_fiml": ("anxiety", "fiml"),
    "heywood": ("heywood", "ml"),
}
STEPS = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}


@cache
def load(name: str) -> pd.DataFrame:
    if name == "bhr2000":
        return pd.read_csv(REAL / "bhr2000.csv").drop(columns=["GRP", "HRS", "RELIG"])
    return pd.read_csv(HERE / "inputs" / f"{name}.csv")


@cache
def found(case: str) -> quality.FactorModel:
    data, estimator = CASES[case]
    frame = load(data)
    model = {
        "school": THREE,
        "holes": THREE,
        "anxiety": STATES,
        "bhr2000": {"lead": list(frame)},
        "heywood": {"h": list(frame)},
    }[data]
    return quality.assess_structure(
        frame,
        model,
        estimator=estimator,
        correlated=[("x8", "x7")] if case == "correlated" else (),
    )


def near(ours: object, theirs: object) -> None:
    assert ours == pytest.approx(theirs, rel=REL, abs=ABS)


@pytest.mark.parametrize("case", CASES)
def test_fit_equals_lavaan(case: str) -> None:
    expected, one = R.loc[case], found(case)
    assert (one.df, one.baseline_df) == (expected["df"], expected["baseline.df"])
    assert one.n_people == expected["n"]
    names = ["chisq", "pvalue", "baseline.chisq", "cfi", "tli", "rmsea"]
    names += ["rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue", "srmr"]
    around = one.rmsea_interval
    ours = [one.chi_square, one.p_value, one.baseline_chi_square, one.cfi, one.tli]
    ours += [one.rmsea, around.low, around.high, one.p_close, one.srmr]
    # The baseline is as large as thousands, where lavaan's own digits end earlier.
    assert ours == pytest.approx(expected[names].tolist(), rel=1e-6, abs=CHI)
    if "scaling" in expected:
        assert one.scaling == pytest.approx(expected["scaling"], rel=REL)
    else:
        assert one.scaling is None
        assert one.chi_square <= expected["objective"] * one.n_people + 1e-6 or (
            one.estimator == "fiml"
        )


@pytest.mark.parametrize("case", CASES)
def test_loadings_and_errors_equal_lavaan(case: str) -> None:
    expected, one = R.loc[case], found(case)
    for each in one.loadings:
        name = f"{each.factor} =~ {each.item}"
        near(each.loading, expected[name])
        near(each.standard_error, expected[f"{name} se"])
        near(each.standardised, expected[f"{name} std"])
        near(each.standardised_error, expected[f"{name} std se"])
        middle = (each.interval.low + each.interval.high) / 2
        assert middle == pytest.approx(each.loading)
        reach = each.standardised_interval.high - each.standardised
        assert reach == pytest.approx(1.959963984540054 * each.standardised_error)
    for pair in (*one.correlations, *one.residual_pairs):
        name = f"{pair.one} ~~ {pair.other}"
        near(pair.correlation, expected[f"{name} std"])
        near(pair.standard_error, expected[f"{name} std se"])
    for rest in one.uniquenesses:
        name = f"{rest.item} ~~ {rest.item}"
        near(rest.variance, expected[name])
        near(rest.standard_error, expected[f"{name} se"])
        near(rest.share, expected[f"{name} std"])
    assert len(one.residual_pairs) == (case == "correlated")


@pytest.mark.parametrize("case", CASES)
def test_what_is_left_and_what_to_free_equal_lavaan(case: str) -> None:
    expected, one = R.loc[case], found(case)
    for each in one.residuals:
        near(each.residual, expected[f"residual {each.one} {each.other}"])
        near(each.observed - each.implied, each.residual)
    large = [each for each in one.modifications if each.modification_index > 3.001]
    for each in large:
        sign = "=~" if each.kind == "loading" else "~~"
        first, last = each.item, each.other
        if sign == "=~":
            first, last = last, first
        name = f"mi {first} {sign} {last}"
        assert each.modification_index == pytest.approx(
            expected[name], rel=REL, abs=CHI
        )
        assert each.expected_change == pytest.approx(expected[f"{name} epc"], rel=1e-3)
        assert each.expected_standardised == pytest.approx(
            expected[f"{name} std"], rel=1e-3
        )
    named = expected.index.str.match(r"mi \S+ \S+ \S+$")
    assert len(large) == pytest.approx(named.sum(), abs=1)
    sizes = [each.modification_index for each in one.modifications]
    assert sizes == sorted(sizes, reverse=True)


def test_a_heywood_case_is_found_and_said() -> None:
    one = found("heywood")
    assert one.improper == ("h1",)
    assert one.uniquenesses[0].variance < 0
    assert "not admissible at h1" in one.sentence("en")
    assert "inte tillåten vid h1" in one.sentence("sv")


@cache
def grouped(step: str) -> tuple[Moments, Spec, Fit]:
    moments = read_moments(
        load("school"), [f"x{i}" for i in range(1, 10)], group="school"
    )
    spec = build_spec(THREE, groups=moments.groups, equal=STEPS[step])
    return moments, spec, fit_ml(spec, moments)


@pytest.mark.parametrize("step", STEPS)
def test_groups_equal_lavaan(step: str) -> None:
    expected = R.loc[f"groups_{step}"]
    moments, spec, fit = grouped(step)
    n = moments.n_people
    test = ChiSquare(fit.objective * n, spec.df)
    one = indices(test, baseline_test(moments), n, n_groups=2)
    left = srmr(moments, implied(spec, fit.theta), has_means=True)
    ours = [one.chi_square, one.df, one.p_value, one.cfi, one.tli, one.rmsea]
    ours += [one.rmsea_low, one.rmsea_high, one.p_close, left]
    names = ["chisq", "df", "pvalue", "cfi", "tli", "rmsea"]
    names += ["rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue", "srmr"]
    assert ours == pytest.approx(expected[names].tolist(), abs=CHI)
    assert fit.objective <= expected["objective"] + 1e-12
    assert fit.converged
    assert fit.gradient < 1e-6
    marker = build_spec(
        THREE, groups=moments.groups, equal=STEPS[step], identification="marker"
    )
    again = fit_ml(marker, moments)
    assert (marker.df, again.objective) == (spec.df, pytest.approx(fit.objective))


def test_latent_means_equal_lavaan() -> None:
    moments, spec, fit = grouped("scalar")
    assert moments.groups == ("Grant-White", "Pasteur")
    errors = np.sqrt(np.diag(fit.covariance(moments.n_people)))
    for factor in THREE:
        place = spec.where("factor_means", factor, group="Pasteur")
        near(fit.theta[place], R.loc["groups_scalar", f"mean {factor}"])
        near(errors[place], R.loc["groups_scalar", f"mean {factor} se"])


@pytest.mark.parametrize("kind", ["loadings", "intercepts"])
def test_letting_go_of_an_equality_equals_lavaan(kind: str) -> None:
    moments, spec, fit = grouped("scalar")
    shared = [one for one in spec.parameters if one.kind == kind]
    assert {one.group for one in shared} == {""}
    gains = score_tests(
        spec,
        fit.theta,
        moments,
        [one._replace(group="Pasteur") for one in shared],
    )
    word = kind.removesuffix("s")
    for gain in gains:
        theirs = R.loc["groups_scalar", f"let go {gain.parameter.row} {word}"]
        assert gain.modification_index == pytest.approx(theirs, rel=REL, abs=CHI)


def test_slopes_are_derivatives() -> None:
    moments, spec, _ = grouped("scalar")
    rng = np.random.default_rng(4)
    theta = fit_ml(spec, moments).theta + rng.normal(size=spec.n_free) / 20
    sigma, mu = jacobian(spec, theta)
    value = task_of(spec, moments).value
    slope = gradient_of(spec, theta, moments)
    for number in range(spec.n_free):
        move = np.zeros(spec.n_free)
        move[number] = 1e-6
        up, down = implied(spec, theta + move), implied(spec, theta - move)
        rise = (up.covariance - down.covariance) / 2e-6
        np.testing.assert_allclose(sigma[..., number], rise, atol=1e-8)
        rise = (up.means - down.means) / 2e-6
        np.testing.assert_allclose(mu[..., number], rise, atol=1e-8)
        rise = (value(theta + move) - value(theta - move)) / 2e-6
        assert slope[number] == pytest.approx(rise, abs=1e-6)


def differences(slope: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> object:
    """Half the second derivatives, from the slope on either side."""
    moves = np.eye(len(at)) * 1e-5
    columns = [(slope(at + one) - slope(at - one)) / 4e-5 for one in moves]
    return pytest.approx(np.stack(columns), rel=1e-6, abs=2e-7)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("identification", ["variance", "marker"])
def test_observed_information_is_half_the_second_derivatives(
    step: str, identification: str
) -> None:
    moments, _, _ = grouped(step)
    spec = build_spec(
        THREE,
        groups=moments.groups,
        equal=STEPS[step],
        identification=identification,
        correlated=[("x7", "x8")],
    )
    rng = np.random.default_rng(4)
    theta = fit_ml(spec, moments).theta + rng.normal(size=spec.n_free) / 20
    task = task_of(spec, moments)
    assert task.bend(theta) == differences(task.slope, theta)
    # Away from the answers, what is expected is something else.
    assert np.abs(task.bend(theta) - task.curve(theta)).max() > 0.01


def test_observed_information_of_one_group_and_of_rows_with_holes() -> None:
    holes = load("holes").assign(half=lambda d: np.arange(len(d)) % 2)
    items = [item for listed in THREE.values() for item in listed]
    spec = build_spec(THREE)
    task = task_of(spec, read_moments(load("school"), items))
    theta = fit_ml(spec, read_moments(load("school"), items)).theta * 1.05
    assert task.bend(theta) == differences(task.slope, theta)

    rows = read_rows(holes, items, group="half")
    patterns = patterns_of(rows)
    both = build_spec(THREE, groups=rows.groups, equal=("loadings", "intercepts"))
    best, _ = saturated_moments(rows, patterns)
    theta = fit_fiml(both, patterns, best).theta * 1.05
    ours = fiml_task(both, patterns)
    assert ours.bend(theta) == differences(ours.slope, theta)


def test_a_summary_is_enough_for_maximum_likelihood() -> None:
    frame = load("school")
    items = [item for listed in THREE.values() for item in listed]
    summary = summarise_responses(frame, items, by=["school"])
    again = quality.assess_structure(summary, THREE)
    assert again.chi_square == pytest.approx(found("school").chi_square, rel=1e-10)
    assert again.n_people == found("school").n_people


def test_the_same_label_is_the_same_parameter() -> None:
    spec = build_spec(
        {"f": ["a", "b", "c"]},
        groups=["1", "2"],
        equal=["loadings", "residuals"],
        release=[("loadings", "b")],
    )
    assert spec.parameters[:4] == (
        Parameter("loadings", "a", "f", ""),
        Parameter("loadings", "b", "f", "1"),
        Parameter("loadings", "c", "f", ""),
        Parameter("loadings", "b", "f", "2"),
    )
    assert spec.n_free == 4 + 3 + 6 + 1
