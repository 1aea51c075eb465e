"""Does the rule for few units keep its word? Run: make bench.

Nothing changes, and each layout is asked whether something did: the share of wrong
alarms at 5 % must stay at or below 7 % plus two Monte Carlo standard errors with the
method that the rule chooses from the layout, and may fall under 3 % only with the
methods listed as cautious. People give the mean of four 1-5 answers near their
ceiling; half of what units share (ICC) moves between the waves. Then half a standard
deviation is added, and the chosen method must find it at least 0.9 times as often as
the best method that keeps its word in that layout, whatever units share; but for the
few layouts listed as given away to caution, where the page *few units* says why.

Thousands of surveys are answered at once from sums per unit, the bootstrap with the
very signs that a finding uses. Of every question some surveys are also answered one
by one by ``compare_paired`` or ``compare_adjusted``: the method and what it decides
must be the same, or the script stops.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import tillit_eval as te
from tillit_eval.comparison._wild import _draw as draw_signs
from tillit_eval.comparison.design_reading import read_design
from tillit_eval.comparison.designs import Design, Method
from tillit_eval.comparison.many import Surveys, rejects
from tillit_eval.errors import TooFewAnswers
from tillit_eval.findings import Average

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Case = tuple[float, Flags | None]

DRAWS, SEED, PROCESSES = 5_000, 20180138, 2
CEILING, EFFECT, LINK, SPREAD = 1.0, 0.5, 0.5, 1.5
ALPHA, MOST, LEAST, ENOUGH = 0.05, 0.07, 0.03, 0.9
CAUTIOUS = ("cr3", "cr2_cautious", "ferman_pinto")
GROUPS, KINDS, ICCS = (7, 12, 18, 40, 98), ("equal", "uneven", "extreme"), (0.05, 0.20)
# Half a standard deviation must be found in equal units of these arms.
POWER_ICC = 0.10
DUE = {7: ("one group",), 12: ("third",)}
USUALLY_DUE = ("quarter", "half", "one group")
# One or two units are most of an arm, and the others err in layouts much like these.
GIVEN_AWAY = (
    (18, "uneven", "quarter"),
    (18, "extreme", "half"),
    (40, "extreme", "quarter"),
    (40, "extreme", "half"),
)
WAVES = {"before": "2019", "after": "2021"}
CELLS, TIE = 100_000, 1e-9


def draw(sizes: Array, cases: Sequence[Case], draws: int) -> Array:
    """Draw sums of scores, shape (case, wave, survey, unit).

    A case is an ICC, and who moves by half a person's spread. The same chance serves
    all cases, as chance takes most of the time.
    """
    rng = np.random.default_rng([SEED, len(sizes), int(sizes.max())])
    step = max(1, CELLS // int(sizes.sum()))
    parts = [
        _draw_some(sizes, cases, min(step, draws - start), rng)
        for start in range(0, draws, step)
    ]
    return np.concatenate(parts, axis=2)


def _draw_some(
    sizes: Array, cases: Sequence[Case], draws: int, rng: np.random.Generator
) -> Array:
    unit = np.repeat(np.arange(len(sizes)), sizes.astype(int))
    starts = np.r_[0, np.cumsum(sizes.astype(int))[:-1]]

    def normal(width: int) -> npt.NDArray[np.float32]:
        return rng.standard_normal((draws, width), dtype=np.float32)

    steady, person = normal(len(sizes)), normal(len(unit))
    sums = np.zeros((len(cases), 2, draws, len(sizes)))
    for wave in (0, 1):
        latent = []
        moving = steady + normal(len(sizes))
        for icc, reform in cases:
            level = np.float32(np.sqrt(icc / 2)) * moving + np.float32(3 + CEILING)
            if wave and reform is not None:
                level += np.float32(EFFECT) * reform
            own = np.float32(np.sqrt(LINK * (1 - icc)))
            latent.append(level[:, unit] + own * person)
        for _ in range(4):
            noise = normal(len(unit))
            for i, (icc, _reform) in enumerate(cases):
                answer = np.float32(SPREAD * np.sqrt((1 - LINK) * (1 - icc))) * noise
                answer += latent[i]
                np.clip(np.rint(answer, out=answer), 1, 5, out=answer)
                sums[i, wave] += np.add.reduceat(answer, starts, axis=1)
    return (sums / 4 - sizes) * 25


def sizes_of(kind: str, groups: int) -> Array:
    """Return people per unit."""
    if kind == "equal":
        return np.full(groups, 12.0)
    if kind == "uneven":
        return np.resize([8.0, 12, 15, 60, 20, 10, 35, 18, 90, 25, 12, 150], groups)
    return np.r_[np.full(groups - 2, 12.0), 200.0, 400.0]


def arms_of(sizes: Array) -> dict[str, Flags | None]:
    """Return who has the reform: nobody apart, few large or small, a quarter, half."""
    n, order = len(sizes), np.argsort(sizes, kind="stable")
    rng = np.random.default_rng([SEED, n])
    chosen = {
        "1 small": order[:1],
        "1 large": order[-1:],
        "2 small": order[:2],
        "2 large": order[-2:],
        "2 apart": order[[0, -1]],
        "quarter": rng.permutation(n)[: max(3, round(n / 4))],
        "third": rng.permutation(n)[: round(n / 3)],
        "half": rng.permutation(n)[: n // 2],
    }
    if np.ptp(sizes) == 0:
        chosen = {
            k: v for k, v in chosen.items() if k.split()[-1] not in ("large", "apart")
        }
    flags: dict[str, Flags | None] = {"one group": None}
    for name, who in chosen.items():
        flags[name] = np.isin(np.arange(n), who)
    return flags


@dataclass(frozen=True, slots=True)
class Question:
    """One layout, and whose average is asked for."""

    sizes: Array
    arm: Flags | None
    average: Average = "people"

    def answers(self, before: Array, after: Array) -> pd.DataFrame:
        """Return a survey with these sums, one row per person and wave."""
        unit = np.repeat(np.arange(len(self.sizes)), self.sizes.astype(int))
        people = pd.DataFrame({"respondent": range(len(unit))})
        people["unit"] = np.char.mod("%03d", unit)
        people["treated"] = False if self.arm is None else self.arm[unit]
        waves = [
            people.assign(wave=wave, trust=(total / self.sizes)[unit])
            for wave, total in zip(WAVES.values(), (before, after), strict=True)
        ]
        return pd.concat(waves, ignore_index=True).assign(source="synthetic")

    @property
    def _asked(self) -> dict[str, Any]:
        return {**WAVES, "average": self.average, "k_min": 5}

    def design(self) -> Design:
        """Return the design with the method that the rule chooses."""
        nothing = np.zeros_like(self.sizes)
        arms = {"treated": "treated", "assigned": "unit"}
        return read_design(
            self.answers(nothing, nothing),
            **self._asked,
            estimand="stayed" if self.arm is None else "workplace",
            **({} if self.arm is None else arms),
        )

    def answer(self, before: Array, after: Array) -> Any:
        """Answer one survey with the function that people call."""
        rows = self.answers(before, after)
        if self.arm is None:
            return te.compare_paired(rows, "trust", **self._asked)
        return te.compare_adjusted(rows, "trust", assigned="unit", **self._asked)


def rejected(surveys: Surveys, method: Method) -> Flags:
    """Tell in which surveys no change is rejected at 5 %.

    The bootstrap that the rule chooses uses the signs of a finding. Beside it, more
    than 1,000 signs or ways to choose the arm are 999 drawn ones.
    """
    groups = len(surveys.design.n_before)
    if method == "ferman_pinto":
        return by_the_others(surveys)
    if method == "wild" and groups > 12:
        signs = draw_signs(groups, "rademacher")
        chosen = method == surveys.design.method
        return by_signs(surveys, signs if chosen else signs[:999])
    return rejects(surveys, method)(0.0)


def by_signs(surveys: Surveys, signs: Array) -> Flags:
    """Bootstrap every survey with the same signs, as ``wild_curve`` does each.

    A survey is left as soon as it can no longer reject. Where signs are drawn it is
    left too once its share lies six standard errors from 5 %, as more will not turn it.
    """
    regression, moments = surveys.design.regression, surveys.moments
    cross, contrast = regression.cross, regression.contrast
    bread = np.linalg.inv(cross.sum(axis=0))
    toward = bread @ contrast
    fitted = moments.sum(axis=1) @ bread
    estimate = fitted @ contrast
    residual = moments - np.einsum("gij,dj->dgi", cross, fitted)
    step = cross @ toward / (contrast @ toward)
    scores = residual + estimate[:, None, None] * step
    seen = estimate**2 / ((residual @ toward) ** 2).sum(axis=1) * (1 - TIE)
    along = scores @ toward
    # Only the directions in which a fit can follow the weights of single units.
    own, long, ways = np.linalg.svd(toward @ cross @ bread, full_matrices=False)
    kept = long > TIE * long[0]
    own, long, ways = own[:, kept], long[kept], ways[kept]
    allowed = ALPHA * (len(signs) + 1) * (1 + TIE)
    count, used = np.ones(len(moments)), np.zeros(len(moments))
    for block in np.array_split(signs, max(1, len(signs) // 2_500)):
        left = np.flatnonzero(undecided(count, used, allowed, drawn=len(cross) > 16))
        used[left] += len(block)
        for some in np.array_split(left, len(left) // 100 + 1):
            below = np.tile((along[some] ** 2).sum(axis=1), (len(block), 1))
            for k, width in enumerate(long):
                total = block @ (width * scores[some] @ ways[k]).T
                pull = block @ (-2 * along[some] * own[:, k]).T
                pull += total
                pull *= total
                below += pull
            below *= seen[some]
            top = block @ along[some].T
            top *= top
            count[some] += (top >= below).sum(axis=0)
    return np.asarray(count <= ALPHA * (used + 1) * (1 + TIE))


def undecided(count: Array, used: Array, allowed: float, *, drawn: bool) -> Flags:
    """Tell which surveys may still go either way after so many signs."""
    near = np.abs(count - ALPHA * used) <= 6 * np.sqrt(ALPHA * (1 - ALPHA) * used) + 1
    return np.asarray((count <= allowed) & (near | (not drawn)))


def by_the_others(surveys: Surveys) -> Flags:
    """Set one or two units against the others, as ``few_treated_curve`` does each."""
    arms = surveys.design.regression.arms
    assert arms is not None
    few, people, noise = arms.treated, arms.n_before, arms.noise
    moved = surveys.changes[..., 0] / people
    if surveys.design.average == "units":
        moved = surveys.changes[..., 0]
    own, other = people[few] / people[few].sum(), people[~few] / people[~few].sum()
    residual = moved[:, ~few] - (moved[:, ~few] @ other)[:, None]
    spread, plain_spread = laws_of(residual**2, noise[~few])
    of_mean, plain = spread(noise[~few]) @ other**2, plain_spread(noise[~few])
    varies = plain * (1 - 2 * other) + (plain @ other**2)[:, None]
    standard = residual / np.sqrt(varies)
    part = own**2 * spread(noise[few])
    whole = part.sum(axis=1)
    apart = moved[:, few] @ own - moved[:, ~few] @ other
    seen = np.abs(apart) / np.sqrt(whole + of_mean) * np.sqrt(1 - TIE)
    share = np.sqrt(part / whole[:, None])
    count, n_drawn = np.ones(len(moved)), standard.shape[1] ** int(few.sum())
    for some in np.array_split(np.arange(len(moved)), len(moved) // 50 + 1):
        drawn = share[some, :1] * standard[some]
        for weight in share[some, 1:].T:
            more = weight[:, None] * standard[some]
            drawn = (drawn[..., None] + more[:, None]).reshape(len(some), -1)
        count[some] += (np.abs(drawn) >= seen[some, None]).sum(axis=1)
    return np.asarray(count <= ALPHA * (n_drawn + 1) * (1 + TIE))


def laws_of(squares: Array, noise: Array) -> tuple[Any, Any]:
    """Fit squares by least squares on noise, neither coefficient under 0.

    Returns the law that never falls below the average, and the one that may.
    """
    average = squares.mean(axis=1)
    base, slope = average, np.zeros_like(average)
    if np.ptp(noise) > 1e-12 * noise.max():
        steep = squares @ (noise - noise.mean()) / (noise.var() * len(noise))
        slope = np.maximum(steep, 0.0)
        base = average - slope * noise.mean()
        slope = np.where(base < 0, squares @ noise / (noise @ noise), slope)
        base = np.maximum(base, 0.0)

    def plain(at: Array) -> Array:
        return np.asarray(base[:, None] + slope[:, None] * at)

    return lambda at: np.maximum(plain(at), average[:, None]), plain


def check(question: Question, surveys: Surveys, found: Flags, decision: int) -> int:
    """Answer one survey of this decision as people do; return how many."""
    design = surveys.design
    chosen = np.flatnonzero(found == bool(decision))[:1]
    for i in chosen:
        said = question.answer(surveys.before[i], surveys.after[i])
        named = said.method == design.named(design.method)
        if not named or bool(said.p_value <= ALPHA) != found[i]:
            message = f"{said.method.key}, p = {said.p_value}: not as in the table"
            raise RuntimeError(message)
    return len(chosen)


def questions(sizes: Array) -> Iterator[tuple[str, Question, Design | None]]:
    """Return every question to a layout, and its design unless it is refused."""
    for name, arm in arms_of(sizes).items():
        whose: tuple[Average, ...] = ("people", "units")
        for average in whose:
            question = Question(sizes, arm, average)
            try:
                design = question.design()
            except TooFewAnswers:
                design = None
            yield name + ", units" * (average == "units"), question, design


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, and whether it keeps the rule."""

    text: str
    kept: bool
    due: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """Both tables of one layout, and how many surveys were checked."""

    alarms: list[Row]
    power: list[Row]
    checked: int


def limit(share: float, draws: int, side: int) -> float:
    """Return a share with two Monte Carlo standard errors allowed."""
    return share + side * 2 * float(np.sqrt(share * (1 - share) / draws))


def tell_layout(draws: int, layout: tuple[int, str]) -> Told:
    """Answer every question to one layout, still and moved."""
    groups, kind = layout
    sizes = sizes_of(kind, groups)
    everyone = np.ones(groups, dtype=bool)
    due = DUE.get(groups, USUALLY_DUE)
    arms = [arms_of(sizes)[name] for name in due]
    moved: list[Case] = [(POWER_ICC, everyone if a is None else a) for a in arms]
    cases: list[Case] = [(icc, None) for icc in (*ICCS, POWER_ICC)]
    sums = draw(sizes, [*cases, *moved], draws)
    asked = list(questions(sizes))
    turn, checked, alarms = GROUPS.index(groups) + KINDS.index(kind), 0, []
    for icc, (before, after) in zip(ICCS, sums, strict=False):
        cells, kept = [], True
        for i, (name, question, design) in enumerate(asked):
            if design is None:
                cells.append(f"{name} refused")
                continue
            surveys = Surveys(design=design, before=before, after=after)
            found = rejected(surveys, design.method)
            said = judged(float(found.mean()), draws, design.method)
            kept &= said == ""
            cells.append(f"{name} {design.method} {found.mean():.3f}{said}")
            if icc == ICCS[0]:
                checked += check(question, surveys, found, (turn + i // 2) % 2)
        text = f"{groups:3d} {kind:7s} ICC {icc:.2f}  {'; '.join(cells)}"
        alarms.append(Row(text, kept))
    power = []
    still, after_all = [sums[i] for i in (2, 0, 1)], sums[len(cases) :]
    for name, arm, now in zip(due, arms, after_all, strict=True):
        design = Question(sizes, arm).design()
        each = [Surveys(design=design, before=b, after=a) for b, a in (*still, now)]
        text, kept = compare_methods(each[:-1], each[-1], draws)
        text = f"{groups:3d} {kind:7s} {name:9s} {text}"
        power.append(Row(text, kept, (groups, kind, name) not in GIVEN_AWAY))
    return Told(alarms, power, checked)


def judged(wrong: float, draws: int, method: Method) -> str:
    """Return what is wrong with a share of wrong alarms, if anything."""
    if wrong > limit(MOST, draws, 1):
        return " FAILS"
    if wrong < limit(LEAST, draws, -1) and method not in CAUTIOUS:
        return " TOO CAUTIOUS"
    return ""


def compare_methods(
    still: Sequence[Surveys], moved: Surveys, draws: int
) -> tuple[str, bool]:
    """Return how often each method that always keeps its word finds the change."""
    design, found, most = moved.design, {}, limit(MOST, draws, 1)
    for method in design.methods:
        if all(rejected(one, method).mean() <= most for one in still):
            found[method] = float(rejected(moved, method).mean())
    best = max(found, key=lambda method: found[method])
    own = found.get(design.method, 0.0)
    kept = own >= ENOUGH * found[best]
    every = ", ".join(f"{m} {p:.3f}" for m, p in found.items())
    said = f"{design.method} {own:.3f}; best {best} {found[best]:.3f}"
    return f"{said}{'' if kept else ' UNDER 0.9'}; {every}", kept


def main(draws: int = DRAWS) -> None:
    """Print both tables and whether the rule keeps its word."""
    start = time.perf_counter()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    layouts = [(groups, kind) for groups in GROUPS for kind in KINDS]
    told = []
    print(
        f"wrong alarms at 5 %, by the method chosen, {draws} draws, "
        f"Monte Carlo s.e. {np.sqrt(ALPHA * (1 - ALPHA) / draws):.4f}, "
        f"at most {limit(MOST, draws, 1):.4f}"
    )
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for one in pool.map(partial(tell_layout, draws), layouts):
            told.append(one)
            for row in one.alarms:
                print(row.text, flush=True)
    print(
        f"half a standard deviation found, ICC {POWER_ICC:.2f}, Monte Carlo s.e. at "
        f"most {0.5 / np.sqrt(draws):.4f}: method chosen, best that keeps its word, all"
    )
    for one in told:
        for row in one.power:
            print(row.text)
    print(
        f"{sum(one.checked for one in told)} surveys answered one by one: "
        "the same method, the same decision"
    )
    judge(told)
    print(f"{time.perf_counter() - start:.0f} s")


def judge(told: Sequence[Told]) -> None:
    """Print how many rows keep the rule."""
    alarms = [row.kept for one in told for row in one.alarms]
    power = [row for one in told for row in one.power]
    equal = [row.kept for row in power if " equal " in row.text]
    other = [row.kept for row in power if " equal " not in row.text]
    due = [row.kept for row in power if row.due]
    print(f"wrong alarms: {sum(alarms)} of {len(alarms)} rows keep the rule")
    print(f"found, equal units: {sum(equal)} of {len(equal)} rows keep the rule")
    print(f"found, uneven and extreme units: {sum(other)} of {len(other)} rows keep it")
    print(f"given away to caution: {len(power) - len(due)} rows, none of them due")
    print(f"rule: {'passes' if all([*alarms, *due]) else 'FAILS'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS)
