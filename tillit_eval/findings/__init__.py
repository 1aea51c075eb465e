"""What every analysis returns: fields to compute with, a row, and a sentence."""

from tillit_eval.findings.base import Expected, Finding, NotAnswered, Role
from tillit_eval.findings.collection import Findings, row_names, source_of, tabulate
from tillit_eval.findings.estimates import (
    Average,
    Change,
    Estimand,
    Estimate,
    Verdict,
    decide_verdict,
)
from tillit_eval.findings.intervals import Interval, check_level
from tillit_eval.findings.measured import STATES, MeasurementState, supports_means
from tillit_eval.findings.sources import Source, read_source, source_mark
from tillit_eval.findings.watching import tell, unwatch, watch

__all__ = [
    "STATES",
    "Average",
    "Change",
    "Estimand",
    "Estimate",
    "Expected",
    "Finding",
    "Findings",
    "Interval",
    "MeasurementState",
    "NotAnswered",
    "Role",
    "Source",
    "Verdict",
    "check_level",
    "decide_verdict",
    "read_source",
    "row_names",
    "source_mark",
    "source_of",
    "supports_means",
    "tabulate",
    "tell",
    "unwatch",
    "watch",
]
