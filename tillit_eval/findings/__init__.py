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
from tillit_eval.findings.measured import (
    STATES,
    MeasurementState,
    measured_in_words,
    measured_mark,
    measured_notes,
    support_in_words,
    supports_means,
    weakest_state,
)
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
    "measured_in_words",
    "measured_mark",
    "measured_notes",
    "read_source",
    "row_names",
    "source_mark",
    "source_of",
    "support_in_words",
    "supports_means",
    "tabulate",
    "tell",
    "unwatch",
    "watch",
    "weakest_state",
]
