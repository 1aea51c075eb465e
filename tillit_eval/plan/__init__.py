"""What did we promise to ask, and what do the data say to it?"""

from tillit_eval.plan.checking import (
    GuardRail,
    judge_guard_rails,
    tabulate_expectations,
)
from tillit_eval.plan.data import SiteData, SurveyData
from tillit_eval.plan.design_check import DesignCheck
from tillit_eval.plan.designing import assess_design
from tillit_eval.plan.expecting import expect_values
from tillit_eval.plan.model import Question, Site, Study, SurveyFiles
from tillit_eval.plan.reading import read_study
from tillit_eval.plan.running import run_all, run_plan

__all__ = [
    "DesignCheck",
    "GuardRail",
    "Question",
    "Site",
    "SiteData",
    "Study",
    "SurveyData",
    "SurveyFiles",
    "assess_design",
    "expect_values",
    "judge_guard_rails",
    "read_study",
    "run_all",
    "run_plan",
    "tabulate_expectations",
]
