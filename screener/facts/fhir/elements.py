"""Which elements of each type of resource are read, and which cannot decide anything about a patient.

Every other element is counted as ignored, so that a person sees what a source says and this program does not read. The
names are those of FHIR R4 (https://hl7.org/fhir/R4/resourcelist.html).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

_EVERYWHERE: Final = frozenset(
    {"resourceType", "id", "meta", "language", "text", "identifier", "contained", "extension", "subject", "encounter"}
)
_WHO: Final = frozenset({"performer", "asserter", "recorder", "requester", "participant", "informationSource"})
_PAPERS: Final = frozenset({"basedOn", "partOf", "instantiatesCanonical", "instantiatesUri", "groupIdentifier"})

VALUES: Final = ("valueQuantity", "valueCodeableConcept", "valueInteger", "valueRange")
"""The forms of an Observation's value that are read."""
UNREAD_VALUES: Final = (
    "valueString",
    "valueBoolean",
    "valueRatio",
    "valueSampledData",
    "valueTime",
    "valueDateTime",
    "valuePeriod",
)
"""The forms of an Observation's value that are looked at and not read: counted as unreadable, not as ignored."""

READ: Final[Mapping[str, frozenset[str]]] = {
    "Patient": frozenset({"birthDate", "gender", "communication", "deceasedBoolean", "deceasedDateTime", "link"}),
    "Condition": frozenset(
        {
            "clinicalStatus",
            "verificationStatus",
            "code",
            "bodySite",
            "onsetDateTime",
            "onsetPeriod",
            "onsetAge",
            "onsetRange",
            "onsetString",
            "abatementDateTime",
            "abatementPeriod",
            "abatementAge",
            "abatementRange",
            "abatementString",
            "recordedDate",
        }
    ),
    "Procedure": frozenset(
        {
            "status",
            "category",
            "code",
            "bodySite",
            "performedDateTime",
            "performedPeriod",
            "performedString",
            "performedAge",
            "performedRange",
            "reasonCode",
            "reasonReference",
        }
    ),
    "MedicationAdministration": frozenset(
        {
            "status",
            "medicationCodeableConcept",
            "medicationReference",
            "effectiveDateTime",
            "effectivePeriod",
            "reasonCode",
            "reasonReference",
        }
    ),
    "MedicationRequest": frozenset(
        {
            "status",
            "intent",
            "doNotPerform",
            "medicationCodeableConcept",
            "medicationReference",
            "authoredOn",
            "reasonCode",
            "reasonReference",
        }
    ),
    "MedicationStatement": frozenset(
        {
            "status",
            "medicationCodeableConcept",
            "medicationReference",
            "effectiveDateTime",
            "effectivePeriod",
            "reasonCode",
            "reasonReference",
        }
    ),
    "Observation": frozenset(
        {
            "status",
            "code",
            "focus",
            "effectiveDateTime",
            "effectivePeriod",
            "effectiveInstant",
            "effectiveTiming",
            *VALUES,
            *UNREAD_VALUES,
            "dataAbsentReason",
            "bodySite",
            "method",
            "referenceRange",
            "component",
        }
    ),
    "ImagingStudy": frozenset(
        {"status", "modality", "started", "procedureCode", "reasonCode", "reasonReference", "series"}
    ),
    "DiagnosticReport": frozenset(
        {"status", "category", "code", "effectiveDateTime", "effectivePeriod", "imagingStudy"}
    ),
    "Encounter": frozenset({"status", "class", "type", "period", "reasonCode", "reasonReference"}),
}
"""The elements that are read, of the types of which events are made."""

_CANNOT_DECIDE: Final[Mapping[str, frozenset[str]]] = {
    "Patient": frozenset(
        {
            "active",
            "name",
            "telecom",
            "address",
            "photo",
            "contact",
            "maritalStatus",
            "multipleBirthBoolean",
            "multipleBirthInteger",
            "generalPractitioner",
            "managingOrganization",
        }
    ),
    "Condition": _WHO | {"category"},
    "Procedure": _WHO | _PAPERS | {"category", "location"},
    "MedicationAdministration": _WHO | _PAPERS | {"category", "context", "request", "device"},
    "MedicationRequest": _WHO | _PAPERS | {"category", "priority", "dispenseRequest", "substitution", "performerType"},
    "MedicationStatement": _WHO | _PAPERS | {"category", "context", "dateAsserted", "derivedFrom"},
    "Observation": _WHO | _PAPERS | {"category", "issued", "device"},
    "ImagingStudy": _WHO
    | _PAPERS
    | {"referrer", "interpreter", "endpoint", "location", "numberOfSeries", "numberOfInstances"},
    "DiagnosticReport": _WHO | _PAPERS | {"issued", "resultsInterpreter", "presentedForm", "result", "specimen"},
    "Encounter": _WHO | _PAPERS | {"serviceProvider", "location", "statusHistory", "classHistory", "priority"},
}

LEFT_ASIDE: Final[Mapping[str, frozenset[str]]] = {
    kind: _EVERYWHERE | read | _CANNOT_DECIDE[kind] for kind, read in READ.items()
}
"""By type, the elements that are not counted as ignored."""

MODIFIERS: Final = frozenset({"modifierExtension", "implicitRules"})
"""What can turn the meaning of a record round (https://hl7.org/fhir/R4/conformance-rules.html#isModifier)."""

ABSENT: Final = "dataAbsentReason"
"""Why an Observation has no value, so that it stands in the place of one."""
TIME_FORMS: Final = ("DateTime", "Instant", "Period", "Timing", "Age", "Range", "String")
"""The endings of the elements that tell one time in one form or another."""
_TIMES: Final = {
    "Condition": ("onset", "abatement"),
    "Procedure": ("performed",),
    "MedicationAdministration": ("effective",),
    "MedicationStatement": ("effective",),
    "Observation": ("effective",),
    "DiagnosticReport": ("effective",),
}


def _choices(kind: str) -> Iterator[frozenset[str]]:
    for time in _TIMES.get(kind, ()):
        yield frozenset(f"{time}{form}" for form in TIME_FORMS)
    if kind == "Observation":
        yield frozenset({*VALUES, *UNREAD_VALUES, ABSENT})


CHOICES: Final[Mapping[str, tuple[frozenset[str], ...]]] = {kind: tuple(_choices(kind)) for kind in READ}
"""By type, the elements of which only one may be there, because they are forms of one thing
(https://hl7.org/fhir/R4/formats.html#choice)."""

BY_REFERENCE: Final = frozenset({"Medication", "BodyStructure"})
"""Types that are read only where another record names them."""
