"""Several outcomes of each site: correlated errors, two variances, CR2 by site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.synthesis._mixed import Array

Codes = npt.NDArray[np.intp]
_STEPS, _HALVINGS = 200, 40
_STARTS = (0.0, 0.05, 0.2, 0.6, 1.5)


@dataclass(frozen=True, slots=True)
class Family:
    """The average over sites and outcomes.

    Attributes
    ----------
    estimate, standard_error, df : float
        With CR2 by site and Satterthwaite's degrees of freedom.
    between, within : float
        Variance between sites, and between outcomes of one site.
    weights : ndarray, shape (n,)
        Share of each estimate in the average.
    objective : float
        Minus twice the restricted log likelihood, up to R's constant.
    slope : ndarray, shape (2,)
        Of the restricted log likelihood at the two variances.
    """

    estimate: float
    standard_error: float
    df: float
    between: float
    within: float
    weights: Array
    objective: float
    slope: Array


def fit_family(y: Array, s: Array, site: Codes, correlation: float) -> Family:
    """Fit correlated and hierarchical effects by REML.

    Parameters
    ----------
    y, s : ndarray, shape (n,)
        Estimates and their standard errors.
    site : ndarray of int, shape (n,)
        Which site each is from.
    correlation : float
        Assumed between the errors of two outcomes of one site.
    """
    same = (site[:, None] == site).astype(float)
    errors = np.outer(s, s) * (correlation * same + (1 - correlation) * np.eye(len(s)))
    parts = np.stack([same, np.eye(len(s))])
    variances = _maximise(y, errors, parts)
    whole = errors + np.tensordot(variances, parts, 1)
    height, slope, _ = _at(y, errors, parts, variances)
    inverse = np.linalg.inv(whole)
    total = float(inverse.sum())
    weights = inverse.sum(axis=0) / total
    mean = float(weights @ y)
    error, df = _cr2(y - mean, whole, inverse, site)
    constant = (len(y) - 1) * np.log(2 * np.pi) - np.log(len(y))
    return Family(
        mean,
        error,
        df,
        float(variances[0]),
        float(variances[1]),
        weights,
        float(constant - 2 * height),
        slope,
    )


def _at(
    y: Array, errors: Array, parts: Array, variances: Array
) -> tuple[float, Array, Array]:
    """Return restricted log likelihood, its slope and the average information."""
    whole = errors + np.tensordot(variances, parts, 1)
    inverse = np.linalg.inv(whole)
    across = inverse.sum(axis=0)
    p = inverse - np.outer(across, across) / across.sum()
    py = p @ y
    sizes = np.linalg.slogdet(whole)[1] + np.log(across.sum())
    pulled = parts @ py
    traces = np.einsum("ij,aji->a", p, parts)
    slope = 0.5 * (pulled @ py - traces)
    return -0.5 * float(sizes + y @ py), slope, 0.5 * pulled @ p @ pulled.T


def _maximise(y: Array, errors: Array, parts: Array) -> Array:
    """Climb from the best of a grid; a variance at 0 is held there while it falls."""
    size = float(np.var(y)) or 1.0
    starts = [np.array([a, b]) * size for a in _STARTS for b in _STARTS]
    now = max(starts, key=lambda start: _at(y, errors, parts, start)[0])
    for _ in range(_STEPS):
        height, slope, information = _at(y, errors, parts, now)
        free = (now > 0) | (slope > 0)
        step = np.zeros(2)
        if free.any():
            step[free] = np.linalg.lstsq(
                information[np.ix_(free, free)], slope[free], rcond=None
            )[0]
        new = _climb(y, errors, parts, now, step, height)
        if np.abs(new - now).max() <= 1e-13 * size:
            break
        now = new
    return now


def _climb(
    y: Array, errors: Array, parts: Array, now: Array, step: Array, height: float
) -> Array:
    """Take the step, or as much of it as does not go down."""
    for halving in range(_HALVINGS):
        new: Array = np.maximum(now + step / 2**halving, 0.0)
        if _at(y, errors, parts, new)[0] >= height - 1e-13 * abs(height):
            return new
    return now


def _cr2(
    residuals: Array, whole: Array, inverse: Array, site: Codes
) -> tuple[float, float]:
    """Return the CR2 standard error of the average and Satterthwaite's df."""
    n = len(residuals)
    spread = 1 / float(inverse.sum())
    left = np.eye(n) - spread * np.outer(np.ones(n), inverse.sum(axis=0))
    pulls, rows = 0.0, []
    for code in np.unique(site):
        own = site == code
        block = whole[np.ix_(own, own)]
        root = np.linalg.cholesky(block).T
        adjusted = root.T @ _inverse_root(root @ (block - spread) @ root.T) @ root
        pull = inverse[np.ix_(own, own)].sum(axis=0) @ adjusted
        pulls += float(pull @ residuals[own]) ** 2
        rows.append(spread * pull @ left[own])
    g = np.array(rows)
    p = g @ whole @ g.T
    df = float(np.trace(p) ** 2 / (p**2).sum())
    return spread * pulls**0.5, df


def _inverse_root(matrix: Array) -> Array:
    """Return the symmetric inverse square root; directions of no size are left out."""
    sizes, directions = np.linalg.eigh(matrix)
    kept = sizes > 1e-12 * sizes.max()
    roots = np.where(kept, 1 / np.sqrt(np.where(kept, sizes, 1.0)), 0.0)
    found: Array = (directions * roots) @ directions.T
    return found
