"""What each status of FHIR R4 makes of a record: certain, uncertain (never a yes), or no event."""

from __future__ import annotations

from typing import Any

import pytest
from fhir import concept, read, resource

RADIOLOGY = concept(("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD", "Radiology"))
COURSE = concept(("http://snomed.info/sct", "1217123003", "Radiotherapy course of treatment"))
RECORDS: dict[str, dict[str, Any]] = {
    "Procedure": {"code": concept("cut")},
    "course of radiotherapy": {"resourceType": "Procedure", "code": COURSE},
    "MedicationAdministration": {"medicationCodeableConcept": concept("pill")},
    "MedicationRequest": {"medicationCodeableConcept": concept("pill"), "intent": "order"},
    "MedicationStatement": {"medicationCodeableConcept": concept("pill")},
    "Observation": {"code": concept("plt")},
    "ImagingStudy": {},
    "DiagnosticReport": {"code": concept("mammogram"), "category": [RADIOLOGY]},
    "Encounter": {},
}

CERTAIN: dict[str, set[str]] = {
    "Procedure": {"completed"},
    "course of radiotherapy": {"completed", "in-progress", "on-hold", "stopped"},
    "MedicationAdministration": {"completed", "in-progress", "on-hold", "stopped"},
    "MedicationRequest": {"completed"},
    "MedicationStatement": {"active", "completed", "stopped", "on-hold"},
    "Observation": {"final", "amended", "corrected"},
    "ImagingStudy": {"available"},
    "DiagnosticReport": {"final", "amended", "corrected", "appended"},
    "Encounter": {"arrived", "triaged", "in-progress", "onleave", "finished"},
}
UNCERTAIN: dict[str, set[str]] = {
    "Procedure": {"preparation", "in-progress", "on-hold", "stopped", "unknown"},
    "course of radiotherapy": {"preparation", "unknown"},
    "MedicationAdministration": {"unknown"},
    "MedicationRequest": {"active", "on-hold", "stopped", "draft", "unknown"},
    "MedicationStatement": {"intended", "unknown"},
    "Observation": {"registered", "preliminary", "unknown"},
    "ImagingStudy": {"registered", "unknown"},
    "DiagnosticReport": {"registered", "partial", "preliminary", "unknown"},
    "Encounter": {"planned", "unknown"},
}
NOT_COUNTED: dict[str, set[str]] = {
    "Procedure": {"not-done", "entered-in-error"},
    "course of radiotherapy": {"not-done", "entered-in-error"},
    "MedicationAdministration": {"not-done", "entered-in-error"},
    "MedicationRequest": {"cancelled", "entered-in-error"},
    "MedicationStatement": {"entered-in-error", "not-taken"},
    "Observation": {"cancelled", "entered-in-error"},
    "ImagingStudy": {"cancelled", "entered-in-error"},
    "DiagnosticReport": {"cancelled", "entered-in-error"},
    "Encounter": {"cancelled", "entered-in-error"},
}


def _of(table: dict[str, set[str]]) -> list[tuple[str, str]]:
    return [(kind, word) for kind, words in table.items() for word in sorted(words)]


def _record(kind: str, word: Any) -> dict[str, Any]:
    return {**resource(kind), **RECORDS[kind], "status": word}


@pytest.mark.parametrize(("kind", "word"), _of(CERTAIN))
def test_what_was_done_is_certain(kind: str, word: str) -> None:
    event = read(_record(kind, word)).event
    assert (event.standing, event.status) == ("certain", word)


@pytest.mark.parametrize(("kind", "word"), _of(UNCERTAIN))
def test_what_may_not_have_been_done_is_never_a_yes(kind: str, word: str) -> None:
    seen = read(_record(kind, word))
    assert (seen.event.standing, seen.event.status) == ("uncertain", word)
    assert list(seen.inspection.of("uncertain")) == [(_record(kind, word)["resourceType"], word)]


@pytest.mark.parametrize(("kind", "word"), [*_of(NOT_COUNTED), ("Procedure", "nullified"), ("Observation", "not-done")])
def test_what_was_not_done_or_is_an_error_is_counted_and_is_no_event(kind: str, word: str) -> None:
    seen = read(_record(kind, word))
    assert seen.events == []
    assert seen.inspection.of("not_counted") == {(_record(kind, word)["resourceType"], word): 1}
    assert seen.problems == []


@pytest.mark.parametrize("kind", list(RECORDS))
@pytest.mark.parametrize("word", [None, "done", 5, ["completed"]])
def test_a_status_that_is_missing_or_none_of_fhirs_is_never_a_yes(kind: str, word: Any) -> None:
    seen = read(_record(kind, word))
    assert (seen.event.standing, seen.event.status) == ("uncertain", None)
    assert seen.inspection.total("unreadable") == 1
