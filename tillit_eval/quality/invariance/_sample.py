"""The answers of every condition: moments from sums or rows, waves side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.errors import DataProblem, check_columns, kind_of
from tillit_eval.findings import Source, read_source
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality._data import of_these
from tillit_eval.quality.factors._moments import Moments, moments_of
from tillit_eval.quality.invariance._layout import Layout
from tillit_eval.summaries import Summary, summarise_responses
from tillit_eval.summaries.frames import (
    as_narwhals,
    as_pandas,
    check_names,
    key_text,
)
from tillit_eval.summaries.linking import check_one_row_each
from tillit_eval.summaries.responses import check_responses

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """Who is set beside whom, with their answers.

    Attributes
    ----------
    layout : Layout
        Items and conditions.
    moments : Moments
        Of complete rows, in the order of ``layout``.
    rows : tuple of ndarray, or None
        The same as rows, one array per block; None from a `Summary`.
    left_out : tuple of (Phrase, int)
        Who is not behind it.
    source : str
        Where the rows come from.
    caution : Phrase or None
        What should be said of the rows.
    """

    layout: Layout
    moments: Moments
    rows: tuple[Array, ...] | None
    left_out: tuple[tuple[Phrase, int], ...]
    source: Source
    caution: Phrase | None = None

    @property
    def sizes(self) -> Array:
        """People in each condition."""
        return np.repeat(self.moments.n, len(self.layout.waves))


def check_model(model: object) -> dict[str, tuple[str, ...]]:
    """Return items by factor, or say what is wrong with the model."""
    if isinstance(model, Mapping):
        found = {
            str(factor): check_names(own, argument=f"model[{str(factor)!r}]")
            for factor, own in model.items()
        }
        if found:
            return found
    elif not isinstance(model, str) and isinstance(model, Sequence):
        return {"scale": check_names(model, argument="model")}
    raise DataProblem(
        "The model must name items, or items by factor.",
        expected='a list such as ["q1", "q2", "q3"], or {"trust": ["q1", "q2", "q3"]}',
        found="no factors" if isinstance(model, Mapping) else kind_of(model),
        to_fix="list the items of the scale",
    )


def read_sample(
    responses: object,
    model: Mapping[str, tuple[str, ...]],
    *,
    group: str | None,
    wave: str | None,
    respondent: str | None,
    with_rows: bool,
) -> Sample:
    """Take complete answers per condition from rows or sums.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers, a person has two rows in a
        wave, a `Summary` lacks a key, or there is nothing to compare.
    """
    keys = [key for key in (group, wave) if key is not None]
    if not keys:
        raise DataProblem(
            "There is nothing to compare.",
            expected="group=, wave= or both",
            found="neither",
            to_fix='name a column, for example wave="wave"',
        )
    if respondent is not None and wave is None:
        raise DataProblem(
            "The same people can only be followed over waves.",
            expected="wave= beside respondent=",
            found="no wave=",
            to_fix='give wave="wave", or leave out respondent=',
        )
    if respondent is not None:
        return _linked(responses, model, group, str(wave), respondent)
    if isinstance(responses, Summary) or not with_rows:
        return _from_sums(responses, model, keys)
    return _from_rows(responses, model, keys)


def _from_sums(
    responses: object, model: Mapping[str, tuple[str, ...]], keys: list[str]
) -> Sample:
    layout = Layout(model, ())
    if isinstance(responses, Summary):
        check_columns(responses.by, keys, table="groups of the summary")
        summary = of_these(responses, layout.items)
    else:
        summary = summarise_responses(responses, layout.items, by=keys)
    names = summary.groups[keys].agg(", ".join, axis=1)
    codes, blocks = pd.factorize(names, sort=False)
    own = np.eye(len(blocks))[codes].T
    n = own @ summary.n_complete
    least = np.maximum(n, 1.0)
    means = own @ summary.complete_sums / least[:, None]
    products = np.tensordot(own, summary.products, axes=1) / least[:, None, None]
    n_rows = int(summary.n_rows.sum()) + summary.n_without_group
    moments = Moments(
        items=layout.items,
        groups=tuple(blocks),
        n=n,
        means=means,
        covariance=products - means[:, :, None] * means[:, None],
        n_rows=n_rows,
        source=summary.source,
    )
    layout = Layout(model, tuple(blocks))
    left = _left("invariance.incomplete", n_rows - int(n.sum()))
    caution = None if isinstance(responses, Summary) else _followed(responses, keys)
    return _checked(Sample(layout, moments, None, left, summary.source, caution))


def _from_rows(
    responses: object, model: Mapping[str, tuple[str, ...]], keys: list[str]
) -> Sample:
    layout = Layout(model, ())
    check_responses(responses, layout.items, by=keys)
    frame, source = _frame(responses, [*keys, *layout.items])
    texts = pd.DataFrame({key: key_text(frame[key]) for key in keys})
    whole = texts.notna().all(axis=1) & frame[list(layout.items)].notna().all(axis=1)
    places = texts.groupby(keys, sort=True).ngroup()[whole].to_numpy()
    values = frame.loc[whole, list(layout.items)].to_numpy(dtype=np.float64)
    order = texts.dropna().drop_duplicates().sort_values(keys).agg(", ".join, axis=1)
    rows = tuple(values[places == place] for place in range(len(order)))
    layout = Layout(model, tuple(order))
    left = _left("invariance.incomplete", len(frame) - len(values))
    moments = _moments(rows, layout, len(frame), source)
    caution = _followed(responses, keys)
    return _checked(Sample(layout, moments, rows, left, source, caution))


def _linked(
    responses: object,
    model: Mapping[str, tuple[str, ...]],
    group: str | None,
    wave: str,
    respondent: str,
) -> Sample:
    """Set the waves of the same people side by side; groups are of the first wave."""
    if isinstance(responses, Summary):
        raise DataProblem(
            "Sums do not tell who answered in several waves.",
            expected="rows, to follow people with respondent=",
            found="a Summary",
            to_fix="give the responses, or leave out respondent=",
        )
    items = Layout(model, ()).items
    check_responses(responses, items, by=[wave])
    keys = [respondent, wave, *([group] if group else [])]
    frame, source = _frame(responses, [*keys, *items])
    for key in keys:
        frame[key] = key_text(frame[key])
    coded = frame[frame[keys].notna().all(axis=1)]
    repeated = coded.duplicated([respondent, wave], keep=False)
    check_one_row_each(coded.index[repeated].tolist())
    waves = tuple(sorted(coded[wave].unique()))
    wide = coded.pivot(index=respondent, columns=wave, values=list(items))
    whole = wide.dropna()
    first = coded.sort_values(wave).drop_duplicates(respondent).set_index(respondent)
    home = first[group].loc[whole.index] if group else None
    blocks = ("",) if home is None else tuple(sorted(home.unique()))
    columns = [(item, name) for name in waves for item in items]
    values = whole[columns].to_numpy(dtype=np.float64)
    rows = tuple(
        values if home is None else values[(home == block).to_numpy()]
        for block in blocks
    )
    layout = Layout(model, blocks, waves)
    left = _left("invariance.not_every_wave", len(wide) - len(whole))
    left += _left("invariance.no_code", len(frame) - len(coded))
    moments = _moments(rows, layout, len(frame), source)
    return _checked(Sample(layout, moments, rows, left, source))


def _frame(responses: object, columns: list[str]) -> tuple[pd.DataFrame, Source]:
    present = as_narwhals(responses, table="responses").collect_schema().names()
    check_columns(present, columns, table="responses")
    wanted = columns + (["source"] if "source" in present else [])
    frame = as_pandas(responses, list(dict.fromkeys(wanted)), table="responses")
    return frame, read_source(frame)


def _moments(
    rows: tuple[Array, ...], layout: Layout, n_rows: int, source: Source
) -> Moments:
    k = len(layout.columns)
    n = np.array([len(own) for own in rows], dtype=np.float64)
    if not len(rows) or n.min() < 1:
        means = np.zeros((len(rows), k))
        spread = np.zeros((len(rows), k, k))
    else:
        found = moments_of(rows, layout.columns)
        means, spread = found.means, found.covariance.reshape(len(rows), k, k)
    return Moments(layout.columns, layout.blocks, n, means, spread, n_rows, source)


def _left(key: str, people: int) -> tuple[tuple[Phrase, int], ...]:
    return ((phrase(key), people),) if people else ()


def _followed(responses: object, keys: list[str]) -> Phrase | None:
    """Say so if people met in several waves are counted as different ones."""
    names = as_narwhals(responses, table="responses").collect_schema().names()
    if "respondent" not in names or "wave" not in names:
        return None
    frame = as_pandas(responses, ["respondent", "wave"], table="responses").dropna()
    pairs = frame.drop_duplicates()
    if not pairs.duplicated("respondent").any():
        return None
    if "wave" in keys:
        return phrase("invariance.met_again")
    return phrase("quality.waves_together", n=int(pairs["wave"].nunique()))


def _checked(sample: Sample) -> Sample:
    n_conditions = len(sample.layout.conditions)
    if n_conditions < 2:
        raise DataProblem(
            "There is nothing to compare.",
            expected="at least two groups or waves",
            found=f"{n_conditions}",
            to_fix="check the columns, and any filter that was applied",
        )
    return sample
