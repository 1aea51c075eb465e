"""Drafts: usable at once, every guess a question, and no person's words in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.codebook import Draft
from tillit_eval.codebook.guessing import split_codes, widen
from tillit_eval.errors import DataProblem, FileProblem

N = 120
QUESTION = "Hur ofta får du stöd av din närmaste chef i det dagliga arbetet på enheten?"
SECRETS = ["Chefen Kalle", "example.org", "9876", "070", "Anna", "Norr"]


@pytest.fixture(scope="module")
def export() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    trait = rng.normal(size=N)

    def item(sign: int = 1) -> np.ndarray:
        noise = rng.normal(size=N) * 0.8
        return np.clip(np.round(3 + sign * trait + noise), 2, 5).astype(int)

    words = ["Aldrig", "Ibland", "Ofta", "Alltid"]
    often = np.array(words)[np.clip(np.round(trait + 1.5), 0, 3).astype(int)]
    against = np.array(words[::-1])[np.clip(np.round(trait + 1.5), 0, 3).astype(int)]
    unsure = np.where(np.arange(N) % 20 == 0, "Vet ej", often)
    return pd.DataFrame(
        {
            "Svars-ID": range(1000, 1000 + N),
            "Enhet": ["Norr", "Syd", "Väst"] * (N // 3),
            "Mejl": [f"p{i}@example.org" for i in range(N)],
            "pnr": ["19811218-9876"] * N,
            "mobil": [f"070-174 06 {i % 90 + 10}" for i in range(N)],
            "F1_1": item(),
            "F1_2": item(),
            "F1_3": 7 - item(),
            "F1_4": np.where(np.arange(N) % 12 == 0, 99, item()),
            QUESTION: unsure,
            "F2_2": often,
            "F2_3": against,
            "Kommentar": [None] * (N - 3) + ["Chefen Kalle är elak", "nej", "-"],
            "Vem?": ["Anna"] * 6 + ["Bo"] * (N - 6),
            "Kön": ["Kvinna", "Man"] * (N // 2),
            "Ålder": rng.integers(20, 65, N),
            "Tom": [None] * N,
        }
    )


@pytest.fixture(scope="module")
def draft(export) -> Draft:
    return te.draft_codebook(export)


def asked(draft: Draft, about: str) -> str:
    found = [q.ask.say("en") for q in draft.questions if q.about == about]
    return " ".join(found)


def test_a_draft_is_read_at_once_in_either_language(draft, tmp_path) -> None:
    for lang in ("en", "sv"):
        path = tmp_path / f"{lang}.toml"
        draft.write(path, lang=lang)
        assert te.read_codebook(path) == draft.codebook
    te.codebook.write_codebook(draft, tmp_path / "same.toml")
    same = (tmp_path / "same.toml").read_text(encoding="utf-8")
    assert same == draft.to_toml("en")
    assert same.count("# decide: ") == len(draft.questions)
    assert draft.to_toml("sv").count("# avgör: ") == len(draft.questions)


def test_no_word_of_a_person_and_no_identity_is_shown(draft, export) -> None:
    shown = draft.to_toml("en") + draft.to_toml("sv") + str(draft) + repr(draft)
    for secret in SECRETS:
        assert secret not in shown, secret
    assert not {"Mejl", "pnr", "mobil", "Kommentar", "Vem?"} & {
        item.key for item in draft.codebook.items
    }
    columns = asked(draft, "columns")
    assert "personal numbers" in columns
    assert "'Mejl', 'pnr', 'mobil'" in columns
    assert "too few people gave: 'Kommentar', 'Vem?'" in columns
    assert "not a few answer codes: 'Ålder'" in columns
    assert "empty: 'Tom'" in columns


def test_a_header_that_is_an_identity_is_named_by_its_place() -> None:
    odd = pd.DataFrame({"q1": [1, 2] * 20, "19811218-9876": ["x y"] * 39 + ["z"]})
    shown = te.draft_codebook(odd).to_toml("sv")
    assert "9876" not in shown
    assert "[2]" in shown


def test_columns_items_ranges_and_missing_codes_are_guessed(draft) -> None:
    book = draft.codebook
    assert book.columns == (("respondent", ("Svars-ID",)), ("unit", ("Enhet",)))
    keys = [item.key for item in book.items]
    assert keys == ["F1_1", "F1_2", "F1_3", "F1_4", "q10", "F2_2", "F2_3", "Kön"]
    first, fourth = book.item("F1_1"), book.item("F1_4")
    assert first.codes == fourth.codes == (1, 2, 3, 4, 5)
    assert "answers 2 to 5 were found; are 1 to 5 possible?" in asked(draft, "F1_1")
    assert fourth.missing == ((99, "no answer"),)
    assert "do these codes mean no answer, and why: 99?" in asked(draft, "F1_4")
    assert "right order" in asked(draft, "Kön")


def test_answers_in_words_get_their_customary_order(draft) -> None:
    often = draft.codebook.item("q10")
    expected = [("Aldrig", 1), ("Ibland", 2), ("Ofta", 3), ("Alltid", 4)]
    assert list(often.answers) == [*expected, ("Vet ej", 90)]
    assert often.missing == ((90, "Vet ej"),)
    assert often.aliases == (("*", QUESTION),)
    assert len(often.label.sv) <= 60
    assert "short name" in asked(draft, "q10")


def test_neighbours_make_a_scale_and_those_against_it_are_asked_about(draft) -> None:
    scales = {scale.key: scale.items for scale in draft.codebook.scales}
    assert scales == {
        "scale_1": ("F1_1", "F1_2", "F1_3", "F1_4"),
        "scale_2": ("q10", "F2_2", "F2_3"),
    }
    against = [q.about for q in draft.questions if "reversed" in q.ask.key]
    assert against == ["F1_3", "F2_3"]
    assert "is it reversed?" in asked(draft, "F1_3")
    assert not draft.codebook.item("F1_3").reversed


def test_unrelated_items_are_not_called_reversed() -> None:
    rng = np.random.default_rng(8)
    noise = pd.DataFrame(rng.integers(1, 6, (400, 4)), columns=list("abcd"))
    noise["d"] = noise["c"]
    draft = te.draft_codebook(noise)
    assert not [q for q in draft.questions if "reversed" in q.ask.key]


def test_a_draft_can_be_used_before_anybody_decided(export, draft) -> None:
    answers = export.replace(99, np.nan)
    scores = te.score_scales(answers, draft.codebook, scales="scale_1")
    assert scores["scale_1"].notna().all()


def test_a_csv_as_excel_in_swedish_saves_it(export, draft, tmp_path) -> None:
    path = tmp_path / "x.csv"
    for encoding in ("cp1252", "utf-8-sig", "utf-16"):
        export.to_csv(path, sep=";", index=False, encoding=encoding)
        from_file = te.draft_codebook(path)
        assert from_file.codebook.items == draft.codebook.items
        assert from_file.codebook.title == "x"


@pytest.mark.parametrize(
    "dress",
    [
        lambda text: b"sep=;\r\n" + text.encode("cp1252"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.replace(";", "|").encode(),
        lambda text: (
            ("Enkät 2019" + ";" * text.partition("\n")[0].count(";")).encode()
            + b"\n"
            + text.encode()
        ),
    ],
    ids=["excel says its separator", "no byte order mark", "bars", "a title above"],
)
def test_a_draft_reads_what_read_responses_reads(
    export, draft, tmp_path, dress: Callable[[str], bytes]
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(dress(export.to_csv(sep=";", index=False)))
    assert te.draft_codebook(path).codebook.items == draft.codebook.items


def test_a_parquet_file(export, draft, tmp_path) -> None:
    path = tmp_path / "x.parquet"
    duckdb.from_df(export.drop(columns="Tom")).write_parquet(str(path))
    assert te.draft_codebook(path).codebook.items == draft.codebook.items


def test_columns_without_a_name_of_their_own(tmp_path) -> None:
    answers = pd.DataFrame([[1, 2, 3], [5, 4, 1]] * 5, columns=["q1", "q1", ""])
    draft = te.draft_codebook(answers)
    assert [item.key for item in draft.codebook.items] == ["q1", "q1_1", "column_3"]
    draft.write(tmp_path / "x.toml")
    assert te.read_codebook(tmp_path / "x.toml") == draft.codebook


def test_an_excel_file(export, draft, tmp_path) -> None:
    export.to_excel(tmp_path / "x.xlsx", index=False)
    assert te.draft_codebook(tmp_path / "x.xlsx").codebook.items == draft.codebook.items


def test_spss_brings_labels_and_missing_codes(tmp_path) -> None:
    import pyreadstat

    rows = pd.DataFrame({"v1": [2.0, 3, 4, 99] * 10, "v2": [1.0, 2, 3, 8] * 10})
    pyreadstat.write_sav(
        rows,
        str(tmp_path / "x.sav"),
        column_labels=["Tillit uppåt", ""],
        variable_value_labels={
            "v1": {1: "Inte alls", 5: "Helt", 99: "Avstår"},
            "v2": {1: "Nej", 2: "Delvis", 3: "Ja", 8: "Vet ej"},
        },
        missing_ranges={"v1": [{"lo": 97, "hi": 99}]},
    )
    draft = te.draft_codebook(tmp_path / "x.sav")
    one, two = draft.codebook.items
    assert one.label.sv == "Tillit uppåt"
    assert one.codes == (1, 2, 3, 4, 5)
    assert one.answers == (("Inte alls", 1), ("Helt", 5), ("Avstår", 99))
    assert one.missing == ((99, "Avstår"),)
    assert two.missing == ((8, "Vet ej"),)
    assert "mean no answer" not in asked(draft, "v1")
    assert "mean no answer, and why: 8?" in asked(draft, "v2")


def test_codes_that_stand_apart_are_missing_and_those_in_a_row_are_not() -> None:
    from tillit_eval.codebook.columns import Column

    def split(*codes: int) -> tuple[list[int], list[int]]:
        column = Column(name="q", numbers=np.array(codes, dtype=float))
        valid, missing = split_codes(column)
        return valid, sorted(missing)

    assert split(1, 2, 5, 9) == ([1, 2, 5], [9])
    assert split(1, 5, 7, 8, 9) == ([1, 5, 7, 8, 9], [])
    assert split(1, 5, 8, 9) == ([1, 5], [8, 9])
    assert split(-9, 1, 5) == ([1, 5], [-9])
    assert split(0, 10) == ([0, 10], [])
    assert [widen(2, 4), widen(1, 6), widen(0, 9), widen(3, 14)] == [
        (1, 4),
        (1, 6),
        (0, 10),
        (3, 14),
    ]


def test_swedish_and_english_sentences(draft) -> None:
    assert draft.sentence("en").startswith(
        f"Drafted: items 8, scales 2. Questions to decide: {len(draft.questions)}."
    )
    assert draft.sentence("sv").startswith("Utkast: frågor 8, skalor 2.")
    assert "är frågan omvänd?" in draft.sentence("sv")


def test_refusals(tmp_path) -> None:
    with pytest.raises(DataProblem, match=r"The columns have no names\."):
        te.draft_codebook(pd.DataFrame(np.ones((3, 2))))
    with pytest.raises(DataProblem, match="This is not a table of answers"):
        te.draft_codebook({"a": 1})
    with pytest.raises(DataProblem, match="The table of answers is empty"):
        te.draft_codebook(pd.DataFrame({"a": []}))
    with pytest.raises(DataProblem) as nothing:
        te.draft_codebook(pd.DataFrame({"Kommentar": ["Chefen Kalle", "b"]}))
    assert "found:    1 columns, none of that kind" in str(nothing.value)
    assert "Kalle" not in str(nothing.value)
    with pytest.raises(FileProblem, match=r"There is no file 'none\.sav'\."):
        te.draft_codebook(tmp_path / "none.sav")
    for name, told in (
        ("broken.sav", "is not an SPSS file that can be read"),
        ("broken.xlsx", "is not an Excel file that can be read"),
        ("empty.csv", "is empty"),
    ):
        content = b"" if name.startswith("empty") else b"not this"
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileProblem, match=told):
            te.draft_codebook(tmp_path / name)
    (tmp_path / "bare.csv").write_text("1;3\n2;4\n1;3\n", encoding="utf-8")
    with pytest.raises(DataProblem) as bare:
        te.draft_codebook(tmp_path / "bare.csv")
    assert str(bare.value) == (
        "The columns have no names.\n"
        "  expected: a first row with names, or a table with named columns\n"
        "  found:    2 columns named by numbers only\n"
        "  to fix:   export again with variable names in the first row"
    )
    (tmp_path / "names.csv").write_text("ja;nej\nja;ja\nnej;nej\n", encoding="utf-8")
    with pytest.raises(DataProblem) as answers:
        te.draft_codebook(tmp_path / "names.csv")
    assert "found:    2 columns and no row of names above them" in str(answers.value)
    assert "ja" not in str(answers.value)


def same_in_every_format(folder: Path) -> dict[str, Path]:
    """Write one survey as a municipality has it: .sav, .xlsx and a cp1252 csv."""
    import openpyxl
    import pyreadstat

    rng = np.random.default_rng(5)
    answers = rng.integers(1, 6, size=(80, 4)).astype(float)
    answers[::9, 1] = np.nan
    rows = pd.DataFrame(answers, columns=["F1_1", "F1_2", "F1_3", "F2_1"])
    rows.insert(0, "Löpnr", [f"{i % 40:04d}" for i in range(80)])
    rows.insert(1, "År", np.repeat([2023, 2025], 40))
    rows.insert(2, "Enhet", np.repeat(["Åsö", "Ängen", "Åsö", "Ängen"], 20))
    titles = ["Löpnummer", "Mätår", "Arbetsplats", "Jag litar på min chef"]
    titles += ["Min chef litar på mig", "Vi talar öppet", "Jag får bestämma själv"]
    places = {kind: folder / f"survey.{kind}" for kind in ("sav", "xlsx", "csv")}
    plain = rows.set_axis(["Lopnr", "Ar", "Enhet", *rows.columns[3:]], axis=1)
    pyreadstat.write_sav(plain, str(places["sav"]), column_labels=titles)
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Uttag ur enkätverktyget"])
    page.append(["", "", "", "Tillit", "", "", "Inflytande"])
    page.merge_cells("D2:F2")
    page.append(list(rows.columns))
    page.append(titles)
    for cells in rows.astype(object).where(rows.notna(), None).to_numpy().tolist():
        page.append(cells)
    for line in (5, 6, 7):  # codes that the spreadsheet shows as dates
        page.cell(line, 4).number_format = "yyyy-mm-dd"
    page.merge_cells("C5:C24")
    book.save(places["xlsx"])
    text = rows.to_csv(sep=";", decimal=",", index=False, lineterminator="\r\n")
    places["csv"].write_bytes(text.encode("cp1252"))
    return places


def test_a_draft_from_any_kind_of_file_reads_that_file_unedited(tmp_path) -> None:
    read = []
    for kind, path in same_in_every_format(tmp_path).items():
        drafted = tmp_path / f"{kind}.toml"
        te.draft_codebook(path).write(drafted)
        book = te.read_codebook(drafted)
        assert [scale.items for scale in book.scales] == [("F1_1", "F1_2", "F1_3")]
        assert [wave for wave, _ in book.waves] == ["2023", "2025"]
        assert dict(book.columns).keys() == {"respondent", "wave", "unit"}
        problems = te.check_export(path, book)
        assert set(problems["kind"]) <= {"merged_cells"}, problems
        read.append(te.read_responses(path, book))
    for other in read[1:]:
        pd.testing.assert_frame_equal(other, read[0])
    assert read[0]["respondent"].iloc[0] == "0000"


def test_a_few_cells_in_words_do_not_hide_a_column_of_codes() -> None:
    rows = pd.DataFrame({"F1": [*["1", "2", "4", "5"] * 25, "Vet ej", "elak chef"]})
    draft = te.draft_codebook(rows)
    item = draft.codebook.item("F1")
    assert item.codes == (1, 2, 3, 4, 5)
    assert item.missing == ((91, "Vet ej"),)
    assert "cells that are not answer codes: 1" in asked(draft, "F1")
    assert "elak" not in draft.to_toml("sv")


def test_numbered_names_of_other_stems_make_scales_of_their_own() -> None:
    rows = pd.DataFrame(
        np.tile([[1], [2], [4], [5]], (10, 6)),
        columns=["trust1", "trust2", "trust3", "voice1", "voice2", "voice3"],
    )
    scales = [scale.items for scale in te.draft_codebook(rows).codebook.scales]
    assert scales == [("trust1", "trust2", "trust3"), ("voice1", "voice2", "voice3")]


def test_waves_are_drafted_only_where_each_may_be_shown() -> None:
    rows = pd.DataFrame({"q1": [1, 2, 4, 5] * 20, "År": [2021] * 40 + [2023] * 40})
    assert [w for w, _ in te.draft_codebook(rows).codebook.waves] == ["2021", "2023"]
    few = rows.assign(År=[2021] * 75 + [2023] * 5)
    assert te.draft_codebook(few).codebook.waves == ()


def test_rows_without_names_above_them_are_refused(tmp_path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("Åsö;Norr;4;5\n" * 30, encoding="utf-8")
    with pytest.raises(DataProblem, match=r"The columns have no names\.") as told:
        te.draft_codebook(path)
    assert "Norr" not in str(told.value)
