"""What can turn the meaning of a record round puts the whole record in doubt, wherever in it that stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fhir import PATIENT, SUBJECT, Source, bundle, concept, condition, observation, write

from screener.facts.events import Standing

NOT: dict[str, Any] = {"modifierExtension": [{"url": "http://codes.test/not", "valueBoolean": True}]}
RULES: dict[str, Any] = {"implicitRules": "http://codes.test/rules"}


def standings(path: Path, *documents: Any, **more: Any) -> dict[str, Standing]:
    """The standing of every event but that of the patient, by reference."""
    document = bundle(PATIENT, *documents, **more)
    (patient,) = Source(write(path / "a.json", document)).patients.values()
    return {event.reference: event.standing for event in patient.events if event.kind != "patient"}


@pytest.mark.parametrize("modifier", [NOT, RULES])
def test_a_record_that_is_modified_is_in_doubt(tmp_path: Path, modifier: dict[str, Any]) -> None:
    found = standings(tmp_path, observation(**modifier), condition("b"))
    assert found == {"Observation/a": "uncertain", "Condition/b": "certain"}


@pytest.mark.parametrize(
    "part",
    [
        {"component": [{"code": concept("plt"), "valueInteger": 1, **NOT}]},
        {"method": {**concept("stain"), **NOT}},
        {"contained": [{"resourceType": "Device", "id": "d", **NOT}]},
        {"referenceRange": [{"high": {"value": 1}}, {"text": "x", **NOT}]},
    ],
)
def test_a_record_is_in_doubt_wherever_in_it_the_modifier_stands(tmp_path: Path, part: dict[str, Any]) -> None:
    assert set(standings(tmp_path, observation(**part)).values()) == {"uncertain"}


@pytest.mark.parametrize("modifier", [NOT, RULES])
def test_what_modifies_a_bundle_modifies_what_is_in_it(tmp_path: Path, modifier: dict[str, Any]) -> None:
    assert standings(tmp_path, observation(), **modifier) == {"Observation/a": "uncertain"}


def test_what_modifies_an_entry_modifies_its_record_alone(tmp_path: Path) -> None:
    document = bundle(PATIENT, observation(), condition("b"))
    document["entry"][1] |= NOT
    document["entry"].append("text")
    (patient,) = Source(write(tmp_path / "a.json", document)).patients.values()
    assert [event.standing for event in patient.events] == ["certain", "certain", "uncertain"]


def test_a_list_and_a_line_of_records_are_looked_through_too(tmp_path: Path) -> None:
    stain = {**concept("stain"), **NOT}
    write(tmp_path / "a.json", [PATIENT, observation(method=stain), "text"])
    write(tmp_path / "b.ndjson", observation("b", method=stain))
    (patient,) = Source(tmp_path).patients.values()
    assert [event.standing for event in patient.events] == ["certain", "uncertain", "uncertain"]


def test_what_leans_on_a_modified_record_is_in_doubt_as_well(tmp_path: Path) -> None:
    medicine = {"resourceType": "Medication", "id": "m", "code": concept("drug"), **NOT}
    given = {
        "resourceType": "MedicationAdministration",
        "id": "g",
        "subject": SUBJECT,
        "status": "completed",
        "medicationReference": {"reference": "Medication/m"},
    }
    assert standings(tmp_path, medicine, given) == {"MedicationAdministration/g": "uncertain"}


def test_a_document_that_is_no_record_is_left_as_it_is(tmp_path: Path) -> None:
    write(tmp_path / "a.json", "modifierExtension")
    write(tmp_path / "b.json", bundle(PATIENT, entry={**NOT}, **NOT))
    assert len(Source(tmp_path).rejected) == 2
