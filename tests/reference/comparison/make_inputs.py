"""Write the invented answers that R and our tests read. Run once; frozen since."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SIZES = (6, 31, 12, 22, 9, 17, 26, 14, 8, 19, 11, 24, 7, 15)
AREAS = (1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9)


def main() -> None:
    """Write two waves of partly linked people in 14 units of 9 areas."""
    rng = np.random.default_rng(20261122)
    unit = np.repeat(np.arange(1, 15), SIZES)
    area = np.asarray(AREAS)[unit - 1]
    treated = area <= 4
    n = len(unit)
    level, person = rng.normal(0, 0.4, 15)[unit], rng.normal(0, 0.8, n)
    drift = rng.normal(0, 0.2, 15)[unit]
    frames = []
    for wave, shift in (("2019", 0.0), ("2021", 1.0)):
        moved = shift * (0.1 + drift + 0.35 * treated)
        latent = (3.4 + level + person + moved)[:, None] + rng.normal(0, 0.7, (n, 3))
        answers = np.clip(np.rint(latent), 1, 5)
        frames.append(
            pd.DataFrame(answers.astype(int), columns=["q1", "q2", "q3"]).assign(
                respondent=np.arange(1, n + 1),
                wave=wave,
                unit=unit,
                area=area,
                treated=treated.astype(int),
                here=rng.random(n) < 0.85,
            )
        )
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[rows.pop("here")]
    rows["trust"] = ((rows[["q1", "q2", "q3"]].mean(axis=1) - 1) * 25).round(6)
    rows["source"] = "synthetic"
    folder = Path(__file__).parent / "inputs"
    rows.to_csv(folder / "two_arms.csv", index=False)


if __name__ == "__main__":
    main()
