"""What the chapters of one build tell together: a ledger of everything they show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tillit_eval.chapter.notebooks import figure_of
from tillit_eval.disclosure import Shown
from tillit_eval.errors import DataProblem
from tillit_eval.report import write_csv

if TYPE_CHECKING:
    import pandas as pd

Cells = Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one chapter shows of people, beside everything else in the build.

    Attributes
    ----------
    n_checked : int
        Numbers whose people are known, set against all others.
    n_unplaced : int
        Findings and rows that are no means of people, such as alpha; their own
        floor guards them.
    n_hidden : int
        Rows and findings that the floor had hidden.
    gives_away : tuple of str
        Figures and cells that would tell about fewer people than the floor.
    """

    n_checked: int = 0
    n_unplaced: int = 0
    n_hidden: int = 0
    gives_away: tuple[str, ...] = ()

    def __add__(self, other: Told) -> Told:
        return Told(
            n_checked=self.n_checked + other.n_checked,
            n_unplaced=self.n_unplaced + other.n_unplaced,
            n_hidden=self.n_hidden + other.n_hidden,
            gives_away=self.gives_away + other.gives_away,
        )


def name_cells(notebook: Any) -> Cells:
    """Return what a reader calls each cell, by its number of execution.

    Parameters
    ----------
    notebook : NotebookNode
        After it was run.

    Returns
    -------
    mapping of int to str
        The id of its figure, or ``cell`` and its place, counted from 1.

    Examples
    --------
    >>> from nbformat import v4
    >>> cells = [v4.new_markdown_cell("A"), v4.new_code_cell("1", execution_count=1)]
    >>> name_cells(v4.new_notebook(cells=cells))
    {1: 'cell 2'}
    """
    return {
        cell.execution_count: figure_of(cell) or f"cell {place}"
        for place, cell in enumerate(notebook.cells, start=1)
        if cell.cell_type == "code" and cell.get("execution_count")
    }


def tell_of(chapter: str, shown: Iterable[Shown], *, cells: Cells) -> Told:
    """Add up what one chapter shows.

    Parameters
    ----------
    chapter : str
        Name of the chapter.
    shown : iterable of Shown
        What all chapters show, from `disclosure.check_record`.
    cells : mapping of int to str
        From `name_cells`.

    Returns
    -------
    Told
        Of this chapter alone.

    Examples
    --------
    >>> one = Shown(chapter="05", cell=1, kind="finding", what="trust", n_numbers=2,
    ...     shown=True)
    >>> tell_of("05", [one], cells={1: "fig-05-1"}).n_checked
    2
    """
    own = [one for one in shown if one.chapter == chapter]
    away = (_place(one, cells) for one in own if one.told)
    return Told(
        n_checked=sum(one.n_numbers for one in own),
        n_unplaced=sum(one.shown and not one.n_numbers for one in own),
        n_hidden=sum(not one.shown for one in own),
        gives_away=tuple(dict.fromkeys(away)),
    )


def check_told(told: Told) -> None:
    """Refuse to hand on what tells about too few people.

    Parameters
    ----------
    told : Told
        From `tell_of`.

    Raises
    ------
    DataProblem
        If anything gives a small group away. Says where, never what.

    Examples
    --------
    >>> check_told(Told(gives_away=("fig-05-3",)))
    Traceback (most recent call last):
    tillit_eval.errors.DataProblem: What is shown would tell about too few people.
      expected: numbers from which, taken together, no small group can be worked out
      found:    fig-05-3
      to fix:   leave it out, show larger groups, or let a Ledger decide what to hide
    """
    if told.gives_away:
        raise DataProblem(
            "What is shown would tell about too few people.",
            expected="numbers from which, taken together, no small group can be "
            "worked out",
            found=", ".join(told.gives_away),
            to_fix="leave it out, show larger groups, or let a Ledger decide what "
            "to hide",
        )


def write_ledger(
    shown: Sequence[Shown], cells: Mapping[str, Cells], path: str | Path
) -> Path:
    """Write what was published: one row per output and thing it is about.

    Parameters
    ----------
    shown : sequence of Shown
        From `disclosure.check_record`.
    cells : mapping of str to mapping
        By chapter, from `name_cells`.
    path : str or Path
        A CSV file; an older one is replaced.

    Returns
    -------
    Path
        The file. It holds no number about people and no name of a group.
    """
    return write_csv(_table(shown, cells), path, lang="en")


def _table(shown: Sequence[Shown], cells: Mapping[str, Cells]) -> pd.DataFrame:
    import pandas as pd

    rows = pd.DataFrame(
        [
            {
                "chapter": one.chapter,
                "output": _place(one, cells.get(one.chapter, {})),
                "kind": one.kind,
                "about": one.what,
                "shown": int(one.shown),
                "hidden": int(not one.shown),
                "numbers_checked": one.n_numbers,
                "guarded_by_own_floor_only": int(one.shown and not one.n_numbers),
                "can_be_recomputed": int(bool(one.told)),
            }
            for one in shown
        ],
        columns=_COLUMNS,
    )
    keys = _COLUMNS[:4]
    return rows.groupby(keys, sort=False, as_index=False).sum()


_COLUMNS = [
    *("chapter", "output", "kind", "about", "shown", "hidden"),
    *("numbers_checked", "guarded_by_own_floor_only", "can_be_recomputed"),
]


def _place(one: Shown, cells: Cells) -> str:
    return cells.get(one.cell, "?")
