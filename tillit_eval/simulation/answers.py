"""A survey as it would come back from a site whose truth is stated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tillit_eval.codebook.model import check_codebook
from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.simulation.kernels import Floats, Round, answer_items, draw_rounds
from tillit_eval.simulation.model import Simulated, TrueScale, Truth
from tillit_eval.simulation.seeds import Rng, generator

if TYPE_CHECKING:
    from tillit_eval.codebook import Codebook


def simulate_responses(
    truth: Truth, codebook: Codebook, *, rng: Rng = None
) -> pd.DataFrame:
    r"""Which answers would come back from a site where this is true?

    People belong to units, answer or not, leave, join, move, skip questions and
    forget their codes, as `truth` says. Answers come from latent traits through
    thresholds, so that a scale has a ceiling as real ones have.

    Parameters
    ----------
    truth : Truth
        What is true, from `read_truth`, `draft_truth` or written by hand.
    codebook : Codebook
        The questions; every true scale must be one of its scales.
    rng : int, Generator or None
        Chance; `seed_of(site)` gives the seed that belongs to a name.

    Returns
    -------
    DataFrame, shape (n_answers, 7 + n_items)
        A table ``responses``: ``site, wave, respondent, unit, role, arm``, the
        items, and ``source``, which is ``synthetic``. A person without a code,
        or a survey without codes, has no ``respondent``.

    Raises
    ------
    DataProblem
        If the codebook lacks a scale, two true scales share an item, or the
        shares do not fit the number of codes.

    See Also
    --------
    simulate_study : The same with invitations, units, waves and true persons.
    expected_change : What a comparison of such answers is an estimate of.

    Notes
    -----
    With unit part :math:`u`, shock :math:`v`, person :math:`p` and moment
    :math:`m`, all standard normal, the trait of a person in a wave is
    :math:`\theta = \sqrt{\rho}\,u + \sqrt{\kappa}\,v + \sqrt{1-\rho-\kappa}\,
    (\sqrt{s}\,p + \sqrt{1-s}\,m) + \delta`, with :math:`\rho` the ICC,
    :math:`\kappa` the shock, :math:`s` the stability and :math:`\delta` the
    shifts. An answer is the number of thresholds under :math:`\lambda\theta +
    \sqrt{1-\lambda^2}\,e`: the graded response model with normal ogives
    (Samejima, 1969), with thresholds from the stated shares.

    Examples
    --------
    >>> from tillit_eval.codebook import Codebook, Item, Scale
    >>> from tillit_eval.phrases import Label
    >>> label = Label("Trust", "Tillit")
    >>> book = Codebook(title="Small", items=(
    ...     Item(key="t1", label=label, codes=(1, 2, 3)),
    ...     Item(key="t2", label=label, codes=(1, 2, 3))),
    ...     scales=(Scale(key="trust", label=label, items=("t1", "t2"),
    ...     min_answered=1),))
    >>> from tillit_eval.simulation import draft_truth
    >>> answers = simulate_responses(draft_truth(book, n_units=4), book, rng=1)
    >>> sorted(answers["t1"].dropna().unique().tolist())
    [1.0, 2.0, 3.0]
    """
    return simulate_study(truth, codebook, rng=rng).responses


def simulate_study(truth: Truth, codebook: Codebook, *, rng: Rng = None) -> Simulated:
    """Which tables would a whole survey leave behind, if this were true?

    Parameters
    ----------
    truth : Truth
        What is true.
    codebook : Codebook
        The questions.
    rng : int, Generator or None
        Chance.

    Returns
    -------
    Simulated
        ``responses``, ``invited``, ``units``, ``waves`` and the true persons.

    Raises
    ------
    DataProblem
        As `simulate_responses`.

    See Also
    --------
    simulate_responses : Only the answers.

    Examples
    --------
    >>> from tillit_eval.codebook import Codebook, Item, Scale
    >>> from tillit_eval.phrases import Label
    >>> label = Label("Trust", "Tillit")
    >>> book = Codebook(title="Small",
    ...     items=(Item(key="t1", label=label, codes=(1, 2, 3)),),
    ...     scales=(Scale(key="trust", label=label, items=("t1",), min_answered=1),))
    >>> from tillit_eval.simulation import draft_truth
    >>> simulated = simulate_study(draft_truth(book, n_units=4, people=20), book, rng=1)
    >>> simulated.invited["n_invited"].tolist()
    [20, 20, 20, 20, 20, 20, 20, 20]
    """
    chance = generator(rng)
    plans = plan_items(truth, codebook)
    tables, persons, invited = [], [], []
    for drawn in draw_rounds(truth, copies=1, rng=chance):
        tables.append(_table(truth, codebook, drawn, plans, chance))
        persons.append(_true_persons(drawn))
        invited.append(_invited(truth, drawn))
    return Simulated(
        responses=pd.concat(tables, ignore_index=True),
        invited=pd.concat(invited, ignore_index=True),
        units=_units(truth),
        waves=_waves(truth),
        persons=pd.concat(persons, ignore_index=True),
    )


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """How one true scale becomes columns of answers."""

    position: int
    scale: TrueScale
    items: tuple[str, ...]
    codes: list[tuple[int, ...]]
    backwards: list[bool]


def plan_items(truth: Truth, codebook: Codebook) -> list[ItemPlan]:
    """Match true scales with the codebook; collect what does not fit first."""
    check_codebook(codebook)
    if not isinstance(truth, Truth):
        raise DataProblem(
            "This is not a truth to simulate from.",
            expected="what draft_truth or read_truth gives",
            found=kind_of(truth),
            to_fix="draft one first: truth = te.simulation.draft_truth(codebook)",
        )
    wrong: list[str] = []
    plans: list[ItemPlan] = []
    known = {scale.key: scale for scale in codebook.scales}
    taken: set[str] = set()
    for position, true in enumerate(truth.scales):
        if true.scale not in known:
            wrong.append(f"no scale '{true.scale}'")
            continue
        items = [codebook.item(key) for key in known[true.scale].items]
        wrong += [f"item '{i.key}' in two true scales" for i in items if i.key in taken]
        wrong += [
            f"item '{i.key}' has {len(i.codes)} codes, '{true.scale}' "
            f"{len(true.shares)} shares"
            for i in items
            if len(i.codes) != len(true.shares)
        ]
        taken |= {item.key for item in items}
        plans.append(
            ItemPlan(
                position,
                true,
                tuple(item.key for item in items),
                [item.codes for item in items],
                [item.reversed for item in items],
            )
        )
    if wrong:
        raise DataProblem(
            "The stated truth does not fit the codebook.",
            expected="scales of the codebook, each item in one true scale, "
            "one share per code",
            found=f"{len(wrong)} problem(s): {'; '.join(wrong[:8])}",
            to_fix="mend the entries named in the truth or in the codebook",
        )
    return plans


def answer_round(
    truth: Truth,
    drawn: Round,
    plans: list[ItemPlan],
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """Answers of one wave by item, with skipped questions as NaN."""
    box = np.where(
        drawn.people.careless, rng.random(len(drawn.people.unit)), np.float64(np.nan)
    )
    answered: dict[str, Floats] = {}
    for plan in plans:
        answers = answer_items(
            drawn.traits[:, plan.position],
            plan.scale,
            codes=plan.codes,
            backwards=plan.backwards,
            box=box,
            rng=rng,
        )
        answers[rng.random(answers.shape) < truth.item_missing] = np.nan
        answered |= dict(zip(plan.items, answers.T, strict=True))
    return answered


def _table(
    truth: Truth,
    codebook: Codebook,
    drawn: Round,
    plans: list[ItemPlan],
    rng: np.random.Generator,
) -> pd.DataFrame:
    answered = answer_round(truth, drawn, plans, rng)
    empty = np.full(len(drawn.people.unit), np.nan)
    names = [unit.unit for unit in truth.units]
    arms = [unit.arm for unit in truth.units]
    roles = [role for role, _ in truth.roles]
    keys: dict[str, object] = {
        "site": truth.site,
        "wave": truth.waves[drawn.wave].wave,
        "respondent": _codes(drawn),
        "unit": np.array(names, dtype=object)[drawn.people.unit],
        "role": np.array(roles, dtype=object)[drawn.people.role],
        "arm": np.array(arms, dtype=object)[drawn.people.unit],
    }
    items = {item.key: answered.get(item.key, empty) for item in codebook.items}
    return pd.DataFrame(keys | items | {"source": "synthetic"})


def _codes(drawn: Round) -> pd.Series:
    """Return the code each person gave, as text; none where none was given."""
    n, length = drawn.given.shape
    if length == 0:
        return pd.Series([None] * n, dtype="object")
    letters = np.ascontiguousarray(drawn.given + ord("a")).view(f"S{length}")
    text = pd.Series(letters.ravel().astype(str), dtype="object")
    return text.where(drawn.coded, None)


def _true_persons(drawn: Round) -> pd.DataFrame:
    return pd.DataFrame({"person": drawn.people.person, "trust": drawn.people.trust})


def _invited(truth: Truth, drawn: Round) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site": truth.site,
            "wave": truth.waves[drawn.wave].wave,
            "unit": [unit.unit for unit in truth.units],
            "n_invited": drawn.n_invited[0],
            "source": "synthetic",
        }
    )


def _units(truth: Truth) -> pd.DataFrame:
    names = ("unit", "parent", "level", "arm", "start", "assigned")
    rows = [{name: getattr(unit, name) for name in names} for unit in truth.units]
    return pd.DataFrame(rows).assign(source="synthetic")


def _waves(truth: Truth) -> pd.DataFrame:
    rows = [
        {"wave": w.wave, "from": w.opened, "to": w.closed, "instrument": w.instrument}
        for w in truth.waves
    ]
    return pd.DataFrame(rows).assign(source="synthetic")
