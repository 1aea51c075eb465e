"""Everything a build publishes: an attacker reads all of it at once."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.disclosure import Build, Ledger, kernel
from tillit_eval.findings import NotAnswered

sys.path.insert(0, str(Path(__file__).parent))
from attacker import Attacker

ROOT = Path(__file__).parents[1]


@dataclass
class Published:
    """Means of one scale, each with the rows behind it and whether it is shown."""

    n_rows: int
    sets: list[np.ndarray] = field(default_factory=list)
    means: list[float | None] = field(default_factory=list)

    def note(self, rows: np.ndarray, mean: float | None) -> None:
        if rows.any():
            self.sets.append(rows)
            self.means.append(mean)

    def attack(self, k_min: int, scale: tuple[float, float]) -> tuple[float, float]:
        """Return how far the worst count and the worst mean are bounded.

        Attacked are the hidden groups and the differences of any two groups that
        could have been published, if they hold fewer than `k_min` people. A count
        is measured by how far its bounds fall short of 1 to k - 1, a mean by the
        width of its bounds as a share of the scale.
        """
        every = np.array(self.sets)
        kinds, atom = np.unique(every, axis=1, return_inverse=True)
        people = np.bincount(atom.ravel(), minlength=kinds.shape[1]).astype(float)
        people[~kinds.any(axis=0)] = 0
        reader = Attacker(people, *scale)
        for members, mean in zip(kinds, self.means, strict=True):
            if mean is not None:
                n = float(members @ people)
                reader.read(members, count=(n, n), mean=mean, half=0.5 * 10**-6)
        if not reader.sets:
            return 0.0, 1.0
        targets = [*kinds, *(a & ~b for a in kinds for b in kinds if (a | ~b).all())]
        small = {t.tobytes(): t for t in targets if 0 < t @ people < k_min}
        short, width = 0.0, 1.0
        for target in small.values():
            low, high = reader.bound_count(target)
            short = max(short, low - 1, k_min - 1 - high)
            low, high = reader.bound_mean(target)
            width = min(width, (high - low) / (scale[1] - scale[0]))
        return short, width


SCALE = "vertical_trust"


@cache
def sundsvall() -> pd.DataFrame:
    site = te.read_study(ROOT / "data/sample/study.toml").site("sundsvall")
    began = site.units.assign(began=site.units["start"].astype(str).str[:4])
    rows = site.survey("staff").scores
    return rows.merge(began[["unit", "began"]], on="unit", how="left")


def chapter(rows: pd.DataFrame, k_min: int) -> tuple[Build, Published]:
    """Publish what the notebook on Sundsvall does, and what a reader learns of it."""
    ledger = Ledger(rows, k_min=k_min)
    most = rows[rows["unit"] != "Skönsmon"]
    two = most[most["wave"].isin(["2013", "2017"])]
    areas = means_by(two, "unit")
    ledger.add_table(
        "areas", areas, by="unit", values={w: (SCALE, w) for w in ("2013", "2017")}
    )
    years = means_by(rows, "began")
    waves = sorted(rows["wave"].unique())
    ledger.add_table("years", years, by="began", values={w: (SCALE, w) for w in waves})
    for name, part, after in (
        ("all", rows, "2017"),
        ("most", most, "2017"),
        ("half", most, "2015"),
    ):
        found = te.compare_overlapping(part, SCALE, before="2013", after=after)
        ledger.add_findings(name, found, rows=part)
    safe = ledger.protect()
    told = Published(len(rows))
    answered = rows[SCALE].notna()
    for name, by, part, whens in (
        ("areas", "unit", most, ["2013", "2017"]),
        ("years", "began", rows, waves),
    ):
        inside = rows.index.isin(part.index) & answered
        for _, row in safe[name].table.iterrows():
            for wave in whens:
                behind = inside & (rows[by] == row[by]) & (rows["wave"] == wave)
                mean = rows.loc[behind, SCALE].mean() if row["shown"] else None
                told.note(behind.to_numpy(), mean)
    for name, part, after in (
        ("all", rows, "2017"),
        ("most", most, "2017"),
        ("half", most, "2015"),
    ):
        inside = rows.index.isin(part.index) & answered
        before, later = (inside & (rows["wave"] == w) for w in ("2013", after))
        both = set(rows.loc[before, "respondent"].dropna()) & set(
            rows.loc[later, "respondent"].dropna()
        )
        linked = rows["respondent"].isin(both)
        shown = [not isinstance(one, NotAnswered) for one in safe[name]]
        for behind, is_shown in (
            (before, shown[0]),
            (later, shown[0]),
            (before & linked, shown[1]),
            (later & linked, shown[1]),
        ):
            told.note(
                behind.to_numpy(), rows.loc[behind, SCALE].mean() if is_shown else None
            )
    return safe, told


def means_by(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    table = rows.pivot_table(SCALE, by, "wave", "mean")
    return pd.DataFrame(table.reset_index().rename_axis(columns=None))


@pytest.mark.parametrize("k_min", [10, 20])
def test_nothing_small_follows_from_the_chapter_on_sundsvall(k_min: int) -> None:
    safe, told = chapter(sundsvall(), k_min)
    short, width = told.attack(k_min, (0.0, 100.0))
    assert short < 1e-6
    assert width > 1 / k_min
    assert safe.table["shown"].mean() > 0.5


def test_without_complementary_suppression_the_chapter_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernel, "leaks_of", lambda *_, **__: iter(()))
    safe, told = chapter(sundsvall(), 10)
    assert safe.table["shown"].all()
    short, width = told.attack(10, (0.0, 100.0))
    assert short > 0
    assert width < 0.001


@settings(
    deadline=None,
    max_examples=10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(data=st.data(), n_units=st.integers(2, 6), k_min=st.sampled_from([5, 10]))
def test_nothing_small_follows_from_overlapping_outputs(
    data: st.DataObject, n_units: int, k_min: int
) -> None:
    """Units by wave, everyone, all but one unit, those who stayed; some come and go."""
    parts, start = [], 0
    for unit in range(n_units):
        first = data.draw(st.integers(0, 25))
        leave = data.draw(st.integers(0, first))
        join = data.draw(st.integers(0, 15))
        who = np.arange(start, start + first + join)
        start += first + join
        for wave, own in (("1", who[:first]), ("2", who[leave:])):
            parts.append(
                pd.DataFrame({"respondent": own, "wave": wave, "unit": f"u{unit}"})
            )
    rows = pd.concat(parts, ignore_index=True)
    rows["respondent"] = rows["respondent"].astype(str)
    if rows["wave"].nunique() < 2:
        return
    rng = np.random.default_rng(start)
    rows["trust"] = rng.uniform(25, 75, len(rows))
    rows["source"] = "real"
    told = Published(len(rows))
    safe, asked = overlapping_outputs(rows, k_min)
    for name, masks in asked.items():
        for position, (behind, _) in enumerate(masks):
            is_shown = safe[name].table["shown"].iloc[position // 2]
            mean = rows.loc[behind, "trust"].mean() if is_shown else None
            told.note(behind, mean)
    short, width = told.attack(k_min, (0.0, 100.0))
    assert short < 1e-6
    assert width > 0.5 / k_min


def overlapping_outputs(
    rows: pd.DataFrame, k_min: int
) -> tuple[Build, dict[str, list[tuple[np.ndarray, str]]]]:
    """Publish tables of two waves about groups that lie across each other."""
    waves = [(rows["wave"] == wave).to_numpy() for wave in ("1", "2")]
    both = set.intersection(*(set(rows.loc[own, "respondent"]) for own in waves))
    first = (rows["unit"] == "u0").to_numpy()
    groups = {
        "all": np.ones(len(rows), dtype=bool),
        "all but one": ~first,
        "stayed": rows["respondent"].isin(both).to_numpy(),
        **{u: (rows["unit"] == u).to_numpy() for u in rows["unit"].unique()},
    }
    ledger = Ledger(rows, k_min=k_min, movers="shown")
    asked = {}
    for name, group in groups.items():
        masks = [(group & wave, when) for wave, when in zip(waves, "12", strict=True)]
        if not all(own.any() for own, _ in masks):
            continue
        means = [rows.loc[own, "trust"].mean() for own, _ in masks]
        table = pd.DataFrame([[name, *means]], columns=["what", "before", "after"])
        values = {"before": ("trust", "1"), "after": ("trust", "2")}
        ledger.add_table(name, table, values=values, rows=rows[group])
        asked[name] = masks
    return ledger.protect(), asked


def test_the_committed_chapter_gives_nothing_small_away() -> None:
    """Its figure of areas as it stands, beside its table of years and its changes."""
    text = (ROOT / "notebooks/05_sundsvall.ipynb").read_text(encoding="utf-8")
    drawn = re.findall(
        r"(Area \d\d): ([\d.]+) before, ([\d.]+) after, n = (\d+) \S+ (\d+)", text
    )
    areas = pd.DataFrame(drawn, columns=["unit", "before", "after", "n", "n after"])
    areas = areas.drop_duplicates().astype({"before": float, "after": float})
    assert len(areas) == 17
    rows = sundsvall()
    most = rows[rows["unit"] != "Skönsmon"]
    ledger = Ledger(rows)
    # Reading a number that is not the mean of its rows would be refused.
    values = {"before": (SCALE, "2013"), "after": (SCALE, "2017")}
    ledger.add_table("areas", areas, by="unit", values=values, rows=most)
    waves = {wave: (SCALE, wave) for wave in sorted(rows["wave"].unique())}
    years = means_by(rows, "began")
    ledger.add_table("years", years, by="began", values=waves)
    for after in ("2015", "2017"):
        found = te.compare_overlapping(most, SCALE, before="2013", after=after)
        ledger.add_findings(f"change to {after}", found[0], rows=most)
    assert ledger.protect().table["shown"].all()
