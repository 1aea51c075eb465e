"""What would a comparison find on average, if this were true?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.errors import DataProblem, check_option, few
from tillit_eval.findings import Average, Estimand
from tillit_eval.simulation.answers import plan_items
from tillit_eval.simulation.batches import Question, one_batch
from tillit_eval.simulation.kernels import Marks
from tillit_eval.simulation.model import Truth
from tillit_eval.simulation.seeds import Rng, generator

if TYPE_CHECKING:
    from tillit_eval.codebook import Codebook

_BATCH, _BATCHES = 50_000, 8  # people in a batch at most, batches at least


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
    *,
    scale: str,
    before: str,
    after: str,
    estimand: Estimand = "workplace",
    average: Average = "people",
    treated: Collection[str] | None = None,
    leave_out: Collection[str] = (),
    top: Collection[int] = (),
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
        A scale of the codebook whose items all belong to true scales, or an item.
    before, after : str
        The two waves.
    estimand : {"workplace", "stayed"}
        All answers in each wave, or only people linked by their codes.
    average : {"people", "units"}
        Whether each person or each unit counts the same.
    treated : collection of str, optional
        Units with the reform; then the value is how much more they change than
        the others.
    leave_out : collection of str
        Units that are not compared at all.
    top : collection of int
        If given, `scale` is an item and the value is a change of the share of
        people who answer with one of these codes.
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
        If a wave, scale or unit is not in the truth, or the survey has no codes
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
    >>> found = expected_change(truth, book, scale="trust", before="before",
    ...     after="after", people=20_000, rng=1)
    >>> 3 < found.value < 10
    True
    """
    check_option("estimand", estimand, ("workplace", "stayed"))
    check_option("average", average, ("people", "units"))
    wanted = (truth.wave_number(before), truth.wave_number(after))
    keys = (codebook.item(scale).key,) if top else codebook.scale(scale).items
    truth = _only_for(truth, codebook, keys)
    question = Question(
        scale=scale,
        waves=wanted,
        estimand=estimand,
        average=average,
        treated=_unit_mask(truth, treated),
        kept=~_unit_mask(truth, leave_out),
        top=tuple(top),
        plans=plan_items(truth, codebook),
    )
    _check_codes(truth, estimand)
    chance = generator(rng)
    copies = max(1, min(_BATCH, people // _BATCHES) // truth.people)
    batches = max(_BATCHES, int(np.ceil(people / (copies * truth.people))))
    values = np.array(
        [one_batch(truth, codebook, question, copies, chance) for _ in range(batches)]
    )
    return ExpectedChange(
        value=float(values.mean()),
        monte_carlo_error=float(values.std(ddof=1) / np.sqrt(batches)),
        n_people=batches * copies * truth.people,
    )


def _unit_mask(truth: Truth, units: Collection[str] | None) -> Marks:
    """Mark the units named; refuse names that are not there."""
    names = [unit.unit for unit in truth.units]
    unknown = sorted(set(units or ()) - set(names))
    if unknown:
        raise DataProblem(
            "The stated truth has no such unit.",
            expected=f"units among {few(names, at_most=12)}",
            found=few(unknown),
            to_fix="use names of units as they stand in the truth",
        )
    return np.isin(names, list(units or ()))


def _only_for(truth: Truth, codebook: Codebook, keys: tuple[str, ...]) -> Truth:
    """Return the truth with no other scales than these items need."""
    plans = [plan for plan in plan_items(truth, codebook) if {*keys} & {*plan.items}]
    missing = {*keys} - {item for plan in plans for item in plan.items}
    if missing:
        raise DataProblem(
            "The stated truth does not produce all answers of this scale.",
            expected="every item in a true scale",
            found=f"nothing for {few(sorted(missing))}",
            to_fix="state a true scale for these items",
        )
    scales = tuple(plan.scale for plan in plans)
    names = {scale.scale for scale in scales}
    shifts = tuple(shift for shift in truth.shifts if shift.scale in names)
    return replace(truth, scales=scales, shifts=shifts)


def _check_codes(truth: Truth, estimand: Estimand) -> None:
    if estimand == "stayed" and truth.code_length == 0:
        raise DataProblem(
            "Nobody can be linked in a survey without codes.",
            expected="code_length of at least 1",
            found="0",
            to_fix='ask for estimand="workplace"',
        )
