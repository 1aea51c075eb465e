"""A codebook as a TOML file that people edit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tillit_eval.codebook.model import Codebook, Item, Scale, check_codebook
from tillit_eval.codebook.parts import Answers
from tillit_eval.errors import FileProblem
from tillit_eval.files import replace_text
from tillit_eval.files.harmless import for_markdown
from tillit_eval.files.paths import as_path
from tillit_eval.phrases import Label, Language, Phrase, say

Notes = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """What a person must decide before a drafted codebook is a codebook.

    Attributes
    ----------
    about : str
        Key of an item or a scale, ``columns``, or ``title`` for the whole.
    ask : Phrase
        The question, in both languages.
    """

    about: str
    ask: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A drafted codebook and what a person must decide about it.

    Attributes
    ----------
    codebook : Codebook
        It can be used at once, as far as the guesses are right.
    questions : tuple of Question
        In the order of the file.
    """

    codebook: Codebook
    questions: tuple[Question, ...]

    def to_toml(self, lang: Language | None = None) -> str:
        """Return the text of the codebook file, with the questions as comments."""
        notes: dict[str, list[str]] = {"title": [say("codebook.head", lang)]}
        for question in self.questions:
            line = f"{say('codebook.decide', lang)} {question.ask.say(lang)}"
            notes.setdefault(question.about, []).append(line)
        return to_toml(self.codebook, notes)

    def write(
        self,
        path: str | Path,
        *,
        overwrite: bool = False,
        lang: Language | None = None,
    ) -> None:
        """Write the codebook file, whole or not at all.

        Parameters
        ----------
        path : str or Path
            Where to.
        overwrite : bool, default False
            Whether a file that is there may be replaced.
        lang : {"en", "sv"}, optional
            Language of the questions; the current one by default.

        Raises
        ------
        FileProblem
            If there is a file by that name, or it cannot be written.
        """
        write_text(self.to_toml(lang), path, overwrite=overwrite)

    def sentence(self, lang: Language | None = None) -> str:
        """Say what was drafted, and each question on a line of its own."""
        book = self.codebook
        first = say(
            "codebook.drafted",
            lang,
            items=len(book.items),
            scales=len(book.scales),
            questions=len(self.questions),
        )
        lines = (f"- {q.about}: {q.ask.say(lang)}" for q in self.questions)
        return "\n".join([first, "", *lines])

    def __str__(self) -> str:
        return self.sentence()

    def _repr_markdown_(self) -> str:
        return for_markdown(self.sentence())


def write_codebook(
    codebook: Codebook | Draft, path: str | Path, *, overwrite: bool = False
) -> None:
    """Write a codebook as a TOML file that `read_codebook` reads back unchanged.

    Parameters
    ----------
    codebook : Codebook or Draft
        What to write. Items of shipped instruments are written out; the questions
        of a draft become comments.
    path : str or Path
        Where to; the file appears whole or not at all.
    overwrite : bool, default False
        Whether a file that is there may be replaced.

    Raises
    ------
    FileProblem
        If there is a file by that name, or it cannot be written.

    See Also
    --------
    draft_codebook : Writes questions for a person into the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tillit_eval.codebook import read_codebook
    >>> codebook = Codebook(title="One item",
    ...     items=(Item(key="t1", label=Label("Trust", "Tillit"), codes=(1, 2)),))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_codebook(codebook, Path(folder, "codebook.toml"))
    ...     read_codebook(Path(folder, "codebook.toml")) == codebook
    True
    """
    if isinstance(codebook, Draft):
        text = codebook.to_toml()
    else:
        text = to_toml(check_codebook(codebook))
    write_text(text, path, overwrite=overwrite)


def write_text(text: str, path: str | Path, *, overwrite: bool) -> None:
    """Write a text file in UTF-8, whole or not at all."""
    path = as_path(path)
    if path.exists() and not overwrite:
        raise FileProblem(
            "There is a file by that name already.",
            expected="a name that is free",
            found="a file that would be lost",
            to_fix="give another name, or overwrite=True if it may be replaced",
        )
    replace_text(path, text, make_folders=False)


def to_toml(codebook: Codebook, notes: Notes | None = None) -> str:
    """Return the text of a codebook file, with comment lines where there are notes.

    `notes` has the key of an item or a scale, ``columns``, or ``title`` for the
    lines that stand at the top.
    """
    notes = notes or {}
    sets = _name_sets(codebook)
    blocks = [
        [*_comments(notes, "title"), f"title = {quote(codebook.title)}"],
        _columns(codebook, notes),
        *(_wave(key, label) for key, label in codebook.waves),
        *(list(_answers(found, name)) for found, name in sets.items()),
        *(list(_item(item, sets, notes)) for item in codebook.items),
        *(list(_scale(scale, notes)) for scale in codebook.scales),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def quote(text: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _bare(key: str) -> str:
    return key if key.isascii() and key.isidentifier() else quote(key)


def _comments(notes: Notes, key: str) -> list[str]:
    return [f"# {line}" for note in notes.get(key, ()) for line in note.splitlines()]


def _label(label: Label) -> str:
    if label.en == label.sv:
        return quote(label.en)
    return f"{{ en = {quote(label.en)}, sv = {quote(label.sv)} }}"


def _names(names: Sequence[str]) -> str:
    return f"[{', '.join(map(quote, names))}]"


def _codes(codes: Sequence[int]) -> str:
    if len(codes) > 2 and codes[-1] - codes[0] == len(codes) - 1:
        return f'"{codes[0]}-{codes[-1]}"'
    return f"[{', '.join(map(str, codes))}]"


def _columns(codebook: Codebook, notes: Notes) -> list[str]:
    lines = _comments(notes, "columns")
    if not codebook.columns:
        return lines
    named = [f"{_bare(key)} = {_names(names)}" for key, names in codebook.columns]
    return [*lines, "[columns]", *named]


def _wave(key: str, label: Label) -> list[str]:
    return ["[[wave]]", f"key = {quote(key)}", f"label = {_label(label)}"]


def _name_sets(codebook: Codebook) -> dict[Answers, str]:
    """Name each different set of answers once, in the order of the items."""
    sets: dict[Answers, str] = {}
    for item in codebook.items:
        sets.setdefault(_set_of(item), f"set_{len(sets) + 1}")
    return sets


def _set_of(item: Item) -> Answers:
    return Answers(item.codes, item.answers, item.positive)


def _answers(found: Answers, name: str) -> Iterator[str]:
    yield f"[answers.{name}]"
    yield f"codes = {_codes(found.codes)}"
    if found.positive:
        yield f"positive = {_codes(found.positive)}"
    if found.labels:
        yield f"[answers.{name}.labels]"
        yield from (f"{quote(label)} = {code}" for label, code in found.labels)


def _item(item: Item, sets: Mapping[Answers, str], notes: Notes) -> Iterator[str]:
    yield from _comments(notes, item.key)
    yield "[[item]]"
    yield f"key = {quote(item.key)}"
    yield f"label = {_label(item.label)}"
    yield f"answers = {quote(sets[_set_of(item)])}"
    if item.missing:
        listed = ", ".join(f"{code} = {quote(why)}" for code, why in item.missing)
        yield f"missing = {{ {listed} }}"
    if item.reversed:
        yield "reversed = true"
    if item.aliases:
        yield f"aliases = {_aliases(item)}"
    if item.text is not None:
        yield f"text = {_label(item.text)}"
    if item.licence != "keys_only":
        yield f"licence = {quote(item.licence)}"
    if item.kpi:
        yield f"kpi = {quote(item.kpi)}"
    if not item.validated:
        yield "validated = false"


def _aliases(item: Item) -> str:
    waves: dict[str, list[str]] = {}
    for wave, name in item.aliases:
        waves.setdefault(wave, []).append(name)
    if list(waves) == ["*"]:
        return _names(waves["*"])
    named = (f"{quote(wave)} = {_names(names)}" for wave, names in waves.items())
    return f"{{ {', '.join(named)} }}"


def _scale(scale: Scale, notes: Notes) -> Iterator[str]:
    yield from _comments(notes, scale.key)
    yield "[[scale]]"
    yield f"key = {quote(scale.key)}"
    yield f"label = {_label(scale.label)}"
    yield f"items = {_names(scale.items)}"
    yield f"min_answered = {scale.min_answered}"
    yield f"scoring = {quote(scale.scoring)}"
    if scale.official:
        yield "official = true"
    yield f"desired = {quote(scale.desired)}"
    if scale.source:
        yield f"source = {quote(scale.source)}"
