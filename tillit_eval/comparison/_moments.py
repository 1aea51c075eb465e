"""Sums per unit turned into changes: over people, over units, between arms."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.comparison._cluster import Array
from tillit_eval.comparison._regression import ArmSums, Regression
from tillit_eval.summaries import ChangeSummary

Codes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """An estimate with its standard error and degrees of freedom."""

    estimate: float
    standard_error: float
    df: float


@dataclass(frozen=True, slots=True)
class Rows:
    """Number, sum and sum of squares of the scores, per unit and wave.

    ``centre`` was taken from every score before they were summed.
    """

    n_before: Array
    n_after: Array
    sum_before: Array
    sum_after: Array
    square_before: Array
    square_after: Array
    centre: float = 0.0

    @property
    def unit_changes(self) -> tuple[Array, Flags]:
        """Change of each unit's mean, and which units have both waves."""
        both = (self.n_before > 0) & (self.n_after > 0)
        first = self.sum_before / np.where(both, self.n_before, 1.0)
        second = self.sum_after / np.where(both, self.n_after, 1.0)
        return np.where(both, second - first, 0.0), both

    @property
    def means(self) -> tuple[float, float]:
        """Means of the two waves over people."""
        return (
            self.centre + float(self.sum_before.sum() / self.n_before.sum()),
            self.centre + float(self.sum_after.sum() / self.n_after.sum()),
        )

    @property
    def unit_means(self) -> tuple[float, float]:
        """Means over the units' means, of units with both waves."""
        _, both = self.unit_changes
        return (
            self.centre + float((self.sum_before[both] / self.n_before[both]).mean()),
            self.centre + float((self.sum_after[both] / self.n_after[both]).mean()),
        )

    @property
    def variances(self) -> tuple[float, float]:
        """Variances of the two waves over people, whatever their unit."""
        return (
            variance(self.n_before, self.sum_before, self.square_before),
            variance(self.n_after, self.sum_after, self.square_after),
        )

    def of(self, where: Flags) -> Rows:
        """Keep some units."""
        return Rows(
            self.n_before[where],
            self.n_after[where],
            self.sum_before[where],
            self.sum_after[where],
            self.square_before[where],
            self.square_after[where],
            self.centre,
        )


def stayed(summary: ChangeSummary) -> Rows:
    """Return the linked people's sums."""
    return Rows(
        summary.n_pairs,
        summary.n_pairs,
        summary.sum_before,
        summary.sum_after,
        summary.square_before,
        summary.square_after,
        summary.centre,
    )


def everyone(summary: ChangeSummary) -> Rows:
    """Return the sums of all who answered, linked or not."""
    return Rows(
        summary.n_before,
        summary.n_after,
        summary.all_before,
        summary.all_after,
        summary.all_square_before,
        summary.all_square_after,
        summary.centre,
    )


def variance(n: Array, sums: Array, squares: Array) -> float:
    """Return the variance over all people from sums per unit; 0 if negligible."""
    total, centre = float(n.sum()), float(sums.sum() / n.sum())
    square = float(squares.sum())
    spread = square - total * centre**2
    return spread / (total - 1) if spread > 1e-12 * square else 0.0


def mean_of_changes(rows: Rows, codes: Codes) -> Regression:
    """Average the linked people's changes."""
    totals = [rows.n_before, rows.sum_after - rows.sum_before]
    n, change = (_per_cluster(total, codes) for total in totals)
    return _intercept(n, change)


def mean_of_units(rows: Rows, codes: Codes) -> Regression:
    """Average the units' changes; CR2 with one unit per cluster is Student's t."""
    n, total = _unit_totals(rows, codes)
    return _intercept(n, total, one_each=_one_each(n))


def change_of_means(rows: Rows, codes: Codes) -> Regression:
    """Regress all scores on the wave."""
    cross, moments = _by_wave(rows, codes)
    contrast = np.array([0.0, 1.0])
    return Regression(cross=cross, moments=moments, contrast=contrast)


def change_between_arms(rows: Rows, codes: Codes, treated: Flags) -> Regression:
    """Regress all scores on wave, arm and their product."""
    cross, moments = _by_wave(rows, codes)
    reform = _arms(codes, treated)
    arm = np.c_[np.ones(len(moments)), reform]
    square = np.einsum("ga,gb,gij->gaibj", arm, arm, cross)
    n_after, after = cross[:, 1, 1], moments[:, 1]
    return Regression(
        cross=square.reshape(len(arm), 4, 4),
        moments=np.einsum("ga,gi->gai", arm, moments).reshape(len(arm), 4),
        contrast=np.array([0.0, 0.0, 0.0, 1.0]),
        arms=ArmSums(
            n_before=cross[:, 0, 0] - n_after,
            n_after=n_after,
            before=moments[:, 0] - after,
            after=after,
            treated=reform > 0,
            noise=_noise(rows, codes),
        ),
    )


def units_between_arms(rows: Rows, codes: Codes, treated: Flags) -> Regression:
    """Compare the units' changes between arms."""
    n, total = _unit_totals(rows, codes)
    reform = _arms(codes, treated)
    arm = np.c_[np.ones(len(n)), reform]
    return Regression(
        cross=np.einsum("g,ga,gb->gab", n, arm, arm),
        moments=total[:, None] * arm,
        contrast=np.array([0.0, 1.0]),
        arms=ArmSums(
            n_before=n,
            n_after=n,
            before=np.zeros_like(n),
            after=total,
            treated=reform > 0,
            noise=_noise(rows, codes),
        ),
        one_each=_one_each(n),
    )


def welch(one: Array, two: Array) -> Found:
    """Return the difference of two means, first minus second, unequal variances."""
    return welch_moments(
        (float(one.mean()), float(two.mean())),
        (float(one.var(ddof=1)), float(two.var(ddof=1))),
        (len(one), len(two)),
    )


def welch_moments(
    means: tuple[float, float],
    variances: tuple[float, float],
    n: tuple[float, float],
) -> Found:
    """Return Welch's comparison from means, variances and numbers."""
    parts = (variances[0] / n[0], variances[1] / n[1])
    error = sum(parts)
    below = sum(p**2 / (m - 1) for p, m in zip(parts, n, strict=True))
    df = error**2 / below if below > 0 else math.inf
    return Found(means[0] - means[1], math.sqrt(error), df)


def _intercept(n: Array, total: Array, *, one_each: bool = False) -> Regression:
    return Regression(
        cross=n[:, None, None],
        moments=total[:, None],
        contrast=np.ones(1),
        one_each=one_each,
    )


def _unit_totals(rows: Rows, codes: Codes) -> tuple[Array, Array]:
    """Return units with both waves, and the sum of their changes, per cluster."""
    change, both = rows.unit_changes
    return _per_cluster(both.astype(float), codes), _per_cluster(change, codes)


def _noise(rows: Rows, codes: Codes) -> Array:
    """Return what sampling people adds to the variance of each group's change."""
    people = (_per_cluster(n, codes) for n in (rows.n_before, rows.n_after))
    first, second = (1 / np.maximum(n, 1.0) for n in people)
    return np.asarray(first + second)


def _one_each(n: Array) -> bool:
    return bool((n <= 1).all())


def _by_wave(rows: Rows, codes: Codes) -> tuple[Array, Array]:
    """Return X'X and X'y per cluster for an intercept and the wave after."""
    sums = (rows.n_before, rows.n_after, rows.sum_before, rows.sum_after)
    n0, n1, y0, y1 = (_per_cluster(total, codes) for total in sums)
    cross = np.stack([n0 + n1, n1, n1, n1], axis=-1).reshape(-1, 2, 2)
    return cross, np.stack([y0 + y1, y1], axis=-1)


def _arms(codes: Codes, treated: Flags) -> Array:
    """Return 1 for the clusters that are treated."""
    return (_per_cluster(treated.astype(float), codes) > 0).astype(float)


def _per_cluster(values: Array, codes: Codes) -> Array:
    return np.bincount(codes, weights=values).astype(np.float64)
