"""The findings of this room: fields to compute with, and a sentence each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tillit_eval.comparison._mean_change import MeanChange
from tillit_eval.findings import Interval, MeasurementState
from tillit_eval.phrases import Language, number, percent, say


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedChange(MeanChange):
    """A change between waves that share some people.

    Attributes
    ----------
    n_pairs, n_before_only, n_after_only : int
        People with a score in both waves, and those met in one only.
    n_without_code : int
        Rows with a score but no code to link by.
    n_movers : int
        Linked people who changed unit; they count in their baseline unit.
    d_average : float or None
        `estimate` over the root mean square of the two waves' standard
        deviations between people. Keeps the sign of `estimate`.
    d_average_interval : Interval or None
        Of `d_average`. With units: `interval` over the same spread.
    """

    question: ClassVar[str] = "change between linked waves"

    n_pairs: int
    n_before_only: int
    n_after_only: int
    n_without_code: int = 0
    n_movers: int = 0
    d_average: float | None = None
    d_average_interval: Interval | None = None

    @property
    def has_few_apart(self) -> bool:
        """Whether a wave holds a few people more than the linked ones."""
        return False

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        if guarded and name in ("n_before", "n_after", "n_pairs"):
            if self.has_few_apart:
                return None
        return MeanChange._cell(
            self, name, value, guarded=guarded, hidden=hidden, lang=lang
        )

    def _people(self, lang: Language) -> str:
        units = "" if self.n_units is None else "_units"
        says = [
            say(
                f"comparison.people_paired{units}",
                lang,
                n=self.count(self.n_pairs, lang),
                units=self.n_units,
                before_only=self.count(self.n_before_only, lang),
                after_only=self.count(self.n_after_only, lang),
            )
        ]
        for key, n in (
            ("comparison.without_code", self.n_without_code),
            ("comparison.movers", self.n_movers),
        ):
            if n:
                text = say(key, lang, n=self.count(n, lang))
                says.append(text[:1].upper() + text[1:])
        return " ".join(says)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedChange(LinkedChange):
    """How the same people's mean moved from one wave to the next.

    Attributes
    ----------
    d_change : float
        Mean change over the standard deviation of the changes between people;
        for planning studies, not for comparing them.
    d_change_interval : Interval or None
        Exact, from the noncentral t law; with units `interval` over the spread.
    g_average, g_df : float or None
        `d_average` times the exact gamma correction with ``g_df`` = pairs - 1.
    g_average_interval : Interval or None
        `d_average_interval` times the same correction.
    correlation : float or None
        Between the two waves, over linked people.
    """

    question: ClassVar[str] = "paired change"

    d_change: float | None = None
    d_change_interval: Interval | None = None
    g_average: float | None = None
    g_average_interval: Interval | None = None
    g_df: float | None = None
    correlation: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlappingChange(LinkedChange):
    """How a workplace's mean moved, with everyone who answered.

    Attributes
    ----------
    n_before, n_after : int
        Rows with a score in each wave, linked or not, behind `estimate`.
    """

    question: ClassVar[str] = "change of a workplace"

    n_before: int
    n_after: int

    @property
    def has_few_apart(self) -> bool:
        """Whether a wave holds a few people more than the linked ones."""
        return _few_apart(self, self.n_pairs, self.n_before, self.n_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class WavesChange(MeanChange):
    """How two waves differ whose people cannot be linked.

    Attributes
    ----------
    n_before, n_after : int
        Rows with a score in each wave, behind `estimate`.
    d_average : float or None
        `estimate` over the root mean square of the two standard deviations.
    d_average_interval : Interval or None
        Of `d_average`. With units: `interval` over the same spread.
    """

    question: ClassVar[str] = "difference between unlinked waves"

    n_before: int
    n_after: int
    d_average: float | None = None
    d_average_interval: Interval | None = None

    def _people(self, lang: Language) -> str:
        units = "" if self.n_units is None else "_units"
        return say(
            f"comparison.people_waves{units}",
            lang,
            n_before=self.count(self.n_before, lang),
            n_after=self.count(self.n_after, lang),
            units=self.n_units,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedChange(MeanChange):
    """How much more one arm changed than the other: difference-in-differences.

    `mean_before` and `mean_after` are those of the arm with the reform.

    Attributes
    ----------
    mean_before_comparison, mean_after_comparison : float
        Means of the arm without it.
    d_ppc2 : float or None
        Morris's d: `estimate` over the standard deviation between people before,
        pooled over the arms, times the exact gamma correction.
    d_ppc2_interval : Interval or None
        `interval` over the same spread, times the correction.
    d_ppc2_df : float or None
        Degrees of freedom of the pooled standard deviation.
    n_treated, n_comparison : int
        People in each arm: the larger of the two waves' counts.
    n_units_treated, n_units_comparison : int or None
        Units (or assigned groups) in each arm; None for people.
    """

    question: ClassVar[str] = "change beyond the comparison"
    head: ClassVar[str] = "adjusted"

    mean_before_comparison: float
    mean_after_comparison: float
    d_ppc2: float | None = None
    d_ppc2_interval: Interval | None = None
    d_ppc2_df: float | None = None
    n_treated: int
    n_comparison: int
    n_units_treated: int | None
    n_units_comparison: int | None

    def _people(self, lang: Language) -> str:
        counts = {
            "n_treated": self.count(self.n_treated, lang),
            "n_comparison": self.count(self.n_comparison, lang),
        }
        if self.n_units_treated is None:
            return say("comparison.people_adjusted_alone", lang, **counts)
        return say(
            "comparison.people_adjusted",
            lang,
            treated=self.n_units_treated,
            comparison=self.n_units_comparison,
            **counts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareChange(MeanChange):
    """How the share of people who gave certain answers moved.

    `mean_before` and `mean_after` are the shares, between 0 and 1, and `estimate`
    is their difference.

    Attributes
    ----------
    before_interval, after_interval : Interval
        Of the two shares. With units: Wilson with the effective number of people.
    n_before, n_after : int
        People with an answer in each wave behind the shares.
    effective_before, effective_after : float or None
        Effective numbers of people (Korn and Graubard); None without units.
    top : tuple of float
        The codes that count, or the cut they must reach.
    n_pairs : int
        Linked people among them.
    measured : None
        A share of answers to one item is no mean of a scale.
    """

    question: ClassVar[str] = "change of a share"
    head: ClassVar[str] = "share"

    unit_of_measure: str = "share"
    measured: MeasurementState | None = None
    before_interval: Interval | None = None
    after_interval: Interval | None = None
    n_before: int
    n_after: int
    effective_before: float | None = None
    effective_after: float | None = None
    top: tuple[float, ...] = ()
    n_pairs: int = 0

    def amount(
        self, value: float, lang: Language | None = None, *, sign: bool = False
    ) -> str:
        """Write a difference of shares in percentage points."""
        return say(
            "comparison.percentage_points",
            lang,
            value=number(100 * value, 1, lang, sign=sign),
        )

    def interval_in_words(self, lang: Language | None = None) -> str:
        """Write the interval of the difference in percentage points."""
        return self._interval_words(self.interval, lang) if self.interval else ""

    def _interval_words(self, interval: Interval | None, lang: Language | None) -> str:
        if interval is None:
            return ""
        points = Interval(100 * interval.low, 100 * interval.high, interval.level)
        return points.say(lang, digits=1)

    def _blanks(self, lang: Language) -> dict[str, object]:
        blanks = MeanChange._blanks(self, lang)
        blanks["before"] = percent(self.mean_before, 0, lang)
        blanks["after"] = percent(self.mean_after, 0, lang)
        return blanks

    def _people(self, lang: Language) -> str:
        units = "" if self.n_units is None else "_units"
        key = "waves" if not self.n_pairs else "shares"
        if _few_apart(self, self.n_pairs, self.n_before, self.n_after):
            key = "shares_some"
        return say(
            f"comparison.people_{key}{units}",
            lang,
            n_before=self.count(self.n_before, lang),
            n_after=self.count(self.n_after, lang),
            pairs=self.count(self.n_pairs, lang),
            units=self.n_units,
        )

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        if guarded and name == "n_pairs":
            if _few_apart(self, self.n_pairs, self.n_before, self.n_after):
                return None
        return MeanChange._cell(
            self, name, value, guarded=guarded, hidden=hidden, lang=lang
        )


def _few_apart(finding: MeanChange, n_pairs: int, *n_waves: int) -> bool:
    """Tell whether subtracting counts would give one under the floor."""
    apart = (n - n_pairs for n in n_waves)
    few = any(0 < n < finding.floor for n in apart)
    return few and n_pairs > 0 and finding.source != "published"
