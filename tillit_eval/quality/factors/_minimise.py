"""Go down to the minimum of a smooth function whose curve is roughly known."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SMALL_GRADIENT = 1e-9
SETTLED = 1e-6
NEAR = 0.03
SINGULAR = 1e-13
MOST_SCORING, MOST_BFGS, MOST_NEWTON = 40, 600, 40


class Task(NamedTuple):
    """What is minimised.

    Attributes
    ----------
    value : function of ndarray to float
        Infinite where it does not exist.
    slope : function of ndarray to ndarray
        Its derivatives.
    curve : function of ndarray to ndarray
        About half its second derivatives, never negative: expected information.
    bend : function of ndarray to ndarray
        Exactly half its second derivatives: observed information.
    """

    value: Callable[[Array], float]
    slope: Callable[[Array], Array]
    curve: Callable[[Array], Array]
    bend: Callable[[Array], Array]


class Reached(NamedTuple):
    """Where the way down ended; ``slope`` and ``curve`` are taken there."""

    theta: Array
    value: float
    slope: Array
    curve: Array
    n_steps: int

    @property
    def size(self) -> float:
        """Largest derivative, each parameter in units of its curve."""
        return size_of(self.slope, self.curve)


def minimise(task: Task, theta: Array) -> Reached:
    """Fisher scoring while far away, BFGS when near, Newton if that gets stuck.

    Parameters
    ----------
    task : Task
        With a finite value at `theta`.
    theta : ndarray, shape (q,)
        Where to begin.

    Returns
    -------
    Reached
        After at most 680 steps, settled or not.
    """
    at = Reached(theta, task.value(theta), task.slope(theta), task.curve(theta), 0)
    at = _by_solving(task, at, task.curve, NEAR, MOST_SCORING)
    at = _by_bfgs(task, at)
    if at.size > SETTLED:
        at = _by_solving(task, at, task.bend, SMALL_GRADIENT, MOST_NEWTON)
    return at


def _by_solving(
    task: Task,
    at: Reached,
    curve_at: Callable[[Array], Array],
    enough: float,
    most: int,
) -> Reached:
    for _ in range(most):
        if at.size <= enough:
            break
        step = solve(curve_at(at.theta), at.slope / 2)
        theta, value = walk(task.value, at.theta, step, at.value, at.slope)
        if theta is at.theta:
            break
        slope, curve = task.slope(theta), task.curve(theta)
        at = Reached(theta, value, slope, curve, at.n_steps + 1)
    return at


def _by_bfgs(task: Task, at: Reached) -> Reached:
    """Improve the inverse of the curve with every step."""
    inverse = inverse_of(at.curve) / 2
    root = np.sqrt(np.maximum(np.diag(at.curve), 1e-300))
    theta, value, slope, steps = at.theta, at.value, at.slope, at.n_steps
    for _ in range(MOST_BFGS):
        if _largest(slope / root) <= SMALL_GRADIENT:
            break
        reached, value = walk(task.value, theta, inverse @ slope, value, slope)
        if reached is theta:
            break
        moved, before = reached - theta, slope
        theta, slope, steps = reached, task.slope(reached), steps + 1
        _learn(inverse, moved, slope - before)
    return Reached(theta, value, slope, task.curve(theta), steps)


def _learn(inverse: Array, moved: Array, turned: Array) -> None:
    """Update the inverse in place, unless the way was not curved upwards."""
    along = float(moved @ turned)
    if along <= 1e-12 * float(np.linalg.norm(moved) * np.linalg.norm(turned)):
        return
    carried = inverse @ turned
    gain = (1 + float(turned @ carried) / along) / along
    inverse += gain * np.outer(moved, moved)
    cross = np.outer(carried, moved) / along
    inverse -= cross + cross.T


def solve(curve: Array, slope: Array) -> Array:
    """Solve for a step downhill, also where the curve is singular or bends down."""
    root = np.sqrt(np.maximum(np.abs(np.diag(curve)), 1e-300))
    scaled = curve / np.outer(root, root)
    if not np.isfinite(scaled).all():
        return np.asarray(slope / root**2, dtype=np.float64)
    try:
        lower = np.linalg.cholesky(scaled)
        if np.diag(lower).min() > 1e-5:
            return np.asarray(np.linalg.solve(scaled, slope / root) / root)
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
    """Take the step, or the largest halving of it that lowers the value enough.

    Returns `theta` itself where no halving does.
    """
    promised = float(slope @ step)
    size = 1.0
    for _ in range(40):
        trial = theta - size * step
        reached = value_at(trial)
        level = size == 1.0 and abs(reached - value) <= 1e-13 * max(1.0, abs(value))
        if level or reached <= value - 1e-4 * size * promised:
            return trial, reached
        size /= 2
    return theta, value


def is_regular(information: Array) -> bool:
    """Whether every parameter can be told from the others."""
    root = np.sqrt(np.maximum(np.diag(information), 1e-300))
    scaled = information / np.outer(root, root)
    return bool(np.isfinite(scaled).all() and np.linalg.eigvalsh(scaled)[0] > SINGULAR)


def inverse_of(information: Array) -> Array:
    """Invert by the scaled matrix, so that units of items do not matter."""
    root = np.sqrt(np.maximum(np.diag(information), 1e-300))
    scale = np.outer(root, root)
    scaled = information / scale
    try:
        if np.diag(np.linalg.cholesky(scaled)).min() > 1e-5:
            return np.asarray(np.linalg.inv(scaled) / scale)
    except np.linalg.LinAlgError:
        pass
    return np.asarray(np.linalg.pinv(scaled, hermitian=True) / scale)


def size_of(slope: Array, curve: Array) -> float:
    """Return the largest derivative, each parameter in units of its curve."""
    return _largest(slope / np.sqrt(np.maximum(np.diag(curve), 1e-300)))


def _largest(values: Array) -> float:
    return float(np.abs(values).max(initial=0.0))
