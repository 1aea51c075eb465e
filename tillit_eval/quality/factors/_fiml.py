"""Full-information maximum likelihood: every answer as it is, none filled in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tillit_eval.errors import TooFewAnswers, few
from tillit_eval.quality.factors._fit_indices import ChiSquare, indices, srmr
from tillit_eval.quality.factors._hessian import observed_information
from tillit_eval.quality.factors._implied import (
    expected_information,
    gather,
    implied,
    slopes,
)
from tillit_eval.quality.factors._minimise import (
    SETTLED,
    Reached,
    Task,
    inverse_of,
    is_regular,
    minimise,
)
from tillit_eval.quality.factors._moments import Moments
from tillit_eval.quality.factors._normal import candidates, check_enough, check_fit
from tillit_eval.quality.factors._patterns import (
    Patterns,
    inverses,
    patterns_of,
    saturated,
)
from tillit_eval.quality.factors._rows import Rows
from tillit_eval.quality.factors._score_tests import gains_from
from tillit_eval.quality.factors._solved import Solved
from tillit_eval.quality.factors._spec import Spec
from tillit_eval.quality.factors._start import start

Array = npt.NDArray[np.float64]


def solve_fiml(spec: Spec, rows: Rows) -> Solved:
    """Fit all rows that hold an answer; χ² against the best means and covariances."""
    check_answers(rows)
    patterns = patterns_of(rows)
    n = int(patterns.n.sum())
    check_enough(spec, n)
    best, objective = saturated_moments(rows, patterns)
    reached = fit_fiml(spec, patterns, best)
    check_fit(reached.size < SETTLED, is_regular(reached.curve))
    at = implied(spec, reached.theta)
    test = ChiSquare(max(reached.value - objective, 0.0) * n, spec.df)
    return Solved(
        spec=spec,
        theta=reached.theta,
        covariance=inverse_of(bend_at(spec, reached.theta, patterns)) / n,
        observed=best.covariance[0],
        indices=indices(test, baseline(patterns, objective), n, len(rows.groups)),
        srmr=srmr(best, at, has_means=True),
        gains=gains_from(
            spec,
            reached.theta,
            candidates(spec),
            n,
            lambda wide, theta: (
                task_of(wide, patterns).slope(theta),
                task_of(wide, patterns).curve(theta),
            ),
        ),
        n_people=n,
        n_rows=rows.moments.n_rows,
        source=rows.moments.source,
    )


def fit_fiml(spec: Spec, patterns: Patterns, best: Moments) -> Reached:
    """Minimise -2 log-likelihood per row, from the start the best moments give."""
    return minimise(task_of(spec, patterns), start(spec, best))


def task_of(spec: Spec, patterns: Patterns) -> Task:
    """Write the fit down as something to minimise."""
    return Task(
        value=lambda theta: value_at(spec, theta, patterns),
        slope=lambda theta: slope_at(spec, theta, patterns),
        curve=lambda theta: curve_at(spec, theta, patterns),
        bend=lambda theta: bend_at(spec, theta, patterns),
    )


def value_at(spec: Spec, theta: Array, patterns: Patterns) -> float:
    """Return -2 log-likelihood per row without its constant, or infinity."""
    at = implied(spec, theta)
    try:
        inverse, logs = inverses(at.covariance[patterns.group], patterns.seen)
    except np.linalg.LinAlgError:
        return float("inf")
    around, _ = _around(at.means, patterns)
    traces = np.einsum("kij,kij->k", inverse, around)
    total = float(patterns.shares @ (logs + traces))
    return total if np.isfinite(total) else float("inf")


def slope_at(spec: Spec, theta: Array, patterns: Patterns) -> Array:
    """Return its derivatives by the parameters."""
    at = implied(spec, theta)
    covariance = at.covariance[patterns.group]
    inverse, _ = inverses(covariance, patterns.seen)
    around, away = _around(at.means, patterns)
    gap = (inverse @ around @ inverse - inverse) * patterns.shares[:, None, None]
    pull = np.einsum("kij,kj->ki", inverse, away) * patterns.shares[:, None]
    n_groups = len(spec.groups)
    gaps, pulls = np.zeros((n_groups, *gap.shape[1:])), np.zeros(at.means.shape)
    np.add.at(gaps, patterns.group, gap)
    np.add.at(pulls, patterns.group, pull)
    cells = slopes(spec, at)
    each = -2 * np.einsum("gci,gci->gc", cells.u @ gaps, cells.v)
    each -= 2 * np.einsum("gci,gi->gc", cells.w, pulls)
    return gather(spec, cells.number, each)


def curve_at(spec: Spec, theta: Array, patterns: Patterns) -> Array:
    """Return the expected information of one row, given what is missing."""
    at = implied(spec, theta)
    inverse, _ = inverses(at.covariance[patterns.group], patterns.seen)
    return expected_information(
        spec, at, patterns.shares, inverse=inverse, group=patterns.group
    )


def bend_at(spec: Spec, theta: Array, patterns: Patterns) -> Array:
    """Return the observed information of one row: half the second derivatives."""
    at = implied(spec, theta)
    inverse, _ = inverses(at.covariance[patterns.group], patterns.seen)
    around, away = _around(at.means, patterns)
    return observed_information(
        spec, at, patterns.shares, inverse, around, away, patterns.group
    )


def _around(means: Array, patterns: Patterns) -> tuple[Array, Array]:
    """Observed covariances around the implied means, and the way between."""
    away = (patterns.means - means[patterns.group]) * patterns.seen
    return patterns.covariance + away[:, :, None] * away[:, None], away


def saturated_moments(rows: Rows, patterns: Patterns) -> tuple[Moments, float]:
    """Return the best means and covariances of every group, and their objective."""
    groups = [patterns.of_group(g) for g in range(len(rows.groups))]
    found = [saturated(one) for one in groups]
    n = np.array([one.n.sum() for one in groups])
    best = Moments(
        items=rows.items,
        groups=rows.groups,
        n=n,
        means=np.stack([mean for mean, _, _ in found]),
        covariance=np.stack([covariance for _, covariance, _ in found]),
        n_rows=rows.moments.n_rows,
        source=rows.moments.source,
    )
    return best, float(n @ [value for _, _, value in found] / n.sum())


def baseline(patterns: Patterns, objective: float) -> ChiSquare:
    """Test the model of unrelated items, each with the answers it has."""
    p, n = patterns.seen.shape[1], patterns.n.sum()
    total, n_groups = 0.0, int(patterns.group.max()) + 1
    for g in range(n_groups):
        one = patterns.of_group(g)
        answers = one.n @ one.seen
        mean = one.n @ one.means / answers
        away = (one.means - mean) * one.seen
        squares = np.diagonal(one.covariance, axis1=1, axis2=2) + away**2
        total += float(answers @ (np.log(one.n @ squares / answers) + 1))
    return ChiSquare(total - objective * n, n_groups * p * (p - 1) // 2)


def check_answers(rows: Rows) -> None:
    """Refuse items nobody answered, that are constant, or never met together."""
    for values in rows.values:
        seen = (~np.isnan(values)).astype(np.float64)
        together = seen.T @ seen
        answers = np.diag(together)
        filled = np.where(seen > 0, values, 0.0)
        mean = filled.sum(axis=0) / np.maximum(answers, 1)
        spread = (((filled - mean) * seen) ** 2).sum(axis=0) / np.maximum(answers, 1)
        flat = spread <= 1e-12 * np.maximum(mean**2, 1e-300)
        _refuse(
            [name for name, n in zip(rows.items, answers, strict=True) if n == 0],
            "Some items have no answers at all.",
            "at least one answer to every item",
            "quality.no_answers",
        )
        _refuse(
            [name for name, hit in zip(rows.items, flat, strict=True) if hit],
            "Some items are constant: everyone gave the same answer.",
            "at least two different answers to every item",
            "quality.constant_items",
        )
        apart = np.asarray((together <= len(rows.items)).any(axis=0))
        _refuse(
            [name for name, hit in zip(rows.items, apart, strict=True) if hit],
            "Some items were answered together by too few people.",
            f"more than {len(rows.items)} people who answered both of any two items",
            "factors.never_together",
        )


def _refuse(names: list[str], what: str, expected: str, reason: str) -> None:
    if names:
        raise TooFewAnswers(
            what,
            expected=expected,
            found=f"not so in columns {few(names)}",
            to_fix="leave these items out, or check their missing codes",
            reason=reason,
            values={"items": tuple(names)},
        )
