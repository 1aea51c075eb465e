"""Writes the rows that make.R, make_wildboottest.py and the tests read.

Run from the project root: python tests/reference/few_units/make_inputs.py
Drawn answers of nobody: one decimal, some people met in one wave only.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

# People per unit, how many units (the first) have the reform, share answering.
LAYOUTS: dict[str, tuple[list[int], int, float]] = {
    "six": ([5] * 6, 3, 1.0),
    "eight": ([4, 5, 6, 7, 8, 9, 10, 12], 3, 0.85),
    "ten": ([40, 3, 4, 3, 5, 4, 6, 3, 5, 4], 4, 0.85),
    "nine": ([4, 9, 6, 5, 7, 3, 12, 8, 5], 4, 0.85),
    "one_of_20": ([4] * 20, 1, 1.0),
    "one_of_26": ([4] * 26, 1, 1.0),
    "one_of_24_sizes": ([9, *range(2, 25)], 1, 0.9),
    "two_of_22_sizes": ([3, 14, *range(2, 22)], 2, 0.9),
    "all_but_one_of_21": ([*range(4, 24), 6], 20, 0.9),
}


def draw(name: str, sizes: list[int], n_treated: int, here: float) -> pd.DataFrame:
    """Draw two waves of one layout."""
    rng = np.random.default_rng([2026, *name.encode()])
    unit = np.repeat(np.arange(len(sizes)), sizes)
    level, moved = rng.normal(0, 4, (2, len(sizes)))
    person = level[unit] + rng.normal(0, 8, len(unit))
    waves = []
    for wave in (0, 1):
        change = wave * (2.5 + moved[unit] + 5.0 * (unit < n_treated))
        frame = pd.DataFrame(
            {
                "layout": name,
                "unit": [f"u{u:02d}" for u in unit],
                "treated": (unit < n_treated).astype(int),
                "person": np.arange(len(unit)),
                "wave": wave,
                "y": (60 + person + change + rng.normal(0, 6, len(unit))).round(1),
            }
        )
        kept = rng.random(len(unit)) < here
        kept[np.unique(unit, return_index=True)[1]] = True
        waves.append(frame[kept])
    return pd.concat(waves)


def main() -> None:
    """Write inputs/rows.csv beside this script."""
    frames = [draw(name, *layout) for name, layout in LAYOUTS.items()]
    out = Path(__file__).parent / "inputs" / "rows.csv"
    pd.concat(frames).to_csv(out, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
