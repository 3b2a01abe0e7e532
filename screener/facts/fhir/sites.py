"""Body sites: their codes, and what their qualifiers tell: the side, and how much of the site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from screener.facts.events import Code, EventField
from screener.facts.fhir.concepts import Concept, concept, extensions, joined, objects
from screener.facts.fhir.mcode import ENTIRE, PARTIAL, SITE_QUALIFIERS
from screener.facts.fhir.sides import Side, sides_in, sides_of
from screener.facts.inspection import Inspection

Extent = Literal["entire", "partial"]

_EXTENTS: Final[dict[tuple[str, str], Extent]] = {ENTIRE: "entire", PARTIAL: "partial"}
_NAMES: Final[dict[Extent, str]] = {"entire": "Entire", "partial": "Partial"}


class Site(NamedTuple):
    """One body site, and how much of it; none where that is not said, or where both are."""

    concept: Concept
    extent: Extent | None = None


class Sites(NamedTuple):
    """The body sites of a record, and every side that they tell."""

    each: tuple[Site, ...] = ()
    sides: tuple[Side, ...] = ()

    def field(self) -> EventField | None:
        """The sites as a field of an event."""
        return joined(one.concept for one in self.each)


NO_SITES = Sites()


def read_sites(value: object, element: str, inspection: Inspection) -> Sites:
    """Read a list of body sites, or the one that some types of record have."""
    if value is None:
        return NO_SITES
    found: list[Site] = []
    sides: list[Side] = []
    for one in (value,) if isinstance(value, dict) else objects(value, element, inspection):
        site = concept(one, element, inspection)
        qualifiers = _qualifiers(one, element, inspection) if "extension" in one else []
        if site is not None:
            found.append(Site(site, extent_of(qualifiers)))
            sides += sides_in(site, "body site", inspection)
        sides += [side for qualifier in qualifiers for side in sides_of(qualifier.codes, "qualifier", inspection)]
    return Sites(tuple(found), tuple(sides))


def _qualifiers(site: dict[str, object], element: str, inspection: Inspection) -> list[Concept]:
    given = [one for several in extensions(site, SITE_QUALIFIERS, element, inspection).values() for one in several]
    read = (concept(one.get("valueCodeableConcept"), f"{element}.qualifier", inspection) for one in given)
    return [one for one in read if one is not None]


def extent_of(qualifiers: Iterable[Concept]) -> Extent | None:
    """How much of a site its qualifiers tell of; none where they tell nothing of it, or both."""
    codes = [(code[0], code[1]) for one in qualifiers for code in one.codes]
    found = {_EXTENTS[code] for code in codes if code in _EXTENTS}
    return found.pop() if len(found) == 1 else None


def extent_fields(sites: Iterable[Site]) -> dict[str, EventField | None]:
    """The sites that are told of whole, and those that are in part: a whole breast and a boost to it are both.

    A site of which one mention does not tell how much is left out, because what is not told could be either.
    """
    mentions: dict[tuple[Code, ...], list[Site]] = {}
    for one in sites:
        mentions.setdefault(one.concept.codes, []).append(one)
    told = [several for several in mentions.values() if all(one.extent is not None for one in several)]
    return {f"{extent}_site": _told_of(extent, told) for extent in _NAMES}


def _told_of(extent: Extent, told: Iterable[Sequence[Site]]) -> EventField | None:
    """The sites of which one extent is told, with the qualifier among their words."""
    field = joined(several[0].concept for several in told if any(one.extent == extent for one in several))
    return None if field is None else field._replace(said=f"{field.said} ({_NAMES[extent]})")
