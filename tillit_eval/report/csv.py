"""A table as a file that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.files import replace_bytes
from tillit_eval.files.harmless import harmless
from tillit_eval.phrases import Language, language

if TYPE_CHECKING:
    import pandas as pd


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
    The escape follows OWASP's advice on CSV injection; `read_responses` and the other
    readers take the apostrophe off again. If a text holds a separator of another
    country, every cell is quoted, so that it stays one cell there as well.

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
    safe.columns = [harmless(str(name)) for name in safe.columns]
    texts = list(safe.columns)
    for place in range(safe.shape[1]):
        column = safe.iloc[:, place]
        if column.dtype.kind not in "biufcmM":
            cells = [harmless(c) if isinstance(c, str) else c for c in column]
            texts += [cell for cell in cells if isinstance(cell, str)]
            safe.isetitem(place, cells)
    swedish = language(lang) == "sv"
    text = safe.to_csv(
        index=False,
        sep=";" if swedish else ",",
        decimal="," if swedish else ".",
        lineterminator="\n",
        quoting=_quoting(texts),
    )
    encoding = "utf-8-sig" if swedish else "utf-8"
    return replace_bytes(path, text.encode(encoding, errors="replace"))


def _quoting(texts: list[str]) -> Literal[0, 1]:
    """Quote everything if a text holds what separates cells in another country."""
    foreign = any(sign in text for text in texts for sign in ";,\t")
    return csv.QUOTE_ALL if foreign else csv.QUOTE_MINIMAL
