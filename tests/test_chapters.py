"""Chapters stay thin, say only what they show, and still show what they said.

Each rule is a function from a notebook to a list of complaints. The rules are held
against every notebook there is, and against small broken ones that each must catch.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat import v4

from tillit_eval.chapter import compare_chapters, run_chapter
from tillit_eval.chapter.comparing import visible_text
from tillit_eval.chapter.notebooks import FIGURE_TAG, figure_of
from tillit_eval.plan import read_study

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DEMANDED = {"00_read_me_first", "05_sundsvall", "12_ivo_arbetsmiljoverket"}
# Run again here: the shortest. `make reproduce` runs all and compares every number.
RUN_AGAIN = ("12",)
HEADINGS = [
    *("The place and the idea", "Published facts", "Who answered"),
    *("Can the answers be a number", "What changed", "How sure can we be"),
    *("What this does and does not say", "Try it"),
]
LOGIC = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.For, ast.AsyncFor, ast.While, ast.If, ast.IfExp, ast.With, ast.Try),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Match),
)
LINES_AT_MOST, LINES_ON_AVERAGE = 10, 3.5
WORDS_AT_LEAST, CELLS, FIGURES_AT_LEAST, EXERCISES_AT_LEAST = 1_200, (15, 45), 4, 3

# What holds no claim: code, addresses, sources, sections, chapters, dates, ids.
NO_CLAIM = re.compile(
    r"```.*?```|`[^`]*`|\]\([^)]*\)|https?://\S+|doi:?\s*\S+"
    r"|\bSOU \d{4}:\d+|§+\s*[\d.,–\-]+(?:\s*(?:and|och)\s*[\d.]+)?"
    r"|\b(?:chapters?|kapitel|notebooks?|section|avsnitt|page|pages|pp?\.|s\.)\s*"
    r"\d[\d.]*(?:\s*(?:[–\-,]|and|to|och)\s*\d[\d.]*)*"
    r"|\b\d{4}-\d{2}(?:-\d{2})?\b|\bfig-\d\d-\d+\b"
    r"|^#+\s*\d+\.|^\s*\d+\.\s",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
NUMBER = re.compile(r"(?<![\w.,])\d+(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d+)*(?!\w)")
SYNTHETIC = re.compile(r"synthetic|published|\breal\b", re.IGNORECASE)

Rule = Callable[[str, Any], list[str]]


@cache
def read(path: Path) -> Any:
    """Read a notebook once for all rules; none of them changes it."""
    return nbformat.read(path, as_version=4)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook: Any) -> str:
    cells = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    return "\n\n".join(cells)


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def headings(notebook: Any, level: int) -> list[str]:
    text = re.sub(r"```.*?```", "", prose(notebook), flags=re.DOTALL)
    return [h.strip() for h in re.findall(rf"(?m)^#{{{level}}} (.+)$", text)]


def has_one_title(name: str, notebook: Any) -> list[str]:
    titles = headings(notebook, 1)
    return [] if len(titles) == 1 else [f"{len(titles)} titles"]


def has_the_headings(name: str, notebook: Any) -> list[str]:
    if not "01" <= name[:2] <= "12":
        return []
    found = headings(notebook, 2)
    return [] if found == HEADINGS else [f"headings are {found}"]


def is_a_whole_chapter(name: str, notebook: Any) -> list[str]:
    """A chapter has enough words, code, figures and exercises of its own."""
    if not "01" <= name[:2] <= "13":
        return []
    words = len(re.sub(r"```.*?```", "", prose(notebook), flags=re.DOTALL).split())
    cells = code_cells(notebook)
    figures = sum(bool(figure_of(cell)) for cell in cells)
    tasks = len(re.findall(r"(?m)^\d\. ", prose(notebook).partition("## Try it")[2]))
    wrong = [f"{words} words"] if words < WORDS_AT_LEAST else []
    wrong += [f"{len(cells)} code cells"] if not in_range(len(cells), CELLS) else []
    wrong += [f"{figures} figures"] if figures < FIGURES_AT_LEAST else []
    return wrong + ([f"{tasks} exercises"] if tasks < EXERCISES_AT_LEAST else [])


def in_range(number: int, ends: tuple[int, int]) -> bool:
    return ends[0] <= number <= ends[1]


def refuses_a_question(name: str, notebook: Any) -> list[str]:
    """Show at least one refusal that the site's plan expects, with its reason."""
    expected = planned_refusals().get(name[3:])
    if expected is None:
        return []
    text = " ".join(map(visible_text, outputs(notebook)))
    return [] if any(reason in text for reason in expected) else ["nothing is refused"]


@cache
def planned_refusals() -> dict[str, list[str]]:
    """Return how the reason of each planned refusal begins, by site."""
    study = read_study(ROOT / "data" / "sample" / "study.toml")
    return {
        site.name: [begin(q.reason) for q in site.questions if q.reason]
        for site in study.sites
    }


def begin(reason: str) -> str:
    """Return a phrase up to its first blank."""
    room, _, name = reason.partition(".")
    file = ROOT / "tillit_eval" / "phrases" / "en" / f"{room}.toml"
    return str(tomllib.loads(file.read_text(encoding="utf-8"))[name]).partition("{")[0]


def facts_are_published(name: str, notebook: Any) -> list[str]:
    """Numbers in the prose about published facts stand in the published tables."""
    text = prose(notebook).partition("## Published facts")[2].partition("\n## ")[0]
    return [n for n in claims(text) if not canonical(n) & published_numbers()]


@cache
def published_numbers() -> frozenset[str]:
    found: set[str] = set()
    for path in sorted((ROOT / "data" / "published").glob("*.csv")):
        cells = pd.read_csv(path, dtype=str, keep_default_na=False).to_numpy().ravel()
        for number in NUMBER.findall("\n".join(cells)):
            found |= canonical(number)
    return frozenset(found)


def code_only_calls(name: str, notebook: Any) -> list[str]:
    wrong = []
    cells = code_cells(notebook)
    for place, cell in enumerate(cells, start=1):
        if re.search(r"(?m)^\s*[%!?]|\?\s*$", cell.source):
            wrong.append(f"code cell {place}: magic")
            continue
        nodes = [
            type(n).__name__
            for n in ast.walk(ast.parse(cell.source))
            if isinstance(n, LOGIC)
        ]
        wrong += [f"code cell {place}: {node}" for node in nodes]
        if len(cell.source.splitlines()) > LINES_AT_MOST:
            wrong.append(f"code cell {place}: more than {LINES_AT_MOST} lines")
    lines = [len(cell.source.splitlines()) for cell in cells]
    if lines and sum(lines) / len(lines) > LINES_ON_AVERAGE:
        wrong.append(f"{sum(lines) / len(lines):.1f} lines a cell on average")
    return wrong


def canonical(number: str) -> set[str]:
    """Return the ways to read a number: with decimals, or with thousands."""
    joined = re.sub(r"[ \u00a0\u202f]", "", number)
    readings = {joined.replace(",", "."), joined.replace(",", "")}
    return {r for r in readings if r.count(".") <= 1}


def is_claim(number: str) -> bool:
    if re.search(r"[.,]\d", number):
        return True
    value = int(re.sub(r"\D", "", number))
    return value >= 10 and not 1900 <= value <= 2099


def claims(text: str) -> list[str]:
    return [n for n in NUMBER.findall(NO_CLAIM.sub(" ", text)) if is_claim(n)]


def prose_says_what_is_shown(name: str, notebook: Any) -> list[str]:
    shown: set[str] = set()
    for output in outputs(notebook):
        for number in NUMBER.findall(visible_text(output)):
            shown |= canonical(number)
    return [n for n in claims(prose(notebook)) if not canonical(n) & shown]


def was_run_in_order(name: str, notebook: Any) -> list[str]:
    counts = [cell.execution_count for cell in code_cells(notebook)]
    in_order = counts == list(range(1, len(counts) + 1))
    return [] if in_order and outputs(notebook) else [f"execution counts {counts}"]


def outputs_are_clean(name: str, notebook: Any) -> list[str]:
    wrong = [o.ename for o in outputs(notebook) if o.output_type == "error"]
    return wrong + ["stderr" for o in outputs(notebook) if o.get("name") == "stderr"]


def metadata_are_steady(name: str, notebook: Any) -> list[str]:
    wrong = [k for c in notebook.cells for k in c.metadata if k != "tags"]
    return wrong + [k for k in notebook.metadata.language_info if k != "name"]


def figures_are_numbered(name: str, notebook: Any) -> list[str]:
    wrong = []
    tags = [t for c in notebook.cells for t in c.metadata.get("tags", [])]
    for tag in tags:
        form = FIGURE_TAG.match(tag)
        if form is None or form.group(1) != name[:2]:
            wrong.append(f"tag {tag}")
    numbers = [int(t.rpartition("-")[2]) for t in tags if FIGURE_TAG.match(t)]
    if numbers != list(range(1, len(numbers) + 1)):
        wrong.append(f"figures in the order {numbers}")
    for cell in code_cells(notebook):
        drawn = [o for o in cell.outputs if "image/png" in o.get("data", {})]
        kept = [o for o in drawn if o.metadata.get("tillit", {}).get("figure")]
        if len(drawn) != bool(figure_of(cell)) or len(kept) != len(drawn):
            wrong.append(f"{len(drawn)} pictures in a cell tagged {figure_of(cell)!r}")
    return wrong


def figures_have_words(name: str, notebook: Any) -> list[str]:
    pictures = [o for o in outputs(notebook) if "image/png" in o.get("data", {})]
    return ["a picture without alt text" for o in pictures if not visible_text(o)]


def nobody_is_shown(name: str, notebook: Any) -> list[str]:
    text = " ".join(map(visible_text, outputs(notebook)))
    words = set(re.findall(r"[\w\-]{4,}", text))
    wrong = [f"{len(words & codes())} codes of people"] if words & codes() else []
    heads = r"<th[^>]*>\s*(respondent|person|subnum|id|kod)\s*</th>"
    for output in outputs(notebook):
        html = output.get("data", {}).get("text/html", "")
        wrong += re.findall(heads, html, re.IGNORECASE)
    return wrong


@cache
def codes() -> frozenset[str]:
    """Return the codes of all people in the sample that could not be mere words."""
    found: set[str] = set()
    for path in sorted((ROOT / "data" / "sample").rglob("*.csv")):
        head = pd.read_csv(path, nrows=0).columns
        if "respondent" in head:
            column = pd.read_csv(path, usecols=["respondent"], dtype=str)
            found |= set(column["respondent"].dropna())
    return frozenset(code for code in found if len(code) >= 4)


def says_that_it_is_synthetic(name: str, notebook: Any) -> list[str]:
    """Where a synthetic site is studied, every output with a number says so."""
    code = "\n".join(cell.source for cell in code_cells(notebook))
    if not any(f'"{site}"' in code for site in synthetic_sites()):
        return []
    return [
        f"output without a mark: {visible_text(o)[:60]}"
        for o in outputs(notebook)
        if re.search(r"\d", visible_text(o)) and not SYNTHETIC.search(visible_text(o))
    ]


@cache
def synthetic_sites() -> frozenset[str]:
    """Return the sites of the sample whose people are invented."""
    study = read_study(ROOT / "data" / "sample" / "study.toml")
    return frozenset(s.name for s in study.sites if s.source == "synthetic")


RULES: list[Rule] = [
    has_one_title,
    has_the_headings,
    is_a_whole_chapter,
    refuses_a_question,
    facts_are_published,
    code_only_calls,
    prose_says_what_is_shown,
    was_run_in_order,
    outputs_are_clean,
    metadata_are_steady,
    figures_are_numbered,
    figures_have_words,
    nobody_is_shown,
    says_that_it_is_synthetic,
]


def test_the_chapters_of_this_issue_are_there() -> None:
    assert {path.stem for path in CHAPTERS} >= DEMANDED


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_chapter_keeps_the_rules(path: Path, rule: Rule) -> None:
    assert rule(path.stem, read(path)) == []


@pytest.mark.chapters
@pytest.mark.parametrize(
    "path", [p for p in CHAPTERS if p.stem[:2] in RUN_AGAIN], ids=lambda path: path.stem
)
def test_running_it_again_says_the_same(path: Path, tmp_path: Path) -> None:
    committed = read(path)
    fresh = run_chapter(path, figures=tmp_path)
    found = compare_chapters(committed, fresh, name=path.stem)
    assert found.differences == ()
    assert found.n_numbers > 0


# The rules themselves: a good chapter passes all, each broken one fails its own.


def marked(text: str, **metadata: Any) -> Any:
    data = {"text/markdown": text}
    return v4.new_output("display_data", data=data, metadata=metadata)


def picture(key: str = "fig-05-1", alt: str = "Bars. (Synthetic data.)") -> Any:
    about = {"image/png": {"alt": alt}, "tillit": {"figure": key}}
    data = {"image/png": "aGVq"}
    return v4.new_output("display_data", data=data, metadata=about)


def chapter() -> SimpleNamespace:
    """Make a small chapter that keeps every rule."""
    texts = ["# 5. A place\n\nIn 2014, 3 of SOU 2018:38 § 8.2, anthology chapter 8."]
    texts += [f"## {heading}" for heading in HEADINGS]
    texts[5] += "\n\nIt rose by 0,43, or 0.43, for 18 areas and 1 200 people."
    cells = [v4.new_markdown_cell(text) for text in texts]
    run = v4.new_code_cell(
        'site = te.read_study("../data/sample/study.toml").site("sundsvall")',
        outputs=[marked("+0.43 in 18 areas, 98,765 of 1,200. (Synthetic data.)")],
        execution_count=1,
    )
    plot = v4.new_code_cell(
        "te.plot(x);",
        outputs=[picture()],
        execution_count=2,
        metadata={"tags": ["fig-05-1"]},
    )
    rest = v4.new_markdown_cell("word " * 1_200 + "\n\n1. Try.\n2. Try.\n3. Try.")
    plots = [
        v4.new_code_cell(
            "te.plot(x);",
            outputs=[picture(f"fig-05-{k}")],
            execution_count=k + 1,
            metadata={"tags": [f"fig-05-{k}"]},
        )
        for k in range(2, 6)
    ]
    code = [
        v4.new_code_cell("x = 1", execution_count=count, outputs=[])
        for count in range(7, 16)
    ]
    about = {"language_info": {"name": "python"}}
    book = v4.new_notebook(
        cells=[*cells, rest, run, plot, *plots, *code], metadata=about
    )
    return SimpleNamespace(
        book=book,
        first=cells[0],
        facts=cells[2],
        rest=rest,
        run=run,
        plot=plot,
        plots=plots,
    )


def test_a_good_chapter_passes() -> None:
    assert [rule("05_a", chapter().book) for rule in RULES] == [[]] * len(RULES)


def broken(rule: Rule, change: Callable[[SimpleNamespace], object]) -> list[str]:
    one = chapter()
    change(one)
    one.book = nbformat.from_dict(one.book)
    found = {r.__name__: r("05_a", one.book) for r in RULES}
    others = [name for name in found if found[name] and name != rule.__name__]
    assert others == [], "a broken chapter breaks its own rule only"
    return found[rule.__name__]


def set_source(cell: str, text: str) -> Callable[[SimpleNamespace], object]:
    def change(one: SimpleNamespace) -> None:
        getattr(one, cell)["source"] = text

    return change


def show(*shown: Any) -> Callable[[SimpleNamespace], object]:
    def change(one: SimpleNamespace) -> None:
        one.run["outputs"] = [*one.run["outputs"], *shown]

    return change


def tag(name: str) -> Callable[[SimpleNamespace], object]:
    def change(one: SimpleNamespace) -> None:
        one.plot["metadata"] = {"tags": [name]}
        one.plot["outputs"] = [picture(name)]

    return change


def keep_three_figures(one: SimpleNamespace) -> None:
    for cell in one.plots[2:]:
        cell.update(metadata={}, outputs=[])


SAMPLE = 'site = study.site("sundsvall")\n'


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (is_a_whole_chapter, lambda one: one.book["cells"].pop()),
        (is_a_whole_chapter, lambda one: one.rest.update(source="1. Try.\n2. Try.")),
        (is_a_whole_chapter, keep_three_figures),
        (
            facts_are_published,
            set_source("facts", "## Published facts\n\nIn 18 of 98,765."),
        ),
        (has_one_title, set_source("first", "In 2014.")),
        (has_the_headings, set_source("first", "# 5. A place\n\n## Another heading")),
        (code_only_calls, set_source("run", SAMPLE + "[x for x in y]")),
        (code_only_calls, set_source("run", SAMPLE + "a if b else c")),
        (code_only_calls, set_source("run", SAMPLE + "f(lambda x: x)")),
        (code_only_calls, set_source("run", SAMPLE + "for x in y: f(x)")),
        (code_only_calls, set_source("run", SAMPLE + "def f(): pass")),
        (code_only_calls, set_source("run", "%matplotlib inline")),
        (code_only_calls, set_source("run", SAMPLE + "f(x)\n" * 10)),
        (prose_says_what_is_shown, set_source("first", "# 5. A\n\nRose by 0.44.")),
        (prose_says_what_is_shown, set_source("first", "# 5. A\n\nRose by 0,44.")),
        (prose_says_what_is_shown, set_source("first", "# 5. A\n\nIn 19 areas.")),
        (prose_says_what_is_shown, set_source("first", "# 5. A\n\nOf 2 500 people.")),
        (was_run_in_order, lambda one: one.run.update(execution_count=7)),
        (was_run_in_order, lambda one: one.run.update(execution_count=None)),
        (
            outputs_are_clean,
            show(v4.new_output("error", ename="KeyError", evalue="", traceback=[])),
        ),
        (
            outputs_are_clean,
            show(v4.new_output("stream", name="stderr", text="a warning")),
        ),
        (metadata_are_steady, lambda one: one.run["metadata"].update(execution={})),
        (figures_are_numbered, tag("fig-06-1")),
        (figures_are_numbered, tag("fig-05-2")),
        (figures_are_numbered, tag("figure 1")),
        (figures_are_numbered, show(picture())),
        (
            figures_are_numbered,
            lambda one: one.plot["outputs"][0]["metadata"].pop("tillit"),
        ),
        (figures_have_words, lambda one: one.plot.update(outputs=[picture(alt="")])),
        (says_that_it_is_synthetic, show(marked("It rose by 0.43."))),
        (
            nobody_is_shown,
            show(
                v4.new_output(
                    "display_data",
                    data={"text/html": "<table><tr><th>respondent</th></tr></table>"},
                )
            ),
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_rule_catches_what_breaks_it(rule: Rule, change: Any) -> None:
    assert broken(rule, change) != []


def test_a_site_whose_refusal_is_not_shown_is_caught() -> None:
    assert refuses_a_question("05_sundsvall", chapter().book) == ["nothing is refused"]
    assert refuses_a_question("13_delegationen", chapter().book) == []


def paragraphs(notebook: Any) -> set[str]:
    """Return the paragraphs of a chapter's prose that hold more than a few words."""
    text = re.sub(r"```.*?```", "", prose(notebook), flags=re.DOTALL)
    whole = {" ".join(p.split()) for p in re.split(r"\n\s*\n", text)}
    return {p for p in whole if len(p.split()) > 12}


def shared(chapters: dict[str, set[str]]) -> list[str]:
    names = sorted(chapters)
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    return [
        f"{a} and {b}: {p[:60]}" for a, b in pairs for p in chapters[a] & chapters[b]
    ]


def test_no_two_chapters_share_a_paragraph() -> None:
    read = {p.stem: paragraphs(nbformat.read(p, as_version=4)) for p in CHAPTERS}
    assert shared(read) == []
    assert all(read.values())
    twin = {"a": {"one two"}, "b": {"one two", "three"}}
    assert shared(twin) == ["a and b: one two"]


def test_a_code_of_a_person_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "codes", lambda: frozenset({"kkaf19"}))
    shown = show(marked("kkaf19 said so. (Synthetic data.)"))
    assert broken(nobody_is_shown, shown) == ["1 codes of people"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rose by 0.43 and 0,5", ["0.43", "0,5"]),
        ("in 2014–2016, 9 areas and 18", ["18"]),
        ("95 % interval", ["95"]),
        ("SOU 2018:38 §8.2.1, § 12, chapter 14, chapters 4–15, notebook 05", []),
        ("see `k_min = 10` and [a page](https://x.org/99)", []),
        ("on 2016-06-30, fig-05-12", []),
        ("1 234 people, 12,345 rows", ["1 234", "12,345"]),
        ("COVID19 and K10", []),
        ("# 12. A place", []),
    ],
)
def test_what_counts_as_a_number_in_the_prose(text: str, found: list[str]) -> None:
    assert claims(text) == found
