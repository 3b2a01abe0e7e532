"""Patients from whatever holds them: a fact table as it is, or records whose facts are derived first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

from screener.criteria.derivations import Derivations
from screener.deriving.deriver import Deriver
from screener.facts.definitions import Vocabulary
from screener.facts.events import EventKind, PatientEvents
from screener.facts.fhir.records import Made, Watch
from screener.facts.inspection import RecordProblem
from screener.facts.record_source import EventSource, counted, each, open_events
from screener.facts.table import FactTable, Rejection, open_fact_table
from screener.facts.values import PatientRecord

Work = Callable[[], Callable[[PatientRecord], Made]]
"""Makes, once in each process, the function that is then called with each patient."""

_JSON: Final = (".json", ".jsonl", ".ndjson")
_ALWAYS_RECORDS: Final = (".gz", ".duckdb")
_RECORD_SIGN: Final = b'"resourceType"'
_LOOKED_AT_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What a site says of its records: the zone in which times become dates, and the kinds that hold every event."""

    zone: tzinfo = UTC
    complete: frozenset[EventKind] = field(default_factory=frozenset)


class PatientSource(Protocol):
    """Patients, to be read once and closed (it is a context manager).

    `rejected` is what could not be used, by place and never by content. `unknown_columns` are headings that mean
    nothing here.
    """

    @property
    def rejected(self) -> Sequence[Rejection | RecordProblem]:
        """What could not be used, as far as it has been read."""

    @property
    def unknown_columns(self) -> Sequence[tuple[str, str]]:
        """Headings that mean nothing here, each with a hint."""

    def problems_of(self, patient: PatientRecord) -> Sequence[Rejection | RecordProblem]:
        """What could not be used of one patient."""

    def __iter__(self) -> Iterator[PatientRecord]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class DerivedPatients:
    """Patients whose facts are derived from records; on every processor of the machine where that pays.

    Args:
        source: the records.
        prepare: makes what derives the facts of one patient; called once in each process.
    """

    def __init__(self, source: EventSource, prepare: Callable[[], Callable[[PatientEvents], PatientRecord]]) -> None:
        self.source = source
        self.unknown_columns: list[tuple[str, str]] = []
        self._prepare = prepare

    @property
    def rejected(self) -> list[RecordProblem]:
        """What could not be used, as far as it has been read."""
        return self.source.rejected

    def problems_of(self, patient: PatientRecord) -> list[RecordProblem]:
        """What could not be used of one patient: a problem names a file, so those of the patient's files."""
        places = {one.place for fact in patient.facts.values() for one in fact.evidence}
        return [one for one in self.rejected if any(place.startswith(one.file) for place in places)]

    def __iter__(self) -> Iterator[PatientRecord]:
        return each(self.source, self._prepare)

    def map(self, work: Work[Made], *, watch: Watch | None = None) -> Iterator[Made]:
        """What is made of each patient, in the process that reads the patient: see `made_of`."""
        return each(self.source, partial(_derived_and_made, self._prepare, work), watch=watch)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.source.__exit__(kind, error, trace)


def open_patients(
    path: Path,
    vocabulary: Vocabulary,
    derivations: Derivations,
    *,
    as_of: date,
    settings: SourceSettings,
    names: Collection[str] | None = None,
) -> FactTable | DerivedPatients:
    """Open patients: a fact table, or records (FHIR or OMOP) whose facts are derived as the vocabulary says.

    Args:
        path: what holds them; `-` is a fact table on standard input.
        vocabulary: the facts.
        derivations: how facts are derived from records.
        as_of: the screening date.
        settings: what the site says of its records.
        names: of records, the facts that are wanted; all of them unless told.

    Raises:
        UsageError: there is nothing at the path.
        UnusablePatients: what is there holds no patients.
    """
    if not holds_records(path):
        return open_fact_table(path, vocabulary, as_of=as_of)
    source = open_events(path, zone=settings.zone, complete=settings.complete)
    return DerivedPatients(source, partial(_derive, derivations, vocabulary, as_of, names))


def made_of(patients: PatientSource, work: Work[Made], *, watch: Watch | None = None) -> Iterator[Made]:
    """What is made of each patient of a source, in its order; of records where they are read, on every processor.

    Args:
        patients: an open source.
        work: makes the function that is called with each patient. It is called once in each process, so it must be
            picklable (a function of a module, or a `partial` of one), and so must be what is made; what is small to
            send is made quickest.
        watch: is told how far the reading has come.

    Raises:
        UsageError, UnusablePatients: see `screener.facts.record_source.each`.
    """
    if isinstance(patients, DerivedPatients):
        return patients.map(work, watch=watch)
    return counted(map(work(), patients), watch)


def _derive(
    derivations: Derivations, vocabulary: Vocabulary, as_of: date, names: Collection[str] | None
) -> Callable[[PatientEvents], PatientRecord]:
    return Deriver(derivations, vocabulary, as_of, names=names).record


def _derived_and_made(
    prepare: Callable[[], Callable[[PatientEvents], PatientRecord]], work: Work[Made]
) -> Callable[[PatientEvents], Made]:
    derive, make = prepare(), work()
    return lambda events: make(derive(events))


def holds_records(path: Path) -> bool:
    """Whether patient records stand at a path, and not a fact table: folders, packed files, JSON of resources."""
    if path.is_dir() or path.suffix.lower() in _ALWAYS_RECORDS:
        return True
    if path.suffix.lower() not in _JSON or not path.is_file():
        return False
    try:
        with path.open("rb") as content:
            # In UTF-16 every other byte of such a text is a NUL.
            return _RECORD_SIGN in content.read(_LOOKED_AT_BYTES).replace(b"\0", b"")
    except OSError:
        return False  # whoever opens it says why it cannot be read
