"""The judgements behind stacked bars: how many at each level, and what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, check_columns, check_table, few
from tillit_eval.figures.counting import codes_of, count_answers
from tillit_eval.findings import Source, read_source
from tillit_eval.floors import check_floor
from tillit_eval.phrases import Label

if TYPE_CHECKING:
    import pandas as pd

_MOST = 7


def read_grades(
    ratings: pd.DataFrame,
    levels: Mapping[int, str | Label],
    columns: tuple[str, str, str | None],
    names: Mapping[str, str | Label] | None,
    k_min: int,
) -> tuple[pd.DataFrame, Source]:
    """Count the judgements of each criterion and group, level by level.

    Parameters
    ----------
    ratings : DataFrame, shape (n_judgements, n_columns)
        One judgement a row.
    levels : mapping of int to str or Label
        Every level, lowest first.
    columns : tuple of (str, str, str or None)
        Criterion, value, and what criteria are split by.
    names : mapping of str to str or Label, optional
        Criteria that come first, in this order.
    k_min : int
        Fewest judgements behind a bar.

    Returns
    -------
    data : DataFrame
        One row per piece of each bar; ``hidden`` says why a bar is not shown.
    source : {"real", "synthetic", "published", "mixed", "unstated"}
        Where the judgements come from.

    Raises
    ------
    DataProblem
        If a column is missing, or the levels do not fit.
    """
    value = columns[1]
    check_table(ratings, table="ratings")
    check_floor(k_min)
    check_columns(
        ratings.columns, [c for c in columns if c is not None], table="ratings"
    )
    if not 2 <= len(levels) <= _MOST:
        raise DataProblem(
            "So many levels cannot be told apart in one bar.",
            expected=f"2 to {_MOST} levels, lowest first",
            found=f"{len(levels)}",
            to_fix="name every level once, or draw means with plot_layers",
        )
    valid = codes_of(ratings, [value], [value], list(levels))
    source = read_source(ratings)
    return _count(ratings, valid, columns, names or {}, k_min, source), source


def _count(
    ratings: pd.DataFrame,
    valid: list[int],
    columns: tuple[str, str, str | None],
    names: Mapping[str, str | Label],
    k_min: int,
    source: Source,
) -> pd.DataFrame:
    """Count the judgements of each criterion and group, level by level."""
    import pandas as pd

    criterion, value, group = columns
    kept = ratings.dropna(subset=[c for c in columns if c is not None])
    present = list(dict.fromkeys(kept[criterion].astype(str)))
    if not present:
        raise DataProblem(
            "There are no judgements to draw.",
            expected="rows with a criterion and a level",
            found="none",
            to_fix=f"check the columns {few([c for c in columns if c is not None])}",
        )
    order = [c for c in names if c in present]
    order += [c for c in present if c not in order]
    groups = list(dict.fromkeys(kept[group].astype(str))) if group else [""]
    pieces = []
    for each in order:
        own = kept[kept[criterion].astype(str) == each]
        for part in groups:
            mine = own[own[group].astype(str) == part] if group else own
            if mine.empty:
                continue
            counted = count_answers(mine, [value], valid, None, k_min, source)
            about = {"criterion": each, "group": part, "bar": f"{each}\n{part}"}
            pieces.append(counted.assign(**about))
    data = pd.concat(pieces, ignore_index=True).rename(columns={"code": "level"})
    return data[["bar", "criterion", "group", "n", "hidden", "level", "to", "share"]]
