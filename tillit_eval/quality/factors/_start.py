"""Where the fit begins: each factor's own items, one factor at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._moments import Moments
from tillit_eval.quality.factors._spec import KINDS, Spec

Array = npt.NDArray[np.float64]


def start(spec: Spec, moments: Moments) -> Array:
    """Guess every parameter; one that several cells share gets their mean.

    Loadings come from the first principal axis of each factor's own items, so
    that the implied covariance is positive definite.
    """
    spread = np.sqrt(np.diagonal(moments.covariance, axis1=1, axis2=2))
    correlation = moments.covariance / (spread[:, :, None] * spread[:, None])
    loadings, variances = _loadings(spec, correlation, spread)
    m = len(spec.factors)
    full = {
        "loadings": loadings,
        "factor_covariances": variances[:, :, None] * np.eye(m),
        "residuals": _residuals(loadings, variances, spread),
        "intercepts": moments.means,
        "factor_means": np.zeros((len(spec.groups), m)),
    }
    total = np.zeros(spec.n_free)
    count = np.zeros(spec.n_free)
    for kind in KINDS:
        index = spec.cells(kind).index
        free = index >= 0
        total += np.bincount(
            index[free], weights=full[kind][free], minlength=spec.n_free
        )
        count += np.bincount(index[free], minlength=spec.n_free)
    guess: Array = total / count
    return guess


def _loadings(spec: Spec, correlation: Array, spread: Array) -> tuple[Array, Array]:
    """Return loadings and factor variances that go with the fixed cells."""
    cells = spec.loadings
    fixed = spec.factor_covariances
    loadings = np.where(cells.index >= 0, 0.0, cells.value)
    variances = np.ones(loadings.shape[::2])
    for g, f in np.ndindex(*variances.shape):
        free = cells.index[g, :, f] >= 0
        anchored = ~free & (cells.value[g, :, f] != 0)
        own = np.flatnonzero(free | anchored)
        if not len(own):
            continue
        axis = _first_axis(correlation[g][np.ix_(own, own)])
        axis = axis * spread[g, own]
        scale = 1.0
        if anchored.any():
            anchor = int(np.flatnonzero(anchored[own])[0])
            scale = _away_from_zero(axis[anchor] / cells.value[g, own[anchor], f])
        elif fixed.index[g, f, f] < 0 and fixed.value[g, f, f] > 0:
            scale = float(np.sqrt(fixed.value[g, f, f])) ** -1
            loadings[g, own, f] = axis * scale
            variances[g, f] = fixed.value[g, f, f]
            continue
        loadings[g, own[free[own]], f] = axis[free[own]] / scale
        variances[g, f] = scale**2
    return loadings, variances


def _first_axis(correlation: Array) -> Array:
    values, vectors = np.linalg.eigh(correlation)
    axis = vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.1))
    axis = axis * (1 if axis.sum() >= 0 else -1)
    return np.asarray(np.clip(axis, -0.9, 0.9), dtype=np.float64)


def _away_from_zero(value: float) -> float:
    return value if abs(value) > 1e-3 else 1e-3


def _residuals(loadings: Array, variances: Array, spread: Array) -> Array:
    common = np.einsum("gpm,gm->gp", loadings**2, variances)
    unique = np.maximum(spread**2 - common, 0.2 * spread**2)
    full: Array = unique[:, :, None] * np.eye(spread.shape[1])
    return full
