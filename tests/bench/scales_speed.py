"""How long does it take to score 1.6 million people on nine items?"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import tillit_eval as te

ROWS = 1_600_000


def answers(codebook: te.codebook.Codebook) -> pd.DataFrame:
    """Return invented answers, one in twenty missing."""
    rng = np.random.default_rng(1)
    columns: dict[str, object] = {
        item.key: np.where(rng.random(ROWS) < 0.05, np.nan, rng.integers(1, 6, ROWS))
        for item in codebook.items
    }
    columns |= {"wave": np.where(rng.random(ROWS) < 0.5, "2014", "2016")}
    return pd.DataFrame(columns)


def seconds(call: Callable[[], object]) -> float:
    """Return the shortest of three runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the seconds for one scale, four scales, and the index by wave."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "codebook.toml")
        path.write_text('use = ["hme"]\n', encoding="utf-8")
        book = te.read_codebook(path)
    rows = answers(book)
    one, four, index = (
        seconds(lambda: te.score_scales(rows, book, scales="hme_total")),
        seconds(lambda: te.score_scales(rows, book)),
        seconds(lambda: te.score_index(rows, book, scale="hme_total", by="wave")),
    )
    print(f"{ROWS:,} rows x 9 items, pandas {pd.__version__}, seconds")
    print(f"score_scales, one scale     {one:.2f}")
    print(f"score_scales, four scales   {four:.2f}")
    print(f"score_index, by wave        {index:.2f}")


if __name__ == "__main__":
    main()
