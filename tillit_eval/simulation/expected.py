"""What would a comparison find on average, if this were true?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem, check_option, few
from tillit_eval.findings import Average
from tillit_eval.scales import score_scales
from tillit_eval.simulation.answers import ItemPlan, answer_round, plan_items
from tillit_eval.simulation.kernels import Floats, Ints, Round, draw_rounds
from tillit_eval.simulation.model import Truth
from tillit_eval.simulation.seeds import Rng, generator

if TYPE_CHECKING:
    from tillit_eval.codebook import Codebook

Estimand = Literal["workplace", "stayers"]
_BATCH = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedChange:
    """The value a planned comparison estimates in a simulated world.

    Attributes
    ----------
    value : float
        After minus before, in scale points (or a share); between arms, the
        treated arm's change minus the other's.
    monte_carlo_error : float
        Standard error of `value` from simulating finitely many people.
    n_people : int
        People simulated per wave.
    """

    value: float
    monte_carlo_error: float
    n_people: int


def expected_change(
    truth: Truth,
    codebook: Codebook,
    scale: str,
    *,
    before: str,
    after: str,
    estimand: Estimand = "workplace",
    average: Average = "people",
    arms: tuple[str, str] | None = None,
    people: int = 2_000_000,
    rng: Rng = None,
) -> ExpectedChange:
    """Which value does a planned comparison estimate, if this is true?

    The truth is stated as a shift of a latent trait. What a survey estimates is
    another number: answers stop at the ceiling, those without trust are silent,
    people leave, skip, tick blindly and forget codes. So many people go through
    all of it, many copies of the whole site with new units, and their scores
    are averaged.

    Parameters
    ----------
    truth : Truth
        What is true.
    codebook : Codebook
        The questions and the scoring.
    scale : str
        A scale of the codebook whose items all belong to true scales.
    before, after : str
        The two waves.
    estimand : {"workplace", "stayers"}
        All answers in each wave, or only people linked by their codes.
    average : {"people", "units"}
        Whether each person or each unit counts the same.
    arms : (str, str), optional
        Treated and comparison arm, for the difference of their changes.
    people : int
        How many to simulate per wave, at the least.
    rng : int, Generator or None
        Chance.

    Returns
    -------
    ExpectedChange
        In scale points, with its Monte Carlo error.

    Raises
    ------
    DataProblem
        If a wave, scale or arm is not in the truth, or the survey has no codes
        and stayers are asked for.

    See Also
    --------
    simulate_responses : One survey from the same truth.

    Notes
    -----
    The Monte Carlo error comes from the spread of batches of copies.

    Examples
    --------
    >>> from tillit_eval.codebook import Codebook, Item, Scale
    >>> from tillit_eval.phrases import Label
    >>> from tillit_eval.simulation import draft_truth
    >>> label = Label("Trust", "Tillit")
    >>> book = Codebook(title="Small",
    ...     items=(Item(key="t1", label=label, codes=(1, 2, 3)),),
    ...     scales=(Scale(key="trust", label=label, items=("t1",), min_answered=1),))
    >>> truth = draft_truth(book, change=0.3)
    >>> found = expected_change(truth, book, "trust", before="before", after="after",
    ...     people=20_000, rng=1)
    >>> 3 < found.value < 10
    True
    """
    check_option("estimand", estimand, ("workplace", "stayers"))
    check_option("average", average, ("people", "units"))
    wanted = (truth.wave_number(before), truth.wave_number(after))
    plans = _plans_for(truth, codebook, scale)
    _check_question(truth, estimand, arms)
    chance = generator(rng)
    copies = max(1, _BATCH // truth.people)
    batches = max(4, int(np.ceil(people / (copies * truth.people))))
    values = np.array(
        [
            _one_batch(
                *_score_two(truth, codebook, scale, plans, wanted, copies, chance),
                truth=truth,
                estimand=estimand,
                average=average,
                arms=arms,
            )
            for _ in range(batches)
        ]
    )
    return ExpectedChange(
        value=float(values.mean()),
        monte_carlo_error=float(values.std(ddof=1) / np.sqrt(batches)),
        n_people=batches * copies * truth.people,
    )


@dataclass(frozen=True, slots=True)
class _Scored:
    """Rows of one wave that have a score, sorted by person.

    ``place`` is the unit across copies, ``arm`` its arm, ``code`` a number that
    two rows share only if the same code was given; -1 if none was.
    """

    person: Ints
    place: Ints
    unit: Ints
    score: Floats
    given: Ints


def _plans_for(truth: Truth, codebook: Codebook, scale: str) -> list[ItemPlan]:
    """Return only the item plans that this scale needs."""
    items = set(codebook.scale(scale).items)
    plans = [plan for plan in plan_items(truth, codebook) if items & set(plan.items)]
    missing = items - {item for plan in plans for item in plan.items}
    if missing:
        raise DataProblem(
            f"The stated truth does not produce all answers of '{scale}'.",
            expected="every item in a true scale",
            found=f"nothing for {few(sorted(missing))}",
            to_fix="state a true scale for these items",
        )
    return plans


def _check_question(
    truth: Truth, estimand: Estimand, arms: tuple[str, str] | None
) -> None:
    known = {unit.arm for unit in truth.units}
    if arms is not None and not set(arms) <= known:
        raise DataProblem(
            "The stated truth has no such arm.",
            expected=f"two of {few(sorted(known))}",
            found=few(arms),
            to_fix="use arms of the units in the truth",
        )
    if estimand == "stayers" and truth.code_length == 0:
        raise DataProblem(
            "Nobody can be linked in a survey without codes.",
            expected="code_length of at least 1",
            found="0",
            to_fix='ask for estimand="workplace"',
        )


def _score_two(
    truth: Truth,
    codebook: Codebook,
    scale: str,
    plans: list[ItemPlan],
    wanted: tuple[int, int],
    copies: int,
    rng: np.random.Generator,
) -> tuple[_Scored, _Scored]:
    """Simulate all waves of some copies; score the two that are compared."""
    found: dict[int, _Scored] = {}
    for drawn in draw_rounds(truth, copies=copies, rng=rng):
        if drawn.wave in wanted:
            answers = answer_round(truth, drawn, plans, rng)
            found[drawn.wave] = _score(truth, codebook, scale, drawn, answers)
        if drawn.wave >= max(wanted):
            break
    return found[wanted[0]], found[wanted[1]]


def _score(
    truth: Truth,
    codebook: Codebook,
    scale: str,
    drawn: Round,
    answers: dict[str, Floats],
) -> _Scored:
    n = len(drawn.people.unit)
    absent = {i.key: np.full(n, np.nan) for i in codebook.items if i.key not in answers}
    frame = pd.DataFrame(
        {"wave": "1", "respondent": np.arange(n), "source": "synthetic"}
        | answers
        | absent
    )
    score = score_scales(frame, codebook, scales=[scale])[scale].to_numpy(dtype=float)
    kept = np.flatnonzero(~np.isnan(score))
    kept = kept[np.argsort(drawn.people.person[kept], kind="stable")]
    letters = drawn.given.astype(np.int64)
    number = letters @ (26 ** np.arange(letters.shape[1], dtype=np.int64) % (2**40))
    return _Scored(
        person=drawn.people.person[kept],
        place=(drawn.people.copy * len(truth.units) + drawn.people.unit)[kept],
        unit=drawn.people.unit[kept],
        score=score[kept],
        given=np.where(drawn.coded, number, -1)[kept],
    )


def _one_batch(
    first: _Scored,
    second: _Scored,
    *,
    truth: Truth,
    estimand: Estimand,
    average: Average,
    arms: tuple[str, str] | None,
) -> float:
    """Return the estimate of one batch of copies."""
    names = np.array([unit.arm for unit in truth.units], dtype=object)
    if estimand == "stayers":
        _, at, to = np.intersect1d(
            first.person, second.person, assume_unique=True, return_indices=True
        )
        same = (first.given[at] == second.given[to]) & (first.given[at] >= 0)
        at, to = at[same], to[same]
        sides = [
            (first.score[at], first.place[at], names[first.unit[at]]),
            (second.score[to], first.place[at], names[first.unit[at]]),
        ]
    else:
        sides = [(s.score, s.place, names[s.unit]) for s in (first, second)]
    groups = [None] if arms is None else list(arms)
    means = np.array(
        [[_mean(*side, arm=arm, average=average) for side in sides] for arm in groups]
    )
    changes = means[:, 1] - means[:, 0]
    return float(changes[0] if arms is None else changes[0] - changes[1])


def _mean(
    score: Floats, place: Ints, arm_of: Floats, *, arm: str | None, average: Average
) -> float:
    kept = slice(None) if arm is None else arm_of == arm
    if average == "people":
        return float(score[kept].mean())
    n = np.bincount(place[kept])
    total = np.bincount(place[kept], weights=score[kept])
    return float((total[n > 0] / n[n > 0]).mean())
