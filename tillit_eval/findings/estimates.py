"""Findings with a number, and changes with a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from tillit_eval.findings.base import Finding
from tillit_eval.findings.intervals import Interval
from tillit_eval.findings.measured import MeasurementState, measured_in_words
from tillit_eval.floors import is_shown
from tillit_eval.phrases import Language, Phrase, number, percent, say

Verdict = Literal["no_change", "rose", "fell", "cannot_tell"]
Average = Literal["people", "units"]
Estimand = Literal["workplace", "stayed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Finding):
    """A finding with a number and its uncertainty.

    Attributes
    ----------
    unit_of_measure : str
        ``points`` (scale points), ``share`` (0 to 1), ``coefficient`` or
        another word of `phrases`.
    estimate : float
        The number, in `unit_of_measure`. A change is after minus before.
    standard_error : float or None
        Of `estimate`, where the method has one.
    interval : Interval or None
        For `estimate`.
    df : float or None
        Degrees of freedom behind `interval`.
    hidden_because : Phrase or None
        Why it is not shown although enough people stand behind it: with another
        number it would tell about a few of them.
    """

    question: ClassVar[str] = "estimate"

    unit_of_measure: str = "points"
    estimate: float
    standard_error: float | None = None
    interval: Interval | None = None
    df: float | None = None
    hidden_because: Phrase | None = None

    @property
    def is_shown(self) -> bool:
        """Whether enough people stand behind it, and nobody can be told from it."""
        enough = is_shown(self.n_people, floor=self.floor, source=self.source)
        return enough and (self.hidden_because is None or self.source == "published")

    def sentence(self, lang: Language | None = None) -> str:
        """Say the finding, or why it is not shown."""
        if self.is_shown or self.hidden_because is None or self.n_people < self.floor:
            return Finding.sentence(self, lang)
        reason = self.hidden_because.say(lang)
        return say("words.not_shown", lang, name=self.name(lang), reason=reason)

    @property
    def digits(self) -> int:
        """Decimals that the precision of the estimate can bear in scale points."""
        if self.unit_of_measure == "share":
            return 0
        spread = self.standard_error
        return 1 if spread is not None and spread >= 0.5 else 2

    def amount(
        self, value: float, lang: Language | None = None, *, sign: bool = False
    ) -> str:
        """Write a value in the finding's own unit, for example ``+0.43 points``."""
        if self.unit_of_measure == "share":
            text = percent(value, 0, lang)
            return ("+" if sign and value > 0 and text[0] != "0" else "") + text
        written = number(value, self.digits, lang, sign=sign)
        unit = say(f"units.{self.unit_of_measure}", lang)
        return f"{written} {unit}".rstrip()

    def interval_in_words(self, lang: Language | None = None) -> str:
        """Write the interval in the finding's own unit; empty where there is none."""
        if self.interval is None:
            return ""
        as_percent = self.unit_of_measure == "share"
        return self.interval.say(lang, digits=self.digits, as_percent=as_percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Estimate):
    """What moved between two waves, with a verdict. Base of the room comparison.

    Attributes
    ----------
    before, after : str
        The two waves. The estimate is after minus before.
    p_value : float or None
        Two-sided, for the null of no change, from the same t law as `interval`.
    margin : float or None
        Smallest change worth noticing, in `unit_of_measure`, stated beforehand.
    equivalence_interval : Interval or None
        The 90 % interval that must lie inside plus or minus `margin`.
    p_equivalence : float or None
        The larger of the two one-sided p values against `margin`.
    verdict : {"no_change", "rose", "fell", "cannot_tell"}
        A separate layer; see `decide_verdict`.
    adjusted : str
        How `p_value` was adjusted for several outcomes; empty if it was not.
    average : {"people", "units"}
        Whose average `estimate` is.
    measured : MeasurementState or None
        What is known of whether the scale measures the same in both waves, see
        `supports_means`; None where no means of a scale are compared.
    measured_because : Phrase or None
        Why that cannot be told, or how many items were released.
    """

    question: ClassVar[str] = "change"

    before: str
    after: str
    p_value: float | None = None
    margin: float | None = None
    equivalence_interval: Interval | None = None
    p_equivalence: float | None = None
    verdict: Verdict = "cannot_tell"
    adjusted: str = ""
    average: Average = "people"
    measured: MeasurementState | None = "not_examined"
    measured_because: Phrase | None = None

    def measured_in_words(self, lang: Language | None = None) -> str:
        """Say whether the scale measures the same in both waves."""
        return measured_in_words(self.measured, self.measured_because, lang)

    def verdict_in_words(self, lang: Language | None = None) -> str:
        """Say the verdict; adds the sign to a change too small to notice."""
        interval = self.interval
        if (
            self.verdict == "no_change"
            and interval is not None
            and not interval.covers(0.0)
        ):
            sign = "positive" if self.estimate > 0 else "negative"
            return say(f"verdicts.no_change_{sign}", lang)
        return say(f"verdicts.{self.verdict}", lang)


def decide_verdict(
    interval: Interval,
    *,
    margin: float | None,
    equivalence_interval: Interval | None,
) -> Verdict:
    """Put a change into one of four words.

    Parameters
    ----------
    interval : Interval
        The 95 % interval of the change.
    margin : float or None
        Smallest change worth noticing, above zero.
    equivalence_interval : Interval or None
        The 90 % interval of the change.

    Returns
    -------
    {"no_change", "rose", "fell", "cannot_tell"}
        ``no_change`` if the 90 % interval lies inside the margin; else ``rose``
        or ``fell`` if the 95 % interval excludes zero; else ``cannot_tell``.

    Examples
    --------
    >>> decide_verdict(Interval(0.2, 1.0), margin=2.0,
    ...     equivalence_interval=Interval(0.3, 0.9, 0.90))
    'no_change'
    >>> decide_verdict(Interval(0.2, 1.0), margin=None, equivalence_interval=None)
    'rose'
    """
    if margin is not None and equivalence_interval is not None:
        if equivalence_interval.lies_within(margin):
            return "no_change"
    if not interval.covers(0.0):
        return "rose" if interval.low > 0 else "fell"
    return "cannot_tell"
