"""Written values read by the type of their fact."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rulesets import vocabulary

from screener.dates import parse_date
from screener.facts.definitions import Value
from screener.facts.values import Unreadable, plain, read_number, read_value

FACTS = vocabulary()
WITH_NONE = vocabulary(
    "facts:\n  sites: {label: x, type: set, options: [none, lung], answered_by: record, question: x}\n"
    "  count: {label: x, type: integer, range: 1 or more, answered_by: record, question: x}\n"
)


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        ("healed", "yes", True), ("healed", " Y ", True), ("healed", "TRUE", True),
        ("healed", "no", False), ("healed", "N", False), ("healed", "False", False),
        ("pain", "severe", "severe"), ("pain", " Severe ", "severe"),
        ("casts", "2", 2), ("casts", "2.0", 2), ("casts", "+2", 2), ("casts", "007", 7), ("casts", "2.", 2),
        ("platelets", "99.5", Decimal("99.5")), ("platelets", "1e3", 1000), ("platelets", "1.5E2", 150),
        ("platelets", ".5", Decimal("0.5")), ("platelets", "100.000", 100), ("platelets", "5.", 5),
        ("fracture", "2025-10", parse_date("2025-10")), ("fracture", " 2025 ", parse_date("2025")),
        ("bones", "radius; ULNA", frozenset({"radius", "ulna"})), ("bones", "None", frozenset()),
        ("bones", "radius;radius", frozenset({"radius"})), ("age", "0", 0), ("age", "130", 130),
    ],
)  # fmt: skip
def test_a_value_is_read_by_the_type_of_its_fact(fact: str, text: str, value: Value) -> None:
    read = read_value(FACTS[fact], text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("fact", "text", "kind", "words"),
    [
        ("healed", "1", "F106", "not yes or no"), ("healed", "", "F106", "not yes or no"),
        ("pain", "awful", "F103", "not a listed option"),
        ("casts", "2.5", "F106", "not a whole number"), ("casts", "two", "F106", "not a whole number"),
        ("casts", "1e1", "F106", "not a whole number"), ("casts", "-1", "F104", "outside the range"),
        ("casts", "10", "F104", "outside the range"), ("casts", "٣", "F106", "not a whole number"),
        ("platelets", "1,5", "F106", "not a number"), ("platelets", "nan", "F106", "not a number"),
        ("platelets", "inf", "F106", "not a number"), ("platelets", "1e999", "F106", "not a number"),
        ("platelets", ".", "F106", "not a number"), ("platelets", "2000.1", "F104", "outside the range"),
        ("platelets", "0x10", "F106", "not a number"), ("platelets", "1_0", "F106", "not a number"),
        ("fracture", "06-10-2025", "F106", "not a date"), ("fracture", "03/04/2025", "F106", "not a date"),
        ("bones", "radius;", "F106", "not a list of options"), ("bones", "radius;femur", "F103", "not a listed option"),
        ("age", "131", "F104", "outside the range"),
    ],
)  # fmt: skip
def test_what_is_not_a_value_of_the_fact_is_refused_without_repeating_it(
    fact: str, text: str, kind: str, words: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_value(FACTS[fact], text)
    assert caught.value.kind == kind
    assert str(caught.value) == words


def test_none_is_an_option_where_the_set_lists_it() -> None:
    assert read_value(WITH_NONE["sites"], "none") == frozenset({"none"})


def test_a_range_may_have_one_end() -> None:
    assert read_value(WITH_NONE["count"], "999999") == 999999
    with pytest.raises(Unreadable, match="outside the range"):
        read_value(WITH_NONE["count"], "0")


def test_a_number_reads_the_same_however_it_is_written() -> None:
    assert str(read_number("2.50")) == str(read_number("2.5")) == str(read_number("25e-1")) == "2.5"
    digits = "123456789012345678.123456789012345678"
    assert str(read_number(digits)) == digits


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, True), (2, 2), (Decimal("99.5"), 99.5), ("severe", "severe"), (None, None),
        (parse_date("2025-10"), "2025-10"), (frozenset({"ulna", "radius"}), ["radius", "ulna"]),
    ],
)  # fmt: skip
def test_a_value_is_shown_as_json_can_hold_it(value: Value | None, shown: object) -> None:
    assert plain(value) == shown
