"""Encounter: visits and stays."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from screener.facts.events import EventField, Standing
from screener.facts.fhir.chart import Chart, recorded, standing_of
from screener.facts.fhir.concepts import code_of, concepts, joined
from screener.facts.fhir.references import Entry
from screener.facts.fhir.remembered import Remembered
from screener.facts.fhir.statuses import ENCOUNTER
from screener.facts.fhir.times import NO_SPAN
from screener.facts.inspection import Inspection


class _Parts(NamedTuple):
    """What the parts of an Encounter say that records repeat; `standing` is none where there is no event."""

    standing: Standing | None
    status: str | None = None
    fields: Mapping[str, EventField] = MappingProxyType({})


def _read_parts(parts: tuple[object, object, object], inspection: Inspection) -> _Parts:
    """Read a status, a class and types."""
    status, standing = standing_of("Encounter", parts[0], ENCOUNTER, inspection)
    if standing is None:
        return _Parts(None)
    code = code_of(parts[1]) if isinstance(parts[1], dict) else None
    fields = {
        "code": joined(concepts(parts[2], "Encounter.type", inspection)),
        "setting": None if code is None else EventField((code,), code.display or code.code),
    }
    return _Parts(standing, status, recorded(fields))


_parts_of: Final = Remembered(_read_parts)


def read_encounter(entry: Entry, chart: Chart) -> None:
    """Make the event of an Encounter; none where it was cancelled."""
    get = entry.resource.get
    setting = get("class")
    if isinstance(setting, list):
        return chart.reject(entry, "the Encounter is FHIR R5 (class)", "export it as FHIR R4", ("encounter",))
    said, alike = _parts_of((get("status"), setting, get("type")), chart.inspection)
    if said.standing is None:
        return None
    fields = dict(said.fields)
    if (reason := chart.reasons(entry).field()) is not None:
        fields["reason"], alike = reason, None
    span = chart.span(entry, "period") or NO_SPAN
    if span.start is not None:
        fields["start"] = span.start
    if span.end is not None:
        fields["end"] = span.end
    return chart.add(entry, "encounter", span.start, fields, status=said.status, standing=said.standing, alike=alike)
