"""What each command does; rooms are loaded only when a command needs them."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from tillit_eval.phrases import language, say


def _reproduce(asked: Namespace) -> int:
    from tillit_eval.chapter import Places, reproduce_chapters
    from tillit_eval.cli.summary import summarise

    start = time.perf_counter()
    places = Places(notebooks=asked.notebooks, build=asked.build)
    done = reproduce_chapters(places, only=asked.only, write=asked.write)
    seconds = time.perf_counter() - start
    print(summarise(done, places, seconds=seconds, write=asked.write))
    return int(any(not one.same or one.told.gives_away for one in done))


def _figure(asked: Namespace) -> int:
    from tillit_eval.chapter import draw_figure

    paths = draw_figure(asked.key, asked.notebooks, out=asked.out, lang=language())
    print("\n".join(str(path) for path in paths))
    return 0


def _report(asked: Namespace) -> int:
    from tillit_eval.chapter import run_checked
    from tillit_eval.report import read_blocks, write_page, write_word

    out: Path = asked.out or asked.notebook.with_suffix(f".{asked.to}")
    figures = out.parent / "figures"
    blocks = read_blocks(run_checked(asked.notebook, figures=figures, lang=language()))
    write = write_page if asked.to == "html" else write_word
    print(write(blocks, out, lang=language()))
    return 0


def _check(asked: Namespace) -> int:
    from tillit_eval.cli.checked import tell_problems
    from tillit_eval.codebook import read_codebook
    from tillit_eval.exports import check_export

    codebook = read_codebook(asked.codebook)
    problems = check_export(
        asked.export,
        codebook,
        wave=asked.wave,
        sheet=asked.sheet,
        shape="wide" if asked.wide else "long",
        encoding=asked.encoding,
    )
    text, n_to_mend = tell_problems(problems, asked.export.name)
    print(text)
    return int(n_to_mend > 0)


def _new_codebook(asked: Namespace) -> int:
    from tillit_eval.codebook import draft_codebook

    draft = draft_codebook(asked.export, sheet=asked.sheet, encoding=asked.encoding)
    draft.write(asked.out)
    print(say("cli.drafted", file=asked.out, n=len(draft.questions)))
    print(say("cli.drafted_next", file=asked.out, export=asked.export))
    return 0


def _new_site(asked: Namespace) -> int:
    from tillit_eval.chapter import new_site

    made = new_site(asked.name, asked.folder, lang=language())
    print(say("cli.site_made", folder=made.parent))
    print(say("cli.site_next", notebook=made))
    return 0


COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "reproduce": _reproduce,
    "figure": _figure,
    "report": _report,
    "check": _check,
    "new-codebook": _new_codebook,
    "new-site": _new_site,
}
