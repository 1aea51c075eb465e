"""What a run of all chapters came to, on one screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tillit_eval.chapter.telling import Told
from tillit_eval.phrases import Language, number, say

if TYPE_CHECKING:
    from tillit_eval.chapter import Difference, Places, Reproduction

SHOWN = 12


def summarise(
    chapters: Sequence[Reproduction],
    places: Places,
    *,
    seconds: float,
    write: bool = False,
    lang: Language | None = None,
) -> str:
    """Say on one screen what was reproduced and where it lies.

    Parameters
    ----------
    chapters : sequence of Reproduction
        From `reproduce_chapters`.
    places : Places
        Where pages and figures went.
    seconds : float
        How long it took.
    write : bool, default False
        Whether the outputs were kept rather than compared.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    str
        A line per chapter, the first differences, the sum, and the places.

    Examples
    --------
    >>> from tillit_eval.chapter import Places
    >>> print(summarise([], Places(), seconds=1.0, lang="en").splitlines()[0])
    reproduced: 0 of 0 figures, 0 of 0 numbers, 0 of 0 texts (chapters: 0, 1 s)
    """
    wide = max((len(chapter.name) for chapter in chapters), default=0)
    lines = [_line(chapter, wide, lang) for chapter in chapters]
    away = [f"{c.name}, {place}" for c in chapters for place in c.told.gives_away]
    listed = [say("cli.gives_away", lang, place=place) for place in away]
    listed += [text for chapter in chapters for text in _told(chapter, lang)]
    lines += ["", *listed[:SHOWN]] if listed else []
    if len(listed) > SHOWN:
        lines.append(say("cli.more", lang, n=len(listed) - SHOWN))
    head = "cli.written" if write else "cli.reproduced"
    took = number(seconds, 0, lang)
    total = say(head, lang, n=len(chapters), seconds=took, **_sums(chapters))
    told = sum((chapter.told for chapter in chapters), Told())
    checked = say(
        "cli.disclosure",
        lang,
        checked=told.n_checked,
        unplaced=told.n_unplaced,
        hidden=told.n_hidden,
        away=len(told.gives_away),
    )
    pages, figures = places.pages / "index.html", places.figures
    where = [
        say("cli.pages", lang, path=pages.as_posix()),
        say("cli.figures", lang, path=figures.as_posix()),
        say(
            "cli.ledger",
            lang,
            path=places.ledger.as_posix(),
            hashes=places.manifest.as_posix(),
        ),
    ]
    return "\n".join([*lines, *([""] if lines else []), total, checked, *where])


def _line(chapter: Reproduction, wide: int, lang: Language | None) -> str:
    how = "same" if chapter.same else "stopped" if chapter.stopped else "differs"
    counts = say("cli.counts", lang, **_sums([chapter]))
    return f"{chapter.name:{wide}}  {say(f'cli.{how}', lang):12}  {counts}"


def _sums(chapters: Iterable[Reproduction]) -> dict[str, int]:
    """Add up what was compared and what was the same."""
    names = ("n_figures", "n_numbers", "n_texts")
    fields = (*names, *(f"{name}_same" for name in names))
    every = list(chapters)
    return {name: sum(getattr(c, name) for c in every) for name in fields}


def _told(chapter: Reproduction, lang: Language | None) -> list[str]:
    """Say what differs in one chapter; numbers are told, words are not."""
    if chapter.stopped:
        return [f"{chapter.name}: {chapter.stopped}"]
    return [
        f"{chapter.name}, {_difference(difference, lang)}"
        for difference in chapter.differences
    ]


def _difference(difference: Difference, lang: Language | None) -> str:
    return say(
        f"cli.difference_{difference.kind}",
        lang,
        cell=difference.cell,
        committed=difference.committed,
        fresh=difference.fresh,
    )
