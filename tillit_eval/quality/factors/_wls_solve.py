"""WLSMV of one group, handed on as every other estimator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._implied import jacobian
from tillit_eval.quality.factors._normal import candidates, check_enough, check_fit
from tillit_eval.quality.factors._score_tests import Gain, gains_from
from tillit_eval.quality.factors._solved import Solved
from tillit_eval.quality.factors._spec import Cells, Kind, Plan, Spec
from tillit_eval.quality.factors._wls_fit import OrdinalFit, fit_wls
from tillit_eval.quality.factors._wls_moments import (
    OrdinalMoments,
    read_ordinal_moments,
)
from tillit_eval.quality.factors._wls_spec import OrdinalSpec, make_ordinal_spec
from tillit_eval.quality.factors._wls_test import (
    covariance_of,
    scaled_indices,
    scaled_test,
    srmr,
)

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def solve_wlsmv(spec: Spec, responses: object) -> Solved:
    """Fit polychoric correlations by diagonal weights, test scaled and shifted."""
    moments = read_ordinal_moments(responses, spec.items)
    check_enough(spec, moments.n_people)
    kept = _kept(spec)
    fit = fit_wls(_ordinal(spec, kept, moments.n_thresholds), moments)
    check_fit(fit.converged, fit.identified)
    theta, turn = _with_uniquenesses(spec, kept, fit)
    inner = len(kept)
    return Solved(
        spec=spec,
        theta=theta,
        covariance=turn @ covariance_of(fit, moments)[:inner, :inner] @ turn.T,
        observed=moments.fits[0].matrix,
        indices=scaled_indices(fit, moments),
        srmr=srmr(fit, moments),
        gains=_gains(fit, moments, spec),
        n_people=moments.n_people,
        n_rows=moments.n_rows,
        source=moments.source,
        scaling=1 / scaled_test(fit, moments).factor,
    )


def _kept(spec: Spec) -> Whole:
    """Return the parameters that are no uniquenesses: those follow from the rest."""
    return np.array(
        [
            number
            for number, one in enumerate(spec.parameters)
            if not (one.kind == "residuals" and one.row == one.column)
        ],
        dtype=np.int64,
    )


def _ordinal(spec: Spec, kept: Whole, n_thresholds: tuple[int, ...]) -> OrdinalSpec:
    """Fix the uniquenesses and put free thresholds around the rest."""
    place = np.full(spec.n_free + 1, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))

    def cells(kind: Kind) -> Cells:
        return Cells(spec.cells(kind).value, place[spec.cells(kind).index])

    latent = replace(
        spec,
        parameters=tuple(spec.parameters[number] for number in kept),
        loadings=cells("loadings"),
        factor_covariances=cells("factor_covariances"),
        residuals=cells("residuals"),
        intercepts=cells("intercepts"),
        factor_means=cells("factor_means"),
    )
    total = sum(n_thresholds)
    labels = np.array([range(total)], dtype=object)
    return make_ordinal_spec(latent, n_thresholds, Plan(labels, np.zeros((1, total))))


def _with_uniquenesses(spec: Spec, kept: Whole, fit: OrdinalFit) -> tuple[Array, Array]:
    """Return the parameters of `spec`, and their slopes by those that were fitted."""
    inner = len(kept)
    theta, turn = np.zeros(spec.n_free), np.zeros((spec.n_free, inner))
    theta[kept] = fit.theta[:inner]
    turn[kept, np.arange(inner)] = 1.0
    items = np.arange(len(spec.items))
    own = spec.residuals.index[0, items, items]
    theta[own] = fit.latent.residuals[0, items, items]
    slopes, _ = jacobian(fit.spec.spec, fit.theta[:inner])
    turn[own] = -slopes[0, items, items]
    return theta, turn


def _gains(fit: OrdinalFit, moments: OrdinalMoments, spec: Spec) -> list[Gain]:
    """Score tests under the diagonal weights, not scaled: lavaan's ``mi``."""
    one, other = np.triu_indices(len(spec.items), 1)
    start = sum(moments.n_thresholds)
    weights = moments.diagonal[0, start:]
    share = (moments.n_people - 1) / moments.n_people
    residual = (moments.observed - fit.implied)[0, start:]

    def score_at(wide: Spec, theta: Array) -> tuple[Array, Array]:
        slopes = jacobian(wide, theta)[0][0, one, other]
        weighted = slopes * weights[:, None]
        return -2 * share * weighted.T @ residual, weighted.T @ slopes

    latent = fit.spec.spec
    theta = fit.theta[: latent.n_free]
    return gains_from(latent, theta, candidates(spec), moments.n_people, score_at)
