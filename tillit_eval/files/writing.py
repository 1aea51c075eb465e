"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from tillit_eval.errors import FileProblem
from tillit_eval.files.paths import as_path


def replace_bytes(path: str | Path, data: bytes, *, make_folders: bool = True) -> Path:
    """Write a file so that nobody ever sees half of it.

    Parameters
    ----------
    path : str or Path
        Where the file should be. A file already there is replaced in one step, and
        stays whole if writing fails.
    data : bytes
        The content.
    make_folders : bool, default True
        Make the folders it should lie in; if not, they must be there.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileProblem
        If the place cannot be written to.

    See Also
    --------
    replace_text : The same for text.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     replace_bytes(f"{folder}/new/page.html", b"whole").read_bytes()
    b'whole'
    """
    path = as_path(path)
    draft = path.parent / f".{secrets.token_hex(8)}.part"
    try:
        if make_folders:
            path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return path


def replace_text(path: str | Path, text: str, *, make_folders: bool = True) -> Path:
    r"""Write a text file in UTF-8 so that nobody ever sees half of it.

    Parameters
    ----------
    path : str or Path
        Where the file should be.
    text : str
        The content; lines end with a line feed on every system.
    make_folders : bool, default True
        Make the folders it should lie in; if not, they must be there.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileProblem
        If the place cannot be written to.

    See Also
    --------
    replace_bytes : The same for anything else.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     replace_text(f"{folder}/page.html", "å").read_bytes()
    b'\xc3\xa5'
    """
    return replace_bytes(
        path, text.encode("utf-8", "replace"), make_folders=make_folders
    )


def cannot_write(path: Path, error: OSError) -> FileProblem:
    """Return the error that says why a file could not be written."""
    return FileProblem(
        "A file cannot be written.",
        expected=f"a folder that may be written to, for {path.name}",
        found=error.strerror or type(error).__name__,
        to_fix="close the file if another program has it open, or choose another place",
    )
