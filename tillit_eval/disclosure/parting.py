"""Means and counts of every column of a table, by group: what a number may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure.statements import Mask, People, Rows, Statement

if TYPE_CHECKING:
    import pandas as pd

# A table of rows of persons has these columns by the schema of the house.
WAVE, RESPONDENT = "wave", "respondent"
# Of a table with more columns only the first are tried for a mean without a name.
_MOST_COLUMNS = 200
# A column with more words than this is not tried as one that parts the table.
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A wave of a table, or the rows with one word in one column."""

    inside: Mask
    wave: str = ""
    name: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """Means and counts of every numeric column, by group, in one part of a table."""

    part: Part
    groups: dict[tuple[object, ...], int]
    names: list[str]
    code: Rows
    mean: npt.NDArray[np.float64]
    n: npt.NDArray[np.intp]

    def statement(
        self, people: People, row: int, scale: str, key: tuple[object, ...]
    ) -> Statement:
        """Return what one row of a table says about which rows of people."""
        inside = (self.code == row) & ~np.isnan(people.numbers(scale))
        group = (*key, *self.part.name)
        return Statement((scale, ()), np.flatnonzero(inside), group, self.part.wave)


def parts_of(people: People, by: Sequence[str]) -> Iterator[Part]:
    """Give everybody, each wave, and each word of columns with few words.

    Parameters
    ----------
    people : People
        A table of rows of persons.
    by : sequence of str
        Columns that name the groups, and so part nothing.

    Yields
    ------
    Part
        Some rows of the table.
    """
    every = np.ones(len(people.rows), dtype=bool)
    yield Part(every)
    for wave in dict.fromkeys(people.waves.tolist()):
        yield Part(people.waves == wave, wave)
    for name in people.rows.columns:
        if name in (*by, WAVE, RESPONDENT) or people.rows[name].dtype.kind in "iuf":
            continue
        texts = people.texts(str(name))
        words = [word for word in dict.fromkeys(texts.tolist()) if word is not None]
        if 2 <= len(words) <= _MOST_WORDS:
            for word in words:
                yield Part(texts == word, name=(str(name), str(word)))


def means_in(people: People, by: tuple[str, ...], part: Part) -> Means:
    """Return the means of every numeric column by group, in one part of a table.

    Parameters
    ----------
    people : People
        A table of rows of persons.
    by : tuple of str
        Columns that name the groups.
    part : Part
        Which rows.

    Returns
    -------
    Means
        With who stands behind each of them.
    """
    import pandas as pd

    names = [name for name in numeric(people.rows) if name not in by]
    numbers = people.rows[names].astype(float)
    texts = pd.DataFrame({name: people.texts(name) for name in by})
    inside = part.inside & texts.notna().all(axis=1).to_numpy()
    code = np.full(len(texts), -1)
    code[inside] = texts[inside].groupby(list(by), sort=False).ngroup()
    by_code = numbers[inside].groupby(code[inside])
    first = texts[inside].groupby(code[inside]).first()
    groups = {key: i for i, key in enumerate(first.itertuples(False, None))}
    mean, n = by_code.mean().to_numpy(), by_code.count().to_numpy()
    return Means(part, groups, names, code, mean, n)


def numeric(rows: pd.DataFrame) -> list[str]:
    """Return the columns that may hold scores or codes.

    Parameters
    ----------
    rows : DataFrame
        Rows of persons.

    Returns
    -------
    list of str
        Never the code of the person.
    """
    kinds = (
        str(name)
        for name, kind in rows.dtypes.items()
        if kind.kind in "iufb" and isinstance(name, str) and name != RESPONDENT
    )
    return list(islice(kinds, _MOST_COLUMNS))
