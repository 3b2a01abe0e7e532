"""The profiles that a resource says it follows."""

from __future__ import annotations

from typing import Final

from screener.facts.fhir.references import Resource

_NONE: Final[frozenset[str]] = frozenset()


def profiles_of(resource: Resource) -> frozenset[str]:
    """The addresses in `meta.profile`, without the version that may stand behind `|`."""
    meta = resource.get("meta")
    if not isinstance(meta, dict):
        return _NONE
    profiles = meta.get("profile")
    if not isinstance(profiles, list):
        return _NONE
    return frozenset(one.partition("|")[0] for one in profiles if isinstance(one, str))
