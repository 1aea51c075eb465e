"""Ends of intervals that are one unit's own change: rounded where it is small."""

from __future__ import annotations

import math
from dataclasses import replace

from tillit_eval.comparison._law import Inference
from tillit_eval.comparison._methods import Answer
from tillit_eval.comparison._moments import Rows
from tillit_eval.comparison._read import Asked
from tillit_eval.findings import Interval
from tillit_eval.floors import is_shown
from tillit_eval.phrases import phrase
from tillit_eval.summaries import ChangeSummary


def guard_ends(
    answer: Answer, rows: Rows, asked: Asked, summary: ChangeSummary
) -> Answer:
    """Round the ends of an interval that may be the change of a unit under the floor.

    Parameters
    ----------
    answer : Answer
        By any method.
    rows : Rows
        The sums of the units behind it.
    asked : Asked
        The question, with the floor.
    summary : ChangeSummary
        Where the rows come from.

    Returns
    -------
    Answer
        The same verdict and p. Where it is from a permutation, a bootstrap or a
        comparison with the other arm, and a unit has 1 to ``floor - 1`` people in a
        wave, both intervals are rounded outwards and it says why.

    Notes
    -----
    Such an end is the estimate plus or minus the change of the most extreme unit, or
    of a few of them, and so a number about perhaps three people. The most extreme of
    20 units lies about half a standard deviation up or down from where their spread
    alone would put it; so an end in whole steps of at least one standard error, which
    is told anyway, adds nothing about that unit to what the error says of all. No
    end crosses zero or the margin, so that the interval never contradicts the verdict.
    """
    found, error = answer.found, answer.found.standard_error
    drawn = summary.has_units and found.df is None and error is not None
    if not drawn or not error or not _has_small_unit(rows, asked, summary):
        return answer
    return replace(
        answer,
        found=_rounded(found, _step(error)),
        rounded=phrase("comparison.ends_rounded", n=asked.floor),
    )


def _has_small_unit(rows: Rows, asked: Asked, summary: ChangeSummary) -> bool:
    counts = [*rows.n_before.tolist(), *rows.n_after.tolist()]
    return any(
        n > 0 and not is_shown(int(n), floor=asked.floor, source=summary.source)
        for n in counts
    )


def _step(error: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at least as large as the error."""
    power = float(10.0 ** math.floor(math.log10(error)))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= error)


def _rounded(found: Inference, step: float) -> Inference:
    narrow, margin = found.equivalence_interval, found.margin
    if narrow is not None and margin is not None:
        narrow = _outwards(narrow, step, (0.0, -margin, margin))
    wide = _outwards(found.interval, step, (0.0,))
    return replace(found, interval=wide, equivalence_interval=narrow)


def _outwards(interval: Interval, step: float, marks: tuple[float, ...]) -> Interval:
    """Round both ends away from the middle, but not over a mark that is told of."""
    low, high = interval.low, interval.high
    if math.isfinite(low):
        grid = math.floor(low / step) * step
        below = [math.nextafter(mark, math.inf) for mark in marks if mark < low]
        low = max([grid, *below])
    if math.isfinite(high):
        grid = math.ceil(high / step) * step
        above = [math.nextafter(mark, -math.inf) for mark in marks if mark > high]
        high = min([grid, *above])
    return Interval(low + 0.0, high + 0.0, interval.level)
