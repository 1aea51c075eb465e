"""How strongly do answers in steps go together, underneath the steps?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tillit_eval.errors import TooFewAnswers, check_option, few
from tillit_eval.findings import Interval, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import phrase
from tillit_eval.quality._data import Array, check_item_count
from tillit_eval.quality.correlations._covariance import (
    standard_errors,
    threshold_errors,
)
from tillit_eval.quality.correlations._intervals import intervals
from tillit_eval.quality.correlations._polychoric import PolychoricFit, polychoric
from tillit_eval.quality.correlations._smoothing import smoothed
from tillit_eval.quality.correlations._tables import (
    CategoryTables,
    Missing,
    code_answers,
    count_categories,
)
from tillit_eval.quality.correlations.model import (
    Correlations,
    PolychoricPair,
    Threshold,
    ZeroCells,
)
from tillit_eval.summaries.frames import check_names

ADDED = 0.5


def assess_polychoric(
    responses: object,
    items: Sequence[str],
    *,
    scale: str = "",
    missing: Missing = "complete",
    zero_cells: ZeroCells = "kept",
    smooth: bool = False,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Correlations:
    r"""How strongly do answers in steps go together, underneath the steps?

    Takes each answer as a normal variable cut into steps, and estimates the
    correlation of what was cut. Pearson's correlation of the steps is smaller,
    most of all where many people stand at one end. Use it for items with few steps
    or a ceiling; it takes for granted that normal variables lie underneath.

    Categories that nobody chose are dropped, item by item, and told. A pair of items
    whose table fits a perfect correlation (two steps each and an empty cell, or an
    item that repeats another) cannot be told, and is left empty.

    Parameters
    ----------
    responses : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person. Read once, as counts of pairs of answers.
    items : sequence of str
        At least 2 columns, each with at most 30 different answers.
    scale : str, optional
        Name of the scale, for the sentence.
    missing : {"complete", "pairs"}, default "complete"
        Use the people who answered every item, so that one group stands behind all
        of the matrix; or for each pair those who answered both, with thresholds
        from everyone who answered the item.
    zero_cells : {"kept", "filled"}, default "kept"
        Leave pairs of answers that nobody gave at zero, or put 0.5 there, as
        ``psych::polychoric`` does unasked. In ``tests/bench/polychoric_coverage.py``
        filling pulls strong correlations far down in small samples.
    smooth : bool, default False
        Make a matrix that is not positive definite so, as ``psych::cor.smooth``.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Correlations
        ``found.matrix``, ``found.table_of("pairs")``,
        ``found.table_of("thresholds")``.

    Raises
    ------
    DataProblem
        If a column is absent, holds no numbers or too many different ones.
    TooFewAnswers
        If an item is constant or empty, there are no more complete rows than items,
        or no pair can be told.

    See Also
    --------
    assess_structure : Factors behind these correlations, with estimator="wlsmv".

    Notes
    -----
    Two steps [1]_: thresholds are normal quantiles of the cumulative shares; then
    each correlation maximises :math:`\sum n_{ab} \ln \pi_{ab}(\rho)`, with
    :math:`\pi_{ab}` the bivariate normal probability of a cell [2]_. Standard errors
    allow for the estimated thresholds and use the expected information; intervals
    are normal for Fisher's z. Agrees with ``lavaan::lavCor``, ``polycor::polychor``
    and, within the looser tolerance of its own search, with
    ``psych::polychoric(correct = 0)`` in R. The covariance of all estimates is in
    ``asymptotic_covariance`` (lavaan's ``gamma``).

    References
    ----------
    .. [1] Olsson, U. (1979). Maximum likelihood estimation of the polychoric
       correlation coefficient. Psychometrika, 44, 443-460.
    .. [2] Genz, A. (2004). Numerical computation of rectangular bivariate and
       trivariate normal and t probabilities. Statistics and Computing, 14, 251-260.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> trust = rng.normal(size=(500, 1)) + rng.normal(size=(500, 3))
    >>> steps = np.clip(np.round(4 + trust), 1, 5)
    >>> frame = pd.DataFrame(steps, columns=["a", "b", "c"])
    >>> found = assess_polychoric(frame, ["a", "b", "c"])
    >>> 0.4 < found.pairs[0].correlation < 0.6
    True
    """
    check_option("missing", missing, ("complete", "pairs"))
    check_option("zero_cells", zero_cells, ("kept", "filled"))
    names = check_names(items, argument="items")
    check_item_count(names, 2)
    coded = code_answers(responses, names)
    tables = count_categories(coded, missing=missing)
    _check_tables(tables, missing)
    fit = polychoric(tables, added=ADDED if zero_cells == "filled" else 0.0)
    _check_told(fit)
    matrix = fit.matrix
    whole = not fit.at_bound.any()
    smallest = float(np.linalg.eigvalsh(matrix)[0]) if whole else None
    lift = smooth and smallest is not None and smallest <= 0
    if lift:
        matrix = smoothed(matrix)
    left = tables.n_rows - int(fit.n_pairs[0]) if missing == "complete" else 0
    return Correlations(
        scale=scale or f"{names[0]} … {names[-1]}",
        items=names,
        missing=missing,
        zero_cells=zero_cells,
        smallest_eigenvalue=smallest,
        smoothed=lift,
        unused=_unused(tables),
        cannot_tell=_named_pairs(fit),
        pairs=_pairs(fit, matrix, check_level(level), lifted=lift),
        thresholds=_thresholds(fit),
        estimand=phrase("correlations.estimand"),
        method=phrase("correlations.method"),
        n_people=int(fit.n_pairs.min()),
        left_out=((phrase("quality.incomplete"), left),) if left else (),
        source=tables.source,
        floor=check_floor(k_min),
    )


def _check_tables(tables: CategoryTables, missing: Missing) -> None:
    """Refuse too few people and items that everyone answered alike."""
    k, n = len(tables.items), int(tables.margins.sum(axis=1).min())
    if n <= k:
        both = "answered all items" if missing == "complete" else "answered each item"
        raise TooFewAnswers(
            "There are no more complete rows than items.",
            expected=f"more than {k} rows that {both}",
            found=f"{n} of {tables.n_rows} rows",
            to_fix="use fewer items, or more people",
            reason="quality.fewer_people_than_items",
            values={"k": k},
        )
    flat = [tables.items[i] for i in np.flatnonzero(tables.n_categories < 2)]
    if flat:
        raise TooFewAnswers(
            "Some items are constant: everyone gave the same answer.",
            expected="at least two different answers to every item",
            found=f"one answer only in columns {few(flat)}",
            to_fix="leave these items out",
            reason="quality.constant_items",
            values={"items": tuple(flat)},
        )


def _unused(tables: CategoryTables) -> tuple[str, ...]:
    """Name items that lack an answer which others got, on a scale of whole numbers."""
    scale = sorted({answer for kinds in tables.values for answer in kinds})
    if not all(float(answer).is_integer() for answer in scale):
        return ()
    return tuple(
        item
        for item, kinds in zip(tables.items, tables.values, strict=True)
        if len(kinds) < len(scale)
    )


def _named_pairs(fit: PolychoricFit) -> tuple[str, ...]:
    items = fit.tables.items
    one, other = np.triu_indices(len(items), 1)
    stuck = np.flatnonzero(fit.at_bound)
    return tuple(f"{items[one[m]]} – {items[other[m]]}" for m in stuck)


def _check_told(fit: PolychoricFit) -> None:
    if not fit.at_bound.all():
        return
    pairs = _named_pairs(fit)
    raise TooFewAnswers(
        "The correlation of these items cannot be told: it runs to ±1.",
        expected="items whose tables do not fit a perfect correlation",
        found=f"a correlation at the bound in {few(pairs)}",
        to_fix="leave out an item that repeats another, or use more people",
        reason="correlations.at_bound",
        values={"pairs": pairs},
    )


def _pairs(
    fit: PolychoricFit, matrix: Array, level: float, *, lifted: bool
) -> tuple[PolychoricPair, ...]:
    one, other = np.triu_indices(len(matrix), 1)
    errors = standard_errors(fit)
    low, high = intervals(fit.rho, errors, level)
    sizes = fit.tables.n_categories
    cells = sizes[one] * sizes[other]
    filled = (fit.tables.counts[one, other] > 0).sum(axis=(1, 2))
    return tuple(
        PolychoricPair(
            one=fit.tables.items[one[m]],
            other=fit.tables.items[other[m]],
            correlation=None if stuck else float(matrix[one[m], other[m]]),
            standard_error=None if stuck or lifted else float(errors[m]),
            interval=None
            if stuck or lifted
            else Interval(float(low[m]), float(high[m]), level),
            n_people=int(fit.n_pairs[m]),
            empty_cells=int(cells[m] - filled[m]),
        )
        for m, stuck in enumerate(fit.at_bound)
    )


def _thresholds(fit: PolychoricFit) -> tuple[Threshold, ...]:
    errors, tables = threshold_errors(fit), fit.tables
    return tuple(
        Threshold(
            item=item,
            below=kinds[step],
            above=kinds[step + 1],
            threshold=float(fit.thresholds[i, step]),
            standard_error=float(errors[i, step]),
            fewest=int(tables.margins[i, step : step + 2].min()),
        )
        for i, (item, kinds) in enumerate(zip(tables.items, tables.values, strict=True))
        for step in range(len(kinds) - 1)
    )
