"""A study of one's own that runs before there are any answers."""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tillit_eval.chapter.notebooks import write_chapter
from tillit_eval.chapter.private import FOLDER
from tillit_eval.errors import DataProblem, FileProblem
from tillit_eval.files import replace_text
from tillit_eval.files.paths import as_path
from tillit_eval.files.writing import cannot_write
from tillit_eval.phrases import Language, language, say

INSTRUMENT = "vertical_trust"
N_UNITS, N_PEOPLE = 12, 30
MARGIN = 5.0
_WHO = "te.exports.explain_problems(site.problems)"
_ITEMS = f"""items = site.codebook.scale("{INSTRUMENT}").items
found = te.assess_items(site.responses, items)
te.tables.table_items(found.named(site.codebook.labels))"""
_ALPHA = f"""alpha = te.assess_alpha(site.responses, items, scale="{INSTRUMENT}")
alpha.named(site.codebook.labels["{INSTRUMENT}"])"""
_TABLE = "te.table_findings(findings)"
_NAME = re.compile(r"[^\W_][\w-]{0,39}")


def new_site(
    name: str, folder: str | Path = FOLDER, *, lang: Language | None = None
) -> Path:
    """Make a study, a codebook, simulated answers and a notebook that runs at once.

    Parameters
    ----------
    name : str
        Name of the place: letters, digits, hyphens; it becomes a folder.
    folder : str or Path, default "private"
        Where the new folder goes. One that is made now is kept out of git.
    lang : {"en", "sv"}, optional
        Language of the notebook's prose; the current one by default.

    Returns
    -------
    Path
        The notebook.

    Raises
    ------
    DataProblem
        If the name cannot be that of a folder.
    FileProblem
        If there is something by that name already, or nothing can be written.

    See Also
    --------
    run_chapter : Runs the notebook.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     new_site("north", folder).name
    'north.ipynb'
    """
    name = unicodedata.normalize("NFC", str(name))
    if not _NAME.fullmatch(name):
        raise DataProblem(
            "This cannot be the name of a site.",
            expected="letters, digits and hyphens, at most 40, no path",
            found=f"{len(name)} characters, not all of that kind",
            to_fix="choose a short name, such as north",
        )
    home = as_path(folder) / name
    if home.exists():
        raise FileProblem(
            "There is a site by that name already.",
            expected="a new name",
            found=f"a folder {name}",
            to_fix="choose another name; nothing was changed",
        )
    _make_folder(Path(folder))
    try:
        draft = Path(tempfile.mkdtemp(dir=folder, prefix="."))
    except OSError as error:
        raise cannot_write(home, error) from None
    try:
        _fill(draft, name, lang)
        draft.chmod(0o755)
        draft.replace(home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return home / f"{name}.ipynb"


def _make_folder(folder: Path) -> None:
    """Make the folder that is kept out of git, unless it is there."""
    if not folder.is_dir():
        replace_text(folder / ".gitignore", "*\n")


def _fill(home: Path, name: str, lang: Language | None) -> None:
    """Write the four files of a new site."""
    from tillit_eval.codebook import read_codebook
    from tillit_eval.report import write_csv
    from tillit_eval.simulation import draft_truth, seed_of, simulate_responses

    codebook = replace_text(home / "codebook.toml", _codebook(name, lang))
    replace_text(home / "study.toml", _study(name, lang))
    asked = read_codebook(codebook)
    truth = draft_truth(asked, site=name, n_units=N_UNITS, people=N_PEOPLE)
    answers = simulate_responses(truth, asked, rng=seed_of(name))
    # A study of one arm has no use for the column of arms.
    write_csv(answers.drop(columns="arm"), home / "responses.csv", lang="en")
    write_chapter(_notebook(name, lang), home / f"{name}.ipynb")


def _codebook(name: str, lang: Language | None) -> str:
    lines = [
        f"# {say('chapter.site_comment_codebook', lang)}",
        f'title = "{name}"',
        f'use = ["{INSTRUMENT}"]',
        "",
        "[columns]",
        'respondent = ["respondent"]',
        'unit = ["unit"]',
        'wave = ["wave"]',
    ]
    for wave in ("before", "after"):
        label = _label(f"chapter.site_wave_{wave}")
        key = say(f"chapter.site_wave_{wave}", lang)
        lines += ["", "[[wave]]", f'key = "{key}"', f"label = {label}"]
    return "\n".join(lines) + "\n"


def _label(key: str) -> str:
    return f'{{ en = "{say(key, "en")}", sv = "{say(key, "sv")}" }}'


def _study(name: str, lang: Language | None) -> str:
    said = {
        key: say(f"chapter.site_{key}", lang)
        for key in (
            *("comment_study", "comment_source", "comment_path", "comment_margin"),
            *("margin_source", "wave_before", "wave_after"),
        )
    }
    return f"""# {said["comment_study"]}
[study]
title = "{name}"
codebook = "codebook.toml"
k_min = 10

[[site]]
name = "{name}"
label = {{ en = "{name}", sv = "{name}" }}
# {said["comment_source"]}
source = "synthetic"

[site.survey.staff]
# {said["comment_path"]}
responses = "responses.csv"

[[site.question]]
id = "trust"
scale = "{INSTRUMENT}"
role = "primary"
design = "overlapping"
before = "{said["wave_before"]}"
after = "{said["wave_after"]}"
estimand = "workplace"
# {said["comment_margin"]}
margin = {MARGIN}
margin_source = "{said["margin_source"]}"
expect = "answer"
"""


def _notebook(name: str, lang: Language | None) -> Any:
    """Return the notebook; its code is the same in both languages."""
    cells = [
        _cell(say(f"chapter.site_{said}", lang, name=name), "markdown")
        for said in ("title", "who", "number", "changed", "figure", "says")
    ]
    title, who, number, changed, figure, says = cells
    first = f'study = te.read_study("study.toml")\nsite = study.site("{name}")'
    speak = 'te.use_language("sv")\n' if language(lang) == "sv" else ""
    ordered = [
        *(title, _cell(f"import tillit_eval as te\n\n{speak}{first}")),
        *(who, _cell(_WHO), number, _cell(_ITEMS), _cell(_ALPHA)),
        *(changed, _cell(f'findings = te.run_plan(study, "{name}")\n{_TABLE}')),
        *(figure, _cell("te.plot_changes(findings);", tag="fig-01-1"), says),
    ]
    for place, cell in enumerate(ordered, start=1):
        cell.id = f"cell-{place:02d}"
    from nbformat import v4

    make: Callable[..., Any] = v4.new_notebook
    return make(cells=ordered)


def _cell(source: str, kind: str = "code", *, tag: str = "") -> Any:
    """Return one cell of a notebook."""
    from nbformat import v4

    make: Callable[..., Any] = getattr(v4, f"new_{kind}_cell")
    return make(source, metadata={"tags": [tag]} if tag else {})
