"""The wild cluster bootstrap of many data sets of one layout, by shared signs."""

from __future__ import annotations

import numpy as np

from tillit_eval.comparison._cluster import Array
from tillit_eval.comparison._moments import Flags
from tillit_eval.comparison._regression import Regression
from tillit_eval.comparison._wild import Weights

# All signs are listed up to this many groups; above, so many are drawn.
ALL_SIGNS, DRAWS = 12, 999
_CELLS = 500_000
_SEED = 2018_38
# Two statistics closer than this are the same number computed in another order.
_TIE = 1e-9


def rejects_by_signs(
    regression: Regression, moments: Array, weights: Weights, level: float
) -> Flags:
    """Tell in which data sets the bootstrap rejects no change.

    Parameters
    ----------
    regression : Regression
        Sums of products per group; the same in all data sets.
    moments : ndarray, shape (D, G, p)
        X_g'y_g of every data set.
    weights : {"rademacher", "webb"}
        As in ``wild_curve``.
    level : float
        Largest p that rejects.

    Returns
    -------
    ndarray of bool, shape (D,)
        As ``wild_curve(...).p_value(0) <= level``, data set by data set; from 999
        drawn weights where there are more than 2,048 signs.
    """
    n_groups = len(regression.moments)
    listed = weights == "rademacher" and n_groups <= ALL_SIGNS
    signs = _list_signs(n_groups) if listed else _draw_weights(n_groups, weights)
    pairs = np.triu_indices(n_groups)
    both = signs[:, pairs[0]] * signs[:, pairs[1]]
    step = max(1, _CELLS // (len(signs) + n_groups**2))
    parts = [
        _as_rare(regression, moments[start : start + step], signs, both)
        for start in range(0, len(moments), step)
    ]
    count = np.concatenate(parts) + (not listed)
    return np.asarray(count <= level * (len(signs) + (not listed)) * (1 + _TIE))


def _as_rare(
    regression: Regression, moments: Array, signs: Array, both: Array
) -> Array:
    """Count the bootstrap statistics at least as large as the observed one.

    The squared error is a quadratic form of the weights, so that the products of
    weights (`both`, one column per pair of groups) times its coefficients give it.
    """
    cross, contrast = regression.cross, regression.contrast
    bread = np.linalg.inv(cross.sum(axis=0))
    fitted = moments.sum(axis=1) @ bread
    toward = bread @ contrast
    estimate = fitted @ contrast
    residual = moments - np.einsum("gij,dj->dgi", cross, fitted)
    step = cross @ (toward / (contrast @ toward))
    scores = residual + estimate[:, None, None] * step
    form = _quadratic_form(scores, scores @ toward, toward @ cross @ bread)
    seen = estimate**2 / ((residual @ toward) ** 2).sum(axis=1)
    top = (signs @ (scores @ toward).T) ** 2
    below = both @ form.T
    below *= seen * (1 - _TIE)
    return np.asarray((top >= below).sum(axis=0))


def _quadratic_form(scores: Array, along: Array, lever: Array) -> Array:
    """Return the coefficients of pairs of weights in the squared error, (D, pairs)."""
    n_groups = len(lever)
    mixed = along[..., None] * (scores @ lever.T).swapaxes(1, 2)
    square = scores @ (lever.T @ lever) @ scores.swapaxes(1, 2)
    square -= mixed + mixed.swapaxes(1, 2)
    each = np.arange(n_groups)
    square[:, each, each] += along**2
    square *= 2.0 - np.eye(n_groups)
    one, two = np.triu_indices(n_groups)
    return np.asarray(square[:, one, two])


def _list_signs(n_groups: int) -> Array:
    """Return all signs that differ in more than direction."""
    codes = np.arange(2 ** (n_groups - 1))
    bits = (codes[:, None] >> np.arange(n_groups - 1)) & 1
    return np.column_stack([np.ones(len(codes)), 1.0 - 2.0 * bits])


def _draw_weights(n_groups: int, weights: Weights) -> Array:
    rng = np.random.default_rng([_SEED, n_groups])
    signs = 1.0 - 2.0 * rng.integers(0, 2, (DRAWS, n_groups))
    if weights == "webb":
        signs *= np.sqrt([0.5, 1.0, 1.5])[rng.integers(0, 3, signs.shape)]
    return np.asarray(signs)
