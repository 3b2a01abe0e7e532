"""What the cells of a row mean: days, codes, numbers with their units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from screener.dates import PartialDate, exactly
from screener.facts.events import Event, EventField, EventKind, Quantity, Standing
from screener.facts.fhir.times import LONGEST_SAID, Calendar
from screener.facts.inspection import Inspection, Problems, RecordProblem
from screener.facts.omop.columns import Source
from screener.facts.omop.concepts import Concepts
from screener.facts.quantities import NotANumber, measured

Row = tuple[object, ...]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UCUM: Final = "http://unitsofmeasure.org"
_NO_UNIT: Final = "1"


class RowReader:
    """Reads the cells of the tables of one source.

    `missing` are the kinds of events of which something could not be read, since somebody emptied it.
    """

    def __init__(
        self,
        tables: Mapping[str, Source],
        concepts: Concepts,
        *,
        zone: tzinfo,
        inspection: Inspection,
        problems: Problems,
    ) -> None:
        self._tables = tables
        self._calendar = Calendar(zone)
        self._zone = zone
        self.concepts = concepts
        self.inspection = inspection
        self.missing: set[EventKind] = set()
        self._problems = problems

    def day(self, value: object, table: str, column: str) -> EventField | None:
        """A day: as recorded, unreadable, or none where the cell is empty."""
        if value is None:
            return None
        field = self._zoned(value) if isinstance(value, int) else self._calendar.field(str(value).replace(" ", "T", 1))
        if field.state != "recorded":
            self.inspection.note("unreadable", f"{table}.{column}", "not a date")
        return field

    def _zoned(self, microseconds: int) -> EventField:
        try:
            day = (_EPOCH + timedelta(microseconds=microseconds)).astimezone(self._zone).date()
        except OverflowError:
            return EventField(None, "", "unreadable")
        return EventField(exactly(day), day.isoformat())

    def coded(self, table: str, column: str, number: object) -> EventField | None:
        """What one column with a concept says."""
        found = self.concepts.one(table, column, number)
        return None if found is None else found.field

    def quantity(
        self, table: str, column: str, number: object, *, unit: str, comparator: str | None = None
    ) -> EventField | None:
        """A measured value in its unit: as recorded, unreadable, or none where the cell is empty."""
        if number is None:
            return None
        said = f"{comparator or ''}{number} {unit}".strip()[:LONGEST_SAID]
        try:
            return EventField(Quantity(measured(str(number), comparator), unit), said)
        except NotANumber:
            self.inspection.note("unreadable", f"{table}.{column}", "not a number")
            return EventField(None, said, "unreadable")

    def unit(self, table: str, concept: object, words: object) -> str:
        """A unit in UCUM, else in the source's own words.

        A source without units leaves both cells empty, as for scores and counts: then it is 1. Where there is a unit
        that the source could not map, it is empty, and nothing can be compared with the value.
        """
        written = _text(words)
        if concept is None:
            return _NO_UNIT if written is None else written
        found = self.concepts.one(table, "unit_concept_id", concept)
        if found is not None and found.codes[0].system == _UCUM:
            return found.codes[0].code
        return written or ""

    def event(
        self,
        kind: EventKind,
        table: str,
        key: object,
        on: EventField | None,
        fields: Mapping[str, EventField | None],
        *,
        status: str | None = None,
        standing: Standing = "certain",
    ) -> Event:
        """Make an event of a row; fields that are none are left out."""
        if standing != "certain":
            self.inspection.note(standing, table, status or "without a status")
        return Event(
            kind,
            on.value if on is not None and isinstance(on.value, PartialDate) else None,
            {name: one for name, one in fields.items() if one is not None},
            f"{table}/{_name(key)}",
            self._tables[table].place,
            status,
            standing,
        )

    def reject(self, table: str, key: object, kinds: Iterable[EventKind]) -> None:
        """Count a row that says of nothing what it is about; of these kinds of events one is missing now."""
        problem, hint = "neither a concept nor a source value says what it is", "give the row one of the two"
        self._problems.add(RecordProblem(self._tables[table].place, f"row {_name(key)}", problem, hint))
        self.missing.update(kinds)


def _name(key: object) -> str:
    return "without a number" if key is None else str(key)


def _text(cell: object) -> str | None:
    return cell if isinstance(cell, str) else None
