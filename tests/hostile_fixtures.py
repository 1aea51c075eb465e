"""Sound files of every kind, the ways of spoiling them, and what must come of it."""

from __future__ import annotations

import io
import json
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import tillit_eval as te
from tillit_eval.codebook import write_codebook
from tillit_eval.errors import DataProblem, MissingExtra, TillitError
from tillit_eval.exports import read_series
from tillit_eval.simulation import read_true_register, read_truth, tabulate_truth
from tillit_eval.summaries import read_summary, write_summary

sys.path.append(str(Path(__file__).parent))

from exports_fixtures import BOOK, ITEMS, in_rows, small, write_csv, write_excel

Edit = tuple[str, float, bytes]
EDITS = ("set", "insert", "delete", "cut", "repeat")
PAYLOADS = (
    *(b"\x00", b"\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", b"\xed\xa0\x80"),
    *(b'"', b"'", b";", b"\t", b"\r", b"\n", b"=1+1", b"1e308", b"9" * 400, b"nan"),
    *("å".encode("cp1252"), "ä".encode(), "a\u0308".encode(), "\u202e".encode()),
    *(b"[[", b"]]", b"{", b"}", b"[site.question]", b"a.b.c = 1\n", b'"\\u0000"'),
    *(b"<", b"&#0;", b"<!DOCTYPE a>", b'r="XFD1048576"', b"-1", b"inf", b"0x7fffffff"),
)
TRUTH = """
site = "north"
[[unit_group]]
group = "all"
units = ["1", "2"]
basis = "assumed"
[[survey.staff.size]]
group = "all"
people = [20, 30]
basis = "assumed"
[[survey.staff.wave]]
wave = "2019"
time = 0.0
basis = "assumed"
[[survey.staff.scale]]
scale = "trust"
shares = [0.1, 0.2, 0.3, 0.3, 0.1]
basis = "assumed"
[survey.staff.people]
roles = [["staff", 1.0]]
basis = "assumed"
[[series]]
indicator = "visits"
periods = [["2019", 2019.0]]
level = 4.0
basis = "assumed"
"""
STUDY = """
[study]
title = "Test"
codebook = "codebook.toml"
[[site]]
name = "north"
label = { en = "North", sv = "Norr" }
[site.survey.staff]
responses = "answers.csv"
[[site.question]]
id = "clear"
scale = "clear1"
role = "primary"
design = "shares"
top = [4, 5]
before = "2019"
after = "2021"
margin = 0.1
margin_source = "us"
"""
SERIES = b"unit;period;indicator;value\na;2019;sick;5,1\nb;2019;sick;4,9\n"


@cache
def sound_files() -> dict[str, tuple[bytes, ...]]:
    """Return files that are read without complaint, by the kind of reader."""
    import duckdb
    import pyreadstat

    folder = Path(tempfile.mkdtemp())
    answers = small()
    named = answers.rename(columns={"Löpnr": "ID", "Enhet": "unit"})
    labels: Any = {"trust1": {1: "Stämmer inte alls"}, "unit": {"Ängen": "Ängen"}}
    for number, kind in enumerate(({}, {"compress": True}, {"row_compress": True})):
        pyreadstat.write_sav(
            named.assign(long="å" * 300),
            str(folder / f"{number}.sav"),
            variable_value_labels=labels,
            column_labels=["x" * 90] * (answers.shape[1] + 1),
            missing_ranges={"trust2": [{"lo": 7, "hi": 9}]},
            **kind,
        )
    with duckdb.connect() as connection:
        connection.register("answers", answers)
        table = connection.sql("select * from answers")
        table.write_parquet(str(folder / "a.parquet"))
    write_codebook(BOOK, folder / "codebook.toml")
    rows = pd.concat([answers] * 8)
    summary = te.summarise_responses(rows, ["trust1", "clear1"], by=["wave"])
    write_summary(summary, folder / "a.json")
    texts = [("utf-8-sig", ";"), ("cp1252", ","), ("utf-16", "\t")]
    return {
        "csv": tuple(
            write_csv(answers, folder / "a.csv", encoding=e, separator=s).read_bytes()
            for e, s in texts
        ),
        "xlsx": (write_excel(in_rows(answers), folder / "a.xlsx").read_bytes(),),
        "sav": tuple((folder / f"{n}.sav").read_bytes() for n in range(3)),
        "parquet": ((folder / "a.parquet").read_bytes(),),
        "series": (SERIES,),
        "codebook": ((folder / "codebook.toml").read_bytes(),),
        "study": (STUDY.encode(),),
        "truth": (TRUTH.encode(),),
        "summary": ((folder / "a.json").read_bytes(),),
    }


def _responses(path: Path) -> None:
    frame = te.read_responses(path, BOOK, strict=False)
    for key in ITEMS:
        assert set(frame[key].dropna()) <= {1, 2, 3, 4, 5}
    assert frame["source"].notna().all()
    problems = te.check_export(path, BOOK)
    assert list(problems) == ["column", "kind", "count", "positions"]
    assert not any(map(steers, problems["column"]))


def _series(path: Path) -> None:
    assert np.isfinite(read_series(path)["value"].dropna()).all()


def _codebook(path: Path) -> None:
    book = te.read_codebook(path)
    again = path.with_name("again.toml")
    write_codebook(book, again, overwrite=True)
    assert te.read_codebook(again).items == book.items


def _study(path: Path) -> None:
    study = te.read_study(path)
    folder = path.parent.resolve()
    for site in study.sites:
        for survey in site.surveys:
            assert survey.responses.is_relative_to(folder)
            assert survey.codebook.is_relative_to(folder)


def _truth(path: Path) -> None:
    tabulate_truth(path)
    read_true_register(path)
    assert read_truth(path, survey="staff").people > 0


def _summary(path: Path) -> None:
    summary = read_summary(path)
    assert (summary.n_complete <= summary.n_rows).all()
    assert np.isfinite(summary.products).all()


READERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "csv": (".csv", _responses),
    "xlsx": (".xlsx", _responses),
    "sav": (".sav", _responses),
    "parquet": (".parquet", _responses),
    "series": (".csv", _series),
    "codebook": (".toml", _codebook),
    "study": (".toml", _study),
    "truth": (".toml", _truth),
    "summary": (".json", _summary),
}


def spoil(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Change some bytes; of a workbook, those of one of its parts."""
    if data[:2] == b"PK" and edits and edits[0][1] < 0.8:
        return _spoil_part(data, edits)
    for how, where, payload in edits:
        at = int(where * len(data))
        rest = {
            "set": payload + data[at + len(payload) :],
            "insert": payload + data[at:],
            "delete": data[at + len(payload) :],
            "cut": b"",
            "repeat": data[at : at + 200] + data[at:],
        }[how]
        data = data[:at] + rest
    return data


def _spoil_part(data: bytes, edits: Sequence[Edit]) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        names = old.namelist()
        chosen = names[int(edits[0][1] / 0.8 * len(names))]
        for name in names:
            part = old.read(name)
            new.writestr(name, spoil(part, edits[1:]) if name == chosen else part)
    return changed.getvalue()


def prepare(folder: Path) -> None:
    """Put beside a study file what it names."""
    (folder / "codebook.toml").write_bytes(sound_files()["codebook"][0])
    (folder / "answers.csv").write_bytes(sound_files()["csv"][0])


def outcome(kind: str, data: bytes, folder: Path) -> str:
    """Read a file; return "read", or what it is refused with."""
    ending, call = READERS[kind]
    path = folder / f"{kind}_given{ending}"
    path.write_bytes(data)
    refused: TillitError | None = None
    try:
        call(path)
    except TillitError as error:
        refused = error
    if refused is None:
        return "read"
    assert isinstance(refused, (DataProblem, MissingExtra))
    assert refused.__cause__ is None
    check_form(str(refused))
    return str(refused)


def check_form(text: str) -> None:
    """See that an error has its four lines, each with something in it."""
    lines = text.splitlines()
    assert len(lines) == 4, text
    starts = ("", "  expected: ", "  found:    ", "  to fix:   ")
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(start), text
        assert line[len(start) :].strip(), text
        assert not steers(line), text


def steers(text: str) -> bool:
    """Tell whether a text holds signs that are not seen but do something."""
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return any(unicodedata.category(sign) in unseen for sign in text)


def as_summary(**changed: object) -> bytes:
    """Return a sound summary with some entries changed."""
    return json.dumps(json.loads(sound_files()["summary"][0]) | changed).encode()
