"""Parts of a study file, checked key by key; problems are collected, not raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from tillit_eval.errors import DataProblem, few
from tillit_eval.files.opening import is_file
from tillit_eval.files.paths import as_path
from tillit_eval.phrases import Label

_LONGEST_KEY = 40
Kind = Literal[
    "text", "number", "whole", "texts", "numbers", "label", "path", "paths", "table"
]

STUDY: dict[str, Kind] = {
    "title": "text",
    "k_min": "whole",
    "codebook": "path",
    "gathers": "paths",
}
SITE: dict[str, Kind] = {
    "name": "text",
    "label": "label",
    "source": "text",
    "units": "path",
    "unit_changes": "path",
    "series": "path",
    "ratings": "path",
    "cases": "path",
    "truth": "path",
    "expected": "path",
    "survey": "table",
    "defaults": "table",
    "question": "table",
}
SURVEY: dict[str, Kind] = {
    "codebook": "path",
    "responses": "path",
    "invited": "path",
    "waves": "path",
}
QUESTION: dict[str, Kind] = {
    "id": "text",
    "scale": "text",
    "label": "label",
    "design": "text",
    "role": "text",
    "survey": "text",
    "before": "text",
    "after": "text",
    "estimand": "text",
    "average": "text",
    "assigned": "text",
    "treated": "texts",
    "leave_out": "texts",
    "top": "numbers",
    "margin": "number",
    "margin_source": "text",
    "floor": "whole",
    "unit": "text",
    "steps": "numbers",
    "delivered": "whole",
    "planned": "whole",
    "expect": "text",
    "reason": "text",
}
# What a site may say once for all of its questions.
DEFAULTS: dict[str, Kind] = {
    key: QUESTION[key]
    for key in (
        *("design", "survey", "before", "after", "estimand", "average", "assigned"),
        *("leave_out", "margin", "margin_source", "floor"),
    )
}


@dataclass(slots=True)
class Reading:
    """A study file being read: its folder, and what is wrong so far.

    Attributes
    ----------
    folder : Path
        Where the file lies; nothing outside it is read.
    problems : list of str
        In a few words each, in the order met.
    outside : list of str
        The keys whose paths leave the folder.
    """

    folder: Path
    problems: list[str]
    outside: list[str]

    def note(self, where: str, what: str) -> None:
        """Remember a problem."""
        self.problems.append(f"{where}: {what}")

    def take(
        self,
        table: object,
        known: Mapping[str, Kind],
        where: str,
        *,
        required: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """Return the values of a table that can be used; note the others."""
        if not isinstance(table, Mapping):
            self.note(where, "is not a table of keys and values")
            return {}
        taken: dict[str, Any] = {}
        for key, value in table.items():
            if key not in known:
                self.note(where, f"unknown key {few([key])}{_meant(key, known)}")
                continue
            read = self._as_kind(value, known[key], f"{where}: {key}")
            if read is not None:
                taken[key] = read
        for key in required:
            if key not in table:
                self.note(where, f"no '{key}'")
        return taken

    def _as_kind(self, value: object, kind: Kind, where: str) -> Any:
        if kind == "table":
            return value
        if kind == "path":
            return self._path(value, where)
        if kind == "paths":
            return self._paths(value, where)
        if kind == "label":
            return self._label(value, where)
        if kind in ("texts", "numbers"):
            single = (str,) if kind == "texts" else (int, float)
            if isinstance(value, list) and all(_is(v, single) for v in value):
                return tuple(value)
            self.note(where, f"is not a list of {kind}")
            return None
        wanted: dict[str, tuple[type, ...]] = {
            "text": (str,),
            "whole": (int,),
            "number": (int, float),
        }
        if _is(value, wanted[kind]):
            return value
        plain = kind == "text" and isinstance(value, (int, float))
        hint = f'; write it in quotes: "{value}"' if plain else ""
        self.note(where, f"is not a {kind}{hint}" if kind == "text" else _not_a(kind))
        return None

    def _path(self, value: object, where: str) -> Path | None:
        """Return a path under the study's folder, or note that it leaves it."""
        if not isinstance(value, str):
            self.note(where, "is not a path in quotes")
            return None
        try:
            path = (self.folder / as_path(value)).resolve()
        except (DataProblem, OSError):
            self.note(where, "is not the path of a file")
            return None
        if not path.is_relative_to(self.folder.resolve()):
            self.outside.append(where)
            return None
        if not is_file(path):
            self.note(where, "there is no such file")
            return None
        return path

    def _paths(self, value: object, where: str) -> tuple[Path, ...] | None:
        """Return paths that can be used, or note that it is no list of them."""
        if not isinstance(value, list) or not value:
            self.note(where, "is not a list of paths in quotes")
            return None
        return tuple(filter(None, (self._path(each, where) for each in value)))

    def _label(self, value: object, where: str) -> Label | None:
        if isinstance(value, Mapping) and {*value} == {"en", "sv"}:
            return Label(en=str(value["en"]), sv=str(value["sv"]))
        if isinstance(value, str) and value:
            return Label(en=value, sv=value)
        self.note(where, 'is neither text nor { en = "…", sv = "…" }')
        return None


def _is(value: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _not_a(kind: str) -> str:
    return "is not a whole number" if kind == "whole" else "is not a number"


def _meant(key: str, known: Mapping[str, Kind]) -> str:
    near = get_close_matches(key[:_LONGEST_KEY], known, n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
