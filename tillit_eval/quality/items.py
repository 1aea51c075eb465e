"""Each item of a scale by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from tillit_eval.codebook import Codebook
from tillit_eval.findings import Estimate, Findings
from tillit_eval.floors import K_CELL, K_MIN, check_floor, shows_sides
from tillit_eval.phrases import Language, number, percent, phrase, say
from tillit_eval.quality._data import Array, Pooled
from tillit_eval.quality.reliability._answers import read_answers
from tillit_eval.quality.reliability._coefficients import alphas
from tillit_eval.summaries import Summary
from tillit_eval.summaries.frames import as_narwhals, collected, number_column


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuality(Estimate):
    """How one item behaves beside the others of its scale.

    Attributes
    ----------
    estimate, item_rest : float
        Correlation of the item with the sum of the others, over complete rows.
    mean, sd : float
        Over everyone who answered the item, in answer steps.
    alpha_if_dropped : float or None
        Alpha of the other items; None if only one other is left.
    floor_share, ceiling_share : float or None
        Share of the item's answers at the lowest and the highest step; None from
        a `Summary`, which does not keep them.
    n_missing : int
        Rows without an answer to this item.
    n_answers : int or None
        Rows with an answer, behind `mean` and the two shares; `n_people` if None.
    """

    question: ClassVar[str] = "item quality"

    unit_of_measure: str = "coefficient"
    mean: float
    sd: float
    item_rest: float
    alpha_if_dropped: float | None
    floor_share: float | None
    ceiling_share: float | None
    n_missing: int
    n_answers: int | None = None

    def end_share(self, end: Literal["floor", "ceiling"]) -> float | None:
        """Return the share at one end of the scale, if it may be shown.

        Parameters
        ----------
        end : {"floor", "ceiling"}
            The lowest or the highest answer.

        Returns
        -------
        float or None
            Between 0 and 1; None where 1 to 4 people, or all but a few, gave that
            answer, or it is not known.
        """
        share = self.floor_share if end == "floor" else self.ceiling_share
        if share is None or self.source == "published" or share == 0.0:
            return share
        n = self.n_people if self.n_answers is None else self.n_answers
        return share if shows_sides(round(share * n), n) else None

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        if guarded and not hidden and name in ("floor_share", "ceiling_share"):
            value = self.end_share("floor" if name == "floor_share" else "ceiling")
        return Estimate._cell(
            self, name, value, guarded=guarded, hidden=hidden, lang=lang
        )

    @property
    def digits(self) -> int:
        """Two decimals, as coefficients are read."""
        return 2

    def _claim(self, lang: Language) -> str:
        claim = say(
            "quality.item_claim",
            lang,
            name=self.name(lang),
            mean=number(self.mean, 2, lang),
            sd=number(self.sd, 2, lang),
            rest=number(self.item_rest, 2, lang),
        )
        if self.alpha_if_dropped is not None:
            dropped = number(self.alpha_if_dropped, 2, lang)
            claim += " " + say("quality.item_dropped", lang, alpha=dropped)
        if self.floor_share is not None and self.ceiling_share is not None:
            claim += " " + say(
                "quality.item_ends",
                lang,
                low=self._end("floor", lang),
                high=self._end("ceiling", lang),
            )
        claim += " " + self._who(lang)
        return claim if self.because is None else f"{claim} {self.because.say(lang)}"

    def _end(self, end: Literal["floor", "ceiling"], lang: Language) -> str:
        share = self.end_share(end)
        if share is not None:
            return percent(share, 0, lang)
        known = self.floor_share if end == "floor" else self.ceiling_share
        few = known is not None and known < 0.5
        return say("quality.end_few" if few else "quality.end_most", lang, n=K_CELL)

    def _who(self, lang: Language) -> str:
        return say(
            "quality.item_people",
            lang,
            people=self.count(self.n_people, lang),
            missing=self.count(self.n_missing, lang),
        )


def assess_items(
    responses: object,
    items: Sequence[str],
    *,
    lowest: float | None = None,
    highest: float | None = None,
    codebook: Codebook | None = None,
    k_min: int = K_MIN,
) -> Findings:
    r"""Look at each item: its level, its spread, and whether it fits the others.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary, shape (n_rows, n_columns)
        One row per person, reversed items already turned unless `codebook` is
        given.
    items : sequence of str
        At least 2 columns of answers.
    lowest, highest : float, optional
        The ends of the answer scale; by default the lowest and the highest answer
        to any of the items.
    codebook : Codebook, optional
        Turns the items that it says are reversed; their mean and their ends are
        then those of the turned answers. Without it nothing is turned.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Findings of ItemQuality
        In the order of `items`.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers.
    TooFewAnswers
        If an item is constant or empty, or there are no more complete rows than
        items.

    See Also
    --------
    assess_alpha : The scale as a whole.

    Notes
    -----
    Mean and SD use everyone who answered the item; the item-rest correlation and
    alpha without the item use the rows that answered every item. Agrees with
    ``r.drop`` and ``raw_alpha`` of ``psych::alpha`` in R on complete rows.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {
    ...         "q1": [1, 2, 3, 4, 5, 3],
    ...         "q2": [2, 2, 3, 5, 4, 3],
    ...         "q3": [1, 3, 2, 4, 5, 4],
    ...     }
    ... )
    >>> found = assess_items(answers, ["q1", "q2", "q3"])
    >>> [round(item.item_rest, 3) for item in found]
    [0.934, 0.788, 0.812]
    """
    read = read_answers(responses, items, codebook)
    pooled = read.pooled
    ends = _share_ends(read.responses, pooled, lowest, highest)
    dropped = _alpha_without(pooled.covariance)
    floor = check_floor(k_min)
    return Findings(
        _one_item(pooled, i, ends[i], dropped[i], floor, codebook)
        for i in range(len(pooled.items))
    )


def _one_item(
    pooled: Pooled,
    i: int,
    ends: tuple[float | None, float | None],
    dropped: float | None,
    floor: int,
    codebook: Codebook | None,
) -> ItemQuality:
    n = float(pooled.n[i])
    mean = float(pooled.sums[i]) / n
    rest = float(pooled.item_rest[i])
    return ItemQuality(
        scale=pooled.items[i],
        estimate=rest,
        item_rest=rest,
        mean=mean,
        sd=float(np.sqrt((pooled.squares[i] - n * mean**2) / (n - 1))),
        alpha_if_dropped=dropped,
        floor_share=ends[0],
        ceiling_share=ends[1],
        n_missing=pooled.n_rows - int(n),
        n_answers=int(n),
        n_people=pooled.n_complete,
        estimand=phrase("quality.estimand_item"),
        method=phrase("quality.method_item"),
        because=phrase("reliability.this_turned")
        if codebook is not None and codebook.item(pooled.items[i]).reversed
        else None,
        left_out=pooled.left_out(),
        source=pooled.source,
        floor=floor,
    )


def _alpha_without(covariance: Array) -> list[float | None]:
    k = len(covariance)
    if k < 3:
        return [None] * k
    kept = [np.delete(np.arange(k), i) for i in range(k)]
    return [float(alphas(covariance[np.ix_(rows, rows)])) for rows in kept]


def _share_ends(
    responses: object,
    pooled: Pooled,
    lowest: float | None,
    highest: float | None,
) -> list[tuple[float | None, float | None]]:
    """Return the share of answers at either end of the scale, item by item."""
    if isinstance(responses, Summary):
        return [(None, None)] * len(pooled.items)
    frame = as_narwhals(responses, table="responses")
    schema = frame.collect_schema()
    columns = [number_column(item, schema) for item in pooled.items]
    ends = collected(
        frame.select(
            *[c.min().alias(f"a{i}") for i, c in enumerate(columns)],
            *[c.max().alias(f"b{i}") for i, c in enumerate(columns)],
        )
    ).to_numpy(dtype=float)
    k = len(columns)
    low = float(np.nanmin(ends[0, :k])) if lowest is None else float(lowest)
    high = float(np.nanmax(ends[0, k:])) if highest is None else float(highest)
    counts = collected(
        frame.select(
            *[(c == low).sum().alias(f"a{i}") for i, c in enumerate(columns)],
            *[(c == high).sum().alias(f"b{i}") for i, c in enumerate(columns)],
        )
    ).to_numpy(dtype=float)[0]
    shares = counts / np.concatenate([pooled.n, pooled.n])
    return [(float(shares[i]), float(shares[k + i])) for i in range(k)]
