"""The finding that alpha, omega and the retest correlation share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from tillit_eval.findings import Estimate
from tillit_eval.phrases import Language, number, say

Coefficient = Literal["alpha", "omega", "retest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability(Estimate):
    """How much of the spread of a score is shared, not noise.

    Attributes
    ----------
    coefficient : {"alpha", "omega", "retest"}
        Cronbach's alpha, omega total of a one-factor model, or the correlation
        of two waves.
    estimate : float
        The coefficient; at most 1.
    interval : Interval
        For `estimate`; see `method`.
    n_items : int
        Items in the scale; 1 for a score correlated with itself.
    n_incomplete : int
        Rows, or people, not behind `estimate` because an answer is missing.
    """

    question: ClassVar[str] = "reliability"

    unit_of_measure: str = "coefficient"
    coefficient: Coefficient
    n_items: int
    n_incomplete: int

    @property
    def digits(self) -> int:
        """Two decimals, as coefficients are read."""
        return 2

    def _claim(self, lang: Language) -> str:
        key = "retest_claim" if self.coefficient == "retest" else "reliability_claim"
        claim = say(
            f"quality.{key}",
            lang,
            name=self.name(lang),
            coefficient=say(f"quality.coefficient_{self.coefficient}", lang),
            estimate=number(self.estimate, 2, lang),
            interval=self.interval_in_words(lang),
            items=self.n_items,
            people=self.count(self.n_people, lang),
        )
        if self.n_incomplete:
            left = "retest_left_out" if key == "retest_claim" else "rows_left_out"
            n = self.count(self.n_incomplete, lang)
            claim += " " + say(f"quality.{left}", lang, n=n)
        if self.because is not None:
            claim += " " + self.because.say(lang)
        return claim
