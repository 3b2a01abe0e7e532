"""A look into one file: whose records it holds, without reading them."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from screener.facts.fhir.documents import NO_PAGES, Pages, Unusable, entries_of, pages_of, parse, parse_records
from screener.facts.fhir.elements import BY_REFERENCE
from screener.facts.fhir.files import LINES, SourceFile, read_document, read_lines
from screener.facts.fhir.owners import WITH_SUBJECT, names_of, owners_of, persons_of, wanted_medication
from screener.facts.fhir.persons import Person
from screener.facts.fhir.references import Entry
from screener.facts.inspection import Inspection, Problems, RecordProblem


class Glance(NamedTuple):
    """What a look into one file told.

    `owners` are its patients in the order of their first record, each with the server it stands on, if told; `shares`
    says that it holds resources that belong to nobody, `wants` that its records name such ones of other files; `lines`
    that it holds one resource a line, `pages` which page of a search it is,
    `persons` what its patients say of who they are.
    """

    owners: tuple[tuple[str, str | None], ...] = ()
    shares: bool = False
    wants: bool = False
    lines: bool = False
    problem: RecordProblem | None = None
    pages: Pages = NO_PAGES
    persons: tuple[Person, ...] = ()


def load(file: SourceFile, inspection: Inspection, problems: Problems) -> list[Entry]:
    """The resources of a file that is one document.

    Raises:
        Unusable: it is none.
    """
    document = parse_records(read_document(file.path))
    return entries_of(document, file.name, "", inspection=inspection, problems=problems)


def glance(file: SourceFile) -> Glance:
    """Look into a file; nothing is counted. What it holds decides over its name: lines, or one document."""
    if file.form == LINES and _begins_with_line(file):
        return Glance(lines=True)
    try:
        document = parse(read_document(file.path))
        seen = _plain(document) or _looked_through(document, file)
        pages = pages_of(document)
        return seen if pages is NO_PAGES else seen._replace(pages=pages)
    except Unusable as problem:
        if file.form == LINES or _begins_with_line(file):
            return Glance(lines=True)
        return Glance(problem=problem.found_in(file.name))


def _begins_with_line(file: SourceFile) -> bool:
    """Whether the first line of a file is a resource by itself."""
    with suppress(Unusable):
        first = next(read_lines(file.path), None)
        return first is not None and isinstance(first[1], bytes) and isinstance(parse(first[1]), dict)
    return False


def _looked_through(document: object, file: SourceFile) -> Glance:
    entries = entries_of(document, file.name, "", inspection=Inspection(), problems=Problems())
    return Glance(tuple(owners_of(entries).items()), *_medications(entries), persons=persons_of(entries))


def _medications(entries: list[Entry]) -> tuple[bool, bool]:
    """Whether Medications stand here, and whether such ones that stand elsewhere are named."""
    own = names_of(entries)
    shares = any(entry.type == "Medication" for entry in entries)
    return shares, any(wanted_medication(entry, own) is not None for entry in entries)


def _plain(document: object) -> Glance | None:
    """The same for most bundles, in a tenth of the time; none for one that is not plain.

    Plain is a bundle, no history, with one Patient whom every record names as its subject, by its type and id or by its
    full URL, and without Medications.
    """
    if not isinstance(document, dict) or document.get("resourceType") != "Bundle" or document.get("type") == "history":
        return None
    patients: list[object] = []
    named: set[object] = set()
    try:
        for one in document["entry"]:
            resource = one["resource"]
            kind = resource["resourceType"]
            if kind in WITH_SUBJECT:
                named.add(resource["subject"]["reference"])
                if "medicationReference" in resource:
                    return None
            elif kind == "Patient":
                patients.append(one)
            elif kind in BY_REFERENCE:
                return None
    except (KeyError, TypeError):  # something is not there, or of another form than it should be
        return None
    if len(patients) != 1:
        return None
    alone = {"resourceType": "Bundle", "entry": patients}
    entries = entries_of(alone, "", "", inspection=Inspection(), problems=Problems())
    plain = bool(entries) and named <= {entries[0].reference, entries[0].full_url}
    return Glance(tuple(owners_of(entries).items()), persons=persons_of(entries)) if plain else None
