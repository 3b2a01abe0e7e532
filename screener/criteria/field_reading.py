"""Reading the tests of one field of an event, by the field's type: its codes, its option, its date, its quantity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from screener import shapes
from screener.criteria.derivations import FieldCheck, FieldTest, HasCode, InValueSet, SameAs, TimesUpperLimit
from screener.criteria.model import BetweenTest, NumberTest
from screener.criteria.test_reading import TESTS_OF, TestReader
from screener.facts.definitions import FactDefinition, FactType, Vocabulary
from screener.facts.events import FieldDefinition
from screener.facts.units import UnknownUnit, read_unit
from screener.facts.value_sets import ValueSet
from screener.findings import Findings, did_you_mean
from screener.located import Mapping as MappingNode
from screener.located import Node, Scalar, Sequence

UNIT: Final = "unit"
MEASURED: Final = "value"
"""The one quantity beside which a record can hold an upper limit of normal."""
TIMES_UPPER_LIMIT: Final = "times_upper_limit"
SAME_AS: Final = "same_as"
IN_VALUE_SET: Final = "in_value_set"
FIELD_TESTS: Final[dict[str, tuple[str, ...]]] = {
    "codes": (IN_VALUE_SET, "is", "one_of"),
    "choice": (*TESTS_OF["choice"], SAME_AS),
    "date": TESTS_OF["date"],
    "quantity": (*TESTS_OF["number"], TIMES_UPPER_LIMIT),
    "number": TESTS_OF["number"],
    "yes_no": TESTS_OF["yes_no"],
}
"""The tests each type of field knows; those of a quantity name their `unit`."""

_ALL_TESTS: Final = frozenset(name for names in FIELD_TESTS.values() for name in names)
_EXAMPLE: Final = {
    "codes": "{in_value_set: ...}",
    "choice": "{one_of: [...]}",
    "date": "{before: ...}",
    "quantity": "{at_least: 1, unit: mg/dL}",
    "number": "{at_least: 1}",
    "yes_no": "yes` or `no",
}
_AS_FACT: Final[dict[str, FactType]] = {"choice": "choice", "date": "date", "yes_no": "yes_no"}


class FieldTestReader:
    """Reads what stands behind the name of a field; mistakes go to the findings."""

    def __init__(self, vocabulary: Vocabulary, value_sets: Mapping[str, ValueSet], findings: Findings) -> None:
        self.vocabulary = vocabulary
        self.value_sets = value_sets
        self.findings = findings
        self.tests = TestReader(vocabulary, findings)

    def read(self, field: FieldDefinition, key: Scalar, node: Node) -> FieldTest | None:
        """The test, or none when a part of it could not be read; `key` is the field's name where it stands."""
        if isinstance(node, Scalar) and field.type == "yes_no":
            test = self.tests.one(as_fact(field), "is", node)
            return FieldTest(field.name, (test,), mark=key.mark) if test is not None else None  # type: ignore[arg-type]
        if not isinstance(node, MappingNode):
            message = f'"{field.name}" is a field of the type {field.type}, and this is no test of one'
            self.findings.add("D103", node.mark, message, hint=f"write `{field.name}: {_EXAMPLE[field.type]}`")
            return None
        before = len(self.findings)
        unit = shapes.text(node.get(UNIT), "`unit`", self.findings) if field.type == "quantity" else None
        asked = [(name, value) for name, value in node.entries if name.text != UNIT or field.type != "quantity"]
        read = [self._test(field, name, value) for name, value in asked]
        tests = tuple(test for test in read if test is not None)
        if len(self.findings) > before or node.blank:
            return None
        if not tests:
            hint = f"write `{field.name}: {_EXAMPLE[field.type]}`"
            self.findings.add("D103", key.mark, f'nothing is asked of "{field.name}"', hint=hint)
            return None
        limits = field.type == "quantity" and any(isinstance(test, NumberTest | BetweenTest) for test in tests)
        usable = self._unit_fits(node, unit, limits=limits)
        return FieldTest(field.name, tests, unit, mark=key.mark) if usable else None

    def _unit_fits(self, node: MappingNode, unit: str | None, *, limits: bool) -> bool:
        """Whether the limits of a quantity have a unit that is known, and nothing else has one."""
        place = node.get(UNIT)
        if unit is None or place is None:
            if limits:
                hint = f"add the unit of the limit: `{_EXAMPLE['quantity']}`"
                self.findings.add("D105", node.mark, "the limit of a quantity has no unit", hint=hint)
            return not limits
        if not limits:
            self.findings.add("D105", place.mark, "nothing here is in a unit", hint=f"remove `{UNIT}`")
            return False
        return known_unit(unit, place, self.findings)

    def _test(self, field: FieldDefinition, key: Scalar, value: Node) -> FieldCheck | None:
        allowed = FIELD_TESTS[field.type]
        if field.name != MEASURED:
            allowed = tuple(name for name in allowed if name != TIMES_UPPER_LIMIT)
        if key.text in allowed:
            own = _OWN_TESTS.get((field.type, key.text)) or _OWN_TESTS.get((None, key.text))
            if own is not None:
                return own(self, field, value)
            return self.tests.one(as_fact(field), key.text, value)  # type: ignore[return-value]  # of these types
        if key.text in _ALL_TESTS:
            message = f'"{field.name}" is a field of the type {field.type}; the test "{key.text}" does not go with it'
            self.findings.add("D103", key.mark, message, hint=f"write one of: {', '.join(allowed)}")
        else:
            hint = did_you_mean(key.text, allowed)
            self.findings.add("R107", key.mark, f'"{key.text}" is not a test', hint=hint)
        return None

    def _in_value_set(self, field: FieldDefinition, node: Node) -> FieldCheck | None:
        name = shapes.text(node, f"`{IN_VALUE_SET}`", self.findings)
        if name is None or name in self.value_sets:
            return InValueSet(name) if name else None
        hint = did_you_mean(name, self.value_sets) or f"add `value_sets/{name}.csv`"
        self.findings.add("D104", node.mark, f'there is no value set "{name}"', hint=hint)
        return None

    def _has_code(self, field: FieldDefinition, node: Node) -> FieldCheck | None:
        code = self._code(node)
        return HasCode((code,)) if code else None

    def _one_of_codes(self, field: FieldDefinition, node: Node) -> FieldCheck | None:
        items = shapes.items(node, "`one_of`", self.findings)
        if isinstance(node, Sequence) and not items:
            self.findings.add("L101", node.mark, "`one_of` lists nothing", hint="list at least one code")
        codes = [self._code(item) for item in items]
        known = tuple(code for code in codes if code)
        return HasCode(known) if known and len(known) == len(codes) else None

    def _code(self, node: Node) -> tuple[str, str] | None:
        word = shapes.text(node, "a code", self.findings)
        system, _, code = (word or "").partition("|")
        if system.strip() and code.strip():
            return system.strip(), code.strip()
        if word is not None:
            hint = "write the code system and the code: `http://loinc.org|24604-1`"
            self.findings.add("F106", node.mark, f'"{word}" is not a code', hint=hint)
        return None

    def _same_as(self, field: FieldDefinition, node: Node) -> FieldCheck | None:
        name = shapes.text(node, f"`{SAME_AS}`", self.findings)
        if name is None:
            return None
        if name not in self.vocabulary:
            hint = did_you_mean(name, self.vocabulary.facts)
            self.findings.add("F101", node.mark, f'there is no fact "{name}"', hint=hint)
            return None
        fact = self.vocabulary[name]
        if fact.type != "choice" or not set(fact.options) & set(field.options):
            message = f'"{name}" cannot be the same as the field "{field.name}": they have no option in common'
            hint = f"name a choice with some of these options: {', '.join(field.options)}"
            self.findings.add("D110", node.mark, message, hint=hint)
            return None
        return SameAs(name)

    def _times_upper_limit(self, field: FieldDefinition, node: Node) -> FieldCheck | None:
        body = shapes.mapping(node, f"`{TIMES_UPPER_LIMIT}`", self.findings)
        if body is None:
            return None
        ratio = FieldDefinition(TIMES_UPPER_LIMIT, "multiple of the upper limit", "number")
        read = [self._test(ratio, key, value) for key, value in body.entries]
        tests = tuple(test for test in read if isinstance(test, NumberTest | BetweenTest))
        if not body.entries and not body.blank:
            self.findings.add("D103", body.mark, "nothing is asked of the multiple", hint="write `{at_most: 1.5}`")
        return TimesUpperLimit(tests) if tests and len(tests) == len(read) else None


def known_unit(unit: str, place: Node, findings: Findings) -> bool:
    """Whether a unit is one that can be converted; a finding where it is not."""
    try:
        read_unit(unit)
    except UnknownUnit:
        hint = "write it in UCUM: `mg/dL`, `10*9/L`, `mm`"
        findings.add("D105", place.mark, f'the unit "{unit}" is not known', hint=hint)
        return False
    return True


def as_fact(field: FieldDefinition, *, unit: str | None = None) -> FactDefinition:
    """The field as a fact, whose tests are read and written the same."""
    kind = _AS_FACT.get(field.type, "number")
    return FactDefinition(field.name, field.label, kind, "record", field.label, options=field.options, unit=unit)


_Read = Callable[[FieldTestReader, FieldDefinition, Node], FieldCheck | None]
_OWN_TESTS: Final[dict[tuple[str | None, str], _Read]] = {
    (None, IN_VALUE_SET): FieldTestReader._in_value_set,
    ("codes", "is"): FieldTestReader._has_code,
    ("codes", "one_of"): FieldTestReader._one_of_codes,
    (None, SAME_AS): FieldTestReader._same_as,
    (None, TIMES_UPPER_LIMIT): FieldTestReader._times_upper_limit,
}
