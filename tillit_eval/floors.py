"""The smallest group that may be shown, in one place."""

from __future__ import annotations

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.phrases import Language, number, say
from tillit_eval.thresholds import threshold

K_MIN = int(threshold("k_min"))
K_FLOOR = int(threshold("k_floor"))
K_CELL = int(threshold("k_cell"))


def check_floor(k_min: int) -> int:
    """Return the floor if it may be used, else say why not.

    Parameters
    ----------
    k_min : int
        Fewest people behind a number that may be shown.

    Returns
    -------
    int
        The same number.

    Raises
    ------
    DataProblem
        If it is under 5 or not a whole number.

    Examples
    --------
    >>> check_floor(10)
    10
    """
    if isinstance(k_min, bool) or not isinstance(k_min, int) or k_min < K_FLOOR:
        found = str(k_min) if isinstance(k_min, (int, float)) else kind_of(k_min)
        raise DataProblem(
            "The floor for what may be shown is too low.",
            expected=f"a whole number, {K_FLOOR} or more (default {K_MIN})",
            found=found,
            to_fix=f"give k_min={K_MIN}, or at least {K_FLOOR}",
        )
    return k_min


def is_shown(count: int, *, floor: int, source: str) -> bool:
    """Tell whether a number that rests on `count` people may be shown.

    Parameters
    ----------
    count : int
        People behind the number.
    floor : int
        Fewest people that may be shown.
    source : str
        Where the data come from; published counts are exempt.

    Returns
    -------
    bool
        True if it may be shown.

    Examples
    --------
    >>> is_shown(6, floor=10, source="real"), is_shown(6, floor=10, source="published")
    (False, True)
    """
    return source == "published" or count >= floor


def shows_sides(count: int, of: int, *, k_cell: int = K_CELL) -> bool:
    """Tell whether a share leaves enough people on both of its sides.

    The one rule for shares, in sentences, tables and figures alike: a share of
    everyone or of no one tells what each of them answered, and one of nearly
    everyone or nearly no one tells it of almost each.

    Parameters
    ----------
    count : int
        People on one side.
    of : int
        People in all.
    k_cell : int, default 5
        Fewest people on either side.

    Returns
    -------
    bool
        True if it may be shown.

    Examples
    --------
    >>> [shows_sides(count, 40) for count in (0, 4, 5, 35, 36, 40)]
    [False, False, True, True, False, False]
    """
    return min(count, of - count) >= k_cell


def show_count(
    count: int, *, floor: int, source: str, lang: Language | None = None
) -> str:
    """Write a count of people, or that it is under the floor.

    Zero may be shown: it is about nobody.

    Parameters
    ----------
    count : int
        People counted.
    floor : int
        Fewest people that may be shown.
    source : str
        Where the data come from; published counts are exempt.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    str
        The count, or "fewer than 10".

    Examples
    --------
    >>> show_count(6, floor=10, source="real", lang="en")
    'fewer than 10'
    """
    if count == 0 or is_shown(count, floor=floor, source=source):
        return number(count, 0, lang)
    return say("words.fewer_than", lang, n=floor)
