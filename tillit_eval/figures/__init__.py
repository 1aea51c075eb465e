"""How a finding looks: one function per kind of figure, no statistics inside."""

from tillit_eval.figures.agreement import plot_agreement
from tillit_eval.figures.answers import plot_answers
from tillit_eval.figures.changes import plot_changes
from tillit_eval.figures.crosstab import plot_crosstab
from tillit_eval.figures.detectable import plot_detectable
from tillit_eval.figures.dimensions import plot_dimensions
from tillit_eval.figures.drawn import alt_text, drawn_axes, figure_data
from tillit_eval.figures.fidelity import plot_fidelity
from tillit_eval.figures.forest import plot_forest
from tillit_eval.figures.gaps import plot_gaps
from tillit_eval.figures.grades import plot_grades
from tillit_eval.figures.items import plot_items
from tillit_eval.figures.ladder import plot_ladder
from tillit_eval.figures.layers import plot_layers
from tillit_eval.figures.levels import plot_levels
from tillit_eval.figures.loadings import plot_loadings
from tillit_eval.figures.needed import plot_raters_needed
from tillit_eval.figures.rates import plot_rates
from tillit_eval.figures.rollout import plot_rollout
from tillit_eval.figures.rounds import plot_rounds
from tillit_eval.figures.series import plot_series
from tillit_eval.figures.severity import plot_severity
from tillit_eval.figures.shares import plot_shares
from tillit_eval.figures.transitions import plot_transitions
from tillit_eval.figures.truth import plot_truth
from tillit_eval.figures.units import plot_units

__all__ = [
    "alt_text",
    "drawn_axes",
    "figure_data",
    "plot_agreement",
    "plot_answers",
    "plot_changes",
    "plot_crosstab",
    "plot_detectable",
    "plot_dimensions",
    "plot_fidelity",
    "plot_forest",
    "plot_gaps",
    "plot_grades",
    "plot_items",
    "plot_ladder",
    "plot_layers",
    "plot_levels",
    "plot_loadings",
    "plot_raters_needed",
    "plot_rates",
    "plot_rollout",
    "plot_rounds",
    "plot_series",
    "plot_severity",
    "plot_shares",
    "plot_transitions",
    "plot_truth",
    "plot_units",
]
