"""A confidence interval, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.phrases import Language, number, percent, say


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, in the units of the estimate it belongs to.

    Attributes
    ----------
    low, high : float
        The ends; either may be infinite when the interval does not close.
    level : float
        Coverage aimed at, between 0 and 1.
    """

    low: float
    high: float
    level: float = 0.95

    def covers(self, value: float) -> bool:
        """Tell whether `value` lies inside the interval, ends included."""
        return self.low <= value <= self.high

    def lies_within(self, margin: float) -> bool:
        """Tell whether the whole interval lies inside plus or minus `margin`."""
        return -margin < self.low and self.high < margin

    def say(
        self,
        lang: Language | None = None,
        *,
        digits: int = 2,
        as_percent: bool = False,
    ) -> str:
        """Write the interval with its level, for example ``95 % CI 0.2 to 0.6``."""
        write = percent if as_percent else number
        return say(
            "words.interval",
            lang,
            level=percent(self.level, 0, lang),
            low=write(self.low, digits, lang),
            high=write(self.high, digits, lang),
        )

    def __str__(self) -> str:
        return self.say()


def check_level(level: object) -> float:
    """Return the level of an interval, or say what is wrong with it.

    Parameters
    ----------
    level : object
        What the caller gave.

    Returns
    -------
    float
        A number between 0 and 1.

    Raises
    ------
    DataProblem
        If it is anything else.

    Examples
    --------
    >>> check_level(0.95)
    0.95
    """
    if isinstance(level, float) and 0 < level < 1:
        return level
    raise DataProblem(
        "The level of an interval lies between 0 and 1.",
        expected="a number such as 0.95",
        found=str(level) if isinstance(level, (int, float)) else kind_of(level),
        to_fix="give level=0.95",
    )
