"""What the later rooms must know, from one pass over the rows."""

from tillit_eval.summaries.model import ChangeSummary, Summary

__all__ = ["ChangeSummary", "Summary"]
