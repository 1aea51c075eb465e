"""Variance components of judgements: what is refused, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.phrases import Label, say
from tillit_eval.quality._data import Array
from tillit_eval.quality.agreement._variance import (
    MOST_LEVELS,
    Codes,
    Components,
    fit_components,
)

# Fewest targets whose spread can be estimated at all.
FEWEST = 5


def codes_of(frame: pd.DataFrame, keys: Sequence[str]) -> Codes:
    """Return the level of a random effect that each row has, from 0."""
    groups = frame.groupby(list(keys), sort=False).ngroup()
    return groups.to_numpy().astype(np.int64)


def check_enough(value: Array, targets: int, raters: int) -> None:
    """Refuse a handful of targets or raters, and judgements that are all the same."""
    if targets < FEWEST or raters < 2:
        raise TooFewAnswers(
            "Too few targets or raters to tell how they spread.",
            expected=f"at least {FEWEST} targets and 2 raters",
            found=f"{targets} targets and {raters} raters",
            to_fix="check the columns target and rater, or wait for more",
            reason="severity.few_for_spread",
            values={"n": FEWEST},
        )
    if float(np.ptp(value)) <= 1e-12 * float(np.abs(value).max()):
        raise TooFewAnswers(
            "Every judgement is the same.",
            expected="judgements that differ",
            found="one value",
            to_fix="nothing: judgements without any spread have no shares",
            reason="severity.one_value",
        )


def solve(value: Array, fixed: Array, factors: Sequence[Codes]) -> Components:
    """Estimate the variances, or say why the layout does not allow it."""
    levels = sum(int(codes.max()) + 1 for codes in factors)
    if levels > MOST_LEVELS:
        raise DataProblem(
            "The table of ratings is too large for this question.",
            expected=f"at most {MOST_LEVELS} targets, raters and their crossings",
            found=f"{levels}",
            to_fix="take a random part of the targets",
        )
    if len(value) > int(np.linalg.matrix_rank(fixed)) + len(factors):
        found = fit_components(value, fixed, factors)
        if found.separable:
            return found
    raise TooFewAnswers(
        "Targets and raters cannot be told apart.",
        expected="raters who judge several targets or several things, and targets "
        "with several raters",
        found="a layout in which one follows from the other",
        to_fix="check the columns target, rater and round",
        reason="severity.not_separable",
    )


def name_of(scale: str, default: str) -> Label | None:
    """Return what a finding is called where the caller did not say."""
    if scale:
        return None
    key = f"severity.{default}"
    return Label(say(key, "en"), say(key, "sv"))
