"""The architecture as a test: rooms look only back, and the door stays small."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

import tillit_eval as te
from tillit_eval import phrases

# This list is the architecture. A room imports only from rooms before it.
ROOMS = [
    *("errors", "files", "phrases", "thresholds", "floors", "findings"),
    *("codebook", "exports", "scales", "summaries", "quality", "comparison"),
    *("simulation", "plan", "synthesis", "disclosure", "figures", "tables"),
    *("report", "chapter", "cli"),
]
HOUSE = Path(te.__file__).parent
FILES = sorted(
    path
    for path in HOUSE.rglob("*.py")
    if path.relative_to(HOUSE) != Path("__init__.py")
)
HEAVY = ("scipy.stats", "statsmodels", "matplotlib", "pingouin")


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Read a file once for all the rules that are held against it."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def rooms_imported_by(nodes: Iterable[ast.AST]) -> set[str]:
    names: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    rooms = {name.split(".")[1] for name in names if name.startswith("tillit_eval.")}
    return rooms - {"__version__"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_a_room_looks_only_back(path: Path) -> None:
    room = room_of(path)
    assert room in ROOMS, f"{room} is not in the list that is the architecture"
    seen = rooms_imported_by(nodes_of(path))
    assert seen <= set(ROOMS[: ROOMS.index(room) + 1])


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_a_room_keeps_its_private_files_to_itself(path: Path) -> None:
    named = [n.split(".") for node in nodes_of(path) for n in modules_of(node)]
    private = {parts[1] for parts in named if len(parts) > 2 and parts[2][0] == "_"}
    assert private <= {room_of(path)}


def test_both_ways_of_importing_are_read() -> None:
    both = "import tillit_eval.cli\nfrom tillit_eval import plan\n"
    assert rooms_imported_by(ast.walk(ast.parse(both))) == {"cli", "plan"}


def test_the_door_is_small_and_every_name_opens() -> None:
    assert len(te.__all__) <= 40
    for name in te.__all__:
        assert callable(getattr(te, name)), name
        assert getattr(te, name).__doc__, name


def test_no_room_loads_what_is_heavy() -> None:
    code = f"""
import sys
from importlib import import_module
import tillit_eval
for room in ("", *tillit_eval._ROOMS):
    import_module(f"tillit_eval.{{room}}".rstrip("."))
    heavy = [name for name in {HEAVY!r} if name in sys.modules]
    if heavy:
        sys.exit(f"{{room or 'the door'}} loads {{heavy}}")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_door_loads_nothing_and_the_desk_no_tables() -> None:
    for module, left in (("tillit_eval", "numpy"), ("tillit_eval.cli", "pandas")):
        code = f"import sys, {module}; sys.exit({left!r} in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code])
        assert done.returncode == 0, f"{module} loads {left}"


def test_every_phrase_exists_in_both_languages_with_the_same_blanks() -> None:
    folder = HOUSE / "phrases"
    for english in sorted((folder / "en").glob("*.toml")):
        swedish = folder / "sv" / english.name
        one, other = (
            tomllib.loads(path.read_text(encoding="utf-8"))
            for path in (english, swedish)
        )
        assert one.keys() == other.keys(), english.name
        for key in one:
            assert blanks(one[key]) == blanks(other[key]), f"{english.stem}.{key}"
    names = {
        lang: {p.name for p in (folder / lang).glob("*.toml")} for lang in ("en", "sv")
    }
    assert names["en"] == names["sv"]


def blanks(template: str) -> set[str]:
    from string import Formatter

    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_phrase_is_used() -> None:
    nodes = [node for path in FILES for node in nodes_of(path)]
    words = {n.value for n in nodes if isinstance(n, ast.Constant)}
    begun = {str(n.values[0].value) for n in nodes if is_text_with_a_start(n)}
    unused = [
        f"{file.stem}.{name}"
        for file in sorted((HOUSE / "phrases" / "en").glob("*.toml"))
        for name in tomllib.loads(file.read_text(encoding="utf-8"))
        if not is_said(file.stem, name.removesuffix("_short"), words, begun)
    ]
    assert not unused


def is_text_with_a_start(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)


def is_said(room: str, name: str, words: set[object], begun: set[str]) -> bool:
    """Whether the code holds a phrase's key whole, its beginning, or its name."""
    key = f"{room}.{name}"
    if key in words or any(
        key.startswith(start) for start in begun if start.partition(".")[2]
    ):
        return True
    # f"tables.{column}": then the name must stand somewhere, in one piece or two.
    cuts = [k for k, letter in enumerate(name) if letter == "_"]
    pieces = [(name[:k], name[k + 1 :]) for k in cuts]
    in_two = any({one, f"{one}_"} & words and other in words for one, other in pieces)
    return f"{room}." in begun and (name in words or in_two)


def test_every_phrase_the_code_asks_for_exists() -> None:
    for path in FILES:
        for node in nodes_of(path):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if called in ("say", "phrase") and isinstance(first, ast.Constant):
                assert phrases.has_phrase(str(first.value)), f"{path}: {first.value}"


def test_what_is_installed_is_what_is_imported() -> None:
    project = tomllib.loads((HOUSE.parent / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["big"]]
    names = {re.split("[<>=]", one)[0].lower().replace("-", "_") for one in asked}
    other_name = {"docx": "python_docx"}
    started = {"ipykernel"}  # by its name, in a process of its own
    imported = {
        name.partition(".")[0].lower()
        for path in FILES
        for node in nodes_of(path)
        for name in modules_of(node)
    }
    foreign = imported - set(sys.stdlib_module_names) - {"tillit_eval"}
    assert {other_name.get(name, name) for name in foreign} | started == names


def modules_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [str(node.module)]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_the_package_knows_nothing_of_sites() -> None:
    sites = "kalmar borlänge sundsvall linköping nyköping helsingborg alingsås falun"
    for path in HOUSE.rglob("*"):
        if path.suffix in (".py", ".toml", ".ipynb"):
            text = path.read_text(encoding="utf-8").lower()
            assert not [site for site in sites.split() if site in text], path


def test_functions_take_two_things_by_place_at_most() -> None:
    for room in ROOMS[ROOMS.index("codebook") :]:
        for name in getattr(te, room).__all__:
            thing = getattr(getattr(te, room), name)
            if inspect.isfunction(thing):
                parameters = inspect.signature(thing).parameters.values()
                by_place = [p.name for p in parameters if p.kind < p.KEYWORD_ONLY]
                assert len(by_place) <= 2, f"{room}.{name}: {by_place}"


def test_no_assert_in_the_package() -> None:
    for path in FILES:
        assert not [n for n in nodes_of(path) if isinstance(n, ast.Assert)], path


def test_floors_come_from_the_file_that_gives_their_sources() -> None:
    from tillit_eval import floors, thresholds

    assert thresholds.threshold("k_min") == floors.K_MIN == 10
    assert thresholds.threshold("k_floor") == floors.K_FLOOR == 5
    assert all(entry.source for entry in thresholds.thresholds().values())


def test_every_cut_off_decides_something() -> None:
    from tillit_eval.thresholds import thresholds

    code = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert set(re.findall(r'threshold\("(\w+)"\)', code)) == set(thresholds())
