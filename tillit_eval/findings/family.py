"""p values that are read together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt

Method = Literal["holm", "benjamini-hochberg"]
METHODS: tuple[Method, ...] = ("holm", "benjamini-hochberg")


def adjusted(p_values: Iterable[float], method: Method) -> npt.NDArray[np.float64]:
    """Adjust p values of one family.

    Parameters
    ----------
    p_values : iterable of float
        Between 0 and 1.
    method : {"holm", "benjamini-hochberg"}
        Holm (1979) holds the chance of any false finding; Benjamini and Hochberg
        (1995) the share of false ones among those found.

    Returns
    -------
    ndarray, shape (n,)
        In the order given; never above 1.

    Examples
    --------
    >>> adjusted([0.01, 0.02, 0.03], "holm").round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(list(p_values), dtype=np.float64)
    order, n = np.argsort(p, kind="stable"), len(p)
    rank = np.arange(n)
    if method == "holm":
        stepped = np.maximum.accumulate((n - rank) * p[order])
    else:
        stepped = np.minimum.accumulate((n / (rank + 1) * p[order])[::-1])[::-1]
    out = np.empty(n)
    out[order] = np.minimum(stepped, 1.0)
    return out
