"""Everything one build publishes, and what of it must stay hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from tillit_eval.disclosure.build import Build, Kept
from tillit_eval.disclosure.columns import names
from tillit_eval.disclosure.findings import reason_hidden
from tillit_eval.disclosure.kernel import Floors, hide_lines
from tillit_eval.disclosure.placing import state_summary, state_table
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
    movers : {"hidden", "shown"}, default "hidden"
        Whether a group is hidden if 1 to ``k_min - 1`` people left or joined it
        between two waves that are shown. The difference of two waves tells about
        those few exactly where answers do not change from wave to wave.
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
    the one about the fewest people is hidden. Numbers that are no sums, such as
    alpha or an interval, are guarded by their own floor only and listed as
    ``placed = False`` in the `table` of the result.

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
        movers: Movers = "hidden",
        k_min: int = K_MIN,
        k_cell: int = K_CELL,
    ) -> None:
        check_option("movers", movers, ("hidden", "shown"))
        self._people = People(rows, respondent=respondent, wave=wave)
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
        lines = self._with_reasons()
        hidden = np.array([line.reason is not None for line in lines], dtype=bool)
        fixed = np.array([line.fixed for line in lines], dtype=bool)
        size = np.array([_size(line) for line in lines], dtype=float)
        # Between two equal sizes, what was added last is hidden.
        rank = np.arange(len(lines))[::-1].copy()
        measures = measures_of(lines, self._people)
        gone = hide_lines(
            measures, size, rank, self._floors, hidden=hidden & ~fixed, fixed=fixed
        )
        return Build(self._outputs, lines, gone, self._floors.k_min, self._source)

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

    def _with_reasons(self) -> list[Line]:
        """Return the lines, each with why it is hidden for its own sake."""
        floor = self._floors.k_min
        few = phrase("disclosure.reason_under_floor", n=floor)
        moved = phrase("disclosure.reason_moved", n=floor)
        movers = self._moved() if self._movers == "hidden" else set()
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
            for number, line in enumerate(self._lines)
        ]

    def _n(self, statement: Statement) -> int:
        return self._people.n_people(statement.rows)

    def _moved(self) -> set[int]:
        """Find lines about groups that 1 to ``k_min - 1`` people left or joined."""
        groups: dict[object, dict[str, list[tuple[int, Statement]]]] = {}
        for number, line in enumerate(self._lines):
            for told in line.statements:
                if told.wave:
                    waves = groups.setdefault((told.what, told.group), {})
                    waves.setdefault(told.wave, []).append((number, told))
        found: set[int] = set()
        for waves in groups.values():
            ordered = [waves[wave] for wave in sorted(waves)]
            for one, other in combinations(ordered, 2):
                if not (len(one[0][1].rows) and len(other[0][1].rows)):
                    continue
                moved = self._people.n_moved(one[0][1].rows, other[0][1].rows)
                if 0 < moved < self._floors.k_min:
                    found |= {number for number, _ in (*one, *other)}
        return found


def _size(line: Line) -> int:
    return sum(len(statement.rows) for statement in line.statements)
