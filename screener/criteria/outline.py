"""A rule as a patient reads it: the questions of its facts with their answers, in a list where several things count."""

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
)
from screener.criteria.phrases import asked
from screener.facts.definitions import AGE, FactDefinition, Vocabulary

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
    """The question that is asked about one fact, in its own words, and the answer the rule looks for."""
    if test.fact == AGE:
        return f"your age is {asked(test, vocabulary)}"
    return f"{_question(vocabulary[test.fact])} The answer is {asked(test, vocabulary)}"


def _question(fact: FactDefinition) -> str:
    """The question itself; what stands behind its question mark is said to those who fill in a table."""
    asked_for, mark, _ = fact.question.rpartition("?")
    return f"{asked_for}{mark}" if mark else f"{fact.question.rstrip('.')}."
