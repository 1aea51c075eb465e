"""Everything a build may show, by name, with an account of every line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tillit_eval.disclosure.columns import others
from tillit_eval.disclosure.findings import GuardedFindings, guard_with
from tillit_eval.disclosure.protected import Protected, hide_cells
from tillit_eval.disclosure.spreads import Guard
from tillit_eval.disclosure.statements import Line
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Findings, Source, read_source
from tillit_eval.phrases import Language, phrase, say
from tillit_eval.summaries import Summary

if TYPE_CHECKING:
    import pandas as pd

Output = Protected | GuardedFindings | Summary


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What was given to the ledger under one name.

    Attributes
    ----------
    given : Findings, DataFrame or Summary
        As it was given.
    by, counts : tuple of str
        Of a table: the columns that name groups, and those that count people.
    digits : int
        Of a table: decimals of the values.
    """

    given: Any
    by: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    digits: int = 1


class Build(Mapping[str, Output]):
    """What a build may show: every output by its name, guarded.

    Made by `Ledger.protect`. A table comes back as `Protected` and findings as
    `GuardedFindings`, so figures and tables draw them as they are.

    Parameters
    ----------
    outputs : mapping of str to Kept
        What was added.
    lines : sequence of Line
        Every row of a table and every finding.
    guard : Guard
        Which of them are hidden, and which are shown with their own interval only.
    floor : int
        Fewest people behind a number that is shown.
    source : {"real", "synthetic", "published", "mixed", "unstated"}
        Where the rows come from.
    """

    def __init__(
        self,
        outputs: Mapping[str, Kept],
        lines: Sequence[Line],
        guard: Guard,
        floor: int,
        source: Source,
    ) -> None:
        self._outputs, self._lines = dict(outputs), list(lines)
        self._gone, self._bare = guard.gone.tolist(), guard.bare.tolist()
        self.floor, self.source = floor, source

    def __getitem__(self, name: str) -> Output:
        if name not in self._outputs:
            raise DataProblem(
                "Nothing was added under this name.",
                expected="a name given to add_findings, add_table or add_summary",
                found=f"another name than the {len(self._outputs)} given",
                to_fix="look at the column 'output' of .table",
            )
        kept = self._outputs[name]
        own = [i for i, line in enumerate(self._lines) if line.output == name]
        gone = [self._gone[i] for i in own]
        if isinstance(kept.given, Summary):
            return kept.given
        if isinstance(kept.given, Findings):
            beside = phrase("disclosure.reason_beside", n=self.floor)
            reasons = [
                (self._lines[i].reason or beside) if hidden else None
                for i, hidden in zip(own, gone, strict=True)
            ]
            given = [
                replace(one, alternatives=Findings())  # type: ignore[call-arg]
                if self._bare[i]
                else one
                for i, one in zip(own, kept.given, strict=True)
            ]
            return guard_with(given, reasons, self.floor)
        return self._table(kept, gone)

    def _table(self, kept: Kept, gone: list[bool]) -> Protected:
        import numpy as np
        import pandas as pd

        shown = ~np.array(gone, dtype=bool)
        values = others(kept.given, {*kept.by, *kept.counts, "source"})
        account = {
            "n_groups": len(shown),
            "n_shown": int(shown.sum()),
            "n_hidden": int((~shown).sum()),
            "total_shown": True,
            "n_totals_hidden": 0,
        }
        source = read_source(kept.given) if "source" in kept.given else self.source
        return Protected(
            table=hide_cells(
                kept.given, shown, kept.counts, values, digits=kept.digits
            ),
            ledger=pd.DataFrame([account]),
            unit=kept.by[0] if kept.by else str(kept.given.columns[0]),
            counts=kept.counts,
            values=values,
            floor=self.floor,
            digits=kept.digits,
            source=source,
        )

    def __contains__(self, name: object) -> bool:
        return name in self._outputs

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)

    @property
    def table(self) -> pd.DataFrame:
        """One row per line: ``output, position, placed, published, shown``.

        `placed` tells whether the ledger knows which rows the line is about; what
        is not placed is guarded by its own floor only.
        """
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "output": line.output,
                    "position": line.position,
                    "placed": bool(line.statements),
                    "published": line.fixed,
                    "shown": not hidden,
                }
                for line, hidden in zip(self._lines, self._gone, strict=True)
            ],
            columns=["output", "position", "placed", "published", "shown"],
        )

    def sentence(self, lang: Language | None = None) -> str:
        """Say how much is not shown.

        Parameters
        ----------
        lang : {"en", "sv"}, optional
            The language; the current one by default.

        Returns
        -------
        str
            One sentence.
        """
        if not any(self._gone):
            return say("disclosure.all_lines_shown", lang, lines=len(self._gone))
        return say(
            "disclosure.some_lines_hidden",
            lang,
            hidden=sum(self._gone),
            lines=len(self._gone),
            n=self.floor,
        )

    def __str__(self) -> str:
        return self.sentence()

    def __repr__(self) -> str:
        return f"<Build: {len(self._outputs)} outputs, floor {self.floor}>"
