"""Intervals of correlations that stay within ±1."""

from __future__ import annotations

import numpy as np

from tillit_eval.quality._data import Array


def intervals(rho: Array, errors: Array, level: float) -> tuple[Array, Array]:
    """Return both ends: normal for Fisher's z, errors carried over by the delta method.

    Parameters
    ----------
    rho, errors : ndarray, shape (m,)
        Correlations and their standard errors.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    low, high : ndarray, shape (m,)
        Not-a-number where the error is.
    """
    from scipy.special import ndtri

    inside = np.where(np.abs(rho) < 1, rho, np.nan)
    reach = float(ndtri((1 + level) / 2)) * errors / (1 - inside**2)
    middle = np.arctanh(inside)
    return np.tanh(middle - reach), np.tanh(middle + reach)
