"""Did anything change, for whom, how sure can we be, and what may we show?

The everyday door. Each name loads its room on first use, so that importing the
package costs little; the rest is reached by room (``te.quality.assess_items``).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# One place says which room a front name lives in; the cheat sheet reads it too.
_DOOR: dict[str, tuple[str, ...]] = {
    "phrases": ("use_language",),
    "findings": ("tabulate",),
    "codebook": ("draft_codebook", "read_codebook"),
    "exports": ("check_export", "link_waves", "pseudonymise", "read_responses"),
    "scales": ("score_index", "score_scales"),
    "summaries": ("summarise_responses",),
    "quality": (
        "assess_aggregation",
        "assess_agreement",
        "assess_alpha",
        "assess_attrition",
        "assess_invariance",
        "assess_items",
        "assess_omega",
        "assess_structure",
    ),
    "comparison": (
        "adjust_p_values",
        "compare_adjusted",
        "compare_overlapping",
        "compare_paired",
        "compare_shares",
        "compare_waves",
    ),
    "simulation": ("detect_change", "simulate_responses"),
    "plan": ("read_study", "run_all", "run_plan"),
    "synthesis": ("combine_findings",),
    "disclosure": ("protect_findings", "protect_table"),
    "figures": ("plot_answers", "plot_changes", "plot_forest"),
    "tables": ("table_findings",),
}
_ROOM_OF = {name: room for room, names in _DOOR.items() for name in names}
_ROOMS = (
    *("errors", "files", "phrases", "thresholds", "floors", "findings"),
    *("codebook", "exports", "scales", "summaries", "quality", "comparison"),
    *("simulation", "plan", "synthesis", "disclosure", "figures", "tables"),
    *("report", "chapter", "cli"),
)

__all__ = sorted(_ROOM_OF)


def __getattr__(name: str) -> Any:
    """Load a room, or a name from its room, the first time it is used."""
    if name in _ROOM_OF:
        value = getattr(import_module(f"tillit_eval.{_ROOM_OF[name]}"), name)
    elif name in _ROOMS:
        value = import_module(f"tillit_eval.{name}")
    else:
        raise AttributeError(f"module 'tillit_eval' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_ROOMS})
