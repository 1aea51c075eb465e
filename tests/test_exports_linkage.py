"""Linking waves: exact before fuzzy, unique both ways, counted, never anonymous."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.errors import DataProblem
from tillit_eval.exports.matching import levenshtein


def wave(codes: list[str | None], unit: object = "a", **more: object) -> pd.DataFrame:
    return pd.DataFrame({"code": codes}).assign(unit=unit, **more)


def counts(linkage: te.exports.Linkage) -> tuple[int, ...]:
    return (
        linkage.n_exact, linkage.n_fuzzy, linkage.n_ambiguous,
        linkage.n_ambiguous_after, linkage.n_before_only, linkage.n_after_only,
    )  # fmt: skip


def pairs(linkage: te.exports.Linkage) -> list[tuple[int, int, int]]:
    return [tuple(row) for row in linkage.pairs.to_numpy().tolist()]


def test_exact_ignores_case_and_space_and_never_links_empty_codes() -> None:
    before = wave(["AB12", "cd34 ", None, ""])
    after = wave([None, "ab12", "CD34", "zz99"])
    linkage = te.link_waves(before, after, code="code")
    assert counts(linkage) == (2, 0, 0, 0, 2, 2)
    assert pairs(linkage) == [(0, 1, 0), (1, 2, 0)]


def test_one_sign_before_two_and_only_in_the_same_unit() -> None:
    before = wave(["ab12", "cd34", "ef56"], ["a", "a", "a"])
    after = wave(["ab1x", "cdxx", "ef57"], ["a", "a", "b"])
    for distance, expected in ((0, (0, 0)), (1, (0, 1)), (2, (0, 2))):
        linkage = te.link_waves(
            before, after, code="code", within="unit", max_distance=distance
        )
        assert counts(linkage)[:2] == expected
    assert pairs(linkage) == [(0, 0, 1), (1, 1, 2)]


def test_insertion_and_deletion_count_as_one() -> None:
    linkage = te.link_waves(
        wave(["abcd", "wxyz"]), wave(["abxcd", "wyz"]),
        code="code", within="unit", max_distance=1,
    )  # fmt: skip
    assert pairs(linkage) == [(0, 0, 1), (1, 1, 1)]


def test_a_code_that_fits_two_people_is_in_doubt_not_linked() -> None:
    linkage = te.link_waves(
        wave(["aaaa"]), wave(["aaab", "aaac"]),
        code="code", within="unit", max_distance=2,
    )  # fmt: skip
    assert counts(linkage) == (0, 0, 1, 2, 0, 0)
    repeated = te.link_waves(wave(["x1", "x1"]), wave(["x1"]), code="code")
    assert counts(repeated) == (0, 0, 2, 1, 0, 0)


def test_a_repeated_code_is_told_apart_by_unit_and_a_mover_is_counted() -> None:
    before = wave(["x1", "x1", "y2"], ["a", "b", "a"])
    after = wave(["x1", "x1", "y2"], ["b", "a", "b"])
    assert counts(te.link_waves(before, after, code="code")) == (1, 0, 2, 2, 0, 0)
    linkage = te.link_waves(before, after, code="code", within="unit")
    assert pairs(linkage) == [(0, 1, 0), (1, 0, 0), (2, 2, 0)]
    assert linkage.n_moved == 1


codes = st.lists(
    st.tuples(st.text("abc", min_size=0, max_size=4), st.sampled_from("xy")), max_size=9
)


@settings(deadline=None, max_examples=40)
@given(codes, codes, st.integers(0, 2))
def test_everybody_is_counted_once_whichever_wave_comes_first(
    one, two, distance
) -> None:
    before, after = (
        pd.DataFrame(rows or [("", "x")], columns=["code", "unit"])
        for rows in (one, two)
    )
    options = {"code": "code", "within": "unit", "max_distance": distance}
    there = te.link_waves(before, after, **options)
    back = te.link_waves(after, before, **options)
    assert sum(counts(there)[i] for i in (0, 1, 2, 4)) == len(before)
    assert sum(counts(there)[i] for i in (0, 1, 3, 5)) == len(after)
    assert {(b, a, d) for a, b, d in pairs(back)} == set(pairs(there))
    assert set(pairs(there)) == linked_by_hand(before, after, distance)


def linked_by_hand(before, after, max_distance) -> set[tuple[int, int, int]]:
    """Follow the rule of the docstring with loops, as a slow second opinion."""
    rows = [list(zip(f["code"], f["unit"], strict=True)) for f in (before, after)]
    free = [{i for i, (c, _) in enumerate(side) if c} for side in rows]
    linked: set[tuple[int, int, int]] = set()

    def stage(fits, distance: int, *, doubt: bool) -> None:
        found = [
            (i, j) for i, j in itertools.product(*free) if fits(rows[0][i], rows[1][j])
        ]
        for i, j in found:
            alone = sum(i == k for k, _ in found) == sum(j == m for _, m in found) == 1
            if alone:
                linked.add((i, j, distance))
            if alone or doubt:
                free[0].discard(i)
                free[1].discard(j)

    stage(lambda x, y: x == y, 0, doubt=False)
    stage(lambda x, y: x[0] == y[0], 0, doubt=True)
    for d in range(1, max_distance + 1):
        stage(lambda x, y, d=d: x[1] == y[1] and edits(x[0], y[0]) <= d, d, doubt=True)
    return linked


def edits(one: str, other: str) -> int:
    if not one or not other:
        return len(one) + len(other)
    return min(
        edits(one[1:], other) + 1,
        edits(one, other[1:]) + 1,
        edits(one[1:], other[1:]) + (one[0] != other[0]),
    )


@settings(deadline=None, max_examples=30)
@given(st.text("abå", max_size=5), st.text("abå", max_size=5))
def test_levenshtein_by_its_definition(one: str, other: str) -> None:
    letters = [
        np.array([[*map(ord, text), *[0] * (6 - len(text))]], dtype=np.uint32)
        for text in (one, other)
    ]
    assert levenshtein(*letters).tolist() == [edits(one, other)]


def test_apply_makes_one_person_of_each_pair_and_keeps_no_code() -> None:
    before = wave(
        ["ab", "cd", "ab"], wave="2019", respondent=["p", "q", "r"], t=[1, 2, 3]
    )
    after = wave(["cd", "ef"], wave="2021", respondent=["s", "t"], t=[4, 5])
    linkage = te.link_waves(before, after, code="code")
    stacked = linkage.apply(before, after)
    assert stacked["respondent"].tolist() == ["1", "2", "3", "2", "4"]
    assert stacked["t"].tolist() == [1, 2, 3, 4, 5]
    assert "code" not in stacked
    assert before["respondent"].tolist() == ["p", "q", "r"]
    with pytest.raises(DataProblem) as caught:
        linkage.apply(before, after.head(1))
    assert "expected: 3 rows before and 2 after\n  found:    3 and 1" in str(
        caught.value
    )
    with pytest.raises(DataProblem, match="expected: a column 'wave'"):
        linkage.apply(before.drop(columns="wave"), after)


def test_exact_only_is_the_sensitivity() -> None:
    before, after = wave(["ab12", "cd34"], arm="x"), wave(["ab12", "cd35"], arm="x")
    linkage = te.link_waves(before, after, code="code", within="unit", max_distance=1)
    exact = linkage.exact_only()
    assert counts(linkage) == (1, 1, 0, 0, 0, 0)
    assert counts(exact) == (1, 0, 0, 0, 1, 1)
    assert exact.arms.loc[0, "n_before_only"] == 1
    assert len(exact.pairs) == 1


def many(n: int = 40, lost: int = 12) -> te.exports.Linkage:
    codes = [f"{i:03d}{'abcdefghij'[i % 10] * 3}" for i in range(n)]
    arm = ["pilot", "control"] * (n // 2)
    before = pd.DataFrame({"code": codes, "unit": "u", "arm": arm, "source": "real"})
    return te.link_waves(before, before.iloc[lost:], code="code", within="unit")


def test_counts_per_arm_and_sentences_in_both_languages() -> None:
    linkage = many(n=80, lost=24)
    frame = linkage.to_frame()
    assert frame["arm"].tolist() == ["", "control", "pilot"]
    assert frame["n_exact"].tolist() == [56, 28, 28]
    assert frame["share_linked"].tolist() == pytest.approx([0.7, 0.7, 0.7])
    assert linkage.sentence("en") == (
        "Linked by the same code: 56 people. Could not be told apart: 0. Met only "
        "before: 24; only after: 0. Of everyone who answered at least once, "
        "70\u00a0% are linked. Linked by arm: control 70\u00a0%; pilot 70\u00a0%. "
        "Answers that are linked are not anonymous: they are personal data."
    )
    assert linkage.sentence("sv") == (
        "Kopplade med samma kod: 56 personer. Gick inte att skilja åt: 0. Bara "
        "före: 24; bara efter: 0. Av alla som svarat minst en gång är "
        "70\u00a0% kopplade. Kopplade per grupp: control 70\u00a0%; pilot 70\u00a0%. "
        "Svar som kopplas är inte anonyma: de är personuppgifter."
    )
    assert repr(linkage) == str(linkage) == linkage._repr_markdown_()


def test_the_floor_is_obeyed_in_sentence_and_guarded_row() -> None:
    few = many(n=12, lost=4)
    assert few.sentence("en") == (
        "Fewer than 10 people were linked. "
        "Answers that are linked are not anonymous: they are personal data."
    )
    guarded = few.to_frame(guarded=True)
    assert guarded.loc[0, "n_exact"] == "fewer than 10"
    assert guarded["share_linked"].isna().all()
    some = many(n=40, lost=4)
    assert "Met only before: fewer than 10;" in some.sentence("en")
    assert "90" not in some.sentence("en"), "36 linked and 90 % would tell the 4"
    assert "färre än 10" in some.sentence("sv")
    assert "Linked by arm" not in many(n=22, lost=4).sentence("en")


def test_arguments_are_checked_by_text() -> None:
    one = wave(["a"])
    with pytest.raises(
        DataProblem, match="Codes that differ can be linked only within"
    ):
        te.link_waves(one, one, code="code", max_distance=1)
    with pytest.raises(DataProblem, match="expected: one of 0, 1, 2"):
        te.link_waves(one, one, code="code", within="unit", max_distance=3)
    with pytest.raises(DataProblem, match="The table of answers before lacks a column"):
        te.link_waves(one, one, code="kod")
    with pytest.raises(DataProblem, match="The table of answers after is empty"):
        te.link_waves(one, one.head(0), code="code")


def test_twenty_thousand_people_are_linked_to_themselves() -> None:
    rng = np.random.default_rng(5)
    n = 20_000
    letters = rng.choice(list("abcdefghijklmnopqrstuvwxyz0123456789"), (n, 8))
    codes = np.array(["".join(row) for row in letters], dtype=object)
    unit = rng.integers(0, 200, n).astype(str)
    later = codes.copy()
    slip = rng.random(n) < 0.2
    later[slip] = [code[:3] + "-" + code[4:] for code in codes[slip]]
    before, after = wave(list(codes), unit), wave(list(later), unit)
    exact = te.link_waves(before, after, code="code")
    fuzzy = te.link_waves(before, after, code="code", within="unit", max_distance=2)
    assert exact.n_exact == int((~slip).sum())
    assert fuzzy.n_fuzzy == int(slip.sum())
    assert (fuzzy.pairs["before"] == fuzzy.pairs["after"]).all()
