"""Where chapters lie, and where what is made of them goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tillit_eval.errors import FileProblem, few


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Folders of a project.

    Attributes
    ----------
    notebooks : Path
        The chapters.
    build : Path
        What is made of them: ``pages``, ``figures``, ``ledger.csv`` and
        ``manifest.csv``.
    """

    notebooks: Path = Path("notebooks")
    build: Path = Path("build")

    @property
    def pages(self) -> Path:
        """Folder of the pages."""
        return self.build / "pages"

    @property
    def ledger(self) -> Path:
        """List of everything that is shown of people."""
        return self.build / "ledger.csv"

    @property
    def manifest(self) -> Path:
        """List of all pages and figures with their hashes."""
        return self.build / "manifest.csv"

    @property
    def figures(self) -> Path:
        """Folder of the figures."""
        return self.build / "figures"


def find_chapters(folder: Path, *, only: str = "") -> list[Path]:
    """Find the notebooks of a folder, in order of their names.

    Parameters
    ----------
    folder : Path
        Where to look; not in folders within it.
    only : str, optional
        How the wanted name begins, such as ``05``.

    Returns
    -------
    list of Path
        At least one.

    Raises
    ------
    FileProblem
        If there is none.

    Examples
    --------
    >>> find_chapters(Path("nowhere"))
    Traceback (most recent call last):
    tillit_eval.errors.FileProblem: There is no chapter to run.
      expected: notebooks (.ipynb) in the folder nowhere
      found:    no such folder
      to fix:   run the command in the folder of the project
    """
    every = sorted(folder.glob("*.ipynb"))
    chosen = [path for path in every if path.name.startswith(only)]
    if chosen:
        return chosen
    if not every:
        raise FileProblem(
            "There is no chapter to run.",
            expected=f"notebooks (.ipynb) in the folder {folder.name}",
            found="an empty folder" if folder.is_dir() else "no such folder",
            to_fix="run the command in the folder of the project",
        )
    raise FileProblem(
        "There is no chapter by that name.",
        expected=f"the beginning of one of {few([p.stem for p in every], at_most=14)}",
        found=f"'{only}'",
        to_fix="give the number of a chapter, such as --only 05",
    )
