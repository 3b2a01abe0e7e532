"""Patients of one source who are, or may be, one person: what each record says of itself, and what is said together.

A record can name others of the same person (https://hl7.org/fhir/R4/patient.html#links), and two can have one
identifier. Such records are never brought together here, because which of them holds is for the source to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import Final, NamedTuple

from screener.facts.fhir.concepts import objects
from screener.facts.fhir.references import Entry, parse_address, reference_of
from screener.facts.inspection import Inspection, Problems, RecordProblem

_UUID: Final = "urn:uuid:"
_MERGE: Final = "bring the records of one person together in the source, and export it again"
_SAME: Final = "names another Patient of this source as the same person, so what either record says stays uncertain"


TELLING: Final = frozenset({"link", "identifier"})
"""The elements of a Patient that say who it is."""


class Person(NamedTuple):
    """What one Patient says of who it is: its id, the ids of others it names, and its identifiers as digests."""

    id: str
    others: tuple[str, ...]
    identifiers: tuple[bytes, ...]


def person_of(entry: Entry, name: str) -> Person | None:
    """What a Patient of an id says of who it is; none where it says nothing that others could say too."""
    get = entry.resource.get
    unseen = Inspection()  # a link that cannot be read is counted when the record is
    links = [_named(one.get("other")) for one in objects(get("link"), "Patient.link", unseen)]
    others = tuple(one for one in links if one is not None and one != name)
    digests = [_digest(one) for one in objects(get("identifier"), "Patient.identifier", unseen)]
    known = tuple(one for one in digests if one is not None)
    return Person(name, others, known) if others or known else None


def _named(other: object) -> str | None:
    reference = reference_of(other)
    if reference is None or reference.startswith(_UUID):
        return reference and reference[len(_UUID) :]
    address = parse_address(reference)
    return address.id if address is not None and address.type == "Patient" else None


def _digest(identifier: dict[str, object]) -> bytes | None:
    """An identifier as a digest; none where it does not say in which system it is one."""
    system, value = identifier.get("system"), identifier.get("value")
    if not (isinstance(system, str) and isinstance(value, str) and system and value):
        return None
    return blake2b(f"{system}|{value}".encode("utf-8", "replace"), digest_size=8).digest()


class Persons:
    """The patients of a source as they say who they are."""

    def __init__(self, inspection: Inspection, problems: Problems) -> None:
        self._inspection = inspection
        self._problems = problems
        self._by_identifier: dict[bytes, str] = {}
        self._naming: list[tuple[Person, RecordProblem]] = []

    def meet(self, persons: Iterable[Person], file: str, position: str = "") -> None:
        """Add patients, who stand at a position of a file; an identifier that one before has is counted."""
        for one in persons:
            holders = {self._by_identifier.setdefault(digest, one.id) for digest in one.identifiers}
            if holders - {one.id}:
                self._inspection.note("shared_identifier", "Patient")
            if one.others:
                self._naming.append((one, RecordProblem(file, position, _SAME, _MERGE)))

    def split(self, present: Collection[str]) -> frozenset[str]:
        """The patients of whom the source holds several records that say they are of one person; these are told."""
        found: set[str] = set()
        for one, problem in self._naming:
            here = [other for other in one.others if other in present]
            if here:
                found |= {one.id, *here}
                self._problems.add(problem)
        return frozenset(found)
