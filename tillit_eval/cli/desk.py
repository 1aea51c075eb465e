"""Read a command, run it, and say what went wrong without a traceback."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tillit_eval import __version__
from tillit_eval.cli import commands
from tillit_eval.errors import TillitError
from tillit_eval.phrases import LANGUAGES, use_language

PROBLEM, INTERRUPTED = 1, 130  # 0 is all well; argparse itself leaves with 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command of ``tillit``.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``tillit``; those of the terminal by default.

    Returns
    -------
    int
        0 if all is well; 1 if data, files or chapters are not. A command that
        is spelt wrongly leaves with 2.

    Examples
    --------
    >>> main(["figure", "fig-99-1", "--notebooks", "nowhere"])
    1
    """
    arguments = _parser().parse_args(argv)
    _write_any_letter()
    use_language(arguments.lang)
    try:
        return int(arguments.run(arguments))
    except (TillitError, OSError) as error:
        print(f"tillit: {_message(error)}", file=sys.stderr)
        return PROBLEM
    except KeyboardInterrupt:
        print("tillit: stopped", file=sys.stderr)
        return INTERRUPTED


def _message(error: Exception) -> str:
    """Return our own words in full; of the system's only what kind of trouble it is."""
    if isinstance(error, TillitError):
        return str(error)
    return getattr(error, "strerror", None) or type(error).__name__


def _write_any_letter() -> None:
    """Let an old terminal show a question mark where it lacks a letter."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tillit",
        description="Did anything change, for whom, how sure can we be, "
        "and what may we show?",
        epilog="Each command says more with --help.",
    )
    parser.add_argument(
        "--version", action="version", version=f"tillit_eval {__version__}"
    )
    desk = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_chapters(desk)
    _add_data(desk)
    return parser


def _add_chapters(desk: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands about notebooks."""
    made = _add(desk, "reproduce", "run every notebook and compare every number")
    made.add_argument("--only", default="", metavar="05", help="only this chapter")
    made.add_argument(
        "--write", action="store_true", help="keep what the notebooks show, for authors"
    )
    _add_folders(made)
    made = _add(desk, "figure", "draw one numbered figure, with the data behind it")
    made.add_argument("key", metavar="ID", help="the figure's id, such as fig-05-2")
    made.add_argument("--out", type=Path, default=Path(), help="folder to write to")
    made.add_argument("--notebooks", type=Path, default=Path("notebooks"))
    made = _add(desk, "report", "run a notebook and hand it on as a page or in Word")
    made.add_argument("notebook", type=Path)
    made.add_argument("--to", choices=("html", "docx"), required=True)
    made.add_argument("--out", type=Path, help="file to write (beside the notebook)")


def _add_data(desk: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands about a user's own data."""
    made = _add(desk, "check", "say what is wrong with an export, never who said what")
    made.add_argument("export", type=Path)
    made.add_argument("--codebook", type=Path, required=True)
    made.add_argument("--wave", help="the wave of a file that has no column for it")
    made.add_argument("--wide", action="store_true", help="one row per person")
    _add_file(made)
    made = _add(desk, "new-codebook", "draft a codebook from an export")
    made.add_argument("export", type=Path)
    made.add_argument("--out", type=Path, default=Path("codebook.toml"))
    _add_file(made)
    made = _add(desk, "new-site", "start a study that runs at once on simulated data")
    made.add_argument("name", metavar="NAME")
    made.add_argument("--folder", type=Path, default=Path("private"))


def _add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("--sheet", help="name of the sheet of an Excel file")
    command.add_argument("--encoding", help="of a CSV or SPSS file, such as cp850")


def _add(
    desk: argparse._SubParsersAction[argparse.ArgumentParser], name: str, help_: str
) -> argparse.ArgumentParser:
    command = desk.add_parser(
        name, help=help_, description=help_[0].upper() + help_[1:] + "."
    )
    command.add_argument(
        "--lang", choices=LANGUAGES, default="en", help="language of what is written"
    )
    command.set_defaults(run=commands.COMMANDS[name])
    return command


def _add_folders(command: argparse.ArgumentParser) -> None:
    command.add_argument("--notebooks", type=Path, default=Path("notebooks"))
    command.add_argument("--build", type=Path, default=Path("build"))
