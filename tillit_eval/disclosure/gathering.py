"""All that the notebooks of a build have shown, checked together."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure.ledger import Ledger
from tillit_eval.disclosure.recording import KEY_FILE, unpacked
from tillit_eval.disclosure.statements import Line, Statement
from tillit_eval.floors import K_MIN

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One row of a table, bar, finding or group of a file that a notebook showed.

    Attributes
    ----------
    chapter : str
        Name of the notebook.
    cell : int
        Which of its cells that were run, from 1.
    kind : str
        ``finding``, ``table``, ``answers`` or ``summary``.
    what : str
        The scale, or the column that names groups.
    n_numbers : int
        Numbers whose rows are known; 0 if none is.
    shown : bool
        False if the floor had hidden it.
    told : str
        Empty, or why it gives something away: the key of a phrase.
    """

    chapter: str
    cell: int
    kind: str
    what: str
    n_numbers: int
    shown: bool
    told: str = ""


@contextmanager
def open_record() -> Iterator[Path]:
    """Give a folder in which the notebooks of one build note what they show.

    Yields
    ------
    Path
        For `start_recording` and `check_record`. It holds codes and scores of
        persons, and is removed at the end whatever happens.

    Examples
    --------
    >>> with open_record() as folder:
    ...     check_record(folder)
    ()
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / KEY_FILE).write_text(secrets.token_hex(8), encoding="utf-8")
        yield folder


def check_record(folder: Path, *, cell: int | None = None) -> tuple[Shown, ...]:
    """Tell what the notebooks of a build give away together.

    Parameters
    ----------
    folder : Path
        As from `open_record`, after the notebooks were run.
    cell : int, optional
        Only what the cell with this number of execution shows; all by default.

    Returns
    -------
    tuple of Shown
        Everything that was shown, chapter by chapter; what gives a small group away
        says so.

    See Also
    --------
    Ledger : The same for what is not published yet; it hides instead.

    Examples
    --------
    >>> import tempfile
    >>> check_record(Path(tempfile.gettempdir()) / "no such folder")
    ()
    """
    notes: list[tuple[str, dict[str, Any]]] = []
    bases: dict[tuple[str, int], dict[str, Any]] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for text in file.read_text(encoding="utf-8").splitlines():
            note = json.loads(text)
            if "base" in note:
                bases[file.stem, note["base"]] = note
            elif cell in (None, note["cell"]):
                notes.append((file.stem, note))
    told = _give_away(notes, bases)
    return tuple(
        Shown(
            chapter=chapter,
            cell=note["cell"],
            kind=note["kind"],
            what=note["what"],
            n_numbers=len(note["told"]),
            shown=note["shown"],
            told=told.get(place, ""),
        )
        for place, (chapter, note) in enumerate(notes)
    )


def _give_away(
    notes: Sequence[tuple[str, dict[str, Any]]],
    bases: dict[tuple[str, int], dict[str, Any]],
) -> dict[int, str]:
    """Return which notes would have to be hidden beside the others, and why."""
    by_column: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for place, (chapter, note) in enumerate(notes):
        for told in note["told"]:
            base = bases[chapter, told["base"]]
            by_column.setdefault(base["column"], []).append(
                (place, {**told, "base": (chapter, told["base"])})
            )
    away: dict[int, str] = {}
    for column, listed in by_column.items():
        own = {told["base"]: bases[told["base"]] for _, told in listed}
        away |= _in_one_column(column, listed, own, [note for _, note in notes])
    return away


def _in_one_column(
    column: str,
    listed: Sequence[tuple[int, dict[str, Any]]],
    bases: dict[tuple[str, int], dict[str, Any]],
    notes: Sequence[dict[str, Any]],
) -> dict[int, str]:
    """Check everything that was shown about one column."""
    rows, codes = _all_rows(column, bases)
    floor = min((notes[place]["floor"] for place, _ in listed), default=K_MIN)
    places = list(dict.fromkeys(place for place, _ in listed))
    lines = {place: _line(place, notes[place]) for place in places}
    for place, told in listed:
        behind = codes[told["base"]][unpacked(told["rows"])]
        lines[place].statements.append(
            Statement(
                (column, tuple(told["top"])),
                np.sort(behind),
                (told["group"],),
                told["wave"],
            )
        )
    build = Ledger(rows, k_min=floor).check([*lines.values()])
    return {
        place: reason
        for place, reason in zip(places, build, strict=True)
        if reason and notes[place]["shown"]
    }


def _line(place: int, note: dict[str, Any]) -> Line:
    over, bare = frozenset(note["over"]), frozenset(note["bare"])
    return Line("", place, fixed=note["fixed"], over_units=over, at_least=bare)


def _all_rows(
    column: str, bases: dict[tuple[str, int], dict[str, Any]]
) -> tuple[pd.DataFrame, dict[tuple[str, int], npt.NDArray[np.intp]]]:
    """Put the rows of all notebooks into one table, everybody once."""
    import pandas as pd

    names = ("row", "who", "unit", "wave", "value")
    parts = {
        key: pd.DataFrame({name: unpacked(base[name]) for name in names})
        for key, base in bases.items()
    }
    rows = pd.concat(parts.values()).drop_duplicates("row").reset_index(drop=True)
    index = pd.Index(rows["row"])
    places = {key: index.get_indexer(part["row"]) for key, part in parts.items()}
    people = pd.DataFrame(
        {
            "respondent": rows["who"].astype(str).where(rows["who"] != 0),
            "wave": rows["wave"].astype(str),
            column: rows["value"],
        }
    )
    if (rows["unit"] != 0).all():
        people["unit"] = rows["unit"].astype(str)
    return people, places
