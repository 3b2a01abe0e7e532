"""Rows of the tables of measurements and observations as events."""

from __future__ import annotations

from typing import Final

from screener.facts.events import Event, EventField
from screener.facts.fhir.times import LONGEST_SAID
from screener.facts.omop.clinical import Told
from screener.facts.omop.reading import Row, RowReader

# https://ohdsi.github.io/CommonDataModel/cdm54.html#measurement: the operators, by the names of their concepts.
_COMPARATORS: Final[dict[str, str | None]] = {"=": None, "<": "<", "<=": "<=", ">=": ">=", ">": ">"}


def read_measurement(row: Row, told: Told, reader: RowReader) -> Event | None:
    """The event of a measurement, none where nothing says of what; its upper limit has the unit of its value."""
    del told
    table = "measurement"
    _, key, concept, on, source, words, number, operator, category, unit_concept, unit_words, high = row
    code = reader.concepts.several(table, "measurement", concept, source, words)
    if code is None:
        reader.reject(table, key, ("observation",))
        return None
    day = reader.day(on, table, "measurement_date")
    unit = reader.unit(table, unit_concept, unit_words)
    fields = {
        "code": code.field,
        "value": _value(number, operator, unit, reader),
        "value_code": reader.coded(table, "value_as_concept_id", category),
        "upper_limit": reader.quantity(table, "range_high", high, unit=unit),
    }
    return reader.event("observation", table, key, day, fields)


def _value(number: object, operator: object, unit: str, reader: RowReader) -> EventField | None:
    if number is None or operator is None:
        return reader.quantity("measurement", "value_as_number", number, unit=unit)
    reader.coded("measurement", "operator_concept_id", operator)
    name = reader.concepts.name(operator)
    if name in _COMPARATORS:
        return reader.quantity("measurement", "value_as_number", number, unit=unit, comparator=_COMPARATORS[name])
    reader.inspection.note("unreadable", "measurement.operator_concept_id", "no comparison")
    return EventField(None, f"? {number} {unit}"[:LONGEST_SAID], "unreadable")


def read_observation(row: Row, told: Told, reader: RowReader) -> Event | None:
    """The event of an observation, none where nothing says of what.

    A value in words without a concept cannot be read; the words are kept for people.
    """
    del told
    table = "observation"
    _, key, concept, on, source, words, number, category, unit_concept, unit_words, text = row
    code = reader.concepts.several(table, "observation", concept, source, words)
    if code is None:
        reader.reject(table, key, ("observation",))
        return None
    day = reader.day(on, table, "observation_date")
    unit = reader.unit(table, unit_concept, unit_words)
    value_code = reader.coded(table, "value_as_concept_id", category)
    if value_code is None and text is not None and number is None:
        reader.inspection.note("unreadable", f"{table}.value_as_string", "words without a code")
        value_code = EventField(None, str(text)[:LONGEST_SAID], "unreadable")
    fields = {
        "code": code.field,
        "value": reader.quantity(table, "value_as_number", number, unit=unit),
        "value_code": value_code,
    }
    return reader.event("observation", table, key, day, fields)
