"""Answers as places among the answers seen, and columns that have none."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.schema import Schema

from tillit_eval.errors import DataProblem, TooFewAnswers, few
from tillit_eval.quality._data import Array

Places = npt.NDArray[np.int64]
MOST_CATEGORIES = 30
_WIDEST = 1_000  # whole numbers this far apart at most are counted, not sorted


def check_kinds(names: tuple[str, ...], schema: Schema) -> None:
    kinds = {name: schema[name] for name in names}
    wrong = {
        name: str(kind)
        for name, kind in kinds.items()
        if not (kind.is_numeric() or kind in (nw.Boolean, nw.Unknown))
    }
    if wrong:
        raise DataProblem(
            "Some items do not hold numbers.",
            expected="numbers, with missing codes already missing",
            found=f"columns {few(wrong)} of kind {few(sorted(set(wrong.values())))}",
            to_fix="read the file with read_responses and its codebook, "
            "which turns texts into codes",
        )


def place_answers(answers: Array) -> tuple[Places, tuple[float, ...]]:
    """Return each answer's place among the answers seen, -1 if missing, and those."""
    low, high = float(np.fmin.reduce(answers)), float(np.fmax.reduce(answers))
    if high - low < _WIDEST:  # not where there are none, or endless ones
        gap = np.isnan(answers)
        shifted = np.where(gap, -1.0, answers - low)
        codes = shifted.astype(np.int64)
        if (codes == shifted).all():  # whole numbers, which need no sorting
            used = np.bincount(codes + 1, minlength=2)[1:] > 0
            place = np.append(np.cumsum(used) - 1, -1)
            kinds = (low + np.flatnonzero(used)).tolist()
            return codes if used.all() else place[codes], tuple(kinds)
    places, seen = pd.factorize(answers, sort=True)
    return places, tuple(seen.tolist())


def check_values(names: tuple[str, ...], values: tuple[tuple[float, ...], ...]) -> None:
    """Refuse items without answers, and those that are not answered in steps."""
    pairs = list(zip(names, values, strict=True))
    odd = [
        name
        for name, kinds in pairs
        if len(kinds) > MOST_CATEGORIES or not np.isfinite(kinds).all()
    ]
    if odd:
        raise DataProblem(
            "Some items do not hold answers in a few steps.",
            expected=f"at most {MOST_CATEGORIES} different finite numbers per item",
            found=f"more, or infinity, in columns {few(odd)}",
            to_fix="leave these columns out, or treat them as measured: "
            'assess_structure(..., estimator="ml")',
        )
    empty = [name for name, kinds in pairs if not kinds]
    if empty:
        raise TooFewAnswers(
            "Some items have no answers at all.",
            expected="at least one answer to every item",
            found=f"none in columns {few(empty)}",
            to_fix="leave these items out, or check their missing codes",
            reason="quality.no_answers",
            values={"items": tuple(empty)},
        )
