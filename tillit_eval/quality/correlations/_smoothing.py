"""The nearest matrix of correlations that some people could have."""

from __future__ import annotations

import numpy as np

from tillit_eval.quality._data import Array

_SMALLEST = 1e-12


def smoothed(matrix: Array) -> Array:
    """Lift eigenvalues that are not above zero, and make the diagonal 1 again.

    Parameters
    ----------
    matrix : ndarray, shape (k, k)
        Correlations.

    Returns
    -------
    ndarray, shape (k, k)
        The same matrix if it is positive definite.

    Notes
    -----
    As ``psych::cor.smooth``: eigenvalues under 1e-12 become 1e-10, and the matrix they
    make is turned into correlations.
    """
    values, vectors = np.linalg.eigh(matrix)
    if values[0] >= _SMALLEST:
        return matrix
    values = np.where(values < _SMALLEST, 100 * _SMALLEST, values)
    made = (vectors * values) @ vectors.T
    spread = np.sqrt(np.diag(made))
    correlations: Array = made / np.outer(spread, spread)
    return correlations
