"""Rules as functions of the truths of their tests, and every way in which values can answer them."""

from __future__ import annotations

from itertools import product

import pytest
from rulesets import AS_OF, rule_of, vocabulary

from screener.criteria.model import FactTest, Rule, fact_tests, facts_read, parts_of
from screener.criteria.patterns import combinations_of, deciding, fold, representatives, signatures
from screener.criteria.truth import few_values
from screener.dates import PartialDate
from screener.logic import NO, NOT, UNKNOWN, YES, Truth

FACTS = vocabulary()


def rule(text: str, conditions: str = "") -> Rule:
    tree, findings = rule_of(text, conditions=conditions)
    assert tree is not None, findings
    return tree


def leaves(text: str) -> list[FactTest]:
    return fact_tests(rule(text))


MANY = "any: [{all: [{healed: yes}, {casts: {at_most: 2}}]}, {none: [{itp: yes}, {not: {pain: {is: mild}}}]}]"


def test_the_tests_and_the_facts_of_a_rule_are_told_in_reading_order() -> None:
    tree = rule("all: [{surgery: {after: fracture}}, {healed: yes}, {surgery: {before: 2026}}]")
    assert [test.fact for test in fact_tests(tree)] == ["surgery", "healed", "surgery"]
    assert facts_read(tree) == ("surgery", "fracture", "healed")
    assert parts_of(fact_tests(tree)[0]) == ()
    named = rule("condition: well", "well: {not: {healed: yes}}")
    assert [len(parts_of(one)) for one in (named, parts_of(named)[0])] == [1, 1]
    assert facts_read(named) == ("healed",)


def test_places_in_the_file_take_no_part_in_what_a_rule_says() -> None:
    assert rule("all: [{healed: yes}]") == rule("all:\n  - healed:   yes\n")
    assert rule("all: [{healed: yes}]") != rule("any: [{healed: yes}]")


@pytest.mark.parametrize("truths", list(product((YES, NO, UNKNOWN), repeat=4)))
def test_a_rule_folds_the_truths_of_its_tests_in_reading_order(truths: tuple[Truth, ...]) -> None:
    healed, casts, itp, pain = truths
    both = NO if NO in (healed, casts) else UNKNOWN if UNKNOWN in (healed, casts) else YES
    either = {itp, NOT[pain]}
    neither = NO if YES in either else UNKNOWN if UNKNOWN in either else YES
    expected = YES if YES in (both, neither) else UNKNOWN if UNKNOWN in (both, neither) else NO
    assert fold(rule(MANY), iter(truths)) is expected
    assert deciding(rule(MANY), iter(truths))[0] is expected


@pytest.mark.parametrize(
    ("text", "truths", "places"),
    [
        ("all: [{healed: yes}, {itp: yes}]", (YES, YES), [0, 1]),
        ("all: [{healed: yes}, {itp: yes}]", (NO, YES), [0]),
        ("all: [{healed: yes}, {itp: yes}]", (NO, NO), [0, 1]),
        ("all: [{healed: yes}, {itp: yes}]", (YES, UNKNOWN), [1]),
        ("any: [{healed: yes}, {itp: yes}]", (NO, YES), [1]),
        ("any: [{healed: yes}, {itp: yes}]", (NO, NO), [0, 1]),
        ("none: [{healed: yes}, {itp: yes}]", (NO, YES), [1]),
        ("none: [{healed: yes}, {itp: yes}]", (NO, UNKNOWN), [1]),
        ("not: {all: [{healed: yes}, {itp: yes}]}", (NO, YES), [0]),
        ("at_least_of: {count: 1, of: [{healed: yes}, {itp: yes}]}", (NO, YES), [1]),
        ("at_least_of: {count: 2, of: [{healed: yes}, {itp: yes}]}", (NO, YES), [0]),
        ("at_least_of: {count: 2, of: [{healed: yes}, {itp: yes}]}", (YES, UNKNOWN), [1]),
    ],
)
def test_the_parts_that_decide_are_those_that_came_out_as_the_whole(
    text: str, truths: tuple[Truth, ...], places: list[int]
) -> None:
    assert deciding(rule(text), iter(truths))[1] == places


def test_counting_folds_the_parts_it_counts() -> None:
    tree = rule("at_least_of: {count: 2, of: [{healed: yes}, {itp: yes}, {casts: {at_most: 2}}]}")
    assert fold(tree, iter([YES, NO, YES])) is YES
    assert fold(tree, iter([YES, NO, UNKNOWN])) is UNKNOWN


def test_a_condition_decides_through_what_it_names() -> None:
    tree = rule("condition: well", "well: {any: [{healed: yes}, {itp: no}]}")
    assert fold(tree, iter([NO, YES])) is YES
    assert deciding(tree, iter([NO, YES])) == (YES, [1])


def test_a_partial_date_in_a_rule_leaves_its_own_days_open() -> None:
    ((_, found),) = signatures(leaves("surgery: {before: 2026}"), FACTS, AS_OF)
    assert found == {(YES,), (NO,), (UNKNOWN,)}


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("any: [{casts: {at_least: 2}}, {casts: {at_least: 4}}]", {(NO, NO), (YES, NO), (YES, YES)}),
        ("any: [{platelets: {more_than: 2}}, {platelets: {less_than: 2}}]", {(NO, NO), (YES, NO), (NO, YES)}),
        ("any: [{platelets: {at_least: 2}}, {platelets: {less_than: 2.5}}]", {(NO, YES), (YES, YES), (YES, NO)}),
        ("any: [{platelets: {between: [2, 3]}}, {platelets: {equals: 2.5}}]", {(NO, NO), (YES, NO), (YES, YES)}),
        ("any: [{pain: {is: mild}}, {pain: {none_of: [mild]}}]", {(YES, NO), (NO, YES)}),
        ("any: [{healed: yes}, {healed: no}]", {(YES, NO), (NO, YES)}),
        ("any: [{bones: empty}, {bones: {only: [ulna]}}]", {(YES, YES), (NO, YES), (NO, NO)}),
        (
            "any: [{surgery: {before: 2026-01-01}}, {surgery: {happened_within: 1 month}}]",
            {(YES, NO), (NO, YES), (NO, NO)},
        ),
        ("any: [{age: {at_least: 18}}, {age: {at_most: 70}}]", {(YES, YES), (NO, YES), (YES, NO)}),
        (
            "any: [{surgery: {after: fracture}}, {surgery: {before: fracture}}]",
            {(YES, NO), (NO, YES), (NO, NO)},
        ),
        (
            "any: [{surgery: {after: fracture}}, {surgery: {after: 1 year after fracture}}]",
            {(NO, NO), (YES, NO), (YES, YES)},
        ),
        (
            "any: [{surgery: {after: fracture, before: 2026-01-01}}, {fracture: {before: 2020-01-01}}]",
            {(NO, NO), (YES, NO), (NO, YES), (YES, YES)},
        ),
    ],
)
def test_the_signatures_are_all_ways_in_which_the_values_can_answer(text: str, answers: set[tuple[Truth, ...]]) -> None:
    ((places, found),) = signatures(leaves(text), FACTS, AS_OF)
    assert found == answers
    assert places == (0, 1)


def test_facts_that_no_test_compares_answer_on_their_own() -> None:
    found = leaves("any: [{healed: yes}, {surgery: {after: fracture}}, {itp: yes}, {fracture: {before: 2020}}]")
    groups = signatures(found, FACTS, AS_OF)
    assert [places for places, _ in groups] == [(0,), (2,), (1, 3)]
    chained = leaves(
        "any: [{surgery: {after: fracture}}, {birth_date: {before: 1990}}, {fracture: {after: birth_date}}]"
    )
    assert [places for places, _ in signatures(chained, FACTS, AS_OF)] == [(0, 1, 2)]


def test_the_combinations_of_groups_leave_unknown_what_no_group_holds() -> None:
    groups = [((0,), {(YES,), (NO,)}), ((2,), {(YES,)})]
    assert sorted(combinations_of(groups, 4)) == [[False, None, True, None], [True, None, True, None]]


def test_the_representatives_of_a_fact_lie_within_its_range() -> None:
    casts = representatives(FACTS["casts"], leaves("casts: {at_least: 9}"), AS_OF)
    assert casts == list(range(10))
    platelets = representatives(FACTS["platelets"], leaves("platelets: {between: [0, 2000]}"), AS_OF)
    assert sorted(platelets) == [0, 1, 1999, 2000]
    assert representatives(FACTS["platelets"], [], AS_OF)
    assert set(few_values(FACTS["pain"])) == {"none", "mild", "severe"}
    assert few_values(FACTS["age"]) == few_values(FACTS["platelets"]) == few_values(FACTS["surgery"]) == ()


def test_a_set_of_many_options_is_tried_by_pairs_and_as_a_whole() -> None:
    names = [f"o{place}" for place in range(12)]
    words = vocabulary(
        f"facts:\n  sites: {{label: x, type: set, options: [{', '.join(names)}], answered_by: record, question: x}}\n"
    )
    tree, _ = rule_of(f"sites: {{includes_all: [{', '.join(names)}]}}", words=_text(names))
    assert tree is not None
    sets = representatives(words["sites"], fact_tests(tree), AS_OF)
    assert {len(one) for one in sets if isinstance(one, frozenset)} == {0, 1, 2, 12}


def _text(names: list[str]) -> str:
    options = ", ".join(names)
    return f"facts:\n  sites: {{label: x, type: set, options: [{options}], answered_by: record, question: x}}\n"


@pytest.mark.parametrize(
    "text",
    [
        "surgery: {before: 0001-01-01}",
        "surgery: {after: 9999-12-31}",
        "surgery: {before: 9999}",
        "surgery: {happened_within: 9999 years}",
        "surgery: {after: 9999 years after fracture}",
    ],
)
def test_days_beyond_the_calendar_are_no_values(text: str) -> None:
    days = representatives(FACTS["surgery"], leaves(text), AS_OF)
    assert days
    assert all(isinstance(day, PartialDate) for day in days)
    assert signatures(leaves(text), FACTS, AS_OF)
