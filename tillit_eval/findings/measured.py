"""Does the scale measure the same thing on both sides of a comparison?"""

from __future__ import annotations

from typing import Literal

MeasurementState = Literal[
    "not_examined",
    "cannot_tell",
    "not_configural",
    "configural",
    "metric",
    "partial_scalar",
    "scalar",
    "strict",
]
STATES: tuple[MeasurementState, ...] = (
    "not_examined",
    "cannot_tell",
    "not_configural",
    "configural",
    "metric",
    "partial_scalar",
    "scalar",
    "strict",
)


def supports_means(state: MeasurementState) -> bool:
    """May means be compared, by what is known of the scale?

    Parameters
    ----------
    state : MeasurementState
        ``not_examined``: nobody looked. ``cannot_tell``: too few people or items
        to look. ``not_configural``: not even the same items belong together.
        Else the highest step of the ladder that is kept: ``configural`` (the same
        items), ``metric`` (the same loadings), ``partial_scalar`` (the same
        intercepts but for a few items), ``scalar`` (all), ``strict`` (the same
        residual variances too).

    Returns
    -------
    bool
        True from ``partial_scalar``: a difference between means can then come
        from what the scale measures. False where it is not known, or known not
        to be so.

    Notes
    -----
    Meredith (1993, doi 10.1007/BF02294825) for the steps; Byrne, Shavelson and
    Muthén (1989, doi 10.1037/0033-2909.105.3.456) for the partial one.

    Examples
    --------
    >>> supports_means("metric"), supports_means("partial_scalar")
    (False, True)
    """
    return state in ("partial_scalar", "scalar", "strict")
