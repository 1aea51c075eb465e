"""Latent means beside observed ones, under the step that was reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.findings import Interval
from tillit_eval.quality.factors._moments import Moments
from tillit_eval.quality.invariance._fitted import Fitted
from tillit_eval.quality.invariance._layout import Layout, named
from tillit_eval.quality.invariance.model import LatentDifference

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Means:
    """What differences of means are made of.

    Attributes
    ----------
    layout : Layout
        Items and conditions.
    moments : Moments
        Observed means and covariances of the answers.
    fitted : Fitted
        The step reached.
    unit : float
        What one step of the answer is worth; 1 for answer steps.
    level : float
        Of the intervals.
    ordinal : bool
        Whether loadings are of latent answers, which have no unit of their own.
    """

    layout: Layout
    moments: Moments
    fitted: Fitted
    unit: float
    level: float
    ordinal: bool


def latent_differences(means: Means) -> tuple[LatentDifference, ...]:
    """Set each condition's latent and observed mean against the first condition's."""
    return tuple(_differences(means))


def _differences(means: Means) -> Iterator[LatentDifference]:
    conditions = means.layout.conditions
    places = list(means.layout.places())
    for factor in means.layout.model:
        for place, condition in list(zip(places, conditions, strict=True))[1:]:
            estimate, error = _latent(means, factor, place)
            expected, expected_error = _expected(means, factor, place)
            observed, observed_error = _observed(means, factor, place)
            yield LatentDifference(
                factor=factor,
                condition=condition,
                against=conditions[0],
                estimate=estimate,
                standard_error=error,
                interval=_around(estimate, error, means.level),
                expected=None if means.ordinal else expected,
                expected_interval=None
                if means.ordinal
                else _around(expected, expected_error, means.level),
                observed=observed,
                observed_interval=_around(observed, observed_error, means.level),
            )


def _around(estimate: float, error: float, level: float) -> Interval:
    from scipy.special import ndtri

    reach = float(ndtri((1 + level) / 2)) * error
    return Interval(estimate - reach, estimate + reach, level)


def _latent(means: Means, factor: str, place: tuple[int, int]) -> tuple[float, float]:
    """Return a factor's mean and its standard error."""
    at = _where(means, factor, place)
    variance = max(float(means.fitted.covariance[at, at]), 0.0)
    own = means.fitted.theta[_first_loadings(means.layout, means.fitted, factor)]
    sign = 1.0 if own.sum() >= 0 else -1.0
    return sign * float(means.fitted.theta[at]), variance**0.5


def _first_loadings(
    layout: Layout, fitted: Fitted, factor: str
) -> npt.NDArray[np.int64]:
    """Return the numbers of a factor's loadings in the first condition."""
    column = layout.factors.index(named(factor, layout.waves[0]))
    rows = [layout.items.index(item) for item in layout.model[factor]]
    return fitted.spec.loadings.index[0, rows, column]


def backward_items(layout: Layout, fitted: Fitted) -> tuple[str, ...]:
    """Name the items that load against the rest of their factor."""
    against = []
    for factor, items in layout.model.items():
        own = fitted.theta[_first_loadings(layout, fitted, factor)]
        sign = 1.0 if own.sum() >= 0 else -1.0
        against += [i for i, one in zip(items, own, strict=True) if one * sign < 0]
    return tuple(against)


def _where(means: Means, factor: str, place: tuple[int, int]) -> int:
    layout, (block, wave) = means.layout, place
    row = layout.factors.index(named(factor, layout.waves[wave]))
    return int(means.fitted.spec.factor_means.index[block, row])


def _expected(means: Means, factor: str, place: tuple[int, int]) -> tuple[float, float]:
    """Return the mean answer's difference if only the factor moved, and its error.

    The mean loading of the first condition times the latent difference; its error
    by the delta method.
    """
    fitted = means.fitted
    numbers = _first_loadings(means.layout, fitted, factor)
    loading = float(fitted.theta[numbers].mean())
    at = _where(means, factor, place)
    shift = float(fitted.theta[at])
    slope = np.zeros(len(fitted.theta))
    np.add.at(slope, numbers, shift / len(numbers))
    slope[at] += loading
    slope *= means.unit
    variance = max(float(slope @ fitted.covariance @ slope), 0.0)
    return loading * shift * means.unit, variance**0.5


def _observed(means: Means, factor: str, place: tuple[int, int]) -> tuple[float, float]:
    """Return the difference of mean answers and its standard error."""
    layout, moments = means.layout, means.moments
    weight = [_weights(layout, factor, wave) for wave in (0, place[1])]
    first, here = moments.means[0] @ weight[0], moments.means[place[0]] @ weight[1]
    if place[0] == 0:
        across = weight[1] - weight[0]
        variance = across @ moments.covariance[0] @ across / (moments.n[0] - 1)
    else:
        variance = sum(
            own @ moments.covariance[g] @ own / (moments.n[g] - 1)
            for g, own in zip((0, place[0]), weight, strict=True)
        )
    return float(here - first) * means.unit, float(variance) ** 0.5 * means.unit


def _weights(layout: Layout, factor: str, wave: int) -> Array:
    """Weight the columns so that they give a factor's mean answer in a wave."""
    weights = np.zeros(len(layout.columns))
    own = layout.model[factor]
    for item in own:
        weights[wave * len(layout.items) + layout.items.index(item)] = 1 / len(own)
    return weights
