"""Scalar invariance over 24 groups, side by side: from a Summary, and lavaan in R.

Twelve sites in two waves, 19,376 rows, nine items; one thread each, as lavaan has.
Run: make bench, or python tests/bench/invariance_speed.py. R is optional.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from tillit_eval.quality import assess_invariance
from tillit_eval.quality.invariance._likelihood import Likelihood
from tillit_eval.quality.invariance._sample import read_sample
from tillit_eval.quality.invariance._steps import CONTINUOUS
from tillit_eval.summaries import summarise_responses

ROWS, SITES = 19_376, 12
ITEMS = [f"q{i + 1}" for i in range(9)]
R_SCRIPT = Path(__file__).with_suffix(".R")


def answers() -> pd.DataFrame:
    """Draw answers 1-5 to nine items of one trait in every site and wave."""
    rng = np.random.default_rng(24)
    trust = 0.8 * rng.normal(size=(ROWS, 1))
    noise = 0.7 * rng.normal(size=(ROWS, len(ITEMS)))
    steps = np.clip(np.rint(3.4 + trust + noise), 1, 5)
    place = np.arange(ROWS) % (2 * SITES)
    frame = pd.DataFrame(steps, columns=ITEMS)
    return frame.assign(site=place // 2 + 10, wave=place % 2 + 1)


def lavaan(frame: pd.DataFrame) -> str:
    """Time the scalar model in lavaan, or say that R is not here."""
    if shutil.which("Rscript") is None:
        return "not run: no R"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.csv"
        frame.astype(int).to_csv(file, index=False)
        told = subprocess.run(
            ["Rscript", str(R_SCRIPT), str(file)], capture_output=True, text=True
        )
    if told.returncode:
        return "not run: no lavaan"
    seconds, chi_square, df, version = told.stdout.split()
    return (
        f"{float(seconds):8.2f} s  {float(chi_square):.3f} ({df})  (lavaan {version})"
    )


def main() -> None:
    """Print seconds and the test of the scalar model, each way."""
    frame = answers()
    start = time.perf_counter()
    summary = summarise_responses(frame, ITEMS, by=["site", "wave"])
    print(f"  {'the one pass':34s} {time.perf_counter() - start:8.2f} s")
    sample = read_sample(
        summary,
        {"trust": tuple(ITEMS)},
        group="site",
        wave="wave",
        respondent=None,
        with_rows=False,
    )
    start = time.perf_counter()
    fitted = Likelihood(sample.layout, sample.moments).fit(CONTINUOUS["scalar"])
    seconds, told = time.perf_counter() - start, fitted.indices
    name = "ours, scalar model from a Summary"
    print(f"  {name:34s} {seconds:8.2f} s  {told.chi_square:.3f} ({told.df})")
    start = time.perf_counter()
    found = assess_invariance(summary, ITEMS, group="site", wave="wave")
    name = f"ours, the whole ladder ({found.reached})"
    print(f"  {name:34s} {time.perf_counter() - start:8.2f} s")
    print(f"  {'lavaan, scalar model from rows':34s} {lavaan(frame)}", flush=True)


if __name__ == "__main__":
    main()
