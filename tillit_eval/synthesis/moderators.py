"""Does the change go with something about the sites?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc

from tillit_eval.errors import DataProblem, TooFewAnswers, few
from tillit_eval.findings import Findings
from tillit_eval.phrases import (
    LANGUAGES,
    Label,
    Phrase,
    phrase,
)
from tillit_eval.synthesis._law import t_interval
from tillit_eval.synthesis._mixed import Array, Fit, fit_mixed
from tillit_eval.synthesis._moderator import Moderator, ModeratorLevel
from tillit_eval.synthesis._permutations import (
    MOST,
    all_orders,
    count_orders,
    drawn_orders,
)
from tillit_eval.synthesis.model import Pooled
from tillit_eval.synthesis.pooling import numbers_of
from tillit_eval.thresholds import threshold

Codes = npt.NDArray[np.intp]
_BATCH = 2_000


def assess_moderator(
    pooled: Pooled,
    values: Mapping[str, object],
    *,
    name: str | Label,
    draws: int = 9_999,
    rng: int | np.random.Generator | None = None,
) -> Moderator:
    r"""Ask whether the sites' changes go with something about the sites.

    One thing at a time: with a dozen sites, whoever tries several will find one.
    Sites are not assigned to what they are, so nothing here is a cause.

    Parameters
    ----------
    pooled : Pooled
        From `combine_findings`.
    values : mapping of str to str, Label, int or float
        What each site is, by its key: a kind, or a number. Sites that are not in
        the number may be there too.
    name : str or Label
        What the values are, for sentences.
    draws : int, default 9999
        Orders to draw where there are more than 10,000.
    rng : int or Generator, optional
        Where chance comes from if orders are drawn.

    Returns
    -------
    Moderator
        The permutation p, the averages of the kinds or the slope, and what is left
        of the variance between sites.

    Raises
    ------
    TooFewAnswers
        If a kind has fewer than two sites, or fewer than two degrees of freedom
        are left.
    DataProblem
        If a site has no value, or all have the same.

    See Also
    --------
    combine_findings : The number without a moderator.

    Notes
    -----
    Mixed-effects meta-regression by REML with Hartung and Knapp's F. The p value
    that counts is that of Higgins and Thompson's permutation test (2004,
    doi 10.1002/sim.1752): the values are given to the sites in every other order,
    each time fitted anew. Equal to ``metafor::rma(mods =)`` with ``test = "adhoc"``
    and ``permutest(exact = TRUE)`` of the unguarded F.

    Examples
    --------
    >>> from tillit_eval.findings import Change
    >>> from tillit_eval.synthesis import combine_findings
    >>> sites = dict(zip("abcdef", (1.0, 2.0, 1.5, 6.0, 7.0, 6.5)))
    >>> pooled = combine_findings([Change(scale="trust", site=name, before="1",
    ...     after="2", estimate=y, standard_error=1.0, n_people=50, source="real")
    ...     for name, y in sites.items()])
    >>> found = assess_moderator(pooled, dict(zip("abcdef", "xxxyyy")), name="kind")
    >>> found.p_permutation, found.orders, found.enumerated
    (0.1, 20, True)
    """
    used = pooled.pooled
    y, v = numbers_of(used)
    given = [values.get(one.site) for one in used]
    kinds, codes, numeric = _read(given, [one.site for one in used])
    _check_enough(codes, numeric)
    support = np.array(kinds, dtype=float) if numeric else None
    fit = fit_mixed(y, v, _design(codes, support))
    tests = _permute(y, v, codes, support, draws, np.random.default_rng(rng))
    bare, k = float(_statistic(fit)), len(y)
    df1 = fit.coefficients.shape[-1] - 1
    statistic = bare * min(1.0, float(fit.factor))
    reached = int((tests >= bare - 1e-9 * max(1.0, bare)).sum())
    enumerated = count_orders(codes) <= MOST
    extra = 0 if enumerated else 1
    return Moderator(
        **_shared(pooled, name),
        levels=_levels(pooled, kinds, codes, support, (y, v)),
        k=k,
        statistic=statistic,
        df1=float(df1),
        df2=k - 1.0 - df1,
        p_value=float(fdtrc(df1, k - 1 - df1, statistic)),
        p_permutation=(reached + extra) / (len(tests) + extra),
        smallest_p=1 / (len(tests) + extra),
        orders=len(tests),
        enumerated=enumerated,
        tau_squared=float(fit.tau_squared),
        r_squared=max(0.0, 1 - float(fit.tau_squared) / pooled.tau_squared)
        if pooled.tau_squared
        else None,
    )


def _read(given: list[Any], sites: list[str]) -> tuple[list[Any], Codes, bool]:
    """Return the different values in order, each site's place among them, the kind."""
    lacking = [site for site, one in zip(sites, given, strict=True) if one is None]
    numeric = all(
        isinstance(one, (int, float)) and not isinstance(one, bool) for one in given
    )
    finite = not numeric or bool(np.isfinite([float(one or 0) for one in given]).all())
    kinds = sorted(set(given), key=float if numeric else str) if not lacking else []
    if lacking or not finite or len(kinds) < 2:
        raise DataProblem(
            "These values cannot tell the sites apart.",
            expected="one value for each site in the number, not all the same",
            found=f"{len(lacking)} sites without ({few(lacking)})"
            if lacking
            else f"{len(kinds)} different",
            to_fix="give a kind or a finite number for each site by its key",
        )
    codes = np.array([kinds.index(one) for one in given], dtype=np.intp)
    return kinds, codes, numeric


def _check_enough(codes: Codes, numeric: bool) -> None:
    """Refuse kinds with one site, and models that nothing is left to judge by."""
    sizes = np.unique(codes, return_counts=True)[1]
    left = len(codes) - (2 if numeric else len(sizes))
    if left >= 2 and (numeric or sizes.min() >= 2):
        return
    raise TooFewAnswers(
        "Too few sites for a moderator.",
        expected="at least two sites of each kind, and two more sites than numbers "
        "to estimate",
        found=f"{len(codes)} sites, {len(sizes)} different values",
        to_fix="join kinds that belong together, or read the sites one by one",
        reason="synthesis.reason_few_for_moderator",
        values={"k": len(codes)},
    )


def _design(codes: Codes, support: Array | None) -> Array:
    """Return ones and the number, or ones and a mark for each kind but the first."""
    if support is not None:
        columns = support[codes][..., None]
    else:
        columns = (codes[..., None] == np.arange(1, codes.max() + 1)).astype(float)
    return np.concatenate([np.ones((*codes.shape, 1)), columns], axis=-1)


def _statistic(fit: Fit) -> Array:
    """Return Hartung and Knapp's F for all coefficients but the first, unguarded."""
    b, inner = fit.coefficients[..., 1:], fit.covariance[..., 1:, 1:]
    solved = np.linalg.solve(inner, b[..., None])[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = (b * solved).sum(-1) / b.shape[-1] / fit.factor
    return found


def _permute(
    y: Array,
    v: Array,
    codes: Codes,
    support: Array | None,
    draws: int,
    rng: np.random.Generator,
) -> Array:
    """Return the statistic for every order of the sites, or for drawn ones."""
    if count_orders(codes) <= MOST:
        orders = all_orders(codes)
    else:
        orders = drawn_orders(codes, draws, rng)
    parts = []
    for start in range(0, len(orders), _BATCH):
        part = orders[start : start + _BATCH]
        wide = np.broadcast_to(y, part.shape)
        parts.append(_statistic(fit_mixed(wide, v, _design(part, support))))
    return np.concatenate(parts)


def _levels(
    pooled: Pooled,
    kinds: list[Any],
    codes: Codes,
    support: Array | None,
    numbers: tuple[Array, Array],
) -> Findings:
    """Return the average of each kind, or the slope, with guarded intervals."""
    k = len(codes)
    if support is not None:
        design, names = _design(codes, support), [phrase("synthesis.slope")]
        of, places = [np.ones(k, dtype=bool)], [1]
    else:
        design = (codes[:, None] == np.arange(len(kinds))).astype(float)
        names, places = kinds, list(range(len(kinds)))
        of = [codes == place for place in places]
    fit = fit_mixed(*numbers, design)
    guard = max(1.0, float(fit.factor)) ** 0.5
    df = float(k - design.shape[1])
    level = pooled.interval.level if pooled.interval else threshold("level")
    people = np.array([one.n_people for one in pooled.pooled])
    found = []
    for called, place, there in zip(names, places, of, strict=True):
        error = guard * float(fit.covariance[place, place]) ** 0.5
        middle = float(fit.coefficients[place])
        found.append(
            ModeratorLevel(
                scale=pooled.scale,
                label=_label(called),
                estimand=pooled.estimand,
                unit_of_measure=pooled.unit_of_measure,
                measured=pooled.measured,
                estimate=middle,
                standard_error=error,
                interval=t_interval(middle, error, df, level),
                df=df,
                k=int(there.sum()),
                n_people=int(people[there].sum()),
                source=pooled.source,
                floor=pooled.floor,
            )
        )
    return Findings(found)


def _label(called: object) -> Label:
    if isinstance(called, Label):
        return called
    if isinstance(called, Phrase):
        english, swedish = (called.say(lang) for lang in LANGUAGES)
        return Label(english, swedish)
    return Label(str(called), str(called))


def _shared(pooled: Pooled, name: str | Label) -> dict[str, Any]:
    return {
        "scale": pooled.scale,
        "label": _label(name),
        "estimand": pooled.estimand,
        "method": phrase("synthesis.method_moderator"),
        "n_people": pooled.n_people,
        "n_units": pooled.n_units,
        "source": pooled.source,
        "floor": pooled.floor,
    }
