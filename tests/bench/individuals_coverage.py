"""How often does error alone pass the bar of reliable change, and do intervals hold?

Four questions on five steps near a ceiling, asked twice; nobody changes, or a fifth
of the people rise by a standard deviation. The reliability is alpha of the first
wave. Run: make bench, or python tests/bench/individuals_coverage.py.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

import tillit_eval as te
from tillit_eval.comparison import compare_individuals
from tillit_eval.errors import TooFewAnswers

DRAWS = 400
ITEMS = ["q1", "q2", "q3", "q4"]


def waves(
    n: int, risen: float, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the first wave's answers, and the scores of both on 0-100."""
    trait = rng.normal(size=(n, 1))
    moved = trait + (rng.random((n, 1)) < risen)
    codes = [
        np.clip(np.rint(3.7 + 1.1 * (0.8 * t + 0.6 * rng.normal(size=(n, 4)))), 1, 5)
        for t in (trait, moved)
    ]
    scores = pd.DataFrame(
        {
            "respondent": np.tile(np.arange(n), 2),
            "wave": np.repeat(["1", "2"], n),
            "score": np.concatenate([25 * (c.mean(axis=1) - 1) for c in codes]),
            "source": "synthetic",
        }
    )
    return pd.DataFrame(codes[0], columns=ITEMS), scores


def net_of(risen: float) -> float:
    """Return the difference of the shares in a very large sample."""
    answers, scores = waves(200_000, risen, np.random.default_rng(1))
    return compare(answers, scores).estimate


def compare(answers: pd.DataFrame, scores: pd.DataFrame) -> te.findings.Change:
    """Ask for reliable change with alpha of the first wave."""
    alpha = te.assess_alpha(answers, ITEMS).estimate
    return compare_individuals(
        scores, "score", before="1", after="2", reliability=alpha
    )


def main(draws: int = DRAWS) -> None:
    """Print coverage of the difference, and the mean shares."""
    print(f"coverage of the difference, mean share rose and fell, refused; {draws}")
    for risen in (0.0, 0.2):
        truth = net_of(risen)
        for n in (50, 200, 1_000):
            rng = np.random.default_rng(n)
            hits, rose, fell, refused = 0, 0.0, 0.0, 0
            for _ in range(draws):
                try:
                    found = compare(*waves(n, risen, rng))
                except TooFewAnswers:
                    refused += 1
                    continue
                hits += found.interval is not None and found.interval.covers(truth)
                rose += found.share_rose  # type: ignore[attr-defined]
                fell += found.share_fell  # type: ignore[attr-defined]
            n_ok = max(draws - refused, 1)
            told = f"{hits / n_ok:.3f} {rose / n_ok:.3f} {fell / n_ok:.3f} {refused}"
            print(f"{risen:.0%} rose in truth, n {n}: {told}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
