"""Rows with missing answers, grouped by which answers they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._moments import check_repeats
from tillit_eval.quality.factors._rows import Rows

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MOST_EM, EM_TOLERANCE = 5_000, 1e-12
ALMOST_REPEATED = 1e-7


@dataclass(frozen=True, slots=True)
class Patterns:
    """Moments of ``K`` patterns of answers, zero where an answer is missing.

    Attributes
    ----------
    group : ndarray of int, shape (K,)
        Which group the pattern belongs to.
    seen : ndarray of float, shape (K, p)
        1 where the pattern has an answer.
    n : ndarray, shape (K,)
        Rows.
    means : ndarray, shape (K, p)
        Of the answers there are.
    covariance : ndarray, shape (K, p, p)
        Divided by n.
    """

    group: npt.NDArray[np.int64]
    seen: Array
    n: Array
    means: Array
    covariance: Array

    @property
    def shares(self) -> Array:
        """Each pattern's share of all rows."""
        share: Array = self.n / self.n.sum()
        return share

    def of_group(self, g: int) -> Patterns:
        """Take the patterns of one group."""
        own = self.group == g
        return Patterns(
            np.zeros(int(own.sum()), dtype=np.int64),
            *(part[own] for part in (self.seen, self.n, self.means, self.covariance)),
        )


def patterns_of(rows: Rows) -> Patterns:
    """Group rows by pattern; a row without any answer is left out."""
    parts = [_of_one(values, g) for g, values in enumerate(rows.values)]
    group, seen, n, means, covariance = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    return Patterns(group, seen, n, means, covariance)


def _of_one(
    values: Array, g: int
) -> tuple[npt.NDArray[np.int64], Array, Array, Array, Array]:
    there = ~np.isnan(values)
    values, there = values[there.any(axis=1)], there[there.any(axis=1)]
    packed = np.packbits(there, axis=1)
    _, first, code = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(code.ravel(), kind="stable")
    n = np.bincount(code.ravel())
    filled = np.where(there, values, 0.0)[order]
    blocks = np.split(filled, np.cumsum(n)[:-1])
    means = np.stack([block.mean(axis=0) for block in blocks])
    products = np.stack([block.T @ block / len(block) for block in _centred(blocks)])
    seen = there[first].astype(np.float64)
    return np.full(len(n), g), seen, n.astype(np.float64), means, products


def _centred(blocks: Sequence[Array]) -> list[Array]:
    return [block - block.mean(axis=0) for block in blocks]


def inverses(covariance: Array, seen: Array) -> tuple[Array, Array]:
    """Invert the part of a covariance that each pattern saw.

    Returns
    -------
    inverse : ndarray, shape (K, p, p)
        Zero where an answer is missing.
    log_determinant : ndarray, shape (K,)

    Raises
    ------
    numpy.linalg.LinAlgError
        If one is not positive definite.
    """
    both = seen[:, :, None] * seen[:, None]
    eye = np.eye(seen.shape[1])
    padded = covariance * both + eye * (1 - seen)[:, None]
    root = np.linalg.cholesky(padded)
    log_determinant = 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return np.linalg.inv(padded) * both, log_determinant


def saturated(patterns: Patterns) -> tuple[Array, Array, float]:
    """Estimate the means and covariance of one group that fit best (EM).

    Returns
    -------
    means : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
    objective : float
        -2 log-likelihood per row, without its constant.
    """
    share, seen = patterns.shares, patterns.seen
    weight = share @ seen
    mean = share @ patterns.means / weight
    away = (patterns.means - mean) * seen
    squares = np.diagonal(patterns.covariance, axis1=1, axis2=2) + away**2
    covariance = np.diag(share @ squares / weight)
    before = np.inf
    for _ in range(MOST_EM):
        check_repeats(covariance[None], ALMOST_REPEATED)
        inverse, log_determinant = inverses(covariance, seen)
        away = (patterns.means - mean) * seen
        around = patterns.covariance + away[:, :, None] * away[:, None]
        traces = np.einsum("kij,kij->k", inverse, around)
        objective = float(share @ (log_determinant + traces))
        if before - objective < EM_TOLERANCE:
            break
        before = objective
        fill = covariance @ inverse
        moved = np.einsum("kij,kj->ki", fill, away)
        full = fill @ around @ fill.transpose(0, 2, 1)
        full += covariance - fill @ covariance
        shift = share @ moved
        mean = mean + shift
        covariance = np.einsum("k,kij->ij", share, full) - np.outer(shift, shift)
        covariance = (covariance + covariance.T) / 2
    return mean, covariance, objective
