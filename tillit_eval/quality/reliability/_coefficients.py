"""Reliability of a sum from covariances: formulas, for one matrix or a stack."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
# One covariance matrix (k, k) or a stack (..., k, k); also complex, for derivatives.
Stack = npt.NDArray[Any]
Coefficient = Callable[[Stack], Stack]

MOST_SPLITS = 10_000


def standardised(covariances: Stack) -> Stack:
    """Return the correlations: covariances of items divided by their own SD."""
    spread = np.sqrt(_diagonal(covariances))
    correlations: Stack = covariances / (spread[..., :, None] * spread[..., None, :])
    return correlations


def alphas(covariances: Stack) -> Stack:
    """Return Cronbach's alpha, which is Guttman's lambda 3."""
    k = covariances.shape[-1]
    return np.asarray(k / (k - 1) * lambda_1(covariances))


def standard_alphas(covariances: Stack) -> Stack:
    """Return alpha of the items divided by their standard deviations."""
    return alphas(standardised(covariances))


def lambda_1(covariances: Stack) -> Stack:
    """Return the share of the sum's variance that is not variance of one item."""
    return np.asarray(1 - _diagonal(covariances).sum(-1) / _total(covariances))


def lambda_2(covariances: Stack) -> Stack:
    """Add what unequal covariances hide from lambda 1."""
    k = covariances.shape[-1]
    squares = (_apart(covariances) ** 2).sum((-2, -1))
    more = np.sqrt(k / (k - 1) * squares) / _total(covariances)
    return np.asarray(lambda_1(covariances) + more)


def lambda_5(covariances: Stack) -> Stack:
    """Add to lambda 1 what the item that goes best with the others shares."""
    squares = (_apart(covariances) ** 2).sum(-1)
    best = np.take_along_axis(squares, squares.real.argmax(-1)[..., None], -1)[..., 0]
    return np.asarray(lambda_1(covariances) + 2 * np.sqrt(best) / _total(covariances))


def lambda_6(covariances: Stack) -> Stack:
    """Count as noise only what the other items do not predict."""
    unexplained = 1 / _diagonal(np.linalg.inv(covariances))
    return np.asarray(1 - unexplained.sum(-1) / _total(covariances))


def split_halves(covariance: Array, rng: np.random.Generator) -> tuple[Array, bool]:
    """Return 4 cov(A, B) / var(A + B) of every split into halves, or of a sample.

    The halves are equal, or differ by one item. All splits are taken if there are
    at most ``MOST_SPLITS``; whether they are is the second thing returned.
    """
    k = len(covariance)
    half = k // 2
    every = k % 2 == 1
    count = comb(k, half) // (1 if every else 2)
    if count <= MOST_SPLITS:
        first = range(k) if every else range(1, k)
        left = list(combinations(first, half))
        places = np.array(left, dtype=np.intp)
    else:
        order = rng.random((MOST_SPLITS, k)).argsort(axis=1)
        places = order[:, :half]
    signs = np.ones((len(places), k))
    np.put_along_axis(signs, places, -1.0, axis=1)
    apart = ((signs @ covariance) * signs).sum(1)
    return 1 - apart / covariance.sum(), count <= MOST_SPLITS


def lengthened(reliability: float, times: float) -> float:
    """Return the reliability of `times` as many items like these."""
    return times * reliability / (1 + (times - 1) * reliability)


def _diagonal(covariances: Stack) -> Stack:
    return np.asarray(np.diagonal(covariances, axis1=-2, axis2=-1))


def _total(covariances: Stack) -> Stack:
    return np.asarray(covariances.sum((-2, -1)))


def _apart(covariances: Stack) -> Stack:
    return np.asarray(covariances * (1 - np.eye(covariances.shape[-1])))
