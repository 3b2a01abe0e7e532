"""Fingerprints of a record: of what the sponsor wrote, and of the eligibility text apart.

`derivedSection` is left out: it changes with every load of the registry while the record stays the same.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from screener.registry.text import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping


def protocol_sha256(data: Mapping[str, Any]) -> str:
    """SHA-256 in hex of a study's `protocolSection` as JSON with sorted keys, compact, in UTF-8."""
    text = json.dumps(data.get("protocolSection"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # A lone surrogate is legal in JSON and must not stop a sync.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def eligibility_sha256(text: str | None) -> str:
    """SHA-256 in hex of the normalised eligibility text; no text counts as an empty one."""
    return hashlib.sha256(normalise(text or "").encode("utf-8", "surrogatepass")).hexdigest()
