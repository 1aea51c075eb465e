"""Tables of any engine as narwhals or pandas, and keys as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.schema import Schema

from tillit_eval.errors import (
    DataProblem,
    check_columns,
    check_once,
    check_table,
    few,
    kind_of,
)

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]


def as_narwhals(frame: object, *, table: str) -> Frame:
    """Wrap a table of any engine, or say that it is not a table.

    Parameters
    ----------
    frame : DataFrame, LazyFrame or relation
        Of pandas, Polars, DuckDB or another engine narwhals knows.
    table : str
        What the table should be, in a word, for the message.

    Returns
    -------
    narwhals DataFrame or LazyFrame
        The same rows; nothing is read yet from a lazy one.

    Raises
    ------
    DataProblem
        If it is not a table.

    Examples
    --------
    >>> as_narwhals(pd.DataFrame({"q1": [1, 2]}), table="responses").columns
    ['q1']
    """
    if isinstance(frame, pd.DataFrame):
        check_once(frame.columns, map(str, frame.columns), table=table)
    try:
        wrapped: Frame = nw.from_native(frame)
    except TypeError:
        check_table(frame, table=table)
        raise DataProblem(
            f"This is not a table of {table}.",
            expected="a pandas or Polars table, or a DuckDB relation",
            found=kind_of(frame),
            to_fix="read the file with one of the read_ functions first",
        ) from None
    return wrapped


def as_pandas(frame: object, columns: Sequence[str], *, table: str) -> pd.DataFrame:
    """Take some columns of a table of any engine into pandas.

    Parameters
    ----------
    frame : DataFrame, LazyFrame or relation
        Of any engine narwhals knows. Never changed.
    columns : sequence of str
        What to take, in this order.
    table : str
        What the table is, in a word, for the message.

    Returns
    -------
    DataFrame, shape (n_rows, n_columns)
        With row positions as index.

    Raises
    ------
    DataProblem
        If it is not a table, has no rows, or lacks a column.

    Examples
    --------
    >>> as_pandas(pd.DataFrame({"a": [1], "b": [2]}), ["b"], table="scores").columns
    Index(['b'], dtype='str')
    """
    if isinstance(frame, pd.DataFrame):
        check_columns(frame.columns, columns, table=table)
        taken = frame[list(columns)].reset_index(drop=True)
    else:
        wrapped = as_narwhals(frame, table=table)
        check_columns(wrapped.collect_schema().names(), columns, table=table)
        taken = collected(wrapped.select(*columns))
    check_table(taken, table=table)
    return taken


def collected(frame: Frame) -> pd.DataFrame:
    """Run a query and return its rows as pandas, without needing Arrow."""
    if isinstance(frame, nw.LazyFrame):
        polars = frame.implementation.is_polars()
        frame = frame.collect(backend="polars" if polars else "pandas")
    native = frame.to_native()
    if isinstance(native, pd.DataFrame):
        return native.reset_index(drop=True)
    return pd.DataFrame({name: frame[name].to_numpy() for name in frame.columns})


def number_column(name: str, schema: Schema) -> nw.Expr:
    """Return a column in double precision, where not-a-number means missing."""
    column = nw.col(name)
    if schema[name].is_float():
        column = nw.when(~column.is_nan()).then(column)
    return column.cast(nw.Float64)


def key_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Write keys (waves, units, groups) as text; a missing key stays missing.

    A column of whole numbers that became decimal because some are missing reads
    as whole numbers again, so that ``2019.0`` and ``"2019"`` are the same wave.

    Parameters
    ----------
    values : Series, shape (n_rows,)
        Keys of any kind.

    Returns
    -------
    Series, shape (n_rows,)
        Text, with None where the key is missing.

    Examples
    --------
    >>> key_text(pd.Series([2019.0, None])).tolist()
    ['2019', None]
    """
    codes, kinds = pd.factorize(values)
    names = np.array([*(_one_key(kind) for kind in kinds), None], dtype=object)
    return pd.Series(names[codes], index=values.index, dtype=object)


def _one_key(key: object) -> str:
    whole = isinstance(key, (float, np.floating)) and float(key).is_integer()
    return str(int(key)) if whole else str(key)  # type: ignore[call-overload]


def check_names(names: object, *, argument: str) -> tuple[str, ...]:
    """Return a list of column names, or say why it is none.

    Parameters
    ----------
    names : object
        What the caller gave.
    argument : str
        The argument's name, for the message.

    Returns
    -------
    tuple of str
        The names, none twice.

    Raises
    ------
    DataProblem
        If it is one text instead of a list, is empty, or names a column twice.

    Examples
    --------
    >>> check_names(["q1", "q2"], argument="items")
    ('q1', 'q2')
    """
    if isinstance(names, str) or not isinstance(names, Iterable):
        found = "one text" if isinstance(names, str) else kind_of(names)
        raise DataProblem(
            f"'{argument}' is not a list of column names.",
            expected=f'a list, for example {argument}=["q1", "q2"]',
            found=found,
            to_fix="put the names in square brackets",
        )
    listed = tuple(str(name) for name in names)
    if not listed:
        raise DataProblem(
            f"'{argument}' names no column.",
            expected="at least one column name",
            found="an empty list",
            to_fix="list the columns to use",
        )
    twice = sorted({name for name in listed if listed.count(name) > 1})
    if twice:
        raise DataProblem(
            f"'{argument}' names a column more than once.",
            expected="each column once",
            found=f"more than once: {few(twice)}",
            to_fix="remove the repetition",
        )
    return listed
