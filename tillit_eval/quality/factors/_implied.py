"""Implied moments of a spec, their derivatives and the information in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._spec import KINDS, Kind, Spec

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Implied:
    """The matrices at some parameters, and what they imply.

    Attributes
    ----------
    loadings : ndarray, shape (G, p, m)
    factor_covariances : ndarray, shape (G, m, m)
    residuals : ndarray, shape (G, p, p)
    intercepts : ndarray, shape (G, p)
    factor_means : ndarray, shape (G, m)
    covariance : ndarray, shape (G, p, p)
        Λ Ψ Λ' + Θ.
    means : ndarray, shape (G, p)
        τ + Λ α.
    """

    loadings: Array
    factor_covariances: Array
    residuals: Array
    intercepts: Array
    factor_means: Array
    covariance: Array
    means: Array


def implied(spec: Spec, theta: Array) -> Implied:
    """Put parameters into the matrices of every group and multiply."""
    loadings, factors, residuals, intercepts, factor_means = (
        spec.cells(kind).filled(theta) for kind in KINDS
    )
    covariance = loadings @ factors @ loadings.transpose(0, 2, 1) + residuals
    means = intercepts + np.einsum("gpm,gm->gp", loadings, factor_means)
    return Implied(
        *(loadings, factors, residuals, intercepts, factor_means),
        *(covariance, means),
    )


class Slopes(NamedTuple):
    """Derivatives of the implied moments by every cell free in some group.

    The derivative of Σ by cell c is ``u v' + v u'``, that of μ is ``w``.

    Attributes
    ----------
    number : ndarray of int, shape (G, C)
        The parameter in the cell; -1 where it is fixed in that group.
    u, v, w : ndarray, shape (G, C, p)
    """

    number: Whole
    u: Array
    v: Array
    w: Array

    def of(self, g: int) -> Slopes:
        """Take those of one group."""
        own = slice(g, g + 1)
        return Slopes(self.number[own], self.u[own], self.v[own], self.w[own])


@lru_cache(maxsize=16)
def _layout(spec: Spec) -> tuple[tuple[Kind, Whole, Whole, Whole], ...]:
    """List the cells free somewhere: matrix, rows, columns and parameters."""
    found = []
    for kind in KINDS:
        cells = spec.cells(kind).index
        free = np.argwhere((cells >= 0).any(axis=0))
        if kind in ("factor_covariances", "residuals"):
            free = free[free[:, 0] >= free[:, 1]]
        if len(free):
            number = cells[(slice(None), *free.T)]
            found.append((kind, free[:, 0], free[:, -1], number))
    return tuple(found)


def places(spec: Spec) -> dict[Kind, tuple[Whole, Whole, Whole]]:
    """Return rows, columns and numbers among all cells, of the cells of each matrix."""
    found: dict[Kind, tuple[Whole, Whole, Whole]] = {}
    first = 0
    for kind, row, column, _ in _layout(spec):
        found[kind] = row, column, np.arange(first, first + len(row))
        first += len(row)
    return found


def slopes(spec: Spec, at: Implied) -> Slopes:
    """Differentiate the implied moments by each cell that is free somewhere."""
    n_groups, p = at.means.shape
    eye = np.broadcast_to(np.eye(p), (n_groups, p, p))
    along = (at.loadings @ at.factor_covariances).transpose(0, 2, 1)
    columns = at.loadings.transpose(0, 2, 1)
    number, u, v, w = [], [], [], []
    for kind, row, column, numbers in _layout(spec):
        number.append(numbers)
        nothing = np.zeros((n_groups, len(row), p))
        if kind == "loadings":
            u.append(eye[:, row])
            v.append(along[:, column])
            w.append(eye[:, row] * at.factor_means[:, column, None])
        elif kind in ("factor_covariances", "residuals"):
            basis = columns if kind == "factor_covariances" else eye
            half = np.where(row == column, 0.5, 1.0)
            u.append(basis[:, row])
            v.append(basis[:, column] * half[:, None])
            w.append(nothing)
        else:
            basis = columns if kind == "factor_means" else eye
            u.append(nothing)
            v.append(nothing)
            w.append(basis[:, row])
    return Slopes(
        np.concatenate(number, axis=1),
        *(np.concatenate(part, axis=1) for part in (u, v, w)),
    )


def gather(spec: Spec, index: Whole, values: Array) -> Array:
    """Add up what belongs to the same parameter; shape (G, C) to (q,)."""
    free = index >= 0
    total = np.bincount(index[free], weights=values[free], minlength=spec.n_free)
    return np.asarray(total, dtype=np.float64)


def expected_information(
    spec: Spec,
    at: Implied,
    weights: Array,
    *,
    inverse: Array | None = None,
    group: Whole | None = None,
) -> Array:
    """Return the expected information of one observation, shape (q, q).

    Parameters
    ----------
    weights : ndarray, shape (K,)
        Each group's (or pattern's) share of the observations.
    inverse : ndarray, shape (K, p, p), optional
        Inverse covariances, zero for what a pattern did not see. By default those
        of the groups.
    group : ndarray of int, shape (K,), optional
        Which group each of them belongs to.

    Notes
    -----
    Cell by cell it is ``tr(Σ⁻¹ dΣ Σ⁻¹ dΣ) / 2 + dμ' Σ⁻¹ dμ``, which for
    ``dΣ = u v' + v u'`` needs nothing larger than cells by cells.
    """
    cells = slopes(spec, at)
    if inverse is None:
        own = np.asarray(np.linalg.inv(at.covariance), dtype=np.float64)
        each = _cell_information(spec, cells, own)
        each *= weights[:, None, None]
    else:
        each = np.zeros((len(spec.groups), *2 * cells.number.shape[1:]))
        for k, g in enumerate(np.arange(len(weights)) if group is None else group):
            one = _cell_information(spec, cells.of(int(g)), inverse[k : k + 1])
            each[g] += weights[k] * one[0]
    return collect(spec, cells.number, each)


def _cell_information(spec: Spec, cells: Slopes, inverse: Array) -> Array:
    _, u, v, w = cells
    ua, va = u @ inverse, v @ inverse
    ut, vt = u.transpose(0, 2, 1), v.transpose(0, 2, 1)
    uv = ua @ vt
    each: Array = (ua @ ut) * (va @ vt) + uv * uv.transpose(0, 2, 1)
    if spec.has_means:
        each += (w @ inverse) @ w.transpose(0, 2, 1)
    return each


def collect(spec: Spec, number: Whole, each: Array) -> Array:
    """Add up pairs of cells that belong to the same pair of parameters."""
    q = spec.n_free
    free = number >= 0
    pair = free[:, :, None] & free[:, None, :]
    flat = number[:, :, None] * q + number[:, None, :]
    total = np.bincount(flat[pair], weights=each[pair], minlength=q * q)
    return np.asarray(total.reshape(q, q), dtype=np.float64)


def jacobian(spec: Spec, theta: Array) -> tuple[Array, Array]:
    """Differentiate implied covariances and means by the parameters.

    Returns
    -------
    covariance : ndarray, shape (G, p, p, q)
        Symmetric in the two middle axes.
    means : ndarray, shape (G, p, q)
        Zero if the spec has no means.
    """
    at = implied(spec, theta)
    index, u, v, w = slopes(spec, at)
    n_groups, n_cells = index.shape
    pick = np.zeros((n_groups, n_cells, spec.n_free))
    g, c = np.nonzero(index >= 0)
    pick[g, c, index[g, c]] = 1.0
    product = np.einsum("gci,gcj->gijc", u, v)
    covariance = (product + product.transpose(0, 2, 1, 3)) @ pick[:, None]
    return covariance, np.einsum("gcp,gcq->gpq", w, pick)


def halves(p: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows and columns of the lower triangle, column by column as vech has it."""
    column, row = np.triu_indices(p)
    return row, column
