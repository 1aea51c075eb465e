"""One table with several sites: each is asked by itself, and none goes missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import matplotlib as mpl
import matplotlib.figure
import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Change, NotAnswered
from tillit_eval.phrases import Label
from tillit_eval.plan import Site, Study
from tillit_eval.synthesis import (
    combine_findings,
    combine_outcomes,
    compare_sites,
    judge_sites,
)

NBSP = "\u00a0"
BETWEEN: dict[str, Any] = {"before": "1", "after": "2"}
PERSON = "Kanariefågel Karlsson"
SIZES = {"Öster": 40, "Väster": 25, "Area 10": 30, "Area 2": 30, "Åsen": 6}


def answers(seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    places = np.repeat(list(SIZES), list(SIZES.values()))
    waves = [
        pd.DataFrame(
            {
                "respondent": [f"{PERSON} {i}" for i in range(len(places))],
                "site": places,
                "team": np.arange(len(places)) % 5,
                "wave": wave,
                "trust": rng.normal(60 + rise, 10, len(places)),
                "voice": rng.normal(50, 10, len(places)),
                "source": "synthetic",
            }
        )
        for wave, rise in (("1", 0), ("2", 6))
    ]
    return pd.concat(waves, ignore_index=True)


def told(frame: pd.DataFrame, *, scale: str = "trust", **options: Any) -> str:
    with pytest.raises(DataProblem) as caught:
        compare_sites(frame, scale, **(BETWEEN | options))
    assert len(str(caught.value).splitlines()) == 4
    assert PERSON not in str(caught.value)
    return str(caught.value)


def test_every_site_is_a_row_in_swedish_order() -> None:
    found = compare_sites(answers(), "trust", **BETWEEN, margin=5.0)
    assert [one.site for one in found] == [
        *("Area 2", "Area 10", "Väster", "Åsen", "Öster")
    ]
    small = found.where(site="Åsen")[0]
    assert isinstance(small, NotAnswered)
    assert small.reason.say("en") == "Fewer than 10 people answered both times."
    assert "6" not in small.sentence("en")
    assert {one.role for one in found} == {"secondary"}
    assert {one.source for one in found} == {"synthetic"}
    assert {one.expected for one in found} == {"exploratory"}


def test_a_site_is_asked_as_if_it_were_alone() -> None:
    frame = answers()
    for design, compare in (
        ("paired", te.compare_paired),
        ("waves", te.compare_waves),
        ("overlapping", te.compare_overlapping),
    ):
        options = BETWEEN | {"unit": "team", "margin": 5.0, "average": "units"}
        found = compare_sites(frame, "trust", design=design, **options)  # type: ignore[arg-type]
        alone: Any = compare(frame[frame["site"] == "Öster"], "trust", **options)
        alone = alone[0] if design == "overlapping" else alone
        there = found.where(site="Öster")[0]
        assert there == replace(alone, site="Öster", role="secondary")
        assert there.n_units == 5


def test_the_order_of_the_rows_does_not_matter_and_nothing_is_changed() -> None:
    frame = answers()
    before = frame.copy()
    shuffled = frame.sample(frac=1, random_state=1)
    found = compare_sites(frame, "trust", **BETWEEN)
    pd.testing.assert_frame_equal(frame, before)
    estimates = [one.estimate for one in found if isinstance(one, Change)]
    others = compare_sites(shuffled, "trust", **BETWEEN)
    assert estimates == pytest.approx(
        [one.estimate for one in others if isinstance(one, Change)], rel=1e-12
    )
    turned = compare_sites(frame, "trust", before="2", after="1")
    assert estimates == pytest.approx(
        [-one.estimate for one in turned if isinstance(one, Change)], rel=1e-12
    )


def test_sites_with_numbers_for_names() -> None:
    frame = answers()
    frame["site"] = frame["site"].map({name: i for i, name in enumerate(SIZES)}) + 0.0
    found = compare_sites(frame, "trust", **BETWEEN)
    assert [one.site for one in found] == ["0", "1", "2", "3", "4"]


def test_the_floor_of_the_caller_counts() -> None:
    found = compare_sites(answers(), "trust", **BETWEEN, k_min=5)
    assert not [one for one in found if isinstance(one, NotAnswered)]
    found = compare_sites(answers(), "trust", **BETWEEN, k_min=30)
    silent = [one.site for one in found if isinstance(one, NotAnswered)]
    assert silent == ["Väster", "Åsen"]
    assert {one.floor for one in found} == {30}


def test_what_cannot_be_asked_is_refused() -> None:
    frame = answers()
    text = told(frame.assign(site=frame["site"].where(frame.index != 7)))
    assert text.splitlines()[0] == "Some rows say nothing in 'site'."
    assert "1 of 262 rows without one, at row positions 7" in text
    text = told(frame, site="team", unit="team")
    assert text.startswith("'team' cannot be both the sites and the units inside")
    text = told(frame, site="place")
    assert "lacks a column" in text
    assert "'place'" in text
    assert "design" in told(frame, design="adjusted")
    assert "role" in told(frame, role="guard_rail")
    assert "lacks a column" in told(frame, scale="calm")
    assert "margin" in told(frame, margin=-1.0)
    with pytest.raises(TooFewAnswers) as caught:
        compare_sites(frame, "trust", before="1", after="3")
    assert str(caught.value) == (
        "No site has rows from wave '3'.\n"
        "  expected: rows from '1' and from '3'\n"
        "  found:    waves '1', '2'\n"
        "  to fix:   check before= and after= against the waves present"
    )


def test_one_site_without_a_wave_does_not_stop_the_others() -> None:
    frame = answers()
    gone = (frame["site"] == "Öster") & (frame["wave"] == "2")
    found = compare_sites(frame[~gone], "trust", **BETWEEN)
    reasons = [one.reason.key for one in found if isinstance(one, NotAnswered)]
    assert reasons == ["comparison.reason_pairs", "comparison.reason_wave_missing"]


def test_from_one_table_to_the_matrix_without_a_study() -> None:
    frame = answers()
    trust = compare_sites(frame, "trust", **BETWEEN, role="primary", margin=5.0)
    voice = compare_sites(frame, "voice", **BETWEEN, margin=5.0)
    pooled = combine_findings(trust)
    assert pooled.k == 4
    assert pooled.left_out[0][0].key == "synthesis.out_not_answered"
    verdicts = judge_sites(trust + voice)
    matrix = verdicts.matrix("en")
    assert matrix.columns.tolist() == ["Primary: trust", "voice"]
    assert matrix.index.tolist() == [one.site for one in trust]
    assert matrix.loc["Åsen"].tolist() == ["no answer (a)", "no answer (a)"]
    assert verdicts.n_tests == 8
    assert {one.adjusted for one in verdicts.where(role="primary")[:2]} == {"holm"}  # type: ignore[attr-defined]


def test_guard_rails_need_a_study_or_to_be_judged_before(tmp_path) -> None:
    frame = answers()
    trust = compare_sites(frame, "trust", **BETWEEN, role="primary")
    raw = trust.where(site="Öster")[0]
    rail = replace(raw, role="guard_rail", margin=5.0)  # type: ignore[call-arg]
    with pytest.raises(DataProblem) as caught:
        judge_sites([*trust, rail])
    assert str(caught.value) == (
        "Nothing says which direction is the good one for these guard rails.\n"
        "  expected: the study that planned them\n"
        "  found:    1 guard rails and no study\n"
        "  to fix:   give judge_sites(findings, study=study)"
    )
    with pytest.raises(DataProblem, match="do not say which site they are about"):
        judge_sites([replace(raw, site="")])


def test_a_matrix_shows_the_sites_that_were_given(tmp_path) -> None:
    sites = tuple(Site(name=name, label=Label(name, name)) for name in reversed(SIZES))
    study = Study(title="", path=tmp_path, sites=sites)
    trust = compare_sites(answers(), "trust", **BETWEEN, role="primary")
    assert judge_sites(trust, study=study).matrix().index.tolist() == [*reversed(SIZES)]
    two = [one for one in trust if one.site in ("Öster", "Väster")]
    assert judge_sites(two, study=study).matrix().index.tolist() == ["Väster", "Öster"]


def test_a_family_that_does_not_hang_on_the_correlation_says_so() -> None:
    frame = answers()
    both = compare_sites(frame, "trust", **BETWEEN) + compare_sites(
        frame.assign(calm=frame["trust"]), "calm", **BETWEEN
    )
    found = combine_outcomes(both)
    assert "the average is the same to the digits shown" in found.sentence("en")
    assert "detsamma i de decimaler som visas" in found.sentence("sv")


def test_one_design_stands_below_the_forest_and_several_beside_the_sites() -> None:
    frame = answers()
    paired = compare_sites(frame, "trust", **BETWEEN)
    for lang, words in (
        ("en", "Design: the same people."),
        ("sv", "Upplägg: samma personer."),
    ):
        ax = mpl.figure.Figure().subplots()
        te.plot_forest(combine_findings(paired), ax=ax, lang=lang)  # type: ignore[arg-type]
        assert words in ax.get_xlabel().replace("\n", " ")
    waves = compare_sites(frame, "trust", **BETWEEN, design="waves")
    ax = mpl.figure.Figure().subplots()
    te.plot_forest([paired[0], waves[1]], ax=ax)
    assert "Design" not in ax.get_xlabel()
    assert any("unlinked waves" in text.get_text() for text in ax.get_yticklabels())


def test_the_verdicts_of_one_site_stand_below_each_other() -> None:
    frame = answers()
    both = compare_sites(frame, "trust", **BETWEEN, role="primary") + compare_sites(
        frame, "voice", **BETWEEN
    )
    one = judge_sites(both.where(site="Öster"))
    page = te.tables.table_verdicts(one, lang="sv").as_raw_html()
    heads = [page.index(word) for word in ("Fråga", "Öster", "Huvudfråga: trust")]
    assert heads == sorted(heads)
    assert page.index("Huvudfråga: trust") < page.index("voice")
    assert "Plats" not in page
    assert "Site" in te.tables.table_verdicts(judge_sites(both)).as_raw_html()
