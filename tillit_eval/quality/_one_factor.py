"""A one-factor model by maximum likelihood, from a covariance matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MOST_STEPS = 1_000
SMALL_GRADIENT = 1e-10


@dataclass(frozen=True, slots=True)
class OneFactor:
    """A fitted one-factor model of ``k`` items.

    Attributes
    ----------
    loadings, uniquenesses : ndarray, shape (k,)
        In the items' own units; the factor has variance 1.
    information : ndarray, shape (2 k, 2 k)
        Expected information per observation of (loadings, uniquenesses).
    objective : float
        The discrepancy F: log-determinants and trace, 0 for a perfect fit.
    gradient : float
        Largest derivative of F, items scaled to variance 1.
    converged : bool
        Whether `gradient` is under ``1e-7``.
    """

    loadings: Array
    uniquenesses: Array
    information: Array
    objective: float
    gradient: float
    converged: bool


def fit_one_factor(covariance: Array) -> OneFactor:
    """Fit one factor by Fisher scoring.

    Uniquenesses are free, also below zero, so that a solution outside the
    admissible range is seen and not silently moved to its edge. The fit does not
    depend on whether the covariances were divided by n or n - 1.

    Parameters
    ----------
    covariance : ndarray, shape (k, k)
        Of at least 3 items, none constant.

    Returns
    -------
    OneFactor
        With loadings whose sum is not negative.
    """
    spread = np.sqrt(np.diag(covariance))
    target = covariance / np.outer(spread, spread)
    theta = _start(target)
    value = _objective(theta, target)
    slope, information = _slope(theta, target)
    for _ in range(MOST_STEPS):
        if np.abs(slope).max() < SMALL_GRADIENT:
            break
        step = np.asarray(np.linalg.lstsq(information, slope)[0], dtype=np.float64)
        theta, value, moved = _walk(theta, step, value, target)
        slope, information = _slope(theta, target)
        if not moved:
            break
    return _in_units(theta, spread, information, value, slope)


def _start(target: Array) -> Array:
    """Begin at the first principal axis of the correlations."""
    values, vectors = np.linalg.eigh(target)
    first = vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.1))
    first = first * (1 if first.sum() >= 0 else -1)
    first = np.clip(first, -0.9, 0.9)
    return np.concatenate([first, 1 - first**2])


def _implied(theta: Array) -> Array:
    k = len(theta) // 2
    implied: Array = np.outer(theta[:k], theta[:k]) + np.diag(theta[k:])
    return implied


def _objective(theta: Array, target: Array) -> float:
    implied = _implied(theta)
    try:
        np.linalg.cholesky(implied)
    except np.linalg.LinAlgError:
        return float("inf")
    ours, theirs = np.linalg.slogdet(implied)[1], np.linalg.slogdet(target)[1]
    return float(
        ours - theirs + np.trace(np.linalg.solve(implied, target)) - len(target)
    )


def _slope(theta: Array, target: Array) -> tuple[Array, Array]:
    """Return half the gradient of F and the expected information."""
    k = len(target)
    loadings = theta[:k]
    implied = _implied(theta)
    inverse = np.linalg.inv(implied)
    gap = inverse @ (implied - target) @ inverse
    slope = np.concatenate([gap @ loadings, np.diag(gap) / 2])
    along = inverse @ loadings
    information = np.empty((2 * k, 2 * k))
    information[:k, :k] = inverse * (loadings @ along) + np.outer(along, along)
    information[:k, k:] = inverse * along[None, :]
    information[k:, :k] = information[:k, k:].T
    information[k:, k:] = inverse**2 / 2
    return slope, information


def _walk(
    theta: Array, step: Array, value: float, target: Array
) -> tuple[Array, float, bool]:
    """Take the step, or the largest halving of it that does not make F worse."""
    size = 1.0
    for _ in range(40):
        trial = theta - size * step
        reached = _objective(trial, target)
        if reached <= value + 1e-14:
            return trial, reached, True
        size /= 2
    return theta, value, False


def _in_units(
    theta: Array, spread: Array, information: Array, value: float, slope: Array
) -> OneFactor:
    k = len(spread)
    scaling = np.concatenate([spread, spread**2])
    gradient = float(2 * np.abs(slope).max())
    sign = 1.0 if theta[:k].sum() >= 0 else -1.0
    flip = np.concatenate([np.full(k, sign), np.ones(k)])
    natural = theta * flip * scaling
    outer = np.outer(flip / scaling, flip / scaling)
    return OneFactor(
        loadings=natural[:k],
        uniquenesses=natural[k:],
        information=information * outer,
        objective=value,
        gradient=gradient,
        converged=gradient < 1e-7,
    )
