"""Values and tests in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rulesets import rule_of, vocabulary

from screener.criteria import words as said
from screener.criteria.model import FactTest
from screener.dates import parse_date
from screener.facts.definitions import Value

FACTS = vocabulary()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("healed: yes", "yes"),
        ("healed: no", "no"),
        ("pain: {is: mild}", "mild"),
        ("pain: {one_of: [none, mild, severe]}", "none, mild or severe"),
        ("pain: {none_of: [severe]}", "not severe"),
        ("pain: {none_of: [mild, severe]}", "neither mild nor severe"),
        ("casts: {at_least: 2}", "at least 2"),
        ("casts: {at_most: 2, more_than: 0}", "at most 2 and more than 0"),
        ("casts: {less_than: 2}", "less than 2"),
        ("casts: {equals: 2}", "exactly 2"),
        ("platelets: {between: [100, 400.5]}", "from 100 to 400.5 x10^9/L"),
        ("platelets: {at_least: 100, measured_within: 4 weeks}", "at least 100 x10^9/L, measured within 4 weeks"),
        ("age: {at_least: 18}", "at least 18"),
        ("surgery: {before: 2026-01}", "before 2026-01"),
        ("surgery: {on_or_before: screening}", "on or before the screening date"),
        ("surgery: {after: fracture}", "after the date of the fracture"),
        ("surgery: {on_or_after: 5 years after fracture}", "on or after 5 years after the date of the fracture"),
        ("surgery: {happened_within: 1 month}", "within 1 month before screening"),
        ("bones: {includes_any: [radius, ulna]}", "at least one of radius or ulna"),
        ("bones: {includes_all: [radius, ulna]}", "radius and ulna"),
        ("bones: {only: [radius]}", "only radius"),
        ("bones: {excludes_all: [radius, ulna, carpal]}", "without radius, ulna or carpal"),
        ("bones: empty", "none"),
        ("bones: {empty: no}", "not none"),
    ],
)
def test_a_test_is_said_in_words(rule: str, words: str) -> None:
    tree, findings = rule_of(rule)
    assert isinstance(tree, FactTest), findings
    assert said.tests_words(tree, FACTS) == words


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        ("healed", True, "yes"),
        ("healed", False, "no"),
        ("pain", "very_severe", "very severe"),
        ("casts", 0, "0"),
        ("platelets", Decimal("99.5"), "99.5 x10^9/L"),
        ("age", 40, "40"),
        ("fracture", parse_date("2025-10"), "2025-10"),
        ("bones", frozenset({"ulna", "radius"}), "radius and ulna"),
        ("bones", frozenset(), "none"),
    ],
)
def test_a_value_is_said_as_people_say_it(fact: str, value: Value, words: str) -> None:
    assert said.value_words(value, FACTS[fact]) == words


def test_words_in_a_row_are_joined_by_the_last_one() -> None:
    assert said.listed(["a"], "or") == "a"
    assert said.listed(["a", "b", "c"], "and") == "a, b and c"
