"""Units that were merged or split are one unit from beginning to end."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tillit_eval.errors import DataProblem
from tillit_eval.exports import settle_units
from tillit_eval.plan import read_study


def settled(units: list[str], *changes: tuple[str, str]) -> list[str]:
    table = pd.DataFrame({"unit": units, "value": range(len(units))})
    moves = pd.DataFrame(list(changes), columns=["old", "new"])
    found = settle_units(table, moves)
    assert table["unit"].tolist() == units, "the caller's table is not changed"
    assert found["value"].tolist() == table["value"].tolist()
    return found["unit"].tolist()


def test_a_merger_a_split_a_chain_and_a_tangle() -> None:
    assert settled(["17", "18", "20", "4"], ("17", "20"), ("18", "20")) == [
        *("20", "20", "20", "4")
    ]
    assert settled(["5", "5a", "5b"], ("5", "5a"), ("5", "5b")) == ["5", "5", "5"]
    assert settled(["a", "b", "c"], ("a", "b"), ("b", "c")) == ["c", "c", "c"]
    tangle = settled(["a", "b", "c", "d"], ("a", "c"), ("b", "c"), ("a", "d"))
    assert tangle == ["a + b + c + d"] * 4
    assert settled(["a", "b"]) == ["a", "b"]


def test_a_table_without_units_is_refused() -> None:
    with pytest.raises(DataProblem) as problem:
        settle_units(
            pd.DataFrame({"ward": ["a"]}), pd.DataFrame(columns=["old", "new"])
        )
    assert "unit" in str(problem.value)


def test_a_site_follows_its_merged_units(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text('use = ["vertical_trust"]\n', encoding="utf-8")
    (tmp_path / "answers.csv").write_text(
        "wave,unit,vt_1,vt_2,vt_3\n2015,17,1,2,3\n2015,18,2,2,2\n2017,20,3,3,3\n",
        encoding="utf-8",
    )
    (tmp_path / "asked.csv").write_text(
        "site,wave,unit,n_invited\nk,2015,17,10\nk,2015,18,12\nk,2017,20,21\n",
        encoding="utf-8",
    )
    (tmp_path / "changes.csv").write_text(
        "old,new,date\n17,20,2017-03-01\n18,20,2017-03-01\n", encoding="utf-8"
    )
    (tmp_path / "study.toml").write_text(
        """
[study]
title = "Wards"
[[site]]
name = "k"
source = "real"
unit_changes = "changes.csv"
[site.survey.staff]
codebook = "book.toml"
responses = "answers.csv"
invited = "asked.csv"
[[site.question]]
id = "trust"
scale = "vertical_trust"
design = "waves"
role = "primary"
before = "2015"
after = "2017"
""",
        encoding="utf-8",
    )
    site = read_study(tmp_path / "study.toml").site("k")
    assert set(site.responses["unit"]) == {"20"}
    assert site.invited.set_index("wave")["n_invited"].to_dict() == {
        "2015": 22,
        "2017": 21,
    }
    assert len(site.unit_changes) == 2
