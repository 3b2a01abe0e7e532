"""Whose record each resource is: the patient it names, as far as that can be resolved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from screener.facts.events import EVENT_KINDS, EventKind
from screener.facts.fhir.documents import NO_RESOURCE
from screener.facts.fhir.elements import BY_REFERENCE
from screener.facts.fhir.patients import READERS
from screener.facts.fhir.persons import TELLING, Person, person_of
from screener.facts.fhir.references import Entry, Resource, parse_address, reference_of
from screener.facts.inspection import Inspection, Problems, RecordProblem

_UUID: Final = "urn:uuid:"
OWNED: Final = READERS.keys() | BY_REFERENCE
"""The types of resources that are sorted by patient."""
WITH_SUBJECT: Final = READERS.keys() - {"Patient"}
"""The types of resources that name the patient whose record they are."""
_MEDICATIONS: Final = frozenset({"MedicationAdministration", "MedicationRequest", "MedicationStatement"})
_HOLD_RECORDS: Final = frozenset({"Bundle", "Parameters"})
_HARMLESS: Final = frozenset({"information", "warning"})
_LEFT_OUT: Final = frozenset({"forbidden", "incomplete", "suppressed", "throttled", "timeout", "too-costly"})
"""What was left out, though it is told as no error (https://hl7.org/fhir/R4/codesystem-issue-type.html)."""
_GIVE_SUBJECT: Final = "name its Patient as the subject"


def subject_of(resource: Resource) -> str | None:
    """The reference by which a resource names its patient; none where it names none."""
    return reference_of(resource.get("subject") or resource.get("patient"))


class Patients:
    """The patients of one document by every reference that names one, and the server that each stands on, if told."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.servers: dict[str, str] = {}
        self._by_reference: dict[str, str | None] = {}
        for entry in entries:
            if entry.type == "Patient" and entry.full_url is not None:
                self._by_reference[entry.full_url] = self._itself(entry)

    def owner(self, entry: Entry) -> str | None:
        """The id of the patient whose record it is; none where it names none that can be found."""
        if entry.type == "Patient":
            return self._itself(entry)
        reference = subject_of(entry.resource)
        if reference is None:
            return None
        known = self._by_reference.get(reference)
        if known is None and reference not in self._by_reference:
            address = parse_address(reference)
            named = address is not None and address.type == "Patient" and self._on(address.server, address.id)
            known = self._by_reference[reference] = address.id if address is not None and named else None
        return known

    def _itself(self, patient: Entry) -> str | None:
        """The id of a Patient; of one that has none, the identity that its full URL gives it."""
        kind, slash, name = patient.reference.partition("/")
        if slash and kind == "Patient":
            address = parse_address(patient.full_url) if patient.full_url else None
            return name if self._on(None if address is None else address.server, name) else None
        if patient.full_url is not None and patient.full_url.startswith(_UUID):
            return patient.full_url[len(_UUID) :]
        return None

    def _on(self, server: str | None, name: str) -> bool:
        """Whether an id is the same patient's as before: two servers may give one id to two people."""
        return server is None or self.servers.setdefault(name, server) == server


class Sorted(NamedTuple):
    """The resources of a document by patient, what belongs to nobody, and the kinds of which some lack a patient."""

    by_patient: dict[str, list[Entry]]
    shared: list[Entry]
    unplaced: frozenset[EventKind]


def owners_of(entries: list[Entry]) -> dict[str, str | None]:
    """The patients of a document in the order of their first record, each with the server it stands on, if told."""
    patients = Patients(entries)
    found = dict.fromkeys(patients.owner(entry) for entry in entries if entry.type in OWNED)
    return {name: patients.servers.get(name) for name in found if name is not None}


def persons_of(entries: Iterable[Entry]) -> tuple[Person, ...]:
    """What the Patients of a document say of who they are, as far as others could say it too."""
    patients = [entry for entry in entries if entry.type == "Patient"]
    telling = [entry for entry in patients if not TELLING.isdisjoint(entry.resource)]
    if not telling:
        return ()
    owners = Patients(patients)
    found = (person_of(entry, name) for entry in telling if (name := owners.owner(entry)) is not None)
    return tuple(one for one in found if one is not None)


def sort_by_patient(entries: list[Entry], inspection: Inspection, problems: Problems) -> Sorted:
    """Sort the resources of a document by the patient they name.

    What is of no type that is read is counted; what should name a patient and does not is a problem.
    """
    alone = _alone(entries)
    if alone is not None:
        return Sorted({alone: entries}, [], frozenset())
    patients = Patients(entries)
    by_patient: dict[str, list[Entry]] = {}
    shared: list[Entry] = []
    unplaced: set[EventKind] = set()
    for entry in entries:
        if entry.type not in OWNED:
            if _others_missing(entry, inspection, problems):
                unplaced.update(EVENT_KINDS)
            continue
        owner = patients.owner(entry)
        if owner is not None:
            by_patient.setdefault(owner, []).append(entry)
        elif entry.type in BY_REFERENCE:
            inspection.note("record", entry.type)
            inspection.note("by_reference", entry.type)
            shared.append(entry)
        else:
            inspection.note("record", entry.type)
            problems.add(_nobody(entry))
            unplaced.update(READERS[entry.type].kinds)
    return Sorted(by_patient, shared, frozenset(unplaced))


def _others_missing(entry: Entry, inspection: Inspection, problems: Problems) -> bool:
    """Count what is of no type that is read; whether it tells that other records are missing, which is a problem."""
    if entry.type == NO_RESOURCE:
        return True  # it was named where it was found
    inspection.note("record", entry.type)
    inspection.note("not_understood", entry.type)
    if entry.type in _HOLD_RECORDS:
        problem = f"the {entry.type} holds records of its own, which are not read"
        hint = "export them as records that stand by themselves"
    elif entry.type == "OperationOutcome" and not _harmless(entry.resource.get("issue")):
        problem = "the server answered that something went wrong or was left out, so records may be missing"
        hint = "export it again"
    else:
        return False
    problems.add(RecordProblem(entry.file, entry.position, problem, hint))
    return True


def _harmless(issues: object) -> bool:
    """Whether issues say neither that something failed nor that something was left out."""
    several = issues if isinstance(issues, list) else []
    return bool(several) and all(
        isinstance(one, dict) and str(one.get("severity")) in _HARMLESS and str(one.get("code")) not in _LEFT_OUT
        for one in several
    )


def _alone(entries: list[Entry]) -> str | None:
    """The id of the one patient whose record everything is, where each names it in the same plain way; else none."""
    others = [entry for entry in entries if entry.type not in WITH_SUBJECT]
    if len(others) != 1 or others[0].type != "Patient":
        return None
    patient = others[0]
    try:
        named = {entry.resource["subject"]["reference"] for entry in entries if entry is not patient}  # type: ignore[index]
    except (KeyError, TypeError):  # something is not there, or of another form than it should be
        return None
    if not named <= {patient.reference, patient.full_url}:
        return None
    address = parse_address(patient.reference)
    return address.id if address is not None and address.local == patient.reference else None


def _nobody(entry: Entry) -> RecordProblem:
    if entry.type == "Patient":
        problem, hint = "the Patient has no id, or one that another server gives to somebody else", "give it one"
        return RecordProblem(entry.file, entry.position, problem, hint)
    reference = subject_of(entry.resource)
    if reference is None:
        return RecordProblem(entry.file, entry.position, f"the {entry.type} names no patient", _GIVE_SUBJECT)
    if reference.startswith("#"):
        problem = f"the {entry.type} names a patient that is only a part of it"
        return RecordProblem(entry.file, entry.position, problem, "give the Patient an identity of its own")
    problem = f"the {entry.type} names a patient that cannot be found"
    return RecordProblem(entry.file, entry.position, problem, _GIVE_SUBJECT)


def wanted_medication(entry: Entry, own: frozenset[str]) -> str | None:
    """The Medication that a record names and that is not among the document's own; none where there is none."""
    if entry.type not in _MEDICATIONS:
        return None
    reference = reference_of(entry.resource.get("medicationReference"))
    if reference is None or reference.startswith("#") or reference in own:
        return None
    address = parse_address(reference)
    if address is None:
        return reference
    return None if address.local in own else address.local


def names_of(entries: Iterable[Entry]) -> frozenset[str]:
    """Every name under which the resources of a document can be found in it."""
    return frozenset(name for entry in entries for name in (entry.reference, entry.full_url) if name is not None)
