"""The finding that compares one coefficient between groups or waves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tillit_eval.findings import Estimate
from tillit_eval.phrases import Language, number, say
from tillit_eval.thresholds import threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaDifference(Estimate):
    """How far Cronbach's alpha differs between groups, and whether by chance.

    Attributes
    ----------
    estimate : float
        Of two groups the second minus the first; of more the highest minus the
        lowest.
    interval : Interval or None
        For `estimate` of two groups; None for more.
    statistic : float
        Chi-square, with `df` degrees of freedom.
    p_value : float
        For the null that all are equal.
    first, last : str
        The two groups that `estimate` compares.
    n_groups : int
        Groups tested.
    same_people : bool
        Whether people in several groups are known to be the same.
    """

    question: ClassVar[str] = "equal reliability"

    unit_of_measure: str = "coefficient"
    statistic: float
    p_value: float
    first: str
    last: str
    n_groups: int
    same_people: bool

    @property
    def digits(self) -> int:
        """Two decimals, as coefficients are read."""
        return 2

    def _claim(self, lang: Language) -> str:
        two = self.interval is not None
        small = self.p_value < 0.001
        p = number(0.001 if small else self.p_value, 3, lang)
        chance = self.p_value >= 1 - threshold("level")
        claim = say(
            "reliability.two_claim" if two else "reliability.many_claim",
            lang,
            name=self.name(lang),
            estimate=number(self.estimate, 2, lang, sign=two),
            interval=self.interval_in_words(lang),
            first=self.first,
            last=self.last,
            groups=self.n_groups,
            statistic=number(self.statistic, 2, lang),
            df=number(self.df or 0, 0, lang),
            p=f"< {p}" if small else f"= {p}",
            verdict=say(
                "reliability.may_be_chance" if chance else "reliability.differ", lang
            ),
            people=self.count(self.n_people, lang),
        )
        return claim if self.because is None else f"{claim} {self.because.say(lang)}"
