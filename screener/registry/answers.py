"""What the registry answered, and whether it can be used."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from screener.registry.problems import (
    BadAnswer,
    BadRequest,
    MalformedId,
    Missing,
    NotJson,
    Refused,
    RegistryProblem,
    Rejected,
    ServerFault,
    Throttled,
    Truncated,
    UnusableRecord,
    WrongPath,
    WrongStudy,
)
from screener.registry.reading import too_deep
from screener.registry.record import parse_record

if TYPE_CHECKING:
    from screener.registry.record import Record

KEPT: Final = 4096
"""The first bytes of a rejected answer that are kept."""

_ID: Final = re.compile(r"NCT[0-9]{8}")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came: `elapsed` in seconds, `attempts` counted from 1, the body unpacked."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    url: str
    elapsed: float = 0.0
    attempts: int = 1

    def header(self, name: str) -> str:
        """The value of a header, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def json(self) -> Any:
        """The body as data.

        Raises:
            Truncated: the body begins as JSON and ends too early.
            NotJson: the body is something else.
        """
        try:
            if not too_deep(self.body):
                return json.loads(self.body)
        except ValueError as error:
            if _cut_off(self.body, error):
                raise Truncated("The registry's answer ended too early.", rejected=rejected(self)) from error
        raise NotJson(
            "Something that is not the registry answered with a web page." if self.html else "The answer is not JSON.",
            hint=_ON_THE_WAY,
            rejected=rejected(self),
        )

    @property
    def html(self) -> bool:
        """Whether the body is a web page, whatever its header says."""
        start = self.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
        return start.startswith(_PAGE_STARTS) or "text/html" in self.header("content-type").lower()


@dataclass(frozen=True, slots=True)
class Study:
    """A good record: the id it was asked by, what was understood, its data, its bytes, and the answer it came in."""

    asked: str
    record: Record
    data: dict[str, Any] = field(repr=False)
    body: bytes = field(repr=False)
    answer: Answer = field(repr=False)


@dataclass(frozen=True, slots=True)
class Version:
    """The registry's `/version`: compare the timestamp for equality only, it has no offset."""

    api_version: str
    data_timestamp: str
    answer: Answer = field(repr=False)


_PAGE_STARTS: Final = (b"<!doctype", b"<html", b"<head", b"<body")
_LONGEST_WORD: Final = 6
"""Bytes from the end at which a cut-off `false` or `\\u00e9` is noticed."""


def _cut_off(body: bytes, error: Exception) -> bool:
    """Whether a body that is not JSON is the beginning of one."""
    start = body.strip()
    if start[:1] not in (b"", b"{", b"["):
        return False
    if isinstance(error, UnicodeDecodeError):
        return error.start >= len(body) - _LONGEST_WORD
    if isinstance(error, json.JSONDecodeError):
        return error.msg.startswith("Unterminated") or error.pos >= len(error.doc.rstrip()) - _LONGEST_WORD
    return False


_ON_THE_WAY: Final = "A proxy or a login page may stand between this computer and the registry; ask your IT department."


def rejected(answer: Answer) -> Rejected:
    """What is kept of an answer that is not accepted."""
    return Rejected(answer.status, answer.headers, answer.body[:KEPT], answer.url)


def check_id(nct_id: str) -> None:
    """See that an id is `NCT` and eight digits.

    Raises:
        MalformedId: it is not.
    """
    if not _ID.fullmatch(nct_id):
        raise MalformedId(
            f'"{nct_id[:40]}" is not a registry id.', hint="Write NCT and eight digits, as in NCT00000000."
        )


def problem_of(answer: Answer, *, asked: str | None) -> RegistryProblem:
    """The problem that an answer with another status than 200 tells of; `asked` is the id of the study asked for."""
    kept, status = rejected(answer), answer.status
    if status == 404:
        return _not_found(answer, asked)
    if status == 400:
        return _bad_request(answer, asked)
    if status == 429:
        return Throttled("The registry says that there were too many requests.", rejected=kept)
    if status == 403:
        hint = "Something stops it on the way; show your IT department what `screener registry doctor` prints."
        return Refused("The registry refuses this computer's requests (403).", hint=hint, rejected=kept)
    if status >= 500:
        return ServerFault(f"The registry has a fault of its own ({status}).", rejected=kept)
    if status >= 400:
        return Refused(f"The registry refuses the request ({status}).", hint=_ON_THE_WAY, rejected=kept)
    return BadAnswer(f"The registry answered in a way that is not expected ({status}).", rejected=kept)


def _not_found(answer: Answer, asked: str | None) -> RegistryProblem:
    kept = rejected(answer)
    # A server's own 404 page may repeat the address, and the id with it.
    names = asked and re.search(rf"(?<![\w/]){asked}(?!\w)", answer.body[:KEPT].decode("utf-8", "replace"))
    if names and not answer.html:
        hint = "See whether the id is right."
        return Missing(f"The registry does not know {asked}.", hint=hint, rejected=kept)
    hint = "The address of the registry must end in /api/v2; see --base-url."
    return WrongPath("Nothing is found at this address of the registry.", hint=hint, rejected=kept)


def _bad_request(answer: Answer, asked: str | None) -> RegistryProblem:
    if asked and b"`nctId` has incorrect format" in answer.body:
        hint = "See whether the id is right."
        return MalformedId(f"The registry does not accept the id {asked}.", hint=hint, rejected=rejected(answer))
    return BadRequest("The registry does not accept the request as it stands (400).", rejected=rejected(answer))


def accept(answer: Answer, data: object, *, asked: str, body: bytes) -> Study:
    """The study in an answer, when it is the one asked for and can be used.

    Raises:
        BadAnswer: it is another study, or of another shape, or without eligibility text.
    """
    try:
        record = parse_record(data)
        _check(record, asked)
    except BadAnswer as problem:
        problem.rejected = rejected(answer)
        raise
    assert isinstance(data, dict)
    return Study(asked, record, data, body, answer)


def _check(record: Record, asked: str) -> None:
    differences = tuple(warning.message for warning in record.warnings if not warning.ordinary)
    if not isinstance(record.source.get("protocolSection"), dict):
        raise UnusableRecord("The registry's answer holds no protocol section.", differences=differences)
    if record.nct_id is None:
        raise UnusableRecord("The registry's answer does not say which study it is.", differences=differences)
    if asked != record.nct_id and asked not in (record.identification.nct_id_aliases or ()):
        raise WrongStudy(f"The registry was asked for {asked} and answered with {record.nct_id[:40]}.")
    if not record.withheld and not (record.eligibility_text or "").strip():
        raise UnusableRecord(f"The record of {asked} holds no eligibility text.", differences=differences)


def version_of(answer: Answer) -> Version:
    """The version in an answer.

    Raises:
        BadAnswer: it does not say a version.
    """
    data = answer.json()
    if isinstance(data, dict):
        api, stamp = data.get("apiVersion"), data.get("dataTimestamp")
        if isinstance(api, str) and isinstance(stamp, str):
            return Version(api, stamp, answer)
    raise BadAnswer("The registry does not say its version as described.", rejected=rejected(answer))
