"""Values of facts: what is known of one patient, since when, from where, and how a written value is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal
from typing import Final, Literal, NamedTuple

from screener.dates import PartialDate, parse_date
from screener.facts.definitions import FactDefinition, FactType, Value
from screener.facts.imprecise import AtLeastSet, NumberRange

State = Literal["recorded", "unreadable", "conflicting", "imprecise", "uncertain", "presumed"]
"""`imprecise` and `uncertain` are states of derived facts alone.

Imprecise: partial dates or measured ranges leave it open. Uncertain: records bear on it and none says it, because a
detail is not recorded, or because what they tell of is provisional or planned.
"""


RECORDED: Final[State] = "recorded"
UNSETTLED: Final[dict[str, State]] = {
    "?conflicting": "conflicting",
    "?imprecise": "imprecise",
    "?uncertain": "uncertain",
    "?unreadable": "unreadable",
}
"""What stands in a cell of a fact that records bear on without settling it: it keeps its cause, and is no mistake."""


class Evidence(NamedTuple):
    """One record that a derived fact rests on, as recorded, so that a person can find it in the chart.

    `reference` is how the source names the record, `place` where it stands; `value` holds the record's own words, and
    all of them where it contradicts itself.
    """

    reference: str
    place: str
    on: PartialDate | None = None
    system: str | None = None
    code: str | None = None
    display: str | None = None
    value: str | None = None
    status: str | None = None


class FactValue(NamedTuple):
    """One fact of one patient.

    `value` is none unless the state gives one; a fact that is not recorded has no FactValue at all. `on` is the date
    for which the value holds, `source` where a person can look it up, `evidence` the records it was derived from. A
    named tuple, for the speed of making millions.
    """

    fact: str
    value: Value | None
    on: PartialDate | None
    source: str | None
    state: State = "recorded"
    evidence: Sequence[Evidence] = ()


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


YES_NO: Final = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
"""What means yes and no in a cell, in small letters."""
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}(?:\.0*)?")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,2})?")
_RANGE: Final = re.compile(r"(?:(>=?)\s*([^<>=\s]+))?\s*(?:(<=?)\s*([^<>=\s]+))?")
_EXACT: Final = Context(prec=64)
AT_LEAST: Final = ">="
NOTHING: Final = "none"
"""The word for the empty set in a cell."""


def read_value(fact: FactDefinition, text: str) -> Value:
    """Read a written value by the fact's type.

    Outer spaces are dropped; yes and no (also y, n, true, false) and options match regardless of case, and a space
    counts as an underscore. Numbers have a decimal point, dates are ISO, sets are separated by `;`. What is known in
    part is written with a comparator: `<5`, `>=2 <4`, and `>=bone;liver` of a set that may hold more.

    Raises:
        Unreadable: the text is not a value of this fact, or lies outside its range.
    """
    return _READERS[fact.type](fact, text.strip())


def _yes_no(_: FactDefinition, text: str) -> bool:
    try:
        return YES_NO[text.lower()]
    except KeyError:
        raise Unreadable("not yes or no") from None


def _option(fact: FactDefinition, text: str) -> str:
    option = "_".join(text.lower().split())
    if option not in fact.options:
        raise Unreadable("not a listed option", kind="F103")
    return option


def _set(fact: FactDefinition, text: str) -> frozenset[str] | AtLeastSet:
    if text.startswith(AT_LEAST):
        return AtLeastSet(_whole_set(fact, text.removeprefix(AT_LEAST).strip()))
    return _whole_set(fact, text)


def _whole_set(fact: FactDefinition, text: str) -> frozenset[str]:
    if text.lower() == NOTHING and NOTHING not in fact.options:
        return frozenset()
    parts = [part.strip() for part in text.split(";")]
    if not all(parts):
        raise Unreadable("not a list of options")
    return frozenset(_option(fact, part) for part in parts)


def _integer(fact: FactDefinition, text: str) -> int | NumberRange:
    if (ends := _ends(text)) is None:
        return _whole(fact, text)
    low, high = (None if end is None else _whole(fact, end) for end in (ends.low, ends.high))
    # Whole numbers: more than 2 is at least 3.
    return _range(None if low is None else low + ends.low_open, None if high is None else high - ends.high_open)


def _whole(fact: FactDefinition, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise Unreadable("not a whole number")
    value = int(text.partition(".")[0])
    _check_range(fact, value)
    return value


def _number(fact: FactDefinition, text: str) -> int | Decimal | NumberRange:
    if (ends := _ends(text)) is None:
        return _exact(fact, text)
    low, high = (None if end is None else _exact(fact, end) for end in (ends.low, ends.high))
    return _range(low, high, low_open=ends.low_open, high_open=ends.high_open)


def _range(
    low: int | Decimal | None, high: int | Decimal | None, *, low_open: bool = False, high_open: bool = False
) -> NumberRange:
    if low is not None and high is not None and (low > high or (low == high and (low_open or high_open))):
        raise Unreadable("not a range that holds a number")
    return NumberRange(low, high, low_open=low_open, high_open=high_open)


class _Ends(NamedTuple):
    """A written range: its ends as written, and whether each is itself left out."""

    low: str | None
    high: str | None
    low_open: bool
    high_open: bool


def _ends(text: str) -> _Ends | None:
    """The ends of a range such as `<5`, `>=2` or `>2 <=5`; none where the text is not one."""
    match = _RANGE.fullmatch(text) if text[:1] in ("<", ">") else None
    return _Ends(match[2], match[4], match[1] == ">", match[3] == "<") if match else None


def _exact(fact: FactDefinition, text: str) -> int | Decimal:
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


def partly(value: NumberRange | AtLeastSet) -> str:
    """What is known in part, as a fact table has it; a number between two ends by both of them."""
    if isinstance(value, AtLeastSet):
        return AT_LEAST + (";".join(sorted(value.known)) or NOTHING)
    ends = []
    if value.low is not None:
        ends.append(f"{'>' if value.low_open else '>='}{value.low}")
    if value.high is not None:
        ends.append(f"{'<' if value.high_open else '<='}{value.high}")
    return " ".join(ends)


def plain(value: Value | None) -> bool | str | int | float | list[str] | None:
    """The value as JSON holds it: dates and options as text, sets as sorted lists, fractions as numbers.

    What is known in part is the text that a fact table has for it.
    """
    if isinstance(value, NumberRange | AtLeastSet):
        return partly(value)
    if isinstance(value, PartialDate):
        return value.text
    if isinstance(value, frozenset):
        return sorted(value)
    return float(value) if isinstance(value, Decimal) else value
