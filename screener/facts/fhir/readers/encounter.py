"""Encounter: visits and stays."""

from __future__ import annotations

from screener.facts.events import EventField
from screener.facts.fhir.chart import Chart, recorded
from screener.facts.fhir.concepts import code_of, concepts, joined
from screener.facts.fhir.references import Entry
from screener.facts.fhir.statuses import ENCOUNTER


def read_encounter(entry: Entry, chart: Chart) -> None:
    """Make the event of an Encounter; none where it was cancelled."""
    resource = entry.resource
    setting = resource.get("class")
    if isinstance(setting, list):
        return chart.reject(entry, "the Encounter is FHIR R5 (class)", "export it as FHIR R4", ("encounter",))
    status, standing = chart.standing(entry, ENCOUNTER)
    if standing is None:
        return None
    span = chart.span(entry, "period")
    code = code_of(setting) if isinstance(setting, dict) else None
    fields = {
        "code": joined(concepts(resource.get("type"), "Encounter.type", chart.inspection)),
        "setting": None if code is None else EventField((code,), code.display or code.code),
        "reason": chart.reasons(entry).field(),
        "start": None if span is None else span.start,
        "end": None if span is None else span.end,
    }
    on = None if span is None else span.start
    return chart.add(entry, "encounter", on, recorded(fields), status=status, standing=standing)
