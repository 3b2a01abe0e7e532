"""The store's version: made new, brought up to date after a backup, or refused when it is newer than the program."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from screener.errors import IntegrityError
from screener.store.database import table_names
from screener.store.migrations import HEAD, REVISIONS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

    from screener.store.address import StoreAddress

VERSION_TABLE: Final = "screener_version"
_ADVISORY_KEY: Final = 0x5C4EE7E2


class NewerStoreError(IntegrityError):
    """The store was written by a newer version of the program, which this one cannot read."""


def upgrade(
    engine: Engine, address: StoreAddress, *, create: bool = True, to: str = HEAD, keep: bool = True
) -> bool:  # fmt: skip
    """Bring a store to the version of this program, in one transaction.

    Args:
        engine: it.
        address: where it is.
        create: whether to make it where there is none.
        to: the version.
        keep: whether a copy of it as it was is kept beside it; a copy itself needs none.

    Returns:
        Whether there is a store now.

    Raises:
        IntegrityError: it is of a newer version, or holds something else.
    """
    with engine.connect() as connection:
        found = version_of(connection, address)
    if found == to:
        return True
    if found is None and not create:
        return False
    if keep and found is not None and address.file is not None:
        _back_up(address.file, found)
    with engine.execution_options(writing=True).begin() as connection:
        if address.file is None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_KEY})
        # Somebody else may have done it while we waited.
        if version_of(connection, address) != to:
            _migrate(connection, to)
    return True


def version_of(connection: Connection, address: StoreAddress) -> str | None:
    """The version of a store, none for an empty database.

    Raises:
        IntegrityError: the version is not known, or the database is of another program.
    """
    names = table_names(connection)
    if VERSION_TABLE not in names:
        if names and address.file is not None:
            hint = "Choose another file with --store."
            raise IntegrityError(f"{address.file} is a database, but not a store of this program.", hint=hint)
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
    if found not in REVISIONS:
        hint = "Update the program, or choose another store with --store; nothing was changed."
        raise NewerStoreError("The store was written by a newer version of this program.", hint=hint)
    return str(found)


def _migrate(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # A percent sign in a path would be taken for an interpolation.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    command.upgrade(config, to)


def _back_up(file: Path, version: str) -> Path:
    """A copy of the store beside it, as it was before a migration."""
    copy = file.with_name(f"{file.name}.before-upgrade-from-{version}")
    aside = copy.with_name(f".{copy.name}.{os.getpid()}.partial")
    try:
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(aside)) as target:
            source.backup(target)
        aside.replace(copy)
    except (OSError, sqlite3.Error) as error:
        hint = "Free some space, or give this user the right to write to the folder; nothing was changed."
        raise IntegrityError("The store is of an older version and could not be backed up.", hint=hint) from error
    finally:
        aside.unlink(missing_ok=True)
    return copy
