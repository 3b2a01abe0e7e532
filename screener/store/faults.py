"""Faults of the database as one sentence each. The database's own words are not repeated: they can hold data."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from screener.errors import IntegrityError, LockHeld, ScreenerError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from screener.store.address import StoreAddress

_KEPT: Final = "What was stored before is kept."
_DAMAGED: Final = "Put it aside and restore a backup, or begin a new one with --store."

# By the primary result codes of SQLite; its extended codes hold the primary one in the low byte.
_SQLITE: Final[dict[int, tuple[str, str]]] = {
    8: ("{store} is read-only.", "Give this user the right to write to the file and its folder."),
    10: ("{store} cannot be read or written: the disk reports a fault, or is full.", _KEPT),
    11: ("{store} is damaged.", _DAMAGED),
    13: ("{store} cannot grow: the disk is full.", f"{_KEPT} Free some space and run again."),
    14: ("{store} cannot be opened.", "See whether its folder exists and this user may write to it."),
    26: ("{store} is not a store, or is damaged.", _DAMAGED),
}
_BUSY: Final = (5, 6)
_READ_ONLY: Final = 8
_CANNOT_OPEN: Final = 14


def explained(error: SQLAlchemyError, address: StoreAddress) -> ScreenerError:
    """A fault of the database as an error of ours."""
    original = error.orig if isinstance(error, DBAPIError) else None
    if address.file is None:
        return _of_server(getattr(original, "sqlstate", None))
    name = f"The store {address.file}"
    code = (getattr(original, "sqlite_errorcode", None) or 0) & 0xFF
    if code == _CANNOT_OPEN and address.file.exists() and not _may_be_written(address.file):
        # Its log cannot be opened beside it.
        code = _READ_ONLY
    if code in _BUSY:
        return LockHeld(f"{name} is in use by another process.", hint="Run again when that one is done.")
    message, hint = _SQLITE.get(code, ("{store} cannot be used.", _DAMAGED))
    return IntegrityError(message.format(store=name), hint=hint)


def _may_be_written(file: Path) -> bool:
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def _of_server(state: str | None) -> IntegrityError:
    kind = (state or "")[:2]
    if kind == "25" or state == "42501":
        return IntegrityError("The shared store is read-only for this user.", hint="Ask the database's operator.")
    if kind == "53":
        return IntegrityError("The shared store cannot grow: the server is out of resources.", hint=_KEPT)
    if kind in ("42", "XX", "22", "23"):
        return IntegrityError("The shared store is damaged, or not of this program.", hint="Ask its operator.")
    return IntegrityError("The shared store cannot be reached.", hint="See whether its server runs, and the address.")


@contextmanager
def said_plainly(address: StoreAddress) -> Iterator[None]:
    """Turn faults of the database into one sentence.

    Raises:
        IntegrityError: the store is damaged, read-only, full, or cannot be reached.
        LockHeld: another process writes to it for too long.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise explained(error, address) from error
