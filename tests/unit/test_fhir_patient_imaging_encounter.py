"""Patients, examinations by images, and encounters of FHIR as events."""

from __future__ import annotations

from typing import Any

import pytest
from fhir import LEFT, PATIENT, Read, concept, read, resource, said

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
RADIOLOGY = ("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD", "Radiology")


def person(**elements: Any) -> Read:
    return Read({**PATIENT, **elements})


def fields(seen: Read) -> dict[str, tuple[str, Any]]:
    (event,) = seen.patients[0].events
    return said(event)


def test_a_patient_tells_birth_date_sex_languages_and_death() -> None:
    seen = person(
        birthDate="1965-01",
        gender="female",
        communication=[
            {"language": concept(("urn:ietf:bcp:47", "nl", "Dutch"))},
            {"language": concept(("urn:ietf:bcp:47", "en", "English"))},
        ],
        deceasedDateTime="2024-05-01T23:30:00Z",
    )
    assert fields(seen) == {
        "birth_date": ("recorded", "1965-01"),
        "sex": ("recorded", "female"),
        "languages": ("recorded", ["nl", "en"]),
        "deceased": ("recorded", True),
        "deceased_on": ("recorded", "2024-05-02"),
    }


@pytest.mark.parametrize(("value", "field"), [(True, ("recorded", True)), (False, ("recorded", False))])
def test_death_can_be_a_plain_yes_or_no(value: bool, field: Any) -> None:
    assert fields(person(deceasedBoolean=value)) == {"deceased": field}


def test_whoever_has_a_date_of_death_is_dead_also_where_the_date_cannot_be_read() -> None:
    assert fields(person(deceasedDateTime="last year")) == {
        "deceased": ("recorded", True),
        "deceased_on": ("unreadable", None),
    }


def test_a_date_of_death_of_a_patient_who_is_said_not_to_be_dead_is_a_conflict() -> None:
    seen = person(deceasedBoolean=False, deceasedDateTime="2024-05-01")
    assert fields(seen) == {"deceased": ("conflicting", None), "deceased_on": ("conflicting", None)}
    assert {one.said for one in seen.patients[0].events[0].fields.values()} == {"no, 2024-05-01"}
    assert seen.inspection.of("unreadable") == {("Patient.deceased[x]", "several that differ"): 1}


def test_a_date_of_death_of_a_patient_who_is_said_to_be_dead_is_none() -> None:
    assert fields(person(deceasedBoolean=True, deceasedDateTime="2024-05-01")) == {
        "deceased": ("recorded", True),
        "deceased_on": ("recorded", "2024-05-01"),
    }


def test_a_sex_that_is_unknown_is_not_recorded_and_one_of_another_word_unreadable() -> None:
    assert fields(person(gender="unknown")) == {}
    assert fields(person(gender="F")) == {"sex": ("unreadable", None)}
    assert fields(person(gender=["female"])) == {"sex": ("unreadable", None)}
    assert fields(person(deceasedBoolean="no")) == {}


def test_a_patient_whom_another_record_replaces_is_named_and_uncertain() -> None:
    seen = person(link=[{"type": "replaced-by", "other": {"reference": "Patient/2"}}])
    assert seen.problems == [
        "file: the Patient says that another record replaces it; screen the record that replaces it"
    ]
    assert seen.patients[0].events[0].standing == "uncertain"
    assert person(link=[{"type": "seealso"}]).problems == []


def study(**elements: Any) -> dict[str, Any]:
    return resource("ImagingStudy", **{"status": "available", **elements})


def coding(code: str, system: str = DICOM) -> dict[str, str]:
    return {"system": system, "code": code}


def test_a_study_tells_modality_code_site_side_and_day() -> None:
    seen = read(
        study(
            started="2018-02-01T10:00:00Z",
            modality=[coding("PT")],
            procedureCode=[concept("pet")],
            reasonCode=[concept("sore")],
            series=[
                {"modality": coding("CT"), "bodySite": coding("wrist"), "laterality": coding(LEFT[1], LEFT[0])},
                {"modality": coding("PT")},
            ],
        )
    )
    event = seen.event
    assert said(event) == {
        "code": ("recorded", ["pet"]),
        "modality": ("recorded", ["PT", "CT"]),
        "site": ("recorded", ["wrist"]),
        "laterality": ("recorded", "left"),
        "reason": ("recorded", ["sore"]),
    }
    assert event.on is not None
    assert event.on.text == "2018-02-01"


def test_a_study_begins_with_its_first_series_where_it_does_not_say_when() -> None:
    on = read(study(series=[{}, {"started": "2018-02-01"}, {"started": "2018-02-03"}])).event.on
    assert on is not None
    assert on.text == "2018-02-01"


def report(**elements: Any) -> dict[str, Any]:
    return resource("DiagnosticReport", "r", **{"status": "final", "code": concept("mammogram"), **elements})


def test_a_report_that_says_it_is_of_imaging_is_an_examination() -> None:
    event = read(report(category=[concept(RADIOLOGY)], effectivePeriod={"start": "2018", "end": "2019"})).event
    assert event.kind == "imaging"
    assert said(event) == {"code": ("recorded", ["mammogram"])}
    assert event.on is not None
    assert event.on.text == "2018"


def test_a_report_of_a_study_that_is_here_is_no_second_examination() -> None:
    named = {"imagingStudy": [{"reference": "ImagingStudy/a"}]}
    assert [event.reference for event in read(study(), report(**named)).events] == ["ImagingStudy/a"]
    assert [event.reference for event in read(report(**named)).events] == ["DiagnosticReport/r"]


def test_a_report_of_anything_else_is_counted_as_not_understood() -> None:
    seen = read(report(category=[concept("laboratory")]), report(id="s"))
    assert seen.events == []
    assert seen.inspection.of("not_understood") == {("DiagnosticReport, not of imaging",): 2}


def test_a_report_that_is_cancelled_is_no_event() -> None:
    assert read(report(category=[concept(RADIOLOGY)], status="cancelled")).events == []


def test_an_encounter_tells_kind_setting_reason_and_times() -> None:
    event = read(
        resource(
            "Encounter",
            status="finished",
            type=[concept("visit")],
            reasonCode=[concept("sore")],
            period={"start": "2026-01-01T00:00:00.000+00:00", "end": "2026-01-01T10:00:00.000+00:00"},
            **{"class": coding("AMB", "http://terminology.hl7.org/CodeSystem/v3-ActCode")},
        )
    ).event
    assert said(event) == {
        "code": ("recorded", ["visit"]),
        "setting": ("recorded", ["AMB"]),
        "reason": ("recorded", ["sore"]),
        "start": ("recorded", "2026-01-01"),
        "end": ("recorded", "2026-01-01"),
    }


def test_an_encounter_whose_class_is_a_list_is_of_another_version() -> None:
    seen = read(resource("Encounter", status="finished", **{"class": [concept("AMB")]}))
    assert seen.problems == ["file, entry 2: the Encounter is FHIR R5 (class); export it as FHIR R4"]


def test_an_encounter_that_says_nothing_but_its_status_is_still_one() -> None:
    assert said(read(resource("Encounter", status="finished", **{"class": 3})).event) == {}


def test_a_type_that_is_not_read_is_counted_by_its_name() -> None:
    seen = read(resource("FamilyMemberHistory"), resource("Coverage"), resource("Coverage", "b"))
    assert seen.inspection.of("not_understood") == {("Coverage",): 2, ("FamilyMemberHistory",): 1}
    assert seen.inspection.of("record")[("Coverage",)] == 2
