"""What published numbers say about which people: rows behind every number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure.kernel import Measure
from tillit_eval.errors import DataProblem, check_columns, check_table
from tillit_eval.findings import Estimate, Finding
from tillit_eval.phrases import Phrase
from tillit_eval.summaries.frames import key_text

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
What = tuple[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One published number: what it is about, and the rows behind it.

    Attributes
    ----------
    what : tuple
        The column, and for a share the answers that count.
    rows : ndarray of int
        Positions of the rows (a person in a wave) behind the number.
    group : tuple
        The same for one group in all waves.
    wave : str
        The wave; empty if the number is about all waves together.
    """

    what: What
    rows: Rows
    group: tuple[object, ...]
    wave: str = ""


@dataclass(slots=True, eq=False)
class Line:
    """What is hidden as one: a row of a table, or a finding.

    Attributes
    ----------
    output : str
        The name of the table or findings it stands in.
    position : int
        Its place there, from 0.
    statements : list of Statement
        Its numbers; empty if they cannot be placed.
    reason : Phrase or None
        Why it is hidden for its own sake.
    fixed : bool
        Whether it is published already.
    over_units : frozenset of str
        What it tells beside its means that is counted over units.
    at_least : frozenset of str
        The same, if nothing but its own interval is told.
    """

    output: str
    position: int
    statements: list[Statement] = field(default_factory=list)
    reason: Phrase | None = None
    fixed: bool = False
    over_units: frozenset[str] = frozenset()
    at_least: frozenset[str] = frozenset()


class People:
    """The rows that everything is about, and who they are.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, n_columns)
        One row per person and wave.
    respondent, wave, unit : str
        Columns with the person, the wave and, where there is one, the unit.

    Raises
    ------
    DataProblem
        If a column is absent, or two rows have the same label.
    """

    def __init__(
        self, rows: pd.DataFrame, *, respondent: str, wave: str, unit: str = "unit"
    ) -> None:
        check_table(rows, table="rows")
        check_columns(rows.columns, [wave], table="rows")
        if not rows.index.is_unique:
            raise DataProblem(
                "Two rows have the same label, so they cannot be told apart.",
                expected="a table whose row labels are unique",
                found=f"{int(rows.index.duplicated().sum())} labels used again",
                to_fix="call reset_index(drop=True) once, before you filter",
            )
        self.rows, self.wave, self.respondent = rows, wave, respondent
        self.waves = key_text(rows[wave]).to_numpy()
        self.who = _who(rows, respondent)
        self.units = _units(rows, unit)
        self._numbers: dict[str, Array] = {}
        self._texts: dict[str, npt.NDArray[np.object_]] = {}

    def numbers(self, column: str) -> Array:
        """Return a column as numbers, missing ones as nan."""
        if column not in self._numbers:
            check_columns(self.rows.columns, [column], table="rows")
            kept = self.rows[column]
            if kept.dtype.kind not in "iufb":
                raise DataProblem(
                    f"The column '{column}' does not hold numbers.",
                    expected="scores or codes",
                    found="something else",
                    to_fix="score the answers first",
                )
            self._numbers[column] = kept.to_numpy(dtype=float, na_value=np.nan)
        return self._numbers[column]

    def said(self, what: What) -> Array:
        """Return the answers to one thing as numbers; 0 and 1 for a share."""
        values = self.numbers(what[0])
        return np.isin(values, what[1]).astype(float) if what[1] else values

    def texts(self, column: str) -> npt.NDArray[np.object_]:
        """Return a column of keys as text, missing ones as None."""
        if column not in self._texts:
            self._texts[column] = key_text(self.rows[column]).to_numpy()
        return self._texts[column]

    def locate(self, part: pd.DataFrame | None) -> Mask:
        """Tell which rows a filtered copy of the table holds, shape (n_rows,)."""
        if part is None:
            return np.ones(len(self.rows), dtype=bool)
        check_table(part, table="rows")
        places = self.rows.index.get_indexer(part.index)
        same = (places >= 0).all() and not part.index.has_duplicates
        for name in (self.wave, self.respondent):
            if same and name in part.columns and name in self.rows.columns:
                ours = self.rows[name].iloc[places].to_numpy(dtype=object)
                same = _alike(ours, part[name].to_numpy(dtype=object))
        if not same:
            raise DataProblem(
                "These rows are not rows of the ledger's table.",
                expected="a part of the table given to the ledger, with its row labels",
                found=f"{len(part)} rows with other labels, waves or respondents",
                to_fix="filter that table, and do not reset its index",
            )
        inside = np.zeros(len(self.rows), dtype=bool)
        inside[places] = True
        return inside

    def n_people(self, rows: Rows) -> int:
        """Count the people behind rows; a person without a code counts per row."""
        return len(np.unique(self.who[rows]))

    def n_moved(self, one: Rows, other: Rows) -> int:
        """Count the people who are in one of two waves of a group only."""
        return len(np.setxor1d(self.who[one], self.who[other]))


def _who(rows: pd.DataFrame, respondent: str) -> Rows:
    """Give each person a number; everybody without a code is one of their own."""
    alone = np.arange(len(rows))
    if respondent not in rows.columns:
        return alone
    import pandas as pd

    codes = pd.factorize(key_text(rows[respondent]))[0]
    return np.where(codes < 0, len(rows) + alone, codes)


def _units(rows: pd.DataFrame, unit: str) -> Rows | None:
    """Give each unit a number, -1 where a row has none; None without units."""
    if unit not in rows.columns:
        return None
    import pandas as pd

    return np.asarray(pd.factorize(key_text(rows[unit]))[0])


def _alike(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    """Tell whether two columns hold the same, missing ones included."""
    import pandas as pd

    missing = pd.isna(one)
    both = bool((missing == pd.isna(other)).all())
    return both and bool((one[~missing] == other[~missing]).all())


def state_finding(
    finding: Finding, people: People, parts: Sequence[Mask]
) -> list[Statement]:
    """Return what a finding says about which rows; empty if it cannot be placed.

    Parameters
    ----------
    finding : Finding
        A mean, a share, or a change of one between two waves.
    people : People
        The rows of the ledger.
    parts : sequence of ndarray of bool
        The rows given to the function that made it; one mask per arm.

    Returns
    -------
    list of Statement
        One per wave and arm.

    Raises
    ------
    DataProblem
        If the rows do not give the finding's own number of people.
    """
    if not isinstance(finding, Estimate) or finding.scale not in people.rows.columns:
        return []
    if finding.unit_of_measure not in ("points", "share"):
        return []
    what = (finding.scale, _codes_that_count(finding, people, parts))
    answered = ~np.isnan(people.numbers(finding.scale))
    waves = [getattr(finding, name, None) for name in ("before", "after")]
    if None in waves:
        if finding.question not in ("estimate", "share"):
            return []
        found = [np.flatnonzero(part & answered) for part in parts]
        _check_same(finding.n_people, sum(len(rows) for rows in found))
        return [Statement(what, rows, _label(what, rows)) for rows in found]
    stayed = finding.estimand is not None and "stayed" in finding.estimand.key
    statements = []
    for part in parts:
        rows = [np.flatnonzero(part & answered & (people.waves == w)) for w in waves]
        if stayed:
            rows = _linked(rows, people)
        group = ("stayed" if stayed else "everyone", part.tobytes())
        statements += [
            Statement(what, own, group, str(wave))
            for own, wave in zip(rows, waves, strict=True)
        ]
        if len(parts) == 1:
            names = ("n_pairs", "n_pairs") if stayed else ("n_before", "n_after")
            for name, own in zip(names, rows, strict=True):
                _check_same(getattr(finding, name, len(own)), len(own))
    return statements


def _codes_that_count(
    finding: Estimate, people: People, parts: Sequence[Mask]
) -> tuple[float, ...]:
    """Return the answers a share counts; a lowest value stands for all from there."""
    top = tuple(getattr(finding, "top", ()))
    if len(top) != 1:
        return top
    values = people.numbers(finding.scale)
    rows = np.logical_or.reduce(parts) & (people.waves == getattr(finding, "after", ""))
    own = values[rows & ~np.isnan(values)]
    share = getattr(finding, "mean_after", None)
    if (
        share is None
        or not len(own)
        or abs(float(np.mean(own == top[0])) - share) < 1e-9
    ):
        return top
    return tuple(float(value) for value in np.unique(values[values >= top[0]]))


def _label(what: What, rows: Rows) -> tuple[object, ...]:
    return (what, rows.tobytes())


def _linked(rows: list[Rows], people: People) -> list[Rows]:
    """Keep the rows of people who are in both waves."""
    before, after = (people.who[own] for own in rows)
    both = np.intersect1d(before, after)
    return [own[np.isin(people.who[own], both)] for own in rows]


def _check_same(stated: int, counted: int) -> None:
    if stated != counted:
        raise DataProblem(
            "These rows are not the ones behind the finding.",
            expected="rows= with the table that the finding was made from",
            found="another number of people with a score",
            to_fix="give the same filtered table as to the compare_ function",
        )


def measures_of(lines: Sequence[Line], people: People) -> list[Measure]:
    """Gather all statements about one thing, over the smallest groups they tell apart.

    Parameters
    ----------
    lines : sequence of Line
        Everything that is published together.
    people : People
        The rows of the ledger.

    Returns
    -------
    list of Measure
        One per column, or share of a column.
    """
    about: dict[What, list[tuple[int, Statement]]] = {}
    for number, line in enumerate(lines):
        for statement in line.statements:
            about.setdefault(statement.what, []).append((number, statement))
    return [_measure(what, told, people) for what, told in about.items()]


def _measure(
    what: What, told: Iterable[tuple[int, Statement]], people: People
) -> Measure:
    told = list(told)
    # Rows behind the same statements get the same sum of random numbers.
    marks = np.random.default_rng(len(told)).integers(1, 2**62, len(told))
    signs = np.zeros(len(people.rows), dtype=np.int64)
    for mark, (_, statement) in zip(marks, told, strict=True):
        signs[statement.rows] += mark
    kinds, atom = np.unique(signs, return_inverse=True)
    sets = np.zeros((len(told), len(kinds)), dtype=bool)
    for row, (_, statement) in enumerate(told):
        sets[row, atom[statement.rows]] = True
    counts = np.bincount(atom, minlength=len(kinds)).astype(float)
    said = _yes(people.numbers(what[0]), what[1])
    yes = None
    if said is not None:
        yes = np.bincount(atom, said, minlength=len(kinds)).astype(float)
    lines = np.array([line for line, _ in told], dtype=np.intp)
    return Measure(sets, lines, counts, yes)


def _yes(values: Array, top: tuple[float, ...]) -> Array | None:
    """Return who said yes, for a share; None for a score."""
    if top:
        return np.isin(values, top).astype(float)
    known = values[~np.isnan(values)]
    if len(known) and np.isin(known, (0.0, 1.0)).all():
        return np.nan_to_num(values)
    return None
