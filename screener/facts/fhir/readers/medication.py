"""MedicationAdministration, MedicationRequest, MedicationStatement: what was given, asked for, or said to be taken."""

from __future__ import annotations

from typing import Final, NamedTuple

from screener.facts.events import EventField, Standing
from screener.facts.fhir.chart import Chart, recorded, standing_of
from screener.facts.fhir.concepts import concept, extensions, told
from screener.facts.fhir.mcode import INTENTS
from screener.facts.fhir.readers.procedure import Times, intent_of
from screener.facts.fhir.references import Entry, reference_of
from screener.facts.fhir.remembered import Remembered
from screener.facts.fhir.statuses import ADMINISTRATION, ORDERS, REQUEST, STATEMENT, Statuses
from screener.facts.inspection import Inspection


class _Act(NamedTuple):
    field: EventField
    statuses: Statuses


_ACTS: Final = {
    "MedicationAdministration": _Act(EventField("administration", "administration"), ADMINISTRATION),
    "MedicationRequest": _Act(EventField("request", "request"), REQUEST),
    "MedicationStatement": _Act(EventField("statement", "statement"), STATEMENT),
}
_SELDOM: Final = frozenset({"extension", "reasonCode", "reasonReference"})


class _Parts(NamedTuple):
    """What the parts of a record of medication say that records repeat; `standing` is none where there is no event."""

    standing: Standing | None
    status: str | None = None
    code: EventField | None = None


def _read_parts(parts: tuple[str, object, object, object, object], inspection: Inspection) -> _Parts:
    """Read a type of record, its status, intent and refusal, and a code."""
    kind, status_said, intent, refusal, code_said = parts
    status, standing = standing_of(kind, status_said, _ACTS[kind].statuses, inspection)
    if standing is not None and kind == "MedicationRequest":
        standing = _asked(standing, intent, refusal, inspection)
    if standing is None:
        return _Parts(None)
    code = concept(code_said, f"{kind}.medicationCodeableConcept", inspection)
    return _Parts(standing, status, None if code is None else code.field)


_parts_of: Final = Remembered(_read_parts)


def read_medication(entry: Entry, chart: Chart) -> None:
    """Make the event of a record of medication; none where it was not given or not taken."""
    resource, kind = entry.resource, entry.type
    get = resource.get
    parts = (kind, get("status"), get("intent"), get("doNotPerform"), get("medicationCodeableConcept"))
    said, alike = _parts_of(parts, chart.inspection)
    if said.standing is None:
        return
    code = said.code
    if code is None:
        code, alike = _named(entry, chart), None
    if code is None:
        chart.reject(entry, f"the {kind} names no medication", "give its code or the Medication", ("medication",))
        return
    fields = {"code": code, "act": _ACTS[kind].field}
    if not _SELDOM.isdisjoint(resource) and (more := _more(entry, chart)):
        fields, alike = fields | more, None
    on, start, end = _times(entry, chart)
    if start is not None:
        fields["start"] = start
    if end is not None:
        fields["end"] = end
    chart.add(entry, "medication", on, fields, status=said.status, standing=said.standing, alike=alike)


def _asked(standing: Standing, intent: object, refusal: object, inspection: Inspection) -> Standing | None:
    """The standing of a request: none where it asks not to give, uncertain where it is only a plan."""
    if refusal is True:
        inspection.note("not_counted", "MedicationRequest", "doNotPerform")
        return None
    ordered = isinstance(intent, str) and intent in ORDERS and (refusal is None or refusal is False)
    return standing if ordered else "uncertain"


def _named(entry: Entry, chart: Chart) -> EventField | None:
    """The code of the Medication that a record names; none where it names none."""
    reference = entry.resource.get("medicationReference")
    if reference is None:
        return None
    named = chart.named(entry, reference, "medicationReference")
    code = None if named is None else concept(named.get("code"), "Medication.code", chart.inspection)
    return (code or told((), reference_of(reference) or "the Medication that is named")).field


def _more(entry: Entry, chart: Chart) -> dict[str, EventField]:
    """The fields that rest on extensions and reasons."""
    found = extensions(entry.resource, INTENTS, entry.type, chart.inspection)
    intent = intent_of(found, entry.type, chart.inspection) if found else None
    return recorded({"intent": intent, "reason": chart.reasons(entry).field()})


def _times(entry: Entry, chart: Chart) -> Times:
    """When it was given or taken; a request has the day on which it was made, and says nothing of start and end."""
    if entry.type == "MedicationRequest":
        return Times(chart.date(entry, "authoredOn"), None, None)
    if chart.several and (differing := chart.differing(entry, "effective")) is not None:
        return Times(None, differing, differing)
    on = chart.date(entry, "effectiveDateTime")
    if on is not None:
        return Times(on, on, on if entry.type == "MedicationAdministration" else None)
    span = chart.span(entry, "effectivePeriod")
    return Times(None, None, None) if span is None else Times(span.start, span.start, span.end)
