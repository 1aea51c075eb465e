"""What a check of an export found, kind by kind, for a terminal."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from tillit_eval.phrases import Language, say

if TYPE_CHECKING:
    import pandas as pd


def tell_problems(
    problems: pd.DataFrame, file: str, *, lang: Language | None = None
) -> tuple[str, int]:
    """Say what must be mended before an export is read, and what to look at.

    Parameters
    ----------
    problems : DataFrame
        From `check_export`.
    file : str
        Name of the export.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    text : str
        Each kind once, with its columns, counts, row positions and cure; never
        what a person answered.
    n_to_mend : int
        How many of them make `read_responses` refuse, or are identities.

    Examples
    --------
    >>> import pandas as pd
    >>> found = pd.DataFrame({"column": ["q1"], "kind": ["invalid_code"],
    ...     "count": [1], "positions": ["2"]})
    >>> print(tell_problems(found, "export.csv", lang="en")[0].splitlines()[0])
    export.csv, to mend: 1, to look at: 0
    """
    from tillit_eval.exports import explain_problems
    from tillit_eval.exports.problems import NOTES

    kinds = problems["kind"].tolist()
    n_notes = sum(kind in NOTES for kind in kinds)
    n_to_mend = len(kinds) - n_notes
    lines = [say("cli.n_problems", lang, file=file, n=n_to_mend, notes=n_notes)]
    rows = explain_problems(problems, lang=lang).to_numpy().tolist()
    listed = zip(kinds, rows, strict=True)
    for _, same in groupby(listed, key=lambda pair: pair[0]):
        found = [row for _, row in same]
        lines += ["", found[0][1]]
        lines += [f"  {_place(row, lang)}" for row in found]
        lines.append(f"  {say('cli.to_fix', lang)} {found[0][4]}")
    if any(problems["positions"]):
        lines += ["", say("cli.positions", lang)]
    return "\n".join(lines), n_to_mend


def _place(row: list[object], lang: Language | None) -> str:
    """Say in which column, how many cells, and in which rows."""
    column, _, count, rows, _ = row
    name = column or say("cli.whole_rows", lang)
    key = "cli.rows" if rows else "cli.cells"
    return f"{name}: {say(key, lang, n=count, rows=rows)}"
