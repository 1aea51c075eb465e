"""Coefficients as functions of sums over targets, so that targets can be resampled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tillit_eval.errors import TooFewAnswers
from tillit_eval.quality._data import Array
from tillit_eval.quality.agreement._reading import Codes, Judged

Weights = Literal["linear", "quadratic"]
Metric = Literal["nominal", "ordinal", "interval"]
# Different values that a table of steps may have.
MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Statistic:
    """A coefficient: sums per target, and what it is of their total.

    ``sums`` has shape (n_targets, p). ``of`` takes any array (..., p) and gives
    (...), not-a-number or infinite where the coefficient does not exist.
    """

    sums: Array
    of: Callable[[Array], Array]

    @property
    def estimate(self) -> float:
        """The coefficient of all targets."""
        return float(self.of(self.sums.sum(axis=0)))


@dataclass(frozen=True, slots=True)
class Steps:
    """The different values, and per rating which of them it is."""

    values: Array
    code: Codes


def steps_of(data: Judged) -> Steps:
    """Find the steps of the ratings; refuse measurements with too many of them."""
    values, code = np.unique(data.value, return_inverse=True)
    if len(values) > MOST_STEPS:
        raise TooFewAnswers(
            "These ratings have too many different values for a table of steps.",
            expected=f"at most {MOST_STEPS} different values",
            found=f"{len(values)}",
            to_fix='round them, or use coefficient="icc(1,1)"',
            reason="agreement.many_steps",
            values={"n": MOST_STEPS},
        )
    if len(values) < 2:
        raise TooFewAnswers(
            "Every rating is the same.",
            expected="at least two different values",
            found="one",
            to_fix="nothing: agreement cannot be told from habit here",
            reason="agreement.one_step",
        )
    return Steps(values, code.astype(np.int64))


def crossed(data: Judged, steps: Steps) -> Array:
    """Count pairs of steps per target, first rater by second: (targets, c, c)."""
    c = len(steps.values)
    wide = np.empty((data.n_cells, 2), dtype=np.int64)
    wide[data.cell, data.rater] = steps.code
    place = (data.target * c + wide[:, 0]) * c + wide[:, 1]
    counts = np.bincount(place, minlength=data.n_targets * c * c)
    return counts.reshape(data.n_targets, c, c).astype(float)


def coincidences(data: Judged, steps: Steps) -> Array:
    """Count pairs of ratings of the same point per target: (targets, c, c).

    A point with m ratings gives m (m - 1) ordered pairs of weight 1 / (m - 1).
    """
    c, n = len(steps.values), data.n_cells
    counts = np.bincount(data.cell * c + steps.code, minlength=n * c).reshape(n, c)
    weight = 1.0 / (data.sizes - 1.0)
    pairs = np.zeros((data.n_targets, c, c))
    for step in range(c):
        with_step = counts * (counts[:, [step]] * weight[:, None])
        with_step[:, step] -= counts[:, step] * weight
        np.add.at(pairs[:, step], data.target, with_step)
    return pairs


def kappa(tables: Array, distances: Array) -> Statistic:
    """Return Cohen's kappa, weighted by distances: 1 less disagreement over chance's.

    Chance is that of the two raters' own shares of the steps.
    """
    c = len(distances)

    def of(sums: Array) -> Array:
        table = sums.reshape(*sums.shape[:-1], c, c)
        rows, columns = table.sum(axis=-1), table.sum(axis=-2)
        n = rows.sum(axis=-1)
        seen = (table * distances).sum(axis=(-1, -2)) * n
        return _one_less(seen, ((rows @ distances) * columns).sum(axis=-1))

    return Statistic(tables.reshape(len(tables), -1), of)


def krippendorff(pairs: Array, values: Array, metric: Metric) -> Statistic:
    """Return Krippendorff's alpha: 1 less observed over expected disagreement.

    The distance of ordinal steps is that of their midranks, so it moves with the
    counts, and is found anew for every sum.
    """
    c = len(values)
    nominal = 1.0 - np.eye(c)
    squared = (values[:, None] - values) ** 2

    def of(sums: Array) -> Array:
        table = sums.reshape(*sums.shape[:-1], c, c)
        counts = table.sum(axis=-1)
        n = counts.sum(axis=-1)
        distances = squared if metric == "interval" else nominal
        if metric == "ordinal":
            ranks = np.cumsum(counts, axis=-1) - counts / 2
            distances = (ranks[..., :, None] - ranks[..., None, :]) ** 2
        seen = (table * distances).sum(axis=(-1, -2)) * (n - 1)
        expected = (counts[..., :, None] * counts[..., None, :] * distances).sum(
            axis=(-1, -2)
        )
        return _one_less(seen, expected)

    return Statistic(pairs.reshape(len(pairs), -1), of)


def distances_of(values: Array, weights: Weights | None) -> Array:
    """Return how far apart each pair of steps counts: none, linear or squared."""
    if weights is None:
        return 1.0 - np.eye(len(values))
    apart = np.abs(values[:, None] - values) / np.ptp(values)
    return apart if weights == "linear" else apart**2


def _one_less(part: Array, whole: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = 1.0 - part / np.where(whole > 0, whole, np.nan)
    return found


def one_way(data: Judged) -> Statistic:
    """Return ICC(1,1) of points with raters of their own, any number each."""
    value = data.value - data.value.mean()
    size = data.sizes.astype(float)
    total = np.bincount(data.cell, value)
    per_cell = np.column_stack(
        [
            np.ones(data.n_cells),
            size,
            total**2 / size,
            total,
            np.bincount(data.cell, value**2),
        ]
    )

    def of(sums: Array) -> Array:
        points, ratings, own, sum_, squares = np.moveaxis(sums, -1, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            between = (own - sum_**2 / ratings) / (points - 1)
            within = (squares - own) / (ratings - points)
            more = ratings / points - 1
            found: Array = (between - within) / (between + more * within)
        return found

    return Statistic(_per_target(per_cell, data), of)


def two_way(data: Judged, *, absolute: bool) -> Statistic:
    """Return ICC(2,1) (absolute) or ICC(3,1) of points that all raters judged."""
    wide = data.wide() - data.value.mean()
    k = data.n_raters
    total = wide.sum(axis=1)
    per_cell = np.column_stack(
        [np.ones(len(wide)), total**2 / k, (wide**2).sum(axis=1), wide]
    )

    def of(sums: Array) -> Array:
        rows, columns, rest, n = mean_squares(sums, k)
        with np.errstate(divide="ignore", invalid="ignore"):
            whole = rows + (k - 1) * rest
            if absolute:
                whole = whole + k * (columns - rest) / n
            found: Array = (rows - rest) / whole
        return found

    return Statistic(_per_target(per_cell, data), of)


def mean_squares(sums: Array, k: int) -> tuple[Array, Array, Array, Array]:
    """Return mean squares of points, raters and the rest, and the points."""
    n, own, squares = sums[..., 0], sums[..., 1], sums[..., 2]
    raters = sums[..., 3:]
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = raters.sum(axis=-1) ** 2 / (n * k)
        of_raters = (raters**2).sum(axis=-1) / n - centre
        rest = (squares - own - of_raters) / ((n - 1) * (k - 1))
        rows, columns = (own - centre) / (n - 1), of_raters / (k - 1)
    return rows, columns, rest, n


def _per_target(per_cell: Array, data: Judged) -> Array:
    return np.column_stack(
        [
            np.bincount(data.target, column, minlength=data.n_targets)
            for column in per_cell.T
        ]
    )


def step_up(single: float, k: float) -> float:
    """Return the coefficient of the mean of k ratings (Spearman-Brown)."""
    return k * single / (1 + (k - 1) * single)


def spread_one_way(sums: Array) -> tuple[float, float]:
    """Return the mean squares between points and within them."""
    points, ratings, own, total, squares = (float(part) for part in sums)
    between = (own - total**2 / ratings) / max(points - 1, 1)
    return between, (squares - own) / max(ratings - points, 1)
