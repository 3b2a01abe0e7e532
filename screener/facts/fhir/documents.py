"""From bytes to resources: a bundle of any type, one resource, a list of resources, or one resource a line."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

import orjson

from screener.facts.fhir.elements import LEFT_ASIDE
from screener.facts.fhir.modifiers import mark, may_be_modified
from screener.facts.fhir.references import Entry, Resource, parse_address
from screener.facts.inspection import Inspection, Problems, RecordProblem

_UTF_8_MARK: Final = b"\xef\xbb\xbf"
_UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_TYPE: Final = re.compile(r"[A-Z][A-Za-z]{1,63}")
_LONGEST_TYPE: Final = 65
"""One letter more than a type can have, so that what is longer is none."""
_LONGEST_ID: Final = 128
"""R4 has ids of up to 64 characters (https://hl7.org/fhir/R4/datatypes.html#id); converted records have longer ones."""
_LONGEST_URL: Final = 512
_FAILED: Final = ("4", "5")
"""What the status of an answer begins with that is an error (https://hl7.org/fhir/R4/http.html#Status-Codes)."""


NO_RESOURCE: Final = ""
"""The type of what stands where a resource belongs and is none: a record of anybody may be lost with it."""


class Pages(NamedTuple):
    """The addresses of a page of a search, and of the one that follows it, as far as a document tells them."""

    itself: str | None = None
    following: str | None = None


NO_PAGES: Final = Pages()


class Unusable(Exception):
    """Bytes that hold no resources. `position` is where, as far as that is known; `hint` what to do."""

    def __init__(self, problem: str, hint: str, position: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
        self.position = position

    def found_in(self, file: str, line: str = "") -> RecordProblem:
        """The problem with its place: of what is a line of a file, the line and the column in it."""
        within = self.position.removeprefix("line 1, ") if line else self.position
        place = ", ".join(one for one in (line, within) if one)
        return RecordProblem(file, place, self.problem, self.hint)


def parse(data: bytes) -> object:
    """The JSON value that bytes hold.

    Raises:
        Unusable: they are not UTF-8 text, or not JSON.
    """
    if data.startswith(_UTF_16_MARKS) or b"\0" in data[:4]:
        raise Unusable("is UTF-16 text", "save it as UTF-8")
    if data.startswith(_UTF_8_MARK):
        data = data[len(_UTF_8_MARK) :]
    if not data.strip():
        raise Unusable("is empty", "export it again")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _malformed(data, error) from None


def parse_records(data: bytes) -> object:
    """The JSON value that bytes hold, in which records that are modified somewhere inside are marked.

    Raises:
        Unusable: as `parse`.
    """
    document = parse(data)
    if may_be_modified(data):
        mark(document)
    return document


def _malformed(data: bytes, error: orjson.JSONDecodeError) -> Unusable:
    where = f"line {error.lineno}, column {error.colno}"
    if "depth limit" in error.msg:
        return Unusable("is nested too deeply", "export it again", where)
    try:
        data.decode()
    except UnicodeDecodeError:
        return Unusable("is not UTF-8 text", "save it as UTF-8")
    if error.pos >= len(data.decode()) - 1:
        return Unusable("ends before it is complete", "export it again", where)
    return Unusable("is not valid JSON", "export it again; every value must be as JSON writes it", where)


def entries_of(
    document: object, file: str, position: str, *, inspection: Inspection, problems: Problems
) -> list[Entry]:
    """The resources of a parsed document: a Bundle's entries, a list's items, or the one resource it is.

    Args:
        document: parsed JSON.
        file: what people are told the file is.
        position: where the document stands in it, empty where it is the whole file.
        inspection: counts what is left aside.
        problems: receives the entries that hold no resource.

    Raises:
        Unusable: the document is no resource at all.
    """
    unpacking = _Unpacking(file, position, inspection, problems)
    if isinstance(document, list):
        for number, one in enumerate(document, start=1):
            unpacking.add(one, None, unpacking.within(f"item {number}"))
    elif not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise Unusable("is no FHIR resource: it has no resourceType", "leave it out of the folder")
    elif document["resourceType"] == "Bundle":
        unpacking.bundle(document)
    else:
        unpacking.add(document, None, unpacking.place)
    return unpacking.found


def pages_of(document: object) -> Pages:
    """The pages that a Bundle names (https://hl7.org/fhir/R4/http.html#paging)."""
    links = document.get("link") if isinstance(document, dict) else None
    named: dict[object, object] = {}
    for one in links if isinstance(links, list) else ():
        if isinstance(one, dict) and isinstance(one.get("relation"), str):
            named[one["relation"]] = one.get("url")
    if not named:
        return NO_PAGES
    itself, following = named.get("self"), named.get("next")
    return Pages(itself if isinstance(itself, str) else None, following if isinstance(following, str) else None)


@lru_cache(maxsize=512)
def _is_type(kind: str) -> bool:
    """Whether a word has the form of a type of resource."""
    return _TYPE.fullmatch(kind) is not None


_as_id: Final = re.compile(rf"[!-~]{{1,{_LONGEST_ID}}}").fullmatch
"""Matches a text that can be an id: letters, digits and signs, no spaces."""


def _usual(entries: list[object], file: str, within: str) -> list[Entry] | None:
    """The resources of a Bundle in which each is of a type of FHIR and has an id; else none.

    Most bundles are so, and `_Unpacking` gives the same for them in twice the time.
    """
    found: list[Entry] = []
    try:
        for number, one in enumerate(entries, start=1):
            resource, url = one["resource"], one.get("fullUrl")  # type: ignore[index,attr-defined]  # see the exceptions
            kind, name = resource["resourceType"], resource["id"]
            if not _as_id(name) or not (kind in LEFT_ASIDE or _is_type(kind[:_LONGEST_TYPE])):
                return None
            if url is not None and (not isinstance(url, str) or len(url) > _LONGEST_URL):
                return None
            found.append(Entry(resource, kind, f"{kind}/{name}", file, f"{within}{number}", url))
    except (KeyError, TypeError):  # something is not there, or of another form than it should be
        return None
    return found


class _Unpacking:
    """Takes the resources out of one document."""

    def __init__(self, file: str, position: str, inspection: Inspection, problems: Problems) -> None:
        self.found: list[Entry] = []
        self.place = f"{file}, {position}" if position else file
        self._unwanted: dict[str, str | None] = {}
        self._file = file
        self._inspection = inspection
        self._problems = problems

    def within(self, part: str) -> str:
        """The place of a part of the document."""
        return f"{self.place}, {part}"

    def add(self, resource: object, url: object, place: str) -> None:
        """Take one resource, which stands at a place; what is none is a problem."""
        if isinstance(resource, dict):
            kind = resource.get("resourceType")
            if isinstance(kind, str) and (kind in LEFT_ASIDE or _is_type(kind[:_LONGEST_TYPE])):
                full_url = url if isinstance(url, str) and len(url) <= _LONGEST_URL else None
                name = resource.get("id")
                named = isinstance(name, str) and _as_id(name)
                reference = f"{kind}/{name}" if named else full_url or f"{kind} at {place}"
                self.found.append(Entry(resource, kind, reference, self._file, place, full_url))
                return
        self._lose(place, "holds no FHIR resource: it has no resourceType", "export it again")

    def _problem(self, place: str, problem: str, hint: str) -> None:
        position = place[len(self._file) :].removeprefix(", ")
        self._problems.add(RecordProblem(self._file, position, problem, hint))

    def _lose(self, place: str, problem: str, hint: str) -> None:
        self._problem(place, problem, hint)
        self.found.append(Entry({}, NO_RESOURCE, place, self._file, place))

    def bundle(self, bundle: Resource) -> None:
        """Take every resource of a Bundle; what its history says was deleted is left out."""
        entries = bundle.get("entry")
        if entries is not None and not isinstance(entries, list):
            self._lose(self.place, "the Bundle's entry is not a list", "export it as FHIR R4")
            return
        usual = _usual(entries or [], self._file, self.within("entry "))
        if usual is not None:
            self.found = usual
            return
        history = bundle.get("type") == "history"
        deleted: set[str] = set()
        for number, one in enumerate(entries or (), start=1):
            place = self.within(f"entry {number}")
            if not isinstance(one, dict):
                self.add(one, None, place)
            elif (resource := one.get("resource")) is not None:
                self.add(resource, one.get("fullUrl"), place)
                if deleted and self.found[-1].reference in deleted:
                    self.found.pop()
            else:
                # A history lists the newest first, so what was deleted stands before its versions.
                deleted |= self._deleted(one, place, history=history)
                self._answered(one.get("response"), place)
        self._doubt_unwanted()

    def _answered(self, response: object, place: str) -> None:
        """Take the outcome of a part of a batch; one that failed and gives none is a problem."""
        status, outcome = (
            (response.get("status"), response.get("outcome")) if isinstance(response, dict) else ("", None)
        )
        if outcome is not None:
            self.add(outcome, None, place)
        elif isinstance(status, str) and status[:1] in _FAILED:
            self._lose(place, "is a part of a batch that failed, so records may be missing", "export it again")

    def _deleted(self, entry: Resource, place: str, *, history: bool) -> set[str]:
        request = entry.get("request")
        if not isinstance(request, dict) or request.get("method") != "DELETE":
            return set()
        address = parse_address(request["url"]) if isinstance(request.get("url"), str) else None
        if history and address is not None:
            return {address.local}
        self._inspection.note("ignored", "Bundle.entry.request", "DELETE")
        if not history:
            self._unwanted[place] = None if address is None else address.local
        return set()

    def _doubt_unwanted(self) -> None:
        """Doubt the records whose deletion is asked for: whether they were there before or after it is not told."""
        for place, name in self._unwanted.items():
            meant = [entry for entry in self.found if entry.reference == name]
            for entry in meant:
                entry.resource.setdefault("modifierExtension", [])
            if not meant:
                problem = "asks for a deletion of what does not stand beside it, which is not carried out"
                self._problem(place, problem, "export the records as they are now")
