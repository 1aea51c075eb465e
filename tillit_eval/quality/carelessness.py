"""The findings about careless answering: how common, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tillit_eval.findings import Estimate, Findings
from tillit_eval.floors import shows_sides
from tillit_eval.phrases import Language, Phrase, number, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Careless(Estimate):
    """How many rows of answers show signs of careless answering.

    Attributes
    ----------
    estimate : float
        Share with a long string of one answer, or two of the other signs.
    interval : Interval
        For `estimate`: Wilson, exact (Clopper-Pearson) under 20 rows.
    n_people : int
        Rows that answered at least half of the questions.
    n_flagged : int
        Those with the signs.
    n_items : int
        Questions looked at.
    string : int
        From how many same answers in a row a string is long.
    median_spread : float
        Median over people of the standard deviation over the questions (IRV), in
        answer steps.
    signs : Findings of Share
        Each sign by itself.
    not_looked_at : tuple of Phrase
        Signs that these questions do not allow.
    effects : Findings of CarelessEffect
        Each scale with and without the flagged rows.
    """

    question: ClassVar[str] = "careless answering"

    unit_of_measure: str = "share"
    n_flagged: int
    n_items: int
    string: int
    median_spread: float
    signs: Findings
    not_looked_at: tuple[Phrase, ...]
    effects: Findings

    @property
    def is_shown(self) -> bool:
        """Whether enough people stand behind the share and on either side of it."""
        return self.source == "published" or (
            self.n_people >= self.floor and shows_sides(self.n_flagged, self.n_people)
        )

    def sentence(self, lang: Language | None = None) -> str:
        """Say the share, or that too few show the signs to tell how many."""
        if self.n_people >= self.floor and not self.is_shown:
            return say("quality.share_hidden", lang, name=self.name(lang))
        return Estimate.sentence(self, lang)

    def _claim(self, lang: Language) -> str:
        claim = say(
            "careless.claim",
            lang,
            count=number(self.n_flagged, 0, lang),
            people=number(self.n_people, 0, lang),
            share=self.amount(self.estimate, lang),
            interval=self.interval_in_words(lang),
            string=self.string,
            items=self.n_items,
        )
        says = [claim, say("careless.no_proof", lang)]
        if self.not_looked_at:
            names = ", ".join(sign.say(lang) for sign in self.not_looked_at)
            says.append(say("careless.not_looked_at", lang, signs=names))
        if self.because is not None:
            says.append(self.because.say(lang))
        return " ".join(says)

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        if isinstance(value, Findings):
            return value.sentence(lang)
        if name == "not_looked_at":
            return ", ".join(sign.say(lang) for sign in self.not_looked_at)
        return Estimate._cell(
            self, name, value, guarded=guarded, hidden=hidden, lang=lang
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CarelessEffect(Estimate):
    """What a scale's mean and alpha are without the rows that show the signs.

    Attributes
    ----------
    estimate : float
        `mean_without` minus `mean`, in answer steps.
    mean, mean_without : float
        Mean of people's mean answers, reversed items turned.
    alpha, alpha_without : float or None
        Cronbach's alpha of whole rows; None where it cannot be computed.
    """

    question: ClassVar[str] = "effect of careless answering"

    unit_of_measure: str = "steps"
    mean: float
    mean_without: float
    alpha: float | None
    alpha_without: float | None

    @property
    def digits(self) -> int:
        """Two decimals of an answer step."""
        return 2

    def _claim(self, lang: Language) -> str:
        claim = say(
            "careless.effect_mean",
            lang,
            name=self.name(lang),
            mean=number(self.mean, 2, lang),
            without=number(self.mean_without, 2, lang),
        )
        if self.alpha is None or self.alpha_without is None:
            return claim
        alpha = say(
            "careless.effect_alpha",
            lang,
            alpha=number(self.alpha, 2, lang),
            without=number(self.alpha_without, 2, lang),
        )
        return f"{claim} {alpha}"
