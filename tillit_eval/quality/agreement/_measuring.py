"""One coefficient of one table of ratings: the number, how sure, and by what rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Interval
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality._data import Array
from tillit_eval.quality.agreement._intervals import (
    Sure,
    by_drawing,
    by_leaving_out,
    check_estimate,
    check_spread,
    of_kappa,
    of_one_way,
    of_two_way,
)
from tillit_eval.quality.agreement._reading import Judged
from tillit_eval.quality.agreement._statistics import (
    Metric,
    Statistic,
    Weights,
    coincidences,
    crossed,
    distances_of,
    kappa,
    krippendorff,
    mean_squares,
    one_way,
    spread_one_way,
    step_up,
    steps_of,
    two_way,
)
from tillit_eval.thresholds import threshold

FEW_TARGETS = int(threshold("few_targets"))
AgreementCoefficient = Literal[
    "icc(1,1)",
    "icc(1,k)",
    "icc(2,1)",
    "icc(2,k)",
    "icc(3,1)",
    "icc(3,k)",
    "kappa",
    "weighted kappa",
    "krippendorff",
]
AgreementInterval = Literal["rule", "targets", "bootstrap", "formula"]


@dataclass(frozen=True, slots=True)
class Ask:
    """What the caller wants to know."""

    coefficient: AgreementCoefficient
    weights: Weights
    metric: Metric
    interval: AgreementInterval
    level: float
    draws: int
    rng: np.random.Generator

    @property
    def family(self) -> str:
        """The coefficient without its form: icc, kappa or krippendorff."""
        if self.coefficient.startswith("icc"):
            return "icc"
        return "krippendorff" if self.coefficient == "krippendorff" else "kappa"

    @property
    def by_all(self) -> bool:
        """Whether only points that every rater judged can be used."""
        return self.family == "kappa" or self.coefficient[:5] in ("icc(2", "icc(3")

    @property
    def detail(self) -> str:
        """Weights or metric, where the coefficient has any."""
        if self.coefficient == "weighted kappa":
            return self.weights
        return self.metric if self.coefficient == "krippendorff" else ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A coefficient with what is told about it."""

    estimate: float
    sure: Sure
    data: Judged
    k: float
    method: Phrase
    because: Phrase


def usable(data: Judged, ask: Ask) -> Judged:
    """Return the points the coefficient can use; refuse raters it cannot compare."""
    if ask.family != "icc" and data.averaged:
        raise DataProblem(
            "Several people of one role rated the same point.",
            expected="one rating per role and point for a coefficient of steps",
            found="more than one, whose mean is no step",
            to_fix='keep one each, leave out between=, or use coefficient="icc(2,1)"',
        )
    if ask.family == "kappa" and data.n_raters != 2:
        raise DataProblem(
            "Kappa compares two raters.",
            expected="two raters or roles",
            found=f"{data.n_raters}",
            to_fix='name two roles with between=, or use coefficient="krippendorff"',
        )
    return data.complete() if ask.by_all else data


def measure(data: Judged, ask: Ask) -> Measured:
    """Compute one coefficient of ratings with its interval."""
    if ask.family == "icc":
        return _measure_icc(data, ask)
    steps = steps_of(data)
    if ask.family == "krippendorff":
        pairs = coincidences(data, steps)
        statistic = krippendorff(pairs, steps.values, ask.metric)
        estimate = check_estimate(statistic)
        return _measured(statistic, estimate, data, ask, None)
    weights = ask.weights if ask.coefficient == "weighted kappa" else None
    distances = distances_of(steps.values, weights)
    tables = crossed(data, steps)
    statistic = kappa(tables, distances)
    estimate = check_estimate(statistic)
    formula = None
    if not data.clustered:
        formula = of_kappa(tables, distances, ask.level)
    return _measured(statistic, estimate, data, ask, formula)


def _measure_icc(data: Judged, ask: Ask) -> Measured:
    absolute = ask.coefficient.startswith("icc(2")
    single = one_way(data) if ask.coefficient[4] == "1" else None
    statistic = single or two_way(data, absolute=absolute)
    total = statistic.sums.sum(axis=0)
    if single:
        check_spread(*spread_one_way(total))
    else:
        rows, _, rest, _ = mean_squares(total, data.n_raters)
        check_spread(float(rows), float(rest))
    formula = None
    if not data.clustered:
        formula = (
            of_one_way(data, ask.level)
            if single
            else of_two_way(statistic, data.n_raters, ask.level, absolute=absolute)
        )
    found = _measured(statistic, statistic.estimate, data, ask, formula)
    return _stepped_up(found) if ask.coefficient.endswith("k)") else found


def _stepped_up(found: Measured) -> Measured:
    """Turn one rating's coefficient into that of the mean of k."""
    k, interval = found.k, found.sure.interval
    if 1 + (k - 1) * found.estimate < 1e-9:
        raise TooFewAnswers(
            "The raters' mean has no reliability that could be told.",
            expected="targets that differ by more than the raters disagree",
            found="raters who contradict each other throughout",
            to_fix="look at one rating, for example icc(2,1), and at the bias",
            reason="agreement.no_spread",
        )
    ends = [
        step_up(end, k) if end > -1 / (k - 1) else -np.inf
        for end in (interval.low, interval.high)
    ]
    return Measured(
        estimate=step_up(found.estimate, k),
        sure=Sure(Interval(ends[0], ends[1], interval.level), None, found.sure.df),
        data=found.data,
        k=k,
        method=found.method,
        because=found.because,
    )


def _measured(
    statistic: Statistic, estimate: float, data: Judged, ask: Ask, formula: Sure | None
) -> Measured:
    """Choose the interval by the written rule, or as the caller asked."""
    chosen = ask.interval
    if chosen == "rule":
        normal = ask.family == "icc" and formula is not None and _few(data)
        chosen = "formula" if normal else "targets"
    if chosen == "formula" and formula is None:
        raise DataProblem(
            "No formula gives this interval.",
            expected="an ICC or kappa of one point per target",
            found="several points per target, or another coefficient",
            to_fix='leave interval= out, or give interval="bootstrap"',
        )
    if chosen == "formula" and formula is not None:
        sure = formula
    elif chosen == "bootstrap":
        sure = by_drawing(statistic, ask.level, ask.draws, ask.rng)
    else:
        sure = by_leaving_out(statistic, ask.level, bounded=True)
    values: dict[str, object] = {"n": ask.draws} if chosen == "bootstrap" else {}
    name = f"{ask.family}_formula" if chosen == "formula" else chosen
    return Measured(
        estimate=estimate,
        sure=sure,
        data=data,
        k=float(data.n_raters) if ask.family == "kappa" else float(data.sizes.mean()),
        method=phrase(f"agreement.method_{name}", **values),
        because=_because(data, ask),
    )


def _because(data: Judged, ask: Ask) -> Phrase:
    if ask.interval != "rule":
        return phrase("agreement.because_asked")
    if data.clustered:
        return phrase("agreement.because_points")
    if ask.family == "icc" and _few(data):
        return phrase("agreement.because_f", n=FEW_TARGETS)
    return phrase("agreement.because_steps")


def _few(data: Judged) -> bool:
    return data.n_targets < FEW_TARGETS


def sums_of_pairs(data: Judged, ask: Ask) -> tuple[Array, Array] | None:
    """Return pairs of steps over all targets and the steps; None for means."""
    if data.averaged or len(np.unique(data.value)) > 100:
        return None
    steps = steps_of(data)
    tables = crossed if ask.family == "kappa" else coincidences
    return tables(data, steps).sum(axis=0), steps.values
