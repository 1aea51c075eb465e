"""What the caller asks of ratings, checked, and what it will be called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import pandas as pd

from tillit_eval.errors import DataProblem, check_option, few
from tillit_eval.findings import check_level
from tillit_eval.phrases import Label, say
from tillit_eval.quality.agreement._measuring import (
    AgreementCoefficient,
    AgreementInterval,
    Ask,
)
from tillit_eval.quality.agreement._statistics import Metric, Weights
from tillit_eval.quality.agreement.model import name_of_roles
from tillit_eval.quality.reliability._free import Rng, check_draws, generator

GROUPS = ("criterion", "round")


class Told:
    """How an agreement is called: what it is about, and who the roles are."""

    def __init__(
        self,
        scale: str,
        names: Mapping[str, str | Label],
        roles: tuple[str, ...] | None,
    ) -> None:
        self.scale, self.names, self.roles = scale, names, roles

    def within(self, group: str) -> Told:
        """Return the names for one group."""
        scale = f"{self.scale}, {group}" if self.scale else group
        return Told(scale, self.names, self.roles)

    @property
    def two(self) -> tuple[str, str] | None:
        """Both roles, if they are two."""
        roles = self.roles or ()
        return (roles[0], roles[1]) if len(roles) == 2 else None

    def role(self, at: int) -> Label | None:
        """Return the name of the first role (0) or the second (1)."""
        name = self.names.get(self.two[at]) if self.two else None
        return name if isinstance(name, Label) or name is None else Label(name, name)

    @property
    def label(self) -> Label | None:
        """The name of the finding, unless the caller gave one."""
        if self.scale:
            return None
        if self.two:
            first, second = (self.role(at) or self.two[at] for at in (0, 1))
            return name_of_roles(first, second)
        return Label(say("agreement.name", "en"), say("agreement.name", "sv"))


def make_ask(
    coefficient: AgreementCoefficient,
    weights: Weights,
    metric: Metric,
    interval: AgreementInterval,
    level: float,
    draws: int,
    rng: Rng,
) -> Ask:
    """Check the options, and put them together."""
    check_option("coefficient", coefficient, get_args(AgreementCoefficient))
    check_option("weights", weights, get_args(Weights))
    check_option("metric", metric, get_args(Metric))
    check_option("interval", interval, get_args(AgreementInterval))
    return Ask(
        coefficient=coefficient,
        weights=weights,
        metric=metric,
        interval=interval,
        level=check_level(level),
        draws=check_draws(draws),
        rng=generator(rng),
    )


def groups_of(by: object, frame: pd.DataFrame) -> list[str]:
    """Return the columns to group by; refuse any other."""
    if by is None:
        return []
    keys = [by] if isinstance(by, str) else list(by) if isinstance(by, Sequence) else []
    there = {key for key in GROUPS if key in frame and frame[key].ne("").any()}
    if not keys or not set(map(str, keys)) <= there:
        raise DataProblem(
            "Agreement cannot be told by this.",
            expected=f"one or both of {few(GROUPS)}, if the table has them",
            found=few(map(str, keys)),
            to_fix='give by="criterion" or by=["round", "criterion"]',
        )
    return keys


def check_rounds(frame: pd.DataFrame) -> None:
    """Refuse ratings of several rounds."""
    rounds = frame["round"].nunique(dropna=False) if "round" in frame else 1
    if rounds > 1:
        raise DataProblem(
            "Ratings of several rounds are mixed.",
            expected="one round, as a scale or a rater may have changed in between",
            found=f"{rounds} rounds",
            to_fix='keep one round, or give by="round"',
        )
