"""What a comparison rests on before any answer is looked at: people, units, arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit_eval.comparison._arms import read_arms
from tillit_eval.comparison._averages import average_words, behind, method_by_unit
from tillit_eval.comparison._cluster import Array
from tillit_eval.comparison._enough import (
    check_both_times,
    check_clusters,
    check_pairs,
    check_waves_full,
)
from tillit_eval.comparison._layout import (
    Layout,
    Method,
    choose_method,
    listed_methods,
    read_layout,
)
from tillit_eval.comparison._moments import (
    Codes,
    Flags,
    Rows,
    change_between_arms,
    change_of_means,
    everyone,
    mean_of_changes,
    mean_of_units,
    stayed,
    units_between_arms,
)
from tillit_eval.comparison._read import Asked, clusters
from tillit_eval.comparison._regression import Regression
from tillit_eval.comparison._wild import ALL_SIGNS
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Average, Estimand
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.summaries import ChangeSummary

__all__ = ["Design", "Method", "make_design"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How many people answer in each unit and wave, and which units have the reform.

    Attributes
    ----------
    n_before, n_after, n_pairs : ndarray, shape (U,)
        People per unit in each wave, and those who can be linked.
    codes : ndarray of int, shape (U,)
        Group that errors cluster in, for each unit.
    treated : ndarray of bool, shape (U,) or None
        Units with the reform; None where two waves of one group are compared.
    average : {"people", "units"}
        Whose average change.
    estimand : {"workplace", "stayed"}
        Everyone who answers, or linked people only.
    floor : int
        Fewest people behind a number that may be shown.
    regression : Regression
        Sums of products per group; those with the answers are zero.
    layout : Layout
        What the rule for few units reads.
    method : str
        Key of the method that the rule chooses.
    because : Phrase
        Why.
    """

    n_before: Array
    n_after: Array
    n_pairs: Array
    codes: Codes
    treated: Flags | None
    average: Average
    estimand: Estimand
    floor: int
    regression: Regression
    layout: Layout
    method: Method
    because: Phrase

    @property
    def n_people(self) -> int:
        """People in all, those who can be linked counted once."""
        return int((self.n_before + self.n_after - self.n_pairs).sum())

    @property
    def n_units(self) -> int:
        """Units with answers."""
        return len(self.n_before)

    @property
    def methods(self) -> tuple[Method, ...]:
        """Every method that can answer, the chosen one first."""
        others = [one for one in listed_methods(self.layout) if one != self.method]
        return (self.method, *others)

    def named(self, method: Method) -> Phrase:
        """Return the name of a method as it is called for this design."""
        n_groups = sum(self.layout.groups)
        if method == "cr2":
            return method_by_unit(self.average, self.n_units, n_groups)
        if method == "welch":
            return phrase("comparison.method_unit_welch")
        if method == "cr3" and self.treated is not None:
            return phrase("comparison.method_cr3_arms")
        if method == "wild" and n_groups > ALL_SIGNS:
            return phrase("comparison.method_wild_drawn")
        return phrase(f"comparison.method_{method}")

    def estimand_in_words(self) -> Phrase:
        """Return what the change is a change of."""
        arms = "" if self.treated is None else "adjusted_"
        return phrase(f"comparison.estimand_{arms}{self.estimand}_{self.average}")


def make_design(
    summary: ChangeSummary,
    asked: Asked,
    *,
    assigned: str | None,
    treated: str | None,
    estimand: Estimand,
) -> Design:
    """Settle which regression a design leads to, and which method answers it.

    Parameters
    ----------
    summary : ChangeSummary
        Counts per unit; its sums are not looked at.
    asked : Asked
        Whose average, and the floor.
    assigned, treated : str or None
        Columns of ``summary.units``.
    estimand : {"workplace", "stayed"}
        Everyone who answers, or linked people only.

    Returns
    -------
    Design
        Of the units that count.

    Raises
    ------
    TooFewAnswers
        If a comparison of this design would be refused.
    """
    if not summary.has_units:
        raise DataProblem(
            "A design needs units.",
            expected="a column with the unit, named by unit=",
            found="people treated as independent",
            to_fix="name the column of units, such as teams or workplaces",
        )
    used = stayed(summary) if estimand == "stayed" else everyone(summary)
    if treated is None:
        codes, arm = clusters(summary, assigned), None
        _check_one_group(summary, asked, codes, estimand)
    else:
        level = assigned or str(summary.units.columns[0])
        arms = read_arms(
            summary, asked, assigned=level, treated=treated, estimand=estimand
        )
        codes, arm = arms.codes, arms.treated
    seen = behind(used, asked.average)
    codes = np.unique(codes[seen], return_inverse=True)[1].astype(np.intp)
    arm = None if arm is None else arm[seen]
    regression = _regression(used.of(seen), codes, arm, asked.average, estimand)
    layout = read_layout(regression)
    method, why = choose_method(layout)
    return Design(
        n_before=used.n_before[seen],
        n_after=used.n_after[seen],
        n_pairs=summary.n_pairs[seen],
        codes=codes,
        treated=arm,
        average=asked.average,
        estimand=estimand,
        floor=asked.floor,
        regression=regression,
        layout=layout,
        method=method,
        because=why or average_words(asked.average, 1),
    )


def _check_one_group(
    summary: ChangeSummary, asked: Asked, codes: Codes, estimand: Estimand
) -> None:
    if estimand == "stayed":
        check_pairs(summary, asked)
        check_clusters(codes, summary.n_pairs > 0)
        return
    check_waves_full(summary, asked)
    rows = everyone(summary)
    check_clusters(codes, rows.n_before + rows.n_after > 0)
    check_both_times(codes, rows.unit_changes[1])


def _regression(
    rows: Rows,
    codes: Codes,
    treated: Flags | None,
    average: Average,
    estimand: Estimand,
) -> Regression:
    if treated is not None:
        between = units_between_arms if average == "units" else change_between_arms
        return between(rows, codes, treated)
    if average == "units":
        return mean_of_units(rows, codes)
    return (mean_of_changes if estimand == "stayed" else change_of_means)(rows, codes)
