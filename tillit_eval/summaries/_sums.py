"""Sums per unit of linked scores and of all scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.summaries.model import Array

Codes = npt.NDArray[np.int64]


def centre_of(scores: Array) -> float:
    """Return a whole number near the mean of scores far from zero, else 0."""
    known = scores[~np.isnan(scores)]
    if not len(known) or not np.isfinite(known).all():
        return 0.0
    mean = float(known.mean())
    return float(np.rint(mean)) if abs(mean) > max(1000 * known.std(), 1.0) else 0.0


def sums_per_unit(rows: pd.DataFrame, home: Codes, n_units: int) -> dict[str, Any]:
    """Add up linked scores and all scores, per unit."""
    scored = rows.assign(home=home)[home >= 0]
    before, after = scored[~scored["after"]], scored[scored["after"]]
    pairs = before[before["person"] >= 0].merge(
        after[after["person"] >= 0], on="person", suffixes=("", "_after")
    )
    x, y = pairs["score"].to_numpy(), pairs["score_after"].to_numpy()

    def total(groups: pd.Series[Any], values: Array) -> Array:
        codes = groups.to_numpy()
        sums = np.bincount(codes, weights=values, minlength=n_units)
        return sums.astype(np.float64)

    def both(frame: pd.DataFrame) -> tuple[Array, Array, Array]:
        score = frame["score"].to_numpy()
        where = frame["home"]
        ones = np.ones(len(score))
        return total(where, ones), total(where, score), total(where, score**2)

    n_before, all_before, all_square_before = both(before)
    n_after, all_after, all_square_after = both(after)
    where = pairs["home"]
    return {
        "n_pairs": total(where, np.ones(len(x))),
        "sum_before": total(where, x),
        "sum_after": total(where, y),
        "square_before": total(where, x**2),
        "square_after": total(where, y**2),
        "product": total(where, x * y),
        "n_before": n_before,
        "n_after": n_after,
        "all_before": all_before,
        "all_after": all_after,
        "all_square_before": all_square_before,
        "all_square_after": all_square_after,
        "n_before_only": int((before["person"] >= 0).sum()) - len(pairs),
        "n_after_only": int((after["person"] >= 0).sum()) - len(pairs),
        "n_without_code": int((scored["person"] < 0).sum()),
        "n_movers": int(_moved(pairs)),
    }


def _moved(pairs: pd.DataFrame) -> int:
    known = pairs["unit"].notna() & pairs["unit_after"].notna()
    return int((known & (pairs["unit"] != pairs["unit_after"])).sum())
