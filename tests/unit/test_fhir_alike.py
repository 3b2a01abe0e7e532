"""Events that are alike differ in dates and measured values alone, so what codes answer is asked of one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fhir import Read, bundle, concept, condition, extension, observation, procedure, profile, resource, status

from screener.facts.events import Event


def read(one: dict[str, Any], *others: dict[str, Any]) -> Event:
    """The event of a resource, which is the first of its document."""
    return Read(bundle(one, *others)).events[0]


def quantity(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "g/L"}


def given(**elements: Any) -> dict[str, Any]:
    return resource("MedicationRequest", status="completed", intent="order", **elements)


def study(modality: str = "PT", **elements: Any) -> dict[str, Any]:
    return resource("ImagingStudy", status="available", modality=[{"system": "s", "code": modality}], **elements)


def visit(**elements: Any) -> dict[str, Any]:
    return resource("Encounter", status="finished", **{"class": {"code": "AMB"}, **elements})


PILL = concept("pill")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (condition(onsetDateTime="2018-04-01"), condition("b", onsetDateTime="2019", recordedDate="2020-01-01")),
        (condition(meta=profile("primary-cancer-condition")), condition(meta=profile("primary-cancer-condition|1.0"))),
        (procedure(performedDateTime="2018"), procedure("b", performedPeriod={"start": "2019"})),
        (observation(valueQuantity=quantity(5)), observation("b", valueQuantity=quantity(6.5))),
        (given(medicationCodeableConcept=PILL), given(medicationCodeableConcept=PILL, authoredOn="2020-01-01")),
        (study(), study(started="2020")),
        (visit(), visit(period={"start": "2020"})),
    ],
)
def test_dates_and_measured_values_leave_events_alike(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = read(one), read(other)
    assert first.alike is not None
    assert first.alike is second.alike


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (condition(), condition(code="other")),
        (condition(), condition(clinicalStatus=status("recurrence"))),
        (condition(), condition(meta=profile("primary-cancer-condition"))),
        (procedure(), procedure(bodySite=[concept("wrist")])),
        (observation(), observation(valueQuantity=quantity(5))),
        (observation(valueInteger=1), observation(valueInteger=2)),
        (given(medicationCodeableConcept=PILL), given(medicationCodeableConcept=PILL, doNotPerform=False)),
        (study(), study("CT")),
        (visit(), visit(type=[concept("visit")])),
    ],
)
def test_events_that_say_something_else_are_not_alike(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert read(one).alike is not read(other).alike


HISTOLOGY = extension("histology-morphology-behavior", valueCodeableConcept=concept("duct"))
INTENT = extension("procedure-intent", valueCodeableConcept=concept("cure"))


@pytest.mark.parametrize(
    "event",
    [
        lambda: read(condition(extension=[HISTOLOGY])),
        lambda: read(procedure(extension=[INTENT])),
        lambda: read(procedure(reasonCode=[concept("sore")])),
        lambda: read(observation(valueQuantity=None)),
        lambda: read(given(medicationCodeableConcept=PILL, reasonCode=[concept("sore")])),
        lambda: read(given(medicationReference={"reference": "#m"}, contained=[{"id": "m", "code": PILL}])),
        lambda: read(study(series=[{"modality": {"system": "s", "code": "CT"}}])),
        lambda: read(visit(reasonCode=[concept("sore")])),
    ],
)
def test_what_rests_on_more_than_is_remembered_is_alike_to_nothing(event: Callable[[], Event]) -> None:
    assert event().alike is None
