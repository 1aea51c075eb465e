"""Layouts and numbers that break formulas: the answers must stay right, or be refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te

WAVES = {"before": "2019", "after": "2021"}


def two_waves(before: np.ndarray, after: np.ndarray, units: int = 8) -> pd.DataFrame:
    """Put the scores of linked people below each other, in units of equal size."""
    n = len(before)
    return pd.DataFrame(
        {
            "respondent": [*range(n), *range(n)],
            "wave": ["2019"] * n + ["2021"] * n,
            "unit": [*(np.arange(n) % units), *(np.arange(n) % units)],
            "minutes": np.r_[before, after],
            "source": "real",
        }
    )


def asked_every_way(rows: pd.DataFrame) -> list[Any]:
    return [
        te.compare_paired(rows, "minutes", **WAVES),
        te.compare_paired(rows, "minutes", unit=None, **WAVES),
        te.compare_waves(rows, "minutes", **WAVES),
        te.compare_waves(rows, "minutes", unit=None, **WAVES),
        te.compare_overlapping(rows, "minutes", unit=None, **WAVES)[0],
    ]


@pytest.mark.parametrize(("far", "spread"), [(1e6, 10.0), (1e6, 1.0), (1.6e9, 1e3)])
def test_scores_far_from_zero_keep_their_digits(far: float, spread: float) -> None:
    """Variances from raw squares would be wrong from the fifth digit on, or zero."""
    rng = np.random.default_rng(3)
    before = rng.normal(0, spread, 200).round(3)
    after = (0.3 * spread + 0.5 * before + rng.normal(0, spread, 200)).round(3)
    near = asked_every_way(two_waves(before, after))
    there = asked_every_way(two_waves(before + far, after + far))
    for one, two in zip(near, there, strict=True):
        names = ("estimate", "standard_error", "df", "p_value", "d_average")
        for name in names:
            expected = getattr(one, name)
            assert getattr(two, name) == pytest.approx(expected, rel=1e-7), name
        assert two.mean_before - far == pytest.approx(one.mean_before, rel=1e-5)
        assert two.mean_after - far == pytest.approx(one.mean_after, rel=1e-5)
    same = te.compare_paired(two_waves(before, after), "minutes", unit=None, **WAVES)
    d = after - before
    assert same.standard_error == pytest.approx(d.std(ddof=1) / np.sqrt(200), rel=1e-12)
