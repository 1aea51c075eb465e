"""Signs of careless answering, for all people at once: arrays in, numbers out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tillit_eval.quality._data import Array

Halves = tuple[Sequence[int], Sequence[int]]


def longest_string(codes: Array) -> Array:
    """Return how often each person gave the same answer in a row, at most.

    Questions left out do not break a string. Zero for a person without answers.
    """
    gone = np.isnan(codes)
    order = np.argsort(gone, axis=1, kind="stable")
    told = np.take_along_axis(codes, order, axis=1)
    same = told[:, 1:] == told[:, :-1]
    place = np.arange(same.shape[1])
    # The last place where a string was broken, carried on: what is since is its length.
    broken = np.maximum.accumulate(np.where(same, -1, place), axis=1)
    runs = np.where(same, place - broken, 0).max(axis=1, initial=0)
    return np.asarray(np.where(gone.all(axis=1), 0, runs + 1), dtype=np.float64)


def spread(codes: Array) -> Array:
    """Return each person's standard deviation over the items (IRV)."""
    n = (~np.isnan(codes)).sum(axis=1)
    mean = _means(codes)
    away = np.where(np.isnan(codes), 0.0, codes - mean[:, None])
    own = (away**2).sum(axis=1) / np.where(n > 1, n - 1, np.nan)
    return np.asarray(np.sqrt(own), dtype=np.float64)


def even_odd(turned: Array, scales: Sequence[Sequence[int]]) -> Array:
    """Correlate the halves of the scales within each person, as Spearman and Brown.

    Not-a-number where fewer than 3 scales are answered or a half does not vary.
    """
    first = np.column_stack([_means(turned[:, list(one)[0::2]]) for one in scales])
    second = np.column_stack([_means(turned[:, list(one)[1::2]]) for one in scales])
    whole = ~np.isnan(first) & ~np.isnan(second)
    n = np.where(whole.sum(axis=1) >= 3, whole.sum(axis=1), np.nan)[:, None]
    sides = []
    for half in (first, second):
        known = np.where(whole, half, 0.0)
        sides.append(np.where(whole, known - known.sum(1, keepdims=True) / n, 0.0))
    products = (sides[0] * sides[1]).sum(axis=1)
    squares = (sides[0] ** 2).sum(axis=1) * (sides[1] ** 2).sum(axis=1)
    r = products / np.sqrt(np.where(squares > 1e-20, squares, np.nan))
    least = np.where(r <= -1 / 3, np.nan, r)
    # Under -1/3 the formula leaves the range of a correlation.
    return np.asarray(np.where(r <= -1 / 3, -1.0, 2 * least / (1 + least)))


def contradiction(turned: Array, pairs: Sequence[tuple[int, Sequence[int]]]) -> Array:
    """Return how far reversed items, once turned, lie from the rest of their scale.

    The mean over the pairs of the absolute distance, in answer steps.
    """
    apart = [
        np.abs(turned[:, item] - _means(turned[:, list(others)]))
        for item, others in pairs
    ]
    return _means(np.column_stack(apart))


def by_lot(turned: Array, pairs: Sequence[tuple[int, Sequence[int]]]) -> float:
    """Return the distance if the two answers came from different people."""
    each = [
        _mean_distance(turned[:, item], _means(turned[:, list(others)]))
        for item, others in pairs
    ]
    return float(np.mean(each))


def distance(turned: Array) -> Array:
    """Return Mahalanobis's squared distance of whole rows from the mean.

    Not-a-number for rows with gaps, and for everybody where there are too few whole
    rows or an item follows from the others.
    """
    whole = ~np.isnan(turned).any(axis=1)
    told = np.full(len(turned), np.nan)
    rows, k = turned[whole], turned.shape[1]
    if len(rows) < 3 * k:
        return told
    away = rows - rows.mean(axis=0)
    covariance = away.T @ away / (len(rows) - 1)
    size = np.sqrt(np.diag(covariance))
    if (size <= 0).any():
        return told
    values, axes = np.linalg.eigh(covariance / np.outer(size, size))
    if values[0] < 1e-8:
        return told
    told[whole] = ((away / size @ axes) ** 2 / values).sum(axis=1)
    return told


def _means(codes: Array) -> Array:
    """Average what is answered; not-a-number where nothing is."""
    n = (~np.isnan(codes)).sum(axis=1)
    return np.asarray(np.nansum(codes, axis=1) / np.where(n > 0, n, np.nan))


def _mean_distance(one: Array, other: Array) -> float:
    """Return the mean absolute distance over all pairs of one and another value."""
    known = ~np.isnan(one) & ~np.isnan(other)
    values, n = np.unique(one[known], return_counts=True)
    others, m = np.unique(other[known], return_counts=True)
    apart = np.abs(values[:, None] - others[None, :])
    return float(n @ apart @ m / max(n.sum() * m.sum(), 1))
