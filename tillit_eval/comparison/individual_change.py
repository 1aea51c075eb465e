"""The finding about people who changed by more than error explains."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from tillit_eval.findings import Change, Findings, Interval
from tillit_eval.phrases import Language, number, percent, say
from tillit_eval.thresholds import threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class IndividualChange(Change):
    """How many people changed by more than error of measurement explains.

    Attributes
    ----------
    estimate : float
        `share_rose` minus `share_fell`.
    share_rose, share_fell : float
        Shares of the linked people who rose or fell by more than `bar`.
    rose_interval, fell_interval : Interval
        For the two shares.
    n_rose, n_fell : int
        People behind them.
    bar : float
        The change that must be passed, in scale points.
    reliability : float
        Of the score, behind `bar`.
    by_error : float
        Share that would pass the bar on either side by error alone, were it normal.
    sd_before, sd_change : float
        Standard deviations of the linked people's score before, and of their change.
    n_before_only, n_after_only : int
        People met in one wave only.
    measured : None
        A share of people is no mean of a scale.
    alternatives : Findings
        The same with the lower and the upper end of the reliability's interval.
    """

    question: ClassVar[str] = "individual change"

    unit_of_measure: str = "share"
    measured: None = None
    share_rose: float
    rose_interval: Interval
    share_fell: float
    fell_interval: Interval
    n_rose: int
    n_fell: int
    bar: float
    reliability: float
    by_error: float
    sd_before: float
    sd_change: float
    n_before_only: int
    n_after_only: int
    alternatives: Findings = field(default_factory=Findings)

    @property
    def shows_sides(self) -> bool:
        """Whether enough people rose and enough fell to tell the two apart."""
        few = min(self.n_rose, self.n_fell) < threshold("k_cell")
        return self.source == "published" or not few

    def _claim(self, lang: Language) -> str:
        says = [self._shares(lang)]
        error = percent(self.by_error, 1, lang)
        says.append(say("individuals.by_error", lang, share=error))
        if self.shows_sides:
            says.append(self._net(lang))
            says += self._range(lang)
        if self.n_units is None:
            says.append(say("comparison.independent", lang))
        return " ".join(says)

    def _shares(self, lang: Language) -> str:
        blanks = {
            "name": self.name(lang),
            "people": self.count(self.n_people, lang),
            "bar": number(self.bar, 1, lang),
            "reliability": number(self.reliability, 2, lang),
        }
        if not self.shows_sides:
            both = self.n_rose + self.n_fell
            share = percent(both / self.n_people, 0, lang)
            few = int(threshold("k_cell"))
            return say(
                "individuals.either", lang, **blanks, count=both, share=share, few=few
            )
        return say(
            "individuals.claim",
            lang,
            **blanks,
            rose=percent(self.share_rose, 0, lang),
            rose_interval=self.rose_interval.say(lang, digits=0, as_percent=True),
            fell=percent(self.share_fell, 0, lang),
            fell_interval=self.fell_interval.say(lang, digits=0, as_percent=True),
        )

    def _net(self, lang: Language) -> str:
        return say(
            f"individuals.net_{self.verdict}",
            lang,
            points=number(100 * self.estimate, 0, lang, sign=True),
            interval=self._in_points(lang),
        )

    def _in_points(self, lang: Language) -> str:
        around = self.interval
        if around is None:
            return ""
        hundred = Interval(100 * around.low, 100 * around.high, around.level)
        return hundred.say(lang, digits=0)

    def _range(self, lang: Language) -> list[str]:
        """Say the shares with the ends of the reliability's interval."""
        return [
            say(
                "individuals.otherwise",
                lang,
                reliability=number(other.reliability, 2, lang),
                rose=percent(other.share_rose, 0, lang),
                fell=percent(other.share_fell, 0, lang),
            )
            for other in self.alternatives
            if isinstance(other, IndividualChange) and other.shows_sides
        ]

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        """Return the tidy row; guarded, sides that are too few are left out."""
        row = Change._row(self, guarded=guarded, lang=lang)
        if guarded and not self.shows_sides:
            kept = Change._row(replace(self, interval=None), guarded=guarded, lang=lang)
            kept |= {name: None for name in kept if _tells_sides(name)}
            return kept
        return row

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        if name == "alternatives":
            return "" if hidden or not self.shows_sides else " ".join(self._range(lang))
        return Change._cell(
            self, name, value, guarded=guarded, hidden=hidden, lang=lang
        )


def _tells_sides(name: str) -> bool:
    told = (
        "estimate",
        "standard_error",
        "p_value",
        "df",
        "verdict",
        "n_rose",
        "n_fell",
    )
    return name in told or name.startswith(("share_", "rose_", "fell_"))
