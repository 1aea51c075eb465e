"""Awkward answers, everything that assesses answers, and what must be true of it.

Columns that are constant, repeat each other, are mirrored, miss steps, pile up or
hold hardly an answer; groups of one; answers of any size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from tillit_eval import quality
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Finding, Interval
from tillit_eval.phrases import say

Ask = Callable[[pd.DataFrame, list[str]], object]
Column = Callable[[np.ndarray, np.random.Generator], np.ndarray]

COLUMNS: dict[str, Column] = {
    "five steps": lambda x, rng: steps(x, rng, 3.0),
    "ceiling": lambda x, rng: steps(x, rng, 4.6),
    "mirrored": lambda x, rng: 6 - steps(x, rng, 3.0),
    "constant": lambda x, rng: np.full(len(x), 3.0),
    "the trait": lambda x, rng: np.clip(np.rint(3 + x), 1, 5),
    "two answers": lambda x, rng: 1.0 + (steps(x, rng, 3.0) > 3),
    "steps missing": lambda x, rng: np.where(steps(x, rng, 3.0) > 3, 5.0, 1.0),
    "one differs": lambda x, rng: 1.0 + (np.arange(len(x)) == 0),
    "unrelated": lambda x, rng: rng.integers(1, 6, len(x)).astype(float),
    "holes": lambda x, rng: np.where(
        rng.random(len(x)) < 0.4, np.nan, steps(x, rng, 3.0)
    ),
    "hardly an answer": lambda x, rng: np.where(
        np.arange(len(x)) < 2, steps(x, rng, 3.0), np.nan
    ),
    "no answer": lambda x, rng: np.full(len(x), np.nan),
    "enormous": lambda x, rng: steps(x, rng, 3.0) * 1e9,
    "tiny": lambda x, rng: steps(x, rng, 3.0) * 1e-9,
    "far from zero": lambda x, rng: steps(x, rng, 3.0) + 1e6,
}


def steps(x: np.ndarray, rng: np.random.Generator, level: float) -> np.ndarray:
    """Answer on five steps."""
    return np.clip(np.rint(level + x + 0.7 * rng.normal(size=len(x))), 1, 5)


def answers(n: int, kinds: list[str], groups: int, seed: int) -> pd.DataFrame:
    """Draw one column of each kind, and groups of which the first is one person."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=n)
    columns = {f"q{k}": COLUMNS[kind](trait, rng) for k, kind in enumerate(kinds)}
    alone = np.arange(n) == 0
    group = np.where(alone & (groups > 2), 0, 1 + np.arange(n) % min(groups, 2))
    return pd.DataFrame(columns).assign(
        group=group.astype(str), unit=(np.arange(n) % 7).astype(str), source="real"
    )


ASKED: dict[str, Ask] = {
    "items": quality.assess_items,
    "alpha": quality.assess_alpha,
    "alpha, standardised": lambda f, q: quality.assess_alpha(f, q, standardised=True),
    "alpha, free": lambda f, q: quality.assess_alpha(f, q, method="distribution-free"),
    "alpha, bootstrap": lambda f, q: quality.assess_alpha(
        f, q, method="bootstrap", draws=100, rng=1
    ),
    "alpha, ordinal": lambda f, q: quality.assess_alpha(f, q, ordinal=True),
    "omega": quality.assess_omega,
    "omega, hierarchical": lambda f, q: quality.assess_omega(f, q, kind="hierarchical"),
    "omega, categorical": lambda f, q: quality.assess_omega(f, q, ordinal=True),
    "reliability": lambda f, q: quality.assess_reliability(f, q, rng=1),
    "measurement error": quality.assess_measurement_error,
    "equal alpha": lambda f, q: quality.assess_equal_alpha(f, q, by="group"),
    "dimensions": lambda f, q: quality.assess_dimensions(f, q, draws=100, rng=1),
    "dimensions, ordinal": lambda f, q: quality.assess_dimensions(
        f, q, ordinal=True, draws=100, rng=1
    ),
    "polychoric": quality.assess_polychoric,
    "polychoric, 0.5 in empty cells": lambda f, q: quality.assess_polychoric(
        f, q, zero_cells="filled", smooth=True, missing="pairs"
    ),
    **{
        f"structure, {estimator}": lambda f, q, estimator=estimator: (
            quality.assess_structure(f, {"f": q}, estimator=estimator)
        )
        for estimator in ("ml", "mlr", "fiml", "wlsmv")
    },
    **{
        f"invariance, {estimator}": lambda f, q, estimator=estimator: (
            quality.assess_invariance(f, q, group="group", estimator=estimator)
        )
        for estimator in ("ml", "mlr", "wlsmv")
    },
    "bias": lambda f, q: quality.assess_bias(f, q, group="group", unit=None),
    "careless": quality.assess_careless,
    "aggregation": lambda f, q: quality.assess_aggregation(f, q, unit="unit"),
}


SIZES = (1, 2, 3, 5, 12, 40, 200)


def outcome(name: str, n: int, kinds: list[str], groups: int, seed: int) -> str:
    """Ask once; return ``told`` or the reason, and fail on anything else."""
    frame = answers(n, kinds, groups, seed)
    before = frame.copy()
    said = "told"
    try:
        found = ASKED[name](frame, [f"q{k}" for k in range(len(kinds))])
    except DataProblem as error:
        said = refused(error)
    else:
        for one in listed(found):
            check(one)
    pd.testing.assert_frame_equal(frame, before)
    return said


def refused(error: DataProblem) -> str:
    """See that a refusal has its four lines, and words in the other language."""
    lines = str(error).split("\n")
    assert [line[:11] for line in lines[1:]] == [
        *("  expected:", "  found:   ", "  to fix:  ")
    ]
    if isinstance(error, TooFewAnswers):
        assert say(error.reason, "sv", **error.values)
    return lines[0]


def listed(found: object) -> Iterable[Finding]:
    return found if not isinstance(found, Finding) else [found]  # type: ignore[return-value]


def check(found: Finding) -> None:
    """See that numbers are numbers, intervals hold them, and words say them."""
    for lang in ("en", "sv"):
        said = found.sentence(lang)  # type: ignore[arg-type]
        assert said
        assert not any(odd in f" {said} " for odd in (" nan", " inf", "−inf", "None"))
    for value in parts(found):
        if isinstance(value, Interval):
            assert not math.isnan(value.low)
            assert not math.isnan(value.high)
            assert value.low <= value.high
        if isinstance(value, float):
            assert not math.isnan(value)
    estimate, around = (
        getattr(found, "estimate", None),
        getattr(found, "interval", None),
    )
    if isinstance(found, quality.Reliability):
        assert estimate is not None
        assert estimate <= 1
    if estimate is not None and around is not None:
        near = 1e-9 * max(1.0, abs(estimate))
        assert around.low - near <= estimate <= around.high + near


def parts(value: Any) -> Iterable[object]:
    """Yield everything a finding holds, inside tuples and records too."""
    if isinstance(value, Interval) or not is_dataclass(value):
        if isinstance(value, tuple):
            for one in value:
                yield from parts(one)
        else:
            yield value
        return
    for field in fields(value):
        yield from parts(getattr(value, field.name))
