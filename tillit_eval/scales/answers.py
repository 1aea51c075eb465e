"""Answers as numbers: checked against the codebook, turned and put on one range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.codebook import Codebook, Item, Scale
from tillit_eval.codebook.model import check_codebook
from tillit_eval.errors import DataProblem, check_columns, check_table, few, kind_of

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Answers = Mapping[str, Array]


def check_responses(responses: object, codebook: object) -> None:
    """Refuse anything but a pandas table of responses and a codebook."""
    check_table(responses, table="responses")
    if not isinstance(responses, pd.DataFrame):
        raise DataProblem(
            "The table of responses is not a pandas DataFrame.",
            expected="a pandas DataFrame, one row per person and wave",
            found=kind_of(responses),
            to_fix="turn it into one first, for example with .to_pandas()",
        )
    check_codebook(codebook)


def read_answers(
    responses: pd.DataFrame, codebook: Codebook, scales: Iterable[Scale]
) -> dict[str, Array]:
    """Return the answers to all items of some scales, each checked once.

    Parameters
    ----------
    responses : DataFrame
        One row per person and wave.
    codebook : Codebook
        What the valid codes are.
    scales : iterable of Scale
        Whose items are wanted.

    Returns
    -------
    dict of str to ndarray, shape (n_rows,)
        Codes as they stand in `responses`; missing is NaN.

    Raises
    ------
    DataProblem
        If a column is absent, is not of numbers, or holds codes that are not
        valid; every item is looked at first.
    """
    keys = list(dict.fromkeys(key for scale in scales for key in scale.items))
    check_columns(responses.columns, keys, table="responses")
    _check_numeric(responses, keys)
    answers = {key: _as_floats(responses[key]) for key in keys}
    strays = [
        _describe(key, answers[key], stray)
        for key in keys
        if (stray := _is_stray(answers[key], codebook.item(key))).any()
    ]
    if strays:
        raise DataProblem(
            "Some answers are not valid codes of their item.",
            expected="the codes of the codebook, and nothing where there is no answer",
            found="; ".join(strays[:12])
            + (f"; and {len(strays) - 12} more items" if len(strays) > 12 else ""),
            to_fix="declare the code as valid or missing in the codebook, or correct "
            "the export",
        )
    return answers


def _check_numeric(responses: pd.DataFrame, keys: list[str]) -> None:
    wrong = [key for key in keys if not _is_numeric(responses[key])]
    if wrong:
        kinds = sorted({str(responses[key].dtype) for key in wrong})
        raise DataProblem(
            "Some items are not numbers.",
            expected="answer codes as numbers",
            found=f"columns {few(wrong)} of kind {few(kinds)}",
            to_fix="read the export with read_responses and the codebook, which turns "
            "answer labels into codes",
        )


def _is_numeric(column: pd.Series[float]) -> bool:
    if pd.api.types.is_bool_dtype(column.dtype):
        return False
    return pd.api.types.is_numeric_dtype(column.dtype) or bool(column.isna().all())


def _as_floats(column: pd.Series[float]) -> Array:
    if pd.api.types.is_numeric_dtype(column.dtype):
        floats = column.to_numpy(np.float64, na_value=np.nan)
        return np.ascontiguousarray(floats, dtype=np.float64)
    return np.full(len(column), np.nan)


def _is_stray(values: Array, item: Item) -> Flags:
    """Mark answers that are neither valid nor missing."""
    codes = np.asarray(item.codes, dtype=np.float64)
    if codes[-1] - codes[0] == len(codes) - 1:
        inside = (values >= codes[0]) & (values <= codes[-1])
        inside &= np.rint(values) == values
    else:
        inside = np.isin(values, codes)
    return np.asarray(~(inside | np.isnan(values)), dtype=np.bool_)


def _describe(key: str, values: Array, stray: Flags) -> str:
    """Say which codes are not valid, in how many rows, and where the first are."""
    codes = [f"{code:g}" for code in np.unique(values[stray])]
    shown = ", ".join(codes[:5])
    shown += f" and {len(codes) - 5} more" if len(codes) > 5 else ""
    positions = [int(row) for row in np.flatnonzero(stray)]
    rows = "1 row" if len(positions) == 1 else f"{len(positions)} rows"
    return f"'{key}' has {shown} in {rows} (row positions {few(positions)})"


def turn(values: Array, item: Item) -> Array:
    """Return answers so that a high one means much of what the scale is named after."""
    return item.lowest + item.highest - values if item.reversed else values


def to_points(values: Array, item: Item, scale: Scale) -> Array:
    """Return answers turned, and on 0-100 of the possible range for an index."""
    turned = turn(values, item)
    if scale.scoring == "person_mean":
        return turned
    return 100.0 * (turned - item.lowest) / (item.highest - item.lowest)
