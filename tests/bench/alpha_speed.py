"""Alpha side by side: from a Summary, from rows, pingouin, and psych in R.

Then 1,000 bootstraps of people at 10,000 rows, ours and psych's.

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


def psych(frame: pd.DataFrame, bootstraps: int = 1) -> list[str]:
    """Time psych::alpha: seconds, alpha, version, ends; nothing if R is not here."""
    if shutil.which("Rscript") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.csv"
        frame.astype(int).to_csv(file, index=False)
        told = subprocess.run(
            ["Rscript", str(R_SCRIPT), str(file), str(bootstraps)],
            capture_output=True,
            text=True,
        )
    return [] if told.returncode else told.stdout.split()


def bootstraps() -> None:
    """Print seconds and ends of 1,000 bootstraps at 10,000 x 9, ours and psych's."""
    frame = answers(10_000)
    print("1,000 bootstraps, 10,000 rows x 9")
    took = []
    for _ in range(5):
        start = time.perf_counter()
        found = assess_alpha(frame, ITEMS, method="bootstrap", draws=1000, rng=1)
        took.append(time.perf_counter() - start)
    ends = f"{found.interval.low:.4f} to {found.interval.high:.4f}"
    print(f"  {'ours, middle of five runs':28s} {np.median(took):8.3f} s  {ends}")
    theirs = psych(frame, 1000)
    if not theirs:
        print("  psych::alpha(n.iter = 1000)  not run: no R with psych")
        return
    seconds, _, version, low, high = theirs
    times = float(seconds) / np.median(took)
    said = f"{float(seconds):8.3f} s  {low} to {high}  (psych {version})"
    print(f"  {'psych::alpha(n.iter = 1000)':28s} {said}")
    print(f"  {times:.0f} times as fast")


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
        theirs = psych(frame)
        said = (
            f"{float(theirs[0]):8.3f} s  {float(theirs[1]):.10f}  (psych {theirs[2]})"
            if theirs
            else "not run: no R with psych"
        )
        print(f"  {'psych::alpha':28s} {said}", flush=True)
    bootstraps()


if __name__ == "__main__":
    main()
