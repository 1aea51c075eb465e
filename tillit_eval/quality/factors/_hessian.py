"""Observed information of a spec: how the likelihood bends at these very answers.

Expected information leaves out what the answers did not turn out to be; standard
errors that hold for any distribution, or with answers missing at random, need it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._implied import (
    Implied,
    Slopes,
    collect,
    places,
    slopes,
)
from tillit_eval.quality.factors._spec import Spec

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def observed_information(
    spec: Spec,
    at: Implied,
    weights: Array,
    inverse: Array,
    around: Array,
    away: Array,
    group: Whole,
) -> Array:
    """Return half the second derivatives of F, shape (q, q).

    Parameters
    ----------
    weights : ndarray, shape (K,)
        Each group's (or pattern's) share of the observations.
    inverse : ndarray, shape (K, p, p)
        Inverse covariances A, zero for what a pattern did not see.
    around : ndarray, shape (K, p, p)
        Observed covariances T around the implied means.
    away : ndarray, shape (K, p)
        Observed less implied means; zero if the spec has no means.
    group : ndarray of int, shape (K,)
        Which group each of them belongs to.

    Notes
    -----
    With M = A T A and C = 2 M - A, two cells give ``tr(A dΣ C dΣ)``, symmetrised,
    ``2 dμ' A dΣ A (m - μ)`` either way round and ``dμ' A dμ``. Two cells that are
    multiplied by one another in ΛΨΛ' or Λα also give the slope by their product.
    """
    cells = slopes(spec, at)
    middle = inverse @ around @ inverse
    each = np.zeros((len(spec.groups), *2 * cells.number.shape[1:]))
    for k, g in enumerate(group):
        one = _bends(spec, cells.of(int(g)), inverse[k], middle[k], away[k])
        each[g] += weights[k] * one
    gap, pull = np.zeros_like(at.covariance), np.zeros_like(at.means)
    np.add.at(gap, group, (inverse - middle) * weights[:, None, None])
    np.add.at(pull, group, np.einsum("kij,kj->ki", inverse, away) * weights[:, None])
    _add_products(spec, at, gap, pull, each)
    return collect(spec, cells.number, each)


def _bends(
    spec: Spec, cells: Slopes, inverse: Array, middle: Array, away: Array
) -> Array:
    """Half of what two cells give through the first derivatives; shape (C, C)."""
    u, v, w = cells.u[0], cells.v[0], cells.w[0]
    other = 2 * middle - inverse
    ua, va, uc, vc = u @ inverse, v @ inverse, u @ other, v @ other
    uva, uvc = ua @ v.T, uc @ v.T
    half = (ua @ u.T) * (vc @ v.T) + (uc @ u.T) * (va @ v.T)
    half += uva * uvc.T + uvc * uva.T
    each: Array = half / 2
    if spec.has_means:
        wa, pull = w @ inverse, inverse @ away
        across = (wa @ u.T) * (v @ pull) + (wa @ v.T) * (u @ pull)
        each += wa @ w.T + across + across.T
    return each


def _add_products(
    spec: Spec, at: Implied, gap: Array, pull: Array, each: Array
) -> None:
    """Add, in place, the second derivatives of the implied moments themselves."""
    found = places(spec)
    if "loadings" not in found:
        return
    row, column, own = found["loadings"]
    factors = at.factor_covariances[:, column[:, None], column]
    each[:, own[:, None], own] += gap[:, row[:, None], row] * factors
    if "factor_covariances" in found:
        first, second, theirs = found["factor_covariances"]
        drawn = gap @ at.loadings
        half = np.where(first == second, 0.5, 1.0)
        product = (
            (column[:, None] == first) * drawn[:, row[:, None], second]
            + (column[:, None] == second) * drawn[:, row[:, None], first]
        ) * half
        each[:, own[:, None], theirs] += product
        each[:, theirs[:, None], own] += product.transpose(0, 2, 1)
    if "factor_means" in found:
        factor, _, theirs = found["factor_means"]
        product = (column[:, None] == factor) * -pull[:, row, None]
        each[:, own[:, None], theirs] += product
        each[:, theirs[:, None], own] += product.transpose(0, 2, 1)
