"""What a column most likely is; every guess becomes a question to a person."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tillit_eval.codebook.columns import Column
from tillit_eval.codebook.model import Item
from tillit_eval.files.identities import find_identities
from tillit_eval.floors import K_MIN

Array = npt.NDArray[np.float64]
Kind = Literal["empty", "identity", "key", "item", "words", "text", "number"]
_MOST_ANSWERS = 12
_FEWEST_ITEMS = 3
_LONGEST_ANSWER = 60
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
    if guess_key(column.name):
        return "key"
    if column.numbers is None:
        return "words" if len(column.words) <= _MOST_ANSWERS else "text"
    codes, _ = split_codes(column)
    if not _is_whole(column.numbers) or not codes:
        return "number"
    few_answers = len(codes) <= _MOST_ANSWERS and codes[-1] - codes[0] < _MOST_ANSWERS
    return "item" if few_answers else "number"


def guess_key(name: str) -> str:
    """Return the schema's column that a name most likely means, or nothing."""
    keys: dict[str, list[str]] = guesses()["columns"]
    return next((key for key, names in keys.items() if name.casefold() in names), "")


def stem_of(name: str) -> str:
    """Return the name of a column without the number of the question."""
    return _STEM.sub("", name.casefold())


def _holds_identities(column: Column) -> bool:
    if column.name.casefold() in guesses()["identity"]["names"]:
        return True
    texts = [text for text, _ in column.words]
    if column.numbers is not None:
        given = np.unique(column.numbers[~np.isnan(column.numbers)])
        texts = [f"{number:.0f}" for number in given[given >= 1e8]]
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


def find_blocks(items: Sequence[Item], places: Sequence[int]) -> list[list[int]]:
    """Return runs of at least three neighbours with the same answers."""
    blocks: list[list[int]] = []
    for i, item in enumerate(items):
        if i and places[i] == places[i - 1] + 1 and _same(item, items[i - 1]):
            blocks[-1].append(i)
        else:
            blocks.append([i])
    return [
        block
        for block in blocks
        if len(block) >= _FEWEST_ITEMS and len(items[block[0]].codes) > 2
    ]


def _same(item: Item, other: Item) -> bool:
    one, two = (
        [pair for pair in each.answers if pair[1] in each.codes]
        for each in (item, other)
    )
    return item.codes == other.codes and one == two


def against_the_others(answers: Array) -> list[tuple[int, float]]:
    """Find items whose answers run against the others', with their correlation.

    Parameters
    ----------
    answers : ndarray of float, shape (n_people, n_items)
        Codes of the items of one block; missing is NaN.

    Returns
    -------
    list of (int, float)
        Position of the item, and the correlation of its answers with the mean of
        the others after these were turned the way most items run.
    """
    import pandas as pd

    complete = answers[~np.isnan(answers).any(axis=1)]
    if len(complete) < K_MIN or (complete.std(axis=0) == 0).any():
        return []
    correlations = pd.DataFrame(complete).corr().to_numpy()
    first = np.linalg.eigh(correlations)[1][:, -1]
    signs = np.where(first < 0, -1.0, 1.0)
    signs *= 1.0 if signs.sum() >= 0 else -1.0
    turned = (complete - complete.mean(axis=0)) * signs
    found = []
    for item in np.flatnonzero(signs < 0):
        rest = turned.sum(axis=1) - turned[:, item]
        r = float(np.corrcoef(complete[:, item], rest)[0, 1])
        if r < -0.1:
            found.append((int(item), r))
    return found
