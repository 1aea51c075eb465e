"""What a comparison is told of its scale: examined here, elsewhere, or not at all."""

from __future__ import annotations

from typing import Protocol, TypeAlias, runtime_checkable

from tillit_eval.errors import DataProblem, few, kind_of
from tillit_eval.findings import STATES, MeasurementState
from tillit_eval.phrases import Phrase, phrase

Measured: TypeAlias = tuple[MeasurementState | None, Phrase | None]


@runtime_checkable
class Examined(Protocol):
    """What `assess_invariance` returns, as far as a comparison asks.

    Attributes
    ----------
    scale : str
        What was examined.
    conditions : tuple of str
        Names of the groups and waves that were set against each other.
    over : {"groups", "waves", "groups_and_waves"}
        Which of these they are.
    state : MeasurementState
        The step reached.
    because : Phrase or None
        Why no higher step is.
    released : tuple of str
        Items let go for a partial step.
    n_items : int
        Items of the scale.
    """

    @property
    def scale(self) -> str: ...
    @property
    def conditions(self) -> tuple[str, ...]: ...
    @property
    def over(self) -> str: ...
    @property
    def state(self) -> MeasurementState: ...
    @property
    def because(self) -> Phrase | None: ...
    @property
    def released(self) -> tuple[str, ...]: ...
    @property
    def n_items(self) -> int: ...


def read_measured(
    measured: object, scale: object, before: object, after: object
) -> Measured:
    """Return what is known of a scale in two waves, and why it is no more.

    Parameters
    ----------
    measured : Invariance, MeasurementState or None
        As the caller gave it.
    scale, before, after : str
        What is compared.

    Returns
    -------
    (MeasurementState, Phrase or None)
        ``not_examined`` where nothing is given.

    Raises
    ------
    DataProblem
        If something else is given, or another scale or other waves were examined.
    """
    if measured is None:
        return "not_examined", None
    for state in STATES:
        if measured == state:
            stated = None if state == "not_examined" else phrase("measured.stated")
            return state, stated
    if not isinstance(measured, Examined):
        raise DataProblem(
            "This does not say whether the scale measures the same.",
            expected="what assess_invariance returns, or one of "
            + few(STATES, at_most=len(STATES)),
            found=few([measured]) if isinstance(measured, str) else kind_of(measured),
            to_fix="give measured=te.assess_invariance(...), or leave it out",
        )
    _check_same(measured, str(scale), (str(before), str(after)))
    return measured.state, _why(measured)


def _why(measured: Examined) -> Phrase | None:
    """Say in a reader's words why no more is known; an item is no factor to them."""
    because = measured.because
    if measured.state == "partial_scalar":
        n, items = len(measured.released), measured.n_items
        return phrase("measured.released", n=n, items=items)
    if because is None or not because.key.startswith("invariance.few_"):
        return because
    if because.key == "invariance.few_people":
        return phrase("measured.few_people", **dict(because.values))
    if measured.n_items == 1:
        return phrase("measured.one_item")
    return phrase("measured.few_items", **dict(because.values))


def _check_same(measured: Examined, scale: str, waves: tuple[str, str]) -> None:
    """Refuse what was found of another scale, or of other waves."""
    names = measured.conditions
    compared = [name.split(", ")[-1] for name in names]
    if measured.scale == scale and {*waves} <= {*compared}:
        return
    # Names of groups may be those of small places.
    shown = few(names) if measured.over == "waves" else f"{len(names)} groups"
    raise DataProblem(
        "Another comparison was examined than the one that is made.",
        expected=f"scale '{scale}' in waves {few(waves)}",
        found=f"scale {measured.scale!r} in {shown}",
        to_fix="examine the scale and the waves that are compared",
    )
