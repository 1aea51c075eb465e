"""What the README says is so: its script, its commands, its links, its error."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.errors import DataProblem

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPT, PRINTED = re.findall(
    r"```python\n(.*?)```.*?```text\n(.*?)```", README, re.DOTALL
)[0]


def words(text: str) -> str:
    """Return a text without the line breaks that only make it fit the page."""
    return " ".join(text.split())


def test_the_script_prints_what_the_readme_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(SCRIPT, "README.md", "exec"), {"__name__": "readme"})
    import matplotlib.pyplot as plt

    plt.close("all")
    assert words(printed.getvalue()) == words(PRINTED)
    assert (tmp_path / "change.png").stat().st_size > 10_000


def test_the_script_is_as_short_as_it_says() -> None:
    assert len([line for line in SCRIPT.splitlines() if line.strip()]) <= 15


def test_the_error_it_shows_is_the_error_one_gets() -> None:
    frame = pd.DataFrame({"respondent": ["a"], "trust": [1.0]})
    with pytest.raises(DataProblem) as problem:
        te.compare_paired(frame, "trust", before="1", after="2")
    assert str(problem.value) in README


def test_it_counts_the_figures_of_the_anthology_as_the_list_does() -> None:
    listed = pd.read_csv(ROOT / "data" / "published" / "anthology_figures.csv")
    for status, rows in listed.groupby("status"):
        line = next(x for x in README.splitlines() if x.startswith(f"| {status}"))
        assert f" | {len(rows)} | " in line
        told = {int(n) for n in re.findall(r"\d+", line.rpartition("chapters")[2])}
        assert told == set(rows["chapter"])


def test_its_make_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"make ([a-z]+)", README))
    assert {"reproduce", "test", "lab", "look", "help"} <= named <= targets


def test_its_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)\)", README)
    assert len(targets) > 10
    for target in targets:
        assert (ROOT / target).exists(), target


def test_every_notebook_stands_in_its_table() -> None:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"(notebooks/{path.name})" in README


def test_it_starts_with_two_sentences_and_a_figure() -> None:
    _, sentences, figure = README.split("\n\n")[:3]
    assert len(sentences.splitlines()) == 2
    assert figure.startswith("![")
