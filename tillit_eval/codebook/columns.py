"""The columns of an export, as far as a draft needs to know them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tillit_eval.codebook.parts import tidy
from tillit_eval.errors import FileProblem, check_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of an export.

    Attributes
    ----------
    name : str
        As the export calls it.
    title : str
        What the export says it is; empty where it says nothing.
    numbers : ndarray of float, shape (n_rows,), or None
        The cells, if all that are not empty are numbers.
    words : tuple of (str, int)
        The distinct cells in words with their counts, most frequent first, if
        `numbers` is None. May be what a person wrote: never shown unchecked.
    texts : ndarray of object, shape (n_rows,), or None
        The cells as tidy text, None where empty, if `numbers` is None.
    labels : tuple of (str, int)
        Answer labels the export itself gives to codes.
    missing : tuple of int
        Codes the export itself declares missing.
    """

    name: str
    title: str = ""
    numbers: npt.NDArray[np.float64] | None = None
    words: tuple[tuple[str, int], ...] = ()
    texts: npt.NDArray[np.object_] | None = None
    labels: tuple[tuple[str, int], ...] = ()
    missing: tuple[int, ...] = ()

    @property
    def n_filled(self) -> int:
        """How many cells are not empty."""
        if self.numbers is None:
            return sum(n for _, n in self.words)
        return int(np.count_nonzero(~np.isnan(self.numbers)))


@dataclass(frozen=True, slots=True)
class Meta:
    """What a file says about its columns beside the cells."""

    titles: dict[str, str | None] = field(default_factory=dict)
    labels: dict[str, dict[Any, str]] = field(default_factory=dict)
    missing: dict[str, list[Any]] = field(default_factory=dict)


def read_columns(frame_or_path: object) -> tuple[Column, ...]:
    """Return the columns of a frame, or of a .sav, .csv or .xlsx file."""
    meta = Meta()
    frame = frame_or_path
    if isinstance(frame_or_path, (str, Path)):
        frame, meta = _read_file(Path(frame_or_path))
    check_table(frame, table="answers")
    return tuple(
        _column(str(name), frame.iloc[:, position], meta)  # type: ignore[attr-defined]
        for position, name in enumerate(frame.columns)  # type: ignore[attr-defined]
    )


def _column(name: str, cells: pd.Series[Any], meta: Meta) -> Column:
    labels = tuple(
        (tidy(text), int(code))
        for code, text in meta.labels.get(name, {}).items()
        if isinstance(code, (int, float)) and float(code).is_integer()
    )
    numbers = _as_numbers(cells)
    texts = _as_texts(cells) if numbers is None else None
    return Column(
        name=tidy(name),
        title=tidy(meta.titles.get(name) or ""),
        numbers=numbers,
        words=_count(texts) if texts is not None else (),
        texts=texts,
        labels=labels,
        missing=_declared(meta.missing.get(name, []), labels, numbers),
    )


def _as_numbers(cells: pd.Series[Any]) -> npt.NDArray[np.float64] | None:
    """Return numbers, also from text with a decimal comma; None if any is words."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(cells.dtype):
        return np.asarray(cells.to_numpy(np.float64, na_value=np.nan), np.float64)
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return None
    texts = cells.astype("str").str.strip().where(cells.notna())
    texts = texts.where(texts != "")
    read = pd.to_numeric(texts.str.replace(",", "."), errors="coerce")
    if (read.isna() & texts.notna()).any() or _has_leading_zero(texts):
        return None
    return np.asarray(read.to_numpy(np.float64, na_value=np.nan), np.float64)


def _has_leading_zero(texts: pd.Series[Any]) -> bool:
    return bool(texts.str.fullmatch(r"0\d+").fillna(False).any())


def _as_texts(cells: pd.Series[Any]) -> npt.NDArray[np.object_]:
    """Return tidy texts; what is done to a text is done once per distinct cell."""
    import pandas as pd

    where, distinct = pd.factorize(cells.astype("object"))
    tidied = [tidy(cell) or None for cell in distinct]
    return np.array([*tidied, None], dtype=object)[where]


def _count(texts: npt.NDArray[np.object_]) -> tuple[tuple[str, int], ...]:
    import pandas as pd

    counts = pd.Series(texts, dtype="object").value_counts()
    return tuple((str(text), int(n)) for text, n in counts.items())


def _declared(
    ranges: list[Any],
    labels: tuple[tuple[str, int], ...],
    numbers: npt.NDArray[np.float64] | None,
) -> tuple[int, ...]:
    """Return the codes in use or with a label that the file declares missing."""
    seen = {code for _, code in labels}
    if numbers is not None:
        whole = np.unique(numbers[~np.isnan(numbers)])
        seen |= {int(code) for code in whole if code == int(code)}
    return tuple(
        sorted(
            code
            for code in seen
            if any(
                isinstance(r["lo"], (int, float)) and r["lo"] <= code <= r["hi"]
                for r in ranges
            )
        )
    )


def _read_file(path: Path) -> tuple[pd.DataFrame, Meta]:
    """Read a file well enough to draft from; `read_responses` reads it for good."""
    ending = path.suffix.lower()
    readers = {".sav": _read_spss, ".zsav": _read_spss, ".xlsx": _read_excel}
    reader = readers.get(ending, _read_text)
    if not path.is_file():
        raise FileProblem(
            "The export is not there.",
            expected="a .sav, .csv or .xlsx file",
            found="no file by that name",
            to_fix="check the path",
        )
    try:
        return reader(path)
    except Exception as error:  # every reader has errors of its own
        kind = type(error).__name__
    raise FileProblem(
        "The export cannot be read.",
        expected="a .sav, .csv or .xlsx file as the survey tool saves it",
        found=f"a file that the reader gave up on ({kind})",
        to_fix="save it again from the survey tool, or read it with read_responses",
    )


def _read_spss(path: Path) -> tuple[pd.DataFrame, Meta]:
    import pyreadstat

    frame, meta = pyreadstat.read_sav(str(path), user_missing=True)
    titles = dict(zip(meta.column_names, meta.column_labels, strict=True))
    return frame, Meta(titles, meta.variable_value_labels, dict(meta.missing_ranges))


def _read_excel(path: Path) -> tuple[pd.DataFrame, Meta]:
    import pandas as pd

    return pd.read_excel(path), Meta()


def _read_text(path: Path) -> tuple[pd.DataFrame, Meta]:
    import pandas as pd

    text = _decode(path.read_bytes())
    head = text.partition("\n")[0]
    mark = max(";\t,", key=head.count)
    return pd.read_csv(io.StringIO(text), sep=mark, dtype="str"), Meta()


def _decode(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")
