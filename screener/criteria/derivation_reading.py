"""Reading how facts are derived: `from`, `where`, `take` and `value` beside the definition of a fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Final, NamedTuple

from screener import shapes
from screener.criteria.derivations import (
    TAKES,
    Derivation,
    Derivations,
    DerivedType,
    FromEvents,
    FromFacts,
    RuleByOption,
    Take,
    definition_of,
    facts_of,
)
from screener.criteria.model import All, Rule
from screener.criteria.rule_reading import RuleReader
from screener.criteria.value_reading import BY_OPTION, ReadByOption, ValueReader, place_of, read_by_option
from screener.criteria.where_reading import WhereReader
from screener.facts.definitions import EVENT, EventFact, FactDefinition, Vocabulary
from screener.facts.events import EVENT_KINDS, EventKind
from screener.facts.value_sets import ValueSet
from screener.facts.vocabulary import DERIVATION_KEYS, FROM_FACTS
from screener.findings import Findings, did_you_mean
from screener.located import Mapping as MappingNode
from screener.located import Node, Scalar, Sequence

NO_VALUE_SETS: Final[Mapping[str, ValueSet]] = MappingProxyType({})


class Source(NamedTuple):
    """What a fact is taken from: the events of a kind, or the one event that another fact is."""

    kind: EventKind
    event: str | None = None


def read_derivations(
    nodes: Iterable[Node | None], vocabulary: Vocabulary, value_sets: Mapping[str, ValueSet], findings: Findings
) -> Derivations:
    """Read the derivations that stand in several `facts:` mappings; what cannot be used is reported and left out.

    Args:
        nodes: the mappings, whose definitions were read into the vocabulary.
        vocabulary: every fact that a derivation may speak of.
        value_sets: the value sets by name.
        findings: where mistakes go.

    Returns:
        The derivations, each behind those it rests on.
    """
    reader = DerivationReader(vocabulary, value_sets, findings)
    found = (reader.read(key, body) for node in nodes for key, body in _bodies(node))
    read = {one.fact: one for one in found if one is not None}
    return Derivations(MappingProxyType(_in_order(read, findings)), value_sets)


def _bodies(node: Node | None) -> Iterator[tuple[Scalar, MappingNode]]:
    if isinstance(node, MappingNode):
        yield from ((key, body) for key, body in node.entries if isinstance(body, MappingNode))


def _in_order(read: dict[str, Derivation], findings: Findings) -> dict[str, Derivation]:
    """The derivations, each behind those it rests on; those that rest on themselves are reported and left out."""
    rest = dict(read)
    while True:
        graph = {name: [definition_of(fact) for fact in facts_of(one)] for name, one in rest.items()}
        try:
            return {name: rest[name] for name in TopologicalSorter(graph).static_order() if name in rest}
        except CycleError as error:
            circle = _turned(error.args[1][:0:-1], rest)
            mark = rest[circle[0]].mark
            assert mark is not None  # what was read has a place
            message = f"the fact rests on itself: {' -> '.join([*circle, circle[0]])}"
            findings.add("D109", mark, message, hint="break the circle")
            rest = {name: one for name, one in rest.items() if name not in circle}


def _turned(circle: list[str], known: dict[str, Derivation]) -> list[str]:
    """A circle that begins with the fact that is defined first."""
    first = min(range(len(circle)), key=lambda place: list(known).index(circle[place]))
    return circle[first:] + circle[:first]


class DerivationReader:
    """Reads the derivations of the facts of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, value_sets: Mapping[str, ValueSet], findings: Findings) -> None:
        self.vocabulary = vocabulary
        self.value_sets = value_sets
        self.findings = findings
        self.rules = RuleReader(vocabulary, None, findings)

    def read(self, key: Scalar, body: MappingNode) -> Derivation | None:
        """The derivation that a definition holds, or none where it holds none, or none that can be read."""
        definition = self.vocabulary.events.get(key.text) or self.vocabulary.facts.get(key.text)
        said = [name for name, _ in body.entries if name.text in DERIVATION_KEYS]
        if definition is None or definition.mark != key.mark or not said:
            return None
        before = len(self.findings)
        if body.get("from") is None:
            message = f"`{said[0].text}` stands here, and the fact is taken from nothing"
            if "from" not in body.blank:
                self.findings.add("F107", said[0].mark, message, hint="add `from:`, or remove it")
            return None
        source = shapes.text(body.get("from"), "`from`", self.findings)
        derivation: Derivation | None
        if source == FROM_FACTS and isinstance(definition, FactDefinition):
            derivation = self._from_facts(definition, body)
        else:
            derivation = self._from_events(definition, body)
        return derivation if len(self.findings) == before and not body.blank else None

    def _from_events(self, definition: FactDefinition | EventFact, body: MappingNode) -> FromEvents | None:
        kind = _type_of(definition)
        source = self._source(definition, body)
        if source is None:
            return None
        where_node = body.get("where")
        reader = WhereReader(source.kind, self.vocabulary, self.value_sets, self.findings)
        where = reader.where(where_node, "`where`") if where_node is not None else None
        take = self._take(kind, body, source)
        value = ValueReader(definition, reader, self.findings).read(body, take) if take or source.event else None
        if source.event is not None:
            self._check_one(kind, body)
        return FromEvents(
            definition.name, kind, source.kind, source.event, where=where, take=take, value=value, mark=definition.mark
        )

    def _check_one(self, kind: DerivedType, body: MappingNode) -> None:
        """Of one event is asked whether tests hold, or a value: not both, and not neither."""
        place = body.key("where")
        if place is not None and (kind != "yes_no" or body.get("value") is not None):
            message = "`where` stands beside a value of one event"
            self.findings.add("D107", place.mark, message, hint="write the tests under `value`, or leave `value` away")
        if place is None and kind == "yes_no" and body.get("value") is None and not body.blank:
            hint = "add `where:` with tests of the event"
            self.findings.add("D107", place_of(body), "it is not said what is asked of the event", hint=hint)

    def _source(self, definition: FactDefinition | EventFact, body: MappingNode) -> Source | None:
        if isinstance(definition, EventFact):
            return Source(definition.kind)
        node = body.get("from")
        word = shapes.text(node, "`from`", self.findings)
        if word is None or node is None:
            return None
        event = self.vocabulary.events.get(word)
        if event is not None:
            return Source(event.kind, event.name)
        if word in EVENT_KINDS:
            return Source(word)
        hint = did_you_mean(word, [*EVENT_KINDS, *self.vocabulary.events, FROM_FACTS])
        self.findings.add("D101", node.mark, f'"{word}" is no kind of event and no event', hint=hint)
        return None

    def _take(self, kind: DerivedType, body: MappingNode, source: Source) -> Take | None:
        node = body.get("take")
        if source.event is not None:
            if node is not None:
                message = f'"{source.event}" is one event, so there is nothing to take'
                self.findings.add("D106", node.mark, message, hint="remove `take`")
            return None
        allowed = TAKES[kind]
        hint = f"write one of: {', '.join(allowed)}"
        if node is None:
            if "take" not in body.blank:
                self.findings.add("D106", place_of(body), "it is not said which of the events to take", hint=hint)
            return None
        word = shapes.text(node, "`take`", self.findings)
        if word is not None and word not in allowed:
            message = f'"{word}" is nothing that a fact of the type {kind} can take'
            self.findings.add("D106", node.mark, message, hint=hint)
        return word if word in allowed else None

    def _from_facts(self, definition: FactDefinition, body: MappingNode) -> FromFacts | None:
        kind = definition.type
        if kind not in BY_OPTION:
            message = f"a fact of the type {kind} cannot rest on other facts"
            self.findings.add("D107", place_of(body), message, hint="derive it from a kind of event")
            return None
        wanted, other = ("where", "value") if kind == "yes_no" else ("value", "where")
        for code, name in (("D106", "take"), ("D107", other)):
            place = body.key(name)
            if place is not None:
                message = f"`{name}` does not go with a fact of the type {kind} that rests on other facts"
                self.findings.add(code, place.mark, message, hint=f"remove `{name}`")
        node = body.get(wanted)
        if node is None:
            message = f"a fact of the type {kind} that rests on other facts needs `{wanted}`"
            if wanted not in body.blank:
                self.findings.add("D107", place_of(body), message, hint=f"add `{wanted}:`")
            return None
        value = self._rule(node, f"`{wanted}`") if kind == "yes_no" else self._rules_by_option(definition, node)
        return FromFacts(definition.name, kind, value, mark=definition.mark) if value is not None else None

    def _rules_by_option(self, definition: FactDefinition, node: Node) -> RuleByOption | None:
        read: ReadByOption[Rule] | None = read_by_option(definition, node, self._rule, self.findings)
        return RuleByOption(*read) if read is not None else None

    def _rule(self, node: Node, what: str) -> Rule | None:
        """A list of rules, all of which must hold, or one rule."""
        if not isinstance(node, Sequence):
            return self.rules.rule(node, what)
        if not node.items:
            self.findings.add("L101", node.mark, f"{what} lists nothing", hint="list at least one test")
        parts = [self.rules.rule(item, what) for item in node.items]
        known = tuple(part for part in parts if part is not None)
        if not known or len(known) < len(parts):
            return None
        return known[0] if len(known) == 1 else All(known)


def _type_of(definition: FactDefinition | EventFact) -> DerivedType:
    return EVENT if isinstance(definition, EventFact) else definition.type
