"""What was known of a patient, as bytes: the same facts give the same bytes, whatever the order of the columns.

A row's number in a table is left out, and so is the place of a record in an export: both move from night to night, and
say nothing about the patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import orjson

from screener.dates import PartialDate, parse_date
from screener.facts.definitions import FactDefinition, Value, Vocabulary
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.values import Evidence, FactValue, PatientRecord

HERE: Final = "the patient's row"
"""Where a value stands that a table gives no source for."""

_PLAIN: Final = (str, bool, int, type(None))


def encoded(patient: PatientRecord) -> bytes:
    """The facts of a patient as bytes. Runs for every patient of every run."""
    here, facts = f"row {patient.row}", patient.facts
    known: dict[str, tuple[Any, ...]] = {}
    for name, value, on, source, state, evidence in facts.values():
        written: Any = value if type(value) in _PLAIN else _written(value)
        when = None if on is None else on.text
        if state != "recorded" or evidence:
            known[name] = (written, when, _placed(source, here), state, [_record(one) for one in evidence])
        elif source == here or source == HERE:  # noqa: SIM109  # a tuple for each fact would cost as much as the rest
            known[name] = (written, when)
        else:
            known[name] = (written, when, source)
    return orjson.dumps(known, option=orjson.OPT_SORT_KEYS)


def decoded(body: bytes) -> dict[str, FactValue]:
    """The facts that some bytes hold, by name."""
    facts: dict[str, FactValue] = {}
    for name, (written, when, *rest) in orjson.loads(body).items():
        value = written if type(written) in _PLAIN else _read(written)
        on = None if when is None else parse_date(when)
        if not rest:
            facts[name] = FactValue(name, value, on, HERE)
        elif len(rest) == 1:
            facts[name] = FactValue(name, value, on, rest[0])
        else:
            source, state, records = rest
            facts[name] = FactValue(name, value, on, source, state, tuple(_evidence(one) for one in records))
    return facts


def value_text(value: Value) -> str:
    """One value as text that `value_of` reads back."""
    return orjson.dumps(value if type(value) in _PLAIN else _written(value)).decode()


def value_of(text: str) -> Value:
    """The value that some text holds."""
    written = orjson.loads(text)
    value: Value = written if type(written) in _PLAIN else _read(written)
    return value


def _written(value: Any) -> Any:
    """A value that JSON has no word for, so that it is told from one that JSON has."""
    match value:
        case PartialDate():
            return {"date": value.text}
        case frozenset():
            return sorted(value)
        case Decimal():
            return {"number": str(value)}
        case AtLeastSet():
            return {"at_least": sorted(value.known)}
        case NumberRange():
            ends = [str(end) if isinstance(end, Decimal) else end for end in (value.low, value.high)]
            return {"range": [*ends, value.low_open, value.high_open]}
    raise AssertionError(f"{type(value).__name__} is no value of a fact")


def _read(written: Any) -> Any:
    if isinstance(written, list):
        return frozenset(written)
    ((kind, content),) = written.items()
    match kind:
        case "date":
            return parse_date(content)
        case "number":
            return Decimal(content)
        case "at_least":
            return AtLeastSet(frozenset(content))
        case "range":
            low, high, low_open, high_open = content
            return NumberRange(_number(low), _number(high), low_open=low_open, high_open=high_open)
    raise ValueError("a fact of another version of the program")


def _number(end: int | str | None) -> int | Decimal | None:
    return Decimal(end) if isinstance(end, str) else end


def _placed(source: str | None, here: str) -> str | None:
    """A source that begins with the row's number, without it."""
    if source is None or not source.startswith(here):
        return source
    rest = source.removeprefix(here)
    return HERE + rest if not rest or rest[0] == "," else source


def _record(one: Evidence) -> tuple[Any, ...]:
    reference, _, on, *rest = one
    return (reference, None if on is None else on.text, *rest)


def _evidence(written: list[Any]) -> Evidence:
    reference, when, *rest = written
    return Evidence(reference, "", None if when is None else parse_date(when), *rest)


def fitting(facts: Mapping[str, FactValue], vocabulary: Vocabulary) -> Mapping[str, FactValue]:
    """Facts for rules whose vocabulary may have another idea of them: a value that is none any more cannot be read."""
    odd = [
        name
        for name, fact in facts.items()
        if fact.value is not None and name in vocabulary and not _fits(fact.value, vocabulary[name])
    ]
    return {**facts, **{name: facts[name]._replace(value=None, state="unreadable") for name in odd}} if odd else facts


def _fits(value: Value, fact: FactDefinition) -> bool:
    match fact.type:
        case "yes_no":
            return type(value) is bool
        case "choice":
            return value in fact.options
        case "date":
            return type(value) is PartialDate
        case "set":
            known = value.known if isinstance(value, AtLeastSet) else value
            return isinstance(known, frozenset) and known <= set(fact.options)
        case "integer":
            return type(value) in (int, NumberRange)
    return type(value) in (int, Decimal, NumberRange)


def known_of(facts: Mapping[str, FactValue], name: str) -> bytes:
    """What is known of one fact, its source left out: whether the evidence behind an answer is still the same."""
    fact = facts.get(name)
    if fact is None:
        return b""
    written: Any = fact.value if type(fact.value) in _PLAIN else _written(fact.value)
    return orjson.dumps([written, None if fact.on is None else fact.on.text, fact.state])
