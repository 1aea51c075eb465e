"""How reliable a mean of judgements is, and what it would take, as a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from tillit_eval.findings import Estimate
from tillit_eval.phrases import Label, Language, number, say

Error = Literal["absolute", "relative"]


@dataclass(frozen=True, slots=True)
class Needed:
    """How many it takes for one aim.

    Attributes
    ----------
    aim : float
        The reliability asked for.
    number : int or None
        The smallest number that reaches it; None if no number does.
    low, high : int or None
        Ends of the interval; None if no number up to 1,000 reaches the aim.
    """

    aim: float
    number: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class ReliabilityAt:
    """How reliable the mean of so many would be.

    Attributes
    ----------
    number : int
        How many.
    reliability, low, high : float
        The reliability of their mean, and its interval.
    """

    number: int
    reliability: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RatersNeeded(Estimate):
    """How reliable a target's mean is, and what it would take to be more so.

    Attributes
    ----------
    estimate : float
        Reliability of the mean of `n_now` of the facet (and `n_other` of the other).
    interval : Interval
        For `estimate`.
    error : {"absolute", "relative"}
        Whether strict raters count as error, or only the order of targets matters.
    facet, other : Label, Label or None
        What is added, and what is kept as it is.
    n_now, n_other : int
        How many of each; `n_other` is 1 where there is no other.
    single : float
        Reliability of one of the facet (and `n_other` of the other).
    ceiling : float
        Reliability that more of the facet come near and never pass.
    needed : tuple of Needed
        The smallest number for each aim.
    curve : tuple of ReliabilityAt
        Reliability for each number from 1.
    variances : tuple of (str, float)
        Variance of each effect, in squared steps; the last one with chance.
    n_units : int
        Targets.
    n_raters : int
        Raters.
    n_people : int
        Raters, or targets if they are fewer; the floor is held against it.
    """

    question: ClassVar[str] = "raters needed"

    unit_of_measure: str = "coefficient"
    error: Error
    facet: Label
    other: Label | None
    n_now: int
    n_other: int
    single: float
    ceiling: float
    needed: tuple[Needed, ...]
    curve: tuple[ReliabilityAt, ...]
    variances: tuple[tuple[str, float], ...]
    n_raters: int

    @property
    def digits(self) -> int:
        """Two decimals, as coefficients are read."""
        return 2

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        row = Estimate._row(self, guarded=guarded, lang=lang)
        if guarded and not self.is_shown:
            row |= {"needed": None, "curve": None, "variances": None}
        return row

    def _claim(self, lang: Language) -> str:
        claim = say(
            "severity.needed_claim",
            lang,
            name=self.name(lang),
            kind=say(f"severity.{self.error}", lang),
            now=_amount(self.facet, self.n_now, lang) + self._with(lang),
            facet=self.facet,
            estimate=number(self.estimate, 2, lang),
            interval=self.interval_in_words(lang),
            single=number(self.single, 2, lang),
            targets=self.n_units,
        )
        return " ".join([claim, *(self._say_aim(one, lang) for one in self.needed)])

    def _with(self, lang: Language) -> str:
        if self.other is None:
            return ""
        other = _amount(self.other, self.n_other, lang)
        return say("severity.needed_with", lang, other=other)

    def _say_aim(self, need: Needed, lang: Language) -> str:
        never = "needed_never" if need.low is None else "needed_never_from"
        reached = "needed_from" if need.high is None else "needed_reached"
        return say(
            f"severity.{never if need.number is None else reached}",
            lang,
            aim=number(need.aim, 2, lang),
            facet=self.facet,
            m="" if need.number is None else _amount(self.facet, need.number, lang),
            low=need.low,
            high=need.high,
            ceiling=number(self.ceiling, 2, lang),
            **{"with": self._with(lang)},
        )


def _amount(facet: Label, n: int, lang: Language) -> str:
    """Write so many of a facet; a name in the plural does not go with one."""
    key = "amount_one" if n == 1 else "amount_of"
    return say(f"severity.{key}", lang, facet=facet, n=n)
