"""One numbered figure on its own, and a chapter that is to be handed on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tillit_eval.chapter.notebooks import FIGURE_TAG, figure_of, read_chapter
from tillit_eval.chapter.places import find_chapters
from tillit_eval.chapter.running import run_chapter
from tillit_eval.chapter.telling import check_told, name_cells, tell_of
from tillit_eval.disclosure import check_record, open_record
from tillit_eval.errors import DataProblem, few
from tillit_eval.files import replace_bytes
from tillit_eval.files.paths import as_path
from tillit_eval.phrases import Language

KINDS = ("png", "svg", "csv")


def draw_figure(
    key: str,
    folder: str | Path = "notebooks",
    *,
    out: str | Path = ".",
    lang: Language = "en",
) -> list[Path]:
    """Draw one numbered figure and write it with the data behind it.

    Parameters
    ----------
    key : str
        The figure's id, such as ``fig-05-2``.
    folder : str or Path, default "notebooks"
        Where the chapters lie.
    out : str or Path, default "."
        Where the files go.
    lang : {"en", "sv"}, default "en"
        Language of the words in the figure.

    Returns
    -------
    list of Path
        The figure as PNG and SVG, and its data as CSV.

    Raises
    ------
    DataProblem
        If no chapter has such a figure, a cell before it stops, or the figure would
        tell about too few people.

    See Also
    --------
    reproduce_chapters : All figures of all chapters.

    Examples
    --------
    >>> draw_figure("figure 2")
    Traceback (most recent call last):
    tillit_eval.errors.DataProblem: This is not the id of a figure.
      expected: fig, the chapter's two digits and a number, such as fig-05-2
      found:    another form
      to fix:   look up the id under the figure on the chapter's page
    """
    form = FIGURE_TAG.match(str(key))
    if form is None:
        raise DataProblem(
            "This is not the id of a figure.",
            expected="fig, the chapter's two digits and a number, such as fig-05-2",
            found="another form",
            to_fix="look up the id under the figure on the chapter's page",
        )
    chapter = find_chapters(as_path(folder), only=form.group(1))[0]
    keys = [figure_of(cell) for cell in read_chapter(chapter).cells]
    if key not in keys:
        raise DataProblem(
            "The chapter has no figure by that id.",
            expected=f"one of {few(filter(None, keys), at_most=12)}",
            found=key,
            to_fix="give one of the ids listed",
        )
    until = keys.index(key) + 1
    with open_record() as record:
        ran = run_chapter(
            chapter, figures=record, lang=lang, until=until, record=record
        )
        cells = name_cells(ran)
        shown = check_record(record, cell=max(cells))
        check_told(tell_of(chapter.stem, shown, cells=cells))
        files = [(record / f"{key}.{kind}").read_bytes() for kind in KINDS]
    return [
        replace_bytes(Path(out) / f"{key}.{kind}", made)
        for kind, made in zip(KINDS, files, strict=True)
    ]


def run_checked(path: str | Path, *, figures: str | Path, lang: Language = "en") -> Any:
    """Run a notebook that is to be handed on, and check all it shows together.

    Parameters
    ----------
    path : str or Path
        The notebook.
    figures : str or Path
        Where numbered figures go.
    lang : {"en", "sv"}, default "en"
        Language of sentences, tables and figures.

    Returns
    -------
    NotebookNode
        As from `run_chapter`.

    Raises
    ------
    DataProblem
        If a cell stops, or what is shown would tell about too few people.
    FileProblem
        If the notebook cannot be read.

    See Also
    --------
    reproduce_chapters : Many chapters, checked together.

    Examples
    --------
    >>> run_checked("nowhere.ipynb", figures="figures")
    Traceback (most recent call last):
    tillit_eval.errors.FileProblem: The notebook cannot be read.
      expected: a Jupyter notebook, version 4
      found:    no file nowhere.ipynb
      to fix:   check the path, and that the file was saved by JupyterLab
    """
    with open_record() as record:
        ran = run_chapter(path, figures=figures, lang=lang, record=record)
        shown = check_record(record)
    check_told(tell_of(Path(path).stem, shown, cells=name_cells(ran)))
    return ran
