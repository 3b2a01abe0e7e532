"""`screener doctor`: where everything is and what is amiss, and the first step where nothing was remembered yet."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from remembered import SAMPLE, Desk

from screener.store.address import store_address
from screener.store.database import make_engine, open_database
from screener.store.migrations import REVISIONS
from screener.store.upgrade import upgrade

pytest_plugins = ["postgres", "desks"]
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def desk(answered_desk: Desk) -> Desk:
    return answered_desk


def test_the_doctor_says_where_everything_is_and_changes_nothing(desk: Desk) -> None:
    said = desk.call("doctor", "--format", "json")
    found = {one["what"]: one["found"] for one in said.json}
    amiss = [one["what"] for one in said.json if not one["well"]]
    # The server of the tests does without fsync, and the doctor says so.
    assert (said.code, amiss) == ((0, []) if desk.url.startswith("sqlite") else (5, ["fsync"]))
    assert found["key"].startswith(f"{desk.key} (named by SCREENER_KEY_FILE)")
    assert found["key's permissions"] == "0600, its user alone"
    assert found["schema"] == f"version {REVISIONS[-1]}, the newest"
    assert found["patients"] == "12, by pseudonym alone"
    assert found["head of the audit trail"].startswith("2:")
    if desk.url.startswith("sqlite"):
        settings = {name: found[name] for name in ("journal_mode", "synchronous", "foreign_keys", "quick check")}
        assert settings == {"journal_mode": "wal", "synchronous": "full", "foreign_keys": "on", "quick check": "ok"}
        assert found["store's permissions"] == "0600, its user alone"
    else:
        assert found["synchronous_commit"] == "on"


def test_the_doctor_makes_no_store_and_no_key(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    said = desk.call("doctor")
    assert (said.code, "none yet at" in said.out, "there is no key yet" in said.out) == (0, True, True)
    assert not desk.key.exists()
    assert not list(tmp_path.glob("store*"))


def test_the_doctor_says_what_is_amiss_and_what_to_do(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    desk.key.chmod(0o640)
    said = desk.call("doctor")
    assert (said.code, f"chmod 600 {desk.key}" in said.out) == (5, True)
    desk.key.unlink()
    lost = desk.call("doctor")
    assert (lost.code, "lost: there is no key file" in lost.out) == (5, True)


def test_the_doctor_leaves_an_older_store_at_its_version(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    address = store_address(desk.url)
    assert address.file is not None
    address.file.touch(mode=0o600)
    engine = make_engine(address)
    upgrade(engine, address, to=REVISIONS[-2])
    engine.dispose()
    assert f"version {REVISIONS[-2]}; the next command brings it to {REVISIONS[-1]}" in desk.call("doctor").out
    with closing(sqlite3.connect(address.file)) as store:
        assert store.execute("SELECT version_num FROM screener_version").fetchone() == (REVISIONS[-2],)


def test_nothing_was_remembered_yet_is_one_sentence(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for arguments in (("audit", "verify"), ("audit", "anchor"), ("audit", "show")):
        said = desk.call(*arguments)
        assert (said.code, "There is no store yet" in said.err) == (2, True)
    open_database(store_address(desk.url))
    said = desk.call("audit", "verify")
    assert (said.code, "Nothing was remembered in this store yet" in said.err) == (2, True)


def test_a_folder_in_the_place_of_the_key_is_one_sentence(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.key.mkdir(parents=True, mode=0o700)
    said = desk.run(SAMPLE)
    assert (said.code, "The key" in said.err, "cannot be read" in said.err) == (5, True, True)
