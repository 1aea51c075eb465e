"""The finding about one item: does it favour a group?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from tillit_eval.findings import Estimate
from tillit_eval.phrases import Language, number, say
from tillit_eval.quality._bias import Match

Reading = Literal["negligible", "moderate", "large", "cannot_tell"]
Guide = Literal["jodoin-gierl", "zumbo-thomas"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBias(Estimate):
    """Whether people of two groups with the same score answer an item alike.

    Attributes
    ----------
    estimate : float
        Expected answer of `compared` minus that of `reference` at the same score,
        in answer steps, averaged over the people of `compared`. With more than two
        groups, of the group where it is farthest from 0.
    interval : Interval
        For `estimate`; with more than two groups wide enough for all of them.
    reference, compared : str
        The two groups.
    differences : tuple of (str, float)
        The same for every group but the reference.
    points : float
        What `estimate` does to the mean of the scale, in points of 0-100.
    chi_square : float
        Likelihood ratio of the model with group and group times score against
        that with the score alone, on `df` degrees of freedom.
    p_value : float
        For bias of any kind.
    p_uniform, p_nonuniform : float
        For the same bias at all levels, and for one that depends on the level.
    p_adjusted : float
        `p_value`, adjusted over the items.
    r2_change, r2_uniform, r2_nonuniform : float
        Rise of Nagelkerke's pseudo-R² by both, by the group, and by group times
        score.
    mcfadden_change : float
        Rise of McFadden's pseudo-R² by both.
    reading : {"negligible", "moderate", "large", "cannot_tell"}
        `r2_change` by `guide`, where `p_adjusted` is under 0.05; a guide, not a
        test. Where it is not: ``cannot_tell`` under 200 people in a group.
    guide : {"jodoin-gierl", "zumbo-thomas"}
        Whose guide.
    depends_on_level : bool
        Whether the part that depends on the level is more than chance.
    match : {"scale", "rest"}
        Whether the score holds the item itself.
    without : tuple of str
        Items left out of the score because they seem biased themselves.
    n_smallest : int
        People in the smallest group.
    errors_by : {"units", "people", ""}
        What errors are counted over; empty where people count as independent.
    """

    question: ClassVar[str] = "item bias"

    unit_of_measure: str = "steps"
    reference: str
    compared: str
    differences: tuple[tuple[str, float], ...]
    points: float
    chi_square: float
    p_value: float
    p_uniform: float
    p_nonuniform: float
    p_adjusted: float
    r2_change: float
    r2_uniform: float
    r2_nonuniform: float
    mcfadden_change: float
    reading: Reading
    guide: Guide
    depends_on_level: bool
    match: Match
    without: tuple[str, ...]
    n_smallest: int
    errors_by: str

    @property
    def digits(self) -> int:
        """Two decimals of an answer step."""
        return 2

    @property
    def is_flagged(self) -> bool:
        """Whether the guide calls the bias more than negligible."""
        return self.reading in ("moderate", "large")

    def _claim(self, lang: Language) -> str:
        claim = say(
            "bias.claim",
            lang,
            name=self.name(lang),
            compared=self.compared,
            reference=self.reference,
            amount=self.amount(self.estimate, lang, sign=True),
            interval=self.interval_in_words(lang),
            points=number(self.points, 1, lang, sign=True),
        )
        says = [claim, self._verdict(lang)]
        if self.depends_on_level:
            says.append(say("bias.depends", lang))
        if not self.errors_by:
            says.append(say("bias.independent", lang))
        return " ".join(says)

    def _verdict(self, lang: Language) -> str:
        small = self.p_adjusted < 0.001
        p = number(0.001 if small else self.p_adjusted, 3, lang)
        return say(
            f"bias.reading_{self.reading}",
            lang,
            r2=number(self.r2_change, 3, lang),
            p=say("bias.p_small" if small else "bias.p", lang, p=p),
            guide=say(f"bias.guide_{self.guide.replace('-', '_')}", lang),
            people=self.count(self.n_people, lang),
            smallest=self.count(self.n_smallest, lang),
        )
