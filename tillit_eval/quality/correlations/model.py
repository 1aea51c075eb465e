"""The finding of assess_polychoric: correlations behind answers in steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from tillit_eval.errors import check_option
from tillit_eval.findings import Finding, Interval
from tillit_eval.floors import K_CELL, is_shown
from tillit_eval.phrases import Language, number, say
from tillit_eval.quality.correlations._tables import Missing

if TYPE_CHECKING:
    import pandas as pd

ZeroCells = Literal["kept", "filled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolychoricPair:
    """Two items and the correlation of what lies behind their answers.

    Attributes
    ----------
    one, other : str
        The items.
    correlation : float or None
        None where it cannot be told.
    standard_error : float or None
        Of `correlation`.
    interval : Interval or None
        For `correlation`; normal for Fisher's z.
    n_people : int
        Who answered both.
    empty_cells : int
        Pairs of answers that nobody gave.
    """

    one: str
    other: str
    correlation: float | None
    standard_error: float | None
    interval: Interval | None
    n_people: int
    empty_cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Where one answer to an item turns into the next.

    Attributes
    ----------
    item : str
        Its name.
    below, above : float
        The two answers.
    threshold, standard_error : float
        In standard deviations of what lies behind the answers.
    fewest : int
        People in the smaller of the two categories it parts.
    """

    item: str
    below: float
    above: float
    threshold: float
    standard_error: float
    fewest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlations(Finding):
    """Polychoric correlations of some items, with their thresholds.

    Attributes
    ----------
    items : tuple of str
        In the order given.
    missing : {"complete", "pairs"}
        Whether the same people stand behind every pair.
    zero_cells : {"kept", "filled"}
        What was done with pairs of answers that nobody gave.
    smallest_eigenvalue : float or None
        Of the matrix as estimated; not above 0 if it is not positive definite.
        None where a correlation is missing.
    smoothed : bool
        Whether `pairs` and `matrix` were made positive definite.
    unused : tuple of str
        Items of which some answer that other items got was never given.
    cannot_tell : tuple of str
        Pairs whose likelihood runs to ±1, or whom nobody answered.
    pairs, thresholds
        Tuples of `PolychoricPair` and `Threshold`. As tables: `table_of`.
    """

    question: ClassVar[str] = "polychoric correlations"

    items: tuple[str, ...]
    missing: Missing
    zero_cells: ZeroCells
    smallest_eigenvalue: float | None
    smoothed: bool
    unused: tuple[str, ...]
    cannot_tell: tuple[str, ...]
    pairs: tuple[PolychoricPair, ...]
    thresholds: tuple[Threshold, ...]

    @property
    def matrix(self) -> pd.DataFrame:
        """The correlations as a matrix; empty where they may not be shown.

        A cell is missing where the correlation cannot be told, or rests on fewer
        people than the floor.
        """
        import numpy as np
        import pandas as pd

        size = len(self.items)
        full = np.full((size, size), np.nan)
        if self.is_shown:
            np.fill_diagonal(full, 1.0)
            for place, pair in zip(
                zip(*np.triu_indices(size, 1), strict=True), self.pairs, strict=True
            ):
                if pair.correlation is not None and self._shows(pair.n_people):
                    full[place] = full[place[::-1]] = pair.correlation
        return pd.DataFrame(full, index=list(self.items), columns=list(self.items))

    def table_of(self, what: Literal["pairs", "thresholds"]) -> pd.DataFrame:
        """Return one of the tuples as a table, one row each.

        Parameters
        ----------
        what : {"pairs", "thresholds"}
            Its name.

        Returns
        -------
        DataFrame
            Empty if too few people stand behind it. Numbers of pairs with fewer
            people than the floor are missing, and so are thresholds that part
            off fewer than 5 people.
        """
        import pandas as pd

        check_option("what", what, ("pairs", "thresholds"))
        if not self.is_shown:
            return pd.DataFrame()
        if what == "pairs":
            return pd.DataFrame([self._pair_cells(pair) for pair in self.pairs])
        return pd.DataFrame([self._threshold_cells(one) for one in self.thresholds])

    def _shows(self, people: int) -> bool:
        return is_shown(people, floor=self.floor, source=self.source)

    def _pair_cells(self, pair: PolychoricPair) -> dict[str, object]:
        ok = self._shows(pair.n_people)
        interval = pair.interval if ok else None
        return {
            "one": pair.one,
            "other": pair.other,
            "correlation": pair.correlation if ok else None,
            "standard_error": pair.standard_error if ok else None,
            "interval_low": interval.low if interval else None,
            "interval_high": interval.high if interval else None,
            "interval_level": interval.level if interval else None,
            "n_people": self.count(pair.n_people) if not ok else pair.n_people,
        }

    def _threshold_cells(self, one: Threshold) -> dict[str, object]:
        ok = one.fewest >= K_CELL or self.source == "published"
        return {
            "item": one.item,
            "below": one.below,
            "above": one.above,
            "threshold": one.threshold if ok else None,
            "standard_error": one.standard_error if ok else None,
        }

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        row = Finding._row(self, guarded=guarded, lang=lang)
        for name in ("pairs", "thresholds"):
            del row[name]
        for name in ("items", "unused", "cannot_tell"):
            row[name] = ", ".join(getattr(self, name))
        return row

    def _claim(self, lang: Language) -> str:
        told = [one.correlation for one in self.pairs if one.correlation is not None]
        shared: dict[str, object] = {
            "name": self.name(lang),
            "people": self.count(self.n_people, lang),
            "items": len(self.items),
        }
        key = "one" if len(self.pairs) == 1 else f"claim_{self.missing}"
        says = [
            say(
                f"correlations.{key}",
                lang,
                low=number(min(told), 2, lang),
                high=number(max(told), 2, lang),
                pairs=len(told),
                interval=self._only_interval(lang),
                **shared,
            )
        ]
        return " ".join([*says, *self._cautions(lang)])

    def _only_interval(self, lang: Language) -> str:
        interval = self.pairs[0].interval
        return interval.say(lang) if interval else ""

    def _cautions(self, lang: Language) -> Sequence[str]:
        told = []
        if self.cannot_tell:
            pairs = ", ".join(self.cannot_tell)
            told.append(say("correlations.at_bound", lang, pairs=pairs))
        if self.unused:
            items = ", ".join(self.unused)
            told.append(say("correlations.unused", lang, items=items))
        if self.zero_cells == "filled":
            told.append(say("correlations.filled", lang, added=number(0.5, 1, lang)))
        smallest = self.smallest_eigenvalue
        if smallest is not None and smallest <= 0:
            key = "smoothed" if self.smoothed else "not_positive"
            told.append(
                say(f"correlations.{key}", lang, smallest=number(smallest, 3, lang))
            )
        left = sum(n for _, n in self.left_out)
        if left:
            told.append(say("quality.rows_left_out", lang, n=self.count(left, lang)))
        if self.because is not None:
            told.append(self.because.say(lang))
        return told
