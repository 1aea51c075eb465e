"""Ordered answers and a straight line: the proportional-odds model by Newton's method.

The thresholds and slopes are those of ``MASS::polr``: the log odds of an answer at
step k or lower are threshold k minus the line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, xlogy

from tillit_eval.quality._data import Array

Codes = npt.NDArray[np.intp]

# Newton's method doubles its digits in each round; more than 60 never settle.
MOST_ROUNDS = 60
SMALLEST_CHANCE = 1e-300


@dataclass(frozen=True, slots=True)
class OrderedFit:
    """A fitted model: K - 1 thresholds, then the slopes.

    ``information`` is the observed one (minus the second derivatives).
    ``gradient`` is the largest first derivative per answer that is left.
    """

    parameters: Array
    n_thresholds: int
    log_likelihood: float
    information: Array
    gradient: float
    converged: bool

    @property
    def slopes(self) -> Array:
        """The slopes of the line, without the thresholds."""
        return self.parameters[self.n_thresholds :]

    @property
    def thresholds(self) -> Array:
        """The steps between answers, rising."""
        return self.parameters[: self.n_thresholds]


def fit_ordered(answers: Codes, line: Array, weights: Array) -> OrderedFit:
    """Fit the model to cells of people who share an answer and a place on the line.

    Parameters
    ----------
    answers : ndarray of int, shape (M,)
        Steps 0 to K - 1, each taken by somebody.
    line : ndarray, shape (M, P)
        What the slopes belong to; of a size near 1. P may be 0.
    weights : ndarray, shape (M,)
        People in each cell, above 0.

    Returns
    -------
    OrderedFit
        Not converged where no maximum was found, for example because the line
        tells the answers apart completely.
    """
    steps = int(answers.max()) + 1
    total = float(weights.sum())
    point = _start(answers, weights, steps, line.shape[1])
    value, slope, bend = derivatives(point, answers, line, weights, steps)
    for _ in range(MOST_ROUNDS):
        if np.abs(slope).max(initial=0.0) <= 1e-11 * total:
            break
        move = _newton(bend, slope)
        if move is None:
            break
        found = _along(point, move, value, (answers, line, weights, steps))
        if found is None:
            break
        point, (value, slope, bend) = found
    left = float(np.abs(slope).max(initial=0.0)) / total
    settled = left < 1e-8 and np.abs(point).max(initial=0.0) < 50
    return OrderedFit(
        parameters=point,
        n_thresholds=steps - 1,
        log_likelihood=value,
        information=bend,
        gradient=left,
        converged=bool(settled and _newton(bend, slope) is not None),
    )


def derivatives(
    point: Array, answers: Codes, line: Array, weights: Array, steps: int
) -> tuple[float, Array, Array]:
    """Return the log likelihood, its slope, and minus its second derivatives."""
    value, by_cell, (first, last, both), rows = _cells(point, answers, line, steps)
    upper, lower = rows
    bend = -(
        (upper * (weights * first)[:, None]).T @ upper
        + (lower * (weights * last)[:, None]).T @ lower
    )
    cross = (upper * (weights * both)[:, None]).T @ lower
    return float(weights @ value), weights @ by_cell, bend - cross - cross.T


def scores_by_cell(fit: OrderedFit, answers: Codes, line: Array) -> Array:
    """Return the first derivatives of one person's log likelihood, cell by cell."""
    return _cells(fit.parameters, answers, line, fit.n_thresholds + 1)[1]


def _cells(
    point: Array, answers: Codes, line: Array, steps: int
) -> tuple[Array, Array, tuple[Array, Array, Array], tuple[Array, Array]]:
    """Return each cell's log chance, its slope and the parts of its bend."""
    ends = np.concatenate([[-np.inf], point[: steps - 1], [np.inf]])
    at = line @ point[steps - 1 :]
    high, low = ends[answers + 1] - at, ends[answers] - at
    # The chance is a product, so that nothing is lost where both ends are far out.
    gap = -np.expm1(-(ends[answers + 1] - ends[answers]))
    chance = np.maximum(expit(high) * expit(-low) * gap, SMALLEST_CHANCE)
    dense_high, dense_low = expit(high) * expit(-high), expit(low) * expit(-low)
    up, down = dense_high / chance, dense_low / chance
    first = up * (expit(-high) - expit(high)) - up**2
    last = -down * (expit(-low) - expit(low)) - down**2
    marks = np.eye(steps + 1)[:, 1:steps]
    upper = np.hstack([marks[answers + 1], -line])
    lower = np.hstack([marks[answers], -line])
    slope = up[:, None] * upper - down[:, None] * lower
    return np.log(chance), slope, (first, last, up * down), (upper, lower)


def _start(answers: Codes, weights: Array, steps: int, slopes: int) -> Array:
    """Begin where the line is flat and the thresholds are those of the shares."""
    below = np.cumsum(np.bincount(answers, weights=weights, minlength=steps))[:-1]
    share = below / weights.sum()
    return np.concatenate([np.log(share / (1 - share)), np.zeros(slopes)])


def _newton(bend: Array, slope: Array) -> Array | None:
    """Return Newton's step, or nothing where the surface is flat."""
    if len(slope) == 0:
        return slope
    size = np.sqrt(np.maximum(np.diag(bend), 1e-300))
    even = bend / np.outer(size, size)
    if not np.isfinite(even).all() or np.linalg.eigvalsh(even)[0] < 1e-10:
        return None
    move: Array = np.linalg.solve(even, slope / size) / size
    return move


def _along(
    point: Array, move: Array, value: float, data: tuple[Codes, Array, Array, int]
) -> tuple[Array, tuple[float, Array, Array]] | None:
    """Go along the step, by half as far each time until the likelihood has risen."""
    for halvings in range(30):
        tried = point + move * 0.5**halvings
        if (np.diff(tried[: data[3] - 1]) <= 0).any():
            continue
        found = derivatives(tried, *data)
        if found[0] >= value - 1e-12 * abs(value):
            return tried, found
    return None


def empty_likelihood(counts: Array) -> float:
    """Return the log likelihood of a model that knows only the shares."""
    return float(xlogy(counts, counts / counts.sum()).sum())
