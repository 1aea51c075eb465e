"""What would we see, if …? Answers with a known truth, from a stated one."""

from tillit_eval.simulation.answers import simulate_responses, simulate_study
from tillit_eval.simulation.cases import TrueCases, simulate_cases
from tillit_eval.simulation.detecting import DetectableChange, detect_change
from tillit_eval.simulation.draft import draft_truth
from tillit_eval.simulation.expected import ExpectedChange, expected_change
from tillit_eval.simulation.layouts import draft_design
from tillit_eval.simulation.model import (
    Simulated,
    TrueScale,
    TrueShift,
    TrueUnit,
    TrueWave,
    Truth,
    without_reform,
)
from tillit_eval.simulation.ratings import TrueRatings, simulate_ratings
from tillit_eval.simulation.reading import (
    TrueRegister,
    read_true_register,
    read_truth,
    tabulate_truth,
)
from tillit_eval.simulation.seeds import seed_of
from tillit_eval.simulation.series import TrueSeries, simulate_series

__all__ = [
    "DetectableChange",
    "ExpectedChange",
    "Simulated",
    "TrueCases",
    "TrueRatings",
    "TrueRegister",
    "TrueScale",
    "TrueSeries",
    "TrueShift",
    "TrueUnit",
    "TrueWave",
    "Truth",
    "detect_change",
    "draft_design",
    "draft_truth",
    "expected_change",
    "read_true_register",
    "read_truth",
    "seed_of",
    "simulate_cases",
    "simulate_ratings",
    "simulate_responses",
    "simulate_series",
    "simulate_study",
    "tabulate_truth",
    "without_reform",
]
