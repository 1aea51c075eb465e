"""Are there enough answers, units and differences? Else a refusal with its reason."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tillit_eval.comparison._read import Asked, Codes, refuse
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Average
from tillit_eval.floors import is_shown
from tillit_eval.phrases import phrase
from tillit_eval.summaries import ChangeSummary


def check_pairs(summary: ChangeSummary, asked: Asked) -> int:
    """Return the number of linked people if they are enough."""
    n = int(summary.n_pairs.sum())
    if is_shown(n, floor=asked.floor, source=summary.source) and n > 1:
        return n
    missing = n == 0
    raise refuse(
        f"Too few linked answers to compare '{asked.scale}'.",
        expected=f"at least {asked.floor} people with a score in both waves",
        found=f"{n} (rows with a score: {summary.n_before.sum():.0f} in "
        f"'{summary.before}', {summary.n_after.sum():.0f} in '{summary.after}')",
        to_fix="check the respondent codes, or use compare_waves for unlinked answers",
        reason=phrase("comparison.reason_no_overlap")
        if missing
        else phrase("comparison.reason_pairs", n=asked.floor),
    )


def check_waves_full(summary: ChangeSummary, asked: Asked) -> tuple[int, int]:
    """Return the rows with a score in each wave if they are enough."""
    counts = int(summary.n_before.sum()), int(summary.n_after.sum())
    for wave, n in zip((summary.before, summary.after), counts, strict=True):
        if n < 2 or not is_shown(n, floor=asked.floor, source=summary.source):
            raise refuse(
                f"Too few answers to compare '{asked.scale}'.",
                expected=f"at least {asked.floor} people with a score in each wave",
                found=f"{n} in '{wave}'",
                to_fix="compare larger groups, or more units together",
                reason=phrase(
                    "comparison.reason_few_in_wave", n=asked.floor, wave=wave
                ),
            )
    return counts


def check_clusters(codes: Codes, used: npt.NDArray[np.bool_]) -> int:
    """Return the number of groups that errors cluster in, if more than one."""
    n = len(np.unique(codes[used]))
    if n > 1:
        return n
    raise refuse(
        "One unit cannot say how much units differ.",
        expected="at least 2 units with answers",
        found=f"{n}",
        to_fix="add units, or give unit=None to treat people as independent",
        reason=phrase("comparison.reason_one_unit"),
    )


def check_both_times(codes: Codes, both: npt.NDArray[np.bool_]) -> int:
    """Return the number of groups that answered both times, if more than one."""
    n = len(np.unique(codes[both]))
    if n > 1:
        return n
    raise refuse(
        "Too few units answered both times to say how much units differ.",
        expected="at least 2 units with answers in both waves",
        found=f"{n}",
        to_fix="check that units have the same names in both waves, name larger "
        "ones with unit=, or give unit=None to treat people as independent",
        reason=phrase("comparison.reason_one_unit_both"),
    )


def check_spread(standard_error: float, size: float) -> None:
    """Refuse a standard error of zero, as far as rounding can tell."""
    if standard_error > 1e-9 * max(size, 1e-300):
        return
    raise refuse(
        "The changes do not vary, so nothing says how sure one can be.",
        expected="changes that differ between people and between units",
        found="a standard error of 0",
        to_fix="check that the scores were not filled in or copied between waves",
        reason=phrase("comparison.reason_no_variance"),
    )


def check_average(average: Average, summary: ChangeSummary) -> None:
    """Refuse the average of units where there are none."""
    if average == "units" and not summary.has_units:
        raise DataProblem(
            "There are no units to average over.",
            expected="a column with the unit, named by unit=",
            found="people treated as independent",
            to_fix='name the column of units, or give average="people"',
        )
