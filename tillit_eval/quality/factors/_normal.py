"""Maximum likelihood of one group, from moments."""

from __future__ import annotations

from tillit_eval.errors import TooFewAnswers
from tillit_eval.quality.factors._fit_indices import (
    ChiSquare,
    baseline_test,
    indices,
    srmr,
)
from tillit_eval.quality.factors._implied import implied
from tillit_eval.quality.factors._ml import Fit, fit_ml
from tillit_eval.quality.factors._moments import Moments
from tillit_eval.quality.factors._score_tests import fixed_cells, score_tests
from tillit_eval.quality.factors._solved import Solved
from tillit_eval.quality.factors._spec import Parameter, Spec


def solve_ml(spec: Spec, moments: Moments) -> Solved:
    """Fit, with standard errors from the expected information and χ² = n F."""
    check_enough(spec, moments.n_people)
    fit = fit_ml(spec, moments)
    check_fit(fit.converged, fit.identified)
    return solved_ml(spec, moments, fit)


def solved_ml(spec: Spec, moments: Moments, fit: Fit) -> Solved:
    """Gather what a maximum-likelihood fit gives."""
    n = moments.n_people
    test = ChiSquare(max(fit.objective, 0.0) * n, spec.df)
    return Solved(
        spec=spec,
        theta=fit.theta,
        covariance=fit.covariance(n),
        observed=moments.covariance[0],
        indices=indices(test, baseline_test(moments), n),
        srmr=srmr(moments, implied(spec, fit.theta), has_means=spec.has_means),
        gains=score_tests(spec, fit.theta, moments, candidates(spec)),
        n_people=n,
        n_rows=moments.n_rows,
        source=moments.source,
    )


def candidates(spec: Spec) -> list[Parameter]:
    """List what could be freed: loadings on other factors, residual pairs."""
    return fixed_cells(spec, ("loadings", "residuals")) if spec.df > 0 else []


def check_spec(spec: Spec) -> None:
    """Refuse a model with more parameters than there is to learn from."""
    if spec.df < 0:
        raise TooFewAnswers(
            "The model has more parameters than these items can tell apart.",
            expected=f"at most {spec.n_moments} parameters for {len(spec.items)} items",
            found=f"{spec.n_free}",
            to_fix="give each factor at least 3 items, and correlate fewer residuals",
            reason="factors.not_identified",
        )


def check_enough(spec: Spec, n_people: int) -> None:
    """Refuse fewer people than parameters."""
    if n_people <= spec.n_free:
        raise TooFewAnswers(
            "There are no more people than parameters.",
            expected=f"more than {spec.n_free} people",
            found=f"{n_people}",
            to_fix="use fewer items or factors, or more people",
            reason="factors.fewer_people_than_parameters",
            values={"k": spec.n_free},
        )


def check_fit(converged: bool, identified: bool) -> None:
    """Refuse a fit that did not settle, or whose parameters cannot be told apart."""
    if not identified:
        raise TooFewAnswers(
            "The parameters of the model cannot be told apart (not identified).",
            expected="factors that each have 3 items, or 2 and a correlation with "
            "another factor",
            found="several solutions that fit equally well",
            to_fix="give each factor more items, or correlate fewer residuals",
            reason="factors.not_identified",
        )
    if not converged:
        raise TooFewAnswers(
            "The model found no solution for these items.",
            expected="a fit that settles",
            found="a search that was still moving when it was stopped",
            to_fix="look at assess_items; use fewer factors, or more people",
            reason="factors.no_solution",
        )
