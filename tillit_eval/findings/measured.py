"""Does the scale measure the same thing on both sides of a comparison?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from tillit_eval.phrases import Language, Phrase, say

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
# From the least to the most that is known in favour of a comparison.
_WEAKEST_FIRST = (*STATES[2:5], *STATES[:2], *STATES[5:])
_MARKS = {
    "not_examined": "\u2020",
    "cannot_tell": "\u2021",
    "differs": "\u00a7",
    "partial_scalar": "\u00b6",
}


def supports_means(state: MeasurementState | None) -> bool:
    """May means be compared, by what is known of the scale?

    Parameters
    ----------
    state : MeasurementState or None
        ``not_examined``: nobody looked. ``cannot_tell``: too few people or items
        to look. ``not_configural``: not even the same items belong together.
        Else the highest step of the ladder that is kept: ``configural`` (the same
        items), ``metric`` (the same loadings), ``partial_scalar`` (the same
        intercepts but for a few items), ``scalar`` (all), ``strict`` (the same
        residual variances too). None where no mean of a scale is compared.

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


def weakest_state(
    states: Iterable[MeasurementState | None],
) -> MeasurementState | None:
    """Return what can be said of several comparisons together.

    Parameters
    ----------
    states : iterable of MeasurementState or None
        One per comparison; None where no mean of a scale is compared.

    Returns
    -------
    MeasurementState or None
        The one that says least for comparing; None if no scale is compared.

    Examples
    --------
    >>> weakest_state(["scalar", "cannot_tell", "strict"])
    'cannot_tell'
    """
    there = [state for state in states if state is not None]
    return min(there, key=_WEAKEST_FIRST.index, default=None)


def measured_in_words(
    state: MeasurementState | None, why: Phrase | None, lang: Language | None = None
) -> str:
    """Say whether the scale measures the same both times.

    Parameters
    ----------
    state : MeasurementState or None
        What is known.
    why : Phrase or None
        Why it cannot be told, or which items were released.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    str
        One sentence; empty where no mean of a scale is compared.

    Examples
    --------
    >>> measured_in_words("not_examined", None, "en")
    'Whether the scale measures the same both times was not examined.'
    """
    if state is None:
        return ""
    stated = why is not None and why.key == "measured.stated"
    if stated and supports_means(state):
        step = say(f"measured.step_{state}", lang)
        return say("measured.by_statement", lang, step=step)
    if state == "cannot_tell" and (why is None or stated):
        return say("measured.cannot_tell_at_all", lang)
    reason = say("measured.why", lang) if why is None else why
    return say(f"measured.{state}", lang, why=reason)


def measured_mark(finding: object) -> str:
    """Return the mark of a comparison of means that cannot stand by itself.

    Parameters
    ----------
    finding : Finding
        Of any kind.

    Returns
    -------
    str
        After a narrow space: a dagger where nobody looked, two where it cannot be
        told, a section sign where the scale does not measure the same, a pilcrow
        where it does but for single items. Empty with full support, and where no
        mean of a scale is compared.

    Examples
    --------
    >>> measured_mark("no finding")
    ''
    """
    mark = _MARKS.get(_kind(getattr(finding, "measured", None)), "")
    return f"\u202f{mark}" if mark else ""


def measured_notes(
    findings: Iterable[object], lang: Language | None = None
) -> list[str]:
    """Say what the marks of several comparisons mean, and what no mark means.

    Parameters
    ----------
    findings : iterable of Finding
        Those that a table or figure shows.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    list of str
        One per mark that is used, and one for those without; empty where no mean
        of a scale is compared.

    Examples
    --------
    >>> measured_notes([])
    []
    """
    kinds = {_kind(getattr(one, "measured", None)) for one in findings}
    says = [
        f"{mark} {say(f'measured.note_{kind}', lang)}"
        for kind, mark in _MARKS.items()
        if kind in kinds
    ]
    if "same" in kinds:
        key = "unmarked" if says else "supported"
        says.append(say(f"measured.note_{key}", lang))
    return says


def support_in_words(
    states: Iterable[MeasurementState | None], lang: Language | None = None
) -> str:
    """Say in how many of several comparisons the scale measures the same.

    Parameters
    ----------
    states : iterable of MeasurementState or None
        One per comparison.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    str
        One sentence; empty where no mean of a scale is compared.

    Examples
    --------
    >>> support_in_words(["not_examined"], "en")
    'Whether the scale measures the same both times was not examined.'
    """
    kinds = Counter(_kind(state) for state in states if state is not None)
    n, partly = kinds.total(), kinds["partial_scalar"]
    if n == kinds["not_examined"]:
        return say("measured.not_examined", lang) if n else ""
    same = kinds["same"] + partly
    rest = "; ".join(
        say(f"measured.support_{kind}", lang, n=kinds[kind])
        for kind in ("not_examined", "cannot_tell", "differs")
        if kinds[kind]
    )
    words = say("measured.support_partly", lang, n=partly) if partly else ""
    how = "none" if not same else "some" if rest else "all"
    return say(f"measured.support_{how}", lang, n=n, same=same, rest=rest, partly=words)


def _kind(state: MeasurementState | None) -> str:
    """Return what a state comes to for a reader of means."""
    if state is None or state in ("not_examined", "cannot_tell", "partial_scalar"):
        return state or ""
    return "same" if supports_means(state) else "differs"
