"""How much each person moves thresholds and correlations, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from tillit_eval.quality._data import Array
from tillit_eval.quality.correlations._normal import normal_density
from tillit_eval.quality.correlations._polychoric import (
    PolychoricFit,
    cell_probabilities,
    cell_slopes,
)
from tillit_eval.quality.correlations._tables import CategoryTables, Coded

_CHUNK = 32_768
Information = Literal["observed", "expected"]


@dataclass(frozen=True, slots=True)
class Influence:
    """What one person with given answers adds to each estimate.

    The last place of every table stands for a missing answer, so a code of -1 finds
    it. The sum over people is 0, the sum of squares a variance.

    Attributes
    ----------
    thresholds : ndarray, shape (k, C + 1, C - 1)
        By item, answer and threshold; 0 for thresholds an item lacks.
    rho : ndarray, shape (m, C + 1, C + 1)
        By pair and the two answers.
    """

    thresholds: Array
    rho: Array


def influence_of(
    fit: PolychoricFit, *, information: Information = "observed"
) -> Influence:
    r"""Return each answer's influence on thresholds and polychoric correlations.

    Parameters
    ----------
    fit : PolychoricFit
        From `polychoric`. Pairs at the bound get not-a-number.
    information : {"observed", "expected"}, default "observed"
        Whether the blocks below are summed over the people seen, as lavaan does, or
        over those the fitted correlation expects, which serves small samples better.

    Returns
    -------
    Influence
        In units of the estimates, per person.

    Notes
    -----
    Two-step M-estimation as in Muthén (1984), doi 10.1007/BF02294210:
    :math:`A_{22}(\hat\rho - \rho) = \sum s_\rho - A_{21} (\hat\tau - \tau)`. The
    blocks :math:`A` are sums of products of scores.
    """
    tables = fit.tables
    one, other = np.triu_indices(len(tables.items), 1)
    steps = _threshold_influence(fit)
    rho = np.where(fit.at_bound, 0.0, fit.rho)
    x, y = fit.thresholds[one], fit.thresholds[other]
    cells = cell_probabilities(x, y, rho)
    score = cell_slopes(x, y, rho) / cells
    counts = fit.pair_counts if information == "observed" else _expected(fit)
    weighted = counts * score
    curvature = np.sum(weighted * score, axis=(1, 2))
    curvature = np.where(fit.at_bound | (curvature <= 0), np.nan, curvature)
    first = _crossed(weighted, _threshold_scores(x, y, rho) / cells[:, None])
    turned = _threshold_scores(y, x, rho) / cells.transpose(0, 2, 1)[:, None]
    second = _crossed(weighted.transpose(0, 2, 1), turned)
    m, wide = len(one), cells.shape[1]
    table = np.zeros((m, wide + 1, wide + 1))
    table[:, :wide, :wide] = score
    table -= np.einsum("mt,mct->mc", first, steps[one])[:, :, None]
    table -= np.einsum("mt,mct->mc", second, steps[other])[:, None, :]
    return Influence(steps, table / curvature[:, None, None])


def standard_errors(
    fit: PolychoricFit, *, information: Information = "expected"
) -> Array:
    """Return the standard error of each correlation, from the tables alone.

    Parameters
    ----------
    fit : PolychoricFit
        From `polychoric`.
    information : {"observed", "expected"}, default "expected"
        Over the people that the fitted correlations expect in each cell (Olsson,
        1979), or over those seen: then they are the square roots of the diagonal of
        `asymptotic_covariance` and equal to lavaan's.

    Returns
    -------
    ndarray, shape (m,)
        Not-a-number for pairs at the bound.
    """
    tables = fit.tables
    one, other = np.triu_indices(len(tables.items), 1)
    seen = tables.counts[one, other]
    counts = seen if information == "observed" else _expected(fit)
    squares = influence_of(fit, information=information).rho ** 2
    variance = np.sum(counts * squares[:, :-1, :-1], axis=(1, 2))
    lone = tables.margins[one] - seen.sum(axis=2)
    variance += np.sum(lone * squares[:, :-1, -1], axis=1)
    lone = tables.margins[other] - seen.sum(axis=1)
    variance += np.sum(lone * squares[:, -1, :-1], axis=1)
    errors: Array = np.sqrt(variance)
    return errors


def threshold_errors(fit: PolychoricFit) -> Array:
    """Return the standard error of each threshold, shape (k, C - 1)."""
    squares = _threshold_influence(fit) ** 2
    margins = fit.tables.margins[:, :, None]
    errors: Array = np.sqrt(np.sum(margins * squares[:, :-1], axis=1))
    return errors


def _expected(fit: PolychoricFit) -> Array:
    """Return the people each cell should hold by the fitted correlations."""
    one, other = np.triu_indices(len(fit.tables.items), 1)
    rho = np.where(fit.at_bound, 0.0, fit.rho)
    cells = cell_probabilities(fit.thresholds[one], fit.thresholds[other], rho)
    people = fit.pair_counts.sum(axis=(1, 2))[:, None, None]
    return np.where(cells > 1e-17, people * cells, 0.0)


def asymptotic_covariance(coded: Coded, influence: Influence) -> Array:
    """Return the covariance matrix of all thresholds and correlations.

    Parameters
    ----------
    coded : Coded
        The rows behind the tables (complete ones, if those were counted).
    influence : Influence
        From `influence_of`.

    Returns
    -------
    ndarray, shape (q, q)
        Thresholds item by item, then correlations in the order (0, 1), (0, 2), …;
        times the number of people it is lavaan's ``gamma`` (NACOV).
    """
    sizes = [len(one) for one in coded.values]
    one, other = np.triu_indices(len(sizes), 1)
    q = sum(sizes) - len(sizes) + len(one)
    total = np.zeros((q, q))
    for start in range(0, len(coded.codes), _CHUNK):
        part = slice(start, start + _CHUNK)
        codes = coded.codes[part].astype(np.int64)
        moves = np.empty((q, len(codes)))
        row = 0
        for item, size in enumerate(sizes):
            own = influence.thresholds[item, :, : size - 1]
            moves[row : row + size - 1] = own[codes[:, item]].T
            row += size - 1
        for pair in range(len(one)):
            table = influence.rho[pair]
            moves[row + pair] = table[codes[:, one[pair]], codes[:, other[pair]]]
        total += (moves * coded.weights[part]) @ moves.T
    return total


def _threshold_influence(fit: PolychoricFit) -> Array:
    """Return (1{x <= c} - F_c) / density, per person, by item, answer and threshold."""
    tables: CategoryTables = fit.tables
    k, wide = tables.margins.shape
    result = np.zeros((k, wide + 1, wide - 1))
    height = normal_density(fit.thresholds)
    used = np.isfinite(fit.thresholds) & (height > 0)
    people = tables.margins.sum(axis=1)
    scale = np.where(used, 1 / np.where(used, height, 1.0), 0.0) / people[:, None]
    below = np.arange(wide)[:, None] <= np.arange(wide - 1)
    share = ndtr(fit.thresholds)
    result[:, :wide] = (below - share[:, None, :]) * scale[:, None, :]
    return result


def _threshold_scores(x: Array, y: Array, rho: Array) -> Array:
    """Return each cell's slope for each threshold of the first item, (m, C-1, C, C)."""
    m, steps = x.shape
    edges = np.zeros((m, steps, y.shape[1] + 2))
    root = np.sqrt((1 - rho) * (1 + rho))[:, None, None]
    safe = np.clip(x, -40, 40)[:, :, None]
    edges[:, :, 1:-1] = ndtr((y[:, None, :] - rho[:, None, None] * safe) / root)
    edges[:, :, -1] = 1.0
    slope = np.diff(edges, axis=2) * normal_density(x)[:, :, None]
    result = np.zeros((m, steps, steps + 1, y.shape[1] + 1))
    places = np.arange(steps)
    result[:, places, places] = slope
    result[:, places, places + 1] = -slope
    return result


def _crossed(weighted: Array, scores: Array) -> Array:
    """Return sums of products of the correlation's and the thresholds' scores."""
    return np.asarray(np.einsum("mab,mtab->mt", weighted, scores))
