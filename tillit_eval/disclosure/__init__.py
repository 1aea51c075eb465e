"""What may be shown together: floors, complementary suppression, and a ledger."""

from tillit_eval.disclosure.build import Build
from tillit_eval.disclosure.findings import (
    GuardedFindings,
    guard_findings,
    protect_findings,
)
from tillit_eval.disclosure.gathering import Shown, check_record, open_record
from tillit_eval.disclosure.ledger import Ledger
from tillit_eval.disclosure.protected import Protected
from tillit_eval.disclosure.recording import start_recording
from tillit_eval.disclosure.tables import protect_table

__all__ = [
    "Build",
    "GuardedFindings",
    "Ledger",
    "Protected",
    "Shown",
    "check_record",
    "guard_findings",
    "open_record",
    "protect_findings",
    "protect_table",
    "start_recording",
]
