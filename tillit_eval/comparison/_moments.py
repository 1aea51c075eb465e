"""Sums per unit turned into changes: over people, over units, between arms."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.comparison._cluster import Array, estimate_contrast, fit_clusters
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


def mean_of_changes(rows: Rows, codes: Codes) -> Found:
    """Average the linked people's changes; CR2 over clusters."""
    totals = [rows.n_before, rows.sum_after - rows.sum_before]
    n, change = (_per_cluster(total, codes) for total in totals)
    return _fitted(n[:, None, None], change[:, None], np.ones(1))


def mean_of_units(rows: Rows, codes: Codes) -> Found:
    """Average the units' changes; with one unit per cluster this is Student's t."""
    change, both = rows.unit_changes
    n = _per_cluster(both.astype(float), codes)
    total = _per_cluster(change, codes)
    return _fitted(n[:, None, None], total[:, None], np.ones(1))


def change_of_means(rows: Rows, codes: Codes) -> Found:
    """Regress all scores on the wave; CR2 over clusters."""
    cross, moments = _by_wave(rows, codes)
    return _fitted(cross, moments, np.array([0.0, 1.0]))


def change_between_arms(rows: Rows, codes: Codes, treated: Flags) -> Found:
    """Regress all scores on wave, arm and their product; CR2 over clusters."""
    cross, moments = _by_wave(rows, codes)
    arm = np.c_[np.ones(len(moments)), _arms(codes, treated)]
    square = np.einsum("ga,gb,gij->gaibj", arm, arm, cross)
    return _fitted(
        square.reshape(len(arm), 4, 4),
        np.einsum("ga,gi->gai", arm, moments).reshape(len(arm), 4),
        np.array([0.0, 0.0, 0.0, 1.0]),
    )


def units_between_arms(rows: Rows, codes: Codes, treated: Flags) -> Found:
    """Compare the units' changes between arms.

    Welch's t with one unit per cluster; else CR2 over the assigned groups.
    """
    change, both = rows.unit_changes
    if len(np.unique(codes[both])) == both.sum():
        return welch(change[both & treated], change[both & ~treated])
    n, total = (_per_cluster(x, codes) for x in (both.astype(float), change))
    arm = np.c_[np.ones(len(n)), _arms(codes, treated)]
    cross = np.einsum("g,ga,gb->gab", n, arm, arm)
    return _fitted(cross, total[:, None] * arm, np.array([0.0, 1.0]))


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


def _fitted(cross: Array, moments: Array, contrast: Array) -> Found:
    used = cross[:, 0, 0] > 0
    fit = fit_clusters(cross[used], moments[used])
    found = estimate_contrast(fit, contrast)
    return Found(float(found.estimate), float(found.standard_error), float(found.df))
