"""Two waves of scores side by side, one row per person with a code."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import pandas as pd

from tillit_eval.errors import DataProblem, check_columns, few
from tillit_eval.findings import Source, read_source
from tillit_eval.summaries.frames import as_narwhals, as_pandas, key_text
from tillit_eval.summaries.linking import check_one_row_each, check_two_waves


def number_columns(scores: object, *, but: Collection[str | None]) -> list[str]:
    """List the columns that hold numbers, except some; refuse to find none."""
    schema = as_narwhals(scores, table="scores").collect_schema()
    found = [
        name for name, kind in schema.items() if kind.is_numeric() and name not in but
    ]
    if not found:
        raise DataProblem(
            "The table holds no scores.",
            expected="at least one column of numbers, as score_scales makes them",
            found=f"columns {few(schema.names(), at_most=12)}, none of numbers",
            to_fix="make scores from responses with score_scales first",
        )
    return found


@dataclass(frozen=True, slots=True)
class TwoWaves:
    """The rows of two waves, scores as numbers.

    ``before`` and ``after`` are indexed by a code per person, which is missing in
    ``n_without_code`` rows of the first wave, left out here.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    n_without_code: int
    source: Source


def two_waves(
    scores: object,
    scales: Sequence[str],
    *,
    before: str,
    after: str,
    respondent: str,
    wave: str,
    also: Sequence[str] = (),
) -> TwoWaves:
    """Take the rows of two waves that can be linked, or say why they cannot.

    Raises
    ------
    DataProblem
        If a column is absent, a score is no number, a wave is unknown, or a
        person has two rows in a wave.
    """
    present = as_narwhals(scores, table="scores").collect_schema().names()
    wanted = [respondent, wave, *scales, *also]
    check_columns(present, wanted, table="scores")
    wanted += ["source"] if "source" in present else []
    frame = as_pandas(scores, list(dict.fromkeys(wanted)), table="scores")
    _check_scores(frame, scales)
    waves = key_text(frame[wave])
    check_two_waves(waves, str(before), str(after))
    coded = frame[respondent].notna()
    first, second = waves == str(before), waves == str(after)
    linked = frame.assign(wave_text=waves)[coded & (first | second)]
    repeated = linked.duplicated([respondent, "wave_text"], keep=False)
    check_one_row_each(linked.index[repeated].tolist())
    return TwoWaves(
        before=frame[first & coded].set_index(respondent),
        after=frame[second & coded].set_index(respondent),
        n_without_code=int((first & ~coded).sum()),
        source=read_source(frame[first | second]),
    )


def _check_scores(frame: pd.DataFrame, scales: Sequence[str]) -> None:
    schema = nw.from_native(frame).collect_schema()
    wrong = [name for name in scales if not schema[name].is_numeric()]
    if wrong:
        raise DataProblem(
            "Some scores are not numbers.",
            expected="numbers, in scale points",
            found=f"columns {few(wrong)} of another kind",
            to_fix="make scores from responses with score_scales first",
        )
