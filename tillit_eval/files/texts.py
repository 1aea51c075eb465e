"""Text as it is cleaned and compared, the same for every kind of file."""

from __future__ import annotations

import re
import unicodedata

# Zero-width signs, soft hyphens and marks of direction come with copied text, or are
# put there so that two names look the same.
_UNSEEN = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
_UNSEEN += (0x180E, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080))
_INVISIBLE: dict[int, str | None] = dict.fromkeys((0xAD, 0x61C, 0xFEFF, *_UNSEEN))
# Signs that steer a terminal, and halves of letters, which no file can hold.
_STEERING = (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000))
_INVISIBLE |= dict.fromkeys(set(_STEERING) - {*b"\t\n\x0b\x0c\r"}, "\ufffd")
_NUMBER = re.compile(r"[+\-\u2212]?\d+(?:[.,]\d+)?")
# UTF-8 that was read as a Western 8-bit encoding and saved again.
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf…„–‰†]|â€|Â[\u00a0-\u00bf]|\ufffd")
# A number with more digits is none that anybody measured or counted.
_MOST_DIGITS = 40
NO_ANSWER = frozenset({"", "na", "n/a", "#n/a", "#null!", "nan", "null", ".", "-"})


def clean_text(text: str) -> str:
    r"""Return text in NFC, without invisible characters or outer space.

    Parameters
    ----------
    text : str
        As it stands in the file; spaces that do not break count as spaces.

    Returns
    -------
    str
        With single spaces inside and none outside.

    Examples
    --------
    >>> clean_text("\ufeffVård\u00a0 och  omsorg ")
    'Vård och omsorg'
    """
    if text.isascii():
        tidy = " ".join(text.split())
        return tidy if tidy.isprintable() else tidy.translate(_INVISIBLE)
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())


def fold(text: str) -> str:
    """Return text as it is compared: clean, and without regard to case.

    Parameters
    ----------
    text : str
        A name, a label or a code.

    Returns
    -------
    str
        Never shown, only compared.

    Examples
    --------
    >>> fold(" STÄMMER  helt") == fold("Stämmer helt")
    True
    """
    return clean_text(text).casefold()


def as_number(text: str) -> float | None:
    """Read a number with decimal point or decimal comma.

    Parameters
    ----------
    text : str
        Clean text.

    Returns
    -------
    float or None
        None if the text is not a number and nothing but a number.

    Examples
    --------
    >>> as_number("3,0"), as_number("3 times")
    (3.0, None)
    """
    if len(text) > _MOST_DIGITS or not _NUMBER.fullmatch(text):
        return None
    return float(text.replace(",", ".").replace("\u2212", "-"))


def looks_garbled(text: str) -> bool:
    """Tell whether letters were read in the wrong encoding before they came here.

    Parameters
    ----------
    text : str
        A name or a label.

    Returns
    -------
    bool
        True for the marks that wrongly read letters leave.

    Examples
    --------
    >>> looks_garbled("rÃ¤tt"), looks_garbled("rätt")
    (True, False)
    """
    return not text.isascii() and _MOJIBAKE.search(text) is not None
