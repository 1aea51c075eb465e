"""What in a codebook cannot all be true at once."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from tillit_eval.codebook.model import KEY_COLUMNS, Codebook, Item
from tillit_eval.errors import few


def find_contradictions(codebook: Codebook) -> list[str]:
    """Return one sentence for each contradiction, in the order of the file."""
    return [
        *_repeated(codebook),
        *_reserved(codebook),
        *_in_items(codebook),
        *_in_scales(codebook),
        *_in_names(codebook),
        *_in_waves(codebook),
    ]


def _twice(keys: Iterable[str]) -> list[str]:
    return [key for key, n in Counter(keys).items() if n > 1]


def _repeated(codebook: Codebook) -> list[str]:
    keys = [item.key for item in codebook.items]
    scales = [scale.key for scale in codebook.scales]
    problems = [f"item '{key}': stands more than once" for key in _twice(keys)]
    problems += [f"scale '{key}': stands more than once" for key in _twice(scales)]
    return problems + [
        f"scale '{key}': an item has the same key" for key in scales if key in keys
    ]


def _reserved(codebook: Codebook) -> list[str]:
    taken = {key for key, _ in codebook.columns} | set(KEY_COLUMNS)
    keys = [("item", i.key) for i in codebook.items]
    keys += [("scale", s.key) for s in codebook.scales]
    problems = [
        f"{kind} '{key}': is the name of a column of another kind"
        for kind, key in keys
        if key in taken
    ]
    for key, _ in codebook.columns:
        close = difflib.get_close_matches(key, KEY_COLUMNS, n=1, cutoff=0.8)
        if close and key not in KEY_COLUMNS:
            problems.append(f"columns: '{key}' (did you mean '{close[0]}'?)")
    return problems


def _in_items(codebook: Codebook) -> list[str]:
    """Say each contradiction among codes once, with all the items it concerns."""
    concerned: dict[str, list[str]] = defaultdict(list)
    for item in codebook.items:
        for problem in _in_codes(item):
            concerned[problem].append(item.key)
    return [
        f"item{'s' if len(keys) > 1 else ''} {few(keys)}: {problem}"
        for problem, keys in concerned.items()
    ]


def _in_codes(item: Item) -> Iterator[str]:
    missing = [code for code, _ in item.missing]
    stray = sorted({c for _, c in item.answers} - set(item.codes) - set(missing))
    if both := sorted(set(missing) & set(item.codes)):
        yield f"codes both valid and missing: {few(both)}"
    if stray and item.codes:
        yield f"labels stand for codes neither valid nor missing: {few(stray)}"


def _in_scales(codebook: Codebook) -> list[str]:
    items = {item.key: item for item in codebook.items}
    problems = []
    for scale in codebook.scales:
        if unknown := [key for key in scale.items if key not in items]:
            problems.append(f"scale '{scale.key}': unknown items {few(unknown)}")
        codes = [items[key].codes for key in scale.items if key in items]
        if any(len(valid) == 1 for valid in codes):
            problems.append(f"scale '{scale.key}': an item has one valid code only")
        ranges = {(valid[0], valid[-1]) for valid in codes if valid}
        if scale.scoring == "person_mean" and len(ranges) > 1:
            problems.append(
                f"scale '{scale.key}': a person_mean needs items of one range, "
                f"found {few(sorted(ranges))}"
            )
    return problems


def _in_names(codebook: Codebook) -> list[str]:
    """Find names of columns in exports that two parts of the codebook claim."""
    claims: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for item in codebook.items:
        claims[item.key.casefold()].append(("*", f"item '{item.key}'"))
        for wave, name in item.aliases:
            claims[name.casefold()].append((wave, f"item '{item.key}'"))
    for key, names in codebook.columns:
        for name in names:
            claims[name.casefold()].append(("*", f"columns '{key}'"))
    return [
        f"the column name '{name}' is claimed by {' and '.join(rivals)}"
        for name, claimed in claims.items()
        if (rivals := _rivals(claimed))
    ]


def _rivals(claimed: list[tuple[str, str]]) -> list[str]:
    clash = {
        who
        for i, (wave, who) in enumerate(claimed)
        for j, (other_wave, other) in enumerate(claimed)
        if i != j and who != other and (wave == other_wave or "*" in (wave, other_wave))
    }
    return sorted(clash)


def _in_waves(codebook: Codebook) -> list[str]:
    waves = [key for key, _ in codebook.waves]
    problems = [f"wave '{key}': stands more than once" for key in _twice(waves)]
    named = {wave for item in codebook.items for wave, _ in item.aliases} - {"*"}
    if waves and (unknown := sorted(named - set(waves))):
        problems.append(f"aliases name waves that are not defined: {few(unknown)}")
    return problems
