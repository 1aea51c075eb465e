"""Does a model of factors reproduce the answers?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tillit_eval.errors import DataProblem, check_option, few, kind_of
from tillit_eval.findings import check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality.factors._build import build_spec
from tillit_eval.quality.factors._fiml import solve_fiml
from tillit_eval.quality.factors._moments import read_moments
from tillit_eval.quality.factors._normal import check_spec, solve_ml
from tillit_eval.quality.factors._robust import solve_mlr
from tillit_eval.quality.factors._rows import read_rows
from tillit_eval.quality.factors._solved import Solved
from tillit_eval.quality.factors._spec import Spec
from tillit_eval.quality.factors._telling import tell_model
from tillit_eval.quality.factors._wls_solve import solve_wlsmv
from tillit_eval.quality.factors.model import Estimator, FactorModel
from tillit_eval.summaries.frames import check_names

Model = Mapping[str, Sequence[str]]


def assess_structure(
    responses: object,
    model: Model,
    *,
    estimator: Estimator = "ml",
    correlated: Sequence[tuple[str, str]] = (),
    scale: str = "",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> FactorModel:
    r"""Do these factors reproduce how people's answers go together?

    Which items belong to which factor is said beforehand; every other loading is
    zero. The fit is set beside the usual guides, which are labelled as guides: a
    model that fits is one of many that would, and a poor fit is not mended by
    freeing what the modification indices name until it fits.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary, shape (n_rows, n_columns)
        One row per person, reversed items already turned. A `Summary` is enough
        for ``"ml"``; the others need rows.
    model : mapping of str to list of str
        Items by factor, for example ``{"trust": ["t1", "t2", "t3"]}``. An item may
        stand under several factors.
    estimator : {"ml", "mlr", "fiml", "wlsmv"}, default "ml"
        Maximum likelihood; the same with robust standard errors and a scaled
        test (answers on 5 or more steps that are not normal); the same with
        every answer as it is, where some are missing; or polychoric correlations
        (answers on few steps).
    correlated : list of (str, str), optional
        Pairs of items whose residuals may correlate.
    scale : str, optional
        Name of the scale, for the sentence; the factors' names by default.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1. That of RMSEA is 90 %.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    FactorModel
        Factors have variance 1 and point upwards. Loadings, residuals and
        modification indices as tables: ``found.table_of("loadings")``.

    Raises
    ------
    DataProblem
        If the model is not items by factor, a column is absent or holds no
        numbers.
    TooFewAnswers
        If an item is constant or follows from others, there are no more people
        than items or parameters, the parameters cannot be told apart, or the fit
        does not settle.

    See Also
    --------
    assess_omega : How much of the sum one factor explains.

    Notes
    -----
    :math:`\Sigma = \Lambda \Psi \Lambda' + \Theta` is fitted by minimising
    :math:`F = \ln|\Sigma| + \mathrm{tr}(S \Sigma^{-1}) - \ln|S| - p` with
    covariances divided by n; :math:`\chi^2 = n F` [1]_. CFI [2]_, TLI, RMSEA with
    the 90 % interval of the noncentral :math:`\chi^2` [3]_, and Bentler's SRMR;
    modification indices are score tests with the expected information.
    Uniquenesses are free below zero: a Heywood case is said, not hidden. Agrees
    with ``lavaan::cfa(std.lv = TRUE)`` in R: for ``"mlr"`` with its
    ``yuan.bentler.mplus`` test, observed information, and ``cfi.robust``,
    ``tli.robust``, ``rmsea.robust``; for ``"fiml"`` with ``missing = "ml"``; for
    ``"wlsmv"`` with ``estimator = "WLSMV"``: the ``scaled.shifted`` test with n - 1
    people, ``cfi.scaled``, ``tli.scaled``, ``rmsea.scaled`` (guides made for
    maximum likelihood flatter them), SRMR of the polychoric correlations, and
    modification indices that are not scaled. Every item then counts as standardised.

    References
    ----------
    .. [1] Jöreskog, K. G. (1969). A general approach to confirmatory maximum
       likelihood factor analysis. Psychometrika, 34, 183-202.
    .. [2] Bentler, P. M. (1990). Comparative fit indexes in structural models.
       Psychological Bulletin, 107, 238-246.
    .. [3] Browne, M. W., & Cudeck, R. (1993). Alternative ways of assessing model
       fit. In Testing Structural Equation Models. Sage.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> factors = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=400)
    >>> answers = factors[:, [0, 0, 0, 1, 1, 1]] + rng.normal(size=(400, 6))
    >>> frame = pd.DataFrame(answers, columns=["t1", "t2", "t3", "v1", "v2", "v3"])
    >>> model = {"trust": ["t1", "t2", "t3"], "voice": ["v1", "v2", "v3"]}
    >>> found = assess_structure(frame, model)
    >>> found.df, found.fit, round(found.correlations[0].correlation, 1)
    (8, 'good', 0.5)
    >>> found.table_of("loadings")["item"].tolist()
    ['t1', 't2', 't3', 'v1', 'v2', 'v3']
    """
    check_option("estimator", estimator, SOLVERS)
    named = check_model(model)
    items = tuple(dict.fromkeys(item for listed in named.values() for item in listed))
    spec = build_spec(
        named,
        correlated=check_correlated(correlated, items),
        has_means=estimator == "fiml",
    )
    check_spec(spec)
    solved = SOLVERS[estimator](spec, responses)
    left = solved.n_rows - solved.n_people
    return tell_model(
        solved,
        scale=scale or ", ".join(named),
        estimator=estimator,
        level=check_level(level),
        floor=check_floor(k_min),
        left_out=_left_out(estimator, left),
    )


def _solve_ml(spec: Spec, responses: object) -> Solved:
    return solve_ml(spec, read_moments(responses, spec.items))


def _solve_mlr(spec: Spec, responses: object) -> Solved:
    return solve_mlr(spec, read_rows(responses, spec.items))


def _solve_fiml(spec: Spec, responses: object) -> Solved:
    return solve_fiml(spec, read_rows(responses, spec.items))


SOLVERS: dict[Estimator, Callable[[Spec, object], Solved]] = {
    "ml": _solve_ml,
    "mlr": _solve_mlr,
    "fiml": _solve_fiml,
    "wlsmv": solve_wlsmv,
}


def _left_out(estimator: Estimator, left: int) -> tuple[tuple[Phrase, int], ...]:
    if not left:
        return ()
    why = "factors.no_answer" if estimator == "fiml" else "quality.incomplete"
    return ((phrase(why), left),)


def check_model(model: object) -> dict[str, tuple[str, ...]]:
    """Return a model as items by factor, or say what is wrong with it."""
    if not isinstance(model, Mapping) or not model:
        raise DataProblem(
            "'model' does not say which items belong to which factor.",
            expected='items by factor, for example model={"trust": ["t1", "t2", "t3"]}',
            found="nothing" if isinstance(model, Mapping) else kind_of(model),
            to_fix="give a name and a list of items for each factor",
        )
    named = {
        str(factor): check_names(items, argument="model")
        for factor, items in model.items()
    }
    both = [factor for factor in named if any(factor in i for i in named.values())]
    lonely = [factor for factor, items in named.items() if len(items) < 2]
    if both or lonely:
        what = "names a factor as one of its items" if both else "has a lonely item"
        raise DataProblem(
            f"'model' {what}.",
            expected="factors of at least 2 items, with names of their own",
            found=f"in factors {few(both or lonely)}",
            to_fix="rename the factor" if both else "leave the factor out",
        )
    return named


def check_correlated(
    correlated: object, items: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Return pairs of items whose residuals may correlate, or say what is wrong."""
    pairs = [correlated] if isinstance(correlated, str) else correlated
    if not isinstance(pairs, Sequence) or not all(
        isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in pairs
    ):
        raise DataProblem(
            "'correlated' is not a list of pairs of items.",
            expected='for example correlated=[("t1", "t2")]',
            found=kind_of(correlated),
            to_fix="put each pair in round brackets, and all in square brackets",
        )
    named = [(str(one), str(other)) for one, other in pairs]
    wrong = [
        f"{one}, {other}"
        for one, other in named
        if one not in items or other not in items or one == other
    ]
    if wrong:
        raise DataProblem(
            "'correlated' names something that is not two items of the model.",
            expected="two different items of the model in each pair",
            found=f"the pairs {few(wrong)}",
            to_fix="check the names",
        )
    unique = dict.fromkeys(
        (min(pair, key=items.index), max(pair, key=items.index)) for pair in named
    )
    return tuple(unique)
