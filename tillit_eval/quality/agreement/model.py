"""What raters have in common, as a finding with its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tillit_eval.findings import Estimate, Interval
from tillit_eval.floors import K_CELL, shows_sides
from tillit_eval.phrases import Label, Language, number, percent, say
from tillit_eval.thresholds import threshold

_STEPS_OF_SHARES = (0.01, 0.02, 0.05, 0.10, 0.20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Estimate):
    """How far raters say the same of the same things.

    Attributes
    ----------
    estimate : float
        The coefficient; at most 1, about 0 where chance alone would do as well.
    interval, standard_error, df : Interval, float or None, float or None
        For `estimate`; how, is told in `method` and `because`.
    coefficient : str
        As it was asked for, for example ``"weighted kappa"``.
    detail : str
        Weights of kappa or metric of Krippendorff's alpha; empty for the others.
    n_targets, n_people : int
        Targets behind the estimate. What is rated may be a person, so the floor
        holds for targets.
    n_units : int
        Again the targets: they are what is taken as independent.
    n_cells : int
        Rated points: criteria of targets. As many as targets if there is one each.
    n_raters : int
        People who rated.
    k : float
        Raters of a point: all of them, or on average where they differ.
    roles : tuple of str
        The roles compared; empty where raters are people.
    first, second : str
        The roles, if they are two.
    bias : float or None
        Mean of `first` less `second`, in steps of the scale. Positive: `first`
        rates higher.
    bias_interval : Interval or None
        For `bias`, by leaving out each target in turn.
    limits : Interval or None
        Limits of agreement: where that share of the differences lies.
    low_limit_interval, high_limit_interval : Interval or None
        How sure each limit is.
    same, by_chance, within_one : float or None
        Share of the pairs on the same step, the share chance alone would bring,
        and the share at most one step apart. None for means of several raters,
        and `within_one` where steps are no whole numbers.
    n_same, n_pairs : float
        Pairs behind the shares.
    first_name, second_name : Label or None
        The roles' names in both languages.
    """

    question: ClassVar[str] = "agreement"
    counts_people: ClassVar[bool] = False

    unit_of_measure: str = "coefficient"
    coefficient: str
    detail: str = ""
    n_targets: int
    n_cells: int
    n_raters: int
    k: float
    roles: tuple[str, ...] = ()
    first: str = ""
    second: str = ""
    bias: float | None = None
    bias_interval: Interval | None = None
    limits: Interval | None = None
    low_limit_interval: Interval | None = None
    high_limit_interval: Interval | None = None
    same: float | None = None
    by_chance: float | None = None
    within_one: float | None = None
    n_same: float = 0.0
    n_pairs: float = 0.0
    first_name: Label | None = None
    second_name: Label | None = None

    @property
    def digits(self) -> int:
        """Two decimals, as coefficients are read."""
        return 2

    def coefficient_in_words(self, lang: Language | None = None) -> str:
        """Return the coefficient's full name, for example with its weights."""
        name = key_of(self.coefficient)
        detail = say(f"agreement.detail_{self.detail}", lang) if self.detail else ""
        return say(f"agreement.coefficient_{name}", lang, detail=detail)

    def guide(self, lang: Language | None = None) -> str:
        """Say in a published guide's words how high it is, at both of its ends."""
        ends = self.interval or Interval(self.estimate, self.estimate)
        low, high = (_word(self.coefficient, end) for end in (ends.low, ends.high))
        source = self.guide_source(lang)
        words = [say(f"agreement.word_{word}", lang) for word in (low, high)]
        if low == high:
            return say("agreement.guide_one", lang, source=source, word=words[0])
        return say("agreement.guide", lang, source=source, low=words[0], high=words[1])

    def guide_source(self, lang: Language | None = None) -> str:
        """Return who wrote the guide."""
        return say(f"agreement.source_{_guide(self.coefficient)}", lang)

    def guide_steps(self) -> tuple[float, ...]:
        """Return where the guide's words begin, above zero."""
        return tuple(end for _, end in _steps(self.coefficient)[0] if end > 0)

    @property
    def tells_shares(self) -> bool:
        """Whether enough pairs lie on both sides of the share that is the same."""
        return self.same is not None and self._has_sides(self.n_same)

    def _has_sides(self, pairs: float) -> bool:
        sides = shows_sides(round(pairs), round(self.n_pairs))
        return sides or self.source == "published"

    def share(self, value: float) -> float:
        """Round a share so coarsely that no step of it is fewer than 5 pairs.

        A finer one, set beside a table of the same pairs, would tell the counts
        that are hidden there.
        """
        if self.source == "published":
            return value
        least = K_CELL / max(self.n_pairs, 1.0)
        step = next((s for s in _STEPS_OF_SHARES if s >= least), 0.25)
        return round(value / step) * step

    def role_name(self, first: bool, lang: Language | None = None) -> str:
        """Return the name of one of the two roles; the first begins a sentence."""
        label, key = (
            (self.first_name, self.first) if first else (self.second_name, self.second)
        )
        name = label.say(lang) if label else key
        return name[:1].upper() + name[1:] if first else name

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        row = Estimate._row(self, guarded=guarded, lang=lang)
        if guarded:
            row |= {"n_same": None, "n_pairs": None}
            for name in ("same", "by_chance", "within_one"):
                value = getattr(self, name)
                tells = self.is_shown and self.tells_shares and value is not None
                if name == "within_one":
                    tells = tells and self._has_sides(value * self.n_pairs)
                row[name] = round(self.share(value), 2) if tells else None
        return row

    def _claim(self, lang: Language) -> str:
        says = [self._coefficient_claim(lang), self._share_claim(lang)]
        says += [self._bias_claim(lang), self.guide(lang)]
        return " ".join(text for text in says if text)

    def _coefficient_claim(self, lang: Language) -> str:
        several = self.n_cells > self.n_targets
        claim = say(
            "agreement.claim_points" if several else "agreement.claim",
            lang,
            name=self.name(lang),
            coefficient=self.coefficient_in_words(lang),
            estimate=number(self.estimate, 2, lang),
            interval=self.interval_in_words(lang),
            points=self.count(self.n_cells, lang),
            targets=self.count(self.n_targets, lang),
            raters=self.count(self.n_raters, lang),
        )
        few = threshold("few_points")
        formula = self.method is not None and self.method.key.endswith("icc_formula")
        if self.n_cells < few and not formula:
            claim += " " + say("agreement.few_told", lang, n=int(few))
        if self.coefficient.startswith("icc"):
            k = number(self.k, 0 if float(self.k).is_integer() else 1, lang)
            name = key_of(self.coefficient)
            who = say(f"agreement.who_{'roles' if self.roles else 'people'}", lang)
            claim += " " + say(f"agreement.meaning_{name}", lang, k=k, who=who)
        return claim

    def _share_claim(self, lang: Language) -> str:
        if self.same is None or self.by_chance is None:
            return ""
        if not self.tells_shares:
            return say("agreement.same_hidden", lang, n=K_CELL)
        claim = say(
            "agreement.same",
            lang,
            same=percent(self.share(self.same), 0, lang),
            chance=percent(self.share(self.by_chance), 0, lang),
        )
        near = self.within_one
        if near is not None and self._has_sides(near * self.n_pairs):
            within = percent(self.share(near), 0, lang)
            claim += " " + say("agreement.within_one", lang, within=within)
        if self.by_chance > threshold("prevalence"):
            claim += " " + say("agreement.prevalence", lang)
        return claim

    def _bias_claim(self, lang: Language) -> str:
        if self.bias is None or self.bias_interval is None or self.limits is None:
            return ""
        return say(
            "agreement.bias",
            lang,
            first=self.role_name(True, lang),
            second=self.role_name(False, lang),
            bias=number(self.bias, 2, lang, sign=True),
            interval=self.bias_interval.say(lang),
            share=percent(self.limits.level, 0, lang),
            low=number(self.limits.low, 1, lang),
            high=number(self.limits.high, 1, lang),
        )


def key_of(coefficient: str) -> str:
    """Return a coefficient's name as it stands in the keys of phrases."""
    flat = coefficient.replace("(", "_").replace(",", "_").replace(")", "")
    return flat.replace(" ", "_")


def name_of_roles(first: str | Label, second: str | Label) -> Label:
    """Return the name of an agreement between two roles, in both languages."""
    en, sv = (
        " – ".join(r.say(lang) if isinstance(r, Label) else r for r in (first, second))
        for lang in ("en", "sv")
    )
    return Label(en[:1].upper() + en[1:], sv[:1].upper() + sv[1:])


def _guide(coefficient: str) -> str:
    if coefficient.startswith("icc"):
        return "koo_li"
    return "krippendorff" if coefficient == "krippendorff" else "landis_koch"


def _steps(coefficient: str) -> tuple[tuple[tuple[str, float], ...], str]:
    """Return the guide's words with where each ends, and its last word."""
    guide = _guide(coefficient)
    if guide == "koo_li":
        return (
            ("poor", threshold("icc_moderate")),
            ("moderate", threshold("icc_good")),
            ("good", threshold("icc_excellent")),
        ), "excellent"
    if guide == "krippendorff":
        return (
            ("unreliable", threshold("alpha_tentative")),
            ("tentative", threshold("alpha_reliable")),
        ), "reliable"
    return (
        ("none", 0.0),
        ("slight", threshold("kappa_fair")),
        ("fair", threshold("kappa_moderate")),
        ("moderate", threshold("kappa_substantial")),
        ("substantial", threshold("kappa_almost_perfect")),
    ), "almost_perfect"


def _word(coefficient: str, value: float) -> str:
    """Return the guide's word for a value of the coefficient."""
    steps, last = _steps(coefficient)
    return next((word for word, end in steps if value < end), last)
