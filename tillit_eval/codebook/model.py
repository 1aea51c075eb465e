"""What a codebook is: frozen items and scales that every later room reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tillit_eval.errors import DataProblem, few, kind_of
from tillit_eval.phrases import Label

# Columns of the table ``responses`` beside the items, in their order there.
KEY_COLUMNS = ("site", "wave", "respondent", "unit", "role", "arm", "source")

Desired = Literal["up", "down", "neither", "inverted_u"]
Scoring = Literal["person_mean", "person_index"]
Licence = Literal["own", "keys_only", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question as it was asked.

    Attributes
    ----------
    key : str
        Column name in the table ``responses``.
    label : Label
        Short name in both languages, our own words.
    text : Label or None
        The full wording, only where its licence allows that it is kept.
    codes : tuple of int
        The valid answer codes, in ascending order.
    answers : tuple of (str, int)
        Answer labels as exports spell them, each with its code.
    missing : tuple of (int, str)
        Codes that mean no answer, each with its reason.
    reversed : bool
        Whether a high code means little of what the scale is named after.
    aliases : tuple of (str, str)
        Column names in exports: wave (or ``*`` for any) and name.
    licence : {"own", "keys_only", "open"}
        Whether the wording may be kept here.
    kpi : str
        Id of the item's public indicator in Kolada; empty where there is none.
    validated : bool
        False for wording that has not been tested on people.
    positive : tuple of int
        Codes that count as a positive answer when a share is wanted, such as the
        top two; empty where no share is customary.
    """

    key: str
    label: Label
    codes: tuple[int, ...]
    text: Label | None = None
    answers: tuple[tuple[str, int], ...] = ()
    missing: tuple[tuple[int, str], ...] = ()
    reversed: bool = False
    aliases: tuple[tuple[str, str], ...] = ()
    licence: Licence = "keys_only"
    kpi: str = ""
    validated: bool = True
    positive: tuple[int, ...] = ()

    @property
    def lowest(self) -> int:
        """Smallest valid code."""
        return self.codes[0]

    @property
    def highest(self) -> int:
        """Largest valid code."""
        return self.codes[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Several items that make one score.

    Attributes
    ----------
    key : str
        Column name in the table ``scores``.
    label : Label
        Name in both languages.
    items : tuple of str
        Keys of its items, in order.
    min_answered : int
        Fewest items a person must have answered to get a score.
    scoring : {"person_mean", "person_index"}
        ``person_index`` maps each item to 0-100 of its possible range first;
        ``person_mean`` keeps the item's own points. Reversed items are turned.
    official : bool
        Whether an official item-first index exists beside the person scores.
    desired : {"up", "down", "neither", "inverted_u"}
        The direction the reform hopes for.
    source : str
        Where the scale and its rules come from.
    """

    key: str
    label: Label
    items: tuple[str, ...]
    min_answered: int
    scoring: Scoring = "person_index"
    official: bool = False
    desired: Desired = "up"
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """What was asked, of whom, and how answers become scores.

    Attributes
    ----------
    title : str
        Name of the survey.
    items : tuple of Item
        In questionnaire order.
    scales : tuple of Scale
        In reading order.
    columns : tuple of (str, tuple of str)
        The schema's key columns (``respondent``, ``unit``, ``wave``, ``role`` …)
        with the names exports give them.
    waves : tuple of (str, Label)
        The waves as text, in order of time, with names.
    """

    title: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...] = ()
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    waves: tuple[tuple[str, Label], ...] = field(default=())

    def item(self, key: str) -> Item:
        """Return one item by its key.

        Raises
        ------
        DataProblem
            If the codebook has no such item.
        """
        for item in self.items:
            if item.key == key:
                return item
        raise _unknown("item", [item.key for item in self.items])

    def scale(self, key: str) -> Scale:
        """Return one scale by its key.

        Raises
        ------
        DataProblem
            If the codebook has no such scale.
        """
        for scale in self.scales:
            if scale.key == key:
                return scale
        raise _unknown("scale", [scale.key for scale in self.scales])

    @property
    def labels(self) -> dict[str, Label]:
        """Names of all items and scales by key, for `Findings.named`."""
        named = {item.key: item.label for item in self.items}
        return named | {scale.key: scale.label for scale in self.scales}


def check_codebook(value: object) -> Codebook:
    """Return a codebook, or say that this is none.

    Parameters
    ----------
    value : object
        What the caller gave.

    Returns
    -------
    Codebook
        The same.

    Raises
    ------
    DataProblem
        If it is anything else, such as the path of one.

    Examples
    --------
    >>> check_codebook(Codebook(title="Staff", items=())).title
    'Staff'
    """
    if isinstance(value, Codebook):
        return value
    raise DataProblem(
        "This is not a codebook.",
        expected="what read_codebook gives",
        found=kind_of(value),
        to_fix='read it first: codebook = te.read_codebook("codebook.toml")',
    )


def _unknown(kind: str, known: list[str]) -> DataProblem:
    return DataProblem(
        f"The codebook has no {kind} by that key.",
        expected=f"one of {few(known, at_most=12)}",
        found="another key",
        to_fix=f"use a key listed, or add the {kind} to the codebook",
    )
