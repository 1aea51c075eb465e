"""Write the invented answers with a ceiling that R and our tests read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

LOADINGS = np.array([0.9, 0.8, 0.7, 0.8, 0.6, 0.75])
CUTS = np.array(
    [
        [-2.0, -1.5, -0.8, 0.1],
        [-1.9, -1.4, -0.7, 0.3],
        [-1.8, -1.2, -0.5, 0.4],
        [-2.1, -1.3, -0.6, 0.2],
        [-1.7, -1.1, -0.4, 0.5],
        [-1.6, -1.1, -0.3, 0.6],
    ]
)


def draw(
    rng: np.random.Generator, n: int, mean: float, variance: float, shift: float
) -> np.ndarray:
    """Answer 1-5 with many at the top; item 3 easier by `shift` for the same trait."""
    trait = rng.normal(size=(n, 1)) * variance**0.5 + mean
    noise = rng.normal(size=(n, 6)) * np.sqrt(1 - LOADINGS**2)
    latent = trait * LOADINGS + noise + shift * np.array([0, 0, 1, 0, 0, 0])
    return 1 + (latent[:, :, None] > CUTS).sum(axis=2)


def main() -> None:
    """Two groups, six items, a little missing; q6 with three categories."""
    rng = np.random.default_rng(11)
    answers = np.vstack([draw(rng, 500, 0, 1, 0), draw(rng, 420, 0.3, 1.2, 0.2)])
    answers[:, 5] = np.maximum(answers[:, 5], 3)
    frame = pd.DataFrame(answers, columns=[f"q{i + 1}" for i in range(6)], dtype=float)
    frame = frame.mask(rng.random(frame.shape) < 0.01).astype("Int64")
    frame.insert(0, "group", ["a"] * 500 + ["b"] * 420)
    frame.to_csv(Path(__file__).parent / "inputs" / "ceiling.csv", index=False)


if __name__ == "__main__":
    main()
