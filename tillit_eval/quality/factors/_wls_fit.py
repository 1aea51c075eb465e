"""Diagonally weighted least squares of thresholds and polychoric correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._implied import Implied, implied, jacobian
from tillit_eval.quality.factors._minimise import SETTLED, is_regular, solve
from tillit_eval.quality.factors._wls_moments import OrdinalMoments
from tillit_eval.quality.factors._wls_spec import OrdinalSpec

Array = npt.NDArray[np.float64]

MOST_STEPS = 300
SMALL_GRADIENT = 1e-10


@dataclass(frozen=True, slots=True)
class OrdinalFit:
    """A fitted spec of answers in steps.

    Attributes
    ----------
    spec : OrdinalSpec
        What was fitted.
    theta : ndarray, shape (q,)
        The free parameters, in the order of ``spec.parameters``.
    objective : float
        Σ_g (n_g - 1) / n times the weighted squares of a group's residuals; the
        unscaled χ² is n times it. (lavaan's ``fmin`` is half.)
    gradient : float
        Largest derivative of the objective, each parameter in units of the
        standard error one observation would give under diagonal weights.
    converged, identified : bool
        Whether `gradient` is under 1e-6, and all parameters can be told apart.
    n_steps : int
        Steps taken.
    implied : ndarray, shape (G, T + m)
        Thresholds and correlations of the model.
    slopes : ndarray, shape (G, T + m, q)
        Their derivatives.
    latent : Implied
        The matrices of the latent answers. In the delta parameterisation the
        residual variances are those that follow from the scales.
    scales : ndarray, shape (G, p)
        δ, one over the standard deviation of each latent answer.
    """

    spec: OrdinalSpec
    theta: Array
    objective: float
    gradient: float
    converged: bool
    identified: bool
    n_steps: int
    implied: Array
    slopes: Array
    latent: Implied
    scales: Array


def fit_wls(
    spec: OrdinalSpec, moments: OrdinalMoments, begin: Array | None = None
) -> OrdinalFit:
    """Fit a spec by diagonally weighted least squares (Gauss-Newton steps).

    Parameters
    ----------
    spec : OrdinalSpec
        With the items, groups and categories of `moments`.
    moments : OrdinalMoments
        From `read_ordinal_moments`.
    begin : ndarray, shape (q,), optional
        Where to begin.

    Returns
    -------
    OrdinalFit
        Never raises for a fit that does not settle: see ``converged``.
    """
    theta = _start(spec, moments) if begin is None else np.array(begin, dtype=float)
    weights = moments.diagonal * ((moments.n - 1) / moments.n.sum())[:, None]
    value, residual = _distance(spec, theta, moments, weights)
    steps, damp = 0, 0.0
    gradient, curve = _slope(spec, theta, residual, weights)
    while steps < MOST_STEPS and _size(gradient, curve) > SMALL_GRADIENT:
        steps += 1
        theta, value, residual, damp, moved = _step(
            spec, theta, moments, weights, (value, residual, damp), (gradient, curve)
        )
        gradient, curve = _slope(spec, theta, residual, weights)
        if not moved:
            break
    return _finished(spec, theta, value, _size(gradient, curve), curve, steps)


def moments_of(spec: OrdinalSpec, theta: Array) -> Array:
    """Return implied thresholds and correlations, shape (G, T + m)."""
    at, scales = _latent(spec, theta)
    cuts = spec.thresholds.filled(theta)
    owner = spec.owner
    one, other = np.triu_indices(scales.shape[1], 1)
    shifted = scales[:, owner] * (cuts - at.means[:, owner])
    related = scales[:, one] * scales[:, other] * at.covariance[:, one, other]
    return np.concatenate([shifted, related], axis=1)


def slopes_of(spec: OrdinalSpec, theta: Array) -> Array:
    """Return their derivatives by the parameters, shape (G, T + m, q)."""
    at, scales = _latent(spec, theta)
    inner = spec.spec.n_free
    covariance, means = jacobian(spec.spec, theta[:inner])
    groups, p = scales.shape
    q = spec.n_free
    d_scales = np.zeros((groups, p, q))
    diagonal = np.arange(p)
    if spec.parameterisation == "theta":
        own = covariance[:, diagonal, diagonal]
        d_scales[:, :, :inner] = -0.5 * scales[:, :, None] ** 3 * own
    else:
        _mark(d_scales, spec.scales.index)
    return np.concatenate(
        [
            _threshold_slopes(spec, theta, at.means, scales, means, d_scales),
            _correlation_slopes(at.covariance, scales, covariance, d_scales),
        ],
        axis=1,
    )


def _threshold_slopes(
    spec: OrdinalSpec,
    theta: Array,
    means: Array,
    scales: Array,
    d_means: Array,
    d_scales: Array,
) -> Array:
    owner = spec.owner
    cuts = spec.thresholds.filled(theta)
    slope = np.zeros((len(scales), len(owner), spec.n_free))
    _mark(slope, spec.thresholds.index)
    slope[:, :, : d_means.shape[2]] -= d_means[:, owner]
    slope *= scales[:, owner, None]
    slope += d_scales[:, owner] * (cuts - means[:, owner])[:, :, None]
    return slope


def _correlation_slopes(
    covariance: Array, scales: Array, d_covariance: Array, d_scales: Array
) -> Array:
    one, other = np.triu_indices(scales.shape[1], 1)
    first, second = scales[:, one, None], scales[:, other, None]
    shared = covariance[:, one, other, None]
    slope = shared * (d_scales[:, one] * second + d_scales[:, other] * first)
    inner = d_covariance.shape[3]
    slope[:, :, :inner] += first * second * d_covariance[:, one, other]
    return np.asarray(slope)


def _mark(slope: Array, index: npt.NDArray[np.int64]) -> None:
    """Write a 1 where a parameter stands in its own cell."""
    group, place = np.nonzero(index >= 0)
    slope[group, place, index[group, place]] = 1.0


def _latent(spec: OrdinalSpec, theta: Array) -> tuple[Implied, Array]:
    at = implied(spec.spec, theta[: spec.spec.n_free])
    if spec.parameterisation == "delta":
        return at, spec.scales.filled(theta)
    spread = np.diagonal(at.covariance, axis1=1, axis2=2)
    safe = np.where(spread > 0, spread, np.nan)
    return at, np.asarray(safe**-0.5)


def _distance(
    spec: OrdinalSpec, theta: Array, moments: OrdinalMoments, weights: Array
) -> tuple[float, Array]:
    residual = moments.observed - moments_of(spec, theta)
    value = float(np.sum(weights * residual**2))
    return (value if np.isfinite(value) else float("inf")), residual


def _slope(
    spec: OrdinalSpec, theta: Array, residual: Array, weights: Array
) -> tuple[Array, Array]:
    """Return half the downward gradient and the Gauss-Newton curvature."""
    slopes = slopes_of(spec, theta)
    gradient = np.einsum("giq,gi->q", slopes, weights * residual)
    return gradient, summed_products(slopes, weights[:, :, None] * slopes)


def summed_products(slopes: Array, weighted: Array) -> Array:
    """Return the sum over groups of Δ' M, where each group has few parameters.

    Parameters
    ----------
    slopes, weighted : ndarray, shape (G, T + m, q)
        Zero in the same columns.

    Returns
    -------
    ndarray, shape (q, q)
    """
    q = slopes.shape[2]
    total = np.zeros((q, q))
    for one, other in zip(slopes, weighted, strict=True):
        own = np.flatnonzero(one.any(axis=0))
        total[np.ix_(own, own)] += one[:, own].T @ other[:, own]
    return total


def _step(
    spec: OrdinalSpec,
    theta: Array,
    moments: OrdinalMoments,
    weights: Array,
    state: tuple[float, Array, float],
    local: tuple[Array, Array],
) -> tuple[Array, float, Array, float, bool]:
    """Take a Gauss-Newton step, damped as far as needed to go down."""
    (value, residual, damp), (gradient, curve) = state, local
    ridge = np.diag(np.maximum(np.diag(curve), 1e-12))
    for _ in range(30):
        trial = theta + solve(curve + damp * ridge, gradient)
        reached, left = _distance(spec, trial, moments, weights)
        if reached <= value * (1 + 1e-14):
            return trial, reached, left, damp / 10 if damp > 1e-6 else 0.0, True
        damp = max(10 * damp, 1e-4)
    return theta, value, residual, damp, False


def _size(gradient: Array, curve: Array) -> float:
    root = np.sqrt(np.maximum(np.diag(curve), 1e-300))
    sizes = 2 * np.abs(gradient) / root
    return float(sizes.max()) if len(sizes) else 0.0


def _start(spec: OrdinalSpec, moments: OrdinalMoments) -> Array:
    """Begin with loadings 0.7, variances 1, and thresholds where they are observed."""
    theta = np.zeros(spec.n_free)
    size = 0.7 if spec.parameterisation == "delta" else 1.0
    for number, parameter in enumerate(spec.parameters):
        if parameter.kind == "loadings":
            theta[number] = size
        elif parameter.kind == "scales" or (
            parameter.kind in ("factor_covariances", "residuals")
            and parameter.row == parameter.column
        ):
            theta[number] = 1.0
        elif parameter.kind == "factor_covariances":
            theta[number] = 0.3
    stretch = 1.0 if spec.parameterisation == "delta" else np.sqrt(2.0)
    index = spec.thresholds.index
    free = index >= 0
    seen = moments.observed[:, : index.shape[1]] * stretch
    total = np.bincount(index[free], weights=seen[free], minlength=spec.n_free)
    count = np.bincount(index[free], minlength=spec.n_free)
    return np.where(count > 0, total / np.maximum(count, 1), theta)


def _finished(
    spec: OrdinalSpec,
    theta: Array,
    value: float,
    gradient: float,
    curve: Array,
    steps: int,
) -> OrdinalFit:
    at, scales = _latent(spec, theta)
    if spec.parameterisation == "delta":
        at = _with_residual_variances(at, scales)
    return OrdinalFit(
        spec=spec,
        theta=theta,
        objective=value,
        gradient=gradient,
        converged=bool(gradient < SETTLED),
        identified=is_regular(curve),
        n_steps=steps,
        implied=moments_of(spec, theta),
        slopes=slopes_of(spec, theta),
        latent=at,
        scales=scales,
    )


def _with_residual_variances(at: Implied, scales: Array) -> Implied:
    """Add the residual variances that make each latent variance 1 / δ²."""
    from dataclasses import replace

    residuals, covariance = at.residuals.copy(), at.covariance.copy()
    place = np.arange(scales.shape[1])
    missing = scales**-2 - covariance[:, place, place]
    residuals[:, place, place] += missing
    covariance[:, place, place] += missing
    return replace(at, residuals=residuals, covariance=covariance)
