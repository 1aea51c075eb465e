"""Which method speaks first: a rule that reads the layout and never the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tillit_eval.comparison._cluster import Array, estimate_contrast, fit_clusters
from tillit_eval.comparison._regression import Regression
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.thresholds import threshold

Method = Literal[
    "cr2",
    "cr2_cautious",
    "cr3",
    "welch",
    "wild",
    "webb",
    "placebo",
    "conley_taber",
    "ferman_pinto",
]

# Fewest groups for which all signs can give p under 5 %, with room to spare.
SIGNS_FROM = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How many groups stand behind an answer, and how evenly they are filled.

    Attributes
    ----------
    groups : tuple of int
        Groups in each arm; one number where there are no arms.
    effective : tuple of float
        How many equally large groups they count as, (sum n)² / sum n².
    df : float
        Satterthwaite df of CR2; they depend on the layout alone.
    one_each : bool
        Whether each group is one unit that counts once.
    """

    groups: tuple[int, ...]
    effective: tuple[float, ...]
    df: float
    one_each: bool = False

    @property
    def fewest(self) -> int:
        """Groups in the smaller arm."""
        return min(self.groups)

    @property
    def cautious_df(self) -> float:
        """Df of the cautious errors: equal groups that the weaker arm counts as."""
        least = min(self.effective)
        return max(1.0, least if len(self.groups) > 1 else least - 1.0)

    @property
    def fewest_df(self) -> float:
        """Df of CR2, no more than equal groups that the weaker arm counts as."""
        return min(self.df, self.cautious_df)

    @property
    def equal_df(self) -> float:
        """Df of Welch's t between two arms of as many equal groups, all as varied."""
        part = 1 / np.array(self.effective)
        return float(part.sum() ** 2 / (part**3 / np.maximum(1 - part, 1e-9)).sum())

    @property
    def is_even(self) -> bool:
        """Whether the groups of each arm count as at least half as many equal ones."""
        share = threshold("even_share")
        return all(
            e >= share * n for e, n in zip(self.effective, self.groups, strict=True)
        )


def read_layout(regression: Regression) -> Layout:
    """Count the groups of a regression; no answer is looked at."""
    sizes = regression.sizes
    nothing = np.zeros_like(regression.moments)
    fit = fit_clusters(regression.cross, nothing)
    return Layout(
        groups=tuple(len(n) for n in sizes),
        effective=tuple(_effective(n) for n in sizes),
        df=float(estimate_contrast(fit, regression.contrast).df),
        one_each=regression.one_each,
    )


def choose_method(layout: Layout) -> tuple[Method, Phrase | None]:
    """Choose the method that speaks first, and why if it is not the usual one.

    Parameters
    ----------
    layout : Layout
        Of the groups behind one average.

    Returns
    -------
    method : str
        Key of the method.
    because : Phrase or None
        The reason; None for the usual method.

    Notes
    -----
    The simulation behind it is ``tests/bench/few_units.py``; the page *few units*
    in the docs tells it in words.
    """
    if len(layout.groups) == 1:
        return _for_one_group(layout)
    if layout.fewest <= 2:
        if max(layout.groups) >= threshold("placebo_groups"):
            return "ferman_pinto", phrase("comparison.rule_few", n=layout.fewest)
        return "cr3", phrase("comparison.rule_two")
    if not layout.is_even:
        return _for_uneven_arms(layout)
    if layout.one_each:
        return "welch", None
    if layout.fewest >= 4 and layout.df < threshold("bootstrap_df_arms"):
        return "wild", phrase("comparison.rule_few_df", df=round(layout.df))
    return "cr2", None


def listed_methods(layout: Layout) -> tuple[Method, ...]:
    """Return every method that can answer for a layout, in a fixed order."""
    if len(layout.groups) == 1:
        return ("cr2", "cr3", "wild", *_webb(layout))
    if layout.fewest == 1:
        return ("ferman_pinto", "conley_taber")
    usual: tuple[Method, ...] = ("welch",) if layout.one_each else ("cr2",)
    many = max(layout.groups) >= threshold("placebo_groups")
    few: tuple[Method, ...] = ("ferman_pinto",) if many and layout.fewest == 2 else ()
    if choose_method(layout)[0] == "cr2_cautious":
        usual = (*usual, "cr2_cautious")
    return (*usual, "cr3", "wild", *_webb(layout), "placebo", *few)


def _for_one_group(layout: Layout) -> tuple[Method, Phrase | None]:
    if layout.df >= threshold("bootstrap_df") or layout.groups[0] < SIGNS_FROM:
        return "cr2", None
    return "wild", phrase("comparison.rule_low_df", df=round(layout.df))


def _for_uneven_arms(layout: Layout) -> tuple[Method, Phrase | None]:
    """Choose by how far the df of CR2 lie over those of as many equal groups."""
    enough = threshold("bootstrap_equal")
    near = layout.df <= threshold("uneven_df") * layout.equal_df
    if min(layout.effective) < enough and not near:
        return "cr2_cautious", _uneven("comparison.rule_uneven", layout)
    if layout.fewest < enough:
        return "cr2", None
    return "wild", _uneven("comparison.rule_uneven_wild", layout)


def _uneven(rule: str, layout: Layout) -> Phrase:
    worst = min(
        range(len(layout.groups)), key=lambda i: layout.effective[i] / layout.groups[i]
    )
    return phrase(
        rule,
        groups=layout.groups[worst],
        equal=round(layout.effective[worst]),
    )


def _webb(layout: Layout) -> tuple[Method, ...]:
    """Return Webb's weights where signs are so few that p moves in steps."""
    return ("webb",) if 6 <= sum(layout.groups) <= 10 else ()


def _effective(sizes: Array) -> float:
    return float(sizes.sum() ** 2 / (sizes**2).sum())
