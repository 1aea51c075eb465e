"""What a simulation found about one method for one design."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from tillit_eval.findings import Estimate
from tillit_eval.phrases import Language, number, percent, say
from tillit_eval.simulation.layouts import who_answers
from tillit_eval.thresholds import threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignCheck(Estimate):
    """How one method does with a design: false alarms, power, detectable change.

    `estimate` is the share of surveys without change in which the method finds
    one, and `standard_error` its Monte Carlo error.

    Attributes
    ----------
    is_chosen : bool
        Whether the rule for few units chooses this method.
    change : float
        A true change, in scale points.
    share_found, share_found_error : float
        Share of surveys in which the method finds `change`, with its Monte Carlo
        error.
    power : float
        Share of surveys in which `detectable` is found.
    detectable : float or None
        Smallest change found so often, in scale points; None if there is none.
    icc : float
        Assumed share of the variance of the score between units.
    spread : float
        Assumed standard deviation of the score between people, in scale points.
    draws : int
        Simulated surveys.
    n_units_treated : int or None
        Units with the reform; None where one group is followed.
    """

    question: ClassVar[str] = "design"

    is_chosen: bool
    change: float
    share_found: float
    share_found_error: float
    power: float
    detectable: float | None
    icc: float
    spread: float
    draws: int
    n_units_treated: int | None = None

    @property
    def errs_too_often(self) -> bool:
        """Whether false alarms exceed what is allowed by more than chance."""
        error = self.standard_error or 0.0
        return self.estimate > threshold("size_limit") + 2 * error

    def _claim(self, lang: Language) -> str:
        said = [self._false_alarms(lang), self._found(lang)]
        if self.is_chosen and self.because is not None:
            said.append(say("plan.design_because", lang, why=self.because.say(lang)))
        if self.errs_too_often:
            said.append(say("plan.design_errs", lang))
        return " ".join(said)

    def _false_alarms(self, lang: Language) -> str:
        which = "chosen" if self.is_chosen else "other"
        return say(
            f"plan.design_{which}",
            lang,
            who=who_answers(self, lang),
            method=self.method.say(lang) if self.method else "",
            rate=percent(self.estimate, 1, lang),
            icc=number(self.icc, 2, lang),
        )

    def _found(self, lang: Language) -> str:
        key = "never" if self.detectable is None else "detects"
        return say(
            f"plan.design_{key}",
            lang,
            amount=_points(self.detectable or 0.0, lang),
            power=percent(self.power, 0, lang),
            change=_points(self.change, lang),
            share=percent(self.share_found, 0, lang),
        )


def share_error(share: float, draws: int) -> float:
    """Return the Monte Carlo standard error of a share.

    Parameters
    ----------
    share : float
        Between 0 and 1.
    draws : int
        Simulated surveys.

    Returns
    -------
    float
        Above 0 also for a share of 0 or 1, as if half a survey more had differed.
    """
    steady = (share * draws + 0.5) / (draws + 1)
    return math.sqrt(steady * (1 - steady) / draws)


def _points(value: float, lang: Language) -> str:
    return f"{number(value, 1, lang)} {say('units.points', lang)}"
