"""How many people changed by more than error of measurement explains?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from tillit_eval.comparison._effective import effective_people
from tillit_eval.comparison._individuals import IndividualColumns, Pairs, linked
from tillit_eval.comparison.individual_change import IndividualChange
from tillit_eval.comparison.model import PairedChange
from tillit_eval.comparison.paired import compare_paired
from tillit_eval.errors import DataProblem, TooFewAnswers, check_texts, kind_of
from tillit_eval.findings import Estimate, Findings, Interval, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality import clopper_pearson, wilson
from tillit_eval.thresholds import threshold


def compare_individuals(
    scores: object,
    scale: str,
    *,
    before: str,
    after: str,
    reliability: float | Estimate,
    unit: str | None = "unit",
    respondent: str = "respondent",
    wave: str = "wave",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> IndividualChange:
    r"""How many of the same people changed by more than error of measurement explains?

    Only shares are told, never a person. Read both: where people truly did not
    change, as many pass the bar upwards as downwards, by error alone.

    Parameters
    ----------
    scores : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person and wave, as returned by ``score_scales``.
    scale : str
        Column with the score, in scale points.
    before, after : str
        The two values of `wave`. A change is after minus before.
    reliability : float or Reliability
        Of the score before, between 0 and 1: what ``assess_omega`` or
        ``assess_alpha`` found there, or a number from elsewhere.
    unit : str or None, default "unit"
        Column with the unit; used when it exists. None treats people as independent.
    respondent, wave : str, optional
        Columns with the person and the wave.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest linked people; becomes the finding's floor.

    Returns
    -------
    IndividualChange
        The shares that rose and fell, and their difference; beside it the same with
        the ends of the reliability's interval, where it has one.

    Raises
    ------
    DataProblem
        If a column is absent, a wave unknown, a person twice in one, or
        `reliability` is no number between 0 and 1.
    TooFewAnswers
        If fewer than `k_min` people are linked, or nobody passes the bar.

    See Also
    --------
    compare_paired : Whether the same people changed on average.

    Notes
    -----
    The reliable change of Jacobson and Truax [1]_: a person counts who moved by more
    than :math:`1.96 \, s \sqrt{2 (1 - r)}`, with the standard deviation :math:`s` of
    the linked people before and the reliability :math:`r`. Error alone, if normal,
    lets 2.5 % pass on either side (about 3 % on five steps near a ceiling, see
    tests/bench/individuals_coverage.py). With alpha or omega for :math:`r`, swings
    from one day to the next count as change; a reliability from two waves counts
    true change as error. People who start low are likelier to rise, whatever
    happened. The
    difference of the shares is the mean of +1, 0 and −1, with the errors of
    ``compare_paired``; each share has Wilson's interval, with the effective number of
    people where there are units. Checked against base R.

    References
    ----------
    .. [1] Jacobson, N. S., & Truax, P. (1991). Clinical significance: a statistical
       approach to defining meaningful change in psychotherapy research. Journal of
       Consulting and Clinical Psychology, 59(1), 12-19.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> first = rng.normal(50, 15, 200)
    >>> scores = pd.DataFrame(
    ...     {
    ...         "respondent": [*range(200), *range(200)],
    ...         "wave": ["2019"] * 200 + ["2021"] * 200,
    ...         "trust": [*first, *(first + rng.normal(5, 16, 200))],
    ...     }
    ... )
    >>> found = compare_individuals(
    ...     scores, "trust", before="2019", after="2021", reliability=0.8
    ... )
    >>> found.n_rose, found.n_fell, found.verdict
    (32, 14, 'rose')
    """
    check_texts((scale, respondent, wave, unit))
    level, floor = check_level(level), check_floor(k_min)
    first, *others = _reliabilities(reliability)
    pairs = linked(
        scores,
        IndividualColumns(scale, respondent, wave, unit),
        before=str(before),
        after=str(after),
        floor=floor,
    )
    found = _finding(pairs, first, level, floor)
    beside = Findings(_finding(pairs, other, level, floor) for other in others)
    return replace(found, alternatives=beside)


def _reliabilities(given: object) -> Iterator[float]:
    """Return the reliability, and the ends of its interval where it has one."""
    interval = given.interval if isinstance(given, Estimate) else None
    value = given.estimate if isinstance(given, Estimate) else given
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not number or not 0 < float(str(value)) < 1:
        raise DataProblem(
            "The reliability lies between 0 and 1.",
            expected="a number such as 0.85, or what assess_omega found",
            found=str(value) if number else kind_of(value),
            to_fix="assess the items of the wave before, with reversed items turned",
        )
    yield float(str(value))
    if interval is not None:
        yield from (end for end in (interval.low, interval.high) if 0 < end < 1)


def _finding(
    pairs: Pairs, reliability: float, level: float, floor: int
) -> IndividualChange:
    z, change = threshold("reliable_change"), pairs.second - pairs.first
    spread = float(pairs.first.std(ddof=1))
    bar = z * spread * float(np.sqrt(2 * (1 - reliability)))
    # A change that equals the bar but for rounding does not pass it.
    passed = np.abs(change) > bar * (1 + 1e-12)
    rose, fell = passed & (change > 0), passed & (change < 0)
    _check_passed(passed, spread, pairs.scale)
    net = _net(pairs, rose, fell, level, floor)
    return IndividualChange(
        scale=pairs.scale,
        before=pairs.waves[0],
        after=pairs.waves[1],
        estimate=net.estimate,
        standard_error=net.standard_error,
        interval=net.interval,
        df=net.df,
        p_value=net.p_value,
        verdict=net.verdict,
        share_rose=float(rose.mean()),
        rose_interval=_share(pairs, rose, level),
        share_fell=float(fell.mean()),
        fell_interval=_share(pairs, fell, level),
        n_rose=int(rose.sum()),
        n_fell=int(fell.sum()),
        bar=bar,
        reliability=reliability,
        by_error=float(ndtr(-z)),
        sd_before=spread,
        sd_change=float(change.std(ddof=1)),
        n_people=len(change),
        n_units=net.n_units,
        n_before_only=pairs.once[0],
        n_after_only=pairs.once[1],
        estimand=phrase("individuals.estimand"),
        method=net.method,
        because=net.because,
        left_out=_left_out(pairs),
        hidden_because=_few(passed),
        measured=None,
        source=pairs.source,
        floor=floor,
    )


def _check_passed(passed: npt.NDArray[np.bool_], spread: float, scale: str) -> None:
    if passed.any() and spread > 0:
        return
    raise TooFewAnswers(
        f"Nobody's '{scale}' changed by more than error of measurement explains.",
        expected="people who passed the bar, and scores that differ before",
        found=f"0 of {len(passed)}",
        to_fix="compare the mean with compare_paired instead",
        reason="individuals.nobody",
    )


def _net(
    pairs: Pairs,
    rose: npt.NDArray[np.bool_],
    fell: npt.NDArray[np.bool_],
    level: float,
    floor: int,
) -> PairedChange:
    """Compare the same people's +1, 0 and −1 with nought, by the room's own rules."""
    n = len(rose)
    moved = rose.astype(float) - fell.astype(float)
    if np.ptp(moved) == 0 and n > 0:
        # Everybody moved alike: no method has a spread to work with.
        _check_passed(np.zeros(n, dtype=bool), 0.0, pairs.scale)
    table = {
        "respondent": [*range(n), *range(n)],
        "wave": ["0"] * n + ["1"] * n,
        "moved": np.concatenate([np.zeros(n), moved]),
    }
    if pairs.unit is not None:
        table["unit"] = np.tile(pairs.unit, 2)
    frame = pd.DataFrame(table).assign(source=pairs.source)
    return compare_paired(
        frame, "moved", before="0", after="1", level=level, k_min=floor
    )


def _share(pairs: Pairs, which: npt.NDArray[np.bool_], level: float) -> Interval:
    """Return the interval of a share, over units where there are any."""
    n, count = float(len(which)), float(which.sum())
    if pairs.unit is None:
        exact = n < threshold("n_exact_share")
        return (clopper_pearson if exact else wilson)(count, n, level=level)
    ones = np.ones(len(which))
    people = np.asarray(np.bincount(pairs.unit, weights=ones), dtype=np.float64)
    counted = np.asarray(np.bincount(pairs.unit, weights=which), dtype=np.float64)
    size = effective_people(
        people, counted, np.arange(len(people), dtype=np.intp), level
    )
    return wilson(count / n * size, size, level=level)


def _left_out(pairs: Pairs) -> tuple[tuple[Phrase, int], ...]:
    keys = ("comparison.left_before_only", "comparison.left_after_only")
    named = zip(keys, pairs.once, strict=True)
    return tuple((phrase(key), n) for key, n in named if n)


def _few(passed: npt.NDArray[np.bool_]) -> Phrase | None:
    """Return why the shares are hidden where very few, or all but few, passed."""
    k_cell = int(threshold("k_cell"))
    if min(int(passed.sum()), int((~passed).sum())) >= k_cell:
        return None
    return phrase("individuals.hidden", n=k_cell)
