"""References between resources, and the patients they lead to."""

from __future__ import annotations

from typing import Any

import pytest
from fhir import PATIENT, Read, bundle, concept, condition, observation, procedure, said

from screener.facts.fhir.references import Address, parse_address

URN = "urn:uuid:0b1f1d3e-0000-4000-8000-000000000001"
OTHER = "urn:uuid:0b1f1d3e-0000-4000-8000-000000000002"
BASE = "http://server.test/fhir"


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("Patient/1", Address(None, "Patient", "1")),
        ("Patient/1/_history/7", Address(None, "Patient", "1")),
        (f"{BASE}/Patient/1", Address(BASE, "Patient", "1")),
        (f"{BASE}/Patient/1/_history/7", Address(BASE, "Patient", "1")),
        ("https://a.test/Patient/x.y-z", Address("https://a.test", "Patient", "x.y-z")),
    ],
)
def test_references_are_taken_apart(reference: str, address: Address) -> None:
    assert parse_address(reference) == address


@pytest.mark.parametrize("reference", ["", "1", "#1", URN, "patient/1", "Patient/", "Patient/a b", "Patient?id=1"])
def test_other_forms_are_no_addresses(reference: str) -> None:
    assert parse_address(reference) is None


def owners(document: Any) -> list[tuple[str, int]]:
    return [(patient.patient_id, len(patient.events)) for patient in Read(document).patients]


@pytest.mark.parametrize(
    ("url", "subject"),
    [
        (None, "Patient/1"),
        (URN, "Patient/1"),
        (URN, URN),
        (f"{BASE}/Patient/1", "Patient/1"),
        (f"{BASE}/Patient/1", f"{BASE}/Patient/1"),
        (f"{BASE}/Patient/1", f"{BASE}/Patient/1/_history/3"),
        (None, f"{BASE}/Patient/1"),
    ],
)
def test_a_patient_is_found_by_every_way_of_naming_it(url: str | None, subject: str) -> None:
    document = bundle(PATIENT, {**condition(), "subject": {"reference": subject}}, urls=[url] if url else [])
    assert owners(document) == [("1", 2)]


def test_a_patient_without_an_id_is_the_one_its_urn_names() -> None:
    document = bundle({"resourceType": "Patient"}, {**condition(), "subject": {"reference": URN}}, urls=[URN])
    assert owners(document) == [(URN.removeprefix("urn:uuid:"), 2)]


def test_each_of_two_patients_in_one_bundle_has_the_records_that_name_it() -> None:
    document = bundle(
        PATIENT,
        condition("a"),
        {**PATIENT, "id": "2"},
        {**condition("b"), "subject": {"reference": "Patient/2"}},
        {**condition("c"), "subject": {"reference": "Patient/2"}},
    )
    assert owners(document) == [("1", 2), ("2", 3)]


def test_records_of_a_patient_who_has_no_record_of_his_own_are_read_and_counted() -> None:
    seen = Read(condition())
    assert owners(condition()) == [("1", 1)]
    assert seen.inspection.without_patient_record == 1


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ({}, "the Condition names no patient"),
        (None, "the Condition names no patient"),
        ({"display": "somebody"}, "the Condition names no patient"),
        ({"identifier": {"value": "123"}}, "the Condition names no patient"),
        ({"reference": "#p"}, "the Condition names a patient that is only a part of it"),
        ({"reference": OTHER}, "the Condition names a patient that cannot be found"),
        ({"reference": "Group/1"}, "the Condition names a patient that cannot be found"),
        ({"reference": "http://elsewhere.test/Patient/1"}, "the Condition names a patient that cannot be found"),
    ],
)
def test_a_record_whose_patient_cannot_be_told_is_named_by_place_and_nobodys(subject: Any, problem: str) -> None:
    complete = frozenset({"condition", "procedure"})
    document = bundle(PATIENT, {**condition(), "subject": subject}, urls=[f"{BASE}/Patient/1"])
    seen = Read(document, complete=complete)  # type: ignore[arg-type]
    assert seen.events == []
    assert len(seen.problems) == 1
    assert seen.problems[0].startswith(f"file, entry 2: {problem}; ")
    assert seen.patients[0].complete == {"procedure"}


def test_a_patient_without_an_id_is_named_by_place() -> None:
    (problem,) = Read(bundle({"resourceType": "Patient"})).problems
    assert problem.startswith("file, entry 1: the Patient has no id")


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "ä", "x" * 129, 5, None])
def test_an_id_that_is_none_is_not_used(name: Any) -> None:
    assert Read(bundle({"resourceType": "Patient", "id": name})).patients == []


def test_a_record_without_an_id_is_called_by_its_place() -> None:
    document = bundle(PATIENT, {key: value for key, value in condition().items() if key != "id"})
    assert Read(document).event.reference == "Condition at file, entry 2"


def test_a_record_is_found_by_its_urn_and_not_on_another_server() -> None:
    def reason(reference: str, url: str) -> Any:
        named = {**procedure("p"), "reasonReference": [{"reference": reference}]}
        return said(Read(bundle(condition(), named, urls=[url])).events[1])["reason"]

    assert reason(URN, URN) == ("recorded", ["sore"])
    assert reason("Condition/a", f"{BASE}/Condition/a") == ("recorded", ["sore"])
    assert reason(f"{BASE}/Condition/a", f"{BASE}/Condition/a") == ("recorded", ["sore"])
    assert reason("http://elsewhere.test/Condition/a", f"{BASE}/Condition/a") == ("unreadable", None)
    assert reason("#gone", URN) == ("unreadable", None)


def test_the_same_record_twice_counts_once() -> None:
    seen = Read(bundle(PATIENT, condition(), condition()))
    assert [event.place for event in seen.events] == ["file, entry 2"]
    assert seen.inspection.of("repeated") == {("Condition",): 1}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"lastUpdated": "2026-01-01T00:00:00Z"}, {"lastUpdated": "2026-01-01T01:30:00+01:00"}),
        ({"versionId": "9"}, {"versionId": "10"}),
        ({"lastUpdated": "when", "versionId": "1"}, {"lastUpdated": "2026-01-01T00:00:00Z", "versionId": "2"}),
    ],
)
def test_of_two_versions_the_newer_counts_in_whatever_order(old: dict[str, str], new: dict[str, str]) -> None:
    versions = [observation(meta=old, valueInteger=1), observation(meta=new, valueInteger=2)]
    for several in (versions, versions[::-1]):
        assert Read(bundle(PATIENT, *several)).event.fields["value"].said == "2"


@pytest.mark.parametrize(
    "meta", [{}, {"versionId": "1"}, {"lastUpdated": "2026-01-01T00:00:00"}, "none", {"versionId": "x"}]
)
def test_versions_that_differ_and_do_not_say_which_is_newer_are_never_certain(meta: Any) -> None:
    seen = Read(bundle(PATIENT, observation(meta=meta, valueInteger=1), observation(meta=meta, valueInteger=2)))
    assert seen.event.standing == "uncertain"
    problem = "is the same Observation again with other content, and neither says that it is newer; keep the right one"
    assert seen.problems == [f"file, entry 3: {problem}"]


def test_a_named_record_is_the_newer_version_too() -> None:
    old, new = condition(meta={"versionId": "1"}), {**condition(meta={"versionId": "2"}), "code": concept("better")}
    named = {**procedure("p"), "reasonReference": [{"reference": "Condition/a"}]}
    assert said(Read(bundle(PATIENT, old, new, named)).events[1])["reason"] == ("recorded", ["better"])
