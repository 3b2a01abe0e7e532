"""Reading small patients: the cases of a criterion and the example patients of a trial."""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from screener import shapes
from screener.criteria.model import Case, CriterionKind, GivenValue
from screener.criteria.test_reading import TestReader
from screener.dates import PartialDate, parse_date
from screener.facts.definitions import Vocabulary
from screener.findings import Findings, Mark, did_you_mean
from screener.located import Mapping, Node, Scalar, Sequence

VERDICTS: Final = ("eligible", "needs_information", "not_eligible")
_RESULTS: Final[dict[CriterionKind, tuple[str, ...]]] = {
    "inclusion": ("met", "not met", "unknown"),
    "exclusion": ("applies", "does not apply", "unknown"),
}
_CASE_KEYS: Final = ("name", "given", "on", "expect")
_EXAMPLE_KEYS: Final = ("id", "about", "given", "on", "expect", "recoverable", "fails", "open")


@dataclass(frozen=True, slots=True)
class ExamplePatient:
    """A whole patient and the verdict the rules must give; `fails` and `open` name the criteria where that is said."""

    id: str
    about: str
    given: tuple[GivenValue, ...]
    on: date
    expect: str
    recoverable: bool | None
    fails: tuple[str, ...] | None
    open: tuple[str, ...] | None
    mark: Mark = field(compare=False)


class CaseReader:
    """Reads the given facts of small patients; mistakes go to the findings."""

    def __init__(self, vocabulary: Vocabulary, findings: Findings) -> None:
        self.vocabulary = vocabulary
        self.findings = findings
        self.values = TestReader(vocabulary, findings)

    @staticmethod
    def results(kind: CriterionKind, rule_key: str | None) -> tuple[str, ...]:
        """The results a criterion can have."""
        return {"allows": ("allowed",), "not_encoded": ("unknown",)}.get(rule_key or "", _RESULTS[kind])

    def read(self, node: Node | None, expected: Many[str]) -> tuple[Case, ...]:
        """The cases of one criterion."""
        read = (self._case(item, expected) for item in shapes.items(node, "`cases`", self.findings))
        return tuple(case for case in read if case is not None)

    def read_examples(self, node: Node | None, trial: str) -> tuple[ExamplePatient, ...]:
        """The example patients of `patients.yaml`."""
        root = shapes.mapping(node, "a file of example patients", self.findings)
        if root is None:
            return ()
        what = "a file of example patients"
        shapes.check_keys(root, ("trial", "patients"), what, self.findings, required=("trial", "patients"))
        named = root.get("trial")
        if isinstance(named, Scalar) and named.text.strip() != trial:
            self.findings.add("R117", named.mark, f"these are patients of another trial than {trial}")
        read = [self._example(item) for item in shapes.items(root.get("patients"), "`patients`", self.findings)]
        return tuple(example for example in read if example is not None)

    def _case(self, node: Node, expected: Many[str]) -> Case | None:
        body = shapes.mapping(node, "a case", self.findings)
        if body is None:
            return None
        shapes.check_keys(body, _CASE_KEYS, "a case", self.findings, required=_CASE_KEYS)
        name = shapes.text(body.get("name"), "`name`", self.findings)
        given, on = self._given(body), self._day(body)
        expect = shapes.one_of(body.get("expect"), tuple(expected), "`expect`", self.findings)
        if name is None or given is None or on is None or expect is None:
            return None
        self._check_days(given, on, body.mark)
        return Case(name, given, on, expect, body.mark)

    def _example(self, node: Node) -> ExamplePatient | None:
        body = shapes.mapping(node, "an example patient", self.findings)
        if body is None:
            return None
        required = ("id", "about", "given", "on", "expect")
        shapes.check_keys(body, _EXAMPLE_KEYS, "an example patient", self.findings, required=required)
        name, about = (shapes.text(body.get(key), f"`{key}`", self.findings) for key in ("id", "about"))
        given, on = self._given(body), self._day(body)
        expect = shapes.one_of(body.get("expect"), VERDICTS, "`expect`", self.findings)
        if name is None or about is None or given is None or on is None or expect is None:
            return None
        self._check_days(given, on, body.mark)
        recoverable = shapes.yes_no(body.get("recoverable"), "`recoverable`", self.findings)
        fails, still_open = self._ids(body, "fails"), self._ids(body, "open")
        return ExamplePatient(name, about, given, on, expect, recoverable, fails, still_open, body.mark)

    def _check_days(self, given: tuple[GivenValue, ...], on: date, mark: Mark) -> None:
        """Report values that are dated after the day: a table's reader could not use them either."""
        for one in given:
            if one.on is not None and one.on.first > on:
                message = f'the value of "{one.fact}" is of {one.on}, which is after {on}'
                self.findings.add("F106", mark, message, hint="give a date on or before the day of the case")

    def _ids(self, body: Mapping, key: str) -> tuple[str, ...] | None:
        node = body.get(key)
        if node is None:
            return None
        words = (shapes.text(item, "an id", self.findings) for item in shapes.items(node, f"`{key}`", self.findings))
        return tuple(word for word in words if word is not None)

    def _day(self, body: Mapping) -> date | None:
        node = body.get("on")
        word = shapes.text(node, "`on`", self.findings)
        if word is None or node is None:
            return None
        day = self._date(word, node.mark)
        if day is not None and not day.exact:
            self.findings.add("F106", node.mark, f'"{word}" is not one day', hint="write it as 2026-01-20")
            return None
        return day.first if day else None

    def _date(self, word: str, mark: Mark) -> PartialDate | None:
        try:
            return parse_date(word)
        except ValueError:
            self.findings.add("F106", mark, f'"{word}" is not an ISO date', hint="write it as 2026-01-20")
            return None

    def _given(self, body: Mapping) -> tuple[GivenValue, ...] | None:
        node = shapes.mapping(body.get("given"), "`given`", self.findings)
        if node is None:
            return None
        values = [self._value(key, value) for key, value in node.entries]
        whole = tuple(value for value in values if value is not None)
        return whole if len(whole) == len(values) and not node.blank else None

    def _value(self, key: Scalar, node: Node) -> GivenValue | None:
        if key.text not in self.vocabulary:
            hint = did_you_mean(key.text, self.vocabulary.facts)
            self.findings.add("F101", key.mark, f'there is no fact "{key.text}"', hint=hint)
            return None
        fact = self.vocabulary[key.text]
        if isinstance(node, Sequence) and fact.type == "set":
            words = [shapes.text(item, "an option", self.findings) or "" for item in node.items]
            node = Scalar("; ".join(words) or "none", node.mark)
        on: PartialDate | None = None
        if isinstance(node, Scalar) and " on " in node.text:
            word, _, when = node.text.rpartition(" on ")
            on = self._date(when.strip(), node.mark)
            if on is None:
                return None
            node = Scalar(word, node.mark)
        value = self.values.value(fact, node)
        return None if value is None else GivenValue(fact.name, value, on)
