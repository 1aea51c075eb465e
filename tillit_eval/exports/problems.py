"""What is wrong with an export: columns, kinds, counts and row positions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem, check_columns
from tillit_eval.files.raw import NONE_AT_ALL, Positions
from tillit_eval.phrases import Language, language, say

# Kinds that make `read_responses(strict=True)` refuse, in the order of repair.
STOPPING = (
    *("no_header", "missing_column", "repeated_column", "wave_missing"),
    *("unknown_wave", "two_waves_in_one_file", "invalid_code", "label_unknown"),
    *("label_contradicts", "missing_is_valid", "date_for_code", "lost_zeros"),
    *("repeated_respondent", "personal_number", "email", "phone", "mojibake"),
)
# Kinds that a person should look at; the table can be read.
NOTES = (
    *("unknown_column", "empty_column", "constant_column", "mixed_types"),
    *("value_missing", "free_text", "duplicate_rows", "outer_space"),
    *("merged_cells", "other_spelling", "wave_absent"),
)
# Kinds that only the other tables have; all of them refuse.
OF_TABLES = ("cell_empty", "not_number", "not_whole", "not_date", "repeated_key")
KINDS = (*STOPPING, *OF_TABLES, *NOTES)
_POSITIONS_SHOWN = 5
_LISTED = 40
# Longer codes than these are not answers but may be somebody's number.
_LARGEST_CODE_SHOWN = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in one column.

    Attributes
    ----------
    column : str
        Name of the column as it may be shown; empty if it is about whole rows.
    kind : str
        One of `KINDS`.
    rows : ndarray of int
        Row positions, from 0.
    count : int
        Cells or rows concerned.
    codes : tuple of int
        Numeric codes concerned, where they are short enough to be codes.
    stops : bool
        Whether a strict reading refuses because of it.
    file : int or None
        Which file of several, from 1.
    """

    column: str
    kind: str
    rows: Positions
    count: int
    codes: tuple[int, ...] = ()
    stops: bool = False
    file: int | None = None

    def positions(self) -> str:
        """Return the first row positions as text, with the file if there are several.

        Returns
        -------
        str
            For example ``0, 3, 9, 12, 13 …``; empty if no rows are concerned.
        """
        shown = ", ".join(str(row) for row in self.rows[:_POSITIONS_SHOWN])
        more = " …" if len(self.rows) > _POSITIONS_SHOWN else ""
        where = f"#{self.file}: " if self.file is not None and shown else ""
        return where + shown + more

    def clause(self) -> str:
        """Return the problem as a part of an error message.

        Returns
        -------
        str
            Column, kind, codes, count and row positions.
        """
        what = say(f"exports.kind_{self.kind}", "en")
        codes = " " + ", ".join(map(str, self.codes)) if self.codes else ""
        about = f"'{self.column}': " if self.column else ""
        rows = f", row positions {self.positions()}" if len(self.rows) else ""
        return f"{about}{what}{codes} ({self.count}{rows})"


def problem(
    column: str,
    kind: str,
    rows: Positions = NONE_AT_ALL,
    *,
    count: int | None = None,
    codes: Iterable[float] = (),
    stops: bool | None = None,
    file: int | None = None,
) -> Problem:
    """Make a problem; it stops a strict reading if its kind does.

    Parameters
    ----------
    column, kind : str
        Where, and what.
    rows : ndarray of int, optional
        Row positions.
    count : int, optional
        The number of rows by default.
    codes : iterable of float, optional
        Numeric codes; long ones are dropped.
    stops : bool, optional
        By default as the kind says.
    file : int, optional
        Which file of several, from 1.

    Returns
    -------
    Problem
        Ready to be listed.
    """
    short = {int(c) for c in codes if abs(c) <= _LARGEST_CODE_SHOWN and c == int(c)}
    return Problem(
        column=column,
        kind=kind,
        rows=rows,
        count=len(rows) if count is None else count,
        codes=tuple(sorted(short)),
        stops=kind in STOPPING if stops is None else stops,
        file=file,
    )


def problems_frame(problems: Sequence[Problem]) -> pd.DataFrame:
    """List problems as a frame, those that stop a reading first.

    Parameters
    ----------
    problems : sequence of Problem
        As found.

    Returns
    -------
    DataFrame, shape (n_problems, 4)
        ``column``, ``kind``, ``count``, ``positions``.
    """
    ordered = sorted(problems, key=lambda p: KINDS.index(p.kind))
    return pd.DataFrame(
        {
            "column": pd.array([p.column for p in ordered], dtype="str"),
            "kind": pd.array([p.kind for p in ordered], dtype="str"),
            "count": np.array([p.count for p in ordered], dtype=np.int64),
            "positions": pd.array([p.positions() for p in ordered], dtype="str"),
        }
    )


def refuse(problems: Sequence[Problem]) -> None:
    """Raise one error that lists every problem that stops a reading.

    Parameters
    ----------
    problems : sequence of Problem
        As found; those that only deserve a look are passed over.

    Raises
    ------
    DataProblem
        If any of them stops.
    """
    stopping = sorted(
        (p for p in problems if p.stops), key=lambda p: KINDS.index(p.kind)
    )
    if not stopping:
        return
    listed = [p.clause() for p in stopping[:_LISTED]]
    rest = len(stopping) - len(listed)
    more = [f"and {rest} more"] if rest > 0 else []
    places = "1 place" if len(stopping) == 1 else f"{len(stopping)} places"
    raise DataProblem(
        f"The export does not fit the codebook in {places}.",
        expected="columns, waves, codes and labels of the codebook, and no identities",
        found="; ".join(listed + more),
        to_fix=say(f"exports.fix_{stopping[0].kind}", "en"),
    )


def explain_problems(
    problems: pd.DataFrame, *, lang: Language | None = None
) -> pd.DataFrame:
    """Say in words what a check found and what to do about it.

    Parameters
    ----------
    problems : DataFrame
        As returned by `check_export`.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    DataFrame, shape (n_problems, 5)
        Column, what is wrong, how many, row positions, what to do; headed in
        the same language.

    Raises
    ------
    DataProblem
        If the frame is not one that `check_export` returned.

    See Also
    --------
    check_export : Makes the frame.

    Examples
    --------
    >>> found = problems_frame([problem("q1", "empty_column", count=3)])
    >>> print(explain_problems(found, lang="en").iloc[0, 1])
    nobody answered
    """
    named = getattr(problems, "columns", ())
    check_columns(named, ("column", "kind", "count", "positions"), table="problems")
    lang = language(lang)
    kinds = [str(kind) for kind in problems["kind"]]
    what = [say(f"exports.kind_{kind}", lang) for kind in kinds]
    fixes = [say(f"exports.fix_{kind}", lang) for kind in kinds]
    heads = ("column", "what", "count", "positions", "to_fix")
    columns = [problems[name].tolist() for name in ("column", "count", "positions")]
    cells: list[list[object]] = [columns[0], what, *columns[1:], fixes]  # type: ignore[list-item]
    titles = [say(f"exports.head_{head}", lang) for head in heads]
    return pd.DataFrame(
        {title: list(cell) for title, cell in zip(titles, cells, strict=True)}
    )
