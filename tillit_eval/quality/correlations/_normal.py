"""Two correlated normal variables: probabilities under corners, for many at once."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import ndtr

from tillit_eval.quality._data import Array

FAR = 40.0  # beyond this a normal variable is never met in double precision
_STEEP = 0.925  # from here the integral over the correlation needs another form


@cache
def _nodes() -> tuple[Array, Array]:
    """Return 20 Gauss-Legendre nodes on (0, 1) and their weights."""
    from scipy.special import roots_legendre

    nodes, weights = roots_legendre(20)
    return (np.asarray(nodes) + 1) / 2, np.asarray(weights) / 2


def bivariate_cdf(x: Array, y: Array, rho: Array) -> Array:
    r"""Return the probability that two correlated normal variables lie under corners.

    Parameters
    ----------
    x, y, rho : ndarray, of one shape
        Corners in standard deviations, and correlations strictly within ±1.

    Returns
    -------
    ndarray, of the same shape
        :math:`P(X \le x, Y \le y)`, to about 1e-15.

    Notes
    -----
    Drezner and Wesolowsky (1990), doi 10.1080/00949659008811236, as made exact near
    ±1 by Genz (2004), doi 10.1023/B:STCO.0000035304.20635.31, with 20 nodes.

    Examples
    --------
    >>> half = np.array([0.5])
    >>> bivariate_cdf(0 * half, 0 * half, half).round(12)
    array([0.33333333])
    """
    x, y = np.clip(x, -FAR, FAR), np.clip(y, -FAR, FAR)
    steep = np.abs(rho) > _STEEP
    result = np.empty(np.shape(rho))
    result[~steep] = _flat(x[~steep], y[~steep], rho[~steep])
    result[steep] = _steep(x[steep], y[steep], rho[steep])
    return np.clip(result, 0.0, 1.0)


def bivariate_density(x: Array, y: Array, rho: Array) -> Array:
    """Return the density of two correlated normal variables at points."""
    rest = (1 - rho) * (1 + rho)
    x, y = np.clip(x, -FAR, FAR), np.clip(y, -FAR, FAR)
    square = x**2 - 2 * rho * x * y + y**2
    density: Array = np.exp(-square / (2 * rest)) / (2 * np.pi * np.sqrt(rest))
    return density


def normal_density(x: Array) -> Array:
    """Return the density of a normal variable; 0 at infinity."""
    density: Array = np.exp(-(np.clip(x, -FAR, FAR) ** 2) / 2) / np.sqrt(2 * np.pi)
    return density


def _flat(x: Array, y: Array, rho: Array) -> Array:
    """Integrate over the angle whose sine is the correlation, from independence."""
    nodes, weights = _nodes()
    angle = np.arcsin(rho)
    sine = np.sin(angle[..., None] * nodes)
    product, squares = (x * y)[..., None], ((x**2 + y**2) / 2)[..., None]
    height = np.exp((sine * product - squares) / ((1 - sine) * (1 + sine)))
    shared: Array = ndtr(x) * ndtr(y) + angle * (height @ weights) / (2 * np.pi)
    return shared


def _steep(x: Array, y: Array, rho: Array) -> Array:
    """Start from a perfect correlation and take off what is missing to it."""
    sign = np.where(rho < 0, -1.0, 1.0)
    # Above the corners (-x, -y); a negative correlation turns the second variable.
    h, k = -x, -y * sign
    product = h * k
    rest = (1 - rho) * (1 + rho)
    missing = _to_perfect(h, k, product, rest)
    upper = ndtr(-np.maximum(h, k))
    turned = np.maximum(ndtr(-h) - ndtr(-k), 0.0)
    above: Array = np.where(sign > 0, upper - missing, turned + missing)
    return above


def _to_perfect(h: Array, k: Array, product: Array, rest: Array) -> Array:
    """Return Genz's correction between the correlation and 1."""
    a, gap = np.sqrt(rest), (h - k) ** 2
    distance = np.sqrt(gap)
    c, d = (4 - product) / 8, (12 - product) / 16
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        start = np.exp(-(gap / rest + product) / 2)
        lead = (
            a
            * start
            * (1 - c * (gap - rest) * (1 - d * gap / 5) / 3 + c * d * rest**2 / 5)
        )
        tail = (
            np.exp(-np.maximum(product, -100) / 2)
            * np.sqrt(2 * np.pi)
            * ndtr(-distance / a)
        )
        tail = tail * distance * (1 - c * gap * (1 - d * gap / 5) / 3)
        tail = np.where(product > -100, tail, 0.0)
        bulk = _remainder(a, gap, product, c, d)
    total: Array = (lead - tail + bulk) / (2 * np.pi)
    return np.where(np.isfinite(total), total, 0.0)


def _remainder(a: Array, gap: Array, product: Array, c: Array, d: Array) -> Array:
    nodes, weights = _nodes()
    square = (a[..., None] * nodes) ** 2
    root = np.sqrt(1 - square)
    gap, product, c, d = (z[..., None] for z in (gap, product, c, d))
    start = np.exp(-(gap / square + product) / 2)
    bent = np.exp(-product * square / (2 * (1 + root) ** 2)) / root
    smooth = 1 + c * square * (1 + d * square)
    wanted = np.where(start > 0, start * (bent - smooth), 0.0)
    bulk: Array = a * (wanted @ weights)
    return bulk
