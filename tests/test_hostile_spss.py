"""SPSS files written byte by byte, in both orders of bytes: sound ones, and each lie.

Every lie is one that only a single check sees: take the check away and it is believed.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.errors import FileProblem
from tillit_eval.files import limits, opening, spss_files, spss_records
from tillit_eval.files.spss_records import Torn, check_records

sys.path.append(str(Path(__file__).parent))

from exports_fixtures import BOOK, EXPECTED
from spss_bytes import Spss

ORDERS = {"little end first": "<", "big end first": ">"}
in_both_orders = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)


@in_both_orders
@pytest.mark.parametrize("cases", [3, -1])
def test_a_sound_file_is_read_in_either_order(
    order: str, cases: int, tmp_path: Path
) -> None:
    s = Spss(order)
    labels = s.labels({s.real(1): "Stämmer inte alls".encode("cp1252")}, (5, 6))
    document = s.whole(6, 2) + b"a line of eighty".ljust(160)
    very_long = s.extension(14, b"UNIT=9\0\t")
    more = s.integers() + labels + document + very_long
    data = s.file(head=s.header(cases=cases), more=more)
    assert check_records(data) == (cases, 6, 7 * 8)
    path = tmp_path / "a.sav"
    path.write_bytes(data)
    pd.testing.assert_frame_equal(te.read_responses(path, BOOK), EXPECTED)
    # The same words stand in the codebook, so nothing is found to contradict it.
    kinds = te.check_export(path, BOOK)["kind"].tolist()
    assert not [kind for kind in kinds if "label" in kind]


@in_both_orders
def test_a_file_that_ends_anywhere_is_seen(order: str) -> None:
    s = Spss(order)
    data = s.file(more=s.integers() + s.labels({s.real(1): b"no"}, (5,)))
    body = len(data) - len(s.rows()) - 4
    assert check_records(data[:body]).n_cases == 3
    for cut in range(0, body, 3):
        with pytest.raises(Torn):
            check_records(data[:cut])


Lie = Callable[[Spss], bytes]
HEADER: dict[str, Lie] = {
    "another kind of file": lambda s: s.header(magic=b"$FL4"),
    "half a layout": lambda s: s.header(layout=0x02010002),
    "packed in a third way": lambda s: s.header(packed=7),
    "a weight before the first variable": lambda s: s.header(weight=-1),
    "fewer cases than none": lambda s: s.header(cases=-7),
    "a bias beyond a byte": lambda s: s.header(bias=1e9),
    "a bias that is no number": lambda s: s.header(bias=float("nan")),
    "packed with zlib, but not by its name": lambda s: s.header(packed=2),
    "packed with zlib only by its name": lambda s: s.header(magic=b"$FL3"),
}
VARIABLES: dict[str, Lie] = {
    "no variable": lambda s: b"",
    "a text without its rest": lambda s: s.variable("a", 20, rest=1),
    "a text too wide": lambda s: s.variable("a", 256),
    "a text of negative width": lambda s: s.variable("a") + s.variable("b", -2, rest=0),
    "a rest of nothing": lambda s: s.variable("a") + s.variable("", -1, rest=0),
    "a number within a text": lambda s: s.variable("a", 20, rest=1) + s.variable("b"),
    "a second label": lambda s: s.variable("a", label=b"what", has_label=2),
    "a label of any length": lambda s: s.variable("a", label=b"x" * 70_000),
    "a label of negative length": lambda s: s.variable("a", has_label=1, length=-1),
    "four missing codes": lambda s: s.variable("a", missing=(1, 2, 3, 4)),
    "a range of texts": lambda s: s.variable("a", 4, missing=(1, 2), n_missing=-2),
}
MORE: dict[str, Lie] = {
    "a record of no kind": lambda s: s.whole(5),
    "fewer labels than none": lambda s: s.labels({}, (5,), n=-1),
    "labels without end": lambda s: s.labels(
        {s.real(i): b"a" for i in range(100_001)}, (5,)
    ),
    "labels of nothing": lambda s: s.labels({s.real(1): b"a"}, ()),
    "labels of something else": lambda s: s.labels({s.real(1): b"a"}, (5,), kind=8),
    "labels of more than there are": lambda s: s.labels(
        {s.real(1): b"a"}, (5, 6, 7) * 3
    ),
    "labels before the first": lambda s: s.labels({s.real(1): b"a"}, (0,)),
    "labels beyond the last": lambda s: s.labels({s.real(1): b"a"}, (99,)),
    "labels of a long text": lambda s: s.labels({b"a": b"a"}, (3,)),
    "labels of the rest of a text": lambda s: s.labels({s.real(1): b"a"}, (4,)),
    "labels of a number and a text": lambda s: s.labels({s.real(1): b"a"}, (1, 5)),
    "a document that goes back to what came before": lambda s: (
        s.extension(9, b"x" * 56) + s.whole(6, -1)
    ),
    "an extension of two negatives": lambda s: s.extension(
        9, b"x" * 32, size=-4, count=-8
    ),
    "integers of another size": lambda s: s.integers(size=2, count=16),
    "a very long text of no variable": lambda s: s.extension(14, b"LONG=300\0\t"),
    "a very long text of no length": lambda s: s.extension(14, b"UNIT=wide\0\t"),
    "a very long text of endless length": lambda s: s.extension(
        14, b"UNIT=" + b"9" * 5_000 + b"\0\t"
    ),
    "a very long text that goes on in a number": lambda s: s.extension(
        14, b"UNIT=300\0\t"
    ),
}


@in_both_orders
@pytest.mark.parametrize("lie", [*HEADER, *VARIABLES, *MORE])
def test_a_lie_is_seen_before_the_reader_in_c(order: str, lie: str) -> None:
    s = Spss(order)
    if lie in HEADER:
        data = s.file(head=HEADER[lie](s))
    elif lie in VARIABLES:
        data = s.file(variables=VARIABLES[lie](s))
    else:
        data = s.file(more=MORE[lie](s))
    with pytest.raises(Torn):
        check_records(data)


def test_a_very_long_text_that_goes_on_beyond_the_last_variable() -> None:
    s = Spss()
    data = s.file(variables=s.variable("A", 9), more=s.extension(14, b"A=300\0\t"))
    with pytest.raises(Torn):
        check_records(data)


def test_more_variables_than_any_table_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spss_records, "_WIDEST", 9)
    monkeypatch.setattr(spss_records, "MOST_COLUMNS", 1)
    s = Spss()
    check_records(s.file())
    with pytest.raises(Torn):
        check_records(s.file(variables=s.variable("a") * 10))


@pytest.mark.parametrize(
    ("more", "encoding", "is_sound"),
    [
        (lambda s: s.integers(65001), None, False),
        (lambda s: s.integers(1252), None, True),
        (lambda s: s.extension(20, b"UTF-8"), None, False),
        (lambda s: s.extension(20, b"UTF-8"), "cp1252", True),
        (lambda s: s.extension(20, b"windows-1252"), None, True),
        (lambda s: s.extension(20, b"no such letters"), None, False),
        (lambda s: s.integers(999), None, False),
        (lambda s: b"", None, True),
    ],
)
def test_codes_in_letters_are_letters_of_the_encoding(
    more: Lie, encoding: str | None, is_sound: bool, tmp_path: Path
) -> None:
    s = Spss()
    labels = s.labels({"Åå".encode("cp1252"): b"a"}, (1,))
    data = s.file(more=labels + more(s))
    if is_sound:
        assert check_records(data, encoding).n_cases == 3
    else:
        with pytest.raises(Torn):
            check_records(data, encoding)
    if encoding:  # what a caller says goes to the check and to the reader
        path = tmp_path / "a.sav"
        path.write_bytes(data)
        read = te.read_responses(path, BOOK, encoding=encoding)
        assert read["unit"].tolist() == EXPECTED["unit"].tolist()


def refused(path: Path) -> str:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(FileProblem) as found:
            te.read_responses(path, BOOK)
    assert not caught, "a warning would tell names"
    return str(found.value)


def test_what_the_reader_in_c_gives_up_on_is_refused_in_four_lines(
    tmp_path: Path,
) -> None:
    s, path = Spss(), tmp_path / "a.sav"
    path.write_bytes(s.file(more=s.integers())[:-20])
    assert "a file that the reader gave up on (ReadstatError)" in refused(path)
    texts = s.variable("ID", 4) * 2 + s.variable("unit", 9)
    path.write_bytes(
        s.file(variables=texts + s.variable("trust1") * 3, more=s.integers())
    )
    assert "gave up on (two variables of the same name)" in refused(path)


def test_cases_that_no_header_states_are_counted_as_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s, path = Spss(), tmp_path / "a.sav"
    path.write_bytes(s.file(head=s.header(cases=-1), more=s.integers()))
    seen: list[int] = []
    import pyreadstat

    ordinary = pyreadstat.read_sav

    def read_sav(*given: object, row_limit: int, **more: object) -> object:
        seen.append(row_limit)
        return ordinary(*given, row_limit=row_limit, **more)

    monkeypatch.setattr(pyreadstat, "read_sav", read_sav)
    te.read_responses(path, BOOK)
    assert seen.pop() == limits.MOST_ROWS + 1, "one too many is enough to know"
    for name, most, words in (
        ("MOST_ROWS", 2, "has too many rows"),
        ("MOST_CELLS", 2 * 6, "has too many cells"),
        ("LARGEST_TABLE", 2 * 56, "is too large to be read whole"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(spss_files, name, most)
            patched.setattr(opening, name, most, raising=False)
            assert f"'a.sav' {words}" in refused(path)
            assert seen.pop() == 3


def test_what_a_header_states_is_enough_to_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyreadstat

    s, path = Spss(), tmp_path / "a.sav"
    monkeypatch.setattr(pyreadstat, "read_sav", pytest.fail)
    wide = b"".join(s.variable(f"w{i}", 248) for i in range(100))
    for cases, variables, words in (
        (limits.MOST_ROWS + 1, s.variables(), "has too many rows"),
        (limits.MOST_ROWS, s.variable("a") * 11, "has too many cells"),
        (400_000, wide, "is too large to be read whole"),
    ):
        path.write_bytes(s.file(head=s.header(cases=cases), variables=variables))
        assert f"'a.sav' {words}" in refused(path)


def test_an_empty_file_of_spss_says_that_nobody_answered(tmp_path: Path) -> None:
    s, path = Spss(), tmp_path / "a.sav"
    path.write_bytes(s.header(cases=0) + s.variables() + s.end())
    text = refused(path)
    assert text.startswith("There are no answers in 'a.sav'.")
    assert "0 cases" in text
