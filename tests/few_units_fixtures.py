"""Answers of few units, and how the tests of few units ask about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import tillit_eval as te

WAVES = {"before": "2019", "after": "2021"}


def answers(
    seed: int, sizes: list[int], treated: int = 0, change: float = 3.0
) -> pd.DataFrame:
    """Draw two waves of linked people; the first units have the reform."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(len(sizes)), sizes)
    level, moved = rng.normal(0, 4, (2, len(sizes)))
    waves = [
        pd.DataFrame(
            {
                "respondent": np.arange(len(unit)),
                "wave": wave,
                "unit": [f"unit {u:02d}" for u in unit],
                "treated": unit < treated,
                "trust": (60 + level[unit] + after * (change + moved[unit]))
                + rng.normal(0, 8, len(unit)),
                "source": "published",
            }
        )
        for after, wave in enumerate(("2019", "2021"))
    ]
    return pd.concat(waves, ignore_index=True)


def adjusted(scores: pd.DataFrame, **options: Any) -> te.AdjustedChange:
    return te.compare_adjusted(scores, "trust", assigned="unit", **WAVES, **options)


def paired(scores: pd.DataFrame, **options: Any) -> te.PairedChange:
    return te.compare_paired(scores, "trust", **WAVES, **options)


def key(finding: Any) -> str:
    return str(finding.method.key).removeprefix("comparison.method_")


def by_key(finding: Any) -> dict[str, Any]:
    """Return every method for the average asked for, by its key."""
    same = [one for one in finding.alternatives if one.average == finding.average]
    return {key(one): one for one in (finding, *same)}
