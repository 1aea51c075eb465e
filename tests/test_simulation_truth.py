"""A stated truth is read whole or refused whole, and says where it comes from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tillit_eval.codebook import Codebook, Item, Scale
from tillit_eval.errors import DataProblem, FileProblem
from tillit_eval.phrases import Label
from tillit_eval.simulation import (
    TrueScale,
    TrueSeries,
    TrueShift,
    TrueUnit,
    TrueWave,
    Truth,
    draft_truth,
    expected_change,
    read_true_register,
    read_truth,
    simulate_responses,
    simulate_series,
    tabulate_truth,
)

LABEL = Label("Trust", "Tillit")
GOOD = """
site = "north"

[[unit_group]]
group = "ours"
units = ["A", "B"]
start = [2014.2, 2015.0]
arm = "own"
basis = "assumed"
basis_units = "SOU 2018:38, section 8.3"

[[unit_group]]
group = "theirs"
units = ["X"]
basis = "assumed"

[survey.staff.people]
leave_per_year = 0.1
roles = [["carer", 0.9], ["manager", 0.1]]
basis = "assumed"
[[survey.staff.size]]
group = "ours"
people = [30, 20]
basis = "assumed"
[[survey.staff.wave]]
wave = "2013"
time = 2013.8
basis = "assumed"
[[survey.staff.scale]]
scale = "trust"
shares = [0.2, 0.3, 0.5]
basis = "assumed"
[[survey.staff.shift]]
scale = "trust"
amount = 0.2
by_exposure = true
basis = "assumed"

[[series]]
indicator = "visits"
level = 40.0
periods = [["2013", 2013.0]]
basis = "assumed"
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "truth.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def book(*scales: tuple[str, tuple[str, ...]]) -> Codebook:
    keys = sorted({item for _, items in scales for item in items})
    return Codebook(
        title="Test",
        items=tuple(Item(key=key, label=LABEL, codes=(1, 2, 3)) for key in keys),
        scales=tuple(
            Scale(key=key, label=LABEL, items=items, min_answered=1)
            for key, items in scales
        ),
    )


def small(**changed: object) -> Truth:
    stated: dict[str, object] = {
        "site": "north",
        "units": (TrueUnit(unit="A", people=20),),
        "waves": (TrueWave(wave="1", time=0.0), TrueWave(wave="2", time=1.0)),
        "scales": (TrueScale(scale="trust", shares=(0.2, 0.3, 0.5)),),
    }
    return Truth(**(stated | changed))  # type: ignore[arg-type]


def test_a_file_becomes_the_truth_it_states(written: Path) -> None:
    truth = read_truth(written, survey="staff")
    assert truth.site == "north"
    assert [(u.unit, u.people, u.start, u.arm) for u in truth.units] == [
        ("A", 30, 2014.2, "own"),
        ("B", 20, 2015.0, "own"),
    ]
    assert truth.roles == (("carer", 0.9), ("manager", 0.1))
    assert truth.leave_per_year == 0.1
    assert truth.shifts == (TrueShift(scale="trust", amount=0.2, by_exposure=True),)
    assert read_true_register(written).series[0].periods == (("2013", 2013.0),)


def test_every_value_says_where_it_comes_from(written: Path) -> None:
    table = tabulate_truth(written)
    basis = table.set_index(["part", "name"])["basis"]
    assert basis["unit_group 1", "units"] == "SOU 2018:38, section 8.3"
    assert basis["unit_group 1", "start"] == "assumed"
    assert table["basis"].notna().all()
    assert not table["name"].str.startswith("basis").any()


def test_parts_without_a_basis_and_unknown_keys_are_told_together(
    written: Path,
) -> None:
    text = GOOD.replace('scale = "trust"\nshares', 'scal = "trust"\nshares')
    text = text.replace('amount = 0.2\nby_exposure = true\nbasis = "assumed"', "")
    written.write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem) as problem:
        read_truth(written, survey="staff")
    assert str(problem.value) == (
        "The file that states the truth has parts that cannot be used.\n"
        "  expected: known keys only, and a basis for every part\n"
        "  found:    4 problem(s): staff: scale 1: unknown key 'scal'; "
        "staff: scale 1: no 'scale'; staff: shift 1: no 'amount'; "
        "staff: shift 1: no basis\n"
        '  to fix:   mend the keys named, and write basis = "assumed" or a source'
    )


def test_a_file_that_is_not_toml_or_has_no_such_survey(written: Path) -> None:
    with pytest.raises(FileProblem, match=r"no such survey[\s\S]*one of 'staff'"):
        read_truth(written, survey="users")
    written.write_text("site = ", encoding="utf-8")
    with pytest.raises(FileProblem, match="mend the file as TOML"):
        read_truth(written, survey="staff")


def test_a_truth_that_contradicts_itself_tells_everything() -> None:
    with pytest.raises(DataProblem) as problem:
        small(
            waves=(TrueWave(wave="1", time=1.0), TrueWave(wave="2", time=0.0)),
            scales=(TrueScale(scale="trust", shares=(0.2, 0.2), icc=1.5),),
            shifts=(TrueShift(scale="hope", amount=1.0),),
            roles=(("carer", 0.5),),
            careless=2.0,
        )
    found = problem.value.found
    assert found.startswith("6 problem(s): ")
    for part in (
        "waves: not in order of time",
        "careless",
        "roles: shares do not add up to 1",
        "trust: icc, shock, stability or loading",
        "trust: shares do not add up to 1",
        "a shift of hope: unknown scale, wave, role or arm",
    ):
        assert part in found


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"units": ()}, "no units"),
        ({"units": (TrueUnit(unit="A", people=0),)}, "people under 1"),
        (
            {"units": (TrueUnit(unit="A", people=1), TrueUnit(unit="A", people=1))},
            "units: a name stands twice",
        ),
        ({"leave_per_year": -1.0}, "leave_per_year under 0"),
        ({"ramp": -1.0}, "ramp under 0"),
        (
            {"scales": (TrueScale(scale="t", shares=(0.5, 0.5), with_trust=2),)},
            "with_trust outside -1 to 1",
        ),
        ({"waves": (TrueWave(wave="1", time=0.0, response=0.0),)}, "1: response"),
    ],
)
def test_each_contradiction_has_its_words(
    changed: dict[str, object], told: str
) -> None:
    with pytest.raises(DataProblem, match=told):
        small(**changed)


def test_a_truth_that_does_not_fit_the_codebook() -> None:
    two = book(("trust", ("a", "b")), ("hope", ("b", "c")))
    stated = small(
        scales=(
            TrueScale(scale="trust", shares=(0.2, 0.3, 0.5)),
            TrueScale(scale="hope", shares=(0.5, 0.5)),
            TrueScale(scale="joy", shares=(0.5, 0.5)),
        )
    )
    with pytest.raises(DataProblem) as problem:
        simulate_responses(stated, two, rng=1)
    assert problem.value.found == (
        "4 problem(s): item 'b' in two true scales; item 'b' has 3 codes, 'hope' 2 "
        "shares; item 'c' has 3 codes, 'hope' 2 shares; no scale 'joy'"
    )


def test_chance_must_be_a_seed_or_a_generator() -> None:
    one = book(("trust", ("a",)))
    with pytest.raises(DataProblem, match=r"a whole number[\s\S]*found:    a str"):
        simulate_responses(small(), one, rng="seed")  # type: ignore[arg-type]


def test_questions_about_what_is_not_there_are_refused() -> None:
    one = book(("trust", ("a", "b")), ("hope", ("c",)))
    ask = {"before": "1", "after": "2", "people": 1_000, "rng": 1}
    with pytest.raises(DataProblem, match="no wave by that name"):
        expected_change(small(), one, scale="trust", before="0", after="2")
    with pytest.raises(
        DataProblem, match=r"every item in a true scale[\s\S]*nothing for 'c'"
    ):
        expected_change(small(), one, scale="hope", **ask)
    with pytest.raises(DataProblem, match=r"no such unit[\s\S]*found:    'Z'"):
        expected_change(small(), one, scale="trust", treated=["Z"], **ask)
    with pytest.raises(DataProblem, match="Nobody can be linked"):
        expected_change(
            small(code_length=0), one, scale="trust", estimand="stayed", **ask
        )
    with pytest.raises(DataProblem, match="'estimand' is not an option"):
        expected_change(small(), one, scale="trust", estimand="all", **ask)


def test_a_series_of_a_unit_that_is_not_there_is_refused() -> None:
    stated = TrueSeries(
        indicator="visits",
        periods=(("1", 1.0),),
        level=1.0,
        measured_from=(("Z", 1.0),),
    )
    with pytest.raises(DataProblem, match=r"1 unknown unit\(s\), autocorrelation 0.3"):
        simulate_series(stated, small().units, rng=1)


def test_a_draft_takes_the_narrowest_scales_and_the_waves_of_the_codebook() -> None:
    drafted = draft_truth(book(("all", ("a", "b", "c")), ("part", ("a",))), n_units=3)
    assert [scale.scale for scale in drafted.scales] == ["part"]
    assert [unit.unit for unit in drafted.units] == ["Unit 1", "Unit 2", "Unit 3"]
    assert np.isclose(sum(drafted.scales[0].shares), 1)
