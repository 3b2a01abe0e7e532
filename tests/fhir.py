"""FHIR resources of made-up patients, and the events they become, for tests: codes of systems that do not exist."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from screener.dates import PartialDate
from screener.facts.events import Event, EventKind, PatientEvents
from screener.facts.fhir.documents import entries_of
from screener.facts.fhir.owners import sort_by_patient
from screener.facts.fhir.patients import Reading
from screener.facts.inspection import Inspection
from screener.facts.record_source import open_events

HERE = "http://codes.test/here"
SNOMED = "http://snomed.info/sct"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
ZONE = ZoneInfo("Europe/Amsterdam")
PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "1"}
SUBJECT = {"reference": "Patient/1"}
LEFT = (SNOMED, "7771000", "Left (qualifier value)")
RIGHT = (SNOMED, "24028007", "Right (qualifier value)")
LEFT_BREAST = (SNOMED, "80248007", "Left breast structure (body structure)")
RIGHT_BREAST = (SNOMED, "73056007", "Right breast structure")
LEFT_BREAST_CANCER = (SNOMED, "353431000119107", "Primary malignant neoplasm of female left breast (disorder)")
RIGHT_BREAST_CANCER = ("http://hl7.org/fhir/sid/icd-10-cm", "C50.811", "of overlapping sites of right female breast")


def concept(*codings: str | tuple[str, str, str], **more: Any) -> dict[str, Any]:
    """A CodeableConcept: codes of the one made-up system, or (system, code, words)."""
    parts = [(HERE, one, one) if isinstance(one, str) else one for one in codings]
    return {"coding": [{"system": system, "code": code, "display": words} for system, code, words in parts], **more}


def resource(kind: str, name: str = "a", **elements: Any) -> dict[str, Any]:
    """A resource of the one patient."""
    return {"resourceType": kind, "id": name, "subject": SUBJECT, **elements}


def condition(name: str = "a", code: Any = "sore", **elements: Any) -> dict[str, Any]:
    return resource("Condition", name, code=concept(code), **elements)


def procedure(name: str = "a", code: Any = "cut", **elements: Any) -> dict[str, Any]:
    return resource("Procedure", name, **{"status": "completed", "code": concept(code), **elements})


def observation(name: str = "a", code: Any = "plt", **elements: Any) -> dict[str, Any]:
    return resource("Observation", name, **{"status": "final", "code": concept(code), **elements})


def status(word: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/any", "code": word}]}


def extension(name: str, **value: Any) -> dict[str, Any]:
    """One of mCODE's extensions."""
    return {"url": f"{MCODE}{name}", **value}


def profile(name: str) -> dict[str, Any]:
    return {"profile": [f"{MCODE}{name}"]}


def bundle(*resources: Any, urls: Iterable[str] = (), **elements: Any) -> dict[str, Any]:
    """A Bundle of resources; those for which there is one have a full URL."""
    entries = [{"resource": one} for one in resources]
    for entry, url in zip(entries, urls, strict=False):
        entry["fullUrl"] = url
    return {"resourceType": "Bundle", "type": "collection", "entry": entries, **elements}


def person(name: str) -> dict[str, Any]:
    """The Patient with an id."""
    return {**PATIENT, "id": name}


def of(name: str, one: dict[str, Any]) -> dict[str, Any]:
    """The resource as one of another patient."""
    return {**one, "subject": {"reference": f"Patient/{name}"}}


def medication(reference: str, name: str = "m") -> dict[str, Any]:
    """A record of a Medication that stands elsewhere."""
    return resource("MedicationStatement", name, status="active", medicationReference={"reference": reference})


def lines(path: Path, *resources: Any) -> Path:
    """Write resources, or texts, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in resources))
    return path


PILL = {"resourceType": "Medication", "id": "pill", "code": concept("pill")}


class Read:
    """What became of the resources of one document."""

    def __init__(self, document: Any, *, complete: frozenset[EventKind] = frozenset(), zone: ZoneInfo = ZONE) -> None:
        reading = Reading(zone)
        entries = entries_of(document, "file", "", inspection=reading.inspection, problems=reading.problems)
        found = sort_by_patient(entries, reading.inspection, reading.problems)
        self.patients: list[PatientEvents] = [
            reading.read(name, (*several, *found.shared), row=row, complete=complete - found.unplaced)
            for row, (name, several) in enumerate(found.by_patient.items(), start=1)
        ]
        self.problems = [str(problem) for problem in reading.problems.listed()]
        self.inspection: Inspection = reading.handed_over()

    @property
    def events(self) -> list[Event]:
        """The events of every patient but those that are the patients themselves."""
        return [event for patient in self.patients for event in patient.events if event.kind != "patient"]

    @property
    def event(self) -> Event:
        """The only one of them."""
        (only,) = self.events
        return only


def read(*resources: dict[str, Any], **settings: Any) -> Read:
    """Read the resources of the one patient."""
    return Read(bundle(PATIENT, *resources), **settings)


def said(event: Event) -> dict[str, tuple[str, Any]]:
    """What the fields of an event say: the state, and the plain value where it has one."""
    return {name: (one.state, _plain(one.value)) for name, one in event.fields.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return value.text
    if isinstance(value, tuple) and value and isinstance(value[0], tuple) and len(value[0]) == 3:
        return [one[1] for one in value]
    return value


def write(path: Path, document: Any) -> Path:
    """Write a document as JSON, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


class Source:
    """What a file or a folder became."""

    def __init__(self, path: Path, *, complete: frozenset[EventKind] = frozenset()) -> None:
        with open_events(path, zone=ZONE, complete=complete) as source:
            self.patients = {patient.patient_id: patient for patient in source}
            self.rejected = [str(problem) for problem in source.rejected]
            self.inspection = source.inspection

    @property
    def events(self) -> dict[str, list[str]]:
        """By patient, the references of the events."""
        return {name: [event.reference for event in patient.events] for name, patient in self.patients.items()}


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive of records, with the filter for what comes from elsewhere, where this Python has one."""
    with tarfile.open(archive) as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)
        packed.extractall(folder)
