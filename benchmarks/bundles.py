"""Made-up patients as FHIR bundles of 20 resources and 9 kB; the same seed gives the same patients.

Their codes are drawn from the value sets that the vocabulary asks for, so that deriving facts has something to find.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from screener.criteria.library import shipped

_LEFT = {"system": "http://snomed.info/sct", "code": "7771000", "display": "Left (qualifier value)"}
_RIGHT = {"system": "http://snomed.info/sct", "code": "24028007", "display": "Right (qualifier value)"}
_QUALIFIER = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_COURSE = {"system": "http://snomed.info/sct", "code": "1217123003", "display": "Radiotherapy course of treatment"}
_PLATELETS = {"system": "http://loinc.org", "code": "26515-7", "display": "Platelets [#/volume] in Blood"}

Resource = dict[str, Any]


@cache
def _codings(value_set: str) -> list[dict[str, str]]:
    with (shipped("criteria") / "value_sets" / f"{value_set}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = ("system", "code", "display")
    return [{name: row[name] for name in kept} for row in rows if row["code"] not in ("none", "more")]


class _Patient:
    """Makes the resources of one patient."""

    def __init__(self, number: int) -> None:
        self._rng = random.Random(number)
        self._subject = {"reference": f"Patient/p{number}"}
        self._side = self._rng.choice((_LEFT, _RIGHT))

    def _any(self, value_set: str) -> Resource:
        return {"coding": [self._rng.choice(_codings(value_set))]}

    def _day(self, year: int) -> str:
        return f"{year}-{self._rng.randint(1, 12):02}-{self._rng.randint(1, 28):02}"

    def _site(self, value_set: str) -> list[Resource]:
        qualifier = {"url": _QUALIFIER, "valueCodeableConcept": {"coding": [self._side]}}
        return [{**self._any(value_set), "extension": [qualifier]}]

    def _made(self, kind: str, name: str, **elements: Any) -> Resource:
        return {"resourceType": kind, "id": name, "subject": self._subject, **elements}

    def conditions(self) -> Iterator[Resource]:
        for name, clinical, year in (
            ("first", "remission", 2015),
            ("again", "recurrence", 2025),
            ("other", "active", 2019),
        ):
            yield self._made(
                "Condition",
                name,
                clinicalStatus={"coding": [{"system": _CLINICAL, "code": clinical}]},
                verificationStatus={"coding": [{"system": _VERIFICATION, "code": "confirmed"}]},
                code=self._any("breast_cancer"),
                bodySite=self._site("breast"),
                onsetDateTime=self._day(year),
            )

    def treatments(self) -> Iterator[Resource]:
        for name, code, year in (("s1", "breast_conserving_surgery", 2015), ("s2", "mastectomy", 2025)):
            elements = {"code": self._any(code), "bodySite": self._site("breast"), "performedDateTime": self._day(year)}
            yield self._made("Procedure", name, status="completed", **elements)
        period = {"start": self._day(2016), "end": self._day(2017)}
        course = {"code": {"coding": [_COURSE]}, "bodySite": self._site("breast"), "performedPeriod": period}
        yield self._made("Procedure", "course", status="completed", **course)
        for number in range(4):
            elements = {"medicationCodeableConcept": self._any("cancer_medicine"), "effectiveDateTime": self._day(2018)}
            yield self._made("MedicationAdministration", f"m{number}", status="completed", **elements)

    def observations(self) -> Iterator[Resource]:
        for name, test in (
            ("er", "estrogen_receptor_test"),
            ("pr", "progesterone_receptor_test"),
            ("her2", "her2_test"),
        ):
            result = self._any(self._rng.choice(("result_positive", "result_negative")))
            yield self._observed(name, self._any(test), valueCodeableConcept=result)
        score = self._rng.randint(0, 3)
        yield self._observed("ecog", self._any("ecog_performance_status"), valueInteger=score)
        unit = {"system": "http://unitsofmeasure.org", "code": "10*9/L"}
        for number in range(3):
            value = {"value": self._rng.randint(500, 4500) / 10, **unit}
            limits = [{"high": {"value": 400, **unit}}]
            yield self._observed(f"plt{number}", {"coding": [_PLATELETS]}, valueQuantity=value, referenceRange=limits)

    def _observed(self, name: str, code: Resource, **value: Any) -> Resource:
        return self._made("Observation", name, status="final", code=code, effectiveDateTime=self._day(2026), **value)

    def rest(self) -> Iterator[Resource]:
        yield self._made(
            "ImagingStudy", "scan", status="available", started=self._day(2025), modality=_codings("modality_pet")
        )
        setting = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
        yield self._made(
            "Encounter", "visit", status="finished", period={"start": self._day(2026)}, **{"class": setting}
        )


def bundle(number: int) -> bytes:
    """The bundle of one patient."""
    patient = _Patient(number)
    person = {
        "resourceType": "Patient",
        "id": f"p{number}",
        "gender": "female",
        "birthDate": f"{1940 + number % 60}-05-17",
    }
    made = [person, *patient.conditions(), *patient.treatments(), *patient.observations(), *patient.rest()]
    entries = [{"resource": one} for one in made]
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def write_bundles(folder: Path, count: int) -> None:
    """Write the bundles of so many patients, a file each, a thousand files in a folder."""
    for number in range(count):
        inner = folder / f"{number // 1000:04}"
        inner.mkdir(exist_ok=True)
        (inner / f"p{number:07}.json").write_bytes(bundle(number))
