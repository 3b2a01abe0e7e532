"""Reading rules: combinators, named conditions, and the tests of facts they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from screener import shapes
from screener.criteria.model import All, AnyOf, AtLeastOf, Condition, NoneOf, Not, Rule, parts_of
from screener.criteria.test_reading import TestReader
from screener.facts.definitions import Vocabulary
from screener.findings import Findings, Mark, did_you_mean
from screener.located import KIND, LIMIT_LEVELS, Mapping, Node, Scalar

LIMIT_TESTS: Final = 1000

COMBINATORS: Final = ("all", "any", "none", "not", "at_least_of", "condition")


class RuleReader:
    """Reads rules of one file; a rule that cannot be read whole is none, and the findings say why."""

    def __init__(self, vocabulary: Vocabulary, conditions: Mapping | None, findings: Findings) -> None:
        self.vocabulary = vocabulary
        self.findings = findings
        self.tests = TestReader(vocabulary, findings)
        self._sources = {key.text: (key, value) for key, value in conditions.entries} if conditions else {}
        self._read: dict[str, Rule | None] = {}
        self._open: list[str] = []
        self._extents: dict[str, tuple[int, int]] = {}
        self.used_conditions: set[str] = set()

    def rule(self, node: Node, what: str) -> Rule | None:
        """One rule: a mapping with one key."""
        if not isinstance(node, Mapping):
            message = f"{what} must be a test or a combination of tests, not {KIND[type(node)]}"
            self.findings.add("R111", node.mark, message, hint="write `fact: test`, or `all:` with a list")
            return None
        if len(node.entries) != 1:
            self._not_one_key(node, what)
            return None
        return self._entry(*node.entries[0])

    def conditions(self) -> tuple[Condition, ...]:
        """Every named condition that can be read; call it after all rules, so that unused ones are known."""
        for name, (key, _) in self._sources.items():
            if name not in self.used_conditions:
                self.findings.add("L108", key.mark, f'the condition "{name}" is not used', hint="remove it")
        rules = ((name, key.mark, self._condition_rule(name)) for name, (key, _) in self._sources.items())
        return tuple(Condition(name, rule, mark=mark) for name, mark, rule in rules if rule is not None)

    def _not_one_key(self, node: Mapping, what: str) -> None:
        if not node.entries:
            if not node.blank:
                self.findings.add("R111", node.mark, f"{what} holds nothing", hint="write `fact: test`")
            return
        names = " and ".join(f'"{key.text}"' for key, _ in node.entries[:3])
        hint = "write `all:` (or `any:`) with each as an item of its own"
        self.findings.add("R113", node.entries[1][0].mark, f"{names} stand in one item; one key is meant", hint=hint)
        for key, value in node.entries:
            self._entry(key, value)

    def _entry(self, key: Scalar, value: Node) -> Rule | None:
        read = _COMBINATORS.get(key.text)
        if read is not None:
            return read(self, key.mark, value)
        if key.text not in self.vocabulary:
            hint = did_you_mean(key.text, [*self.vocabulary.facts, *COMBINATORS])
            self.findings.add("F101", key.mark, f'there is no fact "{key.text}"', hint=hint)
            return None
        return self.tests.read(self.vocabulary[key.text], value, key.mark)

    def _parts(self, value: Node, word: str, mark: Mark) -> tuple[Rule, ...] | None:
        nodes = shapes.items(value, f"`{word}`", self.findings)
        if not nodes:
            if not isinstance(value, Scalar | Mapping):
                self.findings.add("L101", mark, f"`{word}` lists nothing", hint="list at least one part")
            return None
        parts = [self.rule(node, "a part") for node in nodes]
        whole = [part for part in parts if part is not None]
        return tuple(whole) if len(whole) == len(parts) else None

    def _all(self, mark: Mark, value: Node) -> Rule | None:
        parts = self._parts(value, "all", mark)
        return All(parts, mark=mark) if parts else None

    def _any(self, mark: Mark, value: Node) -> Rule | None:
        parts = self._parts(value, "any", mark)
        return AnyOf(parts, mark=mark) if parts else None

    def _none(self, mark: Mark, value: Node) -> Rule | None:
        parts = self._parts(value, "none", mark)
        return NoneOf(parts, mark=mark) if parts else None

    def _not(self, mark: Mark, value: Node) -> Rule | None:
        part = self.rule(value, "what `not` turns round")
        return Not(part, mark=mark) if part else None

    def _at_least_of(self, mark: Mark, value: Node) -> Rule | None:
        body = shapes.mapping(value, "`at_least_of`", self.findings)
        if body is None:
            return None
        shapes.check_keys(body, ("count", "of"), "`at_least_of`", self.findings, required=("count", "of"))
        count, of = body.get("count"), body.get("of")
        number = self._count(count) if count else None
        parts = self._parts(of, "of", mark) if of else None
        if number is None or parts is None or count is None:
            return None
        if not 1 <= number <= len(parts):
            message = f"{number} of {len(parts)} parts can " + ("always" if number < 1 else "never") + " be reached"
            self.findings.add("L109", count.mark, message, hint=f"write a count from 1 to {len(parts)}")
            return None
        return AtLeastOf(number, parts, mark=mark)

    def _count(self, node: Node) -> int | None:
        word = shapes.text(node, "`count`", self.findings)
        if word is not None and word.isascii() and word.isdigit() and len(word) < 5:
            return int(word)
        if word is not None:
            self.findings.add("F106", node.mark, f'"{word}" is not a count', hint="write a whole number")
        return None

    def _condition(self, mark: Mark, value: Node) -> Rule | None:
        name = shapes.text(value, "the name of a condition", self.findings)
        if name is None:
            return None
        if name not in self._sources:
            hint = did_you_mean(name, self._sources) or "name it under `conditions:`"
            self.findings.add("L106", value.mark, f'there is no condition "{name}"', hint=hint)
            return None
        self.used_conditions.add(name)
        if name in self._open:
            way = " -> ".join([*self._open[self._open.index(name) :], name])
            self.findings.add("L107", value.mark, f"the condition rests on itself: {way}", hint="break the circle")
            return None
        rule = self._condition_rule(name) if len(self._open) < LIMIT_LEVELS else None
        if len(self._open) >= LIMIT_LEVELS or (rule is not None and self._unfolds_too_far(name, rule)):
            message = f'the condition "{name}" unfolds to more than {LIMIT_LEVELS} levels or {LIMIT_TESTS} tests'
            self.findings.add("R109", value.mark, message, hint="let conditions rest less on one another")
            return None
        return Condition(name, rule, mark=mark) if rule else None

    def _unfolds_too_far(self, name: str, rule: Rule) -> bool:
        """Whether a condition, with the conditions it uses written out, is deeper or longer than a rule may be."""
        levels, tests = self._extents.get(name) or self._extent(rule)
        self._extents[name] = levels, tests
        return levels >= LIMIT_LEVELS or tests > LIMIT_TESTS

    def _extent(self, rule: Rule) -> tuple[int, int]:
        """The levels and the tests of a rule whose conditions are written out."""
        if isinstance(rule, Condition) and rule.name in self._extents:
            levels, tests = self._extents[rule.name]
            return levels + 1, tests
        parts = [self._extent(part) for part in parts_of(rule)]
        return 1 + max((levels for levels, _ in parts), default=0), sum(tests for _, tests in parts) or 1

    def _condition_rule(self, name: str) -> Rule | None:
        if name not in self._read:
            self._open.append(name)
            self._read[name] = self.rule(self._sources[name][1], f'the condition "{name}"')
            self._open.pop()
        return self._read[name]


_COMBINATORS: Final[dict[str, Callable[[RuleReader, Mark, Node], Rule | None]]] = {
    "all": RuleReader._all,
    "any": RuleReader._any,
    "none": RuleReader._none,
    "not": RuleReader._not,
    "at_least_of": RuleReader._at_least_of,
    "condition": RuleReader._condition,
}
