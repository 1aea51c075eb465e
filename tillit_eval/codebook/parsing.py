"""From the tables of a codebook file to items, scales and a list of problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tillit_eval.codebook.model import Codebook, Item, Scale
from tillit_eval.codebook.parts import (
    Answers,
    Problems,
    is_code,
    is_key,
    note_unknown,
    read_aliases,
    read_answers,
    read_flag,
    read_label,
    read_missing,
    read_names,
    read_option,
    read_text,
)
from tillit_eval.errors import few
from tillit_eval.phrases import Label

Missing = tuple[tuple[int, str], ...]
TOP = (
    *("title", "about", "source", "licence", "use", "columns", "wave", "answers"),
    *("missing", "item", "scale", "adapt"),
)
ITEM = (
    *("key", "label", "text", "answers", "missing", "reversed", "aliases", "licence"),
    *("kpi", "validated"),
)
SCALE = (
    *("key", "label", "items", "min_answered", "scoring", "official", "desired"),
    "source",
)
EVERY_ITEM = "every_item"
_NO_LABEL = Label("", "")


@dataclass(slots=True)
class Sets:
    """The shared answers and missing codes of one file."""

    answers: dict[str, Answers] = field(default_factory=dict)
    missing: dict[str, Missing] = field(default_factory=dict)


def parse_codebook(
    raw: Mapping[str, Any],
    problems: Problems,
    *,
    load_instrument: Callable[[str, Problems], Codebook | None],
) -> Codebook:
    """Read the tables of a file; whatever does not fit is noted, not raised."""
    note_unknown(raw, TOP, "codebook", problems)
    sets = _read_sets(raw, problems)
    items, scales = _read_used(raw, sets, problems, load_instrument=load_instrument)
    for number, table in enumerate(_tables(raw, "item", problems), start=1):
        items.append(_read_item(table, number, sets, problems))
    for number, table in enumerate(_tables(raw, "scale", problems), start=1):
        scales.append(_read_scale(table, number, problems))
    return Codebook(
        title=_read_title(raw, problems),
        items=tuple(items),
        scales=tuple(scales),
        columns=_read_columns(raw, problems),
        waves=_read_waves(raw, problems),
    )


def _read_title(raw: Mapping[str, Any], problems: Problems) -> str:
    label = read_label(raw.get("title", ""), "title", "codebook", problems)
    return label.en if label else ""


def _table(raw: Mapping[str, Any], key: str, problems: Problems) -> Mapping[str, Any]:
    value = raw.get(key, {})
    if isinstance(value, Mapping):
        return value
    problems.append(f"codebook: '{key}' must be a table, written [{key}]")
    return {}


def _tables(
    raw: Mapping[str, Any], key: str, problems: Problems
) -> list[Mapping[str, Any]]:
    value = raw.get(key, [])
    if isinstance(value, list) and all(isinstance(table, Mapping) for table in value):
        return value
    problems.append(f"codebook: every {key} must be a table of its own, [[{key}]]")
    return []


def _read_sets(raw: Mapping[str, Any], problems: Problems) -> Sets:
    return Sets(
        answers={
            name: read_answers(table, f"answers '{name}'", problems)
            for name, table in _table(raw, "answers", problems).items()
        },
        missing={
            name: read_missing(table, f"missing '{name}'", problems)
            for name, table in _table(raw, "missing", problems).items()
        },
    )


def _read_columns(
    raw: Mapping[str, Any], problems: Problems
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (key, tuple(read_names(names, key, "columns", problems)))
        for key, names in _table(raw, "columns", problems).items()
    )


def _read_waves(
    raw: Mapping[str, Any], problems: Problems
) -> tuple[tuple[str, Label], ...]:
    waves = []
    for number, table in enumerate(_tables(raw, "wave", problems), start=1):
        note_unknown(table, ("key", "label"), f"wave {number}", problems)
        key = table.get("key", "")
        key = tidy_wave(key)
        if not key:
            problems.append(f"wave {number}: has no 'key'")
        label = read_label(table.get("label", key), "label", f"wave {key}", problems)
        waves.append((key, label or _NO_LABEL))
    return tuple(waves)


def tidy_wave(key: object) -> str:
    """Return a wave as text: waves compare as text, so 2014 is "2014"."""
    return str(key).strip() if is_code(key) or isinstance(key, str) else ""


def _read_used(
    raw: Mapping[str, Any],
    sets: Sets,
    problems: Problems,
    *,
    load_instrument: Callable[[str, Problems], Codebook | None],
) -> tuple[list[Item], list[Scale]]:
    """Return items and scales of shipped instruments, adapted to this survey."""
    items: list[Item] = []
    scales: list[Scale] = []
    adapt = dict(_table(raw, "adapt", problems))
    for name in read_names(raw.get("use", []), "use", "codebook", problems):
        shipped = load_instrument(name, problems)
        if shipped is None:
            continue
        whole = adapt.pop(name, {})
        for item in shipped.items:
            item = replace(item, missing=item.missing or _every(sets))
            item = _adapted(item, whole, f"adapt '{name}'", sets, problems)
            own = adapt.pop(item.key, {})
            items.append(_adapted(item, own, f"adapt '{item.key}'", sets, problems))
        scales += shipped.scales
    for name in adapt:
        problems.append(f"adapt '{name}': no such instrument or item under 'use'")
    return items, scales


def _every(sets: Sets) -> Missing:
    return sets.missing.get(EVERY_ITEM, ())


def _adapted(
    item: Item, table: object, where: str, sets: Sets, problems: Problems
) -> Item:
    """Return a shipped item with this survey's own answers, codes or names."""
    if not isinstance(table, Mapping):
        problems.append(f"{where}: must be a table")
        return item
    note_unknown(table, ("label", "answers", "missing", "aliases"), where, problems)
    if "label" in table:
        label = read_label(table["label"], "label", where, problems)
        item = replace(item, label=label or item.label)
    if "answers" in table:
        found = _find_answers(table["answers"], where, sets, problems)
        item = replace(
            item,
            codes=found.codes,
            answers=found.labels,
            positive=found.positive or item.positive,
        )
    if "missing" in table:
        missing = _find_missing(table["missing"], where, sets, problems)
        item = replace(item, missing=missing)
    if "aliases" in table:
        item = replace(item, aliases=read_aliases(table["aliases"], where, problems))
    return item


def _find_answers(value: object, where: str, sets: Sets, problems: Problems) -> Answers:
    if not isinstance(value, str):
        return read_answers(value, f"{where}, answers", problems)
    if value not in sets.answers:
        problems.append(f"{where}: no answers '{value}' are defined")
    return sets.answers.get(value, Answers())


def _find_missing(value: object, where: str, sets: Sets, problems: Problems) -> Missing:
    if not isinstance(value, str):
        return read_missing(value, f"{where}, missing", problems)
    if value not in sets.missing:
        problems.append(f"{where}: no missing codes '{value}' are defined")
    return sets.missing.get(value, ())


def _read_key(
    table: Mapping[str, Any], kind: str, number: int, problems: Problems
) -> tuple[str, str]:
    """Return the key of an item or scale, and how messages call it."""
    key = table.get("key", "")
    if is_key(key):
        return key, f"{kind} '{key}'"
    where = f"{kind} number {number}"
    problems.append(
        f"{where}: 'key' must be one word of letters, digits and _ "
        "that does not begin with a digit"
    )
    return f"{kind}_{number}", where


def _read_item(
    table: Mapping[str, Any], number: int, sets: Sets, problems: Problems
) -> Item:
    key, where = _read_key(table, "item", number, problems)
    note_unknown(table, ITEM, where, problems)
    answers = Answers()
    if "answers" in table:
        answers = _find_answers(table["answers"], where, sets, problems)
    else:
        problems.append(f"{where}: has no 'answers'")
    missing = _every(sets)
    if "missing" in table:
        missing = _find_missing(table["missing"], where, sets, problems)
    text = None
    if "text" in table:
        text = read_label(table["text"], "text", where, problems)
    if text is not None and table.get("licence") not in ("own", "open"):
        problems.append(
            f'{where}: a \'text\' is kept only with licence = "own" or "open"'
        )
    return Item(
        key=key,
        label=read_label(table.get("label", key), "label", where, problems)
        or _NO_LABEL,
        text=text,
        codes=answers.codes,
        answers=answers.labels,
        positive=answers.positive,
        missing=missing,
        reversed=read_flag(table, "reversed", False, where, problems),
        aliases=read_aliases(table.get("aliases", []), where, problems),
        licence=read_option(
            table, "licence", ("keys_only", "own", "open"), where, problems
        ),
        kpi=read_text(table, "kpi", where, problems),
        validated=read_flag(table, "validated", True, where, problems),
    )


def _read_scale(table: Mapping[str, Any], number: int, problems: Problems) -> Scale:
    key, where = _read_key(table, "scale", number, problems)
    note_unknown(table, SCALE, where, problems)
    items = read_names(table.get("items", []), "items", where, problems)
    least = table.get("min_answered", (len(items) + 1) // 2)
    if not is_code(least):
        problems.append(f"{where}: 'min_answered' must be a whole number")
        least = 1
    elif items and not 1 <= least <= len(items):
        problems.append(
            f"{where}: 'min_answered' is {least} but the scale has {len(items)} "
            f"item{'s' if len(items) > 1 else ''}"
        )
    if not items:
        problems.append(f"{where}: has no 'items'")
    if twice := sorted({item for item in items if items.count(item) > 1}):
        problems.append(f"{where}: names an item twice: {few(twice)}")
    return Scale(
        key=key,
        label=read_label(table.get("label", key), "label", where, problems)
        or _NO_LABEL,
        items=tuple(items),
        min_answered=least,
        scoring=read_option(
            table, "scoring", ("person_index", "person_mean"), where, problems
        ),
        official=read_flag(table, "official", False, where, problems),
        desired=read_option(
            table, "desired", ("up", "down", "neither", "inverted_u"), where, problems
        ),
        source=read_text(table, "source", where, problems),
    )
