"""The store and the key that belongs to it, opened together."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from screener.errors import IntegrityError, UsageError
from screener.store.database import open_database
from screener.store.keys import KEY_FILE, check_key, key_path, make_keys, read_keys
from screener.store.memory_tables import StoreKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from screener.store.address import StoreAddress
    from screener.store.database import Database
    from screener.store.keys import Keys


class Memory(NamedTuple):
    """An open store with its keys; `made` is the key file where this call has made it."""

    database: Database
    keys: Keys
    made: Path | None


@contextmanager
def open_memory(address: StoreAddress, *, create: bool = False) -> Iterator[Memory]:
    """Open a store and its key; with `create` both are made where neither is there.

    Raises:
        UsageError: there is no store, or nothing was remembered in it yet.
        IntegrityError: the store cannot be used, or its key is lost or another one.
    """
    database = open_database(address, create=create)
    if database is None:
        raise UsageError(
            f"There is no store yet: {address}.", hint="Begin one with: screener run TRIAL --patients PATH"
        )
    with database:
        bound = bound_key(database)
        keys = read_keys(key_path())
        made = None
        if keys is None:
            keys = _first_key(bound, create=create)
            made = keys.path
        elif bound is not None:
            check_key(keys, bound)
        yield Memory(database, keys, made)


def bound_key(database: Database) -> str | None:
    """The fingerprint of the key that a store was sealed with; none where nothing was remembered yet."""
    with database.reading() as session:
        row = session.get(StoreKey, 1)
        return row.fingerprint if row else None


def _first_key(bound: str | None, *, create: bool) -> Keys:
    path = key_path()
    if bound is not None:
        hint = (
            f"Put it back from its copy, or name it with {KEY_FILE}. Without it no patient can be recognised; the store"
            " was left as it is."
        )
        raise IntegrityError(f"The key of this store is not there: {path}.", hint=hint)
    if not create:
        hint = "Begin with: screener run TRIAL --patients PATH"
        raise UsageError("Nothing was remembered in this store yet.", hint=hint)
    return make_keys(path)
