"""The small pieces of a codebook file, read with every problem noted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tillit_eval.errors import few
from tillit_eval.files.texts import clean_text
from tillit_eval.phrases import Label

Problems = list[str]
_RANGE = re.compile(r"(-?\d+)\s*[-\u2013]\s*(-?\d+)")
_KEY = re.compile(r"[^\W\d]\w*")
_MOST_CODES, _LONGEST_KEY = 20_000, 40


@dataclass(frozen=True, slots=True)
class Answers:
    """A set of answers that several items may share."""

    codes: tuple[int, ...] = ()
    labels: tuple[tuple[str, int], ...] = ()
    positive: tuple[int, ...] = ()


def tidy(text: object) -> str:
    """Return a name as NFC text without odd or doubled spaces."""
    return clean_text(str(text))


def is_key(text: object) -> bool:
    """Tell whether a text can be the name of a column everywhere."""
    return isinstance(text, str) and _KEY.fullmatch(text) is not None


def note_unknown(
    table: Mapping[str, Any], known: Iterable[str], where: str, problems: Problems
) -> None:
    """Note every key that no part of the library reads, with the likely one."""
    known = list(known)
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key[:_LONGEST_KEY], known, n=1)
            hint = f" (did you mean '{close[0]}'?)" if close else ""
            problems.append(f"{where}: unknown entry {few([tidy(key)])}{hint}")


def read_text(
    table: Mapping[str, Any], key: str, where: str, problems: Problems
) -> str:
    """Return a text; empty where there is none."""
    value = table.get(key, "")
    if isinstance(value, str):
        return tidy(value)
    problems.append(f"{where}: '{key}' must be text")
    return ""


def read_option(
    table: Mapping[str, Any],
    key: str,
    allowed: tuple[str, ...],
    where: str,
    problems: Problems,
) -> Any:
    """Return one of the allowed words, the first where none is given."""
    value = table.get(key, allowed[0])
    if value in allowed:
        return value
    problems.append(
        f"{where}: '{key}' must be one of {few(allowed, at_most=9)}, not {value!r}"
    )
    return allowed[0]


def read_flag(
    table: Mapping[str, Any], key: str, default: bool, where: str, problems: Problems
) -> bool:
    """Return true or false."""
    value = table.get(key, default)
    if isinstance(value, bool):
        return value
    problems.append(f"{where}: '{key}' must be true or false")
    return default


def read_names(value: object, key: str, where: str, problems: Problems) -> list[str]:
    """Return one text or a list of texts as a list."""
    listed = [value] if isinstance(value, str) else value
    if isinstance(listed, list) and all(isinstance(name, str) for name in listed):
        return [tidy(name) for name in listed]
    problems.append(f"{where}: '{key}' must be text, or a list of texts")
    return []


def read_label(value: object, key: str, where: str, problems: Problems) -> Label | None:
    """Return a text in both languages; one text alone serves for both."""
    if isinstance(value, str):
        return Label(tidy(value), tidy(value))
    if isinstance(value, Mapping) and value:
        note_unknown(value, ("en", "sv"), f"{where}, {key}", problems)
        texts = {lang: value[lang] for lang in ("en", "sv") if lang in value}
        if texts and all(isinstance(text, str) for text in texts.values()):
            first = next(iter(texts.values()))
            return Label(tidy(texts.get("en", first)), tidy(texts.get("sv", first)))
    problems.append(f"{where}: '{key}' must be text, or {{ en = '…', sv = '…' }}")
    return None


def read_codes(
    value: object, key: str, where: str, problems: Problems
) -> tuple[int, ...]:
    """Return codes in ascending order from a list, or from a range such as 1-5."""
    if isinstance(value, str) and (match := _RANGE.fullmatch(value.strip())):
        low, high = int(match[1]), int(match[2])
        if low <= high < low + _MOST_CODES:
            return tuple(range(low, high + 1))
    elif isinstance(value, list) and value and all(map(is_code, value)):
        if len(set(value)) < len(value):
            problems.append(f"{where}: a code stands twice in '{key}'")
        return tuple(sorted(set(value)))
    problems.append(
        f"{where}: '{key}' must be a list of whole numbers, or a range such as \"1-5\""
    )
    return ()


def is_code(value: object) -> bool:
    """Tell whether a value is a whole number and not true or false."""
    return isinstance(value, int) and not isinstance(value, bool)


def read_answers(value: object, where: str, problems: Problems) -> Answers:
    """Return a set of answers: its codes and the labels exports give them."""
    if not isinstance(value, Mapping):
        problems.append(f"{where}: must be a table with 'codes', and 'labels' if any")
        return Answers()
    note_unknown(value, ("codes", "labels", "positive"), where, problems)
    labels = read_labels(value.get("labels", {}), where, problems)
    if "codes" in value:
        codes = read_codes(value["codes"], "codes", where, problems)
    else:
        codes = tuple(sorted({code for _, code in labels}))
        if not codes:
            problems.append(f"{where}: has neither 'codes' nor 'labels'")
    positive: tuple[int, ...] = ()
    if "positive" in value:
        positive = read_codes(value["positive"], "positive", where, problems)
        if stray := [code for code in positive if code not in codes]:
            problems.append(f"{where}: 'positive' has codes not valid: {few(stray)}")
    return Answers(codes, labels, positive)


def read_labels(
    value: object, where: str, problems: Problems
) -> tuple[tuple[str, int], ...]:
    """Return answer labels, each with its code."""
    if not isinstance(value, Mapping) or not all(map(is_code, value.values())):
        problems.append(f"{where}: 'labels' must read \"label\" = code")
        return ()
    seen: dict[str, int] = {}
    for label, code in value.items():
        if seen.setdefault(tidy(label).casefold(), code) != code:
            problems.append(f"{where}: one label stands for two codes")
    return tuple((tidy(label), code) for label, code in value.items())


def read_missing(
    value: object, where: str, problems: Problems
) -> tuple[tuple[int, str], ...]:
    """Return codes that mean no answer, each with its reason."""
    if isinstance(value, Mapping):
        codes = [re.fullmatch(r"-?\d+", key) for key in value]
        if all(codes) and all(isinstance(why, str) for why in value.values()):
            return tuple((int(code), tidy(why)) for code, why in value.items())
    problems.append(f'{where}: missing codes must read 99 = "reason"')
    return ()


def read_aliases(
    value: object, where: str, problems: Problems
) -> tuple[tuple[str, str], ...]:
    """Return column names in exports: pairs of wave (``*`` for any) and name."""
    by_wave = value if isinstance(value, Mapping) else {"*": value}
    return tuple(
        (tidy(wave), name)
        for wave, names in by_wave.items()
        for name in read_names(names, "aliases", where, problems)
    )
