"""Who is told what a reader gets to see: nobody, unless a build is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

Kind = Literal["rows", "finding", "table", "answers", "summary"]
Watcher = Callable[[Kind, Mapping[str, Any]], None]

_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Tell somebody from now on what is shown, and which rows it is made from.

    Parameters
    ----------
    watcher : callable
        Gets the kind of thing and what is known about it. It must not change
        anything, and not keep anything beyond the build.

    See Also
    --------
    tell : What the rooms call.

    Examples
    --------
    >>> heard = []
    >>> watch(lambda kind, about: heard.append(kind))
    >>> tell("rows", frame=None)
    >>> unwatch()
    >>> heard
    ['rows']
    """
    _watchers.append(watcher)


def unwatch() -> None:
    """Tell nobody any more.

    Examples
    --------
    >>> watch(print)
    >>> unwatch()
    >>> tell("rows")
    """
    _watchers.clear()


def tell(kind: Kind, **about: Any) -> None:
    """Say that something is shown, or that an answer is made from some rows.

    Parameters
    ----------
    kind : {"rows", "finding", "table", "answers", "summary"}
        What it is.
    **about : object
        What is known about it.

    Examples
    --------
    >>> tell("rows", frame=None)
    """
    for watcher in _watchers:
        watcher(kind, about)
