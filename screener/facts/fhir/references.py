"""References between resources: relative, absolute, versioned, by `urn:uuid`, and to contained resources.

The rules are those of https://hl7.org/fhir/R4/references.html and https://hl7.org/fhir/R4/bundle.html#references.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

Resource = dict[str, object]

_ADDRESS: Final = re.compile(r"(?:(https?://.+)/)?([A-Z][A-Za-z]{1,63})/([A-Za-z0-9.\-_]{1,128})(?:/_history/[^/]+)?")


class Address(NamedTuple):
    """Where a reference leads: a type and an id, on a server where it names one."""

    server: str | None
    type: str
    id: str

    @property
    def local(self) -> str:
        """The type and id, as the source calls the record."""
        return f"{self.type}/{self.id}"


def parse_address(reference: str) -> Address | None:
    """A relative or absolute reference taken apart, its version dropped; none where it is of another form."""
    found = _ADDRESS.fullmatch(reference)
    return None if found is None else Address(found[1], found[2], found[3])


def reference_of(value: object) -> str | None:
    """The text of a Reference; none where it has none."""
    reference = value.get("reference") if isinstance(value, dict) else None
    return reference if isinstance(reference, str) and reference else None


@dataclass(slots=True)
class Entry:
    """One resource and where it stands. It is never changed; a frozen one takes four times as long to make.

    `reference` is how the source names it, `place` the file with the entry or line, as people are told it.
    """

    resource: Resource
    type: str
    reference: str
    file: str
    place: str
    full_url: str | None = None

    @property
    def position(self) -> str:
        """The place without the file."""
        return self.place[len(self.file) :].removeprefix(", ")


class Records:
    """The resources of one patient by the ways in which others may name them."""

    def __init__(self) -> None:
        self._by_name: dict[str, Entry] = {}

    def hold(self, entries: Sequence[Entry]) -> bool:
        """Take resources of which no two have a name in common; no, and nothing is taken, where some have."""
        by_name = {entry.reference: entry for entry in entries}
        urls = [(url, entry) for entry in entries if (url := entry.full_url) is not None]
        by_name.update(urls)
        if len(by_name) < len(entries) + len(urls):
            return False
        self._by_name = by_name
        return True

    def add(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Entry]]:
        """Add resources: each, with the one that has its name and stays, which is itself where it is the first."""
        by_name = self._by_name
        for entry in entries:
            if entry.full_url is not None:
                by_name.setdefault(entry.full_url, entry)
            yield entry, by_name.setdefault(entry.reference, entry)

    def replace(self, old: Entry, new: Entry) -> None:
        """Let a newer version of a resource take the place of another."""
        for name in (old.reference, old.full_url, new.full_url):
            if name is not None:
                self._by_name[name] = new

    def find(self, reference: str, owner: Resource) -> Resource | None:
        """The resource that a reference of `owner` leads to; none where it leads nowhere."""
        if reference.startswith("#"):
            return _contained(owner, reference[1:])
        found = self._by_name.get(reference)
        if found is not None:
            return found.resource
        address = parse_address(reference)
        if address is None:
            return None
        found = self._by_name.get(address.local)
        return None if found is None or _elsewhere(address, found) else found.resource


def _elsewhere(address: Address, found: Entry) -> bool:
    """Whether a record of the same type and id is known to stand on another server."""
    own = parse_address(found.full_url) if found.full_url else None
    return address.server is not None and own is not None and own.server not in (None, address.server)


def _contained(owner: Resource, name: str) -> Resource | None:
    within = owner.get("contained")
    for one in within if isinstance(within, list) else ():
        if isinstance(one, dict) and one.get("id") == name:
            return one
    return None
