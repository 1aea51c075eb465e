"""Write the invented answers that R and our tests read. Run once; frozen since."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SIZES = (6, 31, 12, 22, 9, 17, 26, 14, 8, 19, 11, 24, 7, 15)
AREAS = (1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9)
# People per unit, then units silent before and after, share of movers, of no code.
AWKWARD: dict[str, tuple[list[int], list[int], list[int], float, float]] = {
    "uneven": ([1, 1, 1, 2, 3, 5, 8, 13, 30, 60, 4, 6], [], [], 0.0, 0.0),
    "giant": ([200, *[6] * 11], [], [], 0.0, 0.0),
    "silent": ([10, 12, 14, 9, 8, 20, 7, 6, 11, 5, 5, 5], [2, 5], [0, 7, 11], 0.0, 0.0),
    "movers": ([12] * 9, [], [], 0.3, 0.0),
    "codeless": ([12] * 9, [], [], 0.0, 0.3),
    "two_units": ([30, 12], [], [], 0.0, 0.0),
    "singletons": ([*[1] * 60, *[2] * 6], [], [], 0.0, 0.0),
}


def awkward(name: str, rng: np.random.Generator) -> pd.DataFrame:
    """Draw two waves of one awkward layout."""
    sizes, no_before, no_after, move, codeless = AWKWARD[name]
    home = np.repeat(np.arange(len(sizes)), sizes)
    person = rng.normal(0, 8, len(home)) + rng.normal(0, 4, len(sizes))[home]
    frames = []
    for wave, silent in (("2019", no_before), ("2021", no_after)):
        later = wave == "2021"
        moves = (rng.random(len(home)) < move) & later
        unit = np.where(moves, rng.integers(0, len(sizes), len(home)), home)
        score = 60 + 3 * later + person + rng.normal(0, 6, len(home))
        coded = rng.random(len(home)) >= codeless
        rows = pd.DataFrame(
            {
                "layout": name,
                "respondent": np.where(coded, np.arange(len(home)) + 1.0, np.nan),
                "wave": wave,
                "unit": unit + 1,
                "treated": (unit % 2 == 0).astype(int),
                "trust": score.round(2),
            }
        )
        here = rng.random(len(home)) < 0.85
        frames.append(rows[here & ~np.isin(unit, silent)])
    return pd.concat(frames)


def main() -> None:
    """Write all inputs."""
    folder = Path(__file__).parent / "inputs"
    two_arms().to_csv(folder / "two_arms.csv", index=False)
    rng = np.random.default_rng(20261123)
    layouts = pd.concat([awkward(name, rng) for name in AWKWARD], ignore_index=True)
    layouts["respondent"] = layouts["respondent"].astype("Int64")
    layouts.to_csv(folder / "awkward.csv", index=False)


def two_arms() -> pd.DataFrame:
    """Draw two waves of partly linked people in 14 units of 9 areas."""
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
    return rows.assign(source="synthetic")


if __name__ == "__main__":
    main()
