"""Where the store is. Nothing heavy is imported here, so that a command without a store pays nothing for it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from screener.errors import UsageError

_FOLDER: Final = "eligibility-screener"
_SQLITE: Final = "sqlite:///"
_POSTGRES: Final = "postgresql+psycopg://"


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A store: the file of an SQLite store, or none for a shared one. The URL can hold a password: it is not shown."""

    url: str = field(repr=False)
    file: Path | None

    def __str__(self) -> str:
        return str(self.file) if self.file else "the shared store"


def default_file() -> Path:
    """The store in the user's data folder."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / _FOLDER / "store.db"
    given = os.environ.get("XDG_DATA_HOME", "")
    # The XDG specification has relative paths ignored.
    base = Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "share"
    return base / _FOLDER / "store.db"


def store_address(url: str | None) -> StoreAddress:
    """The address of a store, from `--store` or SCREENER_STORE; without one, in the user's data folder.

    Raises:
        UsageError: the URL is of another kind.
    """
    if not url:
        return file_address(default_file())
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE) and "?" not in url:
        return file_address(Path(url.removeprefix(_SQLITE)))
    if url.startswith(_POSTGRES):
        return StoreAddress(url, None)
    hint = f"Write {_SQLITE}/path/store.db or {_POSTGRES}user@host/database."
    raise UsageError("The address of the store cannot be used.", hint=hint)


def file_address(path: Path) -> StoreAddress:
    """The address of a store in a file."""
    file = path.absolute()
    return StoreAddress(f"{_SQLITE}{file}", file)
