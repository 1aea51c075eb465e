"""Every cut-off stands once, in thresholds.toml; what repeats it must agree."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import tillit_eval as te
from tillit_eval.thresholds import threshold

HOUSE = Path(te.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))
# A default of this name means this cut-off, wherever it stands in the package.
DEFAULTS = {"level": "level", "k_min": "k_min"}
# Phrases that name a cut-off in figures.
SPOKEN = {
    "codebook.rare": "k_min",
    "quality.share_hidden": "k_cell",
    "quality.because_share_rule": "n_exact_share",
    "summaries.incomplete": "k_cell",
    "summaries.without_group": "k_cell",
}


def defaults(path: Path) -> list[tuple[str, ast.expr]]:
    """Names with a default in a file: of functions, and of fields of classes."""
    found: list[tuple[str, ast.expr]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            by_place = [*node.args.posonlyargs, *node.args.args]
            last = by_place[len(by_place) - len(node.args.defaults) :]
            found += zip([a.arg for a in last], node.args.defaults, strict=True)
            named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            found += [(arg.arg, value) for arg, value in named if value is not None]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found += [(node.target.id, node.value)] if node.value else []
    return found


def test_defaults_written_as_numbers_are_the_cut_offs() -> None:
    levels = 0
    for path in FILES:
        for name, value in defaults(path):
            number = getattr(value, "value", None)
            if name in DEFAULTS and isinstance(number, int | float):
                assert number == threshold(DEFAULTS[name]), f"{path}: {name}"
                levels += name == "level"
    assert levels >= 10


@pytest.mark.parametrize("key", SPOKEN)
@pytest.mark.parametrize("lang", ["en", "sv"])
def test_a_phrase_that_names_a_cut_off_names_the_right_one(key: str, lang: str) -> None:
    room, _, name = key.partition(".")
    file = HOUSE / "phrases" / lang / f"{room}.toml"
    words = tomllib.loads(file.read_text(encoding="utf-8"))[name]
    assert re.findall(r"\d+", words) == [f"{threshold(SPOKEN[key]):.0f}"]
