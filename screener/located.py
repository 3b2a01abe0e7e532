"""YAML read into nodes that know their place, over the parser's events.

Scalars stay text: `yes`, `010`, `1e3` and `NO` mean what the fact's type makes of them, later. What YAML offers beyond
mappings, lists and text (anchors, aliases, tags, several documents) is refused, because a reviewed rule must read the
same to everyone. Every mistake that can be passed over is reported and reading goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import yaml

from screener.findings import Mark

if TYPE_CHECKING:
    from pathlib import Path

    from screener.findings import Findings

LIMIT_BYTES: Final = 1024 * 1024
LIMIT_LEVELS: Final = 50

_KEYS: Final = frozenset({
    "about", "answered_by", "because", "by", "cite", "count", "expect", "fails", "given", "id", "label", "name",
    "measured_within", "note", "of", "on", "open", "options", "presume", "question", "quote", "range", "recoverable",
    "say", "status", "type", "unit", "value", "when",
})  # fmt: skip
"""Words that are keys where they stand in braces; one without a value has lost it, and is no rest of a text."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text and where it starts; `block` when it was written with `|` or `>`."""

    text: str
    mark: Mark
    block: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order of the file; of a repeated key the first is kept.

    `blank` names the keys that stand without a value: they are reported where they stand, and not again as missing.
    """

    entries: tuple[tuple[Scalar, Node], ...]
    mark: Mark
    blank: frozenset[str] = frozenset()

    def get(self, key: str) -> Node | None:
        """The value of a key, or none."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((name for name, _ in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping

KIND: Final = {Scalar: "a text", Sequence: "a list", Mapping: "a mapping of keys to values"}


def read_file(path: Path, findings: Findings, *, name: str | None = None) -> tuple[Node | None, bytes]:
    """Read a file into nodes.

    Args:
        path: the file.
        findings: where mistakes go.
        name: how the file is called in findings; its path unless told.

    Returns:
        The root node (none when nothing usable was read) and the file's bytes.
    """
    shown = name or str(path)
    start = Mark(shown, 1, 1)
    try:
        content = path.read_bytes()
    except OSError as error:
        findings.add("R110", start, f"the file cannot be read: {error.strerror}")
        return None, b""
    if len(content) > LIMIT_BYTES:
        message = f"the file has {len(content):,} bytes; at most {LIMIT_BYTES:,} are read"
        findings.add("R108", start, message, hint="a rule file holds rules, not documents: shorten it")
        return None, content
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        findings.add("R110", Mark(shown, line, 1), "the file is not UTF-8 text", hint="save it as UTF-8")
        return None, content
    return read_text(text, shown, findings), content


def read_text(text: str, name: str, findings: Findings) -> Node | None:
    """Read a text into nodes; see `read_file`."""
    for number, line in enumerate(text.split("\n"), start=1):
        if "\t" in line:
            hint = "write spaces; tabs look different to every reader"
            findings.add("R105", Mark(name, number, line.index("\t") + 1), "a tab stands here", hint=hint)
    # A tab counts as one column, as a space does: with spaces instead, the rest of the file can be read.
    builder = _Builder(name, findings)
    try:
        return builder.build(text.replace("\t", " "))
    except yaml.YAMLError as error:
        findings.add("R101", _error_mark(error, name), _error_text(error), hint=_SYNTAX_HINT)
        return None


_SYNTAX_HINT: Final = "look at the indentation, and put words that hold `: ` or ` #` in a block (`|`) or in quotes"


def _error_mark(error: yaml.YAMLError, name: str) -> Mark:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return Mark(name, mark.line + 1, mark.column + 1) if mark else Mark(name, 1, 1)


def _error_text(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "a character YAML does not allow"
    context = getattr(error, "context", None)
    return f"this is not YAML: {problem}" + (f" {context}" if context else "")


class _TooDeep(yaml.YAMLError):
    """Ends the reading of a file that nests beyond the limit."""


class _Builder:
    """Builds nodes from the parser's events, one method a kind of node."""

    def __init__(self, name: str, findings: Findings) -> None:
        self.name = name
        self.findings = findings

    def build(self, text: str) -> Node | None:
        self.events = iter(yaml.parse(text, Loader=_LOADER))
        root: Node | None = None
        try:
            for event in self.events:
                if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                    self.findings.add(
                        "R101", self.mark(event), "a second document starts here", hint="remove the `---`"
                    )
                    return root
                if isinstance(event, yaml.NodeEvent):
                    root = self.node(event, 1)
        except _TooDeep:
            return None
        if root is None:
            self.findings.add("R106", Mark(self.name, 1, 1), "the file is empty")
        return root

    def mark(self, event: yaml.Event) -> Mark:
        start = event.start_mark
        assert start is not None  # the parser marks every event
        return Mark(self.name, start.line + 1, start.column + 1)

    def node(self, event: yaml.Event, level: int) -> Node:
        mark = self.mark(event)
        assert isinstance(event, yaml.NodeEvent)
        self.refuse_extras(event, mark)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, mark, event.style in ("|", ">"))
        if isinstance(event, yaml.AliasEvent):
            return Scalar("", mark)
        if level > LIMIT_LEVELS:
            hint = "give an inner part a name under `conditions:`"
            self.findings.add("R109", mark, f"this is nested more than {LIMIT_LEVELS} levels deep", hint=hint)
            raise _TooDeep
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(self.items(level), mark)
        return self.mapping(level, mark)

    def refuse_extras(self, event: yaml.NodeEvent, mark: Mark) -> None:
        if event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            message = f"`{sign}{event.anchor}`: anchors and aliases are not part of the language"
            self.findings.add("R103", mark, message, hint="write the part out, or name it once under `conditions:`")
        tag = getattr(event, "tag", None)
        if tag is not None:
            written = tag.replace("tag:yaml.org,2002:", "!!")
            self.findings.add("R104", mark, f"`{written}`: tags are not part of the language", hint="remove the tag")

    def items(self, level: int) -> tuple[Node, ...]:
        found: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            node = self.node(event, level + 1)
            if self.has_value(node, "this item"):
                found.append(node)
        return tuple(found)

    def mapping(self, level: int, mark: Mark) -> Mapping:
        found: dict[str, tuple[Scalar, Node]] = {}
        blank: set[str] = set()
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, level + 1)
            value = self.node(next(self.events), level + 1)
            if not isinstance(key, Scalar):
                self.findings.add("R111", key.mark, "a key must be a plain text")
            elif key.text in found:
                first = found[key.text][0].mark.line
                message = f'the key "{key.text}" stands here again; it stood in line {first}'
                self.findings.add("R102", key.mark, message, hint="remove one of the two")
            elif self.goes_on(key, value, found):
                self.join(key, found)
            elif self.has_value(value, f'"{key.text}"', at=key.mark):
                found[key.text] = (key, value)
            else:
                blank.add(key.text)
        return Mapping(tuple(found.values()), mark, frozenset(blank))

    def goes_on(self, key: Scalar, value: Node, found: dict[str, tuple[Scalar, Node]]) -> bool:
        """Whether a key without a colon, in braces, is the rest of a text with a comma: `{name: below, no ITP}`."""
        if not isinstance(value, Scalar) or value.text or not found or key.text in _KEYS:
            return False
        before = next(reversed(found.values()))[1]
        return isinstance(before, Scalar) and value.mark == self.end(key)

    def end(self, key: Scalar) -> Mark:
        """Where a key of one line ends; only there stands the empty value of a key without a colon."""
        return key.mark._replace(column=key.mark.column + len(key.text))

    def join(self, key: Scalar, found: dict[str, tuple[Scalar, Node]]) -> None:
        name, (first, before) = next(reversed(found.items()))
        assert isinstance(before, Scalar)
        found[name] = (first, replace(before, text=f"{before.text}, {key.text}"))

    def has_value(self, node: Node, what: str, *, at: Mark | None = None) -> bool:
        """Report a text that holds nothing; an alias was reported already."""
        if not isinstance(node, Scalar) or node.text.strip():
            return True
        reported = any(finding.mark == node.mark and finding.code == "R103" for finding in self.findings)
        if not reported:
            self.findings.add("R106", at or node.mark, f"{what} has no value", hint="write the value, or remove it")
        return False
