"""Rules whose facts are derived: loaded with their value sets, tested on the fields of events, shown to editors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from events import HERE
from rulesets import AS_OF, RULES, VOCABULARY, checked, codes, replaced, rule_of, write_trial

from screener.criteria.derivations import FromEvents
from screener.criteria.library import LoadedRules, load
from screener.criteria.schema import schema
from screener.facts.definitions import EventFact, FactDefinition, Vocabulary
from screener.facts.events import FIELDS
from screener.facts.table import open_fact_table
from screener.facts.vocabulary import merge
from screener.findings import Findings

CASTS = f"system,code,display,source\n{HERE},cast,Plaster cast,an invented list\n"
LAST_CAST = EventFact("last_cast", "last cast", "procedure", "record", "Which cast was the last?")
OWN = """author: rules-team

facts:
  last_cast:
    label: last cast
    type: event
    answered_by: record
    question: Which cast was the last?
    from: procedure
    where:
      - code: {in_value_set: casts}
    take: latest
  cast_of_late:
    label: cast of late
    type: yes_no
    answered_by: record
    question: Was there a cast of late?
    from: facts
    where:
      - last_cast.end: {happened_within: 6 months}
"""


def rules_with(*pieces: tuple[str, str]) -> str:
    return replaced(RULES, ("author: rules-team\n", OWN), *pieces)


def loaded(folder: Path) -> tuple[LoadedRules, Findings]:
    (folder.parent / "value_sets").mkdir(exist_ok=True)
    (folder.parent / "value_sets" / "casts.csv").write_text(CASTS, encoding="utf-8")
    rules, findings = checked(folder)
    assert rules is not None
    return rules, findings


def test_derivations_of_the_shared_vocabulary_and_of_the_trial_are_loaded_with_the_value_sets(tmp_path: Path) -> None:
    shared = VOCABULARY + (
        "  splints: {label: splints, type: integer, answered_by: record, question: How many?, "
        "from: procedure, where: {code: {in_value_set: casts}}, take: count}\n"
    )
    rules, _ = loaded(write_trial(tmp_path, rules=rules_with(), vocabulary=shared))
    assert set(rules.derivations.facts) == {"splints", "last_cast", "cast_of_late"}
    assert list(rules.derivations.value_sets) == ["casts"]
    splints = rules.derivations.facts["splints"]
    assert isinstance(splints, FromEvents)
    assert (splints.kind, splints.take) == ("procedure", "count")


def test_a_fact_that_only_a_derived_one_rests_on_is_used_and_one_that_nothing_reads_is_not(tmp_path: Path) -> None:
    _, findings = loaded(write_trial(tmp_path, rules=rules_with()))
    assert [(one.code, one.message) for one in findings] == [
        ("F105", 'no criterion reads the fact "last_cast"'), ("F105", 'no criterion reads the fact "cast_of_late"'),
    ]  # fmt: skip
    used = rules_with(
        ("healed: yes\n    cases", "cast_of_late: yes\n    cases"),
        ("given: {healed: yes}", "given: {cast_of_late: yes}"),
        ("given: {healed: no}", "given: {cast_of_late: no}"),
    )
    _, findings = loaded(write_trial(tmp_path, rules=used))
    assert findings == []


def test_an_edit_of_a_value_set_or_a_derivation_changes_the_hash(tmp_path: Path) -> None:
    folder = write_trial(tmp_path, rules=rules_with())
    before, _ = loaded(folder)
    (folder.parent / "value_sets" / "casts.csv").write_text(CASTS + f"{HERE},splint,Splint,list\n", encoding="utf-8")
    after = load(folder, folder.parent, Findings())
    assert after is not None
    assert after.sha256 != before.sha256
    (folder / "criteria.yaml").write_text(rules_with(("take: latest", "take: earliest")), encoding="utf-8")
    again = load(folder, folder.parent, Findings())
    assert again is not None
    assert again.sha256 != after.sha256


def test_of_a_fact_that_is_defined_twice_the_first_definition_stays_with_its_derivation(tmp_path: Path) -> None:
    shared = VOCABULARY + "  last_cast: {label: last cast, type: date, answered_by: record, question: When?}\n"
    rules, findings = loaded(write_trial(tmp_path, rules=rules_with(), vocabulary=shared))
    assert "F108" in codes(findings)
    assert "last_cast" not in rules.derivations.facts
    assert rules.rules.vocabulary["last_cast"].type == "date"


def test_the_fields_of_an_event_are_facts_that_rules_can_test() -> None:
    words = Vocabulary.of(LAST_CAST)
    assert words.events["last_cast"] is LAST_CAST
    assert words.defined("last_cast") is LAST_CAST
    assert words.defined("last_cast.end") is words["last_cast.end"]
    kinds = {name.removeprefix("last_cast."): fact.type for name, fact in words.facts.items()}
    assert kinds | {"laterality": "choice", "start": "date", "end": "date", "on": "date"} == kinds
    assert "code" not in kinds
    side = words["last_cast.laterality"]
    assert (side.label, side.options, side.answered_by) == (
        "side of the last cast",
        ("left", "right", "bilateral"),
        "record",
    )
    assert side.question == "Which cast was the last? What is its side?"
    died = Vocabulary.of(EventFact("who", "patient", "patient", "record", "Who?"))["who.deceased"]
    assert (died.type, died.question) == ("yes_no", "Who? Is it deceased?")
    text = (
        "facts:\n  last_cast: {label: last cast, type: event, answered_by: record, question: Which?, from: procedure}\n"
    )
    rule, findings = rule_of(
        "all: [{last_cast.laterality: {is: left}}, {last_cast.end: {before: 2026-01-01}}]", words=text
    )
    assert (rule is not None, findings) == (True, [])
    _, findings = rule_of("last_cast: {is: left}", words=text)
    assert codes(findings) == ["F101"]


def test_a_name_stands_for_an_event_or_a_fact_and_not_for_both() -> None:
    findings = Findings()
    fact = FactDefinition("last_cast", "last cast", "date", "record", "When?")
    assert merge([[LAST_CAST], [fact]], findings) == [LAST_CAST]


def test_a_fact_table_can_hold_the_fields_of_an_event(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("patient_id,last_cast.laterality,last_cast.end,last_cast.end__on\nP-1,left,2026-01,2026-02-01\n")
    with open_fact_table(path, Vocabulary.of(LAST_CAST), as_of=AS_OF) as table:
        (patient,) = table
        assert (table.rejected, table.unknown_columns) == ([], [])
    assert {name: str(fact.value) for name, fact in patient.facts.items()} == {
        "last_cast.laterality": "left", "last_cast.end": "2026-01",
    }  # fmt: skip


def valid(text: str, vocabulary: Vocabulary | None = None) -> bool:
    document: Any = yaml.load(text, yaml.BaseLoader)  # every scalar as text
    return jsonschema.Draft7Validator(schema(vocabulary or Vocabulary.of())).is_valid(document)


def test_the_schema_takes_derived_facts_and_tests_of_the_fields_of_events() -> None:
    healed = FactDefinition("healed", "healed", "yes_no", "record", "?")
    pain = FactDefinition("pain", "pain", "choice", "record", "?", options=("none", "mild", "severe"))
    words = Vocabulary.of(healed, pain)
    assert valid(rules_with(), words)
    own = ("      healed: yes\n    cases", "      last_cast.laterality: {is: left}\n    cases")
    assert valid(rules_with(own), words)
    assert valid(replaced(RULES, ("      healed: yes\n    cases", "      seen.end: {before: 2026}\n    cases")), words)
    shared = Vocabulary.of(healed, pain, LAST_CAST)
    assert valid(replaced(RULES, own), shared)
    assert not valid(replaced(RULES, (own[0], own[1].replace("left", "links"))), shared)
    assert not valid(rules_with(), shared)


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("take: latest", "take: any", True),
        ("take: latest", "take: newest", False),
        ("from: procedure", "from: 7", False),
        ("in_value_set: casts", 'is: "http://a|b"', True),
        ("in_value_set: casts", 'one_of: ["http://a|b"]', True),
        ("in_value_set: casts", "in_set: casts", False),
        ("code: {in_value_set: casts}", "laterality: {same_as: side}", True),
        ("code: {in_value_set: casts}", "laterality: {is: links}", False),
        ("code: {in_value_set: casts}", "value: {at_least: 1, unit: mg}", True),
        ("code: {in_value_set: casts}", "value: {times_upper_limit: {at_most: 1.5}}", True),
        ("code: {in_value_set: casts}", "value: {times_upper_limit: {is: 1.5}}", False),
        ("code: {in_value_set: casts}", "deceased: no", True),
        ("code: {in_value_set: casts}", "end: {before: 5 years after last.end}", True),
        ("code: {in_value_set: casts}", "not: {any: [{on: {after: 2020}}]}", True),
        ("take: latest", "take: latest\n    value: {left: never, right: [{laterality: {is: left}}]}", True),
        ("take: latest", "take: latest\n    value: laterality", True),
    ],
)
def test_the_schema_knows_the_words_of_a_derivation(old: str, new: str, right: bool) -> None:
    words = Vocabulary.of(
        FactDefinition("healed", "healed", "yes_no", "record", "?"),
        FactDefinition("pain", "pain", "choice", "record", "?", options=("none", "mild", "severe")),
    )
    assert valid(rules_with((old, new)), words) is right


def test_every_field_has_tests_in_the_schema() -> None:
    tests = schema(Vocabulary.of())["definitions"]["event_test"]["properties"]
    assert set(tests) == {name for fields in FIELDS.values() for name in fields} | {"all", "any", "none", "not"}
    jsonschema.Draft7Validator.check_schema(schema(Vocabulary.of(LAST_CAST)))
