"""The other tables: read by their description, refused with everything listed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.errors import DataProblem, FileProblem

exports = te.exports


def test_series_from_a_swedish_csv(tmp_path: Path) -> None:
    path = tmp_path / "serie.csv"
    path.write_text(
        "Unit;Period;Indicator;Value;Kommentar\nÄngen;2015;sjuk;5,1;x\nÄngen;2016;sjuk;;y\n",
        encoding="cp1252",
    )
    series = exports.read_series(path, source="real")
    assert list(series.columns) == ["unit", "period", "indicator", "value", "source"]
    assert series["period"].tolist() == [2015, 2016]
    assert series["value"].fillna(-1).tolist() == [5.1, -1]
    assert te.findings.read_source(series) == "real"


def test_periods_that_are_not_years_stay_text() -> None:
    frame = pd.DataFrame(
        {
            "unit": "a",
            "period": ["2015-01", "2015-02"],
            "indicator": "i",
            "value": [1, 2],
        }
    )
    assert exports.read_series(frame)["period"].tolist() == ["2015-01", "2015-02"]


def test_everything_wrong_in_a_table_is_listed_at_once() -> None:
    frame = pd.DataFrame(
        {
            "unit": ["a", "a", None, "b"],
            "period": [2015, 2015, 2015, 2015],
            "indicator": ["i", "i", "i", "i"],
            "value": ["1,5", "2", "3", "hemligt"],
        }
    )
    with pytest.raises(DataProblem) as caught:
        exports.read_series(frame)
    assert str(caught.value).splitlines() == [
        "The table of series does not fit its description in 3 places.",
        "  expected: columns unit, period, indicator, value; optional denominator",
        "  found:    'unit': empty cells where a value is needed (1, row positions 2); "
        "'value': cells that are not numbers (1, row positions 3); "
        "'unit, period, indicator': rows with the same key "
        "as another row (1, row positions 1)",
        "  to fix:   fill the cells in, or take the rows out",
    ]


def test_ratings_cases_and_their_order() -> None:
    ratings = pd.DataFrame({"target": [1, 1], "rater": ["A", "B"], "value": [3, 4]})
    assert exports.read_ratings(ratings)["target"].tolist() == ["1", "1"]
    with pytest.raises(DataProblem, match="'target, rater': rows with the same key"):
        exports.read_ratings(ratings.assign(rater="A"))
    cases = pd.DataFrame(
        {
            "case": [1, 2],
            "unit": "a",
            "opened": "2016-03-01",
            "closed": ["2016-04-01", ""],
        }
    )
    read = exports.read_cases(cases)
    assert (read["closed"] - read["opened"]).dt.days.fillna(-1).tolist() == [31, -1]
    with pytest.raises(DataProblem) as caught:
        exports.read_cases(cases.assign(closed=["2016-02-01", None]))
    assert "1 such rows, positions 0" in str(caught.value)
    with pytest.raises(DataProblem, match="'opened': cells that are not dates"):
        exports.read_cases(cases.assign(opened=["1 mars", "2016-03-01"]))


def test_units_changes_invited_and_waves() -> None:
    units = pd.DataFrame(
        {"unit": ["a", "b"], "parent": ["x", "b"], "start": [2014, None]}
    )
    with pytest.raises(DataProblem) as caught:
        exports.read_units(units)
    assert "itself in 1 rows, positions 1" in str(caught.value)
    assert exports.read_units(units.head(1))["start"].tolist() == ["2014"]
    change = pd.DataFrame({"old": ["a"], "new": ["b"], "date": ["2015-01-01"]})
    assert exports.read_unit_changes(change)["date"].dt.year.tolist() == [2015]
    invited = pd.DataFrame({"wave": [2019], "unit": ["a"], "n_invited": ["1 204"]})
    assert exports.read_invited(invited)["n_invited"].tolist() == [1204]
    for wrong in (-1, 2.5, "många"):
        with pytest.raises(DataProblem, match="'n_invited': cells that are not whole"):
            exports.read_invited(invited.assign(n_invited=wrong))
    waves = pd.DataFrame({"wave": [1], "from": ["2015-02-01"], "to": ["2015-03-01"]})
    assert exports.read_waves(waves)["wave"].tolist() == ["1"]
    with pytest.raises(
        DataProblem, match="The table of waves has rows that end before"
    ):
        exports.read_waves(waves.assign(to="2014-03-01"))


def test_a_missing_column_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataProblem) as caught:
        exports.read_ratings(pd.DataFrame({"target": [1], "rater": ["A"]}))
    assert "'value': the column is missing (1)" in str(caught.value)
    with pytest.raises(FileProblem, match=r"There is no file 'x.csv'"):
        exports.read_units(tmp_path / "x.csv")
    with pytest.raises(DataProblem, match="The table of units is empty"):
        exports.read_units(pd.DataFrame({"unit": []}))


def test_identities_are_not_read_into_any_table() -> None:
    with pytest.raises(DataProblem) as caught:
        exports.read_ratings(
            pd.DataFrame({"target": ["19811218-9876"], "rater": ["A"], "value": [1]})
        )
    assert "'target': personal numbers (1, row positions 0)" in str(caught.value)
    assert "9876" not in str(caught.value)


def test_a_first_unit_of_many_words_is_a_unit_and_no_question(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    rows = [
        f"Group {i},The municipality,a manager's group,trained early" for i in "123"
    ]
    path.write_text("unit,parent,level,arm\n" + "\n".join(rows), encoding="utf-8")
    units = exports.read_units(path)
    assert units["unit"].tolist() == ["Group 1", "Group 2", "Group 3"]
