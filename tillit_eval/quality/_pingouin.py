"""The one door to pingouin: full precision, its sign kept, never its frame."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from tillit_eval.findings import Interval

Array = npt.NDArray[np.float64]


def correlate(x: Array, y: Array, *, level: float) -> tuple[float, Interval]:
    """Correlate two columns without gaps (Pearson), with Fisher's interval.

    pingouin prints its interval with two decimals, so the interval is asked for
    once more with all of them. Its import and its Bayes factor may warn about
    things that do not touch these numbers; those warnings are not passed on.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pingouin

        r = float(pingouin.corr(x, y)["r"].iloc[0])
        ends = pingouin.compute_esci(
            stat=r, nx=len(x), ny=len(y), eftype="r", confidence=level, decimals=15
        )
    return r, Interval(float(ends[0]), float(ends[1]), level)
