"""Errors that tell a reader who has never seen a traceback what to do next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

# Whatever ends a line, moves a terminal's cursor or turns the direction of writing.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u180e\u00ad\U000e0000-\U000e007f\ud800-\udfff]+"
)
_LONGEST_LINE, _LONGEST_NAME = 4_000, 80


class TillitError(Exception):
    """Root of every error this library raises on purpose."""

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the message on the way from one process to another."""
        return _again, (type(self), self.args, vars(self))


def _again(
    kind: type[TillitError], said: tuple[object, ...], values: dict[str, object]
) -> TillitError:
    """Make an error anew from what it said."""
    roots = (
        root for root in (OSError, ImportError, Exception) if issubclass(kind, root)
    )
    error: TillitError = next(roots).__new__(kind)
    error.args = said
    vars(error).update(values)
    return error


class DataProblem(TillitError, ValueError):
    """The data, a file or an argument do not fit the question asked of them.

    The message always has the same four lines. It names columns, kinds, counts,
    row positions and numeric codes; never text a person wrote, never the label
    of a row, never an identity.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    expected, found : str
        What would have been right, and what is there instead.
    to_fix : str
        The next thing to try.

    Examples
    --------
    >>> print(DataProblem("No rows.", expected="1", found="0", to_fix="check the path"))
    No rows.
      expected: 1
      found:    0
      to fix:   check the path
    """

    def __init__(self, what: str, *, expected: str, found: str, to_fix: str) -> None:
        self.what, self.expected = _one_line(what), _one_line(expected)
        self.found, self.to_fix = _one_line(found), _one_line(to_fix)
        super().__init__(
            f"{self.what}\n  expected: {self.expected}\n"
            f"  found:    {self.found}\n  to fix:   {self.to_fix}"
        )


def _one_line(text: str) -> str:
    """Keep a line of an error one line, whatever name stands in it."""
    line = _UNSEEN.sub(" ", text)
    return line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…"


class TooFewAnswers(DataProblem):
    """The question is well put but these data cannot answer it.

    A direct call raises it; inside a plan it becomes a `NotAnswered` row, which
    says `reason` in the reader's language.

    Parameters
    ----------
    what, expected, found, to_fix : str
        The four lines, as in `DataProblem`.
    reason : str
        Key of the phrase that gives the reason in each language.
    values : mapping, optional
        What the phrase needs to be filled in. Counts obey the floor when shown.

    Examples
    --------
    >>> raise TooFewAnswers("Too few pairs.", expected="at least 10 linked pairs",
    ...     found="4", to_fix="use compare_waves", reason="reasons.pairs")
    Traceback (most recent call last):
    tillit_eval.errors.TooFewAnswers: Too few pairs.
      expected: at least 10 linked pairs
      found:    4
      to fix:   use compare_waves
    """

    def __init__(
        self,
        what: str,
        *,
        expected: str,
        found: str,
        to_fix: str,
        reason: str,
        values: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(what, expected=expected, found=found, to_fix=to_fix)
        self.reason = reason
        self.values: dict[str, object] = dict(values or {})


class FileProblem(DataProblem, OSError):
    """A file cannot be read, is not what it says it is, or may not be touched."""


class MissingExtra(TillitError, ImportError):
    """A part of the toolkit that is installed on request is needed now.

    Parameters
    ----------
    package : str
        The package that is absent.
    extra : str
        The extra of this project that brings it.
    needed_for : str
        What the user asked for, in a few words.

    Examples
    --------
    >>> print(MissingExtra("duckdb", extra="big", needed_for="reading Parquet"))
    A package needed for reading Parquet is not installed.
      expected: duckdb
      found:    nothing by that name
      to fix:   pip install "tillit_eval[big]"
    """

    def __init__(self, package: str, *, extra: str, needed_for: str) -> None:
        super().__init__(
            f"A package needed for {needed_for} is not installed.\n"
            f"  expected: {package}\n"
            "  found:    nothing by that name\n"
            f'  to fix:   pip install "tillit_eval[{extra}]"'
        )


def few(values: Iterable[object], *, at_most: int = 5) -> str:
    """List a few values and say how many were left out.

    For names of columns, waves and codes, and for row positions; never for
    answers in words, labels of rows or identities.

    Parameters
    ----------
    values : iterable
        What to list, in the order given.
    at_most : int, default 5
        How many to show.

    Returns
    -------
    str
        For example ``'a', 'b' and 7 more``; ``none`` when there is nothing.

    Examples
    --------
    >>> few(["a", "b", "c"], at_most=2)
    "'a', 'b' and 1 more"
    """
    listed = [_short(repr(value)) for value in values]
    rest = len(listed) - at_most
    shown = ", ".join(listed[:at_most])
    return f"{shown} and {rest} more" if rest > 0 else shown or "none"


def _short(shown: str) -> str:
    return shown if len(shown) <= _LONGEST_NAME else shown[:_LONGEST_NAME] + "…'"


def kind_of(value: object) -> str:
    """Say what kind of thing a caller gave, never what is in it.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str
        For example ``a list``, ``an int``, ``nothing``.

    Examples
    --------
    >>> kind_of([1]), kind_of(3), kind_of(None)
    ('a list', 'an int', 'nothing')
    """
    if value is None:
        return "nothing"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def check_option(name: str, value: object, allowed: Iterable[object]) -> None:
    """Refuse a value that is not one of the allowed ones, and list those.

    Parameters
    ----------
    name : str
        The argument's name, as the caller wrote it.
    value : object
        What the caller gave.
    allowed : iterable
        The values that would have been right.

    Raises
    ------
    DataProblem
        If `value` is not among `allowed`.

    Examples
    --------
    >>> check_option("average", "people", ("people", "units"))
    """
    options = list(allowed)
    plain = value is None or isinstance(value, (str, int, float))
    if not plain or value not in options:
        raise DataProblem(
            f"'{name}' is not an option this function knows.",
            expected=f"one of {few(options, at_most=12)}",
            found=f"{value!r}"
            if isinstance(value, (str, int, float, bool))
            else kind_of(value),
            to_fix=f"give {name}= one of the values listed",
        )


def check_columns(
    present: Iterable[object], wanted: Iterable[str], *, table: str
) -> None:
    """Refuse a table that lacks columns or has them twice, and say which.

    Parameters
    ----------
    present : iterable
        The names of the table's columns.
    wanted : iterable of str
        The names it must have.
    table : str
        What the table is, in a word, for the message.

    Raises
    ------
    DataProblem
        If a wanted name is no text, is absent, or stands there more than once.

    Examples
    --------
    >>> check_columns(["wave", "trust"], ["trust"], table="scores")
    """
    names, needed = [str(name) for name in present], list(wanted)
    check_texts(needed)
    missing = [name for name in needed if name not in names]
    if missing:
        raise DataProblem(
            f"The table of {table} lacks a column.",
            expected=f"a column {few(missing)}",
            found=f"columns {few(names, at_most=12)}",
            to_fix="check the spelling, or rename the column to the name expected",
        )
    check_once(names, needed, table=table)


def check_texts(names: Iterable[object]) -> None:
    """Refuse anything but text where names of columns belong.

    Parameters
    ----------
    names : iterable
        What the caller gave; None stands for no column.

    Raises
    ------
    DataProblem
        If one of them is neither text nor None.

    Examples
    --------
    >>> check_texts(["wave", None])
    """
    odd = [name for name in names if not isinstance(name, str) and name is not None]
    if odd:
        raise DataProblem(
            "The name of a column must be text.",
            expected="one name in quotation marks, such as 'wave'",
            found=kind_of(odd[0]),
            to_fix="give the name as it stands in the table",
        )


def check_once(present: Iterable[object], wanted: Iterable[str], *, table: str) -> None:
    """Refuse a table in which a wanted column stands more than once.

    Parameters
    ----------
    present : iterable
        The names of the table's columns.
    wanted : iterable of str
        The names that must be there only once.
    table : str
        What the table is, in a word, for the message.

    Raises
    ------
    DataProblem
        If one of them is there twice.

    Examples
    --------
    >>> check_once(["wave", "trust", "note", "note"], ["trust"], table="scores")
    """
    counted = Counter(str(name) for name in present)
    twice = [name for name in dict.fromkeys(wanted) if counted[name] > 1]
    if twice:
        raise DataProblem(
            f"The table of {table} has a column more than once.",
            expected="one column of each name",
            found=f"more than one {few(twice)}",
            to_fix="keep one of them, or give the others another name",
        )


def check_table(value: object, *, table: str) -> None:
    """Refuse anything that is not a table with named columns and rows.

    Parameters
    ----------
    value : object
        What the caller gave where a table belongs.
    table : str
        What the table should be, in a word, for the message.

    Raises
    ------
    DataProblem
        If it is not a DataFrame, or has no rows.

    Examples
    --------
    >>> check_table([1, 2], table="scores")
    Traceback (most recent call last):
    tillit_eval.errors.DataProblem: This is not a table of scores.
      expected: a DataFrame with named columns
      found:    a list
      to fix:   read the file with one of the read_ functions first
    """
    if not hasattr(value, "columns") or not hasattr(value, "shape"):
        raise DataProblem(
            f"This is not a table of {table}.",
            expected="a DataFrame with named columns",
            found=kind_of(value),
            to_fix="read the file with one of the read_ functions first",
        )
    if value.shape[0] == 0:
        raise DataProblem(
            f"The table of {table} is empty.",
            expected="at least one row",
            found="0 rows",
            to_fix="check the file and any filter that was applied",
        )
