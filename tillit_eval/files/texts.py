"""Text as it is cleaned and compared, the same for every kind of file."""

from __future__ import annotations

import re
import unicodedata

# Zero-width characters and soft hyphens are invisible and come with copied text.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_NUMBER = re.compile(r"[+\-\u2212]?\d+(?:[.,]\d+)?")
# UTF-8 that was read as a Western 8-bit encoding and saved again.
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf…„–‰†]|â€|Â[\u00a0-\u00bf]|\ufffd")
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
        return " ".join(text.split())
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
    if not _NUMBER.fullmatch(text):
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
