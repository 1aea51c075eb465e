"""Can these items have a factor model at all?"""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from tillit_eval.errors import TooFewAnswers
from tillit_eval.quality._data import Array, Pooled


def check_factor_items(pooled: Pooled) -> None:
    """Refuse two items, and items that follow from each other."""
    _refuse_two(pooled.items)
    _check_repeats(pooled.covariance)


def _refuse_two(names: tuple[str, ...]) -> None:
    if len(names) == 2:
        raise TooFewAnswers(
            "Two items do not make a factor model.",
            expected="at least 3 items",
            found="2; their reliability is the correlation stepped up by "
            "Spearman and Brown, which is alpha of standardised items",
            to_fix="use assess_alpha for two items",
            reason="quality.two_items",
        )


def _check_repeats(covariance: Array) -> None:
    spread = np.sqrt(np.diag(covariance))
    smallest = np.linalg.eigvalsh(covariance / np.outer(spread, spread))[0]
    if smallest < 1e-10:
        raise TooFewAnswers(
            "An item repeats another, or follows from the others.",
            expected="items none of which can be worked out from the others",
            found="answers that determine each other fully",
            to_fix="leave out the item that repeats another, or use more people",
            reason="quality.repeated_item",
        )


def refuse_no_solution() -> NoReturn:
    """Say that one factor does not describe these items."""
    raise TooFewAnswers(
        "The one-factor model found no solution for these items.",
        expected="items that share one factor",
        found="a fit that did not settle",
        to_fix="look at assess_items, and use assess_alpha meanwhile",
        reason="quality.no_solution",
    )
