"""What was given, asked for, or said to be taken."""

from __future__ import annotations

from typing import Any

import pytest
from fhir import concept, extension, read, resource, said


def given(**more: Any) -> dict[str, Any]:
    return resource("MedicationAdministration", status="completed", medicationCodeableConcept=concept("pill"), **more)


def asked(**more: Any) -> dict[str, Any]:
    base = {"status": "completed", "intent": "order", "medicationCodeableConcept": concept("pill")}
    return resource("MedicationRequest", **{**base, **more})


def taken(**more: Any) -> dict[str, Any]:
    return resource("MedicationStatement", **{"status": "active", "medicationCodeableConcept": concept("pill"), **more})


def test_an_administration_tells_what_when_why_and_for_what() -> None:
    event = read(
        given(
            effectivePeriod={"start": "2018-04-01", "end": "2018-06-01"},
            reasonCode=[concept("sore")],
            extension=[extension("procedure-intent", valueCodeableConcept=concept("cure"))],
        )
    ).event
    assert said(event) == {
        "code": ("recorded", ["pill"]),
        "act": ("recorded", "administration"),
        "intent": ("recorded", ["cure"]),
        "reason": ("recorded", ["sore"]),
        "start": ("recorded", "2018-04-01"),
        "end": ("recorded", "2018-06-01"),
    }


def test_the_intent_is_read_under_the_name_the_ballot_gave_it() -> None:
    event = read(given(extension=[extension("treatment-intent", valueCodeableConcept=concept("cure"))])).event
    assert said(event)["intent"] == ("recorded", ["cure"])


def test_an_order_is_an_event_of_its_day_and_says_nothing_of_start_and_end() -> None:
    event = read(asked(authoredOn="2018-04-12")).event
    assert said(event) == {"code": ("recorded", ["pill"]), "act": ("recorded", "request")}
    assert event.on is not None
    assert event.on.text == "2018-04-12"


def test_a_statement_of_one_day_began_then_and_may_go_on() -> None:
    event = read(taken(effectiveDateTime="2018")).event
    assert said(event)["start"] == ("recorded", "2018")
    assert "end" not in event.fields


@pytest.mark.parametrize("more", [{"intent": "plan"}, {"intent": "proposal"}, {"intent": None}, {"intent": ["order"]}])
def test_what_is_not_ordered_is_uncertain(more: dict[str, Any]) -> None:
    assert read(asked(**more)).event.standing == "uncertain"


def test_what_must_not_be_given_is_no_event() -> None:
    seen = read(asked(doNotPerform=True))
    assert seen.events == []
    assert seen.inspection.of("not_counted") == {("MedicationRequest", "doNotPerform"): 1}
    assert read(asked(doNotPerform=False)).event.standing == "certain"
    assert read(asked(doNotPerform="true")).event.standing == "uncertain"


def test_the_medication_can_be_named_by_reference_or_stand_within() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": concept("pill")}
    named = resource("MedicationAdministration", status="completed", medicationReference={"reference": "Medication/m"})
    inside = {**named, "id": "b", "medicationReference": {"reference": "#m"}, "contained": [medication]}
    seen = read(named, inside, medication)
    assert [said(event)["code"] for event in seen.events] == [("recorded", ["pill"])] * 2
    assert seen.inspection.of("by_reference") == {("Medication",): 1}


def test_a_medication_that_leads_nowhere_cannot_be_read_and_is_counted() -> None:
    lost = resource("MedicationAdministration", status="completed", medicationReference={"reference": "Medication/x"})
    seen = read(lost)
    assert (seen.event.fields["code"].state, seen.event.fields["code"].said) == ("unreadable", "Medication/x")
    assert seen.inspection.of("lost_reference") == {("MedicationAdministration.medicationReference",): 1}


def test_a_medication_without_a_code_cannot_be_read() -> None:
    empty = {"resourceType": "Medication", "id": "m"}
    named = resource("MedicationStatement", status="active", medicationReference={"reference": "Medication/m"})
    assert said(read(named, empty).event)["code"] == ("unreadable", None)


def test_a_record_that_names_no_medication_is_rejected_by_place() -> None:
    seen = read(resource("MedicationStatement", status="active"))
    assert seen.problems == [
        "file, entry 2: the MedicationStatement names no medication; give its code or the Medication"
    ]
