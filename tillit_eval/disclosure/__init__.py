"""What may be shown together: floors, complementary suppression, and a ledger."""

from tillit_eval.disclosure.findings import (
    GuardedFindings,
    guard_findings,
    protect_findings,
)
from tillit_eval.disclosure.protected import Protected
from tillit_eval.disclosure.tables import protect_table

__all__ = [
    "GuardedFindings",
    "Protected",
    "guard_findings",
    "protect_findings",
    "protect_table",
]
