"""Whether those lost differed from those who stayed, at the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from tillit_eval.findings import Estimate, Finding, Interval, NotAnswered
from tillit_eval.phrases import Language, number, phrase, say
from tillit_eval.quality._data import Array
from tillit_eval.quality._waves import TwoWaves


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineDifference(Estimate):
    """How those lost differed from those who stayed, before anything happened.

    Attributes
    ----------
    estimate : float
        Mean of the lost minus mean of those who stayed, in scale points.
    interval : Interval
        Welch's t interval for `estimate`.
    d_pooled : float
        `estimate` over the pooled standard deviation of the two groups.
    mean_stayed, mean_lost : float
        In the wave before, in scale points.
    n_stayed, n_lost : int
        People with a score in the wave before.
    """

    question: ClassVar[str] = "baseline difference"

    d_pooled: float
    mean_stayed: float
    mean_lost: float
    n_stayed: int
    n_lost: int

    @property
    def is_shown(self) -> bool:
        """Whether both groups are large enough to show their means."""
        few = min(self.n_stayed, self.n_lost)
        return self.source == "published" or few >= self.floor

    def _claim(self, lang: Language) -> str:
        return say(
            "quality.baseline_claim",
            lang,
            name=self.name(lang),
            estimate=self.amount(self.estimate, lang, sign=True),
            interval=self.interval_in_words(lang),
            d=number(self.d_pooled, 2, lang, sign=True),
            lost=self.count(self.n_lost, lang),
            stayed=self.count(self.n_stayed, lang),
        )


def baseline_difference(
    score: pd.Series,
    lost: np.ndarray,
    waves: TwoWaves,
    level: float,
    floor: int,
) -> Finding:
    """Compare the lost with those who stayed, or say that they are too few."""
    from scipy.special import stdtrit

    name = str(score.name)
    values = score.to_numpy(dtype=float)
    gone = values[lost & ~np.isnan(values)]
    stayed = values[~lost & ~np.isnan(values)]
    spread = _pooled_sd(gone, stayed) if min(len(gone), len(stayed)) > 1 else 0.0
    if spread == 0.0:
        return NotAnswered(
            scale=name,
            asked="baseline difference",
            reason=phrase("quality.no_baseline"),
            source=waves.source,
            floor=floor,
        )
    estimate = float(gone.mean() - stayed.mean())
    error, df = _welch(gone, stayed)
    reach = float(stdtrit(df, (1 + level) / 2)) * error
    return BaselineDifference(
        scale=name,
        estimate=estimate,
        standard_error=error,
        interval=Interval(estimate - reach, estimate + reach, level),
        df=df,
        d_pooled=estimate / spread,
        mean_stayed=float(stayed.mean()),
        mean_lost=float(gone.mean()),
        n_stayed=len(stayed),
        n_lost=len(gone),
        n_people=len(stayed) + len(gone),
        estimand=phrase("quality.estimand_baseline"),
        method=phrase("quality.method_welch"),
        source=waves.source,
        floor=floor,
    )


def _pooled_sd(one: Array, other: Array) -> float:
    df = len(one) + len(other) - 2
    squares = len(one) * one.var() + len(other) * other.var()
    return float(np.sqrt(squares / df))


def _welch(one: Array, other: Array) -> tuple[float, float]:
    """Return the standard error of a difference of means, and Welch's df."""
    a, b = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    df = (a + b) ** 2 / (a**2 / (len(one) - 1) + b**2 / (len(other) - 1))
    return float(np.sqrt(a + b)), float(df)
