"""One item against its scale and a group: three models, their tests and their size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc, expit, fdtrc

from tillit_eval.quality._data import Array
from tillit_eval.quality._logistic import (
    Codes,
    OrderedFit,
    empty_likelihood,
    fit_ordered,
    scores_by_cell,
)

Match = Literal["scale", "rest"]
FARTHEST = 12.0  # log odds between groups; e to this power is 160,000


@dataclass(frozen=True, slots=True)
class Answers:
    """People with a whole set of answers: items, groups, and who belongs together.

    ``codes`` are the answers, shape (n, k); ``group`` and ``cluster`` are numbers
    from 0; ``cluster`` is None where people are independent.
    """

    codes: Array
    group: Codes
    n_groups: int
    cluster: Codes | None

    @property
    def n_clusters(self) -> int:
        """Units, or people, that errors are counted over."""
        return len(self.codes) if self.cluster is None else int(self.cluster.max()) + 1


@dataclass(frozen=True, slots=True)
class Cells:
    """People of one answer, one score and one group, put together.

    ``line`` is the score, in standard deviations from its mean; ``of`` is the cell
    of each person.
    """

    answer: Codes
    line: Array
    group: Codes
    weight: Array
    values: Array
    of: Codes


@dataclass(frozen=True, slots=True)
class Three:
    """The three models of one item.

    ``score`` knows the score; ``level`` also the group; ``slope`` also how the
    score counts in each group.
    """

    score: OrderedFit
    level: OrderedFit
    slope: OrderedFit
    empty: float
    people: float

    def ratio(self, one: OrderedFit, other: OrderedFit) -> float:
        """Twice the difference of two log likelihoods, never below zero."""
        return max(2 * (other.log_likelihood - one.log_likelihood), 0.0)

    def nagelkerke(self, fit: OrderedFit) -> float:
        """Return the pseudo-R² that reaches 1 where the answers are foretold."""
        most = -np.expm1(2 * self.empty / self.people)
        told = -np.expm1(2 * (self.empty - fit.log_likelihood) / self.people)
        return float(told / most)

    def mcfadden(self, fit: OrderedFit) -> float:
        """Return the part of the log likelihood of the shares that is explained."""
        return 1 - fit.log_likelihood / self.empty


def matching_score(answers: Answers, item: int, kept: list[int], match: Match) -> Array:
    """Sum the items kept, always with the item itself or never with it."""
    others = [one for one in kept if one != item]
    columns = [*others, item] if match == "scale" else others
    return np.asarray(answers.codes[:, columns].sum(axis=1))


def cells_of(answers: Answers, item: int, score: Array) -> Cells:
    """Put people together who cannot be told apart by the models."""
    values, answer = np.unique(answers.codes[:, item], return_inverse=True)
    places, place = np.unique(score, return_inverse=True)
    code = (place * answers.n_groups + answers.group) * len(values) + answer
    kinds, of, weight = np.unique(code, return_inverse=True, return_counts=True)
    spread = float(score.std())
    line = (places - score.mean()) / (spread or 1.0)
    return Cells(
        answer=kinds % len(values),
        line=line[kinds // len(values) // answers.n_groups],
        group=kinds // len(values) % answers.n_groups,
        weight=weight.astype(np.float64),
        values=values,
        of=of,
    )


def design(cells: Cells, n_groups: int) -> Array:
    """Return score, groups but the first, and score in those groups."""
    groups = np.eye(n_groups)[cells.group][:, 1:]
    return np.hstack([cells.line[:, None], groups, groups * cells.line[:, None]])


def fit_three(cells: Cells, n_groups: int) -> Three | None:
    """Fit the models of one item; nothing where one of them has no maximum."""
    line, more = design(cells, n_groups), n_groups - 1
    score, level, slope = (
        fit_ordered(cells.answer, line[:, :width], cells.weight)
        for width in (1, 1 + more, 1 + 2 * more)
    )
    if not (score.converged and level.converged and slope.converged):
        return None
    # A group whose slope runs away gives the lowest or the highest answer only.
    if max(np.abs(level.slopes[1:]).max(), np.abs(slope.slopes[1:]).max()) > FARTHEST:
        return None
    counts: Array = np.bincount(cells.answer, weights=cells.weight).astype(np.float64)
    empty = empty_likelihood(counts)
    return Three(score, level, slope, empty, float(cells.weight.sum()))


def covariance_of(
    fit: OrderedFit, cells: Cells, line: Array, answers: Answers
) -> Array:
    """Return the covariance of the parameters, over clusters where there are any.

    With clusters the sandwich, times C / (C - 1), as ``sandwich::vcovCL`` with
    ``type = "HC0"``.
    """
    inverse = np.asarray(np.linalg.inv(fit.information), dtype=np.float64)
    if answers.cluster is None:
        return inverse
    own = scores_by_cell(fit, cells.answer, line)
    groups = answers.n_clusters
    # People of a cluster in a cell share one score: count them, then one product.
    pair = answers.cluster * len(own) + cells.of
    kinds, counts = np.unique(pair, return_counts=True)
    sums = np.zeros((groups, own.shape[1]))
    np.add.at(sums, kinds // len(own), own[kinds % len(own)] * counts[:, None])
    meat = sums.T @ sums * groups / (groups - 1)
    return np.asarray(inverse @ meat @ inverse)


def tail(ratio: float, estimates: Array, covariance: Array, answers: Answers) -> float:
    """Return the p value of some slopes together.

    Of the likelihood ratio where people are independent; over clusters of the Wald
    statistic against F with as many df as clusters leave (Hotelling's correction).
    """
    q = len(estimates)
    if answers.cluster is None:
        return float(chdtrc(q, ratio))
    if np.abs(estimates).max() < 1e-9:
        return 1.0
    left = answers.n_clusters - q
    wald = float(estimates @ np.linalg.solve(covariance, estimates))
    return float(fdtrc(q, left, wald * left / (q * (answers.n_clusters - 1))))


@dataclass(frozen=True, slots=True)
class Gap:
    """How much higher a group answers at the same score, with its variance."""

    group: int
    estimate: float
    variance: float


def gaps(fit: OrderedFit, cells: Cells, n_groups: int, covariance: Array) -> list[Gap]:
    """Return each group's expected answer minus that of the first at its own scores.

    Averaged over the people of the group itself; the variance is that of the delta
    method, with the scores taken as given.
    """
    found = []
    for group in range(1, n_groups):
        inside = cells.group == group
        weight = cells.weight[inside] / cells.weight[inside].sum()
        line = design(cells, n_groups)[inside]
        as_first = line.copy()
        as_first[:, 1:] = 0.0
        own, own_slope = _expected(fit, line, cells.values)
        first, first_slope = _expected(fit, as_first, cells.values)
        slope = weight @ (own_slope - first_slope)
        variance = max(float(slope @ covariance @ slope), 0.0)
        found.append(Gap(group, float(weight @ (own - first)), variance))
    return found


def _expected(fit: OrderedFit, line: Array, values: Array) -> tuple[Array, Array]:
    """Return the expected answer at some places, and its slope in the parameters."""
    below = fit.thresholds[None, :] - (line @ fit.slopes)[:, None]
    steps, dense = np.diff(values), expit(below) * expit(-below)
    answer = values[0] + expit(-below) @ steps
    by_threshold = -dense * steps
    return answer, np.hstack([by_threshold, line * -by_threshold.sum(1)[:, None]])
