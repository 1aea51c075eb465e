"""What may be shown together: an attacker with a linear programme tries it out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import tillit_eval as te
from tillit_eval.disclosure import (
    kernel,
    protect_findings,
    protect_table,
)
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Change, Estimate, Findings, Interval, NotAnswered
from tillit_eval.phrases import Label, phrase, swedish_sort_key

LOW, HIGH, DIGITS = 1.0, 5.0, 4
HALF = 0.5 * 10.0**-DIGITS


def areas(people: list[int], means: list[float] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": [f"Area {i}" for i in range(len(people))],
            "n": people,
            "trust": means or [3.0] * len(people),
            "source": "real",
        }
    )


def attack_counts(n_total: int, shown: pd.DataFrame, hidden: int) -> np.ndarray:
    """Bounds of every hidden count, from the total and the counts shown."""
    left = n_total - int(shown["n"].sum())
    bounds = []
    for target in range(hidden):
        goal = np.eye(hidden)[target]
        ends = [
            linprog(s * goal, A_eq=np.ones((1, hidden)), b_eq=[left], bounds=(0, None))
            for s in (1, -1)
        ]
        bounds.append([ends[0].fun, -ends[1].fun])
    return np.array(bounds)


def attack_means(
    total: tuple[int, float], shown: pd.DataFrame, n_hidden: np.ndarray
) -> np.ndarray:
    """Bounds of every hidden mean for someone who even knows the hidden counts."""
    n_total, mean = total
    room = HALF * (n_total + float(shown["n"].sum()))
    left = mean * n_total - float((shown["n"] * shown["trust"]).sum())
    bounds = []
    for target in range(len(n_hidden)):
        goal = np.eye(len(n_hidden))[target]
        ends = [
            linprog(
                s * goal,
                A_ub=np.vstack([n_hidden, -n_hidden]),
                b_ub=[left + room, room - left],
                bounds=(LOW, HIGH),
            )
            for s in (1, -1)
        ]
        bounds.append([ends[0].fun, -ends[1].fun])
    return np.array(bounds)


def widths(table: pd.DataFrame, safe: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Attack a protected table; bounds of counts, widths of small groups' means."""
    n_total = int(table["n"].sum())
    mean = round(float((table["n"] * table["trust"]).sum() / n_total), DIGITS)
    gone = ~safe["shown"].to_numpy() & (table["n"] > 0).to_numpy()
    shown = safe[safe["shown"]]
    n_hidden = table.loc[gone, "n"].to_numpy(dtype=float)
    reach = attack_means((n_total, mean), shown, n_hidden)
    small = n_hidden < 10
    return attack_counts(n_total, shown, int(gone.sum())), np.ptp(reach[small], axis=1)


people = st.lists(st.integers(0, 60), min_size=1, max_size=9)


@settings(deadline=None, max_examples=10)
@given(people=people, data=st.data())
def test_no_hidden_group_can_be_worked_out(
    people: list[int], data: st.DataObject
) -> None:
    means = data.draw(
        st.lists(st.floats(1.5, 4.5), min_size=len(people), max_size=len(people))
    )
    table = areas(people, means)
    safe = protect_table(table, count="n", digits=DIGITS)
    small = (table["n"] > 0) & (table["n"] < 10)
    assert not safe.table.loc[small, "shown"].any()
    assert safe.table.loc[~safe.table["shown"], ["n", "trust"]].isna().all(axis=None)
    assume(small.any() and safe.ledger["total_shown"].all())
    counts, reach = widths(table, safe.table)
    assert (counts[:, 0] <= 1).all()
    assert (counts[:, 1] >= 9).all()
    assert (reach > 0.1).all()


def test_without_complementary_suppression_the_attack_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = areas([40, 7, 25, 31], [3.2, 1.8, 4.0, 2.9])
    monkeypatch.setattr(kernel, "leaks_of", lambda *_, **__: iter(()))
    counts, reach = widths(table, protect_table(table, count="n", digits=4).table)
    assert counts.tolist() == [[7.0, 7.0]]
    assert reach.max() < 0.01


@settings(deadline=None, max_examples=15)
@given(people=st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_hidden_groups_cover_each_other_and_order_does_not_matter(
    people: list[int],
) -> None:
    table = areas(people)
    safe = protect_table(table, count="n")
    gone = table.loc[~safe.table["shown"] & (table["n"] > 0), "n"]
    if len(gone) and safe.ledger["total_shown"].all():
        assert len(gone) >= 2
        assert gone.sum() >= 10
    turned = protect_table(table.iloc[::-1], count="n").table.sort_index()
    assert turned["shown"].tolist() == safe.table["shown"].tolist()


def test_the_smallest_remaining_is_hidden_and_the_alphabet_breaks_ties() -> None:
    table = pd.DataFrame(
        {"unit": ["Öster", "Åsen", "Norr", "Söder"], "n": [12, 12, 4, 50]}
    )
    safe = protect_table(table, count="n")
    assert safe.table["shown"].tolist() == [True, False, False, True]


def test_hiding_goes_on_until_enough_people_are_hidden() -> None:
    # 2 + 3 people are two groups but not ten people.
    safe = protect_table(areas([2, 3, 30, 40]), count="n")
    assert safe.table["shown"].tolist() == [False, False, False, True]


def test_two_groups_leave_only_the_total() -> None:
    safe = protect_table(areas([4, 30]), count="n")
    assert not safe.table["shown"].any()
    assert safe.ledger.loc[0, ["n_shown", "total_shown"]].tolist() == [0, True]


def test_one_small_group_takes_its_total_with_it() -> None:
    table = areas([4, 4]).assign(is_total=[False, True])
    safe = protect_table(table, count="n", total="is_total")
    assert not safe.table["shown"].any()
    assert "total is not shown" in safe.sentence("en")
    assert "Summan visas inte" in safe.sentence("sv")


def test_people_outside_every_group_count_as_a_hidden_group() -> None:
    # The total has 4 people more than its groups: their mean must not leak.
    table = areas([30, 40, 74]).assign(is_total=[False, False, True])
    safe = protect_table(table, count="n", total="is_total")
    assert safe.table["shown"].tolist() == [False, True, True]


def test_withheld_totals_need_no_second_group() -> None:
    safe = protect_table(areas([4, 30, 40]), count="n", totals="withheld")
    assert safe.table["shown"].tolist() == [False, True, True]


def test_each_set_is_protected_for_itself() -> None:
    table = pd.concat(
        [areas([4, 30, 40]).assign(wave="1"), areas([20, 30, 40]).assign(wave="2")]
    )
    safe = protect_table(table, count="n", within="wave")
    assert safe.table["shown"].tolist() == [False, False, True, True, True, True]
    assert safe.ledger["wave"].tolist() == ["1", "2"]
    assert safe.ledger["n_hidden"].tolist() == [2, 0]


def test_two_waves_are_hidden_together_and_a_missing_wave_is_not_a_small_one() -> None:
    table = pd.DataFrame(
        {
            "unit": list("ABCDE"),
            "n_before": [25, 20, 30, 0, 40],
            "n_after": [8, 22, 31, 30, 41],
            "before": [1.0, 2.0, 3.0, np.nan, 4.0],
            "after": [1.5, 2.5, 3.5, 4.0, 4.5],
        }
    )
    safe = protect_table(table, count=["n_before", "n_after"])
    assert safe.table["shown"].tolist() == [False, False, True, True, True]
    assert safe.table.loc[0, ["n_before", "before", "after"]].isna().all()
    assert safe.table.loc[3, "n_before"] == 0


def test_a_share_of_everyone_or_no_one_is_hidden_and_cannot_be_subtracted() -> None:
    table = pd.DataFrame(
        {"unit": list("ABCD"), "n": [20, 30, 40, 50], "yes": [1.0, 1.0, 0.5, 0.4]}
    )
    safe = protect_table(table, count="n", shares=["yes"], digits=2)
    # A and B together would still say that everyone in both said yes.
    assert safe.table["shown"].tolist() == [False, False, False, True]
    assert "fewer than 5 on one side of a share, or would" in safe.sentence("en")
    assert "färre än 5 på ena sidan av en andel" in safe.sentence("sv")
    stricter = protect_table(table, count="n", shares={"yes": "n"}, k_cell=21)
    assert not stricter.table["shown"].any()
    assert "fewer than 21 on one side" in stricter.sentence("en")
    assert "side" not in protect_table(areas([3, 30]), count="n").sentence("en")


def test_rounding_comes_after_hiding_and_the_frame_given_is_not_changed() -> None:
    table = areas([12, 30], [3.14159, 2.71828])
    before = table.copy(deep=True)
    safe = protect_table(table, count="n", digits=1)
    assert safe.table["trust"].tolist() == [3.1, 2.7]
    pd.testing.assert_frame_equal(table, before)


def test_published_tables_are_exempt() -> None:
    table = areas([3, 6]).assign(source="published")
    assert protect_table(table, count="n").table["shown"].all()


def test_units_may_stand_in_the_index_and_have_numbers_for_names() -> None:
    table = areas([4, 30, 40]).rename(columns={"unit": "company"})
    table["company"] = [1, 2, 3]
    safe = protect_table(table, count="n", unit="company").table
    assert safe["company"].tolist() == [1, 2, 3]
    indexed = protect_table(table.set_index("company"), count="n", unit="company")
    assert indexed.table["shown"].tolist() == safe["shown"].tolist()


def test_a_hidden_row_does_not_say_why_it_is_hidden() -> None:
    safe = protect_table(areas([4, 30, 40]), count="n")
    html = safe._repr_html_()
    assert html.count("not shown") == 4
    assert "fewer than 10" in html
    assert ">4<" not in html
    te.use_language("sv")
    assert "visas inte" in safe._repr_html_()


def test_the_sentence_counts_groups_and_marks_synthetic_data() -> None:
    safe = protect_table(areas([4, 30, 40]).assign(source="synthetic"), count="n")
    assert safe.sentence("en") == (
        "Not shown: 2 of 3 groups. They rest on fewer than 10 people, or would give "
        "such a group away. (Synthetic data.)"
    )
    assert safe.sentence("sv").startswith("Visas inte: 2 av 3 grupper.")
    full = protect_table(areas([30, 40]), count="n")
    assert full.sentence("en") == "All 2 groups are shown."


@pytest.mark.parametrize(
    ("table", "options", "says"),
    [
        (areas([4]), {"count": "people"}, "a column 'people'"),
        (areas([4]), {"count": "n", "unit": "ward"}, "a column 'ward'"),
        (areas([4]), {"count": ()}, "count= with at least one column"),
        (areas([4]), {"count": "unit"}, "1 other cells at row positions 0"),
        (areas([4, -1]), {"count": "n"}, "1 other cells at row positions 1"),
        (areas([4]), {"count": "n", "k_min": 3}, "a whole number, 5 or more"),
        (areas([4]), {"count": "n", "totals": "no"}, "'published', 'withheld'"),
        (areas([4]), {"count": "n", "shares": ["trust"]}, "1 numbers outside"),
        (
            areas([20, 30, 40]).assign(all=[False, False, True]),
            {"count": "n", "total": "all"},
            "a total smaller than its groups together",
        ),
        (
            areas([20, 30, 40]).assign(all=[False, True, True]),
            {"count": "n", "total": "all"},
            "2 totals in a set",
        ),
        (areas([]), {"count": "n"}, "0 rows"),
        ([1], {"count": "n"}, "a DataFrame with named columns"),
    ],
)
def test_errors_say_how_to_mend_it(table: object, options: dict, says: str) -> None:
    with pytest.raises(DataProblem) as caught:
        protect_table(table, **options)
    assert says in str(caught.value)
    assert "to fix:" in str(caught.value)
    assert "Area" not in str(caught.value)


# --- findings ----------------------------------------------------------------


def change(n: int, **more: object) -> Change:
    return Change(
        scale="trust",
        label=Label("Trust", "Tillit"),
        before="2014",
        after="2016",
        estimate=2.5,
        standard_error=1.0,
        interval=Interval(0.5, 4.5),
        n_people=n,
        source="real",
        left_out=((phrase("words.column_what"), 7),),
        **more,
    )


def test_findings_under_the_floor_lose_every_number() -> None:
    guarded = protect_findings(Findings([change(40), change(7)]))
    assert isinstance(guarded[1], NotAnswered)
    assert guarded[1].asked == "change"
    assert guarded[1].sentence("sv") == (
        "Tillit: går inte att avgöra. Resultatet bygger på färre än 10 personer och "
        "visas inte."
    )
    assert "2.5" not in guarded[1].to_frame().to_csv()
    assert guarded.ledger["shown"].tolist() == [True, False]
    assert guarded.ledger["reason"].tolist() == ["", "disclosure.reason_under_floor"]
    assert guarded.note("en").startswith("Not shown: 1 of 2 findings.")
    assert guarded.note("sv").startswith("Visas inte: 1 av 2 resultat.")
    # Small counts of those left out stay hidden even if nobody asks for it.
    assert "fewer than 10" in guarded.to_frame(guarded=False)["left_out"][0]


def test_the_higher_floor_stands() -> None:
    guarded = protect_findings([change(12, floor=15), change(12)], k_min=12)
    assert guarded.ledger["shown"].tolist() == [False, True]
    assert guarded[1].floor == 12


def test_a_share_of_everyone_is_not_shown_unless_published() -> None:
    share = Estimate(
        scale="s", estimate=1.0, unit_of_measure="share", n_people=30, source="real"
    )
    hidden = protect_findings(share)
    assert hidden.ledger["reason"].tolist() == ["disclosure.reason_one_sided"]
    published = Estimate(
        scale="s", estimate=0.0, unit_of_measure="share", n_people=3, source="published"
    )
    guarded = protect_findings([published])
    assert guarded[0] == published
    assert guarded.note("en") == "Every finding is shown (1)."


def test_what_is_already_not_answered_stays_as_it_is() -> None:
    silent = NotAnswered(
        scale="x", asked="change", reason=phrase("disclosure.not_shown")
    )
    assert list(protect_findings([silent])) == [silent]


def test_only_findings_can_be_protected_as_findings() -> None:
    with pytest.raises(DataProblem, match="use protect_table"):
        protect_findings([3])
    with pytest.raises(DataProblem, match="5 or more"):
        protect_findings([change(40)], k_min=1)


def test_swedish_names_sort_as_swedes_do() -> None:
    names = [
        "Ö",
        "Ä",
        "Å",
        "Z",
        "é",
        "d",
        "f",
        "A\u030angermanland",
        "Ward 10",
        "Ward 9",
    ]
    assert sorted(names, key=swedish_sort_key) == [
        *("d", "é", "f", "Ward 9", "Ward 10", "Z", "Å", "A\u030angermanland", "Ä", "Ö")
    ]
