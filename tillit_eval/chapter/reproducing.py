"""Run all chapters, compare them with what they said, and make their pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from tillit_eval.chapter.comparing import Reproduction, compare_chapters
from tillit_eval.chapter.manifest import write_manifest
from tillit_eval.chapter.notebooks import figure_of, read_chapter, write_chapter
from tillit_eval.chapter.places import Places, find_chapters
from tillit_eval.chapter.running import run_chapter
from tillit_eval.chapter.telling import Cells, name_cells, tell_of, write_ledger
from tillit_eval.disclosure import check_record, open_record
from tillit_eval.errors import DataProblem
from tillit_eval.report import (
    Entry,
    is_synthetic,
    read_blocks,
    title_of,
    write_index,
    write_page,
)

AT_ONCE = 2


def reproduce_chapters(
    places: Places | None = None, *, only: str = "", write: bool = False
) -> tuple[Reproduction, ...]:
    """Which chapters still say what they said when they were committed?

    Parameters
    ----------
    places : Places, optional
        Where chapters lie and pages and figures go; ``notebooks`` and ``build``
        here by default.
    only : str, optional
        How the name of the wanted chapter begins, such as ``05``.
    write : bool, default False
        Put the fresh outputs into the notebooks, as their authors do.

    Returns
    -------
    tuple of Reproduction
        One for each chapter, in order; a chapter that stopped says why, and one
        that gives a small group away beside the others says where.

    Raises
    ------
    FileProblem
        If there is no chapter, or one cannot be read.

    See Also
    --------
    compare_chapters : The comparison alone.

    Notes
    -----
    All that the chapters show is also checked together, as a `disclosure.Ledger`
    does, and listed in ``ledger.csv``; all pages and figures are listed with
    their hashes in ``manifest.csv``.

    Examples
    --------
    >>> reproduce_chapters(Places(notebooks=Path("nowhere")))
    Traceback (most recent call last):
    tillit_eval.errors.FileProblem: There is no chapter to run.
      expected: notebooks (.ipynb) in the folder nowhere
      found:    no such folder
      to fix:   run the command in the folder of the project
    """
    from tqdm import tqdm

    places = places or Places()
    chapters = find_chapters(places.notebooks, only=only)
    n_cells = sum(_n_code(read_chapter(path)) for path in chapters)
    with (
        open_record() as record,
        tqdm(total=n_cells, unit="cell", disable=None, leave=False) as bar,
        ThreadPoolExecutor(min(AT_ONCE, os.cpu_count() or 1)) as pool,
    ):
        run = partial(
            run_chapter, figures=places.figures, on_cell=bar.update, record=record
        )
        one = partial(_reproduce, places=places, write=write, run=run)
        # The last chapter sums up the others and takes longest, so it starts first.
        last_first = list(pool.map(one, chapters[::-1]))
        done, cells = zip(*last_first[::-1], strict=True)
        shown = check_record(record)
    _write_index(places)
    named = {path.stem: own for path, own in zip(chapters, cells, strict=True)}
    write_ledger(shown, named, places.ledger)
    write_manifest(places)
    return tuple(
        replace(chapter, told=tell_of(chapter.name, shown, cells=named[chapter.name]))
        for chapter in done
    )


def _reproduce(
    path: Path, *, places: Places, write: bool, run: Callable[[Path], Any]
) -> tuple[Reproduction, Cells]:
    """Run and compare one chapter, and make its page."""
    committed = read_chapter(path)
    try:
        fresh = run(path)
    except DataProblem as problem:
        return _stopped(path.stem, committed, str(problem)), {}
    if write:
        write_chapter(fresh, path)
    page = places.pages / f"{path.stem}.html"
    figures = os.path.relpath(places.figures, places.pages).replace(os.sep, "/")
    blocks = read_blocks(fresh)
    write_page(blocks, page, lang="en", home="index.html", figures=figures)
    found = compare_chapters(fresh if write else committed, fresh, name=path.stem)
    return found, name_cells(fresh)


def _stopped(name: str, committed: Any, why: str) -> Reproduction:
    """Return what is known of a chapter that did not run to its end."""
    known = compare_chapters(committed, committed)
    return Reproduction(
        name=name,
        n_numbers=known.n_numbers,
        n_numbers_same=0,
        n_texts=known.n_texts,
        n_texts_same=0,
        n_figures=sum(bool(figure_of(cell)) for cell in committed.cells),
        n_figures_same=0,
        differences=(),
        stopped=why,
    )


def _write_index(places: Places) -> None:
    """List the pages there are, in order of the chapters."""
    pages = [
        (places.pages / f"{path.stem}.html", read_chapter(path))
        for path in find_chapters(places.notebooks)
    ]
    entries: Sequence[Entry] = [
        _entry(page.name, notebook) for page, notebook in pages if page.is_file()
    ]
    write_index(entries, places.pages / "index.html", lang="en")


def _entry(file: str, notebook: Any) -> Entry:
    blocks = read_blocks(notebook)
    return Entry(
        file=file,
        title=title_of(blocks, otherwise=file),
        synthetic=is_synthetic(blocks),
        n_figures=sum(bool(figure_of(cell)) for cell in notebook.cells),
    )


def _n_code(notebook: Any) -> int:
    return sum(cell.cell_type == "code" for cell in notebook.cells)
