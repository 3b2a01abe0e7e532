"""What is remembered between records stays small however long their words are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from events import AS_OF, Words, codes, event, quantity
from fhir import HERE, PATIENT, ZONE, bundle, condition, observation

from screener.deriving.sieve import ByCodes
from screener.facts.events import PatientEvents
from screener.facts.fhir import concepts, patients, quantities, sides
from screener.facts.fhir.documents import NO_RESOURCE, entries_of
from screener.facts.fhir.patients import Reading
from screener.facts.inspection import Inspection, Problems

LONG = "x" * 5_000


def entries(document: Any) -> list[Any]:
    return entries_of(document, "file", "", inspection=Inspection(), problems=Problems())


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    kept = (concepts._of_one, quantities._quantity, sides._side)
    for one in kept:
        one.cache_clear()
    yield
    assert [one.cache_info().currsize for one in kept] == [0, 0, 0], "long words were kept"


def test_long_words_are_read_and_not_kept() -> None:
    weight = {"value": 5, "unit": LONG}
    document = bundle(
        PATIENT, condition(code=(HERE, "a", f"left {LONG}")), observation(code=LONG, valueQuantity=weight)
    )
    reading = Reading(ZONE)
    read = reading.read("1", entries(document), row=1, complete=frozenset())
    (sore,) = [one for one in read.events if one.kind == "condition"]
    assert sore.fields["code"].value == ((HERE, "a", f"left {LONG}"),)
    assert sore.fields["laterality"].state == "unreadable", "only words tell the side"
    (weighed,) = [one.fields["value"] for one in read.events if one.kind == "observation"]
    assert weighed.value is not None
    again = reading.read("1", entries(document), row=1, complete=frozenset())
    assert again.events == read.events


def test_a_long_time_is_unreadable_and_not_kept() -> None:
    reading = Reading(ZONE)
    document = bundle(PATIENT, condition(code=(HERE, LONG, "sore"), onsetDateTime=f"2020-01-01T{LONG}"))
    read = reading.read("1", entries(document), row=1, complete=frozenset())
    (sore,) = [one for one in read.events if one.kind == "condition"]
    assert sore.fields["onset"].state == "unreadable"
    assert not reading._calendar.known


def test_a_type_that_is_longer_than_any_is_none() -> None:
    problems = Problems()
    found = entries_of([{"resourceType": "C" + "o" * 64}], "file", "", inspection=Inspection(), problems=problems)
    assert [one.type for one in found] == [NO_RESOURCE]
    assert [one.problem for one in problems.listed()] == ["holds no FHIR resource: it has no resourceType"]


def test_records_with_ever_other_elements_are_counted_and_not_kept() -> None:
    longest = "x" * (patients._LETTERS_KEPT // 10)
    reading = Reading(ZONE)
    for number in range(20):
        long = {f"element{number}{longest}": 1}
        document = bundle(PATIENT, condition(code=(HERE, LONG, "sore"), **long))
        reading.read("1", entries(document), row=1, complete=frozenset())
        assert len(reading._shapes) < 15
    assert reading.handed_over().of("record") == {("Condition",): 20, ("Patient",): 20}


def test_what_codes_with_long_words_answer_is_not_kept() -> None:
    known: ByCodes[int] = ByCodes(lambda one: len(one.fields), ())
    words = Words(sore="type: yes_no\nfrom: condition\nwhere: {code: {in_value_set: sore}}\ntake: any")
    one = event("condition", code=codes("sore", LONG))
    assert words.told("sore", one) is words.told("sore", one) is True
    assert known(one) == 1
    sift = words.deriver._sieves.of(frozenset())["condition"]
    assert isinstance(sift, ByCodes)
    assert not sift._known


def test_a_unit_that_is_longer_than_any_is_unreadable() -> None:
    words = Words(
        weight="""
        type: number
        unit: kg
        from: observation
        where: {code: {in_value_set: plate}}
        take: latest
        value: value
        """
    )
    heavy = event("observation", "2026-01-01", code="plate", value=quantity(5, LONG))
    assert words.told("weight", heavy) == "? unreadable"
    assert words.deriver.record(PatientEvents("P", (heavy,))).facts["weight"].on is None
    assert AS_OF.year == 2026
