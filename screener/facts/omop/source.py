"""OMOP tables as a source of patients: one person at a time, in memory that does not grow with the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import tzinfo
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from screener.facts.events import Event, EventKind, PatientEvents
from screener.facts.fhir.chart import gaps_of, note_gaps
from screener.facts.fhir.readers.recurrence import settled
from screener.facts.inspection import Inspection, Problems, RecordProblem
from screener.facts.omop.by_person import ByPerson
from screener.facts.omop.checks import check_complete, check_tables
from screener.facts.omop.clinical import (
    NOTHING,
    Told,
    read_condition,
    read_drug,
    read_person,
    read_procedure,
    read_visit,
)  # fmt: skip
from screener.facts.omop.concepts import Concepts
from screener.facts.omop.counts import count_left_aside
from screener.facts.omop.database import Database
from screener.facts.omop.links import link_rows, told_of
from screener.facts.omop.observations import read_measurement, read_observation
from screener.facts.omop.reading import Row, RowReader
from screener.facts.omop.tables import (
    CONDITION,
    DEATH,
    DRUG,
    MEASUREMENT,
    OBSERVATION,
    PERSON,
    PROCEDURE,
    VISIT,
    Table,
)  # fmt: skip

_READINGS: Final[tuple[tuple[Table, Callable[[Row, Told, RowReader], Event | None]], ...]] = (
    (CONDITION, read_condition),
    (PROCEDURE, read_procedure),
    (DRUG, read_drug),
    (MEASUREMENT, read_measurement),
    (OBSERVATION, read_observation),
    (VISIT, read_visit),
)


class OmopTables:
    """Open OMOP tables, to be read once and closed (it is a context manager).

    `rejected` is what could not be used, `inspection` what was understood; both are complete when the iteration is.
    """

    def __init__(self, database: Database, *, zone: tzinfo, complete: frozenset[EventKind]) -> None:
        self.inspection = Inspection(relied_on=complete)
        self._problems = Problems()
        self._database = database
        self._complete = complete
        self._zone = zone
        self._closing = ExitStack()
        self._begun = False

    @property
    def rejected(self) -> list[RecordProblem]:
        """What could not be used, as far as it has been read."""
        return self._problems.listed()

    def __iter__(self) -> Iterator[PatientEvents]:
        """Each person, in order of their numbers.

        Raises:
            UnusablePatients: a table is damaged further in.
            UsageError: the temporary folder has no room left.
            RuntimeError: it was iterated before.
        """
        if self._begun:
            raise RuntimeError("OMOP tables are read once")
        self._begun = True
        anybodys = count_left_aside(self._database, self.inspection, self._problems)
        concepts = Concepts(self._database.named_concepts(), self.inspection)
        reader = RowReader(
            self._database.tables, concepts, zone=self._zone, inspection=self.inspection, problems=self._problems
        )
        person = _Person(self._database, reader, self.inspection)
        for row in self._persons():
            reader.missing = set(anybodys)
            events = person.events(row)
            self.inspection.patients += 1
            for kind in self._complete & reader.missing:
                self.inspection.not_complete[kind] += 1
            yield PatientEvents(str(row[0]), events, self.inspection.patients, self._complete - reader.missing)
        for table, rows in person.strangers():
            problem = "belongs to nobody in the table of persons"
            self._reject(table, problem, "give it the person_id of a person", count=rows)

    def _persons(self) -> Iterator[Row]:
        """The rows of persons that have a number of their own."""
        before: object = None
        for row in self._database.rows(PERSON):
            if row[0] is None:
                self._reject(PERSON, "has no person_id that is a whole number", "give every person one")
            elif row[0] == before:
                self._reject(PERSON, "has the person_id of another person", "keep one row for every person")
            else:
                before = row[0]
                yield row

    def _reject(self, table: Table, problem: str, hint: str, count: int = 1) -> None:
        place = self._database.tables[table.name].place
        self._problems.add(RecordProblem(place, "a row", problem, hint, count))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the tables."""
        self._closing.close()

    def closes(self, closing: ExitStack) -> Self:
        """The same tables, which close this too."""
        self._closing = closing
        return self


class _Person:
    """Collects what the tables say of one person after the other, in order of their numbers."""

    def __init__(self, database: Database, reader: RowReader, inspection: Inspection) -> None:
        self._reader = reader
        self._inspection = inspection
        self._deaths = ByPerson(database.rows(DEATH))
        self._links = ByPerson(link_rows(database))
        self._tables = [(table, reading, ByPerson(database.rows(table))) for table, reading in _READINGS]

    def events(self, row: Row) -> tuple[Event, ...]:
        """The events of the person of this row."""
        number = int(str(row[0]))
        deaths = self._deaths.of(number)
        told = told_of(self._links.of(number), self._inspection)
        events = [read_person(row, deaths[0] if deaths else None, self._reader)]
        self._inspection.note("record", PERSON.name)
        for table, reading, rows in self._tables:
            found = rows.of(number)
            if found:
                self._inspection.note("record", table.name, count=len(found))
                read = (reading(one, told.get((table.name, _key(one)), NOTHING), self._reader) for one in found)
                made = [event for event in read if event is not None]
                events += settled(made) if table is CONDITION else made
        note_gaps(Counter(gaps_of(events)), self._inspection)
        return tuple(events)

    def strangers(self) -> Iterator[tuple[Table, int]]:
        """By table, the rows that belong to none of the persons; only after the last person."""
        for table, _, rows in self._tables:
            count = rows.finish()
            if count:
                yield table, count


def _key(row: Row) -> int:
    return row[1] if isinstance(row[1], int) else -1


def open_omop(path: Path, *, zone: tzinfo, complete: frozenset[EventKind]) -> OmopTables:
    """Open OMOP tables: a folder of Parquet or CSV files named as the tables, or a DuckDB database.

    Args:
        path: the folder or the database.
        zone: of the site, in which times with a zone become dates.
        complete: the kinds of which the source holds every event, so that finding nothing means no.

    Raises:
        UsageError: there is nothing at the path that may be read, or `complete` names a kind without a table.
        UnusablePatients: tables or columns are missing or of another type; they are named.
    """
    with ExitStack() as closing:
        database = Database(path, closing)
        check_tables(database)
        check_complete(database, complete)
        return OmopTables(database, zone=zone, complete=complete).closes(closing.pop_all())
