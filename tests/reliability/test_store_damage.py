"""A store that is damaged, read-only, full, foreign or busy: one sentence, and what was stored stays."""

from __future__ import annotations

import ctypes
import os
import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from registry_server import RegistryServer, json_reply, study
from sqlalchemy import create_engine
from synced import ONE, TWO, a_night, sqlite_url, version

from screener.errors import IntegrityError
from screener.registry.record import parse_record
from screener.store.address import store_address
from screener.store.database import open_database
from screener.store.faults import said_plainly


def sync(
    server: RegistryServer, url: str, *arguments: str, before: Callable[[], None] | None = None
) -> tuple[int, str]:
    """Exit code and everything said by `screener sync` as a process."""
    command = [sys.executable, "-m", "screener", "sync", *arguments, "--rate", "1000", "--deadline", "20"]
    environment = {**os.environ, "SCREENER_STORE": url, "SCREENER_REGISTRY_URL": server.base_url}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, preexec_fn=before)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The file of a store that holds one trial."""
    with a_night(sqlite_url(tmp_path)) as night:
        night.serve(ONE)
        night.sync(ONE)
    return tmp_path / "store.db"


def obey_permissions() -> None:
    """Have a process of root obey the permissions of files, as everybody's does (PR_CAPBSET_DROP, CAP_DAC_OVERRIDE)."""
    if os.geteuid() == 0:
        assert ctypes.CDLL(None).prctl(24, 1) == 0


def spoil(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place : place + 4096] = b"\xff" * 4096
    file.write_bytes(content)


@pytest.mark.parametrize("page", [0, 1, 2])
def test_a_damaged_store_is_one_sentence_and_exit_code_5(filled: Path, page: int) -> None:
    spoil(filled, page * 4096)
    before = filled.read_bytes()
    with RegistryServer() as server:
        version(server)
        server.script(f"/studies/{ONE}", json_reply(study(ONE)))
        code, said = sync(server, sqlite_url(filled.parent))
    assert code == 5
    assert said.startswith("Error: ")
    assert "damaged" in said
    assert "Traceback" not in said
    assert filled.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_text("Dear diary, " * 100)
    with pytest.raises(IntegrityError, match="not a store"):
        open_database(store_address(sqlite_url(tmp_path)))
    assert file.read_text().startswith("Dear diary")


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "store.db")) as other:
        other.execute("CREATE TABLE recipes (name)")
    with pytest.raises(IntegrityError, match="not a store of this program"):
        open_database(store_address(sqlite_url(tmp_path)))
    with closing(sqlite3.connect(tmp_path / "store.db")) as other:
        assert other.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (1,)


def test_a_full_disk_is_one_sentence_and_the_last_good_state_stays(filled: Path) -> None:
    limit = filled.stat().st_size + 40_000
    large = study(TWO, descriptionModule={"briefSummary": os.urandom(200_000).hex()})
    with RegistryServer() as server:
        version(server)
        server.script(f"/studies/{ONE}", json_reply(study(ONE, text="Inclusion Criteria:\n\n* Adult")))
        server.script(f"/studies/{TWO}", json_reply(large))
        arguments = (server, sqlite_url(filled.parent), ONE, TWO)
        code, said = sync(*arguments, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        assert (code, "Traceback" in said) == (5, False)
        assert "full" in said
        with closing(sqlite3.connect(filled)) as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert store.execute("SELECT count(*) FROM registry_snapshot").fetchone() == (2,)
        code, said = sync(*arguments)
    assert code == 1
    assert "first record kept" in said


def test_a_store_that_may_not_be_written_is_one_sentence(filled: Path) -> None:
    filled.chmod(0o400)
    filled.parent.chmod(0o500)
    try:
        with RegistryServer() as server:
            code, said = sync(server, sqlite_url(filled.parent), ONE, before=obey_permissions)
    finally:
        filled.parent.chmod(0o700)
    assert (code, "Traceback" in said) == (5, False)
    assert said.startswith(f"Error: The store {filled} is read-only.")


def test_a_write_that_the_database_refuses_as_read_only_is_one_sentence(filled: Path) -> None:
    address = store_address(sqlite_url(filled.parent))
    engine = create_engine(f"sqlite:///file:{filled}?mode=ro&uri=true")
    with (
        pytest.raises(IntegrityError, match="is read-only") as caught,
        said_plainly(address),
        engine.begin() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM registry_check")
    engine.dispose()
    assert "DELETE" not in f"{caught.value.message} {caught.value.hint}"


def test_a_stored_record_whose_bytes_are_spoilt_is_one_sentence(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as store, store:
        store.execute("UPDATE registry_snapshot SET body = x'00'")
    with (
        a_night(sqlite_url(filled.parent)) as night,
        pytest.raises(IntegrityError, match="record of NCT00000001 is damaged"),
    ):
        night.store.latest(ONE)


def test_the_file_and_all_beside_it_belong_to_its_user_alone(filled: Path) -> None:
    filled.chmod(0o644)
    with a_night(sqlite_url(filled.parent)) as night:
        night.serve(ONE)
        night.sync(ONE)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in filled.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert {"store.db", "store.db-wal", "store.db-shm"} <= set(modes)


def test_the_settings_of_a_safe_store_hold_on_every_connection(filled: Path) -> None:
    with a_night(sqlite_url(filled.parent)) as night, night.store._database.engine.connect() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert found == ["wal", 2, 1, 10_000]


def test_a_snapshot_holds_the_bytes_as_they_came(filled: Path) -> None:
    with a_night(sqlite_url(filled.parent)) as night:
        kept = night.store.latest(ONE)
    assert kept is not None
    assert kept.record().protocol == parse_record(study(ONE)).protocol
