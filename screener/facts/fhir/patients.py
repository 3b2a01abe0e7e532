"""The resources of one patient, as the events they tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, NamedTuple

from screener.facts.events import EventKind, PatientEvents
from screener.facts.fhir.chart import Chart, Gaps, gaps_of, note_gaps
from screener.facts.fhir.duplicates import distinct
from screener.facts.fhir.elements import BY_REFERENCE, CHOICES, LEFT_ASIDE, MODIFIERS
from screener.facts.fhir.readers.condition import read_condition
from screener.facts.fhir.readers.encounter import read_encounter
from screener.facts.fhir.readers.imaging import read_report, read_study
from screener.facts.fhir.readers.medication import read_medication
from screener.facts.fhir.readers.observation import comorbid_conditions, read_observation
from screener.facts.fhir.readers.patient import read_patient_resource
from screener.facts.fhir.readers.procedure import read_procedure
from screener.facts.fhir.readers.recurrence import settled
from screener.facts.fhir.references import Entry, Records
from screener.facts.fhir.times import Calendar
from screener.facts.fhir.versions import other_version
from screener.facts.inspection import Inspection, Problems

_ELEMENT: Final = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}")
_SHAPES_KEPT: Final = 4096
_LETTERS_KEPT: Final = 4_000_000


_Read = Callable[[Entry, Chart], None]
_ToRead = tuple[_Read, Entry]


class _Reader(NamedTuple):
    read: _Read
    kinds: tuple[EventKind, ...]


READERS: Final[Mapping[str, _Reader]] = {
    "Patient": _Reader(read_patient_resource, ("patient",)),
    "Condition": _Reader(read_condition, ("condition",)),
    "Procedure": _Reader(read_procedure, ("procedure", "radiotherapy")),
    "MedicationAdministration": _Reader(read_medication, ("medication",)),
    "MedicationRequest": _Reader(read_medication, ("medication",)),
    "MedicationStatement": _Reader(read_medication, ("medication",)),
    "Observation": _Reader(read_observation, ("observation",)),
    "ImagingStudy": _Reader(read_study, ("imaging",)),
    "DiagnosticReport": _Reader(read_report, ("imaging",)),
    "Encounter": _Reader(read_encounter, ("encounter",)),
}
"""By type of resource: what reads it, and the kinds of events that are missing where it cannot be read."""
_FIRST: Final = {"Patient": 0, "Condition": 1}
"""What is read first, in turn: the conditions come before what leans on them."""


@dataclass(slots=True)
class _Shape:
    """What the element names of a resource tell: which are not read, whether it is of another version, or modified.

    `lists` says that it may be a list of other records, `several` that it says one thing in several forms. It is `odd`
    where it is one of the four.
    """

    kind: str
    read: _Read
    turn: int
    ignored: tuple[str, ...]
    version: str | None
    modified: bool
    lists: bool
    several: bool
    odd: bool
    count: int = 0


class Reading:
    """Reads patients of one source: what is shared between them, and what was counted."""

    def __init__(self, zone: tzinfo) -> None:
        self.inspection = Inspection()
        self.problems = Problems()
        self._calendar = Calendar(zone)
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._letters = 0
        self._gaps: Counter[Gaps] = Counter()

    def read(
        self,
        patient_id: str,
        entries: Sequence[Entry],
        *,
        row: int,
        complete: frozenset[EventKind],
        alone: bool = True,
    ) -> PatientEvents:
        """The events of one patient.

        Args:
            patient_id: the id of the Patient.
            entries: the resources that name the patient, and the ones that those name.
            row: where the patient stands in the source.
            complete: the kinds of which the source says it holds every event.
            alone: whether no other records of the same person stand under another id; else all of these are in doubt.
        """
        chart = Chart(self._calendar, self.inspection, self.problems, Records())
        if not alone:
            chart.doubt_all()
        patients, conditions, others = self._in_turn(distinct(entries, chart), chart)
        _tell(patients, chart)
        _tell(conditions, chart)
        chart.events = settled(chart.events)
        _tell(others, chart)
        self._count(chart, complete, named=bool(patients))
        return PatientEvents(patient_id, tuple(chart.events), row, complete - chart.missing)

    def _in_turn(self, entries: Iterable[Entry], chart: Chart) -> tuple[list[_ToRead], ...]:
        """What is to be read, by its turn; each is counted by its shape."""
        shapes = self._shapes
        turns: tuple[list[_ToRead], ...] = ([], [], [])
        for entry in entries:
            if entry.type in BY_REFERENCE:
                continue
            shape = shapes.get((entry.type, *entry.resource)) or self._shape(entry)
            shape.count += 1
            if not shape.odd or _looked_at(shape, entry, chart):
                turns[shape.turn].append((shape.read, entry))
        return turns

    def _count(self, chart: Chart, complete: frozenset[EventKind], *, named: bool) -> None:
        self._gaps.update(gaps_of(chart.events))
        self.inspection.patients += 1
        self.inspection.without_patient_record += not named
        for kind in complete & chart.missing:
            self.inspection.not_complete[kind] += 1

    def _shape(self, entry: Entry) -> _Shape:
        """A shape that was not seen before."""
        key = (entry.type, *entry.resource)
        self._letters += sum(map(len, key))
        if len(self._shapes) >= _SHAPES_KEPT or self._letters > _LETTERS_KEPT:
            self.fold()
            self._shapes.clear()
            self._letters = 0
        shape = self._shapes[key] = _shape_of(entry)
        return shape

    def handed_over(self) -> Inspection:
        """What has been counted so far; counting begins anew."""
        self.fold()
        counted, self.inspection = self.inspection, Inspection()
        return counted

    def fold(self) -> None:
        """Bring the counts of elements and of gaps into the inspection."""
        note_gaps(self._gaps, self.inspection)
        self._gaps.clear()
        for shape in self._shapes.values():
            if shape.count:
                self.inspection.note("record", shape.kind, count=shape.count)
                for element in shape.ignored:
                    self.inspection.note("ignored", element, count=shape.count)
                shape.count = 0


def _looked_at(shape: _Shape, entry: Entry, chart: Chart) -> bool:
    """Note what an odd resource says beside its event; no where it cannot be read."""
    if shape.modified:
        chart.doubted.add(entry.reference)
    if shape.several:
        chart.several.add(entry.reference)
    if shape.version is not None:
        kinds = READERS[entry.type].kinds
        chart.reject(entry, f"the {entry.type} is {shape.version}", "export it as FHIR R4", kinds)
    elif shape.lists:
        chart.comorbid |= comorbid_conditions(entry, chart)
    return shape.version is None


def _tell(entries: Iterable[_ToRead], chart: Chart) -> None:
    for read, entry in entries:
        read(entry, chart)


def _shape_of(entry: Entry) -> _Shape:
    elements = entry.resource.keys()
    aside = LEFT_ASIDE.get(entry.type)
    ignored = () if aside is None else tuple(sorted(_shown(entry.type, one) for one in elements - aside))
    read = READERS[entry.type].read
    version, modified = other_version(entry.type, elements), not MODIFIERS.isdisjoint(elements)
    lists = entry.type == "Observation" and "extension" in elements
    several = any(len(forms.intersection(elements)) > 1 for forms in CHOICES.get(entry.type, ()))
    odd = modified or lists or several or version is not None
    turn = _FIRST.get(entry.type, len(_FIRST))
    return _Shape(entry.type, read, turn, ignored, version, modified, lists, several, odd)


def _shown(kind: str, element: str) -> str:
    """The name of an element; one that is no name could be anything, and is not repeated."""
    return f"{kind}.{element}" if _ELEMENT.fullmatch(element) else f"{kind}, an element without a proper name"
