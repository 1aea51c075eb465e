"""Which column of an export is which item, by key, alias or second header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tillit_eval.codebook.model import KEY_COLUMNS, Codebook, Item
from tillit_eval.files.headers import Known
from tillit_eval.files.raw import RawTable
from tillit_eval.files.texts import fold

ANY_WAVE = "*"
_BEFORE_TEXT = re.compile(r"^(\S+?)[.:]\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Where the columns of a codebook stand in one table.

    Attributes
    ----------
    place : mapping of str to int
        Key of an item or schema column, and its column.
    repeated : tuple of (str, int)
        Columns that say they are a key which another column already is.
    """

    place: Mapping[str, int]
    repeated: tuple[tuple[str, int], ...] = ()


def key_columns(codebook: Codebook) -> tuple[str, ...]:
    """Return the names of all columns of `responses` that are not items.

    Parameters
    ----------
    codebook : Codebook
        What was asked.

    Returns
    -------
    tuple of str
        The schema's columns, then others that the codebook names.

    Examples
    --------
    >>> key_columns(Codebook(title="", items=(), columns=(("age", ()),)))[-2:]
    ('source', 'age')
    """
    more = [key for key, _ in codebook.columns if key not in KEY_COLUMNS]
    return (*KEY_COLUMNS, *more)


def known_names(codebook: Codebook, waves: Sequence[str] = ()) -> Known:
    """Return every column name and answer label that the codebook knows.

    Parameters
    ----------
    codebook : Codebook
        What was asked.
    waves : sequence of str, optional
        Waves whose names in one wide file are known too.

    Returns
    -------
    Known
        For finding the header.
    """
    names = {*names_in_wave(codebook, None)}
    for wave in waves:
        names |= names_in_wide(codebook, wave).keys()
    labels = {fold(text) for item in codebook.items for text, _ in item.answers}
    return Known(names=frozenset(names), labels=frozenset(labels))


def names_in_wave(codebook: Codebook, wave: str | None) -> dict[str, str]:
    """Return the folded names that columns have in one wave, each with its key.

    Parameters
    ----------
    codebook : Codebook
        What was asked.
    wave : str or None
        None for every wave at once.

    Returns
    -------
    dict of str to str
        A key's own name goes before other keys' aliases. An alias that means
        different keys in different waves is left out if the wave is None.
    """
    aliases: dict[str, str] = {}
    clash: set[str] = set()
    for name, key in _aliases(codebook, wave):
        if aliases.setdefault(name, key) != key:
            clash.add(name)
    own = {fold(key): key for key in key_columns(codebook)}
    own |= {fold(item.key): item.key for item in codebook.items}
    return {n: key for n, key in aliases.items() if n not in clash} | own


def _aliases(codebook: Codebook, wave: str | None) -> Iterable[tuple[str, str]]:
    for key, names in codebook.columns:
        yield from ((fold(name), key) for name in names)
    for item in codebook.items:
        for when, name in item.aliases:
            if wave is None or when in (ANY_WAVE, wave):
                yield fold(name), item.key


def names_in_wide(codebook: Codebook, wave: str) -> dict[str, str]:
    """Return the folded names of one wave's columns in a wide file.

    Parameters
    ----------
    codebook : Codebook
        What was asked.
    wave : str
        One wave.

    Returns
    -------
    dict of str to str
        Aliases of that wave, and the key with the wave before or after it
        (``q1_2019``, ``q1.2019``, ``2019_q1``), each with its key.
    """
    names: dict[str, str] = {}
    keys = [*key_columns(codebook), *(item.key for item in codebook.items)]
    for key in keys:
        for pattern in (f"{key}_{wave}", f"{key}.{wave}", f"{wave}_{key}"):
            names[fold(pattern)] = key
    for item in codebook.items:
        for when, name in item.aliases:
            if when == wave:
                names[fold(name)] = item.key
    return names


def names_shared(codebook: Codebook) -> dict[str, str]:
    """Return the folded names of key columns, which all waves of a wide file share.

    Parameters
    ----------
    codebook : Codebook
        What was asked.

    Returns
    -------
    dict of str to str
        Each with its key; no items.
    """
    groups = key_columns(codebook)
    names = names_in_wave(codebook, None)
    return {name: key for name, key in names.items() if key in groups}


def match_columns(table: RawTable, names: Mapping[str, str]) -> Match:
    """Find each key's column by its name, or by its second header.

    Parameters
    ----------
    table : RawTable
        As read.
    names : mapping of str to str
        Folded names, each with its key.

    Returns
    -------
    Match
        The first column that fits, and those that fit as well.
    """
    place: dict[str, int] = {}
    repeated: list[tuple[str, int]] = []
    for position, (name, title) in enumerate(
        zip(table.names, table.titles, strict=True)
    ):
        key = _key_of(name, title, names)
        if key is None:
            continue
        if key in place:
            repeated.append((key, position))
        else:
            place[key] = position
    return Match(place=place, repeated=tuple(repeated))


def _key_of(name: str, title: str, names: Mapping[str, str]) -> str | None:
    before_text = _BEFORE_TEXT.match(name)
    tried = (name, before_text[1] if before_text else "", title)
    found = (names.get(fold(text)) for text in tried if text)
    return next((key for key in found if key is not None), None)


def asked(item: Item, wave: str | None) -> bool:
    """Tell whether an item was asked in a wave, as far as its aliases say.

    Parameters
    ----------
    item : Item
        One question.
    wave : str or None
        None if the wave is not known.

    Returns
    -------
    bool
        False only if it has aliases, and only for other waves.
    """
    if wave is None or not item.aliases:
        return True
    return any(when in (ANY_WAVE, wave) for when, _ in item.aliases)


def waves_of(codebook: Codebook) -> tuple[str, ...]:
    """Return the waves that a codebook knows, in its order.

    Parameters
    ----------
    codebook : Codebook
        What was asked.

    Returns
    -------
    tuple of str
        Its waves, or those of its aliases if it lists none.
    """
    if codebook.waves:
        return tuple(wave for wave, _ in codebook.waves)
    named = {when for item in codebook.items for when, _ in item.aliases}
    return tuple(sorted(named - {ANY_WAVE}))
