"""Is every value of a stated truth of the kind that its key calls for?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from tillit_eval.simulation.cases import TrueCases
from tillit_eval.simulation.model import TrueScale, TrueShift, TrueWave, Truth
from tillit_eval.simulation.ratings import TrueRatings
from tillit_eval.simulation.series import TrueSeries

Table = Mapping[str, Any]
# As the fields of the model are annotated, and what they are called in a message.
_NAMES = {
    "str": "text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "tuple[str, ...]": "a list of texts",
    "tuple[float, ...]": "a list of numbers",
    "tuple[tuple[str, float], ...]": "a list of texts with a number each",
    "tuple[tuple[float, float], ...]": "a list of pairs of numbers",
    "texts": "a list of texts",
    "people": "a whole number, or a list with one for each unit",
    "start": "a number, or a list with one for each unit",
}
_GROUP = {
    **dict.fromkeys(("group", "arm", "parent", "level", "assigned"), "str"),
    "units": "texts",
    "start": "start",
}
_CHANGE = dict.fromkeys(("old", "new", "date"), "str")
_SIZE = {"group": "str", "people": "people"}
_ELSEWHERE = {"site", "units", "waves", "scales", "shifts"}


def _of(kind: type) -> dict[str, str]:
    return {field.name: str(field.type) for field in fields(kind)}


def _needed(kind: type) -> set[str]:
    return {field.name for field in fields(kind) if field.default is MISSING}


KINDS: dict[str, dict[str, str]] = {
    "unit_group": _GROUP,
    "size": _SIZE,
    "wave": _of(TrueWave),
    "scale": _of(TrueScale),
    "shift": _of(TrueShift),
    "unit_change": _CHANGE,
    "series": _of(TrueSeries),
    "ratings": _of(TrueRatings),
    "cases": _of(TrueCases),
    "people": {k: v for k, v in _of(Truth).items() if k not in _ELSEWHERE},
}
NEEDED: dict[str, set[str]] = {
    "unit_group": {"group", "units"},
    "size": {"group", "people"},
    "wave": _needed(TrueWave),
    "scale": _needed(TrueScale),
    "shift": _needed(TrueShift),
    "unit_change": set(_CHANGE),
    "series": _needed(TrueSeries),
    "ratings": _needed(TrueRatings),
    "cases": _needed(TrueCases),
    "people": set(),
}


def find_parts(read: Table) -> Iterator[tuple[str, str, Any]]:
    """Give every part of a file: its name for people, its kind, and what stands there.

    Parameters
    ----------
    read : mapping
        The tables of the file.

    Yields
    ------
    tuple of (str, str, object)
        The third may be of any kind; `find_problems` says if it is no table.
    """
    for kind in ("unit_group", "unit_change", "series", "ratings", "cases"):
        yield from _each(read.get(kind, []), kind, kind)
    surveys = read.get("survey", {})
    for survey, content in _items(surveys):
        for kind in ("size", "wave", "scale", "shift"):
            yield from _each(_get(content, kind, []), f"{survey}: {kind}", kind)
        yield f"{survey}: people", "people", _get(content, "people", {})


def _items(table: object) -> list[tuple[str, Any]]:
    return list(table.items()) if isinstance(table, Mapping) else [("survey", table)]


def _get(table: object, key: str, default: object) -> object:
    return table.get(key, default) if isinstance(table, Mapping) else None


def _each(value: object, name: str, kind: str) -> Iterator[tuple[str, str, Any]]:
    if not isinstance(value, list):
        yield name, kind, None
        return
    for i, table in enumerate(value):
        yield f"{name} {i + 1}", kind, table


def find_problems(name: str, kind: str, table: object) -> list[str]:
    """List what is wrong with one part, in a few words each.

    Parameters
    ----------
    name, kind : str
        From `find_parts`.
    table : object
        What stands in the file.

    Returns
    -------
    list of str
        Unknown and absent keys, values of another kind, no basis.
    """
    if not isinstance(table, Mapping):
        return [f"{name}: is not a table of keys and values"]
    if not table:
        return []
    known = KINDS[kind]
    keys = {key.removeprefix("basis_") for key in table}
    wrong = [f"{name}: unknown key '{key}'" for key in sorted(keys - {*known, "basis"})]
    wrong += [f"{name}: no '{key}'" for key in sorted(NEEDED[kind] - {*table})]
    wrong += [
        f"{name}: '{key}' is not {_NAMES[known[key]]}"
        for key, value in table.items()
        if key in known and not _fits(value, known[key])
    ]
    bases = [v for k, v in table.items() if k.startswith("basis")]
    if not all(isinstance(basis, str) for basis in bases):
        wrong.append(f"{name}: a basis is not text")
    return wrong + _lengths(name, table) + _no_basis(name, table)


def _no_basis(name: str, table: Table) -> list[str]:
    return [] if table.get("basis") else [f"{name}: no basis"]


def _lengths(name: str, table: Table) -> list[str]:
    """Say where a list does not have one value for each unit."""
    units, start = table.get("units"), table.get("start")
    if not isinstance(units, list) or not isinstance(start, list):
        return []
    if len(start) == len(units):
        return []
    return [f"{name}: 'start' has {len(start)} values for {len(units)} units"]


def _fits(value: object, kind: str) -> bool:
    return _TESTS[kind](value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _all(test: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(test, value))


def _is_pair(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return _is_text(value[0]) and _is_number(value[1])


def _is_point(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _one_or_each(test: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: test(value) or (bool(value) and _all(test)(value))


_TESTS: dict[str, Callable[[object], bool]] = {
    "str": _is_text,
    "bool": lambda value: isinstance(value, bool),
    "int": _is_whole,
    "float": _is_number,
    "tuple[str, ...]": _all(_is_text),
    "tuple[float, ...]": lambda value: bool(value) and _all(_is_number)(value),
    "tuple[tuple[str, float], ...]": lambda value: (
        bool(value) and _all(_is_pair)(value)
    ),
    "tuple[tuple[float, float], ...]": lambda value: (
        bool(value) and _all(_is_point)(value)
    ),
    "texts": _all(_is_text),
    "people": _one_or_each(_is_whole),
    "start": _one_or_each(_is_number),
}
