"""Item bias of ten questions side by side with MASS::polr in one run: who is faster?

Three models for each item, without purification on our side, as lordif fits them
once. Run: make bench, or python tests/bench/bias_speed.py. Needs Rscript with MASS.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from tillit_eval import quality

REPEATS = 3


def answers(n: int) -> pd.DataFrame:
    """Draw ten items on five steps in two groups."""
    rng = np.random.default_rng(1)
    latent = rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, 10))
    codes = np.clip(np.rint(3.6 + latent), 1, 5).astype(int)
    frame = pd.DataFrame(codes, columns=[f"q{k}" for k in range(10)])
    return frame.assign(group=rng.permutation(np.resize(["a", "b"], n)))


def in_r(frame: pd.DataFrame) -> float:
    """Return R's seconds; not-a-number where there is no R."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        frame.to_csv(path, index=False)
        script = Path(__file__).with_suffix(".R")
        try:
            done = subprocess.run(
                ["Rscript", str(script), str(path)],
                capture_output=True,
                text=True,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError):
            return float("nan")
    return float(done.stdout)


def main(largest: int = 50_000) -> None:
    """Print seconds of both, and how many times faster we are."""
    print("people  tillit_eval  MASS::polr  times faster (seconds, best of three)")
    for n in (500, 5_000, 50_000):
        if n > largest:
            continue
        frame, took = answers(n), []
        for _ in range(REPEATS):
            start = time.perf_counter()
            quality.assess_bias(frame, list(frame.columns[:10]), purify=False)
            took.append(time.perf_counter() - start)
        theirs = in_r(frame)
        print(f"{n:6d} {min(took):12.3f} {theirs:11.2f} {theirs / min(took):13.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
