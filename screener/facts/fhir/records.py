"""A file or a folder of FHIR records as a source of patients: looked through once, then read patient by patient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import tzinfo
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self, TypeVar

from screener.errors import UnusablePatients
from screener.facts.events import EventKind, PatientEvents
from screener.facts.fhir.files import SourceFile, find_files
from screener.facts.fhir.glances import Glance, glance
from screener.facts.fhir.patients import Reading
from screener.facts.fhir.source import read_item
from screener.facts.fhir.survey import Item, Survey
from screener.facts.inspection import Inspection, Problems, RecordProblem
from screener.facts.processes import Processes, available, in_chunks

Made = TypeVar("Made")
Prepare = Callable[[], Callable[[PatientEvents], Made]]
"""Makes, once in each process, the function that is then called with each patient."""
Watch = Callable[[str, int, int | None], None]
"""Is told now and then what is being done, how much of it is done, and how much there is, as far as that is known."""

LOOKED_THROUGH: Final = "files looked through"
READ: Final = "patients read"
TELL_EVERY: Final = 64
"""Patients between two times that a watch is told."""
_CHUNK: Final = 64
_WORTH_PROCESSES: Final = 1_000
"""From so many files or patients on, several processes are quicker in spite of starting them."""


class _Job(NamedTuple):
    """Items to read, the kinds of events of which the source holds every one, and the patients under several ids."""

    items: list[Item]
    complete: frozenset[EventKind]
    split: frozenset[str]


class _Done(NamedTuple):
    """What was made of the patients of a job, and what was counted."""

    made: list[object]
    inspection: Inspection
    problems: list[RecordProblem]


class FhirRecords:
    """FHIR records, open to be read once and closed (it is a context manager).

    `rejected` is what could not be used, `inspection` what was understood; both are complete when the iteration is.
    `patients` is how many there are, none before the files were looked through.
    """

    def __init__(self, path: Path, *, zone: tzinfo, complete: frozenset[EventKind]) -> None:
        self.inspection = Inspection(relied_on=complete)
        self.patients: int | None = None
        self._problems = Problems()
        self._files = find_files(path, self.inspection, self._problems)
        self._zone = zone
        self._closing = ExitStack()
        self._processes: Processes | None = None
        self._begun = False
        if not self._files:
            raise UnusablePatients(
                f"{path} holds no records: no file in it ends in .json, .ndjson or .jsonl, packed with gzip or not.",
                hint="Name the folder of the export, and unpack archives first.",
            )

    @property
    def rejected(self) -> list[RecordProblem]:
        """What could not be used, as far as it has been read."""
        return self._problems.listed()

    def __iter__(self) -> Iterator[PatientEvents]:
        """Each patient, in the order of their first records.

        Raises:
            UsageError: the temporary folder has no room left.
            RuntimeError: the records were read before.
        """
        return self.map(_as_they_are, several=False)

    def map(self, prepare: Prepare[Made], *, several: bool = True, watch: Watch | None = None) -> Iterator[Made]:
        """What is made of each patient, in the order of their first records, on every processor of the machine.

        Args:
            prepare: makes the function that is called with each patient. It is called once in each process, so it must
                be picklable, and so must be what is made.
            several: whether more than one process may be used.
            watch: is told how far the reading has come.

        Raises:
            UsageError: the temporary folder has no room left.
            UnusablePatients: a process was ended from outside.
            RuntimeError: the records were read before.
        """
        if self._begun:
            raise RuntimeError("records are read once")
        self._begun = True
        count = available() if several else 1
        survey = Survey(self.inspection, self._problems)
        self._closing.callback(survey.close)
        if count > 1 and len(self._files) >= _WORTH_PROCESSES:
            self._start(count, prepare)
        survey.look(self._files, self._glances(watch))
        self.patients = len(survey.numbers)
        if count > 1 and self.patients >= _WORTH_PROCESSES:
            self._start(count, prepare)
        yield from self._read(survey, prepare, watch)

    def _start(self, count: int, prepare: Prepare[Made]) -> None:
        if self._processes is None:
            self._processes = Processes(count, _begin, (self._zone, prepare))
            self._closing.callback(self._processes.close)

    def _glances(self, watch: Watch | None) -> Iterator[Glance]:
        """What a look into each file told."""
        chunks = in_chunks(self._files, _CHUNK)
        looked = map(_glances, chunks) if self._processes is None else self._processes.in_order(_glances, chunks)
        done = 0
        for several in looked:
            yield from several
            done += len(several)
            if watch is not None:
                watch(LOOKED_THROUGH, done, len(self._files))

    def _read(self, survey: Survey, prepare: Prepare[Made], watch: Watch | None) -> Iterator[Made]:
        complete = self.inspection.relied_on - survey.unplaced
        for kind in self.inspection.relied_on & survey.unplaced:
            self.inspection.not_complete[kind] += self.patients or 0
        jobs = (_Job(items, complete, survey.split) for items in in_chunks(survey.items(), _CHUNK))
        if self._processes is None:
            worker = _Worker(self._zone, prepare)
            finished: Iterable[_Done] = map(worker.do, jobs)
        else:
            finished = self._processes.in_order(_do, jobs)
        done = 0
        for one in finished:
            self.inspection.add(one.inspection)
            for problem in one.problems:
                self._problems.add(problem)
            yield from one.made  # type: ignore[misc]  # what `prepare` made, which came through a pickle
            done += len(one.made)
            if watch is not None:
                watch(READ, done, self.patients)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what is still under way, and let go of temporary files."""
        self._closing.close()


def _as_they_are() -> Callable[[PatientEvents], PatientEvents]:
    return lambda patient: patient


class _Worker:
    """Reads jobs in one process."""

    def __init__(self, zone: tzinfo, prepare: Prepare[object]) -> None:
        self._reading = Reading(zone)
        self._make = prepare()

    def do(self, job: _Job) -> _Done:
        """Read the items of a job, and hand over what was counted meanwhile."""
        reading, make = self._reading, self._make
        made = [make(patient) for item in job.items for patient in read_item(item, reading, job.complete, job.split)]
        inspection = reading.handed_over()
        return _Done(made, inspection, reading.problems.taken())


_workers: list[_Worker] = []
"""The one that this process reads with; empty in the process that was started first."""


def _begin(zone: tzinfo, prepare: Prepare[object]) -> None:
    _workers[:] = [_Worker(zone, prepare)]


def _do(job: _Job) -> _Done:
    return _workers[0].do(job)


def _glances(files: list[SourceFile]) -> list[Glance]:
    return [glance(file) for file in files]
