"""What figures with one row per finding have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from tillit_eval.disclosure import guard_findings
from tillit_eval.errors import DataProblem, few
from tillit_eval.figures import canvas
from tillit_eval.findings import (
    Finding,
    NotAnswered,
    measured_mark,
    measured_notes,
    row_names,
    source_of,
)
from tillit_eval.phrases import Language, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Drawn = TypeVar("Drawn", bound=Finding)


def read_rows(
    findings: Finding | Iterable[Finding],
    drawn: type[Drawn],
    *,
    kind: str,
    expected: str,
    to_fix: str,
    fits: Callable[[Drawn], bool] = lambda finding: True,
) -> list[Drawn | NotAnswered]:
    """Return what may be drawn, in order; refuse what the figure cannot draw.

    Parameters
    ----------
    findings : Finding or iterable of Finding
        As the caller gave them.
    drawn : type
        What the figure has a mark for. A `NotAnswered` always has a row, with its
        reason.
    kind, expected, to_fix : str
        What such findings are, where they come from, and what to do instead.
    fits : callable, optional
        Whether the figure can draw a finding of the right type.

    Returns
    -------
    list of findings of that type and NotAnswered
        Guarded, at least one.

    Raises
    ------
    DataProblem
        If there is none, or one that cannot be drawn.
    """
    kept: list[Drawn | NotAnswered] = []
    wrong = set()
    for finding in guard_findings(findings):
        if isinstance(finding, NotAnswered) or (
            isinstance(finding, drawn) and fits(finding)
        ):
            kept.append(finding)
        else:
            wrong.add(type(finding).__name__)
    if not kept or wrong:
        raise DataProblem(
            f"There is nothing here that can be drawn as {kind}.",
            expected=expected,
            found=few(sorted(wrong)) if wrong else "no finding",
            to_fix=to_fix,
        )
    return kept


def marked_names(findings: Sequence[Finding], lang: Language) -> list[str]:
    """Name rows, with a mark where the scale may not measure the same both times.

    Parameters
    ----------
    findings : sequence of Finding
        The rows.
    lang : {"en", "sv"}
        The language.

    Returns
    -------
    list of str
        One per finding.
    """
    names = row_names(findings, lang)
    return [
        name + measured_mark(one) for name, one in zip(names, findings, strict=True)
    ]


def draw_rows(
    ax: Axes | None,
    guarded: Sequence[Drawn | NotAnswered],
    draw: Callable[[Axes, int, Drawn, Language], None],
    lang: Language,
    *,
    row: float = 0.36,
    rest: float = 1.0,
) -> Axes:
    """Draw one named row per finding, the first on top.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Where to draw; a new figure by default.
    guarded : sequence of Finding
        What `read_rows` returned.
    draw : callable
        Draws one finding at a height, in a language.
    lang : {"en", "sv"}
        The language.
    row, rest : float
        Height of a row and of what stands around them, in inches.

    Returns
    -------
    matplotlib.axes.Axes
        With its rows; not yet with its axis.
    """
    names = marked_names(guarded, lang)
    rest += canvas.room_for(measured_notes(guarded, lang))
    ax = canvas.paper(ax, rows=len(guarded), row=row, rest=rest, names=names)
    canvas.clean(ax)
    canvas.name_rows(ax, names)
    for at, finding in zip(range(len(guarded), 0, -1), guarded, strict=True):
        if isinstance(finding, NotAnswered):
            canvas.write_instead(ax, at, canvas.reason_in_words(finding, lang))
        else:
            draw(ax, at, finding, lang)
    return ax


class RowsInWords(Generic[Drawn]):
    """Say a figure in a language: its kind, every row, and the mark of its source.

    Parameters
    ----------
    head : str
        Key of the phrase that says what kind of figure it is.
    findings : sequence of Finding
        The rows.
    say_one : callable
        Says one drawn finding, by its name on the row.
    """

    def __init__(
        self,
        head: str,
        findings: Sequence[Drawn | NotAnswered],
        say_one: Callable[[Drawn, str, Language], str],
    ) -> None:
        self.head, self.findings, self.say_one = head, findings, say_one

    def __call__(self, lang: Language) -> str:
        """Return the whole figure as one text."""
        head = say(self.head, lang, rows=len(self.findings))
        rows = [
            canvas.silent_in_words(finding, lang)
            if isinstance(finding, NotAnswered)
            else self.say_one(finding, name, lang)
            for finding, name in zip(
                self.findings, marked_names(self.findings, lang), strict=True
            )
        ]
        rows += measured_notes(self.findings, lang)
        mark = canvas.mark_in_words(source_of(self.findings), lang)
        return " ".join([head, *rows, *mark])
