"""What a figure over time reads: numbers, periods, lines and breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tillit_eval.errors import DataProblem, few
from tillit_eval.figures._series import Break, period_starts
from tillit_eval.floors import is_shown
from tillit_eval.phrases import Label
from tillit_eval.plan.periods import times_in_years

if TYPE_CHECKING:
    import pandas as pd

    from tillit_eval.findings import Source

Combine = Literal["mean", "sum"]
# More lines than this cannot be told apart, least of all in grey.
_MOST_LINES = 5


def read_data(
    series: pd.DataFrame,
    indicator: str,
    by: str,
    combine: Combine,
    people: str | None,
    floor: int,
    source: Source,
) -> pd.DataFrame:
    """Return one row per line and period: mean, units, and whether it is shown."""
    import pandas as pd

    rows = series[series["indicator"].eq(indicator)]
    value = _numbers(rows["value"])
    counted = value.notna() & np.isfinite(value)
    if not counted.any():
        raise DataProblem(
            "Nothing was counted for this indicator.",
            expected="an indicator of the table, with at least one value",
            found=f"{len(rows)} rows of it, among "
            f"{series['indicator'].nunique()} indicators",
            to_fix="check the name of the indicator",
        )
    _check_lines(rows[by], by)
    behind = pd.Series(1.0, rows.index) if people is None else _numbers(rows[people])
    tidy = pd.DataFrame(
        {
            "line": rows[by].astype(str),
            "period": rows["period"].astype(str),
            "time": _times(rows["period"]),
            "unit": rows["unit"].where(counted),
            "value": value.where(counted),
            "people": behind.where(counted),
        }
    )
    grouped = tidy.groupby(["line", "period"], sort=False)
    drawn = grouped.agg(
        time=("time", "first"),
        value=("value", combine),
        n_units=("unit", "nunique"),
        people=("people", "sum"),
    )
    every = drawn.reset_index().pivot(index="line", columns="period", values="time")
    data = drawn.reindex(every.stack(future_stack=True).index).reset_index()
    data["time"] = data["period"].map(
        dict(zip(tidy["period"], tidy["time"], strict=True))
    )
    data["n_units"] = data["n_units"].fillna(0).astype(int)
    counted_here = data["n_units"].gt(0)
    few_behind = ~data["people"].map(
        lambda n: (
            people is None or (n == n and is_shown(int(n), floor=floor, source=source))
        )
    )
    data["shown"] = counted_here & ~few_behind
    data["hidden"] = counted_here & few_behind
    data["value"] = data["value"].where(data["shown"])
    order = {line: i for i, line in enumerate(dict.fromkeys(tidy["line"]))}
    data["order"] = data["line"].map(order)
    data = data.sort_values(["order", "time"], kind="stable")
    return data.drop(columns=["people", "order"]).reset_index(drop=True)


def _numbers(column: pd.Series[Any]) -> pd.Series[float]:
    """Read a column as numbers; tells the positions of what is none."""
    import pandas as pd

    read = pd.to_numeric(column, errors="coerce").astype(float)
    wrong = (read.isna() & column.notna()).to_numpy()
    if wrong.any():
        raise DataProblem(
            f"The column '{column.name}' holds something that is not a number.",
            expected="numbers, and nothing where nothing was counted",
            found=f"{int(wrong.sum())} other cells, at row positions "
            f"{few(wrong.nonzero()[0].tolist())} of the indicator",
            to_fix="read the table with read_series first",
        )
    return read


def _check_lines(column: pd.Series[Any], by: str) -> None:
    wrong = column.isna().to_numpy()
    if wrong.any():
        raise DataProblem(
            "Some rows belong to no line.",
            expected=f"a value in the column '{by}' in every row",
            found=f"{int(wrong.sum())} empty cells, at row positions "
            f"{few(wrong.nonzero()[0].tolist())} of the indicator",
            to_fix="fill it in, or leave these rows out first",
        )


def _times(periods: pd.Series[str]) -> pd.Series[float]:
    """Read periods as years; tells the positions of those that are none."""
    times = times_in_years(periods)
    wrong = times.isna().to_numpy()
    if wrong.any():
        raise DataProblem(
            "Some periods cannot be read.",
            expected="2014, 2014-H1, 2014-Q3 or 2014-05",
            found=f"{int(wrong.sum())} others, at row positions "
            f"{few(wrong.nonzero()[0].tolist())} of the indicator",
            to_fix="write the periods alike",
        )
    return times


def in_order(data: pd.DataFrame, comparison: str | None) -> list[str]:
    """Return the lines as the table has them, the comparison last."""
    lines = list(dict.fromkeys(data["line"]))
    if len(lines) > _MOST_LINES:
        raise DataProblem(
            "Too many lines for one figure.",
            expected=f"at most {_MOST_LINES}",
            found=f"{len(lines)}",
            to_fix="draw arms instead of units with by=, or choose some units first",
        )
    if comparison is None:
        return lines
    check_names({comparison: ""}, lines)
    return [line for line in lines if line != comparison] + [comparison]


def check_names(named: Mapping[str, object] | None, lines: list[str]) -> None:
    unknown = {*(named or {})} - {*lines}
    if unknown:
        raise DataProblem(
            "A name given belongs to no line of the figure.",
            expected="values of the column named in by=",
            found=f"{len(unknown)} other name(s), for {len(lines)} line(s)",
            to_fix="write comparison= and labels= as the table does",
        )


def places(breaks: Mapping[str, str | Label] | None) -> list[Break]:
    """Return where each break stands, in years, first to last."""
    import pandas as pd

    if not breaks:
        return []
    when = pd.Series([str(key) for key in breaks])
    begins = period_starts(when)
    wrong = begins.isna().to_numpy()
    if wrong.any():
        raise DataProblem(
            "Some breaks cannot be placed in time.",
            expected="2014, 2014-H1, 2014-Q3, 2014-05 or 2014-05-17",
            found=f"{int(wrong.sum())} others, at positions "
            f"{few(wrong.nonzero()[0].tolist())}",
            to_fix="name the period in which something changed",
        )
    read = zip(begins.tolist(), breaks.items(), strict=True)
    return sorted((time, str(key), what) for time, (key, what) in read)
