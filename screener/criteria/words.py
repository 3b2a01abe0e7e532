"""Values and tests in words, for reasons beside results and for rules read aloud."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from screener.criteria.model import (
    SCREENING,
    BetweenTest,
    ChoiceTest,
    DateTest,
    EmptyTest,
    FactReference,
    FactTest,
    HappenedWithin,
    NumberTest,
    SetTest,
    Test,
    YesNoTest,
)
from screener.dates import PartialDate
from screener.facts.definitions import FactDefinition, Value, Vocabulary
from screener.facts.imprecise import AtLeastSet

_OPS: Final = {
    "at_least": "at least",
    "at_most": "at most",
    "more_than": "more than",
    "less_than": "less than",
    "equals": "exactly",
    "before": "before",
    "on_or_before": "on or before",
    "after": "after",
    "on_or_after": "on or after",
}


def listed(words: Iterable[str], last: str) -> str:
    """`a, b or c`: words in a row, the last one joined by `last`."""
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


def option_words(option: str) -> str:
    """An option as people say it."""
    return option.replace("_", " ")


def value_words(value: Value | None, fact: FactDefinition) -> str:
    """A value as people say it, with its unit."""
    match value:
        case bool():
            return "yes" if value else "no"
        case PartialDate():
            return value.text
        case frozenset():
            return listed((option_words(one) for one in sorted(value)), "and") if value else "none"
        case AtLeastSet():
            known = [option_words(one) for one in sorted(value.known)]
            return f"at least {listed(known, 'and')}" if known else "not wholly known"
        case str():
            return option_words(value)
    return f"{value} {fact.unit}" if fact.unit and fact.unit != "years" else str(value)


def tests_words(test: FactTest, vocabulary: Vocabulary) -> str:
    """What is asked of a fact: `at least 100 x10^9/L and less than 400 x10^9/L, measured within 28 days`."""
    fact = vocabulary[test.fact]
    asked = " and ".join(test_words(one, fact, vocabulary) for one in test.tests)
    return f"{asked}, measured within {test.measured_within}" if test.measured_within else asked


def test_words(test: Test, fact: FactDefinition, vocabulary: Vocabulary) -> str:
    """One test in words that can follow `is`."""
    match test:
        case YesNoTest(expected):
            return "yes" if expected else "no"
        case ChoiceTest(op, options):
            words = [option_words(option) for option in options]
            return f"neither {listed(words, 'nor')}" if op == "none_of" and len(words) > 1 else _choice(op, words)
        case NumberTest(op, limit):
            return f"{_OPS[op]} {value_words(limit, fact)}"
        case BetweenTest(low, high):
            return f"from {low} to {value_words(high, fact)}"
        case DateTest(op, other):
            return f"{_OPS[op]} {_point(other, vocabulary)}"
        case HappenedWithin(length):
            return f"within {length} before screening"
        case SetTest(op, options):
            return _set(op, [option_words(option) for option in options])
        case EmptyTest(expected):
            return "none" if expected else "not none"


def _choice(op: str, words: list[str]) -> str:
    return ("not " if op == "none_of" else "") + listed(words, "or")


def _point(other: PartialDate | FactReference | str, vocabulary: Vocabulary) -> str:
    if isinstance(other, FactReference):
        label = f"the {vocabulary[other.fact].label}"
        return f"{other.later} after {label}" if other.later else label
    return "the screening date" if other == SCREENING else str(other)


def _set(op: str, words: list[str]) -> str:
    match op:
        case "includes_any":
            return f"at least one of {listed(words, 'or')}"
        case "includes_all":
            return listed(words, "and")
        case "only":
            return f"only {listed(words, 'or')}"
    return f"without {listed(words, 'or')}"
