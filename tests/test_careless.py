"""Signs of careless answering equal base R, find who ticked blindly, name nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval import quality
from tillit_eval.codebook import Codebook, Item, Scale
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.phrases import Label
from tillit_eval.quality._careless import by_lot, longest_string
from tillit_eval.quality._careless_reading import check_questions, read_answers
from tillit_eval.simulation import draft_truth
from tillit_eval.simulation.answers import answer_round, plan_items
from tillit_eval.simulation.kernels import draw_rounds

HERE = Path(__file__).parent / "reference" / "careless"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
ANSWERS = pd.read_csv(HERE / "inputs" / "answers.csv")
NAMES = list(ANSWERS)
SCALES = {letter: [f"{letter}{k}" for k in (1, 2, 3)] for letter in "abcdef"}
LISTS = {"backwards": ["b3", "d2", "f3"], "scales": SCALES}


def book() -> Codebook:
    """Return the same questions as a codebook, and one with other codes."""
    items = [
        Item(
            key=name,
            label=Label(name, name),
            codes=(1, 2, 3, 4, 5),
            reversed=name in LISTS["backwards"],
        )
        for name in NAMES
    ]
    other = Item(key="yes", label=Label("Yes", "Ja"), codes=(0, 1))
    scales = [
        Scale(key=key, label=Label(key, key), items=tuple(own), min_answered=2)
        for key, own in SCALES.items()
    ]
    whole = Scale(key="all", label=Label("a", "a"), items=tuple(NAMES), min_answered=2)
    return Codebook(title="t", items=(*items, other), scales=(whole, *scales))


def test_every_sign_of_every_row_equals_r() -> None:
    marks = quality.mark_careless(ANSWERS, NAMES, **LISTS)
    for name in ("long_string", "spread", "halves", "contradiction", "far"):
        theirs = [R[f"row_{k}", name] for k in range(1, len(ANSWERS) + 1)]
        assert marks[name].to_numpy() == pytest.approx(
            np.array(theirs, float), rel=1e-10, abs=1e-12, nan_ok=True
        ), name
    asked = check_questions(NAMES, LISTS["backwards"], SCALES)
    lot = by_lot(read_answers(ANSWERS, asked).turned, asked.pairs)
    assert lot == pytest.approx(R["all", "by_lot"], rel=1e-10)
    found = quality.assess_careless(ANSWERS, NAMES, **LISTS)
    assert found.n_people == R["all", "n_people"]
    cut = R["all", "distance_cut"]
    assert found.signs[3].n_count == (marks["far"] > cut).sum()


def test_a_codebook_says_the_same_as_lists() -> None:
    one = quality.assess_careless(ANSWERS, NAMES, **LISTS)
    other = quality.assess_careless(ANSWERS.assign(yes=1), book())
    assert other == one
    assert one.n_flagged == quality.mark_careless(ANSWERS, book())["flagged"].sum()


def test_those_who_ticked_blindly_are_found_and_few_others() -> None:
    """Rows 1 to 8 tick one box, 9 to 16 any; the rest answered."""
    flagged = quality.mark_careless(ANSWERS, NAMES, **LISTS)["flagged"].to_numpy()
    assert flagged[:8].all()
    assert flagged[8:16].sum() >= 3  # blind ticking hides better
    assert flagged[18:].mean() <= 0.03


def test_the_sample_knows_who_was_careless_and_so_does_the_sign() -> None:
    """In simulated surveys the truth is known: sensitivity and specificity."""
    items = [
        Item(
            key=f"{s}{k}",
            label=Label("a", "a"),
            codes=(1, 2, 3, 4, 5),
            reversed=k == 3,
        )
        for s in "abcdef"
        for k in range(4)
    ]
    scales = [
        Scale(
            key=s,
            label=Label(s, s),
            items=tuple(f"{s}{k}" for k in range(4)),
            min_answered=2,
        )
        for s in "abcdef"
    ]
    questions = Codebook(title="t", items=tuple(items), scales=tuple(scales))
    truth = replace(draft_truth(questions, n_units=20, people=60), careless=0.1)
    rng = np.random.default_rng(5)
    drawn = next(iter(draw_rounds(truth, copies=1, rng=rng)))
    answers = answer_round(truth, drawn, plan_items(truth, questions), rng)
    flagged = quality.mark_careless(pd.DataFrame(answers), questions)["flagged"]
    careless = drawn.people.careless
    assert careless.sum() > 60
    assert flagged[careless].mean() > 0.95
    assert flagged[~careless].mean() < 0.03


def test_what_changes_without_them_is_the_mean_and_alpha_of_the_rest() -> None:
    found = quality.assess_careless(ANSWERS, NAMES, **LISTS)
    kept = ~quality.mark_careless(ANSWERS, NAMES, **LISTS)["flagged"]
    kept &= ANSWERS.notna().mean(axis=1) >= 0.5
    turned = ANSWERS.assign(**{k: 6 - ANSWERS[k] for k in LISTS["backwards"]})
    effect = found.effects.where(scale="b")[0]
    rest = turned.loc[kept, SCALES["b"]]
    assert effect.mean_without == pytest.approx(rest.mean(axis=1).mean())
    alpha = quality.assess_alpha(rest, SCALES["b"]).estimate
    assert effect.alpha_without == pytest.approx(alpha)
    assert effect.estimate == pytest.approx(effect.mean_without - effect.mean)


def test_sentences_in_both_languages_and_no_person_under_the_floor() -> None:
    found = quality.assess_careless(ANSWERS.assign(source="synthetic"), book())
    english = found.sentence("en").replace("\xa0", " ")
    assert english.startswith(f"Signs of careless answering: {found.n_flagged} of 139")
    assert "the same answer 10 times or more in a row over 18 questions" in english
    assert "A sign is no proof" in english
    assert english.endswith("(Synthetic data.)")
    assert "Ett tecken är inget bevis" in found.sentence("sv")
    assert "long string" in found.signs.sentence("en")
    few = ANSWERS.iloc[18:].assign(source="real")
    few.iloc[0, :18] = 3
    hidden = quality.assess_careless(few, book())
    assert 0 < hidden.n_flagged < 5
    assert hidden.sentence("en") == (
        "Careless answering: not shown. Fewer than 5 people are on one side of the "
        "share."
    )
    assert "Fewer than 5 show the signs" in hidden.effects.sentence("en")
    row = hidden.to_frame(guarded=True).iloc[0]
    assert row["estimate"] is None
    assert row["n_flagged"] is None


def test_strings_are_hidden_where_the_rest_of_the_flagged_are_few() -> None:
    found = quality.assess_careless(ANSWERS, NAMES, **LISTS)
    strings = found.signs[0]
    rest = found.n_flagged - strings.n_count
    assert strings.complement_hidden == (0 < rest < 5)
    more = pd.concat([ANSWERS.iloc[18:], ANSWERS.iloc[:6], ANSWERS.iloc[8:10]])
    other = quality.assess_careless(more, NAMES, **LISTS)
    assert other.signs[0].complement_hidden
    assert "not shown" in other.signs[0].sentence("en")


def test_honest_answers_to_a_short_scale_are_not_suspected() -> None:
    """Eight questions about one thing: half of them alike is nothing strange."""
    rng = np.random.default_rng(1)
    latent = rng.normal(size=(600, 1)) + 0.8 * rng.normal(size=(600, 8))
    frame = pd.DataFrame(np.clip(np.rint(3 + latent), 1, 5), columns=NAMES[:8])
    found = quality.assess_careless(frame, NAMES[:8])
    assert found.string == 8
    assert found.estimate < 0.03


def test_signs_that_the_questions_do_not_allow_are_named() -> None:
    found = quality.assess_careless(ANSWERS, NAMES)
    said = found.sentence("en")
    assert "Halves of the scales" in said
    assert "Reversed questions" in said
    assert len(found.signs) == 2


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.integers(1, 3), min_size=7, max_size=7), min_size=1))
def test_the_longest_string_is_what_counting_by_hand_gives(rows) -> None:
    for row, length in zip(rows, longest_string(np.array(rows, float)), strict=True):
        text = "".join(map(str, row))
        runs = [k for k in range(1, 8) for c in "123" if c * k in text]
        assert length == max(runs)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.assign(a1="x"), "Some answers are not numbers.\n"),
        (lambda f: f.assign(a1=f["a1"] > 3), "Some answers are not numbers.\n"),
        (lambda f: f.assign(a1=np.inf), "Some answers are infinite.\n"),
        (lambda f: f.drop(columns="a1"), "The table of responses lacks a column.\n"),
        (lambda f: f * np.nan, "Nobody answered these questions.\n"),
        (lambda f: f.iloc[[17]], "Nobody answered at least half of the questions.\n"),
    ],
)
def test_answers_that_cannot_be_looked_at_are_refused(change, said: str) -> None:
    with pytest.raises(DataProblem) as caught:
        quality.assess_careless(change(ANSWERS.astype(float)), NAMES, **LISTS)
    assert str(caught.value).startswith(said)
    assert str(caught.value).count("\n") == 3


def test_questions_that_make_no_sense_are_refused() -> None:
    with pytest.raises(TooFewAnswers, match="at least 6 items"):
        quality.assess_careless(ANSWERS, NAMES[:5])
    with pytest.raises(DataProblem, match="not among the questions"):
        quality.assess_careless(ANSWERS, NAMES[:9], backwards=["f3"])
    with pytest.raises(DataProblem, match="'scales' does not say"):
        quality.assess_careless(ANSWERS, NAMES, scales=[["a1", "a2"]])


def test_one_person_constant_and_repeated_items_give_no_wrong_number() -> None:
    alone = quality.assess_careless(ANSWERS.head(1), NAMES, **LISTS)
    assert "fewer than 10" in alone.sentence("en")
    same = pd.DataFrame(dict.fromkeys(NAMES, ANSWERS["a1"]))
    for frame in (same, ANSWERS.assign(a1=3), ANSWERS.assign(a2=ANSWERS["a1"])):
        found = quality.assess_careless(frame, NAMES, **LISTS)
        assert "far from everybody" in found.sentence("en") or not found.is_shown
        assert len(found.signs) == 3
