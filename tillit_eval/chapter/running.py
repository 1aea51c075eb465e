"""Run a notebook from beginning to end, the same way every time."""

from __future__ import annotations

import asyncio
import copy
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tillit_eval import errors
from tillit_eval.errors import DataProblem, FileProblem
from tillit_eval.files import replace_text
from tillit_eval.files.paths import as_path
from tillit_eval.phrases import Language

FIGURE_TAG = re.compile(r"^fig-(\d{2})-(\d+)$")
CELL_SECONDS = 600

# One thread and one hash seed, so that sums and sets come out alike everywhere.
_STEADY = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}

_ABOUT = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def read_chapter(path: str | Path) -> Any:
    """Read a notebook.

    Parameters
    ----------
    path : str or Path
        A file ending in ``.ipynb``.

    Returns
    -------
    NotebookNode
        As `nbformat.read` returns it.

    Raises
    ------
    FileProblem
        If there is no such file, or it is not a notebook.

    Examples
    --------
    >>> read_chapter("nowhere.ipynb")
    Traceback (most recent call last):
    tillit_eval.errors.FileProblem: The notebook cannot be read.
      expected: a Jupyter notebook, version 4
      found:    no file nowhere.ipynb
      to fix:   check the path, and that the file was saved by JupyterLab
    """
    import nbformat

    path = as_path(path)
    found = f"no file {path.name}"
    if path.is_file():
        found = "a file that is not one"
        try:
            return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        except (ValueError, KeyError, AttributeError, nbformat.ValidationError):
            pass
    raise FileProblem(
        "The notebook cannot be read.",
        expected="a Jupyter notebook, version 4",
        found=found,
        to_fix="check the path, and that the file was saved by JupyterLab",
    )


def write_chapter(notebook: Any, path: str | Path) -> Path:
    """Write a notebook without anything that differs from run to run.

    Parameters
    ----------
    notebook : NotebookNode
        With or without outputs.
    path : str or Path
        Where to write it. The file is there whole or not at all.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileProblem
        If the place cannot be written to.

    See Also
    --------
    read_chapter : The way back.

    Examples
    --------
    >>> import tempfile
    >>> from nbformat import v4
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_chapter(v4.new_notebook(), f"{folder}/a.ipynb")
    ...     read_chapter(path).metadata.kernelspec.name
    'python3'
    """
    import nbformat

    steady = steady_metadata(notebook)
    text: str = nbformat.writes(steady)  # type: ignore[no-untyped-call]
    return replace_text(path, text.rstrip("\n") + "\n")


def steady_metadata(notebook: Any) -> Any:
    """Return a copy that knows nothing of when, where or how fast it was run.

    Parameters
    ----------
    notebook : NotebookNode
        As it came out of a run or an editor.

    Returns
    -------
    NotebookNode
        Tags, outputs and execution counts are kept.

    Examples
    --------
    >>> from nbformat import v4
    >>> cell = v4.new_code_cell("1", metadata={"execution": {"started": "now"}})
    >>> steady_metadata(v4.new_notebook(cells=[cell])).cells[0].metadata
    {}
    """
    from nbformat import NotebookNode

    node: Callable[[dict[str, Any]], Any] = NotebookNode
    clean = copy.deepcopy(notebook)
    clean.metadata = node(_ABOUT)
    for cell in clean.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = node({"tags": tags} if tags else {})
    return clean


def figure_of(cell: Any) -> str:
    """Return the figure id a cell is tagged with, or nothing.

    Parameters
    ----------
    cell : NotebookNode
        A cell of any kind.

    Returns
    -------
    str
        Such as ``fig-05-2``.

    Examples
    --------
    >>> from nbformat import v4
    >>> figure_of(v4.new_code_cell("x", metadata={"tags": ["fig-05-2"]}))
    'fig-05-2'
    """
    tags = cell.metadata.get("tags", []) if cell.cell_type == "code" else []
    return next((tag for tag in tags if FIGURE_TAG.match(tag)), "")


def run_chapter(
    path: str | Path,
    *,
    figures: str | Path,
    lang: Language = "en",
    until: int | None = None,
    on_cell: Callable[[], object] | None = None,
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
    _execute(notebook, Path(path).resolve().parent, lang, on_cell)
    for cell, source in zip(notebook.cells, sources, strict=True):
        cell.source = source
    return steady_metadata(notebook)


def _capturing(key: str, folder: Path) -> str:
    """Return the hidden last line of a figure's cell."""
    room = "__import__('tillit_eval.chapter', fromlist=['capture'])"
    return f"{room}.capture({key!r}, {str(folder)!r})"


def _execute(
    notebook: Any, folder: Path, lang: Language, on_cell: Callable[[], object] | None
) -> None:
    """Run the cells in place."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    def told(**_: object) -> None:
        if on_cell is not None:
            on_cell()

    with _steady_kernel(lang) as (manager, environment):
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
def _steady_kernel(lang: Language) -> Iterator[tuple[Any, dict[str, str]]]:
    """Give a kernel of this interpreter with an empty profile, and its environment."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    first_line = f"__import__('tillit_eval').use_language('{lang}')"
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    command += ["--HistoryManager.enabled=False", "--log-level=ERROR"]
    command += [f"--IPKernelApp.exec_lines={first_line}"]

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
