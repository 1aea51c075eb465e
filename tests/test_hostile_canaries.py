"""Canaries: what people are and said stands in no message, trace, log or warning."""

from __future__ import annotations

import json
import logging
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.cli import main
from tillit_eval.codebook import write_codebook
from tillit_eval.errors import TillitError
from tillit_eval.exports import (
    read_cases,
    read_invited,
    read_ratings,
    read_series,
    read_units,
    read_waves,
)
from tillit_eval.simulation import read_truth
from tillit_eval.summaries import read_summary

sys.path.append(str(Path(__file__).parent))

from exports_fixtures import BOOK, in_rows, small, write_csv, write_excel

NAME, PLACE, SAID, CODE = (
    *("Kanariefågel Karlsson", "Kanarieboendet"),
    *("chefen ljuger kanariskt", "kanarie77x"),
)
NUMBER, MAIL, PHONE = "19811218-9876", "kanarie@example.org", "070-174 06 05"
CANARIES = (NAME, PLACE, SAID, CODE, NUMBER, MAIL, PHONE, "8112189876", "kanari")


def planted(**columns: object) -> pd.DataFrame:
    """Return three rows in which everything that tells of a person is a canary."""
    frame = small(
        Löpnr=[CODE, CODE.upper(), NUMBER],
        Enhet=[f"{PLACE} 1", f"{PLACE} 2", PLACE.upper()],
        trust1=[SAID, 5, 19811218_9876],
        trust2=["2019-04-05", f"4 {SAID}", MAIL],
        clear1=[float("inf"), 4, "\x00"],
    )
    extra = {"Fritext": [SAID, f"{NAME} {PHONE}", NUMBER], "Namn": [NAME, MAIL, NAME]}
    return frame.assign(**extra, **columns)


FRAMES: dict[str, Callable[[], pd.DataFrame]] = {
    "everything wrong": planted,
    "one wave unknown": lambda: planted(wave=["2019", SAID, NAME]),
    "no wave": lambda: planted().drop(columns="wave"),
    "no item": lambda: planted().drop(columns=["trust1", "trust2", "clear1"]),
    "rows with labels": lambda: planted().set_axis([NAME, PLACE, SAID]),
    "twice": lambda: pd.concat([planted(), planted()]),
    "lists": lambda: planted(trust1=[[SAID], [NAME], [MAIL]]),
    "tables": lambda: planted(trust1=[{SAID: NAME}] * 3),
    "no header": lambda: planted().set_axis(
        [str(c) for c in planted().iloc[0]], axis=1
    ),
}


def as_series(frame: pd.DataFrame) -> pd.DataFrame:
    values = {"unit": frame["Enhet"], "period": [SAID, NAME, NAME]}
    return pd.DataFrame(values | {"indicator": CODE, "value": [SAID, NAME, MAIL]})


def as_cases(frame: pd.DataFrame) -> pd.DataFrame:
    days = {"opened": ["2019-13-45", SAID, "2019-01-02"], "closed": [NAME, "", "1"]}
    return pd.DataFrame({"case": CODE, "unit": frame["Enhet"], **days})


def write_spss(frame: pd.DataFrame, path: Path) -> Path:
    import pyreadstat

    plain = frame.drop(columns=["trust2", "clear1"]).astype(str)
    plain = plain.rename(columns={"Löpnr": "ID", "Enhet": "unit"})
    labels: Any = {"trust1": {SAID[:8]: NAME}}
    pyreadstat.write_sav(plain, str(path), variable_value_labels=labels)
    return path


def write_frame(frame: pd.DataFrame, folder: Path) -> Iterator[Path]:
    """Write the same rows as files of several kinds, whole and broken."""
    yield write_csv(frame, folder / "a.csv")
    yield write_csv(frame, folder / "dos.csv", encoding="cp850")
    words = frame.astype(str).map(lambda cell: cell.replace("\x00", ""))
    yield write_excel(in_rows(words), folder / "a.xlsx")
    whole = (folder / "a.xlsx").read_bytes()
    (folder / "torn.xlsx").write_bytes(whole[: len(whole) // 2])
    yield folder / "torn.xlsx"
    lines = (folder / "a.csv").read_text("utf-8").splitlines()
    (folder / "open.csv").write_text("\n".join([*lines, f'1;"{NAME}']), "utf-8")
    yield folder / "open.csv"
    (folder / "odd.csv").write_text("\n".join([*lines, f"{NAME};1"]), "utf-8")
    yield folder / "odd.csv"


def calls(
    frame: pd.DataFrame, folder: Path, *, on_disk: bool
) -> Iterator[Callable[[], object]]:
    """Drive every reader and check with the rows, as a frame and as files."""
    named = CODE not in frame.columns  # the names of a frame are its caller's words
    files = write_frame(frame, folder) if on_disk else ()
    for given in (*[frame][:named], *files):
        for shape in ("long", "wide"):
            yield lambda g=given, s=shape: te.read_responses(g, BOOK, shape=s)
            yield lambda g=given, s=shape: te.check_export(g, BOOK, shape=s)
        yield lambda g=given: te.read_responses(g, BOOK, wave="2019", strict=False)
        yield lambda g=given: te.check_export(g, BOOK, encoding="utf-8")
        yield lambda g=given: te.draft_codebook(g)
        for read in (read_series, read_cases, read_ratings, read_units):
            yield lambda g=given, r=read: r(g)
        for read in (read_invited, read_waves):
            yield lambda g=given, r=read: r(g)
    if not named:
        return
    yield lambda: te.link_waves(frame, frame, code="Löpnr")
    yield lambda: te.link_waves(frame, frame, code="Enhet", within="Namn")
    yield lambda: te.link_waves(frame, frame, code="Löpnr", max_distance=2)
    yield lambda: te.pseudonymise(frame, "trust1", key_file=folder / "key").shape
    yield lambda: te.pseudonymise(frame, "none", key_file=folder / "key")
    yield lambda: te.pseudonymise(frame, "Namn", key_file=folder)
    yield lambda: te.score_scales(frame, BOOK)
    yield lambda: te.assess_alpha(frame, ["trust1", "trust2"])
    yield lambda: te.summarise_responses(frame, ["trust1"], by=["Enhet"])


@pytest.fixture
def ears(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Hear every record and warning, of whatever program."""
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        heard: list[str] = []
        yield heard
    heard += [str(warning.message) for warning in caught]
    heard += [record.getMessage() for record in caplog.records]
    check_silence("\n".join(heard))


def check_silence(text: str) -> None:
    for canary in CANARIES:
        at = text.casefold().find(canary.casefold())
        assert at < 0, f"{text[max(at - 300, 0) : at]}[HERE]"


def messages(error: BaseException) -> str:
    """Return all that a trace prints of errors, without the lines of code."""
    said = []
    link: BaseException | None = error
    while link is not None:
        said += traceback.format_exception_only(link)
        said.append(repr(link))
        link = link.__cause__ or (
            None if link.__suppress_context__ else link.__context__
        )
    return "\n".join(said)


@pytest.mark.parametrize("name", FRAMES)
def test_no_reader_or_check_tells_of_a_person(
    name: str,
    tmp_path: Path,
    ears: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    frame, n_refused = FRAMES[name](), 0
    on_disk = name in ("everything wrong", "no header")
    for call in calls(frame, tmp_path, on_disk=on_disk):
        try:
            shown = repr(call())
        except TillitError as error:
            check_silence(messages(error))
            n_refused += 1
        else:
            if "source" not in shown:  # tables of answers are for their owner
                check_silence(shown)
    assert n_refused > (40 if on_disk else 10)
    printed = capsys.readouterr()
    check_silence(printed.out + printed.err)


def test_series_and_cases_of_canaries(tmp_path: Path, ears: list[str]) -> None:
    for read, rows in ((read_series, as_series), (read_cases, as_cases)):
        frame = rows(planted())
        for given in (frame, *write_frame(frame, tmp_path)):
            with pytest.raises(TillitError) as caught:
                read(given)
            check_silence(messages(caught.value))


def test_spss_and_parquet_of_canaries(tmp_path: Path, ears: list[str]) -> None:
    path = write_spss(planted(), tmp_path / "a.sav")
    data = path.read_bytes()
    n_refused = 0
    for cut in range(200, len(data), 97):
        path.write_bytes(data[:cut] + b"\xff\xff" + data[cut + 2 :])
        try:
            check_silence(repr(te.check_export(path, BOOK)))
            te.read_responses(path, BOOK)
        except TillitError as error:
            check_silence(messages(error))
            n_refused += 1
    assert n_refused > 5


COMMANDS = (["check"], ["check", "--wide"], ["check", "--wave", "x"], ["new-codebook"])


@pytest.mark.parametrize("lang", ["en", "sv"])
def test_the_front_desk_tells_of_nobody(
    lang: str, tmp_path: Path, ears: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    write_codebook(BOOK, tmp_path / "book.toml")
    for name in ("everything wrong", "one wave unknown", "no header"):
        for path in write_frame(FRAMES[name](), tmp_path):
            for command, *more in COMMANDS:
                book = ["--codebook", str(tmp_path / "book.toml")]
                out = ["--out", str(tmp_path / f"{path.stem}.toml")]
                given = book if command == "check" else out
                main([command, str(path), *more, *given, "--lang", lang])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert len(printed.out + printed.err) > 2_000
    check_silence(printed.out + printed.err)
    for draft in tmp_path.glob("*.toml"):
        check_silence(draft.read_text("utf-8"))


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (te.read_codebook, f'title = "{NAME}" "{SAID}"'),
        (te.read_codebook, f'[[item]]\nkey = "{NUMBER}"\nreversed = "{SAID}"'),
        (te.read_codebook, f'title = 3\n[missing.a]\n"{SAID}" = "{NAME}"'),
        (te.read_study, f'[study]\ntitle = "{NAME}'),
        (te.read_study, f'[study]\ntitle = ["{NAME}"]\ncodebook = "{PLACE}.toml"'),
        (lambda p: read_truth(p, survey="a"), f'site = "{PLACE}" {SAID}'),
        (read_summary, json.dumps({"format": NAME, "groups": [PLACE]})),
        (read_summary, f'{{"format": "{NAME}'),
    ],
)
def test_files_of_settings_are_not_repeated(
    read: Callable[[Path], object], text: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TillitError) as caught:
        read(path)
    check_silence(messages(caught.value))
