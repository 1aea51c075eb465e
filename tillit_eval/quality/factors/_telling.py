"""From the numbers of a fit to the finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tillit_eval.findings import Interval
from tillit_eval.phrases import phrase
from tillit_eval.quality.factors._fit_indices import RMSEA_LEVEL
from tillit_eval.quality.factors._implied import Implied
from tillit_eval.quality.factors._score_tests import Gain
from tillit_eval.quality.factors._solved import (
    Solved,
    correlations_of,
    standard_errors,
    standardised_loadings,
    turned,
)
from tillit_eval.quality.factors.model import Estimator, FactorModel, number_or_none
from tillit_eval.quality.factors.parts import (
    Loading,
    Modification,
    Pair,
    Residual,
    Uniqueness,
)

if TYPE_CHECKING:
    from tillit_eval.phrases import Phrase

Array = npt.NDArray[np.float64]


def tell_model(
    solved: Solved,
    *,
    scale: str,
    estimator: Estimator,
    level: float,
    floor: int,
    left_out: tuple[tuple[Phrase, int], ...],
) -> FactorModel:
    """Write a fit down as a finding; factors are turned to point upwards."""
    solved = turned(solved)
    indices = solved.indices
    return FactorModel(
        scale=scale,
        estimator=estimator,
        estimand=phrase("factors.estimand"),
        method=phrase(f"factors.method_{estimator}"),
        n_people=solved.n_people,
        left_out=left_out,
        source=solved.source,
        floor=floor,
        items=solved.spec.items,
        factors=solved.spec.factors,
        parameters=solved.spec.n_free,
        chi_square=indices.chi_square,
        df=indices.df,
        p_value=number_or_none(indices.p_value),
        scaling=solved.scaling,
        baseline_chi_square=indices.baseline_chi_square,
        baseline_df=indices.baseline_df,
        cfi=indices.cfi,
        tli=indices.tli,
        rmsea=indices.rmsea,
        rmsea_interval=Interval(indices.rmsea_low, indices.rmsea_high, RMSEA_LEVEL),
        p_close=number_or_none(indices.p_close),
        srmr=solved.srmr,
        improper=_improper(solved),
        loadings=_loadings(solved, level),
        correlations=_correlations(solved, level),
        residual_pairs=_residual_pairs(solved, level),
        uniquenesses=_uniquenesses(solved),
        residuals=_residuals(solved),
        modifications=_modifications(solved),
    )


def _improper(solved: Solved) -> tuple[str, ...]:
    at, spec = solved.at, solved.spec
    beyond = np.diag(at.residuals[0]) <= 0
    names = [name for name, hit in zip(spec.items, beyond, strict=True) if hit]
    factors = np.abs(np.tril(correlations_of(at.factor_covariances[0]), -1))
    names += [
        f"{spec.factors[i]} ↔ {spec.factors[j]}" for i, j in np.argwhere(factors >= 1)
    ]
    return tuple(names)


def _reach(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


def _around(value: float, error: float, level: float) -> Interval:
    reach = _reach(level) * error
    return Interval(value - reach, value + reach, level)


def _loadings(solved: Solved, level: float) -> tuple[Loading, ...]:
    from scipy.special import ndtr

    at, spec = solved.at, solved.spec
    errors = np.sqrt(np.maximum(np.diag(solved.covariance), 0))
    standard = standardised_loadings(at)
    others = standard_errors(solved, standardised_loadings).reshape(standard.shape)
    found = []
    for i, f in np.argwhere(spec.loadings.index[0] >= 0):
        value, error = (
            float(at.loadings[0, i, f]),
            float(errors[spec.loadings.index[0, i, f]]),
        )
        size, size_error = float(standard[i, f]), float(others[i, f])
        found.append(
            Loading(
                item=spec.items[i],
                factor=spec.factors[f],
                loading=value,
                standard_error=error,
                interval=_around(value, error, level),
                standardised=size,
                standardised_error=size_error,
                standardised_interval=_around(size, size_error, level),
                p_value=float(2 * ndtr(-abs(value) / error)) if error > 0 else 0.0,
            )
        )
    order = {name: place for place, name in enumerate(spec.factors)}
    return tuple(sorted(found, key=lambda one: order[one.factor]))


def _pairs(
    names: tuple[str, ...], values: Array, errors: Array, free: Array, level: float
) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            one=names[j],
            other=names[i],
            correlation=float(values[i, j]),
            standard_error=float(errors[i, j]),
            interval=_around(float(values[i, j]), float(errors[i, j]), level),
        )
        for i, j in np.argwhere(np.tril(free, -1))
    )


def _correlations(solved: Solved, level: float) -> tuple[Pair, ...]:
    def turn(at: Implied) -> Array:
        return correlations_of(at.factor_covariances[0])

    values = turn(solved.at)
    if len(values) < 2:
        return ()
    errors = standard_errors(solved, turn).reshape(values.shape)
    return _pairs(solved.spec.factors, values, errors, np.ones_like(values), level)


def _residual_pairs(solved: Solved, level: float) -> tuple[Pair, ...]:
    free = np.tril(solved.spec.residuals.index[0], -1) > 0
    if not free.any() or any(np.diag(solved.at.residuals[0]) <= 0):
        return ()

    def turn(at: Implied) -> Array:
        return correlations_of(at.residuals[0])

    errors = standard_errors(solved, turn).reshape(free.shape)
    return _pairs(solved.spec.items, turn(solved.at), errors, free.astype(float), level)


def _uniquenesses(solved: Solved) -> tuple[Uniqueness, ...]:
    at, spec = solved.at, solved.spec
    errors = np.sqrt(np.maximum(np.diag(solved.covariance), 0))
    return tuple(
        Uniqueness(
            item=name,
            variance=float(at.residuals[0, i, i]),
            standard_error=float(errors[number]) if number >= 0 else 0.0,
            share=float(at.residuals[0, i, i] / at.covariance[0, i, i]),
        )
        for i, name in enumerate(spec.items)
        for number in [int(spec.residuals.index[0, i, i])]
    )


def _residuals(solved: Solved) -> tuple[Residual, ...]:
    observed = correlations_of(solved.observed)
    modelled = correlations_of(solved.at.covariance[0])
    items = solved.spec.items
    row, column = np.triu_indices(len(items), 1)
    return tuple(
        Residual(
            one=items[i],
            other=items[j],
            observed=float(observed[i, j]),
            implied=float(modelled[i, j]),
            residual=float(observed[i, j] - modelled[i, j]),
        )
        for i, j in zip(row, column, strict=True)
    )


def _modifications(solved: Solved) -> tuple[Modification, ...]:
    at = solved.at
    told = [
        _modification(solved, at, gain)
        for gain in solved.gains
        if np.isfinite(gain.modification_index)
    ]
    return tuple(sorted(told, key=lambda one: -one.modification_index))


def _modification(solved: Solved, at: Implied, gain: Gain) -> Modification:
    items, factors = solved.spec.items, solved.spec.factors
    cell = gain.parameter
    i = items.index(cell.row)
    if cell.kind == "loadings":
        f = factors.index(cell.column)
        unit = at.factor_covariances[0, f, f] / at.covariance[0, i, i]
    else:
        j = items.index(cell.column)
        unit = 1 / (at.residuals[0, i, i] * at.residuals[0, j, j])
    return Modification(
        kind="loading" if cell.kind == "loadings" else "residual correlation",
        item=cell.row if cell.kind == "loadings" else cell.column,
        other=cell.column if cell.kind == "loadings" else cell.row,
        modification_index=gain.modification_index,
        expected_change=gain.change,
        expected_standardised=gain.change * float(np.sqrt(abs(unit))),
    )
