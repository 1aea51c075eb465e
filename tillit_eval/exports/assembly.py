"""From tables as read to the table ``responses``, with everything that was wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from tillit_eval.codebook import Codebook
from tillit_eval.errors import DataProblem
from tillit_eval.exports.codes import decode_item
from tillit_eval.exports.columns import (
    Match,
    asked,
    key_columns,
    match_columns,
    names_in_wave,
    names_in_wide,
    names_shared,
    waves_of,
)
from tillit_eval.exports.problems import Problem, problem
from tillit_eval.files.cells import Cells, as_text, distinct, map_distinct
from tillit_eval.files.identities import find_identities
from tillit_eval.files.raw import NONE_AT_ALL, Positions, RawTable
from tillit_eval.files.texts import fold, looks_garbled
from tillit_eval.findings import Source

Shape = Literal["long", "wide"]
ROW, FILE = "\x00row", "\x00file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table and what the caller said about it.

    Attributes
    ----------
    table : RawTable
        As read.
    wave : str or None
        Its wave, if the caller named one.
    number : int or None
        Which file of several, from 1.
    """

    table: RawTable
    wave: str | None = None
    number: int | None = None


def assemble(
    parts: Sequence[Part],
    codebook: Codebook,
    *,
    shape: Shape,
    site: str | None,
    source: Source,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Make one table ``responses`` of all parts, and list what was wrong.

    Parameters
    ----------
    parts : sequence of Part
        Tables as read.
    codebook : Codebook
        What was asked.
    shape : {"long", "wide"}
        One row per person and wave, or one row per person.
    site : str or None
        The site, if the file does not say.
    source : str
        Where the rows come from, if the file does not say.

    Returns
    -------
    responses : DataFrame
        Whatever could not be read is missing in it; two more columns, `ROW` and
        `FILE`, say where each row stood.
    problems : list of Problem
        Of every part, in order.
    """
    frames: list[pd.DataFrame] = []
    problems: list[Problem] = []
    build = _build_wide if shape == "wide" else _build_long
    for part in parts:
        built, found = build(part, codebook)
        frames += [frame.assign(**{FILE: part.number or 0}) for frame in built]
        problems += [replace(p, file=part.number) for p in found]
    if not frames:
        raise _no_wave(codebook)
    stacked = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    return _in_order(stacked, codebook, site=site, source=source), problems


def _no_wave(codebook: Codebook) -> DataProblem:
    key = next((item.key for item in codebook.items), "q1")
    wave = next(iter(waves_of(codebook)), "2019")
    return DataProblem(
        "No wave of the codebook is in the wide file.",
        expected=f"columns named by item and wave, such as '{key}_{wave}'",
        found=f"none for {len(waves_of(codebook)) or 1} wave(s)",
        to_fix='add the names to the codebook per wave, or read it with shape="long"',
    )


def _build_long(
    part: Part, codebook: Codebook
) -> tuple[list[pd.DataFrame], list[Problem]]:
    match = match_columns(part.table, names_in_wave(codebook, part.wave))
    frame, problems = _build(part, codebook, match, part.wave)
    problems += _unknown(part.table, set(match.place.values()), match)
    waves, more = _read_waves(frame, part, codebook, match)
    return [frame.assign(wave=waves)], problems + more


def _build_wide(
    part: Part, codebook: Codebook
) -> tuple[list[pd.DataFrame], list[Problem]]:
    """Take the columns of each wave in turn, with the people who answered in it."""
    waves = (part.wave,) if part.wave is not None else waves_of(codebook)
    if not waves:
        raise DataProblem(
            "A wide file needs waves, and the codebook names none.",
            expected="waves in the codebook, or aliases of columns per wave",
            found="0 waves",
            to_fix='add waves to the codebook, or read it with shape="long"',
        )
    shared = match_columns(part.table, names_shared(codebook))
    frames, problems, used = [], list[Problem](), set[int]()
    items = {item.key for item in codebook.items}
    for wave in waves:
        own = match_columns(part.table, names_in_wide(codebook, wave))
        if not items & own.place.keys():
            problems.append(problem(wave, "wave_absent", count=len(part.table.rows)))
            continue
        place = {**shared.place, **own.place}
        place.pop("wave", None)
        match = Match(place=place, repeated=own.repeated)
        used |= set(place.values()) | set(shared.place.values())
        frame, found = _build(part, codebook, match, wave)
        answered = frame[sorted(items)].notna().any(axis=1)
        frames.append(frame[answered].assign(wave=wave))
        problems += [_in_wave(p, wave) for p in found]
    return frames, _once(problems) + _unknown(part.table, used, Match(place={}))


def _in_wave(found: Problem, wave: str) -> Problem:
    """Name the wave where a missing column would not say which one it is."""
    if found.kind != "missing_column":
        return found
    return replace(found, column=f"{found.column} ({wave})")


def _once(problems: list[Problem]) -> list[Problem]:
    """Drop what is said again of a column that several waves share."""
    seen: dict[tuple[object, ...], Problem] = {}
    for p in problems:
        seen.setdefault((p.column, p.kind, p.count, p.positions()), p)
    return list(seen.values())


def _build(
    part: Part, codebook: Codebook, match: Match, wave: str | None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read the key columns as text and the items as codes."""
    columns: dict[str, object] = {ROW: part.table.rows}
    problems: list[Problem] = []
    for key in key_columns(codebook):
        if key in match.place:
            cells, found = _read_text(part.table, match.place[key], key)
            columns[key] = pd.array(cells, dtype="str")
            problems += found
    for item in codebook.items:
        if item.key not in match.place:
            columns[item.key] = np.full(len(part.table.rows), np.nan)
            if asked(item, wave):
                problems.append(problem(item.key, "missing_column", count=1))
            continue
        place = match.place[item.key]
        read = decode_item(
            part.table.columns[place],
            item,
            value_labels=part.table.value_labels.get(place),
            declared_missing=part.table.declared_missing.get(place, ()),
        )
        columns[item.key] = read.values
        for kind, rows in read.wrong.items():
            codes = read.codes if kind == "invalid_code" else ()
            at = part.table.rows[rows]
            problems.append(problem(item.key, kind, at, codes=codes))
        if len(read.in_words):
            at = part.table.rows[read.in_words]
            problems.append(problem(item.key, "mixed_types", at))
    return pd.DataFrame(columns), problems


def _read_text(table: RawTable, place: int, key: str) -> tuple[Cells, list[Problem]]:
    """Read a key column; identities and garbled letters are found and blanked."""
    labels = table.value_labels.get(place, {}) if key != "respondent" else {}
    cells = map_distinct(table.columns[place], _labelled(labels))
    where, values = distinct(cells)
    texts = [str(value) for value in values]
    wrong = find_identities(texts)
    garbled = [i for i, text in enumerate(texts) if looks_garbled(text)]
    if garbled:
        wrong["mojibake"] = garbled
    problems = []
    for kind, places in wrong.items():
        at = np.isin(where, places)
        cells = cells.copy()
        cells[at] = None
        problems.append(problem(key, kind, table.rows[at]))
    return cells, problems


def _labelled(labels: Mapping[float, str]) -> Callable[[object], str | None]:
    if not labels:
        return as_text

    def labelled(cell: object) -> str | None:
        known = isinstance(cell, (int, float, np.number)) and labels.get(float(cell))
        return as_text(known or cell)

    return labelled


def _read_waves(
    frame: pd.DataFrame, part: Part, codebook: Codebook, match: Match
) -> tuple[pd.Series, list[Problem]]:
    """Settle each row's wave: from its column, the caller or the codebook."""
    if "wave" not in match.place:
        known = waves_of(codebook)
        if part.wave is None and len(known) > 1:
            nothing = pd.Series(None, frame.index, dtype="str")
            return nothing, [problem("wave", "wave_missing", count=len(frame))]
        wave = part.wave or (known[0] if known else "1")
        return pd.Series(wave, frame.index, dtype="str"), []
    waves = frame["wave"].to_numpy(dtype=object)
    names = {fold(label.say(lang)): wave for wave, label in codebook.waves
             for lang in ("en", "sv")}  # fmt: skip
    names |= {fold(wave): wave for wave, _ in codebook.waves}
    waves = map_distinct(waves, lambda cell: names.get(fold(str(cell)), str(cell)))
    problems: list[Problem] = []
    empty = part.table.rows[pd.isna(waves)]
    if len(empty):
        problems.append(problem("wave", "wave_missing", empty))
    strange = _strange_waves(waves, part, codebook)
    if len(strange):
        kind = "unknown_wave" if part.wave is None else "two_waves_in_one_file"
        problems.append(problem("wave", kind, strange))
    return pd.Series(waves, frame.index, dtype="str"), problems


def _strange_waves(waves: Cells, part: Part, codebook: Codebook) -> Positions:
    known = [wave for wave, _ in codebook.waves]
    expected = [part.wave] if part.wave is not None else known
    if not expected:
        return NONE_AT_ALL
    strange = ~pd.isna(waves) & ~np.isin(waves.astype(str), expected)
    return part.table.rows[strange]


def _unknown(table: RawTable, used: set[int], match: Match) -> list[Problem]:
    """List columns that the codebook does not know, or that come twice."""
    repeated = {place for _, place in match.repeated}
    problems = [problem(key, "repeated_column", count=1) for key, _ in match.repeated]
    if not table.has_header:
        problems.append(problem("", "no_header", count=len(table.names)))
    for place in range(len(table.names)):
        if place in used or place in repeated:
            continue
        cells = table.columns[place]
        filled = int(np.count_nonzero(~pd.isna(cells) & (cells != "")))
        problems.append(problem(table.show(place), "unknown_column", count=filled))
    return problems


def _in_order(
    frame: pd.DataFrame, codebook: Codebook, *, site: str | None, source: Source
) -> pd.DataFrame:
    """Add site and source where the file does not say, and put columns in order."""
    if site is not None:
        frame = frame.assign(site=site).astype({"site": "str"})
    if "respondent" not in frame:
        frame = frame.assign(respondent=pd.array([None] * len(frame), dtype="str"))
    stated = (
        frame["source"] if "source" in frame else pd.Series(None, frame.index, "str")
    )
    frame = frame.assign(source=stated.fillna(source).astype("str"))
    keys = [key for key in key_columns(codebook) if key in frame and key != "source"]
    items = [item.key for item in codebook.items]
    return frame[[*keys, *items, "source", ROW, FILE]]
