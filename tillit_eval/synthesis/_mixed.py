"""The mixed-effects model of site estimates: arrays in, numbers out, many at once.

Shapes: ``(..., k)`` for k sites and ``(..., k, p)`` for p coefficients; what stands
before is as many data sets as wanted, fitted side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

Array = npt.NDArray[np.float64]

# Places where the likelihood is looked at before the best is refined: it can have
# more than one top, and a search from one start may end on the lower.
_GRID, _SMALLEST, _STEPS = 40, 1e-8, 100


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    tau_squared : ndarray, shape (...)
        Variance between sites that the coefficients leave.
    coefficients : ndarray, shape (..., p)
        One for an average, more with a moderator.
    covariance : ndarray, shape (..., p, p)
        Of the coefficients, before Hartung and Knapp's factor.
    weights : ndarray, shape (..., k)
        One over the variance of each site, tau squared included.
    residuals : ndarray, shape (..., k)
        Estimate less fitted value.
    factor : ndarray, shape (...)
        Hartung and Knapp's q: how much the sites vary, against what was expected.
    """

    tau_squared: Array
    coefficients: Array
    covariance: Array
    weights: Array
    residuals: Array
    factor: Array


def fit_mixed(y: Array, v: Array, x: Array, *, method: str = "reml") -> Fit:
    """Fit the model by REML, or with Paule and Mandel's tau squared.

    Parameters
    ----------
    y, v : ndarray, shape (..., k)
        Estimates and their squared standard errors.
    x : ndarray, shape (..., k, p)
        Design; a column of ones for an average.
    method : {"reml", "paule-mandel"}
        How tau squared is found.
    """
    y, v = np.broadcast_arrays(np.asarray(y, float), np.asarray(v, float))
    k, p = x.shape[-2:]
    if method == "reml":
        tau2 = _reml(y, v, x)
    else:
        tau2 = solve_q(y, v, x, np.full(y.shape[:-1], float(k - p)))
    return fit_given(y, v, x, tau2)


def fit_given(y: Array, v: Array, x: Array, tau2: Array) -> Fit:
    """Fit the coefficients where tau squared is known."""
    w = 1 / (v + tau2[..., None])
    beta, inverse, r = _least_squares(y, w, x)
    k, p = x.shape[-2:]
    return Fit(tau2, beta, inverse, w, r, (w * r**2).sum(-1) / (k - p))


def heterogeneity(y: Array, v: Array, x: Array) -> tuple[Array, Array]:
    """Return Cochran's Q and the typical variance within sites (Higgins)."""
    fixed = fit_given(y, v, x, np.zeros(y.shape[:-1]))
    k, p = x.shape[-2:]
    return fixed.factor * (k - p), (k - p) / _trace(fixed.weights, x, fixed.covariance)


def even_share(v: Array) -> float:
    """Return how many sites count by their own precision, as a share of all.

    One if all are equally precise, near one over k if one site is all that counts.
    """
    w = 1 / np.asarray(v, float)
    return float(w.sum() ** 2 / (w**2).sum() / len(w))


def profile_q(
    y: Array, v: Array, x: Array, level: float
) -> tuple[Array, Array]:  # fmt: skip
    """Return the ends of the Q-profile interval of tau squared."""
    k, p = x.shape[-2:]
    ends = [float(chdtri(k - p, tail)) for tail in ((1 - level) / 2, (1 + level) / 2)]
    low, high = (solve_q(y, v, x, np.full(y.shape[:-1], end)) for end in ends)
    return low, high


def solve_q(y: Array, v: Array, x: Array, wanted: Array) -> Array:
    """Find the tau squared at which the generalised Q is `wanted`; 0 if none is.

    Q falls and is convex in tau squared, so Newton's steps from 0 never pass it.
    """
    tau2 = np.zeros(y.shape[:-1])
    for _ in range(_STEPS):
        w = 1 / (v + tau2[..., None])
        r = _least_squares(y, w, x)[2]
        gap = (w * r**2).sum(-1) - wanted
        slope = ((w * r) ** 2).sum(-1)
        step = np.where(gap > 0, gap / np.where(slope > 0, slope, 1.0), 0.0)
        tau2 = tau2 + step
        if np.all(step <= 1e-15 * tau2):
            break
    return tau2


def _reml(y: Array, v: Array, x: Array) -> Array:
    """Maximise the restricted likelihood: a grid first, then safeguarded Newton."""
    spread = np.ptp(y, axis=-1) ** 2
    places = np.r_[0.0, np.geomspace(_SMALLEST, 4.0, _GRID)]
    grid = spread[..., None] * places
    wide = x[..., None, :, :] if x.ndim > 2 else x
    tops = _likelihood(y[..., None, :], v[..., None, :], wide, grid)
    best = tops.argmax(-1)[..., None]
    low, tau2, high = (
        np.take_along_axis(grid, np.clip(best + side, 0, _GRID), -1)[..., 0]
        for side in (-1, 0, 1)
    )
    for _ in range(_STEPS):
        slope, curve = _slopes(y, v, x, tau2)
        low, high = np.where(slope > 0, tau2, low), np.where(slope > 0, high, tau2)
        newton = tau2 + slope / np.where(curve > 0, curve, 1.0)
        inside = (curve > 0) & (newton >= low) & (newton <= high)
        new = np.where(inside, newton, (low + high) / 2)
        done = np.abs(new - tau2) <= 1e-15 * spread
        tau2 = new
        if np.all(done):
            break
    return tau2


def _likelihood(y: Array, v: Array, x: Array, tau2: Array) -> Array:
    """Return the restricted log likelihood, up to a constant."""
    w = 1 / (v + tau2[..., None])
    _, inverse, r = _least_squares(y, w, x)
    size = np.linalg.slogdet(inverse)[1]
    found: Array = 0.5 * (np.log(w).sum(-1) + size - (w * r**2).sum(-1))
    return found


def _slopes(y: Array, v: Array, x: Array, tau2: Array) -> tuple[Array, Array]:
    """Return slope and downward curve of the restricted likelihood at tau squared."""
    w = 1 / (v + tau2[..., None])
    _, inverse, r = _least_squares(y, w, x)
    z = w * r
    across = np.einsum("...ki,...k,...k->...i", x, w, z)
    curved = (w * z**2).sum(-1) - np.einsum(
        "...i,...ij,...j->...", across, inverse, across
    )
    two = inverse @ _cross(x, w**2)
    squares = (w**2).sum(-1) - 2 * _tr(inverse @ _cross(x, w**3)) + _tr(two @ two)
    return 0.5 * ((z**2).sum(-1) - _trace(w, x, inverse)), curved - 0.5 * squares


def _least_squares(y: Array, w: Array, x: Array) -> tuple[Array, Array, Array]:
    """Return weighted coefficients, the inverse of X'WX, and the residuals."""
    inverse = np.asarray(np.linalg.inv(_cross(x, w)), dtype=np.float64)
    beta: Array = np.einsum("...ij,...kj,...k,...k->...i", inverse, x, w, y)
    residuals: Array = y - np.einsum("...ki,...i->...k", x, beta)
    return beta, inverse, residuals


def _trace(w: Array, x: Array, inverse: Array) -> Array:
    found: Array = w.sum(-1) - _tr(inverse @ _cross(x, w**2))
    return found


def _cross(x: Array, w: Array) -> Array:
    found: Array = np.einsum("...ki,...k,...kj->...ij", x, w, x)
    return found


def _tr(matrix: Array) -> Array:
    found: Array = np.trace(matrix, axis1=-2, axis2=-1)
    return found
