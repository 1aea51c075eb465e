"""Rare answers are merged with a neighbour, on purpose and in every condition."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tillit_eval.errors import DataProblem, TooFewAnswers, few
from tillit_eval.quality.invariance._layout import Layout
from tillit_eval.thresholds import threshold

Array = npt.NDArray[np.float64]
MOST_ANSWERS = 30


def merge_rare(
    rows: tuple[Array, ...], layout: Layout
) -> tuple[tuple[Array, ...], tuple[str, ...]]:
    """Merge answers that too few gave somewhere; say of which items.

    The rarest answer of an item goes to its neighbour nearer the middle answer, in
    every group and wave alike, until each answer left was given by enough people in
    each of them.

    Returns
    -------
    rows : tuple of ndarray
        Places of the answers, from 0.
    merged : tuple of str
        Items some of whose answers were merged.
    """
    k, fewest = len(layout.items), threshold("invariance_category")
    placed = [own.copy() for own in rows]
    merged, bare = [], []
    for i, item in enumerate(layout.items):
        columns = [t * k + i for t in range(len(layout.waves))]
        parts = [own[:, column] for own in rows for column in columns]
        steps = np.unique(np.concatenate(parts))
        _check_steps(item, len(steps))
        counts = np.array([[(part == step).sum() for step in steps] for part in parts])
        home = _merge(counts, fewest)
        if home.max() < len(steps) - 1:
            merged.append(item)
        if home.max() < 1:
            bare.append(item)
        for own in placed:
            own[:, columns] = home[np.searchsorted(steps, own[:, columns])]
    if bare:
        raise TooFewAnswers(
            "Nearly everyone in a group or wave gave the same answer to some items.",
            expected=f"two answers that at least {fewest:.0f} people each gave, in "
            "every group and wave",
            found=f"one answer only in columns {few(bare)}",
            to_fix="leave these items out, or compare larger groups",
            reason="quality.constant_items",
            values={"items": tuple(bare)},
        )
    return tuple(placed), tuple(merged)


def _check_steps(item: str, n_steps: int) -> None:
    if n_steps > MOST_ANSWERS:
        raise DataProblem(
            "An item has too many different answers to be taken as ordered steps.",
            expected=f"at most {MOST_ANSWERS} different answers to every item",
            found=f"{n_steps} in column {few([item])}",
            to_fix='use estimator="mlr"',
        )


def _merge(counts: Array, fewest: float) -> npt.NDArray[np.int64]:
    """Return the place of each answer after merging; counts (conditions, answers)."""
    groups = [[step] for step in range(counts.shape[1])]
    while len(groups) > 1:
        least = np.array([counts[:, own].sum(axis=1).min() for own in groups])
        rare = int(least.argmin())
        if least[rare] >= fewest:
            break
        neighbour = rare + (1 if rare < (len(groups) - 1) / 2 else -1)
        groups[neighbour] += groups[rare]
        del groups[rare]
    home = np.zeros(counts.shape[1], dtype=np.int64)
    for place, own in enumerate(sorted(groups, key=min)):
        home[own] = place
    return home
