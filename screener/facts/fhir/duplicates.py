"""The same resource more than once: identical ones count once, of several versions the newest counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from screener.facts.fhir.chart import Chart
from screener.facts.fhir.references import Entry, Resource


def distinct(entries: Sequence[Entry], chart: Chart) -> Sequence[Entry]:
    """The resources of a patient, each once.

    Where two versions differ and nothing tells which is newer, the first is kept, and is doubted.
    """
    if chart.records.hold(entries):
        return entries
    kept: dict[str, Entry] = {}
    for entry, first in chart.records.add(entries):
        if first is entry:
            kept[entry.reference] = entry
        else:
            chart.inspection.note("repeated", entry.type)
            if entry.resource != first.resource:
                kept[first.reference] = _newest(first, entry, chart)
    return list(kept.values())


def _newest(first: Entry, entry: Entry, chart: Chart) -> Entry:
    newer = _newer(entry.resource, first.resource)
    if newer is None:
        problem = f"is the same {entry.type} again with other content, and neither says that it is newer"
        chart.reject(entry, problem, "keep the right one", ())
        chart.doubted.add(first.reference)
        if entry.type == "Patient" and _other_person(first.resource, entry.resource):
            chart.doubt_all()
    if not newer:
        return first
    chart.records.replace(first, entry)
    return entry


def _other_person(one: Resource, other: Resource) -> bool:
    """Whether two Patients of one id differ in what does not change: then the records may be of two people."""
    return any(one.get(name) != other.get(name) for name in ("birthDate", "gender", "identifier"))


def _newer(one: Resource, other: Resource) -> bool | None:
    """Whether a version is newer than another: by the time it was stored, else by its number; none where unknown."""
    times = _stored(one), _stored(other)
    if times[0] is not None and times[1] is not None and times[0] != times[1]:
        return times[0] > times[1]
    numbers = _version(one), _version(other)
    if numbers[0] is not None and numbers[1] is not None and numbers[0] != numbers[1]:
        return numbers[0] > numbers[1]
    return None


def _stored(resource: Resource) -> datetime | None:
    meta = resource.get("meta")
    text = meta.get("lastUpdated") if isinstance(meta, dict) else None
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


def _version(resource: Resource) -> int | None:
    meta = resource.get("meta")
    text = meta.get("versionId") if isinstance(meta, dict) else None
    return int(text) if isinstance(text, str) and text.isdecimal() and text.isascii() and len(text) < 19 else None
