"""Every coefficient of reliability equals R's on the same answers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tillit_eval import quality
from tillit_eval.codebook import Codebook, Item
from tillit_eval.phrases import Label
from tillit_eval.quality.reliability._answers import read_answers
from tillit_eval.quality.reliability._coefficients import split_halves
from tillit_eval.quality.reliability._free import free_error
from tillit_eval.quality.reliability._hierarchical import _general, _principal_axes
from tillit_eval.quality.reliability._ordinal import _one_factor, latent_answers
from tillit_eval.quality.reliability.table import _LAMBDAS

HERE = Path(__file__).parent / "reference" / "reliability"
REAL = Path(__file__).parents[1] / "data" / "real"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
CLOSED = 1e-10
# R's slopes are taken by steps of 1e-5, ours exactly.
STEPPED = 1e-7
ITERATIVE = 1e-4
CASES = ["answers", "bhr2000", "holzinger", "agreeable"]
REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")


def bfi_codebook() -> Codebook:
    """Say of psych's 25 items, answered from 1 to 6, which are reversed."""
    names = [f"{trait}{i}" for trait in "ACENO" for i in range(1, 6)]
    return Codebook(
        title="Personality",
        items=tuple(
            Item(
                key=key,
                label=Label(key, key),
                codes=tuple(range(1, 7)),
                reversed=key in REVERSED,
            )
            for key in names
        ),
    )


@cache
def load(case: str) -> tuple[pd.DataFrame, list[str]]:
    """Return answers with reversed items turned, and the items."""
    if case == "answers":
        frame = pd.read_csv(
            Path(__file__).parent / "reference/quality/inputs/answers.csv"
        )
        return frame, ["q1", "q2", "q3", "q4"]
    if case == "bhr2000":
        frame = pd.read_csv(REAL / "bhr2000.csv")
        return frame, [c for c in frame if c not in ("GRP", "HRS", "RELIG")]
    if case == "holzinger":
        frame = pd.read_csv(HERE / "inputs" / "holzinger.csv")
        return frame, [f"x{i}" for i in range(1, 10)]
    frame = pd.read_csv(HERE / "inputs" / "bfi.csv")
    frame[list(REVERSED)] = 7 - frame[list(REVERSED)]
    items = [c for c in frame if c != "education"]
    return frame, items if case == "bfi" else items[:5]


def z_scores(frame: pd.DataFrame, items: list[str]) -> pd.DataFrame:
    full = frame[items].dropna()
    return (full - full.mean()) / full.std()


@pytest.mark.parametrize("case", CASES)
def test_standardised_alpha_equals_psych(case: str) -> None:
    frame, items = load(case)
    found = quality.assess_alpha(frame, items, standardised=True)
    assert found.estimate == pytest.approx(R[case, "alpha_standardised"], rel=CLOSED)
    again = quality.assess_alpha(z_scores(frame, items), items)
    assert again.estimate == pytest.approx(found.estimate, rel=CLOSED)


@pytest.mark.parametrize("case", CASES)
def test_distribution_free_errors_equal_the_fourth_moments(case: str) -> None:
    frame, items = load(case)
    for standardised, name in ((False, "alpha"), (True, "alpha_standardised")):
        found = quality.assess_alpha(
            frame, items, method="distribution-free", standardised=standardised
        )
        expected = R[case, f"{name}_se"]
        assert found.standard_error == pytest.approx(expected, rel=STEPPED)
    rows = read_answers(frame, items, None).rows()
    for name, formula in _LAMBDAS.items():
        expected = R[case, f"{name}_se"]
        assert free_error(rows, formula) == pytest.approx(expected, rel=STEPPED)


@pytest.mark.parametrize("case", CASES)
def test_lambdas_equal_guttman(case: str) -> None:
    frame, items = load(case)
    raw = read_answers(frame, items, None).pooled.covariance
    standard = read_answers(z_scores(frame, items), items, None).pooled.covariance
    for name, formula in _LAMBDAS.items():
        assert formula(raw) == pytest.approx(R[case, name], rel=CLOSED)
        theirs = R[case, f"{name}_standardised"]
        assert formula(standard) == pytest.approx(theirs, rel=CLOSED)


@pytest.mark.parametrize("case", ["answers", "bhr2000"])
@pytest.mark.parametrize("end", ["", "_standardised"])
def test_split_halves_equal_psych(case: str, end: str) -> None:
    frame, items = load(case)
    items = items[: len(items) // 2 * 2]
    # psych leaves out people by all eleven questions; nobody did here.
    answers = z_scores(frame, items) if end else frame
    pooled = read_answers(answers, items, None).pooled
    values, every = split_halves(pooled.covariance, np.random.default_rng(1))
    assert every
    assert len(values) == R[case, f"splits{end}"]
    ours = [values.max(), values.mean(), values.min()]
    names = [f"split_half_{which}{end}" for which in ("best", "mean", "worst")]
    assert ours == pytest.approx(R[case][names].tolist(), rel=CLOSED)


@pytest.mark.parametrize("case", ["answers", "bhr2000", "agreeable"])
def test_ordinal_alpha_and_categorical_omega_equal_r(case: str) -> None:
    frame, items = load(case)
    alpha = quality.assess_alpha(frame, items, ordinal=True)
    assert alpha.estimate == pytest.approx(R[case, "alpha_ordinal"], rel=ITERATIVE)
    omega = quality.assess_omega(frame, items, ordinal=True)
    assert omega.estimate == pytest.approx(R[case, "omega_categorical"], rel=ITERATIVE)
    loadings = _one_factor(latent_answers(read_answers(frame, items, None)))[0]
    theirs = [R[case, f"loading_{item}"] for item in items]
    assert loadings == pytest.approx(theirs, rel=ITERATIVE)


@pytest.mark.parametrize(
    ("case", "factors"), [("holzinger", 3), ("bfi", 5), ("bhr2000", 3)]
)
def test_the_general_factor_equals_psych(case: str, factors: int) -> None:
    frame, items = load(case)
    if case == "bfi":
        calm = [f"N{i}" for i in range(1, 6)]
        frame = frame.assign(**(7 - frame[calm]))
    correlations = frame[items].corr().to_numpy()
    general = _general(_principal_axes(correlations, factors), factors).general
    omega = general.sum() ** 2 / correlations.sum()
    expected = R[case, "omega_hierarchical_standardised"]
    assert omega == pytest.approx(expected, rel=ITERATIVE)
    theirs = [R[case, f"general_{item}"] for item in items]
    assert general == pytest.approx(theirs, abs=1e-3)


def test_omega_hierarchical_equals_psych() -> None:
    scores = z_scores(*load("holzinger"))
    found = quality.assess_omega(scores, list(scores), kind="hierarchical")
    expected = R["holzinger", "omega_hierarchical_standardised"]
    assert found.estimate == pytest.approx(expected, rel=ITERATIVE)


@pytest.mark.parametrize("case", CASES)
def test_the_error_of_measurement_equals_its_formula(case: str) -> None:
    frame, items = load(case)
    found = quality.assess_measurement_error(frame, items)
    assert found.estimate == pytest.approx(R[case, "sem"], rel=CLOSED)
    assert found.standard_error == pytest.approx(R[case, "sem_se"], rel=STEPPED)
    assert found.estimate == pytest.approx(
        found.sd * (1 - found.alpha) ** 0.5, rel=CLOSED
    )


@pytest.mark.parametrize("case", CASES)
def test_eigenvalues_equal_r(case: str) -> None:
    frame, items = load(case)
    found = quality.assess_dimensions(frame, items, draws=100)
    for name, ours in (("eigen", found.components), ("axis", found.axes)):
        theirs = [R[case, f"{name}_{place + 1}"] for place in range(len(items))]
        assert ours == pytest.approx(theirs, rel=CLOSED, abs=1e-12)


@pytest.mark.parametrize(
    ("case", "theirs", "by", "group"),
    [
        ("holzinger", "holzinger_groups", "school", "Pasteur"),
        ("agreeable", "bfi_groups", "education", "4"),
    ],
)
def test_alphas_of_groups_are_compared_as_metafor_does(
    case: str, theirs: str, by: str, group: str
) -> None:
    frame, items = load(case)
    *groups, test = quality.assess_equal_alpha(frame, items, by=by)
    expected = R.loc[theirs]
    assert isinstance(test, quality.AlphaDifference)
    ours = [test.statistic, test.df, test.p_value]
    wanted = expected[["statistic", "df", "p_value"]].tolist()
    assert ours == pytest.approx(wanted, rel=CLOSED)
    (one,) = [found for found in groups if getattr(found, "group", "") == group]
    assert isinstance(one, quality.Reliability)
    assert one.estimate == pytest.approx(expected[f"alpha_{group}"], rel=CLOSED)


def test_a_codebook_turns_what_was_turned_by_hand() -> None:
    turned, items = load("bfi")
    raw = pd.read_csv(HERE / "inputs" / "bfi.csv")
    book = bfi_codebook()
    for assess in (quality.assess_alpha, quality.assess_omega):
        ours = assess(raw, items[:10], codebook=book)
        assert ours.estimate == pytest.approx(
            assess(turned, items[:10]).estimate, rel=1e-12
        )
    ours = quality.assess_items(raw, items[:5], codebook=book)
    theirs = quality.assess_items(turned, items[:5])
    for one, other in zip(ours, theirs, strict=True):
        assert isinstance(one, quality.ItemQuality)
        assert isinstance(other, quality.ItemQuality)
        assert one.estimate == pytest.approx(other.estimate, rel=1e-12)
        assert one.mean == pytest.approx(other.mean, rel=1e-12)
        assert one.ceiling_share == other.ceiling_share
