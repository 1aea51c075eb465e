"""Alpha side by side: from a Summary, from rows, pingouin, and psych in R.

Run: make bench, or python tests/bench/alpha_speed.py [rows ...]. R is optional.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from tillit_eval.quality import assess_alpha, assess_omega
from tillit_eval.summaries import summarise_responses

ITEMS = [f"q{i + 1}" for i in range(9)]
R_SCRIPT = Path(__file__).with_suffix(".R")


def answers(rows: int) -> pd.DataFrame:
    """Draw complete answers 1-5 to nine items of one trait."""
    rng = np.random.default_rng(rows)
    trust = rng.normal(size=(rows, 1)) + rng.normal(size=(rows, 9))
    return pd.DataFrame(np.clip(np.rint(3 + trust), 1, 5), columns=ITEMS)


def psych(frame: pd.DataFrame) -> str:
    """Time psych::alpha, or say that R is not here."""
    if shutil.which("Rscript") is None:
        return "not run: no R"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.csv"
        frame.astype(int).to_csv(file, index=False)
        told = subprocess.run(
            ["Rscript", str(R_SCRIPT), str(file)], capture_output=True, text=True
        )
    if told.returncode:
        return "not run: no psych"
    seconds, alpha, version = told.stdout.split()
    return f"{float(seconds):8.3f} s  alpha {float(alpha):.10f}  (psych {version})"


def main() -> None:
    """Print seconds and the estimate of each way, for several numbers of rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pingouin
    for rows in [int(a) for a in sys.argv[1:]] or [5_000, 200_000, 1_600_000]:
        frame = answers(rows)
        summary = summarise_responses(frame, ITEMS)
        print(f"{rows:,} rows x 9")
        ways = {
            "ours, alpha from a Summary": lambda s=summary: (
                assess_alpha(s, ITEMS).estimate
            ),
            "ours, omega from a Summary": lambda s=summary: (
                assess_omega(s, ITEMS).estimate
            ),
            "ours, alpha from pandas": lambda f=frame: assess_alpha(f, ITEMS).estimate,
            "pingouin": lambda f=frame: pingouin.cronbach_alpha(f)[0],
        }
        for name, way in ways.items():
            start = time.perf_counter()
            value = way()
            seconds = time.perf_counter() - start
            print(f"  {name:28s} {seconds:8.3f} s  {value:.10f}")
        print(f"  {'psych::alpha':28s} {psych(frame)}", flush=True)


if __name__ == "__main__":
    main()
