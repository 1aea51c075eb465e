"""How often will this study err, and what can it find?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tillit_eval.comparison.design_reading import read_design
from tillit_eval.comparison.designs import Design, Method
from tillit_eval.comparison.many import Surveys, rejects
from tillit_eval.errors import DataProblem, TooFewAnswers, kind_of
from tillit_eval.findings import Average, Estimand, Finding, Findings, NotAnswered
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.plan.design_check import DesignCheck, share_error
from tillit_eval.simulation.coarse import Likeness, draw_surveys, likeness
from tillit_eval.simulation.detecting import (
    ICCS,
    POWERS,
    SPREADS,
    stretch_of,
)
from tillit_eval.simulation.layouts import check_between, described, design_label
from tillit_eval.simulation.power import find_change, t_law
from tillit_eval.simulation.seeds import Rng, generator

# The first is taken as the likely one, the others as the ends of what is usual.
_USUAL = (0.10, 0.05, 0.20)
# Methods that resample each survey: fewer are resampled for power, and none of
# them beside the chosen one with very many groups.
_RESAMPLED = ("wild", "webb", "placebo")
_FOR_POWER, _MOST_GROUPS = 1_000, 60
# The change whose power is told where no margin is stated, in SD between people.
_CHANGE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of a design, with every option checked."""

    iccs: tuple[float, ...]
    margin: float | None
    power: float
    spread: float | None
    draws: int


def assess_design(
    answers: object,
    scale: str | None = None,
    *,
    before: str | None = None,
    after: str | None = None,
    unit: str | None = "unit",
    assigned: str | None = None,
    treated: str | None = None,
    average: Average = "people",
    estimand: Estimand = "workplace",
    margin: float | None = None,
    power: float = 0.8,
    icc: float | Sequence[float] = _USUAL,
    spread: float | None = None,
    draws: int = 2_000,
    rng: Rng = None,
    respondent: str = "respondent",
    wave: str = "wave",
    k_min: int = K_MIN,
) -> Findings:
    """How often will this study err, and which change can it find?

    Surveys without any change are simulated for the study's own layout: people per
    unit and wave, arms, and who can be linked. No answer is looked at. A design
    that the rule for few units refuses gives one finding that says why.

    Parameters
    ----------
    answers : DataFrame, ChangeSummary or Design
        One row per person and wave; or sums from ``summarise_change``; or a design
        from ``draft_design``, before there are answers.
    scale : str, optional
        A column that must be filled in for a row to count; its values are not
        looked at. Without it every row counts.
    before, after : str, optional
        The two values of `wave`; not needed with a design, which says the rest
        itself.
    unit : str or None, default "unit"
        Column with the unit.
    assigned : str, optional
        Column with the level at which the reform was assigned; `unit` by default.
    treated : str, optional
        Column that is true for units with the reform; without it two waves of one
        group are compared.
    average : {"people", "units"}, default "people"
        Whose average.
    estimand : {"workplace", "stayed"}, default "workplace"
        Everyone who answered, or linked people only.
    margin : float, optional
        The change whose power is told, in scale points; half a standard deviation
        between people by default.
    power : float, default 0.8
        Share of surveys that should find the detectable change.
    icc : float or sequence of float, default (0.10, 0.05, 0.20)
        Share of the variance of the score between units, half of which comes and
        goes with the wave. Every method is tried with the first, the chosen one
        with each.
    spread : float, optional
        Standard deviation of the score between people, in scale points; that of
        four five-point answers near their ceiling by default.
    draws : int, default 2000
        Simulated surveys.
    rng : int, Generator or None
        Chance; a number makes the simulation repeatable.
    respondent, wave : str, optional
        Columns with the person and the wave.
    k_min : int, default 10
        Fewest people behind a number.

    Returns
    -------
    Findings
        A `DesignCheck` per method, the chosen one first, then the chosen one with
        the other `icc`. Its source is synthetic. A progress bar is shown where
        somebody looks.

    Raises
    ------
    DataProblem
        If a column is absent or an option is out of range.

    See Also
    --------
    tillit_eval.simulation.detect_change : The chosen method alone.
    tillit_eval.simulation.draft_design : A design before there are answers.

    Notes
    -----
    Each survey has the mean of four five-point answers near their ceiling; a
    simulated change is added to scores, so that power does not tell what a ceiling
    would take. The bootstrap lists all signs up to 12 groups and draws 999 above,
    the permutation 999 beyond 1,000 ways; the power of both is found from at most
    1,000 surveys.

    Examples
    --------
    >>> from tillit_eval.simulation import draft_design
    >>> found = assess_design(draft_design([30] * 18), draws=200, icc=0.1, rng=1)
    >>> found[0].is_chosen, found[0].draws, len(found)
    (True, 200, 3)
    """
    from tqdm import tqdm

    asked = _ask(icc, margin, power, spread, draws)
    chance = generator(rng)
    try:
        design = (
            answers
            if isinstance(answers, Design)
            else read_design(
                answers,
                scale,
                before=_named("before", before),
                after=_named("after", after),
                unit=unit,
                assigned=assigned,
                treated=treated,
                average=average,
                estimand=estimand,
                respondent=respondent,
                wave=wave,
                k_min=k_min,
            )
        )
    except TooFewAnswers as problem:
        reason = phrase(problem.reason, **problem.values)
        return Findings([_not_answered(reason, check_floor(k_min))])
    n_steps = len(design.methods) + len(asked.iccs) - 1
    name = design_label().say()
    with tqdm(total=n_steps, desc=name, disable=None, leave=False) as bar:
        found = []
        for one in _check_all(design, asked, chance):
            found.append(one)
            bar.update()
    return Findings(found)


def _check_all(
    design: Design, asked: _Asked, chance: np.random.Generator
) -> Iterator[Finding]:
    """Simulate, method by method."""
    alike = [likeness(icc) for icc in asked.iccs]
    drawn = draw_surveys(design, alike, asked.draws, chance)
    for position, (one, surveys) in enumerate(zip(alike, drawn, strict=True)):
        methods = design.methods if position == 0 else design.methods[:1]
        start = t_law(design, one).detectable(asked.power)
        for method in methods:
            yield _check(surveys, one, asked, method, start)


def _check(
    surveys: Surveys, alike: Likeness, asked: _Asked, method: Method, start: float
) -> Finding:
    design = surveys.design
    is_slow = method in _RESAMPLED
    if is_slow and method != design.method and sum(design.layout.groups) > _MOST_GROUPS:
        reason = phrase("plan.design_slow", method=design.named(method), n=_MOST_GROUPS)
        return _not_answered(reason, design.floor)
    stretch = stretch_of(asked.spread, alike)
    own = math.sqrt(alike.variance)
    change = _CHANGE * own if asked.margin is None else asked.margin / stretch
    rate = float(rejects(surveys, method)(0.0).mean())
    used = surveys.first(_FOR_POWER) if is_slow else surveys
    finds, n_used = rejects(used, method), len(used.before)
    share = float(finds(change).mean())
    detectable = stretch * find_change(finds, asked.power, start=start)
    return DesignCheck(
        **described(design),
        unit_of_measure="share",
        method=design.named(method),
        because=design.because if method == design.method else None,
        estimate=rate,
        standard_error=share_error(rate, asked.draws),
        is_chosen=method == design.method,
        change=stretch * change,
        share_found=share,
        share_found_error=share_error(share, n_used),
        power=asked.power,
        detectable=None if math.isinf(detectable) else detectable,
        icc=alike.icc,
        spread=stretch * own,
        draws=asked.draws,
    )


def _ask(
    icc: object, margin: object, power: object, spread: object, draws: object
) -> _Asked:
    many = isinstance(icc, Sequence) and not isinstance(icc, str) and len(icc) > 0
    iccs = tuple(icc) if many and isinstance(icc, Sequence) else (icc,)
    whole = isinstance(draws, int) and not isinstance(draws, bool)
    if not isinstance(draws, int) or not whole or not 100 <= draws <= 1_000_000:
        raise DataProblem(
            "This is no number of surveys to simulate.",
            expected="a whole number from 100 to 1,000,000",
            found=str(draws) if whole else kind_of(draws),
            to_fix="leave draws= out, which gives 2,000",
        )
    return _Asked(
        iccs=tuple(check_between("icc", one, *ICCS) for one in iccs),
        margin=None if margin is None else check_between("margin", margin, *SPREADS),
        power=check_between("power", power, *POWERS),
        spread=None if spread is None else check_between("spread", spread, *SPREADS),
        draws=draws,
    )


def _named(name: str, wave: str | None) -> str:
    if wave is not None:
        return wave
    raise DataProblem(
        f"{name}= is missing.",
        expected="the two waves that will be compared, before= and after=",
        found=f"none for {name}=",
        to_fix="name both waves, or pass a design from draft_design",
    )


def _not_answered(reason: Phrase, floor: int) -> Finding:
    return NotAnswered(
        scale="design",
        label=design_label(),
        asked="design",
        reason=reason,
        source="synthetic",
        floor=floor,
    )
