"""Which units have the reform and which do not, and whether that can be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tillit_eval.comparison._moments import Codes, Flags, Rows, everyone, stayed
from tillit_eval.comparison._read import Asked, clusters, refuse
from tillit_eval.errors import DataProblem, check_columns
from tillit_eval.findings import Estimand
from tillit_eval.floors import is_shown
from tillit_eval.phrases import phrase
from tillit_eval.summaries import ChangeSummary
from tillit_eval.thresholds import threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """The sums of two waves with the arm of every unit."""

    summary: ChangeSummary
    rows: Rows
    codes: Codes
    treated: Flags
    estimand: Estimand

    @property
    def n_clusters(self) -> tuple[int, int]:
        """Groups that errors cluster in, with the reform and without it."""
        return self._groups(self.rows.n_before + self.rows.n_after > 0)

    @property
    def n_complete(self) -> tuple[int, int]:
        """The same, of groups that answered both times."""
        return self._groups(self.rows.unit_changes[1])

    def _groups(self, seen: Flags) -> tuple[int, int]:
        reform = len(np.unique(self.codes[seen & self.treated]))
        return reform, len(np.unique(self.codes[seen & ~self.treated]))

    def of(self, where: Flags) -> Arms:
        """Keep some units."""
        return replace(
            self,
            rows=self.rows.of(where),
            codes=self.codes[where],
            treated=self.treated[where],
        )

    @property
    def sides(self) -> tuple[Rows, Rows]:
        """The sums with the reform and without it."""
        return self.rows.of(self.treated), self.rows.of(~self.treated)

    @property
    def fewest(self) -> int:
        """People in the smallest of the two arms and waves."""
        return min(
            int(n.sum()) for side in self.sides for n in (side.n_before, side.n_after)
        )

    def has_enough(self, asked: Asked) -> bool:
        """Tell whether each arm and wave may be shown."""
        n, source = self.fewest, self.summary.source
        return n > 1 and is_shown(n, floor=asked.floor, source=source)

    def check_people(self, asked: Asked) -> None:
        """Refuse arms or waves under the floor."""
        if self.has_enough(asked):
            return
        raise refuse(
            f"Too few answers to compare '{asked.scale}' between the arms.",
            expected=f"at least {asked.floor} people in each arm and wave",
            found=f"{self.fewest} in the smallest",
            to_fix="compare larger groups, or more units together",
            reason=phrase("comparison.reason_few_in_arm", n=asked.floor),
        )


def read_arms(
    summary: ChangeSummary,
    asked: Asked,
    *,
    assigned: str,
    treated: str,
    estimand: Estimand,
) -> Arms:
    """Settle who belongs to which arm, and that each has enough to say."""
    check_columns(summary.units.columns, [treated], table="units")
    arms = Arms(
        summary=summary,
        rows=stayed(summary) if estimand == "stayed" else everyone(summary),
        codes=clusters(summary, assigned),
        treated=_flags(summary.units[treated].tolist(), treated),
        estimand=estimand,
    )
    _check_not_mixed(arms, assigned, treated)
    _check_enough_groups(arms)
    arms.check_people(asked)
    return arms


def _flags(values: list[Any], treated: str) -> Flags:
    known = {True: True, False: False, "True": True, "False": False}
    known |= {"1": True, "0": False}
    flags = [known.get(value) for value in values]
    unknown = sum(flag is None for flag in flags)
    if unknown:
        raise DataProblem(
            f"'{treated}' does not say who has the reform.",
            expected="true or false, or 1 or 0, in every row",
            found=f"another value in {unknown} of {len(flags)} units",
            to_fix="make a column that is true where the reform came, in both waves",
        )
    return np.array(flags, dtype=bool)


def _check_not_mixed(arms: Arms, assigned: str, treated: str) -> None:
    both = np.intersect1d(arms.codes[arms.treated], arms.codes[~arms.treated])
    if len(both):
        raise DataProblem(
            f"'{treated}' varies within '{assigned}'.",
            expected="every assigned group in one arm",
            found=f"{len(both)} groups in both arms",
            to_fix="give assigned= the level at which the reform was given or not",
        )


def _check_enough_groups(arms: Arms) -> None:
    """Refuse one group in an arm, unless the other arm tells how much groups vary."""
    reform, other = arms.n_complete
    many = int(threshold("placebo_groups"))
    if min(reform, other) > 1 or (
        min(reform, other) == 1 and max(reform, other) >= many
    ):
        return
    raise refuse(
        "One group in an arm cannot say how much groups differ.",
        expected="at least 2 assigned groups that answered both times in each arm, "
        f"or 1 beside at least {many}",
        found=f"{reform} with the reform, {other} without it",
        to_fix="add groups to the smaller arm, or many more to the larger",
        reason=phrase("comparison.reason_one_treated", n=many)
        if reform < 2
        else phrase("comparison.reason_one_comparison", n=many),
    )
