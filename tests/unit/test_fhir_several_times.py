"""Records that tell one time in several forms, of which FHIR lets them have one (https://hl7.org/fhir/R4/formats.html#choice)."""

from __future__ import annotations

from typing import Any

import pytest
from fhir import concept, condition, observation, procedure, read, resource, said

PERIOD = {"start": "2018-04-01", "end": "2018-04-03"}


def given(kind: str = "MedicationAdministration", **elements: Any) -> dict[str, Any]:
    return resource(kind, status="completed", medicationCodeableConcept=concept("pill"), **elements)


def report(**elements: Any) -> dict[str, Any]:
    imaging = concept(("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD", "Radiology"))
    return resource("DiagnosticReport", status="final", category=[imaging], **elements)


@pytest.mark.parametrize(
    ("record", "fields", "element"),
    [
        (procedure(performedDateTime="2018", performedPeriod=PERIOD), ("start", "end"), "Procedure.performed[x]"),
        (procedure(performedDateTime="2018", performedString="then"), ("start", "end"), "Procedure.performed[x]"),
        (procedure(performedPeriod=PERIOD, performedAge={}), ("start", "end"), "Procedure.performed[x]"),
        (condition(onsetDateTime="2017", onsetPeriod=PERIOD), ("onset",), "Condition.onset[x]"),
        (condition(abatementDateTime="2017", abatementString="then"), ("abatement",), "Condition.abatement[x]"),
        (
            observation(effectiveDateTime="2018-04-02", effectiveInstant="2018-04-03T10:00:00Z"),
            ("on",),
            "Observation.effective[x]",
        ),
        (observation(effectivePeriod=PERIOD, effectiveTiming={}), ("on",), "Observation.effective[x]"),
        (
            given(effectiveDateTime="2018", effectivePeriod=PERIOD),
            ("start", "end"),
            "MedicationAdministration.effective[x]",
        ),
        (
            given("MedicationStatement", effectiveDateTime="2018", effectivePeriod=PERIOD),
            ("start", "end"),
            "MedicationStatement.effective[x]",
        ),
        (report(effectiveDateTime="2018", effectivePeriod=PERIOD), (), "DiagnosticReport.effective[x]"),
    ],
)
def test_times_that_differ_are_a_conflict_and_none_is_picked(
    record: dict[str, Any], fields: tuple[str, ...], element: str
) -> None:
    seen = read(record)
    assert seen.event.on is None
    assert {name: said(seen.event).get(name) for name in fields} == dict.fromkeys(fields, ("conflicting", None))
    assert seen.inspection.of("unreadable") == {(element, "several that differ"): 1}


def test_of_times_that_differ_everything_is_said() -> None:
    event = read(procedure(performedDateTime="2018", performedPeriod=PERIOD, performedString="then")).event
    assert event.fields["start"].said == "2018, 2018-04-01 to 2018-04-03, performedString"


@pytest.mark.parametrize("start", ["2018-04-01", "2018-04-01T10:00:00+02:00"])
def test_times_that_agree_are_one(start: str) -> None:
    day = {"start": "2018-04-01", "end": "2018-04-01"}
    seen = read(procedure(performedDateTime=start, performedPeriod=day))
    assert seen.event.on is not None
    assert seen.event.on.text == "2018-04-01"
    assert seen.inspection.of("unreadable") == {}


def test_a_form_that_holds_nothing_tells_no_other_time() -> None:
    seen = read(procedure(performedDateTime="2018-04-01", performedPeriod=None))
    assert said(seen.event)["start"] == ("recorded", "2018-04-01")


def test_times_of_which_none_can_be_read_are_a_conflict() -> None:
    seen = read(procedure(performedDateTime="then", performedPeriod={"start": "now", "end": "never"}))
    assert said(seen.event)["start"] == ("conflicting", None)


def test_one_condition_that_contradicts_itself_leaves_the_next_alone() -> None:
    seen = read(condition("a", onsetDateTime="2017", onsetPeriod=PERIOD), condition("b", onsetDateTime="2017"))
    assert [said(event)["onset"][0] for event in seen.events] == ["conflicting", "recorded"]
