"""Sentences and labels that are put into words when they are read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from tillit_eval.errors import DataProblem, few
from tillit_eval.phrases.languages import LANGUAGES, Language, language
from tillit_eval.phrases.numbers import number


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence or label that is put into words when it is read.

    Attributes
    ----------
    key : str
        ``room.name`` of the phrase.
    values : tuple of (str, object)
        What fills its blanks. Numbers are written in the reader's language;
        a `Phrase` or a `Label` is put into words in the same language.
    """

    key: str
    values: tuple[tuple[str, object], ...] = ()

    def say(self, lang: Language | None = None) -> str:
        """Put the phrase into words.

        Parameters
        ----------
        lang : {"en", "sv"}, optional
            The language; the current one by default.

        Returns
        -------
        str
            The phrase with its blanks filled.
        """
        return say(self.key, lang, **dict(self.values))

    def __str__(self) -> str:
        return self.say()


@dataclass(frozen=True, slots=True)
class Label:
    """The name of an item, a scale or a wave in both languages.

    Attributes
    ----------
    en, sv : str
        The English and the Swedish name.
    """

    en: str
    sv: str

    def say(self, lang: Language | None = None) -> str:
        """Return the name in one language, the current one by default."""
        return self.sv if language(lang) == "sv" else self.en

    def __str__(self) -> str:
        return self.say()


def phrase(key: str, **values: object) -> Phrase:
    """Make a phrase to be put into words later.

    Parameters
    ----------
    key : str
        ``room.name`` of a phrase that exists in every language.
    **values : object
        What fills its blanks.

    Returns
    -------
    Phrase
        Hashable; compares by key and values.

    Examples
    --------
    >>> phrase("words.fewer_than", n=10).say("sv")
    'färre än 10'
    """
    return Phrase(key, tuple(values.items()))


def say(key: str, lang: Language | None = None, **values: object) -> str:
    """Put one phrase into words.

    Parameters
    ----------
    key : str
        ``room.name`` of the phrase.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    **values : object
        What fills its blanks.

    Returns
    -------
    str
        The phrase with its blanks filled.

    Raises
    ------
    DataProblem
        If no phrase has this key, or a blank is left unfilled.

    Examples
    --------
    >>> say("words.fewer_than", "en", n=10)
    'fewer than 10'
    """
    lang = language(lang)
    room, _, name = key.partition(".")
    template = _phrases(lang, room).get(name)
    if template is None:
        raise DataProblem(
            "A phrase is missing.",
            expected=f"a phrase '{name}' in phrases/{lang}/{room}.toml",
            found="none by that name",
            to_fix="add it in every language",
        )
    written = {blank: _written(value, lang) for blank, value in values.items()}
    try:
        return template.format(**written)
    except KeyError as error:
        raise DataProblem(
            f"The phrase '{key}' has a blank that nobody filled.",
            expected=f"a value for {error}",
            found=few(values),
            to_fix="pass the missing value",
        ) from None


def has_phrase(key: str) -> bool:
    """Tell whether a phrase exists in every language.

    Parameters
    ----------
    key : str
        ``room.name`` of the phrase.

    Returns
    -------
    bool
        True if `say` knows the phrase in English and in Swedish.

    Examples
    --------
    >>> has_phrase("words.fewer_than")
    True
    """
    room, _, name = key.partition(".")
    return all(name in _phrases(lang, room) for lang in LANGUAGES)


def _written(value: object, lang: Language) -> object:
    """Return one value as it stands in a sentence of the given language."""
    if isinstance(value, (Phrase, Label)):
        return value.say(lang)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return number(value, 2, lang)
    if isinstance(value, int):
        # A year or a code is an int too, so four digits stay unbroken.
        return number(value, 0, lang) if abs(value) >= 10_000 else value
    if isinstance(value, tuple):
        return ", ".join(str(_written(part, lang)) for part in value)
    return value


@cache
def _phrases(lang: Language, room: str) -> dict[str, str]:
    """Read the phrases of one room in one language; an unknown room has none."""
    file = resources.files("tillit_eval") / "phrases" / lang / f"{room}.toml"
    if not file.is_file():
        return {}
    read: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return {name: str(text) for name, text in read.items()}
