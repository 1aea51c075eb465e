"""A table as a file that a spreadsheet opens without running anything in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.files import replace_bytes
from tillit_eval.phrases import Language, language

if TYPE_CHECKING:
    import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(
    frame: pd.DataFrame, path: str | Path, *, lang: Language | None = None
) -> Path:
    """Write a table that opens rightly, and safely, in a spreadsheet.

    A spreadsheet runs a text cell that begins with ``=``, ``+``, ``-`` or ``@``
    as a formula. Such a cell gets an apostrophe in front; numbers stay numbers.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        What to write; the index is left out.
    path : str or Path
        Where to write it. The file is there whole or not at all.
    lang : {"en", "sv"}, optional
        Swedish spreadsheets expect semicolons and decimal commas; English ones
        commas and points. The current language by default.

    Returns
    -------
    Path
        The file, UTF-8; in Swedish with the mark (BOM) spreadsheets look for.

    Raises
    ------
    DataProblem
        If it is not a table.
    FileProblem
        If the place cannot be written to.

    Notes
    -----
    The escape follows OWASP's advice on CSV injection.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> frame = pd.DataFrame({"unit": ["=1+1", "North"], "mean": [-0.5, 2.0]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(write_csv(frame, f"{folder}/t.csv", lang="en").read_text().strip())
    unit,mean
    '=1+1,-0.5
    North,2.0
    """
    if not hasattr(frame, "isetitem"):
        raise DataProblem(
            "This is not a table that can be written.",
            expected="a pandas DataFrame",
            found=kind_of(frame),
            to_fix="findings become one with te.tabulate(findings)",
        )
    safe = frame.copy()
    safe.columns = [_harmless(str(name)) for name in safe.columns]
    for place in range(safe.shape[1]):
        column = safe.iloc[:, place]
        if column.dtype.kind not in "biufcmM":
            safe.isetitem(place, [_harmless(cell) for cell in column])
    swedish = language(lang) == "sv"
    text = safe.to_csv(
        index=False,
        sep=";" if swedish else ",",
        decimal="," if swedish else ".",
        lineterminator="\n",
    )
    return replace_bytes(path, text.encode("utf-8-sig" if swedish else "utf-8"))


def _harmless(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula, or for two lines."""
    if not isinstance(cell, str):
        return cell
    # A bare carriage return is not quoted, so what follows it would begin a cell.
    one_line = cell.replace("\r\n", "\n").replace("\r", "\n")
    return "'" + one_line if cell.startswith(FORMULA_STARTS) else one_line
