"""Omega hierarchical: the part of the sum that one general factor explains."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from tillit_eval.errors import DataProblem, TooFewAnswers, kind_of
from tillit_eval.phrases import phrase
from tillit_eval.quality.reliability._answers import Answers
from tillit_eval.quality.reliability._coefficients import Array, standardised
from tillit_eval.quality.reliability._factor_items import check_factor_items
from tillit_eval.quality.reliability._found import Told, reliability_of
from tillit_eval.quality.reliability._free import log_interval
from tillit_eval.quality.reliability.model import Reliability

_STEP = 5e-4


def hierarchical_omega(read: Answers, n_factors: int, told: Told) -> Reliability:
    """Return omega hierarchical by Schmid and Leiman, with an interval from rows."""
    pooled = read.pooled
    _check_factors(n_factors, len(pooled.items))
    check_factor_items(pooled)
    correlations = np.real(standardised(pooled.covariance))
    spread = np.sqrt(np.diag(pooled.covariance))
    reduced = _principal_axes(correlations, n_factors)
    found = _general(reduced, n_factors)
    omega = float((spread @ found.general) ** 2 / pooled.covariance.sum())
    error = (
        _error(read.rows(), reduced, n_factors, found, omega) if read.has_rows else None
    )
    df = pooled.n_complete - 1
    return reliability_of(
        read,
        "omega_hierarchical",
        omega,
        told,
        method=phrase("reliability.method_omega_hierarchical", n=n_factors),
        error=error,
        interval=None if error is None else log_interval(omega, error, told.level, df),
    )


def _check_factors(n_factors: object, n_items: int) -> None:
    whole = isinstance(n_factors, int) and not isinstance(n_factors, bool)
    if not whole or int(str(n_factors)) < 3:
        raise DataProblem(
            "A general factor needs at least three factors under it.",
            expected="a whole number from 3",
            found=str(n_factors)
            if isinstance(n_factors, (int, float))
            else kind_of(n_factors),
            to_fix="leave out n_factors=; with fewer its loadings are not determined",
        )
    m = int(str(n_factors))
    if (n_items - m) ** 2 < n_items + m or n_items < 2 * m:
        raise TooFewAnswers(
            "There are too few items for so many factors.",
            expected=f"at least 2 items a factor, and more correlations than "
            f"loadings, with {m} factors",
            found=f"{n_items} items",
            to_fix='use kind="total", or more items',
            reason="reliability.too_few_items_for_factors",
            values={"n": n_items, "m": m},
        )


def _principal_axes(correlations: Array, n_factors: int) -> Array:
    """Return the correlations with communalities of `n_factors` in the diagonal.

    Principal axes repeated until nothing moves, which is where least squares
    (minres) ends too.
    """
    from statsmodels.multivariate.factor import Factor  # type: ignore[import-untyped]

    factor = Factor(corr=correlations, n_factor=n_factors, method="pa")
    with warnings.catch_warnings():
        # statsmodels warns of communalities above 1 on the way; the end is checked.
        warnings.simplefilter("ignore")
        try:
            fitted = factor.fit(maxiter=5_000, tol=1e-10)
        except (ValueError, np.linalg.LinAlgError):
            _refuse()
    communality = np.asarray(fitted.communality, dtype=np.float64)
    reduced = correlations.copy()
    np.fill_diagonal(reduced, communality)
    again = _explained(reduced[None], n_factors)[0]
    settled = bool(np.abs(again - communality).max() < 1e-6)
    if not settled or not (communality < 0.995).all():
        _refuse()
    return reduced


@dataclass(frozen=True, slots=True)
class _Solution:
    """Loadings of items on a general factor, and the rotation behind them."""

    general: Array
    axes: Array
    turn: Array


def _general(
    reduced: Array, n_factors: int, near: _Solution | None = None
) -> _Solution:
    """Rotate the principal axes obliquely and take a factor of the factors.

    A solution `near` this one saves most of the search.
    """
    from statsmodels.multivariate.factor_rotation import (  # type: ignore[import-untyped]
        rotate_factors,
    )

    values, vectors = np.linalg.eigh(reduced)
    kept = values[-n_factors:]
    if not (kept > 0).all():
        _refuse()
    axes = vectors[:, -n_factors:] * np.sqrt(kept)
    start = np.eye(n_factors)
    if near is not None:
        left, _, right = np.linalg.svd(axes.T @ near.axes)
        axes, start = axes @ left @ right, near.turn
    pattern, turn = rotate_factors(
        axes, "oblimin", 0, "oblique", T=start, tol=1e-6, max_tries=1_000
    )
    sign = np.where(pattern.sum(axis=0) < 0, -1.0, 1.0)
    between = (turn.T @ turn) * np.outer(sign, sign)
    general = np.asarray((pattern * sign) @ _second_order(between))
    return _Solution(general, axes, turn)


def _second_order(between: Array) -> Array:
    """Return the loadings of factors on a factor of their own."""
    if len(between) > 3:
        reduced = _principal_axes(between, 1)
        values, vectors = np.linalg.eigh(reduced)
        first = vectors[:, -1] * np.sqrt(values[-1])
        return np.array(first * (1 if first.sum() >= 0 else -1), dtype=np.float64)
    a, b, c = between[0, 1], between[0, 2], between[1, 2]
    if min(a, b, c) <= 0 or a * b >= c or a * c >= b or b * c >= a:
        _refuse()
    return np.asarray(np.sqrt([a * b / c, a * c / b, b * c / a]), dtype=np.float64)


def _refuse() -> NoReturn:
    raise TooFewAnswers(
        "These items show no general factor over group factors.",
        expected="group factors that all go together, none of them fully",
        found="a solution outside what is possible (a Heywood case)",
        to_fix='use kind="total", another n_factors=, or more people',
        reason="reliability.no_general_factor",
    )


def _explained(reduced: Array, n_factors: int) -> Array:
    """Return what the first axes explain of each item, for a stack of matrices."""
    values, vectors = np.linalg.eigh(reduced)
    axes = vectors[..., -n_factors:]
    return np.asarray((axes**2 * values[..., None, -n_factors:]).sum(-1))


def _error(
    rows: Array, reduced: Array, n_factors: int, found: _Solution, omega: float
) -> float:
    """Return the distribution-free standard error, by each person's influence."""
    apart = rows - rows.mean(axis=0)
    spread = apart.std(axis=0, ddof=1)
    z = apart / spread
    correlations = z.T @ z / (len(z) - 1)
    slope = _slope(reduced, n_factors, spread, found)
    common = float(spread @ found.general)
    # How the numerator moves with each correlation, each SD, and the total.
    moved = ((z @ slope) * z).sum(1) - z**2 @ (slope * correlations).sum(1)
    by_spread = (z**2 - 1) @ (spread * found.general) / 2
    total = apart.sum(axis=1)
    pull = 2 * common * (moved / 2 + by_spread) - omega * total**2
    return float(pull.std(ddof=1) / np.sqrt(len(z)) / total.var(ddof=1))


def _slope(reduced: Array, n_factors: int, spread: Array, found: _Solution) -> Array:
    """Return how ``spread @ general`` moves with each correlation, shape (k, k).

    Communalities follow the correlations: they are where the principal axes
    explain just what stands in the diagonal, so their slope solves that equation.
    """
    k = len(reduced)
    one, other = np.triu_indices(k)
    steps = np.zeros((len(one), k, k))
    here = np.arange(len(one))
    steps[here, one, other] = steps[here, other, one] = _STEP
    moved = reduced + steps
    explained = _explained(moved, n_factors) - np.diag(reduced)
    before = spread @ _general(reduced, n_factors, found).general
    common = [spread @ _general(one, n_factors, found).general for one in moved]
    direct = (np.array(common) - before) / _STEP
    explained /= _STEP
    own = one == other
    carried = np.linalg.solve(np.eye(k) - explained[own].T, explained[~own].T)
    slope = np.zeros((k, k))
    slope[one[~own], other[~own]] = direct[~own] + direct[own] @ carried
    return np.asarray(slope + slope.T)
