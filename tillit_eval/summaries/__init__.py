"""What the later rooms must know, from one pass over the rows."""

from tillit_eval.summaries.change import summarise_change
from tillit_eval.summaries.model import ChangeSummary, Summary
from tillit_eval.summaries.responses import summarise_responses
from tillit_eval.summaries.sharing import read_summary, write_summary

__all__ = [
    "ChangeSummary",
    "Summary",
    "read_summary",
    "summarise_change",
    "summarise_responses",
    "write_summary",
]
