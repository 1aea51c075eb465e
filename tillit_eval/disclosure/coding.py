"""Codes by which people are known again in another table, for one build only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure.parting import RESPONDENT
from tillit_eval.disclosure.statements import People, Rows
from tillit_eval.summaries.frames import key_text

if TYPE_CHECKING:
    import pandas as pd

_UNIT = "unit"


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The rows of a table that have an answer in one column, by code.

    Attributes
    ----------
    columns : dict of str to ndarray, each of shape (n,)
        ``row, who, unit, wave`` as codes, ``value`` as a number.
    place : ndarray of int, shape (n_rows,)
        Where each row of the table stands among them.
    mark : int
        The same for tables with the same rows.
    """

    columns: dict[str, npt.NDArray[Any]]
    place: Rows
    mark: int


def code_rows(people: People, column: str, *, scope: str, key: str) -> Base:
    """Give the rows with an answer in one column codes that mean nothing elsewhere.

    Parameters
    ----------
    people : People
        A table of rows of persons.
    column : str
        The column.
    scope : str
        Name of the notebook; people of tables without a column ``site`` are its own.
    key : str
        Sixteen signs that make the codes unique to a build.

    Returns
    -------
    Base
        A person in a wave with the same answer has the same code in any table.
    """
    import pandas as pd

    values = people.numbers(column)
    some = ~np.isnan(values)
    rows = people.rows[some]

    def texts(name: str) -> Any:
        known = name in rows.columns
        return key_text(rows[name]) if known else pd.Series("", index=rows.index)

    place_of = texts("site") if "site" in rows.columns else scope
    keys = pd.DataFrame({"scope": place_of, "who": texts(RESPONDENT)}, rows.index)
    nobody = keys["who"].isna() | (keys["who"] == "")
    who = np.where(nobody, np.uint64(0), _codes(keys, key))
    keys = keys.assign(wave=people.waves[some], value=values[some])
    for name in (_UNIT, "role"):
        keys[name] = texts(name).where(nobody, "")
    codes = _codes(keys, key)
    # People who are alike in all of this are told apart by their order only.
    again = pd.Series(codes).groupby(codes).cumcount().to_numpy()
    codes = _codes(pd.DataFrame({"code": codes, "again": again}), key)
    place = np.full(len(values), -1, dtype=np.int64)
    place[some] = np.arange(int(some.sum()))
    unit = _codes(keys[["scope"]].assign(unit=texts(_UNIT)), key)
    columns = {
        "row": codes,
        "who": who,
        "unit": unit if _UNIT in rows.columns else np.zeros_like(codes),
        "wave": _codes(keys[["wave"]], key),
        "value": values[some],
    }
    return Base(columns, place, int(np.bitwise_xor.reduce(codes)) if len(codes) else 0)


def _codes(keys: pd.DataFrame, key: str) -> npt.NDArray[np.uint64]:
    from pandas.util import hash_pandas_object

    text = keys.astype(str)
    hashed = hash_pandas_object(text, index=False, hash_key=key)
    return np.asarray(hashed, dtype=np.uint64)


def mark_of(base: Base, part: bytes) -> int:
    """Return one number for the rows of a mask, the same in any table.

    Parameters
    ----------
    base : Base
        The rows by code.
    part : bytes
        A mask over the rows of the table, as bytes.

    Returns
    -------
    int
        The codes of the rows, put together regardless of order.
    """
    inside = np.frombuffer(part, dtype=bool)
    place = base.place[inside]
    own = base.columns["row"][place[place >= 0]]
    return int(np.bitwise_xor.reduce(own)) if len(own) else 0
