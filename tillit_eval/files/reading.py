"""Which reader a file needs, told by what is in it rather than by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tillit_eval.errors import FileProblem
from tillit_eval.files.csv_files import read_csv_file
from tillit_eval.files.excel_files import read_excel_file
from tillit_eval.files.headers import Known
from tillit_eval.files.opening import check_size, exists, is_file
from tillit_eval.files.parquet_files import read_parquet_file
from tillit_eval.files.paths import as_path
from tillit_eval.files.raw import RawTable
from tillit_eval.files.spss_files import read_spss_file

Kind = Literal["excel", "old excel", "spss", "parquet", "text"]

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"PK\x03\x04", "excel"),
    (b"PK\x05\x06", "excel"),
    (b"\xd0\xcf\x11\xe0", "old excel"),
    (b"$FL2", "spss"),
    (b"$FL3", "spss"),
    (b"PAR1", "parquet"),
)
_ENDINGS: dict[str, Kind] = {
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".sav": "spss",
    ".zsav": "spss",
    ".parquet": "parquet",
}


def read_file(
    path: str | Path,
    known: Known,
    *,
    sheet: str | int | None = None,
    encoding: str | None = None,
) -> RawTable:
    """Read a CSV, Excel, SPSS or Parquet file as it stands.

    Parameters
    ----------
    path : str or Path
        The file.
    known : Known
        The names that may be expected in its header.
    sheet : str or int, optional
        Which sheet of an Excel file.
    encoding : str, optional
        Encoding of a CSV or SPSS file, if it cannot be found out.

    Returns
    -------
    RawTable
        Nothing is interpreted yet.

    Raises
    ------
    FileProblem
        If there is no such file, or it cannot be read.
    MissingExtra
        If it is Parquet and DuckDB is not installed.
    """
    file = _existing_file(path)
    kind = _kind(file)
    check_size(file)
    if kind == "excel":
        return read_excel_file(file, known, sheet=sheet)
    if kind == "spss":
        return read_spss_file(file, known, encoding=encoding)
    if kind == "parquet":
        return read_parquet_file(file, known)
    if kind == "old excel":
        raise FileProblem(
            f"'{file.name}' is an old or a locked Excel file.",
            expected="a workbook saved as .xlsx without a password",
            found="the format of .xls, or a workbook with a password",
            to_fix="open it in Excel and save it as .xlsx without a password",
        )
    return read_csv_file(file, known, encoding=encoding)


def _existing_file(path: str | Path) -> Path:
    file = as_path(path)
    there = exists(file)
    if there and file.is_dir():
        raise FileProblem(
            f"'{file.name}' is a folder, not a file.",
            expected="the path of one export",
            found="a folder",
            to_fix="add the name of the file to the path",
        )
    if not is_file(file):
        if there:
            raise FileProblem(
                f"'{file.name}' is not an ordinary file.",
                expected="the path of one export",
                found="a pipe, a device or something else that cannot be read whole",
                to_fix="save the export as a file first",
            )
        raise FileProblem(
            f"There is no file '{file.name}'.",
            expected="the path of an export",
            found="nothing there" if exists(file.parent) else "no such folder either",
            to_fix="check the spelling, and the folder that the path starts from",
        )
    return file


def _kind(file: Path) -> Kind:
    """Tell the kind by the first bytes; the ending only where they say nothing."""
    try:
        with file.open("rb") as handle:
            start = handle.read(4)
    except OSError as error:
        reason = type(error).__name__
    else:
        if not start:
            raise FileProblem(
                f"'{file.name}' is empty.",
                expected="an export with a header and answers",
                found="0 bytes",
                to_fix="export the answers again",
            )
        for magic, kind in _MAGIC:
            if start == magic:
                return kind
        return _ENDINGS.get(file.suffix.lower(), "text")
    raise FileProblem(
        f"'{file.name}' may not be read.",
        expected="a file that you have the right to open",
        found=f"the system refused ({reason})",
        to_fix="close it in other programs, or ask its owner for access",
    )
