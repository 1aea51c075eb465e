"""Who was found in both waves: counts, a sentence, and one table of both."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem, check_columns, check_table
from tillit_eval.files.harmless import for_markdown
from tillit_eval.findings import Source, source_mark
from tillit_eval.floors import K_MIN, is_shown, show_count
from tillit_eval.phrases import Language, percent, say

COUNTS = (
    *("n_exact", "n_fuzzy", "n_ambiguous", "n_ambiguous_after"),
    *("n_before_only", "n_after_only"),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Linkage:
    """Who was found in both waves, by counts and row positions, never by code.

    Every row before is in one of `n_exact`, `n_fuzzy`, `n_ambiguous` and
    `n_before_only`; every row after in one of `n_exact`, `n_fuzzy`,
    `n_ambiguous_after` and `n_after_only`.

    Attributes
    ----------
    n_exact, n_fuzzy : int
        Pairs with the same code, and pairs whose codes differ in a few signs.
    n_ambiguous, n_ambiguous_after : int
        Rows that could belong to more than one person.
    n_before_only, n_after_only : int
        Rows without a partner.
    pairs : DataFrame, shape (n_pairs, 3)
        Row positions ``before`` and ``after``, and ``distance`` in signs.
    arms : DataFrame
        The six counts per arm, if there is a column ``arm``; else empty. A pair
        belongs to the arm it was in before.
    code : str
        Name of the column with the codes.
    n_moved : int
        Linked people whose unit changed; 0 if no unit was named.
    max_distance : int
        Signs in which linked codes could differ.
    source : str
        Where the rows come from.
    floor : int
        Fewest people behind a number that may be shown.
    """

    n_exact: int
    n_fuzzy: int
    n_ambiguous: int
    n_ambiguous_after: int
    n_before_only: int
    n_after_only: int
    pairs: pd.DataFrame
    arms: pd.DataFrame
    code: str
    n_moved: int = 0
    max_distance: int = 0
    source: Source = "unstated"
    floor: int = K_MIN

    @property
    def share_linked(self) -> float:
        """Linked people over all who answered at least once."""
        return _share({name: getattr(self, name) for name in COUNTS})

    def apply(self, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
        """Stack both waves with a fresh number for each person.

        Parameters
        ----------
        before, after : DataFrame
            The tables that were linked, or scores with the same rows.

        Returns
        -------
        DataFrame
            ``respondent`` is a number without meaning outside this table, the
            same in both waves for linked people; rows in doubt are people of
            their own. The column with the codes is left out.

        Raises
        ------
        DataProblem
            If the tables do not have the rows that were linked, or no wave.
        """
        expected = self._n_rows()
        for frame, n_rows in zip((before, after), expected, strict=True):
            check_table(frame, table="answers")
            check_columns(frame.columns, ("wave",), table="answers")
            if len(frame) != n_rows:
                raise DataProblem(
                    "These are not the tables that were linked.",
                    expected=f"{expected[0]} rows before and {expected[1]} after",
                    found=f"{len(before)} and {len(after)}",
                    to_fix="give the same tables, or scores made of them, in order",
                )
        numbers = np.arange(sum(expected))
        linked = numbers[: expected[0]][self.pairs["before"].to_numpy()]
        numbers[expected[0] + self.pairs["after"].to_numpy()] = linked
        people = pd.Series(pd.factorize(numbers)[0] + 1).astype(str).astype("str")
        stacked = pd.concat([before, after], ignore_index=True)
        if self.code != "respondent":
            stacked = stacked.drop(columns=self.code, errors="ignore")
        return stacked.assign(respondent=people.to_numpy(dtype=object)).astype(
            {"respondent": "str"}
        )

    def exact_only(self) -> Linkage:
        """Return the linkage without the fuzzy pairs, as a sensitivity.

        Returns
        -------
        Linkage
            Whose fuzzy pairs are counted as met in one wave only.
        """
        kept = self.pairs[self.pairs["distance"] == 0].reset_index(drop=True)
        arms = self.arms.copy()
        if len(arms):
            arms["n_before_only"] += arms["n_fuzzy"]
            arms["n_after_only"] += arms["n_fuzzy"]
            arms["n_fuzzy"] = 0
        return replace(
            self,
            n_fuzzy=0,
            n_before_only=self.n_before_only + self.n_fuzzy,
            n_after_only=self.n_after_only + self.n_fuzzy,
            pairs=kept,
            arms=arms,
            max_distance=0,
        )

    def sentence(self, lang: Language | None = None) -> str:
        """Say how many were linked and how, and that they are not anonymous.

        Parameters
        ----------
        lang : {"en", "sv"}, optional
            The language; the current one by default.

        Returns
        -------
        str
            Counts under the floor are not told.
        """
        not_anonymous = say("exports.not_anonymous", lang)
        if not is_shown(len(self.pairs), floor=self.floor, source=self.source):
            few = say("exports.linked_under_floor", lang, n=self.floor)
            return f"{few} {not_anonymous} {source_mark(self.source, lang)}".strip()
        parts = [self._counts_in_words(lang), self._shares_in_words(lang)]
        if self.n_moved:
            moved = self._count(self.n_moved, lang)
            parts.append(say("exports.linked_moved", lang, moved=moved))
        parts += [not_anonymous, source_mark(self.source, lang)]
        return " ".join(filter(None, parts))

    def to_frame(self, *, guarded: bool = False, lang: Language = "en") -> pd.DataFrame:
        """Return one row for everybody (arm empty) and one per arm.

        Parameters
        ----------
        guarded : bool, default False
            Hide every count under the floor.
        lang : {"en", "sv"}, default "en"
            Language of hidden counts.

        Returns
        -------
        DataFrame
            ``arm``, the six counts and ``share_linked``.
        """
        everybody = {"arm": "", **{name: getattr(self, name) for name in COUNTS}}
        frame = pd.concat([pd.DataFrame([everybody]), self.arms], ignore_index=True)
        rows = frame.to_dict("records")
        frame["share_linked"] = [_share(row) for row in rows]
        if not guarded:
            return frame
        hidden = [self._is_hidden(row) for row in rows]
        frame.loc[hidden, "share_linked"] = np.nan
        for name in COUNTS:
            frame[name] = [self._count(int(row[name]), lang) for row in rows]
        return frame

    def __str__(self) -> str:
        return self.sentence()

    def __repr__(self) -> str:
        return self.sentence()

    def _repr_markdown_(self) -> str:
        return for_markdown(self.sentence())

    def _n_rows(self) -> tuple[int, int]:
        linked = self.n_exact + self.n_fuzzy
        return (
            linked + self.n_ambiguous + self.n_before_only,
            linked + self.n_ambiguous_after + self.n_after_only,
        )

    def _count(self, people: int, lang: Language | None) -> str:
        return show_count(people, floor=self.floor, source=self.source, lang=lang)

    def _is_hidden(self, counts: Mapping[Hashable, Any]) -> bool:
        """Whether a share would tell a count under the floor."""
        linked = int(counts["n_exact"]) + int(counts["n_fuzzy"])
        others = [int(counts[name]) for name in COUNTS[2:]]
        return not all(
            is_shown(n, floor=self.floor, source=self.source)
            for n in (linked, *filter(None, others))
        )

    def _counts_in_words(self, lang: Language | None) -> str:
        fuzzy = ""
        if self.n_fuzzy:
            n = self._count(self.n_fuzzy, lang)
            fuzzy = say(
                "exports.linked_fuzzy", lang, fuzzy=n, distance=self.max_distance
            )
        return say(
            "exports.linked",
            lang,
            exact=self._count(self.n_exact, lang),
            fuzzy=fuzzy,
            ambiguous=self._count(self.n_ambiguous, lang),
            before_only=self._count(self.n_before_only, lang),
            after_only=self._count(self.n_after_only, lang),
        )

    def _shares_in_words(self, lang: Language | None) -> str:
        if self._is_hidden({name: getattr(self, name) for name in COUNTS}):
            return ""
        whole = percent(self.share_linked, 0, lang)
        text = say("exports.linked_share", lang, share=whole)
        rows = self.arms.to_dict("records")
        if len(rows) < 2 or any(self._is_hidden(row) for row in rows):
            return text
        arms = "; ".join(
            say(
                "exports.linked_arm",
                lang,
                arm=row["arm"],
                share=percent(_share(row), 0, lang),
            )
            for row in rows
        )
        return f"{text} {say('exports.linked_arms', lang, arms=arms)}"


def _share(counts: Mapping[Hashable, Any]) -> float:
    linked = int(counts["n_exact"]) + int(counts["n_fuzzy"])
    everybody = linked + sum(int(counts[name]) for name in COUNTS[2:])
    return linked / everybody if everybody else 0.0
