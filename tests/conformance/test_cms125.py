"""CMS125, breast cancer screening: a second, unrelated rule set in the criteria language, against its 66 test patients.

The expected counts are in the measure's reports, one for each patient. Written are the initial population, the
numerator, and the exclusion for mastectomy; `NOT_WRITTEN` lists the rest. In the reports nothing recorded is a no, so
the records are read as complete.
"""

from __future__ import annotations

import csv
import json
from datetime import UTC, date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from screener.deriving import Deriver
from screener.facts.record_source import open_events
from screener.matching.evaluate import Evaluator
from screener.matching.gate import check
from screener.matching.results import PatientResult

HERE = Path(__file__).parent
FOLDER = HERE / "cms125"
PARTS = HERE / "expected" / "cms125_parts.csv"
END_OF_PERIOD = date(2026, 12, 31)
COMPLETE = frozenset({"condition", "procedure", "observation", "encounter"})

WRITTEN = ("initial_population", "mastectomy", "numerator")
NOT_WRITTEN = {"hospice": 9, "palliative_care": 6, "frailty_and_advanced_illness": 10, "nursing_home": 1}
"""The exclusions that are not written as rules, with the number of patients whom each excludes."""
SEX_UNKNOWN = "acc6f85b-14ad-4daa-8981-66c1c37c8f07"
"""The one patient of whom the reports say no and the screener that it is not known: the recorded sex is `unknown`."""
ID = {"I1": "initial-population", "I2": "numerator", "E1": "denominator-exclusion"}

Counts = dict[str, int]


def parts() -> dict[str, str]:
    with PARTS.open(encoding="utf-8", newline="") as file:
        return {row["patient_id"]: row["part"] for row in csv.DictReader(file)}


PART_OF = parts()


@pytest.fixture(scope="module")
def reports(shared_data: Path) -> dict[str, Counts]:
    """By patient the count of each population, from the report that lies beside the patient's records."""
    found = {}
    for path in sorted((shared_data / "fhir" / "cms125" / "cases").glob("*/MeasureReport-*.json")):
        (group,) = json.loads(path.read_bytes())["group"]
        found[path.parent.name] = {one["code"]["coding"][0]["code"]: one["count"] for one in group["population"]}
    return found


@pytest.fixture(scope="module")
def results(shared_data: Path) -> dict[str, PatientResult]:
    """By patient what the rules say, every check passed."""
    loaded, findings = check(FOLDER / "NCT00000125", FOLDER)
    assert findings == []
    assert loaded is not None
    deriver = Deriver(loaded.derivations, loaded.rules.vocabulary, END_OF_PERIOD)
    evaluator = Evaluator(loaded.rules, END_OF_PERIOD)
    found = {}
    with open_events(shared_data / "fhir" / "cms125" / "cases", zone=UTC, complete=COMPLETE) as source:
        for patient in source:
            found[patient.patient_id] = evaluator.evaluate(deriver.record(patient))
        assert source.rejected == []
    return found


def counted(result: PatientResult, criterion: str) -> bool | None:
    """Whether a criterion counts the patient in its population; none where it leaves that open."""
    (found,) = [one for one in result.criteria if one.id == criterion]
    return {"met": True, "not met": False, "applies": True, "does not apply": False}.get(found.result)


def excluded_otherwise(patient: str, report: Counts) -> bool:
    """Whether another exclusion than that for mastectomy decides what the report says of a patient."""
    return PART_OF[patient] in NOT_WRITTEN and report[ID["E1"]] == 1


def test_there_are_sixty_six_patients_each_with_a_report_and_a_part_that_decides_it(
    reports: dict[str, Counts], results: dict[str, PatientResult]
) -> None:
    assert set(reports) == set(results) == set(PART_OF)
    assert len(results) == 66
    assert set(PART_OF.values()) == {*WRITTEN, *NOT_WRITTEN}


@pytest.mark.parametrize("criterion", ["I1", "I2"])
def test_the_initial_population_and_the_numerator_are_those_of_the_reports(
    criterion: str, reports: dict[str, Counts], results: dict[str, PatientResult]
) -> None:
    expected: dict[str, bool | None] = {patient: report[ID[criterion]] == 1 for patient, report in reports.items()}
    if criterion == "I1":
        expected[SEX_UNKNOWN] = None
    assert {patient: counted(result, criterion) for patient, result in results.items()} == expected
    assert sum(one is True for one in expected.values()) == {"I1": 60, "I2": 2}[criterion]


def test_the_exclusion_for_mastectomy_is_that_of_the_reports_where_no_other_exclusion_decides(
    reports: dict[str, Counts], results: dict[str, PatientResult]
) -> None:
    asked = {patient for patient, report in reports.items() if not excluded_otherwise(patient, report)}
    expected = {patient: reports[patient][ID["E1"]] == 1 for patient in asked}
    assert {patient: counted(results[patient], "E1") for patient in asked} == expected
    assert (len(asked), sum(expected.values())) == (40, 9)


def test_of_the_patients_whom_another_exclusion_excludes_none_is_excluded_for_mastectomy(
    reports: dict[str, Counts], results: dict[str, PatientResult]
) -> None:
    other = {patient for patient, report in reports.items() if excluded_otherwise(patient, report)}
    assert {part: sum(PART_OF[one] == part for one in other) for part in NOT_WRITTEN} == NOT_WRITTEN
    assert [patient for patient in other if counted(results[patient], "E1") is True] == []


def test_read_in_another_zone_patients_at_the_edge_of_the_period_would_come_out_otherwise(shared_data: Path) -> None:
    """The zone of the site matters: an instant at the end of the last day is in the next day further east."""
    cases = shared_data / "fhir" / "cms125" / "cases"
    ends = []
    for zone in (UTC, ZoneInfo("Europe/Amsterdam")):
        with open_events(cases / "4cf81a94-81fb-4be2-b075-7d8f9ff02a6e", zone=zone) as source:
            ends.append([str(one.on) for patient in source for one in patient.events if one.kind == "procedure"])
    assert ends == [["2026-12-31"], ["2027-01-01"]]
