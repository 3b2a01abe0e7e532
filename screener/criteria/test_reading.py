"""Reading the tests of one fact: `{at_least: 100, measured_within: 28 days}` and its kin, by the fact's type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from screener import shapes
from screener.criteria.model import (
    SCREENING,
    BetweenTest,
    ChoiceTest,
    DateTest,
    EmptyTest,
    FactReference,
    FactTest,
    HappenedWithin,
    NumberTest,
    SetTest,
    Test,
    YesNoTest,
)
from screener.dates import Length, PartialDate, parse_date, parse_length
from screener.facts.definitions import AGE, FactDefinition, Value, Vocabulary
from screener.facts.values import Unreadable, read_value
from screener.findings import Findings, Mark, did_you_mean
from screener.located import Mapping, Node, Scalar

MEASURED_WITHIN: Final = "measured_within"

_NUMBER: Final = ("at_least", "at_most", "more_than", "less_than", "equals", "between")
_DATE: Final = ("before", "on_or_before", "after", "on_or_after", "happened_within")
_SET: Final = ("includes_any", "includes_all", "only", "excludes_all", "empty")
TESTS_OF: Final[dict[str, tuple[str, ...]]] = {
    "yes_no": ("is",),
    "choice": ("is", "one_of", "none_of"),
    "integer": _NUMBER,
    "number": _NUMBER,
    "date": _DATE,
    "set": _SET,
}
"""The tests each type of fact knows; `measured_within` goes with all of them."""

_ALL_TESTS: Final = frozenset(name for names in TESTS_OF.values() for name in names)
_EXAMPLE: Final = {
    "yes_no": "yes` or `no",
    "choice": "{one_of: [...]}",
    "integer": "{at_least: 1}",
    "number": "{at_least: 1.5}",
    "date": "{happened_within: 6 months}",
    "set": "{includes_any: [...]}",
}


class TestReader:
    """Reads what stands behind a fact's name; mistakes go to the findings."""

    def __init__(self, vocabulary: Vocabulary, findings: Findings) -> None:
        self.vocabulary = vocabulary
        self.findings = findings

    def read(self, fact: FactDefinition, node: Node, mark: Mark) -> FactTest | None:
        """The test, or none when a part of it could not be read."""
        if isinstance(node, Mapping):
            return self._mapping(fact, node, mark)
        if isinstance(node, Scalar) and fact.type == "yes_no":
            return self._single(fact, self._yes_no(fact, node), mark)
        if isinstance(node, Scalar) and fact.type == "set" and node.text.strip() == "empty":
            return self._single(fact, EmptyTest(True), mark)
        message = f'"{fact.name}" is a {_words(fact.type)}, and this is no test of one'
        self.findings.add("F102", node.mark, message, hint=f"write `{fact.name}: {_EXAMPLE[fact.type]}`")
        return None

    def one(self, fact: FactDefinition, op: str, node: Node) -> Test | None:
        """One test by its word, which must be one that facts of this type know; none when it could not be read."""
        return _READERS[op](self, fact, op, node)

    def _single(self, fact: FactDefinition, test: Test | None, mark: Mark) -> FactTest | None:
        return FactTest(fact.name, (test,), mark=mark) if test is not None else None

    def _mapping(self, fact: FactDefinition, node: Mapping, mark: Mark) -> FactTest | None:
        tests: list[Test] = []
        window: Length | None = None
        before = len(self.findings)
        for key, value in node.entries:
            if key.text == MEASURED_WITHIN and fact.name != AGE:
                window = self._length(value, "`measured_within`")
                continue
            test = self._test(fact, key, value)
            if test is not None:
                tests.append(test)
        if len(self.findings) > before or node.blank:
            return None
        if not tests:
            hint = f"write `{fact.name}: {_EXAMPLE[fact.type]}`"
            self.findings.add("F102", mark, f'nothing is asked of "{fact.name}"', hint=hint)
            return None
        return FactTest(fact.name, tuple(tests), window, mark=mark)

    def _test(self, fact: FactDefinition, key: Scalar, value: Node) -> Test | None:
        allowed = TESTS_OF[fact.type]
        if key.text in allowed:
            return _READERS[key.text](self, fact, key.text, value)
        if key.text in _ALL_TESTS:
            message = f'"{fact.name}" is a {_words(fact.type)}; the test "{key.text}" does not go with it'
            self.findings.add("F102", key.mark, message, hint=f"write one of: {', '.join(allowed)}")
        elif key.text == MEASURED_WITHIN:
            message = "the age is reckoned for the screening date, so it is never stale"
            self.findings.add("F102", key.mark, message, hint=f"remove `{MEASURED_WITHIN}`")
        else:
            hint = did_you_mean(key.text, (*allowed, MEASURED_WITHIN))
            self.findings.add("R107", key.mark, f'"{key.text}" is not a test', hint=hint)
        return None

    def _is(self, fact: FactDefinition, op: str, node: Node) -> Test | None:
        if fact.type == "yes_no":
            return self._yes_no(fact, node)
        option = self._option(fact, node)
        return None if option is None else ChoiceTest("is", (option,))

    def _yes_no(self, fact: FactDefinition, node: Node) -> Test | None:
        answer = shapes.yes_no(node, f'the answer to "{fact.name}"', self.findings)
        return None if answer is None else YesNoTest(answer)

    def _choice(self, fact: FactDefinition, op: str, node: Node) -> Test | None:
        options = self._options(fact, op, node)
        return ChoiceTest(op, options) if options else None  # type: ignore[arg-type]  # op is a key of _READERS

    def _set(self, fact: FactDefinition, op: str, node: Node) -> Test | None:
        options = self._options(fact, op, node)
        return SetTest(op, options) if options else None  # type: ignore[arg-type]  # op is a key of _READERS

    def _empty(self, fact: FactDefinition, op: str, node: Node) -> Test | None:
        answer = shapes.yes_no(node, "`empty`", self.findings)
        return None if answer is None else EmptyTest(answer)

    def _number(self, fact: FactDefinition, op: str, node: Node) -> Test | None:
        limit = self.value(fact, node)
        return None if limit is None else NumberTest(op, limit)  # type: ignore[arg-type]  # value reads by type

    def _between(self, fact: FactDefinition, op: str, node: Node) -> Test | None:
        ends = shapes.items(node, "`between`", self.findings)
        if len(ends) != 2:
            hint = "write `between: [1, 5]`; both ends count"
            self.findings.add("F106", node.mark, "`between` takes two numbers, the lower first", hint=hint)
            return None
        low, high = (self.value(fact, end) for end in ends)
        if low is None or high is None:
            return None
        return BetweenTest(low, high)  # type: ignore[arg-type]  # value reads by type

    def _date(self, fact: FactDefinition, op: str, node: Node) -> Test | None:
        other = self._date_or_reference(node)
        return None if other is None else DateTest(op, other)  # type: ignore[arg-type]  # op is a key of _READERS

    def _happened(self, fact: FactDefinition, op: str, node: Node) -> Test | None:
        length = self._length(node, "`happened_within`")
        return None if length is None else HappenedWithin(length)

    def _date_or_reference(self, node: Node) -> PartialDate | FactReference | None:
        word = shapes.text(node, "what a date is compared with", self.findings)
        if word is None or word == SCREENING:
            return SCREENING if word else None  # type: ignore[return-value]  # the literal word
        length, _, base = word.partition(" after ")
        if base:
            later = self._length(Scalar(length, node.mark), "how long after")
            fact = self._date_fact(base.strip(), node.mark)
            return FactReference(fact, later) if fact and later else None
        if word[0].isdigit():
            try:
                return parse_date(word)
            except ValueError:
                hint = "write a date as 2025-10-06, 2025-10 or 2025"
                self.findings.add("F106", node.mark, f'"{word}" is not an ISO date', hint=hint)
                return None
        fact = self._date_fact(word, node.mark)
        return FactReference(fact) if fact else None

    def _date_fact(self, word: str, mark: Mark) -> str | None:
        if word not in self.vocabulary:
            hint = did_you_mean(word, [*self.vocabulary.facts, SCREENING])
            self.findings.add("F101", mark, f'there is no fact "{word}"', hint=hint)
            return None
        if self.vocabulary[word].type != "date":
            self.findings.add("F102", mark, f'"{word}" is not a date, so no date can be compared with it')
            return None
        return word

    def _length(self, node: Node, what: str) -> Length | None:
        word = shapes.text(node, what, self.findings)
        try:
            return parse_length(word) if word is not None else None
        except ValueError:
            hint = "write a whole number and days, weeks, months or years: `28 days`"
            self.findings.add("F106", node.mark, f'{what}: "{word}" is not a length of time', hint=hint)
            return None

    def _options(self, fact: FactDefinition, op: str, node: Node) -> tuple[str, ...]:
        nodes = shapes.items(node, f"`{op}`", self.findings)
        if not nodes and not isinstance(node, Scalar | Mapping):
            self.findings.add("L101", node.mark, f"`{op}` lists nothing", hint="list at least one option")
        options: list[str] = []
        for item in nodes:
            option = self._option(fact, item)
            if option in options:
                self.findings.add("L105", item.mark, f'"{option}" is listed twice', hint="remove one")
            elif option is not None:
                options.append(option)
        return tuple(options)

    def _option(self, fact: FactDefinition, node: Node) -> str | None:
        word = shapes.text(node, "an option", self.findings)
        if word is None or word in fact.options:
            return word
        hint = did_you_mean(word, fact.options)
        self.findings.add("F103", node.mark, f'"{word}" is not an option of "{fact.name}"', hint=hint)
        return None

    def value(self, fact: FactDefinition, node: Node) -> Value | None:
        """A value of a fact as a rule or a case writes it; a finding and none where it is not one."""
        word = shapes.text(node, f'the value of "{fact.name}"', self.findings)
        if word is None:
            return None
        try:
            return read_value(fact, word)
        except Unreadable as error:
            hint = did_you_mean(word, fact.options) if fact.options else _range_hint(fact)
            self.findings.add(error.kind, node.mark, f'"{word}" for "{fact.name}" is {error}', hint=hint)
            return None


def _range_hint(fact: FactDefinition) -> str:
    if fact.low is None or fact.high is None:
        return ""
    return f"it goes from {fact.low} to {fact.high}{' ' + fact.unit if fact.unit else ''}"


def _words(kind: str) -> str:
    return kind.replace("_", "/")


_Read = Callable[[TestReader, FactDefinition, str, Node], Test | None]
_READERS: Final[dict[str, _Read]] = {
    "is": TestReader._is,
    "one_of": TestReader._choice,
    "none_of": TestReader._choice,
    **dict.fromkeys(("at_least", "at_most", "more_than", "less_than", "equals"), TestReader._number),
    "between": TestReader._between,
    **dict.fromkeys(("before", "on_or_before", "after", "on_or_after"), TestReader._date),
    "happened_within": TestReader._happened,
    **dict.fromkeys(("includes_any", "includes_all", "only", "excludes_all"), TestReader._set),
    "empty": TestReader._empty,
}
