"""Which lines of an eligibility text say nothing but an age limit, and when they agree with the record."""

from __future__ import annotations

import pytest

from screener.criteria.age_lines import age_line, agrees, both_sexes_line
from screener.criteria.model import CriterionKind, NumberOp, NumberTest

UNDERSTOOD: list[tuple[str, list[tuple[NumberOp, int]]]] = [
    ("\\>=18 years", [("at_least", 18)]),
    ("Age ≥ 18 years.", [("at_least", 18)]),
    ("Age: 18 years or older", [("at_least", 18)]),
    ("At least 18 years old at the start of Screening Visit", [("at_least", 18)]),
    ("Aged 18 or over", [("at_least", 18)]),
    ("Age 18+", [("at_least", 18)]),
    ("Patients must be at least 18 years of age;", [("at_least", 18)]),
    ("Male or female, age 18 years and older.", [("at_least", 18)]),
    ("Age over 18 years.", [("more_than", 18)]),
    ("Subjects older than 17 years", [("more_than", 17)]),
    ("Age > 17 yrs", [("more_than", 17)]),
    ("No older than 64 years", [("at_most", 64)]),
    ("Up to 64 years of age", [("at_most", 64)]),
    ("Age below 65", [("less_than", 65)]),
    ("Under 18 years of age", [("less_than", 18)]),
    ("Male or females 12 -24 years old", [("at_least", 12), ("at_most", 24)]),
    ("Adults ages 18 to 64 years", [("at_least", 18), ("at_most", 64)]),
    ("Age between 18 and 64 years, inclusive", [("at_least", 18), ("at_most", 64)]),
    ("Age ≥18 and ≤64 years", [("at_least", 18), ("at_most", 64)]),
    ("18 years or older and younger than 65 years", [("at_least", 18), ("less_than", 65)]),
]
LEFT = (
    "Healthy adults under age 60",
    "Patient's age is 5-8 years old at the time of the treatment",
    "At least 18 years old at the time of informed consent",
    "Male participants...",
    "Patient over 18 years...",
    "Age ≥18 years*",
    "Age ≥18 years and able to consent",
    "At least 18",
    "Not at least 18 years old",
    "Pain for at least 12 years",
    "Weight up to 64 kg",
    "Adults",
    "At least 18 months old",
    "Enrolled as a student in Grades 9-12 (corresponding to 13-20 years of age)",
    "≥10% body surface area (BSA) of AD involvement",
    "",
)


@pytest.mark.parametrize(("text", "expected"), UNDERSTOOD)
def test_a_line_that_is_nothing_but_an_age_limit_is_understood_in_its_own_comparison(
    text: str, expected: list[tuple[NumberOp, int]]
) -> None:
    found = age_line(text)
    assert found is not None
    assert [(test.op, test.limit) for test in found.tests] == expected


@pytest.mark.parametrize("text", LEFT)
def test_a_line_that_says_more_or_something_else_is_left_to_a_person(text: str) -> None:
    assert age_line(text) is None


def test_a_line_that_also_names_both_sexes_says_so() -> None:
    for text, both in (("Male or female, age 18 years and older", True), ("Age 18 years or older", False)):
        found = age_line(text)
        assert found is not None
        assert found.both_sexes is both


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("Male or female", True),
        ("Both sexes.", True),
        ("Men and women", True),
        ("Sex: female or male", True),
        ("Female participants", False),
        ("Women", False),
        ("Male or female with a fracture", False),
    ],
)
def test_only_a_line_that_names_both_sexes_and_no_more_is_one(text: str, both: bool) -> None:
    assert both_sexes_line(text) is both


@pytest.mark.parametrize(
    ("kind", "op", "limit", "youngest", "oldest", "same"),
    [
        ("inclusion", "at_least", 18, 18, None, True),
        ("inclusion", "more_than", 17, 18, None, True),
        ("inclusion", "more_than", 18, 18, None, False),
        ("inclusion", "at_least", 18, None, None, False),
        ("inclusion", "at_most", 64, 18, 64, True),
        ("inclusion", "less_than", 65, 18, 64, True),
        ("inclusion", "less_than", 65, 18, 65, False),
        ("exclusion", "less_than", 18, 18, None, True),
        ("exclusion", "at_most", 17, 18, None, True),
        ("exclusion", "more_than", 64, None, 64, True),
        ("exclusion", "at_least", 65, None, 64, True),
        ("exclusion", "at_least", 18, 18, None, False),
        ("exclusion", "at_most", 64, 18, 64, False),
    ],
)
def test_a_limit_agrees_with_the_record_when_both_let_the_same_ages_take_part(
    kind: CriterionKind, op: NumberOp, limit: int, youngest: int | None, oldest: int | None, same: bool
) -> None:
    assert agrees(NumberTest(op, limit), kind, youngest=youngest, oldest=oldest) is same
