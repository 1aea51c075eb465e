"""The base of the findings of this room, and how they speak."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from tillit_eval.findings import Change, Findings, Interval
from tillit_eval.phrases import Language, Phrase, number, say
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
    rounded : Phrase or None
        Why the ends of its intervals are rounded; None if they are not.
    alternatives : Findings
        The same question by the other average or another method, each a finding
        of the same kind.
    """

    question: ClassVar[str] = "change of a mean"
    head: ClassVar[str] = "change"

    mean_before: float
    mean_after: float
    n_clusters: int | None = None
    rounded: Phrase | None = None
    alternatives: Findings = field(default_factory=Findings)

    def _claim(self, lang: Language) -> str:
        says = (
            self._head(lang),
            self._people(lang),
            self._about(lang),
            self.measured_in_words(lang),
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
        cautions = [
            say("comparison.only_complete_units", lang, n=self.count(n, lang))
            for why, n in self.left_out
            if why.key == "comparison.left_one_wave_unit"
        ]
        if self.n_clusters is None:
            cautions.append(say("comparison.independent", lang))
        elif self.n_units is not None and self.n_clusters < self.n_units:
            cautions.append(say("comparison.clusters", lang, n=self.n_clusters))
        if self.because is not None and self.because.key.startswith("comparison.rule_"):
            why = {"method": self.method, "why": self.because}
            cautions.append(say("comparison.chosen_by_rule", lang, **why))
        if self.rounded is not None:
            cautions.append(self.rounded.say(lang))
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
