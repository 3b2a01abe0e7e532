"""What combinations of tests say: presumptions, unclear text, conditions, and counting."""

from __future__ import annotations

from itertools import product

import pytest
from rulesets import AS_OF, RULES, VOCABULARY, facts, read, replaced, rule_of, truth, vocabulary

from screener.criteria.truth import Meaning
from screener.facts.values import FactValue
from screener.logic import NO, UNKNOWN, YES, Truth, count_at_least, every, some

PRESUMED = replaced(
    VOCABULARY,
    ("question: Is there an immune thrombocytopenia?}", "question: ITP?, presume: {value: no, because: asked of all}}"),
    ("question: How many casts?}", "question: Casts?, presume: {value: 0, because: asked of all}}"),
    ("question: When was the surgery?}", "question: When?, presume: {value: 2020-01-01, because: asked of all}}"),
)
WORDS = {YES: "yes", NO: "no"}


@pytest.mark.parametrize("known", list(product((YES, NO, UNKNOWN), repeat=3)))
def test_a_combination_says_what_the_tables_say_of_its_parts(known: tuple[Truth, ...]) -> None:
    given = [
        f"{name}: {WORDS[one]}" for name, one in zip(("healed", "itp"), known[:2], strict=True) if one is not UNKNOWN
    ]
    if known[2] is not UNKNOWN:
        given.append(f"pain: {'mild' if known[2] else 'none'}")
    patient, parts = f"{{{', '.join(given)}}}", "[{healed: yes}, {itp: yes}, {pain: {is: mild}}]"
    assert truth(f"all: {parts}", patient) is every(known)
    assert truth(f"any: {parts}", patient) is some(known)
    assert truth(f"none: {parts}", patient) is truth(f"not: {{any: {parts}}}", patient)
    for count in (1, 2, 3):
        rule = f"at_least_of: {{count: {count}, of: {parts}}}"
        assert truth(rule, patient) is count_at_least(count, known)


@pytest.mark.parametrize("known", list(product((YES, NO, UNKNOWN), repeat=3)))
def test_a_combination_of_facts_of_many_values_says_the_same(known: tuple[Truth, ...]) -> None:
    names = ("platelets: {at_least: 100}", "surgery: {after: 2020}", "bones: {includes_any: [ulna]}")
    values = {YES: ("150", "2021", "[ulna]"), NO: ("50", "2019", "[radius]")}
    given = [
        f"{name.partition(':')[0]}: {values[one][place]}"
        for place, (name, one) in enumerate(zip(names, known, strict=True))
        if one is not UNKNOWN
    ]
    patient, parts = f"{{{', '.join(given)}}}", f"[{', '.join(f'{{{name}}}' for name in names)}]"
    assert truth(f"all: {parts}", patient) is every(known)
    assert truth(f"any: {parts}", patient) is some(known)
    assert truth(f"none: {parts}", patient) is truth(f"not: {{any: {parts}}}", patient)
    assert truth(f"at_least_of: {{count: 2, of: {parts}}}", patient) is count_at_least(2, known)


def test_a_condition_means_what_it_names() -> None:
    tree, findings = rule_of("not: {condition: well}", conditions="well: {condition: very}\nvery: {healed: yes}\n")
    assert tree is not None, findings
    holds = Meaning(vocabulary(), AS_OF).rule(tree)
    assert [holds(facts(given)) for given in ("{healed: yes}", "{healed: no}", "{}")] == [NO, YES, UNKNOWN]


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        ("itp: no", "{}", YES),
        ("itp: yes", "{}", NO),
        ("itp: yes", "{itp: yes}", YES),
        ("casts: {at_most: 2}", "{}", YES),
        ("casts: {at_most: 2, more_than: 0}", "{}", NO),
        ("casts: {at_most: 2, measured_within: 1 month}", "{}", YES),
        ("casts: {at_most: 2, measured_within: 1 month}", "{casts: 1 on 2020}", UNKNOWN),
        ("surgery: {before: 2021}", "{}", YES),
        ("surgery: {happened_within: 1 year}", "{}", NO),
        ("surgery: {before: fracture}", "{}", UNKNOWN),
        ("surgery: {before: fracture}", "{fracture: 2026}", UNKNOWN),
        ("surgery: {before: fracture, after: 2021}", "{}", NO),
        ("fracture: {after: surgery}", "{fracture: 2026}", UNKNOWN),
        ("all: [{itp: no}, {healed: yes}]", "{}", UNKNOWN),
        ("any: [{itp: no}, {healed: yes}]", "{}", YES),
    ],
)
def test_a_presumption_answers_for_what_is_not_recorded_and_for_nothing_else(
    rule: str, given: str, expected: Truth
) -> None:
    assert truth(rule, given, words=PRESUMED) is expected


@pytest.mark.parametrize("state", ["unreadable", "conflicting"])
def test_what_is_recorded_but_cannot_be_used_is_never_presumed(state: str) -> None:
    for rule, name in (("itp: no", "itp"), ("casts: {at_most: 2}", "casts"), ("surgery: {before: 2021}", "surgery")):
        tree, _ = rule_of(rule, words=PRESUMED)
        assert tree is not None
        known = {name: FactValue(name, None, None, None, state)}  # type: ignore[arg-type]
        assert Meaning(vocabulary(PRESUMED), AS_OF).rule(tree)(known) is UNKNOWN


UNCLEAR = replaced(
    RULES,
    ("pain: {is: severe}\n", "pain: {is: severe}\n    unclear_if: {when: {itp: yes}, because: the text is silent}\n"),
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{pain: severe, itp: no}", YES),
        ("{pain: mild, itp: no}", NO),
        ("{itp: no}", UNKNOWN),
        ("{pain: severe, itp: yes}", UNKNOWN),
        ("{pain: mild, itp: yes}", UNKNOWN),
        ("{pain: severe}", UNKNOWN),
        ("{pain: mild}", UNKNOWN),
        ("{}", UNKNOWN),
    ],
)
def test_a_criterion_is_settled_only_where_it_is_settled_that_its_text_is_clear(given: str, expected: Truth) -> None:
    rules, findings = read(UNCLEAR)
    assert rules is not None, findings
    assert Meaning(rules.vocabulary, AS_OF).criterion(rules.criteria[1])(facts(given)) is expected


def test_a_criterion_on_one_fact_can_be_unclear_for_some_of_its_values() -> None:
    rules, _ = read(UNCLEAR.replace("{itp: yes}", "{pain: {is: mild}}"))
    assert rules is not None
    holds = Meaning(rules.vocabulary, AS_OF).criterion(rules.criteria[1])
    assert [holds(facts(f"{{pain: {value}}}")) for value in ("none", "mild", "severe")] == [NO, UNKNOWN, YES]
    assert holds({}) is UNKNOWN


def test_a_criterion_of_many_values_can_be_unclear_by_a_window() -> None:
    when = "{surgery: {happened_within: 1 month}}"
    rules, _ = read(UNCLEAR.replace("{itp: yes}", when).replace("pain: {is: severe}\n", "platelets: {at_most: 9}\n"))
    assert rules is not None
    holds = Meaning(rules.vocabulary, AS_OF).criterion(rules.criteria[1])
    assert holds(facts("{platelets: 5, surgery: 2026-05-20}")) is UNKNOWN
    assert holds(facts("{platelets: 5, surgery: 2025-05-20}")) is YES


def test_a_criterion_without_a_rule_is_unknown() -> None:
    text = replaced(RULES, ("    exclude_if:\n      pain: {is: severe}\n", "    not_encoded: a person judges\n"))
    rules, _ = read(text.partition("    not_encoded: a person judges\n")[0] + "    not_encoded: a person judges\n")
    assert rules is not None
    assert Meaning(rules.vocabulary, AS_OF).criterion(rules.criteria[1])(facts("{pain: severe}")) is UNKNOWN
