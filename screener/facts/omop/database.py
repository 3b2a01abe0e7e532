"""Opening OMOP tables, a folder of Parquet or CSV files or a DuckDB database, and reading rows in order of the person.

DuckDB sorts within a fixed memory and a private temporary folder that goes away with the reading.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from screener.errors import UnusablePatients, UsageError
from screener.facts.omop.columns import (
    Source,
    cell,
    csv_source,
    literal,
    quoted,
    text_literal,
    write_with_plain_line_ends,
)
from screener.facts.omop.tables import CONCEPT, NOT_READ, PERSON, PERSON_COLUMN, TABLES, Table
from screener.facts.tables.text import check_regular, open_bytes

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH: Final = 2_048
SMALL: Final = 4 * 1024 * 1024
"""Bytes of a source up to which its tables, unpacked and sorted, fit into memory several times over."""
SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "memory_limit": "160MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_TABLES_OF_SOURCE: Final = (
    "select table_schema, table_name from information_schema.tables where table_catalog = 'source' order by all"
)
_ENDINGS: Final = (".parquet", ".csv")
_OF_PERSONS: Final = frozenset(f"{PERSON.name}{ending}" for ending in _ENDINGS)
_KNOWN: Final = NOT_READ | TABLES.keys()


class Contents(NamedTuple):
    """How many cells of each column are not empty, and how many rows cannot be taken apart, from which line on."""

    cells: dict[str, int]
    broken: int
    first_broken: int | None


class Database:
    """Open OMOP tables; `closing` closes them. `tables` are those that are read, by name, `not_read` others.

    Raises:
        UsageError: there is nothing at the path that may be read, or one table stands there twice.
        UnusablePatients: a file is damaged, or of another format than its name says.
    """

    def __init__(self, path: Path, closing: ExitStack) -> None:
        import duckdb  # costs a tenth of a second, which other sources need not pay

        self._errors = duckdb.Error
        self._no_room = duckdb.OutOfMemoryException
        self.path = path
        self._scratch = closing.enter_context(tempfile.TemporaryDirectory(prefix="screener-"))
        settings = {**SETTINGS, "temp_directory": self._scratch}
        self._connection: DuckDBPyConnection = duckdb.connect(self._workplace(), config=settings)
        closing.callback(self._connection.close)
        found = dict(self._files() if path.is_dir() else self._stored())
        self.tables = {name: source for name, source in found.items() if name in TABLES}
        self.not_read = {name: source for name, source in found.items() if name in NOT_READ}

    def _workplace(self) -> str:
        """Where the sorted tables stand: in a file of the temporary folder, which memory does for a small source."""
        files = _listed(self.path) if self.path.is_dir() else [self.path]
        small = sum(file.stat().st_size for file in files if file.is_file()) < SMALL
        return ":memory:" if small else str(Path(self._scratch, "sorted.duckdb"))

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """The rows of a table in order of the person: the person's number, then the columns of the table.

        A table that the source does not have has no rows, a column none in every row. What cannot be turned into what
        a column holds is marked, see `columns`. Rows of a CSV file that cannot be taken apart are left out.

        Raises:
            UnusablePatients: a file is damaged further in.
            UsageError: the temporary folder has no room left.
        """
        source = self.tables.get(table.name)
        if source is None:
            return
        cells = (cell(source, column) for column in (PERSON_COLUMN, *table.columns))
        named = (f"{one} as c{number}" for number, one in enumerate(cells))
        with self._told(source.place):
            # Sorted one table after the other, so that the memory that sorting needs does not add up.
            self._connection.execute(f"create table {table.name} as {source.select(*named)} order by 1, 2")
        yield from self.query(f"from {table.name}", source.place)

    def query(self, sql: str, place: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a batch at a time; see `rows`. `place` is what is damaged where it cannot be read."""
        with self._told(place):
            cursor = self._connection.cursor()
            cursor.execute(sql)
            while batch := cursor.fetchmany(_BATCH):
                yield from batch

    def look_through(self, name: str) -> Contents:
        """Count the cells of a table that are not empty, and the rows that cannot be taken apart; see `rows`.

        A CSV file whose lines do not all end alike, which DuckDB does not read, is read from a copy from here on.
        """
        source = self.tables[name]
        if not source.is_csv:
            return self._contents(source)
        with suppress(UnusablePatients):
            return self._contents(source)
        copy = Path(self._scratch, f"{name}.csv")
        write_with_plain_line_ends(Path(source.place), copy)
        self.tables[name] = csv_source(copy)._replace(place=source.place)
        return self._contents(self.tables[name])

    def _contents(self, source: Source) -> Contents:
        names = list(source.columns)
        counts = (f"count({quoted(source.columns[name][0])})" for name in names)
        with self._told(source.place):
            cursor = self._connection.cursor()
            (cells,) = cursor.execute(source.select(*counts)).fetchall()
            broken = (0, None)
            if source.is_csv:
                (broken,) = cursor.execute("select count(distinct line), min(line) from reject_errors").fetchall()
        return Contents(dict(zip(names, cells, strict=True)), *broken)

    @contextmanager
    def _told(self, place: str) -> Iterator[None]:
        """Tell what goes wrong in our own words: those of DuckDB repeat what a row says."""
        try:
            yield
        except self._errors as error:
            if not isinstance(error, self._no_room) and self._scratch not in str(error):
                raise _damaged(place) from None
            raise UsageError(
                "The temporary folder cannot hold the tables while they are sorted.",
                hint="Make room there, or point TMPDIR at another folder.",
            ) from None

    def named_concepts(self) -> Iterator[tuple[Any, ...]]:
        """The concepts that a row of any table names: number, name, vocabulary, code."""
        used = " union ".join(
            source.select(cell(source, column))
            for name, source in self.tables.items()
            if name != CONCEPT.name
            for column in TABLES[name].columns
            if column.name.endswith("_concept_id") and column.name in source.columns
        )
        concept = self.tables[CONCEPT.name]
        number, name, vocabulary, code = (cell(concept, column) for column in CONCEPT.columns)
        return self.query(
            f"{concept.select(number, name, vocabulary, code)} where {number} in ({used})", f"A table of {self.path}"
        )

    def _files(self) -> Iterator[tuple[str, Source]]:
        """The tables of a folder: files named as the tables are, whatever the capitals."""
        places: dict[str, Path] = {}
        for file in _listed(self.path):
            name = file.stem.lower()
            if name not in _KNOWN or file.suffix.lower() not in _ENDINGS:
                continue
            if name in places:
                raise UsageError(
                    f"{self.path} holds both {places[name].name} and {file.name}.", hint="Keep one of the two."
                )
            places[name] = file
        for name, file in places.items():
            with ExitStack() as closing:
                open_bytes(file, closing)  # says why a file cannot be read, which DuckDB does not
            if not file.resolve().is_relative_to(self.path.resolve()):
                raise UsageError(f"{file} is a link out of its folder.", hint="Put the file itself into the folder.")
            yield name, self._parquet(file) if file.suffix.lower() == ".parquet" else csv_source(file)

    def _parquet(self, file: Path) -> Source:
        # Without this setting a folder named `grade=2` would add a column.
        sql = f"read_parquet({literal(file)}, hive_partitioning = false)"
        return Source(sql, self._columns(sql, str(file)), str(file))

    def _stored(self) -> Iterator[tuple[str, Source]]:
        """The tables of a database, in whichever schemas they stand; its views may not look outside of it."""
        check_regular(self.path)
        try:
            self._connection.execute(f"attach {text_literal(str(self.path))} as source (type duckdb, read_only)")
        except self._errors:
            hint = "Check that it is whole, and that no other program has it open for writing."
            raise UnusablePatients(f"{self.path} cannot be opened as a DuckDB database.", hint=hint) from None
        self._connection.execute("set enable_external_access = false")
        seen: dict[str, str] = {}
        found = self._connection.execute(_TABLES_OF_SOURCE)
        for schema, table in found.fetchall():
            name = table.lower()
            if name not in _KNOWN:
                continue
            if name in seen:
                raise UsageError(
                    f"{self.path} holds the table {name} twice, in the schemas {seen[name]} and {schema}.",
                    hint="Copy the tables to be read into a database of their own.",
                )
            seen[name] = schema
            sql = f"source.{quoted(schema)}.{quoted(table)}"
            place = f"{self.path}: {schema}.{table}"
            yield name, Source(sql, self._columns(sql, place), place)

    def _columns(self, sql: str, place: str) -> dict[str, tuple[str, str]]:
        with self._told(place):
            described = self._connection.execute(f"describe from {sql}").fetchall()
        return {str(name).lower(): (str(name), str(kind)) for name, kind, *_ in described}


def holds_omop(path: Path) -> bool:
    """Whether OMOP tables are meant: a folder with a file of persons, or a DuckDB database by the ending of its name.

    Raises:
        UsageError: it is a folder that may not be listed.
    """
    if path.is_dir():
        return any(one.lower() in _OF_PERSONS for one in _names(path))
    return path.suffix.lower() == ".duckdb"


def _listed(folder: Path) -> list[Path]:
    return sorted(folder / name for name in _names(folder))


def _names(folder: Path) -> list[str]:
    # Without making a path of each: folders hold a hundred thousand files.
    try:
        with os.scandir(folder) as listing:
            return [one.name for one in listing]
    except OSError:
        raise UsageError(f"{folder} cannot be listed.", hint="Check its permissions.") from None


def _damaged(place: str) -> UnusablePatients:
    return UnusablePatients(
        f"{place} is damaged, or not of the format that its name says.", hint="Export the table again."
    )
