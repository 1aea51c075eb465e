"""The tables of a notebook, searched for the rows behind a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure.coding import Base, code_rows, mark_of
from tillit_eval.disclosure.parting import (
    RESPONDENT,
    WAVE,
    Means,
    means_in,
    numeric,
    parts_of,
)
from tillit_eval.disclosure.placing import state_summary
from tillit_eval.disclosure.searching import rows_behind
from tillit_eval.disclosure.statements import (
    Mask,
    People,
    Statement,
)
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Finding
from tillit_eval.floors import K_MIN
from tillit_eval.summaries.frames import key_text

if TYPE_CHECKING:
    import pandas as pd

_NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sighting:
    """Something that was shown, with its numbers as far as their rows were found.

    Attributes
    ----------
    what : str
        What it is about: a scale, or the column that names groups.
    statements : sequence of Statement
        Its numbers; empty if no rows were found.
    frame : int
        Which table of the catalogue their rows are of.
    shown : bool
        False if the floor had hidden it.
    floor : int
        Fewest people behind a number.
    fixed : bool
        Whether it was public before.
    over, bare : frozenset of str
        What it tells that is counted over units, and of that its own interval.
    """

    what: str
    statements: Sequence[Statement] = ()
    frame: int = -1
    shown: bool = True
    floor: int = K_MIN
    fixed: bool = False
    over: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()


class Catalogue:
    """Tables of rows of persons, and what is known of their people.

    Parameters
    ----------
    scope : str
        Name of the notebook; people of tables without a column ``site`` are its own.
    key : str
        Sixteen signs that make the codes of persons unique.
    """

    def __init__(self, scope: str, key: str) -> None:
        self._scope, self._key = scope, key
        self._frames: list[pd.DataFrame] = []
        self._people: list[People] = []
        self._met: dict[object, object] = {}
        self._bases: dict[tuple[int, str], Base] = {}
        self._means: dict[tuple[int, tuple[str, ...]], list[Means]] = {}

    def add(self, table: object) -> None:
        """Take in a table of rows of persons in waves; leave anything else alone."""
        import pandas as pd

        if not isinstance(table, pd.DataFrame):
            return
        # Kept, so that its id is not used again; a column more makes it new.
        mark = (id(table), len(table), tuple(map(str, table.columns)))
        if mark in self._met:
            return
        self._met[mark] = table
        rows = table.reset_index(drop=True)
        if not rows.columns.is_unique or not len(rows):
            return
        if not {WAVE, RESPONDENT} & set(rows.columns):
            return
        if WAVE not in rows.columns:
            rows = rows.assign(**{WAVE: ""})
        if not numeric(rows):
            return
        self._frames.append(table)
        self._people.append(People(rows, respondent=RESPONDENT, wave=WAVE))

    def _newest(self) -> Iterator[tuple[int, People]]:
        """Go through the tables, the newest first."""
        return zip(
            range(len(self._people) - 1, -1, -1), reversed(self._people), strict=True
        )

    def place_finding(
        self, finding: Finding, over: frozenset[str], bare: frozenset[str]
    ) -> Sighting:
        """Find the rows behind a mean, a share, or the change of one."""
        every = self._newest() if finding.is_shown else ()
        found = ((frame, rows_behind(finding, people)) for frame, people in every)
        frame, told = next((one for one in found if one[1]), (-1, []))
        return Sighting(
            what=finding.scale,
            statements=told,
            frame=frame,
            shown=finding.is_shown,
            floor=finding.floor,
            fixed=finding.source == "published",
            over=over,
            bare=bare,
        )

    def place_table(self, about: Mapping[str, Any]) -> list[Sighting]:
        """Find the rows behind every row of a table of groups."""
        table, by = about["table"].reset_index(), list(about["by"])
        shown = np.asarray(about["shown"], dtype=bool)
        told: list[list[Statement]] = [[] for _ in range(len(table))]
        at = -1
        for frame, people in self._newest():
            if not set(by) <= set(people.rows.columns):
                continue
            counts = table[list(about["counts"])].to_numpy(dtype=float)
            for column in about["values"]:
                found = self._place_column(
                    frame, people, table, by, column, shown, counts
                )
                for own, statement in zip(told, found, strict=True):
                    own += statement
            if any(told):
                at = frame
                break
        return [
            Sighting(
                what=by[0],
                statements=own if is_shown else (),
                frame=at,
                shown=bool(is_shown),
                floor=about["floor"],
                fixed=about["source"] == "published",
            )
            for own, is_shown in zip(told, shown, strict=True)
        ]

    def _place_column(
        self,
        frame: int,
        people: People,
        table: pd.DataFrame,
        by: list[str],
        column: str,
        shown: Mask,
        counts: npt.NDArray[np.float64],
    ) -> list[list[Statement]]:
        """Find of which scale and wave a column holds the means."""
        nothing: list[list[Statement]] = [[] for _ in range(len(table))]
        if table[column].dtype.kind != "f":
            return nothing
        wanted = table[column].to_numpy(dtype=float)
        filled = shown & ~np.isnan(wanted)
        keys = list(zip(*(key_text(table[name]) for name in by), strict=True))
        for means in self._groups(frame, people, tuple(by)):
            rows = [means.groups.get(key, -1) for key in keys]
            known = filled & (np.array(rows) >= 0)
            if not filled.any() or (filled & ~known).any():
                continue
            near = np.abs(means.mean[rows][known] - wanted[known, None]) < _NEAR
            n = means.n[rows][known]
            same = (counts[known][:, :, None] == n[:, None, :]).all(axis=0).any(axis=0)
            right = np.flatnonzero(near.all(axis=0) & same)
            if len(right):
                scale = means.names[right[0]]
                return [
                    [means.statement(people, row, scale, (*by, *key))] if inside else []
                    for row, key, inside in zip(rows, keys, known, strict=True)
                ]
        return nothing

    def _groups(self, frame: int, people: People, by: tuple[str, ...]) -> list[Means]:
        """Return the means of every numeric column by group, in all and in parts."""
        if (frame, by) not in self._means:
            self._means[frame, by] = [
                means_in(people, by, part) for part in parts_of(people, by)
            ]
        return self._means[frame, by]

    def place_answers(self, about: Mapping[str, Any]) -> list[Sighting]:
        """Take the rows behind every bar of answers; they are given."""
        self.add(about["rows"])
        frame = next(
            (i for i, own in enumerate(self._frames) if own is about["rows"]), -1
        )
        bars = about["bars"].drop_duplicates(["item", "wave"])
        options = {"floor": about["floor"], "fixed": about["source"] == "published"}
        sightings = []
        for item, wave, hidden in zip(
            bars["item"], bars["wave"], bars["hidden"], strict=True
        ):
            told = []
            if frame >= 0 and not hidden:
                people = self._people[frame]
                inside = ~np.isnan(people.numbers(item))
                if about["wave"] == WAVE:
                    inside &= people.waves == wave
                elif wave:
                    inside &= people.texts(about["wave"]) == wave
                group = ("answers",)
                told = [Statement((item, ()), np.flatnonzero(inside), group, wave)]
            sightings.append(
                Sighting(
                    what=item,
                    statements=told,
                    frame=frame,
                    shown=not hidden,
                    **options,
                )
            )
        return sightings

    def place_summary(self, about: Mapping[str, Any]) -> list[Sighting]:
        """Find the rows behind a summary file."""
        summary = about["summary"]
        for frame, people in self._newest():
            try:
                every = np.ones(len(people.rows), dtype=bool)
                told = state_summary(summary, people, every)
            except DataProblem:
                continue
            return [
                Sighting(
                    what=", ".join(summary.by) or "all",
                    statements=own,
                    frame=frame,
                    floor=about["floor"],
                    fixed=summary.source == "published",
                )
                for own in told
            ]
        return [Sighting(what=", ".join(summary.by) or "all", floor=about["floor"])]

    def base(self, frame: int, column: str) -> Base:
        """Return the rows of a table with an answer in one column, by code."""
        if (frame, column) not in self._bases:
            self._bases[frame, column] = code_rows(
                self._people[frame], column, scope=self._scope, key=self._key
            )
        return self._bases[frame, column]

    def group_name(self, frame: int, statement: Statement) -> str:
        """Name the group of a statement alike wherever it is shown."""
        parts = [
            str(mark_of(self.base(frame, statement.what[0]), one))
            if isinstance(one, bytes)
            else str(one)
            for one in statement.group
        ]
        return "|".join(parts)
