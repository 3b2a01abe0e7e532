"""Partial dates and their comparisons, as ranges of days."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from screener.dates import PartialDate, before, exactly, is_day, on_or_before, parse_date, within
from screener.logic import NO, UNKNOWN, YES, Truth


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("1900-02", date(1900, 2, 1), date(1900, 2, 28)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("0001", date.min, date(1, 12, 31)),
        ("9999", date(9999, 1, 1), date.max),
        ("9999-12", date(9999, 12, 1), date.max),
    ],
)
def test_a_date_as_written_is_the_range_of_days_it_can_be(text: str, first: date, last: date) -> None:
    read = parse_date(text)
    assert (read.first, read.last) == (first, last)
    assert str(read) == text
    assert read.exact is (first == last)


@pytest.mark.parametrize(
    "text",
    [
        "", "25", "2025-1", "2025-13", "2025-00", "2025-02-29", "2025-02-30", "2025-2-3", "0000", "10000", "2025-",
        "2025-10-06T00:00", " 2025", "2025/10/06", "06-10-2025", "٢٠٢٥", "today", "2025-10-06\n",
    ],
)  # fmt: skip
def test_what_is_no_iso_date_or_no_day_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the words never repeat the value, so there is little to match
        parse_date(text)
    assert not is_day(text)


def test_only_a_whole_date_is_one_day() -> None:
    assert is_day("2025-10-06")
    assert not is_day("2025-10")
    assert exactly(date(2025, 10, 6)) == parse_date("2025-10-06")


@pytest.mark.parametrize(
    ("a", "b", "is_before", "is_on_or_before"),
    [
        ("2025-10-05", "2025-10-06", YES, YES),
        ("2025-10-06", "2025-10-06", NO, YES),
        ("2025-10-07", "2025-10-06", NO, NO),
        ("2024", "2025", YES, YES),
        ("2025", "2025", UNKNOWN, UNKNOWN),
        ("2025", "2024", NO, NO),
        ("2025", "2025-12-31", UNKNOWN, YES),
        ("2025", "2025-01-01", NO, UNKNOWN),
        ("2025", "2026-01-01", YES, YES),
        ("2025-01-01", "2025", UNKNOWN, YES),
        ("2025-12-31", "2025", NO, UNKNOWN),
        ("2025-10", "2025", UNKNOWN, UNKNOWN),
        ("2025-09", "2025-10", YES, YES),
    ],
)
def test_a_comparison_is_settled_only_where_the_ranges_settle_it(
    a: str, b: str, is_before: Truth, is_on_or_before: Truth
) -> None:
    assert before(parse_date(a), parse_date(b)) is is_before
    assert on_or_before(parse_date(a), parse_date(b)) is is_on_or_before


def _range(first: int, length: int) -> PartialDate:
    day = date(2025, 1, 1) + timedelta(days=first)
    return PartialDate(f"{first}+{length}", day, day + timedelta(days=length))


def _all_of(truths: set[bool]) -> Truth:
    return truths.pop() if len(truths) == 1 else UNKNOWN


@pytest.mark.parametrize(("start", "long"), list(product(range(-4, 5), range(3))))
def test_a_comparison_says_what_all_days_of_the_ranges_say(start: int, long: int) -> None:
    a = _range(start, long)
    for length in range(3):
        b = _range(0, length)
        days = list(product(range(start, start + long + 1), range(length + 1)))
        assert before(a, b) is _all_of({one < two for one, two in days})
        assert on_or_before(a, b) is _all_of({one <= two for one, two in days})
        inside = {0 <= one <= length for one in range(start, start + long + 1)}
        assert within(a, b.first, b.last) is _all_of(inside)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2025-03-01", YES),
        ("2025-02-28", NO),
        ("2025-05-31", YES),
        ("2025-06-01", NO),
        ("2025-04", YES),
        ("2025-03", YES),
        ("2025-02", NO),
        ("2025", UNKNOWN),
        ("2024", NO),
        ("2026", NO),
    ],
)
def test_a_window_includes_both_its_edges(when: str, expected: Truth) -> None:
    assert within(parse_date(when), date(2025, 3, 1), date(2025, 5, 31)) is expected


def test_dates_are_equal_when_they_are_written_the_same() -> None:
    assert parse_date("2025-10") == parse_date("2025-10")
    assert parse_date("2025-10") != parse_date("2025")
    assert len({parse_date("2025"), parse_date("2025")}) == 1
