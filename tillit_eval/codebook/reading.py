"""A codebook file, read whole or refused whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tillit_eval.codebook.contradictions import find_contradictions
from tillit_eval.codebook.model import Codebook
from tillit_eval.codebook.parsing import parse_codebook
from tillit_eval.codebook.shipped import load_instrument
from tillit_eval.errors import DataProblem, FileProblem
from tillit_eval.files.paths import as_path
from tillit_eval.files.toml_files import Unreadable, read_toml


def read_codebook(path: str | Path) -> Codebook:
    """Read what was asked: items, answer codes, scales, from a TOML file.

    Every contradiction is collected before any is told, so one reading is enough
    to mend the file.

    Parameters
    ----------
    path : str or Path
        A TOML file in UTF-8. Its tables are

        - ``title``: the name of the survey;
        - ``use = ["hme", …]``: shipped instruments, see `list_instruments`;
        - ``[adapt.<item or instrument>]``: this survey's own ``aliases``,
          ``answers``, ``missing`` or ``label`` for shipped items;
        - ``[columns]``: ``respondent``, ``unit``, ``wave``, ``role``, ``arm``,
          ``site`` … with their names in exports;
        - ``[[wave]]``: ``key`` and ``label``, in order of time;
        - ``[answers.<set>]``: ``codes`` (a list, or a range such as ``"1-5"``),
          ``labels`` (``"label" = code``), ``positive`` (codes of a top box);
        - ``[missing.<set>]``: ``99 = "reason"``; the set ``every_item`` holds for
          every item that names no other;
        - ``[[item]]``: ``key``, ``label``, ``answers``, ``missing``, ``reversed``,
          ``aliases`` (names, or one table of names per wave), ``text``,
          ``licence``, ``kpi``, ``validated``;
        - ``[[scale]]``: ``key``, ``label``, ``items``, ``min_answered`` (half of
          the items by default), ``scoring``, ``official``, ``desired``, ``source``.

    Returns
    -------
    Codebook
        Frozen. Items of used instruments come first.

    Raises
    ------
    FileProblem
        If the file is absent, not UTF-8 or not TOML.
    DataProblem
        If it contradicts itself; the message names every contradiction.

    See Also
    --------
    draft_codebook : Start a codebook from an export.
    list_instruments : What `use` can name.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> text = '''
    ... title = "Staff survey"
    ... use = ["hme"]
    ... [missing.every_item]
    ... 9 = "do not know"
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "codebook.toml")
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     codebook = read_codebook(path)
    >>> len(codebook.items), codebook.scale("hme_total").min_answered
    (9, 5)
    """
    raw = _read_toml(as_path(path))
    problems: list[str] = []
    codebook = parse_codebook(raw, problems, load_instrument=load_instrument)
    problems += find_contradictions(codebook)
    if not codebook.items and not problems:
        problems.append("no item is defined and no instrument is used")
    if problems:
        raise contradiction(problems)
    return codebook


def contradiction(problems: list[str]) -> DataProblem:
    """Return the error that tells every problem of a codebook at once."""
    told = list(dict.fromkeys(problems))
    noun = "problem" if len(told) == 1 else "problems"
    shown = "; ".join(told[:20])
    rest = f"; and {len(told) - 20} more" if len(told) > 20 else ""
    return DataProblem(
        "The codebook contradicts itself or is not complete.",
        expected="items, answers and scales that fit together",
        found=f"{len(told)} {noun}: {shown}{rest}",
        to_fix="mend each in the codebook file, then read it again",
    )


def _read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file, or say what kind of file it is not."""
    what = {
        "absent": ("is not there", "no file by that name"),
        "letters": ("is not written in UTF-8", "other bytes"),
        "closed": ("cannot be opened", ""),
        "syntax": ("is not TOML", ""),
        "content": ("is not TOML that can be used", ""),
    }
    try:
        return read_toml(path)
    except Unreadable as error:
        is_what, found = what[error.trouble]
        found = found or error.found.replace("is not TOML", "cannot be read")
    raise _unreadable(is_what, found)


def _unreadable(what: str, found: str) -> FileProblem:
    return FileProblem(
        f"The codebook file {what}.",
        expected="a TOML file in UTF-8, such as codebook.toml",
        found=found,
        to_fix="check the path, or start one with: tillit new-codebook EXPORT",
    )
