"""A table that may be shown, with an account of what was hidden."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from tillit_eval.findings import Source, source_mark
from tillit_eval.phrases import Language, number, say

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Protected:
    """A table of groups that may be shown, with its ledger.

    Attributes
    ----------
    table : DataFrame
        The rows given, in the same order. Hidden cells are missing; the column
        ``shown`` says which rows are left. Groups hidden for their own sake and
        groups hidden to protect them look alike, because telling them apart
        would help to work out the small ones.
    ledger : DataFrame
        One row per set of groups: ``n_groups, n_shown, n_hidden, total_shown,
        n_totals_hidden``. A hidden total may not be published elsewhere either.
    unit : str
        Column or index level that names the groups; the first of several.
    counts, values : tuple of str
        The columns that hold people, and those that hold numbers about them.
    total : str
        Boolean column that marks the rows of totals; empty if there is none.
    floor : int
        Fewest people behind a number that is shown.
    share_floor : int or None
        Fewest people on either side of a share; None where no value is a share.
    digits : int
        Decimals of the values.
    source : {"real", "synthetic", "published", "mixed", "unstated"}
        Where the data come from.
    """

    table: pd.DataFrame
    ledger: pd.DataFrame
    unit: str
    counts: tuple[str, ...]
    values: tuple[str, ...]
    total: str = ""
    floor: int
    share_floor: int | None = None
    digits: int
    source: Source = "unstated"

    def sentence(self, lang: Language | None = None) -> str:
        """Say how many groups are not shown, and why.

        Parameters
        ----------
        lang : {"en", "sv"}, optional
            The language; the current one by default.

        Returns
        -------
        str
            One to three sentences.
        """
        groups = int(self.ledger["n_groups"].sum())
        hidden = int(self.ledger["n_hidden"].sum())
        if not hidden:
            text = say("disclosure.all_shown", lang, groups=groups)
        else:
            of = {"hidden": hidden, "groups": groups, "n": self.floor}
            if self.share_floor is None:
                text = say("disclosure.some_hidden", lang, **of)
            else:
                of["cell"] = self.share_floor
                text = say("disclosure.some_shares_hidden", lang, **of)
        totals = int(self.ledger["n_totals_hidden"].sum())
        if totals:
            key = "no_total" if totals == 1 else "no_totals"
            text += " " + say(f"disclosure.{key}", lang, totals=totals)
        return f"{text} {source_mark(self.source, lang)}".rstrip()

    def __str__(self) -> str:
        return self.sentence()

    def __repr__(self) -> str:
        return f"<Protected: {len(self.table)} rows, floor {self.floor}>"

    def _repr_html_(self) -> str:
        """Return the table with its sentence below."""
        columns = [name for name in self.table.columns if name != "shown"]
        head = "".join(f"<th>{escape(str(name))}</th>" for name in columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self._cells(columns)
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f"{table}<p>{escape(self.sentence())}</p>"

    def _cells(self, columns: list[str]) -> list[list[str]]:
        """Return every cell in words, row by row."""
        shown = self.table["shown"].tolist()
        written = [
            [
                self.cell(name, value, shown=is_shown)
                for value, is_shown in zip(self.table[name], shown, strict=True)
            ]
            for name in columns
        ]
        return [list(row) for row in zip(*written, strict=True)]

    def cell(
        self, column: str, value: object, *, shown: bool, lang: Language | None = None
    ) -> str:
        """Write one cell of the table as a reader sees it.

        Parameters
        ----------
        column : str
            The column it stands in.
        value : object
            What stands there.
        shown : bool
            Whether its row is shown.
        lang : {"en", "sv"}, optional
            The language; the current one by default.

        Returns
        -------
        str
            The value with `digits` decimals, ``not shown``, or a dash where
            there never was a value.
        """
        guarded = column in self.counts or column in self.values
        if guarded and not shown:
            return say("disclosure.not_shown", lang)
        if value is None or value != value or str(value) == "<NA>":
            return "\u2013"
        if guarded and isinstance(value, (int, float)):
            digits = 0 if column in self.counts else self.digits
            return number(float(value), digits, lang)
        return str(value)


def hide_cells(
    table: pd.DataFrame,
    shown: Mask,
    counts: tuple[str, ...],
    values: tuple[str, ...],
    *,
    digits: int,
) -> pd.DataFrame:
    """Return a copy with hidden cells missing and the rest rounded.

    Parameters
    ----------
    table : DataFrame, shape (G, n_columns)
        One row per group. Never changed.
    shown : ndarray of bool, shape (G,)
        Which rows may be shown.
    counts, values : tuple of str
        The columns to hide: numbers of people, and numbers about them.
    digits : int
        Decimals of the values.

    Returns
    -------
    DataFrame
        With a column ``shown``.
    """
    guarded = table.copy()
    for name in counts:
        guarded[name] = table[name].astype("Int64").where(shown)
    for name in values:
        column = table[name]
        if column.dtype.kind == "f":
            column = column.round(digits)
        guarded[name] = column.where(shown)
    guarded["shown"] = shown
    return guarded
