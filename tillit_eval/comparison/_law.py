"""One t law gives the interval, the p value, the equivalence test, the verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

from scipy.special import stdtr, stdtrit

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.findings import Interval, Verdict, decide_verdict
from tillit_eval.thresholds import threshold


@dataclass(frozen=True, slots=True)
class Inference:
    """What one estimate, its standard error and its df say together.

    Attributes
    ----------
    estimate, standard_error, df : float
        What was estimated; a score test has no standard error and no df.
    interval, equivalence_interval : Interval
        At the level asked for, and at 90 % (only with a margin).
    p_value, p_equivalence : float
        Two-sided against no change; the larger one-sided p against the margin.
    margin : float or None
        Smallest change worth noticing.
    verdict : {"no_change", "rose", "fell", "cannot_tell"}
        See `decide_verdict`.
    """

    estimate: float
    standard_error: float | None
    df: float | None
    interval: Interval
    p_value: float
    margin: float | None
    equivalence_interval: Interval | None
    p_equivalence: float | None
    verdict: Verdict

    def as_fields(self) -> dict[str, Any]:
        """Return the fields by the names that every change has."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def infer(
    estimate: float,
    standard_error: float,
    df: float,
    *,
    level: float,
    margin: float | None,
) -> Inference:
    """Draw every conclusion from one t law.

    Parameters
    ----------
    estimate, standard_error, df : float
        From a method; the standard error is above zero.
    level : float
        Coverage of the interval.
    margin : float or None
        Smallest change worth noticing, above zero.

    Returns
    -------
    Inference
        Interval, p values and verdict that cannot contradict each other.

    Examples
    --------
    >>> found = infer(0.5, 0.2, 33.0, level=0.95, margin=None)
    >>> round(found.p_value, 4), found.verdict
    (0.0176, 'rose')
    """
    interval = t_interval(estimate, standard_error, df, level)
    narrow, p_equivalence = None, None
    if margin is not None:
        narrow = t_interval(
            estimate, standard_error, df, threshold("equivalence_level")
        )
        nearest = (margin - abs(estimate)) / standard_error
        p_equivalence = float(stdtr(df, -nearest))
    return Inference(
        estimate=estimate,
        standard_error=standard_error,
        df=df,
        interval=interval,
        p_value=float(2 * stdtr(df, -abs(estimate) / standard_error)),
        margin=margin,
        equivalence_interval=narrow,
        p_equivalence=p_equivalence,
        verdict=decide_verdict(interval, margin=margin, equivalence_interval=narrow),
    )


def t_interval(
    estimate: float, standard_error: float, df: float, level: float
) -> Interval:
    """Return the symmetric t interval."""
    reach = float(stdtrit(df, (1 + level) / 2)) * standard_error
    return Interval(estimate - reach, estimate + reach, level)


def check_margin(margin: object) -> float | None:
    """Return the margin as a number, or say what is wrong with it.

    Parameters
    ----------
    margin : object
        What the caller gave.

    Returns
    -------
    float or None
        A finite number above zero, or None.

    Raises
    ------
    DataProblem
        If it is anything else.
    """
    if margin is None:
        return None
    if isinstance(margin, bool) or not isinstance(margin, (int, float)):
        found = kind_of(margin)
    elif math.isfinite(margin) and margin > 0:
        return float(margin)
    else:
        found = str(margin)
    raise DataProblem(
        "The margin is not a size of change.",
        expected="a number above 0, in the unit of the estimate, or None",
        found=found,
        to_fix="give the smallest change worth noticing, such as margin=5",
    )
