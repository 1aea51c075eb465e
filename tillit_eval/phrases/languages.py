"""Which language sentences, tables and figures are written in."""

from __future__ import annotations

from typing import Literal

from tillit_eval.errors import check_option

Language = Literal["en", "sv"]
LANGUAGES: tuple[Language, ...] = ("en", "sv")

_current: list[Language] = ["en"]


def use_language(lang: Language) -> None:
    """Choose the language of sentences, tables and figures from here on.

    Parameters
    ----------
    lang : {"en", "sv"}
        English is the language at the start.

    Raises
    ------
    DataProblem
        If the language is another one.

    Examples
    --------
    >>> use_language("sv"); language()
    'sv'
    >>> use_language("en")
    """
    check_option("lang", lang, LANGUAGES)
    _current[0] = lang


def language(lang: Language | None = None) -> Language:
    """Return `lang`, or the current language if none is given.

    Parameters
    ----------
    lang : {"en", "sv"}, optional
        A language that overrides the current one.

    Returns
    -------
    {"en", "sv"}
        The language to write in.

    Raises
    ------
    DataProblem
        If `lang` is neither.

    Examples
    --------
    >>> language("sv")
    'sv'
    """
    if lang is None:
        return _current[0]
    check_option("lang", lang, LANGUAGES)
    return lang
