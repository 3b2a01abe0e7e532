"""Quantities and ranges as intervals. Their units are kept as they are written, and judged by whoever compares them."""

from __future__ import annotations

from typing import Final

from screener.facts.events import EventField, Interval, Quantity
from screener.facts.fhir.times import LONGEST_SAID
from screener.facts.inspection import Inspection
from screener.facts.quantities import NotANumber, measured

_UCUM: Final = "http://unitsofmeasure.org"
_NO_UNIT: Final = "1"
"""UCUM's unit of a bare number: an integer of FHIR has none."""


_known: dict[tuple[object, ...], EventField] = {}
"""The quantities that were read lately: laboratories give few values very often."""
_KNOWN_AT_MOST: Final = 16_384


def read_quantity(value: object, element: str, inspection: Inspection) -> EventField | None:
    """A Quantity: its number, or the range that its comparator leaves, in the UCUM code that it gives, else the unit as
    it is written; none where there is nothing.
    """
    if not isinstance(value, dict):
        return None if value is None else _unreadable("", element, inspection)
    number = value.get("value")
    parts = (
        number.__class__,
        number,
        value.get("comparator"),
        value.get("unit"),
        value.get("code"),
        value.get("system"),
    )
    try:
        found = _known.get(parts)
    except TypeError:  # a list or an object where a number or a text belongs
        return _unreadable("", element, inspection)
    if found is None:
        found = _read(value)
        if len(_known) >= _KNOWN_AT_MOST:
            _known.clear()
        _known[parts] = found
    return _unreadable(found.said, element, inspection) if found.value is None else found


def _read(quantity: dict[str, object]) -> EventField:
    number, comparator = quantity.get("value"), quantity.get("comparator")
    if not isinstance(number, int | float) or not (comparator is None or isinstance(comparator, str)):
        return EventField(None, "", "unreadable")
    said = f"{comparator or ''}{number} {quantity.get('unit') or quantity.get('code') or ''}".strip()[:LONGEST_SAID]
    try:
        return EventField(Quantity(measured(number, comparator), unit_of(quantity)), said)
    except NotANumber:
        return EventField(None, said, "unreadable")


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


def unit_of(quantity: dict[str, object]) -> str:
    """The UCUM code of a Quantity, else its unit as it is written, else nothing."""
    code = quantity.get("code")
    if isinstance(code, str) and quantity.get("system") == _UCUM:
        return code
    unit = quantity.get("unit")
    if isinstance(unit, str):
        return unit
    return code if isinstance(code, str) else ""


def _unreadable(said: str, element: str, inspection: Inspection) -> EventField:
    inspection.note("unreadable", element, "not a quantity")
    return EventField(None, said, "unreadable")
