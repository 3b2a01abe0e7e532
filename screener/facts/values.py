"""Values of facts: what is known of one patient, since when, from where, and how a written value is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Final, Literal, NamedTuple

from screener.dates import PartialDate, parse_date
from screener.facts.definitions import FactDefinition, FactType, Value

State = Literal["recorded", "unreadable", "conflicting", "presumed"]


class FactValue(NamedTuple):
    """One fact of one patient.

    `value` is none unless the state gives one; a fact that is not recorded has no FactValue at all. `on` is the date
    for which the value holds, `source` where a person can look it up. A named tuple, for the speed of making millions.
    """

    fact: str
    value: Value | None
    on: PartialDate | None
    source: str | None
    state: State = "recorded"


class PatientRecord(NamedTuple):
    """What is known of one patient, by fact name; `row` is where the patient stands in the source."""

    patient_id: str
    facts: Mapping[str, FactValue]
    row: int = 0


class Unreadable(ValueError):
    """A written value is not of the fact's type. The message never repeats the value; `kind` is the finding's code."""

    def __init__(self, message: str, *, kind: str = "F106") -> None:
        super().__init__(message)
        self.kind = kind


_YES_NO: Final = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}(?:\.0*)?")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,2})?")
_EXACT: Final = Context(prec=64)
NOTHING: Final = "none"
"""The word for the empty set in a cell."""


def read_value(fact: FactDefinition, text: str) -> Value:
    """Read a written value by the fact's type.

    Outer spaces are dropped; yes and no (also y, n, true, false) and options match regardless of case, and a space
    counts as an underscore. Numbers have a decimal point, dates are ISO, sets are separated by `;`.

    Raises:
        Unreadable: the text is not a value of this fact, or lies outside its range.
    """
    return _READERS[fact.type](fact, text.strip())


def _yes_no(_: FactDefinition, text: str) -> bool:
    try:
        return _YES_NO[text.lower()]
    except KeyError:
        raise Unreadable("not yes or no") from None


def _option(fact: FactDefinition, text: str) -> str:
    option = "_".join(text.lower().split())
    if option not in fact.options:
        raise Unreadable("not a listed option", kind="F103")
    return option


def _set(fact: FactDefinition, text: str) -> frozenset[str]:
    if text.lower() == NOTHING and NOTHING not in fact.options:
        return frozenset()
    parts = [part.strip() for part in text.split(";")]
    if not all(parts):
        raise Unreadable("not a list of options")
    return frozenset(_option(fact, part) for part in parts)


def _integer(fact: FactDefinition, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise Unreadable("not a whole number")
    value = int(text.partition(".")[0])
    _check_range(fact, value)
    return value


def _number(fact: FactDefinition, text: str) -> int | Decimal:
    value = read_number(text)
    _check_range(fact, value)
    return value


def read_number(text: str) -> int | Decimal:
    """A written number, as an int where it is whole: the same value, and quicker to compare.

    Raises:
        Unreadable: the text is not a number, or has more digits than any measured one.
    """
    if not _NUMBER.fullmatch(text):
        raise Unreadable("not a number")
    value = Decimal(text)
    # One way of writing a value, so that 2.50 and 2.5 read the same wherever they are shown.
    return int(value) if value == value.to_integral_value() else value.normalize(_EXACT)


def _check_range(fact: FactDefinition, value: int | Decimal) -> None:
    if (fact.low is not None and value < fact.low) or (fact.high is not None and value > fact.high):
        raise Unreadable("outside the range", kind="F104")


def _date(_: FactDefinition, text: str) -> PartialDate:
    try:
        return parse_date(text)
    except ValueError:
        raise Unreadable("not a date") from None


_READERS: Final[dict[FactType, Callable[[FactDefinition, str], Value]]] = {
    "yes_no": _yes_no,
    "choice": _option,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "set": _set,
}


def plain(value: Value | None) -> bool | str | int | float | list[str] | None:
    """The value as JSON holds it: dates and options as text, sets as sorted lists, fractions as numbers."""
    if isinstance(value, PartialDate):
        return value.text
    if isinstance(value, frozenset):
        return sorted(value)
    return float(value) if isinstance(value, Decimal) else value
