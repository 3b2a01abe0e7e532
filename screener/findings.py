"""Findings: what a check says about a rule file, as data; the words people see are made from it in one place.

A code is stable: its letter is the group (R reading, F facts, V value sets, D derivation, L logic, U unknown, S source,
C cases, A approval), and `docs/findings.md` has an entry for each with an example and what to write instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

ERROR: Final = "error"
WARNING: Final = "warning"

CATALOGUE: Final[dict[str, tuple[str, str]]] = {
    "R101": ("yaml-syntax", ERROR),
    "R102": ("duplicate-key", ERROR),
    "R103": ("anchor-or-alias", ERROR),
    "R104": ("tag", ERROR),
    "R105": ("tab", ERROR),
    "R106": ("empty-value", ERROR),
    "R107": ("unknown-key", ERROR),
    "R108": ("file-too-large", ERROR),
    "R109": ("nested-too-deeply", ERROR),
    "R110": ("unreadable-file", ERROR),
    "R111": ("wrong-shape", ERROR),
    "R112": ("missing-key", ERROR),
    "R113": ("several-keys", ERROR),
    "R114": ("not-one-rule", ERROR),
    "R115": ("duplicate-id", ERROR),
    "R116": ("id-in-wrong-section", ERROR),
    "R117": ("value-not-allowed", ERROR),
    "R118": ("quote-not-block", WARNING),
    "R119": ("without-effect", WARNING),
    "R120": ("no-deciding-criterion", ERROR),
    "F101": ("unknown-fact", ERROR),
    "F102": ("test-not-allowed", ERROR),
    "F103": ("option-not-listed", ERROR),
    "F104": ("value-outside-range", ERROR),
    "F105": ("unused-fact", WARNING),
    "F106": ("value-not-readable", ERROR),
    "F107": ("incomplete-fact", ERROR),
    "F108": ("fact-defined-twice", ERROR),
    "F109": ("reserved-fact-name", ERROR),
    "V101": ("value-set-columns", ERROR),
    "V102": ("value-set-row", ERROR),
    "V103": ("code-listed-twice", ERROR),
    "V104": ("value-set-empty", ERROR),
    "D101": ("unknown-source", ERROR),
    "D102": ("unknown-field", ERROR),
    "D103": ("field-test-not-allowed", ERROR),
    "D104": ("unknown-value-set", ERROR),
    "D105": ("unit-not-usable", ERROR),
    "D106": ("take-not-allowed", ERROR),
    "D107": ("value-not-fitting", ERROR),
    "D108": ("option-not-derived", ERROR),
    "D109": ("derivation-cycle", ERROR),
    "D110": ("not-comparable", ERROR),
    "L101": ("empty-list", ERROR),
    "L102": ("contradiction", ERROR),
    "L103": ("always-true", ERROR),
    "L104": ("never-true", ERROR),
    "L105": ("same-test-twice", ERROR),
    "L106": ("unknown-condition", ERROR),
    "L107": ("condition-cycle", ERROR),
    "L108": ("unused-condition", WARNING),
    "L109": ("count-out-of-reach", ERROR),
    "U101": ("settled-by-empty-patient", ERROR),
    "S101": ("quote-not-in-registry", ERROR),
    "S102": ("registry-words-not-covered", ERROR),
    "S103": ("registry-text-differs", ERROR),
    "S104": ("registry-record-unusable", ERROR),
    "C101": ("case-missing", ERROR),
    "C102": ("limit-not-tried", ERROR),
    "C103": ("case-fails", ERROR),
    "C104": ("example-patient-fails", ERROR),
    "A101": ("approver-is-author", ERROR),
    "A102": ("approval-of-other-bytes", ERROR),
}
"""Every code with its name and severity."""


class Mark(NamedTuple):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found: a stable code, the place, what is wrong and what to write instead."""

    code: str
    mark: Mark
    message: str
    hint: str = ""

    @property
    def name(self) -> str:
        """The code in words."""
        return CATALOGUE[self.code][0]

    @property
    def severity(self) -> str:
        """`error` (the rules may not run) or `warning`."""
        return CATALOGUE[self.code][1]

    def as_json(self) -> dict[str, str | int]:
        """The finding in the shape `criteria check --format json` prints."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity,
            "file": self.mark.file,
            "line": self.mark.line,
            "column": self.mark.column,
            "message": self.message,
            "hint": self.hint,
        }

    def __str__(self) -> str:
        file, line, column = self.mark
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{file}:{line}:{column}: {self.severity} {self.code} {self.name}: {self.message}{hint}"


class Findings(list[Finding]):
    """A growing list of findings; a reader adds to it and goes on, so that one run reports every mistake."""

    def add(self, code: str, mark: Mark, message: str, *, hint: str = "") -> None:
        """Add one finding; the code must stand in the catalogue, and saying the same twice says it once."""
        assert code in CATALOGUE, code
        finding = Finding(code, mark, message, hint)
        if finding not in self:
            self.append(finding)

    def ordered(self) -> list[Finding]:
        """The findings by file, line, column and code."""
        return sorted(self, key=lambda finding: (finding.mark, finding.code, finding.message))

    @property
    def errors(self) -> bool:
        """Whether one of the findings forbids the rules to run."""
        return any(finding.severity == ERROR for finding in self)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"?` for the closest known word, or what there is to choose from, or nothing."""
    words = list(known)
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    if 0 < len(words) <= 12:
        return f"write one of: {', '.join(sorted(words))}"
    return ""
