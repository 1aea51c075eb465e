"""Run a notebook from beginning to end, the same way every time."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tillit_eval import errors
from tillit_eval.chapter.notebooks import figure_of, read_chapter, steady_metadata
from tillit_eval.errors import DataProblem
from tillit_eval.phrases import Language

CELL_SECONDS = 600

# One thread and one hash seed, so that sums and sets come out alike everywhere.
_STEADY = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}


def run_chapter(
    path: str | Path,
    *,
    figures: str | Path,
    lang: Language = "en",
    until: int | None = None,
    on_cell: Callable[[], object] | None = None,
    record: Path | None = None,
) -> Any:
    """Run a notebook from its first cell to its last, in its own folder.

    Parameters
    ----------
    path : str or Path
        The notebook. The file itself is not changed.
    figures : str or Path
        Where numbered figures go, as PNG, SVG and CSV.
    lang : {"en", "sv"}, default "en"
        Language of sentences, tables and figures.
    until : int, optional
        Number of cells to run; all by default.
    on_cell : callable, optional
        Called after each cell, for a progress bar.
    record : Path, optional
        Folder in which to note what is shown, from `disclosure.open_record`.

    Returns
    -------
    NotebookNode
        A copy with fresh outputs and steady metadata.

    Raises
    ------
    DataProblem
        If a cell stops. Of what it said only our own errors are passed on.
    FileProblem
        If the notebook cannot be read.

    See Also
    --------
    reproduce_chapters : Runs many and compares them with what they said before.

    Notes
    -----
    The kernel is this interpreter with one thread, one hash seed and an empty
    profile, so that a user's own start-up files change nothing.

    Examples
    --------
    >>> import tempfile
    >>> from nbformat import v4
    >>> from tillit_eval.chapter import write_chapter
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cells = [v4.new_code_cell("1 + 1")]
    ...     path = write_chapter(v4.new_notebook(cells=cells), f"{folder}/a.ipynb")
    ...     run_chapter(path, figures=folder).cells[0].outputs[0].data["text/plain"]
    '2'
    """
    notebook = read_chapter(path)
    notebook.cells = notebook.cells[:until]
    sources = [cell.source for cell in notebook.cells]
    for cell in notebook.cells:
        if key := figure_of(cell):
            cell.source += "\n" + _capturing(key, Path(figures).resolve())
    first = f"__import__('tillit_eval').use_language({lang!r})"
    if record is not None:
        first += "; " + _recording(record, Path(path).stem)
    _execute(notebook, Path(path).resolve().parent, first, on_cell)
    for cell, source in zip(notebook.cells, sources, strict=True):
        cell.source = source
    return steady_metadata(notebook)


def _capturing(key: str, folder: Path) -> str:
    """Return the hidden last line of a figure's cell."""
    room = "__import__('tillit_eval.chapter', fromlist=['capture'])"
    return f"{room}.capture({key!r}, {str(folder)!r})"


def _recording(folder: Path, name: str) -> str:
    """Return the hidden words that make a notebook note what it shows."""
    room = "__import__('tillit_eval.disclosure', fromlist=['start_recording'])"
    return f"{room}.start_recording({str(folder)!r}, {name!r})"


def _execute(
    notebook: Any, folder: Path, first: str, on_cell: Callable[[], object] | None
) -> None:
    """Run the cells in place."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    def told(**_: object) -> None:
        if on_cell is not None:
            on_cell()

    with _steady_kernel(first) as (manager, environment):
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
            on_cell_complete=told,
        )
        client.km = manager  # set here, so that the client shuts it down as its own
        try:
            # An event loop of its own, closed after use, also inside JupyterLab.
            with ThreadPoolExecutor(1) as aside:
                running = client.async_execute(env=environment)
                aside.submit(asyncio.run, running).result()
        except CellExecutionError as error:
            raise _stopped(notebook, error.ename, error.evalue) from None
        except CellTimeoutError:
            raise _stopped(notebook, "a timeout", "") from None


@contextmanager
def _steady_kernel(first: str) -> Iterator[tuple[Any, dict[str, str]]]:
    """Give a kernel of this interpreter with an empty profile, and its environment."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    command += ["--HistoryManager.enabled=False", "--log-level=ERROR"]
    command += [f"--IPKernelApp.exec_lines={first}"]

    class ThisInterpreter(KernelSpecManager):  # type: ignore[misc, unused-ignore]
        def get_kernel_spec(self, _: str) -> Any:
            return KernelSpec(argv=command, display_name="Python 3", language="python")

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        environment = {**os.environ, **_STEADY, "IPYTHONDIR": profile}
        yield AsyncKernelManager(kernel_spec_manager=ThisInterpreter()), environment


def _stopped(notebook: Any, kind: str, words: str) -> DataProblem:
    """Say which cell stopped; of foreign errors the kind only."""
    place = next(
        (
            number
            for number, cell in enumerate(notebook.cells, start=1)
            if cell.cell_type == "code"
            and any(output.output_type == "error" for output in cell.outputs)
        ),
        0,
    )
    ours = isinstance(getattr(errors, kind, None), type)
    first = words.strip().splitlines()[0] if ours and words.strip() else ""
    return DataProblem(
        "A chapter stopped before its end.",
        expected="every cell runs",
        found=f"cell {place} stopped with {kind}" + (f": {first}" if first else ""),
        to_fix="open the notebook in JupyterLab and run it up to that cell",
    )
