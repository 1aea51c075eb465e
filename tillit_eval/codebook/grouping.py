"""Which items of a draft belong together, and which of them run the other way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tillit_eval.codebook.guessing import Array, stem_of
from tillit_eval.codebook.model import Item
from tillit_eval.floors import K_MIN

_FEWEST_ITEMS = 3


def find_blocks(items: Sequence[Item], places: Sequence[int]) -> list[list[int]]:
    """Return runs of at least three neighbours with the same answers.

    Neighbours whose names are numbered under different stems, such as ``trust3``
    and ``voice1``, do not belong together.
    """
    blocks: list[list[int]] = []
    for i, item in enumerate(items):
        if i and places[i] == places[i - 1] + 1 and _belong(item, items[i - 1]):
            blocks[-1].append(i)
        else:
            blocks.append([i])
    return [
        block
        for block in blocks
        if len(block) >= _FEWEST_ITEMS and len(items[block[0]].codes) > 2
    ]


def _belong(item: Item, other: Item) -> bool:
    """Tell whether two neighbours have the same answers and no different stems."""
    names = [each.aliases[0][1] if each.aliases else each.key for each in (item, other)]
    stems = {stem_of(name) for name in names if stem_of(name) != name.casefold()}
    if len(stems) > 1:
        return False
    one, two = (
        [pair for pair in each.answers if pair[1] in each.codes]
        for each in (item, other)
    )
    return item.codes == other.codes and one == two


def against_the_others(answers: Array) -> list[tuple[int, float]]:
    """Find items whose answers run against the others', with their correlation.

    Parameters
    ----------
    answers : ndarray of float, shape (n_people, n_items)
        Codes of the items of one block; missing is NaN.

    Returns
    -------
    list of (int, float)
        Position of the item, and the correlation of its answers with the mean of
        the others after these were turned the way most items run.
    """
    import pandas as pd

    complete = answers[~np.isnan(answers).any(axis=1)]
    if len(complete) < K_MIN or (complete.std(axis=0) == 0).any():
        return []
    correlations = pd.DataFrame(complete).corr().to_numpy()
    first = np.linalg.eigh(correlations)[1][:, -1]
    signs = np.where(first < 0, -1.0, 1.0)
    signs *= 1.0 if signs.sum() >= 0 else -1.0
    turned = (complete - complete.mean(axis=0)) * signs
    found = []
    for item in np.flatnonzero(signs < 0):
        rest = turned.sum(axis=1) - turned[:, item]
        r = float(np.corrcoef(complete[:, item], rest)[0, 1])
        if r < -0.1:
            found.append((int(item), r))
    return found
