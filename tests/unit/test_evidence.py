"""Evidence is written down when somebody looks, and is then the same as if it had been written at once."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import pytest
from events import Words, event

from screener.facts.values import Evidence, FactValue

WORDS = Words(
    bad="type: yes_no\nfrom: condition\nwhere: {code: {in_value_set: fracture}}\ntake: any",
    worse="type: yes_no\nfrom: condition\nwhere: {code: {in_value_set: sore}}\ntake: any",
    any_bad="type: yes_no\nfrom: facts\nwhere: {any: [{bad: yes}, {worse: yes}]}",
)
LATER = event("condition", "2026-02-01", code="fracture", reference="Condition/2", place="b.json")
EARLIER = event("condition", "2026-01-01", code="fracture", reference="Condition/1", place="a.json", status="active")


@pytest.fixture
def bad() -> FactValue:
    return WORDS.facts(LATER, EARLIER)["bad"]


def test_it_is_equal_to_the_same_evidence_in_a_tuple(bad: FactValue) -> None:
    system, code, display = "http://codes.test/here", "fracture", "fracture"
    written = (
        Evidence("Condition/1", "a.json", EARLIER.on, system, code, display, None, "active"),
        Evidence("Condition/2", "b.json", LATER.on, system, code, display),
    )
    assert bad.evidence == written
    assert written == bad.evidence
    assert bad.evidence != written[:1]
    assert hash(bad.evidence) == hash(written)
    assert repr(bad.evidence) == repr(written)
    assert bad == bad._replace(evidence=written)
    assert bad == WORDS.facts(LATER, EARLIER)["bad"]


def test_it_is_a_sequence_of_what_was_recorded(bad: FactValue) -> None:
    assert isinstance(bad.evidence, Sequence)
    assert len(bad.evidence) == 2
    assert bad.evidence[0].place == "a.json"
    assert [one.place for one in bad.evidence[:2]] == ["a.json", "b.json"]
    assert bad.evidence


def test_another_process_gets_it_written_down(bad: FactValue) -> None:
    sent = pickle.loads(pickle.dumps(bad))
    assert sent == bad
    assert type(sent.evidence) is tuple


def test_what_rests_on_other_facts_has_the_evidence_of_all_each_once() -> None:
    sore = event("condition", "2025-01-01", code="sore", reference="Condition/0")
    facts = WORDS.facts(LATER, EARLIER, sore)
    assert [one.reference for one in facts["any_bad"].evidence] == ["Condition/0", "Condition/1", "Condition/2"]


def test_there_is_none_where_nothing_was_recorded() -> None:
    facts = WORDS.facts(complete=["condition"])
    assert facts["bad"].evidence == ()
    assert facts["any_bad"].evidence == ()
    assert not facts["any_bad"].evidence
