"""The official index of a group: each item first, then the mean of the items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.codebook import Codebook, Scale
from tillit_eval.errors import DataProblem, check_columns, few
from tillit_eval.findings import Estimate, Finding, Findings, NotAnswered, read_source
from tillit_eval.floors import K_MIN, check_floor, is_shown
from tillit_eval.phrases import Language, Phrase, number, phrase, say
from tillit_eval.scales.answers import Array, check_responses, read_answers, to_points

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Group = tuple[tuple[str, str], ...]
PEOPLE = ("site", "respondent", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index(Estimate):
    """The official index of one group, computed item by item.

    Attributes
    ----------
    group : tuple of (str, str)
        The columns of `by` with this group's values; empty for everyone.
    items : tuple of str
        Keys of the items.
    item_indices : tuple of float
        Index of each item, in the unit of `estimate`.
    item_answers : tuple of int
        People who answered each item.
    n_answers_min : int
        The smallest of `item_answers`.
    """

    question: ClassVar[str] = "official index"

    group: Group = ()
    items: tuple[str, ...]
    item_indices: tuple[float, ...]
    item_answers: tuple[int, ...]
    n_answers_min: int

    @property
    def is_shown(self) -> bool:
        """Whether enough people stand behind every item of the index."""
        fewest = min(self.n_people, self.n_answers_min)
        return is_shown(fewest, floor=self.floor, source=self.source)

    @property
    def digits(self) -> int:
        """One decimal, as the official index is published."""
        return 1

    def name(self, lang: Language | None = None) -> str:
        """Return the name of the scale, with the group where there is one."""
        return _group_name(Estimate.name(self, lang), self.group)

    def _claim(self, lang: Language) -> str:
        return say(
            "scales.index",
            lang,
            name=self.name(lang),
            estimate=number(self.estimate, self.digits, lang),
            people=self.count(self.n_people, lang),
            fewest=self.count(self.n_answers_min, lang),
        )

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        """Return the tidy row: the group's columns first, two columns per item."""
        row = Estimate._row(self, guarded=guarded, lang=lang)
        for name in ("group", "items", "item_indices", "item_answers"):
            del row[name]
        hidden = guarded and not self.is_shown
        cells = zip(self.items, self.item_indices, self.item_answers, strict=True)
        for key, value, n in cells:
            row[key] = None if hidden else value
            row[f"n_{key}"] = self.count(n, lang) if guarded else n
        return _with_group(self.group, row)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoIndex(NotAnswered):
    """A group without an index, with its place in the table."""

    group: Group = ()

    def name(self, lang: Language | None = None) -> str:
        """Return the name of the scale, with the group where there is one."""
        return _group_name(NotAnswered.name(self, lang), self.group)

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        row = NotAnswered._row(self, guarded=guarded, lang=lang)
        del row["group"]
        return _with_group(self.group, row)


def score_index(
    responses: pd.DataFrame,
    codebook: Codebook,
    *,
    scale: str,
    by: str | Sequence[str] = (),
    k_min: int = K_MIN,
) -> Findings:
    r"""How high is the official index of each group?

    Each item is averaged over the people who answered it and put on 0-100, then the
    items are averaged. This is how the index is reported nationally; it equals the
    mean of `score_scales` when nobody skipped an item, and differs from it
    otherwise. It has no interval: use the person scores for inference.

    Parameters
    ----------
    responses : DataFrame, shape (n_rows, n_columns)
        One row per person and wave, as `read_responses` gives it.
    codebook : Codebook
        Which items make the scale.
    scale : str
        Key of a scale whose codebook entry says ``official = true``.
    by : str or sequence of str, optional
        Columns whose combinations make the groups; one group by default. Rows with
        nothing in one of them belong to no group and are counted.
    k_min : int, default 10
        Fewest people behind an index that may be shown, and behind each item.

    Returns
    -------
    Findings
        One `Index` per group, sorted by group. A group in which nobody answered one
        of the items is a `NotAnswered` row. ``to_frame()`` gives one row per group
        with the columns of `by`, the index, and each item's index and n.

    Raises
    ------
    DataProblem
        If the scale has no official index, an item has no column or holds codes
        that are not valid, or a column of `by` is absent.

    See Also
    --------
    score_scales : One score per person.

    Notes
    -----
    With :math:`\bar x_j` the mean of item :math:`j` over those who answered it, the
    index is :math:`\frac{1}{k}\sum_j 100\,(\bar x_j - l_j)/(h_j - l_j)`; for an item
    answered 1-5 this is :math:`25(\bar x_j - 1)`, so a mean of 4.12 gives 78.0. SKR
    and RKA define it so in Kolada, indicators U00200-U00203: every question to an
    index of 0-100, then the mean of the questions. The linear map is the only one
    that takes 1-5 to 0-100 with equal steps.

    Checked against plain R and by hand; see ``tests/reference/scales``.

    Examples
    --------
    >>> import pandas as pd
    >>> from tillit_eval.codebook import Codebook, Item, Scale
    >>> from tillit_eval.phrases import Label
    >>> items = [Item(key=key, label=Label(key, key), codes=(1, 2, 3, 4, 5))
    ...     for key in ("t1", "t2")]
    >>> trust = Scale(key="trust", label=Label("Trust", "Tillit"),
    ...     items=("t1", "t2"), min_answered=1, official=True)
    >>> codebook = Codebook(title="Two items", items=tuple(items), scales=(trust,))
    >>> answers = pd.DataFrame({"t1": [5, 1] * 10, "t2": [5, None] * 10})
    >>> index = score_index(answers, codebook, scale="trust")[0]
    >>> index.estimate, index.item_answers
    (75.0, (20, 10))
    """
    check_responses(responses, codebook)
    k_min = check_floor(k_min)
    chosen = _official(codebook, scale)
    by = [by] if isinstance(by, str) else list(by)
    check_columns(responses.columns, by, table="responses")
    answers = read_answers(responses, codebook, [chosen])
    items = [codebook.item(key) for key in chosen.items]
    columns = [to_points(answers[item.key], item, chosen) for item in items]
    points = np.column_stack(columns)
    people = responses[[c for c in PEOPLE if c in responses.columns]]
    return Findings(
        _index(points[rows], people.iloc[rows], chosen, group, k_min, n_ungrouped)
        for group, rows, n_ungrouped in _groups(responses, by)
    )


def _official(codebook: Codebook, key: str) -> Scale:
    scale = codebook.scale(key)
    if not scale.official:
        known = few(scale.key for scale in codebook.scales if scale.official)
        raise DataProblem(
            "This scale has no official item-first index.",
            expected=f"a scale with official = true in the codebook: {known}",
            found="official = false",
            to_fix="use score_scales, which gives one score per person",
        )
    return scale


def _groups(
    responses: pd.DataFrame, by: list[str]
) -> Iterator[tuple[Group, Rows, int]]:
    """Yield each group's values, its row positions, and the rows in no group."""
    if not by:
        yield (), np.arange(len(responses)), 0
        return
    n_ungrouped = int(responses[by].isna().any(axis=1).sum())
    if n_ungrouped == len(responses):
        raise DataProblem(
            "No row belongs to a group.",
            expected=f"values in the columns {few(by)}",
            found=f"{n_ungrouped} rows, all with an empty group",
            to_fix="check the columns, or leave by= out",
        )
    grouped = responses.groupby(by, sort=True, observed=True)
    sizes = grouped.size()
    in_order = np.argsort(grouped.ngroup().to_numpy(), kind="stable")
    grouped_rows = np.split(in_order[n_ungrouped:], np.cumsum(sizes)[:-1])
    for values, rows in zip(sizes.index, grouped_rows, strict=True):
        named = values if isinstance(values, tuple) else (values,)
        yield tuple(zip(by, map(str, named), strict=True)), rows, n_ungrouped


def _index(
    points: Array,
    rows: pd.DataFrame,
    scale: Scale,
    group: Group,
    k_min: int,
    n_ungrouped: int,
) -> Finding:
    """Return the index of one group, or why it has none."""
    given = ~np.isnan(points)
    some = np.asarray(given.any(axis=1), dtype=np.bool_)
    answers = given.sum(axis=0)
    source = read_source(rows)
    if not answers.all():
        return _NoIndex(
            scale=scale.key,
            label=scale.label,
            asked=Index.question,
            reason=phrase("scales.item_unanswered"),
            group=group,
            n_people=_count_people(rows, some),
            source=source,
            floor=k_min,
        )
    indices = np.where(given, points, 0.0).sum(axis=0) / answers
    return Index(
        scale=scale.key,
        label=scale.label,
        group=group,
        estimate=float(indices.mean()),
        items=scale.items,
        item_indices=tuple(map(float, indices)),
        item_answers=tuple(map(int, answers)),
        n_answers_min=int(answers.min()),
        n_people=_count_people(rows, some),
        estimand=phrase("scales.index_estimand"),
        method=phrase("scales.index_method"),
        left_out=_left_out(some, n_ungrouped),
        source=source,
        floor=k_min,
    )


def _left_out(some: Flags, n_ungrouped: int) -> tuple[tuple[Phrase, int], ...]:
    counts = (
        (phrase("scales.answered_nothing"), int((~some).sum())),
        (phrase("scales.no_group"), n_ungrouped),
    )
    return tuple((why, n) for why, n in counts if n)


def _count_people(rows: pd.DataFrame, answered: Flags) -> int:
    """Count people, not rows, where a respondent code tells them apart."""
    there = rows.loc[answered]
    if "respondent" not in there:
        return len(there)
    who = [name for name in ("site", "respondent") if name in there]
    coded = there["respondent"].notna()
    return len(there.loc[coded, who].drop_duplicates()) + int((~coded).sum())


def _with_group(group: Group, row: dict[str, object]) -> dict[str, object]:
    """Put the columns of the group first, once each."""
    named = dict(group)
    return named | row | named


def _group_name(name: str, group: Iterable[tuple[str, str]]) -> str:
    values = ", ".join(value for _, value in group)
    return f"{name} ({values})" if values else name
