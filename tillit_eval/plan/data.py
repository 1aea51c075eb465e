"""The tables of one site, each read when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tillit_eval.codebook import Codebook, read_codebook
from tillit_eval.errors import DataProblem, few
from tillit_eval.exports import (
    check_export,
    read_cases,
    read_invited,
    read_ratings,
    read_responses,
    read_series,
    read_unit_changes,
    read_units,
    read_waves,
    settle_units,
)
from tillit_eval.exports.schemas import Schema
from tillit_eval.exports.tables import read_table
from tillit_eval.plan.measuring import examine_scale
from tillit_eval.plan.model import Question, Site, SurveyFiles
from tillit_eval.scales import score_scales
from tillit_eval.simulation import Truth, read_truth, tabulate_truth

if TYPE_CHECKING:
    import pandas as pd

    from tillit_eval.phrases import Label
    from tillit_eval.quality.invariance import Invariance


# What `expect_values` writes.
EXPECTED = Schema(
    name="expected values",
    needed={
        **dict.fromkeys(("site", "key", "scale", "design", "estimand"), "text"),
        **dict.fromkeys(("value", "monte_carlo_error", "without_reform"), "number"),
    },
    optional={},
    key=("site", "key", "estimand"),
)


class SurveyData:
    """The tables of one survey. Answers are read once; a caller gets a copy.

    Parameters
    ----------
    files : SurveyFiles
        Where they lie.
    site : Site
        The place they belong to.
    """

    def __init__(self, files: SurveyFiles, site: Site) -> None:
        self.name = files.name
        self._files, self._site = files, site
        self._measured: dict[tuple[object, ...], Invariance | None] = {}

    @cached_property
    def codebook(self) -> Codebook:
        """What was asked."""
        return read_codebook(self._files.codebook)

    @property
    def responses(self) -> pd.DataFrame:
        """What came back, one row per person and wave."""
        return self._responses.copy()

    @property
    def scores(self) -> pd.DataFrame:
        """The same rows with one column per scale."""
        return self._scores.copy()

    @property
    def invited(self) -> pd.DataFrame:
        """How many were asked in each unit and wave."""
        invited = self._settled(read_invited(_path(self._files.invited, "invited")))
        keys = [name for name in invited.columns if name != "n_invited"]
        summed = invited.groupby(keys, sort=False, dropna=False)["n_invited"].sum()
        return summed.reset_index()[list(invited.columns)]

    @property
    def waves(self) -> pd.DataFrame:
        """When each wave was, and with which questionnaire."""
        return read_waves(_path(self._files.waves, "waves"))

    @cached_property
    def truth(self) -> Truth:
        """What is true, if the answers are simulated."""
        return read_truth(_path(self._site.truth, "truth"), survey=self.name)

    @property
    def problems(self) -> pd.DataFrame:
        """What is wrong with the export, never what a person answered."""
        return check_export(self._files.responses, self.codebook)

    def measured(self, question: Question) -> Invariance | None:
        """Say whether a question's scale measures the same in its two waves.

        Examined once for each scale, pair of waves and kind of linkage.
        """
        linked = question.design == "paired"
        key = (question.scale, question.before, question.after, linked, question.floor)
        if key not in self._measured:
            self._measured[key] = examine_scale(question, self)
        return self._measured[key]

    @cached_property
    def _responses(self) -> pd.DataFrame:
        source = self._site.source
        answers = read_responses(self._files.responses, self.codebook, source=source)
        return self._settled(answers)

    @cached_property
    def _scores(self) -> pd.DataFrame:
        return score_scales(self._responses, self.codebook)

    def _settled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Let units that were merged or split be one from beginning to end."""
        if self._site.unit_changes is None or "unit" not in table:
            return table
        return settle_units(table, read_unit_changes(self._site.unit_changes))

    def __repr__(self) -> str:
        return f"<SurveyData: {self.name}>"


class SiteData:
    """The data of one site. Answers are read once; a caller gets a copy.

    ``responses``, ``problems``, ``scores``, ``codebook``, ``invited``, ``waves`` and
    ``truth`` are those of its first survey; ``survey(name)`` gives any other.

    Parameters
    ----------
    plan : Site
        What was planned, with the places of the tables.
    """

    def __init__(self, plan: Site) -> None:
        self.plan = plan
        self._surveys = {files.name: SurveyData(files, plan) for files in plan.surveys}

    @property
    def name(self) -> str:
        """Key of the site."""
        return self.plan.name

    @property
    def label(self) -> Label:
        """Name of the site in both languages."""
        return self.plan.label

    @property
    def source(self) -> str:
        """Where the site's answers come from, as the study file states it."""
        return self.plan.source

    def survey(self, name: str = "") -> SurveyData:
        """Return one survey; the first of the site by default.

        Raises
        ------
        DataProblem
            If the site has no such survey.
        """
        wanted = name or next(iter(self._surveys), "")
        if wanted not in self._surveys:
            raise DataProblem(
                "The site has no such survey.",
                expected=f"one of {few(self._surveys)}",
                found=repr(name) if name else "no survey at all",
                to_fix="use the name of a survey as it stands in the study file",
            )
        return self._surveys[wanted]

    @property
    def codebook(self) -> Codebook:
        """What was asked in the first survey."""
        return self.survey().codebook

    @property
    def responses(self) -> pd.DataFrame:
        """What came back in the first survey."""
        return self.survey().responses

    @property
    def problems(self) -> pd.DataFrame:
        """What is wrong with the export of the first survey."""
        return self.survey().problems

    @property
    def scores(self) -> pd.DataFrame:
        """Scores of the first survey."""
        return self.survey().scores

    @property
    def invited(self) -> pd.DataFrame:
        """How many the first survey asked."""
        return self.survey().invited

    @property
    def waves(self) -> pd.DataFrame:
        """When the waves of the first survey were."""
        return self.survey().waves

    @property
    def truth(self) -> Truth:
        """What is true of the first survey, if it is simulated."""
        return self.survey().truth

    @property
    def units(self) -> pd.DataFrame:
        """The units, their arms and when the reform started in each."""
        return read_units(_path(self.plan.units, "units"))

    @property
    def series(self) -> pd.DataFrame:
        """Register figures by unit and period."""
        return read_series(_path(self.plan.series, "series"))

    @property
    def unit_changes(self) -> pd.DataFrame:
        """Units that were merged, split or renamed."""
        return read_unit_changes(_path(self.plan.unit_changes, "unit_changes"))

    @property
    def ratings(self) -> pd.DataFrame:
        """Judgements, one row per target, criterion, rater and round."""
        return read_ratings(_path(self.plan.ratings, "ratings"))

    @property
    def cases(self) -> pd.DataFrame:
        """Cases with the days on which they were opened and closed."""
        return read_cases(_path(self.plan.cases, "cases"))

    @property
    def basis(self) -> pd.DataFrame:
        """Where each value of a simulated truth comes from; empty for a real site."""
        import pandas as pd

        if self.plan.truth is None:
            return pd.DataFrame(columns=["part", "name", "value", "basis"], dtype=str)
        return tabulate_truth(self.plan.truth)

    @property
    def expected(self) -> pd.DataFrame:
        """What each question should find in a simulated site; empty for a real one."""
        import pandas as pd

        if self.plan.expected is None:
            kinds = {
                k: float if t == "number" else str for k, t in EXPECTED.types.items()
            }
            return pd.DataFrame(columns=list(kinds)).astype(kinds)
        return read_table(
            self.plan.expected, EXPECTED, source="synthetic", sheet=None, encoding=None
        )

    def __repr__(self) -> str:
        return f"<SiteData: {self.name}>"


def _path(path: Path | None, table: str) -> Path:
    if path is None:
        raise DataProblem(
            f"The site has no table of {table}.",
            expected=f"{table} = a path in the study file",
            found="nothing",
            to_fix="add the table to the site, or leave the question out",
        )
    return path
