"""A user's own chapters are saved without what they showed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FOLDER = "private"


def strip_private(model: dict[str, Any], path: str, **about: Any) -> None:
    """Take the outputs out of a notebook before JupyterLab saves it under private/.

    Used as ``FileContentsManager.pre_save_hook``. Notebooks elsewhere, and files of
    other kinds, are left as they are. What is on the screen stays there; it is the
    file that holds no answers.

    Parameters
    ----------
    model : dict
        What is about to be saved, as Jupyter hands it over; changed in place.
    path : str
        Where, relative to the folder JupyterLab was started in.
    **about
        ``contents_manager`` knows that folder.

    Examples
    --------
    >>> from nbformat import v4
    >>> cell = v4.new_code_cell("1", execution_count=3)
    >>> model = {"type": "notebook", "content": v4.new_notebook(cells=[cell])}
    >>> strip_private(model, "private/site/site.ipynb")
    >>> model["content"]["cells"][0]["execution_count"] is None
    True
    """
    content = model.get("content")
    root = getattr(about.get("contents_manager"), "root_dir", "")
    is_private = FOLDER in (Path(root) / path.strip("/")).parts
    if model.get("type") != "notebook" or not content or not is_private:
        return
    for cell in content["cells"]:
        cell["metadata"].pop("execution", None)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
