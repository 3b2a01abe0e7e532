"""Procedures of FHIR as events, and those that mCODE marks as a course of radiotherapy."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from fhir import LEFT, SNOMED, concept, condition, extension, procedure, profile, read, resource, said

from screener.facts.events import EventField, Interval, Quantity

COURSE = (SNOMED, "1217123003", "Radiotherapy course of treatment")


def volume(reference: str, dose: int | None = None, fractions: Any = None) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"url": "volume", "valueReference": {"reference": reference}}]
    if dose is not None:
        quantity = {"value": dose, "system": "http://unitsofmeasure.org", "code": "cGy"}
        parts.append({"url": "totalDoseDelivered", "valueQuantity": quantity})
    if fractions is not None:
        parts.append({"url": "fractionsDelivered", "valueUnsignedInt": fractions})
    return extension("radiotherapy-dose-delivered-to-volume", extension=parts)


def body(name: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "BodyStructure", "id": name, "patient": {"reference": "Patient/1"}, **elements}


def course(*extensions: dict[str, Any], **elements: Any) -> dict[str, Any]:
    return procedure("course", COURSE, extension=[*extensions], **elements)


def test_a_procedure_tells_what_where_why_and_when() -> None:
    event = read(
        procedure(
            extension=[extension("procedure-intent", valueCodeableConcept=concept("cure"))],
            bodySite=[concept("wrist")],
            reasonCode=[concept("sore")],
            performedPeriod={"start": "2018-04-01", "end": "2018-04-03"},
        )
    ).event
    assert event.kind == "procedure"
    assert said(event) == {
        "code": ("recorded", ["cut"]),
        "intent": ("recorded", ["cure"]),
        "site": ("recorded", ["wrist"]),
        "reason": ("recorded", ["sore"]),
        "start": ("recorded", "2018-04-01"),
        "end": ("recorded", "2018-04-03"),
    }
    assert event.on is not None
    assert event.on.text == "2018-04-01"


def test_what_was_performed_on_one_day_began_and_ended_on_it() -> None:
    event = read(procedure(performedDateTime="2018-04")).event
    assert said(event)["start"] == said(event)["end"] == ("recorded", "2018-04")


@pytest.mark.parametrize(
    "more", [{"performedString": "last spring"}, {"performedAge": {}}, {"performedDateTime": "??"}]
)
def test_a_time_of_another_form_is_unreadable(more: dict[str, Any]) -> None:
    event = read(procedure(**more)).event
    assert said(event)["end"] == ("unreadable", None)
    assert event.on is None


def test_a_period_that_ends_before_it_begins_contradicts_itself() -> None:
    event = read(procedure(performedPeriod={"start": "2018-04-03", "end": "2018-04-01"})).event
    both = EventField(None, "2018-04-03 to 2018-04-01", "conflicting")
    assert (event.on, event.fields["start"], event.fields["end"]) == (None, both, both)
    within = read(procedure(performedPeriod={"start": "2018-04-03", "end": "2018-04"})).event
    assert said(within)["end"] == ("recorded", "2018-04")


def test_a_period_that_has_not_ended_has_no_end() -> None:
    event = read(procedure(performedPeriod={"start": "2018-04-01"})).event
    assert said(event)["start"] == ("recorded", "2018-04-01")
    assert "end" not in event.fields


def test_the_reason_can_be_a_condition_that_is_named_also_within_the_record() -> None:
    inside = {"resourceType": "Condition", "id": "in", "code": concept("stiff")}
    named = [{"reference": "Condition/a"}, {"reference": "#in"}]
    event = read(condition(), procedure("p", reasonReference=named, contained=[inside])).events[1]
    assert said(event)["reason"] == ("recorded", ["sore", "stiff"])


def test_a_reason_that_leads_nowhere_cannot_be_read_and_is_counted() -> None:
    seen = read(procedure(reasonReference=[{"reference": "Condition/gone"}]))
    field = seen.event.fields["reason"]
    assert (field.state, field.said) == ("unreadable", "Condition/gone")
    assert seen.inspection.of("lost_reference") == {("Procedure.reasonReference",): 1}


@pytest.mark.parametrize(
    "told",
    [
        procedure("r", COURSE),
        procedure("r", meta=profile("radiotherapy-course-summary")),
        procedure("r", extension=[extension("radiotherapy-sessions", valueUnsignedInt=30)]),
    ],
)
def test_code_profile_or_extension_make_a_course_of_radiotherapy(told: dict[str, Any]) -> None:
    assert read(told).event.kind == "radiotherapy"


def test_a_course_tells_modality_technique_volume_dose_and_fractions() -> None:
    pair = extension(
        "radiotherapy-modality-and-technique",
        extension=[
            extension("radiotherapy-modality", valueCodeableConcept=concept("photons")),
            extension("radiotherapy-technique", valueCodeableConcept=concept("arc")),
        ],
    )
    event = read(
        course(pair, volume("BodyStructure/v", 4005, 15), extension("radiotherapy-sessions", valueUnsignedInt=16)),
        body("v", location=concept("wrist"), locationQualifier=[concept(LEFT)]),
    ).event
    fields = said(event)
    assert fields["modality"] == ("recorded", ["photons"])
    assert fields["technique"] == ("recorded", ["arc"])
    assert fields["volume"] == ("recorded", ["wrist"])
    assert fields["dose"] == ("recorded", Quantity(Interval(Fraction(4005), Fraction(4005)), "cGy"))
    assert fields["fractions"] == ("recorded", 15)
    assert fields["sessions"] == ("recorded", 16)
    assert fields["laterality"] == ("recorded", "left")


def test_modality_and_technique_can_stand_without_a_pair() -> None:
    event = read(course(extension("radiotherapy-modality", valueCodeableConcept=concept("photons")))).event
    assert said(event)["modality"] == ("recorded", ["photons"])


def test_doses_of_several_volumes_are_never_added_and_never_picked() -> None:
    event = read(
        course(volume("BodyStructure/v", 6000, 30), volume("BodyStructure/w", 5000, 25)),
        body("v", location=concept("wrist")),
        body("w", location=concept("elbow")),
    ).event
    assert (event.fields["dose"].state, event.fields["dose"].said) == ("conflicting", "6000 cGy, 5000 cGy")
    assert (event.fields["fractions"].state, event.fields["fractions"].said) == ("conflicting", "30, 25")
    assert said(event)["volume"] == ("recorded", ["wrist", "elbow"])


def test_the_same_dose_to_several_volumes_is_the_dose() -> None:
    event = read(course(volume("BodyStructure/v", 6000, 30), volume("BodyStructure/w", 6000, 30))).event
    assert said(event)["fractions"] == ("recorded", 30)


def test_a_volume_that_leads_nowhere_keeps_its_name_and_cannot_be_read() -> None:
    seen = read(course(volume("BodyStructure/gone")))
    assert (seen.event.fields["volume"].state, seen.event.fields["volume"].said) == ("unreadable", "BodyStructure/gone")
    assert seen.inspection.of("lost_reference") == {("Procedure.volume",): 1}


def test_a_volume_without_a_location_cannot_be_read_either() -> None:
    event = read(course(volume("BodyStructure/v")), body("v", description="chest")).event
    assert said(event)["volume"] == ("unreadable", None)


@pytest.mark.parametrize("count", ["30", 2.5, True, -1, None])
def test_a_count_of_another_form_is_unreadable(count: Any) -> None:
    event = read(course(extension("radiotherapy-sessions", valueUnsignedInt=count))).event
    assert said(event)["sessions"] == ("unreadable", None)


def test_a_procedure_without_a_code_is_rejected_by_place() -> None:
    seen = read(resource("Procedure", status="completed"))
    assert seen.problems == ["file, entry 2: the Procedure has no code; give it one"]


@pytest.mark.parametrize(
    ("more", "element", "version"),
    [
        ({"occurrencePeriod": {}}, "Procedure", "FHIR R5"),
        ({"notDone": False}, "Procedure", "FHIR STU3"),
    ],
)
def test_a_procedure_of_another_version_is_named_and_not_read(more: dict[str, Any], element: str, version: str) -> None:
    seen = read(procedure(**more), complete=frozenset({"procedure", "condition"}))
    assert seen.events == []
    assert seen.problems == [f"file, entry 2: the {element} is {version}; export it as FHIR R4"]
    assert seen.patients[0].complete == {"condition"}
    assert seen.inspection.not_complete == {"procedure": 1}
