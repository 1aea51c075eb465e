"""The stated truth as a file, in which every value says where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tillit_eval.errors import DataProblem, FileProblem, few
from tillit_eval.files.paths import as_path
from tillit_eval.files.toml_files import Unreadable, read_toml
from tillit_eval.simulation.cases import TrueCases
from tillit_eval.simulation.model import (
    TrueScale,
    TrueShift,
    TrueUnit,
    TrueWave,
    Truth,
)
from tillit_eval.simulation.ratings import TrueRatings
from tillit_eval.simulation.series import TrueSeries
from tillit_eval.simulation.shapes import find_parts, find_problems

if TYPE_CHECKING:
    import pandas as pd

Table = Mapping[str, Any]


def read_truth(path: str | Path, *, survey: str) -> Truth:
    """Which truth does this file state for a survey?

    Parameters
    ----------
    path : str or Path
        A TOML file with ``site``, ``[[unit_group]]``, and for each survey
        ``[[survey.NAME.size]]``, ``wave``, ``scale``, ``shift`` and
        ``[survey.NAME.people]``. Every part carries ``basis``: where its values
        come from, or ``assumed``. One value of a part may have a basis of its
        own, as ``basis_<key>``.
    survey : str
        Which of its surveys.

    Returns
    -------
    Truth
        For `simulate_responses` and `expected_change`.

    Raises
    ------
    FileProblem
        If the file cannot be read, a part lacks its basis, or a key is unknown.
    DataProblem
        If what it states contradicts itself.

    See Also
    --------
    tabulate_truth : The same file as a table to print.
    draft_truth : A truth for a start, where nothing is stated yet.

    Examples
    --------
    >>> read_truth("nowhere.toml", survey="staff")
    Traceback (most recent call last):
    tillit_eval.errors.FileProblem: The file that states the truth cannot be read.
      expected: a TOML file
      found:    no file at that path
      to fix:   check the path
    """
    read = _read(path)
    surveys = read.get("survey", {})
    if survey not in surveys:
        raise FileProblem(
            "The file that states the truth has no such survey.",
            expected=f"one of {few(surveys)}",
            found=repr(survey),
            to_fix="check the name of the survey",
        )
    part = surveys[survey]
    people = {k: _frozen(v) for k, v in _values(part.get("people", {})).items()}
    return Truth(
        site=str(read.get("site", "")),
        units=tuple(_units(read.get("unit_group", []), part.get("size", []))),
        waves=tuple(TrueWave(**_values(each)) for each in _stated(part, "wave")),
        scales=tuple(TrueScale(**_values(each)) for each in _stated(part, "scale")),
        shifts=tuple(TrueShift(**_values(each)) for each in _stated(part, "shift")),
        **people,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueRegister:
    """What a file states beside its surveys.

    Attributes
    ----------
    units : tuple of TrueUnit
        Every unit of the file, whether a survey asks there or not.
    groups : Mapping of str to tuple of str
        Names of the units of each unit group.
    unit_changes : tuple of (str, str, str)
        Old unit, new unit and date of each merger or split.
    series : tuple of TrueSeries
        Register figures.
    ratings : tuple of TrueRatings
        Judgements.
    cases : tuple of TrueCases
        Cases.
    """

    units: tuple[TrueUnit, ...]
    groups: Mapping[str, tuple[str, ...]]
    unit_changes: tuple[tuple[str, str, str], ...]
    series: tuple[TrueSeries, ...]
    ratings: tuple[TrueRatings, ...]
    cases: tuple[TrueCases, ...]

    def units_of(self, groups: Sequence[str]) -> tuple[TrueUnit, ...]:
        """Return the units of some groups, or of all.

        Raises
        ------
        DataProblem
            If the file has no such group.
        """
        unknown = sorted({*groups} - {*self.groups})
        if unknown:
            raise DataProblem(
                "The stated truth has no such group of units.",
                expected=f"one of {few(self.groups)}",
                found=few(unknown),
                to_fix="use the name of a unit group of the file",
            )
        named = {unit for group in groups for unit in self.groups[group]}
        return tuple(u for u in self.units if not groups or u.unit in named)


def read_true_register(path: str | Path) -> TrueRegister:
    """Which units, register figures, judgements and cases does this file state?

    Parameters
    ----------
    path : str or Path
        As for `read_truth`; ``[[unit_group]]``, ``[[unit_change]]``,
        ``[[series]]``, ``[[ratings]]`` and ``[[cases]]``.

    Returns
    -------
    TrueRegister
        For `simulate_series`, `simulate_ratings` and `simulate_cases`.

    Raises
    ------
    FileProblem
        As `read_truth`.

    See Also
    --------
    read_truth : The surveys of the same file.

    Examples
    --------
    >>> read_true_register("nowhere.toml")
    Traceback (most recent call last):
    tillit_eval.errors.FileProblem: The file that states the truth cannot be read.
      expected: a TOML file
      found:    no file at that path
      to fix:   check the path
    """
    read = _read(path)
    groups = [group for group in read.get("unit_group", []) if group]
    nobody = [{"group": group["group"], "people": 0} for group in groups]
    changes = [_values(each) for each in _stated(read, "unit_change")]
    return TrueRegister(
        units=tuple(_units(groups, nobody)),
        groups={group["group"]: tuple(group["units"]) for group in groups},
        unit_changes=tuple((c["old"], c["new"], c["date"]) for c in changes),
        series=tuple(TrueSeries(**_values(each)) for each in _stated(read, "series")),
        ratings=tuple(TrueRatings(**_values(e)) for e in _stated(read, "ratings")),
        cases=tuple(TrueCases(**_values(each)) for each in _stated(read, "cases")),
    )


def tabulate_truth(path: str | Path) -> pd.DataFrame:
    """Where does each value of a stated truth come from?

    Parameters
    ----------
    path : str or Path
        As for `read_truth`.

    Returns
    -------
    DataFrame, shape (n_values, 4)
        ``part, name, value, basis``; a basis is a source or ``assumed``.

    Raises
    ------
    FileProblem
        As `read_truth`.

    See Also
    --------
    read_truth : The same file as a `Truth`.

    Examples
    --------
    >>> tabulate_truth("nowhere.toml")
    Traceback (most recent call last):
    tillit_eval.errors.FileProblem: The file that states the truth cannot be read.
      expected: a TOML file
      found:    no file at that path
      to fix:   check the path
    """
    import pandas as pd

    rows = [
        {
            "part": part,
            "name": name,
            "value": ", ".join(map(str, value)) if isinstance(value, tuple) else value,
            "basis": table.get(f"basis_{name}", table["basis"]),
        }
        for part, _, table in find_parts(_read(path))
        for name, value in _values(table).items()
    ]
    return pd.DataFrame(rows, columns=["part", "name", "value", "basis"])


def _stated(tables: Table, kind: str) -> Iterator[Table]:
    """Give the parts of one kind that state anything."""
    yield from filter(None, tables.get(kind, []))


def _units(groups: Sequence[Table], sizes: Sequence[Table]) -> Iterator[TrueUnit]:
    """Spread the groups of units out, with the survey's own sizes."""
    people = {each["group"]: each["people"] for each in sizes if each}
    for group in filter(None, groups):
        if group["group"] not in people:
            continue
        n_people = people[group["group"]]
        if isinstance(n_people, list) and len(n_people) != len(group["units"]):
            raise FileProblem(
                "A group of units has another number of units than of sizes.",
                expected=f"{len(group['units'])} whole numbers, one for each unit",
                found=f"{len(n_people)}",
                to_fix="give people = one number for all units, or one for each",
            )
        for i, unit in enumerate(group["units"]):
            start = _at(group.get("start"), i)
            yield TrueUnit(
                unit=unit,
                people=_at(n_people, i),
                arm=group.get("arm", ""),
                start=None if start is None else float(start),
                parent=group.get("parent", ""),
                level=group.get("level", "unit"),
                assigned=group.get("assigned", "unit"),
            )


def _at(value: Any, i: int) -> Any:
    return value[i] if isinstance(value, list) else value


def _values(table: Table) -> dict[str, Any]:
    """Return what a part states, without its bases; lists become tuples."""
    return {
        key: _frozen(value)
        for key, value in table.items()
        if not key.startswith("basis")
    }


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def _read(path: str | Path) -> dict[str, Any]:
    """Read the file and refuse it if a part lacks its basis or has unknown keys."""
    try:
        read = read_toml(as_path(path))
    except Unreadable as error:
        missing, found = error.trouble == "absent", error.found
    else:
        _check_parts(read)
        return read
    raise FileProblem(
        "The file that states the truth cannot be read.",
        expected="a TOML file",
        found=found,
        to_fix="check the path" if missing else "mend the file as TOML in UTF-8",
    )


def _check_parts(read: Table) -> None:
    wrong = [problem for part in find_parts(read) for problem in find_problems(*part)]
    if not isinstance(read.get("site", ""), str):
        wrong.append("'site' is not text")
    if wrong:
        raise FileProblem(
            "The file that states the truth has parts that cannot be used.",
            expected="known keys only, and a basis for every part",
            found=f"{len(wrong)} problem(s): {'; '.join(wrong[:8])}",
            to_fix='mend the keys named, and write basis = "assumed" or a source',
        )
