"""A first look through a source: which patients stand in which file, and what must be brought together from several.

A file whose patients stand in no other file is read whole, when its turn comes. Of everything else the resources are
kept by patient in a temporary file, so that what is said of a patient never rests on a part of the records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final, NamedTuple

import orjson

from screener.facts.events import EVENT_KINDS, EventKind
from screener.facts.fhir.documents import Pages, Unusable, entries_of, pages_of, parse_records
from screener.facts.fhir.files import SourceFile, read_lines
from screener.facts.fhir.glances import Glance, load
from screener.facts.fhir.owners import names_of, owners_of, persons_of, sort_by_patient, wanted_medication
from screener.facts.fhir.persons import Persons
from screener.facts.fhir.references import Entry
from screener.facts.fhir.spill import Kept, Spill
from screener.facts.inspection import Inspection, Problems, RecordProblem

_EVERY_KIND: Final = frozenset(EVENT_KINDS)
_SHARED: Final = 0
"""Stands for the file of a patient whose records stand in several places."""


class Whole(NamedTuple):
    """A file whose patients stand nowhere else; `row` is that of the first of them."""

    row: int
    file: SourceFile


class Gathered(NamedTuple):
    """A patient whose records stood in several places."""

    row: int
    patient_id: str
    resources: list[Kept]


Item = Whole | Gathered


class _Document(NamedTuple):
    """A file that is one document, with the numbers of its patients and what it lends and borrows."""

    file: SourceFile
    patients: tuple[int, ...]
    shares: bool
    wants: bool


class Survey:
    """Numbers the patients of a source by their first record, and brings together what stands in several places.

    `unplaced` are the kinds of events of which something could not be read that may have been any patient's, `split`
    the patients whose records stand under several ids.
    """

    def __init__(self, inspection: Inspection, problems: Problems) -> None:
        self.numbers: dict[str, int] = {}
        self.unplaced: frozenset[EventKind] = frozenset()
        self.split: frozenset[str] = frozenset()
        self._inspection = inspection
        self._problems = problems
        self._servers: dict[str, str] = {}
        self._persons = Persons(inspection, problems)
        self._pages: set[str] = set()
        self._following: dict[str, RecordProblem] = {}
        self._stands: list[int] = []
        self._whole: list[Whole] = []
        self._spill: Spill | None = None

    def look(self, files: Iterable[SourceFile], glances: Iterable[Glance]) -> None:
        """Go through the files, each with what a look into it told, in the same order."""
        documents: list[_Document] = []
        for file, seen in zip(files, glances, strict=True):
            if seen.problem is not None:
                self._lose(seen.problem)
            elif seen.lines:
                self._inspection.note("file", "NDJSON")
                self._read_lines(file)
            else:
                self._inspection.note("file", "JSON")
                self._turn(seen.pages, file)
                self._persons.meet(seen.persons, file.name)
                patients = self._patients(file, seen, place=len(documents) + 1)
                if patients is not None:
                    documents.append(_Document(file, patients, seen.shares, seen.wants))
        for problem in [problem for url, problem in self._following.items() if url not in self._pages]:
            self._lose(problem)
        self.split = self._persons.split(self.numbers.keys())
        # Lines lend and borrow as they come, so where there are some, every document may have to.
        lent = self._spill is not None or any(one.shares for one in documents)
        borrowed = self._spill is not None or any(one.wants for one in documents)
        for one in documents:
            self._place(one, lent=lent, borrowed=borrowed)

    def _place(self, document: _Document, *, lent: bool, borrowed: bool) -> None:
        """Decide whether a document is read whole later, or is taken apart now."""
        apart = any(self._stands[number - 1] == _SHARED for number in document.patients)
        if apart or (document.wants and lent) or not document.patients:
            self._read_document(document.file)
            return
        if document.shares and borrowed:
            self._lend(document.file)
        self._whole.append(Whole(document.patients[0], document.file))

    def items(self) -> Iterator[Item]:
        """What is to be read, in the order of the patients."""
        ids = list(self.numbers)
        whole = iter(self._whole)
        first = next(whole, None)
        for number, resources in self._spill.patients() if self._spill is not None else ():
            while first is not None and first.row < number:
                yield first
                first = next(whole, None)
            yield Gathered(number, ids[number - 1], resources)
        if first is not None:
            yield first
        yield from whole

    def close(self) -> None:
        """Let go of the temporary file."""
        if self._spill is not None:
            self._spill.close()

    def _patients(self, file: SourceFile, seen: Glance, *, place: int) -> tuple[int, ...] | None:
        """The numbers of the patients of a document, none where it cannot be told who they are."""
        numbers = [self._number(name, server, place) for name, server in seen.owners]
        known = tuple(number for number in numbers if number is not None)
        if len(known) == len(numbers):
            return known
        self._lose(RecordProblem(file.name, "", *_TWO_SERVERS))
        return None

    def _number(self, name: str, server: str | None, place: int) -> int | None:
        """The number of a patient, who stands in one more place now; none where another server has the same id."""
        if server is not None and self._servers.setdefault(name, server) != server:
            return None
        number = self.numbers.get(name)
        if number is None:
            number = self.numbers[name] = len(self.numbers) + 1
            self._stands.append(place)
        elif self._stands[number - 1] != place:
            self._stands[number - 1] = _SHARED
        return number

    def _lose(self, problem: RecordProblem) -> None:
        """Note that something could not be read, of which nobody can say whose it was."""
        self._problems.add(problem)
        self.unplaced = _EVERY_KIND

    def _turn(self, pages: Pages, file: SourceFile, position: str = "") -> None:
        """Remember a page, and the one that follows it, which may hold records of anybody."""
        if pages.itself is not None:
            self._pages.add(pages.itself)
        if pages.following is not None:
            problem = RecordProblem(file.name, position, "names a next page that is not in the source", _EVERY_PAGE)
            self._following.setdefault(pages.following, problem)

    def _read_lines(self, file: SourceFile) -> None:
        try:
            for number, line in read_lines(file.path):
                self._read_line(file, f"line {number}", line)
        except Unusable as problem:
            self._lose(problem.found_in(file.name))

    def _read_line(self, file: SourceFile, position: str, line: bytes | Unusable) -> None:
        try:
            if isinstance(line, Unusable):
                raise line
            document = parse_records(line)
            entries = entries_of(document, file.name, position, inspection=self._inspection, problems=self._problems)
        except Unusable as problem:
            return self._lose(problem.found_in(file.name, position))
        self._turn(pages_of(document), file, position)
        self._persons.meet(persons_of(entries), file.name, position)
        alone = len(entries) == 1 and entries[0].resource is document
        return self._keep(entries, line if alone else None)

    def _read_document(self, file: SourceFile) -> None:
        """Take a document apart."""
        try:
            self._keep(load(file, self._inspection, self._problems), None)
        except Unusable as problem:
            self._lose(problem.found_in(file.name))

    def _lend(self, file: SourceFile) -> None:
        """Keep what others borrow of a document that is read whole later, and counted then."""
        with suppress(Unusable):
            for entry in load(file, Inspection(), Problems()):
                if entry.type == "Medication":
                    self._share(entry, _kept(entry, None))

    def _keep(self, entries: list[Entry], body: bytes | None) -> None:
        """Keep the resources of a document by the patient they name; `body` is how the only one was written."""
        kept: dict[str, Kept] = {}
        for entry in entries:
            try:
                kept[entry.place] = _kept(entry, body)
            except Unusable as problem:
                self._lose(problem.found_in(entry.file, entry.position))
        entries = [entry for entry in entries if entry.place in kept]
        apart = sort_by_patient(entries, self._inspection, self._problems)
        self.unplaced |= apart.unplaced
        own = names_of(entries)
        servers = owners_of(entries)
        for name, several in apart.by_patient.items():
            number = self._number(name, servers[name], _SHARED)
            if number is None:
                self._lose(RecordProblem(several[0].file, several[0].position, *_TWO_SERVERS))
                continue
            for entry in (*several, *apart.shared):
                self._spilled.keep(number, kept[entry.place])
                wanted = wanted_medication(entry, own)
                if wanted is not None:
                    self._spilled.want(number, wanted)
        for entry in apart.shared:
            self._share(entry, kept[entry.place])

    def _share(self, entry: Entry, kept: Kept) -> None:
        names = (entry.reference,) if entry.full_url is None else (entry.reference, entry.full_url)
        self._spilled.share(names, kept)

    @property
    def _spilled(self) -> Spill:
        if self._spill is None:
            self._spill = Spill()
        return self._spill


_EVERY_PAGE: Final = "export every page"
_TWO_SERVERS: Final = (
    "names a patient by an id that another server of this source has as well",
    "screen the records of each server apart",
)


def _kept(entry: Entry, body: bytes | None) -> Kept:
    """A resource as it is kept.

    Raises:
        Unusable: it is deeper than can be written, which is less than can be read.
    """
    try:
        written = orjson.dumps(entry.resource) if body is None else body
    except orjson.JSONEncodeError:
        raise Unusable("is nested too deeply", "export it again") from None
    return Kept(entry.reference, entry.file, entry.place, entry.full_url, written)
