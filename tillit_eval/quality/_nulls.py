"""What no agreement looks like: shares of answers, their variance, and their luck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from tillit_eval.errors import DataProblem, check_option
from tillit_eval.quality._data import Array
from tillit_eval.quality._units import rwg

NullName = Literal["uniform", "slight_skew", "moderate_skew", "heavy_skew"]
Null = NullName | Sequence[float]

# James, Demaree and Wolf (1984): answers that drift to one side of five steps.
SKEWED: dict[str, tuple[float, ...]] = {
    "slight_skew": (0.05, 0.15, 0.20, 0.35, 0.25),
    "moderate_skew": (0.0, 0.10, 0.15, 0.40, 0.35),
    "heavy_skew": (0.0, 0.0, 0.10, 0.40, 0.50),
}
# A slider of 0 to 100. With more, answers are amounts, which have no null of steps.
MOST_STEPS = 101
# Surveys drawn by lot: fewer where many units and items make each of them say more.
CHANCE_DRAWS, FEWEST_DRAWS, DRAWN_AT_MOST = 500, 100, 100_000


def check_null(null: object, steps: int | None) -> tuple[str, Array | None]:
    """Return the name and the shares of a null, or say why it does not fit.

    Parameters
    ----------
    null : str or sequence of float
        A name, or one share for each step of the answer scale.
    steps : int or None
        Steps of the answer scale; where they are not known there are no shares.

    Returns
    -------
    (str, ndarray or None)
        ``own`` for the caller's shares.
    """
    if steps is not None and steps > MOST_STEPS:
        raise DataProblem(
            "Agreement is asked of answers on steps, not of amounts.",
            expected=f"at most {MOST_STEPS} steps",
            found=f"{steps}",
            to_fix="leave out these items, or score them in steps first",
        )
    if isinstance(null, str):
        check_option("null", null, get_args(NullName))
        if null != "uniform" and steps is not None and steps != 5:
            raise DataProblem(
                "This null is known for five steps only.",
                expected="null='uniform', or one share for each step",
                found=f"null={null!r} and {steps} steps",
                to_fix="give the shares, for example null=[0.1, 0.2, 0.3, 0.4]",
            )
        known = SKEWED.get(null)
        if known is not None:
            return null, np.array(known)
        return null, None if not steps or steps < 2 else np.full(steps, 1 / steps)
    return "own", _own(null, steps)


def _own(null: object, steps: int | None) -> Array:
    try:
        shares = np.array(null, dtype=np.float64)
    except (TypeError, ValueError):
        shares = np.empty((0, 0))
    fits = shares.ndim == 1 and len(shares) > 1 and bool(np.isfinite(shares).all())
    fits = fits and bool((shares >= 0).all()) and abs(float(shares.sum()) - 1) < 1e-6
    if (
        not fits
        or (steps is not None and len(shares) != steps)
        or spread_of(shares) <= 0
    ):
        raise DataProblem(
            "These shares do not say what no agreement looks like.",
            expected=f"{steps or 'as many'} shares that add up to 1, one a step",
            found=f"{shares.size} numbers",
            to_fix="for example null=[0.1, 0.2, 0.3, 0.2, 0.2] for five steps",
        )
    return shares


def spread_of(shares: Array) -> float:
    """Return the variance of answers with these shares, in steps."""
    codes = np.arange(len(shares))
    mean = float(shares @ codes)
    return float(shares @ (codes - mean) ** 2)


def by_chance(
    sizes: Array, k: int, shares: Array, rng: np.random.Generator, *, level: float
) -> float:
    """Return how high the median agreement of units gets if answers are drawn by lot.

    The `level` quantile over draws in which every answer of every person is drawn
    on its own, as ``multilevel::rwg.j.sim`` does for one group. What a unit answers
    is drawn as counts of steps, so that its size costs nothing.
    """
    codes, size = np.arange(len(shares)), sizes.astype(np.int64)
    share = shares / shares.sum()
    affordable = max(DRAWN_AT_MOST // (len(size) * k), FEWEST_DRAWS)
    medians = np.empty(min(CHANCE_DRAWS, affordable))
    for draw in range(len(medians)):
        counts = rng.multinomial(size[:, None], share, size=(len(size), k))
        sums, squares = counts @ codes, counts @ codes**2
        within = squares - sums**2 / size[:, None]
        spread = within.mean(axis=1) / (size - 1)
        medians[draw] = np.median(rwg(spread, k, spread_of(share)))
    return float(np.quantile(medians, level))


def middle(values: Array, level: float) -> tuple[float, float] | None:
    """Return the ends of an interval for a median that holds whatever the law.

    From the order statistics; nothing where there are too few values to close it.
    """
    from scipy.special import bdtr

    n = len(values)
    below = bdtr(np.arange(n), n, 0.5)
    first = int((below <= (1 - level) / 2).sum())
    if first == 0:
        return None
    ordered = np.sort(values)
    return float(ordered[first - 1]), float(ordered[n - first])
