"""A file that is written is there whole or not at all, whatever goes wrong."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from nbformat import v4

import tillit_eval as te
from tillit_eval.chapter import capture, capturing, new_site, write_chapter
from tillit_eval.codebook import Codebook, Item, write_codebook
from tillit_eval.errors import FileProblem
from tillit_eval.phrases import Label
from tillit_eval.report import Entry, Prose, write_csv, write_index, write_page
from tillit_eval.report import write_word as write_paper
from tillit_eval.summaries import write_summary

ANSWERS = pd.DataFrame({"q1": [1, 2, 3, 4, 5] * 8, "q2": [1, 2, 3, 5, 5] * 8})
BOOK = Codebook(
    title="Staff", items=(Item(key="q1", label=Label("q", "q"), codes=(1, 2)),)
)
SUMMARY = te.summarise_responses(ANSWERS, ["q1", "q2"])
BLOCKS = (Prose("# Trust\n\nIt rose."),)
ENTRY = Entry(file="a.html", title="A", n_figures=0, synthetic=False)


def draw(path: Path) -> None:
    plt.close("all")
    te.plot_answers(ANSWERS.assign(source="real"), ["q1"])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(capturing, "DPI", 20)  # the picture is not looked at
        capture(path.stem, path.parent)


WRITERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "write_summary": ("a.json", lambda p: write_summary(SUMMARY, p)),
    "write_codebook": ("a.toml", lambda p: write_codebook(BOOK, p, overwrite=True)),
    "Draft.write": (
        "a.toml",
        lambda p: te.draft_codebook(ANSWERS).write(p, overwrite=True),
    ),
    "write_csv": ("a.csv", lambda p: write_csv(ANSWERS, p)),
    "write_page": ("a.html", lambda p: write_page(BLOCKS, p)),
    "write_word": ("a.docx", lambda p: write_paper(BLOCKS, p)),
    "write_index": ("a.html", lambda p: write_index([ENTRY], p)),
    "write_chapter": ("a.ipynb", lambda p: write_chapter(v4.new_notebook(), p)),
    "capture": ("fig-01-1.png", draw),
}
OLD = b"what was there before"


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("at", ["replace", "open"])
@pytest.mark.parametrize("goes_wrong", [full_disk, interrupted])
@pytest.mark.parametrize("name", WRITERS)
def test_the_old_file_or_the_new_one(
    name: str,
    goes_wrong: Callable[..., None],
    at: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, write = WRITERS[name]
    path = tmp_path / file
    write(path)
    new = path.read_bytes()
    others = set(tmp_path.iterdir())
    path.write_bytes(OLD)
    expected = FileProblem if goes_wrong is full_disk else KeyboardInterrupt
    with monkeypatch.context() as patched:
        if at == "replace":
            patched.setattr(Path, "replace", goes_wrong)
        else:
            patched.setattr(Path, "open", torn(goes_wrong))
        with pytest.raises(expected) as caught:
            write(path)
    plt.close("all")
    assert path.read_bytes() == OLD
    assert set(tmp_path.iterdir()) == others, "nothing else is left behind"
    if expected is FileProblem:
        lines = str(caught.value).splitlines()
        assert lines[0] == "A file cannot be written."
        assert lines[2] == "  found:    No space left on device"
    write(path)
    plt.close("all")
    assert path.read_bytes() == new


def torn(goes_wrong: Callable[..., None]) -> Callable[..., object]:
    """Return an ``open`` whose files take some bytes and then fail."""
    ordinary = Path.open

    def opened(self: Path, mode: str = "r", *args: object, **more: object) -> object:
        file = ordinary(self, mode, *args, **more)  # type: ignore[call-overload]
        if "x" not in mode:
            return file
        os.write(file.fileno(), b"half of")
        return Torn(file, goes_wrong)

    return opened


class Torn:
    """A file that cannot be written to the end."""

    def __init__(self, file: object, goes_wrong: Callable[..., None]) -> None:
        self.file, self.write = file, goes_wrong

    def __enter__(self) -> Torn:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()  # type: ignore[attr-defined]


def test_a_file_keeps_to_the_rights_the_system_gives(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_csv(ANSWERS, tmp_path / "a.csv")
    finally:
        os.umask(before)
    if os.name == "posix":
        assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o640


PEOPLE = pd.DataFrame({"id": ["a", "b"], "q1": [1, 2]})


@pytest.mark.parametrize("goes_wrong", [full_disk, interrupted])
def test_a_key_is_made_whole_or_not_at_all(
    goes_wrong: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "private" / "key"
    key.parent.mkdir()
    expected = FileProblem if goes_wrong is full_disk else KeyboardInterrupt
    for name in ("link", "fdopen"):
        with monkeypatch.context() as patched:
            patched.setattr(os, name, goes_wrong)
            with pytest.raises(expected):
                te.pseudonymise(PEOPLE, "id", key_file=key)
        assert list(key.parent.iterdir()) == []
    first = te.pseudonymise(PEOPLE, "id", key_file=key)
    again = te.pseudonymise(PEOPLE, "id", key_file=key)
    pd.testing.assert_frame_equal(first, again)


@pytest.mark.parametrize("goes_wrong", [full_disk, interrupted])
def test_a_new_site_is_there_with_all_its_files_or_not_at_all(
    goes_wrong: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tillit_eval.chapter import sites

    (tmp_path / "mine").mkdir()
    expected = OSError if goes_wrong is full_disk else KeyboardInterrupt
    with monkeypatch.context() as patched:
        patched.setattr(sites, "write_chapter", goes_wrong)
        with pytest.raises(expected):
            new_site("north", tmp_path / "mine")
    assert list((tmp_path / "mine").iterdir()) == []
    assert new_site("north", tmp_path / "mine").is_file()
