"""Several findings as one immutable sequence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.findings.base import Finding
from tillit_eval.findings.sources import Source
from tillit_eval.phrases import Label, Language, has_phrase, say

if TYPE_CHECKING:
    import pandas as pd


class Findings(Sequence[Finding]):
    """Several findings, in the order given. Never changed; a slice is a new one.

    Parameters
    ----------
    findings : Finding or iterable of Finding
        What to hold.

    Raises
    ------
    DataProblem
        If something else than findings is given.

    Examples
    --------
    >>> len(Findings([]))
    0
    """

    __slots__ = ("_items",)

    def __init__(self, findings: Finding | Iterable[Finding] = ()) -> None:
        self._items: tuple[Finding, ...] = _listed(findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Findings: ...
    def __getitem__(self, index: int | slice) -> Finding | Findings:
        if isinstance(index, slice):
            return Findings(self._items[index])
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._items)

    def __add__(self, other: Iterable[Finding]) -> Findings:
        return Findings([*self._items, *other])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Findings) and self._items == other._items

    def __hash__(self) -> int:
        return hash(self._items)

    def where(self, **wanted: object) -> Findings:
        """Keep the findings whose fields have the wanted values.

        Parameters
        ----------
        **wanted : object
            Field names with the value they must have; ``question`` counts as one.

        Returns
        -------
        Findings
            In the same order; empty if none fits.
        """
        return Findings(
            finding
            for finding in self._items
            if all(
                getattr(finding, name, None) == value for name, value in wanted.items()
            )
        )

    def named(self, labels: dict[str, Label]) -> Findings:
        """Return the same findings, named where `labels` knows their scale."""
        return Findings(
            finding.named(labels[finding.scale]) if finding.scale in labels else finding
            for finding in self._items
        )

    def to_frame(self, *, guarded: bool = False, lang: Language = "en") -> pd.DataFrame:
        """Stack the findings into one tidy table, one row each.

        Parameters
        ----------
        guarded : bool, default False
            Hide what rests on fewer people than the floor.
        lang : {"en", "sv"}, default "en"
            Language of the cells in words.

        Returns
        -------
        DataFrame, shape (n_findings, n_columns)
            The columns of all kinds of findings present.
        """
        import pandas as pd

        return pd.DataFrame(
            [finding._row(guarded=guarded, lang=lang) for finding in self._items]
        )

    def sentence(self, lang: Language | None = None) -> str:
        """Say all findings, one paragraph each."""
        return "\n\n".join(finding.sentence(lang) for finding in self._items)

    def __str__(self) -> str:
        return self.sentence()

    def __repr__(self) -> str:
        return f"<Findings: {len(self._items)}>"

    def _repr_html_(self) -> str:
        """Return a table a reader of a notebook can take in: name, number, words."""
        from html import escape

        heads = [say(f"words.column_{name}") for name in ("what", "says")]
        head = "".join(f"<th>{escape(text)}</th>" for text in heads)
        rows = "".join(
            f"<tr><td>{escape(finding.name())}</td>"
            f"<td style='text-align:left'>{escape(finding.sentence())}</td></tr>"
            for finding in self._items
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _listed(findings: object) -> tuple[Finding, ...]:
    """Return one finding or several as a tuple; refuse anything else."""
    if isinstance(findings, Finding):
        return (findings,)
    given = tuple(findings) if isinstance(findings, Iterable) else (findings,)
    other = [one for one in given if not isinstance(one, Finding)]
    if other:
        raise DataProblem(
            "These are not findings.",
            expected="findings, as returned by the compare_ and assess_ functions",
            found=kind_of(other[0]),
            to_fix="pass what those return; use protect_table for a table of numbers",
        )
    return given


def tabulate(
    findings: Finding | Iterable[Finding], *, guarded: bool = False
) -> pd.DataFrame:
    """Stack findings into one tidy table, one row each, in the order given.

    Parameters
    ----------
    findings : Finding or iterable of Finding
        Of one kind or several.
    guarded : bool, default False
        Hide every number that rests on fewer people than the floor.

    Returns
    -------
    DataFrame, shape (n_findings, n_columns)
        ``question`` and one column per field; intervals in three columns.

    Examples
    --------
    >>> from tillit_eval.findings import NotAnswered
    >>> from tillit_eval.phrases import phrase
    >>> tabulate([NotAnswered(scale="trust", asked="change",
    ...     reason=phrase("words.fewer_than", n=10))])["scale"].tolist()
    ['trust']
    """
    return Findings(findings).to_frame(guarded=guarded)


def row_names(
    findings: Finding | Iterable[Finding], lang: Language | None = None
) -> list[str]:
    """Name findings so that no two rows of a table or figure look the same.

    Parameters
    ----------
    findings : iterable of Finding
        In reading order.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    list of str
        What was measured; where two findings measure the same, what each is an
        estimate of stands behind it in a few words.

    Examples
    --------
    >>> from tillit_eval.findings import NotAnswered
    >>> from tillit_eval.phrases import phrase
    >>> row_names([NotAnswered(scale="trust", asked="change",
    ...     reason=phrase("words.fewer_than", n=10))])
    ['trust']
    """
    kept = Findings(findings)
    names = [finding.name(lang) for finding in kept]
    return [
        f"{name}, {_short_estimand(finding, lang)}".removesuffix(", ")
        if names.count(name) > 1
        else name
        for name, finding in zip(names, kept, strict=True)
    ]


def source_of(findings: Iterable[Finding]) -> Source:
    """Say where the data behind several findings come from.

    Parameters
    ----------
    findings : iterable of Finding
        Of any kind.

    Returns
    -------
    {"real", "synthetic", "published", "mixed", "unstated"}
        ``unstated`` if one is, or there is none; ``mixed`` if they differ.

    Examples
    --------
    >>> source_of([])
    'unstated'
    """
    kinds = {finding.source for finding in findings}
    if not kinds or "unstated" in kinds:
        return "unstated"
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _short_estimand(finding: Finding, lang: Language | None) -> str:
    """Return what a finding estimates in a few words, where there are such."""
    if finding.estimand is None:
        return ""
    key = f"{finding.estimand.key}_short"
    return say(key, lang) if has_phrase(key) else ""
