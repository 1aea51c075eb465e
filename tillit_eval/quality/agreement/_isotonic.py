"""A rising line from the steps of one version to the levels of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tillit_eval.errors import TooFewAnswers
from tillit_eval.quality._data import Array


@dataclass(frozen=True, slots=True)
class Bridge:
    """Judgements on both versions: per target and old step, how many and their sum.

    ``x`` holds the old steps, joined where they were met too seldom; ``ends`` the
    lowest and the highest new level.
    """

    x: Array
    counts: Array
    sums: Array
    ends: tuple[float, float]

    @property
    def n_targets(self) -> int:
        """Targets judged on both versions."""
        return len(self.counts)


def bridge_of(pairs: pd.DataFrame, *, fewest: int) -> Bridge:
    """Count and add up, and join the steps met in fewer judgements than `fewest`.

    Parameters
    ----------
    pairs : DataFrame
        ``target, old, new``, one row per thing judged on both.
    fewest : int
        Fewest judgements on a step.

    Returns
    -------
    Bridge
        With old steps in rising order.
    """
    target = pd.factorize(pairs["target"])[0]
    values, step = np.unique(pairs["old"].to_numpy(dtype=float), return_inverse=True)
    group = _join(np.bincount(step), fewest)[step]
    shape = (int(target.max()) + 1, int(group.max()) + 1)
    place = target * shape[1] + group
    counts, sums = (
        np.bincount(place, weights=weights, minlength=shape[0] * shape[1])
        for weights in (np.ones(len(pairs)), pairs["new"].to_numpy(dtype=float))
    )
    total = np.bincount(group, weights=values[step]) / np.bincount(group)
    return Bridge(
        x=total,
        counts=counts.reshape(shape).astype(float),
        sums=sums.reshape(shape).astype(float),
        ends=(float(pairs["new"].min()), float(pairs["new"].max())),
    )


def _join(counts: np.ndarray, fewest: int) -> np.ndarray:
    """Return the group of each step: rising, each group with enough judgements."""
    group, filled = np.zeros(len(counts), dtype=np.int64), 0
    at = 0
    for step, n in enumerate(counts):
        if filled >= fewest:
            at, filled = at + 1, 0
        group[step], filled = at, filled + int(n)
    if filled < fewest and at > 0:
        group[group == at] = at - 1
    return group


def rise(bridge: Bridge, weights: Array) -> Array:
    """Return the rising line for each row of weights of the targets.

    A step that no target of a row met lies on the straight line between its
    neighbours.
    """
    from scipy.optimize import isotonic_regression

    counts, sums = weights @ bridge.counts, weights @ bridge.sums
    lines = np.empty_like(counts)
    for row, (n, total) in enumerate(zip(counts, sums, strict=True)):
        met = n > 0
        line = isotonic_regression(total[met] / n[met], weights=n[met]).x
        lines[row] = np.interp(bridge.x, bridge.x[met], line)
    return lines


def check_bridge(pairs: pd.DataFrame, fewest: int) -> None:
    """Refuse versions that nothing links, or too little."""
    n = int(pairs["target"].nunique())
    flat = n > 0 and 1 in (pairs["old"].nunique(), pairs["new"].nunique())
    if n >= fewest and not flat:
        return
    reason = "one_level" if flat and n >= fewest else "few_bridge" if n else "no_bridge"
    raise TooFewAnswers(
        "Changed instrument: nothing links the two versions."
        if n == 0
        else "Changed instrument: too little links the two versions.",
        expected=f"a bridging sample: at least {fewest} targets that the same rater "
        "judged on both versions in the same round, on steps that differ",
        found=f"{n} targets" + (", all on one step" if flat else ""),
        to_fix="judge some targets on both versions, or do not compare them",
        reason=f"severity.{reason}",
        values={"n": fewest},
    )
