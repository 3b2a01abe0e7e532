"""How the store and its key stand: where they are, who can read them, their settings, and what is amiss."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text
from sqlmodel import col, func, select

from screener.errors import ScreenerError
from screener.store.audit import head
from screener.store.database import Database, make_engine
from screener.store.guards import missing
from screener.store.keys import KEY_FILE, check_key, key_path, read_keys
from screener.store.memory_tables import Patient, RunRow, StoreKey
from screener.store.migrations import HEAD
from screener.store.patients import taken_out
from screener.store.upgrade import version_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlmodel import Session

    from screener.store.address import StoreAddress

_PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
_SERVER = {"synchronous_commit": "on", "fsync": "on"}


class Finding(NamedTuple):
    """One thing that was looked at; `hint` says what to do where it is not as it should be."""

    what: str
    found: str
    well: bool = True
    hint: str = ""


def examined(address: StoreAddress) -> Iterator[Finding]:
    """Look at a store and its key; nothing is made, changed or brought up to date."""
    yield from _key()
    if address.file is not None and not address.file.is_file():
        yield Finding("store", f"none yet at {address}", hint="Begin one with: screener run TRIAL --patients PATH")
        return
    yield Finding("store", str(address))
    if address.file is not None:
        yield _rights("store's permissions", address.file)
    database = None
    try:
        database = Database(make_engine(address), address)
        with database.reading() as session:
            version = version_of(session.connection(), address)
        yield _version(version)
        yield from _settings(database)
        if version == HEAD:
            yield from _content(database)
    except ScreenerError as error:
        yield Finding("store", error.message, well=False, hint=error.hint)
    finally:
        if database is not None:
            database.close()


def _key() -> Iterator[Finding]:
    path = key_path()
    how = f"named by {KEY_FILE}" if os.environ.get(KEY_FILE) else "beside the data folder"
    yield Finding("key", f"{path} ({how}); 32 random bytes, outside the store")
    try:
        keys = read_keys(path)
    except ScreenerError as error:
        yield Finding("key's permissions", error.message, well=False, hint=error.hint)
        return
    if keys is None:
        yield Finding("key's permissions", "there is no key yet; the first `screener run` makes it")
    else:
        yield _rights("key's permissions", path)


def _rights(what: str, path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    alone = not mode & 0o077
    hint = "" if alone else f"Close it with: chmod 600 {path}"
    return Finding(what, f"{mode:04o}, {'its user alone' if alone else 'others too'}", alone, hint)


def _version(found: str | None) -> Finding:
    if found is None:
        return Finding("schema", "none yet")
    if found == HEAD:
        return Finding("schema", f"version {found}, the newest")
    return Finding("schema", f"version {found}; the next command brings it to {HEAD}, after a backup")


def _settings(database: Database) -> Iterator[Finding]:
    sqlite = database.address.file is not None
    with database.reading() as session:
        for name, wanted in (_PRAGMAS if sqlite else _SERVER).items():
            found = session.connection().execute(text(f"PRAGMA {name}" if sqlite else f"SHOW {name}")).scalar()
            well = str(found) == wanted
            yield Finding(name, _setting(name, str(found)), well, "" if well else f"It has to be {wanted}.")
        if sqlite:
            whole = session.connection().execute(text("PRAGMA quick_check(1)")).scalar()
            hint = "" if whole == "ok" else "Put it aside and restore a backup."
            yield Finding("quick check", str(whole) if whole == "ok" else "damaged", whole == "ok", hint)


def _setting(name: str, found: str) -> str:
    words = {("synchronous", "2"): "full", ("foreign_keys", "1"): "on", ("foreign_keys", "0"): "off"}
    return words.get((name, found), found)


def _content(database: Database) -> Iterator[Finding]:
    with database.reading() as session:
        yield _bound(session)
        patients = session.exec(select(func.count()).select_from(Patient)).one()
        erased = len(taken_out(session))
        since = f"; {erased:,} erased" if erased else ""
        yield Finding("patients", f"{patients - erased:,}, by pseudonym alone{since}")
        runs = session.exec(select(func.count()).select_from(RunRow).where(col(RunRow.outcome) == "complete")).one()
        yield Finding("runs", f"{runs:,}")
        lost = missing(session.connection())
        hint = "Check the trail with: screener audit verify" if lost else ""
        yield Finding("guards of the audit trail", f"gone: {', '.join(lost)}" if lost else "up", not lost, hint)
        yield Finding("head of the audit trail", str(head(session) or "no row yet"))


def _bound(session: Session) -> Finding:
    row = session.get(StoreKey, 1)
    if row is None:
        return Finding("key of this store", "none yet; nothing was remembered")
    keys = read_keys(key_path())
    if keys is None:
        hint = f"Put it back from its copy, or name it with {KEY_FILE}; without it no patient can be recognised."
        return Finding("key of this store", "lost: there is no key file", well=False, hint=hint)
    check_key(keys, row.fingerprint)
    return Finding("key of this store", f"the right one, in use since {row.made:%Y-%m-%d}")
