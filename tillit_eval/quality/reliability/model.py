"""The finding that every coefficient of reliability shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import ClassVar, Literal, Self

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.findings import Estimate, Interval
from tillit_eval.phrases import Language, Phrase, number, phrase, say
from tillit_eval.quality.reliability._coefficients import lengthened
from tillit_eval.thresholds import threshold

Coefficient = Literal[
    "alpha",
    "alpha_ordinal",
    "omega",
    "omega_hierarchical",
    "omega_categorical",
    "lambda_1",
    "lambda_2",
    "lambda_5",
    "lambda_6",
    "split_half_best",
    "split_half_mean",
    "split_half_worst",
    "retest",
]

# Polychoric correlations are normal in large samples only, and what items predict of
# one another is flattered in small ones.
_NEEDS_MANY = ("alpha_ordinal", "omega_categorical", "lambda_6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability(Estimate):
    """How much of the spread of a score is shared, not noise.

    Attributes
    ----------
    coefficient : str
        Which one: ``alpha``, ``alpha_ordinal``, ``omega``, ``omega_hierarchical``,
        ``omega_categorical``, ``lambda_1`` to ``lambda_6``, ``split_half_best``,
        ``_mean`` or ``_worst``, or ``retest``. `estimand` holds its formula.
    estimate : float
        The coefficient; at most 1.
    interval : Interval
        For `estimate`; see `method`.
    n_items : int
        Items in the scale; 1 for a score correlated with itself.
    n_incomplete : int
        Rows, or people, not behind `estimate` because an answer is missing.
    standardised : bool
        Whether every item was divided by its standard deviation first.
    turned : Phrase or None
        The items that were turned first because the codebook says so.
    group : str
        The group or wave it is of; empty where all are taken together.
    """

    question: ClassVar[str] = "reliability"

    unit_of_measure: str = "coefficient"
    coefficient: Coefficient
    n_items: int
    n_incomplete: int
    standardised: bool = False
    turned: Phrase | None = None
    group: str = ""

    @property
    def digits(self) -> int:
        """Two decimals, as coefficients are read."""
        return 2

    def with_items(self, n_items: int) -> Self:
        """Return what to expect of a scale with more or fewer items like these.

        Spearman and Brown's formula: with :math:`m` times as many items a
        reliability :math:`r` becomes :math:`m r / (1 + (m - 1) r)`; the ends of the
        interval go the same way. It takes new items to be as good as the old ones.

        Parameters
        ----------
        n_items : int
            Items in the other scale, at least 1.

        Returns
        -------
        Reliability
            The same finding for `n_items` items.

        Raises
        ------
        DataProblem
            If `n_items` is no such number, or the reliability is of one score.
        """
        self._check_length()
        if not isinstance(n_items, int) or isinstance(n_items, bool) or n_items < 1:
            raise DataProblem(
                "This is not a number of items.",
                expected="a whole number from 1",
                found=str(n_items) if isinstance(n_items, float) else kind_of(n_items),
                to_fix="give n_items=, such as 6",
            )
        times = n_items / self.n_items
        around = self.interval
        return replace(
            self,
            estimate=lengthened(self.estimate, times),
            standard_error=None,
            interval=around
            and Interval(
                lengthened(around.low, times),
                lengthened(around.high, times),
                around.level,
            ),
            n_items=n_items,
            because=phrase("reliability.other_length", n=self.n_items),
        )

    def items_for(self, reliability: float) -> int:
        """Return how many items like these reach a reliability.

        Spearman and Brown's formula turned round.

        Parameters
        ----------
        reliability : float
            What is wanted, above 0 and below 1.

        Returns
        -------
        int
            The smallest number of items whose expected reliability is that or more.

        Raises
        ------
        DataProblem
            If `reliability` is no such number, or the items share nothing.
        """
        self._check_length()
        wanted = isinstance(reliability, float) and 0 < reliability < 1
        if not wanted or self.estimate <= 0:
            raise DataProblem(
                "No number of items reaches this reliability.",
                expected="a number between 0 and 1, and items that share something",
                found=f"{reliability} wanted"
                if isinstance(reliability, (int, float))
                else kind_of(reliability),
                to_fix="give a number such as 0.8",
            )
        odds = self.estimate / (1 - self.estimate) if self.estimate < 1 else 1e300
        needed = self.n_items * reliability / (1 - reliability) / odds
        return max(1, ceil(needed - 1e-9))

    def _check_length(self) -> None:
        if self.coefficient == "retest":
            raise DataProblem(
                "A retest correlation is of one score, not of items.",
                expected="a coefficient of a sum of items",
                found="retest",
                to_fix="use assess_alpha or assess_omega",
            )

    def _claim(self, lang: Language) -> str:
        claim = say(
            self._claim_key,
            lang,
            name=f"{self.name(lang)}, {self.group}".removesuffix(", "),
            coefficient=self._coefficient(lang),
            estimate=number(self.estimate, 2, lang),
            items=self.n_items,
            people=self.count(self.n_people, lang),
            interval=self.interval_in_words(lang),
        )
        if self.n_incomplete:
            retest = self.coefficient == "retest"
            left = "quality.retest_left_out" if retest else "quality.rows_left_out"
            n = self.count(self.n_incomplete, lang)
            claim += " " + say(left, lang, n=n)
        for more in (self.turned, self._few_people, self.because):
            if more is not None:
                claim += " " + more.say(lang)
        return claim

    @property
    def _few_people(self) -> Phrase | None:
        """Say so where people are too few for an interval that needs many."""
        enough = 0.0
        if self.coefficient in _NEEDS_MANY:
            enough = threshold("asymptotic_people")
        elif self.coefficient == "omega_hierarchical":
            # The general factor that is rotated out comes out a little low.
            enough = threshold("hierarchical_people")
        if self.interval is None or self.n_people >= enough:
            return None
        return phrase("reliability.few_people", n=int(enough))

    @property
    def _claim_key(self) -> str:
        if self.coefficient == "retest":
            return "quality.retest_claim"
        if self.interval is None:
            return "reliability.claim_without_interval"
        return "quality.reliability_claim"

    def _coefficient(self, lang: Language) -> str:
        name = say(f"reliability.coefficient_{self.coefficient}", lang)
        if self.standardised:
            return say("reliability.of_standardised", lang, coefficient=name)
        return name
