"""A rule in one phrase: exact, with parentheses wherever a reader could join the parts otherwise than the rule does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from screener.criteria.model import (
    All,
    AnyOf,
    AtLeastOf,
    ChoiceTest,
    Condition,
    DateTest,
    EmptyTest,
    FactReference,
    FactTest,
    HappenedWithin,
    NoneOf,
    Not,
    Rule,
    SetTest,
    Test,
    YesNoTest,
)
from screener.criteria.words import listed, option_words, test_words
from screener.facts.definitions import FactDefinition, Vocabulary

_JOINED: Final = re.compile(r",|;|\b(?:and|or|nor|not|either|neither)\b")
_SETS: Final = {
    "includes_any": ("at least one of {}", "or"),
    "includes_all": ("all of {}", "and"),
    "only": ("nothing but {}", "or"),
    "excludes_all": ("none of {}", "or"),
}
_LATER: Final = {
    "before": "earlier than",
    "on_or_before": "no later than",
    "after": "later than",
    "on_or_after": "no earlier than",
}


def rule_phrase(rule: Rule, vocabulary: Vocabulary) -> str:
    """A rule in one phrase, without a capital and without a full stop."""
    return _phrase(rule, lambda test: fact_phrase(test, vocabulary))


def fact_phrase(test: FactTest, vocabulary: Vocabulary) -> str:
    """What is asked of one fact: `WHO performance status is at most 2`, `primary breast sarcoma: yes`."""
    fact = vocabulary[test.fact]
    return fact.label + (": " if fact.type in ("yes_no", "set") else " is ") + asked(test, vocabulary)


def asked(test: FactTest, vocabulary: Vocabulary) -> str:
    """What is asked of a fact, without its name."""
    fact = vocabulary[test.fact]
    words = " and ".join(_asked(one, fact, vocabulary) for one in test.tests)
    return f"{words}, measured within {test.measured_within}" if test.measured_within else words


def _phrase(rule: Rule, leaf: Callable[[FactTest], str]) -> str:
    """A rule in one phrase, where `leaf` says what is asked of a fact."""
    match rule:
        case FactTest():
            return leaf(rule)
        case All((part,)) | AnyOf((part,)) | AtLeastOf(_, (part,)):
            return _phrase(part, leaf)
        case All(parts):
            return listed(_parts(parts, leaf), "and")
        case AnyOf(parts):
            return f"either {listed(_parts(parts, leaf), 'or')}"
        case NoneOf((part,)) | Not(part):
            return f"not ({_phrase(part, leaf)})"
        case NoneOf(parts):
            return f"neither {listed(_parts(parts, leaf), 'nor')}"
        case AtLeastOf(count, parts):
            return f"at least {count} of {listed(_parts(parts, leaf), 'and')}"
        case Condition(name, inner):
            return f"{option_words(name)} ({_phrase(inner, leaf)})"


def _parts(parts: tuple[Rule, ...], leaf: Callable[[FactTest], str]) -> list[str]:
    return [enclosed(_phrase(part, leaf)) for part in parts]


def enclosed(phrase: str) -> str:
    """The phrase in parentheses where it holds a word or sign that could be read as belonging to its surroundings."""
    return f"({phrase})" if _JOINED.search(phrase) else phrase


def _asked(test: Test, fact: FactDefinition, vocabulary: Vocabulary) -> str:
    match test:
        case YesNoTest() | EmptyTest(True):
            return test_words(test, fact, vocabulary)
        case EmptyTest():
            return "at least one"
        case ChoiceTest(op, options):
            return _choice(op, [_option(option) for option in options])
        case SetTest(op, options):
            words, last = _SETS[op]
            return words.format(listed(map(_option, options), last))
        case DateTest(op, FactReference(other, later)) if later is not None:
            return f"{_LATER[op]} {later} after the {vocabulary[other].label}"
        case HappenedWithin(length):
            return f"within {length} before screening, not after it"
    return test_words(test, fact, vocabulary)


def _choice(op: str, words: list[str]) -> str:
    if op == "none_of":
        return f"neither {listed(words, 'nor')}" if len(words) > 1 else f"not {words[0]}"
    return listed(words, "or")


def _option(option: str) -> str:
    """An option; in quotation marks where its own `and` or `or` could be taken for one of the rule."""
    words = option_words(option)
    return f'"{words}"' if _JOINED.search(words) else words
