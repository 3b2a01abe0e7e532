"""Procedure: operations, biopsies and whatever else was done; with mCODE's marks, a course of radiotherapy."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from screener.facts.events import EventField, EventKind, Standing
from screener.facts.fhir.chart import NO_REASONS, Chart, Reasons, recorded, standing_of
from screener.facts.fhir.concepts import Concept, concept, extensions, joined
from screener.facts.fhir.mcode import INTENTS, RADIOTHERAPY, RADIOTHERAPY_CODES, RADIOTHERAPY_COURSE
from screener.facts.fhir.profiles import profiles_of
from screener.facts.fhir.readers.radiotherapy import Extensions, read_course
from screener.facts.fhir.references import Entry
from screener.facts.fhir.remembered import Remembered
from screener.facts.fhir.sides import Side, laterality, sides_in
from screener.facts.fhir.sites import NO_SITES, Sites, extent_fields, read_sites
from screener.facts.fhir.statuses import PROCEDURE
from screener.facts.fhir.statuses import RADIOTHERAPY as COURSE
from screener.facts.inspection import Inspection

_KNOWN: Final = INTENTS | RADIOTHERAPY


class Times(NamedTuple):
    """When something was done: the day that orders it, its start and its end."""

    on: EventField | None
    start: EventField | None
    end: EventField | None


class _Parts(NamedTuple):
    """What the parts of a Procedure say that records repeat; `standing` is none where there is no event."""

    course: bool
    status: str | None
    standing: Standing | None
    code: Concept | None = None
    sites: Sites = NO_SITES
    fields: Mapping[str, EventField] = MappingProxyType({})
    sides: tuple[Side, ...] = ()


def _read_parts(parts: tuple[bool, object, object, object, object], inspection: Inspection) -> _Parts:
    """Read whether it is marked as a course, a code, a category, a status and body sites."""
    marked, code_said, category, status_said, sites_said = parts
    code = concept(code_said, "Procedure.code", inspection)
    group = None if marked else concept(category, "Procedure.category", inspection)
    codes = [one for told in (code, group) if told is not None for one in told.codes]
    course = marked or any((one[0], one[1]) in RADIOTHERAPY_CODES for one in codes)
    status, standing = standing_of("Procedure", status_said, COURSE if course else PROCEDURE, inspection)
    if standing is None or code is None:
        return _Parts(course, status, standing)
    sites = read_sites(sites_said, "Procedure.bodySite", inspection)
    sides = (*sides_in(code, "code", inspection), *sites.sides)
    fields = {"code": code.field, "site": sites.field(), "laterality": laterality(sides)}
    if course:
        fields |= extent_fields(sites.each)
    return _Parts(course, status, standing, code, sites, recorded(fields), sides)


_parts_of: Final = Remembered(_read_parts)


def read_procedure(entry: Entry, chart: Chart) -> None:
    """Make the event of a Procedure: a course of radiotherapy, or a procedure. None where it was not done."""
    resource = entry.resource
    get = resource.get
    found = extensions(resource, _KNOWN, "Procedure", chart.inspection) if "extension" in resource else {}
    marked = not RADIOTHERAPY.isdisjoint(found) or RADIOTHERAPY_COURSE in profiles_of(resource)
    said, alike = _parts_of((marked, get("code"), get("category"), get("status"), get("bodySite")), chart.inspection)
    if said.standing is None:
        return
    if said.code is None:
        chart.reject(entry, "the Procedure has no code", "give it one", ("procedure", "radiotherapy"))
        return
    times, reasons = performed(entry, chart), chart.reasons(entry)
    fields = dict(said.fields)
    if times.start is not None:
        fields["start"] = times.start
    if times.end is not None:
        fields["end"] = times.end
    if found or reasons is not NO_REASONS:
        fields, alike = recorded({**fields, **_more(entry, found, reasons, said, chart)}), None
    kind: EventKind = "radiotherapy" if said.course else "procedure"
    chart.add(entry, kind, times.on, fields, status=said.status, standing=said.standing, alike=alike)


def _more(
    entry: Entry, found: Extensions, reasons: Reasons, said: _Parts, chart: Chart
) -> dict[str, EventField | None]:
    """The fields that rest on extensions and reasons, which few records have."""
    sides = said.sides
    fields = {
        "intent": intent_of(found, "Procedure", chart.inspection),
        "reason": reasons.field(),
        "reason_role": chart.role(reasons),
    }
    if not RADIOTHERAPY.isdisjoint(found):
        given = read_course(entry, found, said.sites, chart)
        fields |= given.fields
        sides = (*sides, *given.sides)
    fields["laterality"] = chart.laterality(sides, reasons)
    return fields


def intent_of(found: Extensions, kind: str, inspection: Inspection) -> EventField | None:
    """What something was done for, where mCODE's extension says so."""
    given = [one for url in sorted(INTENTS.intersection(found)) for one in found[url]]
    return joined(concept(one.get("valueCodeableConcept"), f"{kind}.intent", inspection) for one in given)


def performed(entry: Entry, chart: Chart) -> Times:
    """When a Procedure was performed; of a period, its start orders it among other events."""
    on = chart.date(entry, "performedDateTime")
    if on is not None:
        return Times(on, on, on)
    span = chart.span(entry, "performedPeriod")
    if span is not None:
        return Times(span.start, span.start, span.end)
    unread = chart.unread(entry, "performedString", "performedAge", "performedRange")
    return Times(None, unread, unread)
