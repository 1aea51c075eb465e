"""The spread of the changes of linked people, and changes counted in spreads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tillit_eval.comparison._effects import (
    average_interval,
    change_interval,
    gamma_correction,
    over_spread,
)
from tillit_eval.comparison._moments import variance
from tillit_eval.findings import Interval
from tillit_eval.summaries import ChangeSummary


def change_variance(summary: ChangeSummary) -> float:
    """Return the variance of the changes over people; 0 if it is only rounding."""
    squares = summary.square_before + summary.square_after
    change = variance(
        summary.n_pairs,
        summary.sum_after - summary.sum_before,
        squares - 2 * summary.product,
    )
    n = float(summary.n_pairs.sum())
    return change if change * n > 1e-12 * float(squares.sum()) else 0.0


def paired_effects(
    summary: ChangeSummary,
    interval: Interval,
    estimate: float,
    variances: tuple[float, float],
) -> dict[str, Any]:
    """Return the standardised changes with their intervals."""
    n, level = int(summary.n_pairs.sum()), interval.level
    spread = math.sqrt(sum(variances) / 2)
    change = math.sqrt(change_variance(summary))
    if spread == 0 or change == 0:
        return {}
    sd_before, sd_after = (math.sqrt(one) for one in variances)
    r = None
    if sd_before > 0 and sd_after > 0:
        r = float(
            np.clip((sum(variances) - change**2) / (2 * sd_before * sd_after), -1, 1)
        )
    d_average, d_change = estimate / spread, estimate / change
    if summary.has_units:
        of_average = over_spread(interval, spread)
        of_change = over_spread(interval, change)
    else:
        of_average = average_interval(
            d_average,
            sd_before=sd_before,
            sd_after=sd_after,
            r=r or 0.0,
            n=n,
            level=level,
        )
        of_change = change_interval(d_change, n=n, level=level)
    correction = gamma_correction(n - 1)
    return {
        "d_average": d_average,
        "d_average_interval": of_average,
        "d_change": d_change,
        "d_change_interval": of_change,
        "g_average": correction * d_average,
        "g_average_interval": over_spread(of_average, 1 / correction),
        "g_df": float(n - 1),
        "correlation": r,
    }
