"""Observations of FHIR as events: when they were made, of whom, and under what code."""

from __future__ import annotations

from typing import Any

import pytest
from fhir import SNOMED, concept, observation, read, resource, said

from screener.facts.events import EventField


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ({"start": "2026-12-31T23:59:59Z", "end": "2026-12-31T23:59:59Z"}, "2027-01-01"),
        ({"start": "2026-01-01T00:00:00+01:00", "end": "2026-01-01T10:00:00+01:00"}, "2026-01-01"),
        ({"start": "2026-01-01", "end": "2026-01-09"}, "2026-01"),
        ({"start": "2025-12-31", "end": "2026-01-01"}, None),
        ({"start": "2026-01-01"}, None),
        ({"start": "yesterday", "end": "2026-01-01"}, None),
        ({"start": "2026-01-09", "end": "2026-01-01"}, None),
        ("2026", None),
    ],
)
def test_what_holds_for_a_period_is_as_exact_as_the_period(period: Any, day: str | None) -> None:
    on = read(observation(effectivePeriod=period)).event.on
    assert (None if on is None else on.text) == day


@pytest.mark.parametrize(
    ("when", "state", "words"),
    [
        ({"effectiveDateTime": "2026-13-45"}, "unreadable", "2026-13-45"),
        ({"effectiveInstant": 5}, "unreadable", ""),
        ({"effectiveTiming": {"event": ["2026-01-01"]}}, "unreadable", ""),
        ({"effectivePeriod": {"start": "soon"}}, "unreadable", "soon to ?"),
        ({"effectivePeriod": {"start": "2026-02", "end": "2026-01"}}, "conflicting", "2026-02 to 2026-01"),
    ],
)
def test_a_day_that_cannot_be_read_is_said_of_the_observation_and_of_its_parts(
    when: dict[str, Any], state: str, words: str
) -> None:
    part = {"code": concept("part"), "valueInteger": 1}
    for event in read(observation(component=[part], **when)).events:
        assert (event.on, event.fields["on"]) == (None, EventField(None, words, state))


@pytest.mark.parametrize("when", [{}, {"effectivePeriod": {"start": "2026-01-01"}}])
def test_a_day_that_is_not_told_is_no_day_that_cannot_be_read(when: dict[str, Any]) -> None:
    assert "on" not in read(observation(**when)).event.fields


def test_an_instant_is_a_day_too() -> None:
    on = read(observation(effectiveInstant="2018-05-20T12:00:00Z")).event.on
    assert on is not None
    assert on.text == "2018-05-20"


@pytest.mark.parametrize(
    ("focus", "counts"),
    [
        ("Condition/c", True),
        ("Patient/1", True),
        ("Patient/2", False),
        ("RelatedPerson/r", False),
        ("urn:uuid:0b1", True),
    ],
)
def test_what_is_about_somebody_else_is_no_event_of_the_patient(focus: str, counts: bool) -> None:
    seen = read(observation(focus=[{"reference": focus}, {}]))
    assert bool(seen.events) == counts
    assert bool(seen.inspection.of("not_counted")) != counts


def test_an_observation_without_a_code_is_rejected_by_place() -> None:
    seen = read(resource("Observation", status="final", valueInteger=1))
    assert seen.problems == ["file, entry 2: the Observation has no code; give it one"]


def test_a_code_in_words_may_be_any_code_and_so_stays_an_event() -> None:
    event = read({**observation(), "code": {"text": "platelets"}}).event
    assert said(event)["code"] == ("unreadable", None)


@pytest.mark.parametrize("code", [5, "plt", [concept("plt")], {"coding": "plt"}, {"coding": [{"code": 5}]}, {}])
def test_a_code_of_another_form_is_none(code: Any) -> None:
    assert read({**observation(), "code": code}).events == []


def test_a_coding_with_parts_of_another_form_is_read_as_far_as_it_goes() -> None:
    event = read({**observation(), "code": {"coding": [{"system": SNOMED, "code": "1", "display": [1]}]}}).event
    assert said(event)["code"] == ("recorded", ["1"])
