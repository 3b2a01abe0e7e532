"""Reading definitions of facts from files: the shared vocabulary and the facts a trial adds.

How a fact is derived from events stands beside its definition; the criteria read that part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from screener import shapes
from screener.facts.definitions import (
    AGE,
    ANSWERED_BY,
    BIRTH_DATE,
    EVENT,
    FACT_TYPES,
    PATIENT_ID,
    Definition,
    EventFact,
    FactDefinition,
    Presumption,
)
from screener.facts.events import EVENT_KINDS
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.values import Unreadable, read_number, read_value
from screener.findings import did_you_mean
from screener.located import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from screener.findings import Findings, Mark

DERIVATION_KEYS: Final = ("from", "where", "take", "value")
"""The keys of a definition that say how the fact is derived from events."""
FROM_FACTS: Final = "facts"
"""What stands behind `from` where a fact rests on other facts."""

_NEEDED: Final = ("label", "type", "answered_by", "question")
_KEYS: Final = ("label", "type", "options", "unit", "range", "answered_by", "question", "presume", *DERIVATION_KEYS)
_BELONGS: Final = {
    "options": ("choice", "set"),
    "range": ("integer", "number"),
    "unit": ("integer", "number"),
    "presume": FACT_TYPES,
}
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_OPTION: Final = re.compile(r"[a-z0-9][a-z0-9_]*")
_WORDS_OF_RULES: Final = ("all", "any", "none", "not", "at_least_of", "condition", "screening")
_RESERVED: Final = (PATIENT_ID, BIRTH_DATE, AGE, *_WORDS_OF_RULES)


def read_facts(node: Node | None, findings: Findings) -> list[Definition]:
    """Read a `facts:` mapping; what cannot be used is reported and left out."""
    facts = shapes.mapping(node, "`facts`", findings)
    if facts is None:
        return []
    read = (_read_fact(key, value, findings) for key, value in facts.entries)
    return [fact for fact in read if fact is not None]


def read_vocabulary_file(node: Node | None, findings: Findings) -> list[Definition]:
    """Read a vocabulary file: one mapping, `facts`."""
    root = shapes.mapping(node, "a vocabulary", findings)
    if root is None:
        return []
    shapes.check_keys(root, ("facts",), "a vocabulary", findings, required=("facts",))
    return read_facts(root.get("facts"), findings)


def merge(groups: Iterable[Iterable[Definition]], findings: Findings) -> list[Definition]:
    """All definitions of several files; a name that is defined again is reported, and the first definition stays."""
    merged: dict[str, Definition] = {}
    for fact in (fact for group in groups for fact in group):
        first = merged.setdefault(fact.name, fact)
        if first is not fact and fact.mark is not None and first.mark is not None:
            where = f"{first.mark.file}, line {first.mark.line}"
            hint = "use the one that is there, or choose another name"
            findings.add("F108", fact.mark, f'the fact "{fact.name}" is defined already: {where}', hint=hint)
    return list(merged.values())


def _read_fact(key: Scalar, node: Node, findings: Findings) -> Definition | None:
    name, what = key.text, f'the fact "{key.text}"'
    if not _usable_name(name, key.mark, findings):
        return None
    body = shapes.mapping(node, what, findings)
    if body is None:
        return None
    shapes.check_keys(body, _KEYS, what, findings, required=_NEEDED)
    kind = _fact_type(body, what, findings)
    if kind == EVENT:
        return _event(key, body, findings)
    answered_by = shapes.one_of(body.get("answered_by"), ANSWERED_BY, "`answered_by`", findings)
    label = shapes.text(body.get("label"), "`label`", findings)
    question = shapes.text(body.get("question"), "`question`", findings)
    options = _options(body, kind, key.mark, findings)
    low, high = _range(body, kind, findings)
    if kind is None or answered_by is None or label is None or question is None or options is None:
        return None
    unit = shapes.text(body.get("unit"), "`unit`", findings)
    fact = FactDefinition(
        name, label, kind, answered_by, question,  # type: ignore[arg-type]  # one_of narrows to the listed words
        options=options, unit=unit, low=low, high=high, mark=key.mark,
    )  # fmt: skip
    return _with_presumption(fact, body.get("presume"), findings)


def _event(key: Scalar, body: Mapping, findings: Findings) -> EventFact | None:
    """A fact that is an event of one kind; what its fields are follows from the kind."""
    if key.text in (*EVENT_KINDS, FROM_FACTS):
        hint = f"choose another name, such as latest_{key.text}"
        findings.add("F109", key.mark, f'"{key.text}" is a word of the language after `from:`', hint=hint)
        return None
    kind = _kind(key, body, findings)
    answered_by = shapes.one_of(body.get("answered_by"), ANSWERED_BY, "`answered_by`", findings)
    label, question = (shapes.text(body.get(name), f"`{name}`", findings) for name in ("label", "question"))
    if kind is None or answered_by is None or label is None or question is None:
        return None
    return EventFact(key.text, label, kind, answered_by, question, mark=key.mark)  # type: ignore[arg-type]  # one_of


def _kind(key: Scalar, body: Mapping, findings: Findings) -> str | None:
    node = body.get("from")
    if node is None and "from" not in body.blank:
        hint = "add `from:` and the kind of event"
        findings.add("F107", key.mark, f'the event "{key.text}" does not say what it is taken from', hint=hint)
    kind = shapes.text(node, "`from`", findings)
    if kind is None or node is None or kind in EVENT_KINDS:
        return kind
    hint = did_you_mean(kind, EVENT_KINDS)
    findings.add("D101", node.mark, f'an event is taken from a kind of event, and "{kind}" is none', hint=hint)
    return None


def _usable_name(name: str, mark: Mark, findings: Findings) -> bool:
    if name in _RESERVED:
        findings.add("F109", mark, f'"{name}" is built in and cannot be defined again', hint="remove the definition")
        return False
    if not _NAME.fullmatch(name) or "__" in name:
        hint = "write small letters, digits and single underscores, beginning with a letter"
        findings.add("F109", mark, f'"{name}" cannot be the name of a fact', hint=hint)
        return False
    return True


def _fact_type(body: Mapping, what: str, findings: Findings) -> str | None:
    kind = shapes.one_of(body.get("type"), (*FACT_TYPES, EVENT), f"the type of {what}", findings)
    for key, types in _BELONGS.items():
        place = body.key(key)
        if kind is not None and place is not None and kind not in types:
            findings.add("F107", place.mark, f"`{key}` does not go with the type {kind}", hint=f"remove `{key}`")
    return kind


def _options(body: Mapping, kind: str | None, mark: Mark, findings: Findings) -> tuple[str, ...] | None:
    if kind not in ("choice", "set"):
        return ()
    nodes = shapes.items(body.get("options"), "`options`", findings)
    options: list[str] = []
    for node in nodes:
        option = shapes.text(node, "an option", findings)
        if option is None:
            continue
        if not _OPTION.fullmatch(option):
            hint = "write small letters, digits and underscores"
            findings.add("F107", node.mark, f'"{option}" cannot be an option', hint=hint)
        elif option in options:
            findings.add("F107", node.mark, f'the option "{option}" is listed twice', hint="remove one")
        else:
            options.append(option)
    written = body.get("options")
    if not nodes and (written is None or isinstance(written, Sequence)) and "options" not in body.blank:
        findings.add("F107", mark, f"a {kind} needs its `options`", hint="list them: `options: [a, b]`")
        return None
    return tuple(options) or None


def _range(body: Mapping, kind: str | None, findings: Findings) -> tuple[int | Decimal | None, int | Decimal | None]:
    node = body.get("range")
    if node is None or kind not in ("integer", "number"):
        return None, None
    if isinstance(node, Scalar):
        ends = [_number(Scalar(node.text.strip().removesuffix(" or more"), node.mark))]
        if ends[0] is not None and node.text.strip().endswith(" or more"):
            return ends[0], None
    else:
        ends = [_number(end) for end in shapes.items(node, "`range`", findings)]
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]:
        return ends[0], ends[1]
    hint = "write `range: [0, 5]` or `range: 0 or more`"
    findings.add("F107", node.mark, "`range` is two numbers, the lower first", hint=hint)
    return None, None


def _number(node: Node) -> int | Decimal | None:
    try:
        return read_number(node.text.strip()) if isinstance(node, Scalar) else None
    except Unreadable:
        return None


def _with_presumption(fact: FactDefinition, node: Node | None, findings: Findings) -> FactDefinition:
    body = shapes.mapping(node, "`presume`", findings)
    if body is None:
        return fact
    keys = ("value", "because")
    shapes.check_keys(body, keys, "`presume`", findings, required=keys)
    written, because = (shapes.text(body.get(key), f"`{key}`", findings) for key in keys)
    if written is None or because is None:
        return fact
    try:
        presumption = Presumption(read_value(fact, written), because)
    except Unreadable as error:
        findings.add(error.kind, body.mark, f"the presumed value is {error}")
        return fact
    if isinstance(presumption.value, NumberRange | AtLeastSet):
        findings.add("F106", body.mark, "the presumed value is known in part", hint="presume one value or nothing")
        return fact
    return replace(fact, presume=presumption)
