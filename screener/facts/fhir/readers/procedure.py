"""Procedure: operations, biopsies and whatever else was done; with mCODE's marks, a course of radiotherapy."""

from __future__ import annotations

from typing import Final, NamedTuple

from screener.facts.events import EventField
from screener.facts.fhir.chart import Chart
from screener.facts.fhir.concepts import Concept, concept, extensions, joined
from screener.facts.fhir.mcode import INTENTS, RADIOTHERAPY, RADIOTHERAPY_CODES, RADIOTHERAPY_COURSE
from screener.facts.fhir.profiles import profiles_of
from screener.facts.fhir.readers.radiotherapy import Extensions, read_course
from screener.facts.fhir.references import Entry
from screener.facts.fhir.sides import sides_of
from screener.facts.fhir.sites import read_sites
from screener.facts.fhir.statuses import PROCEDURE
from screener.facts.fhir.statuses import RADIOTHERAPY as COURSE
from screener.facts.inspection import Inspection

_KNOWN: Final = INTENTS | RADIOTHERAPY


class Times(NamedTuple):
    """When something was done: the day that orders it, its start and its end."""

    on: EventField | None
    start: EventField | None
    end: EventField | None


def read_procedure(entry: Entry, chart: Chart) -> None:
    """Make the event of a Procedure: a course of radiotherapy, or a procedure. None where it was not done."""
    resource = entry.resource
    found = extensions(resource, _KNOWN, "Procedure", chart.inspection) if "extension" in resource else {}
    code = chart.code(entry)
    course = _is_course(entry, code, found, chart)
    status, standing = chart.standing(entry, COURSE if course else PROCEDURE)
    if standing is None:
        return
    if code is None:
        chart.reject(entry, "the Procedure has no code", "give it one", ("procedure", "radiotherapy"))
        return
    sites = read_sites(resource.get("bodySite"), "Procedure.bodySite", chart.inspection)
    times, reasons = performed(entry, chart), chart.reasons(entry)
    sides = [*sides_of(code.codes, "code", chart.inspection), *sites.sides]
    fields = {
        "code": code.field,
        "intent": intent_of(found, "Procedure", chart.inspection),
        "site": sites.field(),
        "reason": reasons.field(),
        "reason_role": chart.role(reasons),
        "start": times.start,
        "end": times.end,
    }
    if course:
        given = read_course(entry, found, sites, chart)
        fields |= given.fields
        sides += given.sides
    fields["laterality"] = chart.laterality(sides, reasons)
    chart.add(entry, "radiotherapy" if course else "procedure", times.on, fields, status=status, standing=standing)


def _is_course(entry: Entry, code: Concept | None, found: Extensions, chart: Chart) -> bool:
    if not RADIOTHERAPY.isdisjoint(found) or RADIOTHERAPY_COURSE in profiles_of(entry.resource):
        return True
    category = entry.resource.get("category")
    group = None if category is None else concept(category, "Procedure.category", chart.inspection)
    codes = [one for told in (code, group) if told is not None for one in told.codes]
    return any((one[0], one[1]) in RADIOTHERAPY_CODES for one in codes)


def intent_of(found: Extensions, kind: str, inspection: Inspection) -> EventField | None:
    """What something was done for, where mCODE's extension says so."""
    given = [one for url in sorted(INTENTS & found.keys()) for one in found[url]]
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
