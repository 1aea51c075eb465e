"""WLSMV side by side: ours and lavaan's, one group and the ladder of several groups.

One thread each, as lavaan has.
Run: make bench, or python tests/bench/wlsmv_speed.py [groups]. R is optional.
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

from tillit_eval.quality import assess_invariance, assess_structure
from tillit_eval.quality.factors._wls_moments import read_ordinal_moments

ITEMS = [f"q{i + 1}" for i in range(9)]
R_SCRIPT = Path(__file__).with_suffix(".R")


def answers(groups: int, each: int) -> pd.DataFrame:
    """Draw complete answers 1-5 to nine items of one trait, in groups."""
    rng = np.random.default_rng(groups)
    trust = rng.normal(size=(groups * each, 1)) + rng.normal(size=(groups * each, 9))
    frame = pd.DataFrame(np.clip(np.rint(3.5 + trust), 1, 5), columns=ITEMS)
    return frame.assign(group=np.repeat(np.arange(groups), each))


def in_r(frame: pd.DataFrame) -> str:
    """Time lavaan, or say that R is not here."""
    if shutil.which("Rscript") is None:
        return "  not run: no R"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.csv"
        frame.astype(int).to_csv(file, index=False)
        told = subprocess.run(
            ["Rscript", str(R_SCRIPT), str(file)], capture_output=True, text=True
        )
    return told.stdout.rstrip() if not told.returncode else "  not run: no lavaan"


def timed(name: str, seconds: float, value: float) -> None:
    """Print one line."""
    print(f"  {name:36s} {seconds:8.3f} s  scaled chi-square {value:.4f}", flush=True)


def main() -> None:
    """Print seconds and the scaled test of each way."""
    groups = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    assess_structure(answers(1, 500), {"f": ITEMS}, estimator="wlsmv")
    frame = answers(1, 5_000)
    print("5,000 rows x 9 items, one group")
    start = time.perf_counter()
    found = assess_structure(frame, {"f": ITEMS}, estimator="wlsmv")
    timed("ours, assess_structure", time.perf_counter() - start, found.chi_square)
    print(in_r(frame), flush=True)
    frame = answers(groups, 800)
    print(f"{groups} groups of 800 rows x 9 items")
    start = time.perf_counter()
    read_ordinal_moments(frame, ITEMS, group="group")
    timed("ours, moments of all groups", time.perf_counter() - start, float("nan"))
    start = time.perf_counter()
    found = assess_invariance(
        frame.astype({"group": str}), ITEMS, group="group", estimator="wlsmv"
    )
    value = float(found.steps["chi_square"].iloc[0])
    timed("ours, configural and all steps", time.perf_counter() - start, value)
    print(in_r(frame), flush=True)


if __name__ == "__main__":
    main()
