"""Draw the invented sites that R and the package both read. Run once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent / "inputs"
OUTCOMES = ("trust", "discretion", "voice", "goals")


def main() -> None:
    """Write twelve sites with up to four outcomes each, in scale points."""
    rng = np.random.default_rng(20261122)
    rows = []
    for number in range(12):
        sector = ("care", "school", "agency")[number % 3]
        delivered = round(float(rng.uniform(0.2, 1.0)), 2)
        truth = 2.5 + 4 * (delivered - 0.6) + rng.normal(0, 2.0)
        size = rng.uniform(0.9, 3.2)
        noise = rng.normal(0, size)
        for place, outcome in enumerate(OUTCOMES):
            if place > 1 and (number + place) % 4 == 0:
                continue
            se = size * rng.uniform(0.8, 1.25)
            own = rng.normal(0, 0.8) + 0.77 * noise + 0.63 * rng.normal(0, se)
            rows.append(
                {
                    "site": f"s{number + 1:02d}",
                    "sector": sector,
                    "trained": int(number % 12 in (0, 3, 4, 8)),
                    "delivered": delivered,
                    "outcome": outcome,
                    "estimate": round(truth + own, 3),
                    "standard_error": round(se, 3),
                }
            )
    pd.DataFrame(rows).to_csv(HERE / "sites.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
