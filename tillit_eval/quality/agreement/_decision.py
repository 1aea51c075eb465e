"""A decision study: how reliable would a mean over other numbers of facets be?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.quality._data import Array
from tillit_eval.quality.agreement._components import codes_of, solve

# Numbers tried in search of the end of an interval.
MOST = 1_000
TARGET = "target"
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Study:
    """Variance components of targets and facets, and how sure they are.

    ``effects`` names what each variance belongs to, the target first and all
    together (with chance) last; ``variances`` and ``covariance`` in that order, in
    units of ``spread`` squared;
    ``counts`` says how many levels of each facet a target has.
    """

    effects: tuple[frozenset[str], ...]
    variances: Array
    covariance: Array
    spread: float
    counts: Mapping[str, int]
    n_targets: int

    def errors(self, counts: Mapping[str, Array | float], relative: bool) -> Array:
        """Return, per effect, what one unit of its variance adds to the error."""
        shape = np.broadcast_shapes(*(np.shape(n) for n in counts.values()))
        rows = []
        for effect in self.effects:
            counted = effect != {TARGET} and (TARGET in effect or not relative)
            row = np.full(shape, float(counted))
            for facet in effect - {TARGET}:
                row = row / np.asarray(counts[facet], dtype=float)
            rows.append(row)
        return np.stack(rows, axis=-1)

    def reliability(
        self, counts: Mapping[str, Array | float], relative: bool, level: float
    ) -> tuple[Array, Array, Array]:
        """Return the reliability of a mean over these numbers, and its ends.

        A reliability r, with odds w = r / (1 - r), is tried by setting the variance of
        the targets' means as they are, M = target + error now, beside D = error now +
        w times the error asked about; at the true r the two are equal. The interval
        holds every r whose ln M - ln D is within Student's t (over targets) times its
        standard error. With one facet this is ln F of the analysis of variance.
        """
        from scipy.special import stdtrit

        weight = self.errors(counts, relative)
        signal, error = self.variances[0], weight @ self.variances
        now = np.broadcast_to(self.errors(self.counts, relative), weight.shape)
        reach = float(stdtrit(self.n_targets - 1, (1 + level) / 2))
        estimate = signal / np.maximum(signal + error, 1e-300)
        ends = (np.zeros_like(estimate), estimate, np.ones_like(estimate))
        low = _bisect(lambda r: self._away(r, weight, now) < reach, *ends[:2])
        high = _bisect(lambda r: self._away(r, weight, now) < -reach, *ends[1:])
        return estimate, low, high

    def _away(self, r: Array, weight: Array, now: Array) -> Array:
        """Return how many standard errors ln M lies above ln D."""
        odds = (r / np.maximum(1 - r, 1e-15))[..., None]
        whole = now.copy()
        whole[..., 0] += 1.0
        parts = now + odds * weight
        m, d = (np.maximum(w @ self.variances, 1e-300) for w in (whole, parts))
        slope = whole / m[..., None] - parts / d[..., None]
        spread = np.einsum("...i,ij,...j->...", slope, self.covariance, slope)
        away = (np.log(m) - np.log(d)) / np.sqrt(np.maximum(spread, 1e-300))
        return np.asarray(away, dtype=float)


def _bisect(beyond: Callable[[Array], Truth], low: Array, high: Array) -> Array:
    """Find where a condition begins to hold; the low end where it always does."""
    for _ in range(50):
        middle = (low + high) / 2
        past = beyond(middle)
        low, high = np.where(past, low, middle), np.where(past, middle, high)
    return np.asarray(low, dtype=float)


def study_of(frame: pd.DataFrame, facets: Sequence[str], nested: set[str]) -> Study:
    """Estimate the components of one value per target and level of the facets."""
    effects = effects_of(facets, nested)
    codes = [codes_of(frame, sorted(effect)) for effect in effects[:-1]]
    value = frame["value"].to_numpy(dtype=float)
    found = solve(value, np.ones((len(value), 1)), codes)
    return Study(
        effects=effects,
        variances=found.variances,
        covariance=found.covariance,
        spread=found.spread,
        counts=typical(frame, facets),
        n_targets=int(frame[TARGET].nunique()),
    )


def typical(cells: pd.DataFrame, facets: Sequence[str]) -> dict[str, int]:
    """Return how many levels of each facet a target has: the harmonic mean, whole."""
    per_target = cells.groupby(TARGET)[list(facets)].nunique()
    whole = (len(per_target) / (1 / per_target).sum()).round().clip(lower=1)
    return {facet: int(whole[facet]) for facet in facets}


def effects_of(facets: Sequence[str], nested: set[str]) -> tuple[frozenset[str], ...]:
    """List the effects of a design; what is nested has no effect without its target."""
    parts = [TARGET, *facets]
    sets = [
        frozenset(some) | ({TARGET} if nested & set(some) else set())
        for size in range(1, len(parts) + 1)
        for some in combinations(parts, size)
    ]
    return tuple(sorted(dict.fromkeys(sets), key=lambda e: (e != {TARGET}, len(e))))


def nested_in(frame: pd.DataFrame, facets: Sequence[str]) -> set[str]:
    """Find the facets of which every level occurs with one target only."""
    own = (frame.groupby(facet)[TARGET].nunique().max() == 1 for facet in facets)
    return {facet for facet, only in zip(facets, own, strict=True) if only}


def smallest(reached: npt.NDArray[np.bool_]) -> int | None:
    """Return the first number, from 1, that is enough; None if none is."""
    return int(reached.argmax()) + 1 if reached.any() else None
