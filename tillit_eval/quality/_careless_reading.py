"""Which questions were asked, in what order, and the answers to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tillit_eval.codebook.model import Codebook
from tillit_eval.errors import DataProblem, TooFewAnswers, few, kind_of
from tillit_eval.findings import Source, read_source, tell
from tillit_eval.quality._data import Array, check_item_count
from tillit_eval.summaries.frames import as_narwhals, as_pandas, check_names
from tillit_eval.thresholds import threshold


@dataclass(frozen=True, slots=True)
class Asked:
    """Items in the order asked, those reversed, and scales without shared items.

    ``ends`` are the lowest and the highest code; None where the answers show them.
    """

    items: tuple[str, ...]
    backwards: frozenset[str]
    scales: dict[str, tuple[str, ...]]
    ends: tuple[float, float] | None

    def places(self, names: Sequence[str]) -> list[int]:
        """Return where some items stand."""
        return [self.items.index(name) for name in names]

    @property
    def pairs(self) -> list[tuple[int, list[int]]]:
        """Each reversed item with the items of its scale that are not reversed."""
        found = []
        for names in self.scales.values():
            others = [name for name in names if name not in self.backwards]
            found += [
                (self.items.index(name), self.places(others))
                for name in names
                if name in self.backwards and others
            ]
        return found


@dataclass(frozen=True, slots=True)
class Given:
    """Answers as given and turned, and which rows answered half of the items."""

    codes: Array
    turned: Array
    enough: np.ndarray
    index: pd.Index
    source: Source
    n_waves: int


def check_questions(
    questions: object,
    backwards: Sequence[str],
    scales: Mapping[str, Sequence[str]] | None,
) -> Asked:
    """Return what was asked, from a codebook or from lists, or say what is wrong."""
    if isinstance(questions, Codebook):
        return _from_codebook(questions)
    items = check_names(questions, argument="questions")
    if scales is not None and not isinstance(scales, Mapping):
        raise DataProblem(
            "'scales' does not say which items belong together.",
            expected='names with their items, such as {"trust": ["t1", "t2"]}',
            found=kind_of(scales),
            to_fix="give a dictionary, or a codebook as the second argument",
        )
    grouped = {
        str(name): check_names(members, argument=f"scales[{str(name)!r}]")
        for name, members in (scales or {"": items}).items()
    }
    turned = check_names(backwards, argument="backwards") if len(backwards) else ()
    named = [*turned, *(item for members in grouped.values() for item in members)]
    unknown = [name for name in dict.fromkeys(named) if name not in items]
    if unknown:
        raise DataProblem(
            "Some items are named that are not among the questions.",
            expected=f"some of {few(items, at_most=12)}",
            found=few(unknown),
            to_fix="list every question that was asked, in the order asked",
        )
    return _checked(Asked(items, frozenset(turned), _apart(grouped), None))


def _from_codebook(book: Codebook) -> Asked:
    """Take the items with the commonest answer scale, in questionnaire order."""
    kinds = Counter(item.codes for item in book.items)
    if not kinds:
        check_item_count((), int(threshold("careless_items")))
    codes = kinds.most_common(1)[0][0]
    kept = [item for item in book.items if item.codes == codes]
    names = tuple(item.key for item in kept)
    scales = {
        scale.key: tuple(name for name in scale.items if name in names)
        for scale in book.scales
    }
    return _checked(
        Asked(
            names,
            frozenset(item.key for item in kept if item.reversed),
            _apart(scales),
            (float(codes[0]), float(codes[-1])),
        )
    )


def _apart(scales: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Keep scales of two items or more that share none, the shorter ones first."""
    kept: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for name in sorted(scales, key=lambda name: len(scales[name])):
        if len(scales[name]) > 1 and not taken & set(scales[name]):
            kept[name] = scales[name]
            taken |= set(scales[name])
    return {name: kept[name] for name in scales if name in kept}


def _checked(asked: Asked) -> Asked:
    check_item_count(asked.items, int(threshold("careless_items")))
    return asked


def read_answers(responses: object, asked: Asked) -> Given:
    """Read the answers, turn the reversed ones, and see who answered half or more."""
    present = as_narwhals(responses, table="responses").collect_schema().names()
    also = [name for name in ("source", "wave") if name in present]
    tell("rows", frame=responses)
    frame = as_pandas(responses, [*asked.items, *also], table="responses")
    _check_numbers(frame, asked.items)
    codes = frame[list(asked.items)].to_numpy(dtype=float, na_value=np.nan)
    known = codes[~np.isnan(codes)]
    if len(known) == 0 or not np.isfinite(known).all():
        raise _no_answers(len(known))
    low, high = asked.ends or (float(known.min()), float(known.max()))
    turned = codes.copy()
    where = asked.places([name for name in asked.items if name in asked.backwards])
    turned[:, where] = low + high - turned[:, where]
    own = getattr(responses, "index", frame.index)
    return Given(
        codes=codes,
        turned=turned,
        enough=2 * (~np.isnan(codes)).sum(axis=1) >= len(asked.items),
        index=own if isinstance(own, pd.Index) else frame.index,
        source=read_source(frame),
        n_waves=int(frame["wave"].nunique()) if "wave" in also else 1,
    )


def _check_numbers(frame: pd.DataFrame, items: tuple[str, ...]) -> None:
    wrong = [
        name
        for name in items
        if not pd.api.types.is_numeric_dtype(frame[name])
        or pd.api.types.is_bool_dtype(frame[name])
    ]
    if wrong:
        raise DataProblem(
            "Some answers are not numbers.",
            expected="the codes that were ticked, such as 1 to 5",
            found=f"other kinds in columns {few(wrong)}",
            to_fix="read the export with its codebook, which turns labels into codes",
        )


def _no_answers(n: int) -> DataProblem:
    if n:
        return DataProblem(
            "Some answers are infinite.",
            expected="the codes that were ticked, such as 1 to 5",
            found="an infinite number among them",
            to_fix="read the export with its codebook",
        )
    return TooFewAnswers(
        "Nobody answered these questions.",
        expected="at least some answers",
        found="none",
        to_fix="check the missing codes",
        reason="careless.nobody",
    )
