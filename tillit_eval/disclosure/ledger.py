"""Everything one build publishes, and what of it must stay hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from tillit_eval.disclosure.build import Build, Kept
from tillit_eval.disclosure.columns import names
from tillit_eval.disclosure.findings import reason_hidden
from tillit_eval.disclosure.kernel import Floors, hide_lines
from tillit_eval.disclosure.movers import moved_lines
from tillit_eval.disclosure.placing import state_summary, state_table
from tillit_eval.disclosure.spreads import Guard, guard_units, numbers_over_units
from tillit_eval.disclosure.statements import (
    Line,
    People,
    Statement,
    measures_of,
    state_finding,
)
from tillit_eval.errors import DataProblem, check_option, check_table, kind_of
from tillit_eval.findings import Finding, Findings, read_source
from tillit_eval.floors import K_CELL, K_MIN, check_floor
from tillit_eval.phrases import phrase
from tillit_eval.summaries import Summary

if TYPE_CHECKING:
    import pandas as pd

Movers = Literal["hidden", "shown"]


class Ledger:
    """What does one build publish, and what of it must stay hidden?

    Each table by itself may be safe and the two together not: a mean of all areas
    beside a mean of all but one, a wave twice with three people more, those who
    stayed beside the workplace. Add everything that is published about the same
    people; then `protect` hides what can be worked out from any of it.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, n_columns)
        One row per person and wave, with every scale. Parts of it are named by
        filtered copies that keep its row labels.
    respondent, wave : str, optional
        Columns with the person and the wave. Without a code, a person in two waves
        counts as two.
    unit : str, default "unit"
        Column with the unit that intervals are counted over, where there is one.
    movers : {"hidden", "shown"}, default "hidden"
        Whether a group is hidden if 1 to ``k_min - 1`` people left or joined it
        between two waves that are shown, and the answers of those who stayed
        changed so little that the difference would tell about those few.
    k_min : int, default 10
        Fewest people behind a number, at least 5.
    k_cell : int, default 5
        Fewest people on either side of a share.

    Raises
    ------
    DataProblem
        If a column is absent, row labels are not unique, or the floor is under 5.

    See Also
    --------
    protect_table : For one table alone.

    Notes
    -----
    Every number is read as a sum over the rows behind it, whatever it is shown in:
    a cell, a point of a figure, a sentence, a summary file. The rule is that of
    `protect_table`, over all of them at once: no group of people whose sum can be
    worked out may be one that may not be shown. Of the numbers that give it away,
    the one about the fewest people is hidden. An interval that is counted over units
    takes the place of one equation more, so more units are hidden beside it. Numbers
    that are no sums, such as alpha, are guarded by their own floor only and listed
    as ``placed = False`` in the `table` of the result.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"unit": list("ABC") * 20 + ["D"] * 4, "wave": "2019",
    ...     "trust": [60.0] * 64, "source": "real"})
    >>> ledger = Ledger(rows)
    >>> areas = rows[rows["unit"] != "D"]
    >>> for name, part in {"all": rows, "three areas": areas}.items():
    ...     mean = part["trust"].mean().round(1)
    ...     table = pd.DataFrame({"what": [name], "n": [len(part)], "trust": [mean]})
    ...     ledger.add_table(name, table, values={"trust": "trust"}, rows=part)
    >>> safe = ledger.protect()
    >>> safe.table["shown"].tolist()
    [True, False]
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        *,
        respondent: str = "respondent",
        wave: str = "wave",
        unit: str = "unit",
        movers: Movers = "hidden",
        k_min: int = K_MIN,
        k_cell: int = K_CELL,
    ) -> None:
        check_option("movers", movers, ("hidden", "shown"))
        self._people = People(rows, respondent=respondent, wave=wave, unit=unit)
        self._floors = Floors(check_floor(k_min), k_cell)
        self._movers = movers
        self._source = read_source(rows)
        self._outputs: dict[str, Kept] = {}
        self._lines: list[Line] = []

    def add_findings(
        self,
        name: str,
        findings: Finding | Iterable[Finding],
        *,
        rows: pd.DataFrame | Sequence[pd.DataFrame] | None = None,
        published: bool = False,
    ) -> None:
        """Add findings, wherever they are shown: sentence, table, figure or page.

        Parameters
        ----------
        name : str
            What the result is called.
        findings : Finding or iterable of Finding
            What is to be shown.
        rows : DataFrame or sequence of DataFrame, optional
            The part of the ledger's table they were made from, as given to the
            ``compare_`` function; one per arm if arms are compared. All rows by
            default.
        published : bool, default False
            Whether they are published already, in an earlier report, and cannot
            be hidden any more.

        Raises
        ------
        DataProblem
            If the name is taken, or the rows are not those behind the findings.
        """
        given = Findings(findings)
        import pandas as pd

        several: list[pd.DataFrame | None] = (
            [rows] if rows is None or isinstance(rows, pd.DataFrame) else [*rows]
        )
        parts = [self._people.locate(part) for part in several]
        floor = self._floors.k_min
        lines = [
            Line(
                name,
                position,
                state_finding(finding, self._people, parts),
                reason_hidden(finding, max(floor, finding.floor)),
                published or finding.source == "published",
                numbers_over_units(finding),
                numbers_over_units(finding, averages=False, methods=False),
            )
            for position, finding in enumerate(given)
        ]
        self._keep(name, Kept(given), lines)

    def add_table(
        self,
        name: str,
        table: pd.DataFrame,
        *,
        values: Mapping[str, str | tuple[str, str]],
        by: str | Sequence[str] = (),
        count: str | Sequence[str] = (),
        margin: str | None = None,
        rows: pd.DataFrame | None = None,
        digits: int = 1,
        published: bool = False,
    ) -> None:
        """Add a table of means or shares, one row per group; a figure of it too.

        Parameters
        ----------
        name : str
            What the result is called.
        table : DataFrame, shape (G, n_columns)
            One row per group.
        values : mapping of str to str or (str, str)
            What each column is the mean of: a column of the ledger's table, or
            that column in one wave: ``{"before": ("trust", "2013")}``.
        by : str or sequence of str, optional
            Columns that name the groups, in this table and the ledger's; none if
            each row is about everyone.
        count : str or sequence of str, optional
            Columns with numbers of people.
        margin : str, optional
            The word that stands in a column of `by` for all groups together.
        rows : DataFrame, optional
            The part of the ledger's table it was made from; all rows by default.
        digits : int, default 1
            Decimals of the values; they are rounded after hiding.
        published : bool, default False
            Whether it is published already and cannot be hidden any more.

        Raises
        ------
        DataProblem
            If the name is taken, a column is missing, or a number is not the mean
            of the rows it is said to be about.
        """
        check_table(table, table="groups")
        keys, counts = names(by), names(count)
        told = state_table(
            table, keys, values, margin, self._people, self._people.locate(rows)
        )
        fixed = published or self._source == "published"
        lines = [
            Line(name, position, statements, fixed=fixed)
            for position, statements in enumerate(told)
        ]
        self._keep(name, Kept(table, keys, counts, digits), lines)

    def add_summary(
        self, name: str, summary: Summary, *, rows: pd.DataFrame | None = None
    ) -> None:
        """Add a summary that was written to a file; it is out and stays as it is.

        Parameters
        ----------
        name : str
            What the result is called.
        summary : Summary
            What `read_summary` returns for the file that was written.
        rows : DataFrame, optional
            The part of the ledger's table it was made from; all rows by default.

        Raises
        ------
        DataProblem
            If it is not a `Summary`, or is not about these rows.
        """
        if not isinstance(summary, Summary):
            raise DataProblem(
                "This is not a summary.",
                expected="what read_summary returns",
                found=kind_of(summary),
                to_fix="read the file that was written with read_summary",
            )
        told = state_summary(summary, self._people, self._people.locate(rows))
        lines = [
            Line(name, position, statements, fixed=True)
            for position, statements in enumerate(told)
        ]
        self._keep(name, Kept(summary), lines)

    def protect(self) -> Build:
        """Decide what must be hidden of everything that was added.

        Returns
        -------
        Build
            Every output by its name, guarded, with an account of every line.
        """
        lines = self._with_reasons(self._lines)
        guard = self._decide(lines)
        return Build(self._outputs, lines, guard, self._floors.k_min, self._source)

    def check(self, lines: Sequence[Line]) -> list[str]:
        """Tell which lines, all shown already, give something away together.

        Parameters
        ----------
        lines : sequence of Line
            With their statements about the rows of this ledger.

        Returns
        -------
        list of str
            The key of the reason; empty for lines that are safe.
        """
        reasoned = self._with_reasons(lines)
        guard = self._decide(reasoned)
        return [
            (line.reason.key if line.reason else "disclosure.reason_beside")
            if hidden or bare
            else ""
            for line, hidden, bare in zip(reasoned, guard.gone, guard.bare, strict=True)
        ]

    def _decide(self, lines: Sequence[Line]) -> Guard:
        """Hide what must be, until nothing more follows."""
        hidden = np.array([line.reason is not None for line in lines], dtype=bool)
        fixed = np.array([line.fixed for line in lines], dtype=bool)
        size = np.array([_size(line) for line in lines], dtype=float)
        # Between two equal sizes, what was added last is hidden.
        rank = np.arange(len(lines))[::-1].copy()
        measures = measures_of(lines, self._people)
        hide = partial(hide_lines, measures, size, rank, self._floors, fixed=fixed)
        guard = Guard(hide(hidden=hidden & ~fixed), np.zeros_like(hidden))
        while True:
            more = guard_units(lines, guard, self._people, self._floors.k_min, size)
            if (more.gone == guard.gone).all():
                return more
            guard = replace(more, gone=hide(hidden=hidden & ~fixed, also=more.gone))

    def _keep(self, name: str, kept: Kept, lines: list[Line]) -> None:
        if name in self._outputs:
            raise DataProblem(
                "Two outputs have the same name.",
                expected="a name of its own for everything that is published",
                found="a name that is taken",
                to_fix="give another name",
            )
        self._outputs[name] = kept
        self._lines += lines

    def _with_reasons(self, lines: Sequence[Line]) -> list[Line]:
        """Return the lines, each with why it is hidden for its own sake."""
        floor = self._floors.k_min
        few = phrase("disclosure.reason_under_floor", n=floor)
        moved = phrase("disclosure.reason_moved", n=floor)
        movers: set[int] = set()
        if self._movers == "hidden":
            movers = moved_lines(lines, self._people, floor)
        return [
            line
            if line.reason is not None
            else replace(
                line,
                reason=few
                if any(0 < self._n(told) < floor for told in line.statements)
                else moved
                if number in movers
                else None,
            )
            for number, line in enumerate(lines)
        ]

    def _n(self, statement: Statement) -> int:
        return self._people.n_people(statement.rows)


def _size(line: Line) -> int:
    return sum(len(statement.rows) for statement in line.statements)
