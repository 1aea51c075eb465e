"""How often do the intervals of the room quality hold the truth?

Alpha and omega: normal items, and answers on five steps near a ceiling; the intervals
that no distribution stands behind, on such answers. ICC(1): equal and very unequal
units. Shares: Wilson and the exact interval, over all counts (no
simulation needed). Run: make bench, or python tests/bench/reliability_coverage.py;
a number behind it is the share of the draws to make, such as 0.1.
"""

from __future__ import annotations

import sys

import numpy as np

from tillit_eval.quality._shares import clopper_pearson, wilson
from tillit_eval.quality._units import Units, icc
from tillit_eval.quality.factors._one_factor import fit_one_factor
from tillit_eval.quality.reliability._coefficients import (
    alphas,
    lambda_1,
    lambda_2,
    lambda_5,
    lambda_6,
    standard_alphas,
)
from tillit_eval.quality.reliability._free import (
    alphas_again,
    free_error,
    log_interval,
    percentiles,
)
from tillit_eval.quality.reliability.alpha import feldt
from tillit_eval.quality.reliability.error import _log_interval, _square
from tillit_eval.quality.reliability.omega import _omega

SHARE = float(sys.argv[1]) if __name__ == "__main__" and sys.argv[1:] else 1.0
DRAWS = int(5_000 * SHARE)
MODELS = int(2_000 * SHARE)  # a factor model is searched for: tried less often
SIZES = (50, 200, 1_000)
FREE = {
    "alpha": alphas,
    "standardised alpha": standard_alphas,
    "lambda 1": lambda_1,
    "lambda 2": lambda_2,
    "lambda 5": lambda_5,
    "lambda 6": lambda_6,
}
LOADINGS = np.array([0.8, 0.7, 0.7, 0.6, 0.5])
LEVEL = 0.95


def items(n: int, kind: str, rng: np.random.Generator) -> np.ndarray:
    """Draw answers of `n` people to five items of one trait."""
    noise = rng.normal(size=(n, 5)) * np.sqrt(1 - LOADINGS**2)
    latent = rng.normal(size=(n, 1)) * LOADINGS + noise
    if kind == "normal":
        return latent
    return np.clip(np.rint(4 + 1.1 * latent), 1, 5)


def population(kind: str) -> tuple[float, float]:
    """Return alpha and omega of a very large sample."""
    covariance = np.cov(items(2_000_000, kind, np.random.default_rng(1)), rowvar=False)
    return float(alphas(covariance)), _omega(fit_one_factor(covariance), 1)[0]


def reliability() -> None:
    """Print coverage of alpha and omega."""
    for kind in ("normal", "five steps, ceiling"):
        alpha, omega = population(kind)
        print(f"{kind}: alpha {alpha:.4f}, omega {omega:.4f}")
        for n in (30, 50, 200, 1000):
            rng = np.random.default_rng(n)
            hits, refused = np.zeros(2), 0
            for draw in range(DRAWS):
                covariance = np.cov(items(n, kind, rng), rowvar=False)
                found = float(alphas(covariance))
                around = feldt(found, n_people=n, n_items=5, level=LEVEL)
                hits[0] += around.covers(alpha)
                if draw >= MODELS:
                    continue
                model = fit_one_factor(covariance)
                if not model.converged or (model.uniquenesses <= 0).any():
                    refused += 1
                else:
                    hits[1] += log_interval(*_omega(model, n), LEVEL).covers(omega)
            told("  alpha, Feldt", n, hits[0] / DRAWS, DRAWS)
            answered = MODELS - refused
            told("  omega", n, hits[1] / answered, answered, f"refused {refused}")


def root(covariances: np.ndarray) -> np.ndarray:
    """Return the standard error of measurement."""
    return np.sqrt(_square(covariances))


def free() -> None:
    """Print coverage of the intervals that no distribution stands behind."""
    kind = "five steps, ceiling"
    many = items(2_000_000, kind, np.random.default_rng(2))
    truth = np.cov(many, rowvar=False)
    for n in SIZES:
        rng = np.random.default_rng(n)
        hits: dict[str, int] = {}
        for draw in range(DRAWS):
            rows = items(n, kind, rng)
            covariance = np.cov(rows, rowvar=False)
            for name, formula in FREE.items():
                found = float(formula(covariance))
                around = log_interval(found, free_error(rows, formula), LEVEL, n - 1)
                hits[name] = hits.get(name, 0) + around.covers(float(formula(truth)))
            error = _log_interval(
                root(covariance), free_error(rows, root), LEVEL, n - 1
            )
            hits["error"] = hits.get("error", 0) + error.covers(float(root(truth)))
            if draw < MODELS:
                again = alphas_again(rows, 1000, rng)
                around = percentiles(again, LEVEL)
                hits["boot"] = hits.get("boot", 0) + around.covers(float(alphas(truth)))
        for name in FREE:
            told(f"  {name}, distribution-free", n, hits[name] / DRAWS, DRAWS)
        told("  error of measurement", n, hits["error"] / DRAWS, DRAWS)
        told("  alpha, bootstrap", n, hits["boot"] / MODELS, MODELS)


def units() -> None:
    """Print coverage of ICC(1)."""
    sizes = {
        "18 equal units of 12": np.full(18, 12),
        "18 unequal units, 4 to 40": np.repeat([4, 8, 12, 20, 30, 40], 3),
        "98 unequal units, 4 to 60": np.resize([4, 10, 20, 30, 45, 60], 98),
    }
    for name, size in sizes.items():
        for truth in (0.0, 0.05, 0.2):
            rng = np.random.default_rng(17)
            hits = 0
            which = np.repeat(np.arange(len(size)), size)
            for _ in range(DRAWS):
                unit = rng.normal(size=len(size)) * truth**0.5
                x = unit[which] + rng.normal(size=len(which)) * (1 - truth) ** 0.5
                sums = Units(
                    size=size.astype(float),
                    total=np.bincount(which, x),
                    square=np.bincount(which, x**2),
                    spread=np.ones(len(size)),
                    deviation=None,
                )
                hits += icc(sums, LEVEL)[2].covers(truth)
            told(f"  ICC(1) = {truth}: {name}", int(size.sum()), hits / DRAWS, DRAWS)


def shares() -> None:
    """Print the exact coverage, mean and worst over shares of 0.02 to 0.98."""
    from scipy.stats import binom

    truths = np.linspace(0.02, 0.98, 193)
    for n in (6, 12, 20, 55, 500):
        counts = np.arange(n + 1)
        chance = binom.pmf(counts[:, None], n, truths[None, :])
        for name, kernel in (("Wilson", wilson), ("exact", clopper_pearson)):
            ends = [kernel(int(c), n, level=LEVEL) for c in counts]
            low = np.array([end.low for end in ends])[:, None]
            high = np.array([end.high for end in ends])[:, None]
            held = (chance * ((low <= truths) & (truths <= high))).sum(axis=0)
            mean, worst = held.mean(), held.min()
            print(f"  {name:7s} n = {n:4d}  mean {mean:.3f}  worst {worst:.3f}")


def told(what: str, n: int, rate: float, draws: int, more: str = "") -> None:
    """Print one rate with its Monte Carlo error."""
    error = (rate * (1 - rate) / draws) ** 0.5
    print(f"{what:48s} n = {n:4d}  coverage {rate:.3f} (s.e. {error:.3f})  {more}")


def main() -> None:
    """Print all tables."""
    print(f"nominal {LEVEL:.0%}, {DRAWS} draws; of omega {MODELS}")
    reliability()
    free()
    units()
    shares()


if __name__ == "__main__":
    main()
