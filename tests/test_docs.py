"""The docs are true: every code block runs, and shows what stands under it.

How a page is read is told in ``docs/index.md``: ``python`` blocks of a page share
one namespace and run in a folder of their own with a copy of ``data``; a ``text``
block right after one is what the code shows; a block with a file name is that
file; ``console`` blocks are commands with what they print.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import runpy
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.errors import TillitError

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
RUN = [*PAGES, *sorted(ROOT.glob("data/*/README.md"))]
LANGUAGES = {"python", "toml", "text", "console", "csv", "sh"}
FENCE = re.compile(
    r"^(?:<!-- exit (?P<exit>\d+) -->\n)?```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(#[^)\s]*)?\)")


@dataclass(frozen=True)
class Fence:
    """One code block of a page."""

    language: str
    file: str
    body: str
    exit_code: int
    line: int


def fences(page: Path) -> list[Fence]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        language, _, file = match["info"].partition(" ")
        line = text[: match.start()].count("\n") + 1
        code = int(match["exit"] or 0)
        found.append(Fence(language, file.strip(), match["body"], code, line))
    return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Path]:
    """A folder to work in, with a copy of the project's data."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    here = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(here)


@pytest.mark.parametrize("page", RUN, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_code_block_runs_and_shows_what_the_page_says(
    page: Path, desk: Path
) -> None:
    space: dict[str, object] = {"__name__": "docs"}
    blocks = fences(page)
    followers = [*blocks[1:], None] if blocks else []
    for block, after in zip(blocks, followers, strict=True):
        where = f"{page.name}, line {block.line}"
        if block.file:
            Path(block.file).write_text(block.body, encoding="utf-8")
        if block.language == "python":
            shown, failed = run(block.body, space, where)
            promised = after is not None and after.language == "text"
            assert promised or not failed, f"{where}: {shown}"
            if promised and after is not None:
                assert tidy(shown) == tidy(after.body), where
        elif block.language == "toml":
            read_toml(block, where)
        elif block.language == "console":
            type_commands(block, where)
    close_figures()


def run(code: str, space: dict[str, object], where: str) -> tuple[str, bool]:
    """Run one block; return what a reader would see, and whether it was refused."""
    tree = ast.parse(code, filename=where)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, where, "exec"), space)
            if isinstance(last, ast.Expr):
                quiet = code.rstrip().endswith(";")
                value = eval(compile(ast.Expression(last.value), where, "eval"), space)
                if value is not None and not quiet:
                    print(as_text(value))
    except TillitError as error:
        return f"{printed.getvalue()}{type(error).__name__}: {error}", True
    return printed.getvalue(), False


def as_text(value: object) -> str:
    if isinstance(value, pd.DataFrame):
        return value.to_string(index=False)
    return str(value)


def tidy(text: str) -> list[str]:
    """Return the lines without the width of spaces, which no reader sees."""
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    return [line for line in lines if line]


def close_figures() -> None:
    import matplotlib.pyplot as plt

    plt.close("all")


def read_toml(block: Fence, where: str) -> None:
    raw = tomllib.loads(block.body)
    assert raw, where
    if block.file.startswith("codebook"):
        te.read_codebook(block.file)


def type_commands(block: Fence, where: str) -> None:
    """Run each ``$ tillit`` line and compare what follows it, if anything does."""
    from tillit_eval.cli import main

    for part in re.split(r"^\$ ", block.body, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        program, *arguments = shlex.split(command)
        assert program == "tillit", f"{where}: only tillit is typed in console blocks"
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                code = main(arguments)
            except SystemExit as leaving:
                code = int(leaving.code or 0)
        assert code == block.exit_code, f"{where}: {printed.getvalue()}"
        if expected.strip():
            assert tidy(printed.getvalue()) == tidy(expected), where


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_is_of_a_kind_we_run(page: Path) -> None:
    assert {block.language for block in fences(page)} <= LANGUAGES
    assert page.read_text(encoding="utf-8").count("```") == 2 * len(fences(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_shell_lines_are_commands_of_this_project(page: Path) -> None:
    shells = [block for block in fences(page) if block.language == "sh"]
    if not shells:
        return
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)
    for block in shells:
        for line in filter(None, block.body.splitlines()):
            program, *rest = shlex.split(line, comments=True) or [""]
            assert program in ("", "make", "pip", "git", "cd", "pytest", "tillit")
            assert program != "make" or set(rest) <= set(targets), line


@pytest.mark.parametrize(
    "page",
    [*PAGES, ROOT / "LICENSES.md", ROOT / "CHANGELOG.md", *ROOT.glob("data/*/*.md")],
    ids=lambda page: f"{page.parent.name}-{page.stem}",
)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor[1:] in anchors(path), f"{page.name}: {target}{anchor}"


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_map_names_every_page() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    linked = {target for target, _ in LINK.findall(index)}
    assert {page.name for page in PAGES} - {"index.md"} <= linked


def test_the_rooms_on_the_page_are_the_rooms_of_the_house() -> None:
    rooms = runpy.run_path(str(ROOT / "tests" / "test_house.py"))["ROOMS"]
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    table = page.split("## The rooms")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)
    assert [name for name, _ in rows] == rooms
    house = ROOT / "tillit_eval"
    for name, rest in rows:
        built = (house / name).is_dir() or (house / f"{name}.py").is_file()
        assert built == ("not built yet" not in rest), name


def test_the_generated_parts_are_current() -> None:
    made = runpy.run_path(str(DOCS / "make_pages.py"))
    for page in (ROOT / "README.md", *PAGES):
        text = page.read_text(encoding="utf-8")
        assert made["filled"](text) == text, f"run: python docs/make_pages.py ({page})"


def test_every_statistic_of_the_ledger_stands_in_the_table_of_trust() -> None:
    made = runpy.run_path(str(DOCS / "make_pages.py"))
    listed = pd.read_csv(made["LEDGER"])
    rows = re.findall(r"^\| .+ \| (\d+) \| (.+) \|$", made["trust"](), re.MULTILINE)
    assert sum(int(n) for n, _ in rows) == len(listed)
    assert all(against for _, against in rows)
    with pytest.raises(LookupError):
        made["room_of"]("nobody_wrote_this")


def test_the_cheat_sheet_holds_every_front_name() -> None:
    page = (DOCS / "cheat-sheet.md").read_text(encoding="utf-8")
    assert not [name for name in te.__all__ if f"`{name}`" not in page]
    assert len(te.__all__) <= 40


@pytest.mark.parametrize("page", RUN, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_name_that_a_page_mentions_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for room, name in re.findall(r"\bte\.([a-z_]+)\.([a-z_]+)", text):
        assert hasattr(getattr(te, room), name), f"{page.name}: te.{room}.{name}"
    verbs = "read|check|link|score|assess|compare|adjust|protect|plot|table|run|draft"
    named = re.findall(rf"`((?:{verbs})_[a-z_]+)[`(]", text)
    rooms = [getattr(te, room) for room in te._DOOR]
    for name in named:
        assert any(hasattr(room, name) for room in rooms), f"{page.name}: {name}"


def test_the_cheat_sheet_holds_every_command() -> None:
    from tillit_eval.cli.commands import COMMANDS

    page = (DOCS / "cheat-sheet.md").read_text(encoding="utf-8")
    typed = set(re.findall(r"^\| `tillit ([a-z-]+)", page, re.MULTILINE))
    assert typed == set(COMMANDS)


def test_the_citation_can_be_read_and_agrees_with_the_package() -> None:
    yaml = pytest.importorskip("yaml")
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert cited["cff-version"] == "1.2.0"
    assert cited["version"] == project["version"] == te.__version__
    assert cited["license"] == project["license"]
    names = [author["name"] for author in cited["authors"]]
    assert names == [author["name"] for author in project["authors"]]
    assert {"message", "title", "type", "date-released"} <= cited.keys()
    assert {ref["number"] for ref in cited["references"]} == {
        "SOU 2018:38",
        "SOU 2018:47",
    }


def test_the_changelog_has_this_version_and_says_which_numbers_changed() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {te.__version__} " in text
    versions = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert all("### Numbers that changed" in version for version in versions)


@pytest.mark.parametrize(
    "page",
    [*PAGES, *ROOT.glob("*.md"), *ROOT.glob("data/*/*.md")],
    ids=lambda page: f"{page.parent.name}-{page.stem}",
)
def test_pages_can_be_read_by_everybody(page: Path) -> None:
    """No private marks, no path of somebody's machine, no tab, no stray space."""
    text = page.read_text(encoding="utf-8")
    prose = FENCE.sub("", text)
    assert not re.search(r"\[(S|T|Q|D|our|2|–)\]", prose)
    assert "\t" not in prose
    assert not re.search(r"(/home/|/root/|/tmp/|[A-Z]:\\)", text)
    assert not re.search(r" +$", prose, re.MULTILINE)


def test_the_installed_version_is_the_one_described() -> None:
    assert metadata.version("tillit_eval") == te.__version__
