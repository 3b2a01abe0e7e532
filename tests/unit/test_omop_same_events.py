"""OMOP tables and FHIR records of the same person become the same events, but for how each names its records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from omop_tables import CONCEPTS, FEMALE, HERE, ZONE, Tables, write_database, write_folder

from screener.facts.events import Event
from screener.facts.record_source import open_events

SUBJECT = {"reference": "Patient/1"}


def _concept(*codings: tuple[str, str, str]) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display} for system, code, display in codings]}


def _status(word: str) -> dict[str, Any]:
    return {"coding": [{"code": word}]}


_SORE = (HERE, "sore", "sore wrist")
_SIDE = {
    "url": "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier",
    "valueCodeableConcept": _concept(("http://snomed.info/sct", "7771000", "Left (qualifier value)")),
}

RESOURCES: list[dict[str, Any]] = [
    {
        "resourceType": "Patient",
        "id": "1",
        "gender": "female",
        "birthDate": "1970-03",
        "deceasedDateTime": "2026-05-20",
    },
    {
        "resourceType": "Condition",
        "id": "left",
        "code": _concept(_SORE, ("http://hl7.org/fhir/sid/icd-10-cm", "S00", "sore wrist (old code)")),
        "verificationStatus": _status("confirmed"),
        "bodySite": [{"extension": [_SIDE]}],
        "onsetDateTime": "2019-02-01",
    },
    {
        "resourceType": "Condition",
        "id": "provisional",
        "code": _concept(_SORE),
        "verificationStatus": _status("provisional"),
        "onsetDateTime": "2020-01-10",
    },
    {
        "resourceType": "Condition",
        "id": "resolved",
        "code": _concept(_SORE),
        "clinicalStatus": _status("resolved"),
        "onsetDateTime": "2020-01-10",
        "abatementDateTime": "2020-03-01",
    },
    {
        "resourceType": "Procedure",
        "id": "plate",
        "status": "completed",
        "code": _concept((HERE, "plate", "plate")),
        "performedPeriod": {"start": "2019-02-02", "end": "2019-02-03"},
    },
    {
        "resourceType": "Procedure",
        "id": "course",
        "status": "completed",
        "code": _concept(("http://snomed.info/sct", "1217123003", "Radiotherapy course of treatment")),
        "performedPeriod": {"start": "2019-04-01", "end": "2019-05-10"},
    },
    {
        "resourceType": "MedicationAdministration",
        "id": "given",
        "status": "completed",
        "medicationCodeableConcept": _concept(("http://www.nlm.nih.gov/research/umls/rxnorm", "4", "calm tablet")),
        "effectivePeriod": {"start": "2019-06-01", "end": "2019-06-30"},
    },
    {
        "resourceType": "MedicationRequest",
        "id": "asked",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": _concept(("http://www.nlm.nih.gov/research/umls/rxnorm", "4", "calm tablet")),
        "authoredOn": "2019-07-01",
    },
    {
        "resourceType": "Observation",
        "id": "platelets",
        "status": "final",
        "code": _concept(("http://loinc.org", "5", "platelets")),
        "effectiveDateTime": "2026-05-01",
        "valueQuantity": {
            "value": 99.9,
            "comparator": "<",
            "system": "http://unitsofmeasure.org",
            "code": "10*3/uL",
        },
        "referenceRange": [{"high": {"value": 400, "system": "http://unitsofmeasure.org", "code": "10*3/uL"}}],
    },
    {
        "resourceType": "Observation",
        "id": "score",
        "status": "final",
        "code": _concept(("http://loinc.org", "6", "score")),
        "effectiveDateTime": "2026-05-02",
        "valueInteger": 1,
    },
    {
        "resourceType": "Observation",
        "id": "coded",
        "status": "final",
        "code": _concept(("http://loinc.org", "6", "score")),
        "effectiveDateTime": "2026-05-03",
        "valueCodeableConcept": _concept(("http://snomed.info/sct", "7", "present")),
    },
    {
        "resourceType": "Encounter",
        "id": "visit",
        "status": "finished",
        "class": {"system": HERE, "code": "clinic", "display": "clinic"},
        "type": [_concept(("http://www.ama-assn.org/go/cpt", "9", "visit for a wrist"))],
        "period": {"start": "2026-05-01", "end": "2026-05-02"},
    },
]

TABLES: Tables = {
    "person": [
        {"person_id": 1, "gender_concept_id": FEMALE, "year_of_birth": 1970, "month_of_birth": 3, "race_concept_id": 0}
    ],
    "concept": CONCEPTS,
    "death": [{"person_id": 1, "death_date": "2026-05-20"}],
    "condition_occurrence": [
        {
            "condition_occurrence_id": 1,
            "person_id": 1,
            "condition_concept_id": 1,
            "condition_start_date": "2019-02-01",
            "condition_end_date": None,
            "condition_status_concept_id": 32,
            "condition_source_value": "S00",
            "condition_source_concept_id": 2,
        },
        {
            "condition_occurrence_id": 2,
            "person_id": 1,
            "condition_concept_id": 1,
            "condition_start_date": "2020-01-10",
            "condition_status_concept_id": 30,
        },
        {
            "condition_occurrence_id": 3,
            "person_id": 1,
            "condition_concept_id": 1,
            "condition_start_date": "2020-01-10",
            "condition_end_date": "2020-03-01",
            "condition_status_concept_id": 31,
        },
    ],
    "procedure_occurrence": [
        {
            "procedure_occurrence_id": number,
            "person_id": 1,
            "procedure_concept_id": concept,
            "procedure_date": start,
            "procedure_end_date": end,
        }
        for number, concept, start, end in ((1, 3, "2019-02-02", "2019-02-03"), (2, 10, "2019-04-01", "2019-05-10"))
    ],
    "drug_exposure": [
        {
            "drug_exposure_id": number,
            "person_id": 1,
            "drug_concept_id": 4,
            "drug_exposure_start_date": start,
            "drug_exposure_end_date": "2019-08-01",
            "verbatim_end_date": end,
            "drug_type_concept_id": kind,
        }
        for number, start, end, kind in ((1, "2019-06-01", "2019-06-30", 40), (2, "2019-07-01", None, 41))
    ],
    "measurement": [
        {
            "measurement_id": 1,
            "person_id": 1,
            "measurement_concept_id": 5,
            "measurement_date": "2026-05-01",
            "operator_concept_id": 21,
            "value_as_number": 99.9,
            "unit_concept_id": 20,
            "range_high": 400,
        },
    ],
    "observation": [
        {
            "observation_id": 1,
            "person_id": 1,
            "observation_concept_id": 6,
            "observation_date": "2026-05-02",
            "value_as_number": 1,
        },
        {
            "observation_id": 2,
            "person_id": 1,
            "observation_concept_id": 6,
            "observation_date": "2026-05-03",
            "value_as_concept_id": 7,
        },
        {
            "observation_id": 3,
            "person_id": 1,
            "observation_concept_id": 6,
            "observation_date": "2019-02-01",
            "value_as_concept_id": 11,
            "observation_event_id": 1,
            "obs_event_field_concept_id": 1147127,
        },
    ],
    "visit_occurrence": [
        {
            "visit_occurrence_id": 1,
            "person_id": 1,
            "visit_concept_id": 8,
            "visit_start_date": "2026-05-01",
            "visit_end_date": "2026-05-02",
            "visit_source_concept_id": 9,
        }
    ],
}


def _from_fhir(folder: Path) -> list[Event]:
    entries = [{"resource": {**one, "subject": SUBJECT}} for one in RESOURCES]
    bundle = folder / "bundle.json"
    bundle.write_bytes(orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    return _events(bundle)


def _events(source: Path) -> list[Event]:
    with open_events(source, zone=ZONE) as patients:
        (patient,) = patients
    assert patient.patient_id == "1"
    return list(patient.events)


def _told(event: Event) -> tuple[Any, ...]:
    """What an event says: all but how its source names the record, its status and its words."""
    fields = {name: (one.value, one.state) for name, one in event.fields.items()}
    return event.kind, event.on, event.standing, sorted(fields.items())


@pytest.mark.parametrize("form", ["duckdb", "parquet", "csv"])
def test_the_same_person_in_omop_and_in_fhir_has_the_same_events(tmp_path: Path, form: str) -> None:
    if form == "duckdb":
        source = write_database(tmp_path / "person.duckdb", TABLES)
    else:
        source = write_folder(tmp_path / "tables", TABLES, form)
    linked = "observation/3"
    from_omop = [_told(event) for event in _events(source) if event.reference != linked]
    from_fhir = [_told(event) for event in _from_fhir(tmp_path)]
    assert sorted(map(repr, from_omop)) == sorted(map(repr, from_fhir))
    assert len(from_fhir) == len(RESOURCES)
