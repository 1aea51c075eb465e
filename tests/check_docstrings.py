"""Does every public name say what it takes, gives and raises? Run by `make check`.

Functions are held to numpydoc's own rules, named below; of a dataclass every field
must be described.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import tillit_eval

# No docstring; double blank lines; sections out of order; no summary; parameters
# left out, unknown, out of order or without type; no Returns; no example.
RULES = {
    *("GL08", "GL03", "GL07", "SS01", "PR01", "PR02", "PR03", "PR04", "RT01"),
    "EX01",
}
# A dataclass describes its fields as attributes and needs no example of its own.
RULES_OF_CLASSES = {"GL08", "GL03", "GL07", "SS01"}


def public_names() -> Iterator[tuple[str, object]]:
    """Go through the names each room offers, once, where they are defined."""
    seen: set[str] = set()
    for entry in sorted(Path(tillit_eval.__file__).parent.iterdir()):
        name = f"tillit_eval.{entry.stem}"
        if entry.suffix not in ("", ".py") or entry.name.startswith("__"):
            continue
        room = import_module(name)
        for public in getattr(room, "__all__", _defined_in(room)):
            thing = getattr(room, public)
            full = f"{getattr(thing, '__module__', name)}.{public}"
            told = inspect.isfunction(thing) or inspect.isclass(thing)
            if full not in seen and told:
                seen.add(full)
                yield full, thing


def _defined_in(room: object) -> list[str]:
    return [
        name
        for name, thing in vars(room).items()
        if not name.startswith("_")
        and getattr(thing, "__module__", "") == getattr(room, "__name__", None)
    ]


def complaints(full: str, thing: object) -> list[str]:
    """List what is wrong with one docstring."""
    rules = RULES_OF_CLASSES if inspect.isclass(thing) else RULES
    found = [f"{c} {text}" for c, text in validate(full)["errors"] if c in rules]
    if inspect.isclass(thing) and is_dataclass(thing):
        told = {name for base in thing.__mro__ for name in _told(base)}
        own = [field.name for field in fields(thing) if not field.name.startswith("_")]
        found += [f"field '{k}' is not described" for k in own if k not in told]
    return found


def _told(thing: type) -> set[str]:
    """Return the fields a class describes; its bases describe theirs themselves."""
    document = NumpyDocString(inspect.cleandoc(thing.__doc__ or ""))
    parts = [*document["Attributes"], *document["Parameters"]]
    return {name.strip() for part in parts for name in part.name.split(",")}


def main() -> int:
    """Print every complaint; return 1 if there is one."""
    checked = wrong = 0
    for full, thing in public_names():
        checked += 1
        for text in complaints(full, thing):
            wrong += 1
            print(f"{full}: {text}")
    print(f"{checked} public names, {wrong} complaints")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
