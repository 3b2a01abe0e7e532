"""Public FHIR and mCODE records, read in place: every one without a stop, and what they say as a person reads it."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fhir import unpack

from screener.facts.events import EventField, EventKind, Interval, PatientEvents, Quantity
from screener.facts.inspection import Inspection
from screener.facts.record_source import open_events

SNOMED = "http://snomed.info/sct"


class Public:
    """A folder of public records, read."""

    def __init__(self, path: Path) -> None:
        with open_events(path, zone=ZoneInfo("UTC")) as source:
            self.patients: dict[str, PatientEvents] = {patient.patient_id: patient for patient in source}
            self.inspection: Inspection = source.inspection
            self.rejected = [str(problem) for problem in source.rejected]

    def events(self, kind: EventKind) -> int:
        return self.inspection.of("event").get((kind,), 0)


def numbers(inspection: Inspection, section: str) -> dict[str, int]:
    return {": ".join(key): count for (name, key), count in inspection.tally.items() if name == section}


@pytest.fixture(scope="module")
def jenny(shared_data: Path) -> Public:
    return Public(shared_data / "fhir" / "mcode-jenny-m")


def field(public: Public, reference: str, name: str) -> EventField:
    (found,) = (
        event.fields[name]
        for patient in public.patients.values()
        for event in patient.events
        if event.reference == reference and name in event.fields
    )
    return found


def codes(public: Public, reference: str, name: str) -> list[str]:
    value = field(public, reference, name).value
    assert isinstance(value, tuple)
    return [one.code for one in value if hasattr(one, "code")]


COURSE = "Procedure/radiotherapy-treatment-summary-chest-wall-jenny-m"
CANCER = "Condition/primary-cancer-condition-jenny-m"


def test_jenny_ms_records_are_all_read(jenny: Public) -> None:
    assert (list(jenny.patients), jenny.rejected) == (["cancer-patient-jenny-m"], [])
    assert numbers(jenny.inspection, "event") == {
        "patient": 1,
        "condition": 3,
        "medication": 4,
        "observation": 24,
        "procedure": 3,
        "radiotherapy": 1,
    }
    assert numbers(jenny.inspection, "lost_reference") == {"Observation.related-condition": 3, "Procedure.volume": 2}


def test_jenny_m_has_a_left_breast_cancer_as_primary(jenny: Public) -> None:
    assert codes(jenny, CANCER, "code") == ["353431000119107"]
    assert field(jenny, CANCER, "role").value == "primary"
    assert field(jenny, CANCER, "laterality").value == "left"
    assert codes(jenny, CANCER, "histology") == ["82711006"]
    assert field(jenny, CANCER, "onset").said == "2018-03-16"
    assert field(jenny, CANCER, "clinical_status").value == "remission"


def test_the_side_of_jenny_ms_radiotherapy_is_conflicting_and_both_are_said(jenny: Public) -> None:
    assert field(jenny, COURSE, "laterality") == EventField(
        None, f"right (reason code), left (code of {CANCER})", "conflicting"
    )


def test_jenny_ms_radiotherapy_tells_times_modalities_and_two_volumes_that_are_not_there(jenny: Public) -> None:
    assert (field(jenny, COURSE, "start").said, field(jenny, COURSE, "end").said) == ("2018-08-15", "2018-10-25")
    assert codes(jenny, COURSE, "modality") == ["1156506007", "45643008"]
    assert codes(jenny, COURSE, "technique") == ["1156530009", "1162782007"]
    assert codes(jenny, COURSE, "site") == ["78904004"]
    assert field(jenny, COURSE, "dose") == EventField(None, "6000 cGy, 5000 cGy", "conflicting")
    assert field(jenny, COURSE, "fractions") == EventField(None, "30, 25", "conflicting")
    assert field(jenny, COURSE, "sessions").value == 31
    assert field(jenny, COURSE, "volume").state == "unreadable"


def test_jenny_ms_measurements_are_exact_and_keep_their_words(jenny: Public) -> None:
    ecog = field(jenny, "Observation/ecog-performance-status-jenny-m", "value")
    assert ecog == EventField(Quantity(Interval(Fraction(0), Fraction(0)), "1"), "0")
    neutrophils = "Observation/us-core-observation-lab-neutrophils-jenny-m"
    assert field(jenny, neutrophils, "value").said == "3000 10*3/uL"
    assert field(jenny, neutrophils, "upper_limit").said == "5000 10*3/uL"
    assert codes(jenny, "Observation/tumor-marker-test-er-jenny-m", "value_code") == ["LA6576-8"]


def test_jenny_ms_orders_are_never_a_yes_and_her_absent_comorbidities_a_recorded_no(jenny: Public) -> None:
    assert numbers(jenny.inspection, "uncertain") == {"MedicationRequest: active": 4}
    (patient,) = jenny.patients.values()
    refuted = [event.fields["code"].said for event in patient.events if event.standing == "refuted"]
    assert refuted == ["Obesity (disorder)", "Disorder of lung (disorder)"]


def test_the_official_examples_are_four_patients_of_whom_two_have_no_record_of_their_own(shared_data: Path) -> None:
    public = Public(shared_data / "fhir" / "mcode-official")
    assert sorted(public.patients) == [
        "cancer-patient-brian-l",
        "cancer-patient-eve-anyperson",
        "cancer-patient-jenny-m",
        "cancer-patient-john-anyperson",
    ]
    assert (public.inspection.without_patient_record, public.rejected) == (2, [])
    assert field(public, "Condition/primary-cancer-condition-breast", "laterality").value == "left"
    assert field(public, "Condition/primary-cancer-condition-nsclc", "laterality").said == "left (qualifier)"
    assert numbers(public.inspection, "event") == {
        "patient": 2,
        "condition": 3,
        "medication": 3,
        "observation": 2,
        "procedure": 2,
        "radiotherapy": 1,
    }


def test_the_seventy_mcode_patients_are_read_whole(shared_data: Path) -> None:
    public = Public(shared_data / "fhir" / "mcode-patients")
    assert (len(public.patients), public.rejected) == (70, [])
    assert numbers(public.inspection, "record") == {
        "Patient": 70,
        "Condition": 71,
        "MedicationAdministration": 198,
        "Observation": 277,
    }
    assert numbers(public.inspection, "event") == {
        "patient": 70,
        "condition": 71,
        "medication": 198,
        "observation": 277,
    }
    assert numbers(public.inspection, "ignored") == {"Condition.stage": 67}
    assert numbers(public.inspection, "unreadable") == {"Observation.valueString: a form that is not read": 20}
    with_histology = [event for one in public.patients.values() for event in one.events if "histology" in event.fields]
    assert len(with_histology) == 67


def test_the_patients_of_the_screening_measure_are_put_together_from_loose_files(shared_data: Path) -> None:
    cases = shared_data / "fhir" / "cms125" / "cases"
    public = Public(cases)
    assert sorted(public.patients) == sorted(file.parent.name for file in cases.glob("*/Patient-*.json"))
    assert public.rejected == []
    assert numbers(public.inspection, "event") == {
        "patient": 66,
        "condition": 24,
        "encounter": 74,
        "medication": 8,
        "observation": 15,
        "procedure": 10,
    }
    assert numbers(public.inspection, "not_understood") == {
        "MeasureReport": 66,
        "DeviceRequest": 6,
        "Coverage": 2,
        "ServiceRequest": 1,
        "Group": 1,
    }
    sides = [
        event.fields["laterality"].value
        for patient in public.patients.values()
        for event in patient.events
        if event.kind == "condition" and "laterality" in event.fields
    ]
    assert {side: sides.count(side) for side in set(sides)} == {"left": 6, "right": 6, "bilateral": 3}


@pytest.fixture(scope="module")
def bundles(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthea")
    unpack(shared_data / "fhir" / "synthea" / "synthea-r4-breast.tgz", folder)
    return folder


@pytest.fixture(scope="module")
def synthea(bundles: Path) -> Public:
    return Public(bundles)


def test_a_hundred_synthea_bundles_are_read_without_a_stop(synthea: Public) -> None:
    assert (len(synthea.patients), synthea.inspection.without_patient_record, synthea.rejected) == (100, 0, [])
    assert numbers(synthea.inspection, "event") == {
        "patient": 100,
        "condition": 630,
        "procedure": 1699,
        "radiotherapy": 86,
        "medication": 491,
        "observation": 12857,
        "imaging": 26,
        "encounter": 2869,
    }
    assert numbers(synthea.inspection, "uncertain") == {
        "MedicationRequest: stopped": 356,
        "MedicationRequest: active": 135,
    }
    assert numbers(synthea.inspection, "lost_reference") == {}


def test_every_record_of_synthea_is_accounted_for(synthea: Public, bundles: Path) -> None:
    """A record is of a type that is read, or counted as not understood: none is silently left out."""
    written = Counter(
        entry["resource"]["resourceType"]
        for file in bundles.rglob("*.json")
        for entry in json.loads(file.read_bytes())["entry"]
    )
    recorded = numbers(synthea.inspection, "record")
    assert recorded == written
    aside = numbers(synthea.inspection, "not_understood")
    for kind, count in recorded.items():
        left = sum(number for name, number in aside.items() if name.partition(",")[0] == kind)
        assert left in (0, count), kind
