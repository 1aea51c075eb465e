"""Notebook 13 says of each site what the site's own notebook says."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from tillit_eval.chapter.comparing import visible_text

ROOT = Path(__file__).parents[1]
SAMPLE, PUBLISHED = ROOT / "data" / "sample", ROOT / "data" / "published"
CORE = {
    "trust": "Vertical trust (0–100)",
    "discretion": "Room for judgement (0–100)",
    "burden": "Burden of rules (0–100)",
    "engagement": "HME, total",
    "users": "Users' trust in the service (0–100)",
    "delivery": "Delivery of the new way of working (0–100)",
}
# A site in the words of a forest: its change and interval, in points.
IN_FOREST = re.compile(
    r"(?:sites\.|%\.) ([^:%]+): ([+−]?[\d.]+ points) \((95 % CI [^)]+)\), "
    r"n = [\d,]+, weight"
)


@cache
def notebook(name: str) -> Any:
    (path,) = (ROOT / "notebooks").glob(f"{name}.ipynb")
    return nbformat.read(path, as_version=4)


@cache
def shown(name: str) -> str:
    """Return all that a reader of a notebook's outputs sees."""
    cells = [c for c in notebook(name).cells if c.cell_type == "code"]
    text = " ".join(visible_text(o) for cell in cells for o in cell.outputs)
    return " ".join(text.split())


@cache
def plans() -> dict[str, dict[str, Any]]:
    """Return the plan of each site, by its key."""
    files = [path.read_text("utf-8") for path in sorted(SAMPLE.glob("*/study.toml"))]
    sites = [site for text in files for site in tomllib.loads(text)["site"]]
    return {site["name"]: site for site in sites}


def question(site: str, key: str) -> dict[str, Any]:
    (found,) = [q for q in plans()[site]["question"] if q["id"] == key]
    return dict(found)


def named(site: str, key: str) -> str:
    return str(question(site, key).get("label", {}).get("en", CORE[key]))


def notebook_of(site: str) -> str:
    (path,) = (ROOT / "notebooks").glob(f"??_{site}.ipynb")
    return path.stem


class Cells(HTMLParser):
    """Reads the rows of a plain table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, _: object) -> None:
        self.inside = tag in ("td", "th")
        if tag == "tr":
            self.rows.append([])
        elif self.inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data.strip()


def points_by_site(book: Any) -> dict[tuple[str, str], float]:
    """Return the table of notebook 13 with six changes for each site."""
    (cell,) = [c for c in book.cells if "pivot_table" in c.source]
    reader = Cells()
    reader.feed(cell.outputs[0].data["text/html"])
    heads = reader.rows[0][1:]
    return {
        (row[0], key): float(value)
        for row in reader.rows
        if row and row[0] in plans()
        for key, value in zip(heads, row[1:], strict=True)
        if key in CORE
    }


def changes_told(name: str, label: str) -> set[float]:
    """Return the changes that a notebook gives for a measure; margins are none."""
    near = rf"{re.escape(label)}\W.{{0,120}}?(?<!worsening of )([+−]?\d+\.\d)\spoints"
    found = re.findall(rf"(?={near})", shown(name))
    return {float(number.replace("−", "-")) for number in found}


def unlike(book: Any) -> list[tuple[str, str]]:
    """Return what notebook 13 says otherwise than the site's own notebook."""
    return [
        (site, key)
        for (site, key), value in points_by_site(book).items()
        for told in [changes_told(notebook_of(site), named(site, key))]
        if told and value not in told
    ]


def test_the_primary_answers_are_those_of_the_sites() -> None:
    book = notebook("13_delegationen")
    (cell,) = [c for c in book.cells if c.source == "te.plot_forest(trust)"]
    told = IN_FOREST.findall(" ".join(visible_text(cell.outputs[0]).split()))
    labels = {site["label"]["en"]: name for name, site in plans().items()}
    assert {labels[label] for label, _, _ in told} == {
        s for s, _ in points_by_site(book)
    }
    for label, amount, interval in told:
        text = shown(notebook_of(labels[label]))
        assert re.search(rf"{re.escape(amount)}\W{{1,3}}{re.escape(interval)}", text), (
            label
        )


def test_every_number_of_the_core_is_that_of_the_site() -> None:
    book = notebook("13_delegationen")
    numbers = points_by_site(book)
    sites = {site for site, _ in numbers}
    assert sites == {*plans()} - {"ivo_arbetsmiljoverket"}
    assert {key for _, key in numbers} == {*CORE}
    compared = [
        (site, key)
        for site, key in numbers
        if changes_told(notebook_of(site), named(site, key))
    ]
    assert len(compared) >= 0.8 * len(numbers)
    assert {site for site, _ in compared} == sites
    assert unlike(book) == []


@pytest.mark.parametrize("key", ["trust", "burden"])
def test_another_number_would_be_noticed(key: str) -> None:
    book = nbformat.from_dict(notebook("13_delegationen"))
    (cell,) = [c for c in book.cells if "pivot_table" in c.source]
    place = list(CORE).index(key)
    table = cell.outputs[0].data["text/html"]
    row = re.search(r"<th>sundsvall</th>(.*?)</tr>", table, re.DOTALL)
    assert row is not None
    cells = re.findall(r"<td>([^<]*)</td>", row.group(1))
    other = row.group(1).replace(f"<td>{cells[place]}</td>", "<td>7.7</td>", 1)
    cell["outputs"][0]["data"]["text/html"] = table.replace(row.group(1), other)
    assert unlike(book) == [("sundsvall", key)]
    assert unlike(notebook("13_delegationen")) == []


def test_it_never_reads_an_answer() -> None:
    code = "\n".join(
        c.source for c in notebook("13_delegationen").cells if c.cell_type == "code"
    )
    assert not re.search(r"\bsurvey\(|\.responses|\.scores|responses_", code)
    assert "te.run_all(study)" in code


def test_every_scale_has_a_family_and_every_site_a_sector() -> None:
    families = pd.read_csv(SAMPLE / "families.csv")
    assert families["scale"].is_unique
    asked = {q["scale"] for site in plans().values() for q in site["question"]}
    assert asked == {*families["scale"]}
    sites = pd.read_csv(SAMPLE / "sites.csv")
    assert sorted(sites["site"]) == sorted(plans())
    for table in (families, sites):
        assert table.notna().all(axis=None)


def test_an_insight_names_questions_that_are_asked() -> None:
    insights = pd.read_csv(PUBLISHED / "insights.csv", keep_default_na=False)
    assert insights["number"].tolist() == list(range(1, 11))
    assert (insights["asked"].eq("no") == insights["asked_in"].eq("")).all()
    for place in "; ".join(insights["asked_in"]).split("; "):
        match place.split():
            case ["all", key]:
                sites = {*plans()} - {"ivo_arbetsmiljoverket"}
                assert all(question(site, key) for site in sites)
            case [number, site, key]:
                assert notebook_of(site).startswith(number)
                assert question(site, key)
            case other:
                assert other == []
