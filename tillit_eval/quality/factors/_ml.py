"""Maximum likelihood of a spec from moments: Fisher scoring, then Newton."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._hessian import observed_information
from tillit_eval.quality.factors._implied import (
    Implied,
    Slopes,
    expected_information,
    gather,
    implied,
    slopes,
)
from tillit_eval.quality.factors._minimise import (
    SETTLED,
    Task,
    inverse_of,
    is_regular,
    minimise,
)
from tillit_eval.quality.factors._moments import Moments
from tillit_eval.quality.factors._spec import Spec
from tillit_eval.quality.factors._start import start

Array = npt.NDArray[np.float64]


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
    task = task_of(spec, moments)
    theta = start(spec, moments) if begin is None else np.array(begin, dtype=float)
    if begin is not None and not np.isfinite(task.value(theta)):
        theta = start(spec, moments)
    reached = minimise(task, theta)
    return Fit(
        theta=reached.theta,
        objective=reached.value,
        gradient=reached.size,
        information=reached.curve,
        converged=bool(reached.size < SETTLED),
        identified=is_regular(reached.curve),
        n_steps=reached.n_steps,
    )


def task_of(spec: Spec, moments: Moments) -> Task:
    """Write the fit down as something to minimise."""
    return Task(
        value=lambda theta: discrepancy(spec, theta, moments),
        slope=lambda theta: gradient_of(spec, theta, moments),
        curve=lambda theta: expected_information(
            spec, implied(spec, theta), moments.weights
        ),
        bend=lambda theta: observed(spec, theta, moments),
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
    gradient = gather(spec, cells.number, _cell_gradient(spec, at, cells, moments))
    return gradient, expected_information(spec, at, moments.weights)


def gradient_of(spec: Spec, theta: Array, moments: Moments) -> Array:
    """Return the gradient of F alone."""
    at = implied(spec, theta)
    cells = slopes(spec, at)
    return gather(spec, cells.number, _cell_gradient(spec, at, cells, moments))


def _cell_gradient(spec: Spec, at: Implied, cells: Slopes, moments: Moments) -> Array:
    inverse = np.linalg.inv(at.covariance)
    gap = inverse @ (_target(spec, at, moments) - at.covariance) @ inverse
    each = -2 * np.einsum("gci,gci->gc", cells.u @ gap, cells.v)
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


def observed(spec: Spec, theta: Array, moments: Moments) -> Array:
    """Return the observed information of one observation: half the Hessian of F."""
    at = implied(spec, theta)
    away = moments.means - at.means if spec.has_means else np.zeros_like(at.means)
    return observed_information(
        spec,
        at,
        moments.weights,
        np.asarray(np.linalg.inv(at.covariance), dtype=np.float64),
        _target(spec, at, moments),
        away,
        np.arange(len(spec.groups)),
    )
