"""Careless answering: how common are its signs, and what changes without them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import chdtri

from tillit_eval.codebook.model import Codebook
from tillit_eval.errors import TooFewAnswers
from tillit_eval.findings import Findings, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Label, phrase, say
from tillit_eval.quality._careless import (
    by_lot,
    contradiction,
    distance,
    even_odd,
    longest_string,
    spread,
)
from tillit_eval.quality._careless_effects import effects_of
from tillit_eval.quality._careless_reading import (
    Asked,
    Given,
    check_questions,
    read_answers,
)
from tillit_eval.quality._data import Array
from tillit_eval.quality.carelessness import Careless
from tillit_eval.quality.shares import assess_share
from tillit_eval.thresholds import threshold

Flags = dict[str, np.ndarray]


def assess_careless(
    responses: object,
    questions: Codebook | Sequence[str],
    *,
    backwards: Sequence[str] = (),
    scales: Mapping[str, Sequence[str]] | None = None,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Careless:
    r"""How many answered without reading, by the signs, and does it matter?

    A sign is no proof: somebody may mean a long string of fours. Look at what
    changes when they are left out, rather than leaving them out.

    Parameters
    ----------
    responses : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person, answers as they were ticked: reversed items *not* turned.
    questions : Codebook or sequence of str
        What was asked, in the order asked; at least 6 items. Of a codebook, the
        items with its commonest answer scale.
    backwards : sequence of str, optional
        The reversed items; a codebook knows them.
    scales : mapping of str to sequence of str, optional
        Which items belong together; a codebook knows. By default all.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Careless
        The share with a long string or two other signs, each sign by itself, and
        the mean and alpha of each scale with and without them.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers, or the questions make no sense.
    TooFewAnswers
        If there are fewer than 6 items, or nobody answered half of them.

    See Also
    --------
    mark_careless : The signs row by row, to leave rows out of an analysis.

    Notes
    -----
    The signs, each looked at where the questions allow it:

    - *long string*: the same answer at least half of all questions in a row, and at
      least 10 times or throughout; one skipped does not break it (half: Curran [1]_;
      Johnson [2]_ sets it by code);
    - *uneven halves*: the halves of the scales correlate at most .30 within the
      person, Spearman–Brown corrected (Jackson, in [2]_); from 5 scales of 3 items on
      average;
    - *contradiction*: reversed items, once turned, lie as far from the rest of their
      scale as if another person had answered them (ours);
    - *far from everybody*: Mahalanobis's distance of a whole row beyond the .999
      quantile of :math:`\chi^2` [3]_.

    A long string alone counts, of the others two. People who tick the same box
    throughout show the first and often the third; those who tick at random the last
    three. In our simulation (tests/bench/careless_signs.py) the former are always
    found, of the latter a third to nine in ten, the more the longer the survey and
    the more people; of the honest, 1 to 2 % are suspected. With 12 questions in six
    pairs little but the same box is found. Rows that answered less than half are
    left out. Treats rows as independent. The string is that of ``rle`` in R on the
    questions answered, the distance that of ``mahalanobis``.

    References
    ----------
    .. [1] Curran, P. G. (2016). Methods for the detection of carelessly invalid
       responses in survey data. Journal of Experimental Social Psychology, 66, 4-19.
    .. [2] Johnson, J. A. (2005). Ascertaining the validity of individual protocols
       from web-based personality inventories. Journal of Research in Personality,
       39(1), 103-129.
    .. [3] Meade, A. W., & Craig, S. B. (2012). Identifying careless responses in
       survey data. Psychological Methods, 17(3), 437-455.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> codes = np.clip(np.rint(3 + rng.normal(size=(200, 8))), 1, 5)
    >>> codes[:20] = 4
    >>> names = [f"q{k}" for k in range(1, 9)]
    >>> found = assess_careless(pd.DataFrame(codes, columns=names), names)
    >>> round(found.estimate, 2) >= 0.1
    True
    """
    asked = check_questions(questions, backwards, scales)
    level, floor = check_level(level), check_floor(k_min)
    given = read_answers(responses, asked)
    _check_enough(given)
    signs, absent = _signs(_measures(asked, given), asked, given)
    flagged = _flagged(signs)
    n, n_flagged = int(given.enough.sum()), int(flagged.sum())
    share = assess_share(
        n_flagged, of=n, scale="careless", level=level, source=given.source, k_min=floor
    )
    left = len(given.enough) - n
    waves = phrase("quality.waves_together", n=given.n_waves)
    return Careless(
        scale="careless",
        label=_label("careless.name"),
        estimate=n_flagged / n,
        interval=share.interval,
        n_people=n,
        n_flagged=n_flagged,
        n_items=len(asked.items),
        string=_string(asked),
        median_spread=float(np.nanmedian(spread(given.codes[given.enough]))),
        signs=_shares(signs, n, level, given, floor),
        not_looked_at=tuple(phrase(f"careless.sign_{name}") for name in absent),
        effects=effects_of(asked, given, flagged, floor),
        estimand=phrase("careless.estimand"),
        method=share.method,
        because=waves if given.n_waves > 1 else None,
        left_out=((phrase("careless.less_than_half"), left),) if left else (),
        source=given.source,
        floor=floor,
    )


def mark_careless(
    responses: object,
    questions: Codebook | Sequence[str],
    *,
    backwards: Sequence[str] = (),
    scales: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Which rows show signs of careless answering? For computing, never for showing.

    Parameters
    ----------
    responses : DataFrame, LazyFrame or relation
        As for `assess_careless`.
    questions : Codebook or sequence of str
        What was asked, in the order asked.
    backwards : sequence of str, optional
        The reversed items.
    scales : mapping of str to sequence of str, optional
        Which items belong together.

    Returns
    -------
    DataFrame, shape (n_rows, 6)
        With the index of `responses`: ``long_string`` (answers in a row), ``halves``
        (a correlation), ``contradiction`` (answer steps), ``far`` (a squared
        distance), ``spread`` (a standard deviation over the items) and ``flagged``.

    Raises
    ------
    DataProblem, TooFewAnswers
        As `assess_careless`.

    See Also
    --------
    assess_careless : What may be shown.

    Examples
    --------
    >>> names = [f"q{k}" for k in range(6)]
    >>> answers = pd.DataFrame([[4] * 6, [1, 5, 2, 4, 3, 1]], columns=names)
    >>> mark_careless(answers, names)["flagged"].tolist()
    [True, False]
    """
    asked = check_questions(questions, backwards, scales)
    given = read_answers(responses, asked)
    measures = _measures(asked, given)
    signs, _ = _signs(measures, asked, given)
    table = pd.DataFrame(measures, index=given.index)
    return table.assign(spread=spread(given.codes), flagged=_flagged(signs))


def _check_enough(given: Given) -> None:
    if not given.enough.any():
        raise TooFewAnswers(
            "Nobody answered at least half of the questions.",
            expected="rows with at least half of the questions answered",
            found=f"none of {len(given.enough)} rows",
            to_fix="list only the questions that these people were asked",
            reason="careless.nobody",
        )


def _string(asked: Asked) -> int:
    """Return how many same answers in a row count as a long string."""
    half = int(np.ceil(threshold("careless_string") * len(asked.items)))
    return min(max(half, int(threshold("careless_shortest"))), len(asked.items))


def _measures(asked: Asked, given: Given) -> dict[str, Array]:
    """Measure every sign; not-a-number where the questions do not allow it."""
    nothing = np.full(len(given.codes), np.nan)
    scales = [asked.places(names) for names in asked.scales.values()]
    many = len(scales) >= threshold("careless_scales")
    many &= sum(map(len, scales)) >= threshold("careless_per_scale") * len(scales)
    pairs = asked.pairs
    return {
        "long_string": longest_string(given.codes),
        "halves": even_odd(given.turned, scales) if many else nothing,
        "contradiction": contradiction(given.turned, pairs) if pairs else nothing,
        "far": distance(given.turned),
    }


def _signs(
    measures: dict[str, Array], asked: Asked, given: Given
) -> tuple[Flags, tuple[str, ...]]:
    """Hold each measure against its cut-off; name those not looked at."""
    lot = by_lot(given.turned, asked.pairs) if asked.pairs else 0.0
    k, beyond = len(asked.items), 1 - threshold("careless_distance")
    shown: Flags = {
        "long_string": measures["long_string"] >= _string(asked),
        "halves": measures["halves"] <= threshold("careless_halves"),
        "contradiction": (measures["contradiction"] >= lot) & (lot > 0),
        "far": measures["far"] > float(chdtri(k, beyond)),
    }
    absent = tuple(name for name in shown if np.isnan(measures[name]).all())
    return (
        {name: own & given.enough for name, own in shown.items() if name not in absent},
        absent,
    )


def _flagged(signs: Flags) -> np.ndarray:
    """Mark a long string, or any two of the other signs."""
    others = [own for name, own in signs.items() if name != "long_string"]
    two = np.sum(others, axis=0) >= 2 if others else False
    return np.asarray(signs["long_string"] | two)


def _label(key: str, **values: object) -> Label:
    return Label(say(key, "en", **values), say(key, "sv", **values))


def _shares(signs: Flags, n: int, level: float, given: Given, floor: int) -> Findings:
    """Count each sign; hide the strings where the rest of the flagged are few."""
    rest = int(_flagged(signs).sum() - signs["long_string"].sum())
    hidden = given.source != "published" and 0 < rest < threshold("k_cell")
    return Findings(
        replace(
            assess_share(
                int(own.sum()),
                of=n,
                scale=name,
                level=level,
                source=given.source,
                k_min=floor,
            ).named(_label(f"careless.sign_{name}")),
            complement_hidden=hidden and name == "long_string",
        )
        for name, own in signs.items()
    )
