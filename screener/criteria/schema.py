"""A JSON Schema (draft 7) of `criteria.yaml`, for editors: keys with their meaning, facts with the tests they know.

It helps while writing and is no judge: `criteria check` sees more (quotes, logic, cases), and it also takes some
spellings the schema does not suggest. An editor may hand over `yes`, `2` or `2026` as text or as what YAML makes of it;
both are right.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from screener.criteria.schema_derivations import derivation_properties, derivation_tests, event_test
from screener.criteria.schema_tests import (
    FACT_NAME,
    OWN_NAME,
    YES_NO,
    fact_test,
    given_value,
    loose_given,
    loose_test,
    reference,
)
from screener.facts.definitions import ANSWERED_BY, EVENT, FACT_TYPES, Vocabulary

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string", "pattern": "\\S"}
_WORD: Final[Schema] = {"type": ["string", "number", "boolean"]}
_COMMA: Final[Schema] = {"enum": [None, ""]}
"""Behind a key in braces: it is the rest of a text that holds a comma, and the reader joins the two."""
_ON: Final[Schema] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_RESULTS: Final = {
    "inclusion": ["met", "not met", "unknown"],
    "exclusion": ["applies", "does not apply", "unknown"],
}
_OWN_RULE: Final = {"inclusion": "require", "exclusion": "exclude_if"}
_LETTER: Final = {"inclusion": "I", "exclusion": "E"}
_COMBINATORS: Final = {
    "all": "Every part holds; no as soon as one part is no.",
    "any": "At least one part holds; yes as soon as one part is yes.",
    "none": "No part holds.",
}


def schema(vocabulary: Vocabulary) -> Schema:
    """The schema of `criteria.yaml` for trials that use this vocabulary; a trial's own facts may stand beside it."""
    facts = vocabulary.facts
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Eligibility criteria of a trial",
        **_object(
            {
                "trial": _said({"type": "string", "pattern": "^NCT[0-9]{8}$"}, "The registry's id of the trial."),
                "title": _said(_TEXT, "The trial in words."),
                "author": _said(_TEXT, "Who wrote these rules; somebody else must approve them."),
                "facts": _own_facts([*facts, *vocabulary.events]),
                "conditions": _conditions(),
                "inclusion": _list(reference("inclusion"), "What a patient must meet, in the protocol's order."),
                "exclusion": _list(reference("exclusion"), "What keeps a patient out, in the protocol's order."),
                "notes": _list(reference("note"), "What is said beside a result; never part of the verdict."),
            },
            required=("trial", "title", "author"),
        ),
        "definitions": {
            "rule": _rule(vocabulary),
            "loose_test": loose_test(),
            "event_test": event_test(),
            **{f"test_of_{name}": fact_test(fact) for name, fact in facts.items()},
            "given": _given(vocabulary),
            "inclusion": _criterion("inclusion"),
            "exclusion": _criterion("exclusion"),
            "note": _note(),
        },
    }


def _said(of: Schema, description: str) -> Schema:
    return {**of, "description": description}


def _object(properties: Schema, *, required: Iterable[str] = (), description: str = "") -> Schema:
    body: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        body["required"] = list(required)
    return _said(body, description) if description else body


def _list(items: Schema, description: str) -> Schema:
    return {"type": "array", "items": items, "minItems": 1, "description": description}


def _rule(vocabulary: Vocabulary) -> Schema:
    """A rule: exactly one key, a combinator, a fact of the vocabulary, or by its pattern a fact of the trial."""
    part = reference("rule")
    count = _said({"type": ["integer", "string"], "minimum": 1, "pattern": "^[1-9][0-9]{0,3}$"}, "How many.")
    at_least = _object({"count": count, "of": _list(part, "The parts.")}, required=("count", "of"))
    properties: Schema = {name: _list(part, said) for name, said in _COMBINATORS.items()}
    properties["not"] = {"allOf": [part], "description": "The part does not hold."}
    properties["at_least_of"] = _said(at_least, "At least so many of the parts hold.")
    properties["condition"] = _said(_TEXT, "The name of a rule under `conditions:`.")
    for name, fact in vocabulary.facts.items():
        properties[name] = {"allOf": [reference(f"test_of_{name}")], "description": f"{fact.label}. {fact.question}"}
    rule = _object(properties, description="A test of one fact, or a combination of rules; one key.")
    rule["patternProperties"] = {_others(properties): reference("loose_test")}
    return {**rule, "minProperties": 1, "maxProperties": 1}


def _others(known: Iterable[str], *, name: str = FACT_NAME) -> str:
    """The pattern of the names of a trial's own facts, a field of an event among them."""
    taken = "|".join(one.replace(".", "[.]") for one in known)
    return f"^(?!({taken})$){name}$"


def _own_facts(taken: Iterable[str]) -> Schema:
    number: Schema = {"type": ["number", "string"]}
    ends = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    option = {"type": ["string", "boolean", "integer"]}
    presume = {
        "value": _said(_WORD, "The value a missing fact reads as."),
        "because": _said(_TEXT, "Why that is allowed."),
    }
    fact = _object(
        {
            "label": _said(_TEXT, "The fact in words, as reasons and questions name it."),
            "type": {"enum": [*FACT_TYPES, EVENT], "description": "What kind of value it has."},
            "options": _list(option, "What a choice or a set can be; small letters, digits, underscores."),
            "unit": _said(_TEXT, "The unit of a number."),
            "range": _said({"anyOf": [ends, _TEXT]}, "The limits of a number: `[0, 5]`, or `0 or more`."),
            "answered_by": {"enum": list(ANSWERED_BY), "description": "Who can settle it."},
            "question": _said(_TEXT, "How to ask for it."),
            "presume": _object(presume, required=presume, description="What a missing value reads as; use it rarely."),
            **derivation_properties(),
        },
        required=("label", "type", "answered_by", "question"),
    )
    needs_options = {"if": {"properties": {"type": {"enum": ["choice", "set"]}}}, "then": {"required": ["options"]}}
    return {
        "type": "object",
        "description": "Facts that only this trial needs; the others come from the vocabulary.",
        "patternProperties": {_others(taken, name=OWN_NAME): {**fact, "allOf": [needs_options, derivation_tests()]}},
        "additionalProperties": False,
    }


def _conditions() -> Schema:
    said = "Rules with a name, to be used as `condition: name`."
    return {"type": "object", "description": said, "additionalProperties": reference("rule")}


def _criterion(kind: str) -> Schema:
    own = _OWN_RULE[kind]
    meaning = "The patient must meet this." if kind == "inclusion" else "Where this holds, the patient is excluded."
    body = _object(
        {
            "id": {
                "type": "string",
                "pattern": f"^{_LETTER[kind]}[0-9]{{1,3}}[a-z]?$",
                "description": f"{_LETTER[kind]} and a number, each once.",
            },
            "quote": _said(_TEXT, "The protocol's own words, as a block (`|`)."),
            own: {"allOf": [reference("rule")], "description": meaning},
            "allows": _said(_TEXT, "Why this line never decides."),
            "not_encoded": _said(_TEXT, "Why no rule can say this; the criterion stays open until a person judges."),
            "unclear_if": _unclear(),
            "interpretation": _list(_interpretation(), "Readings of the text, open or confirmed."),
            "recoverable": _said(YES_NO, "Whether failing today is not failing for good."),
            "cases": _list(_case(kind), "Small patients, tried on every check."),
        },
        required=("id", "quote"),
    )
    return {**body, "oneOf": [{"required": [key]} for key in (own, "allows", "not_encoded")]}


def _unclear() -> Schema:
    when = {"allOf": [reference("rule")], "description": "Where this is not settled no, a person must decide."}
    properties = {"when": when, "because": _said(_TEXT, "What the text does not say.")}
    return _object(properties, required=properties, description="What the protocol's text itself does not settle.")


def _interpretation() -> Schema:
    body = _object(
        {
            "note": _said(_TEXT, "The reading."),
            "status": {"enum": ["open", "confirmed"], "description": "Whether somebody has confirmed it."},
            "by": _said(_TEXT, "Who confirmed it."),
            "on": _said(_ON, "When it was confirmed."),
        },
        required=("note", "status"),
    )
    confirmed = {"properties": {"status": {"const": "confirmed"}}, "required": ["status"]}
    return {**body, "additionalProperties": _COMMA, "if": confirmed, "then": {"required": ["by", "on"]}}


def _case(kind: str) -> Schema:
    properties: Schema = {
        "name": _said(_WORD, "What this case shows."),
        "given": {"allOf": [reference("given")], "description": "The facts, each a value or `value on date`."},
        "on": _said(_ON, "The screening date."),
        "expect": {"enum": _RESULTS[kind], "description": "What the criterion must give."},
    }
    return {**_object(properties, required=properties), "additionalProperties": _COMMA}


def _given(vocabulary: Vocabulary) -> Schema:
    known = {name: _said(given_value(fact), fact.label) for name, fact in vocabulary.facts.items()}
    return {**_object(known), "patternProperties": {_others(known): loose_given()}}


def _note() -> Schema:
    properties: Schema = {
        "id": {"type": "string", "pattern": "^N[0-9]{1,3}[a-z]?$", "description": "N and a number, each once."},
        "when": {"allOf": [reference("rule")], "description": "Where this holds, the note is shown."},
        "say": _said(_TEXT, "What is said."),
        "cite": _said(_TEXT, "Where it comes from."),
    }
    return _object(properties, required=properties)
