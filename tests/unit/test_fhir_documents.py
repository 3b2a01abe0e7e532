"""Bytes to resources: what is no document, and what of a bundle is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir import PATIENT, Read, bundle, condition, observation

from screener.facts.fhir.documents import Unusable, parse


@pytest.mark.parametrize(
    ("data", "problem", "position"),
    [
        (b"", "is empty", ""),
        (b" \n ", "is empty", ""),
        (b"\xef\xbb\xbf", "is empty", ""),
        ('{"a": 1}'.encode("utf-16"), "is UTF-16 text", ""),
        ('{"a": 1}'.encode("utf-16-le"), "is UTF-16 text", ""),
        ('{"a": 1}'.encode("utf-16-be"), "is UTF-16 text", ""),
        ('{"a": "é"}'.encode("latin-1"), "is not UTF-8 text", ""),
        (b'{"a": NaN}', "is not valid JSON", "line 1, column 7"),
        (b'{"a": Infinity}', "is not valid JSON", "line 1, column 7"),
        (b'{"a": 1e999}', "is not valid JSON", "line 1, column 7"),
        (b'{"a": "\\ud800"}', "is not valid JSON", "line 1, column 8"),
        (b'{\n"a": oops}', "is not valid JSON", "line 2, column 6"),
        (b'{"a": 1', "ends before it is complete", "line 1, column 8"),
        (b'{"a": "b', "ends before it is complete", "line 1, column 9"),
        (b"{} {}", "is not valid JSON", "line 1, column 4"),
        (b"[" * 2000 + b"]" * 2000, "is nested too deeply", "line 1, column 1026"),
    ],
)
def test_what_is_no_json_is_told_by_place_and_never_by_content(data: bytes, problem: str, position: str) -> None:
    with pytest.raises(Unusable) as caught:
        parse(data)
    assert (caught.value.problem, caught.value.position) == (problem, position)
    assert caught.value.hint


def test_a_mark_of_utf_8_is_no_content() -> None:
    assert parse(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize("document", [{}, {"resourceType": 5}, {"manifest": []}, "text", 5, None, True])
def test_json_that_is_no_resource_is_not_used(document: Any) -> None:
    with pytest.raises(Unusable, match="is no FHIR resource"):
        Read(document)


def test_one_resource_is_a_document() -> None:
    seen = Read(condition())
    assert (seen.event.reference, seen.event.place) == ("Condition/a", "file")


def test_a_list_of_resources_is_read_item_by_item() -> None:
    seen = Read([PATIENT, condition(), "nothing"])
    assert seen.event.place == "file, item 2"
    assert seen.problems == ["file, item 3: holds no FHIR resource: it has no resourceType; export it again"]


@pytest.mark.parametrize(
    "kind", ["batch", "batch-response", "collection", "document", "message", "searchset", "transaction", None, 5]
)
def test_a_bundle_of_any_type_is_read(kind: Any) -> None:
    assert Read(bundle(PATIENT, condition(), type=kind)).event.kind == "condition"


def test_entries_without_a_resource_are_passed_over() -> None:
    document = bundle(PATIENT, condition())
    document["entry"].insert(0, {"response": {"status": "201"}})
    seen = Read(document)
    assert (seen.event.place, seen.problems) == ("file, entry 3", [])


def test_entries_that_are_no_resources_are_counted_together_by_the_first() -> None:
    document = bundle(PATIENT, {"id": "x"}, {"resourceType": "no type"}, "text", 7, condition())
    document["entry"].append("text")
    document["entry"].append(["list"])
    seen = Read(document)
    assert seen.event.kind == "condition"
    problem = "holds no FHIR resource: it has no resourceType (and 5 more like it in this file); export it again"
    assert seen.problems == [f"file, entry 2: {problem}"]


@pytest.mark.parametrize("entries", [{}, "text", 5])
def test_a_bundle_whose_entries_are_no_list_is_named(entries: Any) -> None:
    seen = Read({"resourceType": "Bundle", "entry": entries})
    assert seen.problems == ["file: the Bundle's entry is not a list; export it as FHIR R4"]


def test_an_empty_bundle_holds_nobody() -> None:
    assert Read({"resourceType": "Bundle"}).patients == []


def history(*entries: dict[str, Any], **more: Any) -> Read:
    return Read({"resourceType": "Bundle", "type": "history", "entry": [{"resource": PATIENT}, *entries], **more})


def deleted(url: Any) -> dict[str, Any]:
    return {"request": {"method": "DELETE", "url": url}}


def test_of_a_history_what_was_deleted_is_gone_with_its_versions() -> None:
    version = {"resource": condition()}
    assert history(deleted("Condition/a"), version, version).events == []
    assert history(deleted("Condition/b"), version).event.kind == "condition"


def test_of_a_history_what_was_made_again_after_it_was_deleted_stands() -> None:
    again = {"resource": condition(meta={"versionId": "3"})}
    assert history(again, deleted("Condition/a"), {"resource": condition()}).event.kind == "condition"


@pytest.mark.parametrize("url", ["Condition?patient=1", None, 5])
def test_a_deletion_that_names_no_record_is_counted(url: Any) -> None:
    seen = history(deleted(url), {"resource": condition()})
    assert seen.event.kind == "condition"
    assert seen.inspection.of("ignored") == {("Bundle.entry.request", "DELETE"): 1}


@pytest.mark.parametrize("url", ["Condition/a", "https://records.test/fhir/Condition/a"])
def test_a_record_whose_deletion_is_asked_for_beside_it_is_in_doubt(url: str) -> None:
    seen = history(deleted(url), {"resource": condition()}, {"resource": condition("b")}, type="transaction")
    assert [event.standing for event in seen.events] == ["uncertain", "certain"]
    assert seen.inspection.of("ignored")[("Bundle.entry.request", "DELETE")] == 1
    assert seen.problems == []


@pytest.mark.parametrize("url", ["Condition/c", "Condition?patient=1", None])
def test_a_deletion_of_a_record_that_is_not_beside_it_is_named(url: Any) -> None:
    seen = history(deleted(url), {"resource": condition()}, type="batch")
    assert seen.event.standing == "certain"
    (problem,) = seen.problems
    assert problem.startswith("file, entry 2: asks for a deletion of what does not stand beside it")


def test_a_full_url_that_is_no_text_or_endless_is_left_out() -> None:
    document = bundle(PATIENT, observation())
    document["entry"][0]["fullUrl"] = ["x"]
    document["entry"][1]["fullUrl"] = "u" * 10_000
    assert Read(document).event.reference == "Observation/a"


def test_nothing_of_a_record_stands_in_a_problem() -> None:
    name = "Nakamura-Featherstonehaugh"
    documents: list[Any] = [
        bundle({**PATIENT, "id": name + " x"}, {**condition(name), "subject": {"display": name}}, {"id": name}),
        bundle(PATIENT, {"resourceType": "Condition", "id": name, "subject": {"reference": "Patient/1"}}),
        bundle(PATIENT, observation(name, valueInteger=1), observation(name, valueInteger=2)),
        bundle(PATIENT, {**condition(name), "clinicalStatus": name}, {name: name, **condition("b")}),
    ]
    for document in documents:
        seen = Read(document)
        assert seen.problems or seen.inspection.total("ignored")
        counted = json.dumps([[section, *key] for section, key in seen.inspection.tally])
        assert name not in counted + "".join(seen.problems)
