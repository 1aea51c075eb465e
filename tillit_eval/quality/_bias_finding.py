"""Three fitted models of an item, put into a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

from tillit_eval.findings import Interval
from tillit_eval.findings.family import Method
from tillit_eval.phrases import phrase
from tillit_eval.quality._bias import (
    Cells,
    Gap,
    Match,
    Three,
    covariance_of,
    design,
    gaps,
    tail,
)
from tillit_eval.quality._bias_reading import Grouped
from tillit_eval.quality._data import Array
from tillit_eval.quality.item_bias import Guide, ItemBias


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of a question, checked."""

    match: Match
    adjust: Method
    guide: Guide
    level: float
    floor: int


def item_bias(
    data: Grouped,
    asked: Asked,
    item: int,
    cells: Cells,
    three: Three,
    without: tuple[str, ...],
) -> ItemBias:
    """Put what was fitted into a finding; p and reading are set over all items."""
    answers, more = data.answers, data.answers.n_groups - 1
    line = design(cells, answers.n_groups)
    whole = covariance_of(three.slope, cells, line, answers)
    found = gaps(three.slope, cells, answers.n_groups, whole)
    far = max(found, key=lambda gap: abs(gap.estimate))
    r2 = [three.nagelkerke(fit) for fit in (three.score, three.level, three.slope)]
    overall = three.ratio(three.score, three.slope)
    return ItemBias(
        scale=data.items[item],
        estimate=far.estimate,
        **_around(far, data, asked),
        reference=data.groups[0],
        compared=data.groups[far.group],
        differences=tuple((data.groups[g.group], g.estimate) for g in found),
        points=100 * far.estimate / data.span / len(data.items),
        chi_square=overall,
        df=2.0 * more,
        **_tests(three, cells, line, whole, data),
        p_adjusted=1.0,
        r2_change=r2[2] - r2[0],
        r2_uniform=r2[1] - r2[0],
        r2_nonuniform=r2[2] - r2[1],
        mcfadden_change=three.mcfadden(three.slope) - three.mcfadden(three.score),
        reading="cannot_tell",
        guide=asked.guide,
        depends_on_level=False,
        match=asked.match,
        without=without,
        n_smallest=min(data.sizes),
        errors_by=data.by,
        n_people=len(answers.codes),
        n_units=answers.n_clusters if data.by == "units" else None,
        left_out=data.left_out,
        estimand=phrase("bias.estimand"),
        method=phrase(f"bias.method_{data.by or 'independent'}"),
        because=phrase(f"bias.matched_{asked.match}", n=len(without)),
        source=data.source,
        floor=asked.floor,
    )


def _tests(
    three: Three, cells: Cells, line: Array, whole: Array, data: Grouped
) -> dict[str, Any]:
    """Return the p values: of any bias, and of its two kinds."""
    answers, more = data.answers, data.answers.n_groups - 1
    level = covariance_of(three.level, cells, line[:, : 1 + more], answers)
    steps = three.score.n_thresholds + 1
    kinds = (
        ("p_value", three.score, three.slope, whole, slice(steps, None)),
        ("p_uniform", three.score, three.level, level, slice(steps, None)),
        ("p_nonuniform", three.level, three.slope, whole, slice(steps + more, None)),
    )
    return {
        name: tail(
            three.ratio(one, other),
            other.parameters[where],
            covariance[where, where],
            answers,
        )
        for name, one, other, covariance, where in kinds
    }


def _around(gap: Gap, data: Grouped, asked: Asked) -> dict[str, Any]:
    """Return the error and the interval of the difference, wide enough for all."""
    tried = (1 - asked.level) / 2 / (data.answers.n_groups - 1)
    quantile = (
        float(stdtrit(data.answers.n_clusters - 1, 1 - tried))
        if data.by
        else float(ndtri(1 - tried))
    )
    error = float(np.sqrt(gap.variance))
    return {
        "standard_error": error,
        "interval": Interval(
            gap.estimate - quantile * error,
            gap.estimate + quantile * error,
            asked.level,
        ),
    }
