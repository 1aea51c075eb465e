"""Two roles beside each other: what every finding and question about them shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tillit_eval.errors import TooFewAnswers
from tillit_eval.findings import Estimate, Finding, Findings, NotAnswered
from tillit_eval.phrases import Label, Language, Phrase, phrase, say
from tillit_eval.quality.agreement._rounds import KEYS, Judgements, gaps_of

# Fewest targets behind a mean over targets with an interval.
FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BetweenRoles(Estimate):
    """What both findings on severity share."""

    unit_of_measure: str = "steps"
    against: Label
    n_raters: int
    n_raters_against: int

    @property
    def digits(self) -> int:
        """Two decimals: roles differ by parts of a step."""
        return 2

    def side(self) -> str:
        """Say on which side of zero the whole interval lies."""
        if self.interval is None or self.interval.covers(0.0):
            return "cannot_tell"
        return "higher" if self.estimate > 0 else "lower"

    def say_it(self, key: str, lang: Language, **more: object) -> str:
        return say(
            f"severity.{key}",
            lang,
            name=self.name(lang),
            against=self.against,
            amount=self.amount(self.estimate, lang, sign=True),
            interval=self.interval_in_words(lang),
            targets=self.n_units,
            raters=self.count(self.n_raters, lang),
            others=self.count(self.n_raters_against, lang),
            **more,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, as every role gets it."""

    data: Judgements
    roles: dict[str, Label]
    first: str
    level: float
    floor: int

    def gaps(self, role: str) -> pd.DataFrame:
        return gaps_of(self.data.frame, role, self.first)

    def common(self, role: str, things: pd.DataFrame) -> dict[str, object]:
        """Return what both findings say: names, raters, source, floor."""
        own, other = (self._raters(one, things) for one in (role, self.first))
        return {
            "scale": role,
            "label": self.roles[role],
            "against": self.roles[self.first],
            "n_people": min(own, other, int(things["target"].nunique())),
            "n_raters": own,
            "n_raters_against": other,
            "left_out": self.data.left_out,
            "source": self.data.source,
            "floor": self.floor,
        }

    def _raters(self, role: str, things: pd.DataFrame) -> int:
        """Count the raters of a role behind the things that both roles judged."""
        own = self.data.frame[self.data.frame["rater_role"].eq(role)]
        return int(own.merge(things[KEYS], on=KEYS)["rater"].nunique())

    def share_raters(self, things: pd.DataFrame) -> bool:
        """Tell whether somebody judged several of the targets."""
        own = self.data.frame.merge(things[KEYS], on=KEYS)
        return bool(
            own.groupby(["rater_role", "rater"])["target"].nunique().gt(1).any()
        )

    def refuse(self, role: str, asked: str, reason: Phrase) -> NotAnswered:
        return NotAnswered(
            scale=role,
            label=self.roles[role],
            asked=asked,
            reason=reason,
            source=self.data.source,
            floor=self.floor,
        )


def too_few(values: np.ndarray, reason: str) -> Phrase | None:
    """Say why a mean over these targets has no interval."""
    if len(values) < FEWEST:
        return phrase(reason, n=FEWEST)
    if float(np.ptp(values)) <= 1e-12 * max(1.0, float(np.abs(values).max())):
        return phrase("severity.no_spread")
    return None


def answered(found: list[Finding]) -> Findings:
    """Return the findings, or raise the first reason if nothing is answered."""
    silent = [one for one in found if isinstance(one, NotAnswered)]
    if len(silent) < len(found):
        return Findings(found)
    none = phrase("severity.few_targets", n=FEWEST)
    reason = silent[0].reason if silent else none
    raise TooFewAnswers(
        "These roles cannot be compared.",
        expected=f"at least {FEWEST} targets judged by both roles, not all by the "
        "same gap",
        found="fewer, or no spread between them",
        to_fix="check the columns target, criterion, round and rater_role",
        reason=reason.key,
        values=dict(reason.values),
    )
