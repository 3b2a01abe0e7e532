"""What mCODE's extensions say about a course of radiotherapy: how, where to, how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from screener.facts.events import EventField
from screener.facts.fhir.chart import Chart
from screener.facts.fhir.concepts import concept, extensions, joined, told
from screener.facts.fhir.mcode import (
    DOSE_TO_VOLUME,
    FRACTIONS,
    MODALITY,
    MODALITY_AND_TECHNIQUE,
    SESSIONS,
    TECHNIQUE,
    TOTAL_DOSE,
    VOLUME,
)
from screener.facts.fhir.quantities import read_quantity
from screener.facts.fhir.references import Entry, reference_of
from screener.facts.fhir.sides import Side, sides_of
from screener.facts.fhir.sites import Site, Sites, extent_fields, extent_of

Extensions = Mapping[str, list[dict[str, object]]]

_PAIR: Final = frozenset({MODALITY, TECHNIQUE})
_DOSE: Final = frozenset({VOLUME, TOTAL_DOSE, FRACTIONS})


class Course(NamedTuple):
    """The fields that only a course of radiotherapy has, and the sides that its volumes tell."""

    fields: dict[str, EventField | None]
    sides: list[Side]


class _Dose(NamedTuple):
    """What was given to one volume."""

    volume: Site | None
    dose: EventField | None
    fractions: EventField | None


def read_course(entry: Entry, found: Extensions, sites: Sites, chart: Chart) -> Course:
    """Read the extensions of a course; how much of a site was irradiated its volumes tell, else its body sites.

    A course can have several volumes, each with its dose and its fractions. They may overlap, so doses are never added:
    where they differ, the course's dose is conflicting and all of them are said.
    """
    sides: list[Side] = []
    doses = [_dose(entry, one, sides, chart) for one in found.get(DOSE_TO_VOLUME, ())]
    volumes = [one.volume for one in doses if one.volume is not None]
    known = [one for one in volumes if one.concept.codes]
    fields = {
        **extent_fields(known or sites.each),
        "modality": _paired(MODALITY, found, chart),
        "technique": _paired(TECHNIQUE, found, chart),
        "volume": joined(one.concept for one in volumes),
        "dose": _same(one.dose for one in doses),
        "fractions": _same(one.fractions for one in doses),
        "sessions": _same(_count(one, SESSIONS, chart) for one in found.get(SESSIONS, ())),
    }
    return Course(fields, sides)


def _paired(url: str, found: Extensions, chart: Chart) -> EventField | None:
    """The modalities, or the techniques, of a course: those in pairs, and those that stand by themselves."""
    given = list(found.get(url, ()))
    for pair in found.get(MODALITY_AND_TECHNIQUE, ()):
        given += extensions(pair, _PAIR, "Procedure.radiotherapy", chart.inspection).get(url, ())
    return joined(concept(one.get("valueCodeableConcept"), "Procedure.radiotherapy", chart.inspection) for one in given)


def _dose(entry: Entry, given: dict[str, object], sides: list[Side], chart: Chart) -> _Dose:
    parts = extensions(given, _DOSE, "Procedure.dose", chart.inspection)
    volumes = [_volume(entry, one.get("valueReference"), sides, chart) for one in parts.get(VOLUME, ())]
    doses = [
        read_quantity(one.get("valueQuantity"), "Procedure.dose", chart.inspection) for one in parts.get(TOTAL_DOSE, ())
    ]
    return _Dose(
        volumes[0] if len(volumes) == 1 else None,
        _same(doses),
        _same(_count(one, FRACTIONS, chart) for one in parts.get(FRACTIONS, ())),
    )


def _volume(entry: Entry, value: object, sides: list[Side], chart: Chart) -> Site:
    """The location of the volume that is named, its sides added; a name that leads nowhere is kept as words."""
    resource = chart.named(entry, value, "volume")
    if resource is None:
        return Site(told((), reference_of(value) or ""))
    location = concept(resource.get("location"), "BodyStructure.location", chart.inspection)
    if location is not None:
        sides += sides_of(location.codes, "volume", chart.inspection)
    given = resource.get("locationQualifier")
    read = (
        concept(one, "BodyStructure.locationQualifier", chart.inspection)
        for one in (given if isinstance(given, list) else ())
    )
    qualifiers = [one for one in read if one is not None]
    for one in qualifiers:
        sides += sides_of(one.codes, "qualifier of the volume", chart.inspection)
    return Site(location or told((), reference_of(value) or ""), extent_of(qualifiers))


def _count(one: dict[str, object], element: str, chart: Chart) -> EventField:
    value = one.get("valueUnsignedInt")
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return EventField(value, str(value))
    chart.inspection.note("unreadable", f"Procedure.{element.rpartition('-')[2]}", "not a count")
    return EventField(None, "", "unreadable")


def _same(several: Iterable[EventField | None]) -> EventField | None:
    """The one value that all of them have; conflicting, with all of them said, where they differ."""
    told = [one for one in several if one is not None]
    if not told:
        return None
    if all(one.value == told[0].value and one.state == told[0].state for one in told):
        return told[0]
    return EventField(None, ", ".join(one.said or "unreadable" for one in told), "conflicting")
