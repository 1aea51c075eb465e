"""Severity, drift, spread and reliability of raters equal R's on the same inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tillit_eval import quality
from tillit_eval.quality.agreement._components import codes_of
from tillit_eval.quality.agreement._variance import criterion_at, fit_components

HERE = Path(__file__).parent / "reference" / "severity"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
# Both sides use double precision and R's values have 15 digits.
CLOSED = 1e-10
# lme4 stops where its own steps are small; our gradient is held under 1e-6 besides.
ITERATIVE = 1e-4
BOTH = ["rater", "round"]


def load(name: str) -> pd.DataFrame:
    return pd.read_csv(HERE / "inputs" / f"{name}.csv")


def fitted(frame: pd.DataFrame, effects: list[list[str]]):
    value = frame["value"].to_numpy(float)
    fixed = np.ones((len(frame), 1))
    return fit_components(value, fixed, [codes_of(frame, keys) for keys in effects])


@pytest.mark.parametrize(
    ("case", "effects", "names"),
    [
        ("penicillin", [["target"], ["rater"]], ["plate", "sample", "Residual"]),
        (
            "pastes",
            [["target"], ["target", "rater"]],
            ["batch", "batch:cask", "Residual"],
        ),
    ],
)
def test_variances_are_those_of_lme4_and_the_criterion_no_worse(
    case: str, effects: list[list[str]], names: list[str]
) -> None:
    frame = load(case)
    found = fitted(frame, effects)
    theirs = R.loc[case][names].to_numpy()
    assert found.variances * found.spread**2 == pytest.approx(theirs, rel=ITERATIVE)
    assert found.slope < 1e-6
    assert found.separable
    value, codes = frame["value"].to_numpy(float), [codes_of(frame, k) for k in effects]
    at_theirs = criterion_at(
        value, np.ones((len(frame), 1)), codes, theirs[:-1] / theirs[-1]
    )
    assert found.deviance <= at_theirs + 1e-9


def test_the_published_variances_of_the_two_data_sets() -> None:
    """Bates (2010), lme4: Mixed-effects modeling with R, sections 2.1.2 and 2.2.2."""
    plates = fitted(load("penicillin"), [["target"], ["rater"]])
    assert np.round(plates.variances**0.5 * plates.spread, 4).tolist() == [
        0.8467,
        1.9316,
        0.5499,
    ]
    casks = fitted(load("pastes"), [["target"], ["target", "rater"]])
    assert np.round(casks.variances**0.5 * casks.spread, 4).tolist() == [
        1.2874,
        2.9041,
        0.8234,
    ]


def test_the_covariance_of_variances_is_that_of_the_whole_matrix() -> None:
    found = fitted(load("pastes"), [["target"], ["target", "rater"]])
    expected = [
        [R["pastes", f"covariance {min(i, j)} {max(i, j)}"] for j in (1, 2, 3)]
        for i in (1, 2, 3)
    ]
    ours = found.covariance * found.spread**4
    assert ours == pytest.approx(np.array(expected), rel=1e-3, abs=1e-9)


@pytest.mark.parametrize("error", ["absolute", "relative", "nested"])
def test_shrout_and_fleiss(error: str) -> None:
    """Their table 4: ICC(1,1) .17, ICC(2,1) .29, ICC(3,1) .71; of four .44 .62 .91."""
    frame = load("shrout_fleiss")
    more = {"nested": ["rater"]} if error == "nested" else {"error": error}
    if error == "nested":
        frame["rater"] = frame["target"] * 10 + frame["rater"]
    found = quality.assess_raters_needed(frame, **more, k_min=5)
    assert found.n_now == 4
    assert found.single == pytest.approx(R["shrout_fleiss", f"{error} 1"], rel=1e-6)
    assert found.estimate == pytest.approx(R["shrout_fleiss", f"{error} 4"], rel=1e-6)
    printed = {"absolute": (0.29, 0.62), "relative": (0.71, 0.91)}
    assert (round(found.single, 2), round(found.estimate, 2)) == printed.get(
        error, (0.17, 0.44)
    )


def test_one_facet_is_spearman_and_brown() -> None:
    found = quality.assess_raters_needed(load("shrout_fleiss"), k_min=5, most=9)
    one = found.single
    for at in found.curve:
        stepped = at.number * one / (1 + (at.number - 1) * one)
        assert at.reliability == pytest.approx(stepped, rel=1e-9)
    aim = found.needed[0]
    exact = aim.aim * (1 - one) / (one * (1 - aim.aim))
    assert aim.number == int(np.ceil(exact))


def test_inspectors_and_lessons_within_schools() -> None:
    found = quality.assess_raters_needed(load("lessons"), facets=BOTH, nested=["round"])
    names = ["target", "target:rater", "target:round", "Residual"]
    ours = [dict(found.variances)[k.replace(":", " × ")] for k in names[:3]]
    ours.append(found.variances[-1][1])
    assert ours == pytest.approx(R.loc["lessons"][names].tolist(), rel=ITERATIVE)
    assert (found.n_now, found.n_other) == (2, 7)
    for lessons in (1, 6, 8):
        kept = quality.assess_raters_needed(
            load("lessons"), facets=BOTH, nested=["round"], keep=lessons, most=4
        )
        curve = {at.number: at.reliability for at in kept.curve}
        for m in (1, 2, 4):
            theirs = R["lessons", f"reliability {m} {lessons}"]
            assert curve[m] == pytest.approx(theirs, rel=ITERATIVE)


def test_spread_of_raters() -> None:
    layers = load("layers")
    found = quality.assess_rater_spread(layers)
    theirs = R.loc["layers"]
    total = theirs.sum()
    shares = {
        "target": found.share_target,
        "rater": found.estimate,
        "target:criterion": found.share_criterion,
        "Residual": found.share_rest,
    }
    expected = (theirs / total).to_dict()
    assert shares == pytest.approx(expected, rel=ITERATIVE)
    assert found.rater_sd == pytest.approx(theirs["rater"] ** 0.5, rel=ITERATIVE)


@pytest.mark.parametrize(
    "case", ["severity team", "severity observer", "drift team", "drift observer"]
)
def test_gaps_between_roles(case: str) -> None:
    asked, role = case.split()
    ask = {
        "severity": quality.assess_severity,
        "drift": quality.assess_severity_drift,
    }[asked]
    found = ask(load("layers"), between=["self", "team", "observer"])
    row = found.where(scale=role).to_frame().iloc[0]
    expected = R.loc[case]
    assert row[expected.index].astype(float).to_dict() == pytest.approx(
        expected.to_dict(), rel=CLOSED, abs=1e-12
    )


def test_in_a_complete_table_the_contrast_is_that_of_crossed_effects() -> None:
    frame = load("complete").rename(columns={"role": "rater_role"})
    found = quality.assess_severity(frame, between=["self", "observer"])[0]
    theirs = R["complete", "observer beside self"]
    assert found.estimate == pytest.approx(theirs, rel=CLOSED)
