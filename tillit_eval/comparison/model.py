"""The findings of this room: fields to compute with, and a sentence each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from tillit_eval.findings import Change, Findings, Interval
from tillit_eval.phrases import Language, number, percent, say
from tillit_eval.thresholds import threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanChange(Change):
    """A change of a mean between two waves. Base of the findings of this room.

    Attributes
    ----------
    mean_before, mean_after : float
        Means of the two waves, in scale points, as averaged for `estimate`.
    n_clusters : int or None
        Groups that the standard error rests on; None for people.
    alternatives : Findings
        The same question by the other average or another method, each a finding
        of the same kind.
    """

    question: ClassVar[str] = "change of a mean"
    head: ClassVar[str] = "change"

    mean_before: float
    mean_after: float
    n_clusters: int | None = None
    alternatives: Findings = field(default_factory=Findings)

    def _claim(self, lang: Language) -> str:
        says = (
            self._head(lang),
            self._people(lang),
            self._about(lang),
            *self._cautions(lang),
            *self._beside(lang),
        )
        return " ".join(text for text in says if text)

    def _head(self, lang: Language) -> str:
        return say(f"comparison.{self.head}_{self.verdict}", lang, **self._blanks(lang))

    def _blanks(self, lang: Language) -> dict[str, object]:
        """Return what fills the head of the sentence."""
        name = self.name(lang)
        blanks: dict[str, object] = {
            "name": name[:1].upper() + name[1:] if self.label else name,
            "amount": self.amount(self.estimate, lang, sign=True),
            "interval": self.interval_in_words(lang),
        }
        if self.verdict == "no_change" and self.margin is not None:
            blanks |= {
                "verdict": self.verdict_in_words(lang),
                "narrow": self._interval_words(self.equivalence_interval, lang),
                "margin": self.amount(self.margin, lang),
            }
        return blanks

    def _interval_words(self, interval: Interval | None, lang: Language) -> str:
        return interval.say(lang, digits=self.digits) if interval else ""

    def _people(self, lang: Language) -> str:
        """Say who stands behind the number; each kind of finding does it its way."""
        return ""

    def _about(self, lang: Language) -> str:
        if self.estimand is None:
            return ""
        return say("comparison.about", lang, estimand=self.estimand)

    def _cautions(self, lang: Language) -> list[str]:
        cautions = []
        if self.n_clusters is None:
            cautions.append(say("comparison.independent", lang))
        elif self.n_units is not None and self.n_clusters < self.n_units:
            cautions.append(say("comparison.clusters", lang, n=self.n_clusters))
        if self.df is not None and self.df < threshold("low_df"):
            cautions.append(say("comparison.low_df", lang, df=number(self.df, 1, lang)))
        if self.verdict == "cannot_tell" and self.margin is not None:
            cautions.append(say("comparison.shown_neither", lang))
        if self.adjusted and self.p_value is not None:
            cautions.append(self._adjusted_p(self.p_value, lang))
        return cautions

    def _adjusted_p(self, p: float, lang: Language) -> str:
        key = self.adjusted.replace("-", "_")
        how = say(f"comparison.because_{key}", lang)
        if p < 0.001:
            small = number(0.001, 3, lang)
            return say("comparison.adjusted_p_small", lang, p=small, how=how)
        return say("comparison.adjusted_p", lang, p=number(p, 3, lang), how=how)

    def _beside(self, lang: Language) -> list[str]:
        """Say the other average, under its own name."""
        return [
            say(
                f"comparison.other_{other.average}",
                lang,
                amount=other.amount(other.estimate, lang, sign=True),
                interval=other.interval_in_words(lang),
            )
            for other in self.alternatives
            if isinstance(other, MeanChange) and other.average != self.average
        ]

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        if name == "alternatives":
            return "" if hidden else self._alternatives_in_words(lang)
        if name == "n_clusters":
            return value
        return super(MeanChange, self)._cell(
            name, value, guarded=guarded, hidden=hidden, lang=lang
        )

    def _alternatives_in_words(self, lang: Language) -> str:
        return "; ".join(
            say(
                "comparison.beside",
                lang,
                method=other.method,
                estimand=other.estimand,
                amount=other.amount(other.estimate, lang, sign=True),
                interval=other.interval_in_words(lang),
            )
            for other in self.alternatives
            if isinstance(other, MeanChange)
        )


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
        Rows with a score in each wave, linked or not.
    """

    question: ClassVar[str] = "change of a workplace"

    n_before: int
    n_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WavesChange(MeanChange):
    """How two waves differ whose people cannot be linked.

    Attributes
    ----------
    n_before, n_after : int
        Rows with a score in each wave.
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
    """

    question: ClassVar[str] = "change of a share"
    head: ClassVar[str] = "share"

    unit_of_measure: str = "share"
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
        return say(
            f"comparison.people_{key}{units}",
            lang,
            n_before=self.count(self.n_before, lang),
            n_after=self.count(self.n_after, lang),
            pairs=self.count(self.n_pairs, lang),
            units=self.n_units,
        )
