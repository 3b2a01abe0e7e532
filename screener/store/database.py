"""Opening a store: safe settings that are asserted, its version seen to, and transactions that wait their turn."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Session

from screener.errors import IntegrityError, UsageError
from screener.store.faults import said_plainly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from screener.store.address import StoreAddress

BUSY_MILLISECONDS: Final = 10_000
_WANTED: Final = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": BUSY_MILLISECONDS}


class Database:
    """An open store of the version that this program writes; close it when done."""

    def __init__(self, engine: Engine, address: StoreAddress) -> None:
        self.engine = engine
        self.address = address
        # SQLite's readers see one state anyway; a server's would see what others commit between two of their questions.
        shared = address.file is None
        self._reader = engine.execution_options(isolation_level="REPEATABLE READ") if shared else engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the store.

        Raises:
            IntegrityError: the store cannot be used.
        """
        with said_plainly(self.address), Session(self._reader) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept whole at its end, or not at all.

        Raises:
            IntegrityError: the store cannot be used; nothing was changed.
        """
        with said_plainly(self.address):
            engine = self.engine.execution_options(writing=True)
            with Session(engine, expire_on_commit=False) as session, session.begin():
                yield session

    def examine(self) -> None:
        """See whether the store is whole.

        Raises:
            IntegrityError: it is damaged.
        """
        if self.address.file is None:
            return
        with said_plainly(self.address), self.engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok":
            hint = "Put it aside and restore a backup, or begin a new one with --store."
            raise IntegrityError(f"The store {self.address.file} is damaged.", hint=hint)

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def make_engine(address: StoreAddress) -> Engine:
    """An engine with this program's settings; nothing is opened yet.

    Raises:
        UsageError: the driver for a shared store is not installed.
    """
    try:
        # One connection is kept: SQLite would fold its log into the file whenever the last one is closed.
        # On a server a run holds one for its lock, one that patients come through, and one to look things up and write.
        engine = create_engine(address.url, hide_parameters=True, pool_size=1, max_overflow=2)
    except ImportError as error:
        hint = 'Install it with: pip install "eligibility-screener[postgres]"'
        raise UsageError("The driver for a shared store is not installed.", hint=hint) from error
    except ValueError as error:
        raise UsageError("The address of the store cannot be used.") from error
    if address.file is not None:
        event.listen(engine, "connect", _settle)
        event.listen(engine, "begin", _begin)
    return engine


def _settle(connection: sqlite3.Connection, _: object) -> None:
    """Set and assert what a store relies on; transactions are begun by us, as Python's own way leaves out tables."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    for name, wanted in _WANTED.items():
        found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
        if found != wanted:
            hint = "Keep it on a local disk; for several computers use PostgreSQL."
            raise IntegrityError(f"The store's disk does not allow what a safe store needs ({name}).", hint=hint)
    cursor.close()


def _begin(connection: Connection) -> None:
    # A reader that turns writer can be refused at once; a writer that says so first waits its turn.
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def open_database(address: StoreAddress, *, create: bool = True) -> Database | None:
    """Open a store, made or brought up to this program's version where need be.

    Args:
        address: where it is.
        create: whether to make it when it is not there.

    Returns:
        The store; none where there is none and none was made.

    Raises:
        IntegrityError: it is of a newer version, damaged, read-only, full, or cannot be reached.
        UsageError: its folder cannot be made, or the driver is not installed.
    """
    if address.file is not None and not address.file.exists():
        if not create:
            return None
        _make_file(address.file)
    if address.file is not None:
        # Before it is opened, because SQLite gives the files beside it the same rights.
        _keep_private(address.file)
    from screener.store.upgrade import upgrade

    engine = make_engine(address)
    try:
        with said_plainly(address):
            if not upgrade(engine, address, create=create):
                engine.dispose()
                return None
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, address)


def _make_file(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        hint = "Choose another place with --store sqlite:////path/store.db."
        raise UsageError(f"The store {file} cannot be made: {error.strerror}.", hint=hint) from error


def _keep_private(file: Path) -> None:
    if file.stat().st_mode & 0o077:
        with suppress(OSError):
            file.chmod(0o600)


def table_names(connection: Connection) -> set[str]:
    """The tables that are there."""
    from sqlalchemy import inspect

    names: list[Any] = inspect(connection).get_table_names()
    return set(names)
