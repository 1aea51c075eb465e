"""Ids of public indicators, so that a survey can be set beside its municipality."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from tillit_eval.errors import check_option
from tillit_eval.phrases import Language, language

if TYPE_CHECKING:
    import pandas as pd


@cache
def _areas() -> dict[str, dict[str, Any]]:
    file = resources.files("tillit_eval") / "codebook" / "kolada.toml"
    areas: dict[str, dict[str, Any]] = tomllib.loads(file.read_text("utf-8"))["areas"]
    return areas


def list_indicators(
    *, area: str | None = None, lang: Language | None = None
) -> pd.DataFrame:
    """Which public indicators hold the HME of an area of work?

    Parameters
    ----------
    area : str, optional
        Kolada's code of the area, such as ``"00"`` for the whole municipality;
        ``"00_latest"`` and ``"60_latest"`` are the latest measurement in three
        years. All areas by default.
    lang : {"en", "sv"}, optional
        Language of the names of areas; the current one by default.

    Returns
    -------
    DataFrame, shape (n_indicators, 4)
        ``area``, ``area_name``, ``measure`` (key of an item or scale of the
        instrument ``hme``, or ``response_rate``) and ``kpi``.

    Raises
    ------
    DataProblem
        If there is no such area.

    Notes
    -----
    A lookup table, because the ids break their own pattern: the items of home care
    are U20300-U20308 though its index is U21200, and two response rates end in 998.
    Source: catalogue of indicators in Kolada (kolada.se), run by RKA.

    Examples
    --------
    >>> list_indicators(area="21").set_index("measure").loc["hme_m1", "kpi"]
    'U20300'
    """
    import pandas as pd

    chosen = language(lang)
    areas = _areas()
    if area is not None:
        check_option("area", area, areas)
        areas = {area: areas[area]}
    return pd.DataFrame(
        [
            (code, table["label"][chosen], measure, kpi)
            for code, table in areas.items()
            for measure, kpi in table.items()
            if measure != "label"
        ],
        columns=["area", "area_name", "measure", "kpi"],
    )
