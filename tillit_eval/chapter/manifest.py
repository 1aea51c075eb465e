"""A list of everything that was made, each file with its hash."""

from __future__ import annotations

import csv
import hashlib
import io

from tillit_eval.chapter.places import Places
from tillit_eval.files import replace_text


def write_manifest(places: Places) -> int:
    """Which figures and pages were made, and are they still the same?

    Parameters
    ----------
    places : Places
        Where they lie; the list goes to ``manifest.csv`` beside them.

    Returns
    -------
    int
        How many files are listed.

    See Also
    --------
    reproduce_chapters : Makes them.

    Notes
    -----
    One row per file: ``file, bytes, sha256``. The data behind a figure (``.csv``)
    have the same hash wherever they are made under one lock file; its picture
    may differ with the fonts of the machine.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_manifest(Places(build=Path(folder)))
    0
    """
    made = sorted(
        path
        for folder in (places.figures, places.pages)
        for path in folder.rglob("*")
        if path.is_file()
    )
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("file", "bytes", "sha256"))
    for path in made:
        content = path.read_bytes()
        name = path.relative_to(places.build).as_posix()
        table.writerow((name, len(content), hashlib.sha256(content).hexdigest()))
    replace_text(places.manifest, text.getvalue())
    return len(made)
