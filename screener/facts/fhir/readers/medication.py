"""MedicationAdministration, MedicationRequest, MedicationStatement: what was given, asked for, or said to be taken."""

from __future__ import annotations

from typing import Final, NamedTuple

from screener.facts.events import EventField, Standing
from screener.facts.fhir.chart import Chart, recorded
from screener.facts.fhir.concepts import Concept, concept, extensions, told
from screener.facts.fhir.mcode import INTENTS
from screener.facts.fhir.readers.procedure import Times, intent_of
from screener.facts.fhir.references import Entry, reference_of
from screener.facts.fhir.statuses import ADMINISTRATION, ORDERS, REQUEST, STATEMENT, Statuses


class _Act(NamedTuple):
    field: EventField
    statuses: Statuses


_ACTS: Final = {
    "MedicationAdministration": _Act(EventField("administration", "administration"), ADMINISTRATION),
    "MedicationRequest": _Act(EventField("request", "request"), REQUEST),
    "MedicationStatement": _Act(EventField("statement", "statement"), STATEMENT),
}


def read_medication(entry: Entry, chart: Chart) -> None:
    """Make the event of a record of medication; none where it was not given or not taken."""
    resource = entry.resource
    act = _ACTS[entry.type]
    status, standing = chart.standing(entry, act.statuses)
    if standing is None:
        return
    if entry.type == "MedicationRequest":
        standing = _asked(entry, standing, chart)
        if standing is None:
            return
    code = _medication(entry, chart)
    if code is None:
        chart.reject(entry, f"the {entry.type} names no medication", "give its code or the Medication", ("medication",))
        return
    found = extensions(resource, INTENTS, entry.type, chart.inspection) if "extension" in resource else {}
    times = _times(entry, chart)
    fields = {
        "code": code.field,
        "act": act.field,
        "intent": intent_of(found, entry.type, chart.inspection) if found else None,
        "reason": chart.reasons(entry).field(),
        "start": times.start,
        "end": times.end,
    }
    chart.add(entry, "medication", times.on, recorded(fields), status=status, standing=standing)


def _asked(entry: Entry, standing: Standing, chart: Chart) -> Standing | None:
    """The standing of a request: none where it asks not to give, uncertain where it is only a plan."""
    refusal = entry.resource.get("doNotPerform")
    if refusal is True:
        chart.inspection.note("not_counted", entry.type, "doNotPerform")
        return None
    intent = entry.resource.get("intent")
    ordered = isinstance(intent, str) and intent in ORDERS and (refusal is None or refusal is False)
    return standing if ordered else "uncertain"


def _medication(entry: Entry, chart: Chart) -> Concept | None:
    code = chart.code(entry, "medicationCodeableConcept")
    reference = entry.resource.get("medicationReference")
    if code is not None or reference is None:
        return code
    named = chart.named(entry, reference, "medicationReference")
    code = None if named is None else concept(named.get("code"), "Medication.code", chart.inspection)
    return code or told((), reference_of(reference) or "the Medication that is named")


def _times(entry: Entry, chart: Chart) -> Times:
    """When it was given or taken; a request has the day on which it was made, and says nothing of start and end."""
    if entry.type == "MedicationRequest":
        return Times(chart.date(entry, "authoredOn"), None, None)
    on = chart.date(entry, "effectiveDateTime")
    if on is not None:
        return Times(on, on, on if entry.type == "MedicationAdministration" else None)
    span = chart.span(entry, "effectivePeriod")
    return Times(None, None, None) if span is None else Times(span.start, span.start, span.end)
