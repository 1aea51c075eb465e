"""How long does CR2 take, from sums per unit and from rows? Run: make bench.

clubSandwich forms a matrix of people by people for each unit; sums per unit need
only blocks as large as the number of coefficients. R is asked where it is
installed, up to 4,800 rows: at 12,000 it took 216 s on two busy cores, we 0.07 s.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

import tillit_eval as te
from tillit_eval.summaries import summarise_change

UNITS = 12
ASK_R = """
suppressMessages(library(clubSandwich)); set.seed(1); n <- {n}
g <- rep(1:12, length.out = n); a <- rep(0:1, length.out = n)[order(g)]; g <- sort(g)
y <- rnorm(n) + rnorm(12)[g]; m <- lm(y ~ a)
cat(system.time(coef_test(m, vcov = "CR2", cluster = g, test = "Satterthwaite"))[3])
"""


def answers(n: int) -> pd.DataFrame:
    """Draw n scores in two waves of the same people in 12 units."""
    rng = np.random.default_rng(n)
    person = np.arange(n // 2)
    return pd.DataFrame(
        {
            "respondent": np.tile(person, 2),
            "wave": np.repeat(["2019", "2021"], len(person)),
            "unit": np.tile(person % UNITS, 2),
            "trust": rng.normal(60, 18, 2 * len(person)),
            "source": "synthetic",
        }
    )


def seconds_in_r(n: int) -> float:
    """Ask clubSandwich, or return not-a-number where R is absent."""
    if not shutil.which("Rscript"):
        return float("nan")
    done = subprocess.run(
        ["Rscript", "-e", ASK_R.format(n=n)], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def best_of(repeats: int, work: Callable[[], object]) -> float:
    """Return the shortest of several runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print seconds for the workplace change by unit, by number of rows."""
    waves: dict[str, Any] = {"before": "2019", "after": "2021"}
    print("     rows   sums once   CR2 from sums   clubSandwich   times faster")
    for n in (1_200, 4_800, 144_000, 1_000_000):
        rows = answers(n)
        once = best_of(2, partial(summarise_change, rows, "trust", **waves))
        summary = summarise_change(rows, "trust", **waves)
        ours = best_of(5, partial(te.compare_waves, summary, "trust", **waves))
        line = f"{n:9,d}  {once:8.3f} s   {1e3 * ours:9.2f} ms"
        theirs = seconds_in_r(n) if n < 10_000 else float("nan")
        if theirs == theirs:
            print(f"{line}   {theirs:9.2f} s   {theirs / (once + ours):12.0f}")
        else:
            print(f"{line}        not run")


if __name__ == "__main__":
    main()
