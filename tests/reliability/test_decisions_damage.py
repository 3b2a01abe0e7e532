"""Decisions, erasures, exports and backups on a disk that is full or read-only: one sentence, nothing half written."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from commands import call, desk_of_its_own
from remembered import TRIAL, Desk
from test_store_damage import obey_permissions

BY = ("--by", "A. Jansen")
DECIDE = ("decide", TRIAL, "P-001", "to_approach", "--note", "x" * 1500, *BY)
ERASE = ("erase", "P-002", "--because", "request", *BY)
WORKLIST = ("worklist", TRIAL, *BY)
EXPORT = ("export", TRIAL, "--out", "log.xlsx", *BY)
BACKUP = ("backup", "--out", "backup.db", *BY)
ALL = pytest.mark.parametrize("arguments", [DECIDE, ERASE, WORKLIST, EXPORT, BACKUP], ids=lambda one: one[0])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of_its_own(tmp_path)


def kept(desk: Desk) -> tuple[int, list[str]]:
    """How many rows the whole trail has, and what was written."""
    verified = desk.call("audit", "verify", "--format", "json")
    assert verified.code == 0, verified.err
    rows: int = verified.json["rows"]
    return rows, [path.name for path in (desk.folder / "out").iterdir()]


@ALL
def test_on_a_full_disk_nothing_is_kept_and_one_sentence_says_so(desk: Desk, arguments: tuple[str, ...]) -> None:
    size = (desk.folder / "data" / "store.db").stat().st_size
    # Room for the log's own pages, and for none of what is to be written.
    code, said = call(desk, *arguments, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, size)))
    assert (code, said.count("Error:"), "full" in said) == (5, 1, True), said
    assert kept(desk) == (1, [])
    code, said = call(desk, *arguments)
    assert code == 0, said
    assert kept(desk)[0] == 2


@ALL
def test_a_store_that_may_not_be_written_is_one_sentence(desk: Desk, arguments: tuple[str, ...]) -> None:
    folder = desk.folder / "data"
    (folder / "store.db").chmod(0o400)
    folder.chmod(0o500)
    try:
        code, said = call(desk, *arguments, before=obey_permissions)
    finally:
        folder.chmod(0o700)
        (folder / "store.db").chmod(0o600)
    assert (code, said.count("Error:")) == (5, 1), said
    assert kept(desk) == (1, [])


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_an_export_that_finds_no_room_leaves_nothing(desk: Desk, ending: str) -> None:
    said = desk.call("export", TRIAL, "--out", "/dev/full", "--format", ending, *BY)
    assert (said.code, said.err.count("Error:"), "cannot be written" in said.err) == (2, 1, True), said.err


def test_a_restore_that_finds_no_room_leaves_the_store_as_it_was(desk: Desk) -> None:
    assert call(desk, *BACKUP)[0] == 0
    backup, store = desk.folder / "out" / "backup.db", desk.folder / "data" / "store.db"
    before, limit = store.read_bytes(), backup.stat().st_size // 2
    code, said = call(
        desk, "restore", str(backup), "--replace", *BY,
        before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert (code in (2, 5), said.count("Error:")) == (True, 1), said
    assert store.read_bytes() == before
    assert [path.name for path in store.parent.iterdir() if "partial" in path.name or "before" in path.name] == []
