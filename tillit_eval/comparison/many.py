"""Answer thousands of simulated surveys of one design at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from tillit_eval.comparison._cluster import (
    Array,
    estimate_contrast,
    estimate_jackknife,
    fit_clusters,
)
from tillit_eval.comparison._few_treated import few_treated_curve
from tillit_eval.comparison._layout import Method
from tillit_eval.comparison._many_placebo import rejects_by_placebo
from tillit_eval.comparison._many_wild import rejects_by_signs
from tillit_eval.comparison._moments import Flags
from tillit_eval.comparison._regression import ArmSums
from tillit_eval.comparison._wild import Weights
from tillit_eval.comparison.designs import Design
from tillit_eval.errors import DataProblem

Rejects = Callable[[float], Flags]
_ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveys:
    """Sums of the scores of many surveys of one design.

    Attributes
    ----------
    design : Design
        Who answers where and when.
    before, after : ndarray, shape (D, U)
        Sum of the scores per survey and unit, in each wave.
    """

    design: Design
    before: Array
    after: Array

    @property
    def moments(self) -> Array:
        """X_g'y_g of every survey and group, shape (D, G, p)."""
        design, cells = self.design, self.changes
        if design.average == "people" and self._regresses:
            first, second = self.totals
            cells = np.stack([first + second, second], axis=-1)
        if design.treated is None:
            return np.asarray(cells)
        reform = self.reform
        arm = np.c_[np.ones(len(reform)), reform]
        both = np.einsum("ga,dgi->dgai", arm, cells)
        return np.asarray(both.reshape(*both.shape[:2], -1))

    @property
    def _regresses(self) -> bool:
        return self.design.estimand == "workplace" or self.design.treated is not None

    @property
    def changes(self) -> Array:
        """Sum of the changes per survey and group, shape (D, G, 1)."""
        design = self.design
        if design.average == "units":
            change = self.after / design.n_after - self.before / design.n_before
            return self._grouped(change)[..., None]
        first, second = self.totals
        return np.asarray(second - first)[..., None]

    @property
    def totals(self) -> tuple[Array, Array]:
        """Sum of the scores of each wave per survey and group, shape (D, G)."""
        return self._grouped(self.before), self._grouped(self.after)

    @property
    def reform(self) -> Array:
        """Return 1 for the groups with the reform, shape (G,)."""
        treated = self.design.treated
        if treated is None:
            return np.ones(int(self.design.codes.max()) + 1)
        reform = self._grouped(treated.astype(float)[None])[0] > 0
        return np.asarray(reform, dtype=np.float64)

    def _grouped(self, values: Array) -> Array:
        codes = self.design.codes
        if len(codes) == codes.max() + 1:  # each unit is its own group
            return np.asarray(values[:, np.argsort(codes)])
        belongs = codes[:, None] == np.arange(codes.max() + 1)
        return np.asarray(values @ belongs.astype(float))

    def raised(self, shift: float) -> Surveys:
        """Let everyone, or everyone with the reform, change by so much more."""
        design = self.design
        reform = 1.0 if design.treated is None else design.treated
        return replace(self, after=self.after + shift * design.n_after * reform)

    def first(self, draws: int) -> Surveys:
        """Keep the first surveys."""
        return replace(self, before=self.before[:draws], after=self.after[:draws])


def estimate_many(surveys: Surveys, method: Method) -> tuple[Array, Array, float]:
    """Estimate the change in every survey, with its error by a t method.

    Parameters
    ----------
    surveys : Surveys
        Sums per unit.
    method : {"cr2", "cr2_cautious", "cr3", "welch"}
        Whose standard error.

    Returns
    -------
    estimate, standard_error : ndarray, shape (D,)
        In scale points.
    df : float
        Of the t law; NaN for Welch, whose df follow the answers.
    """
    regression = surveys.design.regression
    fit = fit_clusters(regression.cross, surveys.moments)
    by = estimate_contrast(fit, regression.contrast)
    if method == "cr3":
        df = surveys.design.layout.cautious_df
        return by.estimate, estimate_jackknife(fit, regression.contrast), df
    if method == "cr2_cautious":
        return by.estimate, by.standard_error, surveys.design.layout.fewest_df
    if method == "welch":
        return by.estimate, np.sqrt(sum(_arm_parts(surveys))), float("nan")
    return by.estimate, by.standard_error, float(by.df)


def rejects(surveys: Surveys, method: Method) -> Rejects:
    """Return which surveys reject no change, as a function of a true change.

    Parameters
    ----------
    surveys : Surveys
        Sums per unit, simulated without change.
    method : str
        Key of the method.

    Returns
    -------
    callable
        From a true change in scale points to an ndarray of bool, shape (D,).
    """
    if method == "placebo":
        return lambda shift: rejects_by_placebo(
            *_arm_sums(surveys.raised(shift)), level=_ALPHA
        )
    if method in ("wild", "webb"):
        kind: Weights = "webb" if method == "webb" else "rademacher"
        return lambda shift: rejects_by_signs(
            surveys.design.regression, surveys.raised(shift).moments, kind, _ALPHA
        )
    estimate, reach = _reach(surveys, method)
    return lambda shift: np.asarray(np.abs(estimate + shift) > reach)


def _reach(surveys: Surveys, method: Method) -> tuple[Array, Array]:
    """Return estimates, and how far from zero each must be to reject no change."""
    if method in ("ferman_pinto", "conley_taber"):
        return _reach_few(surveys, by_size=method == "ferman_pinto")
    estimate, error, df = estimate_many(surveys, method)
    if method == "welch":
        return estimate, stdtrit(_welch_df(surveys), 1 - _ALPHA / 2) * error
    return estimate, stdtrit(df, 1 - _ALPHA / 2) * error


def _arm_parts(surveys: Surveys) -> tuple[Array, Array]:
    change, reform = surveys.changes[..., 0], surveys.reform > 0
    sides = change[:, reform], change[:, ~reform]
    one, two = (side.var(axis=1, ddof=1) / side.shape[1] for side in sides)
    return one, two


def _welch_df(surveys: Surveys) -> Array:
    reform = surveys.reform > 0
    one, two = _arm_parts(surveys)
    below = one**2 / (reform.sum() - 1) + two**2 / ((~reform).sum() - 1)
    return np.asarray((one + two) ** 2 / below)


def _reach_few(surveys: Surveys, *, by_size: bool) -> tuple[Array, Array]:
    """Set each survey against its larger arm; the drawn statistics do not shift."""
    arms, first, second = _arm_sums(surveys)
    found = np.empty((2, len(first)))
    for i, (one, two) in enumerate(zip(first, second, strict=True)):
        curve = few_treated_curve(replace(arms, before=one, after=two), by_size=by_size)
        drawn = np.sort(np.abs(curve.top[0]))
        allowed = int(_ALPHA * (len(drawn) + 1) * (1 + 1e-9))
        limit = drawn[-allowed] if allowed else np.inf
        found[:, i] = curve.estimate, limit * curve.error
    return found[0], found[1]


def _arm_sums(surveys: Surveys) -> tuple[ArmSums, Array, Array]:
    """Return who had the reform, and the sums of both waves per group."""
    arms = surveys.design.regression.arms
    if arms is None:
        raise DataProblem(
            "There are no arms to compare.",
            expected="units with and without the reform",
            found="one group of units",
            to_fix="name the column of those with the reform by treated=",
        )
    if surveys.design.average == "units":
        change = surveys.changes[..., 0]
        return arms, np.zeros_like(change), change
    return arms, *surveys.totals
