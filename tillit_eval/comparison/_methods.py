"""One question, every method that can answer it, and the one that speaks first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tillit_eval.comparison._cluster import (
    ClusterFit,
    estimate_contrast,
    estimate_jackknife,
    fit_clusters,
)
from tillit_eval.comparison._enough import check_spread
from tillit_eval.comparison._few_treated import few_treated_curve
from tillit_eval.comparison._inversion import infer_curve
from tillit_eval.comparison._law import Inference, infer
from tillit_eval.comparison._layout import (
    Layout,
    Method,
    choose_method,
    listed_methods,
    read_layout,
)
from tillit_eval.comparison._moments import welch
from tillit_eval.comparison._placebo import placebo_curve
from tillit_eval.comparison._regression import Regression
from tillit_eval.comparison._wild import ALL_SIGNS, wild_curve
from tillit_eval.phrases import Phrase, phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one method says, and why it is shown.

    Attributes
    ----------
    found : Inference
        Estimate, interval, p and verdict.
    method, because : Phrase
        How, and why this one. `because` is None for a method shown beside another.
    rounded : Phrase or None
        Why the ends of its intervals are rounded.
    """

    found: Inference
    method: Phrase
    because: Phrase | None = None
    rounded: Phrase | None = None


def answer_by_group(
    regression: Regression,
    *,
    level: float,
    margin: float | None,
    usual: Phrase,
    because: Phrase,
    every: bool = True,
) -> tuple[Answer, ...]:
    """Answer one question with every method that can.

    Parameters
    ----------
    regression : Regression
        Sums per group.
    level : float
        Coverage of the intervals.
    margin : float or None
        Smallest change worth noticing.
    usual, because : Phrase
        Name and reason of the method for evenly filled groups.
    every : bool, default True
        Whether to answer with the other methods too.

    Returns
    -------
    tuple of Answer
        The chosen one first; the estimate is the same in all.
    """
    used = _answering(regression)
    layout = read_layout(used)
    chosen, why = choose_method(layout)
    work = _Work(used, layout, level, margin, usual)
    first = replace(work.answer(chosen), because=why or because)
    others = listed_methods(layout) if every else ()
    return (first, *(work.answer(one) for one in others if one != chosen))


def answer_by_person(
    regression: Regression,
    *,
    level: float,
    margin: float | None,
    usual: Phrase,
    because: Phrase,
) -> Answer:
    """Answer where each group is one person: CR2 alone, as people are many.

    Parameters
    ----------
    regression : Regression
        Sums per person.
    level : float
        Coverage of the interval.
    margin : float or None
        Smallest change worth noticing.
    usual, because : Phrase
        Name and reason of the method.

    Returns
    -------
    Answer
        By CR2 errors.
    """
    used = _answering(regression)
    work = _Work(used, read_layout(used), level, margin, usual)
    return replace(work.answer("cr2"), because=because)


def _answering(regression: Regression) -> Regression:
    """Keep the groups that answered."""
    seen = regression.cross[:, 0, 0] > 0
    arms = regression.arms
    return replace(
        regression,
        cross=regression.cross[seen],
        moments=regression.moments[seen],
        arms=None if arms is None else arms.of(seen),
    )


@dataclass(frozen=True, slots=True)
class _Work:
    regression: Regression
    layout: Layout
    level: float
    margin: float | None
    usual: Phrase

    @property
    def _asked(self) -> dict[str, Any]:
        return {"level": self.level, "margin": self.margin}

    @property
    def _fit(self) -> ClusterFit:
        return fit_clusters(self.regression.cross, self.regression.moments)

    def answer(self, method: Method) -> Answer:
        """Answer with one method."""
        if method in ("cr2", "cr2_cautious", "cr3", "welch"):
            return self._by_t(method)
        return self._by_curve(method)

    def _by_t(self, method: Method) -> Answer:
        arms = self.regression.arms
        if method == "welch" and arms is not None:
            change = arms.after - arms.before
            apart = welch(change[arms.treated], change[~arms.treated])
            found = infer(apart.estimate, apart.standard_error, apart.df, **self._asked)
            return Answer(found=found, method=self.usual)
        fit, contrast = self._fit, self.regression.contrast
        by = estimate_contrast(fit, contrast)
        estimate, error, df = (
            float(x) for x in (by.estimate, by.standard_error, by.df)
        )
        if method == "cr2":
            found = infer(estimate, error, df, **self._asked)
            return Answer(found=found, method=self.usual)
        if method == "cr2_cautious":
            found = infer(estimate, error, self.layout.fewest_df, **self._asked)
            return Answer(found=found, method=self._name(method))
        error = float(estimate_jackknife(fit, contrast))
        found = infer(estimate, error, self.layout.cautious_df, **self._asked)
        return Answer(found=found, method=self._name("cr3"))

    def _by_curve(self, method: Method) -> Answer:
        regression = self.regression
        if regression.arms is not None and method not in ("wild", "webb"):
            if method == "placebo":
                curve = placebo_curve(regression.arms)
            else:
                by_size = method == "ferman_pinto"
                curve = few_treated_curve(regression.arms, by_size=by_size)
        else:
            curve = wild_curve(
                regression, weights="webb" if method == "webb" else "rademacher"
            )
        error = float(estimate_contrast(self._fit, regression.contrast).standard_error)
        check_spread(curve.error, abs(curve.estimate) + error)
        if method in ("conley_taber", "ferman_pinto"):
            error = curve.error
        found = infer_curve(curve, standard_error=error, **self._asked)
        return Answer(found=found, method=self._name(method))

    def _name(self, method: Method) -> Phrase:
        if method == "wild" and sum(self.layout.groups) > ALL_SIGNS:
            return phrase("comparison.method_wild_drawn")
        if method == "cr3":
            arms = "" if len(self.layout.groups) == 1 else "_arms"
            return phrase(f"comparison.method_cr3{arms}")
        return phrase(f"comparison.method_{method}")


def usual_error(regression: Regression) -> float:
    """Return the CR2 standard error, to see whether anything varies at all."""
    used = _answering(regression)
    fit = fit_clusters(used.cross, used.moments)
    return float(np.asarray(estimate_contrast(fit, used.contrast).standard_error))
