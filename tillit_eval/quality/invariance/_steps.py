"""The steps of the ladder, and what each adds to what is held equal."""

from __future__ import annotations

from typing import Literal

Step = Literal["configural", "thresholds", "metric", "scalar", "strict"]
Estimator = Literal["ml", "mlr", "wlsmv"]
ESTIMATORS: tuple[Estimator, ...] = ("ml", "mlr", "wlsmv")

CONTINUOUS: dict[Step, tuple[str, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
# Wu and Estabrook (2016): what a step of the answer means comes first.
ORDINAL: dict[Step, tuple[str, ...]] = {
    "configural": (),
    "thresholds": ("thresholds",),
    "metric": ("thresholds", "loadings"),
    "scalar": ("thresholds", "loadings", "intercepts"),
    "strict": ("thresholds", "loadings", "intercepts", "residuals"),
}

STEPS: tuple[Step, ...] = tuple(ORDINAL)
