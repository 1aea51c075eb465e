"""Two waves of partly the same people, as sums per unit."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.errors import DataProblem, check_texts, few
from tillit_eval.findings import read_source
from tillit_eval.summaries._sums import Codes, centre_of, sums_per_unit
from tillit_eval.summaries.frames import as_narwhals, as_pandas, key_text
from tillit_eval.summaries.linking import check_one_row_each, check_two_waves
from tillit_eval.summaries.model import ChangeSummary


def summarise_change(
    scores: object,
    scale: str,
    *,
    before: str,
    after: str,
    respondent: str = "respondent",
    wave: str = "wave",
    unit: str | None = "unit",
    assigned: str | None = None,
    treated: str | None = None,
) -> ChangeSummary:
    """Sum a score in two waves, so that any change of it can be computed.

    People belong to the unit of their row in the wave before, so a mover counts
    there; who has no unit there, or was met only after, belongs to the unit they
    were met in. People without a respondent code cannot be linked: they are
    counted, and their scores are part of each wave.

    Parameters
    ----------
    scores : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person and wave, as returned by ``score_scales``.
    scale : str
        Column with the score, in scale points.
    before, after : str
        The two values of `wave`. Waves compare as text.
    respondent, wave : str, optional
        Columns with the person and the wave. Without the column `respondent`
        nobody is linked.
    unit : str or None, default "unit"
        Column with the unit; used when the column exists. None treats people as
        independent and gives one row per person.
    assigned, treated : str, optional
        Columns with the level at which treatment varied and with who was
        treated; the same for every row of a unit.

    Returns
    -------
    ChangeSummary
        Sums of linked and of all scores, per unit, sorted.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers, a wave is unknown, a person has
        two rows in a wave, a scored row has no unit, or `assigned` or `treated`
        varies within a unit.

    See Also
    --------
    summarise_responses : Several columns, without linking people.

    Notes
    -----
    Every scored row is counted once: twice `n_pairs`, plus `n_before_only`,
    `n_after_only` and `n_without_code`, is the number of scored rows. Scores whose
    mean is over 1000 standard deviations from zero are centred first, since a
    variance from their raw squares would lose its digits. Checked against the same
    sums formed in R.

    Examples
    --------
    >>> scores = pd.DataFrame(
    ...     {
    ...         "respondent": ["a", "a", "b", "b", "c", None],
    ...         "wave": ["2019", "2021", "2019", "2021", "2019", "2021"],
    ...         "unit": ["north", "north", "south", "north", "south", "south"],
    ...         "trust": [50.0, 60.0, 40.0, 45.0, 30.0, 70.0],
    ...     }
    ... )
    >>> change = summarise_change(scores, "trust", before="2019", after="2021")
    >>> change.units["unit"].tolist(), change.n_pairs.tolist()
    (['north', 'south'], [1.0, 1.0])
    >>> change.n_movers, change.n_before_only, change.n_without_code
    (1, 1, 1)
    """
    check_texts((scale, wave, respondent, unit, assigned, treated))
    present = as_narwhals(scores, table="scores").collect_schema().names()
    unit = None if unit == "unit" and unit not in present else unit
    levels = [name for name in (assigned, treated) if name is not None]
    wanted = [scale, wave, *([unit] if unit else []), *levels]
    optional = [name for name in (respondent, "source") if name in present]
    columns = list(dict.fromkeys([*wanted, *optional]))
    frame = as_pandas(scores, columns, table="scores")
    rows = _rows_of(frame, scale, respondent, wave, unit, str(before), str(after))
    coded = rows[rows["person"] >= 0]
    repeated = coded.duplicated(["person", "after"], keep=False)
    check_one_row_each(coded.loc[repeated, "position"].tolist())
    centre = centre_of(rows["score"].to_numpy())
    rows["score"] -= centre
    home, units = _homes(rows, unit)
    for name in levels:
        values = key_text(frame[name]) if name == assigned else frame[name]
        if name != unit:
            units[name] = _level(values[rows["position"]], rows, home, len(units), name)
    inside = frame.iloc[rows["position"].to_numpy()]
    return ChangeSummary(
        scale=scale,
        before=str(before),
        after=str(after),
        units=units,
        has_units=unit is not None,
        source=read_source(inside),
        centre=centre,
        **sums_per_unit(rows, home, len(units)),
    )


def _rows_of(
    frame: pd.DataFrame,
    scale: str,
    respondent: str,
    wave: str,
    unit: str | None,
    before: str,
    after: str,
) -> pd.DataFrame:
    """Take the rows of the two waves: position, after, score, person and unit.

    ``person`` is a code, -1 where the respondent code is missing.
    """
    if not nw.from_native(frame[[scale]]).collect_schema()[scale].is_numeric():
        raise DataProblem(
            f"The scores of '{scale}' are not numbers.",
            expected="numbers, in scale points",
            found=f"kind {frame[scale].dtype}",
            to_fix="make scores from responses with score_scales first",
        )
    waves = key_text(frame[wave])
    check_two_waves(waves, before, after)
    position = np.flatnonzero(waves.isin([before, after]).to_numpy())
    taken = frame.iloc[position]
    codes = taken[respondent] if respondent in frame else pd.Series([None] * len(taken))
    rows = pd.DataFrame(
        {
            "position": position,
            "after": waves.iloc[position].to_numpy() == after,
            "score": taken[scale].to_numpy(dtype=float, na_value=np.nan),
            "person": pd.factorize(codes)[0],
        }
    )
    rows["unit"] = key_text(taken[unit]).to_numpy() if unit else None
    return rows


def _homes(rows: pd.DataFrame, unit: str | None) -> tuple[Codes, pd.DataFrame]:
    """Find the group of every row (-1 if not scored there), and the groups' table.

    Without units each person is a group, and each row without a code.
    """
    coded = rows["person"] >= 0
    if unit is None:
        alone = rows["person"].max() + 1 + np.arange(len(rows))
        owner = rows["person"].where(coded, alone)
        used = owner.where(rows["score"].notna(), -1)
        groups, codes = np.unique(used[used >= 0], return_inverse=True)
        home = np.full(len(rows), -1)
        home[(used >= 0).to_numpy()] = codes
        return home, pd.DataFrame(index=pd.RangeIndex(len(groups)))
    first = rows[coded].sort_values("after", kind="stable").groupby("person")["unit"]
    belongs = rows["person"].map(first.first()).where(coded, rows["unit"])
    _check_homes(rows, belongs, unit)
    names = sorted(belongs[rows["score"].notna()].unique())
    home = pd.Index(names, dtype=object).get_indexer(belongs)
    home[rows["score"].isna().to_numpy()] = -1
    return home, pd.DataFrame({unit: names}, dtype=object)


def _check_homes(rows: pd.DataFrame, belongs: pd.Series[Any], unit: str) -> None:
    homeless = rows["position"][belongs.isna() & rows["score"].notna()]
    if len(homeless):
        raise DataProblem(
            "Some people with a score have no unit.",
            expected=f"a value of '{unit}' in every row with a score",
            found=f"{len(homeless)} rows without: "
            f"row positions {few(homeless.tolist())}",
            to_fix="fill in the unit, leave these rows out, or give unit=None",
        )


def _level(
    values: pd.Series[Any], rows: pd.DataFrame, home: Codes, n_units: int, name: str
) -> npt.NDArray[Any]:
    """Return one value of `name` per unit, read from the rows met in that unit.

    A mover's row met elsewhere says nothing about the baseline unit.
    """
    table = pd.DataFrame({"home": home, "value": values.to_numpy()})
    table = table[(home >= 0) & ~_elsewhere(rows)]
    missing = rows["position"].iloc[table.index[table["value"].isna()]]
    kinds = table.groupby("home")["value"].nunique()
    varied = int((kinds > 1).sum())
    if varied or len(missing):
        raise DataProblem(
            f"'{name}' is not the same for every row of a unit.",
            expected="one value per unit, in both waves",
            found=f"{varied} units with several values; {len(missing)} rows without "
            f"one: row positions {few(missing.tolist())}",
            to_fix="make one value per unit; who was treated later counts as treated",
        )
    return table.groupby("home")["value"].first().reindex(range(n_units)).to_numpy()


def _elsewhere(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which rows after were met outside the person's unit before."""
    coded = rows["person"] >= 0
    start = rows[coded & ~rows["after"]].set_index("person")["unit"]
    began = rows["person"].map(start)
    moved = rows["after"] & coded & began.notna() & rows["unit"].notna()
    elsewhere: npt.NDArray[np.bool_] = (moved & (began != rows["unit"])).to_numpy()
    return elsewhere
