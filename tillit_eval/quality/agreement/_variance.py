"""Which part of the spread belongs to whom: REML for crossed random effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.quality._data import Array

Codes = npt.NDArray[np.int64]
# Levels of all random effects together that one dense factorisation may hold.
MOST_LEVELS = 4_000


@dataclass(frozen=True, slots=True)
class Components:
    """Variances of the random effects in the order given, the residual last.

    Variances and their covariance are in units of ``spread``, the standard deviation
    of the values, squared: neither huge nor tiny values lose digits. ``covariance``
    is the inverse of the expected information of the variances; ``slope`` the largest
    gradient that points inside, of the criterion per variance ratio; ``deviance`` the
    profiled REML criterion less its constant; ``separable`` is false where the layout
    alone cannot tell two variances apart.
    """

    variances: Array
    covariance: Array
    deviance: float
    slope: float
    separable: bool
    spread: float


@dataclass(frozen=True, slots=True)
class _Products:
    """Cross-products of random effects (Z), fixed effects (X) and values (y).

    Levels that no judgement connects are kept apart: ``zz`` has one block for each
    connected part, filled up with zeros to the largest; ``owner`` says to which
    random effect a level belongs, -1 for the filling.
    """

    zz: Array
    zs: Array
    ss: Array
    owner: Codes
    n: int


def fit_components(value: Array, fixed: Array, factors: Sequence[Codes]) -> Components:
    """Estimate variances by restricted maximum likelihood.

    Parameters
    ----------
    value : ndarray, shape (n,)
        What was judged.
    fixed : ndarray, shape (n, p)
        Design of the fixed effects; dependent columns are allowed.
    factors : sequence of ndarray of int, shape (n,)
        Levels of each random effect, from 0.

    Returns
    -------
    Components
        At the optimum; a variance may be zero.
    """
    from scipy.optimize import minimize

    centre, spread = float(value.mean()), float(value.std()) or 1.0
    products = _multiply((value - centre) / spread, _basis(fixed), factors)
    best = minimize(
        lambda ratio: _criterion(products, ratio),
        np.full(len(factors), 0.3),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, 1e6)] * len(factors),
        options={"maxiter": 200, "ftol": 1e-15, "gtol": 1e-7},
    )
    ratio, deviance, slope = _polish(products, best.x)
    variances, information = _information(products, ratio)
    size = np.sqrt(np.diag(information).clip(1e-300))
    weakest = float(np.linalg.eigvalsh(information / np.outer(size, size))[0])
    return Components(
        variances=variances,
        covariance=np.asarray(np.linalg.pinv(information)),
        deviance=deviance,
        slope=slope,
        separable=weakest > 1e-8,
        spread=spread,
    )


def _polish(products: _Products, ratio: Array) -> tuple[Array, float, float]:
    """Take one Newton step in what is not at its bound, if it makes things better."""
    here, slope = _criterion(products, ratio)
    free = np.flatnonzero(ratio > 1e-6)
    if len(free):
        step = 1e-5 * ratio[free]
        moved = ratio + np.zeros((len(free), 1))
        moved[np.arange(len(free)), free] += step
        bent = np.array(
            [_criterion(products, at)[1][free] - slope[free] for at in moved]
        )
        newton = np.linalg.lstsq(bent / step[:, None], slope[free], rcond=None)[0]
        other = ratio.copy()
        other[free] = np.maximum(ratio[free] - newton, 0.0)
        there, new_slope = _criterion(products, other)
        if (
            there <= here + 1e-9
            and np.abs(new_slope[free]).max() < np.abs(slope[free]).max()
        ):
            ratio, here, slope = other, there, new_slope
    inside = (ratio > 0) | (slope < 0)
    return ratio, here, float(np.abs(slope[inside]).max(initial=0.0))


def criterion_at(
    value: Array, fixed: Array, factors: Sequence[Codes], ratios: Array
) -> float:
    """Return the criterion at variance ratios that somebody else found."""
    centre, spread = float(value.mean()), float(value.std()) or 1.0
    products = _multiply((value - centre) / spread, _basis(fixed), factors)
    return _criterion(products, ratios)[0]


def _basis(fixed: Array) -> Array:
    """Return orthonormal columns that span the fixed effects."""
    left, size, _ = np.linalg.svd(fixed, full_matrices=False)
    return np.asarray(left[:, size > 1e-10 * size.max(initial=1e-300)])


def _multiply(value: Array, fixed: Array, factors: Sequence[Codes]) -> _Products:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    n, k = len(value), len(factors)
    sizes = [int(codes.max()) + 1 for codes in factors]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    columns = np.stack([c + at for c, at in zip(factors, starts, strict=False)], axis=1)
    shape = (n, int(starts[-1]))
    z = csr_array((np.ones(n * k), columns.ravel(), np.arange(n + 1) * k), shape=shape)
    s = np.column_stack([fixed, value])
    zz = (z.T @ z).tocoo()
    parts, part = connected_components(zz, directed=False)
    place = _place_within(part, parts)
    widest = int(place.max()) + 1
    blocks = np.zeros((parts, widest, widest))
    blocks[part[zz.row], place[zz.row], place[zz.col]] = zz.data
    sums = np.zeros((parts, widest, s.shape[1]))
    sums[part, place] = z.T @ s
    owner = np.full((parts, widest), -1)
    owner[part, place] = np.repeat(np.arange(k), sizes)
    return _Products(zz=blocks, zs=sums, ss=s.T @ s, owner=owner, n=n)


def _place_within(part: Codes, parts: int) -> Codes:
    """Give each level its number within its connected part, from 0."""
    order = np.argsort(part, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(part, minlength=parts))])
    place = np.empty(len(part), dtype=np.int64)
    place[order] = np.arange(len(part)) - starts[part[order]]
    return place


@dataclass(frozen=True, slots=True)
class _Projected:
    """What is left when the fixed effects are out, at one set of ratios.

    ``zpz`` within the connected parts, before ``x`` (fixed effects' share, p rows)
    is taken off; ``zpy``, ``ypy`` after.
    """

    logs: float
    weighted: Array
    x: Array
    zpy: Array
    ypy: float
    df: int


def _project(products: _Products, ratio: Array) -> _Projected:
    root = np.append(np.sqrt(ratio), 0.0)[products.owner]
    size = products.zz.shape[1]
    inner = products.zz * root[:, :, None] * root[:, None, :] + np.eye(size)
    lower = np.linalg.cholesky(inner)
    both = np.concatenate([products.zz, products.zs], axis=2)
    carried = np.linalg.solve(lower, root[:, :, None] * both)
    z, s = carried[:, :, :size], carried[:, :, size:]
    weighted = both - z.transpose(0, 2, 1) @ carried
    within = products.ss - np.einsum("cim,cin->mn", s, s)
    p = len(within) - 1
    xx = np.linalg.cholesky(within[:p, :p])
    x = np.linalg.solve(xx, weighted[:, :, size : size + p].transpose(0, 2, 1))
    y = np.linalg.solve(xx, within[:p, p])
    return _Projected(
        logs=2 * _log_diagonal(lower) + 2 * _log_diagonal(xx),
        weighted=weighted[:, :, :size],
        x=x,
        zpy=weighted[:, :, -1] - np.einsum("cpi,p->ci", x, y),
        ypy=float(within[p, p] - y @ y),
        df=products.n - p,
    )


def _log_diagonal(lower: Array) -> float:
    return float(np.log(np.diagonal(lower, axis1=-2, axis2=-1)).sum())


def _criterion(products: _Products, ratio: Array) -> tuple[float, Array]:
    """Return the profiled REML criterion and its gradient."""
    at = _project(products, ratio)
    mark = _marks(products, len(ratio))
    own = np.diagonal(at.weighted, axis1=1, axis2=2) - (at.x**2).sum(axis=1)
    trace = np.einsum("ci,cik->k", own, mark)
    square = np.einsum("ci,cik->k", at.zpy**2, mark)
    slope = trace - at.df * square / at.ypy
    return at.logs + at.df * float(np.log(at.ypy)), slope


def _marks(products: _Products, k: int) -> Array:
    """Return which random effect a level belongs to, as 0 and 1."""
    return np.asarray(products.owner[:, :, None] == np.arange(k), dtype=float)


def _information(products: _Products, ratio: Array) -> tuple[Array, Array]:
    """Return the variances, residual last, and their expected information.

    With P the projection per residual variance, P V P = P gives the terms of the
    residual from those of the random effects.
    """
    at = _project(products, ratio)
    k, residual = len(ratio), at.ypy / at.df
    mark = _marks(products, k)
    fixed = at.x.transpose(0, 2, 1) @ at.x
    near = (at.weighted - fixed) ** 2 - fixed**2
    spans = np.einsum("cpi,cqi,cik->kpq", at.x, at.x, mark)
    blocks = np.einsum("cik,cij,cjl->kl", mark, near, mark, optimize=True)
    blocks += np.einsum("kpq,lpq->kl", spans, spans)
    own = np.diagonal(at.weighted - fixed, axis1=1, axis2=2)
    trace = np.einsum("ci,cik->k", own, mark)
    with_residual = trace - blocks @ ratio
    information = np.empty((k + 1, k + 1))
    information[:k, :k] = blocks
    information[k, :k] = information[:k, k] = with_residual
    information[k, k] = at.df - trace @ ratio - with_residual @ ratio
    information /= 2 * residual**2
    return np.append(ratio * residual, residual), information
