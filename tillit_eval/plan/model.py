"""What was promised: a study, its sites, their questions. Frozen once read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tillit_eval.errors import DataProblem, few
from tillit_eval.findings import Average, Estimand, Role, Source
from tillit_eval.floors import K_MIN
from tillit_eval.phrases import Label

if TYPE_CHECKING:
    from tillit_eval.plan.data import SiteData

Design = Literal[
    "paired", "overlapping", "waves", "adjusted", "shares", "series", "effect"
]
COMPARING: tuple[str, ...] = ("paired", "overlapping", "waves", "adjusted", "shares")
REFUSED: tuple[str, ...] = ("series", "effect")
Expectation = Literal["answer", "refusal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question as it was put before anybody looked.

    Attributes
    ----------
    id : str
        Its key, used once in a site.
    scale : str
        The scale, item or indicator it is about.
    label : Label or None
        Its name, where no codebook has one.
    design : str
        ``paired``, ``overlapping``, ``waves``, ``adjusted`` or ``shares`` compare
        two waves; ``series`` asks a register figure; ``effect`` asks what a
        reform did that may never have been delivered.
    role : {"primary", "secondary", "guard_rail"}
        One question of a site is primary.
    survey : str
        Which survey of the site answers it; empty for a register figure.
    before, after : str
        The two waves.
    estimand : {"workplace", "stayed"}
        Whose change, where some people are in both waves.
    average : {"people", "units"}
        Whether each person or each unit counts the same.
    assigned : str
        Column with the level at which treatment varied; empty if it is the unit.
    treated : tuple of str
        Units with the reform; for ``adjusted``.
    leave_out : tuple of str
        Units that are not compared; the people in them are counted.
    top : tuple of float
        Answers that count; for ``shares``.
    margin : float or None
        Smallest change worth noticing, in scale points (a share from 0 to 1).
    margin_source : str
        Who says so.
    floor : int
        Fewest people behind a number that may be shown.
    unit : str
        The unit asked about; for ``series``.
    steps : tuple of float
        How many steps a rating scale had before and after, where it was changed;
        for ``series``.
    delivered, planned : int or None
        How much of what was planned was delivered; for ``effect``.
    expect : {"answer", "refusal"}
        What the plan expects.
    reason : str
        For a refusal, the name of the reason expected.
    """

    id: str
    scale: str
    label: Label | None = None
    design: Design
    role: Role = "secondary"
    survey: str = ""
    before: str = ""
    after: str = ""
    estimand: Estimand = "workplace"
    average: Average = "people"
    assigned: str = ""
    treated: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    top: tuple[float, ...] = ()
    margin: float | None = None
    margin_source: str = ""
    floor: int = K_MIN
    unit: str = ""
    steps: tuple[float, ...] = ()
    delivered: int | None = None
    planned: int | None = None
    expect: Expectation = "answer"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFiles:
    """Where the tables of one survey lie.

    Attributes
    ----------
    name : str
        Its key in the site.
    codebook, responses : Path
        What was asked, and what came back.
    invited, waves : Path or None
        Who was asked and when, where this is kept.
    """

    name: str
    codebook: Path
    responses: Path
    invited: Path | None = None
    waves: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One place of the study.

    Attributes
    ----------
    name : str
        Its key.
    label : Label
        Its name in both languages.
    source : str
        Where its data come from; stands in refusals, which have no rows.
    surveys : tuple of SurveyFiles
        In the order of the file.
    units, unit_changes, series, ratings, cases : Path or None
        Tables of the site.
    truth, expected : Path or None
        For a simulated site what is true, and what each planned question
        should find.
    questions : tuple of Question
        In the order of the file.
    """

    name: str
    label: Label
    source: Source = "unstated"
    surveys: tuple[SurveyFiles, ...] = ()
    units: Path | None = None
    unit_changes: Path | None = None
    series: Path | None = None
    ratings: Path | None = None
    cases: Path | None = None
    truth: Path | None = None
    expected: Path | None = None
    questions: tuple[Question, ...] = ()

    @property
    def in_order(self) -> tuple[Question, ...]:
        """The questions as they are answered: guard rails, primary, the others."""
        order = ("guard_rail", "primary", "secondary")
        return tuple(sorted(self.questions, key=lambda q: order.index(q.role)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What a study promised to ask, and where its data lie.

    Attributes
    ----------
    title : str
        Its name.
    path : Path
        The file it was read from; all tables lie beside or under it.
    k_min : int
        Fewest people behind a number that may be shown, for all questions.
    sites : tuple of Site
        In the order of the file.
    """

    title: str
    path: Path
    k_min: int = K_MIN
    sites: tuple[Site, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Keys of the sites."""
        return tuple(site.name for site in self.sites)

    def plan_of(self, site: str) -> Site:
        """Return what was planned for one site.

        Raises
        ------
        DataProblem
            If the study has no such site.
        """
        for each in self.sites:
            if each.name == site:
                return each
        raise DataProblem(
            "The study has no such site.",
            expected=f"one of {few(self.names, at_most=12)}",
            found=repr(site),
            to_fix="use the name of a site as it stands in the study file",
        )

    def site(self, name: str) -> SiteData:
        """Return the data of one site; each table is read when it is asked for.

        Raises
        ------
        DataProblem
            If the study has no such site.
        """
        from tillit_eval.plan.data import SiteData

        return SiteData(self.plan_of(name))
