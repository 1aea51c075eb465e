"""SPSS files: value labels, user-missing codes and ranges."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from tillit_eval.errors import FileProblem
from tillit_eval.files.headers import Known
from tillit_eval.files.limits import LARGEST_TABLE, MOST_CELLS, MOST_ROWS
from tillit_eval.files.opening import check_extent, read_whole, too_large
from tillit_eval.files.raw import RawTable, from_frame
from tillit_eval.files.spss_records import Torn, check_records
from tillit_eval.files.texts import clean_text


def read_spss_file(path: Path, known: Known, *, encoding: str | None) -> RawTable:
    """Read a .sav or .zsav file with everything it says about its codes.

    Parameters
    ----------
    path : Path
        The file.
    known : Known
        The names that may be expected.
    encoding : str or None
        The encoding if the file states none or a wrong one.

    Returns
    -------
    RawTable
        Codes as stored; value labels and declared missing codes beside them.

    Raises
    ------
    FileProblem
        If the file is damaged, or its letters do not fit its encoding.
    """
    frame, meta = _read(path, encoding)
    if not len(frame):
        raise FileProblem(
            f"There are no answers in '{path.name}'.",
            expected="at least one case",
            found=f"{len(frame.columns)} variables and 0 cases",
            to_fix="export the answers again",
        )
    table = from_frame(frame, known)
    place = {name: position for position, name in enumerate(frame.columns)}
    return replace(
        table,
        titles=tuple(clean_text(label or "") for label in meta.column_labels),
        has_header=True,
        value_labels={
            place[name]: _numeric(labels)
            for name, labels in meta.variable_value_labels.items()
            if name in place
        },
        declared_missing={
            place[name]: tuple(
                (float(r["lo"]), float(r["hi"]))
                for r in ranges
                if isinstance(r["lo"], (int, float))
            )
            for name, ranges in meta.missing_ranges.items()
            if name in place
        },
    )


def _read(path: Path, encoding: str | None) -> tuple[Any, Any]:
    import pyreadstat

    try:
        extent = check_records(read_whole(path), encoding)
    except Torn:
        raise _not_spss(path, "its records do not hold together") from None
    check_extent(path.name, extent.n_cases, extent.n_cases * extent.n_variables)
    # A header can be silent or lie, so the reader stops there by itself as well.
    most = min(
        MOST_ROWS, MOST_CELLS // extent.n_variables, LARGEST_TABLE // extent.case_size
    )
    if extent.n_cases * extent.case_size > LARGEST_TABLE:
        raise too_large(path, LARGEST_TABLE)
    try:
        with warnings.catch_warnings():
            # Of two variables with the same name, which are refused below.
            warnings.filterwarnings("ignore", message="column .* is duplicated")
            read = pyreadstat.read_sav(
                str(path), user_missing=True, encoding=encoding, row_limit=most + 1
            )
    except Exception as error:  # pyreadstat raises its own and Python's errors alike
        kind = type(error).__name__
    else:
        frame, meta = read
        check_extent(path.name, len(frame), len(frame) * extent.n_variables)
        if len(frame) > most:
            raise too_large(path, LARGEST_TABLE)
        if len({*frame.columns}) == len(frame.columns) == len(meta.column_labels):
            return frame, meta
        kind = "two variables of the same name"
    raise _not_spss(path, f"a file that the reader gave up on ({kind})")


def _not_spss(path: Path, found: str) -> FileProblem:
    return FileProblem(
        f"'{path.name}' is not an SPSS file that can be read.",
        expected="a complete .sav or .zsav file",
        found=found,
        to_fix='save it again in SPSS, or try encoding="cp1252" if it is an old file',
    )


def _numeric(labels: dict[object, str]) -> dict[float, str]:
    return {
        float(code): label
        for code, label in labels.items()
        if isinstance(code, (int, float))
    }
