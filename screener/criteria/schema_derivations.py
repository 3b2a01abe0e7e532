"""The parts of the editors' schema that say how a fact is derived: `from`, `where`, `take` and `value`."""

from __future__ import annotations

from typing import Any, Final

from screener.criteria.derivations import TAKES
from screener.criteria.field_reading import FIELD_TESTS, IN_VALUE_SET, SAME_AS, TIMES_UPPER_LIMIT, UNIT, as_fact
from screener.criteria.schema_tests import OWN_NAME, SAID, YES_NO, operand, reference
from screener.facts.events import EVENT_KINDS, FIELDS, FieldDefinition
from screener.facts.vocabulary import FROM_FACTS

Schema = dict[str, Any]

_SAID: Final = {
    **SAID,
    IN_VALUE_SET: "One of its codes is in the value set of this name.",
    SAME_AS: "It is the same as this fact.",
    TIMES_UPPER_LIMIT: "As a multiple of the record's own upper limit of normal it passes these tests.",
    UNIT: "The unit of the limits, in UCUM.",
}
_FROM: Final = "A kind of event, another fact that is an event, or `facts`."
_WHERE: Final = "What must hold of an event that counts; behind `from: facts` a rule."
_TAKE: Final = "Which of the events that count."
_VALUE: Final = "What is read off: a field, or for each option the tests that mean it, or `never`."
_COMBINATORS: Final = {"all": "Every test holds.", "any": "At least one test holds.", "none": "No test holds."}


def derivation_properties() -> Schema:
    """The keys that stand beside a definition, each with its meaning."""
    takes = dict.fromkeys(take for takes in TAKES.values() for take in takes)
    return {
        "from": {
            "anyOf": [{"enum": [*EVENT_KINDS, FROM_FACTS]}, {"type": "string", "pattern": f"^{OWN_NAME}$"}],
            "description": _FROM,
        },
        "where": {"description": _WHERE},
        "take": {"enum": list(takes), "description": _TAKE},
        "value": {"description": _VALUE},
    }


def derivation_tests() -> Schema:
    """What `where` and `value` hold: rules where a fact rests on other facts, else tests of events."""
    from_facts = {"properties": {"from": {"const": FROM_FACTS}}, "required": ["from"]}
    return {
        "if": from_facts,
        "then": {"properties": _tests(reference("rule"))},
        "else": {"properties": _tests(reference("event_test"))},
    }


def _tests(test: Schema) -> Schema:
    some = _some(test)
    by_option = {"type": "object", "minProperties": 1, "additionalProperties": {"anyOf": [{"const": "never"}, some]}}
    return {"where": some, "value": {"anyOf": [{"type": "string"}, _list(test), by_option]}}


def event_test() -> Schema:
    """A test of an event: one key, a field with its tests, or tests put together."""
    fields: dict[str, FieldDefinition] = {name: one for kind in FIELDS.values() for name, one in kind.items()}
    properties: Schema = {name: {**_field_test(one), "description": one.label} for name, one in fields.items()}
    part = reference("event_test")
    properties |= {name: {**_list(part), "description": said} for name, said in _COMBINATORS.items()}
    properties["not"] = {**_some(part), "description": "The test does not hold."}
    return {
        "type": "object",
        "properties": properties,
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }


def _some(test: Schema) -> Schema:
    """A list of tests, or one."""
    return {"anyOf": [_list(test), test]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1}


def _field_test(field: FieldDefinition) -> Schema:
    properties = {name: {**_operand(field, name), "description": _SAID[name]} for name in FIELD_TESTS[field.type]}
    if field.type == "quantity":
        properties[UNIT] = {"type": "string", "description": _SAID[UNIT]}
    asked = {"type": "object", "properties": properties, "minProperties": 1, "additionalProperties": False}
    return {"anyOf": [YES_NO, asked]} if field.type == "yes_no" else asked


def _operand(field: FieldDefinition, name: str) -> Schema:
    text: Schema = {"type": "string", "pattern": "\\S"}
    if name in (IN_VALUE_SET, SAME_AS) or (field.type == "codes" and name == "is"):
        return text
    if field.type == "codes":
        return _list(text)
    if name == TIMES_UPPER_LIMIT:
        numbers = {one: {**operand(as_fact(field), one), "description": _SAID[one]} for one in FIELD_TESTS["number"]}
        return {"type": "object", "properties": numbers, "minProperties": 1, "additionalProperties": False}
    return operand(as_fact(field), name)
