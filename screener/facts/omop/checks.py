"""Whether the tables of a source are those of OMOP CDM 5.4: what is missing, and what is of another type, by name."""

from __future__ import annotations

from collections.abc import Iterator

from screener.errors import UnusablePatients, UsageError
from screener.facts.events import EventKind
from screener.facts.omop.columns import Source, fits
from screener.facts.omop.database import Database
from screener.facts.omop.tables import CONCEPT, PERSON, PERSON_COLUMN, TABLES, WITHOUT_PERSON, Column, Table


def check_tables(database: Database) -> None:
    """Refuse tables that cannot be read as the model says.

    Raises:
        UnusablePatients: a table without which nothing can be read is missing, or a table lacks a column it must have,
            or a column cannot hold what it must. All of them are named.
    """
    problems = list(_problems(database))
    if problems:
        hint = "See https://ohdsi.github.io/CommonDataModel/cdm54.html for the tables of OMOP CDM 5.4."
        raise UnusablePatients(f"{database.path} cannot be read as OMOP tables: {'; '.join(problems)}.", hint=hint)


def _problems(database: Database) -> Iterator[str]:
    for table in (PERSON, CONCEPT):
        if table.name not in database.tables:
            yield f"there is no table {table.name}"
    for name, source in database.tables.items():
        table = TABLES[name]
        for column in asked_of(table):
            yield from _problem(table, column, source)


def asked_of(table: Table) -> tuple[Column, ...]:
    """Every column of a table that is read."""
    person = () if table.name in WITHOUT_PERSON else (PERSON_COLUMN,)
    return (*person, *table.columns, *table.links)


def _problem(table: Table, column: Column, source: Source) -> Iterator[str]:
    found = source.columns.get(column.name)
    if found is None and column.required:
        yield f"the table {table.name} has no column {column.name}"
    if found is not None and not fits(found[1], column.holds):
        wanted = {"date": "a date", "text": "text", "number": "a number"}.get(column.holds, "a whole number")
        yield f"{table.name}.{column.name} is {found[1]}, and {wanted} belongs there"


def missing(database: Database) -> list[str]:
    """The tables and the columns that the source does not have and that would be read."""
    found = [name for name in TABLES if name not in database.tables]
    for name, source in database.tables.items():
        found += [f"{name}.{column.name}" for column in asked_of(TABLES[name]) if column.name not in source.columns]
    return found


def check_complete(database: Database, complete: frozenset[EventKind]) -> None:
    """Refuse a promise that the source holds every event of a kind where it has no table for that kind.

    Raises:
        UsageError: it is so.
    """
    held = {kind for name in database.tables for kind in TABLES[name].kinds}
    absent = sorted(complete - held)
    if absent:
        raise UsageError(
            f"{database.path} is said to hold every {' and every '.join(absent)}, and has no table for it.",
            hint="Leave that out of what is complete, or add the table.",
        )
