"""What of a source of FHIR may not be all there is: records of nobody, errors, pages that are missing, doubtful ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fhir import (
    Source,
    bundle,
    condition,
    lines,
    of,
    person,
    write,
)

from screener.facts.events import EventKind

EVERY: frozenset[EventKind] = frozenset({"condition", "observation"})
_APART = "export them as records that stand by themselves"
_ONE = "names another Patient of this source as the same person, so what either record says stays uncertain"
_MERGE = "bring the records of one person together in the source, and export it again"


def test_a_record_of_nobody_knows_whom_leaves_nobody_complete(tmp_path: Path) -> None:
    write(tmp_path / "a.json", bundle(person("1")))
    (tmp_path / "b.json").write_text("{")
    source = Source(tmp_path, complete=EVERY)
    assert source.patients["1"].complete == frozenset()
    assert source.inspection.not_complete == {"condition": 1, "observation": 1}


def test_a_line_that_names_no_patient_leaves_its_kind_incomplete_for_all(tmp_path: Path) -> None:
    lines(tmp_path / "a.ndjson", person("1"), {"resourceType": "Condition", "id": "a"})
    source = Source(tmp_path, complete=EVERY)
    assert source.patients["1"].complete == {"observation"}


def test_a_record_that_names_no_patient_in_a_bundle_leaves_the_bundles_patients_incomplete(tmp_path: Path) -> None:
    write(tmp_path / "a.json", bundle(person("1"), {"resourceType": "Condition", "id": "a"}))
    write(tmp_path / "b.json", bundle(person("2")))
    source = Source(tmp_path, complete=EVERY)
    assert source.patients["1"].complete == {"observation"}
    assert source.patients["2"].complete == EVERY
    assert source.inspection.not_complete == {"condition": 1}


def within(kind: str, *resources: Any) -> dict[str, Any]:
    """Records inside of a record."""
    if kind == "Bundle":
        return bundle(*resources)
    return {"resourceType": "Parameters", "parameter": [{"name": "return", "resource": one} for one in resources]}


@pytest.mark.parametrize("kind", ["Bundle", "Parameters"])
def test_records_within_a_record_are_named_and_leave_nobody_there_complete(tmp_path: Path, kind: str) -> None:
    write(tmp_path / "a.json", bundle(person("1"), within(kind, condition())))
    write(tmp_path / "b.json", bundle(person("2")))
    source = Source(tmp_path, complete=EVERY)
    assert source.patients["1"].complete == frozenset()
    assert source.patients["2"].complete == EVERY
    assert source.rejected == [
        f"{tmp_path / 'a.json'}, entry 2: the {kind} holds records of its own, which are not read; {_APART}"
    ]


@pytest.mark.parametrize("kind", ["Bundle", "Parameters"])
def test_a_file_of_records_within_a_record_leaves_nobody_complete(tmp_path: Path, kind: str) -> None:
    write(tmp_path / "a.json", bundle(person("1")))
    write(tmp_path / "b.json", bundle(within(kind, condition())))
    source = Source(tmp_path, complete=EVERY)
    assert source.patients["1"].complete == frozenset()
    assert source.inspection.not_complete == {"condition": 1, "observation": 1}


@pytest.mark.parametrize(
    ("issue", "whole"),
    [
        ({"severity": "error", "code": "throttled"}, False),
        ({"severity": "fatal", "code": "exception"}, False),
        ({"severity": "warning", "code": "incomplete"}, False),
        ({"severity": "information", "code": "suppressed"}, False),
        ({"code": "informational"}, False),
        ({"severity": ["error"], "code": ["x"]}, False),
        ({"severity": "information", "code": "informational"}, True),
        ({"severity": "warning", "code": "not-supported"}, True),
    ],
)
def test_an_error_that_the_server_answered_with_leaves_nobody_there_complete(
    tmp_path: Path, issue: dict[str, Any], whole: bool
) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "success"}, issue]}
    write(tmp_path / "a.json", bundle(person("1"), outcome))
    source = Source(tmp_path, complete=EVERY)
    assert source.patients["1"].complete == (EVERY if whole else frozenset())
    problem = "the server answered that something went wrong or was left out, so records may be missing"
    assert source.rejected == ([] if whole else [f"{tmp_path / 'a.json'}, entry 2: {problem}; export it again"])


@pytest.mark.parametrize(
    "response",
    [{"status": "200", "outcome": {"resourceType": "OperationOutcome", "issue": [5]}}, {"status": "404 Not Found"}],
)
def test_a_part_of_a_batch_that_failed_leaves_nobody_there_complete(tmp_path: Path, response: Any) -> None:
    document = bundle(person("1"), type="batch-response")
    document["entry"] += [{"response": {"status": "201 Created"}}, {"response": response}]
    write(tmp_path / "a.json", document)
    source = Source(tmp_path, complete=EVERY)
    assert (source.patients["1"].complete, len(source.rejected)) == (frozenset(), 1)


def test_an_outcome_that_says_nothing_is_taken_for_an_error(tmp_path: Path) -> None:
    lines(tmp_path / "a.ndjson", person("1"), {"resourceType": "OperationOutcome"})
    assert Source(tmp_path, complete=EVERY).patients["1"].complete == frozenset()


def page(name: str, following: str | None, *resources: Any) -> dict[str, Any]:
    named = {
        "self": f"https://records.test?page={name}",
        "next": following and f"https://records.test?page={following}",
    }
    links = [{"relation": relation, "url": url} for relation, url in named.items() if url]
    return bundle(*resources, type="searchset", link=links)


def test_a_page_whose_next_one_is_not_here_leaves_nobody_complete(tmp_path: Path) -> None:
    write(tmp_path / "a.json", page("1", "2", person("1")))
    write(tmp_path / "b.json", bundle(person("2")))
    source = Source(tmp_path, complete=EVERY)
    assert [one.complete for one in source.patients.values()] == [frozenset(), frozenset()]
    assert source.rejected == [f"{tmp_path / 'a.json'}: names a next page that is not in the source; export every page"]


def test_pages_that_are_all_here_are_whole(tmp_path: Path) -> None:
    write(tmp_path / "a.json", page("1", "2", person("1")))
    lines(tmp_path / "b.ndjson", page("2", None, condition(subject={"reference": "Patient/1"})))
    source = Source(tmp_path, complete=EVERY)
    assert (source.patients["1"].complete, source.rejected) == (EVERY, [])


@pytest.mark.parametrize("link", ["text", [5], [{"relation": "next"}], [{"relation": "next", "url": 5}], {}])
def test_links_that_are_no_links_name_no_page(tmp_path: Path, link: Any) -> None:
    write(tmp_path / "a.json", bundle(person("1"), link=link))
    assert Source(tmp_path, complete=EVERY).rejected == []


def test_an_entry_that_is_no_resource_may_have_been_any_record(tmp_path: Path) -> None:
    write(tmp_path / "a.json", bundle(person("1"), {"id": "x"}))
    lines(tmp_path / "b.ndjson", bundle(person("2"), 5))
    source = Source(tmp_path, complete=EVERY)
    assert [one.complete for one in source.patients.values()] == [frozenset(), frozenset()]


def standings(source: Source) -> dict[str, set[str]]:
    return {name: {event.standing for event in patient.events} for name, patient in source.patients.items()}


@pytest.mark.parametrize("kind", ["replaces", "replaced-by", "seealso", "refer"])
@pytest.mark.parametrize("other", ["Patient/2", "https://records.test/fhir/Patient/2", "urn:uuid:2"])
def test_records_of_one_person_under_two_ids_are_in_doubt_and_told(tmp_path: Path, kind: str, other: str) -> None:
    link = [{"type": kind, "other": {"reference": other}}]
    write(tmp_path / "a.json", bundle({**person("1"), "link": link}, of("1", condition())))
    lines(tmp_path / "b.ndjson", person("2"), of("2", condition()))
    write(tmp_path / "c.json", bundle(person("3"), of("3", condition())))
    source = Source(tmp_path, complete=EVERY)
    assert standings(source) == {"1": {"uncertain"}, "2": {"uncertain"}, "3": {"certain"}}
    assert [one.complete for one in source.patients.values()] == [frozenset(), frozenset(), EVERY]
    assert f"{tmp_path / 'a.json'}: {_ONE}; {_MERGE}" in source.rejected


@pytest.mark.parametrize(
    "other", [{"reference": "Patient/9"}, {"reference": "RelatedPerson/2"}, {"reference": "Patient/1"}, {}, "x"]
)
def test_a_link_that_leads_to_nobody_else_here_changes_nothing(tmp_path: Path, other: Any) -> None:
    linked = {**person("1"), "link": [{"type": "replaces", "other": other}]}
    write(tmp_path / "a.json", bundle(linked, of("1", condition())))
    write(tmp_path / "b.json", bundle(person("2")))
    source = Source(tmp_path, complete=EVERY)
    assert (standings(source)["1"], source.rejected) == ({"certain"}, [])


def test_an_identifier_that_two_patients_have_is_counted(tmp_path: Path) -> None:
    number = {"system": "http://hospital.test/number", "value": "12345"}
    others = [{"system": "http://hospital.test/number"}, {"value": "12345"}, {"system": "", "value": "12345"}, 5]
    write(tmp_path / "a.json", bundle({**person("1"), "identifier": [*others, number]}))
    lines(tmp_path / "b.ndjson", {**person("2"), "identifier": others}, {**person("3"), "identifier": [number, number]})
    source = Source(tmp_path, complete=EVERY)
    assert (source.inspection.of("shared_identifier"), source.rejected) == ({("Patient",): 1}, [])
    assert set(standings(source)) == {"1", "2", "3"}


@pytest.mark.parametrize(
    ("more", "certain"), [({"birthDate": "1990"}, False), ({"gender": "male"}, False), ({"active": True}, True)]
)
def test_one_id_of_two_people_leaves_every_record_in_doubt(tmp_path: Path, more: Any, certain: bool) -> None:
    write(tmp_path / "a.json", bundle(person("1"), {**person("1"), **more}, of("1", condition())))
    (patient,) = Source(tmp_path, complete=EVERY).patients.values()
    assert [event.standing == "certain" for event in patient.events] == [False, certain]
    assert patient.complete == (EVERY if certain else frozenset())
