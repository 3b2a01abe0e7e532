"""What a rule says, as bytes: equal for rules that say the same, wherever they stand in a file."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from typing import Any

import orjson

from screener.criteria.model import Criterion, RuleSet, facts_read
from screener.facts.definitions import AGE, BIRTH_DATE


def rules_reading(rules: RuleSet, fact: str) -> str:
    """The hash of everything in a rule set that reads a fact: the criteria, and how the fact is defined."""
    names = {fact, AGE} if fact == BIRTH_DATE else {fact}
    read = [_said(one) for one in rules.criteria if names & set(_reads(one))]
    definition = _plain(rules.vocabulary[fact]) if fact in rules.vocabulary else None
    return hashlib.sha256(orjson.dumps([read, definition])).hexdigest()


def same_rule(one: Criterion, other: Criterion) -> bool:
    """Whether two criteria ask the same of a patient."""
    return bool(_said(one) == _said(other))


def _reads(criterion: Criterion) -> tuple[str, ...]:
    rules = [criterion.rule] if criterion.rule is not None else []
    if criterion.unclear is not None:
        rules.append(criterion.unclear.when)
    return tuple(name for rule in rules for name in facts_read(rule))


def _said(one: Criterion) -> Any:
    """What decides; cases and interpretations are no part of it."""
    parts = (one.id, one.kind, one.quote, one.rule, one.allows, one.not_encoded, one.unclear, one.recoverable)
    return [_plain(part) for part in parts]


def _plain(thing: Any) -> Any:
    """A tree of frozen data as lists and texts, but for its places in the file."""
    if is_dataclass(thing):
        held = [_plain(getattr(thing, one.name)) for one in fields(thing) if one.compare]
        return [type(thing).__name__, *held]
    if isinstance(thing, tuple):
        return [_plain(one) for one in thing]
    if isinstance(thing, frozenset):
        return sorted(thing)
    return thing if isinstance(thing, bool | int | str | None) else str(thing)
