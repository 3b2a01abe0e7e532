"""Backup and restore. A backup is one file, itself an SQLite store of this program, whatever database it was taken of.

An SQLite store is copied by SQLite's online backup, a shared one row by row from one state of it; so a backup of either
can be restored into either. It is checked before it counts: its pages, its version, and its audit trail from the first
row to the last. The key is never in it.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.errors import IntegrityError, UsageError
from screener.store.address import StoreAddress, file_address
from screener.store.audit import Anchor
from screener.store.audit_check import verify
from screener.store.copying import copy_rows, is_empty
from screener.store.database import Database, make_engine, open_database
from screener.store.faults import said_plainly
from screener.store.keys import KEY_FILE, key_path, read_keys
from screener.store.lock import run_lock
from screener.store.migrations import HEAD
from screener.store.upgrade import NewerStoreError, upgrade, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from screener.store.keys import Keys

_BESIDE: Final = ("-wal", "-shm")


class Restored(NamedTuple):
    """What became of a restore: where the backup's trail ended, and the store that was put aside, if there was one.

    `older` is the version of a backup that had to be brought up to this program's; none where it was the same.
    """

    head: Anchor | None
    put_aside: Path | None
    older: str | None


class _Checked(NamedTuple):
    """A copy that is whole and of this program's version: the end of its trail, and the older version it was of."""

    head: Anchor | None
    older: str | None


def back_up(database: Database, keys: Keys, out: Path) -> Anchor | None:
    """Write a backup of a store and check it; nothing is left under its name where that fails.

    Returns:
        The last row of the backup's audit trail.

    Raises:
        UsageError: the file cannot be written.
        IntegrityError: the store cannot be read, or is not whole.
    """
    if out.is_dir() or (database.address.file is not None and out.absolute() == database.address.file):
        raise UsageError(f"{out} cannot be the backup.", hint="Name another file with --out.")
    with _aside(out) as aside:
        if database.address.file is not None:
            _copy_pages(database.address.file, aside)
        else:
            _copy_of_server(database, aside)
        head = _checked(aside, keys).head
        _closed_up(aside)
        aside.replace(out)
    return head


def restore(address: StoreAddress, backup: Path, *, replace: bool) -> Restored:
    """Put a backup in the place of a store. The backup is checked first and stays as it is.

    Args:
        address: where the store shall be.
        backup: the file.
        replace: whether a store that is there may be put aside.

    Raises:
        UsageError: there is no such file, or a store is there already.
        IntegrityError: the backup is damaged, of another program or a newer version, or its key is not there.
        LockHeld: a run is at work on the store.
    """
    if not backup.is_file():
        raise UsageError(f"There is no backup {backup}.", hint="Name the file that `screener backup` wrote.")
    keys = read_keys(key_path())
    if keys is None:
        hint = f"Put it back from its copy, or name it with {KEY_FILE}; without it no patient can be recognised."
        raise IntegrityError(f"The key is not there: {key_path()}.", hint=hint)
    if address.file is not None:
        with _aside(address.file) as copy:
            _copy_pages(backup, copy)
            head, older = _checked(copy, keys)
            return Restored(head, _put_in_place(address.file, copy, replace=replace), older)
    with tempfile.TemporaryDirectory(prefix="screener-restore-") as folder, _aside(Path(folder) / "store.db") as copy:
        _copy_pages(backup, copy)
        head, older = _checked(copy, keys)
        _fill_server(address, copy)
        return Restored(head, None, older)


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A file beside another one, that only its user can read; gone at the end unless it was renamed."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        yield aside
    except OSError as error:
        hint = "Choose another place, or free some space; nothing was left under that name."
        raise UsageError(f"{path} cannot be written: {error.strerror}.", hint=hint) from error
    finally:
        for ending in ("", *_BESIDE):
            Path(f"{aside}{ending}").unlink(missing_ok=True)


def _copy_pages(file: Path, to: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(to)) as target:
            source.backup(target)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
            raise UsageError(f"{to.parent} is full.", hint="Free some space; nothing was changed.") from error
        raise IntegrityError(f"{file} is not a store, or is damaged.", hint="Nothing was changed.") from error


def _copy_of_server(database: Database, to: Path) -> None:
    """A store of one file with the rows of a shared one, as they were at one moment."""
    address = file_address(to)
    engine = make_engine(address)
    try:
        with said_plainly(address):
            upgrade(engine, address)
        reading = database.engine.execution_options(isolation_level="REPEATABLE READ")
        writing = engine.execution_options(writing=True)
        with said_plainly(database.address), reading.connect() as source, writing.begin() as target:
            copy_rows(source, target)
    finally:
        engine.dispose()


def _checked(file: Path, keys: Keys) -> _Checked:
    """See that a copy is whole, and bring it up to this program's version."""
    address = file_address(file)
    with Database(make_engine(address), address) as database:
        database.examine()
        found = _version(database)
        with said_plainly(address):
            upgrade(database.engine, address, create=False, keep=False)
        return _Checked(verify(database, keys).head, found if found != HEAD else None)


def _version(copy: Database) -> str:
    """The version of a copy.

    Raises:
        IntegrityError: it is of a newer version, of another program, or empty.
    """
    with copy.reading() as session:
        try:
            found = version_of(session.connection(), copy.address)
        except NewerStoreError:
            hint = "Update the program, then restore; nothing was changed."
            raise IntegrityError("The backup was written by a newer version of this program.", hint=hint) from None
    if found is None:
        raise IntegrityError("The backup holds nothing.", hint="Name a backup that `screener backup` wrote.")
    return found


def _closed_up(file: Path) -> None:
    """Leave one file that can be read from anywhere, with nothing beside it, safe on the disk."""
    with closing(sqlite3.connect(file)) as store:
        store.execute("PRAGMA journal_mode = DELETE")
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill_server(address: StoreAddress, copy: Path) -> None:
    """Give an empty shared store the rows of a copy."""
    target = open_database(address)
    assert target is not None  # it is made where it is not there
    of_file = file_address(copy)
    with (
        target,
        Database(make_engine(of_file), of_file) as source,
        run_lock(target, "screening"),
        said_plainly(address),
        source.engine.connect() as rows,
        target.engine.begin() as writing,
    ):
        if not is_empty(writing):
            hint = "Make a new database and name it with --store; a shared store is never overwritten."
            raise UsageError("The shared store is not empty.", hint=hint)
        copy_rows(rows, writing)


def _put_in_place(file: Path, copy: Path, *, replace: bool) -> Path | None:
    """Put a copy where a store is to be; one that is there is put aside, with its log."""
    if not file.exists():
        _closed_up(copy)
        copy.replace(file)
        return None
    if not replace:
        hint = "With --replace it is put aside; or restore elsewhere with --store."
        raise UsageError(f"There is a store already: {file}.", hint=hint)
    address = file_address(file)
    database = Database(make_engine(address), address)
    with run_lock(database, "sync"), run_lock(database, "screening"):
        _closed_up(copy)
        put_aside = _free_name(file)
        # The log first: it must never lie beside a store that it is not of.
        for ending in (*_BESIDE, ""):
            part = Path(f"{file}{ending}")
            if part.exists():
                part.replace(Path(f"{put_aside}{ending}"))
        copy.replace(file)
    return put_aside


def _free_name(file: Path) -> Path:
    number = 1
    while (name := file.with_name(f"{file.name}.before-restore-{number}")).exists():
        number += 1
    return name
