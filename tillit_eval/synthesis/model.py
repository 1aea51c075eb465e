"""What the sites say together: fields to compute with, and sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tillit_eval.findings import Change, Estimate, Interval, support_in_words
from tillit_eval.phrases import Language, language, number, percent, say
from tillit_eval.synthesis._reading import Contribution, is_controlled
from tillit_eval.thresholds import threshold

if TYPE_CHECKING:
    import pandas as pd


# Equal sites give Hartung and Knapp's q as 1 but for the last digits.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Together(Change):
    """A change over several sites. Base of the pooled findings of this room.

    Attributes
    ----------
    contributions : tuple of Contribution
        Every site given, in order: its finding, its share of the number, or why
        it has none.
    k : int
        Sites in the number.
    measured : MeasurementState or None
        The least that is known of a scale in the number.
    k_supported : int or None
        Comparisons in the number whose scale measures the same both times, by the
        usual guides; None where no means of a scale are compared.
    """

    question: ClassVar[str] = "change over sites"

    contributions: tuple[Contribution, ...] = ()
    k: int = 0
    k_supported: int | None = None

    def measured_in_words(self, lang: Language | None = None) -> str:
        """Say in how many of the comparisons the scale measures the same."""
        return support_in_words((one.measured for one in self.pooled), lang)

    def amount(
        self, value: float, lang: Language | None = None, *, sign: bool = False
    ) -> str:
        """Write a value; a difference of shares in percentage points."""
        return change_amount(self, value, lang, sign=sign)

    def interval_in_words(self, lang: Language | None = None) -> str:
        """Write the interval in the unit of `amount`."""
        return change_interval(self, self.interval, lang)

    def tabulate_sites(
        self, *, guarded: bool = False, lang: Language | None = None
    ) -> pd.DataFrame:
        """Which site brought what?

        Parameters
        ----------
        guarded : bool, default False
            Hide the numbers of sites under their floor.
        lang : {"en", "sv"}, optional
            The language of the names and reasons; the current one by default.

        Returns
        -------
        DataFrame, shape (n_sites, 12)
            ``site, name, estimate, standard_error, low, high, df, n_people,
            n_units, measured, weight, left_out``; weights are shares that add up to 1.
        """
        import pandas as pd

        lang = language(lang)
        return pd.DataFrame(
            [_site_row(one, guarded=guarded, lang=lang) for one in self.contributions]
        )

    @property
    def pooled(self) -> tuple[Change, ...]:
        """The findings in the number, in order."""
        return tuple(
            one.finding
            for one in self.contributions
            if one.weight is not None and isinstance(one.finding, Change)
        )

    def _head(self, lang: Language) -> str:
        name = self.name(lang)
        return say(
            f"synthesis.head_{self.verdict}",
            lang,
            name=name[:1].upper() + name[1:],
            k=self.k,
            amount=self.amount(self.estimate, lang, sign=True),
            interval=self.interval_in_words(lang),
            verdict=self.verdict_in_words(lang),
            narrow=change_interval(self, self.equivalence_interval, lang),
            margin=self.amount(self.margin or 0.0, lang),
        )

    def _cautions(self, lang: Language) -> list[str]:
        n, units = self.count(self.n_people, lang), self.n_units
        key = "synthesis.people" if units is None else "synthesis.people_units"
        says = [say(key, lang, n=n, units=units)]
        if self.estimand is not None:
            says.append(say("comparison.about", lang, estimand=self.estimand))
        says.append(self.measured_in_words(lang))
        if not any(is_controlled(one) for one in self.pooled):
            says.append(say("synthesis.no_comparison", lang))
        if self.left_out:
            reasons = self._left_out_in_words(lang, guarded=False)
            says.append(say("synthesis.beside", lang, reasons=reasons))
        if self.adjusted and self.p_value is not None:
            says.append(adjusted_p(self, self.p_value, lang))
        return [text for text in says if text]

    def _left_out_in_words(self, lang: Language | None, *, guarded: bool) -> str:
        """Say the reasons with numbers of sites, which no floor hides."""
        return "; ".join(f"{why.say(lang)} ({n})" for why, n in self.left_out)

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        if name == "contributions":
            return "; ".join(
                f"{one.name(lang)} {percent(one.weight, 0, lang)}"
                for one in self.contributions
                if one.weight is not None
            )
        return Change._cell(
            self, name, value, guarded=guarded, hidden=hidden, lang=lang
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled(Together):
    """What several sites say together about one outcome.

    Attributes
    ----------
    estimate, standard_error, interval, df : float, float, Interval, float
        Average of the sites' true changes, with Hartung and Knapp's guarded error
        and ``k - 1`` degrees of freedom.
    prediction, prediction_higgins : Interval
        Where the true change of a new site like these would lie: with ``k - 1``
        (as metafor) and with ``k - 2`` degrees of freedom (Higgins and others).
    tau_squared : float
        Variance of the sites' true changes, in squared units of the estimate.
    tau_squared_interval : Interval
        Q-profile.
    i_squared, h_squared : float
        Share of the spread that is more than chance; total over chance.
    i_squared_interval : Interval
        From that of `tau_squared`.
    q, p_heterogeneity : float
        Cochran's Q and its p value.
    factor : float
        Hartung and Knapp's q; the guard acts where it is under 1.
    unguarded : Interval
        What the interval would be without the guard.
    evenness : float
        Share of the sites that count by their own precision, 1 if all do alike.
    """

    question: ClassVar[str] = "pooled change"

    prediction: Interval
    prediction_higgins: Interval
    tau_squared: float
    tau_squared_interval: Interval
    i_squared: float
    i_squared_interval: Interval
    h_squared: float
    q: float
    p_heterogeneity: float
    factor: float
    unguarded: Interval
    evenness: float

    @property
    def is_uneven(self) -> bool:
        """Whether a few sites are far more precise than the rest."""
        return self.evenness < threshold("even_sites")

    @property
    def guard_acted(self) -> bool:
        """Whether the interval was widened by the guard."""
        return self.factor < 1 - ROUNDING

    def _claim(self, lang: Language) -> str:
        says = [self._head(lang), self._new_site(lang), self._spread(lang)]
        says += self._cautions(lang)
        if self.guard_acted:
            bare = change_interval(self, self.unguarded, lang)
            says.append(say("synthesis.guard", lang, interval=bare))
        if self.is_uneven:
            says.append(say("synthesis.uneven", lang))
        return " ".join(says)

    def _new_site(self, lang: Language) -> str:
        return say(
            "synthesis.new_site",
            lang,
            low=bare_amount(self, self.prediction.low, lang, sign=True),
            high=self.amount(self.prediction.high, lang, sign=True),
            level=percent(self.prediction.level, 0, lang),
        )

    def _spread(self, lang: Language) -> str:
        ends = self.tau_squared_interval
        key = "spread_none" if self.tau_squared == 0 else "spread"
        return say(
            f"synthesis.{key}",
            lang,
            tau=self.amount(self.tau_squared**0.5, lang),
            low=bare_amount(self, ends.low**0.5, lang),
            high=self.amount(ends.high**0.5, lang),
            level=percent(ends.level, 0, lang),
        )


def change_amount(
    finding: Estimate, value: float, lang: Language | None, *, sign: bool = False
) -> str:
    """Write a change; a difference of shares in percentage points."""
    if finding.unit_of_measure != "share":
        return Estimate.amount(finding, value, lang, sign=sign)
    points = number(100 * value, 1, lang, sign=sign)
    return say("comparison.percentage_points", lang, value=points)


def bare_amount(
    finding: Estimate, value: float, lang: Language | None, *, sign: bool = False
) -> str:
    """Write a change without its unit, for the first of two."""
    if finding.unit_of_measure == "share":
        return number(100 * value, 1, lang, sign=sign)
    return number(value, finding.digits, lang, sign=sign)


def change_interval(
    finding: Estimate, interval: Interval | None, lang: Language | None
) -> str:
    """Write an interval of a change; of shares in percentage points."""
    if interval is None:
        return ""
    if finding.unit_of_measure != "share":
        return interval.say(lang, digits=finding.digits)
    points = Interval(100 * interval.low, 100 * interval.high, interval.level)
    return points.say(lang, digits=1)


def adjusted_p(finding: Change, p: float, lang: Language) -> str:
    """Say an adjusted p value and how it was adjusted."""
    how = say(f"comparison.because_{finding.adjusted.replace('-', '_')}", lang)
    small = p < 0.001
    key = "adjusted_p_small" if small else "adjusted_p"
    return say(f"comparison.{key}", lang, p=number(max(p, 0.001), 3, lang), how=how)


def _site_row(one: Contribution, *, guarded: bool, lang: Language) -> dict[str, object]:
    """Return what one site brings; what may not be shown is missing."""
    finding, row = one.finding, {"site": one.site, "name": one.name(lang)}
    numbers: dict[str, object] = dict.fromkeys(
        (
            *("estimate", "standard_error", "low", "high", "df", "n_people", "n_units"),
            "measured",
        )
    )
    if isinstance(finding, Change) and (finding.is_shown or not guarded):
        numbers = {name: getattr(finding, name, None) for name in numbers}
        if finding.interval is not None:
            numbers |= {"low": finding.interval.low, "high": finding.interval.high}
    reason = one.because.say(lang) if one.because else ""
    return {**row, **numbers, "weight": one.weight, "left_out": reason}
