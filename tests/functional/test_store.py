"""The store on SQLite and PostgreSQL: its settings, its versions, and what it does when it cannot be used."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError as RowError
from sqlmodel import SQLModel
from synced import ONE, TRIAL, a_night, shipped_judge, sqlite_url

from screener.errors import IntegrityError, LockHeld, UsageError
from screener.store.address import default_file, store_address
from screener.store.database import Database, make_engine, open_database
from screener.store.lock import run_lock
from screener.store.migrations import REVISIONS
from screener.store.registry import RegistryStore
from screener.store.state import registry_state
from screener.store.tables import TABLES
from screener.store.upgrade import VERSION_TABLE, upgrade

pytest_plugins = ["postgres"]
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")


def opened(url: str) -> Database:
    database = open_database(store_address(url))
    assert database is not None
    return database


def test_a_new_store_is_of_the_newest_version_and_keeps_what_is_put_in(url: str) -> None:
    with opened(url) as database:
        assert RegistryStore(database).track(ONE, by="A. Jansen", at=NOON)
    with opened(url) as database:
        trial = RegistryStore(database).trial(ONE)
        assert trial is not None
        assert (trial.tracked_since, trial.tracked_by) == (NOON, "A. Jansen")


def test_the_migrations_make_exactly_the_tables_of_the_program(url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    names = {model.__tablename__ for model in TABLES}

    def ours(thing: Any, name: str | None, kind: str, *_: object) -> bool:
        return kind != "table" or name in names

    with opened(url) as database, database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "include_object": ours})
        found = compare_metadata(context, SQLModel.metadata)
    # One constraint or an index may keep a value unique; both hold it.
    assert [change for change in found if "unique" not in str(change[0]).lower()] == []


def test_the_named_revisions_are_those_of_the_migrations() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    import screener.store.migrations as folder

    config = Config()
    config.set_main_option("script_location", str(Path(str(folder.__file__)).parent))
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(steps)) == REVISIONS


FILLED = (
    "INSERT INTO registry_trial (id, nct_id, first_seen) VALUES (1, 'NCT00000001', '2026-06-01T12:00:00Z')",
    """INSERT INTO registry_run (id, started, outcome, mixed, totals)
    VALUES (1, '2026-06-01T12:00:00Z', 'complete', false, '{}')""",
    "INSERT INTO registry_check (id, run_id, trial_id, at, outcome) VALUES (1, 1, 1, '2026-06-01T12:00:00Z', 'first')",
)


@pytest.mark.parametrize("old", REVISIONS[:-1])
def test_a_store_of_each_older_version_is_brought_up_to_date_with_its_data(url: str, old: str) -> None:
    address = store_address(url)
    if address.file:
        address.file.touch(mode=0o600)
    engine = make_engine(address)
    assert upgrade(engine, address, to=old)
    with engine.execution_options(writing=True).begin() as connection:
        for statement in FILLED:
            connection.execute(text(statement))
    engine.dispose()
    with opened(url) as database:
        store = RegistryStore(database)
        assert store.known(ONE)
        assert [check.outcome for check in store.checks(ONE)] == ["first"]
        assert store.waiting() == {}
    if address.file:
        copy = address.file.with_name(f"store.db.before-upgrade-from-{old}")
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        with closing(sqlite3.connect(copy)) as backup:
            assert backup.execute("SELECT count(*) FROM registry_check").fetchone() == (1,)
            assert backup.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() == (old,)


def test_a_store_of_a_newer_version_is_refused_and_left_alone(url: str) -> None:
    with opened(url) as database, database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    for _ in range(2):
        with pytest.raises(IntegrityError, match="newer version"):
            open_database(store_address(url))


def test_a_reader_sees_one_state_whatever_others_commit_meanwhile(url: str) -> None:
    with opened(url) as database, opened(url) as other, database.reading() as session:
        count = text("SELECT count(*) FROM registry_trial")
        assert session.connection().execute(count).scalar() == 0
        assert RegistryStore(other).track(ONE, by="A. Jansen", at=NOON)
        assert session.connection().execute(count).scalar() == 0
        with database.reading() as later:
            assert later.connection().execute(count).scalar() == 1


def test_nothing_refers_to_what_is_not_there(url: str) -> None:
    with opened(url) as database, database.engine.connect() as connection, pytest.raises(RowError):
        connection.execute(text(FILLED[2]))


def test_a_second_run_is_told_that_the_lock_is_held(url: str) -> None:
    with opened(url) as database, opened(url) as other:
        with run_lock(database), pytest.raises(LockHeld, match="Another run"), run_lock(other):
            pytest.fail("both held the lock")
        with run_lock(other):
            pass


def test_a_run_that_was_left_open_is_marked_interrupted_by_the_next(url: str) -> None:
    with opened(url) as database:
        store = RegistryStore(database)
        assert (store.begin_run(NOON), store.begin_run(NOON)) == (1, 2)
        with database.engine.connect() as connection:
            found = connection.execute(text("SELECT outcome FROM registry_run ORDER BY id")).scalars().all()
    assert list(found) == ["interrupted", "running"]


def test_screening_gets_the_state_of_a_tracked_trial(url: str) -> None:
    with a_night(url) as night:
        assert registry_state(url, TRIAL) is None
        night.serve_record()
        night.sync(TRIAL)
        first = registry_state(url, TRIAL)
        night.serve_record("≤2", "≤1")
        night.sync()
        waiting = registry_state(url, TRIAL)
        night.store.acknowledge(TRIAL, who="A. Jansen", why="rules stand", at=NOON)
        done = registry_state(url, TRIAL)
        night.store.untrack(TRIAL)
        assert registry_state(url, TRIAL) is None
    assert first is not None
    assert waiting is not None
    assert done is not None
    assert (first.status, first.minimum_age, first.maximum_age, first.sex) == ("RECRUITING", "18 Years", None, "ALL")
    assert (first.registry_version, first.open_drift, first.acknowledged) == ("2025-10-06", (), None)
    assert "≤1" in waiting.eligibility
    assert waiting.open_drift == (
        'material (number), under inclusion: "WHO performance scale ≤2" became "WHO performance scale ≤1"',
    )
    assert done.acknowledged is not None
    assert (done.acknowledged.who, done.acknowledged.why, done.acknowledged.when) == ("A. Jansen", "rules stand", NOON)
    assert set(shipped_judge()(done.eligibility).stale) == {"I1"}


def test_no_state_is_looked_for_in_an_empty_database(postgres_url: str) -> None:
    assert registry_state(postgres_url, TRIAL) is None
    engine = make_engine(store_address(postgres_url))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar() == 0
    engine.dispose()


def test_a_server_that_cannot_be_reached_is_one_sentence() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(IntegrityError, match="shared store cannot be reached") as caught:
        open_database(store_address("postgresql+psycopg://user:secret@127.0.0.1:1/store"))
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"


def test_without_a_store_nothing_is_made_and_no_database_is_loaded(tmp_path: Path) -> None:
    script = (
        "import sys; from screener.store.state import registry_state; "
        f"assert registry_state('{sqlite_url(tmp_path)}', '{TRIAL}') is None; "
        "print([name for name in ('sqlmodel', 'sqlalchemy', 'alembic') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


def test_the_default_store_is_in_the_data_folder_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", "")
    assert default_file() == tmp_path / ".local/share/eligibility-screener/store.db"
    monkeypatch.setenv("XDG_DATA_HOME", "/elsewhere")
    assert default_file() == Path("/elsewhere/eligibility-screener/store.db")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_file() == tmp_path / "Library/Application Support/eligibility-screener/store.db"


@pytest.mark.parametrize("wrong", ["mysql://a/b", "store.db", "sqlite://", "sqlite:///", "sqlite:////a?mode=memory"])
def test_an_address_of_another_kind_is_refused_in_one_sentence(wrong: str) -> None:
    with pytest.raises(UsageError, match="address of the store"):
        store_address(wrong)
