"""Patient records of any kind as clinical events: what stands at a path tells how it is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from screener.facts.events import EventKind, PatientEvents
from screener.facts.fhir.records import READ, TELL_EVERY, FhirRecords, Made, Prepare, Watch
from screener.facts.inspection import Inspection, RecordProblem


class EventSource(Protocol):
    """An open source of patients, to be read once and closed (it is a context manager).

    `rejected` is what could not be used, by place and never by content; `inspection` is what was understood and what
    was not. Both are complete when the iteration is.
    """

    inspection: Inspection

    @property
    def rejected(self) -> list[RecordProblem]:
        """What could not be used, as far as it has been read."""

    def __iter__(self) -> Iterator[PatientEvents]:
        """Each patient, in the order of the source."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def close(self) -> None:
        """Let go of what is read from."""


def open_events(path: Path, *, zone: tzinfo, complete: frozenset[EventKind] = frozenset()) -> EventSource:
    """Open patient records: FHIR (a bundle, a resource, a folder of them, NDJSON; packed with gzip or not), or OMOP
    tables (a folder of them, or a DuckDB database).

    Args:
        path: a file or a folder.
        zone: of the site, in which times with a zone become dates.
        complete: the kinds of events of which the source holds every one, so that finding nothing means no.

    Raises:
        UsageError: there is nothing at the path, or it may not be read.
        UnusablePatients: nothing at the path can hold records.
    """
    from screener.facts.omop.database import holds_omop
    from screener.facts.omop.source import open_omop

    if holds_omop(path):
        return open_omop(path, zone=zone, complete=complete)
    return FhirRecords(path, zone=zone, complete=complete)


def each(source: EventSource, prepare: Prepare[Made], *, watch: Watch | None = None) -> Iterator[Made]:
    """What is made of each patient of a source, in its order; where it pays, on every processor of the machine.

    Args:
        source: an open source.
        prepare: makes the function that is called with each patient. It is called once in each process, so it must be
            picklable (a function of a module, or a `partial` of one), and so must be what is made.
        watch: is told how far the reading has come, as far as the source can tell.

    Raises:
        UsageError: the temporary folder has no room left.
        UnusablePatients: a process was ended from outside, or the source is damaged further in.
    """
    if isinstance(source, FhirRecords):
        return source.map(prepare, watch=watch)
    return counted(map(prepare(), source), watch)


def counted(made: Iterator[Made], watch: Watch | None) -> Iterator[Made]:
    """What is made of patients as it is; how many they are is told now and then."""
    for count, one in enumerate(made, start=1):
        yield one
        if watch is not None and count % TELL_EVERY == 0:
            watch(READ, count, None)
