"""Pseudonyms: the same person the same, without the key nobody."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from pathlib import Path

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.errors import DataProblem, FileProblem

PEOPLE = pd.DataFrame(
    {
        "id": [
            "19811218-9876",
            "8112189876",
            8112189876,
            " Åsa@Example.org",
            None,
            "x",
        ],
        "q1": range(6),
    }
)


def test_one_person_gets_one_pseudonym_however_written(tmp_path: Path) -> None:
    before = PEOPLE.copy(deep=True)
    hidden = te.pseudonymise(PEOPLE, "id", key_file=tmp_path / "key")["id"]
    assert hidden[0] == hidden[1] == hidden[2]
    assert hidden[0] != hidden[3] != hidden[5]
    assert hidden.isna().tolist() == [False] * 4 + [True, False]
    again = te.pseudonymise(
        pd.DataFrame({"id": ["A\u030asa@example.org"]}), "id", key_file=tmp_path / "key"
    )
    assert again["id"][0] == hidden[3]
    pd.testing.assert_frame_equal(PEOPLE, before)


def test_it_is_hmac_sha256_and_another_key_gives_another_pseudonym(tmp_path) -> None:
    key = tmp_path / "key"
    hidden = te.pseudonymise(PEOPLE, "id", key_file=key)["id"]
    secret = key.read_bytes().strip()
    digest = hmac.new(secret, b"x", hashlib.sha256).hexdigest()
    assert hidden[5] == "p" + digest[:24]
    other = te.pseudonymise(PEOPLE, "id", key_file=tmp_path / "other")["id"]
    assert hidden[0] != other[0]


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX")
def test_a_new_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    key = tmp_path / "key"
    te.pseudonymise(PEOPLE, "id", key_file=str(key))
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    key.chmod(0o644)
    with pytest.raises(FileProblem) as caught:
        te.pseudonymise(PEOPLE, "id", key_file=key)
    assert str(caught.value).splitlines() == [
        "The key can be read by others.",
        "  expected: a file that only its owner can read",
        "  found:    permissions 644",
        "  to fix:   run: chmod 600 key",
    ]


def test_a_short_key_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("secret")
    key.chmod(0o600)
    with pytest.raises(FileProblem) as caught:
        te.pseudonymise(PEOPLE, "id", key_file=key)
    assert "expected: at least 32 signs\n  found:    6 signs" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert key.read_text() == "secret"


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("data/real/key", "a folder of data"),
        ("project/key", "a folder under version control"),
        ("nowhere/key", "a folder that does not exist"),
        ("project", "a folder, not a file"),
    ],
)
def test_places_where_a_key_would_leak_are_refused(tmp_path, place, why) -> None:
    (tmp_path / "data" / "real").mkdir(parents=True)
    (tmp_path / "project" / ".git").mkdir(parents=True)
    with pytest.raises(FileProblem, match=f"found:    {why}"):
        te.pseudonymise(PEOPLE, "id", key_file=tmp_path / place)


def test_private_inside_a_project_is_allowed(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "private").mkdir()
    hidden = te.pseudonymise(PEOPLE, "id", key_file=tmp_path / "private" / "key")
    assert hidden["id"].notna().sum() == 5


def test_wrong_column_and_wrong_path_say_so(tmp_path: Path) -> None:
    with pytest.raises(DataProblem, match="expected: a column 'pnr'"):
        te.pseudonymise(PEOPLE, "pnr", key_file=tmp_path / "key")
    with pytest.raises(DataProblem, match="This is not the path of a file"):
        te.pseudonymise(PEOPLE, "id", key_file=7)  # type: ignore[arg-type]
    assert not (tmp_path / "key").exists()
