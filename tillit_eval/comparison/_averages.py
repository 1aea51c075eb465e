"""Everyone who answered, averaged over people and over units."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from tillit_eval.comparison._enough import (
    check_both_times,
    check_clusters,
    check_spread,
)
from tillit_eval.comparison._mean_change import MeanChange
from tillit_eval.comparison._methods import (
    Answer,
    answer_by_group,
    answer_by_person,
    usual_error,
)
from tillit_eval.comparison._moments import (
    Codes,
    Flags,
    Rows,
    change_of_means,
    everyone,
    mean_of_units,
)
from tillit_eval.comparison._read import (
    Asked,
    clusters,
    refuse,
)
from tillit_eval.comparison._regression import Regression
from tillit_eval.findings import Average
from tillit_eval.floors import is_shown
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.summaries import ChangeSummary

Shown = TypeVar("Shown", bound=MeanChange)


@dataclass(frozen=True, slots=True)
class Averaged:
    """An estimate over people or over units, and what stands behind it.

    Attributes
    ----------
    asked : Asked
        The question, with this average.
    answers : tuple of Answer
        By every method that can answer, the chosen one first.
    rows : Rows
        Sums of the units behind it.
    n_clusters : int
        Groups that errors cluster in.
    """

    asked: Asked
    answers: tuple[Answer, ...]
    rows: Rows
    n_clusters: int

    @property
    def n_units(self) -> int:
        """Units behind the estimate."""
        return len(self.rows.n_before)


def both_averages(
    summary: ChangeSummary, asked: Asked, assigned: str | None
) -> list[Averaged]:
    """Estimate the change of everyone over people and over units.

    Parameters
    ----------
    summary : ChangeSummary
        Sums of the two waves.
    asked : Asked
        The question.
    assigned : str or None
        Column of ``summary.units`` to cluster in.

    Returns
    -------
    list of Averaged
        The average asked for first, then the other if it may stand beside it.

    Raises
    ------
    TooFewAnswers
        If fewer than two units answered both times, or those behind the average
        asked for are under the floor in a wave.
    """
    rows, codes = everyone(summary), clusters(summary, assigned)
    check_clusters(codes, _seen(rows))
    check_both_times(codes, rows.unit_changes[1])
    found = {
        "people": _averaged(change_of_means(rows, codes), rows, codes, asked, "people"),
        "units": _averaged(mean_of_units(rows, codes), rows, codes, asked, "units"),
    }
    first = found.pop(asked.average)
    if not _is_enough(first, summary):
        raise refuse(
            f"Too few answers to average '{asked.scale}' over units.",
            expected=f"at least {asked.floor} people in each wave, in units that "
            "answered both times",
            found=f"{first.rows.n_before.sum():.0f} before and "
            f"{first.rows.n_after.sum():.0f} after",
            to_fix='give average="people", or compare larger groups',
            reason=phrase("comparison.reason_few_in_units", n=asked.floor),
        )
    return [first, *(one for one in found.values() if _is_enough(one, summary))]


def _averaged(
    regression: Regression, rows: Rows, codes: Codes, asked: Asked, average: Average
) -> Averaged:
    where = behind(rows, average)
    n_clusters = len(set(codes[where].tolist()))
    every, asked = average == asked.average, replace(asked, average=average)
    method = method_by_unit(average, int(where.sum()), n_clusters)
    answers = answer_all(regression, rows, asked, usual=method, every=every)
    return Averaged(asked, answers, rows.of(where), n_clusters)


def answer_all(
    regression: Regression,
    rows: Rows,
    asked: Asked,
    *,
    usual: Phrase,
    by_person: bool = False,
    every: bool = True,
) -> tuple[Answer, ...]:
    """Answer with every method that can, the one chosen by the layout first.

    Parameters
    ----------
    regression : Regression
        Sums per group of one average.
    rows : Rows
        The sums it was made of.
    asked : Asked
        The question, with this average.
    usual : Phrase
        Name of the method for evenly filled groups.
    by_person : bool
        Whether each group is one person.
    every : bool
        Whether to answer with the other methods too.

    Returns
    -------
    tuple of Answer
        At least one.

    Raises
    ------
    TooFewAnswers
        If nothing varies.
    """
    squares = float((rows.square_before + rows.square_after).sum())
    size = math.sqrt(squares) / float((rows.n_before + rows.n_after).sum())
    check_spread(usual_error(regression), size)
    options: dict[str, Any] = {
        "level": asked.level,
        "margin": asked.margin,
        "usual": usual,
        "because": average_words(asked.average, None if by_person else 1),
    }
    if by_person:
        return (answer_by_person(regression, **options),)
    return answer_by_group(regression, **options, every=every)


def behind(rows: Rows, average: Average) -> Flags:
    """Tell which units an average is over: for units, those with both waves."""
    return rows.unit_changes[1] if average == "units" else _seen(rows)


def _seen(rows: Rows) -> Flags:
    seen: Flags = rows.n_before + rows.n_after > 0
    return seen


def _is_enough(found: Averaged, summary: ChangeSummary) -> bool:
    counts = int(found.rows.n_before.sum()), int(found.rows.n_after.sum())
    floor, source = found.asked.floor, summary.source
    return all(n > 1 and is_shown(n, floor=floor, source=source) for n in counts)


def may_stand_beside(
    rows: Rows, asked: Asked, summary: ChangeSummary, *, n_numbers: int = 2
) -> bool:
    """Tell whether several numbers about the same units may be shown.

    With two units, the averages over people and over units together tell the change
    of each unit, also of one under the floor. So do as many errors by different
    methods as there are units.
    """
    where = _seen(rows)
    fewest = min(rows.n_before[where].min(), rows.n_after[where].min())
    shown = is_shown(int(fewest), floor=asked.floor, source=summary.source)
    return int(where.sum()) > n_numbers or shown


def beside(
    answers: list[list[Shown]], rows: Rows, asked: Asked, summary: ChangeSummary
) -> list[Shown]:
    """Choose what stands beside a finding: the other average, then other methods.

    Parameters
    ----------
    answers : list of list of finding
        By the average asked for, every method; then by the other average, one.
    rows : Rows
        The sums behind them.
    asked : Asked
        The question.
    summary : ChangeSummary
        Where the rows come from.

    Returns
    -------
    list of finding
        Those that, shown together, tell nothing about one unit.
    """
    (_, *methods), *others = answers
    shown = [one[0] for one in others]
    if not may_stand_beside(rows, asked, summary):
        shown = []
    # A method adds an error, and an interval that need not be symmetric.
    numbers = 2 + len(shown) + 3 * len(methods)
    if may_stand_beside(rows, asked, summary, n_numbers=numbers):
        shown += methods
    return shown


def method_by_unit(average: Average, n_units: int, n_clusters: int) -> Phrase:
    """Return how a change was estimated where there are units."""
    each = n_units == n_clusters
    if average == "people":
        return phrase(f"comparison.method_cluster{'' if each else '_assigned'}")
    return phrase(f"comparison.method_unit_{'t' if each else 'cluster'}")


def average_words(average: Average, n_clusters: int | None) -> Phrase:
    """Return why the method fits the average asked for."""
    if n_clusters is None:
        return phrase("comparison.because_independent")
    if average == "people":
        return phrase("comparison.because_people")
    return phrase("comparison.because_units")


def units_once(rows: Rows, average: Average) -> tuple[tuple[Phrase, int], ...]:
    """Return how many people an average of units leaves out, with the reason."""
    _, both = rows.unit_changes
    n = int((rows.n_before + rows.n_after)[~both].sum())
    if average == "people" or not n:
        return ()
    return ((phrase("comparison.left_one_wave_unit"), n),)
