"""Who was lost between two waves, and whether they differed from the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from tillit_eval.codebook.model import KEY_COLUMNS
from tillit_eval.errors import DataProblem, TooFewAnswers, check_texts
from tillit_eval.findings import Estimate, Findings, Interval, Source, check_level
from tillit_eval.floors import K_MIN, check_floor, shows_sides
from tillit_eval.phrases import Label, Language, number, phrase, say
from tillit_eval.quality._shares import wilson
from tillit_eval.quality._waves import number_columns, two_waves
from tillit_eval.quality.baseline import baseline_difference
from tillit_eval.quality.shares import Share, assess_share
from tillit_eval.summaries.frames import check_names, key_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Attrition(Estimate):
    """How many of those met before were not met after, and who they were.

    Attributes
    ----------
    estimate, share_lost : float
        Share of those with a score before who have none after.
    interval : Interval
        For `share_lost`: Wilson, exact (Clopper-Pearson) under 20 people.
    n_lost, n_joined : int
        People lost, and people met only after.
    by_arm : Findings of Share
        The same share in each arm; empty without `arm`.
    differential : float or None
        Share lost in the last arm minus share lost in the first, in sorted order;
        None unless there are two arms.
    differential_interval : Interval or None
        Newcombe's, for `differential`.
    baseline_differences : Findings of BaselineDifference
        One per scale; `NotAnswered` where a group has under 2 people.
    """

    question: ClassVar[str] = "attrition"

    unit_of_measure: str = "share"
    share_lost: float
    n_lost: int
    n_joined: int
    by_arm: Findings
    differential: float | None = None
    differential_interval: Interval | None = None
    baseline_differences: Findings

    @property
    def is_shown(self) -> bool:
        """Whether enough people were met before, lost and kept."""
        return self.source == "published" or (
            self.n_people >= self.floor and shows_sides(self.n_lost, self.n_people)
        )

    def sentence(self, lang: Language | None = None) -> str:
        """Say the share lost, or that too few were lost or stayed to show it."""
        if self.n_people >= self.floor and not self.is_shown:
            return say("quality.share_hidden", lang, name=self.name(lang))
        return Estimate.sentence(self, lang)

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        """Return the tidy row; guarded, the difference of hidden arms is hidden too."""
        shown = self
        if guarded and not all(arm.is_shown for arm in self.by_arm):
            shown = replace(self, differential=None, differential_interval=None)
        return Estimate._row(shown, guarded=guarded, lang=lang)

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        if isinstance(value, Findings):
            return value.sentence(lang)
        return Estimate._cell(
            self, name, value, guarded=guarded, hidden=hidden, lang=lang
        )

    def _claim(self, lang: Language) -> str:
        claim = say(
            "quality.attrition_claim",
            lang,
            lost=number(self.n_lost, 0, lang),
            people=number(self.n_people, 0, lang),
            share=self.amount(self.estimate, lang),
            interval=self.interval_in_words(lang),
            joined=self.count(self.n_joined, lang),
        )
        gap, around = self.differential, self.differential_interval
        arms = self.by_arm
        if gap is not None and around is not None and all(a.is_shown for a in arms):
            hundred = Interval(100 * around.low, 100 * around.high, around.level)
            claim += " " + say(
                "quality.attrition_arms",
                lang,
                first=arms[0].name(lang),
                last=arms[-1].name(lang),
                points=number(100 * gap, 0, lang, sign=True),
                interval=hundred.say(lang, digits=0),
            )
        return claim


def assess_attrition(
    scores: object,
    *,
    before: str,
    after: str,
    scales: Sequence[str] | None = None,
    arm: str | None = None,
    respondent: str = "respondent",
    wave: str = "wave",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Attrition:
    """Ask who was lost between two waves, and whether they differed at the start.

    Parameters
    ----------
    scores : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person and wave, as returned by ``score_scales``.
    before, after : str
        The two values of `wave`.
    scales : sequence of str, optional
        Score columns to compare at baseline; by default every column of numbers
        that is no key (site, wave, respondent, unit, role, arm, source). A person
        was met in a wave if any of them has a value.
    arm : str, optional
        Column with the arm, for differential attrition.
    respondent, wave : str, optional
        Columns with the person and the wave.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Attrition
        The share lost, by arm, and the baseline differences.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers, a wave is unknown, or a person
        has two rows in one.
    TooFewAnswers
        If nobody with a code was met before.

    See Also
    --------
    assess_share : A share with its interval.

    Notes
    -----
    A standardised difference divides by the pooled standard deviation; there is no
    test of whether loss is at random, because a small one proves nothing. People
    without a respondent code cannot be followed: they are counted in `left_out`.
    The arms are compared with Newcombe's hybrid score interval [1]_. Intervals
    treat people as independent. Agrees with ``prop.test`` and ``t.test`` in R.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between
       independent proportions. Statistics in Medicine, 17(8), 873-890.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame(
    ...     {
    ...         "respondent": [*range(20), *range(12)],
    ...         "wave": ["2019"] * 20 + ["2021"] * 12,
    ...         "trust": [float(i % 7) for i in range(32)],
    ...     }
    ... )
    >>> found = assess_attrition(scores, before="2019", after="2021", scales=["trust"])
    >>> found.share_lost, found.n_lost
    (0.4, 8)
    """
    check_texts((respondent, wave, arm))
    keys = {*KEY_COLUMNS, respondent, wave, arm}
    names = check_names(
        number_columns(scores, but=keys) if scales is None else scales,
        argument="scales",
    )
    waves = two_waves(
        scores,
        names,
        before=before,
        after=after,
        respondent=respondent,
        wave=wave,
        also=[arm] if arm else [],
    )
    level, floor = check_level(level), check_floor(k_min)
    started = waves.before[waves.before[list(names)].notna().any(axis=1)]
    ended = waves.after.index[waves.after[list(names)].notna().any(axis=1)]
    if len(started) == 0:
        raise _nobody(before)
    lost = ~started.index.isin(ended)
    arms = _by_arm(started, lost, arm, level, floor, waves.source)
    gap = _differential(arms, level)
    n, n_lost = len(started), int(lost.sum())
    share = assess_share(
        n_lost, of=n, scale="", level=level, source=waves.source, k_min=floor
    )
    return Attrition(
        scale="attrition",
        label=Label(
            say("quality.attrition_name", "en"), say("quality.attrition_name", "sv")
        ),
        estimate=n_lost / n,
        interval=share.interval,
        share_lost=n_lost / n,
        n_people=n,
        n_lost=n_lost,
        n_joined=len(ended.difference(started.index)),
        by_arm=arms,
        differential=gap[0] if gap else None,
        differential_interval=gap[1] if gap else None,
        baseline_differences=Findings(
            baseline_difference(started[name], lost, waves, level, floor)
            for name in names
        ),
        estimand=phrase("quality.estimand_attrition", before=before, after=after),
        method=share.method,
        because=share.because,
        left_out=((phrase("quality.no_code"), waves.n_without_code),)
        if waves.n_without_code
        else (),
        source=waves.source,
        floor=floor,
    )


def _nobody(before: str) -> DataProblem:
    return TooFewAnswers(
        "Nobody with a respondent code was met before.",
        expected="people with a code and a score in the first wave",
        found=f"none in {before}",
        to_fix="check the column with respondent codes",
        reason="quality.nobody_before",
    )


def _by_arm(
    started: pd.DataFrame,
    lost: np.ndarray,
    arm: str | None,
    level: float,
    floor: int,
    source: Source,
) -> Findings:
    if arm is None:
        return Findings()
    keys = key_text(started[arm]).to_numpy()
    names = sorted({key for key in keys if key is not None})
    counts = [
        (str(a), int(lost[keys == a].sum()), int((keys == a).sum())) for a in names
    ]
    nowhere = np.array([key is None for key in keys])
    rest = int(lost[nowhere].sum()), int(nowhere.sum())
    cells = [*((some, n) for _, some, n in counts), *([rest] if rest[1] else [])]
    hidden = any(not shows_sides(some, n) or n < floor for some, n in cells)
    return Findings(
        replace(
            assess_share(
                n_lost, of=n, scale=name, level=level, source=source, k_min=floor
            ),
            complement_hidden=hidden and source != "published",
            estimand=phrase("quality.estimand_lost_in_arm"),
        )
        for name, n_lost, n in counts
    )


def _differential(arms: Findings, level: float) -> tuple[float, Interval] | None:
    """Return the last arm's share minus the first's, with Newcombe's interval."""
    shares = [arm for arm in arms if isinstance(arm, Share)]
    if len(shares) != 2:
        return None
    first, last = shares
    one = wilson(first.n_count, first.n_people, level=level)
    two = wilson(last.n_count, last.n_people, level=level)
    gap = last.estimate - first.estimate
    down = np.hypot(last.estimate - two.low, one.high - first.estimate)
    up = np.hypot(two.high - last.estimate, first.estimate - one.low)
    return gap, Interval(gap - float(down), gap + float(up), level)
