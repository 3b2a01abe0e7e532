"""What every test of every type of fact says: held, not held, and unknown by each cause."""

from __future__ import annotations

from datetime import date

import pytest
from rulesets import AS_OF, VOCABULARY, facts, rule_of, truth, vocabulary

from screener.criteria.model import YesNoTest
from screener.criteria.tests import birth_window, limits
from screener.criteria.truth import Meaning
from screener.facts.values import FactValue
from screener.logic import NO, UNKNOWN, YES, Truth

TESTS: list[tuple[str, str, str]] = [
    ("healed: yes", "yes", "no"),
    ("healed: no", "no", "yes"),
    ("healed: {is: yes}", "yes", "no"),
    ("pain: {is: severe}", "severe", "mild"),
    ("pain: {one_of: [mild, severe]}", "mild", "none"),
    ("pain: {none_of: [mild, severe]}", "none", "severe"),
    ("casts: {at_least: 2}", "2", "1"),
    ("casts: {at_most: 2}", "2", "3"),
    ("casts: {more_than: 2}", "3", "2"),
    ("casts: {less_than: 2}", "1", "2"),
    ("casts: {equals: 2}", "2", "3"),
    ("casts: {between: [2, 4]}", "2", "1"),
    ("casts: {between: [2, 4]}", "4", "5"),
    ("casts: {at_least: 2, at_most: 3}", "3", "4"),
    ("platelets: {at_least: 99.5}", "99.5", "99.4"),
    ("platelets: {more_than: 99.5}", "99.51", "99.50"),
    ("platelets: {equals: 99.5}", "99.50", "99"),
    ("platelets: {between: [99.5, 400]}", "400", "400.1"),
    ("surgery: {before: 2026-01-10}", "2026-01-09", "2026-01-10"),
    ("surgery: {on_or_before: 2026-01-10}", "2026-01-10", "2026-01-11"),
    ("surgery: {after: 2026-01-10}", "2026-01-11", "2026-01-10"),
    ("surgery: {on_or_after: 2026-01-10}", "2026-01-10", "2026-01-09"),
    ("surgery: {before: screening}", "2026-05-31", "2026-06-01"),
    ("surgery: {on_or_before: screening}", "2026-06-01", "2026-06-02"),
    ("surgery: {after: 2025}", "2026-01-01", "2025-01-01"),
    ("surgery: {happened_within: 6 months}", "2025-12-01", "2025-11-30"),
    ("surgery: {happened_within: 6 months}", "2026-06-01", "2026-06-02"),
    ("surgery: {happened_within: 2 weeks}", "2026-05-18", "2026-05-17"),
    ("surgery: {after: 2025-01-01, before: 2026-01-01}", "2025-06", "2024-06"),
    ("bones: {includes_any: [radius, ulna]}", "[ulna, carpal]", "[carpal]"),
    ("bones: {includes_all: [radius, ulna]}", "[radius, ulna, carpal]", "[radius, carpal]"),
    ("bones: {only: [radius, ulna]}", "[ulna]", "[ulna, carpal]"),
    ("bones: {excludes_all: [radius, ulna]}", "[carpal]", "[carpal, ulna]"),
    ("bones: {only: [radius]}", "none", "[ulna]"),
    ("bones: empty", "none", "[ulna]"),
    ("bones: {empty: yes}", "[]", "[ulna]"),
    ("bones: {empty: no}", "[ulna]", "none"),
    ("age: {at_least: 18}", "18", "17"),
    ("age: {more_than: 18}", "19", "18"),
    ("age: {at_most: 18}", "18", "19"),
    ("age: {less_than: 18}", "17", "18"),
    ("age: {equals: 18}", "18", "19"),
    ("age: {between: [18, 70]}", "70", "71"),
    ("age: {at_least: 18, at_most: 70}", "18", "17"),
]


def _fact(rule: str) -> str:
    return rule.partition(":")[0]


@pytest.mark.parametrize(("rule", "held", "missed"), TESTS)
def test_a_test_holds_for_a_value_and_not_for_its_neighbour(rule: str, held: str, missed: str) -> None:
    assert truth(rule, f"{{{_fact(rule)}: {held}}}") is YES
    assert truth(rule, f"{{{_fact(rule)}: {missed}}}") is NO
    assert truth(f"not: {{{rule}}}", f"{{{_fact(rule)}: {held}}}") is NO
    assert truth(f"not: {{{rule}}}", f"{{{_fact(rule)}: {missed}}}") is YES


@pytest.mark.parametrize("rule", sorted({rule for rule, _, _ in TESTS}))
@pytest.mark.parametrize("state", ["not recorded", "unreadable", "conflicting"])
def test_a_value_that_is_missing_unreadable_or_conflicting_is_unknown_whatever_is_asked(rule: str, state: str) -> None:
    tree, _ = rule_of(rule)
    assert tree is not None
    name = _fact(rule)
    known = {} if state == "not recorded" else {name: FactValue(name, None, None, "row 2", state)}  # type: ignore[arg-type]
    holds = Meaning(vocabulary(), AS_OF).rule(tree)
    assert holds(known) is UNKNOWN
    assert holds({"itp": FactValue("itp", True, None, None), **known}) is UNKNOWN


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("surgery: {before: 2026-01-10}", "2026-01", UNKNOWN),
        ("surgery: {before: 2026-02-01}", "2026-01", YES),
        ("surgery: {before: 2026-01-01}", "2026", NO),
        ("surgery: {after: 2025}", "2025", UNKNOWN),
        ("surgery: {happened_within: 6 months}", "2025-12", YES),
        ("surgery: {happened_within: 6 months}", "2025", UNKNOWN),
        ("surgery: {happened_within: 6 months}", "2024", NO),
        ("surgery: {happened_within: 6 months}", "2026", UNKNOWN),
        ("surgery: {happened_within: 6 months}", "2027", NO),
        ("surgery: {after: 2025-06-15, before: 2026-06-15}", "2025-06", UNKNOWN),
        ("surgery: {after: 2025-06-15, before: 2025-06-10}", "2025-06", UNKNOWN),
    ],
)
def test_a_partial_date_settles_a_test_only_where_all_its_days_agree(rule: str, value: str, expected: Truth) -> None:
    assert truth(rule, f"{{surgery: {value}}}") is expected


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        ("surgery: {after: fracture}", "{surgery: 2026-01-02, fracture: 2026-01-01}", YES),
        ("surgery: {after: fracture}", "{surgery: 2026-01-01, fracture: 2026-01-01}", NO),
        ("surgery: {on_or_after: fracture}", "{surgery: 2026-01-01, fracture: 2026-01-01}", YES),
        ("surgery: {before: fracture}", "{surgery: 2025, fracture: 2026}", YES),
        ("surgery: {before: fracture}", "{surgery: 2025, fracture: 2025-06}", UNKNOWN),
        ("surgery: {before: fracture}", "{surgery: 2025}", UNKNOWN),
        ("surgery: {before: fracture}", "{fracture: 2025}", UNKNOWN),
        ("surgery: {after: 5 years after fracture}", "{surgery: 2025-03-01, fracture: 2020-02-29}", NO),
        ("surgery: {after: 5 years after fracture}", "{surgery: 2025-03-02, fracture: 2020-02-29}", YES),
        ("surgery: {on_or_after: 5 years after fracture}", "{surgery: 2025-02-28, fracture: 2020-02-29}", NO),
        ("surgery: {after: 5 years after fracture}", "{surgery: 2025-06, fracture: 2020}", UNKNOWN),
        ("surgery: {after: 5 years after fracture}", "{surgery: 2026-01-01, fracture: 2020}", YES),
        ("surgery: {after: 1 month after fracture}", "{surgery: 2025-02, fracture: 2025-01-31}", NO),
        ("surgery: {after: fracture, before: 2026-01-01}", "{surgery: 2026-02-01}", NO),
        ("surgery: {after: birth_date}", "{surgery: 2026-02-01, birth_date: 1980}", YES),
    ],
)
def test_a_date_is_compared_with_another_fact_as_two_ranges(rule: str, given: str, expected: Truth) -> None:
    assert truth(rule, given) is expected


def test_a_date_fact_that_cannot_be_read_settles_no_comparison() -> None:
    tree, _ = rule_of("surgery: {after: fracture}")
    assert tree is not None
    known = facts("{surgery: 2026-01-02}") | {"fracture": FactValue("fracture", None, None, None, "unreadable")}
    assert Meaning(vocabulary(), AS_OF).rule(tree)(known) is UNKNOWN


@pytest.mark.parametrize(
    ("given", "fresh", "happened"),
    [
        ("2026-05-04", YES, YES),
        ("2026-05-03", UNKNOWN, NO),
        ("2026-05", UNKNOWN, UNKNOWN),
        ("2026-06-01", YES, YES),
        ("2025", UNKNOWN, NO),
    ],
)
def test_freshness_turns_an_old_value_unknown_where_an_event_of_long_ago_is_a_no(
    given: str, fresh: Truth, happened: Truth
) -> None:
    assert truth("healed: {is: yes, measured_within: 4 weeks}", f"{{healed: yes on {given}}}") is fresh
    assert truth("surgery: {happened_within: 4 weeks}", f"{{surgery: {given}}}") is happened


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("99 on 2026-05-20", NO),
        ("99 on 2026-01-20", UNKNOWN),
        ("150", UNKNOWN),
        ("150 on 2026-05", UNKNOWN),
        ("150 on 2026-05-20", YES),
    ],
)
def test_a_stale_or_undated_value_settles_nothing_neither_way(given: str, expected: Truth) -> None:
    assert truth("platelets: {at_least: 100, measured_within: 28 days}", f"{{platelets: {given}}}") is expected


def test_without_a_window_the_date_of_a_value_does_not_matter() -> None:
    assert truth("platelets: {at_least: 100}", "{platelets: 150 on 1999}") is YES


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{birth_date: 2008-06-01}", YES),
        ("{birth_date: 2008-06-02}", NO),
        ("{birth_date: 2008-05}", YES),
        ("{birth_date: 2008-06}", UNKNOWN),
        ("{birth_date: 2008-07}", NO),
        ("{birth_date: 2008}", UNKNOWN),
        ("{birth_date: 2007}", YES),
        ("{age: 18}", YES),
        ("{age: 17}", NO),
        ("{age: 17 on 2026-05-31}", UNKNOWN),
        ("{age: 17 on 2026-06-01}", NO),
        ("{age: 17 on 2025-06-01}", YES),
        ("{age: 17 on 2025-06-02}", UNKNOWN),
        ("{age: 16 on 2025-06-02}", NO),
        ("{age: 16 on 2024}", UNKNOWN),
        ("{age: 16 on 2023}", YES),
        ("{age: 15 on 2025}", NO),
        ("{birth_date: 2010-01-01, age: 40}", NO),
        ("{}", UNKNOWN),
    ],
)
def test_an_age_comes_from_the_birth_date_else_from_the_recorded_age_with_its_date(given: str, expected: Truth) -> None:
    assert truth("age: {at_least: 18}", given) is expected


def test_an_age_takes_the_recorded_one_where_the_birth_date_cannot_be_read() -> None:
    tree, _ = rule_of("age: {at_least: 18}")
    assert tree is not None
    known = facts("{age: 40}") | {"birth_date": FactValue("birth_date", None, None, None, "unreadable")}
    assert Meaning(vocabulary(), AS_OF).rule(tree)(known) is YES


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [(date(2026, 2, 28), NO), (date(2026, 3, 1), YES), (date(2024, 2, 29), NO), (date(2028, 2, 28), YES)],
)
def test_a_birthday_of_29_february_counts_on_1_march_in_common_years(as_of: date, expected: Truth) -> None:
    assert truth("age: {at_least: 18}", "{birth_date: 2008-02-29}", as_of=as_of) is expected


@pytest.mark.parametrize("as_of", [date.min, date(1, 6, 1), date.max])
@pytest.mark.parametrize("rule", sorted({rule for rule, _, _ in TESTS if rule.startswith(("age", "surgery"))}))
def test_no_rule_breaks_at_the_edges_of_the_calendar(rule: str, as_of: date) -> None:
    for given in ("{}", "{surgery: 0001, birth_date: 0001}", "{surgery: 9999-12-31, birth_date: 9999}", "{age: 0}"):
        assert truth(rule, given, as_of=as_of) in (YES, NO, UNKNOWN)


def test_nobody_is_older_than_the_calendar_reaches() -> None:
    assert truth("age: {at_least: 130}", "{birth_date: 0002}", as_of=date(40, 1, 1)) is NO
    assert truth("age: {at_most: 130}", "{birth_date: 0002}", as_of=date(40, 1, 1)) is YES


def test_a_test_of_another_type_is_no_test_of_an_age() -> None:
    with pytest.raises(AssertionError, match="YesNoTest is no test of an age"):
        birth_window(YesNoTest(True), AS_OF)
    assert not limits(YesNoTest(True))


def test_a_fact_of_few_values_and_one_of_many_mean_the_same() -> None:
    many = VOCABULARY.replace("range: [0, 9]", "range: 0 or more")
    for value in range(10):
        given = f"{{casts: {value}}}"
        assert truth("casts: {at_most: 4}", given) is truth("casts: {at_most: 4}", given, words=many)
