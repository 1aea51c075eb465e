"""Findings, items, published facts, verdicts and guarded tables as tables to read."""

from tillit_eval.tables.display import display_frame, display_notes
from tillit_eval.tables.facts import display_facts, table_facts
from tillit_eval.tables.findings import table_findings
from tillit_eval.tables.invariance import display_invariance, table_invariance
from tillit_eval.tables.items import display_items, table_items
from tillit_eval.tables.methods import display_methods, table_methods
from tillit_eval.tables.protected import display_protected, table_frame
from tillit_eval.tables.verdicts import table_verdicts

__all__ = [
    "display_facts",
    "display_frame",
    "display_invariance",
    "display_items",
    "display_methods",
    "display_notes",
    "display_protected",
    "table_facts",
    "table_findings",
    "table_frame",
    "table_invariance",
    "table_items",
    "table_methods",
    "table_verdicts",
]
