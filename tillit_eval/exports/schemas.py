"""What each table must hold: columns, their types, and what no two rows share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "number", "whole", "date", "period"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a table must hold.

    Attributes
    ----------
    name : str
        The table's name.
    needed, optional : dict of str to type
        Columns that must be there, and that may be.
    key : tuple of str
        Columns that no two rows may share.
    may_be_empty : frozenset of str
        Columns whose cells may be empty.
    """

    name: str
    needed: dict[str, Type]
    optional: dict[str, Type]
    key: tuple[str, ...]
    may_be_empty: frozenset[str] = frozenset()

    @property
    def types(self) -> dict[str, Type]:
        """All columns in their order, ``source`` last."""
        return self.needed | self.optional | {"source": "text"}


SERIES = Schema(
    name="series",
    needed={"unit": "text", "period": "period", "indicator": "text", "value": "number"},
    optional={"denominator": "number"},
    key=("unit", "period", "indicator"),
    may_be_empty=frozenset({"value"}),
)
RATINGS = Schema(
    name="ratings",
    needed={"target": "text", "rater": "text", "value": "number"},
    optional={"criterion": "text", "rater_role": "text", "round": "text"},
    key=("target", "criterion", "rater", "round"),
    may_be_empty=frozenset({"value"}),
)
CASES = Schema(
    name="cases",
    needed={"case": "text", "unit": "text", "opened": "date", "closed": "date"},
    optional={"outcome": "text"},
    key=("case",),
    may_be_empty=frozenset({"closed"}),
)
UNITS = Schema(
    name="units",
    needed={"unit": "text"},
    optional={
        "parent": "text",
        "level": "text",
        "arm": "text",
        "start": "text",
        "assigned": "text",
    },
    key=("unit",),
)
UNIT_CHANGES = Schema(
    name="unit changes",
    needed={"old": "text", "new": "text", "date": "date"},
    optional={},
    key=("old", "new", "date"),
)
INVITED = Schema(
    name="invited",
    needed={"wave": "text", "unit": "text", "n_invited": "whole"},
    optional={"site": "text"},
    key=("site", "wave", "unit"),
)
WAVES = Schema(
    name="waves",
    needed={"wave": "text", "from": "date", "to": "date"},
    optional={"instrument": "text"},
    key=("wave",),
)
