"""The same people's two scores, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.errors import DataProblem, TooFewAnswers, check_columns
from tillit_eval.findings import Source, read_source, tell
from tillit_eval.summaries.frames import as_narwhals, as_pandas, key_text
from tillit_eval.summaries.linking import check_one_row_each, check_two_waves

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IndividualColumns:
    """The columns that say what, who, when and where."""

    scale: str
    respondent: str
    wave: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """People met in both waves: their scores, and the number of their unit."""

    scale: str
    waves: tuple[str, str]
    first: Array
    second: Array
    unit: npt.NDArray[np.intp] | None
    once: tuple[int, int]
    source: Source


def linked(
    scores: object, columns: IndividualColumns, *, before: str, after: str, floor: int
) -> Pairs:
    """Put the two scores of each person side by side, or say why that fails."""
    tell("rows", frame=scores)
    frame = _rows(scores, columns, before, after)
    kept = frame[[columns.respondent, "wave_text", columns.scale]].notna().all(axis=1)
    sides = []
    for name in (before, after):
        rows = frame[kept & (frame["wave_text"] == name)]
        sides.append(rows.set_index(columns.respondent))
    both = sides[0].index.intersection(sides[1].index)
    if len(both) < floor:
        raise TooFewAnswers(
            f"Too few linked answers to follow '{columns.scale}' person by person.",
            expected=f"at least {floor} people with a score in both waves",
            found=f"{len(both)}",
            to_fix="check the respondent codes and the wave names",
            reason="comparison.reason_pairs",
            values={"n": floor},
        )
    units = None
    if columns.unit in frame.columns:
        keys = key_text(sides[0].loc[both, columns.unit])
        units = pd.factorize(keys.fillna(""))[0].astype(np.intp)
    first, second = (side.loc[both, columns.scale].to_numpy(float) for side in sides)
    return Pairs(
        scale=columns.scale,
        waves=(before, after),
        first=first,
        second=second,
        unit=units,
        once=(len(sides[0]) - len(both), len(sides[1]) - len(both)),
        source=read_source(frame),
    )


def _rows(
    scores: object, columns: IndividualColumns, before: str, after: str
) -> pd.DataFrame:
    """Take the rows of the two waves, with scores that are numbers."""
    present = as_narwhals(scores, table="scores").collect_schema().names()
    wanted = [columns.respondent, columns.wave, columns.scale]
    if columns.unit is not None and (columns.unit != "unit" or "unit" in present):
        wanted.append(columns.unit)
    check_columns(present, wanted, table="scores")
    wanted += ["source"] if "source" in present else []
    frame = as_pandas(scores, list(dict.fromkeys(wanted)), table="scores")
    kind = frame[columns.scale]
    number = pd.api.types.is_numeric_dtype(kind)
    if not number or pd.api.types.is_bool_dtype(kind) or np.isinf(kind).any():
        raise DataProblem(
            f"Some scores of '{columns.scale}' are not numbers.",
            expected="finite numbers, in scale points",
            found="an infinite number" if number else f"kind {kind.dtype}",
            to_fix="make scores from responses with score_scales first",
        )
    frame = frame.assign(wave_text=key_text(frame[columns.wave]))
    check_two_waves(frame["wave_text"], before, after)
    frame = frame[frame["wave_text"].isin([before, after])]
    coded = frame[frame[columns.respondent].notna()]
    twice = coded.duplicated([columns.respondent, "wave_text"], keep=False)
    check_one_row_each(coded.index[twice].tolist())
    return frame
