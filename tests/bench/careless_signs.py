"""How many who answer carelessly are found, and how many others are suspected?

Honest people answer six scales on five steps near a ceiling, with reversed questions;
one in ten ticks the same box throughout, or any box. Run: make bench, or
python tests/bench/careless_signs.py.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from tillit_eval import quality

DRAWS = 100
SCALES = [f"s{k}" for k in range(6)]


def survey(
    n: int, per_scale: int, how: str, rng: np.random.Generator
) -> tuple[pd.DataFrame, np.ndarray, dict[str, list[str]], list[str]]:
    """Draw a survey; say who was careless, the scales, and the reversed questions."""
    scales = {s: [f"{s}_{k}" for k in range(per_scale)] for s in SCALES}
    names = [name for members in scales.values() for name in members]
    backwards = [members[-1] for members in scales.values()][::2]
    general = rng.normal(size=(n, 1)) * 0.6
    traits = general + rng.normal(size=(n, len(SCALES))) * 0.8
    latent = np.repeat(traits, per_scale, axis=1) * 0.75
    latent = latent + rng.normal(size=latent.shape) * 0.65
    codes = np.clip(np.rint(3.8 + 1.1 * latent), 1, 5)
    frame = pd.DataFrame(codes, columns=names)
    frame[backwards] = 6 - frame[backwards]
    careless = np.arange(n) < n // 10
    box = rng.integers(1, 6, (int(careless.sum()), 1))
    any_box = rng.integers(1, 6, (int(careless.sum()), len(names)))
    frame.loc[careless] = np.where(how == "same box", box, any_box).astype(float)
    return frame, careless, scales, backwards


def main(draws: int = DRAWS) -> None:
    """Print sensitivity and specificity, one line per situation."""
    print(f"careless found, others suspected; {draws} draws, one in ten careless")
    for how in ("same box", "any box"):
        for per_scale in (2, 4, 6):
            for n in (50, 200, 1_000):
                rng, found, suspected = np.random.default_rng(n), 0.0, 0.0
                for _ in range(draws):
                    frame, careless, scales, backwards = survey(n, per_scale, how, rng)
                    flagged = quality.mark_careless(
                        frame, list(frame), scales=scales, backwards=backwards
                    )["flagged"].to_numpy()
                    found += flagged[careless].mean() / draws
                    suspected += flagged[~careless].mean() / draws
                k = per_scale * len(SCALES)
                print(f"{how}, {k} questions, n {n}: {found:.3f} {suspected:.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
