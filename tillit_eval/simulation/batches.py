"""One batch of simulated people, and the change over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tillit_eval.findings import Average, Estimand
from tillit_eval.scales import score_scales
from tillit_eval.simulation.answers import ItemPlan, answer_round
from tillit_eval.simulation.kernels import Floats, Ints, Marks, Round, draw_rounds
from tillit_eval.simulation.model import Truth

if TYPE_CHECKING:
    from tillit_eval.codebook import Codebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked; ``treated`` and ``kept`` are marks by unit."""

    scale: str
    waves: tuple[int, int]
    estimand: Estimand
    average: Average
    treated: Marks
    kept: Marks
    top: tuple[int, ...]
    plans: list[ItemPlan]


@dataclass(frozen=True, slots=True)
class _Scored:
    """Rows of one wave that have a score, sorted by person.

    ``place`` is the unit across copies, ``given`` a number that two rows share
    only if the same code was given; -1 if none was.
    """

    person: Ints
    place: Ints
    unit: Ints
    score: Floats
    given: Ints


def one_batch(
    truth: Truth,
    codebook: Codebook,
    question: Question,
    copies: int,
    rng: np.random.Generator,
) -> float:
    """Simulate some copies of the site and return the estimate over them."""
    found: dict[int, _Scored] = {}
    for drawn in draw_rounds(truth, copies=copies, rng=rng):
        if drawn.wave in question.waves:
            answers = answer_round(truth, drawn, question.plans, rng)
            found[drawn.wave] = _score(truth, codebook, question, drawn, answers)
        if drawn.wave >= max(question.waves):
            break
    before, after = (found[wave] for wave in question.waves)
    if question.estimand == "stayed":
        before, after = _linked(before, after)
    arms = [question.kept & question.treated, question.kept & ~question.treated]
    if not question.treated.any():
        return _change(before, after, question.kept, question.average)
    treated, others = (_change(before, after, arm, question.average) for arm in arms)
    return treated - others


def _score(
    truth: Truth,
    codebook: Codebook,
    question: Question,
    drawn: Round,
    answers: dict[str, Floats],
) -> _Scored:
    score = _values(codebook, question, answers, n=len(drawn.people.unit))
    kept = np.flatnonzero(~np.isnan(score))
    kept = kept[np.argsort(drawn.people.person[kept], kind="stable")]
    place = drawn.people.copy * len(truth.units) + drawn.people.unit
    return _Scored(
        person=drawn.people.person[kept],
        place=place[kept],
        unit=drawn.people.unit[kept],
        score=score[kept],
        given=_code_numbers(drawn)[kept],
    )


def _values(
    codebook: Codebook, question: Question, answers: dict[str, Floats], *, n: int
) -> Floats:
    """Score the answers, or mark those that count; NaN where there is none."""
    if question.top:
        answer = answers[question.scale]
        return np.where(np.isnan(answer), np.nan, np.isin(answer, question.top))
    absent = {i.key: np.full(n, np.nan) for i in codebook.items if i.key not in answers}
    frame = pd.DataFrame(answers | absent)
    scored = score_scales(frame, codebook, scales=[question.scale])
    return scored[question.scale].to_numpy(dtype=float)


def _code_numbers(drawn: Round) -> Ints:
    letters = drawn.given.astype(np.int64)
    weights = np.array([pow(26, i, 2**55) for i in range(letters.shape[1])], np.int64)
    return np.where(drawn.coded, letters @ weights, -1)


def _linked(before: _Scored, after: _Scored) -> tuple[_Scored, _Scored]:
    """Keep people whose codes agree; both rows stand in the baseline unit."""
    _, at, to = np.intersect1d(
        before.person, after.person, assume_unique=True, return_indices=True
    )
    same = (before.given[at] == after.given[to]) & (before.given[at] >= 0)
    at, to = at[same], to[same]
    person, place, unit = before.person[at], before.place[at], before.unit[at]
    return (
        _Scored(person, place, unit, before.score[at], before.given[at]),
        _Scored(person, place, unit, after.score[to], after.given[to]),
    )


def _change(before: _Scored, after: _Scored, units: Marks, average: Average) -> float:
    return _mean(after, units, average) - _mean(before, units, average)


def _mean(rows: _Scored, units: Marks, average: Average) -> float:
    kept = units[rows.unit]
    score, place = rows.score[kept], rows.place[kept]
    if average == "people":
        return float(score.mean())
    n = np.bincount(place)
    total = np.bincount(place, weights=score)
    return float((total[n > 0] / n[n > 0]).mean())
