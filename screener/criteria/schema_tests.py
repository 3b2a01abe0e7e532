"""The parts of the editors' schema that stand behind a fact's name: the tests its type knows, and given values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from screener.criteria.test_reading import MEASURED_WITHIN, TESTS_OF
from screener.facts.definitions import AGE, FactDefinition

Schema = dict[str, Any]

YES_NO: Final[Schema] = {"enum": ["yes", "no", "Yes", "No", "YES", "NO", True, False]}
"""Yes or no; editors that read YAML 1.1 hand over a boolean."""

_DAY: Final = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"
_NUMBER: Final = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,2})?"
_WHOLE: Final = "[+-]?[0-9]{1,18}([.]0*)?"
_LENGTH: Final = "[0-9]{1,4} +(day|week|month|year)s?"
OWN_NAME: Final = "[a-z][a-z0-9]*(_[a-z0-9]+)*"
FACT_NAME: Final = f"{OWN_NAME}([.][a-z_]+)?"
"""The name of a fact; of a field of an event with the field behind a point."""
_MOST_LISTED: Final = 64
_BOOLEANS: Final = {True: ("yes", "true", "on", "y"), False: ("no", "false", "off", "n")}

SAID: Final = {
    "is": "It is this.",
    "one_of": "It is one of these.",
    "none_of": "It is none of these.",
    "at_least": "This or more.",
    "at_most": "This or less.",
    "more_than": "More than this.",
    "less_than": "Less than this.",
    "equals": "Exactly this.",
    "between": "From the lower to the higher; both count.",
    "before": "Before a date, another date fact, or `screening`.",
    "on_or_before": "On or before a date, another date fact, or `screening`.",
    "after": "After a date, another date fact, or `screening`.",
    "on_or_after": "On or after a date, another date fact, or `screening`.",
    "happened_within": "At most so long before the screening date; outside is no.",
    "includes_any": "It holds at least one of these.",
    "includes_all": "It holds all of these.",
    "only": "It holds nothing but these.",
    "excludes_all": "It holds none of these.",
    "empty": "Whether it holds nothing.",
    MEASURED_WITHIN: "How old the value may be; an older one is unknown, whatever it says.",
}


def reference(name: str) -> Schema:
    """A reference to a definition of the schema."""
    return {"$ref": f"#/definitions/{name}"}


def fact_test(fact: FactDefinition) -> Schema:
    """What may stand behind a fact of the vocabulary: the tests of its type, with its options and range."""
    properties = {name: {**operand(fact, name), "description": SAID[name]} for name in TESTS_OF[fact.type]}
    asked = _asked(properties, windowed=fact.name != AGE)
    if fact.type == "yes_no":
        return {"anyOf": [YES_NO, asked]}
    return {"anyOf": [{"const": "empty"}, asked]} if fact.type == "set" else asked


def loose_test() -> Schema:
    """What may stand behind a fact that the trial defines itself: a test of any type."""
    option: Schema = {"type": ["string", "boolean", "integer"]}
    several: Schema = {"type": "array", "items": option, "minItems": 1}
    number, point = _number("number"), _point()
    operands: dict[str, Schema] = {
        **dict.fromkeys((*TESTS_OF["choice"], *TESTS_OF["set"]), several),
        **dict.fromkeys(TESTS_OF["number"], number),
        **dict.fromkeys(TESTS_OF["date"], point),
        "is": option,
        "empty": YES_NO,
        "between": _pair(number),
        "happened_within": _text(_LENGTH),
    }
    properties = {name: {**operand, "description": SAID[name]} for name, operand in operands.items()}
    return {"anyOf": [{"enum": [*YES_NO["enum"], "empty"]}, _asked(properties, windowed=True)]}


def given_value(fact: FactDefinition) -> Schema:
    """What a case may give for a fact of the vocabulary: a value, or `value on date`."""
    if fact.type == "yes_no":
        return {"anyOf": [YES_NO, _text(f"(yes|no) on {_DAY}")]}
    if fact.type in ("integer", "number"):
        number = _number(fact.type, fact.low, fact.high)
        return {"anyOf": [number, _text(f"{_WHOLE if fact.type == 'integer' else _NUMBER} on {_DAY}")]}
    if fact.type == "date":
        return _date(f"{_DAY}( on {_DAY})?")
    option = f"({'|'.join(fact.options)})"
    one = {"anyOf": [_option(fact.options), _text(f"{option} on {_DAY}")]}
    if fact.type == "choice":
        return one
    several = {"type": "array", "items": _option(fact.options), "uniqueItems": True}
    return {"anyOf": [several, _text(f"(none|{option}(; *{option})*)( on {_DAY})?")]}


def loose_given() -> Schema:
    """What a case may give for a fact that the trial defines itself."""
    return {"type": ["string", "number", "boolean", "array"]}


def _asked(properties: dict[str, Schema], *, windowed: bool) -> Schema:
    asked: Schema = {"type": "object", "properties": properties, "minProperties": 1, "additionalProperties": False}
    if not windowed:
        return asked
    window = {**_text(_LENGTH), "description": SAID[MEASURED_WITHIN]}
    alone = {"required": [MEASURED_WITHIN], "maxProperties": 1}
    return {**asked, "properties": {**properties, MEASURED_WITHIN: window}, "not": alone}


def operand(fact: FactDefinition, name: str) -> Schema:
    """What stands behind the name of a test."""
    match fact.type, name:
        case "yes_no", _:
            return YES_NO
        case "integer" | "number", "between":
            return _pair(_number(fact.type, fact.low, fact.high))
        case "integer" | "number", _:
            return _number(fact.type, fact.low, fact.high)
        case "date", "happened_within":
            return _text(_LENGTH)
        case "date", _:
            return _point()
        case _, "is":
            return _option(fact.options)
        case _, "empty":
            return YES_NO
    return {"type": "array", "items": _option(fact.options), "minItems": 1, "uniqueItems": True}


def _option(options: tuple[str, ...]) -> Schema:
    """One of the options; of those that YAML 1.1 takes for a boolean also that."""
    booleans = [boolean for boolean, words in _BOOLEANS.items() if not set(words).isdisjoint(options)]
    return {"enum": [*options, *booleans]}


def _number(kind: str, low: int | Decimal | None = None, high: int | Decimal | None = None) -> Schema:
    """A number, or the text of one; only the number can be held to a range, unless the range is short."""
    if kind == "integer" and low is not None and high is not None and high - low < _MOST_LISTED:
        numbers = range(int(low), int(high) + 1)
        return {"enum": [*numbers, *map(str, numbers)]}
    number: Schema = {"type": kind}
    if low is not None:
        number["minimum"] = _plain(low)
    if high is not None:
        number["maximum"] = _plain(high)
    return {"anyOf": [number, _text(_WHOLE if kind == "integer" else _NUMBER)]}


def _plain(number: int | Decimal) -> int | float:
    return number if isinstance(number, int) else float(number)


def _pair(number: Schema) -> Schema:
    return {"type": "array", "items": number, "minItems": 2, "maxItems": 2}


def _point() -> Schema:
    """What a date is compared with; a year alone is a number to editors."""
    return _date(f"screening|{_DAY}|({_LENGTH} after +)?{FACT_NAME}")


def _date(pattern: str) -> Schema:
    return {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9999}, _text(pattern)]}


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$"}
