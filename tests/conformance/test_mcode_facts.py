"""The public mCODE records: what the shipped vocabulary derives from them is what a reader of the records wrote down.

`expected/README.md` says how the table was made. A fact that is open is compared with its cause, a fact that is known
with its evidence: the record that the table names must be there, with its day.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, date
from pathlib import Path
from typing import NamedTuple

import pytest

from screener.criteria.library import load, shipped
from screener.deriving import Deriver
from screener.facts.definitions import Value
from screener.facts.events import Code, PatientEvents
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.record_source import open_events
from screener.facts.values import Evidence, FactValue, PatientRecord
from screener.findings import Findings

TABLE = Path(__file__).parent / "expected" / "mcode_facts.csv"
AS_OF = date(2026, 6, 1)
FOLDERS = ("mcode-jenny-m", "mcode-official", "mcode-patients")
NAMES = {
    "primary_laterality": "primary_cancer.laterality",
    "prior_irradiation_same_side": "previous_irradiation_same_side",
    "her2_fish": "her2_in_situ",
}
"""The table's own names of facts that the vocabulary calls otherwise."""
CODES = {"languages": "patient", "histology": "condition"}
"""Fields of events that hold codes, which are no facts: they are compared as they were read, by kind of event."""

Row = dict[str, str]
Patient = tuple[str, str]


class Read(NamedTuple):
    """One patient as read: the events, and the facts derived from them."""

    events: PatientEvents
    record: PatientRecord


def rows() -> dict[Patient, list[Row]]:
    found: dict[Patient, list[Row]] = defaultdict(list)
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["file"].partition("/")[0], row["patient_id"]].append(row)
    return found


ROWS = rows()


@pytest.fixture(scope="module")
def deriver() -> Deriver:
    findings = Findings()
    loaded = load(shipped("criteria") / "NCT06452485", shipped("criteria"), findings)
    assert loaded is not None
    assert not findings.errors
    return Deriver(loaded.derivations, loaded.rules.vocabulary, AS_OF)


@pytest.fixture(scope="module")
def patients(shared_data: Path, deriver: Deriver) -> dict[Patient, Read]:
    found = {}
    for folder in FOLDERS:
        with open_events(shared_data / "fhir" / folder, zone=UTC) as source:
            for patient in source:
                found[folder, patient.patient_id] = Read(patient, deriver.record(patient))
            assert source.rejected == []
    return found


def test_the_table_has_every_patient_and_each_fact_of_one_once_but_for_the_histology_of_each_condition() -> None:
    assert sum(map(len, ROWS.values())) == 484
    assert [sum(folder == one for folder, _ in ROWS) for one in FOLDERS] == [1, 4, 70]
    for several in ROWS.values():
        facts = [row["fact"] for row in several if row["fact"] != "histology"]
        assert len(facts) == len(set(facts))


@pytest.mark.parametrize("patient", ROWS, ids="/".join)
def test_what_is_derived_is_what_a_reader_wrote_down(patients: dict[Patient, Read], patient: Patient) -> None:
    wrong = [
        f"{row['fact']}: {problem}"
        for row in ROWS[patient]
        if (problem := difference(row, patients[patient])) is not None
    ]
    assert wrong == []


def test_the_side_of_jenny_m_is_conflicting_with_both_sides_shown(patients: dict[Patient, Read]) -> None:
    facts = patients["mcode-jenny-m", "cancer-patient-jenny-m"].record.facts
    for name in ("primary_irradiated_postoperatively", "prior_breast_irradiation", "previous_irradiation_same_side"):
        assert facts[name].state == "conflicting"
        (shown,) = facts[name].evidence
        assert "right (reason code), left (code of Condition/primary-cancer-condition-jenny-m)" in str(shown.value)


def difference(row: Row, read: Read) -> str | None:
    """In what a row differs from what was read; none where it does not."""
    if row["fact"] in CODES:
        return None if row_of_codes(row, read.events) else f"no {row['value']} in {row['reference']}"
    fact = read.record.facts.get(NAMES.get(row["fact"], row["fact"]))
    told = "unknown" if fact is None or fact.value is None else shown(fact.value)
    if told != row["value"]:
        return f"{told}, not {row['value']}"
    if row["value"] == "unknown":
        return cause_difference(row, fact)
    assert fact is not None
    return evidence_difference(row, fact)


def row_of_codes(row: Row, patient: PatientEvents) -> bool:
    """Whether the record that a row names holds its code on its day."""
    for event in patient.events:
        field = event.fields.get(row["fact"])
        if event.kind == CODES[row["fact"]] and event.reference == row["reference"] and field is not None:
            assert isinstance(field.value, tuple)
            codes = [one.code for one in field.value if isinstance(one, Code)]
            return codes == [row["value"]] and row["on"] == ("" if event.on is None else event.on.text)
    return False


def shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, AtLeastSet):
        return f"at least {';'.join(sorted(value.known))}"
    if isinstance(value, NumberRange):
        assert value.high is None
        assert not value.low_open
        return f"at least {value.low}"
    assert not isinstance(value, frozenset)
    return str(value)


def cause_difference(row: Row, fact: FactValue | None) -> str | None:
    """Why an open fact is open. Where records bear on it and lack a detail, rules call that not recorded too."""
    cause = "not_recorded" if fact is None else fact.state
    allowed = ("not_recorded", "uncertain") if row["cause"] == "not_recorded" else (row["cause"],)
    if cause not in allowed:
        return f"{cause}, not {row['cause']}"
    if row["cause"] == "not_recorded" or fact is None:
        return None
    return evidence_difference(row, fact)


def evidence_difference(row: Row, fact: FactValue) -> str | None:
    """Whether each record that the row names is among the evidence, or named in its words, and the first has its day.

    A fact about the patient's own data has no day: the table gives its value there, the screener no day at all.
    """
    by_name: dict[str, Evidence] = {one.reference: one for one in fact.evidence}
    words = " ".join(str(one.value) for one in fact.evidence)
    named = row["reference"].split(";")
    for reference in named:
        if reference not in by_name and reference not in words:
            return f"{reference} is not among the evidence"
    day = by_name[named[0]].on
    if row["on"] and day is None:
        return None if named[0].startswith("Patient/") else f"no day, not {row['on']}"
    return None if not row["on"] or str(day) == row["on"] else f"on {day}, not {row['on']}"
