"""How often does the WLSMV test reject a model that is right, where answers pile up?

Six five-point items of one factor with a ceiling, n = 50, 200 and 1,000 in one group;
then two such groups with the same thresholds and loadings, for the test of equal
thresholds against free ones. Also the coverage of the loadings' intervals, and how many
samples are refused (a correlation at the bound, or a category that a group lacks).

Run: make bench, or python tests/bench/wlsmv_error_rates.py [draws].
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd

from tillit_eval.errors import TooFewAnswers
from tillit_eval.quality import assess_structure
from tillit_eval.quality.factors._wls_build import ORDER, build_ordinal_spec
from tillit_eval.quality.factors._wls_fit import fit_wls
from tillit_eval.quality.factors._wls_moments import read_ordinal_moments
from tillit_eval.quality.factors._wls_test import difference_test

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


def two_groups(rng: np.random.Generator, n: int) -> tuple[float, float]:
    """Return p of equal thresholds and loadings against free ones."""
    frame = answers(rng, 2 * n).assign(group=np.arange(2 * n) % 2)
    moments = read_ordinal_moments(frame, ITEMS, group="group")
    fits = [
        fit_wls(
            build_ordinal_spec(
                {"f": ITEMS},
                n_thresholds=moments.n_thresholds,
                groups=moments.groups,
                equal=ORDER[:count],
            ),
            moments,
        )
        for count in (0, 2)
    ]
    return difference_test(*fits, moments).scaled.p_value, float("nan")


def tried(
    way: Callable[[np.random.Generator, int], tuple[float, float]], n: int, draws: int
) -> tuple[float, float, float]:
    """Return shares rejected at 5 %, covered, and refused."""
    rng = np.random.default_rng(n)
    told = []
    for _ in range(draws):
        try:
            told.append(way(rng, n))
        except TooFewAnswers:
            continue
    table = np.array(told).reshape(-1, 2)
    refused = 1 - len(table) / draws
    if len(table) < draws / 20:
        return float("nan"), float("nan"), refused
    return float((table[:, 0] < 0.05).mean()), float(table[:, 1].mean()), refused


def main() -> None:
    """Print one line per design and n."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    error = (0.05 * 0.95 / draws) ** 0.5
    print(f"{draws:,} draws; Monte Carlo error of a share of 5 % {error:.3f}")
    print("test                           n  rejected  loadings covered  refused")
    for name, way in (
        ("the model, one group", one_group),
        ("equal thresholds, loadings", two_groups),
    ):
        for n in (50, 200, 1_000):
            rejected, covered, refused = tried(way, n, draws)
            print(
                f"{name:26s} {n:5d}  {rejected:8.3f}  {covered:16.3f}  {refused:7.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
