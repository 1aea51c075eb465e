"""Fill the generated parts of docs and README: ledger, cut-offs, cheat sheet, trust.

Run ``python docs/make_pages.py`` after a change; a test fails while a page is old.
A generated part stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``.
"""

from __future__ import annotations

import csv
import inspect
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import tillit_eval as te
from tillit_eval import thresholds

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"
HOUSE = DOCS.parent / "tillit_eval"
LEDGER = DOCS.parent / "tests" / "reference" / "ledger.csv"
PART = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
HEADS = {
    "statistic": "Statistic",
    "function": "Function",
    "oracle": "Checked against",
    "tolerance_class": "Kind",
    "tolerance": "Agrees to",
    "note": "Note",
}
ROOM_QUESTION = {
    "phrases": "In which language",
    "findings": "Read the answers",
    "codebook": "What was asked",
    "exports": "What came back",
    "scales": "Which answers form a score",
    "summaries": "What the rest must know",
    "quality": "Does the score measure",
    "comparison": "What changed",
    "simulation": "What would we see, if",
    "plan": "What we promised to ask",
    "synthesis": "What the sites say together",
    "disclosure": "What may be shown",
    "figures": "How it looks, drawn",
    "tables": "How it looks, in rows",
}
# What an oracle is called in the short table: a word to look for, and its name.
PACKAGES = (
    *("psych", "lavaan", "semTools", "multilevel", "clubSandwich", "metafor"),
    *("effectsize", "lme4", "MASS", "polycor", "wildboottest", "statpsych"),
)
OTHERS = {
    r"written out|by brute force|searched|inverted|integration|quadrature": "formulas "
    "written out anew",
    r"by hand|manual|table|paper": "worked examples",
    r"enumeration|linear programme|own comparisons": "full enumeration",
    r"simulation|truth": "simulated truth",
}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table as Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "".join(f"| {' | '.join(map(escape, line))} |\n" for line in lines)


def escape(cell: str) -> str:
    """Keep a cell on one line and inside its column."""
    return " ".join(cell.split()).replace("|", "\\|")


def ledger() -> str:
    """Return the oracle ledger, statistic by statistic."""
    with LEDGER.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["function"])
    written = table(HEADS.values(), ([row[name] for name in HEADS] for row in rows))
    return f"{written}\n{len(rows)} statistics stand in the ledger.\n"


def trust() -> str:
    """Return, room by room, how many statistics are checked, and against what."""
    with LEDGER.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rooms = [room_of(row["function"]) for row in rows]
    lines = []
    for room in sorted(set(rooms), key=[*te._ROOMS].index):
        own = [row for row, where in zip(rows, rooms, strict=True) if where == room]
        asked = ROOM_QUESTION.get(room, room)
        lines.append((asked, str(len(own)), ", ".join(oracles(own))))
    written = table(("Question", "Statistics", "Checked against"), lines)
    return f"{written}\n{len(rows)} statistics in all.\n"


def room_of(function: str) -> str:
    """Return the room in which a function or class is written."""
    where = homes()
    if function not in where:
        raise LookupError(f"the ledger names {function}, which is nowhere")
    return where[function]


@cache
def homes() -> dict[str, str]:
    """Return the room of every file, and of every function and class at its top."""
    rooms: dict[str, str] = {}
    for room in te._ROOMS:
        home = HOUSE / room
        files = [home.with_suffix(".py")] if not home.is_dir() else home.rglob("*.py")
        for path in sorted(files):
            text = path.read_text(encoding="utf-8")
            for name in [path.stem, *re.findall(r"^(?:def|class) (\w+)", text, re.M)]:
                rooms.setdefault(name, room)
    return rooms


def oracles(rows: list[dict[str, str]]) -> list[str]:
    """Return what a few rows of the ledger were checked against, each named once."""
    said = " ".join(row["oracle"] for row in rows)
    kinds = " ".join(row["tolerance_class"] for row in rows)
    found = [f"R {name}" for name in PACKAGES if re.search(rf"\b{name}\b", said)]
    if re.search(r"\bR\b", said):
        found.append("base R")
    return found + [
        name for words, name in OTHERS.items() if re.search(words, f"{said} {kinds}")
    ]


def cut_offs() -> str:
    """Return every cut-off and default with what it decides and who says so."""
    entries = thresholds.thresholds().values()
    rows = ([f"`{e.name}`", f"{e.value:g}", e.about, e.source] for e in entries)
    return table(("Name", "Value", "Decides", "Source"), rows)


def door() -> str:
    """Return the front names by room, each with the question it answers."""
    parts = []
    for room, names in te._DOOR.items():
        rows = ([f"`{name}`", question(name)] for name in names)
        parts.append(f"**{ROOM_QUESTION[room]}** (`te.{room}`)\n\n")
        parts.append(table(("Call", "Answers"), rows) + "\n")
    return "".join(parts).rstrip("\n") + "\n"


def question(name: str) -> str:
    """Return the first sentence of a front name's own description."""
    text = inspect.getdoc(getattr(te, name)) or ""
    return text.split("\n\n")[0]


PARTS: dict[str, Callable[[], str]] = {
    "ledger": ledger,
    "trust": trust,
    "cut_offs": cut_offs,
    "door": door,
}


def filled(page: str) -> str:
    """Return a page with its generated parts made anew."""

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}\n{PARTS[match[2]]()}\n{match[3]}"

    return PART.sub(fill, page)


def main() -> None:
    """Write every page whose generated parts are old."""
    for path in (README, *sorted(DOCS.glob("*.md"))):
        old = path.read_text(encoding="utf-8")
        new = filled(old)
        if new != old:
            path.write_text(new, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
