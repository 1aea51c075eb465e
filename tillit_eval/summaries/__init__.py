"""What the later rooms must know, from one pass over the rows."""

from tillit_eval.summaries.change import summarise_change
from tillit_eval.summaries.model import ChangeSummary, Summary
from tillit_eval.summaries.responses import summarise_responses

__all__ = [
    "ChangeSummary",
    "Summary",
    "summarise_change",
    "summarise_responses",
]
