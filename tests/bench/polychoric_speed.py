"""36 polychoric correlations side by side: ours from rows, and psych and lavaan in R.

Run: make bench, or python tests/bench/polychoric_speed.py [rows ...]. R is optional.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from tillit_eval.quality import assess_polychoric
from tillit_eval.quality.correlations import (
    asymptotic_covariance,
    code_answers,
    count_categories,
    influence_of,
    polychoric,
)

ITEMS = [f"q{i + 1}" for i in range(9)]
R_SCRIPT = Path(__file__).with_suffix(".R")


def answers(rows: int) -> pd.DataFrame:
    """Draw complete answers 1-5 with a ceiling to nine items of one trait."""
    rng = np.random.default_rng(rows)
    trust = rng.normal(size=(rows, 1)) + rng.normal(size=(rows, 9))
    return pd.DataFrame(np.clip(np.rint(3.8 + trust), 1, 5), columns=ITEMS)


def in_r(frame: pd.DataFrame) -> list[str]:
    """Time psych and lavaan, or say that R is not here."""
    if shutil.which("Rscript") is None:
        return ["  not run: no R"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.csv"
        frame.astype(int).to_csv(file, index=False)
        told = subprocess.run(
            ["Rscript", str(R_SCRIPT), str(file)], capture_output=True, text=True
        )
    return told.stdout.splitlines() if not told.returncode else ["  not run: no psych"]


def timed(name: str, seconds: float, value: float) -> None:
    """Print one line."""
    print(f"  {name:44s} {seconds:8.3f} s  rho[1,2] {value:.8f}", flush=True)


def main() -> None:
    """Print seconds and the first correlation of each way, by number of rows."""
    assess_polychoric(answers(500), ITEMS)
    for rows in [int(a) for a in sys.argv[1:]] or [5_000, 200_000, 1_600_000]:
        frame = answers(rows)
        print(f"{rows:,} rows x 9 items x 5 categories")
        start = time.perf_counter()
        tables = count_categories(code_answers(frame, ITEMS))
        middle = time.perf_counter()
        fit = polychoric(tables)
        timed("ours, the one pass", middle - start, float("nan"))
        seconds = time.perf_counter() - middle
        timed("ours, 36 correlations from the tables", seconds, fit.rho[0])
        start = time.perf_counter()
        found = assess_polychoric(frame, ITEMS)
        value = float(found.pairs[0].correlation or 0)
        timed("ours, assess_polychoric", time.perf_counter() - start, value)
        start = time.perf_counter()
        coded = code_answers(frame, ITEMS).complete()
        fit = polychoric(count_categories(coded))
        asymptotic_covariance(coded, influence_of(fit))
        seconds = time.perf_counter() - start
        timed("ours, with the covariance of all estimates", seconds, fit.rho[0])
        if rows <= 200_000:
            print("\n".join(in_r(frame)), flush=True)


if __name__ == "__main__":
    main()
