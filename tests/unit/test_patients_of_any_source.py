"""Patients of a table and of records come through the same door, each with what could not be used."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from screener.criteria.library import shared_facts, shipped
from screener.deriving.patients import DerivedPatients, SourceSettings, holds_records, made_of, open_patients
from screener.errors import UnusablePatients, UsageError
from screener.facts import record_source
from screener.facts.fhir import records
from screener.facts.table import FactTable
from screener.facts.values import PatientRecord
from screener.findings import Findings

AS_OF = date(2026, 6, 1)
FACTS = shared_facts(shipped("criteria"), Findings())
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": name, "birthDate": "1960-02"}} for name in ("a", "b")],
}


def opened(path: Path) -> FactTable | DerivedPatients:
    return open_patients(path, FACTS.vocabulary, FACTS.derivations, as_of=AS_OF, settings=SourceSettings())


def bundle(folder: Path, name: str = "a.json", content: Any = BUNDLE, encoding: str = "utf-8") -> Path:
    path = folder / name
    text = json.dumps(content).encode(encoding)
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


@pytest.mark.parametrize("name", ["a.json", "a.JSON", "a.json.gz"])
def test_a_bundle_is_told_from_a_table_by_what_stands_in_it(tmp_path: Path, name: str) -> None:
    path = bundle(tmp_path, name)
    assert holds_records(path)
    assert holds_records(tmp_path)
    with opened(path) as patients:
        found = {one.patient_id: one.facts["birth_date"] for one in patients}
        assert (list(patients.rejected), list(patients.unknown_columns)) == ([], [])
    assert {name: str(fact.value) for name, fact in found.items()} == {"a": "1960-02", "b": "1960-02"}
    assert [(one.reference, one.place) for one in found["b"].evidence] == [("Patient/b", f"{path}, entry 2")]


def test_a_table_stays_a_table(tmp_path: Path) -> None:
    path = tmp_path / "patients.json"
    path.write_text('[{"patient_id": "P", "birth_date": "1960-02"}]', encoding="utf-8")
    assert not holds_records(path)
    assert not holds_records(tmp_path / "patients.csv")
    assert not holds_records(tmp_path / "nothing.json")
    with opened(path) as patients:
        assert isinstance(patients, FactTable)
        assert [one.patient_id for one in patients] == ["P"]


def test_what_may_not_be_read_is_left_to_whoever_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundle(tmp_path)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    assert not holds_records(path)


def test_of_what_could_not_be_used_a_patient_is_told_what_stands_in_the_same_file(tmp_path: Path) -> None:
    broken = {"resource": {"resourceType": "Condition", "id": "c", "code": {"text": "pain"}}}  # of nobody
    bundle(tmp_path, "one.json", {**BUNDLE, "entry": [BUNDLE["entry"][0], broken]})  # type: ignore[index]
    bundle(tmp_path, "two.json", {**BUNDLE, "entry": [BUNDLE["entry"][1]]})  # type: ignore[index]
    with opened(tmp_path) as patients:
        found = {one.patient_id: one for one in patients}
        problems = {name: [one.data() for one in patients.problems_of(patient)] for name, patient in found.items()}
        assert all(one.lost == one.place for one in patients.rejected)
        assert [one.place for one in patients.rejected] == [f"{tmp_path / 'one.json'}, entry 2"]
    assert problems["b"] == []
    assert [set(one) for one in problems["a"]] == [{"file", "position", "problem", "count"}]


def test_a_place_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises((UnusablePatients, UsageError)):
        list(opened(tmp_path))


def _names() -> Callable[[PatientRecord], str]:
    return lambda patient: f"{patient.patient_id} born {patient.facts['birth_date'].value}"


@pytest.mark.parametrize("processes", [1, 2])
def test_what_is_made_of_patients_is_made_where_they_are_read_and_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(records, "_WORTH_PROCESSES", 2)
    monkeypatch.setattr(records, "_CHUNK", 2)
    monkeypatch.setattr(records, "available", lambda: processes)
    for number in range(5):
        person = {"resourceType": "Patient", "id": f"p{number}", "birthDate": f"195{number}"}
        bundle(tmp_path, f"{number}.json", {**BUNDLE, "entry": [{"resource": person}]})
    told: list[tuple[str, int, int | None]] = []
    with opened(tmp_path) as patients:
        made = list(made_of(patients, _names, watch=lambda *stage: told.append(stage)))
    assert made == [f"p{number} born 195{number}" for number in range(5)]
    assert told[-1] == ("patients read", 5, 5)


def test_of_a_table_too_how_far_the_reading_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_source, "TELL_EVERY", 2)
    path = tmp_path / "patients.csv"
    path.write_text(
        "patient_id,birth_date\n" + "".join(f"P{number},1960-02\n" for number in range(5)), encoding="utf-8"
    )
    told: list[tuple[str, int, int | None]] = []
    with opened(path) as patients:
        made = list(made_of(patients, _names, watch=lambda *stage: told.append(stage)))
    with opened(path) as patients:
        assert list(made_of(patients, _names)) == made == [f"P{number} born 1960-02" for number in range(5)]
    assert told == [("patients read", 2, None), ("patients read", 4, None)]
