"""OMOP concepts as codes: the number of a concept becomes the system and the code that the source's own table gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from screener.facts.events import Code, EventField
from screener.facts.fhir.times import LONGEST_SAID
from screener.facts.inspection import Inspection
from screener.facts.omop.columns import UNREADABLE

NO_CONCEPT: Final = 0
"""What stands where no standard concept fits (https://ohdsi.github.io/CommonDataModel/dataModelConventions.html)."""

SYSTEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # https://hl7.org/fhir/R4/terminologies-systems.html, by the names that OMOP's vocabularies have
        # (https://ohdsi.github.io/TheBookOfOhdsi/StandardizedVocabularies.html).
        "SNOMED": "http://snomed.info/sct",
        "LOINC": "http://loinc.org",
        "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
        "UCUM": "http://unitsofmeasure.org",
        "CPT4": "http://www.ama-assn.org/go/cpt",
        "ICD9CM": "http://hl7.org/fhir/sid/icd-9-cm",
        "ICD10": "http://hl7.org/fhir/sid/icd-10",
        "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
        "NDC": "http://hl7.org/fhir/sid/ndc",
        "CVX": "http://hl7.org/fhir/sid/cvx",
        "ATC": "http://www.whocc.no/atc",
        # https://hl7.org/fhir/us/core/STU6/terminology.html
        "HCPCS": "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        "ICD10PCS": "http://www.cms.gov/Medicare/Coding/ICD10",
        # https://terminology.hl7.org/CodeSystem-icd-o-3.html
        "ICDO3": "http://terminology.hl7.org/CodeSystem/icd-o-3",
    }
)
"""The address of a code system by the name of its vocabulary in OMOP. Any other vocabulary is called by OMOP's name."""


Concept = tuple[int, str | None, str | None, str | None]
"""A row of the table of concepts: number, name, vocabulary, code."""


class Said(NamedTuple):
    """Codes, and the same as a field of an event."""

    codes: tuple[Code, ...]
    field: EventField


class Concepts:
    """The concepts that the rows of a source name, by number.

    Looking one up counts it where it is no concept (0), or one that the table of concepts does not have.
    """

    def __init__(self, rows: Iterable[Concept], inspection: Inspection) -> None:
        self._said: dict[object, Said] = {}
        self._names: dict[object, str] = {}
        self._inspection = inspection
        for number, name, vocabulary, code in rows:
            if number != NO_CONCEPT and code is not None and vocabulary is not None:
                self._names[number] = name or ""
                self._said[number] = _said(Code(SYSTEMS.get(vocabulary, vocabulary), code, name))

    def name(self, number: object) -> str:
        """What the source calls a concept; empty where it is none that it knows."""
        return self._names.get(number, "")

    def one(self, table: str, column: str, number: object) -> Said | None:
        """What one column says; none where it is empty, or names no concept that the source knows."""
        if number is None:
            return None
        found = self._said.get(number)
        if found is None:
            self._lost(number, f"{table}.{column}")
        return found

    def several(self, table: str, columns: str, standard: object, own: object, words: object) -> Said | None:
        """What the columns of a standard concept, of the source's own concept and of the source's value say together.

        The words are a code of no known system where the source knew no concept for them.
        """
        found = self.one(table, f"{columns}_concept_id", standard)
        also = self.one(table, f"{columns}_source_concept_id", own)
        if also is None and isinstance(words, str):
            also = _said(Code("", words))
        if found is None or also is None:
            return found or also
        if also.codes[0][:2] == found.codes[0][:2]:
            return found
        codes = (*found.codes, *also.codes)
        return Said(codes, EventField(codes, found.field.said))

    def _lost(self, number: object, column: str) -> None:
        if number == NO_CONCEPT:
            self._inspection.note("unreadable", column, "no concept (0)")
        elif number == UNREADABLE:
            self._inspection.note("unreadable", column, "not a whole number")
        else:
            self._inspection.note("lost_reference", column)


def _said(code: Code) -> Said:
    return Said((code,), EventField((code,), (code.display or code.code)[:LONGEST_SAID]))
