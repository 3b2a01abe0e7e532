"""FHIR dates and times as dates in the site's zone. Partial dates stay partial.

The forms are those of https://hl7.org/fhir/R4/datatypes.html#dateTime: a year, a month, a day, or a time with its zone.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from screener.dates import PartialDate, exactly, parse_date
from screener.facts.events import EventField
from screener.facts.fhir.elements import TIME_FORMS
from screener.facts.fhir.references import Resource

_DATES: Final = frozenset({"DateTime", "Instant"})
_LONGEST_DATE: Final = len("2026-01-20")
_REMEMBERED: Final = 65_536
_LONGEST_TIME: Final = 64
"""Letters of what is remembered: no date is longer, and what is could fill the memory."""
_UNREADABLE: Final = EventField(None, "", "unreadable")
LONGEST_SAID: Final = 200
"""Characters of what is kept of a record's own words."""


class Span(NamedTuple):
    """A beginning and an end, each as an event's field where it is recorded."""

    start: EventField | None
    end: EventField | None


NO_SPAN: Final = Span(None, None)
_UNREADABLE_SPAN: Final = Span(_UNREADABLE, _UNREADABLE)


class Calendar:
    """Reads dates, and times as the dates they fall on in one zone; `known` are those that were read before."""

    def __init__(self, zone: tzinfo) -> None:
        self.known: dict[str, EventField] = {}
        self._zone = zone

    def field(self, value: object) -> EventField:
        """A date as a field of an event: as recorded, or unreadable.

        A time without a zone is the date that it is written with.
        """
        if not isinstance(value, str):
            return _UNREADABLE
        return self.known.get(value) or self._first(value)

    def _first(self, text: str) -> EventField:
        """A date that was not met before, or is too long to be remembered."""
        if len(self.known) >= _REMEMBERED:
            self.known.clear()
        date = self._read(text)
        said = text[:LONGEST_SAID]
        found = EventField(None, said, "unreadable") if date is None else EventField(date, said)
        if len(text) <= _LONGEST_TIME:
            self.known[text] = found
        return found

    def _read(self, text: str) -> PartialDate | None:
        try:
            if len(text) <= _LONGEST_DATE:
                return parse_date(text)
            # FHIR writes the date with hyphens; the standard library reads more forms than that.
            if text[10] != "T" or text[4] != "-" or text[7] != "-":
                return None
            time = datetime.fromisoformat(text)
            return exactly(time.date() if time.tzinfo is None else time.astimezone(self._zone).date())
        except (ValueError, OverflowError):
            return None

    def period(self, value: object) -> Span:
        """The ends of a period; both are conflicting where it is over before it begins."""
        if not isinstance(value, dict):
            return _UNREADABLE_SPAN
        start, end = value.get("start"), value.get("end")
        span = Span(None if start is None else self.field(start), None if end is None else self.field(end))
        return _of_one_mind(span) if span.start is not None and span.end is not None else span

    def differing(self, resource: Resource, element: str) -> EventField | None:
        """What the forms of one time say together, which is conflicting; none where they are of one mind.

        A form that is not read says something else than every other.
        """
        spans: list[Span] = []
        said: list[str] = []
        for form in TIME_FORMS:
            value = resource.get(f"{element}{form}")
            if value is None:
                continue
            if form in _DATES:
                on = self.field(value)
                spans.append(Span(on, on))
                said.append(on.said)
            else:
                spans.append(self.period(value) if form == "Period" else _UNREADABLE_SPAN)
                said.append(_said(spans[-1]) if form == "Period" else f"{element}{form}")
        told = {(span.start and span.start.value, span.end and span.end.value) for span in spans}
        agreed = len(told) == 1 and None not in next(iter(told))
        if len(spans) < 2 or agreed:
            return None
        return EventField(None, ", ".join(said)[:LONGEST_SAID], "conflicting")


def _of_one_mind(span: Span) -> Span:
    first, last = (end.value if end is not None else None for end in span)
    if not isinstance(first, PartialDate) or not isinstance(last, PartialDate) or last.last >= first.first:
        return span
    both = EventField(None, _said(span), "conflicting")
    return Span(both, both)


def _said(span: Span) -> str:
    return f"{span.start.said if span.start else '?'} to {span.end.said if span.end else '?'}"


def whole(span: Span) -> EventField | None:
    """The one date that something within a period has: the day, the month or the year that holds both ends.

    It is unreadable where an end is missing or no year holds both, and conflicting where the ends are.
    """
    if span.start is None and span.end is None:
        return None
    if span.start is not None and span.start.state == "conflicting":
        return span.start
    said = _said(span)
    first, last = (end.value if end is not None else None for end in span)
    if not isinstance(first, PartialDate) or not isinstance(last, PartialDate):
        return EventField(None, said, "unreadable")
    for length in (10, 7, 4):
        text = first.text[:length]
        if len(text) == length and text == last.text[:length]:
            return EventField(parse_date(text), said)
    return EventField(None, said, "unreadable")
