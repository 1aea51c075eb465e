"""How often is an unbiased item called biased, and how often is a biased one found?

Eight (or four) items on five steps near a ceiling, two groups, equal or half a
standard deviation apart; people matched on the scale or on the rest of it. Then
people in units that each answer one item in their own way, with the groups inside
units or made of whole units. Run: make bench, or python tests/bench/bias_size.py.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from tillit_eval import quality

DRAWS = 200
NAMES = [f"q{k}" for k in range(1, 9)]


def answers(
    n: int,
    k: int,
    rng: np.random.Generator,
    *,
    apart: float = 0.0,
    bias: float = 0.0,
    units: int = 0,
    whole: bool = False,
) -> pd.DataFrame:
    """Draw `n` people in each of two groups; `bias` moves q1 in the second."""
    loading = np.linspace(0.5, 0.8, k)
    unit = np.arange(2 * n) % max(units, 1)
    group = unit % 2 if whole else rng.permutation(np.repeat([0, 1], n))
    trait = rng.normal(size=2 * n) + apart * group
    latent = trait[:, None] * loading
    latent = latent + rng.normal(size=(2 * n, k)) * np.sqrt(1 - loading**2)
    latent[:, 0] += bias * group
    if units:
        latent = latent + rng.normal(size=(units, k))[unit] * np.sqrt(0.05)
    codes = np.clip(np.rint(4 + 1.1 * latent), 1, 5).astype(int)
    frame = pd.DataFrame(codes, columns=NAMES[:k])
    return frame.assign(group=np.where(group, "b", "a"), unit=unit, source="synthetic")


def share(draws: int, n: int, k: int, rng: np.random.Generator, **how: object) -> str:
    """Return how often one item's p, and its flag, speak of bias; and its coverage."""
    unit, match, asked = how.pop("unit", None), how.pop("match", "scale"), [0, 0, 0, 0]
    item = "q1" if how.get("bias") else f"q{k // 2}"
    for _ in range(draws):
        found = quality.assess_bias(
            answers(n, k, rng, **how),  # type: ignore[arg-type]
            NAMES[:k],
            unit=unit,  # type: ignore[arg-type]
            match=match,  # type: ignore[arg-type]
            purify=False,
        ).where(scale=item)[0]
        if not isinstance(found, quality.ItemBias):
            asked[3] += 1
            continue
        asked[0] += found.p_value < 0.05
        asked[1] += found.is_flagged
        asked[2] += found.interval is not None and found.interval.covers(0.0)
    answered = max(draws - asked[3], 1)
    tested, flagged, covered = (count / answered for count in asked[:3])
    return f"{tested:7.3f} {flagged:8.3f} {covered:8.3f} {asked[3]:8d}"


def main(draws: int = DRAWS) -> None:
    """Print size and power, one line per situation."""
    print(f"share of p < .05, flagged, 0 in the interval, refused; {draws} draws")
    for k in (4, 8):
        for n in (50, 200, 1_000):
            for match in ("scale", "rest"):
                for apart in (0.0, 0.5):
                    rng = np.random.default_rng(n)
                    told = share(draws, n, k, rng, apart=apart, match=match)
                    print(f"sound item, k {k}, n {n}, {match}, {apart} SD: {told}")
    for n in (50, 200, 1_000):
        rng = np.random.default_rng(n)
        told = share(draws, n, 8, rng, bias=0.5)
        print(f"item biased by half an SD, k 8, n {n}, scale: {told}")
    for units in (10, 20, 50):
        for whole in (False, True):
            for unit in ("unit", None):
                rng = np.random.default_rng(units)
                told = share(draws, 300, 8, rng, units=units, whole=whole, unit=unit)
                how = "groups of whole units" if whole else "groups inside units"
                print(f"{units} units, {how}, unit={unit}: {told}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
