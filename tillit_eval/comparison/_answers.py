"""Answers turned into 0 and 1, by the codes that count."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tillit_eval.comparison._moments import Rows
from tillit_eval.comparison._read import Columns
from tillit_eval.errors import DataProblem, check_columns, check_texts, kind_of
from tillit_eval.findings import tell
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.summaries import ChangeSummary
from tillit_eval.summaries.frames import as_narwhals, as_pandas
from tillit_eval.thresholds import threshold

Top = float | tuple[float, ...]


def count_answers(
    responses: object, item: str, top: Top | None, columns: Columns
) -> pd.DataFrame:
    """Turn an item into 0 and 1; missing answers stay missing."""
    names = as_narwhals(responses, table="responses").collect_schema().names()
    check_columns(names, [item], table="responses")
    tell("rows", frame=responses)
    wanted = [item, columns.wave, columns.respondent, columns.unit, columns.assigned]
    check_texts(wanted)
    kept = [name for name in dict.fromkeys([*wanted, "source"]) if name in names]
    frame = as_pandas(responses, [str(name) for name in kept], table="responses")
    answers = frame[item]
    if not pd.api.types.is_numeric_dtype(answers):
        raise DataProblem(
            f"The answers to '{item}' are not numbers.",
            expected="numeric codes or scores",
            found=f"kind {answers.dtype}",
            to_fix="read the export with its codebook, which turns labels into codes",
        )
    if top is None:
        return frame
    values = answers.to_numpy(dtype=float, na_value=np.nan)
    inside = values >= top if isinstance(top, float) else np.isin(values, top)
    frame[item] = np.where(np.isnan(values), np.nan, inside.astype(float))
    return frame


def check_top(top: object) -> Top | None:
    """Return the codes that count or the lowest value that does, or say why not."""
    if top is None:
        return None
    listed = list(top) if isinstance(top, (Sequence, np.ndarray)) else [top]
    numbers = [
        float(code)
        for code in listed
        if isinstance(code, (int, float, np.number)) and not isinstance(code, bool)
    ]
    if isinstance(top, str) or not numbers or len(numbers) < len(listed):
        raise DataProblem(
            "'top' does not say which answers count.",
            expected="codes such as (4, 5), or the lowest value that counts",
            found="text" if isinstance(top, str) else kind_of(top),
            to_fix="give top=(4, 5) for the two highest codes of five",
        )
    if any(math.isnan(code) for code in numbers):
        raise DataProblem(
            "'top' holds a missing value.",
            expected="codes that are numbers",
            found=f"{sum(map(math.isnan, numbers))} missing",
            to_fix="leave it out; missing answers never count",
        )
    is_list = isinstance(top, (Sequence, np.ndarray))
    return tuple(numbers) if is_list else numbers[0]


def check_share_margin(margin: float | None) -> None:
    """Refuse a margin that no share can have."""
    if margin is not None and margin >= 1:
        raise DataProblem(
            "The margin of a share lies between 0 and 1.",
            expected="a share, such as 0.05 for five percentage points",
            found=str(margin),
            to_fix="divide percentage points by 100",
        )


def check_zero_one(summary: ChangeSummary) -> None:
    """Refuse sums of anything but 0 and 1."""
    pairs = (
        (summary.all_before, summary.all_square_before),
        (summary.all_after, summary.all_square_after),
    )
    if any(not np.allclose(one, two, rtol=0, atol=1e-9) for one, two in pairs):
        raise DataProblem(
            f"'{summary.scale}' holds other values than 0 and 1.",
            expected="0 and 1, or top= to say which answers count",
            found="sums that 0 and 1 cannot give",
            to_fix="give top=(4, 5) for the two highest codes of five",
        )


def hides_few(rows: Rows) -> Phrase | None:
    """Return why shares are hidden that nearly everyone or nearly no one is behind."""
    k_cell = threshold("k_cell")
    cells = (
        *(rows.sum_before.sum(), (rows.n_before - rows.sum_before).sum()),
        *(rows.sum_after.sum(), (rows.n_after - rows.sum_after).sum()),
    )
    if min(cells) >= k_cell:
        return None
    return phrase("comparison.hidden_share", n=int(k_cell))
