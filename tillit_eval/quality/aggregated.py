"""The finding about units: how much they show, how far their people agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tillit_eval.findings import Estimate, Interval
from tillit_eval.phrases import Language, Phrase, language, number, say
from tillit_eval.quality.licence import Licence


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation(Estimate):
    """How much the unit shows in people's answers, and how much they agree.

    Attributes
    ----------
    estimate, icc1 : float
        Share of the variance of people's mean answer that lies between units.
    interval, icc1_interval : Interval
        For `icc1`; exact for units of any size.
    icc2 : float
        Reliability of the units' means.
    icc2_interval : Interval
        For `icc2` of units of `mean_size`, from the same.
    rwg_j, rwg_j_median : float or None
        Mean and median over units of the agreement within the unit, against `null`;
        None where the number of steps is not known or no unit reaches the floor.
    rwg_j_median_interval : Interval or None
        For `rwg_j_median`, from the order of the units, so that it holds whatever
        their law; None with too few units to close it.
    rwg_j_skewed : float or None
        `rwg_j_median` against slightly skewed answers, where there are five steps.
    rwg_j_by_chance : float or None
        What `rwg_j_median` stays under in 95 of 100 surveys if every answer is
        drawn by lot from the null.
    null : str
        What no agreement looks like: ``uniform``, ``slight_skew``,
        ``moderate_skew``, ``heavy_skew`` or ``own``.
    ad : float or None
        Mean over units of the average absolute deviation from the unit's mean, in
        answer steps; None from a `Summary`, or if no unit reaches the floor.
    ad_interval : Interval or None
        For `ad`: Student's t over units.
    ad_guide : float or None
        Steps over six, under which `ad` is usually taken as agreement.
    licence : {"yes", "no", "cannot_tell"}
        Whether means of units may be used, by the guides; a guide, not a test.
    licence_because : Phrase
        Why.
    design_effect : float
        How many times larger the variance of a mean is than if people were
        independent.
    mean_size : float
        People per unit.
    n_units_agreement : int
        Units with at least `floor` people, behind `rwg_j` and `ad`.
    steps : int or None
        Steps of the answer scale behind `rwg_j`.
    n_incomplete : int
        Rows left out because an answer or the unit is missing.
    """

    question: ClassVar[str] = "aggregation"

    unit_of_measure: str = "coefficient"
    icc1: float
    icc1_interval: Interval
    icc2: float
    icc2_interval: Interval
    rwg_j: float | None
    rwg_j_median: float | None
    rwg_j_median_interval: Interval | None = None
    rwg_j_skewed: float | None = None
    rwg_j_by_chance: float | None = None
    null: str = "uniform"
    ad: float | None
    ad_interval: Interval | None = None
    ad_guide: float | None = None
    licence: Licence
    licence_because: Phrase
    design_effect: float
    mean_size: float
    n_units_agreement: int
    steps: int | None
    n_incomplete: int

    @property
    def digits(self) -> int:
        """Two decimals, as coefficients are read."""
        return 2

    def _claim(self, lang: Language) -> str:
        claim = say(
            "quality.aggregation_claim",
            lang,
            name=self.name(lang),
            icc1=number(self.icc1, 2, lang),
            interval1=self.icc1_interval.say(lang),
            icc2=number(self.icc2, 2, lang),
            interval2=self.icc2_interval.say(lang),
            effect=number(self.design_effect, 1, lang),
            people=self.count(self.n_people, lang),
            units=self.n_units,
        )
        if self.rwg_j_median is not None:
            claim += " " + self._agreement(self.rwg_j_median, lang)
        return f"{claim} {self.licence_in_words(lang)}"

    def licence_in_words(self, lang: Language | None = None) -> str:
        """Say whether the means of units may be used, and why."""
        lang = language(lang)
        licence = say(f"quality.licence_{self.licence}", lang)
        return f"{licence} {self.licence_because.say(lang)}"

    def _agreement(self, median: float, lang: Language) -> str:
        around, chance = self.rwg_j_median_interval, self.rwg_j_by_chance
        return say(
            "quality.aggregation_agreement",
            lang,
            rwg=number(median, 2, lang),
            interval=f" ({around.say(lang)})" if around else "",
            units=self.n_units_agreement,
            floor=self.floor,
            null=say(f"quality.null_{self.null}", lang),
            chance=number(chance or 0.0, 2, lang),
        )
