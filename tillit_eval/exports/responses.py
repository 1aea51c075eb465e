"""What came back: one table of answers from whatever the survey tool exported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.codebook import Codebook
from tillit_eval.codebook.model import check_codebook
from tillit_eval.errors import DataProblem, check_option, check_table
from tillit_eval.exports.assembly import FILE, ROW, Part, Shape, assemble
from tillit_eval.exports.columns import (
    known_names,
    match_columns,
    names_in_wave,
    names_in_wide,
    waves_of,
)
from tillit_eval.exports.problems import Problem, problem, refuse
from tillit_eval.files.cells import as_text
from tillit_eval.files.raw import from_frame
from tillit_eval.files.reading import read_file
from tillit_eval.findings import Source

Table = str | Path | pd.DataFrame
Sheet = str | int | None


def read_responses(
    path: Table | Sequence[Table],
    codebook: Codebook,
    *,
    wave: str | int | Sequence[str | int] | None = None,
    site: str | None = None,
    source: Source = "unstated",
    sheet: Sheet | Sequence[Sheet] = None,
    shape: Literal["long", "wide"] = "long",
    encoding: str | None = None,
    strict: bool = True,
) -> pd.DataFrame:
    """Say what people answered, as codes that can be scored.

    Takes a survey export as it is: CSV with any separator and encoding, Excel
    with two header rows, merged cells or codes that became dates, SPSS with
    labels and user-missing codes, Parquet. Label texts become codes, missing
    codes become missing. Columns that the codebook does not know are left
    behind, and so is every personal number, e-mail address and phone number.

    Parameters
    ----------
    path : str, Path, DataFrame, or a sequence of them
        The export, or one per wave. A frame is taken as a table already read.
    codebook : Codebook
        What was asked.
    wave : str or sequence of str, optional
        The wave of a file that has no column for it; one per file if there are
        several. Waves are text.
    site : str, optional
        Name of the site. By default the file's own column, or no column.
    source : {"unstated", "real", "synthetic", "published", "mixed"}
        Where the rows come from, if the file has no column ``source``.
    sheet : str or int, or a sequence of them, optional
        Which sheet of an Excel file; needed only if several could be meant.
    shape : {"long", "wide"}
        ``wide`` is one row per person with columns per wave: aliases of that
        wave in the codebook, or the key with the wave (``q1_2019``).
    encoding : str, optional
        Encoding of a CSV or SPSS file, if it cannot be found out.
    strict : bool, default True
        Refuse an export that does not fit the codebook, and list everything.
        If False, what does not fit becomes missing; `check_export` shows it.

    Returns
    -------
    DataFrame, shape (n_answers, n_columns)
        One row per person and wave: ``site`` (if known), ``wave``,
        ``respondent``, group columns as present, one float column per item
        (missing codes already missing), ``source``.

    Raises
    ------
    FileProblem
        If a file is absent, damaged, or its letters cannot be read with certainty.
    DataProblem
        If no item is found; with ``strict=True`` if anything does not fit.
    MissingExtra
        If a Parquet file needs DuckDB.

    See Also
    --------
    check_export : Lists what is wrong, without refusing.
    link_waves : Finds the same people in two waves by their own codes.

    Notes
    -----
    Numeric codes, also with decimal comma, are compared with the codebook's
    codes and missing codes; texts with its answer labels, without regard to
    case, space and letter composition. A label with its code (``5 Agrees``) is
    read only if both agree. Row positions in messages count from 0, the first
    row under the header.

    Examples
    --------
    >>> from tillit_eval.codebook import Item
    >>> from tillit_eval.phrases import Label
    >>> q1 = Item(key="q1", label=Label("Clarity", "Tydlighet"), codes=(1, 2, 3),
    ...     answers=(("Agrees", 3),), missing=((9, "do not know"),))
    >>> export = pd.DataFrame({"respondent": ["a", "b"], "Q1": ["agrees ", 9]})
    >>> read_responses(export, Codebook(title="", items=(q1,)), wave="2019")
       wave respondent   q1    source
    0  2019          a  3.0  unstated
    1  2019          b  NaN  unstated
    """
    check_option("shape", shape, ("long", "wide"))
    check_option("source", source, get_args(Source))
    parts = read_parts(
        path, codebook, wave=wave, sheet=sheet, shape=shape, encoding=encoding
    )
    _check_anything_known(parts, codebook, shape)
    frame, problems = assemble_parts(
        parts, codebook, shape=shape, site=site, source=source
    )
    if strict:
        refuse(problems)
    return frame.drop(columns=[ROW, FILE])


def read_parts(
    path: Table | Sequence[Table],
    codebook: Codebook,
    *,
    wave: str | int | Sequence[str | int] | None,
    sheet: Sheet | Sequence[Sheet],
    shape: Shape,
    encoding: str | None,
) -> list[Part]:
    """Read every file as it stands, with the wave the caller gave it.

    Parameters
    ----------
    path, codebook, wave, sheet, shape, encoding
        As in `read_responses`.

    Returns
    -------
    list of Part
        One per file.

    Raises
    ------
    FileProblem, DataProblem
        If a file cannot be read, or waves and files do not match in number.
    """
    check_codebook(codebook)
    several = isinstance(path, Sequence) and not isinstance(path, str)
    tables: list[Table] = list(path) if several else [path]  # type: ignore[arg-type,list-item]
    if not tables:
        raise DataProblem(
            "There is no file to read.",
            expected="at least one path",
            found="an empty list",
            to_fix="give the path of the export",
        )
    waves = _one_each("wave", wave, len(tables))
    sheets = _one_each("sheet", sheet, len(tables))
    known = known_names(codebook, waves_of(codebook) if shape == "wide" else ())
    parts = []
    for number, (table, when, page) in enumerate(
        zip(tables, waves, sheets, strict=True), start=1
    ):
        if isinstance(table, pd.DataFrame):
            check_table(table, table="answers")
            raw = from_frame(table, known)
        else:
            raw = read_file(table, known, sheet=page, encoding=encoding)
        parts.append(
            Part(table=raw, wave=as_text(when), number=number if several else None)
        )
    return parts


def _one_each(name: str, given: object, n_files: int) -> list[Any]:
    """Spread one value over all files, or check that there is one for each."""
    several = isinstance(given, Sequence) and not isinstance(given, str)
    values = list(cast(Sequence[Any], given)) if several else [given] * n_files
    if len(values) != n_files:
        raise DataProblem(
            f"The number of values in {name}= is not the number of files.",
            expected=f"{n_files}, one for each file in order, or one for all",
            found=f"{len(values)}",
            to_fix=f"give {name}= as a list in the order of the files",
        )
    return values


def assemble_parts(
    parts: Sequence[Part],
    codebook: Codebook,
    *,
    shape: Shape,
    site: str | None,
    source: Source,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Assemble all parts and compare people across them.

    Parameters
    ----------
    parts, codebook, shape, site, source
        As in `read_responses`.

    Returns
    -------
    responses : DataFrame
        With the two columns that say where each row stood.
    problems : list of Problem
        Of the parts, then of the whole.

    """
    frame, problems = assemble(parts, codebook, shape=shape, site=site, source=source)
    problems += _repeated(frame)
    for column in ("respondent", "unit"):
        if column in frame:
            problems += _lost_zeros(frame, column)
    return frame, problems


def _check_anything_known(
    parts: Sequence[Part], codebook: Codebook, shape: Shape
) -> None:
    """Refuse files in which not one item can be found, strict or not."""
    items = {item.key for item in codebook.items}
    for part in parts:
        names = names_in_wave(codebook, part.wave)
        for wave in waves_of(codebook) if shape == "wide" else ():
            names |= names_in_wide(codebook, wave)
        if items & match_columns(part.table, names).place.keys():
            return
    n_columns = sum(len(part.table.names) for part in parts)
    raise DataProblem(
        "No item of the codebook is in the export.",
        expected="columns named as the items, or as their aliases in the codebook",
        found=f"0 of {len(items)} items in {n_columns} columns",
        to_fix="check that the first row holds the names of the columns, or add "
        "the names to the codebook",
    )


def _repeated(frame: pd.DataFrame) -> list[Problem]:
    """Find people with more than one row in a wave."""
    keys = [key for key in ("site", "wave", "respondent") if key in frame]
    named = frame["respondent"].notna()
    again = frame.duplicated(keys, keep="first") & named
    return _by_file(frame, again.to_numpy(), "respondent", "repeated_respondent")


def _lost_zeros(frame: pd.DataFrame, column: str) -> list[Problem]:
    """Find codes of digits shorter than those that kept their leading zeros."""
    codes = frame[column].fillna("")
    if not codes.str.startswith("0").any():
        return []
    digits = codes.str.fullmatch(r"\d+").to_numpy(dtype=bool)
    lengths = codes.str.len().to_numpy()
    padded = digits & codes.str.startswith("0").to_numpy(dtype=bool) & (lengths > 1)
    widths = np.unique(lengths[padded])
    if len(widths) != 1:
        return []
    return _by_file(frame, digits & (lengths < widths[0]), column, "lost_zeros")


def _by_file(
    frame: pd.DataFrame, at: npt.NDArray[np.bool_], column: str, kind: str
) -> list[Problem]:
    """Make one problem per file, with positions in that file."""
    found = frame.loc[at, [FILE, ROW]]
    return [
        problem(column, kind, rows.to_numpy(), file=int(str(file)) or None)
        for file, rows in found.groupby(FILE)[ROW]
    ]
