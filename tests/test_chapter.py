"""A chapter is run steadily, compared number by number, and tells no answers."""

from __future__ import annotations

import ast
import copy
import hashlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from nbformat import v4

from tillit_eval.chapter import (
    Places,
    compare_chapters,
    draw_figure,
    find_chapters,
    new_site,
    read_chapter,
    reproduce_chapters,
    run_chapter,
    strip_private,
    write_chapter,
)
from tillit_eval.chapter.comparing import visible_text
from tillit_eval.chapter.notebooks import steady_metadata
from tillit_eval.errors import DataProblem, FileProblem

UNITS = """import pandas as pd
import tillit_eval as te

units = pd.DataFrame({"unit": ["North", "South"], "start": ["2014-03-01", "2015-09-01"],
    "source": ["synthetic", "synthetic"]})"""
PLOT = "te.figures.plot_rollout(units);"


def code(source: str, *outputs: Any, tag: str = "") -> Any:
    about = {"tags": [tag]} if tag else {}
    return v4.new_code_cell(source, outputs=list(outputs), metadata=about)


def book(*cells: Any) -> Any:
    return v4.new_notebook(cells=list(cells))


def printed(text: str) -> Any:
    return v4.new_output("stream", name="stdout", text=text)


def figure(value: object, alt: str = "A figure.") -> Any:
    data = {"columns": ["unit", "mean"], "rows": [["North", value]]}
    return v4.new_output(
        "display_data",
        data={"image/png": "aGVq", "text/plain": "x"},
        metadata={
            "image/png": {"alt": alt},
            "tillit": {"figure": "fig-01-1", "data": data},
        },
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Run one chapter with a figure, in Swedish, once for several tests."""
    home = tmp_path_factory.mktemp("chapters")
    path = home / "01_place.ipynb"
    here = "import os, sys\nos.path.basename(os.getcwd()), hash('a'), sys.executable"
    cells = [
        code(here),
        code(UNITS),
        code(PLOT, tag="fig-01-1"),
        code("te.phrases.language()"),
    ]
    write_chapter(book(v4.new_markdown_cell("# A place"), *cells), path)
    done = run_chapter(path, figures=home / "figures", lang="sv")
    return SimpleNamespace(home=home, path=path, done=done)


def test_a_chapter_runs_in_its_own_folder_the_same_way_each_time(
    ran: SimpleNamespace,
) -> None:
    import subprocess
    import sys

    seeded = subprocess.run(
        [sys.executable, "-c", "print(hash('a'))"],
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = ran.done.cells[1].outputs[0].data["text/plain"]
    # Read, not compared as text: a long path makes the notebook break the line.
    expected = (ran.home.name, int(seeded.stdout), sys.executable)
    assert ast.literal_eval(said) == expected
    assert ran.done.cells[4].outputs[0].data["text/plain"] == "'sv'"
    assert [c.execution_count for c in ran.done.cells[1:]] == [1, 2, 3, 4]


def test_a_tagged_figure_is_kept_with_its_words_and_its_data(
    ran: SimpleNamespace,
) -> None:
    cell = ran.done.cells[3]
    assert cell.source == PLOT, "the hidden line leaves no trace"
    assert len(cell.outputs) == 1
    about = cell.outputs[0].metadata
    assert about["tillit"]["figure"] == "fig-01-1"
    assert "North" in json.dumps(about["tillit"]["data"]["rows"])
    assert about["image/png"]["alt"]
    files = {p.name for p in (ran.home / "figures").iterdir()}
    assert files == {"fig-01-1.png", "fig-01-1.svg", "fig-01-1.csv"}
    data = pd.read_csv(ran.home / "figures" / "fig-01-1.csv")
    assert data["unit"].tolist() == ["North", "South"]
    svg = (ran.home / "figures" / "fig-01-1.svg").read_text("utf-8")
    assert "<dc:date>" not in svg


def test_nothing_of_time_and_place_is_kept(ran: SimpleNamespace) -> None:
    assert ran.done.metadata.language_info == {"name": "python"}
    assert ran.done.cells[3].metadata == {"tags": ["fig-01-1"]}
    assert "execution" not in json.dumps([c.metadata for c in ran.done.cells])
    assert str(ran.home) not in json.dumps(ran.done.cells[3])


def test_the_address_of_a_table_is_not_kept() -> None:
    said = {"text/html": "<p>12</p>", "text/plain": "GT(<Body object at 0x7f08>)"}
    cell = code("x", v4.new_output("display_data", data=said))
    kept = steady(cell).cells[0].outputs[0].data
    assert kept == {"text/html": "<p>12</p>", "text/plain": "[table]"}
    alone = code("x", v4.new_output("display_data", data={"text/plain": "at 0x7f08"}))
    assert "0x7f08" in steady(alone).cells[0].outputs[0].data["text/plain"]


def steady(cell: Any) -> Any:
    return steady_metadata(book(cell))


def test_two_runs_are_the_same_to_the_byte(
    ran: SimpleNamespace, tmp_path: Path
) -> None:
    again = run_chapter(ran.path, figures=tmp_path, lang="sv", until=2)
    assert json.dumps(again.cells) == json.dumps(ran.done.cells[:2])
    assert again.metadata == ran.done.metadata


def test_one_figure_is_drawn_alone_as_in_its_chapter_to_the_byte(
    ran: SimpleNamespace, tmp_path: Path
) -> None:
    paths = draw_figure("fig-01-1", ran.home, out=tmp_path, lang="sv")
    assert [path.suffix for path in paths] == [".png", ".svg", ".csv"]
    for path in paths:
        assert path.read_bytes() == (ran.home / "figures" / path.name).read_bytes()
    with pytest.raises(DataProblem) as caught:
        draw_figure("fig-01-9", ran.home, out=tmp_path)
    assert str(caught.value).splitlines() == [
        "The chapter has no figure by that id.",
        "  expected: one of 'fig-01-1'",
        "  found:    fig-01-9",
        "  to fix:   give one of the ids listed",
    ]


def test_a_figure_cell_without_a_figure_is_told(tmp_path: Path) -> None:
    path = write_chapter(book(code("1", tag="fig-01-1")), tmp_path / "01_a.ipynb")
    with pytest.raises(DataProblem) as caught:
        run_chapter(path, figures=tmp_path)
    assert str(caught.value).splitlines() == [
        "A chapter stopped before its end.",
        "  expected: every cell runs",
        "  found:    cell 1 stopped with DataProblem: "
        "A numbered figure must be one figure.",
        "  to fix:   open the notebook in JupyterLab and run it up to that cell",
    ]


def test_a_stopped_cell_tells_its_kind_and_no_answer(tmp_path: Path) -> None:
    cells = [code("1"), code("{}['somebody wrote this']")]
    path = write_chapter(book(*cells), tmp_path / "01_a.ipynb")
    with pytest.raises(DataProblem) as caught:
        run_chapter(path, figures=tmp_path)
    assert "found:    cell 2 stopped with KeyError\n" in str(caught.value)
    assert "somebody" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "found"), [(None, "no file a.ipynb"), ("{", "a file that is not one")]
)
def test_what_is_no_notebook_is_told(
    tmp_path: Path, content: str | None, found: str
) -> None:
    path = tmp_path / "a.ipynb"
    if content is not None:
        path.write_text(content)
    with pytest.raises(FileProblem) as caught:
        read_chapter(path)
    assert str(caught.value).splitlines()[2] == f"  found:    {found}"


def test_an_unknown_chapter_is_told(tmp_path: Path) -> None:
    write_chapter(book(), tmp_path / "05_place.ipynb")
    with pytest.raises(FileProblem) as caught:
        find_chapters(tmp_path, only="07")
    assert str(caught.value).splitlines() == [
        "There is no chapter by that name.",
        "  expected: the beginning of one of '05_place'",
        "  found:    '07'",
        "  to fix:   give the number of a chapter, such as --only 05",
    ]


def compare(one: Any, other: Any) -> Any:
    return compare_chapters(book(code("x", *one)), book(code("x", *other)), name="a")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("rose by 0.43 points", "rose by 0.43 points", True),
        ("rose by 0.4300001", "rose by 0.4300004", True),
        ("rose by 0.43", "rose by 0.44", False),
        ("1000000.0", "1000000.5", True),
        ("1000000.0", "1000002.5", False),
        ("0,0000001", "0,0000002", True),
        ("−0.43", "+0.43", False),
        ("−0.43", "-0.43", True),
        ("1e-9", "2e-9", True),
        ("rose", "fell", False),
        ("rose by 0.43", "fell by 0.43", False),
        ("12 of 13", "12 of 13 of 14", False),
    ],
)
def test_numbers_are_compared_to_1e6_and_words_exactly(
    one: str, other: str, same: bool
) -> None:
    assert compare([printed(one)], [printed(other)]).same is same


def test_a_difference_says_where_and_which_number_but_no_words() -> None:
    found = compare([printed("Anna rose 0.43")], [printed("Bo rose 0.44")])
    assert [(d.cell, d.kind, d.committed, d.fresh) for d in found.differences] == [
        (1, "text", "", ""),
        (1, "number", "0.43", "0.44"),
    ]
    assert "Anna" not in str(found)
    assert (found.n_numbers, found.n_numbers_same, found.n_texts_same) == (1, 0, 0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (figure(1.0), figure(1.0 + 1e-9), True),
        (figure(1.0), figure(1.1), False),
        (figure(None), figure(None), True),
        (figure(None), figure(1.0), False),
        (figure(1.0), figure(1.0, "Another figure."), False),
        (figure(1.0), printed("1.0"), False),
    ],
)
def test_pictures_are_compared_by_the_data_behind_them(
    one: Any, other: Any, same: bool
) -> None:
    found = compare([one], [other])
    assert found.same is same
    assert (found.n_figures, found.n_figures_same) == (1, int(same))


def test_other_pixels_with_the_same_data_are_the_same_figure() -> None:
    other = copy.deepcopy(figure(1.0))
    other.data["image/png"] = "YW5u"
    assert compare([figure(1.0)], [other]).same


def test_a_picture_with_nothing_known_behind_it_is_not_reproduced() -> None:
    bare = v4.new_output("display_data", data={"image/png": "aGVq"})
    assert not compare([bare], [bare]).same


def test_an_output_that_came_or_went_is_a_difference() -> None:
    assert compare([], [printed("1")]).differences[0].kind == "missing"
    warned = v4.new_output("stream", name="stderr", text="progress")
    assert compare([], [warned]).same, "what only a progress bar says is not compared"


def test_a_reader_sees_words_not_tags() -> None:
    html = "<style>td {width: 12px}</style><table><tr><td>a</td><td>1&nbsp;2</td></tr>"
    output = v4.new_output("display_data", data={"text/html": html, "text/plain": "9"})
    assert visible_text(output) == "a 1 2"


def test_reproducing_writes_pages_and_finds_what_changed(tmp_path: Path) -> None:
    places = Places(notebooks=tmp_path / "notebooks", build=tmp_path / "build")
    path = places.notebooks / "01_place.ipynb"
    title = v4.new_markdown_cell("# A place")
    good = [title, code("print(0.43)"), code(UNITS), code(PLOT, tag="fig-01-1")]
    write_chapter(book(*good), path)
    write_chapter(book(code("1 / 0")), places.notebooks / "02_other.ipynb")
    plain = places.notebooks / "03_plain.ipynb"
    write_chapter(book(title, code("print(0.43)")), plain)
    written, stopped, _ = reproduce_chapters(places, write=True)
    assert written.same
    assert written.n_figures == written.n_figures_same == 1
    assert not stopped.same
    assert "stopped with ZeroDivisionError" in stopped.stopped
    assert read_chapter(path).cells[1].outputs[0].text == "0.43\n"

    changed = read_chapter(plain)
    changed.cells[1].source = "print(0.44)"
    write_chapter(changed, plain)
    (again,) = reproduce_chapters(places, only="03")
    assert [(d.cell, d.committed, d.fresh) for d in again.differences] == [
        (2, "0.43", "0.44")
    ]
    assert read_chapter(plain).cells[1].outputs[0].text == "0.43\n", "not rewritten"
    listed = pd.read_csv(places.manifest).set_index("file")["sha256"]
    assert {"figures/fig-01-1.csv", "figures/fig-01-1.png"} < {*listed.index}
    data = (places.figures / "fig-01-1.csv").read_bytes()
    assert listed["figures/fig-01-1.csv"] == hashlib.sha256(data).hexdigest()
    page = (places.pages / "01_place.html").read_text("utf-8")
    assert "<h1>A place</h1>" in page
    assert "href='../figures/fig-01-1.svg'" in page
    index = (places.pages / "index.html").read_text("utf-8")
    assert "01_place.html" in index
    assert "02_other" not in index


def saved(path: str, root: str = "/home/a") -> Any:
    cell = v4.new_code_cell("1", execution_count=3, outputs=[printed("an answer")])
    model = {"type": "notebook", "content": book(cell)}
    strip_private(model, path, contents_manager=SimpleNamespace(root_dir=root))
    return model["content"]["cells"][0]


def test_a_private_chapter_is_saved_without_what_it_showed() -> None:
    assert saved("private/north/north.ipynb")["outputs"] == []
    assert saved("/north.ipynb", root="/home/a/private")["execution_count"] is None
    assert saved("notebooks/05.ipynb")["outputs"] != []
    assert saved("my_private/05.ipynb")["outputs"] != []


def test_other_files_are_saved_as_they_are() -> None:
    model = {"type": "file", "content": "text"}
    strip_private(model, "private/a.txt")
    strip_private({"type": "notebook", "content": None}, "private/a.ipynb")
    assert model["content"] == "text"


def test_the_settings_of_the_lab_use_the_hook() -> None:
    text = Path(__file__).parents[1].joinpath(".jupyter", "lab.py").read_text()
    settings = SimpleNamespace(
        FileContentsManager=SimpleNamespace(), LabApp=SimpleNamespace()
    )
    exec(text, {"get_config": lambda: settings})
    assert settings.FileContentsManager.pre_save_hook is strip_private


def test_a_new_site_is_the_same_in_both_languages_but_for_its_words(
    tmp_path: Path,
) -> None:
    """That it runs at once is seen in `test_cli.py`, from new-site to Word."""
    code_of = {}
    for lang in ("en", "sv"):
        notebook = new_site("norr-1", tmp_path / lang / "private", lang=lang)  # type: ignore[arg-type]
        assert (tmp_path / lang / "private" / ".gitignore").read_text() == "*\n"
        names = {path.name for path in notebook.parent.iterdir()}
        assert names == {"codebook.toml", "study.toml", "responses.csv", "norr-1.ipynb"}
        cells = [c for c in read_chapter(notebook).cells if c.cell_type == "code"]
        sources = [c.source.replace('te.use_language("sv")\n', "") for c in cells]
        code_of[lang] = [ast.dump(ast.parse(source)) for source in sources]
        assert [c.metadata for c in cells if c.metadata] == [{"tags": ["fig-01-1"]}]
    assert code_of["en"] == code_of["sv"]


@pytest.mark.parametrize("name", ["../a", "a/b", "", ".hidden", "a" * 41, "a\nb"])
def test_a_name_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataProblem, match="This cannot be the name of a site"):
        new_site(name, tmp_path / "private")
    assert not (tmp_path / "private").exists()


def test_a_site_that_is_there_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "north" / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    with pytest.raises(FileProblem, match="There is a site by that name already"):
        new_site("north", tmp_path)
    assert [p.name for p in kept.parent.iterdir()] == ["mine.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["north"]
