"""Reading and writing codebooks: every part, every contradiction, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.codebook import Codebook, Item, Scale
from tillit_eval.codebook.writing import to_toml
from tillit_eval.errors import DataProblem, FileProblem
from tillit_eval.phrases import Label

WHOLE = """
title = "Staff survey"
use = ["hme"]

[columns]
respondent = ["Svars-ID", "Response ID"]
unit = "Enhet"
"åldersgrupp" = "Ålder"

[[wave]]
key = 2014
label = { en = "Before", sv = "Före" }
[[wave]]
key = "2016"

[answers.agree5]
codes = "1-5"
positive = [4, 5]
[answers.agree5.labels]
"Instämmer inte alls" = 1
"Instämmer helt" = 5
"Vet ej" = 99

[missing.every_item]
99 = "do not know"
[missing.two]
98 = "skipped"
99 = "do not know"

[adapt.hme]
missing = "two"
[adapt.hme_m1]
aliases = { 2014 = "Q1", 2016 = ["Q1_1", "Q1a"] }
answers = { codes = [1, 2, 3, 4, 5], labels = { "Mycket dåligt" = 1 } }

[[item]]
key = "t1"
label = { en = "Trust", sv = "Tillit" }
answers = "agree5"
aliases = ["Fråga\u00a010"]

[[item]]
key = "t2"
label = "Doubt"
answers = { codes = "1-5" }
missing = { 9 = "no answer" }
reversed = true
text = { en = "I have my doubts.", sv = "Jag tvivlar." }
licence = "own"
validated = false

[[scale]]
key = "trust"
label = { en = "Trust", sv = "Tillit" }
items = ["t1", "t2"]
min_answered = 1
desired = "inverted_u"
source = "This survey."
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "codebook.toml"
        path.write_bytes(text.encode(encoding))
        return path

    return to_file


def problems(path: Path) -> str:
    with pytest.raises(DataProblem) as caught:
        te.read_codebook(path)
    text = str(caught.value)
    assert text.count("\n") == 3
    return text


def test_a_whole_codebook_is_read(write) -> None:
    book = te.read_codebook(write(WHOLE))
    assert book.title == "Staff survey"
    assert [item.key for item in book.items][-3:] == ["hme_s3", "t1", "t2"]
    assert book.columns[0] == ("respondent", ("Svars-ID", "Response ID"))
    assert book.waves == (
        ("2014", Label("Before", "Före")),
        ("2016", Label("2016", "2016")),
    )
    assert book.item("t1") == Item(
        key="t1",
        label=Label("Trust", "Tillit"),
        codes=(1, 2, 3, 4, 5),
        answers=(("Instämmer inte alls", 1), ("Instämmer helt", 5), ("Vet ej", 99)),
        missing=((99, "do not know"),),
        aliases=(("*", "Fråga 10"),),
        positive=(4, 5),
    )
    t2 = book.item("t2")
    assert (t2.reversed, t2.licence, t2.validated) == (True, "own", False)
    assert t2.missing == ((9, "no answer"),)
    assert t2.text == Label("I have my doubts.", "Jag tvivlar.")
    first, second = book.item("hme_m1"), book.item("hme_m2")
    assert first.aliases == (("2014", "Q1"), ("2016", "Q1_1"), ("2016", "Q1a"))
    assert first.answers == (("Mycket dåligt", 1),)
    assert first.kpi == "U00300"
    assert second.missing == first.missing == ((98, "skipped"), (99, "do not know"))
    assert book.scale("trust") == Scale(
        key="trust",
        label=Label("Trust", "Tillit"),
        items=("t1", "t2"),
        min_answered=1,
        desired="inverted_u",
        source="This survey.",
    )


def test_names_are_read_in_one_form_whatever_the_editor_wrote(write) -> None:
    import unicodedata

    book = te.read_codebook(write(WHOLE))
    apart = unicodedata.normalize("NFD", WHOLE)
    assert apart != WHOLE
    assert te.read_codebook(write(apart, "utf-8-sig")) == book


def test_what_is_written_is_read_back_unchanged(write, tmp_path) -> None:
    book = te.read_codebook(write(WHOLE))
    te.codebook.write_codebook(book, tmp_path / "copy.toml")
    assert te.read_codebook(tmp_path / "copy.toml") == book


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1).filter(
    lambda text: " ".join(text.split()) == text
)


@settings(deadline=None, max_examples=40)
@given(
    title=TEXTS,
    label=TEXTS,
    answer=TEXTS,
    reason=TEXTS,
    codes=st.sets(st.integers(-50, 50), min_size=1),
)
def test_any_text_survives_the_file(title, label, answer, reason, codes) -> None:
    import tomllib

    from tillit_eval.codebook.parsing import parse_codebook
    from tillit_eval.codebook.parts import tidy

    valid = tuple(sorted(codes))
    item = Item(
        key="a",
        label=Label(tidy(label), "Å"),
        codes=valid,
        answers=((tidy(answer), valid[0]),),
        missing=((99, tidy(reason)),),
    )
    book = Codebook(title=tidy(title), items=(item,))
    told: list[str] = []
    raw = tomllib.loads(to_toml(book))
    assert parse_codebook(raw, told, load_instrument=lambda *_: None) == book
    assert told == []


CONTRADICTIONS = {
    "unknown entry": (
        "reversd = true",
        "item 't1': unknown entry 'reversd' (did you mean 'reversed'?)",
    ),
    "no such answers": (
        'answers = "agree7"',
        "item 't1': no answers 'agree7' are defined",
    ),
    "text without licence": (
        'text = "Do you?"',
        "item 't1': a 'text' is kept only with licence",
    ),
    "valid and missing": (
        'missing = { 5 = "no answer" }',
        "item 't1': codes both valid and missing: 5",
    ),
    "not a flag": ('reversed = "yes"', "item 't1': 'reversed' must be true or false"),
    "unknown licence": (
        'licence = "mine"',
        "item 't1': 'licence' must be one of 'keys_only', 'own', 'open', not 'mine'",
    ),
    "bad alias": (
        "aliases = [1]",
        "item 't1': 'aliases' must be text, or a list of texts",
    ),
    "bad label": (
        "label = { de = 'Vertrauen' }",
        "item 't1': 'label' must be text, or { en = '…', sv = '…' }",
    ),
    "alias of another": (
        'aliases = ["T2"]',
        "the column name 't2' is claimed by item 't1' and item 't2'",
    ),
    "alias of a column": (
        'aliases = ["enhet"]',
        "the column name 'enhet' is claimed by columns 'unit' and item 't1'",
    ),
    "unknown wave": (
        'aliases = { 2018 = "q" }',
        "aliases name waves that are not defined: '2018'",
    ),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_each_contradiction_of_an_item_is_told(write, case) -> None:
    line, told = CONTRADICTIONS[case]
    start = ITEM if "answers" in line else ITEM + 'answers = "agree5"\n'
    assert told in problems(write(f"{start}{line}\n{REST}"))


ITEM = '[columns]\nunit = "Enhet"\n[[wave]]\nkey = "2014"\n[[item]]\nkey = "t1"\n'
REST = """
[[item]]
key = "t2"
answers = "agree5"
[answers.agree5]
codes = "1-5"
"""

SCALES = {
    "items = ['t1', 't9']": "scale 's': unknown items 't9'",
    "items = ['t1', 't1']": "scale 's': names an item twice: 't1'",
    "items = []": "scale 's': has no 'items'",
    "items = ['t1', 't2']\nmin_answered = 3": (
        "scale 's': 'min_answered' is 3 but the scale has 2 items"
    ),
    "items = ['t1']\nmin_answered = 0": "'min_answered' is 0 but the scale has 1 item",
    "items = ['t1']\nmin_answered = 'half'": "'min_answered' must be a whole number",
    "items = ['t1']\ndesired = 'higher'": (
        "scale 's': 'desired' must be one of 'up', 'down', 'neither', 'inverted_u', "
        "not 'higher'"
    ),
    "items = ['t1']\nscoring = 'sum'": "'scoring' must be one of 'person_index'",
}


@pytest.mark.parametrize("lines", SCALES)
def test_each_contradiction_of_a_scale_is_told(write, lines) -> None:
    text = f"{ITEM}answers = 'agree5'\n{REST}\n[[scale]]\nkey = 's'\n{lines}\n"
    assert SCALES[lines] in problems(write(text))


WHOLE_FILES = {
    "": "no item is defined and no instrument is used",
    "use = ['hmee']": "use: no instrument 'hmee' is shipped (did you mean 'hme'?)",
    "use = ['hme', 'hme']": "item 'hme_m1': stands more than once",
    "use = ['hme']\n[adapt.hme_x1]\nlabel = 'x'": "adapt 'hme_x1': no such instrument",
    "use = ['hme']\n[adapt.hme_m1]\nkey = 'x'": "adapt 'hme_m1': unknown entry 'key'",
    "use = ['hme']\nitems = 3": (
        "codebook: unknown entry 'items' (did you mean 'item'?)"
    ),
    "use = ['hme']\nanswers = 3": "'answers' must be a table, written [answers]",
    "use = ['hme']\n[item]\nkey = 'a'": (
        "every item must be a table of its own, [[item]]"
    ),
    "use = ['hme']\n[columns]\nrespondant = 'id'": (
        "columns: 'respondant' (did you mean 'respondent'?)"
    ),
    "use = ['hme']\n[[wave]]\nkey = 1\n[[wave]]\nkey = '1'": (
        "wave '1': stands more than once"
    ),
    "use = ['hme']\n[[wave]]\nlabel = 'x'": "wave 1: has no 'key'",
    "use = ['hme']\n[missing.every_item]\n5 = 'x'": (
        "items 'hme_m1', 'hme_m2', 'hme_m3', 'hme_l1', 'hme_l2' and 4 more: "
        "codes both valid and missing: 5"
    ),
    "[[item]]\nkey = 'wave'\nanswers = { codes = '1-5' }": (
        "item 'wave': is the name of a column of another kind"
    ),
    "[[item]]\nkey = '1a'\nanswers = { codes = '1-5' }": (
        "item number 1: 'key' must be one word"
    ),
    "[[item]]\nkey = 'a'": "item 'a': has no 'answers'",
    "[[item]]\nkey = 'a'\nanswers = { codes = '5-1' }": "must be a list of whole",
    "[[item]]\nkey = 'a'\nanswers = { codes = [1, true] }": "must be a list of whole",
    "[[item]]\nkey = 'a'\nanswers = { codes = [1, 1] }": "a code stands twice",
    "[[item]]\nkey = 'a'\nanswers = { codes = '1-2', labels = { x = 7 } }": (
        "item 'a': labels stand for codes neither valid nor missing: 7"
    ),
    "[[item]]\nkey = 'a'\nanswers = { codes = '1-2', labels = { x = 1, X = 2 } }": (
        "one label stands for two codes"
    ),
    "[[item]]\nkey = 'a'\nanswers = { codes = '1-2', positive = [3] }": (
        "'positive' has codes not valid: 3"
    ),
    "[[item]]\nkey = 'a'\nanswers = { codes = '1-2' }\nmissing = { x = 'y' }": (
        'missing codes must read 99 = "reason"'
    ),
    "[[item]]\nkey = 'a'\nanswers = { codes = '1-2' }\n[[scale]]\nkey = 'a'\n"
    "items = ['a']": "scale 'a': an item has the same key",
    "[[item]]\nkey = 'a'\nanswers = { codes = [1] }\n[[scale]]\nkey = 's'\n"
    "items = ['a']": "scale 's': an item has one valid code only",
    "[[item]]\nkey = 'a'\nanswers = { codes = '1-5' }\n"
    "[[item]]\nkey = 'b'\nanswers = { codes = '1-7' }\n"
    "[[scale]]\nkey = 's'\nitems = ['a', 'b']\nscoring = 'person_mean'": (
        "scale 's': a person_mean needs items of one range, found (1, 5), (1, 7)"
    ),
}


@pytest.mark.parametrize("text", WHOLE_FILES)
def test_each_contradiction_of_a_file_is_told(write, text) -> None:
    told = problems(write(text))
    assert WHOLE_FILES[text] in told
    assert told.startswith("The codebook contradicts itself or is not complete.\n")


def test_all_contradictions_are_told_at_once(write) -> None:
    text = "use = ['x']\n[[item]]\nkey = 'a'\n[[scale]]\nkey = 's'\ndesired = 'x'\n"
    told = problems(write(text))
    assert "found:    4 problems: use:" in told
    assert "item 'a': has no 'answers'; scale 's': has no 'items'; scale 's': " in told


def test_an_item_may_list_its_own_key_and_waves_may_share_a_name(write) -> None:
    aliases = 'aliases = { 2014 = ["T1", "q"], 2016 = "x" }'
    other = 'aliases = { 2014 = "x", 2016 = "q" }'
    text = f"{ITEM}answers = 'agree5'\n{aliases}\n{REST}"
    text = text.replace('key = "t2"', f'key = "t2"\n{other}').replace(
        "[[wave]]", '[[wave]]\nkey = "2016"\n[[wave]]', 1
    )
    book = te.read_codebook(write(text))
    assert book.item("t1").aliases == (("2014", "T1"), ("2014", "q"), ("2016", "x"))


def test_a_file_that_is_not_a_codebook(write, tmp_path) -> None:
    with pytest.raises(FileProblem, match=r"The codebook file is not there\."):
        te.read_codebook(tmp_path / "none.toml")
    with pytest.raises(FileProblem, match=r"is not written in UTF-8\."):
        te.read_codebook(write('title = "Förskola"', "cp1252"))
    with pytest.raises(FileProblem) as caught:
        te.read_codebook(write("title = \n"))
    assert str(caught.value) == (
        "The codebook file is not TOML.\n"
        "  expected: a TOML file in UTF-8, such as codebook.toml\n"
        "  found:    a line that cannot be read, at line 1, column 9\n"
        "  to fix:   check the path, or start one with: tillit new-codebook EXPORT"
    )
    with pytest.raises(FileProblem, match="cannot be opened"):
        te.read_codebook(tmp_path)


def test_a_file_is_not_lost_and_not_half_written(write, tmp_path) -> None:
    path = write(WHOLE)
    book = te.read_codebook(path)
    with pytest.raises(FileProblem, match="There is a file by that name already"):
        te.codebook.write_codebook(book, path)
    assert path.read_text(encoding="utf-8") == WHOLE
    with pytest.raises(FileProblem, match="cannot be written"):
        te.codebook.write_codebook(book, tmp_path / "nowhere" / "x.toml")
    te.codebook.write_codebook(replace(book, title="New"), path, overwrite=True)
    assert te.read_codebook(path).title == "New"
    assert [file.name for file in tmp_path.iterdir()] == ["codebook.toml"]


def test_unknown_keys_are_refused_with_the_known_ones(write) -> None:
    book = te.read_codebook(write(WHOLE))
    with pytest.raises(DataProblem, match="The codebook has no scale by that key"):
        book.scale("hme")
    with pytest.raises(DataProblem, match="The codebook has no item by that key"):
        book.item("q")
