"""A notebook as a file: read, stripped of where and when it was run, written."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tillit_eval.errors import FileProblem
from tillit_eval.files import replace_text
from tillit_eval.files.paths import as_path

# What Python shows of an object that has no words of its own.
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
FIGURE_TAG = re.compile(r"^fig-(\d{2})-(\d+)$")

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
        for output in cell.get("outputs", []):
            _forget_addresses(output.get("data", {}))
    return clean


def _forget_addresses(data: dict[str, Any]) -> None:
    """Leave out the plain form of a table that is an object with an address."""
    if "text/html" in data and _ADDRESS.search(str(data.get("text/plain", ""))):
        data["text/plain"] = "[table]"


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
