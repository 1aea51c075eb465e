"""Designs before there are answers, and how findings about designs speak of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tillit_eval.comparison.design_reading import read_design
from tillit_eval.comparison.designs import Design
from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.findings import Average, Estimand, Finding
from tillit_eval.floors import K_MIN
from tillit_eval.phrases import Label, Language, say
from tillit_eval.summaries import ChangeSummary
from tillit_eval.summaries.model import Array


def draft_design(
    people: Sequence[int],
    *,
    treated: int = 0,
    linked: float = 0.6,
    average: Average = "people",
    estimand: Estimand = "workplace",
    k_min: int = K_MIN,
) -> Design:
    """Which survey are we planning?

    Parameters
    ----------
    people : sequence of int
        People who will answer, per unit, in each of two waves.
    treated : int, default 0
        So many of the units, from the first, will have the reform; with 0 one
        group is followed over time.
    linked : float, default 0.6
        Share of those who answer before that can be linked to an answer after.
    average : {"people", "units"}, default "people"
        Whose average change.
    estimand : {"workplace", "stayed"}, default "workplace"
        Everyone who answers, or linked people only.
    k_min : int, default 10
        Fewest people behind a number.

    Returns
    -------
    Design
        Counts, and the method that the rule for few units chooses.

    Raises
    ------
    TooFewAnswers
        If a comparison of this design would be refused.
    DataProblem
        If a number is out of range.

    See Also
    --------
    detect_change : Which change it would find.

    Examples
    --------
    >>> design = draft_design([30] * 18, treated=6)
    >>> design.n_units, design.n_people, design.method
    (18, 756, 'cr2')
    """
    sizes = _check_sizes(people)
    check_between("treated", treated, 0, len(sizes) - 1)
    share = check_between("linked", linked, 0, 1)
    summary = _empty_summary(sizes, treated, np.floor(share * sizes))
    return read_design(
        summary,
        before="before",
        after="after",
        treated="treated" if treated else None,
        average=average,
        estimand=estimand,
        k_min=k_min,
    )


def design_label() -> Label:
    """Return what a design is called in findings.

    Returns
    -------
    Label
        In both languages.
    """
    return Label(say("simulation.design", "en"), say("simulation.design", "sv"))


def described(design: Design) -> dict[str, Any]:
    """Return the fields that every finding about a design has, by name.

    Parameters
    ----------
    design : Design
        Who answers where and when.

    Returns
    -------
    dict
        Names and counts; the source is synthetic, as no answer is looked at.
    """
    treated = design.treated
    return {
        "scale": "design",
        "label": design_label(),
        "estimand": design.estimand_in_words(),
        "n_people": design.n_people,
        "n_units": design.n_units,
        "n_units_treated": None if treated is None else int(treated.sum()),
        "source": "synthetic",
        "floor": design.floor,
    }


def who_answers(found: Finding, lang: Language) -> str:
    """Say the units and people of a design.

    Parameters
    ----------
    found : Finding
        A finding about a design.
    lang : {"en", "sv"}
        The language.

    Returns
    -------
    str
        To stand after a preposition.
    """
    treated = getattr(found, "n_units_treated", None)
    people = found.count(found.n_people, lang)
    if treated is None:
        return say("simulation.who", lang, units=found.n_units, people=people)
    return say(
        "simulation.who_arms", lang, units=found.n_units, treated=treated, people=people
    )


def check_between(name: str, value: object, low: float, high: float) -> float:
    """Return a number if it lies between two others.

    Parameters
    ----------
    name : str
        Of the argument.
    value : object
        What was given.
    low, high : float
        Between which it must lie.

    Returns
    -------
    float
        The number.

    Raises
    ------
    DataProblem
        If it is no number, or lies outside.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if low <= value <= high:
            return float(value)
    raise DataProblem(
        f"{name}= is out of range.",
        expected=f"a number from {low:g} to {high:g}",
        found=f"{value:g}" if isinstance(value, (int, float)) else kind_of(value),
        to_fix=f"give {name}= a number from {low:g} to {high:g}",
    )


def _check_sizes(people: object) -> Array:
    given = list(people) if isinstance(people, (Sequence, np.ndarray)) else []
    whole = [n for n in given if isinstance(n, (int, np.integer)) and n > 0]
    if len(whole) == len(given) >= 1 and not any(isinstance(n, bool) for n in whole):
        return np.array(whole, dtype=float)
    raise DataProblem(
        "These are not numbers of people per unit.",
        expected="one whole number above 0 per unit, for example [30] * 12",
        found=f"{len(given) - len(whole)} other values" if given else kind_of(people),
        to_fix="give the number of people who will answer in each unit",
    )


def _empty_summary(sizes: Array, treated: int, linked: Array) -> ChangeSummary:
    """Return counts with sums of zero, as if everyone had answered the same."""
    zero = np.zeros_like(sizes)
    units = pd.DataFrame({"unit": np.arange(len(sizes))})
    units["treated"] = units["unit"] < treated
    apart = int((sizes - linked).sum())
    return ChangeSummary(
        scale="answers",
        before="before",
        after="after",
        units=units,
        n_pairs=linked,
        sum_before=zero,
        sum_after=zero,
        square_before=zero,
        square_after=zero,
        product=zero,
        n_before=sizes,
        n_after=sizes,
        all_before=zero,
        all_after=zero,
        all_square_before=zero,
        all_square_after=zero,
        n_before_only=apart,
        n_after_only=apart,
        n_without_code=0,
        n_movers=0,
        has_units=True,
        source="synthetic",
    )
