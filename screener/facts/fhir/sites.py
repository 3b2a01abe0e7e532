"""Body sites: their codes, and the sides that they and their qualifiers tell."""

from __future__ import annotations

from typing import NamedTuple

from screener.facts.events import EventField
from screener.facts.fhir.concepts import Concept, concept, extensions, joined, objects
from screener.facts.fhir.mcode import SIDE_QUALIFIERS
from screener.facts.fhir.sides import Side, sides_of
from screener.facts.inspection import Inspection


class Sites(NamedTuple):
    """The body sites of a record, and every side that they tell."""

    concepts: tuple[Concept, ...] = ()
    sides: tuple[Side, ...] = ()

    def field(self) -> EventField | None:
        """The sites as a field of an event."""
        return joined(self.concepts)


NO_SITES = Sites()


def read_sites(value: object, element: str, inspection: Inspection) -> Sites:
    """Read a list of body sites, or the one that some types of record have."""
    if value is None:
        return NO_SITES
    found: list[Concept] = []
    sides: list[Side] = []
    for one in (value,) if isinstance(value, dict) else objects(value, element, inspection):
        site = concept(one, element, inspection)
        if site is not None:
            found.append(site)
            sides += sides_of(site.codes, "body site", inspection)
        if "extension" in one:
            sides += _qualifiers(one, element, inspection)
    return Sites(tuple(found), tuple(sides))


def _qualifiers(site: dict[str, object], element: str, inspection: Inspection) -> list[Side]:
    sides: list[Side] = []
    for several in extensions(site, SIDE_QUALIFIERS, element, inspection).values():
        for one in several:
            qualifier = concept(one.get("valueCodeableConcept"), f"{element}.qualifier", inspection)
            if qualifier is not None:
                sides += sides_of(qualifier.codes, "qualifier", inspection)
    return sides
