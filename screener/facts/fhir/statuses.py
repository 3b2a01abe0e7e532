"""What the status of a record makes of it: an event, an uncertain one, a recorded no, or no event at all.

The words are FHIR's own, the meanings those of the R4 code systems named beside each table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from screener.facts.events import EventField, Standing

Statuses = Mapping[str, Standing | None]
"""The standing by status; none where there is no event."""

_NEVER: Final[dict[str, Standing | None]] = {
    "entered-in-error": None,
    "cancelled": None,
    "not-done": None,
    "nullified": None,  # HL7 version 3 calls an error so, and converted records keep the word
}
_UNKNOWN: Final[dict[str, Standing | None]] = {**_NEVER, "unknown": "uncertain"}

# https://hl7.org/fhir/R4/codesystem-condition-ver-status.html
VERIFICATION: Final[Statuses] = {
    "confirmed": "certain",
    "unconfirmed": "uncertain",
    "provisional": "uncertain",
    "differential": "uncertain",
    "refuted": "refuted",
    "entered-in-error": None,
}
# https://hl7.org/fhir/R4/codesystem-condition-clinical.html
CLINICAL: Final = {
    word: EventField(word, word) for word in ("active", "recurrence", "relapse", "inactive", "remission", "resolved")
}

# https://hl7.org/fhir/R4/codesystem-event-status.html: what was begun and not completed may not have come to the point.
PROCEDURE: Final[Statuses] = {
    **_UNKNOWN,
    "completed": "certain",
    "preparation": "uncertain",
    "in-progress": "uncertain",
    "on-hold": "uncertain",
    "stopped": "uncertain",
}
# The same words: of a course of radiotherapy that was begun, some was given.
RADIOTHERAPY: Final[Statuses] = {**PROCEDURE, "in-progress": "certain", "on-hold": "certain", "stopped": "certain"}

# https://hl7.org/fhir/R4/codesystem-medication-admin-status.html
ADMINISTRATION: Final[Statuses] = {
    **_UNKNOWN,
    "in-progress": "certain",
    "on-hold": "certain",
    "completed": "certain",
    "stopped": "certain",
}
# https://hl7.org/fhir/R4/codesystem-medicationrequest-status.html: only then has everything asked for been done.
REQUEST: Final[Statuses] = {
    **_UNKNOWN,
    "completed": "certain",
    "active": "uncertain",
    "on-hold": "uncertain",
    "stopped": "uncertain",
    "draft": "uncertain",
}
# https://hl7.org/fhir/R4/codesystem-medicationrequest-intent.html: the rest are proposals, plans and options.
ORDERS: Final = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
# https://hl7.org/fhir/R4/codesystem-medication-statement-status.html
STATEMENT: Final[Statuses] = {
    **_UNKNOWN,
    "active": "certain",
    "completed": "certain",
    "stopped": "certain",
    "on-hold": "certain",
    "intended": "uncertain",
    "not-taken": None,
}

# https://hl7.org/fhir/R4/codesystem-observation-status.html
OBSERVATION: Final[Statuses] = {
    **_UNKNOWN,
    "final": "certain",
    "amended": "certain",
    "corrected": "certain",
    "preliminary": "uncertain",
    "registered": "uncertain",
}
# https://hl7.org/fhir/R4/codesystem-diagnostic-report-status.html
REPORT: Final[Statuses] = {**OBSERVATION, "appended": "certain", "partial": "uncertain"}
# https://hl7.org/fhir/R4/codesystem-imagingstudy-status.html
IMAGING: Final[Statuses] = {**_UNKNOWN, "available": "certain", "registered": "uncertain"}
# https://hl7.org/fhir/R4/codesystem-encounter-status.html
ENCOUNTER: Final[Statuses] = {
    **_UNKNOWN,
    "finished": "certain",
    "in-progress": "certain",
    "onleave": "certain",
    "arrived": "certain",
    "triaged": "certain",
    "planned": "uncertain",
}
