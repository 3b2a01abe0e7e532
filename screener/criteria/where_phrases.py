"""Tests of events in one phrase, in the words of the events' fields."""

from __future__ import annotations

from screener.criteria.derivations import (
    FieldCheck,
    FieldTest,
    HasCode,
    InValueSet,
    SameAs,
    TimesUpperLimit,
    Where,
    WhereAll,
    WhereAny,
    WhereNone,
    WhereNot,
)
from screener.criteria.field_reading import as_fact
from screener.criteria.model import FactTest
from screener.criteria.phrases import asked, enclosed
from screener.criteria.words import listed, option_words
from screener.facts.definitions import Vocabulary
from screener.facts.events import FIELDS, EventKind, FieldDefinition

_FIELD = ""
"""The name under which a field is asked of as a fact is; no fact has it."""


def where_phrase(where: Where, kind: EventKind, vocabulary: Vocabulary) -> str:
    """Tests of an event in one phrase: `code is in the list "cast" and end is before 2026-01-01`."""
    match where:
        case FieldTest():
            return _field(FIELDS[kind][where.name], where, vocabulary)
        case WhereAll(parts):
            return listed(_parts(parts, kind, vocabulary), "and")
        case WhereAny(parts):
            return f"either {listed(_parts(parts, kind, vocabulary), 'or')}"
        case WhereNone(parts):
            return f"neither {listed(_parts(parts, kind, vocabulary), 'nor')}"
        case WhereNot(part):
            return f"not ({where_phrase(part, kind, vocabulary)})"


def the_where_phrase(where: Where, kind: EventKind, vocabulary: Vocabulary) -> str:
    """The same with an article where it begins with a field."""
    phrase = where_phrase(where, kind, vocabulary)
    first = where
    while isinstance(first, WhereAll):
        first = first.parts[0]
    return f"the {phrase}" if isinstance(first, FieldTest) and not phrase.startswith("(") else phrase


def listed_name(value_set: str) -> str:
    """A value set as people read it."""
    return f'"{option_words(value_set)}"'


def _parts(parts: tuple[Where, ...], kind: EventKind, vocabulary: Vocabulary) -> list[str]:
    return [enclosed(where_phrase(part, kind, vocabulary)) for part in parts]


def _field(field: FieldDefinition, test: FieldTest, vocabulary: Vocabulary) -> str:
    between = ": " if field.type == "yes_no" else " is "
    return field.label + between + " and ".join(_check(field, test, one, vocabulary) for one in test.tests)


def _check(field: FieldDefinition, test: FieldTest, check: FieldCheck, vocabulary: Vocabulary) -> str:
    match check:
        case InValueSet(name):
            return f"in the list {listed_name(name)}"
        case HasCode(codes):
            return listed((f"{system}|{code}" for system, code in codes), "or")
        case SameAs(fact):
            return f"the same as the {vocabulary[fact].label}"
        case TimesUpperLimit(tests):
            return _asked(FactTest(_FIELD, tests), field, "times the upper limit of normal", vocabulary)
    return _asked(FactTest(_FIELD, (check,)), field, test.unit, vocabulary)


def _asked(test: FactTest, field: FieldDefinition, unit: str | None, vocabulary: Vocabulary) -> str:
    """What is asked of a field, said as it is of a fact of the same type."""
    fact = as_fact(field, unit=unit)
    return asked(test, Vocabulary({**vocabulary.facts, _FIELD: fact}))
