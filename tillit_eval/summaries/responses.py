"""One pass over the answers: a query for an engine, arrays for rows in memory."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.schema import Schema

from tillit_eval.errors import DataProblem, check_columns, check_table, few
from tillit_eval.findings import Source, read_source
from tillit_eval.summaries.frames import (
    Frame,
    as_narwhals,
    as_pandas,
    check_names,
    collected,
    key_text,
    number_column,
)
from tillit_eval.summaries.model import Summary


def summarise_responses(
    responses: object, items: Sequence[str], *, by: Sequence[str] = ()
) -> Summary:
    r"""Sum these answers in one pass, so that the later rooms need no rows.

    Reads the rows once and keeps counts, sums and products per group. The same
    code runs on pandas, Polars (eager and lazy) and a DuckDB relation over files
    larger than memory; PySpark goes the same way but is not tested. Groups
    compare as text and are sorted; a row without a group is left out and counted.

    Parameters
    ----------
    responses : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person and wave. Scores work as well as answers.
    items : sequence of str
        ``k`` columns of numbers. Missing codes must already be missing.
    by : sequence of str, optional
        Columns whose combinations make the groups, for example
        ``["wave", "unit"]``. One group by default.

    Returns
    -------
    Summary
        Sums and products; whole numbers, and equal on every engine, if the
        answers are whole numbers.

    Raises
    ------
    DataProblem
        If it is not a table, has no rows, lacks a column, or a column does not
        hold finite numbers.

    See Also
    --------
    summarise_change : One score of partly the same people in two waves.
    write_summary : Share the result instead of the rows.

    Notes
    -----
    With :math:`x_{ij}` the answer of row :math:`i` to item :math:`j` and
    :math:`C` the rows that answered every item, a group keeps
    :math:`\sum_i x_{ij}` and :math:`\sum_i x_{ij}^2` over the rows with an answer,
    and :math:`\sum_{i \in C} x_{ij}` and :math:`\sum_{i \in C} x_{ij} x_{il}`.
    Sums run in double precision, so whole numbers stay exact up to
    :math:`2^{53}`. Checked against ``crossprod`` in R and between the engines.

    Examples
    --------
    >>> answers = pd.DataFrame({"q1": [1, 2, 5], "q2": [2, 2, None]})
    >>> summary = summarise_responses(answers, ["q1", "q2"])
    >>> summary.n.tolist(), summary.n_complete.tolist()
    ([[3.0, 2.0]], [2.0])
    >>> summary.products[0].tolist()
    [[5.0, 6.0], [6.0, 8.0]]
    """
    columns = check_names(items, argument="items")
    keys = check_names(by, argument="by") if by else ()
    frame = as_narwhals(responses, table="responses")
    schema = frame.collect_schema()
    check_columns(schema.names(), [*columns, *keys], table="responses")
    _check_numbers(columns, schema)
    rows = nw.to_native(frame)
    if isinstance(rows, pd.DataFrame):
        totals = _in_memory(rows, columns, keys)
    else:
        totals = collected(_one_pass(frame, columns, keys, schema))
    check_table(totals, table="responses")
    source = _source(frame, schema)
    return _as_summary(totals, columns, keys, source)


def check_responses(
    responses: object, items: Sequence[str], *, by: Sequence[str] = ()
) -> None:
    """Refuse what `summarise_responses` refuses, without summing anything.

    For those who need the rows themselves afterwards, so that the same table is
    refused in the same words.

    Parameters
    ----------
    responses : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person and wave.
    items, by : sequence of str
        Columns of numbers, and of groups.

    Raises
    ------
    DataProblem
        As `summarise_responses` does.
    """
    columns = check_names(items, argument="items")
    keys = check_names(by, argument="by") if by else ()
    frame = as_narwhals(responses, table="responses")
    schema = frame.collect_schema()
    check_columns(schema.names(), [*columns, *keys], table="responses")
    _check_numbers(columns, schema)
    rows = as_pandas(
        responses, list(dict.fromkeys([*columns, *keys])), table="responses"
    )
    with np.errstate(over="ignore"):
        squares = {
            f"s_{i}": np.nansum(rows[name].to_numpy(np.float64, na_value=np.nan) ** 2)
            for i, name in enumerate(columns)
        }
    _check_finite(pd.DataFrame([squares]), columns)
    homeless = [key_text(rows[key]).isna() for key in keys]
    if rows.empty or (keys and np.logical_or.reduce(homeless).all()):
        _refuse_empty(keys, len(rows))


def _check_numbers(columns: tuple[str, ...], schema: Schema) -> None:
    """Refuse columns that hold text or dates, and name them."""
    numbers = (nw.Boolean, nw.Unknown)
    wrong = {
        name: str(kind)
        for name in columns
        if not ((kind := schema[name]).is_numeric() or kind in numbers)
    }
    if wrong:
        raise DataProblem(
            "Some items do not hold numbers.",
            expected="numbers, with missing codes already missing",
            found=f"columns {few(wrong)} of kind {few(sorted(set(wrong.values())))}",
            to_fix="read the file with read_responses and its codebook, "
            "which turns texts into codes",
        )


def _in_memory(
    rows: pd.DataFrame, columns: tuple[str, ...], keys: tuple[str, ...]
) -> pd.DataFrame:
    """Add up rows that are at hand: what the query gives, without its fixed cost."""
    check_table(rows, table="responses")
    k = range(len(columns))
    values = np.column_stack(
        [rows[name].to_numpy(np.float64, na_value=np.nan) for name in columns]
    )
    place, groups = _places(rows, keys)
    order = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[order], np.arange(len(groups) + 1))
    seen = ~np.isnan(values[order])
    values = np.where(seen, values[order], 0.0)
    upper = np.triu_indices(len(columns))
    found = []
    with np.errstate(all="ignore"):  # endless numbers are refused below
        for first, end in itertools.pairwise(ends):
            own, known = values[first:end], seen[first:end]
            whole = own[known.all(axis=1)]
            sums = (own.sum(axis=0), (own**2).sum(axis=0), whole.sum(axis=0))
            parts = ([end - first, len(whole)], known.sum(axis=0), *sums)
            found.append(np.concatenate([*parts, (whole.T @ whole)[upper]]))
    names = ["n_rows", "full", *(f"{kind}_{i}" for kind in "nxsc" for i in k)]
    names += [f"p_{i}_{j}" for i, j in zip(*upper, strict=True)]
    return groups.join(pd.DataFrame(found, columns=names))


def _places(
    rows: pd.DataFrame, keys: tuple[str, ...]
) -> tuple[npt.NDArray[np.intp], pd.DataFrame]:
    """Return the group of each row, and the keys of each group."""
    if not keys:
        return np.zeros(len(rows), dtype=np.intp), pd.DataFrame(index=[0])
    own = rows[list(keys)].set_axis([f"key_{i}" for i in range(len(keys))], axis=1)
    number = own.groupby(list(own), dropna=False, sort=False).ngroup()
    place = np.asarray(number, dtype=np.intp)
    firsts = np.unique(place, return_index=True)[1]
    return place, own.iloc[firsts].reset_index(drop=True)


def _one_pass(
    frame: Frame, columns: tuple[str, ...], keys: tuple[str, ...], schema: Schema
) -> Frame:
    """Build the query: one row per group with every count, sum and product."""
    k = range(len(columns))
    key_names = [f"key_{i}" for i in range(len(keys))]
    groups = [nw.col(key).alias(f"key_{i}") for i, key in enumerate(keys)]
    values = [
        number_column(name, schema).alias(f"x_{i}") for i, name in enumerate(columns)
    ]
    full = nw.all_horizontal(
        *[~nw.col(f"x_{i}").is_null() for i in k], ignore_nulls=False
    )
    wide = (
        frame.select(*groups, *values)
        .with_columns(full.cast(nw.Float64).alias("full"))
        .with_columns(
            *[nw.when(nw.col("full") == 1.0).then(f"x_{i}").alias(f"c_{i}") for i in k]
        )
        .with_columns(
            *[_product(f"x_{i}", f"x_{i}").alias(f"s_{i}") for i in k],
            *[
                _product(f"c_{i}", f"c_{j}").alias(f"p_{i}_{j}")
                for i in k
                for j in k[i:]
            ],
        )
    )
    sums = ["full", *(f"{kind}_{i}" for kind in "xsc" for i in k)]
    sums += [f"p_{i}_{j}" for i in k for j in k[i:]]
    totals = [
        nw.len().alias("n_rows"),
        *(nw.col(f"x_{i}").count().alias(f"n_{i}") for i in k),
        *(nw.col(name).sum() for name in sums),
    ]
    return wide.group_by(*key_names).agg(*totals) if keys else wide.select(*totals)


def _product(one: str, other: str) -> nw.Expr:
    return nw.col(one) * nw.col(other)


def _source(frame: Frame, schema: Schema) -> Source:
    """Read where the rows come from, whatever the engine."""
    if "source" not in schema.names():
        return "unstated"
    return read_source(collected(frame.select("source").unique()))


def _as_summary(
    totals: pd.DataFrame,
    columns: tuple[str, ...],
    keys: tuple[str, ...],
    source: Source,
) -> Summary:
    """Sort the groups as text and arrange the totals as arrays."""
    groups = pd.DataFrame(
        {key: key_text(totals[f"key_{i}"]) for i, key in enumerate(keys)},
        index=totals.index,
    )
    numbers = totals.drop(columns=[f"key_{i}" for i in range(len(keys))])
    numbers = numbers.astype("float64").fillna(0.0)
    _check_finite(numbers, columns)
    without = groups.isna().any(axis=1).to_numpy()
    rows = numbers["n_rows"].to_numpy()
    if rows[~without].sum() == 0:
        _refuse_empty(keys, int(rows.sum()))
    if keys:
        groups = groups[~without]
        place = groups.groupby(list(keys), sort=True).ngroup().to_numpy()
        numbers = numbers[~without].groupby(place).sum()
        groups = groups.drop_duplicates().sort_values(list(keys))
    return _arranged(groups, numbers, columns, keys, source, int(rows[without].sum()))


def _arranged(
    groups: pd.DataFrame,
    numbers: pd.DataFrame,
    columns: tuple[str, ...],
    keys: tuple[str, ...],
    source: Source,
    without: int,
) -> Summary:
    k = len(columns)
    upper, lower = np.triu_indices(k)
    products = np.zeros((len(numbers), k, k))
    flat = numbers[[f"p_{i}_{j}" for i in range(k) for j in range(i, k)]].to_numpy()
    products[:, upper, lower] = flat
    products[:, lower, upper] = flat

    def part(kind: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        return numbers[[f"{kind}_{i}" for i in range(k)]].to_numpy()

    return Summary(
        columns=columns,
        by=keys,
        groups=groups.reset_index(drop=True),
        n_rows=numbers["n_rows"].to_numpy(),
        n=part("n"),
        sums=part("x"),
        squares=part("s"),
        n_complete=numbers["full"].to_numpy(),
        complete_sums=part("c"),
        products=products,
        source=source,
        n_without_group=without,
    )


def _check_finite(numbers: pd.DataFrame, columns: tuple[str, ...]) -> None:
    endless = [
        name
        for i, name in enumerate(columns)
        if not np.isfinite(numbers[f"s_{i}"].to_numpy()).all()
    ]
    if endless:
        raise DataProblem(
            "Some items hold endless or far too large numbers.",
            expected="finite numbers",
            found=f"infinity in columns {few(endless)}",
            to_fix="turn them into missing answers, or divide by what was meant",
        )


def _refuse_empty(keys: tuple[str, ...], rows: int) -> None:
    if rows == 0:
        check_table(pd.DataFrame(), table="responses")
    raise DataProblem(
        "No row belongs to a group.",
        expected=f"values in the columns {few(keys)}",
        found=f"{rows} rows, all with an empty group",
        to_fix="fill in the columns, or leave out by=",
    )
