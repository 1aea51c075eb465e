"""Every step of the ladder equals lavaan's on the same inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tillit_eval.quality import assess_invariance
from tillit_eval.quality.correlations import code_answers
from tillit_eval.quality.factors._wls_moments import ordinal_moments
from tillit_eval.quality.invariance import Rung
from tillit_eval.quality.invariance._climb import climb, steps_above
from tillit_eval.quality.invariance._fitted import Engine
from tillit_eval.quality.invariance._layout import Layout
from tillit_eval.quality.invariance._likelihood import Likelihood
from tillit_eval.quality.invariance._robustly import Robustly
from tillit_eval.quality.invariance._sample import check_model, read_sample
from tillit_eval.quality.invariance._steps import CONTINUOUS, ORDINAL
from tillit_eval.quality.invariance._weighted import Weighted
from tillit_eval.summaries import summarise_responses

HERE = Path(__file__).parent / "reference" / "invariance"
REAL = Path(__file__).parents[1] / "data" / "real"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
# lavaan stops when its own steps are small; its gradient is some 1e-6 then.
INDEX, ESTIMATE = 1e-3, 1e-4
THREE = {
    "visual": ["x1", "x2", "x3"],
    "textual": ["x4", "x5", "x6"],
    "speed": ["x7", "x8", "x9"],
}
CALM = ["sai_02", "sai_08", "sai_16", "sai_20"]
WORRY = ["sai_03", "sai_09", "sai_12", "sai_13"]
FIVE = ["t1", "t2", "t3", "t4", "t5"]


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(HERE / "inputs" / f"{name}.csv")


def test_the_two_waves_are_those_of_the_real_data() -> None:
    frozen = read("two_waves")
    real = pd.read_csv(REAL / "sai.csv").query("study == 'XRAY'")[[*frozen]]
    pd.testing.assert_frame_equal(
        frozen, real.reset_index(drop=True), check_dtype=False
    )


def soldiers() -> tuple[pd.DataFrame, list[str]]:
    frame = pd.read_csv(REAL / "bhr2000.csv")
    items = [name for name in frame if name not in ("GRP", "HRS", "RELIG")]
    first = frame["GRP"] <= frame["GRP"].median()
    return frame.assign(half=np.where(first, "a", "b"))[::6], items


def check_steps(found: tuple[Rung, ...], case: str, steps: list[str]) -> None:
    expected = R.loc[case]
    rungs = {rung.name: rung for rung in found}
    for number, step in enumerate(steps):
        rung = rungs[step]
        assert rung.df == expected[f"{step}_df"]
        for field in ("chi_square", "cfi", "rmsea", "srmr"):
            theirs = expected[f"{step}_{field}"]
            assert getattr(rung, field) == pytest.approx(theirs, abs=INDEX, rel=1e-6), (
                field
            )
        if number:
            below = rungs[steps[number - 1]]
            for field in ("cfi", "rmsea", "srmr"):
                change = getattr(rung, field) - getattr(below, field)
                assert getattr(rung, f"d_{field}") == pytest.approx(change, abs=1e-7)
            assert rung.df_difference == expected[f"{step}_df_difference"]
            for ours, theirs in (
                ("chi_square_difference", "difference"),
                ("p_difference", "p_difference"),
            ):
                value = expected[f"{step}_{theirs}"]
                assert getattr(rung, ours) == pytest.approx(
                    value, abs=INDEX, rel=1e-6
                ), ours


def test_the_golden_ladder_of_two_schools() -> None:
    found = assess_invariance(
        read("school"), THREE, group="school", estimator="ml", whole=True
    )
    tests = [(round(r.chi_square, 3), r.df, round(r.cfi, 3)) for r in found.rungs[:3]]
    assert tests == [(115.851, 48, 0.923), (124.044, 54, 0.921), (164.103, 60, 0.882)]
    check_steps(found.rungs, "school", list(CONTINUOUS))


def test_a_summary_and_rows_climb_alike() -> None:
    school = read("school")
    items = [item for own in THREE.values() for item in own]
    summary = summarise_responses(school, items, by=["school"])
    from_sums = assess_invariance(summary, THREE, group="school")
    from_rows = assess_invariance(school, THREE, group="school", estimator="ml")
    assert from_sums.estimator == "ml"
    pd.testing.assert_frame_equal(from_sums.steps, from_rows.steps)


@pytest.mark.parametrize("case", ["school_mlr", "soldiers"])
def test_robust_steps_of_groups_equal_lavaans(case: str) -> None:
    school = case == "school_mlr"
    frame, items = (read("school"), THREE) if school else soldiers()
    group = "school" if school else "half"
    found = assess_invariance(frame, items, group=group, whole=True)
    assert found.estimator == "mlr"
    check_steps(found.rungs, case, list(CONTINUOUS))


@pytest.mark.parametrize(
    ("case", "estimator"), [("two_waves", "ml"), ("two_waves_mlr", "mlr")]
)
def test_waves_of_the_same_people_equal_semtools(case: str, estimator: str) -> None:
    found = assess_invariance(
        read("two_waves"),
        {"calm": CALM, "worry": WORRY},
        wave="time",
        respondent="id",
        estimator=estimator,
        whole=True,
    )
    assert found.n_people == R["two_waves", "n_people"]
    assert sum(n for _, n in found.left_out) == 200 - found.n_people
    check_steps(found.rungs, case, list(CONTINUOUS))


def test_ordered_steps_of_groups_equal_semtools() -> None:
    found = assess_invariance(
        read("five_steps"), FIVE, group="group", estimator="wlsmv", whole=True
    )
    check_steps(found.rungs, "five_steps", list(ORDINAL))
    assert found.released == ("t3",)


def test_ordered_steps_of_the_same_people_equal_semtools() -> None:
    wide = read("two_waves").pivot(index="id", columns="time").dropna()
    layout = Layout({"worry": tuple(WORRY)}, ("",), ("1", "2"))
    columns = [(item, time) for time in (1, 2) for item in WORRY]
    rows = wide[columns].set_axis(layout.columns, axis=1).reset_index(drop=True)
    parts = [code_answers(rows, layout.columns)]
    engine = Weighted(layout, ordinal_moments(parts, ("",), n_rows=len(rows)))
    sizes = np.repeat(engine.moments.n, 2)
    climbed = climb(engine, sizes, ordinal=True)
    rungs = steps_above(engine, climbed, sizes, ordinal=True)
    check_steps(rungs, "four_steps_waves", list(ORDINAL))


def test_the_solution_is_no_worse_than_lavaans() -> None:
    for case, engine in (("school", likelihood()), ("five_steps", weighted())):
        below = None
        for step, equal in (CONTINUOUS if case == "school" else ORDINAL).items():
            below = engine.fit(equal, near=below)
            assert below.settled
            theirs = R[case, f"{step}_objective"]
            assert below.objective <= theirs + 1e-8


def likelihood() -> Likelihood:
    sample = read_sample(
        read("school"),
        check_model(THREE),
        group="school",
        wave=None,
        respondent=None,
        with_rows=False,
    )
    return Likelihood(sample.layout, sample.moments)


def weighted() -> Weighted:
    frame = read("five_steps")
    parts = [
        code_answers(frame.loc[frame["group"] == name, FIVE], FIVE) for name in "ab"
    ]
    layout = Layout({"trust": tuple(FIVE)}, ("a", "b"))
    moments = ordinal_moments(parts, layout.blocks, n_rows=len(frame))
    return Weighted(layout, moments)


def latent(engine: Likelihood | Robustly | Weighted, equal: tuple[str, ...]) -> dict:
    fitted = engine.fit(equal)
    cells = fitted.spec.factor_means.index[1]
    errors = np.sqrt(np.diag(fitted.covariance))
    return {
        factor: (fitted.theta[at], errors[at])
        for factor, at in zip(fitted.spec.factors, cells, strict=True)
    }


@pytest.mark.parametrize("case", ["school", "school_mlr", "five_steps", "soldiers"])
def test_latent_means_and_their_errors_equal_lavaans(case: str) -> None:
    engine: Engine
    if case == "five_steps":
        engine, equal = weighted(), ORDINAL["scalar"]
    else:
        engine, equal = likelihood(), CONTINUOUS["scalar"]
    if case == "school_mlr":
        engine = robustly(read("school"), THREE, "school")
    if case == "soldiers":
        frame, items = soldiers()
        engine = robustly(frame, {"leader": items}, "half")
    fitted = engine.fit(equal)
    errors = np.sqrt(np.diag(fitted.covariance))
    for factor, at in zip(
        fitted.spec.factors, fitted.spec.factor_means.index[1], strict=True
    ):
        theirs, error = R[case, f"scalar_latent_{factor}"], f"scalar_latent_{factor}_se"
        assert fitted.theta[at] == pytest.approx(theirs, abs=ESTIMATE)
        assert errors[at] == pytest.approx(R[case, error], abs=ESTIMATE)


def robustly(frame: pd.DataFrame, model: dict[str, list[str]], group: str) -> Robustly:
    sample = read_sample(
        frame,
        check_model(model),
        group=group,
        wave=None,
        respondent=None,
        with_rows=True,
    )
    assert sample.rows is not None
    return Robustly(sample.layout, sample.moments, sample.rows)


def test_score_tests_of_equalities_equal_lavaans() -> None:
    engine = likelihood()
    for step, kind in (("metric", "loadings"), ("scalar", "intercepts")):
        equal = CONTINUOUS[step]
        fitted = engine.fit(equal)
        for item in engine.layout.items:
            ours = engine.gain(fitted, equal, {(kind, item)})
            theirs = R["school", f"{step}_score_{kind[:-1]}_{item}"]
            assert ours == pytest.approx(theirs, abs=INDEX)


def test_the_partial_step_of_two_schools_is_the_textbooks() -> None:
    found = assess_invariance(read("school"), THREE, group="school", estimator="ml")
    assert found.released == ("x3", "x7")
    last, expected = found.rungs[-1], R.loc["school_partial"]
    assert last.name == "partial_scalar"
    assert last.chi_square == pytest.approx(expected["scalar_chi_square"], abs=INDEX)
    assert last.p_difference == pytest.approx(
        expected["scalar_p_difference"], abs=INDEX
    )
    for one in found.differences:
        theirs = expected[f"scalar_latent_{one.factor}"]
        assert one.estimate == pytest.approx(theirs, abs=ESTIMATE)
        error = expected[f"scalar_latent_{one.factor}_se"]
        assert one.standard_error == pytest.approx(error, abs=ESTIMATE)
