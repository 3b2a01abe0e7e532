"""The schema that editors check `criteria.yaml` with while it is written."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from screener.criteria.library import shipped
from screener.criteria.schema import schema
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.matching.gate import admitted

TRIAL = shipped("criteria") / "NCT06452485"
VOCABULARY = Vocabulary.of(
    FactDefinition("fit", "fit", "yes_no", "record", "Fit?"),
    FactDefinition("grade", "grade", "integer", "record", "Grade?", low=0, high=5),
    FactDefinition("platelets", "platelets", "number", "record", "Platelets?", low=0, high=2000),
    FactDefinition("kind", "kind", "choice", "record", "Kind?", options=("none", "left", "right")),
    FactDefinition("seen", "seen", "date", "record", "When?"),
    FactDefinition("sites", "sites", "set", "record", "Where?", options=("bone", "lung")),
)


def as_editors_read(node: Any) -> Any:
    """YAML 1.1 scalars as an editor has them: booleans and numbers, dates and keys (even `on`) as text."""
    if isinstance(node, dict):
        return {"on" if key is True else key: as_editors_read(value) for key, value in node.items()}
    if isinstance(node, list):
        return [as_editors_read(item) for item in node]
    return node.isoformat() if isinstance(node, date) else node


def valid(document: Any, vocabulary: Vocabulary = VOCABULARY) -> bool:
    return jsonschema.Draft7Validator(schema(vocabulary)).is_valid(document)


def with_rule(rule: Any, **more: Any) -> dict[str, Any]:
    criterion = {"id": "I1", "quote": "words", "require": rule}
    return {"trial": "NCT00000000", "title": "t", "author": "a", "inclusion": [criterion], **more}


@pytest.mark.parametrize("loader", [yaml.BaseLoader, yaml.SafeLoader])
def test_the_shipped_rules_are_valid_as_text_and_as_editors_read_them(loader: Any) -> None:
    text = Path(TRIAL / "criteria.yaml").read_text(encoding="utf-8")
    vocabulary = admitted(TRIAL, TRIAL.parent).rules.vocabulary
    document = as_editors_read(yaml.load(text, loader))
    assert list(jsonschema.Draft7Validator(schema(vocabulary)).iter_errors(document)) == []


def test_the_schema_is_a_draft_7_schema_of_which_every_key_has_a_description() -> None:
    made = schema(VOCABULARY)
    jsonschema.Draft7Validator.check_schema(made)
    assert made["$schema"] == "http://json-schema.org/draft-07/schema#"
    undescribed: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.get("properties", {}).items() if node.get("type") == "object" else ():
                if not value.get("description"):
                    undescribed.append(key)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(made)
    assert undescribed == []


@pytest.mark.parametrize(
    "rule",
    [
        {"fit": "yes"},
        {"fit": True},
        {"fit": {"is": "no", "measured_within": "28 days"}},
        {"grade": {"at_least": 1, "less_than": "4"}},
        {"grade": {"between": [1, 3]}},
        {"platelets": {"at_least": "1.5e2", "measured_within": "1 week"}},
        {"kind": {"is": "none"}},
        {"kind": {"one_of": ["left", "right"]}},
        {"seen": {"happened_within": "6 months"}},
        {"seen": {"before": "screening"}},
        {"seen": {"after": 2025}},
        {"seen": {"after": "5 years after birth_date"}},
        {"sites": "empty"},
        {"sites": {"only": ["bone"]}},
        {"age": {"at_least": 18}},
        {"all": [{"fit": "yes"}, {"not": {"kind": {"is": "left"}}}]},
        {"at_least_of": {"count": 2, "of": [{"fit": "yes"}, {"sites": "empty"}]}},
        {"condition": "adequate marrow"},
        {"a_fact_of_the_trial": {"at_least": 3}},
        {"a_fact_of_the_trial": "yes"},
    ],
)
def test_every_test_and_combination_is_valid(rule: Any) -> None:
    assert valid(with_rule(rule))


@pytest.mark.parametrize(
    "rule",
    [
        {"fit": {"at_least": 1}},
        {"fit": "maybe"},
        {"grade": {"at_least": 6}},
        {"grade": {"at_leats": 1}},
        {"grade": 1},
        {"grade": {"measured_within": "28 days"}},
        {"grade": {"at_least": 1, "measured_within": "28"}},
        {"grade": {"between": [1]}},
        {"platelets": {"at_least": -1}},
        {"kind": {"is": "middle"}},
        {"kind": {"one_of": []}},
        {"kind": {"one_of": "left"}},
        {"seen": {"before": "01/02/2025"}},
        {"seen": {"happened_within": "half a year"}},
        {"sites": {"includes_any": ["liver"]}},
        {"age": {"at_least": 18, "measured_within": "28 days"}},
        {"all": []},
        {"all": {"fit": "yes"}},
        {"fit": "yes", "grade": {"at_least": 1}},
        {"at_least_of": {"of": [{"fit": "yes"}]}},
        {"Fit": "yes"},
        {"double__underscore": "yes"},
        "fit",
        {},
    ],
)
def test_typical_mistakes_in_a_rule_are_not_valid(rule: Any) -> None:
    assert not valid(with_rule(rule))


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ({"require": None}, {}),
        ({}, {"allows": "also"}),
        ({}, {"not_encoded": "also"}),
        ({"require": None}, {"exclude_if": {"fit": "yes"}}),
        ({}, {"id": "E1"}),
        ({"quote": None}, {}),
        ({}, {"remark": "unknown key"}),
        ({}, {"recoverable": "sometimes"}),
        ({}, {"interpretation": [{"note": "n", "status": "confirmed"}]}),
        ({}, {"unclear_if": {"when": {"fit": "yes"}}}),
        ({}, {"cases": [{"name": "n", "given": {}, "on": "2026-01-01", "expect": "applies"}]}),
        ({}, {"cases": [{"name": "n", "given": {"kind": "middle"}, "on": "2026-01-01", "expect": "met"}]}),
    ],
)
def test_typical_mistakes_in_a_criterion_are_not_valid(change: dict[str, None], to: dict[str, Any]) -> None:
    document = with_rule({"fit": "yes"})
    assert valid(document)
    broken = deepcopy(document)
    criterion = {key: value for key, value in broken["inclusion"][0].items() if key not in change}
    broken["inclusion"] = [{**criterion, **to}]
    assert not valid(broken)


def test_a_file_without_a_trial_or_with_an_unknown_key_is_not_valid() -> None:
    document = with_rule({"fit": "yes"})
    assert not valid({key: value for key, value in document.items() if key != "trial"})
    assert not valid({**document, "criteria": []})
    assert not valid({**document, "trial": "06452485"})


def test_a_trial_may_define_facts_of_its_own_but_not_those_of_the_vocabulary() -> None:
    own = {"label": "l", "type": "yes_no", "answered_by": "clinician", "question": "q"}
    assert valid(with_rule({"own_fact": "yes"}, facts={"own_fact": own}))
    assert not valid(with_rule({"fit": "yes"}, facts={"fit": own}))
    assert not valid(with_rule({"fit": "yes"}, facts={"age": own}))
    assert not valid(with_rule({"own_fact": "yes"}, facts={"own_fact": {**own, "type": "choice"}}))
    assert not valid(with_rule({"own_fact": "yes"}, facts={"own_fact": {**own, "colour": "red"}}))


def test_options_that_yaml_takes_for_booleans_are_valid_as_either() -> None:
    fact = FactDefinition("smokes", "smokes", "choice", "patient", "Smokes?", options=("yes", "no", "formerly"))
    vocabulary = Vocabulary.of(fact)
    assert valid(with_rule({"smokes": {"one_of": ["yes", "formerly"]}}), vocabulary)
    assert valid(with_rule({"smokes": {"one_of": [True, "formerly"]}}), vocabulary)
