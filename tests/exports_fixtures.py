"""Survey exports as tools really write them, made by code."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd

from tillit_eval.codebook import Codebook, Item
from tillit_eval.phrases import Label

ANSWERS = (
    ("Stämmer inte alls", 1),
    ("Stämmer dåligt", 2),
    ("Varken eller", 3),
    ("Stämmer bra", 4),
    ("Stämmer helt", 5),
    ("Vet ej", 9),
)
LABEL_OF = {code: text for text, code in ANSWERS}
ITEMS = ("trust1", "trust2", "clear1")
CANARIES = (
    "Kanariefågel Karlsson",
    "19811218-9876",
    "kanarie@example.org",
    "070-174 06 05",
    "hemligt svar",
)


def item(key: str, *aliases: tuple[str, str]) -> Item:
    return Item(
        key=key,
        label=Label(key, key),
        codes=(1, 2, 3, 4, 5),
        answers=ANSWERS,
        missing=((9, "do not know"),),
        aliases=aliases,
    )


def codebook(*, waves: tuple[str, ...] = ("2019", "2021")) -> Codebook:
    return Codebook(
        title="Test",
        items=tuple(item(key) for key in ITEMS),
        columns=(("respondent", ("Löpnr", "ID")), ("unit", ("Enhet",))),
        waves=tuple((wave, Label(f"year {wave}", f"år {wave}")) for wave in waves),
    )


def write_csv(
    frame: pd.DataFrame,
    path: Path,
    *,
    separator: str = ";",
    encoding: str = "utf-8",
    decimal: str = ",",
) -> Path:
    """Write as a Swedish spreadsheet would: decimals in whole numbers too."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(frame.columns)
    for row in frame.to_numpy(dtype=object):
        writer.writerow([_cell(value, decimal) for value in row])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def _cell(value: object, decimal: str) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.1f}".replace(".", decimal)
    return str(value)


def write_excel(
    rows: list[list[object]], path: Path, **sheets: list[list[object]]
) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for title, more in sheets.items():
        other = book.create_sheet(title)
        for row in more:
            other.append(row)
    book.save(path)
    return path


def in_rows(frame: pd.DataFrame) -> list[list[object]]:
    cells = frame.astype(object).where(frame.notna(), None)
    return [list(frame.columns), *cells.to_numpy(dtype=object).tolist()]


def in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Replace codes by labels, with the spaces and cases that exports have."""
    return frame.assign(
        **{
            key: frame[key].map(lambda c: f" {LABEL_OF[c].upper()}\u00a0")
            for key in ITEMS
        }
    )


def to_wide(frame: pd.DataFrame) -> pd.DataFrame:
    wide = frame.pivot(index=["respondent", "unit"], columns="wave", values=list(ITEMS))
    wide.columns = [f"{key}_{wave}" for key, wave in wide.columns]
    return wide.reset_index()


BOOK = codebook()


def small(**columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "Löpnr": ["0007", "0012", "1234"],
            "wave": ["2019", "2019", "2021"],
            "Enhet": ["Åsö norra", "Ängen", "Ängen"],
            "trust1": [1.0, 5.0, 3.0],
            "trust2": [2.0, np.nan, 9.0],
            "clear1": [4.0, 4.0, 5.0],
        }
    )
    return frame.assign(**columns)


EXPECTED = pd.DataFrame(
    {
        "wave": pd.array(["2019", "2019", "2021"], dtype="str"),
        "respondent": pd.array(["0007", "0012", "1234"], dtype="str"),
        "unit": pd.array(["Åsö norra", "Ängen", "Ängen"], dtype="str"),
        "trust1": [1.0, 5.0, 3.0],
        "trust2": [2.0, np.nan, np.nan],
        "clear1": [4.0, 4.0, 5.0],
        "source": pd.array(["unstated"] * 3, dtype="str"),
    }
)
