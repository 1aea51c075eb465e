"""Maximum likelihood that does not lean on normal answers: MLR.

Estimates are those of maximum likelihood. Standard errors are Huber and White's
(observed information around the products of people's scores), the test is Yuan
and Bentler's in the form of Mplus: lavaan's ``yuan.bentler.mplus``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tillit_eval.errors import TooFewAnswers
from tillit_eval.quality.factors._fit_indices import (
    ChiSquare,
    baseline_test,
    robust_indices,
)
from tillit_eval.quality.factors._implied import implied, slopes
from tillit_eval.quality.factors._minimise import inverse_of
from tillit_eval.quality.factors._ml import fit_ml, observed
from tillit_eval.quality.factors._moments import Moments, check_moments
from tillit_eval.quality.factors._normal import check_enough, check_fit, solved_ml
from tillit_eval.quality.factors._rows import Rows
from tillit_eval.quality.factors._solved import Solved
from tillit_eval.quality.factors._spec import KINDS, Spec, blank, make_spec

Array = npt.NDArray[np.float64]

BLOCK = 100_000


class Robust(NamedTuple):
    """What rows add to a fit.

    Attributes
    ----------
    covariance : ndarray, shape (q, q)
        Of the parameters, whatever the answers' distribution.
    trace : float
        What the normal-theory χ² is expected to be if the model holds; over its
        degrees of freedom it is the scaling factor.
    """

    covariance: Array
    trace: float


def robust(spec: Spec, theta: Array, moments: Moments, rows: Sequence[Array]) -> Robust:
    """Measure how people's scores vary at a solution.

    Parameters
    ----------
    spec : Spec
        With means or without.
    theta : ndarray, shape (q,)
        The fitted parameters.
    moments : Moments
        Of the same rows.
    rows : sequence of ndarray, shape (n_g, p) each
        Complete rows per group.
    """
    bread = inverse_of(observed(spec, theta, moments))
    at = implied(spec, theta)
    means = at.means if spec.has_means else moments.means
    meat = np.zeros_like(bread)
    trace = 0.0
    for g, values in enumerate(rows):
        inverse = np.linalg.inv(at.covariance[g])
        one = products(spec, theta, g, values - means[g], inverse)
        meat += moments.weights[g] * one
        away, inverse = values - moments.means[g], np.linalg.inv(moments.covariance[g])
        trace += _saturated_trace(away, inverse, has_means=spec.has_means)
    return Robust(
        covariance=bread @ meat @ bread / moments.n.sum(),
        trace=trace - float(np.sum(bread * meat)),
    )


def products(spec: Spec, theta: Array, g: int, away: Array, inverse: Array) -> Array:
    """Return the mean product of people's scores in one group, shape (q, q)."""
    number, u, v, w = (part[g] for part in slopes(spec, implied(spec, theta)))
    pick = np.zeros((len(number), spec.n_free))
    cells = np.flatnonzero(number >= 0)
    pick[cells, number[cells]] = 1.0
    level = np.einsum("ci,ij,cj->c", u, inverse, v)
    total = np.zeros((spec.n_free, spec.n_free))
    for first in range(0, len(away), BLOCK):
        pulled = away[first : first + BLOCK] @ inverse
        scores = (pulled @ u.T) * (pulled @ v.T) - level + pulled @ w.T
        scores = scores @ pick
        total += scores.T @ scores
    return total / len(away)


def _saturated_trace(away: Array, inverse: Array, *, has_means: bool) -> float:
    """Return the same for the model that fits any moments: Mardia's kurtosis."""
    p = away.shape[1]
    distance = np.einsum("ni,ni->n", away @ inverse, away)
    return float((np.mean(distance**2) - p) / 2) + (p if has_means else 0)


def baseline_spec(
    items: Sequence[str], groups: Sequence[str], *, has_means: bool
) -> Spec:
    """Write down the model in which items are unrelated."""
    n_groups, p = len(groups), len(items)
    plans = {
        "loadings": blank((n_groups, p, 1)),
        "factor_covariances": blank((n_groups, 1, 1)),
        "residuals": blank((n_groups, p, p)),
        "intercepts": blank((n_groups, p)),
        "factor_means": blank((n_groups, 1)),
    }
    for g, i in np.ndindex(n_groups, p):
        plans["residuals"].labels[g, i, i] = (g, i)
        plans["intercepts"].labels[g, i] = (g, i)
    return make_spec(
        items,
        ["none"],
        groups,
        {kind: plans[kind] for kind in KINDS},
        has_means=has_means,
    )


def baseline_trace(
    moments: Moments, rows: Sequence[Array], *, has_means: bool
) -> float:
    """Return the trace of the model of unrelated items."""
    spec = baseline_spec(moments.items, moments.groups, has_means=has_means)
    spread = np.diagonal(moments.covariance, axis1=1, axis2=2)
    theta = np.concatenate([spread.ravel(), moments.means.ravel()])[: spec.n_free]
    return robust(spec, theta, moments, rows).trace


def solve_mlr(spec: Spec, rows: Rows) -> Solved:
    """Fit complete rows, with a robust covariance and a scaled test."""
    moments, complete = rows.moments, rows.complete()
    check_moments(moments)
    check_enough(spec, moments.n_people)
    fit = fit_ml(spec, moments)
    check_fit(fit.converged, fit.identified)
    plain = solved_ml(spec, moments, fit)
    found = robust(spec, fit.theta, moments, complete)
    if spec.df == 0:
        return replace(plain, covariance=found.covariance)
    baseline = baseline_test(moments)
    scaling = _scaling(found.trace, spec.df)
    theirs = baseline_trace(moments, complete, has_means=spec.has_means)
    return replace(
        plain,
        covariance=found.covariance,
        scaling=scaling,
        indices=robust_indices(
            ChiSquare(max(fit.objective, 0.0) * moments.n_people, spec.df),
            scaling,
            baseline,
            _scaling(theirs, baseline.df),
            moments.n_people,
        ),
    )


def _scaling(trace: float, df: int) -> float:
    """Return the scaling factor; these answers may not have any."""
    if not trace > 0:
        raise TooFewAnswers(
            "The scaled test cannot be worked out from these answers.",
            expected="a scaling factor above 0",
            found="one at or below 0, as with few people and many items",
            to_fix='use estimator="ml", or more people',
            reason="factors.no_scaling",
        )
    return trace / df
