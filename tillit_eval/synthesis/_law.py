"""One t law behind the interval, the p values and the verdict of a pooled number."""

from __future__ import annotations

from typing import Any

from scipy.special import stdtr, stdtrit

from tillit_eval.findings import Interval, decide_verdict
from tillit_eval.thresholds import threshold


def t_interval(estimate: float, error: float, df: float, level: float) -> Interval:
    """Return the symmetric t interval."""
    reach = float(stdtrit(df, (1 + level) / 2)) * error
    return Interval(estimate - reach, estimate + reach, level)


def conclude(
    estimate: float,
    standard_error: float,
    df: float,
    *,
    level: float,
    margin: float | None,
) -> dict[str, Any]:
    """Return every field of a change that follows from one t law."""
    interval, narrow, p_equivalence = (
        t_interval(estimate, standard_error, df, level),
        None,
        None,
    )
    if margin is not None:
        inner = threshold("equivalence_level")
        narrow = t_interval(estimate, standard_error, df, inner)
        nearest = (margin - abs(estimate)) / standard_error
        p_equivalence = float(stdtr(df, -nearest))
    return {
        "estimate": estimate,
        "standard_error": standard_error,
        "df": df,
        "interval": interval,
        "p_value": float(2 * stdtr(df, -abs(estimate) / standard_error)),
        "margin": margin,
        "equivalence_interval": narrow,
        "p_equivalence": p_equivalence,
        "verdict": decide_verdict(interval, margin=margin, equivalence_interval=narrow),
    }
