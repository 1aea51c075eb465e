"""Personal numbers, e-mail addresses and telephone numbers, found but never shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Identity = Literal["personal_number", "email", "phone"]

# All three have an @ or at least eight digits; most cells stop here.
_WORTH_A_LOOK = re.compile(r"@|(?:\d[\s\-/+]*){7}\d")
_EDGE = r"(?<![0-9A-Za-z])"
_END = r"(?![0-9A-Za-z])"
_PERSONAL = re.compile(_EDGE + r"(18|19|20)?(\d{6})([-+ ]?)(\d{4})" + _END)
_EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^\W\d_]{2,}")
_PHONE = re.compile(
    _EDGE + r"(?:(?:\+46|0046|0)[\s\-]?7[02369](?:[\s\-]?\d){7}"
    r"|0\d{1,3}[\-/]\s?\d{2,3}(?:\s?\d{2}){2,3}"
    r"|(?:\+46|0046)(?:[\s\-]?\d){7,9}"
    r"|\+[1-9]\d{0,2}(?:[\s\-]\d{2,4}){3,4})" + _END
)


def is_personal_number(digits: str) -> bool:
    """Tell whether ten digits are a Swedish personal or coordination number.

    Parameters
    ----------
    digits : str
        Year, month, day (plus 60 in a coordination number), three digits and the
        check digit.

    Returns
    -------
    bool
        True if the date can exist and the check digit (Luhn) is right.

    Examples
    --------
    >>> is_personal_number("8112189876"), is_personal_number("8112189875")
    (True, False)
    """
    month, day = int(digits[2:4]), int(digits[4:6])
    if not 1 <= month <= 12 or not (1 <= day <= 31 or 61 <= day <= 91):
        return False
    doubled = (int(d) * (2 - i % 2) for i, d in enumerate(digits))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def find_identities(texts: Sequence[str | None]) -> dict[str, list[int]]:
    """Find cells that hold an identity, by their place in the sequence.

    Ten digits in a row can be a code by chance, so they count as personal
    numbers only with a century or a mark, or if at least half of all such
    cells have a right check digit.

    Parameters
    ----------
    texts : sequence of str or None
        Distinct cells of one column.

    Returns
    -------
    dict of str to list of int
        ``personal_number``, ``email`` and ``phone``; only those found.

    Examples
    --------
    >>> find_identities(["19811218-9876", "a@example.org", "3", "070-174 06 05"])
    {'personal_number': [0], 'email': [1], 'phone': [3]}
    """
    found: dict[str, list[int]] = {}
    bare: dict[int, bool] = {}
    for place, text in enumerate(texts):
        if text is None or not _WORTH_A_LOOK.search(text):
            continue
        kind, sure = _kind_of(text)
        if (kind == "personal_number" and not sure) or _is_ten_digits(text):
            bare[place] = kind == "personal_number"
        elif kind:
            found.setdefault(kind, []).append(place)
    if bare and 2 * sum(bare.values()) >= len(bare):
        numbers = found.get("personal_number", [])
        right = [place for place, is_right in bare.items() if is_right]
        found["personal_number"] = sorted(numbers + right)
    else:
        phones = [p for p in bare if _PHONE.fullmatch(str(texts[p]))]
        if phones and 2 * len(phones) >= len(bare):
            found["phone"] = sorted(found.get("phone", []) + phones)
    return found


def looks_like_identity(text: str) -> bool:
    """Tell whether one text holds an identity.

    Parameters
    ----------
    text : str
        For example the name of a column.

    Returns
    -------
    bool
        True if it holds a personal number, an e-mail address or a phone number.

    Examples
    --------
    >>> looks_like_identity("811218-9876"), looks_like_identity("q1")
    (True, False)
    """
    return bool(find_identities([text]))


def _is_ten_digits(text: str) -> bool:
    return len(text) == 10 and text.isascii() and text.isdigit()


def _kind_of(text: str) -> tuple[Identity | None, bool]:
    """Return what a text holds, and whether it cannot be a code by chance."""
    if _EMAIL.search(text):
        return "email", True
    right = [
        match
        for match in _PERSONAL.finditer(text)
        if is_personal_number(match[2] + match[4])
    ]
    if right:
        sure = any(match[1] or match[3] in ("-", "+") for match in right)
        return "personal_number", sure
    if _PHONE.search(text):
        return "phone", True
    return None, False
