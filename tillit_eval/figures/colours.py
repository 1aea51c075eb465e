"""The colours of answers, from the lowest code to the highest."""

from __future__ import annotations

import numpy as np

# From the lowest answer through the middle to the highest; dark at both ends.
_LOW, _MIDDLE, _HIGH = (
    ((0.63, 0.26, 0.03), (0.95, 0.76, 0.52)),
    (0.86, 0.86, 0.86),
    ((0.62, 0.79, 0.90), (0.03, 0.29, 0.52)),
)


def answer_colours(codes: int) -> list[tuple[float, float, float]]:
    """Return one colour per code, dark at both ends and grey in the middle."""
    half = codes // 2
    low, high = _shades(_LOW, half), _shades(_HIGH, half)
    return [*low, *([_MIDDLE] if codes % 2 else []), *high]


def _shades(
    ends: tuple[tuple[float, float, float], tuple[float, float, float]], steps: int
) -> list[tuple[float, float, float]]:
    first, last = np.array(ends[0]), np.array(ends[1])
    if steps == 1:
        return [tuple((0.5 * (first + last)).tolist())]
    return [
        tuple((first + (last - first) * step / (steps - 1)).tolist())
        for step in range(steps)
    ]
