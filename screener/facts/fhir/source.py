"""What a survey found, read into events: files whole, and patients whose records were brought together."""

from __future__ import annotations

from collections.abc import Iterator

from screener.facts.events import EventKind, PatientEvents
from screener.facts.fhir.documents import Unusable, parse_records
from screener.facts.fhir.glances import load
from screener.facts.fhir.owners import sort_by_patient
from screener.facts.fhir.patients import Reading
from screener.facts.fhir.references import Entry
from screener.facts.fhir.spill import Kept
from screener.facts.fhir.survey import Item, Whole


def read_item(
    item: Item, reading: Reading, complete: frozenset[EventKind], split: frozenset[str]
) -> Iterator[PatientEvents]:
    """The patients of one item of a survey.

    Args:
        item: a file that is read whole, or one patient whose records were brought together.
        reading: what the patients of a source share; it counts.
        complete: the kinds of which the source holds every event of these patients.
        split: the patients whose records stand under several ids.
    """
    if isinstance(item, Whole):
        yield from _whole(item, reading, complete, split)
    else:
        entries = [_entry(kept) for kept in item.resources]
        alone = item.patient_id not in split
        yield reading.read(item.patient_id, entries, row=item.row, complete=complete, alone=alone)


def _whole(
    item: Whole, reading: Reading, complete: frozenset[EventKind], split: frozenset[str]
) -> Iterator[PatientEvents]:
    try:
        entries = load(item.file, reading.inspection, reading.problems)
    except Unusable as problem:
        # It was readable when it was looked into, so it has changed since.
        reading.problems.add(problem.found_in(item.file.name))
        return
    apart = sort_by_patient(entries, reading.inspection, reading.problems)
    for kind in complete & apart.unplaced:
        reading.inspection.not_complete[kind] += len(apart.by_patient)
    for row, (patient_id, several) in enumerate(apart.by_patient.items(), start=item.row):
        entries = [*several, *apart.shared]
        alone = patient_id not in split
        yield reading.read(patient_id, entries, row=row, complete=complete - apart.unplaced, alone=alone)


def _entry(kept: Kept) -> Entry:
    resource = parse_records(kept.body)
    assert isinstance(resource, dict)
    return Entry(resource, str(resource["resourceType"]), kept.reference, kept.file, kept.place, kept.full_url)
