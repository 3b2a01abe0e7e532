"""Ten thousand damaged records: every one is read, or named by file and place; none stops a batch."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from damaged_records import Damage, of_another, public_records, small_records
from fhir import PATIENT, ZONE, bundle, condition

from screener.criteria.library import find_rules, shipped
from screener.deriving import Deriver
from screener.facts.events import FIELDS, Event, PatientEvents
from screener.facts.inspection import RecordProblem
from screener.facts.record_source import open_events
from screener.matching.gate import admitted

RECORDS: Final = 10_000


def check_event(event: Event) -> None:
    """An event is of the model whatever it was made of."""
    known = FIELDS[event.kind]
    for name, one in event.fields.items():
        assert name in known
        assert (one.state == "recorded") == (one.value is not None), name
        assert isinstance(one.said, str)
        if known[name].type == "choice" and one.value is not None:
            assert one.value in known[name].options
    assert event.standing in ("certain", "uncertain", "refuted")
    assert event.place


def read_folder(folder: Path) -> tuple[list[PatientEvents], list[RecordProblem]]:
    with open_events(folder, zone=ZONE, complete=frozenset({"condition"})) as source:
        patients = list(source)
        return patients, source.rejected


@pytest.fixture
def originals(request: pytest.FixtureRequest) -> list[Any]:
    """Public records where they are there, and small ones in any case."""
    try:
        public = list(public_records(request.getfixturevalue("shared_data")))
    except pytest.skip.Exception:
        public = []
    return [*small_records(), *public]


@pytest.mark.parametrize("part", range(4))
def test_no_damaged_record_stops_a_batch(tmp_path: Path, originals: list[Any], part: int) -> None:
    damage = Damage(part)
    count = RECORDS // 4
    for number in range(count):
        name = f"{number:05d}.json" if number % 3 else f"{number:05d}.ndjson"
        original = originals[number % len(originals)]
        (tmp_path / name).write_bytes(damage.record(of_another(original, number) if number % 4 else original))
    patients, rejected = read_folder(tmp_path)
    assert len(patients) > count // 3
    assert len(rejected) > count // 20
    assert len({patient.patient_id for patient in patients}) == len(patients)
    for patient in patients:
        for event in patient.events:
            check_event(event)
    for problem in rejected:
        assert problem.file.startswith(str(tmp_path))
        assert problem.hint


def test_a_sound_patient_among_damaged_ones_is_read_as_if_alone(tmp_path: Path, originals: list[Any]) -> None:
    sound = bundle({**PATIENT, "id": "sound"}, {**condition("s"), "subject": {"reference": "Patient/sound"}})
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "sound.json").write_text(json.dumps(sound))
    ((alone,), _) = read_folder(tmp_path / "alone")
    damage = Damage(99)
    for number in range(300):
        (tmp_path / f"{number}.json").write_bytes(damage.record(originals[number % len(originals)]))
    patients, _ = read_folder(tmp_path)
    (among,) = (patient for patient in patients if patient.patient_id == "sound")
    assert [event.fields for event in among.events] == [event.fields for event in alone.events]
    assert among.complete == frozenset(), "what could not be read may have been this patient's"


def unlike(patient: PatientEvents) -> PatientEvents:
    """The same events, none of which is known to be like another."""
    events = tuple(event._replace(alike=None) for event in patient.events)
    return PatientEvents(patient.patient_id, events, patient.row, patient.complete)


def test_events_that_are_alike_give_the_facts_that_each_gives_by_itself(tmp_path: Path, originals: list[Any]) -> None:
    loaded = admitted(find_rules("NCT06452485", shipped("criteria")), shipped("criteria"))
    derive = Deriver(loaded.derivations, loaded.rules.vocabulary, date(2026, 6, 1)).record
    damage = Damage(5)
    for number in range(1_500):
        (tmp_path / f"{number:05d}.json").write_bytes(
            damage.record(of_another(originals[number % len(originals)], number))
        )
    patients, _ = read_folder(tmp_path)
    assert any(event.alike is not None for patient in patients for event in patient.events)
    for patient in patients:
        assert derive(patient).facts == derive(unlike(patient)).facts
