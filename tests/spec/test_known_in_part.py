"""Values known in part: a test says yes or no only where every value that it can be gives the same answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import chain, combinations, product
from typing import Any

import pytest

from screener.criteria.model import (
    All,
    BetweenTest,
    ChoiceTest,
    EmptyTest,
    FactTest,
    NumberTest,
    SetTest,
    Test,
    YesNoTest,
)
from screener.criteria.tests import of_one_value
from screener.criteria.truth import Meaning
from screener.criteria.words import value_words
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.values import FactValue, Unreadable, partly, plain, read_value
from screener.logic import Truth

TODAY = date(2026, 6, 1)
SITES = ("bone", "liver", "lung")
COUNT = FactDefinition("count", "count", "integer", "record", "How many?", low=0, high=9)
SIZE = FactDefinition("size", "size", "number", "record", "How large?", unit="mm")
WHERE = FactDefinition("sites", "sites", "set", "record", "Where?", options=SITES)
SURE = FactDefinition("sure", "sure", "yes_no", "record", "Sure?")
KIND = FactDefinition("kind", "kind", "choice", "record", "Which?", options=("a", "b"))

_OPS = ("at_least", "at_most", "more_than", "less_than", "equals")
WHOLE = [NumberRange(low, high) for low in (None, 0, 2, 4) for high in (None, 2, 3, 5) if not (low or 0) > (high or 9)]
NUMBER_TESTS: list[Test] = [
    *(NumberTest(op, limit) for op in _OPS for limit in range(7)),
    *(BetweenTest(low, high) for low, high in combinations(range(7), 2)),
]  # fmt: skip


def agreed(answers: Iterable[Truth]) -> Truth:
    """The answer that all give, unknown where they differ."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def subsets() -> list[frozenset[str]]:
    return [frozenset(some) for some in chain.from_iterable(combinations(SITES, size) for size in range(4))]


@pytest.mark.parametrize("known", WHOLE, ids=str)
def test_a_number_within_a_range_is_settled_where_all_its_numbers_agree(known: NumberRange) -> None:
    low, high = known.low, known.high
    numbers = range(-3 if low is None else int(low), (12 if high is None else int(high)) + 1)
    for test in NUMBER_TESTS:
        holds = of_one_value(test, TODAY)
        expected = agreed(holds(number) for number in numbers)
        assert holds(known) == expected, test


@pytest.mark.parametrize("known", subsets(), ids=sorted)
def test_a_set_of_which_some_members_are_known_is_settled_where_all_its_sets_agree(known: frozenset[str]) -> None:
    tests: list[Test] = [EmptyTest(True), EmptyTest(False)]
    tests += [
        SetTest(op, tuple(options))  # type: ignore[arg-type]  # each is one of the four
        for op, options in product(("includes_any", "includes_all", "only", "excludes_all"), subsets())
        if options and options != frozenset(SITES)
    ]
    for test in tests:
        holds = of_one_value(test, TODAY)
        assert holds(AtLeastSet(known)) == agreed(holds(whole) for whole in subsets() if known <= whole), test


def test_an_end_that_is_left_out_counts() -> None:
    below, above = NumberRange(None, 5, high_open=True), NumberRange(5, None, low_open=True)
    asked = {op: of_one_value(NumberTest(op, 5), TODAY) for op in ("at_least", "more_than", "less_than", "equals")}  # type: ignore[arg-type]
    assert [asked[op](below) for op in asked] == [False, False, True, False]
    assert [asked[op](above) for op in asked] == [True, True, False, False]


@pytest.mark.parametrize(
    ("fact", "text", "value", "again", "words"),
    [
        (COUNT, ">=2", NumberRange(2, None), ">=2", "at least 2"),
        (COUNT, "> 2", NumberRange(3, None), ">=3", "at least 3"),
        (COUNT, "<3", NumberRange(None, 2), "<=2", "at most 2"),
        (COUNT, ">1 <= 4", NumberRange(2, 4), ">=2 <=4", "2 to 4"),
        (SIZE, "<2.5", NumberRange(None, read_value(SIZE, "2.5"), high_open=True), "<2.5", "less than 2.5 mm"),  # type: ignore[arg-type]
        (SIZE, ">2", NumberRange(2, None, low_open=True), ">2", "more than 2 mm"),
        (SIZE, ">2 <4", NumberRange(2, 4, low_open=True, high_open=True), ">2 <4", "2 to 4, not 2 or 4 mm"),
        (WHERE, ">=bone; liver", AtLeastSet(frozenset({"bone", "liver"})), ">=bone;liver", "at least bone and liver"),
        (WHERE, ">=none", AtLeastSet(frozenset()), ">=none", "not wholly known"),
    ],
)
def test_a_cell_says_with_a_comparator_what_is_known_in_part(
    fact: FactDefinition, text: str, value: Any, again: str, words: str
) -> None:
    assert read_value(fact, text) == value
    assert partly(value) == plain(value) == again
    assert read_value(fact, again) == value
    assert value_words(value, fact) == words


@pytest.mark.parametrize(
    ("fact", "text"),
    [(COUNT, "<"), (COUNT, ">="), (COUNT, ">4 <2"), (COUNT, "<=99"), (COUNT, "<>3"), (SIZE, ">2 <2"), (WHERE, ">="),
     (WHERE, ">=knee"), (KIND, ">=a")],
)  # fmt: skip
def test_a_comparator_without_a_value_cannot_be_read(fact: FactDefinition, text: str) -> None:
    with pytest.raises(Unreadable):
        read_value(fact, text)


@pytest.mark.parametrize("others", [(), ("kind",), ("kind", "sure")], ids=len)
def test_no_truth_table_hides_what_a_range_settles(others: tuple[str, ...]) -> None:
    asked = {"kind": ChoiceTest("is", ("a",)), "sure": YesNoTest(True)}
    tests = [FactTest("count", (NumberTest("at_most", 2),)), *(FactTest(name, (asked[name],)) for name in others)]
    truth = Meaning(Vocabulary.of(COUNT, KIND, SURE), TODAY).rule(All(tuple(tests)))
    more, fewer = (
        {"count": FactValue("count", value, None, None)} for value in (NumberRange(3, None), NumberRange(None, 2))
    )
    assert truth(more) is False
    assert truth(fewer) is (None if others else True)
