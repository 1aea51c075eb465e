"""Pseudonyms by a secret key that is kept apart from the data."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from tillit_eval.errors import (
    FileProblem,
    check_columns,
    check_table,
)
from tillit_eval.files.cells import as_text, map_distinct
from tillit_eval.files.identities import find_identities
from tillit_eval.files.paths import as_path
from tillit_eval.files.texts import fold
from tillit_eval.files.writing import cannot_write

_SHORTEST_KEY = 32
# 96 bits: among a million people two share a pseudonym once in 10^17 tries.
_DIGITS = 24


def pseudonymise(
    frame: pd.DataFrame, column: str, *, key_file: str | Path
) -> pd.DataFrame:
    """Replace identities by pseudonyms that only the holder of a key can renew.

    The same person gets the same pseudonym with the same key, in any wave, so
    that answers can be linked. Pseudonymised answers are still personal data.

    Parameters
    ----------
    frame : DataFrame
        Never changed.
    column : str
        Column with personal numbers, e-mail addresses or other identities.
    key_file : str or Path
        File with the secret. Made with 32 random bytes, readable by its owner
        only, if it does not exist. Keep it apart from data and out of version
        control; who loses it cannot link later waves.

    Returns
    -------
    DataFrame
        A copy in which `column` holds ``p`` and 24 hexadecimal digits; empty
        cells stay empty.

    Raises
    ------
    DataProblem
        If the column is absent.
    FileProblem
        If the key is too short, readable by others, or lies in a folder named
        ``data`` or in a version-controlled project outside its ``private/``.

    See Also
    --------
    link_waves : Links waves by pseudonyms or self-generated codes.

    Notes
    -----
    HMAC-SHA256 [1]_, cut to 96 bits. Text is compared without regard to case,
    outer space and letter composition; a personal number is the same with or
    without its century and mark. A hash without a key would be no protection:
    all personal numbers can be tried in a minute.

    References
    ----------
    .. [1] Krawczyk, H., Bellare, M. & Canetti, R. (1997). HMAC: Keyed-hashing
       for message authentication. RFC 2104.

    Examples
    --------
    >>> import tempfile
    >>> people = pd.DataFrame({"id": ["a@example.org", None], "q1": [1, 2]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hidden = pseudonymise(people, "id", key_file=Path(folder) / "key")
    >>> len(hidden["id"][0]), hidden["id"].isna().tolist()
    (25, [False, True])
    """
    check_table(frame, table="answers")
    check_columns(frame.columns, (column,), table="answers")
    key = _read_key(_allowed(key_file))

    def pseudonym(cell: object) -> str | None:
        text = as_text(cell)
        if text is None:
            return None
        digest = hmac.new(key, _canonical(text).encode("utf-8"), hashlib.sha256)
        return "p" + digest.hexdigest()[:_DIGITS]

    cells = frame[column].to_numpy(dtype=object, na_value=np.nan)
    renamed = pd.array(map_distinct(cells, pseudonym), dtype="str")
    return frame.assign(**{column: renamed})


def _canonical(text: str) -> str:
    """Write one person's identity in one way."""
    digits = "".join(sign for sign in text if sign.isascii() and sign.isdigit())
    is_number = len(text) - len(digits) <= 1 and len(digits) in (10, 12)
    if is_number and "personal_number" in find_identities([text]):
        return digits[-10:]
    return fold(text)


def _allowed(key_file: str | Path) -> Path:
    """Refuse places where a key would travel with the data or be published."""
    path = as_path(key_file).resolve()
    folders = [folder.name.lower() for folder in path.parents]
    tracked = any((folder / ".git").exists() for folder in path.parents)
    why = ""
    if path.is_dir():
        why = "a folder, not a file"
    elif not path.parent.is_dir():
        why = "a folder that does not exist"
    elif "data" in folders:
        why = "a folder of data"
    elif tracked and "private" not in folders:
        why = "a folder under version control"
    if why:
        raise FileProblem(
            "The key may not lie there.",
            expected="a file apart from the data and outside version control, "
            "or in the folder private/",
            found=why,
            to_fix="give another path for key_file",
        )
    return path


def _read_key(path: Path) -> bytes:
    """Return the secret, made first if there is none."""
    if not path.exists():
        _make_key(path)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise FileProblem(
            "The key can be read by others.",
            expected="a file that only its owner can read",
            found=f"permissions {stat.S_IMODE(path.stat().st_mode):o}",
            to_fix=f"run: chmod 600 {path.name}",
        )
    try:
        key = path.read_bytes().strip()
    except OSError:
        key = b""
    if len(key) < _SHORTEST_KEY:
        raise FileProblem(
            "The key is too short to protect anybody, or cannot be read.",
            expected=f"at least {_SHORTEST_KEY} signs",
            found=f"{len(key)} signs",
            to_fix="name a file that does not exist, and a key will be made there",
        )
    return key


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all, and never over another."""
    try:  # what mkstemp makes is readable by its owner only
        handle, name = tempfile.mkstemp(dir=path.parent)
    except OSError as error:
        raise cannot_write(path, error) from None
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
        if sys.platform == "win32":
            os.rename(name, path)  # refuses to replace on Windows
        else:
            os.link(name, path)
    except FileExistsError:
        return
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        Path(name).unlink(missing_ok=True)
