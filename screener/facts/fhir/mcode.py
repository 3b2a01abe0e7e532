"""Addresses of mCODE's profiles and extensions: all that this program knows of mCODE, each with where it was read.

STU2 to STU4 of the guide share these addresses (https://hl7.org/fhir/us/mcode/STU4/artifacts.html); what earlier
ones called otherwise is marked so. An address that is not here is counted as ignored, never guessed at by its ending.
"""

from __future__ import annotations

from typing import Final

_GUIDE: Final = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"

# Profiles. https://hl7.org/fhir/us/mcode/STU4/group-disease.html
PRIMARY_CANCER: Final = f"{_GUIDE}primary-cancer-condition"
SECONDARY_CANCER: Final = f"{_GUIDE}secondary-cancer-condition"
# https://hl7.org/fhir/us/mcode/STU4/StructureDefinition-mcode-comorbidities.html
COMORBIDITIES: Final = f"{_GUIDE}comorbidities"
# https://hl7.org/fhir/us/mcode/STU4/StructureDefinition-mcode-radiotherapy-course-summary.html
RADIOTHERAPY_COURSE: Final = f"{_GUIDE}radiotherapy-course-summary"

RADIOTHERAPY_CODES: Final = frozenset(
    {
        # The code that the profile of a course fixes: the profile's definition, package hl7.fhir.us.mcode 3.0.0.
        ("http://snomed.info/sct", "1217123003"),
        # The category that its profiles fix: SD_Radiotherapy.fsh of https://github.com/HL7/fhir-mCODE-ig at 00536d6.
        ("http://snomed.info/sct", "108290001"),
        # Radiotherapy: the category value set of https://github.com/HL7/codex-radiation-therapy.
        ("http://snomed.info/sct", "1287742003"),
        # Teleradiotherapy procedure: the Synthea sample of 2019.
        ("http://snomed.info/sct", "33195004"),
    }
)
"""A procedure of one of these codes is radiotherapy. Taken for any other procedure, it would be missing where a source
is said to hold all radiotherapy, and its absence would be a no."""

# Extensions of a condition.
HISTOLOGY: Final = f"{_GUIDE}histology-morphology-behavior"
# Extensions of a body site. STU1: https://hl7.org/fhir/us/mcode/STU1/StructureDefinition-mcode-laterality.html
# SD_Extensions.fsh of https://github.com/HL7/fhir-mCODE-ig at 051eb49: for the side too, among others.
SITE_QUALIFIERS: Final = frozenset(
    {f"{_GUIDE}laterality-qualifier", f"{_GUIDE}laterality", f"{_GUIDE}body-location-qualifier"}
)
# How much of a body site: a whole left breast is Entire, the boost to it Partial, in the examples of
# https://hl7.org/fhir/us/codex-radiation-therapy/2024May/ (BodyStructure-RadiotherapyVolume-102-LeftBreastBoost.html).
ENTIRE: Final = ("http://snomed.info/sct", "255503000")
PARTIAL: Final = ("http://snomed.info/sct", "255609007")
# Extensions of procedures and medications; the ballot of STU2 (2021May) said treatment-intent.
INTENTS: Final = frozenset({f"{_GUIDE}procedure-intent", f"{_GUIDE}treatment-intent"})

# Extensions of a course of radiotherapy; the ballot of STU2 had modality and technique outside the pair.
# https://hl7.org/fhir/us/mcode/STU4/StructureDefinition-mcode-radiotherapy-modality-and-technique.html
MODALITY_AND_TECHNIQUE: Final = f"{_GUIDE}radiotherapy-modality-and-technique"
MODALITY: Final = f"{_GUIDE}radiotherapy-modality"
TECHNIQUE: Final = f"{_GUIDE}radiotherapy-technique"
# https://hl7.org/fhir/us/mcode/STU4/StructureDefinition-mcode-radiotherapy-sessions.html
SESSIONS: Final = f"{_GUIDE}radiotherapy-sessions"
# https://hl7.org/fhir/us/mcode/STU4/StructureDefinition-mcode-radiotherapy-dose-delivered-to-volume.html
DOSE_TO_VOLUME: Final = f"{_GUIDE}radiotherapy-dose-delivered-to-volume"
VOLUME: Final = "volume"
TOTAL_DOSE: Final = "totalDoseDelivered"
FRACTIONS: Final = "fractionsDelivered"
RADIOTHERAPY: Final = frozenset({MODALITY_AND_TECHNIQUE, MODALITY, TECHNIQUE, SESSIONS, DOSE_TO_VOLUME})
"""A procedure that carries one of these is a course of radiotherapy, whatever its code says."""

# Extensions of the observation that lists comorbidities: which there are, and which were looked for and are not there.
RELATED_CONDITION: Final = f"{_GUIDE}related-condition"
RELATED_CONDITION_ABSENT: Final = f"{_GUIDE}related-condition-absent"

SLICE_NAMES: Final = {
    "histologyMorphologyBehavior": HISTOLOGY,
    "lateralityQualifier": f"{_GUIDE}laterality-qualifier",
    "treatmentIntent": f"{_GUIDE}procedure-intent",
    "modalityAndTechnique": MODALITY_AND_TECHNIQUE,
    "actualNumberOfSessions": SESSIONS,
    "doseDeliveredToVolume": DOSE_TO_VOLUME,
}
"""What mCODE's profiles call these extensions among themselves; converters put that in place of the address.

Read in SD_Condition.fsh and SD_Radiotherapy.fsh of https://github.com/HL7/fhir-mCODE-ig at 00536d6.
"""
