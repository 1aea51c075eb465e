"""The front desk: quick, plain, and silent about answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import docx
import pandas as pd
import pytest
from nbformat import v4

from tillit_eval.chapter import Places, Reproduction, write_chapter
from tillit_eval.chapter.comparing import Difference
from tillit_eval.cli import main
from tillit_eval.cli.summary import summarise

BOOK = """title = "Small"
[[wave]]
key = "2019"
label = { en = "2019", sv = "2019" }
[columns]
wave = ["wave"]
[answers.five]
codes = "1-5"
[[item]]
key = "q1"
label = { en = "Clarity", sv = "Tydlighet" }
answers = "five"
"""


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A folder with a codebook, a sound export and one with a wrong code."""
    (tmp_path / "codebook.toml").write_text(BOOK, encoding="utf-8")
    good = pd.DataFrame({"wave": ["2019"] * 4, "q1": [1, 5, 2, 3]})
    good.to_csv(tmp_path / "good.csv", index=False)
    good.assign(q1=[1, 5, 6, 3]).to_csv(tmp_path / "bad.csv", index=False)
    return tmp_path


def check(folder: Path, name: str, *more: str) -> int:
    book = str(folder / "codebook.toml")
    return main(["check", str(folder / name), "--codebook", book, *more])


def test_help_names_every_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tillit_eval.cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    for command in ("reproduce", "figure", "check", "new-codebook", "new-site"):
        assert command in done.stdout


def test_help_loads_nothing_heavy() -> None:
    heavy = ("pandas", "numpy", "matplotlib", "nbformat", "docx")
    code = (
        "import sys, tillit_eval.cli.desk as d; d._parser(); "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_command_spelt_wrongly_leaves_with_two(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in (["chekc"], [], ["report", "a.ipynb", "--to", "pdf"]):
        with pytest.raises(SystemExit) as caught:
            main(words)
        assert caught.value.code == 2
    assert "usage: tillit" in capsys.readouterr().err


def test_check_is_content_with_a_sound_export(
    survey: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(survey, "good.csv") == 0
    assert capsys.readouterr().out == "good.csv, to mend: 0, to look at: 0\n"


@pytest.mark.parametrize(("lang", "cure"), [("en", "to fix:"), ("sv", "åtgärd:")])
def test_check_says_column_kind_count_position_and_cure(
    survey: Path, capsys: pytest.CaptureFixture[str], lang: str, cure: str
) -> None:
    assert check(survey, "bad.csv", "--lang", lang) == 1
    first, _, what, where, fix, _, zero = capsys.readouterr().out.splitlines()
    assert first in (
        "bad.csv, to mend: 1, to look at: 0",
        "bad.csv, att rätta: 1, att titta på: 0",
    )
    assert what in (
        "codes that the codebook does not know",
        "koder som kodboken inte känner till",
    )
    assert where.startswith("  q1: ")
    assert where.endswith(" 2"), "the row position"
    assert fix.strip().startswith(cure)
    assert zero.lower().startswith("row position 0" if lang == "en" else "radpos")


def test_what_only_deserves_a_look_is_told_and_is_no_failure(
    survey: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = {"wave": ["2019"] * 4, "q1": [1, 5, 2, 3], "extra": [1] * 4, "more": [2] * 4}
    pd.DataFrame(rows).to_csv(survey / "more.csv", index=False)
    assert check(survey, "more.csv") == 0
    assert capsys.readouterr().out.splitlines() == [
        "more.csv, to mend: 0, to look at: 2",
        "",
        "not in the codebook, not read",
        "  extra: count 4",
        "  more: count 4",
        "  to fix: nothing, or add its name to the codebook as an alias",
    ]


def test_a_sheet_and_an_encoding_can_be_named(
    survey: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = survey / "two.xlsx"
    rows = pd.DataFrame({"wave": ["2019"] * 4, "q1": [1, 5, 2, 3]})
    with pd.ExcelWriter(book) as writer:
        for name in ("Svar", "Svar igen"):
            rows.to_excel(writer, sheet_name=name, index=False)
    assert check(survey, "two.xlsx") == 1
    assert "several sheets" in capsys.readouterr().err
    assert check(survey, "two.xlsx", "--sheet", "Svar") == 0
    text = "wave;q1;Område\n" + "2019;1;Åsö\n" * 12
    (survey / "dos.csv").write_bytes(text.encode("cp850"))
    out = ["--out", str(survey / "dos.toml")]
    asked = ["new-codebook", str(survey / "dos.csv"), *out]
    assert main(asked) == 1
    assert "cannot be read with certainty" in capsys.readouterr().err
    assert main([*asked, "--encoding", "cp850"]) == 0
    assert "Område" in (survey / "dos.toml").read_text("utf-8")


def test_what_people_wrote_is_never_told(
    survey: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = ["Anna Svensson", "19811218-9876", "anna@example.org", "070-123 45 67"]
    frame = pd.DataFrame({"wave": ["2019"] * 4, "q1": ["1", *secrets[:3]]})
    frame["comment"] = secrets
    frame.to_csv(survey / "export.csv", index=False)
    assert check(survey, "export.csv") == 1
    assert main(
        ["new-codebook", str(survey / "export.csv"), "--out", str(survey / "new.toml")]
    ) in (0, 1)
    said = capsys.readouterr()
    drafted = survey / "new.toml"
    written = drafted.read_text("utf-8") if drafted.exists() else ""
    for secret in secrets:
        assert secret not in said.out + said.err + written


def test_an_error_has_four_lines_and_no_traceback(
    survey: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(survey, "absent.csv") == 1
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert lines[0].startswith("tillit: ")
    assert [line.split(":")[0].strip() for line in lines[1:4]] == [
        "expected",
        "found",
        "to fix",
    ]
    assert "Traceback" not in said.err


def test_what_the_system_says_is_cut_to_its_kind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tillit_eval.cli import commands

    def refuse(_: object) -> int:
        raise PermissionError(13, "Permission denied", "/home/anna/answers.csv")

    monkeypatch.setitem(commands.COMMANDS, "new-site", refuse)
    assert main(["new-site", "north"]) == 1
    assert capsys.readouterr().err == "tillit: Permission denied\n"


def test_ctrl_c_stops_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tillit_eval.cli import commands

    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(commands.COMMANDS, "new-site", interrupted)
    assert main(["new-site", "north"]) == 130
    assert capsys.readouterr().err == "tillit: stopped\n"


def test_a_codebook_is_drafted_and_can_be_read(
    survey: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tillit_eval.codebook import read_codebook

    out = survey / "drafted.toml"
    rows = {"ID": range(40), "q1": [1, 2, 4, 5] * 10, "q2": [1, 2, 5, 5] * 10}
    pd.DataFrame(rows).to_csv(survey / "export.csv", index=False)
    asked = ["new-codebook", str(survey / "export.csv"), "--out", str(out)]
    assert main(asked) == 0
    assert "a draft, with" in capsys.readouterr().out
    assert [item.key for item in read_codebook(out).items] == ["q1", "q2"]
    kept = out.read_bytes()
    assert main(asked) == 1, "a file that is there is not written over"
    assert out.read_bytes() == kept


def test_reproduce_says_what_differs_on_one_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--notebooks", str(tmp_path / "n"), "--build", str(tmp_path / "b")]
    path = tmp_path / "n" / "01_place.ipynb"
    cells = [v4.new_markdown_cell("# A place"), v4.new_code_cell("print('0.43 of 12')")]
    write_chapter(v4.new_notebook(cells=cells), path)
    assert main(["reproduce", *folders]) == 1, "never run before"
    assert main(["reproduce", "--write", "--lang", "sv", *folders]) == 0
    out = capsys.readouterr().out
    assert "01_place  DIFFERS" in out
    assert "01_place, cell 2: an output is there in one run only" in out
    assert "skrivet: 0 figurer, 2 tal, 1 texter (kapitel: 1," in out
    assert f"sidor:   {(tmp_path / 'b' / 'pages' / 'index.html').as_posix()}" in out


def test_many_differences_still_fit_on_one_screen() -> None:
    each = [
        Difference(cell=k, kind="number", committed="1", fresh="2") for k in range(99)
    ]
    chapter = Reproduction(
        name="01_place",
        n_numbers=99,
        n_numbers_same=0,
        n_texts=1,
        n_texts_same=1,
        n_figures=0,
        n_figures_same=0,
        differences=tuple(each),
    )
    said = summarise([chapter] * 14, Places(), seconds=61.4, lang="en").splitlines()
    assert len(said) < 35
    assert "… and 1374 more" in said
    assert "(chapters: 14, 61 s)" in said[-5]


def test_without_chapters_reproduce_says_where_to_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["reproduce"]) == 1
    assert "to fix:   run the command in the folder of the project" in (
        capsys.readouterr().err
    )


def test_a_figure_has_one_kind_of_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figure", "5-2"]) == 1
    assert "such as fig-05-2" in capsys.readouterr().err


def test_from_nothing_to_a_report_in_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ["--folder", str(tmp_path / "private")]
    assert main(["new-site", "norra", "--lang", "sv", *folder]) == 0
    assert "Öppna" in capsys.readouterr().out
    notebook = tmp_path / "private" / "norra" / "norra.ipynb"
    before = notebook.read_bytes()
    assert main(["report", str(notebook), "--to", "docx", "--lang", "sv"]) == 0
    assert notebook.read_bytes() == before, "the notebook itself is not changed"
    paper = docx.Document(str(notebook.with_suffix(".docx")))
    assert paper.paragraphs[0].text == "norra"
    assert len(paper.inline_shapes) == 1
    assert "Syntetiska data" in paper.sections[0].header.paragraphs[0].text
    assert main(["new-site", "norra", *folder]) == 1
    assert "There is a site by that name already." in capsys.readouterr().err
