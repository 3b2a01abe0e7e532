"""What a look into a file tells, and that reading the files on several processors makes no difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fhir import PILL, ZONE, bundle, condition, lines, medication, observation, of, person, write

from screener.facts.events import PatientEvents
from screener.facts.fhir import files, glances, records
from screener.facts.fhir.records import FhirRecords
from screener.facts.record_source import each, open_events


def _count() -> Any:
    return _events


def _events(patient: PatientEvents) -> tuple[str, int]:
    return patient.patient_id, len(patient.events)


def test_several_processes_give_the_same_in_the_same_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        name = f"{number:03d}"
        write(
            tmp_path / f"{name}.json",
            bundle(person(name), *(of(name, condition(f"c{one}")) for one in range(number % 5))),
        )
    (tmp_path / "100.json").write_text("{")
    lines(tmp_path / "101.ndjson", of("007", observation()), of("new", observation()))
    with open_events(tmp_path, zone=ZONE) as source:
        alone = list(each(source, _count))
        expected = source.inspection.tally, source.rejected
    monkeypatch.setattr(records, "_WORTH_PROCESSES", 10)
    monkeypatch.setattr(records, "_CHUNK", 4)
    monkeypatch.setattr(records, "available", lambda: 2)
    stages: list[tuple[str, int, int | None]] = []
    with open_events(tmp_path, zone=ZONE) as source:
        assert list(each(source, _count, watch=lambda *stage: stages.append(stage))) == alone
        assert (source.inspection.tally, source.rejected) == expected
        assert isinstance(source, FhirRecords)
        assert source.patients == 41
    assert stages[0] == ("files looked through", 4, 42)
    assert stages[-1] == ("patients read", 41, 41)


def test_the_quick_look_into_a_bundle_tells_the_same_as_the_slow_one() -> None:
    urn = "urn:uuid:0b1f1d3e-0000-4000-8000-000000000001"
    for document in (
        bundle(person("1"), condition("a")),
        bundle(condition("a"), person("1")),
        bundle(person("1"), {**condition("a"), "subject": {"reference": urn}}, urls=[urn]),
        bundle(person("1"), condition("a"), urls=["http://a.test/fhir/Patient/1"]),
        bundle({"resourceType": "Patient"}, {**condition("a"), "subject": {"reference": urn}}, urls=[urn]),
    ):
        file = files.SourceFile("f", "f", files.DOCUMENT)
        quick = glances._plain(document)
        assert quick is not None
        assert quick == glances._looked_through(document, file)


def test_what_holds_entries_and_is_no_bundle_is_no_patient(tmp_path: Path) -> None:
    write(tmp_path / "1.json", bundle(person("1"), condition(), resourceType=["Bundle"]))
    write(tmp_path / "2.json", bundle(person("2"), of("2", condition())))
    with open_events(tmp_path, zone=ZONE, complete=frozenset({"procedure"})) as source:
        ((only, complete),) = [(one.patient_id, one.complete) for one in source]
        assert (only, complete) == ("2", frozenset())
        assert [one.problem for one in source.rejected] == ["is no FHIR resource: it has no resourceType"]


@pytest.mark.parametrize(
    "document",
    [
        [],
        condition(),
        bundle(condition()),
        bundle(person("1"), person("2")),
        bundle(person("1"), of("2", condition())),
        bundle(person("1"), {**condition(), "subject": None}),
        bundle(person("1"), PILL),
        bundle(person("1"), medication("Medication/pill")),
        bundle(person("1"), type="history"),
        bundle(person("1"), "text"),
        bundle(person("1"), {"resourceType": ["Condition"]}),
        bundle({"resourceType": "Patient", "id": "a b"}),
        {"resourceType": "Bundle", "entry": {}},
        bundle(person("1"), condition(), resourceType="Parameters"),
    ],
)
def test_whatever_is_not_plain_is_looked_through_slowly(document: Any) -> None:
    assert glances._plain(document) is None or glances._plain(document) == glances._looked_through(
        document, files.SourceFile("f", "f", files.DOCUMENT)
    )
