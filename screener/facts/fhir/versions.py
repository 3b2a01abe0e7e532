"""Records of other versions of FHIR, told by elements that R4 does not have.

A resource does not say which version it is of; its element names do. What is of another version is named and not read,
because the same name can mean something else there. From the cross-version maps of HL7
(https://hl7.org/fhir/uv/xver-r5.r4/0.1.0/ and https://hl7.org/fhir/uv/xver-r3.r4/0.1.0/).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_R5: Final = "FHIR R5"
_STU3: Final = "FHIR STU3"

_ELEMENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "Condition": {"participant": _R5, "context": _STU3, "assertedDate": _STU3},
    "Procedure": {
        "occurrenceDateTime": _R5,
        "occurrencePeriod": _R5,
        "occurrenceString": _R5,
        "occurrenceAge": _R5,
        "occurrenceRange": _R5,
        "occurrenceTiming": _R5,
        "reason": _R5,
        "used": _R5,
        "notDone": _STU3,
        "notDoneReason": _STU3,
        "context": _STU3,
    },
    "MedicationAdministration": {
        "medication": _R5,
        "reason": _R5,
        "occurenceDateTime": _R5,
        "occurencePeriod": _R5,
        "occurenceTiming": _R5,
        "notGiven": _STU3,
        "reasonNotGiven": _STU3,
    },
    "MedicationRequest": {"medication": _R5, "reason": _R5, "context": _STU3},
    "MedicationStatement": {"medication": _R5, "reason": _R5, "adherence": _R5, "taken": _STU3},
    "Observation": {"triggeredBy": _R5, "bodyStructure": _R5, "context": _STU3, "related": _STU3},
    "ImagingStudy": {"procedure": _R5, "reason": _R5, "patient": _STU3, "context": _STU3, "procedureReference": _STU3},
    "Encounter": {"actualPeriod": _R5, "plannedStartDate": _R5, "admission": _R5},
    "Patient": {"animal": _STU3},
}


def other_version(kind: str, elements: Iterable[str]) -> str | None:
    """The other version of FHIR that a resource of a type is of, judged by its elements; none where it can be R4."""
    known = _ELEMENTS.get(kind)
    if known is None:
        return None
    return next((known[element] for element in elements if element in known), None)
