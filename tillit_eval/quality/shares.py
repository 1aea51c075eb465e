"""A counted share with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import ClassVar, Literal, get_args

from tillit_eval.errors import DataProblem, check_option
from tillit_eval.findings import Estimate, Source, check_level
from tillit_eval.floors import K_MIN, check_floor, shows_sides
from tillit_eval.phrases import Label, Language, number, phrase, say
from tillit_eval.quality._shares import clopper_pearson, wilson
from tillit_eval.thresholds import threshold

ShareMethod = Literal["wilson", "clopper-pearson"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Estimate):
    """A share of people, or of cases, counted once.

    Attributes
    ----------
    estimate : float
        `n_count` over `n_people`, between 0 and 1.
    n_count : int
        How many did.
    n_people : int
        How many could have.
    interval : Interval
        Wilson, or exact (Clopper-Pearson); see `method`.
    complement_hidden : bool
        Whether it stays hidden because another part of the same total is.
    """

    question: ClassVar[str] = "share"

    unit_of_measure: str = "share"
    n_count: int
    complement_hidden: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether enough people stand behind the share and on either side of it."""
        return self.source == "published" or (
            self.n_people >= self.floor
            and shows_sides(self.n_count, self.n_people)
            and not self.complement_hidden
        )

    def sentence(self, lang: Language | None = None) -> str:
        """Say the share, or that one side of it is too small to show."""
        if self.n_people >= self.floor and not self.is_shown:
            return say("quality.share_hidden", lang, name=self.name(lang))
        return Estimate.sentence(self, lang)

    def _claim(self, lang: Language) -> str:
        return say(
            "quality.share_claim",
            lang,
            name=self.name(lang),
            share=self.amount(self.estimate, lang),
            interval=self.interval_in_words(lang),
            count=number(self.n_count, 0, lang),
            people=number(self.n_people, 0, lang),
        )


def assess_share(
    count: int,
    *,
    of: int,
    scale: str | Label,
    level: float = 0.95,
    method: ShareMethod | None = None,
    source: Source = "unstated",
    k_min: int = K_MIN,
) -> Share:
    r"""Say how sure a counted share is: 5 of 6 is not 83 %.

    Parameters
    ----------
    count : int
        How many did.
    of : int
        How many could have.
    scale : str or Label
        What was counted, for the sentence.
    level : float, default 0.95
        Coverage of the interval, between 0 and 1.
    method : {"wilson", "clopper-pearson"}, optional
        By default exact (Clopper-Pearson) under 20 and for published counts, else
        Wilson.
    source : {"real", "synthetic", "published", "mixed", "unstated"}
        Where the count comes from. Published counts are exempt from the floor.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Share
        Between 0 and 1.

    Raises
    ------
    DataProblem
        If the counts are not whole, below zero, or `count` is more than `of`.

    See Also
    --------
    tillit_eval.comparison.compare_shares : A share in two waves.

    Notes
    -----
    A share with fewer than 5 people on one side, also of everyone or of no one, is
    not shown, unless the count is published. Treats those counted as independent.
    Wilson's interval has close to its stated coverage from about 20 people on; the
    exact one never has less, and is wide. Agrees with ``binom.test`` and
    ``prop.test(correct = FALSE)`` in R.

    Examples
    --------
    >>> found = assess_share(5, of=6, scale="Inspections done", source="published")
    >>> print(str(found).replace("\xa0", " "))
    Inspections done: 5 of 6, 83 % (95 % CI 36 % to 100 %).
    """
    _check_counts(count, of)
    count, of = int(count), int(of)
    check_option("source", source, get_args(Source))
    check_option("method", method, (None, *get_args(ShareMethod)))
    exact = of < threshold("n_exact_share") or source == "published"
    chosen = method or ("clopper-pearson" if exact else "wilson")
    kernel = clopper_pearson if chosen == "clopper-pearson" else wilson
    because = "quality.because_asked" if method else "quality.because_share_rule"
    return Share(
        scale=scale.en if isinstance(scale, Label) else scale,
        label=scale if isinstance(scale, Label) else None,
        estimate=count / of,
        interval=kernel(count, of, level=check_level(level)),
        n_count=count,
        n_people=of,
        estimand=phrase("quality.estimand_share"),
        method=phrase(f"quality.method_{chosen.replace('-', '_')}"),
        because=phrase(because),
        source=source,
        floor=check_floor(k_min),
    )


def _check_counts(count: object, of: object) -> None:
    # Counts of a table are whole numbers of numpy, which are no `int`.
    whole = all(
        isinstance(n, Integral) and not isinstance(n, bool) for n in (count, of)
    )
    if not whole or not 0 <= int(str(count)) <= int(str(of)) or of == 0:
        shown = f"{count} of {of}" if whole else "something else than whole numbers"
        raise DataProblem(
            "These two counts do not make a share.",
            expected="whole numbers, count from 0 to of, and of above 0",
            found=shown,
            to_fix="for example assess_share(5, of=6, scale=...)",
        )
