"""How many raters, lessons or visits does a reliable mean take?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem, check_option, few
from tillit_eval.findings import Interval, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Label, phrase, say
from tillit_eval.quality.agreement._components import check_enough, name_of
from tillit_eval.quality.agreement._decision import (
    MOST,
    Study,
    nested_in,
    smallest,
    study_of,
)
from tillit_eval.quality.agreement._rounds import as_label, read_judgements
from tillit_eval.quality.agreement.needed_model import (
    Error,
    Needed,
    RatersNeeded,
    ReliabilityAt,
)
from tillit_eval.summaries.frames import check_names
from tillit_eval.thresholds import threshold

FACETS = ("rater", "round")


def assess_raters_needed(
    ratings: object,
    *,
    facets: Sequence[str] = ("rater",),
    nested: Sequence[str] = (),
    error: Error = "absolute",
    keep: int | None = None,
    aims: Sequence[float] | None = None,
    names: Mapping[str, str | Label] | None = None,
    most: int = 20,
    scale: str = "",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> RatersNeeded:
    r"""Ask how many raters or lessons a reliable mean of a target takes.

    Judgements of several criteria are averaged first, after each criterion's own
    mean is taken away; so are rounds or raters that are no facet.

    Parameters
    ----------
    ratings : DataFrame, LazyFrame or relation, shape (n_judgements, n_columns)
        A table ``ratings``: ``target, rater, value`` and, where they are,
        ``criterion, round``. Take the rows of one role.
    facets : sequence of {"rater", "round"}, default ("rater",)
        What is averaged over. How many of the first are needed is asked; the second,
        if there is one, is kept as it is.
    nested : sequence of str, optional
        Facets whose levels belong to their target although they carry the same name
        at several: lesson 1 of one school is not lesson 1 of another. Those whose
        levels occur with one target only are found without being told.
    error : {"absolute", "relative"}, default "absolute"
        ``absolute``: a target meets strict or mild raters by chance, and that is
        error. ``relative``: all targets meet the same raters, and only their order
        matters.
    keep : int, optional
        How many of the second facet. By default as many as now.
    aims : sequence of float, optional
        Reliabilities asked for; by default 0.70 and 0.80.
    names : mapping of str to str or Label, optional
        What facets are called, in the plural.
    most : int, default 20
        Last number of the curve.
    scale : str, optional
        What was judged, for the sentence.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest raters, and fewest targets, behind a number that may be shown.

    Returns
    -------
    RatersNeeded
        Reliability as it is, the number for each aim with its interval, and the
        curve.

    Raises
    ------
    DataProblem
        If a column is absent, a value is no number, or an option is not known.
    TooFewAnswers
        If there are fewer than 5 targets or only one rater, or they cannot be told
        apart.

    See Also
    --------
    assess_agreement : The intraclass correlations of one facet.
    assess_rater_spread : Shares of single judgements.

    Notes
    -----
    A generalisability and decision study [1]_. With variance components
    :math:`\sigma^2_\alpha` of the effects :math:`\alpha` of target :math:`t` and
    facets, and :math:`n_f` levels of facet :math:`f`, the error variance is
    :math:`\sigma^2_\epsilon = \sum_{\alpha \neq t} \sigma^2_\alpha / \prod_{f \in
    \alpha} n_f` (relative: only effects with the target), and the reliability
    :math:`\sigma^2_t / (\sigma^2_t + \sigma^2_\epsilon)`: the dependability
    :math:`\Phi`, or the coefficient of generalisability :math:`E\rho^2`. With one
    facet this is the formula of Spearman and Brown applied to ICC(1) or ICC(3,1).
    Variances by restricted maximum likelihood, as ``lme4::lmer`` in R; in balanced
    tables they are those of the analysis of variance unless one of those is
    negative. The interval of the number holds every number whose interval of the
    reliability holds the aim.

    References
    ----------
    .. [1] Brennan, R. L. (2001). Generalizability Theory. Springer.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(t, f"{t}{r}", t % 5 + (t * r * r + r) % 7) for t in range(12)
    ...     for r in range(4)]
    >>> said = pd.DataFrame(rows, columns=["target", "rater", "value"])
    >>> found = assess_raters_needed(said)
    >>> found.n_now, [need.number for need in found.needed]
    (4, [6, 11])
    """
    named, own = _facets(facets, nested)
    check_option("error", error, ("absolute", "relative"))
    level, floor = check_level(level), check_floor(k_min)
    goals = _goals(aims)
    data = read_judgements(ratings)
    cells = _cells(data.frame, named)
    apart = own | nested_in(cells, named)
    raters = _count_raters(data.frame, "rater" in apart)
    check_enough(
        cells["value"].to_numpy(dtype=float), int(cells["target"].nunique()), raters
    )
    study = study_of(cells, named, apart)
    counts = dict(study.counts)
    if len(named) > 1:
        counts[named[1]] = (
            _whole("keep", keep) if keep is not None else counts[named[1]]
        )
    ask = _Asked(study, named, counts, error, level)
    at_once, low, high = ask.at(counts[named[0]])
    called = {key: _called(key, names or {}) for key in named}
    return RatersNeeded(
        scale=scale or "mean",
        label=name_of(scale, "needed_name"),
        error=error,
        facet=called[named[0]],
        other=called[named[1]] if len(named) > 1 else None,
        n_now=counts[named[0]],
        n_other=counts[named[1]] if len(named) > 1 else 1,
        estimate=float(at_once),
        interval=Interval(float(low), float(high), level),
        single=float(ask.at(1)[0]),
        ceiling=float(ask.at(np.inf)[0]),
        needed=tuple(ask.needed(aim) for aim in goals),
        curve=ask.curve(_whole("most", most)),
        variances=tuple(
            (" × ".join(sorted(effect, key=["target", *FACETS].index)), float(size))
            for effect, size in zip(
                study.effects, study.variances * study.spread**2, strict=True
            )
        ),
        n_raters=raters,
        n_people=min(raters, study.n_targets),
        n_units=study.n_targets,
        left_out=data.left_out,
        estimand=phrase(f"severity.estimand_needed_{error}"),
        method=phrase("severity.method_needed"),
        because=phrase("severity.collapsed") if len(cells) < len(data.frame) else None,
        source=data.source,
        floor=floor,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A study and what is asked of it: the first facet varies, the second stays."""

    study: Study
    facets: tuple[str, ...]
    counts: dict[str, int]
    error: Error
    level: float

    def at(self, n: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        counts: dict[str, np.ndarray | float] = {**self.counts}
        counts[self.facets[0]] = np.asarray(n, dtype=float)
        return self.study.reliability(counts, self.error == "relative", self.level)

    def needed(self, aim: float) -> Needed:
        found = self.at(np.arange(1, MOST + 1))
        number_, high, low = (smallest(one >= aim - 1e-12) for one in found)
        return Needed(aim=aim, number=number_, low=low, high=high)

    def curve(self, most: int) -> tuple[ReliabilityAt, ...]:
        found = np.column_stack(self.at(np.arange(1, most + 1)))
        return tuple(
            ReliabilityAt(n, *(float(one) for one in row))
            for n, row in enumerate(found, start=1)
        )


def _facets(facets: object, nested: object) -> tuple[tuple[str, ...], set[str]]:
    named = check_names(facets, argument="facets")
    own = check_names(nested, argument="nested") if nested else ()
    wrong = [one for one in (*named, *own) if one not in FACETS]
    if wrong or not set(own) <= set(named):
        raise DataProblem(
            "These are not facets that can be averaged over.",
            expected=f"facets of {few(FACETS)}, and nested ones among them",
            found=f"facets {few(named)}, nested {few(own)}",
            to_fix='give facets=["rater"], ["round"] or both, the one asked of first',
        )
    return named, set(own)


def _goals(aims: object) -> tuple[float, ...]:
    if aims is None:
        return threshold("reliability_groups"), threshold("reliability_good")
    listed = tuple(aims) if isinstance(aims, Sequence) else (aims,)
    for aim in listed:
        check_level(aim)
    return tuple(float(aim) for aim in listed)


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MOST:
        raise DataProblem(
            f"'{name}' is not a number of raters or rounds.",
            expected=f"a whole number from 1 to {MOST}",
            found=str(value) if isinstance(value, (int, float)) else "something else",
            to_fix=f"give {name}= a whole number",
        )
    return value


def _cells(frame: pd.DataFrame, facets: Sequence[str]) -> pd.DataFrame:
    """Average to one value per target and level of the facets, criteria put level."""
    centred = frame["value"] - frame.groupby("criterion")["value"].transform("mean")
    keys = ["target", *facets]
    return centred.groupby([frame[key] for key in keys]).mean().reset_index()


def _count_raters(frame: pd.DataFrame, nested: bool) -> int:
    """Count raters; of the same name at two targets they are two if nested."""
    return len(frame.drop_duplicates(["target", "rater"] if nested else ["rater"]))


def _called(facet: str, names: Mapping[str, str | Label]) -> Label:
    if facet in names:
        return as_label(names[facet])
    key = f"severity.facet_{facet}"
    return Label(say(key, "en"), say(key, "sv"))
