"""What the scales are without the rows that show signs of careless answering."""

from __future__ import annotations

from typing import Any

import numpy as np

from tillit_eval.findings import Findings
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality._careless_reading import Asked, Given
from tillit_eval.quality._data import Array
from tillit_eval.quality.carelessness import CarelessEffect
from tillit_eval.quality.reliability._coefficients import alphas
from tillit_eval.thresholds import threshold


def effects_of(asked: Asked, given: Given, flagged: np.ndarray, floor: int) -> Findings:
    """Set mean and alpha of each scale beside those without the flagged."""
    kept, few = given.enough & ~flagged, int(flagged.sum())
    hidden = None
    if few < threshold("k_cell"):
        hidden = phrase("careless.hidden", n=int(threshold("k_cell")))
    found = []
    for name, members in asked.scales.items():
        own = given.turned[:, asked.places(members)]
        sides = [_mean_and_alpha(own[rows]) for rows in (given.enough, kept)]
        if None not in (sides[0][0], sides[1][0]):
            found.append(_effect(name or "all", sides, int(kept.sum()), hidden))
    return Findings(
        CarelessEffect(**fields, source=given.source, floor=floor) for fields in found
    )


def _effect(
    name: str,
    sides: list[tuple[float | None, float | None]],
    n: int,
    hidden: Phrase | None,
) -> dict[str, Any]:
    (mean, alpha), (mean_kept, alpha_kept) = sides
    return {
        "scale": name,
        "estimate": (mean_kept or 0.0) - (mean or 0.0),
        "mean": mean,
        "mean_without": mean_kept,
        "alpha": alpha,
        "alpha_without": alpha_kept,
        "n_people": n,
        "hidden_because": hidden,
        "estimand": phrase("careless.estimand_effect"),
    }


def _mean_and_alpha(turned: Array) -> tuple[float | None, float | None]:
    """Return the mean of people's mean answers, and alpha of whole rows."""
    n = (~np.isnan(turned)).sum(axis=1)
    own = np.nansum(turned, axis=1)[n > 0] / n[n > 0]
    whole = turned[~np.isnan(turned).any(axis=1)]
    alpha = None
    if len(whole) > turned.shape[1]:
        covariance = np.cov(whole, rowvar=False)
        if covariance.sum() > 1e-12 * max(float(np.trace(covariance)), 1e-300):
            alpha = float(alphas(covariance))
    return (float(own.mean()) if len(own) else None), alpha
