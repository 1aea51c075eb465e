"""One finding from one coefficient."""

from __future__ import annotations

from dataclasses import dataclass

from tillit_eval.findings import Interval
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality.reliability._answers import Answers
from tillit_eval.quality.reliability.model import Coefficient, Reliability


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller wants every finding to carry."""

    scale: str
    level: float
    floor: int


def reliability_of(
    read: Answers,
    coefficient: Coefficient,
    estimate: float,
    told: Told,
    *,
    method: Phrase,
    error: float | None = None,
    interval: Interval | None = None,
    because: Phrase | None = None,
    standardised: bool = False,
) -> Reliability:
    """Make the finding; without another reason it gives a careful reader's."""
    pooled = read.pooled
    old = coefficient in ("alpha", "omega")
    return Reliability(
        scale=pooled.scale_name(told.scale),
        coefficient=coefficient,
        standardised=standardised,
        estimate=estimate,
        standard_error=error,
        interval=interval,
        estimand=phrase(f"quality.estimand_{coefficient}")
        if old
        else phrase(f"reliability.estimand_{coefficient}"),
        method=method,
        because=because or pooled.caution(),
        n_items=len(pooled.items),
        n_people=pooled.n_complete,
        n_incomplete=pooled.n_incomplete,
        turned=read.turned,
        left_out=pooled.left_out(),
        source=pooled.source,
        floor=told.floor,
    )
