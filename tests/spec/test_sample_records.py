"""The sample patients are the same people in the spreadsheet and in the records: both ways screen to the same results.

Records cannot say everything that the spreadsheet says. A clinician attests three facts, and `ASKED` lists what else
the records of a patient leave open, with the reason. These come from the spreadsheet as a person's answers, which stand
above what records say; every other fact must come out of the records alone, with the spreadsheet's value.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date
from typing import Any, NamedTuple

import pytest

from screener.criteria.library import LoadedRules, shipped
from screener.deriving import Deriver
from screener.facts.events import EventKind, PatientEvents
from screener.facts.record_source import open_events
from screener.facts.table import open_fact_table
from screener.facts.values import FactValue, PatientRecord
from screener.matching.evaluate import Evaluator
from screener.matching.gate import check
from screener.matching.results import PatientResult

AS_OF = date(2026, 6, 1)
PATIENTS = [f"P-{number:03}" for number in range(1, 13)]
NEVER = {
    "high_risk_tumour_characteristics",
    "reirradiation_indicated",
    "low_risk_recurrence",
    "dutch_communication",
    "recurrence_size_mm",
}
"""The facts that no record can say: a person always does."""

SEVERAL_LESIONS = {"metastasis_count", "metastasis_sites"}
"""Records know a number of metastases from below, so neither none nor an exact number."""
ASKED = {
    **dict.fromkeys(PATIENTS, SEVERAL_LESIONS),
    "P-002": SEVERAL_LESIONS | {"staging_pet_ct"},  # the scan with FES has a code that names no tracer
    # the excision of the mastectomy scar has words and no code; that surgery never conserved the breast no code says
    "P-004": SEVERAL_LESIONS | {"recurrence_surgery", "previous_breast_conserving_therapy"},
    # no code says that a cancer is the second primary of the same breast, and all else is told of the recurrence
    "P-005": SEVERAL_LESIONS
    | {"recurrence_type", "recurrence_date", "primary_diagnosis_date", "prior_breast_irradiation"}
    | {"recurrence_surgery", "staging_pet_ct", "er_status"},
    # that nothing was done is told by records only where they are declared complete
    "P-008": SEVERAL_LESIONS | {"recurrence_surgery", "staging_pet_ct"},
    # the first surgery has a code that does not say how much was taken
    "P-011": SEVERAL_LESIONS
    | {"primary_irradiated_postoperatively", "prior_breast_irradiation", "previous_breast_conserving_therapy"},
    "P-012": SEVERAL_LESIONS | {"previous_breast_conserving_therapy"},
}
"""By patient, the facts that the records leave open and the spreadsheet knows."""


class Sample(NamedTuple):
    """The sample patients both ways, and what screens them."""

    loaded: LoadedRules
    table: dict[str, PatientRecord]
    records: dict[str, PatientEvents]
    evaluator: Evaluator
    deriver: Deriver

    def derived(self, patient: str, known: set[str]) -> PatientRecord:
        """The facts of a patient from records, some of them answered as the spreadsheet has it."""
        answers = {name: fact for name, fact in self.table[patient].facts.items() if name in known}
        return self.deriver.record(self.records[patient], answers)


def records(*, complete: frozenset[EventKind] = frozenset()) -> dict[str, PatientEvents]:
    with open_events(shipped("data") / "fhir", zone=UTC, complete=complete) as source:
        found = {patient.patient_id: patient for patient in source}
        assert source.rejected == []
    return found


@pytest.fixture(scope="module")
def sample() -> Sample:
    folder = shipped("criteria")
    loaded, findings = check(folder / "NCT06452485", folder)
    assert loaded is not None
    assert not findings.errors
    vocabulary = loaded.rules.vocabulary
    with open_fact_table(shipped("data") / "patients.csv", vocabulary, as_of=AS_OF) as table:
        people = {patient.patient_id: patient for patient in table}
    deriver = Deriver(loaded.derivations, vocabulary, AS_OF)
    return Sample(loaded, people, records(), Evaluator(loaded.rules, AS_OF), deriver)


def told(result: PatientResult) -> dict[str, Any]:
    """What must be equal: the verdict, and of every criterion the result and why it is open."""
    criteria = {one.id: (one.result, one.effect, one.causes) for one in result.criteria}
    return {
        "verdict": (result.verdict, result.recoverable, result.score),
        "criteria": criteria,
        "asked": {question.fact for question in result.questions},
        "notes": [note.id for note in result.notes],
    }


def test_the_same_twelve_people_stand_in_both(sample: Sample) -> None:
    assert list(sample.table) == PATIENTS
    assert sorted(sample.records) == PATIENTS


def test_what_no_record_can_say_has_no_derivation(sample: Sample) -> None:
    with (shipped("data") / "patients.csv").open(encoding="utf-8", newline="") as file:
        columns = [name for name in next(csv.reader(file)) if "__" not in name]
    assert {name for name in columns[2:] if name not in sample.loaded.derivations.facts} == NEVER


@pytest.mark.parametrize("patient", PATIENTS)
def test_both_ways_screen_to_the_same_result_with_the_same_causes(sample: Sample, patient: str) -> None:
    from_records = sample.evaluator.evaluate(sample.derived(patient, NEVER | ASKED[patient]))
    assert told(from_records) == told(sample.evaluator.evaluate(sample.table[patient]))


@pytest.mark.parametrize("patient", PATIENTS)
def test_every_fact_that_is_not_asked_comes_out_of_the_records_as_the_spreadsheet_has_it(
    sample: Sample, patient: str
) -> None:
    wanted = {name: fact for name, fact in sample.table[patient].facts.items() if name not in NEVER | ASKED[patient]}
    found = sample.derived(patient, set()).facts
    assert {name: value_of(found, name) for name in wanted} == {name: fact.value for name, fact in wanted.items()}
    assert all(found[name].evidence for name in wanted)


@pytest.mark.parametrize("patient", PATIENTS)
def test_what_is_asked_is_left_open_by_the_records_or_known_in_part(sample: Sample, patient: str) -> None:
    known = {name for name in ASKED[patient] if name in sample.table[patient].facts}
    found = sample.derived(patient, set()).facts
    same = [name for name in known if value_of(found, name) == sample.table[patient].facts[name].value]
    assert same == []


def value_of(facts: Any, name: str) -> Any:
    fact: FactValue | None = facts.get(name)
    return None if fact is None else fact.value


def test_records_alone_settle_nobody_as_eligible_and_fail_only_whom_the_spreadsheet_fails(sample: Sample) -> None:
    alone = {patient: sample.evaluator.evaluate(sample.derived(patient, set())) for patient in PATIENTS}
    whole = {patient: sample.evaluator.evaluate(sample.table[patient]) for patient in PATIENTS}
    assert {result.verdict for result in alone.values()} == {"needs_information", "not_eligible"}
    failed = {patient for patient, result in alone.items() if result.verdict == "not_eligible"}
    assert failed == {"P-007", "P-009", "P-012"}
    assert failed < {patient for patient, result in whole.items() if result.verdict == "not_eligible"}


def test_where_the_source_is_complete_finding_nothing_says_that_nothing_was_done(sample: Sample) -> None:
    everything = records(complete=frozenset({"procedure", "radiotherapy", "imaging"}))
    facts = {patient: sample.deriver.record(everything[patient]).facts for patient in ("P-008", "P-011")}
    assert value_of(facts["P-008"], "recurrence_surgery") == "none"
    # her first surgery has a code that no list of scans knows, so that no scan was made stays a question
    assert value_of(facts["P-008"], "staging_pet_ct") is None
    assert value_of(facts["P-011"], "prior_breast_irradiation") == "none"
    assert value_of(facts["P-011"], "primary_irradiated_postoperatively") is False
    # how much was taken at first is still not said
    assert value_of(facts["P-011"], "previous_breast_conserving_therapy") is None


def codings(value: Any) -> Iterator[tuple[str, str]]:
    """Every code in a JSON document, with its system."""
    if isinstance(value, dict):
        if isinstance(value.get("system"), str) and isinstance(value.get("code"), str):
            yield value["system"], value["code"]
        for one in value.values():
            yield from codings(one)
    elif isinstance(value, list):
        for one in value:
            yield from codings(one)


STRUCTURE = ("http://terminology.hl7.org/CodeSystem/", "http://unitsofmeasure.org")
"""Systems of FHIR's own words and of units, which are part of the format."""
SIDES_AND_EXTENTS = {"7771000", "24028007", "255503000", "255609007"}
RADIOTHERAPY = {"1217123003", "108290001", "1156506007", "1162782007"}
"""Codes that the reader of records knows itself, and the modality and the technique of a course of radiotherapy."""


def test_the_records_are_marked_as_test_data_and_hold_no_code_without_a_source(sample: Sample) -> None:
    listed = {code for one in sample.loaded.derivations.value_sets.values() for code in one.codes}
    for path in sorted((shipped("data") / "fhir").glob("*.json")):
        bundle = json.loads(path.read_bytes())
        for resource in [bundle, *(entry["resource"] for entry in bundle["entry"])]:
            assert [tag["code"] for tag in resource["meta"]["tag"]] == ["HTEST"]
        found = {one for one in codings(bundle) if not one[0].startswith(STRUCTURE)}
        assert {one for one in found - listed if one[1] not in SIDES_AND_EXTENTS | RADIOTHERAPY} == set(), path.name
