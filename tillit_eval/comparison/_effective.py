"""How many independent people a clustered share is worth, and its interval."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import stdtrit

from tillit_eval.comparison._cluster import Array
from tillit_eval.comparison._moments import Codes, Rows
from tillit_eval.comparison._read import Asked
from tillit_eval.findings import Interval
from tillit_eval.quality import clopper_pearson, wilson
from tillit_eval.thresholds import threshold


def share_intervals(rows: Rows, codes: Codes | None, asked: Asked) -> dict[str, Any]:
    """Return each share's interval and effective number of people."""
    out: dict[str, Any] = {}
    for name, n, count in (
        ("before", rows.n_before, rows.sum_before),
        ("after", rows.n_after, rows.sum_after),
    ):
        share, people = float(count.sum() / n.sum()), float(n.sum())
        size = (
            people if codes is None else effective_people(n, count, codes, asked.level)
        )
        out[f"{name}_interval"] = _share_interval(share, size, codes, asked.level)
        out[f"effective_{name}"] = None if codes is None else size
    return out


def _share_interval(
    share: float, n: float, codes: Codes | None, level: float
) -> Interval:
    exact = codes is None and n < threshold("n_exact_share")
    return (clopper_pearson if exact else wilson)(share * n, n, level=level)


def effective_people(n: Array, count: Array, codes: Codes, level: float) -> float:
    r"""Return how many independent people a clustered share is worth.

    Parameters
    ----------
    n, count : ndarray, shape (G,)
        People asked and people who count, per unit.
    codes : ndarray, shape (G,)
        The cluster of each unit.
    level : float
        Coverage of the interval it is for.

    Returns
    -------
    float
        Never above the number of people.

    Notes
    -----
    :math:`p (1 - p) / v \cdot (t_{n-1} / t_{C-1})^2` with the linearised variance
    :math:`v` of the share over ``C`` clusters (Korn & Graubard 1998), as
    ``svyciprop(method = "beta")`` of the R package survey.
    """
    people = np.bincount(codes, weights=n)
    counted = np.bincount(codes, weights=count)[people > 0]
    people = people[people > 0]
    total, share = float(people.sum()), float(counted.sum() / people.sum())
    groups = len(people)
    residual = counted - share * people
    variance = groups / (groups - 1) * float((residual**2).sum()) / total**2
    if share * (1 - share) == 0 or variance <= 1e-15:
        return total
    upper = (1 + level) / 2
    law = float(stdtrit(total - 1, upper) / stdtrit(groups - 1, upper))
    return min(total, share * (1 - share) / variance * law**2)
