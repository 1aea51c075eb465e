"""How often do intervals hold the truth that a model or a test stands behind?

Ordinal alpha, categorical and hierarchical omega, and the tests of equal alphas, on
answers in five steps near a ceiling. Run: make bench, or python
tests/bench/reliability_models_coverage.py; a number behind it is the share of the
draws to make, such as 0.1.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from tillit_eval.errors import TooFewAnswers
from tillit_eval.quality.reliability import (
    Reliability,
    assess_alpha,
    assess_equal_alpha,
    assess_omega,
)

SHARE = float(sys.argv[1]) if __name__ == "__main__" and sys.argv[1:] else 1.0
DRAWS = int(400 * SHARE)
ROTATIONS = int(200 * SHARE)  # every interval of omega hierarchical rotates anew
SIZES = (50, 200, 1_000)
LOADINGS = np.array([0.8, 0.7, 0.7, 0.6, 0.5])
NAMES = list("abcde")


def draw(
    n: int, rng: np.random.Generator, trait: np.ndarray | None = None
) -> pd.DataFrame:
    """Draw answers of `n` people to five items of one trait."""
    trait = rng.normal(size=(n, 1)) if trait is None else trait
    latent = trait * LOADINGS + rng.normal(size=(n, 5)) * np.sqrt(1 - LOADINGS**2)
    return pd.DataFrame(np.clip(np.rint(4 + 1.1 * latent), 1, 5), columns=NAMES)


def ordinal() -> None:
    """Print coverage of the coefficients that polychoric correlations stand behind."""
    many = draw(1_000_000, np.random.default_rng(3))
    asked = {
        "ordinal alpha": lambda frame: assess_alpha(frame, NAMES, ordinal=True),
        "categorical omega": lambda frame: assess_omega(frame, NAMES, ordinal=True),
    }
    for name, ask in asked.items():
        truth = ask(many).estimate
        for n in SIZES:
            rng = np.random.default_rng(n)
            count(name, n, truth, ask, (draw(n, rng) for _ in range(DRAWS)))


def hierarchical() -> None:
    """Print coverage of omega hierarchical: one general factor over three."""
    names = [f"q{i}" for i in range(9)]

    def nine(n: int, rng: np.random.Generator) -> pd.DataFrame:
        general = 0.6 * rng.normal(size=(n, 1))
        group = 0.5 * np.repeat(rng.normal(size=(n, 3)), 3, axis=1)
        latent = general + group + rng.normal(size=(n, 9)) * (1 - 0.61) ** 0.5
        return pd.DataFrame(np.clip(np.rint(4 + 1.1 * latent), 1, 5), columns=names)

    def ask(frame: pd.DataFrame) -> Reliability:
        return assess_omega(frame, names, kind="hierarchical")

    truth = ask(nine(1_000_000, np.random.default_rng(4))).estimate
    for n in (*SIZES, 5_000):
        rng = np.random.default_rng(n)
        frames = (nine(n, rng) for _ in range(ROTATIONS))
        count("omega hierarchical", n, truth, ask, frames)


def count(
    what: str,
    n: int,
    truth: float,
    ask: Callable[[pd.DataFrame], Reliability],
    frames: Iterable[pd.DataFrame],
) -> None:
    """Print how often an interval holds the truth, and how often none is given."""
    hits = given = refused = 0
    for frame in frames:
        try:
            around = ask(frame).interval
        except TooFewAnswers:
            refused += 1
            continue
        given += 1
        hits += bool(around and around.covers(truth))
    told(f"  {what} {truth:.4f}", n, hits / max(given, 1), given, f"refused {refused}")


def equality() -> None:
    """Print how often equal alphas are called unequal, and their difference covered."""
    for n in SIZES:
        for same in (False, True):
            rng = np.random.default_rng(n)
            wrong = held = 0
            for _ in range(DRAWS):
                trait = rng.normal(size=(n, 1))
                frame = pd.concat(
                    [draw(n, rng, trait), draw(n, rng, trait if same else None)]
                )
                frame["wave"] = np.repeat(["1", "2"], n)
                frame["who"] = np.tile(np.arange(n), 2)
                found = assess_equal_alpha(
                    frame, NAMES, by="wave", respondent="who" if same else None
                )[-1]
                wrong += found.p_value < 0.05
                held += found.interval.covers(0.0)
            people = "the same people" if same else "other people"
            print(f"  equal alphas, {people:32s} n = {n:4d}  size {wrong / DRAWS:.3f}")
            told("    their difference", n, held / DRAWS, DRAWS)


def told(what: str, n: int, rate: float, draws: int, more: str = "") -> None:
    """Print one rate with its Monte Carlo error."""
    error = (rate * (1 - rate) / max(draws, 1)) ** 0.5
    print(f"{what:48s} n = {n:4d}  coverage {rate:.3f} (s.e. {error:.3f})  {more}")


def main() -> None:
    """Print all tables."""
    print(f"nominal 95%, {DRAWS} draws; of omega hierarchical {ROTATIONS}")
    ordinal()
    hierarchical()
    equality()


if __name__ == "__main__":
    main()
