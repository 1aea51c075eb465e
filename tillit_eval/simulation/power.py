"""How often a method finds a change: by a t law, or by search in simulated surveys."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import nctdtr, ndtri, stdtrit

from tillit_eval.comparison.designs import Design, Method
from tillit_eval.comparison.many import Rejects, Surveys, estimate_many
from tillit_eval.simulation.coarse import Likeness
from tillit_eval.summaries.model import Array

_ALPHA = 0.05
_HALVINGS = 60
# Steps between two changes, and how far beyond the first guess to look.
_STEPS, _FARTHEST = 4, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TLaw:
    """How an estimate and its error vary from survey to survey.

    Attributes
    ----------
    error : float
        Standard deviation of the estimate.
    ratio : float
        Root of the expected squared standard error over `error`.
    df : float
        Of the chi-square law that the squared standard error follows, nearly.
    reach : float
        How many standard errors from zero an estimate must be to reject.
    """

    error: float
    ratio: float
    df: float
    reach: float

    def power(self, change: float) -> float:
        """Return how often a true change is found, in either direction."""
        limit, centre = self.reach * self.ratio, change / self.error
        above = 1 - float(nctdtr(self.df, centre, limit))
        return above + float(nctdtr(self.df, centre, -limit))

    def detectable(self, power: float) -> float:
        """Return the change that is found in this share of surveys."""
        low, high = 0.0, self.error
        while self.power(high) < power:
            low, high = high, 2 * high
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            is_found = self.power(middle) >= power
            low, high = (low, middle) if is_found else (middle, high)
        return high


def t_law(design: Design, alike: Likeness) -> TLaw:
    """Return how the estimate and its CR2 or CR3 error vary, nearly.

    Parameters
    ----------
    design : Design
        Who answers where and when.
    alike : Likeness
        How alike two answers are.

    Returns
    -------
    TLaw
        In scale points; of CR3 if that is the design's method, else of CR2.
    """
    basis = _roots(design, alike)
    estimate, error, df = estimate_many(basis, _closed(design))
    variance, expected = float((estimate**2).sum()), float((error**2).sum())
    return TLaw(
        error=math.sqrt(variance),
        ratio=math.sqrt(expected / variance),
        df=expected**2 / _trace_of_square(basis, error**2),
        reach=float(stdtrit(df, 1 - _ALPHA / 2)),
    )


def find_change(found: Rejects, power: float, *, start: float) -> float:
    """Return the change that a method finds in this share of simulated surveys.

    Parameters
    ----------
    found : callable
        From a true change to which surveys find one.
    power : float
        The share.
    start : float
        Where to begin to look, above 0.

    Returns
    -------
    float
        In the unit of `start`; infinite if no change is found so often.
    """
    ends = [(0.0, float(found(0.0).mean()))]
    while ends[-1][1] < power:
        change = 1.4 * ends[-1][0] or 0.7 * start
        if change > _FARTHEST * start:
            return math.inf
        ends.append((change, float(found(change).mean())))
    (low, below), (high, above) = ends[-2:]
    for _ in range(_STEPS):
        middle = _between((low, below), (high, above), power)
        share = float(found(middle).mean())
        if share < power:
            low, below = middle, share
        else:
            high, above = middle, share
    return _between((low, below), (high, above), power)


def _between(
    low: tuple[float, float], high: tuple[float, float], power: float
) -> float:
    """Return where a line through two shares reaches `power`, as normal quantiles."""
    shares = np.clip([low[1], power, high[1]], 1e-4, 1 - 1e-4)
    one, wanted, two = (float(z) for z in ndtri(shares))
    part = (wanted - one) / (two - one) if two > one else 0.5
    return low[0] + min(max(part, 0.05), 0.95) * (high[0] - low[0])


def _closed(design: Design) -> Method:
    return design.method if design.method in ("cr3", "cr2_cautious") else "cr2"


def _roots(design: Design, alike: Likeness) -> Surveys:
    """Return two surveys per unit whose products sum to the covariance."""
    n_units = design.n_units
    matrices = alike.covariance(design)
    first = np.sqrt(matrices[:, 0, 0])
    shared = np.divide(matrices[:, 0, 1], first, out=np.zeros(n_units), where=first > 0)
    rest = np.sqrt(np.maximum(matrices[:, 1, 1] - shared**2, 0.0))
    nothing = np.zeros((n_units, n_units))
    return Surveys(
        design=design,
        before=np.vstack([np.diag(first), nothing]),
        after=np.vstack([np.diag(shared), np.diag(rest)]),
    )


def _trace_of_square(basis: Surveys, squares: Array) -> float:
    """Return half the variance of the squared error, from errors of pairs of roots."""
    by = _closed(basis.design)
    one, two = np.triu_indices(len(squares), 1)
    total = float((squares**2).sum())
    step = 2_000
    for i in range(0, len(one), step):
        a, b = one[i : i + step], two[i : i + step]
        pair = Surveys(
            design=basis.design,
            before=basis.before[a] + basis.before[b],
            after=basis.after[a] + basis.after[b],
        )
        both = estimate_many(pair, by)[1] ** 2
        total += 2 * float((((both - squares[a] - squares[b]) / 2) ** 2).sum())
    return total
