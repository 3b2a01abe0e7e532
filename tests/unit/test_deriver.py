"""From the events of a patient to a record: which facts are derived, and what stands where another source says more."""

from __future__ import annotations

from datetime import date

import pytest
from events import AS_OF, Words, event, quantity

from screener.deriving import Deriver
from screener.facts.events import PatientEvents
from screener.facts.values import FactValue

WORDS = Words(
    index="type: event\nfrom: condition\nwhere: {code: {in_value_set: fracture}}\ntake: latest",
    same="type: yes_no\nfrom: procedure\nwhere: {laterality: {same_as: index.laterality}}\ntake: any",
    not_same="type: yes_no\nfrom: facts\nwhere: {same: no}",
    platelets="""
    type: number
    unit: 10*9/L
    from: observation
    where: {code: {in_value_set: platelets}}
    take: latest
    value: value
    """,
)
EVENTS = (
    event("patient", birth_date="1970-05-02"),
    event("condition", "2026-01-10", code="fracture", laterality="left", onset="2026-01-10"),
    event("procedure", "2020-01-01", code="cast", laterality="left"),
    event("observation", "2026-05-01", code="plt", value=quantity(80, "10*9/L")),
)


@pytest.mark.parametrize(
    ("names", "facts"),
    [
        (None, {"birth_date", "index.laterality", "index.onset", "index.on", "same", "not_same", "platelets"}),
        (["platelets"], {"birth_date", "platelets"}),
        (["not_same", "same"], {"birth_date", "index.laterality", "same", "not_same"}),
        (["index.onset", "age"], {"birth_date", "index.onset"}),
        (["nothing_of_the_kind"], {"birth_date"}),
    ],
)
def test_the_facts_that_are_wanted_are_derived_and_what_they_rest_on(names: list[str] | None, facts: set[str]) -> None:
    deriver = Deriver(WORDS.derivations, WORDS.vocabulary, AS_OF, names=names)
    record = deriver.record(PatientEvents("P-7", EVENTS, 12))
    assert (record.patient_id, record.row) == ("P-7", 12)
    assert {name for name, fact in record.facts.items() if fact.value is not None} == facts


def test_what_a_source_of_higher_standing_says_stays_and_what_rests_on_it_follows() -> None:
    answered = FactValue("same", False, None, "answered by A. Nurse")
    facts = WORDS.facts(*EVENTS, known=[answered])
    assert (facts["same"].value, facts["same"].source) == (False, "answered by A. Nurse")
    assert facts["not_same"].value is True


def test_records_that_say_something_else_are_kept_and_shown_beside_it() -> None:
    facts = WORDS.facts(*EVENTS, known=[FactValue("platelets", 120, None, "row 2")])
    assert facts["platelets"].value == 120
    assert [one.value for one in facts["platelets"].evidence] == ["80 10*9/L"]
    same = FactValue("platelets", 80, None, "row 2")
    assert WORDS.facts(*EVENTS, known=[same])["platelets"] == same
    assert WORDS.facts(known=[same])["platelets"] == same


def test_a_fact_that_no_record_says_comes_from_the_other_source_alone() -> None:
    known = FactValue("hobby", "rowing", None, "row 2")
    assert WORDS.facts(*EVENTS, known=[known])["hobby"] == known


def test_the_same_records_on_an_earlier_day_say_less() -> None:
    facts = Deriver(WORDS.derivations, WORDS.vocabulary, date(2026, 1, 9)).record(PatientEvents("P-7", EVENTS)).facts
    assert {name: fact.state for name, fact in facts.items()} == {
        "birth_date": "recorded", "same": "uncertain", "not_same": "uncertain",
    }  # fmt: skip
