"""Person scores: R's values, the worked rules, and refusals by their text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.codebook import Codebook, Item, Scale
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.phrases import Label

HERE = Path(__file__).parent / "reference" / "scales"
ITEMS = [f"AF{i}" for i in ("06", "07")] + [f"AP{i}" for i in (12, 17, 33, 34)]
ITEMS += [f"AS{i}" for i in (14, 15, 16, 17, 28)]
TURNED = ("AF07", "AP33")
RTOL = 1e-10  # the same sums in double precision, stored with 15 digits


def codebook(
    keys: list[str] = ITEMS,
    *,
    turned: tuple[str, ...] = TURNED,
    codes: tuple[int, ...] = (1, 2, 3, 4, 5),
    **scale: object,
) -> Codebook:
    rules = {"min_answered": (len(keys) + 1) // 2, "official": True} | scale
    return Codebook(
        title="test",
        items=tuple(
            Item(key=k, label=Label(k, k), codes=codes, reversed=k in turned)
            for k in keys
        ),
        scales=(
            Scale(key="lead", label=Label("Lead", "Led"), items=tuple(keys), **rules),
        ),
    )


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return pd.read_csv(HERE / "inputs" / "answers.csv")


@pytest.fixture(scope="module")
def r() -> pd.Series:
    values = pd.read_csv(HERE / "values.csv", comment="#")
    return values.set_index(["case", "quantity"])["value"]


@pytest.mark.parametrize(
    ("case", "rules"),
    [
        ("half_rule", {"min_answered": 6}),
        ("every_item", {"min_answered": 11}),
        ("psych_mean", {"min_answered": 6, "scoring": "person_mean"}),
    ],
)
def test_scores_equal_r(answers, r, case, rules) -> None:
    scores = te.score_scales(answers, codebook(**rules))["lead"]
    ours = {"n": scores.count(), "mean": scores.mean(), "sd": scores.std()}
    ours |= {f"row_{i}": scores.iloc[i - 1] for i in (1, 2, 50, 100, 250)}
    assert ours == pytest.approx(r.loc[case].to_dict(), rel=RTOL, nan_ok=True)


def test_the_rules_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "a": [5, 5, None, None],
            "b": [1, None, None, None],
            "c": [3, 4, 2, None],  # reversed: 3, 2, 4
            "unit": list("xxyy"),
        }
    )
    scores = te.score_scales(rows, codebook(["a", "b", "c"], turned=("c",)))
    # (100 + 0 + 50) / 3; (100 + 25) / 2; one of three answered; none answered
    assert scores["lead"].tolist()[:2] == [50.0, 62.5]
    assert scores["lead"].isna().tolist() == [False, False, True, True]
    points = codebook(["a", "b", "c"], turned=("c",), scoring="person_mean")
    assert te.score_scales(rows, points)["lead"].tolist()[:2] == [3.0, 3.5]


def test_keys_stay_and_the_callers_table_does_not_change(answers) -> None:
    asked = answers.assign(wave="2014", respondent=range(len(answers)), source="real")
    asked.index = asked.index + 1000
    before = asked.copy(deep=True)
    scores = te.score_scales(asked, codebook())
    pd.testing.assert_frame_equal(asked, before)
    assert list(scores) == ["GRP", "wave", "respondent", "source", "lead"]
    assert scores.index.equals(asked.index)


def test_every_kind_of_number_gives_the_same_scores(answers) -> None:
    plain = te.score_scales(answers, codebook())["lead"]
    for kind in ("Int8", "Int64", "Float64", "float32"):
        other = te.score_scales(answers.astype(kind), codebook())["lead"]
        pd.testing.assert_series_equal(other, plain)


def test_scales_not_asked_are_left_out_and_half_asked_ones_refused(answers) -> None:
    book = codebook()
    other = Item(key="z", label=Label("z", "z"), codes=(1, 2))
    more = Scale(key="z_scale", label=Label("z", "z"), items=("z",), min_answered=1)
    both = Codebook(title="", items=(*book.items, other), scales=(*book.scales, more))
    assert "z_scale" not in te.score_scales(answers, both)
    with pytest.raises(DataProblem, match="a column 'z'"):
        te.score_scales(answers, both, scales=["lead", "z_scale"])
    with pytest.raises(DataProblem, match="a column 'AS28'"):
        te.score_scales(answers.drop(columns="AS28"), both)


CODES = st.lists(
    st.lists(st.sampled_from([1, 2, 3, 4, 5, None]), min_size=4, max_size=4),
    min_size=1,
    max_size=12,
)
KEYS = list("abcd")


def table(rows: list[list[int | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=KEYS, dtype="float64")


def scored(rows: pd.DataFrame, **more: object) -> np.ndarray:
    # One full row more, so that there is always a score.
    full = pd.concat([rows, table([[1, 1, 1, 1]])], ignore_index=True)
    book = codebook(KEYS, **({"turned": ("b",)} | more))
    return te.score_scales(full, book)["lead"].to_numpy()[:-1]


@settings(deadline=None, max_examples=40)
@given(CODES)
def test_scores_lie_in_the_range_and_depend_on_no_other_row(rows) -> None:
    scores = scored(table(rows))
    assert ((scores >= 0) & (scores <= 100) | np.isnan(scores)).all()
    backwards = scored(table(rows).iloc[::-1])
    np.testing.assert_array_equal(backwards[::-1], scores)


@settings(deadline=None, max_examples=40)
@given(CODES)
def test_turning_every_item_mirrors_the_score_and_twice_is_nothing(rows) -> None:
    plain = scored(table(rows), turned=())
    mirrored = scored(table(rows), turned=tuple(KEYS))
    np.testing.assert_allclose(mirrored, 100 - plain, atol=1e-12)
    again = scored(6 - table(rows), turned=tuple(KEYS))
    np.testing.assert_allclose(again, plain, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(CODES)
def test_missing_is_never_a_zero(rows) -> None:
    frame = table(rows)
    scores = scored(frame, turned=())
    answered = frame.count(axis=1).to_numpy()
    expected = 25 * (frame.mean(axis=1).to_numpy() - 1)
    expected[answered < 2] = np.nan
    np.testing.assert_allclose(scores, expected, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.integers(1, 5), min_size=4, max_size=4), min_size=1))
def test_person_first_and_item_first_agree_when_nobody_skips(rows) -> None:
    frame = table(rows)
    book = codebook(KEYS, turned=("b",))
    index = te.score_index(frame, book, scale="lead")[0].estimate
    persons = te.score_scales(frame, book)["lead"].mean()
    assert index == pytest.approx(persons, rel=1e-12, abs=1e-12)


def message(call) -> str:
    with pytest.raises(DataProblem) as caught:
        call()
    return str(caught.value)


def test_codes_that_are_not_valid_are_named_with_counts_and_positions() -> None:
    rows = table([[1, 2, 9, 3], [0, 2, 2.5, 1], [5, 5, 9, 1]])
    assert message(lambda: te.score_scales(rows, codebook(KEYS))) == (
        "Some answers are not valid codes of their item.\n"
        "  expected: the codes of the codebook, and nothing where there is no answer\n"
        "  found:    'a' has 0 in 1 row (row positions 1); "
        "'c' has 2.5, 9 in 3 rows (row positions 0, 1, 2)\n"
        "  to fix:   declare the code as valid or missing in the codebook, or correct "
        "the export"
    )


def test_codes_with_holes_are_looked_up() -> None:
    book = codebook(KEYS, codes=(1, 3, 5))
    assert "'a' has 2 in 1 row" in message(
        lambda: te.score_scales(table([[2, 1, 3, 5]]), book)
    )
    assert te.score_scales(table([[1, 5, 3, 5]]), book)["lead"].tolist() == [62.5]


def test_answers_in_words_are_refused_without_showing_them() -> None:
    rows = table([[1, 2, 3, 4]]).assign(b="Stämmer helt", c=True)
    text = message(lambda: te.score_scales(rows, codebook(KEYS)))
    assert text.startswith("Some items are not numbers.")
    assert "columns 'b', 'c'" in text
    assert "read_responses" in text
    assert "Stämmer" not in text


def test_nobody_answered() -> None:
    rows = table([[None] * 4] * 3)
    for call in (
        lambda: te.score_scales(rows, codebook(KEYS)),
        lambda: te.score_scales(rows.astype(object), codebook(KEYS), scales="lead"),
    ):
        with pytest.raises(TooFewAnswers) as caught:
            call()
        assert str(caught.value).startswith(
            "Nobody answered enough items of a scale to get a score.\n"
        )
        assert "none for 'lead'" in str(caught.value)
        assert te.phrases.has_phrase(caught.value.reason)


def test_what_is_not_a_table_or_a_codebook() -> None:
    rows, book = table([[1, 2, 3, 4]]), codebook(KEYS)
    wrong = [
        (lambda: te.score_scales(rows[:0], book), "The table of responses is empty."),
        (lambda: te.score_scales([1], book), "This is not a table of responses."),
        (lambda: te.score_scales(rows, {"a": 1}), "This is not a codebook."),
        (lambda: te.score_scales(rows, book, scales="x"), "The codebook has no scale"),
        (
            lambda: te.score_scales(rows[[]].assign(z=1), book),
            "No scale of the codebook was asked in this table of responses.",
        ),
        (
            lambda: te.score_scales(rows.assign(lead=1), book),
            "already has a column with the name of a scale",
        ),
        (
            lambda: te.score_scales(rows[["a", "a", "b", "c", "d"]], book),
            "The table of responses has a column more than once.",
        ),
    ]
    for call, text in wrong:
        assert text in message(call)
        assert message(call).count("\n") == 3


def test_a_polars_table_is_refused_with_the_cure() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [1]})
    assert ".to_pandas()" in message(lambda: te.score_scales(frame, codebook(["a"])))
