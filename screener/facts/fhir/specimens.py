"""What plain resources say, learned from a specimen: most differ from one read before in their dates and numbers alone.

A plain resource is one of which the coded elements, its dates and its measured value are all that is read. The first of
its kind is read by its reader, with dates and a value of which nothing else is made; where they stand in the events are
slots, and in the same events of the next resource that says the same stand its own. What reading counted is counted
again each time. Any other resource is left to its reader.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple

import orjson

from screener.dates import PartialDate
from screener.facts.events import Event, EventField, EventKind, Standing
from screener.facts.fhir.chart import Chart
from screener.facts.fhir.elements import READ
from screener.facts.fhir.quantities import known_quantity
from screener.facts.fhir.references import Entry, Records, Resource
from screener.facts.fhir.sides import Side
from screener.facts.inspection import Inspection, Problems

_REMEMBERED: Final = 16_384
_LONGEST: Final = 1_000
"""Bytes of what is remembered: long records are rare, and do not come again."""

_CODED: Final[Mapping[str, frozenset[str]]] = {
    "Patient": frozenset({"gender", "communication", "deceasedBoolean"}),
    "Condition": frozenset({"clinicalStatus", "verificationStatus", "code", "bodySite"}),
    "Procedure": frozenset({"status", "category", "code", "bodySite"}),
    "MedicationAdministration": frozenset({"status", "medicationCodeableConcept"}),
    "MedicationRequest": frozenset({"status", "intent", "doNotPerform", "medicationCodeableConcept"}),
    "MedicationStatement": frozenset({"status", "medicationCodeableConcept"}),
    "Observation": frozenset(
        {"status", "code", "valueCodeableConcept", "valueInteger", "referenceRange", "bodySite", "method"}
    ),
    "ImagingStudy": frozenset({"status", "modality", "procedureCode"}),
    "DiagnosticReport": frozenset({"status", "category", "code"}),
    "Encounter": frozenset({"status", "class", "type"}),
}
"""By type, the elements that records repeat; what is made of them depends on nothing else."""
_DATES: Final = frozenset(
    {
        "birthDate",
        "onsetDateTime",
        "abatementDateTime",
        "recordedDate",
        "performedDateTime",
        "effectiveDateTime",
        "authoredOn",
        "started",
    }
)
_PERIODS: Final[Mapping[str, str]] = {
    "Procedure": "performedPeriod",
    "MedicationAdministration": "effectivePeriod",
    "MedicationStatement": "effectivePeriod",
    "Encounter": "period",
}
"""By type, the period whose start and end become dates as they are."""
_QUANTITY: Final = "valueQuantity"
_META: Final = "meta"
_NEVER_PLAIN: Final = frozenset({"extension"})


class Plain(NamedTuple):
    """What is looked at in a plain resource: the coded elements, and those whose content goes into slots."""

    number: int
    coded: tuple[str, ...]
    dates: tuple[str, ...]
    period: str | None
    measured: bool


def plain_shape(kind: str, elements: Collection[str], number: int) -> Plain | None:
    """What is looked at in a resource with these elements; none where one of them keeps it from being plain.

    `number` tells the shape from others.
    """
    coded = _CODED[kind] & set(elements)
    read = set(elements) & (READ[kind] | _NEVER_PLAIN)
    period = _PERIODS.get(kind)
    slots = {one for one in read if one in _DATES or one == period or (kind, one) == ("Observation", _QUANTITY)}
    if read - coded - slots:
        return None
    meta = {_META} & set(elements)
    dates = tuple(sorted(slots & _DATES))
    return Plain(number, tuple(sorted(coded | meta)), dates, period if period in slots else None, _QUANTITY in slots)


class _Made(NamedTuple):
    """One event of a specimen: `on` and `slots` tell which of the dates and numbers stand where."""

    kind: EventKind
    on: int | None
    fields: Mapping[str, EventField]
    slots: tuple[tuple[str, int], ...]
    part: str
    status: str | None
    standing: Standing
    alike: object


class _Specimen(NamedTuple):
    """The events of resources that say the same, the sides of a cancer, and what is counted of each of them."""

    events: tuple[_Made, ...]
    cancer: tuple[Side, ...]
    counted: Inspection


class Specimens:
    """Makes the events of plain resources."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Specimen | None] = {}

    def tell(self, plain: Plain, read: Callable[[Entry, Chart], None], entry: Entry, chart: Chart) -> bool:
        """Make the events of a resource as its reader would; no, and nothing is made, where that is left to it."""
        if chart.doubted or chart.comorbid:
            return False
        filling = _filling(plain, entry[0], chart)
        if filling is None:
            return False
        get = entry[0].get
        parts = [get(element) if element != _META else _profiles(get(element)) for element in plain.coded]
        try:
            written = orjson.dumps((plain.number, [one is None for one in filling], parts))
        except orjson.JSONEncodeError:  # deeper than can be written, which is less than can be read
            return False
        specimen = self._known.get(written)
        if specimen is None:
            if len(written) > _LONGEST or written in self._known:
                return False
            specimen = self._learned(written, plain, filling, read, entry, chart)
            if specimen is None:
                return False
        _fill(specimen, filling, entry, chart)
        return True

    def _learned(
        self,
        written: bytes,
        plain: Plain,
        filling: Sequence[EventField | None],
        read: Callable[[Entry, Chart], None],
        entry: Entry,
        chart: Chart,
    ) -> _Specimen | None:
        """Have the reader read a specimen, and remember what it makes of it."""
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        specimen = self._known[written] = _learned(plain, filling, read, entry, chart)
        return specimen


def _profiles(meta: object) -> object:
    """The part of `meta` that is read."""
    return meta.get("profile") if isinstance(meta, dict) else None


def _filling(plain: Plain, resource: Resource, chart: Chart) -> list[EventField | None] | None:
    """What goes into the slots; none where something cannot be read."""
    field = chart.calendar.field
    found: list[EventField | None] = [field(resource[element]) for element in plain.dates]
    if plain.period is not None:
        found += chart.calendar.period(resource[plain.period])
    if plain.measured:
        found.append(known_quantity(resource[_QUANTITY]))
        if found[-1] is None:
            return None
    for one in found:
        if one is not None and one[0] is None:
            return None
    return found


def _fill(specimen: _Specimen, filling: Sequence[EventField | None], entry: Entry, chart: Chart) -> None:
    _, _, reference, _, place, _ = entry
    for kind, slot, fields, slots, part, status, standing, alike in specimen.events:
        own = dict(fields)
        for name, number in slots:
            own[name] = filling[number]  # type: ignore[assignment]  # what is none has no slot
        on = None if slot is None else filling[slot][0]  # type: ignore[index]
        where = f"{place}, {part}" if part else place
        chart.events.append(Event(kind, on, own, reference, where, status, standing, alike))  # type: ignore[arg-type]
    if specimen.cancer:
        chart.cancers.append((reference, specimen.cancer))
    if specimen.counted.tally:
        chart.inspection.add(specimen.counted)


def _learned(
    plain: Plain,
    filling: Sequence[EventField | None],
    read: Callable[[Entry, Chart], None],
    entry: Entry,
    chart: Chart,
) -> _Specimen | None:
    """What a reader makes of a specimen; none where it cannot use it, or where more is made of a date than a field."""
    resource = dict(entry.resource)
    marks = _marked(resource, plain, filling)
    there = Chart(chart.calendar, Inspection(), Problems(), Records())
    read(entry._replace(resource=resource), there)
    if there.problems.listed():
        return None
    slots = {field: number for number, field in enumerate(_filling(plain, resource, there) or ()) if field is not None}
    made = [_made(event, slots, entry.place) for event in there.events]
    said = [field.said for one in made for field in one.fields.values()]
    if any(mark in words for mark in marks for words in said):
        return None
    return _Specimen(tuple(made), there.cancers[0][1] if there.cancers else (), there.inspection)


def _marked(resource: dict[str, object], plain: Plain, filling: Sequence[EventField | None]) -> list[str]:
    """Put dates and a value of which each is told from every other into a resource; how they are said."""
    marks = [f"18{number:02}-01-01" for number in range(len(filling))]
    for element, mark in zip(plain.dates, marks, strict=False):
        resource[element] = mark
    if plain.period is not None:
        first = len(plain.dates)
        ends = zip(("start", "end"), marks[first:], filling[first:], strict=False)
        resource[plain.period] = {end: mark for end, mark, said in ends if said is not None}
    if plain.measured:
        marks[-1] = "18001801.5 specimens"
        resource[_QUANTITY] = {"value": 18001801.5, "unit": "specimens"}
    return marks


def _made(event: Event, slots: Mapping[EventField, int], place: str) -> _Made:
    dates = {field.value: number for field, number in slots.items() if isinstance(field.value, PartialDate)}
    on = None if event.on is None else dates[event.on]
    fields = {name: field for name, field in event.fields.items() if field not in slots}
    filled = tuple((name, slots[field]) for name, field in event.fields.items() if field in slots)
    part = event.place[len(place) :].removeprefix(", ")
    return _Made(event.kind, on, fields, filled, part, event.status, event.standing, object())
