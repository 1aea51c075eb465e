"""Thresholds from margins, then every polychoric correlation at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from tillit_eval.quality._data import Array
from tillit_eval.quality.correlations._normal import bivariate_cdf, bivariate_density
from tillit_eval.quality.correlations._tables import CategoryTables

BOUND = 0.99995  # a likelihood that still rises here has no maximum inside
_SUSPECT = 0.9
_TINY = 1e-18
_MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class PolychoricFit:
    """Thresholds and polychoric correlations of category tables.

    With ``k`` items of at most ``C`` categories and ``m = k (k - 1) / 2`` pairs in
    the order of ``numpy.triu_indices(k, 1)``: (0, 1), (0, 2), …

    Attributes
    ----------
    tables : CategoryTables
        What was fitted.
    thresholds : ndarray, shape (k, C - 1)
        In standard deviations of the latent answer; infinite beyond the categories
        an item has.
    rho : ndarray, shape (m,)
        Correlation of each pair; ±1 at the bound, not-a-number where nobody
        answered both.
    at_bound : ndarray of bool, shape (m,)
        Pairs whose likelihood has no maximum inside ±1, or that nobody answered.
    log_likelihood : ndarray, shape (m,)
        Sum over the pair's cells of n log p, at the thresholds of the margins.
    pair_counts : ndarray, shape (m, C, C)
        The tables used, with what was added to empty cells.
    gradient : ndarray, shape (m,)
        Slope of ``log_likelihood`` per person at ``rho``.
    """

    tables: CategoryTables
    thresholds: Array
    rho: Array
    at_bound: npt.NDArray[np.bool_]
    log_likelihood: Array
    pair_counts: Array
    gradient: Array

    @property
    def matrix(self) -> Array:
        """The correlations as a symmetric matrix, shape (k, k)."""
        k = len(self.tables.items)
        matrix = np.eye(k)
        one, other = np.triu_indices(k, 1)
        matrix[one, other] = matrix[other, one] = self.rho
        return matrix

    @property
    def n_pairs(self) -> Array:
        """People behind each pair, shape (m,)."""
        one, other = np.triu_indices(len(self.tables.items), 1)
        people: Array = self.tables.counts[one, other].sum(axis=(1, 2))
        return people


def polychoric(tables: CategoryTables, *, added: float = 0.0) -> PolychoricFit:
    """Estimate thresholds and all polychoric correlations in two steps.

    Parameters
    ----------
    tables : CategoryTables
        From `count_categories`.
    added : float, default 0.0
        Count put into each empty cell of a pair's table before its correlation is
        sought; thresholds stay those of the margins.

    Returns
    -------
    PolychoricFit
        The maximum of each pair's likelihood given the thresholds.

    Notes
    -----
    Olsson (1979), doi 10.1007/BF02296207, two-step. All pairs take Fisher-scoring
    steps together, each halved until its likelihood does not fall.
    """
    thresholds = thresholds_of(tables.margins)
    one, other = np.triu_indices(len(tables.items), 1)
    counts = tables.counts[one, other]
    if added:
        counts = _filled(
            counts, tables.n_categories[one], tables.n_categories[other], added
        )
    pairs = _Pairs(thresholds[one], thresholds[other], counts)
    rho, at_bound = _maximise(pairs)
    value, slope, _ = pairs.at(np.clip(np.nan_to_num(rho), -BOUND, BOUND))
    n = np.maximum(counts.sum(axis=(1, 2)), 1.0)
    return PolychoricFit(
        tables,
        thresholds,
        rho,
        at_bound,
        value,
        counts,
        np.where(at_bound, 0, slope / n),
    )


def thresholds_of(margins: Array) -> Array:
    """Return where the latent answer passes from one category to the next.

    Parameters
    ----------
    margins : ndarray, shape (k, C)
        People per category; empty ones at the end only.

    Returns
    -------
    ndarray, shape (k, C - 1)
        Normal quantiles of the cumulative shares; infinite where all are below.
    """
    below = np.cumsum(margins, axis=1)[:, :-1]
    thresholds: Array = ndtri(below / margins.sum(axis=1, keepdims=True))
    return thresholds


def cell_probabilities(x: Array, y: Array, rho: Array) -> Array:
    """Return the probability of each cell, shape (m, C, C), for m pairs.

    Parameters
    ----------
    x, y : ndarray, shape (m, C - 1)
        Thresholds of the first and of the second item of each pair.
    rho : ndarray, shape (m,)
        Correlations within ±1.

    Returns
    -------
    ndarray, shape (m, C, C)
        At least 1e-18 each.
    """
    from scipy.special import ndtr

    m, steps = x.shape
    below = np.zeros((m, steps + 2, steps + 2))
    below[:, 1:-1, 1:-1] = bivariate_cdf(*_corners(x, y, rho))
    below[:, 1:-1, -1], below[:, -1, 1:-1], below[:, -1, -1] = ndtr(x), ndtr(y), 1.0
    cells = np.diff(np.diff(below, axis=1), axis=2)
    return np.maximum(cells, _TINY)


def cell_slopes(x: Array, y: Array, rho: Array) -> Array:
    """Return the derivative of `cell_probabilities` for the correlation."""
    m, steps = x.shape
    height = np.zeros((m, steps + 2, steps + 2))
    height[:, 1:-1, 1:-1] = bivariate_density(*_corners(x, y, rho))
    return np.diff(np.diff(height, axis=1), axis=2)


def _corners(x: Array, y: Array, rho: Array) -> tuple[Array, Array, Array]:
    shape = (*x.shape, y.shape[1])
    return (
        np.broadcast_to(x[:, :, None], shape),
        np.broadcast_to(y[:, None, :], shape),
        np.broadcast_to(rho[:, None, None], shape),
    )


def _filled(
    counts: Array,
    rows: npt.NDArray[np.int_],
    columns: npt.NDArray[np.int_],
    added: float,
) -> Array:
    """Put something into empty cells, but not where an item has no such category."""
    places = np.arange(counts.shape[1])
    real = (places < rows[:, None])[:, :, None] & (places < columns[:, None])[
        :, None, :
    ]
    return np.where((counts == 0) & real, added, counts)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The likelihoods of some pairs of items."""

    x: Array
    y: Array
    counts: Array

    def only(self, which: npt.NDArray[np.int_]) -> _Pairs:
        return _Pairs(self.x[which], self.y[which], self.counts[which])

    def at(self, rho: Array) -> tuple[Array, Array, Array]:
        """Return log-likelihood, its slope and Fisher's information, each (m,)."""
        cells = cell_probabilities(self.x, self.y, rho)
        slopes = cell_slopes(self.x, self.y, rho)
        ratio = slopes / cells
        inside = cells > _TINY
        value = np.sum(self.counts * np.log(cells), axis=(1, 2))
        slope = np.sum(self.counts * ratio, axis=(1, 2))
        n = self.counts.sum(axis=(1, 2))
        information = n * np.sum(np.where(inside, slopes * ratio, 0), axis=(1, 2))
        return value, slope, information


def _maximise(pairs: _Pairs) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Climb all likelihoods together; settled pairs are left alone."""
    m = len(pairs.x)
    rho = np.zeros(m)
    active = np.flatnonzero(pairs.counts.sum(axis=(1, 2)) > 0)
    value, slope, information = pairs.at(rho)
    for _ in range(_MOST_STEPS):
        if len(active) == 0:
            break
        some = pairs.only(active)
        step = slope[active] / np.maximum(information[active], 1e-300)
        new, best, up, curve = _climb(some, rho[active], value[active], step)
        moved = np.abs(new - rho[active])
        rho[active], value[active] = new, best
        slope[active], information[active] = up, curve
        active = active[moved > 1e-13]
    nobody = pairs.counts.sum(axis=(1, 2)) == 0
    # Cells that shrink to nothing leave the likelihood flat before the bound.
    flat = (np.abs(rho) > _SUSPECT) & (information < 1.0)
    at_bound = (np.abs(rho) >= BOUND) | flat | nobody
    edge = np.where(nobody, np.nan, np.sign(rho))
    return np.where(at_bound, edge, rho), at_bound


def _climb(
    pairs: _Pairs, rho: Array, value: Array, step: Array
) -> tuple[Array, Array, Array, Array]:
    """Take one step, at most nine tenths of the way to the bound, halved as needed."""
    room = np.where(step > 0, 1 - rho, 1 + rho)
    step = np.clip(step, -0.9 * room, 0.9 * room)
    for _ in range(40):
        new = np.clip(rho + step, -BOUND, BOUND)
        best, slope, information = pairs.at(new)
        worse = best < value - 1e-12 * np.abs(value)
        if not worse.any():
            break
        step = np.where(worse, step / 2, step)
    return new, best, slope, information
