"""Approval of rules: by a named person who is not the author, on exact bytes; any edit ends it.

The file `approval.yaml` holds who approved what. Without one, or when it is of other bytes, the rules are
`submitted`, and every output says that they are not approved.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

import yaml

from screener import shapes
from screener.criteria.model import RuleSet
from screener.dates import is_day
from screener.errors import UsageError
from screener.findings import Findings
from screener.located import Mapping, read_file

State = Literal["submitted", "under_review", "approved"]
FILE: Final = "approval.yaml"
STATES: Final = ("under_review", "approved")

_NOT_A_LETTER: Final = re.compile(r"[\W_]+")
_KEYS: Final = ("trial", "state", "by", "on", "sha256")


@dataclass(frozen=True, slots=True)
class Approval:
    """The review state of a rule set; `by` and `on` say who took it there and when."""

    state: State = "submitted"
    by: str | None = None
    on: str | None = None

    def __str__(self) -> str:
        if self.state == "approved":
            return f"approved by {self.by} on {self.on}"
        if self.state == "under_review":
            return f"under review by {self.by} since {self.on}, not approved"
        return "submitted, not approved"


SUBMITTED: Final = Approval()


def read_approval(folder: Path, rules: RuleSet, sha256: str, findings: Findings) -> Approval:
    """The approval that holds for these bytes; one that does not hold is a finding, and the rules are submitted."""
    path = folder / FILE
    if not path.is_file():
        return SUBMITTED
    node, _ = read_file(path, findings)
    body = shapes.mapping(node, "an approval", findings)
    if body is None:
        return SUBMITTED
    return _approval(body, rules, sha256, findings)


def _approval(body: Mapping, rules: RuleSet, sha256: str, findings: Findings) -> Approval:
    before = len(findings)
    shapes.check_keys(body, _KEYS, "an approval", findings, required=_KEYS)
    words = {key: shapes.text(body.get(key), f"`{key}`", findings) or "" for key in _KEYS}
    state = shapes.one_of(body.get("state"), STATES, "`state`", findings)
    place = body.get("on")
    if place is not None and words["on"] and not is_day(words["on"]):
        message = f'"{words["on"]}" is not a day of the calendar'
        findings.add("F106", place.mark, message, hint="write it as 2026-01-20")
    if len(findings) > before or state is None:
        return SUBMITTED
    if same_person(words["by"], rules.author):
        hint = "somebody else must approve"
        findings.add("A101", body.mark, f'"{words["by"]}" wrote these rules and cannot approve them', hint=hint)
        return SUBMITTED
    if words["trial"] != rules.trial or words["sha256"] != sha256:
        message = _not_of_these(words, rules)
        hint = "have the rules reviewed as they are now; until then they count as submitted"
        findings.add("A102", body.mark, message, hint=hint)
        return SUBMITTED
    return Approval(state, words["by"], words["on"])  # type: ignore[arg-type]  # one_of narrows to the listed words


def _not_of_these(words: dict[str, str], rules: RuleSet) -> str:
    if words["trial"] != rules.trial:
        return f"the approval is for {words['trial']}, and these rules are for {rules.trial}"
    given = f'"{words["by"]}" gave on {words["on"]}'
    return f"the rules, the vocabulary or the registry's text have changed since the approval that {given}"


def same_person(one: str, other: str) -> bool:
    """Whether two names mean the same person, whatever the case, the spaces, the signs and the way letters are stored.

    A letter with its accent can be stored as one character or as two, and full-width letters look like others.
    """
    return _words_of(one) == _words_of(other)


def _words_of(name: str) -> list[str]:
    # Folding the case can take letters apart again, so they are put together before and after it.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return _NOT_A_LETTER.sub(" ", folded).split()


@contextmanager
def put_back(folder: Path) -> Iterator[None]:
    """Keep the approval of a trial's folder as it was where what is done meanwhile fails."""
    path = folder / FILE
    before = path.read_bytes() if path.is_file() else None
    try:
        yield
    except BaseException:
        # What failed is told, not that this could not be put right either.
        with suppress(OSError):
            if before is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(before)
        raise


def write_approval(
    folder: Path, rules: RuleSet, sha256: str, *, current: Approval, by: str, on: date, state: str
) -> Path:
    """Record an approval, or the start of a review.

    Args:
        folder: the trial's folder.
        rules: the rules in it.
        sha256: their bytes.
        current: the approval that holds for these bytes, which nobody else may overwrite.
        by: who approves.
        on: the day.
        state: `approved` or `under_review`.

    Returns:
        The file written.

    Raises:
        UsageError: the approver is the author, the name is blank, somebody else has approved these bytes already, or
            the file cannot be written.
    """
    if not _words_of(by):
        raise UsageError("An approval needs a name.", hint="Give it with --by.")
    if same_person(by, rules.author):
        raise UsageError(f'"{by}" wrote these rules and cannot approve them.', hint="Somebody else must approve.")
    path = folder / FILE
    if current.state == "approved" and not same_person(by, current.by or ""):
        hint = f"Nothing was changed. If that approval is to go, remove {path} first."
        raise UsageError(f"These rules are {current} already.", hint=hint)
    name = unicodedata.normalize("NFC", " ".join(by.split()))
    words = {"trial": rules.trial, "state": state, "by": name, "on": on.isoformat(), "sha256": sha256}
    try:
        path.write_text(yaml.safe_dump(words, sort_keys=False, allow_unicode=True), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    return path
