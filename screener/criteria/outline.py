"""A rule as a patient reads it: plain words in the second person, and a list wherever several things count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from screener.criteria.model import (
    All,
    AnyOf,
    AtLeastOf,
    Condition,
    FactTest,
    NoneOf,
    Not,
    Rule,
    YesNoTest,
)
from screener.criteria.phrases import asked
from screener.facts.definitions import Vocabulary

_STEP: Final = "  "


def rule_outline(rule: Rule, vocabulary: Vocabulary) -> str:
    """A rule in one line, or in a line that ends in a colon and a list below it, each item after `- `."""
    return "\n".join(_lines(rule, vocabulary))


def _lines(rule: Rule, vocabulary: Vocabulary) -> Iterator[str]:
    match rule:
        case FactTest():
            yield f"{_plain(rule, vocabulary)}."
        case Condition(_, inner) | All((inner,)) | AnyOf((inner,)) | AtLeastOf(_, (inner,)):
            yield from _lines(inner, vocabulary)
        case All(parts):
            yield from _list("all of these are so:", parts, vocabulary)
        case AnyOf(parts):
            yield from _list("at least one of these is so:", parts, vocabulary)
        case NoneOf(parts):
            yield from _list("none of these is so:", parts, vocabulary)
        case AtLeastOf(count, parts):
            yield from _list(f"at least {count} of these are so:", parts, vocabulary)
        case Not(part):
            yield from _list("this is not so:", (part,), vocabulary)


def _list(head: str, parts: tuple[Rule, ...], vocabulary: Vocabulary) -> Iterator[str]:
    yield head
    for part in parts:
        first, *rest = _lines(part, vocabulary)
        yield f"- {first}"
        yield from (_STEP + line for line in rest)


def _plain(test: FactTest, vocabulary: Vocabulary) -> str:
    """What is asked of one fact, with the label as it stands, so that no word of it is bent."""
    fact = vocabulary[test.fact]
    match test.tests:
        case (YesNoTest(expected),):
            window = f" (measured within {test.measured_within})" if test.measured_within else ""
            return f"this is {'' if expected else 'not '}so for you: {fact.label}{window}"
    return f"your {fact.label}{':' if fact.type == 'set' else ' is'} {asked(test, vocabulary)}"
