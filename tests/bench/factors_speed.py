"""Factor models side by side with lavaan in R, in one run.

One factor of nine items from a summary and from rows, the same robustly, with holes,
and scalar invariance over 24 groups. Run: make bench, or python
tests/bench/factors_speed.py [rows ...]. R is optional.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from tillit_eval.quality import assess_structure
from tillit_eval.quality.factors._build import build_spec
from tillit_eval.quality.factors._ml import fit_ml
from tillit_eval.quality.factors._moments import read_moments
from tillit_eval.summaries import summarise_responses

ITEMS = [f"q{i + 1}" for i in range(9)]
MODEL = {"trust": ITEMS}
R_SCRIPT = Path(__file__).with_suffix(".R")


def answers(rows: int) -> pd.DataFrame:
    """Draw answers 1-5 to nine items of one trait by people in 24 groups."""
    rng = np.random.default_rng(rows)
    group = rng.integers(24, size=rows)
    trust = rng.normal(size=(rows, 1)) + group[:, None] / 40
    x = trust * np.linspace(0.6, 1.0, 9) + rng.normal(size=(rows, 9))
    frame = pd.DataFrame(np.clip(np.rint(3 + x), 1, 5), columns=ITEMS)
    return frame.assign(group=[f"g{g:02d}" for g in group])


def holes(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out one answer in ten."""
    rng = np.random.default_rng(1)
    gone = rng.random((len(frame), 9)) < 0.1
    return frame.assign(**frame[ITEMS].mask(gone))


def scalar(frame: pd.DataFrame) -> float:
    """Fit equal loadings and intercepts over the groups; return χ²."""
    moments = read_moments(frame, ITEMS, group="group")
    equal = ("loadings", "intercepts")
    spec = build_spec(MODEL, groups=moments.groups, equal=equal)
    return fit_ml(spec, moments).objective * moments.n_people


def lavaan(frame: pd.DataFrame, holed: pd.DataFrame, ways: list[str]) -> dict[str, str]:
    """Time lavaan's cfa, or say that R is not here."""
    if shutil.which("Rscript") is None:
        return dict.fromkeys(ways, "not run: no R")
    with tempfile.TemporaryDirectory() as folder:
        frame.to_csv(Path(folder) / "whole.csv", index=False)
        holed.to_csv(Path(folder) / "holes.csv", index=False)
        told = subprocess.run(
            ["Rscript", str(R_SCRIPT), folder, *ways], capture_output=True, text=True
        )
    if told.returncode:
        return dict.fromkeys(ways, "not run: no lavaan")
    return dict(zip(ways, told.stdout.strip().splitlines(), strict=True))


def timed(way: Callable[[], float]) -> tuple[float, float]:
    """Return seconds (the best of three if they are short) and the value."""
    best, value = np.inf, np.nan
    for _ in range(3):
        start = time.perf_counter()
        value = way()
        best = min(best, time.perf_counter() - start)
        if best > 2:
            break
    return best, value


def main() -> None:
    """Print seconds and χ² of each way, ours and lavaan's."""
    for rows in [int(a) for a in sys.argv[1:]] or [5_000, 19_376]:
        frame = answers(rows)
        holed = holes(frame)
        summary = summarise_responses(frame, ITEMS)
        ways: dict[str, Callable[[], float]] = {
            "ML, Summary": lambda s=summary: assess_structure(s, MODEL).chi_square,
            "ML": lambda f=frame: assess_structure(f, MODEL).chi_square,
            "MLR": lambda f=frame: (
                assess_structure(f, MODEL, estimator="mlr").chi_square
            ),
            "FIML": lambda f=holed: (
                assess_structure(f, MODEL, estimator="fiml").chi_square
            ),
            "scalar, 24 groups": lambda f=frame: scalar(f),
        }
        theirs = lavaan(frame, holed, list(ways))
        print(f"{rows:,} rows x 9: seconds and chi-square, ours | lavaan")
        for name, way in ways.items():
            seconds, value = timed(way)
            print(f"  {name:20s} {seconds:8.3f} {value:12.4f} | {theirs[name]}")


if __name__ == "__main__":
    main()
