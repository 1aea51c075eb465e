"""Numbers as each language writes them."""

from __future__ import annotations

from tillit_eval.phrases.languages import Language, language

MINUS = "\u2212"
NARROW_SPACE = "\u00a0"


def number(
    value: float, digits: int = 2, lang: Language | None = None, *, sign: bool = False
) -> str:
    """Write a number as the reader's language does.

    Parameters
    ----------
    value : float
        The number. Infinity is written as a sign.
    digits : int, default 2
        Decimals shown, always all of them.
    lang : {"en", "sv"}, optional
        Swedish has a decimal comma and a space between thousands.
    sign : bool, default False
        Show a plus as well as a minus. A zero after rounding has no sign.

    Returns
    -------
    str
        With a true minus sign, never ``-0.00``.

    Examples
    --------
    >>> number(-3.14159, 2, "sv"), number(0.0004, 2, sign=True), number(12345, 0, "en")
    ('−3,14', '0.00', '12,345')
    """
    lang = language(lang)
    if value in (float("inf"), float("-inf")):
        return "\u221e" if value > 0 else MINUS + "\u221e"
    rounded = round(abs(value), digits)
    text = f"{rounded:,.{digits}f}"
    if lang == "sv":
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    if rounded == 0:
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def percent(share: float, digits: int = 0, lang: Language | None = None) -> str:
    r"""Write a share as per cent in the reader's language.

    Parameters
    ----------
    share : float
        Between 0 and 1.
    digits : int, default 0
        Decimals shown.
    lang : {"en", "sv"}, optional
        Swedish and English both set a space that does not break, by our house style.

    Returns
    -------
    str
        For example ``59 %``.

    Examples
    --------
    >>> percent(0.625, 1, "sv")
    '62,5\xa0%'
    """
    return number(100 * share, digits, lang) + NARROW_SPACE + "%"
