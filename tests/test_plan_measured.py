"""A plan examines its scales itself: once each, as they are scored and compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tillit_eval.findings import Findings
from tillit_eval.plan import judge_guard_rails, measuring, read_study, run_plan
from tillit_eval.quality.invariance import assess_invariance

CODEBOOK = """
title = "Test"
[[wave]]
key = "2019"
label = { en = "2019", sv = "2019" }
[[wave]]
key = "2021"
label = { en = "2021", sv = "2021" }
[answers.five]
codes = "1-5"
""" + "".join(
    f"""
[[item]]
key = "{key}"
label = {{ en = "{key}", sv = "{key}" }}
answers = "five"
reversed = {str(key == "a2").lower()}
"""
    for key in ("a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2")
)
SCALES = {
    "part": ["a1", "a2", "a3"],
    "other": ["b1", "b2", "b3"],
    "whole": ["a1", "a2", "a3", "b1", "b2", "b3"],
    "two": ["c1", "c2"],
    "loose": ["a1", "a2", "a3", "c1"],
}
STUDY = """
[study]
title = "Test"
codebook = "codebook.toml"
[[site]]
name = "north"
source = "synthetic"
[site.survey.staff]
responses = "responses.csv"
[site.defaults]
before = "2019"
after = "2021"
"""
# id, scale, design
ASKED = (
    ("primary", "part", "waves"),
    ("again", "part", "overlapping"),
    ("same_people", "part", "paired"),
    ("whole", "whole", "waves"),
    ("two", "two", "waves"),
    ("share", "b1", "shares"),
)


def rows(n: int = 400, moved: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Answer twice; `moved` lifts item a3 after, for reasons of its own."""
    rng = np.random.default_rng(seed)
    parts = []
    for wave in ("2019", "2021"):
        trait = rng.normal(size=(n, 2)).repeat(3, axis=1)
        trait += 0.6 * trait[:, ::-1]
        values = trait + rng.normal(size=(n, 6))
        values[:, 1] *= -1
        values[:, 2] += moved * (wave == "2021")
        codes = np.clip(np.rint(3 + 0.8 * values), 1, 5).astype(int)
        table = pd.DataFrame(codes, columns=SCALES["whole"])
        table = table.assign(c1=table["b1"], c2=table["b2"])
        parts.append(table.assign(wave=wave, respondent=[f"p{i}" for i in range(n)]))
    return pd.concat(parts, ignore_index=True)


def answers(folder: Path, table: pd.DataFrame, asked: Any = ASKED) -> Findings:
    text = CODEBOOK + "".join(
        f'\n[[scale]]\nkey = "{key}"\nlabel = {{ en = "{key}", sv = "{key}" }}\n'
        f"items = {items}\nmin_answered = 2\n"
        for key, items in SCALES.items()
    )
    (folder / "codebook.toml").write_text(text, encoding="utf-8")
    questions = "".join(
        f'\n[[site.question]]\nid = "{key}"\nscale = "{scale}"\ndesign = "{design}"\n'
        + ('role = "primary"\n' if key == "primary" else "")
        + ("top = [4, 5]\n" if design == "shares" else "")
        + ('estimand = "stayed"\n' if design == "paired" else "")
        for key, scale, design in asked
    )
    (folder / "study.toml").write_text(STUDY + questions, encoding="utf-8")
    table.to_csv(folder / "responses.csv", index=False)
    return run_plan(read_study(folder / "study.toml"), "north")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return answers(tmp_path_factory.mktemp("study"), rows())


def state(found: Findings, key: str) -> object:
    states = {getattr(one, "measured", "none") for one in found.where(key=key)}
    assert len(states) == 1
    return states.pop()


def test_every_mean_is_examined_and_no_share(found: Findings) -> None:
    for key in ("primary", "again", "same_people", "whole"):
        assert state(found, key) in ("scalar", "strict"), key
    assert state(found, "share") is None
    assert state(found, "two") == "cannot_tell"
    (two,) = found.where(key="two")
    assert "It has fewer than 3 items." in two.sentence("en")
    assert "Den har färre än 3 frågor." in two.sentence("sv")


def test_an_item_that_moved_on_its_own_is_seen(tmp_path: Path) -> None:
    found = answers(tmp_path, rows(moved=1.0), ASKED[:1])
    (change,) = found
    assert change.measured in ("partial_scalar", "metric", "configural")
    assert "for 1 of 3 items, where part of" in change.sentence("en")
    guarded = replace(change, role="guard_rail", margin=5.0)
    (rail,) = judge_guard_rails(read_study(tmp_path / "study.toml"), [guarded])
    assert rail.measured == change.measured
    assert "for 1 of 3 items, where part of" in rail.sentence("en")


def test_it_agrees_with_who_asks_directly(found: Findings) -> None:
    table = rows().assign(a2=lambda t: 6 - t["a2"])
    for key, respondent in (("primary", None), ("same_people", "respondent")):
        direct = assess_invariance(
            table, SCALES["part"], wave="wave", respondent=respondent
        )
        assert direct.state == state(found, key)


def test_few_people_and_one_wave(tmp_path: Path) -> None:
    (change,) = answers(tmp_path, rows(n=150), ASKED[:1])
    assert change.measured == "cannot_tell"
    assert (
        "Whether the scale measures the same both times cannot be told. Fewer than "
        "200 people answered all of its items in one of the waves."
    ) in change.sentence("en")
    (change,) = answers(tmp_path, rows().query("wave == '2021'"), ASKED[:1])
    assert change.question == "not answered"
    assert "no answers from wave 2019" in change.sentence("en")


def test_each_scale_and_pair_of_waves_is_examined_once_as_it_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Any, dict[str, Any]]] = []

    def note(table: pd.DataFrame, model: Any, **options: Any) -> Any:
        calls.append((model, options))
        assert {*table["wave"]} == {"2019", "2021"}
        mean = table.groupby("respondent")["a2"].mean()
        assert mean.corr(table.groupby("respondent")["a1"].mean()) > 0
        return assess_invariance(table, model, **options)

    monkeypatch.setattr(measuring, "assess_invariance", note)
    asked = (*ASKED[:4], ("loose", "loose", "waves"))
    answers(tmp_path, rows(), asked)
    assert [(model, options["respondent"]) for model, options in calls] == [
        ({"part": ("a1", "a2", "a3")}, None),
        ({"part": ("a1", "a2", "a3")}, "respondent"),
        (
            {"part": ("a1", "a2", "a3"), "other": ("b1", "b2", "b3")},
            None,
        ),
        ({"loose": ("a1", "a2", "a3", "c1")}, None),
    ]
