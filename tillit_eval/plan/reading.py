"""A study file, read whole or refused whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from tillit_eval.codebook import Codebook, read_codebook
from tillit_eval.errors import DataProblem, FileProblem, few
from tillit_eval.files.paths import as_path
from tillit_eval.files.toml_files import Unreadable, read_toml
from tillit_eval.findings import Average, Estimand
from tillit_eval.floors import K_FLOOR, K_MIN
from tillit_eval.phrases import Label
from tillit_eval.plan.contradictions import find_contradictions
from tillit_eval.plan.model import (
    Design,
    Expectation,
    Question,
    Site,
    Study,
    SurveyFiles,
)
from tillit_eval.plan.parsing import (
    DEFAULTS,
    QUESTION,
    SITE,
    STUDY,
    SURVEY,
    Reading,
)

_OPTIONS: dict[str, tuple[str, ...]] = {
    "design": get_args(Design),
    "role": ("primary", "secondary", "guard_rail"),
    "estimand": get_args(Estimand),
    "average": get_args(Average),
    "expect": get_args(Expectation),
}
_SOURCES = ("real", "synthetic", "published", "mixed", "unstated")


def read_study(path: str | Path) -> Study:
    """Which questions did we promise to ask, of which data?

    A study file fixes, before anybody looks, which outcome is primary, whose
    change is meant, who is averaged, at which level treatment varied, which
    change is worth noticing and who says so, and whether an answer or a refusal
    is to be expected. It is read whole: everything wrong is told at once.

    Parameters
    ----------
    path : str or Path
        A TOML file in UTF-8 with

        - ``[study]``: ``title``, ``codebook``, ``k_min``; a study that only
          gathers the sites of others has ``gathers``, a list of study files;
        - ``[[site]]``: ``name``, ``label = { en, sv }``, ``source``, and paths of
          ``units``, ``unit_changes``, ``series``, ``ratings``, ``cases``,
          ``truth``, ``expected``, beside or under the file;
        - ``[site.defaults]``: what holds for each question that does not say
          otherwise, such as ``survey``, ``before``, ``after`` and ``margin``;
        - ``[site.survey.NAME]``: ``responses``, ``invited``, ``waves``, and
          ``codebook`` if it is not the study's;
        - ``[[site.question]]``: the fields of `Question`. ``scale``, ``id`` and
          ``design`` must be there; one question of a site has
          ``role = "primary"``; a ``margin`` needs its ``margin_source``; a
          refusal that is expected needs its ``reason``.

    Returns
    -------
    Study
        Frozen. ``study.site(name)`` reads the tables when they are asked for.

    Raises
    ------
    FileProblem
        If the file is absent, not TOML, or names a path outside its folder.
    DataProblem
        If it has unknown keys, lacks something, or contradicts itself or a
        codebook; the message names every problem.

    See Also
    --------
    run_plan : Answer the questions of one site.

    Notes
    -----
    ``series`` and ``effect`` can be planned as refusals only: a series that has
    no points before the reform, or whose scale was changed under way, and an
    effect of what was never delivered.

    Examples
    --------
    >>> read_study("nowhere.toml")
    Traceback (most recent call last):
    tillit_eval.errors.FileProblem: The study file cannot be read.
      expected: a TOML file in UTF-8
      found:    no file at that path
      to fix:   check the path
    """
    file = as_path(path)
    raw = _read_toml(file)
    reading = Reading(file.parent, [], [])
    study = _study(raw, file, reading)
    if reading.outside:
        raise FileProblem(
            "The study file names files outside its own folder.",
            expected="paths beside or under the study file",
            found=f"{len(reading.outside)} elsewhere: {'; '.join(reading.outside)}",
            to_fix="move or copy the files into the folder of the study",
        )
    problems = reading.problems
    if not problems:
        problems += find_contradictions(study, _codebooks(study, problems))
    if problems:
        raise _refusal(problems)
    return study


def _refusal(problems: list[str]) -> DataProblem:
    told = list(dict.fromkeys(problems))
    rest = f"; and {len(told) - 20} more" if len(told) > 20 else ""
    noun = "problem" if len(told) == 1 else "problems"
    return DataProblem(
        "The study file contradicts itself or is not complete.",
        expected="sites with known keys, and one primary question in each",
        found=f"{len(told)} {noun}: {'; '.join(told[:20])}{rest}",
        to_fix="mend each in the study file, then read it again",
    )


def _read_toml(file: Path) -> dict[str, Any]:
    to_fix = {
        "absent": "check the path",
        "closed": "check the path, and that the file may be read",
    }
    try:
        return read_toml(file)
    except Unreadable as error:
        trouble, found = error.trouble, error.found
    raise FileProblem(
        "The study file cannot be read.",
        expected="a TOML file in UTF-8",
        found=found,
        to_fix=to_fix.get(trouble, "mend the file, and save it as UTF-8"),
    )


def _study(raw: dict[str, Any], file: Path, reading: Reading) -> Study:
    for key in raw:
        if key not in ("study", "site"):
            reading.note("file", f"unknown key {few([key])}")
    head = reading.take(raw.get("study", {}), STUDY, "study", required=("title",))
    k_min = head.get("k_min", K_MIN)
    if k_min < K_FLOOR:
        reading.note("study: k_min", f"{k_min} is under {K_FLOOR}")
    tables = raw.get("site", [])
    if "gathers" in head and not tables:
        return _gathered(head, file, k_min, reading)
    if "gathers" in head:
        reading.note("file", "has sites of its own and gathers others: do one of both")
    if not isinstance(tables, list) or not tables:
        reading.note("file", "no [[site]]")
        tables = []
    sites = tuple(
        _site(table, i + 1, head.get("codebook"), k_min, reading)
        for i, table in enumerate(tables)
    )
    _once_each(sites, reading)
    return Study(title=head.get("title", ""), path=file, k_min=k_min, sites=sites)


def _once_each(sites: tuple[Site, ...], reading: Reading) -> None:
    for name, n in Counter(site.name for site in sites).items():
        if n > 1:
            reading.note("file", f"site '{name}' stands {n} times")


def _gathered(head: dict[str, Any], file: Path, k_min: int, reading: Reading) -> Study:
    """Read the studies named and put their sites into one, under the higher floor."""
    sites: list[Site] = []
    for number, path in enumerate(head["gathers"], start=1):
        where = f"gathers, no. {number}"
        try:
            if "gathers" in str(_read_toml(path).get("study", "")):
                reading.note(where, "gathers studies itself: name those instead")
            else:
                sites += read_study(path).sites
        except DataProblem as problem:
            reading.note(where, f"{problem.what} ({problem.found})")
    kept = tuple(_not_under(site, k_min) for site in sites)
    _once_each(kept, reading)
    return Study(title=head.get("title", ""), path=file, k_min=k_min, sites=kept)


def _not_under(site: Site, k_min: int) -> Site:
    asked = (replace(q, floor=max(q.floor, k_min)) for q in site.questions)
    return replace(site, questions=tuple(asked))


def _site(
    table: Any, number: int, codebook: Path | None, k_min: int, reading: Reading
) -> Site:
    named = table.get("name") if isinstance(table, dict) else None
    where = f"site '{named}'" if isinstance(named, str) else f"site {number}"
    taken = reading.take(table, SITE, where, required=("name", "question"))
    surveys = taken.pop("survey", {})
    asked = taken.pop("question", [])
    defaults = reading.take(taken.pop("defaults", {}), DEFAULTS, f"{where}, defaults")
    if taken.get("source", "unstated") not in _SOURCES:
        reading.note(where, f"source is not one of {few(_SOURCES)}")
    name = taken.pop("name", "")
    return Site(
        name=name,
        label=taken.pop("label", Label(name, name)),
        surveys=tuple(
            _survey(key, value, codebook, where, reading)
            for key, value in (surveys.items() if isinstance(surveys, dict) else ())
        ),
        questions=tuple(
            question
            for i, each in enumerate(asked if isinstance(asked, list) else [])
            if (question := _question(each, i + 1, defaults, k_min, where, reading))
        ),
        **taken,
    )


def _survey(
    name: str, table: object, codebook: Path | None, where: str, reading: Reading
) -> SurveyFiles:
    where = f"{where}, survey '{name}'"
    taken = reading.take(table, SURVEY, where, required=("responses",))
    if codebook is None and "codebook" not in taken:
        reading.note(where, "no codebook, here or under [study]")
    nowhere = Path()
    return SurveyFiles(
        name=name,
        codebook=taken.pop("codebook", codebook or nowhere),
        responses=taken.pop("responses", nowhere),
        **taken,
    )


def _question(
    table: Any,
    number: int,
    defaults: dict[str, Any],
    k_min: int,
    where: str,
    reading: Reading,
) -> Question | None:
    named = table.get("id") if isinstance(table, dict) else None
    where += f", question '{named}'" if isinstance(named, str) else f", no. {number}"
    before = len(reading.problems)
    needed = tuple(key for key in ("id", "scale", "design") if key not in defaults)
    taken = defaults | reading.take(table, QUESTION, where, required=needed)
    for key, allowed in _OPTIONS.items():
        if key in taken and taken[key] not in allowed:
            listed = few(allowed, at_most=12)
            reading.note(where, f"{key} is not one of {listed}")
    if taken.get("floor", k_min) < k_min:
        reading.note(where, f"floor is under the study's {k_min}")
    if len(reading.problems) > before:
        return None
    return Question(**({"floor": k_min} | taken))


def _codebooks(study: Study, problems: list[str]) -> dict[Path, Codebook]:
    """Read every codebook once; what is wrong with one is told in one line."""
    read: dict[Path, Codebook] = {}
    for site in study.sites:
        for survey in site.surveys:
            if survey.codebook in read:
                continue
            try:
                read[survey.codebook] = read_codebook(survey.codebook)
            except DataProblem as problem:
                problems.append(
                    f"site '{site.name}', survey '{survey.name}': codebook: "
                    f"{problem.what} ({problem.found})"
                )
    return read
