"""Reliability from polychoric correlations: of latent answers, and of the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from tillit_eval.errors import TooFewAnswers, few
from tillit_eval.phrases import phrase
from tillit_eval.quality.correlations._covariance import (
    asymptotic_covariance,
    influence_of,
)
from tillit_eval.quality.correlations._normal import (
    bivariate_cdf,
    bivariate_density,
    normal_density,
)
from tillit_eval.quality.correlations._polychoric import PolychoricFit, polychoric
from tillit_eval.quality.correlations._tables import code_answers, count_categories
from tillit_eval.quality.reliability._answers import Answers, complete_rows
from tillit_eval.quality.reliability._coefficients import Array, alphas
from tillit_eval.quality.reliability._factor_items import (
    check_factor_items,
    refuse_no_solution,
)
from tillit_eval.quality.reliability._found import Told, reliability_of
from tillit_eval.quality.reliability._free import log_interval, slope_of
from tillit_eval.quality.reliability.model import Reliability
from tillit_eval.summaries import Summary

_MOST_STEPS = 500


@dataclass(frozen=True, slots=True)
class Latent:
    """Thresholds and polychoric correlations with their covariance matrix.

    ``places`` (q,) tells of each threshold, item by item, which item it is of;
    ``steps`` (q,) how much the answer rises there.
    """

    fit: PolychoricFit
    covariance: Array
    places: npt.NDArray[np.int_]
    steps: Array

    @property
    def thresholds(self) -> Array:
        """All finite thresholds, item by item."""
        return self.fit.thresholds[np.isfinite(self.fit.thresholds)]


def latent_answers(read: Answers) -> Latent:
    """Estimate the polychoric correlations of complete rows, or say why not."""
    if isinstance(read.responses, Summary):
        complete_rows(read.responses, read.pooled.items)
    coded = code_answers(read.responses, read.pooled.items).complete()
    tables = count_categories(coded)
    fit = polychoric(tables)
    if fit.at_bound.any():
        firsts = np.triu_indices(len(tables.items), 1)[0][fit.at_bound]
        wrong = sorted({tables.items[i] for i in firsts})
        raise TooFewAnswers(
            "Some answers determine each other, so they have no latent correlation.",
            expected="pairs of items answered in more than one combination",
            found=f"a perfect polychoric correlation with columns {few(wrong)}",
            to_fix="leave out the item that repeats another, or use more people",
            reason="reliability.perfect_pair",
            values={"items": tuple(wrong)},
        )
    sizes = np.array([len(one) for one in coded.values]) - 1
    return Latent(
        fit,
        asymptotic_covariance(coded, influence_of(fit)),
        np.repeat(np.arange(len(sizes)), sizes),
        np.concatenate([np.diff(one) for one in coded.values]),
    )


def ordinal_alpha(read: Answers, told: Told) -> Reliability:
    """Return alpha of the polychoric correlations."""
    latent = latent_answers(read)
    matrix = latent.fit.matrix
    one, other = np.triu_indices(len(matrix), 1)
    slope = np.zeros(len(latent.covariance))
    slope[-len(one) :] = 2 * slope_of(alphas, matrix)[one, other]
    alpha = float(alphas(matrix))
    error = float(np.sqrt(slope @ latent.covariance @ slope))
    return reliability_of(
        read,
        "alpha_ordinal",
        alpha,
        told,
        method=phrase("reliability.method_alpha_ordinal"),
        error=error,
        interval=log_interval(alpha, error, told.level),
        because=phrase("reliability.latent_only"),
    )


def categorical_omega(read: Answers, told: Told) -> Reliability:
    """Return Green and Yang's omega of the sum of the answers as they were given."""
    check_factor_items(read.pooled)
    latent = latent_answers(read)
    loadings, carried = _one_factor(latent)
    _check_loadings(loadings, read.pooled.items)
    shared = _sum_variance(latent, np.outer(loadings, loadings), own=False)
    total = _sum_variance(latent, latent.fit.matrix, own=True)
    omega = shared.value / total.value
    if not omega < 1:
        refuse_no_solution()
    one, other = np.triu_indices(len(loadings), 1)
    by_loading = 2 * shared.by_correlation @ loadings
    slope = np.concatenate(
        [
            shared.by_threshold - omega * total.by_threshold,
            by_loading @ carried - 2 * omega * total.by_correlation[one, other],
        ]
    )
    error = float(np.sqrt(slope @ latent.covariance @ slope) / total.value)
    return reliability_of(
        read,
        "omega_categorical",
        omega,
        told,
        method=phrase("reliability.method_omega_categorical"),
        error=error,
        interval=log_interval(omega, error, told.level),
    )


@dataclass(frozen=True, slots=True)
class _Variance:
    """A variance of the sum of the answers as given, with its slopes."""

    value: float
    by_threshold: Array
    by_correlation: Array


def _sum_variance(latent: Latent, matrix: Array, *, own: bool) -> _Variance:
    """Return the variance of the sum whose latent answers correlate as `matrix`.

    An answer rises by a step at each threshold passed, so two answers covary by
    their steps times how often both thresholds are passed beyond chance. With
    `own` an item's covariance with itself is its variance; without, it is that
    with a second item just like it.
    """
    t, places, step = latent.thresholds, latent.places, latent.steps
    rho = matrix[np.ix_(places, places)]
    same = (places[:, None] == places) & own
    rho = np.where(same, 0.0, rho)
    x, y = np.meshgrid(t, t, indexing="ij")
    below = ndtr(t)
    both = np.where(same, np.minimum.outer(below, below), bivariate_cdf(x, y, rho))
    beyond = both - np.outer(below, below)
    given = np.where(
        same,
        (x < y) + 0.5 * np.eye(len(t)),
        ndtr((y - rho * x) / np.sqrt(1 - rho**2)),
    )
    by_threshold = 2 * step * normal_density(t) * ((given - below) @ step)
    density = np.where(same, 0.0, bivariate_density(x, y, rho))
    member = np.eye(len(matrix))[places] * step[:, None]
    return _Variance(
        float(step @ beyond @ step), by_threshold, member.T @ density @ member
    )


def _one_factor(latent: Latent) -> tuple[Array, Array]:
    """Fit one factor by diagonally weighted least squares.

    Returns the loadings (k,) and how each correlation carries over to them (k, m).
    """
    target = latent.fit.rho
    k = len(latent.fit.tables.items)
    one, other = np.triu_indices(k, 1)
    weight = 1 / np.diag(latent.covariance)[-len(one) :]
    values, vectors = np.linalg.eigh(latent.fit.matrix)
    loadings = vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.1))
    loadings = np.clip(loadings * (1 if loadings.sum() >= 0 else -1), -0.95, 0.95)
    pairs = np.arange(len(one))
    slope = np.zeros((len(one), k))
    for _ in range(_MOST_STEPS):
        slope[pairs, one], slope[pairs, other] = loadings[other], loadings[one]
        weighted = slope.T * weight
        gap = target - loadings[one] * loadings[other]
        move = np.linalg.lstsq(weighted @ slope, weighted @ gap, rcond=None)[0]
        loadings = loadings + move
        if np.abs(move).max() < 1e-12:
            break
    return loadings, np.linalg.pinv(weighted @ slope) @ weighted


def _check_loadings(loadings: Array, items: tuple[str, ...]) -> None:
    beyond = [
        item
        for item, loading in zip(items, loadings, strict=True)
        if not abs(loading) < 1
    ]
    if beyond:
        raise TooFewAnswers(
            "The one-factor model has no admissible solution (a Heywood case).",
            expected="a part of every item that the others do not explain",
            found=f"none or less than none in columns {few(beyond)}",
            to_fix="look for an item that nearly repeats another, or use more people",
            reason="quality.heywood",
            values={"items": tuple(beyond)},
        )
