"""Resources of one patient that stand in several places, brought together in a temporary file instead of in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from screener.errors import UsageError

_CACHE_KIB: Final = 65_536
_BLOCK: Final = 2_000
_COLUMNS: Final = "reference text, file integer, place text, url text, body blob"


class Kept(NamedTuple):
    """One resource as it was written, how the source names it, and where it stands."""

    reference: str
    file: str
    place: str
    full_url: str | None
    body: bytes


class Spill:
    """Keeps resources by patient number, in a private temporary database that has no name and goes when it is closed.

    Raises:
        UsageError: of every method, when the temporary folder has no room left.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode = off", "synchronous = off", "temp_store = file", f"cache_size = -{_CACHE_KIB}"):
            self._database.execute(f"pragma {setting}")
        self._database.execute(f"create table kept (patient integer, {_COLUMNS})")
        self._database.execute(f"create table shared (name text primary key, {_COLUMNS})")
        self._database.execute("create table wanted (patient integer, name text, unique (patient, name))")
        self._database.execute("begin")
        self._files: dict[str, int] = {}
        self._waiting: list[tuple[object, ...]] = []

    def keep(self, patient: int, resource: Kept) -> None:
        """Keep a resource of a patient."""
        self._waiting.append((patient, *self._row(resource)))
        if len(self._waiting) >= _BLOCK:
            self._flush()

    def share(self, names: tuple[str, ...], resource: Kept) -> None:
        """Keep a resource that belongs to nobody, under every name by which patients' records may name it."""
        row = self._row(resource)
        self._run("insert or ignore into shared values (?, ?, ?, ?, ?, ?)", [(name, *row) for name in names])

    def want(self, patient: int, name: str) -> None:
        """Note that a record of a patient names a resource that belongs to nobody."""
        self._run("insert or ignore into wanted values (?, ?)", [(patient, name)])

    def patients(self) -> Iterator[tuple[int, list[Kept]]]:
        """Each patient's number with the resources, and with those that they name, in the order of the numbers."""
        self._flush()
        files = list(self._files)
        query = (
            "select patient, rowid as turn, reference, file, place, url, body from kept union all "
            "select patient, 0, reference, file, place, url, body from wanted join shared using (name) "
            "order by patient, turn"
        )
        try:
            for patient, rows in groupby(self._database.execute(query), key=itemgetter(0)):
                yield patient, [Kept(row[2], files[row[3]], files[row[3]] + row[4], row[5], row[6]) for row in rows]
        except sqlite3.OperationalError:
            raise _full() from None

    def close(self) -> None:
        """Let go of the temporary database."""
        self._database.close()

    def _row(self, resource: Kept) -> tuple[object, ...]:
        """The columns of a resource; names of files repeat much, so each is written down once."""
        file = self._files.setdefault(resource.file, len(self._files))
        place = resource.place[len(resource.file) :]
        return resource.reference, file, place, resource.full_url, resource.body

    def _flush(self) -> None:
        self._run("insert into kept values (?, ?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def _run(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        try:
            self._database.executemany(statement, rows)
        except sqlite3.OperationalError:
            raise _full() from None


def _full() -> UsageError:
    return UsageError(
        "The temporary folder cannot hold the records while they are brought together by patient.",
        hint="Make room there, or point TMPDIR at another folder.",
    )
