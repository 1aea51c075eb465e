"""One score per person and scale."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from tillit_eval.codebook import Codebook, Scale
from tillit_eval.errors import DataProblem, TooFewAnswers, few
from tillit_eval.scales.answers import (
    Answers,
    Array,
    Flags,
    check_responses,
    read_answers,
    to_points,
)


def score_scales(
    responses: pd.DataFrame,
    codebook: Codebook,
    *,
    scales: str | Iterable[str] | None = None,
) -> pd.DataFrame:
    r"""How does each person score on each scale?

    Reversed items are turned first. A person who answered fewer items than the
    scale's `min_answered` gets no score; a missing answer is never a zero.

    Parameters
    ----------
    responses : DataFrame, shape (n_rows, n_columns)
        One row per person and wave, as `read_responses` gives it: one column per
        item with its codes, missing answers missing. It is not changed.
    codebook : Codebook
        Which items make which scale, and the rules for scoring.
    scales : str or iterable of str, optional
        Keys of the scales wanted. By default every scale that was asked, which is
        every scale of which `responses` has any item.

    Returns
    -------
    DataFrame, shape (n_rows, n_keys + n_scales)
        The columns of `responses` that are no items, and one column per scale: in
        0-100 for an index, in the items' own points for a mean. Same rows, same
        index.

    Raises
    ------
    DataProblem
        If an item has no column, is not of numbers or holds codes that are not
        valid, or if the codebook has no such scale.
    TooFewAnswers
        If nobody answered enough items of a scale named in `scales`, or of any.

    See Also
    --------
    score_index : The official index of a group, item by item.

    Notes
    -----
    With :math:`J_i` the items person :math:`i` answered, the score is
    :math:`\frac{1}{|J_i|}\sum_{j \in J_i} 100\,(x_{ij}-l_j)/(h_j-l_j)`, the *per
    cent of maximum possible* of [1]_, where :math:`l_j, h_j` are the lowest and the
    highest possible code, never the observed ones. The half rule for
    `min_answered` is the one of [2]_.

    Checked against plain R; see ``tests/reference/scales``.

    References
    ----------
    .. [1] Cohen, P., Cohen, J., Aiken, L. S., & West, S. G. (1999). The problem of
       units and the circumstance for POMP. Multivariate Behavioral Research 34(3).
    .. [2] COPSOQ Sweden, guide to computing the result, copsoq.se.

    Examples
    --------
    >>> import pandas as pd
    >>> from tillit_eval.codebook import Codebook, Item, Scale
    >>> from tillit_eval.phrases import Label
    >>> asked = [Item(key=key, label=Label(key, key), codes=(1, 2, 3, 4, 5),
    ...     reversed=key == "t2") for key in ("t1", "t2")]
    >>> trust = Scale(key="trust", label=Label("Trust", "Tillit"),
    ...     items=("t1", "t2"), min_answered=1)
    >>> codebook = Codebook(title="Two items", items=tuple(asked), scales=(trust,))
    >>> answers = pd.DataFrame({"t1": [5, 3], "t2": [2, None]})
    >>> score_scales(answers, codebook)["trust"].tolist()
    [87.5, 50.0]
    """
    check_responses(responses, codebook)
    wanted = _choose_scales(responses, codebook, scales)
    _check_names(responses, wanted)
    answers = read_answers(responses, codebook, wanted)
    scored = _score_all(answers, codebook, wanted, n_rows=len(responses))
    _check_any_score(scored, each=scales is not None)
    items = {item.key for item in codebook.items}
    keys = [name for name in responses.columns if name not in items]
    return responses[keys].assign(**scored)


def _choose_scales(
    responses: pd.DataFrame, codebook: Codebook, scales: str | Iterable[str] | None
) -> list[Scale]:
    if scales is not None:
        one = isinstance(scales, str) or not isinstance(scales, Iterable)
        named: list[str] = [scales] if one else list(scales)  # type: ignore[list-item]
        return [codebook.scale(key) for key in dict.fromkeys(named)]
    asked = [
        scale
        for scale in codebook.scales
        if any(key in responses.columns for key in scale.items)
    ]
    if not asked:
        raise DataProblem(
            "No scale of the codebook was asked in this table of responses.",
            expected=f"items of {few(scale.key for scale in codebook.scales)}",
            found=f"columns {few(map(str, responses.columns), at_most=12)}",
            to_fix="read the export with read_responses, which gives columns the keys "
            "of the codebook",
        )
    return asked


def _check_names(responses: pd.DataFrame, scales: list[Scale]) -> None:
    taken = [scale.key for scale in scales if scale.key in responses.columns]
    if taken:
        raise DataProblem(
            "The table of responses already has a column with the name of a scale.",
            expected="scale keys that are not column names yet",
            found=f"columns {few(taken)}",
            to_fix="drop or rename them first",
        )


def _check_any_score(scored: dict[str, Array], *, each: bool) -> None:
    empty = [key for key, values in scored.items() if np.isnan(values).all()]
    if empty and (each or len(empty) == len(scored)):
        raise TooFewAnswers(
            "Nobody answered enough items of a scale to get a score.",
            expected="at least one person with as many answers as min_answered",
            found=f"none for {few(empty)}",
            to_fix="check that missing codes and column names in the codebook fit the "
            "export",
            reason="scales.no_scores",
        )


def _score_all(
    answers: Answers, codebook: Codebook, scales: list[Scale], *, n_rows: int
) -> dict[str, Array]:
    """Score every scale; an item that serves several scales is turned once."""
    points: dict[tuple[str, str], tuple[Array, Flags]] = {}
    for scale in scales:
        for key in scale.items:
            if (key, scale.scoring) not in points:
                values = to_points(answers[key], codebook.item(key), scale)
                points[key, scale.scoring] = values, ~np.isnan(values)
    return {
        scale.key: _mean_of_answered(
            [points[key, scale.scoring] for key in scale.items],
            scale.min_answered,
            n_rows=n_rows,
        )
        for scale in scales
    }


def _mean_of_answered(
    items: list[tuple[Array, Flags]], min_answered: int, *, n_rows: int
) -> Array:
    """Mean of the points of the items answered, missing if they are too few."""
    total = np.zeros(n_rows)
    answered = np.zeros(n_rows, dtype=np.int16)
    for points, given in items:
        answered += given
        np.add(total, points, out=total, where=given)
    scores = np.full(n_rows, np.nan)
    np.divide(total, answered, out=scores, where=answered >= max(min_answered, 1))
    return scores
