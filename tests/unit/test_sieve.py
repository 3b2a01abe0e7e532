"""What codes and options answer is remembered, and never for an event that says something else."""

from __future__ import annotations

import itertools

import pytest
from events import AS_OF, VALUE_SETS, Words, codes, conflicting, event, quantity, unreadable

from screener.criteria.closures import Facts
from screener.criteria.derivations import FieldTest, HasCode, InValueSet, SameAs, WhereAll, WhereAny, WhereNot
from screener.criteria.model import ChoiceTest, NumberTest
from screener.deriving import sieve
from screener.deriving.sieve import ByCodes, ByFacts, is_coded, parted, strict
from screener.deriving.where import Wheres
from screener.facts.events import Event

FRACTURE = FieldTest("code", (InValueSet("fracture"),))
LEFT = FieldTest("laterality", (ChoiceTest("is", ("left",)),))
SAME_SIDE = FieldTest("laterality", (SameAs("side"),))
SORE = FieldTest("value_code", (HasCode((("http://codes.test/here", "sore"),)),))
HIGH = FieldTest("value", (NumberTest("at_least", 5),), unit="g/L")
WHERES = Wheres(VALUE_SETS, AS_OF)


@pytest.mark.parametrize(
    ("where", "coded", "rest"),
    [
        (None, None, None),
        (FRACTURE, WhereAll((FRACTURE,)), None),
        (SAME_SIDE, None, WhereAll((SAME_SIDE,))),
        (WhereAll((FRACTURE, SAME_SIDE, LEFT)), WhereAll((FRACTURE, LEFT)), WhereAll((SAME_SIDE,))),
        (WhereAny((FRACTURE, SAME_SIDE)), None, WhereAll((WhereAny((FRACTURE, SAME_SIDE)),))),
        (WhereNot(WhereAny((FRACTURE, LEFT))), WhereAll((WhereNot(WhereAny((FRACTURE, LEFT))),)), None),
    ],
)
def test_a_test_is_taken_apart_into_what_codes_answer_and_the_rest(where, coded, rest) -> None:  # type: ignore[no-untyped-def]
    assert parted(where) == (coded, rest)


def test_numbers_and_other_facts_are_not_answered_by_codes() -> None:
    assert [is_coded(one) for one in (FRACTURE, LEFT, SORE, SAME_SIDE, HIGH)] == [True, True, True, False, False]


def test_what_was_told_of_the_same_codes_is_not_worked_out_again() -> None:
    asked: list[Event] = []

    def tell(one: Event) -> int:
        asked.append(one)
        return len(asked)

    known = ByCodes(tell, (FRACTURE, LEFT))
    first = event("condition", "2020-01-01", code="fracture", laterality="left")
    again = event("condition", "2021-01-01", code="fracture", laterality="left", onset="2019")
    other = event("condition", "2021-01-01", code="fracture", laterality="right")
    assert [known(one) for one in (first, again, other, first)] == [1, 1, 2, 1]
    assert asked == [first, other]


MANY = [str(number) for number in range(sieve._REMEMBERED)]


def test_too_much_is_forgotten_at_once_and_told_again() -> None:
    asked: list[str] = []

    def tell(one: Event) -> str:
        asked.append(one.fields["code"].said)
        return asked[-1]

    known = ByCodes(tell, (FRACTURE,))
    words = [*MANY, "0", "more", "0"]
    assert [known(event("condition", code=word)) for word in words] == words
    assert asked == [*MANY, "more", "0"]


def test_of_events_that_are_alike_too_much_is_forgotten_at_once_and_told_again() -> None:
    asked: list[str] = []

    def tell(one: Event, facts: Facts = {}) -> str:  # noqa: B006  # nobody changes it
        asked.append(one.fields["code"].said)
        return asked[-1]

    words = [*MANY, "0", "more", "0"]
    events = [event("condition", code=word)._replace(alike=word) for word in words]
    by_facts = ByFacts(tell, (SAME_SIDE,))
    assert [by_facts(one, {}) for one in events] == words
    assert asked == [*MANY, "more", "0"]
    asked.clear()
    by_codes = ByCodes(tell, (FRACTURE,))
    assert [by_codes(one) for one in events] == words
    assert asked == [*MANY, "more", "0"]


def test_the_remembered_answer_is_that_of_the_test_itself() -> None:
    fields = [
        {},
        {"code": "fracture"},
        {"code": "sore"},
        {"code": unreadable("a break")},
        {"code": conflicting("two")},
        {"code": codes("elsewhere|x")},
    ]
    values = [{}, {"value": quantity(7, "g/L")}, {"value_code": "sore"}, {"value_code": "calm"}]
    events = [event("observation", **one, **two) for one, two in itertools.product(fields, values)]
    for where in (FRACTURE, SORE, WhereAll((FRACTURE, HIGH)), WhereNot(SORE), WhereAny((SORE, FRACTURE)), HIGH):
        plain, remembered = WHERES.strict(where), strict(where, WHERES)
        for one in [*events, *events]:
            assert remembered(one, {}) == plain(one, {}), (where, one)


def test_a_complete_source_and_another_one_are_sifted_apart() -> None:
    words = Words(any_fracture="type: yes_no\nfrom: condition\nwhere: {code: {in_value_set: fracture}}\ntake: any")
    elsewhere = event("condition", code=codes("elsewhere|x"))
    for _ in range(2):
        assert words.told("any_fracture", elsewhere) is None
        assert words.told("any_fracture", elsewhere, complete=["condition"]) == "? unreadable"
        assert words.told("any_fracture", complete=["condition"]) is False
