"""Sets within sets: the same information, written with as little overlap as can be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.intp]


def contains(sets: Mask) -> Mask:
    """Tell which set holds which other, and more besides.

    Parameters
    ----------
    sets : ndarray of bool, shape (S, A)
        Any sets.

    Returns
    -------
    ndarray of bool, shape (S, S)
        True where the row holds the column.
    """
    numbers = sets.astype(np.float32)
    common = numbers @ numbers.T
    size = np.diag(common)
    return np.asarray((common == size[None, :]) & (size[:, None] > size[None, :]))


def less_inner_sets(sets: Mask) -> tuple[Mask, Mask]:
    """Take from each set the largest sets within it that share nobody.

    What can be worked out stays the same, since each step takes one published
    number from another. Of nested sets the smallest groups are left that can be
    worked out at all.

    Parameters
    ----------
    sets : ndarray of bool, shape (S, A)
        Published sets.

    Returns
    -------
    rests : ndarray of bool, shape (R, A)
        What is left of each, the empty ones left out.
    used : ndarray of bool, shape (R, S)
        Which sets each rest was made from. Sets that are the same go together:
        any of them would do, so all must be hidden.

    Examples
    --------
    >>> sets = np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0]], dtype=bool)
    >>> less_inner_sets(sets)[0].astype(int).tolist()
    [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    """
    kinds, where = np.unique(sets, axis=0, return_inverse=True)
    where = where.ravel()
    first = np.array([np.flatnonzero(where == i)[0] for i in range(len(kinds))])
    order = np.argsort(first)
    kinds = kinds[order]
    same = where[None, :] == order[:, None]
    inside = contains(kinds)
    size = kinds.sum(axis=1)
    rests, used = kinds.copy(), same.copy()
    for row in range(len(kinds)):
        within = np.flatnonzero(inside[row])
        ordered = within[np.argsort(-size[within], kind="stable")]
        rests[row], taken = _smallest_rest(kinds[row], ordered.tolist(), kinds)
        used[row] |= same[taken].any(axis=0)
    left = rests.any(axis=1)
    return rests[left], used[left]


def _smallest_rest(
    whole: Mask, inner: list[int], kinds: Mask
) -> tuple[Mask, list[int]]:
    """Take inner sets away, largest first; try again from one that did not fit.

    A site is better parted into its units than into those who stayed and the rest.
    """
    best, taken, passed = _take_away(whole, inner, kinds)
    for _ in range(2):
        if not passed:
            break
        start = passed[0]
        again = [start, *(one for one in inner if one != start)]
        rest, used, passed = _take_away(whole, again, kinds)
        if rest.sum() < best.sum():
            best, taken = rest, used
    return best, taken


def _take_away(
    whole: Mask, inner: list[int], kinds: Mask
) -> tuple[Mask, list[int], list[int]]:
    """Return what is left, which sets were taken, and which did not fit any more.

    A set within one that was taken is not counted among those that did not fit.
    """
    rest, taken, passed = whole.copy(), [], []
    for one in inner:
        own = kinds[one]
        if (rest & own).sum() == own.sum():
            rest &= ~own
            taken.append(one)
        elif not any((kinds[other] | ~own).all() for other in taken):
            passed.append(one)
    return rest, taken, passed


def linked_rows(rows: Mask) -> Whole:
    """Give rows that share anybody, at any remove, the same number.

    Parameters
    ----------
    rows : ndarray of bool, shape (R, A)
        Any sets.

    Returns
    -------
    ndarray of int, shape (R,)
        0, 1, ...: the same number where rows are linked.

    Examples
    --------
    >>> linked_rows(np.array([[1, 1, 0], [0, 0, 1], [0, 1, 0]], dtype=bool)).tolist()
    [0, 1, 0]
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    links = csr_array(rows.astype(np.int32))
    return np.asarray(connected_components(links @ links.T, directed=False)[1])
