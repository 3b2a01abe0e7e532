"""One run at a time: a lock that ends with the process that holds it, however that ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from screener.errors import IntegrityError, LockHeld
from screener.store.faults import said_plainly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from screener.store.database import Database

Work = Literal["sync", "screening"]
_ADVISORY_KEYS: Final[dict[Work, int]] = {"sync": 0x5C4EE7E1, "screening": 0x5C4EE7E4}
_ENDINGS: Final[dict[Work, str]] = {"sync": "lock", "screening": "screening.lock"}
_HINT: Final = "Run again when that one has ended."


@contextmanager
def run_lock(database: Database, work: Work = "sync") -> Iterator[None]:
    """Hold the lock of a store's runs of one kind; a sync and a screening do not wait for each other.

    Raises:
        LockHeld: another run holds it.
        IntegrityError: the lock's file cannot be made.
    """
    if database.address.file is None:
        with _on_server(database, _ADVISORY_KEYS[work]):
            yield
    else:
        with _beside(database.address.file.with_name(f"{database.address.file.name}.{_ENDINGS[work]}")):
            yield


@contextmanager
def _beside(path: Path) -> Iterator[None]:
    try:
        lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        hint = "Give this user the right to write to the folder."
        raise IntegrityError(f"The lock {path} cannot be made: {error.strerror}.", hint=hint) from error
    try:
        try:
            # The kernel frees it when the process ends, also when it is killed.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockHeld("Another run is at work on this store.", hint=_HINT) from error
        yield
    finally:
        os.close(lock)


@contextmanager
def _on_server(database: Database, key: int) -> Iterator[None]:
    with said_plainly(database.address):
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection:
        with said_plainly(database.address):
            query = text("SELECT pg_try_advisory_lock(:key)")
            held = connection.execute(query, {"key": key}).scalar()
        if not held:
            raise LockHeld("Another run is at work on this store.", hint=_HINT)
        try:
            yield
        finally:
            # A pooled connection would keep the lock, so this one ends with the run. The server may notice that a
            # moment later, so the lock is given back first; a server that is gone has freed it already.
            with suppress(DBAPIError):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
            connection.invalidate()
