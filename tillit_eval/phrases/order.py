"""The order of names in a Swedish table: å, ä, ö last, and 2 before 10."""

from __future__ import annotations

import re
import unicodedata

# Places after z, in this order; Danish and Norwegian letters join their sisters.
_LAST = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}
_NUMBERS = re.compile(r"(\d+)")


def swedish_sort_key(name: object) -> tuple[tuple[int, int, str], ...]:
    """Where does a name stand in a Swedish list?

    Parameters
    ----------
    name : object
        What is sorted, as text.

    Returns
    -------
    tuple
        A key for ``sorted``. Case and accents other than å, ä, ö are ignored;
        numbers inside names sort by size.

    Examples
    --------
    >>> sorted(["Öster", "Väster", "Åsen", "Area 10", "Area 2"], key=swedish_sort_key)
    ['Area 2', 'Area 10', 'Väster', 'Åsen', 'Öster']
    """
    text = unicodedata.normalize("NFC", str(name)).casefold()
    placed = "".join(_LAST.get(letter, letter) for letter in text)
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", placed)
        if not unicodedata.combining(letter)
    )
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in _NUMBERS.split(plain)
        if part
    )
