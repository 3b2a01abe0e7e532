"""Which patients a table has named already, in memory that does not grow with the table."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from typing import Final

from screener.errors import UsageError

_CACHE_KIB: Final = 16_384
_HELD: Final = 100_000
"""So many patients are looked up in memory, which is five times as fast; only a table of more goes to the disk."""


class SeenPatients:
    """The row in which each patient id first stood, on disk once it no longer fits a small cache.

    Only digests are kept, in a private temporary database that has no name and goes away when it is closed.
    """

    def __init__(self) -> None:
        self._held: dict[bytes, int] = {}
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode = off", "synchronous = off", "temp_store = file", f"cache_size = -{_CACHE_KIB}"):
            self._database.execute(f"pragma {setting}")
        self._database.execute("create table seen (patient blob primary key, place integer) without rowid")
        self._database.execute("begin")
        self._cursor = self._database.cursor()

    def earlier_row(self, patient_id: str, row: int) -> int | None:
        """The row that named this patient before; none where this is the first, which is then remembered.

        Raises:
            UsageError: the temporary folder has no room left.
        """
        digest = blake2b(patient_id.encode(), digest_size=16).digest()
        held = self._held.get(digest)
        if held is not None or len(self._held) < _HELD:
            self._held.setdefault(digest, row)
            return held
        try:
            if self._cursor.execute("insert or ignore into seen values (?, ?)", (digest, row)).rowcount:
                return None
            found: int = self._cursor.execute("select place from seen where patient = ?", (digest,)).fetchone()[0]
            return found
        except sqlite3.OperationalError:
            raise UsageError(
                "The temporary folder cannot hold the list of patients read so far.",
                hint="Make room there, or point TMPDIR at another folder.",
            ) from None

    def close(self) -> None:
        """Let go of the temporary database."""
        self._database.close()
