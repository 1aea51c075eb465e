"""Several outcomes per site, and the matrix of verdicts: rules, words, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import tillit_eval as te
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Change, Findings, Interval, NotAnswered
from tillit_eval.phrases import Label, phrase
from tillit_eval.plan import Site, Study, run_all
from tillit_eval.synthesis import (
    PooledFamily,
    Verdicts,
    combine_findings,
    combine_outcomes,
    judge_sites,
)
from tillit_eval.tables import table_verdicts

NBSP = "\u00a0"
SHIFT = {"trust": 0.5, "voice": -0.5, "burden": 0.2}


def change(site: str, scale: str, estimate: float, **more: object) -> Change:
    values = {
        "before": "1",
        "after": "2",
        "standard_error": 1.0,
        "n_people": 80,
        "source": "synthetic",
        "measured": None,
    }
    return Change(site=site, scale=scale, estimate=estimate, **(values | more))


def several(**more: object) -> list[Change]:
    ys = (1.0, 2.0, 3.0, 2.0, 2.5)
    return [
        change(site, scale, y + by, **more)
        for site, y in zip("abcde", ys, strict=True)
        for scale, by in SHIFT.items()
    ]


# --- several outcomes of each site ------------------------------------------------


def test_people_of_a_site_count_once() -> None:
    found = combine_outcomes([replace(several()[0], n_people=95), *several()[1:]])
    assert found.n_people == 95 + 4 * 80
    assert found.k == 5
    assert found.outcomes == ("trust", "voice", "burden")
    assert sum(one.weight or 0 for one in found.contributions) == pytest.approx(1.0)


def test_more_outcomes_of_the_same_people_are_not_more_sites() -> None:
    """Copies of one outcome must not make the answer surer."""
    trust = [replace(one) for one in several() if one.scale == "trust"]
    copies = [replace(one, scale=f"copy {i}") for one in trust for i in range(4)]
    one = combine_findings(trust)
    many = combine_outcomes([*trust, *copies], correlation=0.99)
    assert many.estimate == pytest.approx(one.estimate, abs=1e-6)
    assert many.standard_error == pytest.approx(
        np.std([x.estimate for x in trust], ddof=1) / 5**0.5, rel=1e-6
    )
    assert many.df == pytest.approx(4.0, rel=1e-6)


def test_a_turned_outcome_counts_the_other_way() -> None:
    mirrored = [
        replace(one, estimate=-one.estimate) if one.scale == "burden" else one
        for one in several()
    ]
    straight, turned = (
        combine_outcomes(several()),
        combine_outcomes(mirrored, turned="burden"),
    )
    assert turned.estimate == pytest.approx(straight.estimate)
    assert turned.standard_error == pytest.approx(straight.standard_error)
    assert "The sign of 1 of them was turned" in turned.sentence("en")
    assert "Tecknet på 1 av dem har vänts" in turned.sentence("sv")


def test_a_family_in_both_languages() -> None:
    found = combine_outcomes(several(), name=Label("trust at work", "tillit i arbetet"))
    assert isinstance(found, PooledFamily)
    text = found.sentence("en").replace(NBSP, " ")
    assert text.startswith("Trust at work, 5 sites together: rose on average by +2.17")
    assert "This is an average over 3 outcomes as well as over sites." in text
    assert "assumed to correlate by 0.6; with 0.2 or 0.8 instead" in text
    assert [one.assumed_correlation for one in found.alternatives] == [0.2, 0.8]
    text = found.sentence("sv").replace(NBSP, " ")
    assert text.startswith("Tillit i arbetet, 5 platser tillsammans: ökade")
    assert "antas korrelera med 0,6" in text
    few_sites = combine_outcomes([x for x in several() if x.site in "abc"])
    assert "degrees of freedom: the sites are too few" in few_sites.sentence("en")
    assert found.to_frame().loc[0, "outcomes"] == "trust, voice, burden"


def told(findings: list[Change], **options: object) -> str:
    with pytest.raises(DataProblem) as caught:
        combine_outcomes(findings, **options)  # type: ignore[arg-type]
    assert len(str(caught.value).splitlines()) == 4
    return str(caught.value)


def test_what_cannot_be_a_family_is_refused() -> None:
    assert told([*several(), several()[0]]).startswith(
        "Some sites have more than one estimate of the same thing."
    )
    assert told([x for x in several() if x.scale == "trust"]).startswith(
        "No site has more than one outcome here."
    )
    text = told(several(), turned=["bruden"])
    assert text.startswith("Some scales to turn are not among the findings.")
    assert "found:    'bruden'" in text
    for bad, found in ((1.0, "1.0"), (-0.1, "-0.1"), ("high", "a str")):
        text = told(several(), correlation=bad)
        assert text.startswith("This cannot be the correlation of the errors")
        assert f"found:    {found}" in text
    with pytest.raises(TooFewAnswers, match="Too few sites to pool"):
        combine_outcomes([x for x in several() if x.site in "ab"])


# --- the matrix of verdicts -------------------------------------------------------


def finding(site: str, scale: str, role: str, p: float, **more: object) -> Change:
    values = {
        "label": Label(scale, scale + " sv"),
        "interval": Interval(1.0, 5.0),
        "p_value": p,
        "role": role,
        "key": f"{role} {scale}",
        "expected": "planned",
    }
    return change(site, scale, 3.0, **(values | more))


def study(tmp_path) -> Study:
    return Study(
        title="Three places",
        path=tmp_path,
        sites=tuple(
            Site(name=name, label=Label(name.title(), name.title() + " sv"))
            for name in ("north", "south", "west")
        ),
    )


def silent(site: str) -> NotAnswered:
    return NotAnswered(
        scale="trust",
        label=Label("trust", "trust sv"),
        asked="waves",
        site=site,
        role="primary",
        reason=phrase("plan.nobody_left"),
    )


def test_guard_rails_first_then_primary_then_the_others(tmp_path) -> None:
    given = [
        finding("south", "voice", "secondary", 0.001),
        finding("south", "trust", "primary", 0.02),
        finding("north", "trust", "primary", 0.04),
        finding("north", "other", "", 0.04),
        silent("west"),
        finding("north", "calm", "secondary", 0.03, n_people=7),
    ]
    verdicts = judge_sites(given, study=study(tmp_path))
    assert [(one.site, one.role) for one in verdicts] == [
        ("north", "primary"),
        ("north", "secondary"),
        ("south", "primary"),
        ("south", "secondary"),
        ("west", "primary"),
    ]
    matrix = verdicts.matrix("en")
    assert matrix.columns.tolist() == ["Primary: trust", "calm", "voice"]
    assert matrix.loc["North"].tolist() == ["▲ rose", "not shown", "–"]
    assert matrix.loc["South"].tolist() == ["▲ rose", "–", "▲ rose"]
    assert matrix.loc["West"].tolist() == ["no answer (a)", "–", "–"]
    assert verdicts.notes("en")[1:] == [
        "(a) The plan leaves out every unit that has answers."
    ]
    assert verdicts.matrix("sv").loc["West sv", "Huvudfråga: trust sv"] == (
        "inget svar (a)"
    )


def test_the_primary_questions_are_one_family_with_holm(tmp_path) -> None:
    given = [
        finding(site, "trust", "primary", p)
        for site, p in (("north", 0.02), ("south", 0.03), ("west", 0.6))
    ]
    verdicts = judge_sites(given, study=study(tmp_path))
    p_values = [one.p_value for one in verdicts if isinstance(one, Change)]
    assert p_values == pytest.approx([0.06, 0.06, 0.6])
    assert {one.verdict for one in verdicts if isinstance(one, Change)} == {
        "cannot_tell"
    }
    assert {one.adjusted for one in verdicts if isinstance(one, Change)} == {"holm"}


def test_the_other_questions_are_adjusted_within_their_site_and_once(tmp_path) -> None:
    given = [
        finding("north", scale, "secondary", p)
        for scale, p in (("a", 0.01), ("b", 0.04), ("c", 0.9))
    ] + [finding("south", "a", "secondary", 0.04)]
    fresh = judge_sites(given, study=study(tmp_path))
    p_values = [one.p_value for one in fresh if isinstance(one, Change)]
    assert p_values == pytest.approx([0.03, 0.06, 0.9, 0.04])
    again = judge_sites(fresh, study=study(tmp_path))
    assert list(again) == list(fresh)


def test_the_number_of_false_verdicts_by_hand(tmp_path) -> None:
    given = [
        *(finding("north", f"s{i}", "secondary", 0.001) for i in range(4)),
        finding("north", "s9", "secondary", 0.9),
        finding("north", "trust", "primary", 0.001),
        finding("south", "trust", "primary", 0.001),
        silent("west"),
    ]
    verdicts = judge_sites(given, study=study(tmp_path))
    assert verdicts.n_tests == 7
    assert verdicts.expected_unadjusted == pytest.approx(0.35)
    assert verdicts.expected_false == pytest.approx(0.05 + 5 * 0.05)
    assert verdicts.note("en") == (
        "7 questions were tested and 6 got a verdict. Had each been judged by itself, "
        "chance alone could have made up to 0.35 verdicts false; as they stand, at "
        "most about 0.30 are expected to be."
    )
    assert "högst omkring 0,30 vara fel" in verdicts.note("sv")


def test_false_verdicts_are_no_more_than_stated() -> None:
    """Simulated: nothing changed anywhere, 12 sites with one and five questions."""
    rng = np.random.default_rng(11)
    sites = tuple(Site(name=f"s{i}", label=Label(f"s{i}", f"s{i}")) for i in range(12))
    plan = Study(title="", path=None, sites=sites)  # type: ignore[arg-type]
    false, stated, alone = [], [], []
    for p in rng.random((40, 12, 6)):
        given = [
            finding(f"s{i}", f"q{j}", "secondary" if j else "primary", float(p[i, j]))
            for i in range(12)
            for j in range(6)
        ]
        verdicts = judge_sites(given, study=plan)
        false.append(
            sum(one.verdict == "rose" for one in verdicts if isinstance(one, Change))
        )
        stated.append(verdicts.expected_false)
        alone.append(verdicts.expected_unadjusted)
    assert alone == pytest.approx([72 * 0.05] * 40)
    assert max(stated) < 1.0
    gap = np.array(false) - stated
    assert gap.mean() < 3 * gap.std() / 40**0.5
    assert sum(false) > 0


def test_families_share_a_column_and_count(tmp_path) -> None:
    given = [
        finding("north", "a", "secondary", 0.001),
        finding("north", "b", "secondary", 0.002),
        finding("north", "c", "secondary", 0.9),
    ]
    families = dict.fromkeys("abc", Label("At work", "På jobbet"))
    verdicts = judge_sites(given, study=study(tmp_path), families=families)
    assert verdicts.matrix("en").loc["North", "At work"] == "▲ rose × 2, ○ cannot tell"
    assert verdicts.matrix("sv").columns.tolist() == ["På jobbet"]


def test_the_sample_study_has_its_guard_rails_first() -> None:
    whole = te.read_study("data/sample/study.toml")
    first = whole.plan_of("sundsvall")
    few = replace(first, questions=first.in_order[:3])
    plan = replace(whole, sites=(few, *whole.sites[-1:]))
    verdicts = judge_sites(run_all(plan), study=plan)
    assert isinstance(verdicts, Verdicts)
    heads = verdicts.matrix("en").columns.tolist()
    guards = [head.startswith("Guard rail: ") for head in heads]
    assert guards == sorted(guards, reverse=True)
    assert sum(guards) == 2
    told = verdicts.matrix("en").iloc[0, 0].split("\u202f")[0]
    assert told in ("✓ holds", "✗ broken", "○ cannot tell")
    assert len(verdicts.matrix()) == len(plan.sites)
    page = table_verdicts(verdicts, lang="sv").as_raw_html()
    assert "Skyddsräcke: " in page
    assert "Syntetiska data." in page
    assert "frågor prövades" in page


def test_a_matrix_needs_a_study_and_roles(tmp_path) -> None:
    one = finding("north", "trust", "", 0.1)
    with pytest.raises(DataProblem, match="None of these findings answers a planned"):
        judge_sites([one], study=study(tmp_path))
    with pytest.raises(DataProblem, match="This is not a study"):
        judge_sites([one], study="study.toml")  # type: ignore[arg-type]
    with pytest.raises(DataProblem, match="The study has no such site"):
        judge_sites([replace(one, role="primary", site="east")], study=study(tmp_path))
    with pytest.raises(DataProblem, match="These are not the verdicts of a study"):
        table_verdicts(Findings([one]))  # type: ignore[arg-type]
