"""One curve of p against the true change gives the p value and the interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tillit_eval.comparison._cluster import Array
from tillit_eval.comparison._law import Inference
from tillit_eval.findings import Interval, decide_verdict
from tillit_eval.thresholds import threshold

# Two statistics closer than this are the same number computed in another order.
_TIE = 1e-9
# Beyond this many standard errors an interval does not close; rounding would decide.
_FARTHEST = 1e3
# More data sets than this are drawn, never listed.
_LISTED = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    r"""How rare the observed statistic is if the true change is `shift`.

    With the true change at a distance *d* from the estimate, the observed statistic
    is :math:`d^2 / error^2`, and each of N other data sets made under that
    hypothesis has :math:`(a_0 + a_1 d)^2 / (b_0 + b_1 d + b_2 d^2)`. The observed
    data set always counts as one more.

    Attributes
    ----------
    estimate, error : float
        Of the observed data, in the scale of the statistic.
    top : ndarray, shape (2, N)
        :math:`a_0, a_1` of every data set.
    below : ndarray, shape (3, N)
        :math:`b_0, b_1, b_2` of every data set.
    """

    estimate: float
    error: float
    top: Array
    below: Array

    def p_value(self, shift: float) -> float:
        """Return the two-sided p value against a true change of `shift`."""
        distance = shift - self.estimate
        top = self.top[1] * distance
        top += self.top[0]
        top *= top
        below = self.below[2] * distance
        below += self.below[1]
        below *= distance
        below += self.below[0]
        below *= (distance / self.error) ** 2 * (1 - _TIE)
        return (int(np.count_nonzero(top >= below)) + 1) / (len(top) + 1)

    def interval(self, level: float, *, marks: tuple[float, ...] = ()) -> Interval:
        """Return the true changes that are not rejected; an end may be infinite.

        Where units are very uneven the curve may rise again beyond its first fall.
        A mark is a change whose p is told beside the interval: it lies inside if
        and only if it is not rejected.
        """
        return Interval(
            self._end(-1.0, level, marks), self._end(1.0, level, marks), level
        )

    @property
    def _precision(self) -> float:
        """How well an end is found, in standard errors; chance blurs drawn ones."""
        return 1e-6 if len(self.top[0]) <= _LISTED else 1e-4

    def _end(self, side: float, level: float, marks: tuple[float, ...]) -> float:
        """Walk outwards from the estimate to the first change that is rejected."""
        alpha = (1 - level) * (1 + _TIE)

        def is_kept(distance: float) -> bool:
            return self.p_value(self.estimate + side * distance) > alpha

        ahead = [side * (mark - self.estimate) for mark in marks]
        kept = max((one for one in ahead if one > 0 and is_kept(one)), default=0.0)
        stop = min((one for one in ahead if one > kept), default=math.inf)
        step = min(kept + 2 * self.error, stop)
        while step < stop and is_kept(step):
            kept, step = step, min(1.5 * step, stop)
            if kept > _FARTHEST * self.error:
                return side * math.inf
        while step - kept > self._precision * self.error:
            middle = (kept + step) / 2
            kept, step = (middle, step) if is_kept(middle) else (kept, middle)
        return self.estimate + side * (kept + step) / 2


def infer_curve(
    curve: Curve, *, standard_error: float, level: float, margin: float | None
) -> Inference:
    """Draw every conclusion from one curve.

    Parameters
    ----------
    curve : Curve
        From a bootstrap or a permutation.
    standard_error : float
        Shown beside the estimate; it decides nothing.
    level : float
        Coverage of the interval.
    margin : float or None
        Smallest change worth noticing, above zero.

    Returns
    -------
    Inference
        Interval, p values and verdict that cannot contradict each other.
    """
    interval = curve.interval(level, marks=(0.0,))
    narrow, p_equivalence = None, None
    if margin is not None:
        narrow = curve.interval(threshold("equivalence_level"), marks=(-margin, margin))
        p_equivalence = max(_one_sided(curve, end) for end in (-margin, margin))
    return Inference(
        estimate=curve.estimate,
        standard_error=standard_error,
        df=None,
        interval=interval,
        p_value=curve.p_value(0.0),
        margin=margin,
        equivalence_interval=narrow,
        p_equivalence=p_equivalence,
        verdict=decide_verdict(interval, margin=margin, equivalence_interval=narrow),
    )


def _one_sided(curve: Curve, end: float) -> float:
    """Return the p value against a change at or beyond one end of the margin."""
    half = curve.p_value(end) / 2
    return half if abs(curve.estimate) < abs(end) else 1 - half
