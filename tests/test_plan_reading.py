"""A study file is read whole or refused whole, with everything wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tillit_eval.errors import DataProblem, FileProblem
from tillit_eval.plan import read_study

CODEBOOK = """
title = "Test"
use = ["vertical_trust"]
[[wave]]
key = "2019"
label = { en = "2019", sv = "2019" }
[[wave]]
key = "2021"
label = { en = "2021", sv = "2021" }
"""
GOOD = """
[study]
title = "Test"
codebook = "codebook.toml"
k_min = 12

[[site]]
name = "north"
label = { en = "North", sv = "Norr" }
source = "real"
[site.survey.staff]
responses = "answers.csv"

[[site.question]]
id = "trust"
scale = "vertical_trust"
design = "overlapping"
role = "primary"
before = "2019"
after = "2021"
margin = 5.0
margin_source = "assumed"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "codebook.toml").write_text(CODEBOOK, encoding="utf-8")
    (folder / "answers.csv").write_text("wave;vt_1\n2019;3\n", encoding="utf-8")
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> str:
    with pytest.raises(DataProblem) as problem:
        read_study(write(folder, text))
    assert problem.value.what == "The study file contradicts itself or is not complete."
    return problem.value.found


def test_a_study_is_what_its_file_says(tmp_path: Path) -> None:
    study = read_study(write(tmp_path, GOOD))
    (question,) = study.plan_of("north").questions
    assert (study.title, study.k_min, question.floor) == ("Test", 12, 12)
    assert (question.design, question.role) == ("overlapping", "primary")
    assert (question.estimand, question.average) == ("workplace", "people")
    assert (question.margin, question.expect) == (5.0, "answer")
    assert study.names == ("north",)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("margin = 5.0", "margn = 5.0").replace("title", "titel")
    text = text.replace('before = "2019"', "before = 2019").replace("k_min = 12", "")
    with pytest.raises(DataProblem) as problem:
        read_study(write(tmp_path, text))
    assert str(problem.value) == (
        "The study file contradicts itself or is not complete.\n"
        "  expected: sites with known keys, and one primary question in each\n"
        "  found:    4 problems: study: unknown key 'titel' (did you mean 'title'?); "
        "study: no 'title'; "
        "site 'north', question 'trust': before: is not a text; write it in quotes: "
        '"2019"; '
        "site 'north', question 'trust': unknown key 'margn' (did you mean 'margin'?)"
        "\n  to fix:   mend each in the study file, then read it again"
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('role = "primary"', "", "0 primary questions, there must be exactly one"),
        ('role = "primary"', 'role = "main"', "role is not one of 'primary'"),
        ('"overlapping"', '"stepped"', "design is not one of 'paired'"),
        ("margin = 5.0", "margin = -1.0", "the margin is not above 0"),
        ('margin_source = "assumed"', "", "the margin has no margin_source"),
        ("margin = 5.0", "", "margin_source without a margin"),
        ("margin = 5.0", 'margin = "5"', "margin: is not a number"),
        ('after = "2021"', 'after = "2019"', "before and after are the same wave"),
        (
            'after = "2021"',
            'after = "2022"',
            "wave '2022' is not one of '2019', '2021'",
        ),
        ('after = "2021"', "", "needs before and after"),
        (
            'before = "2019"\nafter = "2021"',
            'before = "2021"\nafter = "2019"',
            "before comes later than after",
        ),
        ('"vertical_trust"', '"trust"', "the codebook has no 'trust'"),
        ('"vertical_trust"', '"vt_1"', "'vt_1' is an item; only shares are of items"),
        ('"overlapping"', '"adjusted"', "design 'adjusted' needs treated"),
        ('"overlapping"', '"shares"', "design 'shares' needs top"),
        ('"overlapping"', '"paired"', "design 'paired' needs estimand"),
        ('id = "trust"', 'id = "trust"\ntop = [4]', "top has no place in design"),
        (
            'id = "trust"',
            'id = "trust"\ntreated = ["A"]\nleave_out = ["A"]',
            "1 unit(s) both treated and left out",
        ),
        ('id = "trust"', 'id = "trust"\nfloor = 6', "floor is under the study's 12"),
        ('id = "trust"', 'id = "trust"\ntop = "4"', "top: is not a list of numbers"),
        ('id = "trust"', 'id = "trust"\nsurvey = "users"', "not one of 'staff'"),
        (
            'id = "trust"',
            'id = "trust"\nexpect = "refusal"',
            "a refusal is expected, but no reason",
        ),
        (
            'id = "trust"',
            'id = "trust"\nreason = "plan.no_baseline"',
            "a reason is given, but an answer expected",
        ),
        (
            'id = "trust"',
            'id = "trust"\nexpect = "refusal"\nreason = "plan.no"',
            "reason 'plan.no' is not the name of a phrase",
        ),
        ('"overlapping"', '"series"', "can only be planned as a refusal"),
        ('"overlapping"', '"effect"', "design 'effect' needs planned and delivered"),
        ("k_min = 12", "k_min = 3", "study: k_min: 3 is under 5"),
        ("k_min = 12", "k_min = 12.5", "study: k_min: is not a whole number"),
        ('source = "real"', 'source = "true"', "source is not one of 'real'"),
        ('codebook = "codebook.toml"', "", "no codebook, here or under [study]"),
        ('"answers.csv"', '"answer.csv"', "responses: there is no such file"),
        (
            'sv = "Norr"',
            'no = "Nord"',
            'label: is neither text nor { en = "…", sv = "…" }',
        ),
        ("[study]", "[Study]", "unknown key 'Study'"),
        ("[[site]]", "[[sites]]", "no [[site]]"),
    ],
)
def test_each_contradiction_has_its_words(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = GOOD.replace(old, new)
    if new == "[[sites]]":
        text = text.partition("[[sites]]")[0]
    assert told in problems(tmp_path, text)


def test_names_that_stand_twice_are_told(tmp_path: Path) -> None:
    site = GOOD[GOOD.index("[[site]]") :]
    question = GOOD[GOOD.index("[[site.question]]") :]
    found = problems(tmp_path, GOOD + question + site)
    assert "site 'north' stands 2 times" in found
    found = problems(tmp_path, GOOD + question)
    assert "question 'trust' stands 2 times" in found
    assert "2 primary questions" in found


def test_a_guard_rail_needs_a_margin(tmp_path: Path) -> None:
    rail = GOOD[GOOD.index("[[site.question]]") : GOOD.index("margin")]
    rail = rail.replace('"primary"', '"guard_rail"').replace('"trust"', '"rail"')
    assert "question 'rail': a guard rail needs a margin" in problems(
        tmp_path, GOOD + rail
    )


def test_a_changed_scale_is_two_numbers_that_differ(tmp_path: Path) -> None:
    changed = """
[[site.question]]
id = "rounds"
scale = "rating"
design = "series"
steps = [{steps}]
expect = "refusal"
reason = "plan.scale_changed"
"""
    (tmp_path / "ratings.csv").write_text("target,round,value,source\n")
    with_ratings = GOOD.replace("source =", 'ratings = "ratings.csv"\nsource =', 1)
    given = with_ratings + changed
    read_study(write(tmp_path, given.replace("{steps}", "7, 4")))
    for steps in ("4", "4, 4", "7, 4, 2", "7, 0.5"):
        assert "steps are two numbers that differ" in problems(
            tmp_path, given.replace("{steps}", steps)
        )
    assert "needs the site's table 'ratings'" in problems(
        tmp_path, GOOD + changed.replace("{steps}", "7, 4")
    )


def test_an_effect_is_refused_only_where_nothing_was_delivered(tmp_path: Path) -> None:
    head = GOOD[: GOOD.index("[[site.question]]")]
    effect = """
[[site.question]]
id = "effect"
scale = "joint_work"
design = "effect"
role = "primary"
planned = 2
delivered = {n}
expect = "refusal"
reason = "plan.nothing_delivered"
"""
    read_study(write(tmp_path, head + effect.replace("{n}", "0")))
    assert "something was delivered" in problems(
        tmp_path, head + effect.replace("{n}", "1")
    )
    assert "not between 0 and planned" in problems(
        tmp_path, head + effect.replace("{n}", "3")
    )


def test_a_series_needs_its_table(tmp_path: Path) -> None:
    text = GOOD.replace('"overlapping"', '"series"')
    assert "a series needs the site's table 'series'" in problems(tmp_path, text)


def test_a_codebook_that_contradicts_itself_is_told_too(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    (tmp_path / "codebook.toml").write_text('title = "Test"', encoding="utf-8")
    with pytest.raises(DataProblem, match="survey 'staff': codebook: The codebook"):
        read_study(path)


@pytest.mark.parametrize("elsewhere", ["../answers.csv", "/etc/hostname"])
def test_a_path_outside_the_folder_is_refused(tmp_path: Path, elsewhere: str) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    (tmp_path / "answers.csv").write_text("wave\n", encoding="utf-8")
    path = write(folder, GOOD.replace("answers.csv", elsewhere))
    with pytest.raises(FileProblem) as problem:
        read_study(path)
    assert str(problem.value) == (
        "The study file names files outside its own folder.\n"
        "  expected: paths beside or under the study file\n"
        "  found:    1 elsewhere: site 'north', survey 'staff': responses\n"
        "  to fix:   move or copy the files into the folder of the study"
    )


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("wave\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(FileProblem, match="outside its own folder"):
        read_study(write(folder, GOOD.replace("answers.csv", "link.csv")))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    with pytest.raises(FileProblem, match="no file at that path"):
        read_study(path)
    path.write_text("[study\n", encoding="utf-8")
    with pytest.raises(FileProblem, match=r"a line that is not TOML, at line 1"):
        read_study(path)
    path.write_bytes("[study]\ntitle = 'Norrkö'".encode("cp1252"))
    with pytest.raises(FileProblem, match="letters that are not UTF-8"):
        read_study(path)
    with pytest.raises(FileProblem, match="check the path"):
        read_study(tmp_path)


def test_only_tables_are_read_as_tables(tmp_path: Path) -> None:
    assert "study: is not a table" in problems(tmp_path, 'study = "Test"\nsite = []')


DEFAULTS = """
[site.defaults]
before = "2019"
after = "2021"
design = "overlapping"
margin = 5.0
margin_source = "assumed"

[[site.question]]
id = "more"
scale = "vertical_trust"
estimand = "stayed"
margin = 3.0
"""


def test_a_site_says_once_what_holds_for_all_its_questions(tmp_path: Path) -> None:
    more = read_study(write(tmp_path, GOOD + DEFAULTS)).sites[0].questions[1]
    assert (more.before, more.after, more.design) == ("2019", "2021", "overlapping")
    assert (more.margin, more.margin_source) == (3.0, "assumed")
    found = problems(tmp_path, GOOD + DEFAULTS.replace('design = "ov', 'id = "ov'))
    assert "site 'north', defaults: unknown key 'id'" in found
    assert "question 'more': no 'design'" in found


def test_a_margin_of_a_share_is_a_share(tmp_path: Path) -> None:
    text = GOOD.replace('"overlapping"', '"shares"\ntop = [4, 5]')
    text = text.replace('scale = "vertical_trust"', 'scale = "vt_1"')
    assert "the margin of a share is a share: under 1" in problems(tmp_path, text)
    read_study(write(tmp_path, text.replace("margin = 5.0", "margin = 0.05")))


GATHER = '[study]\ntitle = "All"\nk_min = 15\ngathers = ["a/study.toml"{more}]\n'


def gathering(folder: Path, more: str = "") -> Path:
    for name in ("a", "b"):
        (folder / name).mkdir(exist_ok=True)
        write(folder / name, GOOD.replace('"north"', f'"{name}"'))
    path = folder / "all.toml"
    path.write_text(GATHER.replace("{more}", more), encoding="utf-8")
    return path


def test_a_study_gathers_the_sites_of_others_under_the_higher_floor(
    tmp_path: Path,
) -> None:
    study = read_study(gathering(tmp_path, ', "b/study.toml"'))
    assert study.names == ("a", "b")
    assert {q.floor for site in study.sites for q in site.questions} == {15}
    assert study.sites[0].surveys[0].responses == tmp_path / "a" / "answers.csv"
    low = tmp_path / "all.toml"
    low.write_text(GATHER.replace("{more}", "").replace("15", "10"), encoding="utf-8")
    assert {q.floor for q in read_study(low).sites[0].questions} == {12}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (', "a/study.toml"', "site 'a' stands 2 times"),
        (', "all.toml"', "gathers, no. 2: gathers studies itself: name those instead"),
        (', "c/study.toml"', "study: gathers: there is no such file"),
        (']\n[[site]]\nname = ["x"', "has sites of its own and gathers others"),
    ],
)
def test_what_cannot_be_gathered_is_told(tmp_path: Path, more: str, told: str) -> None:
    path = gathering(tmp_path, more)
    with pytest.raises(DataProblem) as problem:
        read_study(path)
    assert told in problem.value.found


def test_a_gathered_study_that_is_wrong_says_which(tmp_path: Path) -> None:
    path = gathering(tmp_path, ', "b/study.toml"')
    write(tmp_path / "b", GOOD.replace('"overlapping"', '"none"'))
    with pytest.raises(DataProblem) as problem:
        read_study(path)
    assert "gathers, no. 2: " in problem.value.found
    assert "question 'trust': design is not one of" in problem.value.found
    path.write_text(GATHER.replace("{more}", ', "../study.toml"'), encoding="utf-8")
    with pytest.raises(FileProblem):
        read_study(path)
