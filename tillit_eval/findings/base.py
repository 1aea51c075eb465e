"""The base of every answer: who stands behind it, a row, a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from tillit_eval.errors import DataProblem
from tillit_eval.files.harmless import for_markdown
from tillit_eval.findings.intervals import Interval
from tillit_eval.findings.sources import Source, source_mark
from tillit_eval.findings.watching import tell
from tillit_eval.floors import K_MIN, is_shown, show_count
from tillit_eval.phrases import Label, Language, Phrase, language, say

if TYPE_CHECKING:
    import pandas as pd

Expected = Literal["planned", "exploratory"]
Role = Literal["", "primary", "secondary", "guard_rail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Base of every answer, also of the answer that there is none.

    Attributes
    ----------
    scale : str
        What was measured: the scale, item or count, by its key.
    label : Label or None
        Its name in both languages; the key is shown where there is none.
    estimand : Phrase or None
        What the estimate is an estimate of.
    method : Phrase or None
        How it was estimated.
    because : Phrase or None
        Why this method was chosen, or why nothing can be said.
    n_people : int
        People behind the estimate.
    n_units : int or None
        Units they belong to; None where people are treated as independent.
    left_out : tuple of (Phrase, int)
        Who is not behind the estimate: reason and number of people or rows.
    source : {"real", "synthetic", "published", "mixed", "unstated"}
        Where the data come from.
    floor : int
        Fewest people behind a number that may be shown.
    expected : {"planned", "exploratory"}
        Whether the question stood in the plan.
    site : str
        Key of the place the finding is about; empty outside a study.
    role : {"", "primary", "secondary", "guard_rail"}
        What the plan made of the question; empty where there was no plan.
    key : str
        Key of the question in the plan; empty where there was no plan.
    """

    question: ClassVar[str] = "finding"
    # False where `n_people` counts what is rated, which may be a person or not.
    counts_people: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        # A dataclass would write out every field, also those under the floor.
        cls.__repr__ = Finding.__repr__  # type: ignore[method-assign]

    scale: str
    label: Label | None = None
    estimand: Phrase | None = None
    method: Phrase | None = None
    because: Phrase | None = None
    n_people: int
    n_units: int | None = None
    left_out: tuple[tuple[Phrase, int], ...] = ()
    source: Source = "unstated"
    floor: int = K_MIN
    expected: Expected = "exploratory"
    site: str = ""
    role: Role = ""
    key: str = ""

    def named(self, label: Label) -> Self:
        """Return the same finding with a name for `scale` in both languages."""
        return replace(self, label=label)

    def name(self, lang: Language | None = None) -> str:
        """Return what was measured, in words where a label is known."""
        return self.label.say(lang) if self.label else self.scale

    @property
    def is_shown(self) -> bool:
        """Whether enough people stand behind the finding to show its numbers."""
        return is_shown(self.n_people, floor=self.floor, source=self.source)

    def sentence(self, lang: Language | None = None) -> str:
        """Say the finding in one plain sentence, with its interval and its n.

        Parameters
        ----------
        lang : {"en", "sv"}, optional
            The language; the current one by default.

        Returns
        -------
        str
            One or two sentences that obey the floor.
        """
        tell("finding", finding=self, how="sentence")
        if not self.is_shown:
            return say("words.under_floor", lang, name=self.name(lang), n=self.floor)
        return f"{self._claim(language(lang))}{self._mark(lang)}"

    def _claim(self, lang: Language) -> str:
        """Say what was found; only asked when enough people stand behind it."""
        raise DataProblem(
            "This kind of finding has no sentence.",
            expected="a finding class that defines _claim",
            found=type(self).__name__,
            to_fix="use one of the finding classes of the rooms",
        )

    def _mark(self, lang: Language | None = None) -> str:
        """Return the mark that synthetic, mixed or unstated data must carry."""
        mark = source_mark(self.source, lang)
        return f" {mark}" if mark else ""

    def count(self, people: int, lang: Language | None = None) -> str:
        """Write a number of people of this finding, obeying the floor."""
        return show_count(people, floor=self.floor, source=self.source, lang=lang)

    def to_frame(self, *, guarded: bool = False, lang: Language = "en") -> pd.DataFrame:
        """Return one tidy row.

        Parameters
        ----------
        guarded : bool, default False
            Hide every number that rests on fewer people than the floor, and
            every count under it.
        lang : {"en", "sv"}, default "en"
            Language of the cells in words; column names never change.

        Returns
        -------
        DataFrame, shape (1, n_columns)
            ``question`` and one column per field. An interval becomes
            ``<field>_low, <field>_high, <field>_level``.
        """
        import pandas as pd

        return pd.DataFrame([self._row(guarded=guarded, lang=lang)])

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        tell("finding", finding=self, how="row")
        row: dict[str, object] = {"question": self.question}
        hidden = guarded and not self.is_shown
        for field in fields(self):
            value = getattr(self, field.name)
            if "Interval" in str(field.type):
                row |= _interval_cells(field.name, None if hidden else value)
            else:
                row[field.name] = self._cell(
                    field.name, value, guarded=guarded, hidden=hidden, lang=lang
                )
        return row

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        """Return one field as it stands in the tidy row."""
        if isinstance(value, (Phrase, Label)):
            return value.say(lang)
        if name == "left_out":
            return self._left_out_in_words(lang, guarded=guarded)
        if guarded and isinstance(value, int) and _counts_people(name):
            # Parts of a hidden whole would tell each other by subtraction.
            whole = not hidden or name == "n_people"
            return self.count(value, lang) if whole else None
        if hidden and (isinstance(value, float) or name in ("verdict", "held")):
            return None
        return value

    def _left_out_in_words(self, lang: Language | None, *, guarded: bool) -> str:
        write: Callable[[int], str] = (
            (lambda n: self.count(n, lang)) if guarded else (lambda n: str(n))
        )
        return "; ".join(f"{why.say(lang)}: {write(n)}" for why, n in self.left_out)

    def __repr__(self) -> str:
        """Say what it is and its sentence, so that no repr passes the floor."""
        name = type(self).__name__
        speaks = type(self)._claim is not Finding._claim or not self.is_shown
        return f"<{name}: {self.sentence() if speaks else self.name()}>"

    def __str__(self) -> str:
        return self.sentence()

    def _repr_markdown_(self) -> str:
        return for_markdown(self.sentence())


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnswered(Finding):
    """A question that these data cannot answer, with the reason.

    Attributes
    ----------
    asked : str
        The kind of question, as in ``question`` of the finding that is missing.
    reason : Phrase
        Why it cannot be answered.
    """

    question: ClassVar[str] = "not answered"

    asked: str
    reason: Phrase
    n_people: int = 0

    def sentence(self, lang: Language | None = None) -> str:
        """Say that the question cannot be answered, and why."""
        text = say(
            "words.not_answered",
            lang,
            name=self.name(lang),
            reason=self.reason.say(lang),
        )
        return text + self._mark(lang)


def _counts_people(name: str) -> bool:
    return name.startswith("n_") and not name.startswith(("n_units", "n_items"))


def _interval_cells(name: str, interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {f"{name}_low": None, f"{name}_high": None, f"{name}_level": None}
    return {
        f"{name}_low": interval.low,
        f"{name}_high": interval.high,
        f"{name}_level": interval.level,
    }
