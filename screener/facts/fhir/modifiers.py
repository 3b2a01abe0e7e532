"""What can turn the meaning of a record round, wherever in it that stands: then the whole record is in doubt.

A reader that does not understand such an element may not read what it modifies as if it were not there
(https://hl7.org/fhir/R4/extensibility.html#modifierExtension). What modifies a Bundle, or an entry of one, holds for
the records in it; what modifies a contained record holds for the one that it is contained in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from screener.facts.fhir.elements import MODIFIERS

_NAMES: Final = tuple(f'"{name}"'.encode() for name in sorted(MODIFIERS))


def may_be_modified(data: bytes) -> bool:
    """Whether bytes can hold such an element; nearly none do."""
    return any(name in data for name in _NAMES)


def mark(document: object) -> None:
    """Give every record that is modified somewhere inside a `modifierExtension` of its own, in place."""
    for resource, modified in _resources(document):
        if modified or _is_modified(resource):
            resource.setdefault("modifierExtension", [])


def _resources(document: object) -> Iterator[tuple[dict[str, object], bool]]:
    """The resources of a document, each with whether what holds it is modified."""
    several = document if isinstance(document, list) else [document]
    for one in several:
        if not isinstance(one, dict):
            continue
        entries = one.get("entry")
        if one.get("resourceType") != "Bundle" or not isinstance(entries, list):
            yield one, False
            continue
        for entry in entries:
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(resource, dict):
                yield resource, not (MODIFIERS.isdisjoint(one) and MODIFIERS.isdisjoint(entry))


def _is_modified(resource: dict[str, object]) -> bool:
    waiting: list[object] = [resource]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if not MODIFIERS.isdisjoint(one):
                return True
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False
