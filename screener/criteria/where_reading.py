"""Reading tests of events: tests of the fields of one kind, put together or alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from screener import shapes
from screener.criteria.derivations import Where, WhereAll, WhereAny, WhereNone, WhereNot
from screener.criteria.field_reading import FieldTestReader
from screener.facts.definitions import Vocabulary
from screener.facts.events import FIELDS, EventKind
from screener.facts.value_sets import ValueSet
from screener.findings import Findings, did_you_mean
from screener.located import KIND, Node, Scalar, Sequence
from screener.located import Mapping as MappingNode


class WhereReader:
    """Reads tests of the events of one kind; a test that cannot be read whole is none, and the findings say why."""

    def __init__(
        self, kind: EventKind, vocabulary: Vocabulary, value_sets: Mapping[str, ValueSet], findings: Findings
    ) -> None:
        self.kind = kind
        self.fields = FIELDS[kind]
        self.findings = findings
        self.tests = FieldTestReader(vocabulary, value_sets, findings)

    def where(self, node: Node, what: str) -> Where | None:
        """A list of tests, all of which must hold, or one test: a mapping with one key."""
        if isinstance(node, Sequence):
            parts = self._parts(node, what)
            return None if parts is None else _all(parts)
        if not isinstance(node, MappingNode) or (not node.entries and not node.blank):
            found = KIND[type(node)] if not isinstance(node, MappingNode) else "nothing"
            message = f"{what} must be tests of fields, not {found}"
            self.findings.add("R111", node.mark, message, hint="write `- field: test`, an item each")
            return None
        if len(node.entries) == 1:
            return self._entry(*node.entries[0])
        if node.entries:
            names = " and ".join(f'"{key.text}"' for key, _ in node.entries[:3])
            hint = "write each as an item of its own, after `- `"
            place = node.entries[1][0].mark
            self.findings.add("R113", place, f"{names} stand in one item; one key is meant", hint=hint)
        return None

    def _entry(self, key: Scalar, value: Node) -> Where | None:
        made = _COMBINATORS.get(key.text)
        if made is not None:
            parts = self._parts(value, f"`{key.text}`")
            return None if parts is None else made(parts)
        if key.text == "not":
            part = self.where(value, "`not`")
            return None if part is None else WhereNot(part)
        field = self.fields.get(key.text)
        if field is None:
            hint = did_you_mean(key.text, [*self.fields, *_COMBINATORS, "not"])
            self.findings.add("D102", key.mark, f'an event of the kind {self.kind} has no "{key.text}"', hint=hint)
            return None
        return self.tests.read(field, key, value)

    def _parts(self, node: Node, what: str) -> tuple[Where, ...] | None:
        items = shapes.items(node, what, self.findings)
        if isinstance(node, Sequence) and not items:
            self.findings.add("L101", node.mark, f"{what} lists nothing", hint="list at least one test")
        parts: list[Where] = []
        for item in items:
            part = self.where(item, what)
            if part is not None and part in parts:
                self.findings.add("L105", item.mark, "the same is asked twice here", hint="remove one of the two")
            if part is not None:
                parts.append(part)
        return tuple(parts) if parts and len(parts) == len(items) else None


def _all(parts: tuple[Where, ...]) -> Where:
    return parts[0] if len(parts) == 1 else WhereAll(parts)


_COMBINATORS: Final[dict[str, Callable[[tuple[Where, ...]], Where]]] = {
    "all": _all,
    "any": WhereAny,
    "none": WhereNone,
}
