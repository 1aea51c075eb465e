"""In a running notebook: note what is shown, and which rows stand behind it.

Nothing that is shown is changed. A number is *placed* by finding the rows of which
it is the mean, to the last digit, among the tables the notebook has read or made.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure.catalogue import Catalogue, Sighting
from tillit_eval.disclosure.spreads import numbers_over_units
from tillit_eval.findings import Estimate, Finding, NotAnswered, unwatch, watch
from tillit_eval.findings.watching import Kind

if TYPE_CHECKING:
    pass

# A key of its own for each build, so that its codes mean nothing anywhere else.
KEY_FILE = "key"


class Recorder:
    """Hears what is shown in one notebook, and writes it down cell by cell.

    Parameters
    ----------
    file : Path
        Where to write, one line of JSON for each thing.
    scope : str
        Name of the notebook.
    key : str
        Sixteen signs that make the codes of persons unique to this build.
    """

    def __init__(self, file: Path, scope: str, key: str) -> None:
        self.file, self.catalogue = file, Catalogue(scope, key)
        self._heard: list[tuple[Kind, Mapping[str, Any]]] = []
        self._bases: dict[tuple[str, int], int] = {}
        self._seen: set[object] = set()
        self._cell = 0

    def hear(self, kind: Kind, about: Mapping[str, Any]) -> None:
        """Note that something is shown, or that rows are used."""
        if kind == "rows":
            self._meet(about["frame"])
        else:
            self._heard.append((kind, about))

    def close_cell(self, cell: int, namespace: Mapping[str, object]) -> None:
        """Place and write what one cell has shown.

        Parameters
        ----------
        cell : int
            Its number of execution.
        namespace : mapping of str to object
            The notebook's own names: tables of rows among them are looked at.
        """
        self._cell = cell
        heard, self._heard = self._heard, []
        if not heard:
            return
        for name, value in namespace.items():
            if not name.startswith("_"):
                self._meet(value)
        written = [line for kind, about in heard for line in self._noted(kind, about)]
        with self.file.open("a", encoding="utf-8") as out:
            out.writelines(json.dumps(line) + "\n" for line in written)

    def _meet(self, table: object) -> None:
        """Take in a table; one that cannot be read has no rows to offer."""
        with suppress(Exception):
            self.catalogue.add(table)

    def _noted(self, kind: Kind, about: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Write about one thing; what cannot be read counts as not placed.

        A notebook must never stop, or look otherwise, because it is recorded.
        """
        try:
            return self._lines(kind, about)
        except Exception:
            return self._written(kind, Sighting(what=kind))

    def _lines(self, kind: Kind, about: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what is to be written about one thing that was shown."""
        if kind == "finding":
            sightings = self._finding(about["finding"], about["how"])
        elif kind == "table":
            sightings = self.catalogue.place_table(about)
        elif kind == "answers":
            sightings = self.catalogue.place_answers(about)
        else:
            sightings = self.catalogue.place_summary(about)
        return [line for one in sightings for line in self._written(kind, one)]

    def _finding(self, finding: Finding, how: str) -> list[Sighting]:
        """Place a finding, once for each cell and number."""
        if isinstance(finding, NotAnswered):
            return []
        own = {"averages": how != "drawn", "methods": how == "row"}
        over = numbers_over_units(finding, **own)
        value = finding.estimate if isinstance(finding, Estimate) else None
        mark = (self._cell, finding.question, finding.scale, value, finding.n_people)
        if (mark, over) in self._seen:
            return []
        self._seen.add((mark, over))
        bare = numbers_over_units(finding, averages=False, methods=False)
        return [self.catalogue.place_finding(finding, over, bare)]

    def _written(self, kind: Kind, one: Sighting) -> list[dict[str, Any]]:
        """Return a sighting as lines of JSON, after the rows it points to."""
        lines, told = [], []
        for statement in one.statements:
            column, top = statement.what
            base = self.catalogue.base(one.frame, column)
            key = (column, base.mark)
            if key not in self._bases:
                self._bases[key] = len(self._bases)
                rows = {name: _packed(own) for name, own in base.columns.items()}
                lines.append({"base": self._bases[key], "column": column, **rows})
            told.append(
                {
                    "base": self._bases[key],
                    "top": list(top),
                    "rows": _packed(base.place[statement.rows]),
                    "wave": statement.wave,
                    "group": self.catalogue.group_name(one.frame, statement),
                }
            )
        line = {
            "cell": self._cell,
            "kind": kind,
            "what": one.what,
            "shown": one.shown,
            "floor": one.floor,
            "fixed": one.fixed,
            "over": sorted(one.over),
            "bare": sorted(one.bare),
            "told": told,
        }
        return [*lines, line]


def _packed(values: npt.NDArray[Any]) -> list[str]:
    """Return numbers as text that can be read back to the last digit."""
    return [values.dtype.str, base64.b64encode(values.tobytes()).decode("ascii")]


def unpacked(packed: list[str]) -> npt.NDArray[Any]:
    """Return numbers from their text."""
    return np.frombuffer(base64.b64decode(packed[1]), dtype=np.dtype(packed[0]))


def start_recording(folder: str | Path, name: str) -> Recorder:
    """Note everything that is shown from now on; called as a notebook starts.

    Parameters
    ----------
    folder : str or Path
        A folder of this build, with the file ``key`` in it.
    name : str
        Name of the notebook.

    Returns
    -------
    Recorder
        Listening. In a notebook it writes after every cell by itself.

    See Also
    --------
    check_record : What all notebooks of a build tell together.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, KEY_FILE).write_text("0123456789abcdef")
    ...     recorder = start_recording(folder, "05")
    ...     unwatch()
    >>> recorder.file.name
    '05.jsonl'
    """
    folder = Path(folder)
    key = (folder / KEY_FILE).read_text(encoding="utf-8")
    recorder = Recorder(folder / f"{name}.jsonl", name, key)
    unwatch()
    watch(recorder.hear)
    shell = _shell()
    if shell is not None:

        def ran(result: Any) -> None:
            if result.execution_count:
                recorder.close_cell(result.execution_count, dict(shell.user_ns))

        shell.events.register("post_run_cell", ran)
    return recorder


def _shell() -> Any | None:
    """Return the running notebook, if there is one."""
    import sys

    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()  # type: ignore[no-untyped-call, unused-ignore]
