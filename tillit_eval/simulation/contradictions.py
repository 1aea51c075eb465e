"""What in a stated truth cannot be true at the same time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tillit_eval.simulation.model import Truth


def find_contradictions(truth: Truth) -> list[str]:
    """List everything that contradicts itself, in a few words each.

    Parameters
    ----------
    truth : Truth
        Shares, names and times as stated.

    Returns
    -------
    list of str
        Empty if nothing does.
    """
    return [
        *_missing_or_repeated(truth),
        *_shares_out_of_range(truth),
        *_scales_out_of_range(truth),
        *_shifts_of_nothing(truth),
    ]


def _missing_or_repeated(truth: Truth) -> list[str]:
    wrong = []
    for kind, names in (
        ("units", [each.unit for each in truth.units]),
        ("waves", [each.wave for each in truth.waves]),
        ("scales", [each.scale for each in truth.scales]),
    ):
        if not names:
            wrong.append(f"no {kind}")
        if len(set(names)) < len(names):
            wrong.append(f"{kind}: a name stands twice")
    if any(unit.people < 1 for unit in truth.units):
        wrong.append("units: people under 1")
    times = [wave.time for wave in truth.waves]
    if any(later <= earlier for earlier, later in pairwise(times)):
        wrong.append("waves: not in order of time")
    return wrong


def _shares_out_of_range(truth: Truth) -> list[str]:
    names = ("item_missing", "careless", "code_error", "code_missing", "move_per_year")
    wrong = [name for name in names if not 0 <= getattr(truth, name) <= 1]
    wrong += [f"{w.wave}: response" for w in truth.waves if not 0 < w.response <= 1]
    if truth.leave_per_year < 0:
        wrong.append("leave_per_year under 0")
    if truth.ramp < 0:
        wrong.append("ramp under 0")
    if not np.isclose(sum(share for _, share in truth.roles), 1.0):
        wrong.append("roles: shares do not add up to 1")
    return wrong


def _scales_out_of_range(truth: Truth) -> list[str]:
    wrong = []
    for each in truth.scales:
        inside = all(0 <= v <= 1 for v in (each.icc, each.shock, each.stability))
        if not inside or each.icc + each.shock > 1 or not 0 <= each.loading < 1:
            wrong.append(f"{each.scale}: icc, shock, stability or loading")
        if abs(each.with_trust) > 1:
            wrong.append(f"{each.scale}: with_trust outside -1 to 1")
        if min(each.shares) <= 0 or not np.isclose(sum(each.shares), 1.0):
            wrong.append(f"{each.scale}: shares do not add up to 1")
    return wrong


def _shifts_of_nothing(truth: Truth) -> list[str]:
    scales = {each.scale for each in truth.scales}
    waves = {each.wave for each in truth.waves}
    roles = {role for role, _ in truth.roles} | {""}
    arms = {unit.arm for unit in truth.units} | {""}
    return [
        f"a shift of {each.scale}: unknown scale, wave, role or arm"
        for each in truth.shifts
        if each.scale not in scales
        or not set(each.waves) <= waves
        or each.role not in roles
        or each.arm not in arms
    ]
