"""Standard errors from the fourth moments, and resampling of people."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.findings import Interval
from tillit_eval.quality.reliability._coefficients import (
    Array,
    Coefficient,
    Stack,
)

Rng = int | np.random.Generator | None

_SEED = 20_181_938
_STEP = 1e-30
_AT_ONCE = 1_000_000


def generator(rng: Rng) -> np.random.Generator:
    """Return where chance comes from: always the same unless the caller says."""
    if rng is None:
        return np.random.default_rng(_SEED)
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, int) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(rng)
    raise DataProblem(
        "This is not a source of chance.",
        expected="a whole number from 0, such as rng=1, or a numpy Generator",
        found=str(rng) if isinstance(rng, (int, float)) else kind_of(rng),
        to_fix="give rng= a number, or leave it out",
    )


def check_draws(draws: object) -> int:
    """Return the number of times people are drawn anew, or refuse it."""
    whole = isinstance(draws, int) and not isinstance(draws, bool)
    if whole and 100 <= int(str(draws)) <= 100_000:
        return int(str(draws))
    raise DataProblem(
        "This many draws cannot be made.",
        expected="a whole number from 100 to 100,000",
        found=str(draws) if isinstance(draws, (int, float)) else kind_of(draws),
        to_fix="give draws=1000, or leave it out",
    )


def influence(rows: Array, coefficient: Coefficient) -> Array:
    """Return what each person adds to a coefficient, to first order.

    ``coefficient`` maps covariances to a number. With its slope :math:`G` at the
    sample covariances, person :math:`i` adds :math:`d_i' G d_i`, where
    :math:`d_i` are the answers minus their means; the mean is not taken off.
    """
    apart = rows - rows.mean(axis=0)
    covariance = apart.T @ apart / (len(rows) - 1)
    slope = slope_of(coefficient, covariance)
    return np.asarray(((apart @ slope) * apart).sum(axis=1))


def slope_of(coefficient: Coefficient, covariance: Array) -> Array:
    """Return the derivative by each covariance, by a step into the imaginary.

    The step is too small to round, so the derivative is exact to the last digits
    for every formula made of sums, products, roots and inverses.
    """
    k = len(covariance)
    one, other = np.triu_indices(k)
    size = np.sqrt(covariance[one, one] * covariance[other, other]) * _STEP
    stack = np.tile(covariance.astype(complex), (len(one), 1, 1))
    here = np.arange(len(one))
    stack[here, one, other] += 1j * size
    stack[here, other, one] = stack[here, one, other]
    change = coefficient(stack).imag / size
    slope = np.zeros((k, k))
    slope[one, other] = np.where(one == other, change, change / 2)
    slope[other, one] = slope[one, other]
    return slope


def free_error(rows: Array, coefficient: Coefficient) -> float:
    """Return the standard error from the fourth moments, whatever the distribution."""
    spread = influence(rows, coefficient).std(ddof=1)
    return float(spread / np.sqrt(len(rows)))


def log_interval(
    estimate: float, error: float, level: float, df: float | None = None
) -> Interval:
    """Return an interval that is normal for ln(1 - estimate), so it ends under 1.

    With `df` the quantile is Student's, for errors that few people's spread tells.
    """
    rest = 1 - estimate
    reach = quantile(level, df) * error / rest if rest > 0 else 0.0
    return Interval(
        1 - rest * float(np.exp(reach)), 1 - rest * float(np.exp(-reach)), level
    )


def quantile(level: float, df: float | None) -> float:
    """Return how many standard errors an interval reaches to either side."""
    from scipy.special import ndtri, stdtrit

    share = (1 + level) / 2
    return float(ndtri(share) if df is None else stdtrit(df, share))


def resampled(rows: Array, draws: int, rng: np.random.Generator) -> Stack:
    """Return covariances of people drawn anew with replacement, shape (draws, k, k).

    Nobody's row is copied: how often each person was drawn weighs the products of
    their answers, which are formed once.
    """
    n, k = rows.shape
    apart = rows - rows.mean(axis=0)
    one, other = np.triu_indices(k)
    parts = np.concatenate([apart, apart[:, one] * apart[:, other]], axis=1)
    sums = np.concatenate([counts @ parts for counts in drawn(n, draws, rng)], axis=0)
    means = sums[:, :k] / n
    flat = (sums[:, k:] - n * means[:, one] * means[:, other]) / (n - 1)
    covariances = np.empty((draws, k, k))
    covariances[:, one, other] = flat
    covariances[:, other, one] = flat
    return covariances


def drawn(n: int, draws: int, rng: np.random.Generator) -> Iterator[Array]:
    """Count how often each of `n` people is drawn, a few draws at a time."""
    at_once = max(1, _AT_ONCE // n)
    for begun in range(0, draws, at_once):
        yield _counted(n, min(at_once, draws - begun), rng)


def _counted(n: int, draws: int, rng: np.random.Generator) -> Array:
    counts = np.empty((draws, n))
    for row in counts:  # one draw's counts fit where they are quick to reach
        row[:] = np.bincount(rng.integers(0, n, size=n, dtype=np.int32), minlength=n)
    return counts


def alphas_again(rows: Array, draws: int, rng: np.random.Generator) -> Array:
    """Return Cronbach's alpha of people drawn anew, shape (draws,)."""
    parts = alpha_parts(rows - rows.mean(axis=0))
    again = [alphas_of(counts @ parts) for counts in drawn(len(rows), draws, rng)]
    return np.concatenate(again)


def alpha_parts(apart: Array) -> Array:
    """Return what each row adds to alpha, shape (n, k + 3).

    One, the answers about their means, the sum of their squares and the square of
    their sum.
    """
    square, total = (apart**2).sum(axis=1), apart.sum(axis=1) ** 2
    return np.column_stack([np.ones(len(apart)), apart, square, total])


def alphas_of(sums: Array) -> Array:
    """Return Cronbach's alpha from sums of `alpha_parts`, one row per draw."""
    n, totals = np.maximum(sums[:, 0], 1.0), sums[:, 1:-2]
    k = totals.shape[1]
    own = sums[:, -2] - (totals**2).sum(axis=1) / n
    whole = sums[:, -1] - totals.sum(axis=1) ** 2 / n
    ratio = np.divide(own, whole, out=np.ones_like(own), where=whole > 0)
    return np.asarray(np.minimum(k / (k - 1) * (1 - ratio), 1 - 1e-12))


def percentiles(values: Array, level: float) -> Interval:
    """Return the interval that holds the middle share `level` of the draws."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)
