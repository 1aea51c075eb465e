"""What is found about a moderator: the kinds of sites, and whether they differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from tillit_eval.findings import Finding, Findings
from tillit_eval.phrases import Language, number, say
from tillit_eval.synthesis.influence import OfSite
from tillit_eval.thresholds import threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratorLevel(OfSite):
    """The average change of one kind of site, or the slope along a number.

    Attributes
    ----------
    k : int
        Sites behind it.
    """

    question: ClassVar[str] = "change of a kind of site"

    k: int

    def _claim(self, lang: Language) -> str:
        return say(
            "synthesis.level",
            lang,
            name=self.name(lang),
            amount=self.amount(self.estimate, lang, sign=True),
            interval=self.interval_in_words(lang),
            k=self.k,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderator(Finding):
    """Whether the sites' changes go with something about the sites.

    Attributes
    ----------
    levels : Findings
        One `ModeratorLevel` per kind of site, or one slope.
    k : int
        Sites in the number.
    statistic, df1, df2 : float
        Hartung and Knapp's F with its degrees of freedom, guarded.
    p_value : float
        From the F law.
    p_permutation : float
        Share of the orders of the sites with as large a statistic or larger.
    smallest_p : float
        The smallest that so many orders can give.
    orders : int
        Orders looked at.
    enumerated : bool
        Whether these were all there are.
    tau_squared : float
        Variance between sites that is left.
    r_squared : float or None
        Share of the variance between sites that went; None if there was none.
    """

    question: ClassVar[str] = "moderator"

    levels: Findings = field(default_factory=Findings)
    k: int
    statistic: float
    df1: float
    df2: float
    p_value: float
    p_permutation: float
    smallest_p: float
    orders: int
    enumerated: bool
    tau_squared: float
    r_squared: float | None = None

    @property
    def goes_with(self) -> bool:
        """Whether the permutation p is under 5 %."""
        return self.p_permutation < 1 - threshold("level")

    def _claim(self, lang: Language) -> str:
        head = say(
            f"synthesis.moderator_{'yes' if self.goes_with else 'no'}",
            lang,
            name=self.name(lang),
            k=self.k,
            p=number(self.p_permutation, 3, lang),
        )
        caution = say("synthesis.moderator_caution", lang)
        return f"{head} {self._levels_in_words(lang)} {caution}"

    def _levels_in_words(self, lang: Language) -> str:
        """Say the levels without the mark, which the whole sentence carries."""
        return " ".join(
            level.sentence(lang).removesuffix(level._mark(lang))
            for level in self.levels
        )

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        if name == "levels":
            return "" if hidden else self._levels_in_words(lang)
        return Finding._cell(
            self, name, value, guarded=guarded, hidden=hidden, lang=lang
        )
