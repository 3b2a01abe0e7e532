"""Reading `value`: what is read off an event, as a field, as tests, or as an option whose tests hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

from screener import shapes
from screener.criteria.derivations import ByOption, FieldOf, Option, Passes, Take, ValueOf, Where
from screener.criteria.field_reading import known_unit
from screener.criteria.where_reading import WhereReader
from screener.facts.definitions import EventFact, FactDefinition
from screener.facts.events import FieldDefinition
from screener.facts.values import NOTHING, Unreadable, read_value
from screener.findings import Findings, Mark, did_you_mean
from screener.located import KIND, Node, Scalar, Sequence
from screener.located import Mapping as MappingNode

NEVER: Final = "never"
"""Stands for the tests of an option that no record can say."""
NO_UNIT: Final = "1"
"""The unit, in UCUM, of a number that has none."""
BY_OPTION: Final = ("yes_no", "choice", "set", "integer")
"""The types of facts whose values a mapping can name."""

_FIELDS_FOR: Final[dict[str, tuple[str, ...]]] = {
    "yes_no": ("yes_no",),
    "choice": ("choice",),
    "set": ("choice",),
    "date": ("date",),
    "integer": ("quantity", "number"),
    "number": ("quantity", "number"),
}
_NONE_NEEDED: Final = (("yes_no", "any"), ("yes_no", "all"), ("integer", "count"))

Tests = TypeVar("Tests")
ReadByOption = tuple[tuple[tuple[Option, Tests], ...], tuple[Option, ...]]
"""The options with their tests, in their order, and the options that stand there as `never`."""


def place_of(body: MappingNode) -> Mark:
    """Where a definition says what its fact is taken from: there is told what is missing behind it."""
    key = body.key("from")
    return key.mark if key is not None else body.mark


class _Options(NamedTuple):
    """The tests of options in their order, and the options that no record can say."""

    tested: list[tuple[Option, Node]]
    never: tuple[Option, ...]


class ValueReader:
    """Reads `value` of one fact, beside events whose tests `wheres` reads; mistakes go to the findings."""

    def __init__(self, definition: FactDefinition | EventFact, wheres: WhereReader, findings: Findings) -> None:
        self.definition = definition
        self.wheres = wheres
        self.findings = findings

    def read(self, body: MappingNode, take: Take | None) -> ValueOf | None:
        """What is read off an event; none where nothing is, or where it could not be read."""
        node, fact = body.get("value"), self.definition
        if isinstance(fact, EventFact) or (fact.type, take) in _NONE_NEEDED:
            if node is not None:
                what = "an event" if isinstance(fact, EventFact) else f"`take: {take}`"
                self.findings.add("D107", node.mark, f"`value` does not go with {what}", hint="remove `value`")
            return None
        if isinstance(node, Scalar):
            return self._field(fact, node, take)
        if isinstance(node, Sequence) and fact.type == "yes_no":
            where = self.wheres.where(node, "`value`")
            return Passes(where) if where is not None else None
        if node is not None:
            return self._by_option(fact, node, take)
        if "value" not in body.blank and (fact.type, take) != ("yes_no", None):
            hint = "add `value:` and a field, or an option a line with its tests"
            self.findings.add("D107", place_of(body), "it is not said what is read off the event", hint=hint)
        return None

    def _field(self, fact: FactDefinition, node: Scalar, take: Take | None) -> ValueOf | None:
        name = node.text.strip()
        field = self.wheres.fields.get(name)
        usable = [one.name for one in self.wheres.fields.values() if one.type in _FIELDS_FOR[fact.type]]
        if field is None:
            message = f'an event of the kind {self.wheres.kind} has no "{name}"'
            self.findings.add("D102", node.mark, message, hint=did_you_mean(name, usable))
            return None
        if name not in usable or take == "any":
            message = f'the field "{name}" gives no fact of the type {fact.type}'
            message += " where any event counts" if name in usable else ""
            hints = [f"write one of: {', '.join(usable)}"] if usable and take != "any" else []
            hints += ["write a mapping of options to tests"] if fact.type in BY_OPTION else []
            hint = "; or ".join(hints)
            self.findings.add("D107", node.mark, message, hint=hint)
            return None
        return FieldOf(name) if self._fits(fact, field, node) else None

    def _fits(self, fact: FactDefinition, field: FieldDefinition, node: Scalar) -> bool:
        """Whether every value of the field can be one of the fact."""
        beyond = [option for option in field.options if option not in fact.options]
        if beyond:
            message = f'the field "{field.name}" can be {", ".join(beyond)}, which the fact does not list'
            hint = "list these as options, or write a mapping of options to tests"
            self.findings.add("D107", node.mark, message, hint=hint)
            return False
        return field.type != "quantity" or known_unit(fact.unit or NO_UNIT, node, self.findings)

    def _by_option(self, fact: FactDefinition, node: Node, take: Take | None) -> ValueOf | None:
        if fact.type not in BY_OPTION or take in ("highest", "lowest"):
            message = f"`value` of such a fact is the name of a field, not {KIND[type(node)]}"
            self.findings.add("D107", node.mark, message, hint="name the field that holds the number or the date")
            return None
        read: ReadByOption[Where] | None = read_by_option(fact, node, self.wheres.where, self.findings)
        return ByOption(*read) if read is not None else None


def read_by_option(
    fact: FactDefinition, node: Node, read_tests: Callable[[Node, str], Tests | None], findings: Findings
) -> ReadByOption[Tests] | None:
    """A mapping of a fact's options to tests, each read by `read_tests`; none where a part could not be read."""
    options = _options(fact, node, findings)
    if options is None:
        return None
    _check_complete(fact, node, options, findings)
    read = [(option, read_tests(tests, f"the tests of {_shown(option)}")) for option, tests in options.tested]
    known = tuple((option, tests) for option, tests in read if tests is not None)
    return (known, options.never) if len(known) == len(read) else None


def _options(fact: FactDefinition, node: Node, findings: Findings) -> _Options | None:
    body = shapes.mapping(node, "`value`", findings)
    if body is None:
        return None
    before = len(findings)
    tested: list[tuple[Option, Node]] = []
    never: list[Option] = []
    for key, value in body.entries:
        option = _option(fact, key, findings)
        if option is None:
            continue
        if isinstance(value, Scalar) and value.text.strip() == NEVER:
            never.append(option)
        else:
            tested.append((option, value))
    if not tested and not body.blank and len(findings) == before:
        message = "no option has tests, so nothing is derived"
        findings.add("D107", body.mark, message, hint="write the tests of an option, or remove `from` and `value`")
    return _Options(tested, tuple(never)) if len(findings) == before and not body.blank else None


def _option(fact: FactDefinition, key: Scalar, findings: Findings) -> Option | None:
    """A value of the fact as a mapping names it; a finding and none where it is not one."""
    word = key.text.strip()
    if fact.type == "yes_no":
        return shapes.yes_no(key, f'the answer to "{fact.name}"', findings)
    if fact.options:
        if word in fact.options:
            return word
        hint = did_you_mean(word, fact.options)
        findings.add("F103", key.mark, f'"{word}" is not an option of "{fact.name}"', hint=hint)
        return None
    try:
        value = read_value(fact, word)
    except Unreadable as error:
        findings.add(error.kind, key.mark, f'"{word}" for "{fact.name}" is {error}', hint="write a whole number")
        return None
    if isinstance(value, int):
        return value
    findings.add("F106", key.mark, f'"{word}" is not one value of "{fact.name}"', hint="write a whole number")
    return None


def _check_complete(fact: FactDefinition, node: Node, options: _Options, findings: Findings) -> None:
    """Report options of which nothing says when they are meant; of a choice `none` is what is found in no event."""
    all_options: tuple[Option, ...] = (True, False) if fact.type == "yes_no" else fact.options
    said = [*(option for option, _ in options.tested), *options.never]
    for option in all_options:
        if option not in said and not (fact.type == "choice" and option == NOTHING):
            shown = _shown(option)
            hint = f"add `{shown}:` with its tests, or `{shown}: {NEVER}` where no record can say it"
            findings.add("D108", node.mark, f'nothing says when "{fact.name}" is {shown}', hint=hint)


def _shown(option: Option) -> str:
    if isinstance(option, bool):
        return "yes" if option else "no"
    return str(option)
