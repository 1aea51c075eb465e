"""Are polychoric correlations right, and their intervals, where answers have a ceiling?

Five categories, about half of the people at the top, three correlations, n = 50, 200
and 1,000. For empty cells left alone and for 0.5 put into each of them (psych's
default). Argues for the rule in `assess_polychoric`.

Run: make bench, or python tests/bench/polychoric_coverage.py [draws].
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.special import ndtri

from tillit_eval.quality.correlations import (
    Coded,
    count_categories,
    polychoric,
    standard_errors,
)
from tillit_eval.quality.correlations._intervals import intervals

CUTS = np.array([-2.0, -1.4, -0.8, 0.0])
VALUES = (1.0, 2.0, 3.0, 4.0, 5.0)


def drawn(rng: np.random.Generator, n: int, rho: float) -> Coded:
    """Draw two items, as places among the answers that were seen."""
    one = rng.normal(size=n)
    other = rho * one + np.sqrt(1 - rho**2) * rng.normal(size=n)
    places = (np.stack([one, other], axis=1)[:, :, None] > CUTS).sum(axis=2)
    seen = [np.unique(column) for column in places.T]
    codes = [np.searchsorted(kinds, c) for kinds, c in zip(seen, places.T, strict=True)]
    values = tuple(tuple(VALUES[k] for k in kinds) for kinds in seen)
    return Coded(
        ("a", "b"), values, np.stack(codes, axis=1).astype(np.int16), np.ones(n)
    )


def tried(n: int, rho: float, draws: int, added: float) -> tuple[float, ...]:
    """Return bias, root mean square error, both coverages, and the share at ±1."""
    rng = np.random.default_rng([n, round(100 * rho)])
    found = []
    for _ in range(draws):
        fit = polychoric(count_categories(drawn(rng, n, rho)), added=added)
        error = standard_errors(fit)
        low, high = intervals(fit.rho, error, 0.95)
        reach = -ndtri(0.025) * error[0]
        inside = abs(fit.rho[0] - rho) <= reach
        found.append((fit.rho[0], low[0] <= rho <= high[0], inside, fit.at_bound[0]))
    table = np.array(found, dtype=float)
    told = table[table[:, 3] == 0]
    miss = told[:, 0] - rho
    return (
        float(miss.mean()),
        float(np.sqrt((miss**2).mean())),
        float(told[:, 1].mean()),
        float(told[:, 2].mean()),
        float(table[:, 3].mean()),
    )


def main() -> None:
    """Print one line per n, correlation and rule."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1_200
    error = (0.95 * 0.05 / draws) ** 0.5
    print(f"{draws:,} draws; Monte Carlo error of a coverage {error:.3f}")
    print("    n   rho  empty cells     bias   rmse  cover(z)  cover(plain)  at ±1")
    for n in (50, 200, 1_000):
        for rho in (0.0, 0.4, 0.8):
            for added in (0.0, 0.5):
                bias, rmse, cover, plain, bound = tried(n, rho, draws, added)
                rule = "kept" if added == 0 else f"+ {added}"
                print(
                    f"{n:5d}  {rho:4.1f}  {rule:11s}  {bias:7.4f} {rmse:6.4f}"
                    f"  {cover:8.3f}  {plain:12.3f}  {bound:5.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
