"""Quantities and ranges as intervals. Their units are kept as they are written, and judged by whoever compares them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from screener.facts.events import EventField, Interval, Quantity
from screener.facts.fhir.concepts import short
from screener.facts.fhir.times import LONGEST_SAID
from screener.facts.inspection import Inspection
from screener.facts.quantities import NotANumber, measured

_UCUM: Final = "http://unitsofmeasure.org"
_NO_UNIT: Final = "1"
"""UCUM's unit of a bare number: an integer of FHIR has none."""


def read_quantity(value: object, element: str, inspection: Inspection) -> EventField | None:
    """A Quantity: its number, or the range that its comparator leaves, in the UCUM code that it gives, else the unit as
    it is written; none where there is nothing.
    """
    if not isinstance(value, dict):
        return None if value is None else _unreadable("", element, inspection)
    get = value.get
    parts = get("value"), get("comparator"), get("unit"), get("code"), get("system")
    try:
        found = _quantity(*parts) if short(parts) else _quantity.__wrapped__(*parts)
    except TypeError:  # a list or an object where a number or a text belongs
        return _unreadable("", element, inspection)
    return _unreadable(found.said, element, inspection) if found.value is None else found


@lru_cache(maxsize=16_384, typed=True)
def _quantity(number: object, comparator: object, unit: object, code: object, system: object) -> EventField:
    """A quantity from its parts; laboratories give few of them very often."""
    said = f"{comparator or ''}{number} {unit or code or ''}".strip()[:LONGEST_SAID]
    if not isinstance(number, int | float) or not (comparator is None or isinstance(comparator, str)):
        return EventField(None, "", "unreadable")
    try:
        return EventField(Quantity(measured(number, comparator), _unit(unit, code, system)), said)
    except NotANumber:
        return EventField(None, said, "unreadable")


def _unit(unit: object, code: object, system: object) -> str:
    """The UCUM code of a quantity, else its unit as it is written, else nothing."""
    if isinstance(code, str) and (system == _UCUM or not isinstance(unit, str)):
        return code
    return unit if isinstance(unit, str) else ""


def read_integer(value: object, element: str, inspection: Inspection) -> EventField:
    """A bare whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return EventField(Quantity(measured(value), _NO_UNIT), str(value)[:LONGEST_SAID])
    return _unreadable("", element, inspection)


def read_range(value: object, element: str, inspection: Inspection) -> EventField:
    """A Range: from its low to its high, both included; one that has two units cannot be read."""
    low = high = None
    if isinstance(value, dict):
        low = read_quantity(value.get("low"), element, inspection)
        high = read_quantity(value.get("high"), element, inspection)
    ends = [end.value for end in (low, high) if end is not None]
    units = {end.unit for end in ends if isinstance(end, Quantity)}
    said = f"{low.said if low else ''} to {high.said if high else ''}".strip()
    if len(units) != 1 or not all(isinstance(end, Quantity) for end in ends):
        return _unreadable(said, element, inspection)
    first = low.value.interval.low if low is not None and isinstance(low.value, Quantity) else None
    last = high.value.interval.high if high is not None and isinstance(high.value, Quantity) else None
    return EventField(Quantity(Interval(first, last), units.pop()), said)


def _unreadable(said: str, element: str, inspection: Inspection) -> EventField:
    inspection.note("unreadable", element, "not a quantity")
    return EventField(None, said, "unreadable")
