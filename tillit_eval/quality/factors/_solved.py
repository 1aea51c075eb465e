"""What every estimator hands to the finding: the one place where they meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tillit_eval.findings import Source
from tillit_eval.quality.factors._fit_indices import Indices
from tillit_eval.quality.factors._implied import Implied, implied
from tillit_eval.quality.factors._score_tests import Gain
from tillit_eval.quality.factors._spec import Spec

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Solved:
    """A model of one group that settled, in numbers.

    Attributes
    ----------
    spec : Spec
        Of one group, factors with variance 1.
    theta : ndarray, shape (q,)
        The parameters.
    covariance : ndarray, shape (q, q)
        Theirs, as the estimator's standard errors have it.
    observed : ndarray, shape (p, p)
        The covariances or correlations the model is held against.
    indices : Indices
        The test of the model and what follows from it.
    srmr : float
        Standardised root mean square residual.
    gains : list of Gain
        One per cell that could be freed.
    n_people, n_rows : int
        Behind the fit, and in the data.
    source : str
        Where the rows come from.
    scaling : float or None
        What the normal-theory χ² was divided by.
    """

    spec: Spec
    theta: Array
    covariance: Array
    observed: Array
    indices: Indices
    srmr: float
    gains: list[Gain]
    n_people: int
    n_rows: int
    source: Source
    scaling: float | None = None

    @property
    def at(self) -> Implied:
        """The matrices at the solution."""
        return implied(self.spec, self.theta)


def turned(solved: Solved) -> Solved:
    """Turn factors whose loadings sum to less than nothing."""
    spec = solved.spec
    standard = standardised_loadings(solved.at)
    sign = np.where(standard.sum(axis=0) < 0, -1.0, 1.0)
    if (sign > 0).all():
        return solved
    flip = np.ones(spec.n_free)
    columns = {name: sign[f] for f, name in enumerate(spec.factors)}
    for number, one in enumerate(spec.parameters):
        if one.kind == "loadings":
            flip[number] = columns[one.column]
        elif one.kind == "factor_covariances":
            flip[number] = columns[one.row] * columns[one.column]
    gains = [
        gain._replace(change=gain.change * columns.get(gain.parameter.column, 1.0))
        for gain in solved.gains
    ]
    return replace(
        solved,
        theta=solved.theta * flip,
        covariance=solved.covariance * np.outer(flip, flip),
        gains=gains,
    )


def standardised_loadings(at: Implied) -> Array:
    """Return the loadings of standardised items on standardised factors."""
    factors = np.sqrt(np.diag(at.factor_covariances[0]))
    items = np.sqrt(np.diag(at.covariance[0]))
    standard: Array = at.loadings[0] * factors / items[:, None]
    return standard


def correlations_of(covariance: Array) -> Array:
    """Turn covariances into correlations."""
    spread = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(spread, spread), dtype=np.float64)


def standard_errors(
    solved: Solved, turn: Callable[[Implied], Array], size: float = 1e-5
) -> Array:
    """Return standard errors of some function of the matrices (delta method)."""
    spread = np.sqrt(np.maximum(np.diag(solved.covariance), 0.0))
    still = 1e-8 * np.maximum(np.abs(solved.theta), 1e-30)
    moves = np.diag(np.where(spread > 0, spread * size, still))
    columns = [
        (
            np.ravel(turn(implied(solved.spec, solved.theta + move)))
            - np.ravel(turn(implied(solved.spec, solved.theta - move)))
        )
        / (2 * move.sum())
        for move in moves
    ]
    slope = np.stack(columns, axis=1)
    variance = np.einsum("ij,jk,ik->i", slope, solved.covariance, slope)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)), dtype=np.float64)
