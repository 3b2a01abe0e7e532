"""The way back: a rule set written as the `criteria.yaml` it could have been read from.

What is written reads back equal; places and comments are not part of a rule set and are not kept. Every scalar is
text, as in the file: what `2` or `yes` means is said by the type of the fact.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from screener.criteria.model import (
    All,
    AnyOf,
    AtLeastOf,
    BetweenTest,
    Case,
    ChoiceTest,
    Condition,
    Criterion,
    DateTest,
    EmptyTest,
    FactReference,
    FactTest,
    GivenValue,
    HappenedWithin,
    Interpretation,
    NoneOf,
    Not,
    Note,
    NumberTest,
    Rule,
    RuleSet,
    SetTest,
    Test,
    YesNoTest,
)
from screener.facts.definitions import FactDefinition
from screener.facts.written import cell_text, number_text

Data = str | list["Data"] | dict[str, "Data"]
"""What YAML holds, every scalar as text."""

_PLAIN: Final = re.compile(r"[\w(][\w .()/+%<=>*^'-]*")
_NO_BLOCK: Final = re.compile(r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ESCAPED: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_WIDTH: Final = 100


class _Flow(dict[str, Data]):
    """A mapping written in one line, in braces."""


class _Block(str):
    """A text written as a block, each of its lines as it stands."""

    __slots__ = ()


def rule_data(rule: Rule) -> dict[str, Data]:
    """A rule as the YAML says it: one key, and under it texts, lists and mappings."""
    match rule:
        case FactTest():
            return {rule.fact: _test_data(rule)}
        case All(parts):
            return {"all": [rule_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [rule_data(part) for part in parts]}
        case NoneOf(parts):
            return {"none": [rule_data(part) for part in parts]}
        case Not(part):
            return {"not": rule_data(part)}
        case AtLeastOf(count, parts):
            return {"at_least_of": {"count": str(count), "of": [rule_data(part) for part in parts]}}
        case Condition(name):
            return {"condition": name}


def rules_text(rules: RuleSet) -> str:
    """A complete `criteria.yaml` that reads back equal, of rules whose inclusion criteria stand first."""
    head: dict[str, Data] = {"trial": rules.trial, "title": rules.title, "author": rules.author}
    parts: dict[str, Data] = {
        "facts": {name: _fact_data(rules.vocabulary[name]) for name in rules.own_facts},
        "conditions": {condition.name: rule_data(condition.rule) for condition in rules.conditions},
        "inclusion": [_criterion_data(one) for one in rules.criteria if one.kind == "inclusion"],
        "exclusion": [_criterion_data(one) for one in rules.criteria if one.kind == "exclusion"],
        "notes": [_note_data(note) for note in rules.notes],
    }
    blocks = [_lines(head, 0), *(_lines({key: part}, 0) for key, part in parts.items() if part)]
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks)


def _test_data(test: FactTest) -> Data:
    match test:
        case FactTest(_, (YesNoTest(expected),), None):
            return _yes_no(expected)
        case FactTest(_, (EmptyTest(True),), None):
            return "empty"
    asked = _Flow(_one_test(one) for one in test.tests)
    if test.measured_within is not None:
        asked["measured_within"] = str(test.measured_within)
    return asked


def _one_test(test: Test) -> tuple[str, Data]:
    match test:
        case YesNoTest(expected):
            return "is", _yes_no(expected)
        case ChoiceTest("is", (option,)):
            return "is", option
        case ChoiceTest(op, options) | SetTest(op, options):
            return op, list(options)
        case NumberTest(op, limit):
            return op, number_text(limit)
        case BetweenTest(low, high):
            return "between", [number_text(low), number_text(high)]
        case DateTest(op, FactReference(fact, later)):
            return op, f"{later} after {fact}" if later else fact
        case DateTest(op, other):
            return op, str(other)
        case HappenedWithin(length):
            return "happened_within", str(length)
        case EmptyTest(expected):
            return "empty", _yes_no(expected)


def _yes_no(answer: bool) -> str:
    return "yes" if answer else "no"


def _fact_data(fact: FactDefinition) -> Data:
    body: dict[str, Data] = {"label": fact.label, "type": fact.type}
    if fact.options:
        body["options"] = list(fact.options)
    if fact.unit is not None:
        body["unit"] = fact.unit
    if fact.low is not None:
        body["range"] = f"{fact.low} or more" if fact.high is None else [str(fact.low), str(fact.high)]
    body |= {"answered_by": fact.answered_by, "question": fact.question}
    if fact.presume is not None:
        body["presume"] = _Flow(value=cell_text(fact.presume.value), because=fact.presume.because)
    return body


def _criterion_data(criterion: Criterion) -> Data:
    body: dict[str, Data] = {"id": criterion.id, "quote": _Block(criterion.quote)}
    if criterion.rule is not None:
        body["require" if criterion.kind == "inclusion" else "exclude_if"] = rule_data(criterion.rule)
    if criterion.allows is not None:
        body["allows"] = criterion.allows
    if criterion.not_encoded is not None:
        body["not_encoded"] = criterion.not_encoded
    if criterion.unclear is not None:
        body["unclear_if"] = {"when": rule_data(criterion.unclear.when), "because": criterion.unclear.because}
    if criterion.interpretations:
        body["interpretation"] = [_interpretation_data(one) for one in criterion.interpretations]
    if criterion.recoverable:
        body["recoverable"] = "yes"
    if criterion.cases:
        body["cases"] = [_case_data(case) for case in criterion.cases]
    return body


def _interpretation_data(one: Interpretation) -> Data:
    words = {"note": one.note, "status": one.status, "by": one.by, "on": one.on}
    return _Flow((key, word) for key, word in words.items() if word is not None)


def _case_data(case: Case) -> Data:
    given = _Flow((value.fact, _given_data(value)) for value in case.given)
    return _Flow(name=case.name, given=given, on=case.on.isoformat(), expect=case.expect)


def _given_data(given: GivenValue) -> Data:
    if given.on is not None:
        return f"{cell_text(given.value)} on {given.on}"
    if isinstance(given.value, frozenset) and given.value:
        return [*sorted(given.value)]
    return cell_text(given.value)


def _note_data(note: Note) -> Data:
    return {"id": note.id, "when": rule_data(note.when), "say": note.say, "cite": note.cite}


def _lines(data: dict[str, Data], level: int) -> Iterator[str]:
    """The lines of a mapping, a key a line, `level` steps to the right."""
    for key, value in data.items():
        yield from _entry(key, value, level)


def _entry(key: str, value: Data, level: int) -> Iterator[str]:
    space, name = "  " * level, _scalar(key)
    if isinstance(value, str):
        yield from _text_lines(f"{space}{name}:", value, level + 1)
    elif isinstance(value, _Flow) or _flat_list(value):
        yield f"{space}{name}: {_flow(value)}"
    elif isinstance(value, dict):
        yield f"{space}{name}:"
        yield from _lines(value, level + 1)
    else:
        yield f"{space}{name}:"
        for item in value:
            yield from _item(item, level + 1)


def _item(item: Data, level: int) -> Iterator[str]:
    """An item of a list: its first line carries the dash."""
    space = "  " * level
    if isinstance(item, _Flow | str):
        yield f"{space}- {_flow(item)}"
        return
    assert isinstance(item, dict)  # lists hold no lists
    first, *rest = _lines(item, level + 1)
    yield f"{space}- {first.lstrip(' ')}"
    yield from rest


def _text_lines(head: str, text: str, level: int) -> Iterator[str]:
    """A text behind its key: as a block, folded where it is long, else in one line."""
    space = "  " * level
    if isinstance(text, _Block) and text and not _NO_BLOCK.search(text):
        yield f"{head} |"
        yield from (f"{space}{line}" if line else "" for line in text.split("\n"))
    elif len(text) > _WIDTH and _foldable(text):
        yield f"{head} >-"
        yield from (space + line for line in _folded(text))
    else:
        yield f"{head} {_scalar(text)}"


def _foldable(text: str) -> bool:
    """Whether breaking the text at its spaces and joining the lines again gives the same text."""
    return not _NO_BLOCK.search(text) and " ".join(_folded(text)) == text


def _folded(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _flat_list(value: Data) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _flow(value: Data) -> str:
    """A value in one line."""
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, dict):
        return "{" + _joined(f"{_scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    return f"[{_joined(_flow(item) for item in value)}]"


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words)


def _scalar(text: str) -> str:
    """A text in one line: bare where YAML takes it as it stands, else in double quotes."""
    if _PLAIN.fullmatch(text) and text == text.strip() and not _NO_BLOCK.search(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
