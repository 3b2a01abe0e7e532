"""Lengths of time, anniversaries, windows and ages, with the days on which they go wrong elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from screener.dates import (
    Length,
    anniversary,
    birth_range,
    completed_years,
    earliest_within,
    latest_passed,
    parse_length,
)

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("28 days", 28, "day"),
        ("1 day", 1, "day"),
        ("1 week", 1, "week"),
        ("6  months", 6, "month"),
        ("5 years", 5, "year"),
    ],
)
def test_a_length_is_a_count_and_a_unit(text: str, count: int, unit: str) -> None:
    assert parse_length(text) == Length(count, unit)


@pytest.mark.parametrize(
    "text",
    ["", "28", "days", "28days", "-1 days", "1.5 years", "28 Days", "10000 days", "1 fortnight", "1 day ", "٣ days"],
)
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        parse_length(text)


def test_a_length_is_written_with_its_plural() -> None:
    assert [str(Length(count, "month")) for count in (0, 1, 2)] == ["0 months", "1 month", "2 months"]


@pytest.mark.parametrize(
    ("day", "length", "expected"),
    [
        ("2024-02-29", "1 year", "2025-03-01"),
        ("2024-02-29", "4 years", "2028-02-29"),
        ("1896-02-29", "4 years", "1900-03-01"),
        ("2024-02-28", "1 year", "2025-02-28"),
        ("2025-01-31", "1 month", "2025-03-01"),
        ("2024-01-31", "1 month", "2024-03-01"),
        ("2024-01-30", "1 month", "2024-03-01"),
        ("2024-01-29", "1 month", "2024-02-29"),
        ("2025-03-31", "1 month", "2025-05-01"),
        ("2025-12-31", "2 months", "2026-03-01"),
        ("2025-11-30", "3 months", "2026-03-01"),
        ("2025-10-31", "12 months", "2026-10-31"),
        ("2025-12-15", "1 month", "2026-01-15"),
        ("2025-12-25", "1 week", "2026-01-01"),
        ("2024-02-28", "2 days", "2024-03-01"),
        ("2025-06-01", "0 days", "2025-06-01"),
        ("2025-06-01", "0 months", "2025-06-01"),
        ("9999-12-31", "1 day", "9999-12-31"),
        ("9999-06-01", "1 year", "9999-12-31"),
        ("9999-12-01", "1 month", "9999-12-31"),
    ],
)
def test_an_anniversary_follows_the_calendar(day: str, length: str, expected: str) -> None:
    assert anniversary(date.fromisoformat(day), parse_length(length)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("length", "screening", "first"),
    [
        ("28 days", "2026-01-29", "2026-01-01"),
        ("1 week", "2026-01-08", "2026-01-01"),
        ("6 months", "2026-06-01", "2025-12-01"),
        ("6 months", "2026-08-31", "2026-03-01"),
        ("1 year", "2025-02-28", "2024-02-28"),
        ("1 year", "2025-03-01", "2024-02-29"),
        ("1 year", "2024-02-29", "2023-03-01"),
        ("1 month", "2025-03-01", "2025-01-29"),
        ("0 days", "2026-01-01", "2026-01-01"),
        ("9999 years", "2026-01-01", "0001-01-01"),
        ("9999 days", "0001-01-03", "0001-01-01"),
        ("1 month", "0001-01-15", "0001-01-01"),
        ("1 year", "9999-12-31", "9998-12-31"),
    ],
)
def test_a_window_begins_on_the_earliest_day_that_has_not_run_out(length: str, screening: str, first: str) -> None:
    assert earliest_within(parse_length(length), date.fromisoformat(screening)) == date.fromisoformat(first)


@pytest.mark.parametrize("length", ["1 day", "4 weeks", "1 month", "6 months", "1 year", "18 years"])
def test_on_every_day_of_two_years_the_window_is_what_the_anniversaries_say(length: str) -> None:
    span = parse_length(length)
    for offset in range(731):
        screening = date(2023, 12, 30) + offset * DAY
        first, last = earliest_within(span, screening), latest_passed(span, screening)
        assert anniversary(first, span) >= screening > anniversary(first - DAY, span)
        assert last is not None
        assert anniversary(last, span) <= screening < anniversary(last + DAY, span)


@pytest.mark.parametrize(
    ("length", "screening", "latest"),
    [
        ("18 years", "2026-06-01", "2008-06-01"),
        ("18 years", "2026-02-28", "2008-02-28"),
        ("18 years", "2026-03-01", "2008-03-01"),
        ("5 years", "0003-01-01", None),
        ("0 years", "9999-12-31", "9999-12-31"),
        ("18 years", "9999-12-31", "9981-12-31"),
        ("1 day", "0001-01-01", None),
        ("1 day", "0001-01-02", "0001-01-01"),
    ],
)
def test_a_length_has_passed_since_the_latest_such_day_or_since_none(
    length: str, screening: str, latest: str | None
) -> None:
    expected = date.fromisoformat(latest) if latest else None
    assert latest_passed(parse_length(length), date.fromisoformat(screening)) == expected


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("2008-06-01", "2026-06-01", 18),
        ("2008-06-02", "2026-06-01", 17),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-02-29", "2028-02-28", 19),
        ("2008-02-29", "2028-02-29", 20),
        ("2026-06-01", "2026-06-01", 0),
        ("0001-01-01", "9999-12-31", 9998),
    ],
)
def test_an_age_is_in_completed_years(birth: str, on: str, age: int) -> None:
    assert completed_years(date.fromisoformat(birth), date.fromisoformat(on)) == age


@pytest.mark.parametrize("age", [0, 1, 17, 40])
@pytest.mark.parametrize("day", ["2024-02-29", "2025-02-28", "2025-03-01", "2026-06-01"])
def test_a_recorded_age_is_the_days_of_birth_that_give_it(age: int, day: str) -> None:
    on = date.fromisoformat(day)
    first, last = birth_range((age, age), on, on)
    assert completed_years(first, on) == completed_years(last, on) == age
    assert completed_years(first - DAY, on) == age + 1
    assert completed_years(last + DAY, on) == age - 1


def test_an_age_on_some_day_of_a_range_is_the_births_that_give_it_on_any_of_them() -> None:
    first, last = birth_range((40, 40), date(2025, 1, 1), date(2025, 12, 31))
    assert (first, last) == (date(1984, 1, 2), date(1985, 12, 31))


def test_an_age_that_the_calendar_does_not_reach_is_capped_at_its_beginning() -> None:
    assert birth_range((40, 40), date(20, 1, 1), date(20, 1, 1)) == (date.min, date.min)
