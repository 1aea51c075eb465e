"""Maximum likelihood of a spec from moments: Fisher scoring, then Newton."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._implied import (
    Implied,
    Slopes,
    expected_information,
    gather,
    implied,
    slopes,
)
from tillit_eval.quality.factors._moments import Moments
from tillit_eval.quality.factors._spec import Spec
from tillit_eval.quality.factors._start import start

Array = npt.NDArray[np.float64]

MOST_STEPS = 200
SMALL_GRADIENT = 1e-9
CONVERGED = 1e-6
SINGULAR = 1e-9


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted spec.

    Attributes
    ----------
    theta : ndarray, shape (q,)
        The free parameters, in the order of ``spec.parameters``.
    objective : float
        F, the discrepancy per observation: 0 for a perfect fit. χ² is n F.
        (lavaan's ``fmin`` is F / 2.)
    gradient : float
        Largest derivative of F, each parameter in units of the standard error
        one observation would give: free of the items' units.
    information : ndarray, shape (q, q)
        Expected information of one observation; its inverse over n is the
        covariance of ``theta``.
    converged : bool
        Whether `gradient` is under 1e-6.
    identified : bool
        Whether `information` has full rank.
    n_steps : int
        Steps taken.
    """

    theta: Array
    objective: float
    gradient: float
    information: Array
    converged: bool
    identified: bool
    n_steps: int

    def covariance(self, n_people: float) -> Array:
        """Return the covariance of ``theta`` under the model."""
        return inverse_of(self.information) / n_people


def fit_ml(spec: Spec, moments: Moments, begin: Array | None = None) -> Fit:
    """Fit a spec by normal-theory maximum likelihood.

    Uniquenesses and variances are free, also below zero, so that a solution
    outside the admissible range is seen and not silently moved to its edge.

    Parameters
    ----------
    spec : Spec
        With the items and groups of `moments`, in the same order.
    moments : Moments
        With covariances divided by n.
    begin : ndarray, shape (q,), optional
        Where to begin, for instance at the solution of a neighbouring model.

    Returns
    -------
    Fit
        Never raises for a fit that does not settle: see ``converged``.
    """
    theta = start(spec, moments) if begin is None else np.array(begin, dtype=float)
    value = discrepancy(spec, theta, moments)
    if not np.isfinite(value) and begin is not None:
        return fit_ml(spec, moments)
    slope, information = score(spec, theta, moments)
    steps = 0
    while steps < MOST_STEPS and _size(slope, information) > SMALL_GRADIENT:
        curve = information
        if steps >= 20 and steps % 5 == 0:
            curve = observed(spec, theta, moments, information)
        step = solve(curve, slope / 2)
        theta, reached = walk(
            lambda trial: discrepancy(spec, trial, moments), theta, step, value, slope
        )
        steps += 1
        stuck = reached >= value
        value = min(value, reached)
        slope, information = score(spec, theta, moments)
        if stuck:
            break
    gradient = _size(slope, information)
    return Fit(
        theta=theta,
        objective=value,
        gradient=gradient,
        information=information,
        converged=bool(gradient < CONVERGED),
        identified=is_regular(information),
        n_steps=steps,
    )


def discrepancy(spec: Spec, theta: Array, moments: Moments) -> float:
    """Return F, or infinity where an implied covariance is not positive definite."""
    at = implied(spec, theta)
    try:
        root = np.linalg.cholesky(at.covariance)
    except np.linalg.LinAlgError:
        return float("inf")
    ours = 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    target = _target(spec, at, moments)
    traces = np.trace(np.linalg.solve(at.covariance, target), axis1=1, axis2=2)
    each = ours - moments.log_determinants + traces - len(spec.items)
    total = float(moments.weights @ each)
    return total if np.isfinite(total) else float("inf")


def score(spec: Spec, theta: Array, moments: Moments) -> tuple[Array, Array]:
    """Return the gradient of F and the expected information of one observation."""
    at = implied(spec, theta)
    cells = slopes(spec, at)
    weights = moments.weights
    gradient = gather(spec, cells.number, _cell_gradient(spec, at, cells, moments))
    return gradient, expected_information(spec, at, weights, cells)


def gradient_of(spec: Spec, theta: Array, moments: Moments) -> Array:
    """Return the gradient of F alone."""
    at = implied(spec, theta)
    cells = slopes(spec, at)
    return gather(spec, cells.number, _cell_gradient(spec, at, cells, moments))


def _cell_gradient(spec: Spec, at: Implied, cells: Slopes, moments: Moments) -> Array:
    inverse = np.linalg.inv(at.covariance)
    gap = inverse @ (_target(spec, at, moments) - at.covariance) @ inverse
    each = -2 * np.einsum("gci,gij,gcj->gc", cells.u, gap, cells.v, optimize=True)
    if spec.has_means:
        pull = np.einsum("gij,gj->gi", inverse, moments.means - at.means)
        each -= 2 * np.einsum("gci,gi->gc", cells.w, pull)
    weighted: Array = each * moments.weights[:, None]
    return weighted


def _target(spec: Spec, at: Implied, moments: Moments) -> Array:
    """Observed covariances around the implied means."""
    if not spec.has_means:
        return moments.covariance
    away = moments.means - at.means
    return np.asarray(moments.covariance + away[:, :, None] * away[:, None])


def observed(
    spec: Spec, theta: Array, moments: Moments, information: Array | None = None
) -> Array:
    """Return the observed information of one observation: half the Hessian of F.

    Central differences of the analytic gradient, each parameter moved by a small
    part of the standard error one observation would give.
    """
    if information is None:
        information = score(spec, theta, moments)[1]
    scale = 1e-5 / np.sqrt(np.maximum(np.diag(information), 1e-300))
    columns = [
        (
            gradient_of(spec, theta + move, moments)
            - gradient_of(spec, theta - move, moments)
        )
        / (4 * size)
        for move, size in zip(np.diag(scale), scale, strict=True)
    ]
    hessian = np.stack(columns, axis=1)
    return np.asarray((hessian + hessian.T) / 2, dtype=np.float64)


def solve(information: Array, slope: Array) -> Array:
    """Solve for a step; by least squares where the information is singular."""
    root = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    scaled = information / np.outer(root, root)
    try:
        lower = np.linalg.cholesky(scaled)
        if np.diag(lower).min() > 1e-5:
            half = np.linalg.solve(lower, slope / root)
            return np.asarray(np.linalg.solve(lower.T, half) / root)
    except np.linalg.LinAlgError:
        pass
    values, vectors = np.linalg.eigh(scaled)
    size = np.abs(values)
    keep = size > 1e-10 * size.max()
    part = vectors[:, keep] / size[keep] @ (vectors[:, keep].T @ (slope / root))
    return np.asarray(part / root, dtype=np.float64)


def walk(
    value_at: Callable[[Array], float],
    theta: Array,
    step: Array,
    value: float,
    slope: Array,
) -> tuple[Array, float]:
    """Take the step, or the largest halving of it that lowers F enough."""
    promised = float(slope @ step)
    size = 1.0
    for _ in range(40):
        trial = theta - size * step
        reached = value_at(trial)
        if reached <= value - 1e-4 * size * promised or (
            size == 1.0 and abs(reached - value) <= 1e-13 * max(1.0, abs(value))
        ):
            return trial, reached
        size /= 2
    return theta, value


def is_regular(information: Array) -> bool:
    """Whether every parameter can be told from the others."""
    root = np.sqrt(np.maximum(np.diag(information), 1e-300))
    smallest = np.linalg.eigvalsh(information / np.outer(root, root))[0]
    return bool(smallest > SINGULAR)


def inverse_of(information: Array) -> Array:
    """Invert by the scaled matrix, so that units of items do not matter."""
    root = np.sqrt(np.maximum(np.diag(information), 1e-300))
    scaled = np.outer(root, root)
    return np.asarray(np.linalg.pinv(information / scaled, hermitian=True) / scaled)


def _size(slope: Array, information: Array) -> float:
    root = np.sqrt(np.maximum(np.diag(information), 1e-300))
    sizes = np.abs(slope) / root
    return float(sizes.max()) if len(sizes) else 0.0
