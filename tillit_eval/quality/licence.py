"""May the means of units be used? The guides, and what they cannot tell."""

from __future__ import annotations

from typing import Literal

from tillit_eval.findings import Interval
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.thresholds import threshold

Licence = Literal["yes", "no", "cannot_tell"]


def decide_licence(
    reliability: Interval, agreement: Interval | None, *, by_chance: float | None
) -> tuple[Licence, Phrase]:
    """Say whether the means of units may be used, by the guides of the field.

    Parameters
    ----------
    reliability : Interval
        For ICC(2).
    agreement : Interval or None
        For the median r_wg(j); None where it is not known.
    by_chance : float or None
        How high that median gets if answers are drawn by lot.

    Returns
    -------
    (str, Phrase)
        ``yes`` if both intervals lie above their guides, ``no`` if one lies under,
        ``cannot_tell`` if one covers its guide or is not known; and why.

    Examples
    --------
    >>> licence, why = decide_licence(Interval(0.75, 0.9), None, by_chance=None)
    >>> licence, why.key
    ('cannot_tell', 'quality.licence_unknown')
    """
    reliable = threshold("aggregation_reliability")
    agreed = max(threshold("aggregation_agreement"), by_chance or 0.0)
    if reliability.high < reliable:
        return "no", phrase("quality.licence_unreliable", guide=reliable)
    if agreement is not None and agreement.high < agreed:
        return "no", phrase("quality.licence_disagree", guide=agreed)
    if reliability.low < reliable:
        return "cannot_tell", phrase("quality.licence_wide", guide=reliable)
    if agreement is None:
        return "cannot_tell", phrase("quality.licence_unknown")
    if agreement.low < agreed:
        return "cannot_tell", phrase("quality.licence_divided", guide=agreed)
    return "yes", phrase("quality.licence_both", guide=reliable)
