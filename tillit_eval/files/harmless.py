"""Text that no program takes for a command: in cells, in documents, in pages."""

from __future__ import annotations

import re

# What a spreadsheet takes for the beginning of a formula, also in full width (OWASP,
# CSV injection), and line ends and tabs, which begin a cell of their own.
_STARTS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(f"'*[{_STARTS}]")
_GUARDED = re.compile(f"'+[{_STARTS}]")
# A number with its sign, and words after it, as in "+0.4 (0.1 to 0.8)" or "-2 people".
_SIGNED = re.compile(
    r"[+\-]\s?\d(?:[\d\s.,%:;()\[\]+\-\u2212\u2013\u2026]|[^\W\d_](?![(\d$]))*"
)
# Signs that XML cannot hold, and halves of letters, which no file can.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LINK = re.compile(r"(?<!\\)\](?=[(\[:])")


def harmless(text: str, *, signed: bool = False) -> str:
    r"""Return text that no spreadsheet takes for a formula, or for two cells.

    Parameters
    ----------
    text : str
        What a cell should show.
    signed : bool, default False
        Whether numbers with their sign are set as text here, as in a Word table;
        they stay as they are, also with words after them.

    Returns
    -------
    str
        With an apostrophe in front if a spreadsheet could run it. A lone carriage
        return becomes a line feed.

    See Also
    --------
    as_written : The same backwards, when a file of ours is read.

    Notes
    -----
    The escape follows OWASP's advice on CSV injection.

    Examples
    --------
    >>> harmless("=1+1"), harmless("North"), harmless("-3.2 (-4 to -1)", signed=True)
    ("'=1+1", 'North', '-3.2 (-4 to -1)')
    >>> harmless("-1+cmd|' /C calc'!A0", signed=True)
    "'-1+cmd|' /C calc'!A0"
    """
    one_line = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _FORMULA.match(text) or (signed and _SIGNED.fullmatch(one_line)):
        return one_line
    return "'" + one_line


def as_written(text: str) -> str:
    """Return text without the apostrophe that keeps it from being a formula.

    Parameters
    ----------
    text : str
        A cell of a file.

    Returns
    -------
    str
        What `harmless` was given.

    Examples
    --------
    >>> as_written("'=1+1"), as_written("'s-Hertogenbosch")
    ('=1+1', "'s-Hertogenbosch")
    """
    return text[1:] if _GUARDED.match(text) else text


def for_xml(text: str) -> str:
    r"""Return text that a Word file can hold.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        With a mark where a sign cannot be held.

    Examples
    --------
    >>> for_xml("a\x1b[31mb")
    'a\ufffd[31mb'
    """
    return _NOT_XML.sub("\ufffd", text)


def for_markdown(text: str) -> str:
    r"""Return text in which names are names: no tags, no links, no pictures.

    Parameters
    ----------
    text : str
        A sentence with names that others gave.

    Returns
    -------
    str
        Shows the same in a notebook, on a page and in Word.

    Examples
    --------
    >>> for_markdown("<script> rose, p < .05"), for_markdown("![a](http://b)")
    ('&lt;script> rose, p < .05', '![a\\](http://b)')
    """
    return _LINK.sub(r"\\]", _TAG.sub("&lt;", text))
