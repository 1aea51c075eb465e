"""Which change would a design find? In closed form, before there are answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tillit_eval.comparison.designs import Design
from tillit_eval.comparison.many import rejects
from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.findings import Estimate
from tillit_eval.phrases import Language, number, percent, say
from tillit_eval.simulation.coarse import Likeness, draw_surveys, likeness
from tillit_eval.simulation.layouts import check_between, described, who_answers
from tillit_eval.simulation.power import find_change, t_law

POWERS, ICCS, SPREADS = (0.5, 0.99), (0.001, 0.9), (0.001, 1e6)
# Methods whose power follows from a t law.
CLOSED = ("cr2", "cr2_cautious", "cr3")
_DRAWS, _SEED = 2_000, 2018_38


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectableChange(Estimate):
    """The smallest change that a design finds often enough.

    Attributes
    ----------
    power : float
        Share of surveys that find a change of `estimate`.
    icc : float
        Assumed share of the variance of the score between units.
    spread : float
        Assumed standard deviation of the score between people, in scale points.
    false_alarms : float
        Share of surveys in which the method finds a change where there is none.
    n_units_treated : int or None
        Units with the reform; None where one group is followed.
    """

    question: ClassVar[str] = "detectable change"

    power: float
    icc: float
    spread: float
    false_alarms: float
    n_units_treated: int | None = None

    def _claim(self, lang: Language) -> str:
        return say(
            "simulation.detectable",
            lang,
            who=who_answers(self, lang),
            amount=self.amount(self.estimate, lang),
            power=percent(self.power, 0, lang),
            method=self.method.say(lang) if self.method else "",
            icc=number(self.icc, 2, lang),
            spread=number(self.spread, 1, lang),
        )


def detect_change(
    design: Design,
    *,
    power: float = 0.8,
    icc: float = 0.10,
    spread: float | None = None,
) -> DetectableChange:
    r"""Which change would this design find, if there was one?

    Parameters
    ----------
    design : Design
        From ``draft_design``, or ``tillit_eval.comparison.design_reading.read_design``.
    power : float, default 0.8
        Share of surveys that should find the change.
    icc : float, default 0.10
        Share of the variance of the score that lies between units; half of it is
        taken to stay with the unit and half to come and go with the wave.
    spread : float, optional
        Standard deviation of the score between people, in scale points; that of
        four five-point answers near their ceiling by default.

    Returns
    -------
    DetectableChange
        In scale points, for the method that the rule for few units chooses.

    Raises
    ------
    DataProblem
        If it is no design, or a number is out of range.

    See Also
    --------
    tillit_eval.plan.assess_design : The same by simulation, for every method.

    Notes
    -----
    The variance of the estimate follows from how alike two answers are
    (:math:`\Sigma_g` of each unit's two sums). The squared standard error is a
    quadratic form *Q* with the mean :math:`\operatorname{tr} Q\Sigma` and nearly
    :math:`(\operatorname{tr} Q\Sigma)^2 / \operatorname{tr} (Q\Sigma)^2` degrees of
    freedom, so that the statistic follows a noncentral *t* law nearly. That is
    so for CR2 and CR3. For other methods 2,000 surveys are simulated, always the
    same ones.

    Examples
    --------
    >>> from tillit_eval.simulation import draft_design
    >>> found = detect_change(draft_design([41] * 7))
    >>> found.question, found.n_units
    ('detectable change', 7)
    """
    check_design(design)
    check_between("power", power, *POWERS)
    alike = likeness(check_between("icc", icc, *ICCS))
    stretch = stretch_of(spread, alike)
    law = t_law(design, alike)
    change, false_alarms = law.detectable(power), law.power(0.0)
    if design.method not in CLOSED:
        chance = np.random.default_rng(_SEED)
        (surveys,) = draw_surveys(design, [alike], _DRAWS, chance)
        found = rejects(surveys, design.method)
        false_alarms = float(found(0.0).mean())
        change = find_change(found, power, start=change)
    return DetectableChange(
        **described(design),
        method=design.named(design.method),
        because=design.because,
        estimate=stretch * change,
        standard_error=stretch * law.error,
        df=law.df if design.method in CLOSED else None,
        power=power,
        icc=icc,
        spread=stretch * math.sqrt(alike.variance),
        false_alarms=false_alarms,
    )


def check_design(design: object) -> None:
    """Refuse what is no design.

    Parameters
    ----------
    design : object
        What was given.

    Raises
    ------
    DataProblem
        If it is something else.
    """
    if not isinstance(design, Design):
        raise DataProblem(
            "This is no design.",
            expected="a design, as returned by draft_design or read_design",
            found=kind_of(design),
            to_fix="make one, for example with draft_design([30] * 12)",
        )


def stretch_of(spread: float | None, alike: Likeness) -> float:
    """Return what simulated scores are multiplied with to have the stated spread.

    Parameters
    ----------
    spread : float or None
        Standard deviation between people, in scale points; None leaves it.
    alike : Likeness
        Of the simulated scores.

    Returns
    -------
    float
        Above 0.
    """
    if spread is None:
        return 1.0
    return check_between("spread", spread, *SPREADS) / math.sqrt(alike.variance)
