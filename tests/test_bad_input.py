"""Bad input: four lines that say how to mend it, no person in them, nothing changed.

Every way in which input is bad goes through every function that takes such input.
A function may still answer where the input is not bad for it; what it may never do
is fall over, repeat what a person wrote, or change what it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.chapter import draw_figure, new_site, run_chapter
from tillit_eval.cli import main
from tillit_eval.codebook import Codebook, Item, Scale, write_codebook
from tillit_eval.comparison import compare_individuals
from tillit_eval.errors import TillitError
from tillit_eval.exports import (
    explain_problems,
    read_cases,
    read_invited,
    read_ratings,
    read_series,
    read_units,
    read_waves,
)
from tillit_eval.figures import plot_items, plot_shares, plot_units
from tillit_eval.phrases import Label
from tillit_eval.quality import (
    assess_bias,
    assess_careless,
    assess_polychoric,
    assess_retest,
)
from tillit_eval.report import write_csv
from tillit_eval.simulation import draft_truth, read_truth
from tillit_eval.summaries import read_summary, summarise_change, write_summary
from tillit_eval.tables import table_facts, table_items

Frame = pd.DataFrame
PERSON, PLACE, SAID = "Kanariefågel Karlsson", "Hemliga enheten", "chefen är elak"
ITEMS = ["q1", "q2", "q3"]
MORE = ["r1", "r2", "r3"]
WAVES = ("2019", "2021")
BETWEEN: dict[str, Any] = {"before": "2019", "after": "2021"}
N = 60

BOOK = Codebook(
    title="Staff",
    items=tuple(
        Item(key=key, label=Label(key, key), codes=(1, 2, 3, 4, 5)) for key in ITEMS
    ),
    scales=(
        Scale(
            key="trust",
            label=Label("Trust", "Tillit"),
            items=tuple(ITEMS),
            min_answered=2,
            official=True,
        ),
    ),
    waves=tuple((wave, Label(wave, wave)) for wave in WAVES),
)


def make_answers() -> Frame:
    rng = np.random.default_rng(1)
    trait = rng.normal(size=N)
    person = np.arange(N)
    waves = [
        pd.DataFrame(
            {
                "wave": wave,
                "respondent": [f"{PERSON} {i}" for i in person],
                "unit": [f"{PLACE} {i % 6}" for i in person],
                "treated": person % 6 < 3,
                **{
                    key: np.clip(np.round(3 + trait + rng.normal(size=N)), 1, 5)
                    for key in ITEMS
                },
                **{key: np.arange(N) % 5 + 1.0 for key in MORE},
                "source": "real",
            }
        )
        for wave in WAVES
    ]
    return pd.concat(waves, ignore_index=True)


ANSWERS = make_answers()
SCORES = te.score_scales(ANSWERS.drop(columns=MORE), BOOK)
GROUPS = pd.DataFrame(
    {"unit": [f"{PLACE} {i}" for i in range(6)], "n": range(20, 26), "mean": 50.0}
)

OF_ANSWERS: dict[str, Callable[[Any], object]] = {
    "score_scales": lambda f: te.score_scales(f, BOOK),
    "score_index": lambda f: te.score_index(f, BOOK, scale="trust", by="unit"),
    "check_export": lambda f: te.check_export(f, BOOK),
    "read_responses": lambda f: te.read_responses(f, BOOK),
    "draft_codebook": te.draft_codebook,
    "summarise_responses": lambda f: te.summarise_responses(f, ITEMS, by=["wave"]),
    "assess_items": lambda f: te.assess_items(f, ITEMS),
    "assess_alpha": lambda f: te.assess_alpha(f, ITEMS),
    "assess_omega": lambda f: te.assess_omega(f, ITEMS),
    "assess_aggregation": lambda f: te.assess_aggregation(f, ITEMS),
    "assess_structure": lambda f: te.assess_structure(f, {"trust": ITEMS}),
    "assess_structure, fiml": lambda f: te.assess_structure(
        f, {"trust": ITEMS}, estimator="fiml"
    ),
    "assess_polychoric": lambda f: assess_polychoric(f, ITEMS),
    "assess_bias": lambda f: assess_bias(f, ITEMS, group="wave", unit=None),
    "assess_invariance": lambda f: te.assess_invariance(f, ITEMS, wave="wave"),
    "assess_invariance, linked": lambda f: te.assess_invariance(
        f, ITEMS, wave="wave", respondent="respondent", estimator="wlsmv"
    ),
    "assess_careless": lambda f: assess_careless(f, [*ITEMS, *MORE]),
    "compare_shares": lambda f: te.compare_shares(f, "q1", top=[4, 5], **BETWEEN),
    "plot_answers": lambda f: te.plot_answers(f, ITEMS),
    "link_waves": lambda f: te.link_waves(f, ANSWERS, code="respondent"),
}
OF_SCORES: dict[str, Callable[[Any], object]] = {
    "compare_paired": lambda f: te.compare_paired(f, "trust", **BETWEEN),
    "compare_overlapping": lambda f: te.compare_overlapping(f, "trust", **BETWEEN),
    "compare_waves": lambda f: te.compare_waves(f, "trust", **BETWEEN),
    "compare_adjusted": lambda f: te.compare_adjusted(
        f, "trust", assigned="unit", **BETWEEN
    ),
    "compare_individuals": lambda f: compare_individuals(
        f, "trust", reliability=0.8, **BETWEEN
    ),
    "assess_attrition": lambda f: te.assess_attrition(f, **BETWEEN),
    "assess_retest": lambda f: assess_retest(f, "trust", **BETWEEN),
    "summarise_change": lambda f: summarise_change(f, "trust", **BETWEEN),
}
OF_GROUPS: dict[str, Callable[[Any], object]] = {
    "protect_table": lambda f: te.protect_table(f, count="n"),
    "table_facts": table_facts,
    "explain_problems": explain_problems,
}
OF_FINDINGS: dict[str, Callable[[Any], object]] = {
    "tabulate": te.tabulate,
    "protect_findings": te.protect_findings,
    "adjust_p_values": te.adjust_p_values,
    "table_findings": te.table_findings,
    "table_items": table_items,
    "plot_changes": te.plot_changes,
    "plot_items": plot_items,
    "plot_shares": plot_shares,
    "combine_findings": te.combine_findings,
    "plot_forest": te.plot_forest,
}
TABLES = [
    *((name, call, ANSWERS, ITEMS) for name, call in OF_ANSWERS.items()),
    *((name, call, SCORES, ["trust"]) for name, call in OF_SCORES.items()),
    *((name, call, GROUPS, ["n"]) for name, call in OF_GROUPS.items()),
]


def people(frame: Frame, n: int) -> Frame:
    named = [f"{PERSON} {i}" for i in range(n)]
    return frame[frame["respondent"].isin(named)] if "respondent" in frame else frame


def with_values(frame: Frame, columns: list[str], value: object) -> Frame:
    return frame.assign(**dict.fromkeys(columns, value))


def said_in_words(frame: Frame, columns: list[str]) -> Frame:
    cells = frame[columns[0]].astype(object)
    cells.iloc[0] = SAID
    return frame.assign(**{columns[0]: cells})


BAD: dict[str, Callable[[Frame, list[str]], object]] = {
    "a list": lambda f, c: [1, 2],
    "nothing": lambda f, c: None,
    "a dict": lambda f, c: {"q1": [1]},
    "an array": lambda f, c: np.ones((3, 3)),
    "one column": lambda f, c: f[c[0]],
    "no rows": lambda f, c: f.iloc[:0],
    "no columns": lambda f, c: f[[]],
    "missing column": lambda f, c: f.drop(columns=c[0]),
    "no column of waves": lambda f, c: f.drop(columns="wave", errors="ignore"),
    "no column of units": lambda f, c: f.drop(columns="unit", errors="ignore"),
    "unknown wave": lambda f, c: f.assign(wave="1999"),
    "waves missing": lambda f, c: f.assign(wave=None),
    "one wave": lambda f, c: f[f["wave"] == "2019"] if "wave" in f else f,
    "one unit": lambda f, c: f.assign(unit=f"{PLACE} 1"),
    "units missing": lambda f, c: f.assign(unit=None),
    "constant item": lambda f, c: with_values(f, c[:1], 3.0),
    "all constant": lambda f, c: with_values(f, c, 3.0),
    "all missing": lambda f, c: with_values(f, c, np.nan),
    "infinite": lambda f, c: with_values(f, c, np.inf),
    "dates": lambda f, c: with_values(f, c, pd.Timestamp("2020-01-01")),
    "words": said_in_words,
    "fewer people than items": lambda f, c: people(f, 2).head(2),
    "under the floor": lambda f, c: people(f, 7),
    "repeated keys": lambda f, c: pd.concat([f, f.head(3)], ignore_index=True),
    "repeated columns": lambda f, c: pd.concat([f, f[c[:1]]], axis=1),
    "rows with labels": lambda f, c: f.set_axis([PERSON] * len(f), axis=0),
    "numbered columns": lambda f, c: f.set_axis(range(f.shape[1]), axis=1),
}
NOT_A_TABLE = ("a list", "nothing", "a dict", "an array", "one column")
PATHS = ("check_export", "read_responses")
FREE = ("check_export", "draft_codebook", "link_waves")
COMPARE = [name for name in OF_SCORES if name.startswith("compare_")]
# What each function calls its table.
TABLE_OF = {
    **dict.fromkeys(OF_ANSWERS, "responses"),
    **dict.fromkeys([*PATHS, "draft_codebook"], "answers"),
    "link_waves": "answers before",
    **dict.fromkeys(OF_SCORES, "scores"),
    "protect_table": "groups",
    "table_facts": "published facts",
}
DOES_NOT_FIT = "The export does not fit the codebook in 1 place."
NO_ROWS = "There are no rows from wave '{}'."
NOT_A_WAVE = "A wave to compare is not in the table."
TWICE = "Some people have more than one row in the same wave."
CONSTANT = "Some items are constant: everyone gave the same answer."
SAME_CHANGE = "The changes do not vary, so nothing says how sure one can be."
TOO_FEW = "Too few answers to compare 'trust'."
TOO_FEW_LINKED = "Too few linked answers to compare 'trust'."
ONE_UNIT = "One unit cannot say how much units differ."
FEWER = "There are no more complete rows than items."
# The first line where input must be refused; elsewhere an answer may do.
REFUSED: dict[tuple[str, str], str] = {
    **{
        (bad, name): f"This is not a table of {table}."
        for name, table in TABLE_OF.items()
        for bad in NOT_A_TABLE
    },
    **{(bad, n): "This is not the path of" for n in PATHS for bad in NOT_A_TABLE},
    **{("no rows", n): f"The table of {of} is empty." for n, of in TABLE_OF.items()},
    **{
        ("missing column", name): f"The table of {table} lacks a column."
        for name, table in TABLE_OF.items()
        if name not in (*FREE, "table_facts")
    },
    **{
        ("repeated columns", name): f"The table of {table} has a column more than once."
        for name, table in TABLE_OF.items()
        if name not in (*FREE, "table_facts")
    },
    ("missing column", "read_responses"): DOES_NOT_FIT,
    ("missing column", "assess_attrition"): "The table holds no scores.",
    ("repeated columns", "read_responses"): DOES_NOT_FIT,
    **{("unknown wave", name): NO_ROWS.format("2019") for name in COMPARE},
    **{("one wave", name): NO_ROWS.format("2021") for name in COMPARE},
    ("unknown wave", "compare_individuals"): NOT_A_WAVE,
    ("one wave", "compare_individuals"): NOT_A_WAVE,
    ("all constant", "compare_individuals"): "Nobody's 'trust' changed by more than",
    ("words", "compare_individuals"): "Some scores of 'trust' are not numbers.",
    ("infinite", "compare_individuals"): "Some scores of 'trust' are not numbers.",
    ("words", "assess_bias"): "These columns do not hold codes of answers.",
    ("infinite", "assess_bias"): "These columns do not hold codes of answers.",
    ("one wave", "assess_bias"): "There are no two groups to compare.",
    ("all missing", "assess_bias"): "There are no two groups to compare.",
    ("one wave", "assess_invariance"): "There is nothing to compare.",
    ("words", "assess_invariance"): "Some items do not hold numbers.",
    ("waves missing", "assess_invariance"): "No row belongs to a group.",
    ("infinite", "assess_invariance"): "Some items hold endless or far too large",
    ("repeated keys", "assess_invariance, linked"): TWICE,
    ("words", "assess_careless"): "Some answers are not numbers.",
    ("infinite", "assess_careless"): "Some answers are infinite.",
    ("unknown wave", "compare_shares"): NO_ROWS.format("2019"),
    ("one wave", "compare_shares"): NO_ROWS.format("2021"),
    ("one wave", "assess_attrition"): NOT_A_WAVE,
    ("one wave", "assess_retest"): NOT_A_WAVE,
    ("waves missing", "summarise_responses"): "No row belongs to a group.",
    ("units missing", "score_index"): "No row belongs to a group.",
    ("one unit", "assess_aggregation"): "There is only one unit with complete answers.",
    ("one unit", "compare_paired"): ONE_UNIT,
    ("one unit", "compare_overlapping"): ONE_UNIT,
    ("one unit", "compare_waves"): ONE_UNIT,
    ("one unit", "compare_adjusted"): "'treated' is not the same for every row of a",
    ("constant item", "assess_alpha"): CONSTANT,
    ("constant item", "assess_omega"): CONSTANT,
    ("all constant", "compare_paired"): SAME_CHANGE,
    ("all constant", "compare_waves"): SAME_CHANGE,
    ("all missing", "score_scales"): "Nobody answered enough items of a scale to get",
    ("all missing", "assess_alpha"): "Some items have no answers at all.",
    ("all missing", "plot_answers"): "There are no answers to draw.",
    ("all missing", "compare_paired"): TOO_FEW_LINKED,
    ("all missing", "compare_waves"): TOO_FEW,
    ("fewer people than items", "assess_alpha"): FEWER,
    ("fewer people than items", "assess_omega"): FEWER,
    ("under the floor", "compare_paired"): TOO_FEW_LINKED,
    ("under the floor", "compare_overlapping"): TOO_FEW,
    ("under the floor", "compare_waves"): TOO_FEW,
    ("under the floor", "compare_shares"): "Too few answers to compare 'q1'.",
    **{("repeated keys", name): TWICE for name in [*OF_SCORES, "compare_shares"]},
    ("repeated keys", "read_responses"): DOES_NOT_FIT,
    ("words", "read_responses"): DOES_NOT_FIT,
    ("words", "score_scales"): "Some items are not numbers.",
    ("words", "assess_alpha"): "Some items do not hold numbers.",
    ("words", "plot_answers"): "Some answers are not numbers.",
    ("words", "compare_paired"): "The scores of 'trust' are not numbers.",
    ("words", "protect_table"): "The column 'n' does not hold counts of people.",
    ("infinite", "assess_retest"): "Some scores of 'trust' are infinite.",
    ("infinite", "protect_table"): "The column 'n' does not hold counts of people.",
}


def told(call: Callable[[], object]) -> str:
    """Return what a call refuses with, after looking at its form; else nothing."""
    try:
        call()
    except TillitError as error:
        text = str(error)
    else:
        return ""
    finally:
        plt.close("all")
    lines = text.splitlines()
    assert len(lines) == 4, text
    starts = ("", "  expected: ", "  found:    ", "  to fix:   ")
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(start), text
        assert line[len(start) :].strip(), text
    for secret in (PERSON, PLACE, SAID):
        assert secret not in text
    return text


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(
    ("name", "call", "table", "columns"), TABLES, ids=[row[0] for row in TABLES]
)
def test_bad_tables(
    bad: str,
    name: str,
    call: Callable[[Any], object],
    table: Frame,
    columns: list[str],
) -> None:
    given = BAD[bad](table, columns)
    before = given.copy() if isinstance(given, (Frame, pd.Series)) else None
    text = told(lambda: call(given))
    if (bad, name) in REFUSED:
        assert text, "it must be refused"
        assert text.startswith(REFUSED[bad, name]), text
    if isinstance(given, (Frame, pd.Series)):
        assert given.equals(before), "what a caller gives is never changed"


@pytest.mark.parametrize("given", [None, 3, "trust", [1], {"a": 1}, SCORES])
@pytest.mark.parametrize("name", OF_FINDINGS)
def test_what_is_no_finding(name: str, given: object) -> None:
    call = OF_FINDINGS[name]
    assert told(lambda: call(given)).startswith("These are not findings.")


ARGUMENTS: dict[str, tuple[Callable[[], object], str]] = {
    "negative margin": (
        lambda: te.compare_paired(SCORES, "trust", margin=-5, **BETWEEN),
        "The margin is not a size of change.",
    ),
    "margin in words": (
        lambda: te.compare_waves(SCORES, "trust", margin="5", **BETWEEN),
        "The margin is not a size of change.",
    ),
    "margin of a share in per cent": (
        lambda: te.compare_shares(ANSWERS, "q1", top=[5], margin=5, **BETWEEN),
        "The margin of a share lies between 0 and 1.",
    ),
    "level in per cent": (
        lambda: te.assess_alpha(ANSWERS, ITEMS, level=95),
        "The level of an interval lies between 0 and 1.",
    ),
    "floor too low": (
        lambda: te.protect_table(GROUPS, count="n", k_min=2),
        "The floor for what may be shown is too low.",
    ),
    "the same wave twice": (
        lambda: te.compare_waves(SCORES, "trust", before="2019", after="2019"),
        "A wave cannot be compared with itself.",
    ),
    "unknown average": (
        lambda: te.compare_waves(SCORES, "trust", average="median", **BETWEEN),  # type: ignore[arg-type]
        "'average' is not an option this function knows.",
    ),
    "unknown scale": (
        lambda: te.score_scales(ANSWERS, BOOK, scales="hope"),
        "The codebook has no scale by that key.",
    ),
    "one name where a list belongs": (
        lambda: te.assess_alpha(ANSWERS, "q1"),
        "'items' is not a list of column names.",
    ),
    "a list where one name belongs": (
        lambda: te.compare_waves(SCORES, ["trust"], **BETWEEN),  # type: ignore[arg-type]
        "The name of a column must be text.",
    ),
    "the path of a codebook": (
        lambda: te.score_scales(ANSWERS, "codebook.toml"),  # type: ignore[arg-type]
        "This is not a codebook.",
    ),
    "a codebook to simulate from": (
        lambda: te.simulate_responses("truth.toml", BOOK, rng=1),  # type: ignore[arg-type]
        "This is not a truth to simulate from.",
    ),
    "no scales to draft a truth for": (
        lambda: draft_truth("codebook.toml"),  # type: ignore[arg-type]
        "This is not a codebook.",
    ),
    "groups that were not protected": (
        lambda: plot_units(GROUPS),  # type: ignore[arg-type]
        "",
    ),
    "a list to write as a table": (
        lambda: write_csv([1], "never.csv"),  # type: ignore[arg-type]
        "This is not a table that can be written.",
    ),
    "a table to write as a summary": (
        lambda: write_summary(ANSWERS, "never.json"),  # type: ignore[arg-type]
        "This is not a summary that can be written.",
    ),
    "a name that is a path": (
        lambda: new_site("../north"),
        "This cannot be the name of a site.",
    ),
    "an id of another form": (
        lambda: draw_figure("5-1"),
        "This is not the id of a figure.",
    ),
    "another language": (
        lambda: te.use_language("no"),  # type: ignore[arg-type]
        "'lang' is not an option this function knows.",
    ),
}


@pytest.mark.parametrize("bad", ARGUMENTS)
def test_bad_arguments(bad: str) -> None:
    call, first = ARGUMENTS[bad]
    text = told(call)
    assert text, "it must be refused"
    assert text.startswith(first), text


READ: dict[str, Callable[[Any], object]] = {
    "read_codebook": te.read_codebook,
    "read_study": te.read_study,
    "read_truth": lambda p: read_truth(p, survey="staff"),
    "read_summary": read_summary,
    "read_responses": lambda p: te.read_responses(p, BOOK),
    "check_export": lambda p: te.check_export(p, BOOK),
    "draft_codebook": te.draft_codebook,
    "read_series": read_series,
    "read_units": read_units,
    "read_cases": read_cases,
    "read_ratings": read_ratings,
    "read_invited": read_invited,
    "read_waves": read_waves,
    "run_chapter": lambda p: run_chapter(p, figures="never"),
    "pseudonymise": lambda p: te.pseudonymise(ANSWERS, "respondent", key_file=p),
}
ENDINGS = (".sav", ".xlsx", ".csv", ".parquet", ".toml", ".json", ".ipynb")
BAD_FILES: dict[str, bytes] = {
    "empty": b"",
    "words": f"{PERSON} tycker att {SAID}".encode(),
    "bytes": bytes(range(256)) * 20,
    "torn spss": b"$FL2@(#) SPSS DATA FILE" + b"\0" * 60,
    "torn workbook": b"PK\x03\x04" + PERSON.encode() * 9,
    "torn parquet": b"PAR1" + PERSON.encode() * 9,
    "old workbook": b"\xd0\xcf\x11\xe0" + b"\0" * 60,
    "torn table": f"q1;q2\n1;2\n{PERSON};2;3;4\n1;2\n".encode(),
    "open quotation mark": f'q1;q2\n1;"{PERSON}\n1;2\n'.encode(),
}


# Told by their first bytes, so that their ending is not looked at.
BY_CONTENT = ("empty", "torn spss", "torn workbook", "torn parquet", "old workbook")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", READ)
def test_bad_files(name: str, ending: str, tmp_path: Path) -> None:
    call = READ[name]
    for kind, content in BAD_FILES.items():
        if kind in BY_CONTENT and ending != ".csv":
            continue
        path = tmp_path / f"{kind}{ending}"
        path.write_bytes(content)
        assert told(lambda path=path: call(path)), f"{kind} must be refused"
        assert path.read_bytes() == content


@pytest.mark.parametrize("given", [None, 3, "", ["a.csv"], b"a.csv", {}])
@pytest.mark.parametrize("name", READ)
def test_what_is_no_path(name: str, given: object) -> None:
    call = READ[name]
    if name in ("read_responses", "check_export", "draft_codebook") and given != "":
        assert told(lambda: call(given))
    else:
        assert told(lambda: call(given)).startswith("This is not the path of a")


@pytest.mark.parametrize("name", [name for name in READ if name != "pseudonymise"])
def test_no_file_and_a_folder(name: str, tmp_path: Path) -> None:
    call = READ[name]
    assert told(lambda: call(tmp_path / "absent.csv"))
    assert told(lambda: call(tmp_path))


def test_an_spss_file_that_cannot_be_read_says_how_to_mend_it(tmp_path: Path) -> None:
    path = tmp_path / "export.sav"
    path.write_bytes(BAD_FILES["torn spss"])
    text = told(lambda: te.read_responses(path, BOOK))
    assert text.startswith("'export.sav' is not an SPSS file that can be read.")
    assert "save it again in SPSS" in text


STUDY = """
[study]
title = "Test"
codebook = "codebook.toml"
[[site]]
name = "north"
label = "North"
[site.survey.staff]
responses = "{responses}"
[[site.question]]
id = "trust"
scale = "trust"
role = "primary"
design = "overlapping"
before = "{before}"
after = "2021"
{more}
"""


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Path]:
    """Write a codebook, answers and a study file, with what a test makes of it."""
    write_codebook(BOOK, tmp_path / "codebook.toml")
    ANSWERS.to_csv(tmp_path / "answers.csv", index=False)

    def write(
        before: str = "2019", responses: str = "answers.csv", more: str = ""
    ) -> Path:
        path = tmp_path / "study.toml"
        text = STUDY.format(before=before, responses=responses, more=more)
        path.write_text(text, encoding="utf-8")
        return path

    return write


CONTRADICTS = "The study file contradicts itself or is not complete."


@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ({"before": "1999"}, CONTRADICTS),
        ({"before": "2021"}, CONTRADICTS),
        ({"more": "margin = -5.0\nmargin_source = 'us'"}, CONTRADICTS),
        ({"more": "margin = 5.0"}, CONTRADICTS),
        ({"more": "levle = 3"}, CONTRADICTS),
        ({"responses": "absent.csv"}, CONTRADICTS),
        (
            {"responses": "../outside.csv"},
            "The study file names files outside its own folder.",
        ),
        (
            {"responses": "/etc/passwd"},
            "The study file names files outside its own folder.",
        ),
    ],
)
def test_a_study_that_contradicts_itself_or_leaves_its_folder(
    study: Callable[..., Path], changed: dict[str, str], first: str
) -> None:
    assert told(lambda: te.read_study(study())) == ""
    path = study(**changed)
    assert told(lambda: te.read_study(path)).startswith(first)


def test_a_codebook_that_contradicts_itself(tmp_path: Path) -> None:
    path = tmp_path / "codebook.toml"
    path.write_text(
        'title = "T"\n[answers.a]\ncodes = "1-5"\n[[item]]\nkey = "q1"\n'
        'label = "q"\nanswers = "a"\nmissing = { 5 = "no" }\n',
        encoding="utf-8",
    )
    text = told(lambda: te.read_codebook(path))
    assert text.startswith("The codebook contradicts itself or is not complete.")
    assert "'q1'" in text


PLAN_REFUSES = ("no rows", "missing column", "no column of waves", "unknown wave")
PLAN_REFUSES += ("repeated keys", "words", "repeated columns", "infinite", "dates")


@pytest.mark.parametrize("bad", [bad for bad in BAD if bad not in NOT_A_TABLE])
def test_bad_tables_in_a_plan_are_refused_or_become_rows(
    bad: str, study: Callable[..., Path]
) -> None:
    path = study()
    table = BAD[bad](ANSWERS, ITEMS)
    assert isinstance(table, Frame)
    table.to_csv(path.parent / "answers.csv", index=False)
    said: list[str] = []

    def run() -> None:
        said.extend(str(one) for one in te.run_plan(te.read_study(path), "north"))

    text = told(run)
    if bad in PLAN_REFUSES:
        assert text
    assert bool(text) != bool(said)
    for secret in ("nan", PERSON, PLACE, SAID):
        assert secret not in " ".join(said)


@pytest.mark.parametrize("kind", BAD_FILES)
@pytest.mark.parametrize("command", ["check", "new-codebook", "report"])
def test_the_command_line_says_four_lines_and_no_traceback(
    command: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "export.sav"
    bad.write_bytes(BAD_FILES[kind])
    book, out = tmp_path / "codebook.toml", tmp_path / "out"
    write_codebook(BOOK, book)
    more = {
        "check": ["--codebook", str(book)],
        "new-codebook": ["--out", str(out)],
        "report": ["--to", "html", "--out", str(out)],
    }[command]
    assert main([command, str(bad), *more]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 4
    assert "Traceback" not in said.err
    for secret in (PERSON, SAID):
        assert secret not in said.err
    assert not out.exists(), "nothing is half written"
    assert sorted(tmp_path.iterdir()) == [book, bad]
