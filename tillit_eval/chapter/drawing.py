"""One numbered figure on its own."""

from __future__ import annotations

from pathlib import Path

from tillit_eval.chapter.notebooks import FIGURE_TAG, figure_of, read_chapter
from tillit_eval.chapter.places import find_chapters
from tillit_eval.chapter.running import run_chapter
from tillit_eval.errors import DataProblem, few
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
        If no chapter has such a figure, or a cell before it stops.

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
    run_chapter(chapter, figures=out, lang=lang, until=keys.index(key) + 1)
    return [Path(out) / f"{key}.{kind}" for kind in KINDS]
