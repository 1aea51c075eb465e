"""A first codebook from an export, with questions where a person must decide."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.codebook.columns import Column, read_columns
from tillit_eval.codebook.grouping import against_the_others, find_blocks
from tillit_eval.codebook.guessing import (
    Array,
    Kind,
    find_waves,
    guess_key,
    guess_kind,
    is_customary,
    order_words,
    says_missing,
    shared_ranges,
    shared_words,
    split_codes,
    stem_of,
    widen,
)
from tillit_eval.codebook.model import KEY_COLUMNS, Codebook, Item, Scale
from tillit_eval.codebook.parts import is_key
from tillit_eval.codebook.writing import Draft, Question
from tillit_eval.errors import DataProblem
from tillit_eval.files.identities import find_identities
from tillit_eval.phrases import Label, phrase

if TYPE_CHECKING:
    import pandas as pd

_LONGEST_LABEL = 60
_LONGEST_KEY = 24
# What a column is called that is left out of the draft, where it differs.
_LEFT = {"key": "other", "words": "text"}


def draft_codebook(
    frame_or_path: pd.DataFrame | str | Path,
    *,
    sheet: str | int | None = None,
    encoding: str | None = None,
) -> Draft:
    """Draft a codebook from an export, with questions where a person must decide.

    Labels and missing codes come from the file where it has them (.sav). What is
    guessed stands in the draft as a question: ranges nobody used in full, codes
    that look like no answer, items that run against the others, items that may
    make a scale. Columns of free text and of personal numbers, e-mail addresses or
    phone numbers are named but not drafted, and nothing from them is shown.

    Parameters
    ----------
    frame_or_path : DataFrame, str or Path
        One row per person, or a CSV, Excel, SPSS or Parquet file of such rows.
    sheet : str or int, optional
        Which sheet of an Excel file.
    encoding : str, optional
        Encoding of a CSV or SPSS file, if it cannot be found out.

    Returns
    -------
    Draft
        ``codebook``, ``questions``, and ``write(path)`` for a TOML file that
        `read_codebook` reads at once; the questions are its ``# decide:`` lines.

    Raises
    ------
    FileProblem
        If the file is absent or cannot be read.
    DataProblem
        If there are no rows, no names of columns, or nothing to draft.

    See Also
    --------
    read_codebook : Reads what a person made of the draft.
    list_instruments : Shipped instruments need no drafting.

    Notes
    -----
    A text is shown as an answer label only if it is a customary answer or at least
    ten rows have it. An item is asked about as reversed if its correlation with the
    others is under -0.1 once those are turned the way of the first principal
    component.

    Examples
    --------
    >>> import pandas as pd
    >>> export = pd.DataFrame({"ID": range(40), "q1": [1, 2, 4, 5] * 10,
    ...     "q2": [1, 2, 5, 5] * 10, "q3": [5, 4, 2, 1] * 10})
    >>> draft = draft_codebook(export)
    >>> [item.key for item in draft.codebook.items], draft.codebook.columns
    (['q1', 'q2', 'q3'], (('respondent', ('ID',)),))
    >>> [question.about for question in draft.questions if "q3" in question.about]
    ['q3']
    """
    columns = read_columns(frame_or_path, sheet=sheet, encoding=encoding)
    drafting = _Drafting()
    kinds = [guess_kind(column) for column in columns]
    _draft_names(drafting, columns, kinds)
    _draft_items(drafting, columns, kinds)
    if not drafting.items:
        raise DataProblem(
            "There is nothing to draft a codebook from.",
            expected="at least one column of answer codes or of answers to choose from",
            found=f"{len(columns)} columns, none of that kind",
            to_fix="check that the export holds answers to closed questions",
        )
    _draft_scales(drafting)
    title = Path(frame_or_path).stem if isinstance(frame_or_path, (str, Path)) else ""
    return drafting.finish(title)


@dataclass(slots=True)
class _Drafting:
    """What has been drafted so far."""

    items: list[Item] = field(default_factory=list)
    answers: list[Array] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    scales: list[Scale] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    waves: tuple[str, ...] = ()
    questions: list[Question] = field(default_factory=list)

    def ask(self, about: str, name: str, **values: object) -> None:
        """Note a question about an item, a scale, the columns or the title."""
        self.questions.append(Question(about, phrase(f"codebook.{name}", **values)))

    def new_key(self, name: str, place: int) -> str:
        """Return a key that is free, as near to the column's name as can be."""
        key = re.sub(r"\W+", "_", name).strip("_")
        if not is_key(key) or len(key) > _LONGEST_KEY:
            key = f"q{place + 1}"
        taken = {item.key.casefold() for item in self.items} | set(KEY_COLUMNS)
        while key.casefold() in taken or key.startswith("scale_"):
            key = f"q{place + 1}" if key != f"q{place + 1}" else f"{key}_x"
        return key

    def finish(self, title: str) -> Draft:
        """Return the draft; what concerns the whole of it comes first."""
        self.ask("title", "wording")
        columns = tuple((key, (name,)) for key, name in self.keys.items())
        order = {"title": 0, "columns": 1}
        codebook = Codebook(
            title=title,
            items=tuple(self.items),
            scales=tuple(self.scales),
            columns=columns,
            waves=tuple((wave, Label(wave, wave)) for wave in self.waves),
        )
        asked = sorted(self.questions, key=lambda q: order.get(q.about, 2))
        return Draft(codebook=codebook, questions=tuple(asked))


def _shown(column: Column, place: int) -> str:
    """Return a column's name, or its place if the name could be an identity."""
    return f"[{place + 1}]" if find_identities([column.name]) else column.name


def _draft_names(
    drafting: _Drafting, columns: Sequence[Column], kinds: Sequence[Kind]
) -> None:
    """Draft the table of columns, and name what is left out of the draft."""
    left: dict[str, list[str]] = defaultdict(list)
    pools = shared_words(columns, kinds)
    for place, (column, kind) in enumerate(zip(columns, kinds, strict=True)):
        name = _shown(column, place)
        key = guess_key(column) if kind == "key" else ""
        if key and key not in drafting.keys:
            drafting.keys[key] = column.name
            drafting.waves += find_waves(column) if key == "wave" else ()
        elif kind == "words" and order_words(column, pools[stem_of(column.name)]):
            continue
        elif kind != "item":
            left[_LEFT.get(kind, kind)].append(name)
    if drafting.keys:
        drafting.ask("columns", "columns")
    if drafting.waves:
        drafting.ask("columns", "waves", waves=", ".join(drafting.waves))
    for why in ("identity", "text", "other", "empty"):
        if left[why]:
            drafting.ask("columns", f"left_{why}", names=_listed(left[why]))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _draft_items(
    drafting: _Drafting, columns: Sequence[Column], kinds: Sequence[Kind]
) -> None:
    ranges, pools = shared_ranges(columns, kinds), shared_words(columns, kinds)
    for place, (column, kind) in enumerate(zip(columns, kinds, strict=True)):
        if kind == "item":
            _draft_coded(drafting, column, place, ranges[stem_of(column.name)])
        elif kind == "words":
            _draft_worded(drafting, column, place, pools[stem_of(column.name)])


def _new_item(
    drafting: _Drafting, column: Column, place: int, codes: Sequence[int]
) -> Item:
    """Start an item from the names its column has."""
    key = drafting.new_key(column.name, place)
    label = column.title or column.name
    if len(label) > _LONGEST_LABEL:
        label = label[: _LONGEST_LABEL - 1].rstrip() + "…"
        drafting.ask(key, "short_name")
    aliases = () if key == column.name else (("*", column.name),)
    return Item(key=key, label=Label(label, label), codes=tuple(codes), aliases=aliases)


def _draft_coded(
    drafting: _Drafting, column: Column, place: int, shared: tuple[int, int]
) -> None:
    """Draft an item from a column of codes."""
    found, missing = split_codes(column)
    low, high = found[0], found[-1]
    if not column.labels:
        low, high = widen(min(low, shared[0]), max(high, shared[1]))
    item = _new_item(drafting, column, place, range(low, high + 1))
    reasons = tuple((c, why or "no answer") for c, why in sorted(missing.items()))
    spoken = tuple(
        (text, max(90, *found, *missing) + 1 + i)
        for i, text in enumerate(text for text, _ in column.words if says_missing(text))
    )
    item = replace(
        item,
        answers=column.labels + spoken,
        missing=reasons + tuple((code, text) for text, code in spoken),
    )
    if (found[0], found[-1]) != (low, high) or not is_customary(low, high):
        ends = {"seen_low": found[0], "seen_high": found[-1]}
        drafting.ask(item.key, "range", low=low, high=high, **ends)
    guessed = [c for c in missing if c not in column.missing]
    if guessed:
        drafting.ask(item.key, "missing", codes=_listed_codes(guessed))
    n_other = sum(n for text, n in column.words if not says_missing(text))
    if n_other:
        drafting.ask(item.key, "not_codes", n=n_other)
    if len(found) == 1:
        drafting.ask(item.key, "constant")
    numbers = column.numbers if column.numbers is not None else np.array([])
    valid = np.isin(numbers, item.codes)
    _keep(drafting, item, np.where(valid, numbers, np.nan), place)


def _listed_codes(codes: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(codes)))


def _draft_worded(
    drafting: _Drafting, column: Column, place: int, pooled: Counter[str]
) -> None:
    """Draft an item from a column of answers in words, unless it is free text."""
    wording = order_words(column, pooled)
    if wording is None:
        return
    codes = sorted({code for _, code in wording.labels})
    item = _new_item(drafting, column, place, codes)
    missing = tuple((code, text) for text, code in wording.missing)
    item = replace(item, answers=wording.labels + wording.missing, missing=missing)
    if not wording.is_ordered:
        drafting.ask(item.key, "order")
    if missing:
        codes_missing = _listed_codes(code for code, _ in missing)
        drafting.ask(item.key, "missing", codes=codes_missing)
    if wording.n_rare:
        drafting.ask(item.key, "rare", n=wording.n_rare)
    code_of = dict(wording.labels)
    texts = column.texts if column.texts is not None else ()
    coded = [code_of.get(text, np.nan) for text in texts]
    _keep(drafting, item, np.array(coded, dtype=np.float64), place)


def _keep(drafting: _Drafting, item: Item, answers: Array, place: int) -> None:
    drafting.items.append(item)
    drafting.answers.append(answers)
    drafting.places.append(place)


def _draft_scales(drafting: _Drafting) -> None:
    """Draft a scale from every run of neighbours with the same answers."""
    for block in find_blocks(drafting.items, drafting.places):
        items = [drafting.items[i] for i in block]
        key = f"scale_{len(drafting.scales) + 1}"
        scale = Scale(
            key=key,
            label=Label(key.replace("_", " "), key.replace("scale_", "skala ")),
            items=tuple(item.key for item in items),
            min_answered=(len(items) + 1) // 2,
        )
        drafting.scales.append(scale)
        drafting.ask(key, "scale", n=len(items))
        answers = np.column_stack([drafting.answers[i] for i in block])
        for place, r in against_the_others(answers):
            drafting.ask(items[place].key, "reversed", r=r)
