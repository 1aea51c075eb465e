"""How often does the WLSMV test reject a model that is right, where answers pile up?

Six five-point items of one factor with a ceiling, n = 50, 200 and 1,000. Also the
coverage of the loadings' intervals, and how many samples are refused (a correlation at
the bound, no solution).

Run: make bench, or python tests/bench/wlsmv_error_rates.py [draws].
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from tillit_eval.errors import TooFewAnswers
from tillit_eval.quality import assess_structure

LOADINGS = np.array([0.85, 0.8, 0.75, 0.7, 0.65, 0.6])
CUTS = np.array([-2.0, -1.4, -0.8, 0.0])
ITEMS = [f"q{i + 1}" for i in range(6)]


def answers(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Draw complete answers 1-5, half of them at the top."""
    noise = rng.normal(size=(n, 6)) * np.sqrt(1 - LOADINGS**2)
    latent = rng.normal(size=(n, 1)) * LOADINGS + noise
    steps = 1 + (latent[:, :, None] > CUTS).sum(axis=2)
    return pd.DataFrame(steps, columns=ITEMS)


def one_group(rng: np.random.Generator, n: int) -> tuple[float, float]:
    """Return p of the model, and the share of loadings inside their intervals."""
    found = assess_structure(answers(rng, n), {"f": ITEMS}, estimator="wlsmv")
    inside = [
        one.standardised_interval.covers(truth)
        for one, truth in zip(found.loadings, LOADINGS, strict=True)
    ]
    return float(found.p_value or 0), float(np.mean(inside))


def tried(n: int, draws: int) -> tuple[float, float, float]:
    """Return shares rejected at 5 %, covered, and refused."""
    rng = np.random.default_rng(n)
    told = []
    for _ in range(draws):
        try:
            told.append(one_group(rng, n))
        except TooFewAnswers:
            continue
    table = np.array(told).reshape(-1, 2)
    rejected = float((table[:, 0] < 0.05).mean())
    return rejected, float(table[:, 1].mean()), 1 - len(table) / draws


def main() -> None:
    """Print one line per n."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    error = (0.05 * 0.95 / draws) ** 0.5
    print(f"{draws:,} draws; Monte Carlo error of a share of 5 % {error:.3f}")
    print("    n  rejected  loadings covered  refused")
    for n in (50, 200, 1_000):
        rejected, covered, refused = tried(n, draws)
        print(f"{n:5d}  {rejected:8.3f}  {covered:16.3f}  {refused:7.3f}", flush=True)


if __name__ == "__main__":
    main()
