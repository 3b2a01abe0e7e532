"""The records of one patient while they are read into events: what they refer to, and what they say of each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from screener.dates import PartialDate
from screener.facts.events import EVENT_KINDS, Event, EventField, EventKind, Standing
from screener.facts.fhir.concepts import Concept, concept, concepts, joined, objects, told
from screener.facts.fhir.elements import MODIFIERS
from screener.facts.fhir.references import Entry, Records, Resource, reference_of
from screener.facts.fhir.sides import Side, indirect_laterality, laterality, sides_of
from screener.facts.fhir.sites import read_sites
from screener.facts.fhir.statuses import Statuses
from screener.facts.fhir.times import Calendar, Span
from screener.facts.inspection import Inspection, Problems, RecordProblem

Gaps = tuple[EventKind, bool, bool]
_WITH_SIDE: Final = frozenset({"condition", "procedure", "radiotherapy", "imaging"})


class Named(NamedTuple):
    """A record that another one names: its code, itself, and the reference."""

    code: Concept | None
    resource: Resource
    reference: str


class Reasons(NamedTuple):
    """Why something was done: the codes given, with the names that lead nowhere, and the records named."""

    given: Sequence[Concept] = ()
    named: Sequence[Named] = ()

    def field(self) -> EventField | None:
        """The reasons as a field of an event."""
        if self.named:
            return joined([*self.given, *(one.code for one in self.named)])
        return joined(self.given) if self.given else None


NO_REASONS: Final = Reasons()
DIFFERING: Final = "several that differ"


class Chart:
    """Collects the events of one patient.

    `doubted` are the references of records that something keeps from being certain; `several` those of records that say
    one thing in several forms; `comorbid` those of the conditions that a list of comorbidities names; `cancers` the
    cancer conditions, each with its sides; `missing` the kinds of events of which something in the source could not be
    read.
    """

    def __init__(self, calendar: Calendar, inspection: Inspection, problems: Problems, records: Records) -> None:
        self.calendar = calendar
        self._dates = calendar.known
        self.inspection = inspection
        self.problems = problems
        self.records = records
        self.events: list[Event] = []
        self.doubted: set[str] = set()
        self.several: set[str] = set()
        self.comorbid: set[str] = set()
        self.cancers: list[tuple[str, tuple[Side, ...]]] = []
        self.missing: set[EventKind] = set()
        self._all_doubted = False
        self._roles: dict[str, EventField] | None = None

    def doubt_all(self) -> None:
        """Doubt every record: other records of the person stand elsewhere, or some of these are of another person."""
        self._all_doubted = True
        self.missing.update(EVENT_KINDS)

    def add(
        self,
        entry: Entry,
        kind: EventKind,
        on: EventField | None,
        fields: Mapping[str, EventField],
        *,
        status: str | None,
        standing: Standing = "certain",
        part: str = "",
        alike: object = None,
    ) -> None:
        """Make an event of what a record, or a part of it, says; `alike` is as an event has it."""
        reference = entry.reference
        if self._all_doubted or reference in self.doubted:
            standing = "uncertain"
        place = f"{entry.place}, {part}" if part else entry.place
        day = None if on is None else on[0]
        assert day is None or isinstance(day, PartialDate)
        self.events.append(Event(kind, day, fields, reference, place, status, standing, alike))
        if standing != "certain":
            self.inspection.note(standing, entry.type, status or "without a status")

    def standing(self, entry: Entry, statuses: Statuses) -> tuple[str | None, Standing | None]:
        """The status of a record as it is written, and its standing; none where it is no event.

        A status that is missing, or that is none of FHIR's, makes the event uncertain.
        """
        return standing_of(entry.type, entry.resource.get("status"), statuses, self.inspection)

    def reject(self, entry: Entry, problem: str, hint: str, kinds: Iterable[EventKind]) -> None:
        """Count a record that could not be used; of these kinds of events one may be missing now."""
        self.problems.add(RecordProblem(entry.file, entry.position, problem, hint))
        self.missing.update(kinds)

    def code(self, entry: Entry, element: str = "code") -> Concept | None:
        """The coded value of an element of a record."""
        value = entry.resource.get(element)
        return None if value is None else concept(value, f"{entry.type}.{element}", self.inspection)

    def date(self, entry: Entry, element: str) -> EventField | None:
        """The date in an element of a record; one that is no date is counted."""
        value = entry.resource.get(element)
        if value is None:
            return None
        found = (self._dates.get(value) if isinstance(value, str) else None) or self.calendar.field(value)
        if found[0] is None:
            self.inspection.note("unreadable", f"{entry.type}.{element}", "not a date")
        return found

    def span(self, entry: Entry, element: str) -> Span | None:
        """The ends of the period in an element of a record; one that is no date is counted."""
        value = entry.resource.get(element)
        if value is None:
            return None
        found = self.calendar.period(value)
        if any(end is not None and end.value is None for end in found):
            self.inspection.note("unreadable", f"{entry.type}.{element}", "not a date")
        return found

    def differing(self, entry: Entry, element: str) -> EventField | None:
        """What a time that a record tells in several forms is, where these differ, which is counted; else none."""
        if entry.reference not in self.several:
            return None
        found = self.calendar.differing(entry.resource, element)
        if found is not None:
            self.inspection.note("unreadable", f"{entry.type}.{element}[x]", DIFFERING)
        return found

    def unread(self, entry: Entry, *elements: str) -> EventField | None:
        """A field for what stands in the first of these elements that is there, whose form is not read."""
        for element in elements:
            if element in entry.resource:
                self.inspection.note("unreadable", f"{entry.type}.{element}", "a form that is not read")
                return EventField(None, "", "unreadable")
        return None

    def named(self, entry: Entry, value: object, element: str) -> Resource | None:
        """The resource that a Reference leads to; one that leads nowhere is counted.

        A record that leans on one which is modified is in doubt itself.
        """
        reference = reference_of(value)
        found = None if reference is None else self.records.find(reference, entry.resource)
        if found is None:
            self.inspection.note("lost_reference", f"{entry.type}.{element}")
        elif not MODIFIERS.isdisjoint(found):
            self.doubted.add(entry.reference)
        return found

    def reasons(self, entry: Entry) -> Reasons:
        """Why something was done: the codes given, and the records that are named, conditions most often."""
        given = entry.resource.get("reasonCode")
        named = entry.resource.get("reasonReference")
        if named is None:
            if given is None:
                return NO_REASONS
            return Reasons(concepts(given, f"{entry.type}.reasonCode", self.inspection))
        codes = concepts(given, f"{entry.type}.reasonCode", self.inspection)
        found: list[Named] = []
        for one in objects(named, f"{entry.type}.reasonReference", self.inspection):
            resource = self.named(entry, one, "reasonReference")
            name = reference_of(one) or ""
            if resource is None:
                codes.append(told((), name))
            else:
                found.append(Named(concept(resource.get("code"), "code of a reason", self.inspection), resource, name))
        return Reasons(codes, found)

    def laterality(self, direct: Sequence[Side], reasons: Reasons) -> EventField | None:
        """The side of an event: as its record tells it directly, else by its reasons."""
        if direct or reasons is NO_REASONS:
            return laterality(direct)
        sides = [side for one in reasons.given for side in sides_of(one.codes, "reason code", self.inspection)]
        for named in reasons.named:
            sides += self._sides(named)
        cancers = [side._replace(where=f"{side.where} of {name}") for name, told in self.cancers for side in told]
        return indirect_laterality(sides, cancers)

    def role(self, reasons: Reasons) -> EventField | None:
        """The role of the conditions that something was done for, as far as they tell one."""
        if not reasons.named:
            return None
        if self._roles is None:  # the conditions are read before what was done for them
            self._roles = {
                event.reference: role
                for event in self.events
                if event.standing == "certain" and (role := event.fields.get("role")) is not None
            }
        names = (f"{one.resource.get('resourceType')}/{one.resource.get('id')}" for one in reasons.named)
        return _agreed([self._roles[name] for name in names if name in self._roles])

    def _sides(self, named: Named) -> list[Side]:
        where = f"reason {named.reference}"
        sites = read_sites(named.resource.get("bodySite"), "body site of a reason", self.inspection)
        told_by_code = sides_of(() if named.code is None else named.code.codes, where, self.inspection)
        return [*told_by_code, *(side._replace(where=where) for side in sites.sides)]


def recorded(fields: Mapping[str, EventField | None]) -> dict[str, EventField]:
    """The fields of an event without those that are none."""
    return {name: one for name, one in fields.items() if one is not None}


def standing_of(
    kind: str, status: object, statuses: Statuses, inspection: Inspection
) -> tuple[str | None, Standing | None]:
    """As `Chart.standing` has it, of a type of record and its status."""
    if not isinstance(status, str) or status not in statuses:
        inspection.note("unreadable", f"{kind}.status", "missing, or none of FHIR's")
        return None, "uncertain"
    standing = statuses[status]
    if standing is None:
        inspection.note("not_counted", kind, status)
    return status, standing


def _agreed(told: Sequence[EventField]) -> EventField | None:
    """What several fields say together: conflicting, with all of them said, where they differ."""
    if len(told) <= 1:
        return told[0] if told else None
    said = ", ".join(dict.fromkeys(one.said for one in told))
    agree = all(one.value is not None and one.value == told[0].value for one in told)
    return EventField(told[0].value, said) if agree else EventField(None, said, "conflicting")


def gaps_of(events: Iterable[Event]) -> list[Gaps]:
    """Of each event its kind, whether it has no date, and whether it has no side, to be counted."""
    return [(event[0], event[1] is None, "laterality" not in event[2]) for event in events]


def note_gaps(gaps: Counter[Gaps], inspection: Inspection) -> None:
    """Count events by kind, and those without a date or a side."""
    for (kind, undated, unsided), count in gaps.items():
        inspection.note("event", kind, count=count)
        if undated and kind != "patient":
            inspection.note("without_date", kind, count=count)
        if unsided and kind in _WITH_SIDE:
            inspection.note("without_side", kind, count=count)
