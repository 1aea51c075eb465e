"""Tests that several alphas are equal: of other people, and of the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.findings import Interval
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality._data import Pooled
from tillit_eval.quality.reliability._answers import Answers, complete_places
from tillit_eval.quality.reliability._coefficients import Array, alphas
from tillit_eval.quality.reliability._free import (
    alpha_parts,
    alphas_of,
    drawn,
    percentiles,
)
from tillit_eval.quality.reliability.alpha import feldt

Codes = pd.Series


@dataclass(frozen=True, slots=True)
class Group:
    """One group's sums, and for each complete row whose it is and what it adds.

    ``parts`` are those of `alpha_parts`.
    """

    pooled: Pooled
    parts: Array
    codes: npt.NDArray[Any] | None

    @classmethod
    def of(cls, read: Answers, codes: Codes | None) -> Self:
        """Take what a test needs from a group's answers."""
        pooled = read.pooled
        parts = alpha_parts(read.rows() - pooled.means)
        if codes is None:
            return cls(pooled, parts, None)
        complete = complete_places(read.responses, pooled.items)
        return cls(pooled, parts, codes.to_numpy(dtype=object)[complete])

    @property
    def alpha(self) -> float:
        """Cronbach's alpha of the group."""
        return float(alphas(self.pooled.covariance))


@dataclass(frozen=True, slots=True)
class Tested:
    """A test that alphas are equal."""

    alpha: Array
    statistic: float
    p_value: float
    interval: Interval | None
    n_people: int
    same_people: bool
    method: Phrase


def by_others(
    groups: Sequence[Group], _draws: int, _chance: np.random.Generator, level: float
) -> Tested:
    """Compare groups of different people by Hakstian and Whalen's test."""
    alpha = np.array([one.alpha for one in groups])
    n = np.array([one.pooled.n_complete for one in groups], dtype=float)
    k = len(groups[0].pooled.items)
    root = np.cbrt(1 - alpha)
    variance = 18 * k * (n - 1) * root**2 / ((k - 1) * (9 * n - 11) ** 2)
    mean = (root / variance).sum() / (1 / variance).sum()
    statistic = float(((root - mean) ** 2 / variance).sum())
    around = [
        feldt(float(a), n_people=int(m), n_items=k, level=level)
        for a, m in zip(alpha, n, strict=True)
    ]
    return Tested(
        alpha,
        statistic,
        _beyond(statistic, len(alpha) - 1),
        _joined(alpha, around, level) if len(alpha) == 2 else None,
        int(n.sum()),
        False,
        phrase("reliability.method_others"),
    )


def by_same(
    groups: Sequence[Group], draws: int, chance: np.random.Generator, level: float
) -> Tested:
    """Compare groups of the same people by drawing people with all their rows."""
    alpha = np.array([one.alpha for one in groups])
    again, n_people = _alphas_again(groups, draws, chance)
    contrast = np.diff(np.eye(len(alpha)), axis=0)
    gap = contrast @ np.log1p(-alpha)
    spread = contrast @ np.atleast_2d(np.cov(np.log1p(-again))) @ contrast.T
    statistic = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap)
    two = len(alpha) == 2
    return Tested(
        alpha,
        statistic,
        _beyond(statistic, len(alpha) - 1),
        percentiles(again[1] - again[0], level) if two else None,
        n_people,
        True,
        phrase("reliability.method_same", draws=draws),
    )


def _alphas_again(
    groups: Sequence[Group], draws: int, chance: np.random.Generator
) -> tuple[Array, int]:
    """Return alpha of each group in each draw of people, shape (groups, draws)."""
    who, n_people = _people(groups)
    again: list[list[Array]] = [[] for _ in groups]
    for counts in drawn(n_people, draws, chance):
        for place, (one, whose) in enumerate(zip(groups, who, strict=True)):
            again[place].append(alphas_of(counts[:, whose] @ one.parts))
    return np.array([np.concatenate(one) for one in again]), n_people


def _people(groups: Sequence[Group]) -> tuple[list[npt.NDArray[np.intp]], int]:
    """Give people numbers over all groups; a row without a code is its own person."""
    codes = np.concatenate([np.asarray(one.codes, dtype=object) for one in groups])
    numbers, known = pd.factorize(codes)
    alone = numbers < 0
    numbers = np.asarray(numbers, dtype=np.intp)
    numbers[alone] = len(known) + np.arange(int(alone.sum()))
    sizes = np.cumsum([len(one.parts) for one in groups])[:-1]
    return np.split(numbers, sizes), len(known) + int(alone.sum())


def _beyond(statistic: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))


def _joined(alpha: Array, ends: list[Interval], level: float) -> Interval:
    """Join two intervals into that of the second minus the first."""
    first, second = ends
    gap = float(alpha[1] - alpha[0])
    below = np.hypot(alpha[1] - second.low, first.high - alpha[0])
    above = np.hypot(second.high - alpha[1], alpha[0] - first.low)
    return Interval(gap - float(below), gap + float(above), level)
