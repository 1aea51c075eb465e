"""What a column most likely is; every guess becomes a question to a person."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tillit_eval.codebook.columns import Column
from tillit_eval.files.identities import find_identities
from tillit_eval.floors import K_MIN

Array = npt.NDArray[np.float64]
Kind = Literal["empty", "identity", "key", "item", "words", "text", "other"]
_MOST_ANSWERS = 12
_LONGEST_ANSWER = 60
# A cell with this many words is written text, not the name of something.
_WORDS_OF_TEXT = 3
_LEADING = re.compile(r"(\d{1,2})\s*[.:=)\u2013-]?\s+\S")
_STEM = re.compile(r"[\W_]*\d+[a-zåäö]?$")


@cache
def guesses() -> dict[str, Any]:
    """Return the words by which a draft guesses."""
    file = resources.files("tillit_eval") / "codebook" / "guesses.toml"
    return tomllib.loads(file.read_text("utf-8"))


def guess_kind(column: Column) -> Kind:
    """Tell what a column most likely holds; an identity goes before all else."""
    if column.n_filled == 0:
        return "empty"
    if _holds_identities(column):
        return "identity"
    if guess_key(column):
        return "key"
    if column.numbers is None:
        if len(column.words) <= _MOST_ANSWERS:
            return "words"
        return "text" if any(map(_is_written, column.words)) else "other"
    codes, _ = split_codes(column)
    if not _is_whole(column.numbers) or not codes:
        return "other"
    few_answers = len(codes) <= _MOST_ANSWERS and codes[-1] - codes[0] < _MOST_ANSWERS
    return "item" if few_answers else "other"


def _is_written(word: tuple[str, int]) -> bool:
    return len(word[0].split()) >= _WORDS_OF_TEXT


def guess_key(column: Column) -> str:
    """Return the schema's column that a name or title most likely means, or nothing."""
    for name in (column.name, column.title):
        if key := _keys_by_name().get(_bare(name), ""):
            return key
    return ""


@cache
def _keys_by_name() -> dict[str, str]:
    keys: dict[str, list[str]] = guesses()["columns"]
    return {_bare(name): key for key, names in keys.items() for name in names}


@cache
def _identity_names() -> frozenset[str]:
    return frozenset(map(_bare, guesses()["identity"]["names"]))


def _bare(name: str) -> str:
    """Return a name without case, spaces, marks and accents."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in parts if sign.isalnum())


def stem_of(name: str) -> str:
    """Return the name of a column without the number of the question."""
    return _STEM.sub("", name.casefold())


def _holds_identities(column: Column) -> bool:
    if _bare(column.name) in _identity_names():
        return True
    texts = [text for text, _ in column.words]
    if column.numbers is not None:
        given = np.unique(column.numbers[~np.isnan(column.numbers)])
        texts += [f"{number:.0f}" for number in given[given >= 1e8]]
    return bool(find_identities(texts))


def _is_whole(numbers: Array) -> bool:
    given = numbers[~np.isnan(numbers)]
    return bool((np.rint(given) == given).all())


def split_codes(column: Column) -> tuple[list[int], dict[int, str]]:
    """Split the codes of a column of numbers into answers and likely missing codes."""
    labels = {code: text for text, code in column.labels}
    numbers = column.numbers if column.numbers is not None else np.array([])
    seen = {int(code) for code in np.unique(numbers[~np.isnan(numbers)])}
    codes = sorted(seen | set(labels))
    missing = {
        code: labels.get(code, "")
        for code in codes
        if code in column.missing or says_missing(labels.get(code, ""))
    }
    rest = [code for code in codes if code not in missing]
    for code in _apart(rest, labels):
        missing[code] = ""
    return [code for code in rest if code not in missing], missing


def _apart(codes: Sequence[int], labels: Mapping[int, str]) -> list[int]:
    """Find codes customary for no answer that stand apart from the others."""
    customary = set(guesses()["missing"]["codes"]) - set(labels)
    kept = [code for code in codes if code not in customary]
    if not kept:
        return []
    top = kept[-1]
    while top + 1 in codes:
        top += 1
    below = [code for code in codes if code in customary and code < 0 <= kept[0]]
    return below + [code for code in codes if code in customary and code > top]


def says_missing(label: str) -> bool:
    """Tell whether an answer in words means that there is no answer."""
    return label.casefold().strip(" .()[]-*") in guesses()["missing"]["words"]


def widen(low: int, high: int) -> tuple[int, int]:
    """Return the narrowest customary range that holds two codes."""
    known = [(a, b) for a, b in guesses()["ranges"]["known"] if a <= low <= high <= b]
    return min(known, key=lambda ends: ends[1] - ends[0], default=(low, high))


def is_customary(low: int, high: int) -> bool:
    """Tell whether surveys use the range from one code to another."""
    return [low, high] in guesses()["ranges"]["known"]


@dataclass(frozen=True, slots=True)
class Wording:
    """Answers in words that may be shown, in their order, each with its code."""

    labels: tuple[tuple[str, int], ...]
    missing: tuple[tuple[str, int], ...]
    is_ordered: bool
    n_rare: int


def order_words(column: Column, pooled: Mapping[str, int]) -> Wording | None:
    """Give codes to a column's answers in words, or nothing if it is free text.

    A text is shown only if it is a customary answer, or if at least ten rows of
    the file have it; what fewer people wrote may be anything.
    """
    shown = [text for text in pooled if _may_be_shown(text, pooled[text])]
    own = {text for text, _ in column.words}
    safe_rows = sum(n for text, n in column.words if text in shown)
    valid = [text for text in shown if not says_missing(text)]
    if len(own & set(valid)) < 2 or safe_rows < 0.8 * column.n_filled:
        return None
    labels, is_ordered = _codes_for(valid)
    top = max(code for _, code in labels)
    no_answer = [text for text in shown if says_missing(text)]
    missing = tuple((text, max(90, top + 1) + i) for i, text in enumerate(no_answer))
    return Wording(labels, missing, is_ordered, len(own - set(shown)))


def _may_be_shown(text: str, rows: int) -> bool:
    orders: dict[str, list[str]] = guesses()["orders"]
    if says_missing(text) or any(text.casefold() in order for order in orders.values()):
        return True
    return rows >= K_MIN and len(text) <= _LONGEST_ANSWER


def _codes_for(texts: Sequence[str]) -> tuple[tuple[tuple[str, int], ...], bool]:
    """Return texts with codes: their own number, a customary order, or the alphabet."""
    leading = [_LEADING.match(text) for text in texts]
    if all(leading):
        pairs = zip(texts, leading, strict=True)
        own = [(text, int(match[1])) for text, match in pairs if match]
        return tuple(sorted(own, key=lambda pair: pair[1])), True
    orders: dict[str, list[str]] = guesses()["orders"]
    for order in orders.values():
        if all(text.casefold() in order for text in texts):
            ranked = sorted(texts, key=lambda text: order.index(text.casefold()))
            return tuple((text, i) for i, text in enumerate(ranked, start=1)), True
    ranked = sorted(texts, key=str.casefold)
    return tuple((text, i) for i, text in enumerate(ranked, start=1)), False


def shared_ranges(
    columns: Sequence[Column], kinds: Sequence[Kind]
) -> dict[str, tuple[int, int]]:
    """Return lowest and highest answer of the columns whose names differ by number."""
    codes: dict[str, list[int]] = defaultdict(list)
    for column, kind in zip(columns, kinds, strict=True):
        if kind == "item" and not column.labels:
            codes[stem_of(column.name)] += split_codes(column)[0]
    every = {stem_of(column.name) for column in columns}
    return {
        stem: (min(codes[stem], default=0), max(codes[stem], default=0))
        for stem in every
    }


def shared_words(
    columns: Sequence[Column], kinds: Sequence[Kind]
) -> dict[str, Counter[str]]:
    """Return the answers in words of the columns whose names differ by number."""
    pools: dict[str, Counter[str]] = defaultdict(Counter)
    for column, kind in zip(columns, kinds, strict=True):
        if kind == "words":
            pools[stem_of(column.name)].update(dict(column.words))
    return pools


def find_waves(column: Column) -> tuple[str, ...]:
    """Return the waves in a column of waves, if all may be shown; else none."""
    found = dict(column.words)
    if column.numbers is not None:
        given = column.numbers[~np.isnan(column.numbers)]
        if not _is_whole(given):
            return ()
        codes, rows = np.unique(given, return_counts=True)
        found |= {str(int(c)): int(n) for c, n in zip(codes, rows, strict=True)}
    if not 2 <= len(found) <= _MOST_ANSWERS or min(found.values()) < K_MIN:
        return ()
    return tuple(sorted(found))
