"""Answers in groups: read, checked, and those left out counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem, TooFewAnswers, check_texts, few
from tillit_eval.findings import Source, read_source, tell
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality._bias import Answers
from tillit_eval.quality._data import check_item_count
from tillit_eval.quality._logistic import Codes
from tillit_eval.summaries.frames import as_narwhals, as_pandas, check_names, key_text

MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Grouped:
    """Answers in groups, and what the finding must say of them.

    ``by`` says what errors are counted over: units, people, or nothing.
    """

    answers: Answers
    items: tuple[str, ...]
    groups: tuple[str, ...]
    sizes: tuple[int, ...]
    by: str
    left_out: tuple[tuple[Phrase, int], ...]
    source: Source

    @property
    def span(self) -> float:
        """From the lowest answer to the highest, over all items."""
        return float(np.ptp(self.answers.codes))


def read_groups(
    responses: object,
    items: object,
    *,
    group: str,
    unit: str | None,
    respondent: str,
    floor: int,
) -> Grouped:
    """Take whole rows of groups that are large enough, or say why there are none."""
    check_texts((group, unit, respondent))
    names = check_names(items, argument="items")
    check_item_count(names, 3)
    tell("rows", frame=responses)
    frame = _taken(responses, names, group, unit, respondent)
    _check_codes(frame, names)
    codes = frame[list(names)].to_numpy(dtype=float, na_value=np.nan)
    keys, by, clusters = key_text(frame[group]), *_clusters(frame, unit, respondent)
    whole = ~np.isnan(codes).any(axis=1) & keys.notna().to_numpy()
    whole &= clusters.notna().to_numpy() if by == "units" else True
    counts = keys[whole].value_counts()
    large = sorted(str(key) for key in counts.index[counts >= floor])
    _check_groups(len(large), len(counts), floor)
    kept = whole & keys.isin(large).to_numpy()
    left = (
        (phrase("bias.incomplete"), int((~whole).sum())),
        (phrase("bias.small_groups", n=floor), int(whole.sum() - kept.sum())),
    )
    number = {key: place for place, key in enumerate(large)}
    return Grouped(
        answers=Answers(
            codes=codes[kept],
            group=keys[kept].map(number).to_numpy(dtype=np.intp),
            n_groups=len(large),
            cluster=_numbers(clusters[kept]) if by else None,
        ),
        items=names,
        groups=tuple(large),
        sizes=tuple(int(counts[key]) for key in large),
        by=by,
        left_out=tuple((why, n) for why, n in left if n),
        source=read_source(frame),
    )


def _taken(
    responses: object,
    names: tuple[str, ...],
    group: str,
    unit: str | None,
    respondent: str,
) -> pd.DataFrame:
    present = as_narwhals(responses, table="responses").collect_schema().names()
    asked = [*names, group]
    asked += [unit] if unit and (unit != "unit" or unit in present) else []
    asked += [name for name in (respondent, "source") if name in present]
    return as_pandas(responses, list(dict.fromkeys(asked)), table="responses")


def _clusters(
    frame: pd.DataFrame, unit: str | None, respondent: str
) -> tuple[str, pd.Series]:
    """Say what answers belong together by: units, else people who answered twice."""
    if unit and unit in frame.columns:
        return "units", key_text(frame[unit])
    nobody = pd.Series(None, index=frame.index, dtype=object)
    if respondent not in frame.columns:
        return "", nobody
    people = key_text(frame[respondent])
    return ("people" if people.dropna().duplicated().any() else ""), people


def _numbers(keys: pd.Series) -> Codes:
    """Give each cluster a number; a person without a code is alone."""
    codes = pd.factorize(keys, sort=True)[0].astype(np.intp)
    alone = codes < 0
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    return codes


def _check_codes(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    """Refuse anything but a few whole numbers where answers belong."""
    numbers = [
        name
        for name in names
        if pd.api.types.is_numeric_dtype(frame[name])
        and not pd.api.types.is_bool_dtype(frame[name])
    ]
    wrong = [name for name in names if name not in numbers]
    values = frame[numbers].to_numpy(dtype=float, na_value=np.nan)
    seen = values[~np.isnan(values)]
    finite = bool(np.isfinite(seen).all())
    whole = finite and bool((seen == np.rint(seen)).all())
    span = float(np.ptp(seen)) + 1 if whole and len(seen) else 0.0
    if wrong or not whole or span > MOST_STEPS:
        found = f"other kinds in columns {few(wrong)}" if wrong else "other numbers"
        raise DataProblem(
            "These columns do not hold codes of answers.",
            expected=f"whole numbers, such as 1 to 5, at most {MOST_STEPS} steps",
            found=f"{span:.0f} steps" if whole and not wrong else found,
            to_fix="use the items themselves, not scores made of them",
        )


def _check_groups(large: int, groups: int, floor: int) -> None:
    if large < 2:
        raise TooFewAnswers(
            "There are no two groups to compare.",
            expected=f"at least 2 groups of {floor} people who answered every item",
            found=f"{large} of {groups} groups",
            to_fix="check the column of groups, or put small groups together",
            reason="bias.no_groups",
            values={"n": floor},
        )
