"""What every comparison asks, and the sums that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.comparison._law import check_margin
from tillit_eval.comparison._measured import Measured
from tillit_eval.errors import (
    DataProblem,
    TooFewAnswers,
    check_option,
    check_texts,
    few,
)
from tillit_eval.findings import Average, check_level, tell
from tillit_eval.floors import check_floor
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.summaries import ChangeSummary, summarise_change
from tillit_eval.summaries.frames import as_narwhals, as_pandas, key_text

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, with every option checked.

    Attributes
    ----------
    scale, before, after : str
        What is compared, and between which waves.
    average : {"people", "units"}
        Whose average.
    margin : float or None
        Smallest change worth noticing.
    level : float
        Coverage of the interval.
    floor : int
        Fewest people behind a number that may be shown.
    measured : (MeasurementState or None, Phrase or None)
        What is known of the scale in the two waves; nothing for a share.
    """

    scale: str
    before: str
    after: str
    average: Average
    margin: float | None
    level: float
    floor: int
    measured: Measured = (None, None)

    def shared(self, summary: ChangeSummary) -> dict[str, Any]:
        """Return the fields that every change has, by name."""
        return {
            "scale": self.scale,
            "before": summary.before,
            "after": summary.after,
            "floor": self.floor,
            "source": summary.source,
            "measured": self.measured[0],
            "measured_because": self.measured[1],
        }


def ask(
    scale: object,
    *,
    before: object,
    after: object,
    average: Average,
    margin: object,
    level: object,
    k_min: int,
    measured: Measured = (None, None),
) -> Asked:
    """Check every option before any row is read."""
    check_texts((scale,))
    check_option("average", average, ("people", "units"))
    return Asked(
        scale=str(scale),
        before=str(before),
        after=str(after),
        average=average,
        margin=check_margin(margin),
        level=check_level(level),
        floor=check_floor(k_min),
        measured=measured,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns that say who, when and where."""

    respondent: str
    wave: str
    unit: str | None
    assigned: str | None = None
    treated: str | None = None


def read_change(scores: object, asked: Asked, columns: Columns) -> ChangeSummary:
    """Return the sums of two waves, from rows or as they were given.

    Parameters
    ----------
    scores : DataFrame or ChangeSummary
        Rows per person and wave, or their sums.
    asked : Asked
        The question.
    columns : Columns
        Where rows say who, when and where.

    Returns
    -------
    ChangeSummary
        Of the scale and the waves asked about.

    Raises
    ------
    DataProblem, TooFewAnswers
        If the sums are of something else, or a wave has no rows.
    """
    if isinstance(scores, ChangeSummary):
        return _check_same(scores, asked, columns)
    tell("rows", frame=scores)
    names = as_narwhals(scores, table="scores").collect_schema().names()
    if columns.wave in names and asked.before != asked.after:
        waves = key_text(as_pandas(scores, [columns.wave], table="scores").iloc[:, 0])
        _check_waves(list(waves.dropna().unique()), asked)
    unit, assigned = _levels(scores, names, columns, asked)
    summary = summarise_change(
        scores,
        asked.scale,
        before=asked.before,
        after=asked.after,
        respondent=columns.respondent,
        wave=columns.wave,
        unit=unit,
        assigned=assigned,
        treated=columns.treated,
    )
    return _check_finite(summary)


def clusters(summary: ChangeSummary, assigned: str | None) -> Codes:
    """Return the number of the group that errors cluster in, for each unit."""
    if assigned is None or assigned not in summary.units.columns:
        return np.arange(len(summary.n_pairs))
    return pd.factorize(summary.units[assigned], sort=True)[0].astype(np.intp)


def refuse(
    what: str, *, expected: str, found: str, to_fix: str, reason: Phrase
) -> TooFewAnswers:
    """Make the error that says why these data cannot answer."""
    return TooFewAnswers(
        what,
        expected=expected,
        found=found,
        to_fix=to_fix,
        reason=reason.key,
        values=dict(reason.values),
    )


def _check_same(
    summary: ChangeSummary, asked: Asked, columns: Columns
) -> ChangeSummary:
    known = {*summary.units.columns, columns.respondent}
    if columns.assigned is not None and columns.assigned not in known:
        raise DataProblem(
            "The summary does not say which group each unit was assigned in.",
            expected=f"the column '{columns.assigned}' beside its units",
            found=f"columns {few(map(str, summary.units.columns))}",
            to_fix="make the summary with summarise_change(..., assigned=...)",
        )
    has = (summary.scale, summary.before, summary.after)
    wanted = (asked.scale, asked.before, asked.after)
    if has != wanted:
        raise DataProblem(
            "The summary is of another question.",
            expected="scale, before and after: " + few(wanted),
            found=few(has),
            to_fix="summarise the scale and the waves you want to compare",
        )
    return summary


def _check_finite(summary: ChangeSummary) -> ChangeSummary:
    total = summary.all_square_before.sum() + summary.all_square_after.sum()
    if not np.isfinite(total):
        raise DataProblem(
            f"Some scores of '{summary.scale}' are not finite.",
            expected="numbers, or nothing where there is no score",
            found="an infinite score in one of the two waves",
            to_fix="look for a division by zero in how the score was made",
        )
    return summary


def _check_waves(present: list[str], asked: Asked) -> None:
    for wave in (asked.before, asked.after):
        if wave not in present:
            raise refuse(
                f"There are no rows from wave '{wave}'.",
                expected=f"rows from '{asked.before}' and from '{asked.after}'",
                found=f"waves {few(sorted(present), at_most=12)}",
                to_fix="check before= and after= against the waves present",
                reason=phrase("comparison.reason_wave_missing", wave=wave),
            )


def _levels(
    scores: object, names: list[str], columns: Columns, asked: Asked
) -> tuple[str | None, str | None]:
    """Settle unit and assigned level: errors cluster there or higher, never lower."""
    unit, assigned = columns.unit, columns.assigned
    if unit == "unit" and unit not in names:
        unit = None
    if assigned is None or assigned == unit:
        return unit, None
    by_person = assigned == columns.respondent
    if unit is None:
        return (None if by_person else assigned), None
    if unit not in names or assigned not in names:
        return unit, assigned  # the summary says which column is absent
    keys = as_pandas(scores, [unit, assigned, columns.wave], table="scores")
    compared = key_text(keys[columns.wave]).isin([asked.before, asked.after])
    keys = keys.loc[compared.to_numpy(), [unit, assigned]]
    both = len(keys.dropna().drop_duplicates())
    if both == keys[unit].nunique():
        return unit, assigned
    if by_person or both == keys[assigned].nunique():
        # Treatment varied inside units: a contrast of arms needs those cells, the
        # change of everybody is safest with the larger groups.
        finer = None if by_person else assigned
        return (finer if columns.treated else unit), None
    raise DataProblem(
        f"'{assigned}' and '{unit}' cross each other.",
        expected="each unit in one assigned group, or each assigned group in one unit",
        found=f"{both} combinations of {keys[unit].nunique()} units and "
        f"{keys[assigned].nunique()} assigned groups",
        to_fix="name the level at which treatment varied, or correct the units",
    )
