"""Dates and times of FHIR as dates in the site's zone."""

from __future__ import annotations

from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest

from screener.dates import PartialDate
from screener.facts.fhir.times import Calendar

AMSTERDAM = Calendar(ZoneInfo("Europe/Amsterdam"))
NEW_YORK = Calendar(ZoneInfo("America/New_York"))


def day(text: object, calendar: Calendar = AMSTERDAM) -> str | None:
    value = calendar.field(text).value
    return value.text if isinstance(value, PartialDate) else None


@pytest.mark.parametrize("text", ["2018", "2018-05", "2018-05-20"])
def test_dates_stay_as_exact_as_they_are(text: str) -> None:
    assert day(text) == text


def test_a_time_becomes_the_date_in_the_zone_of_the_site() -> None:
    assert day("2018-05-20T00:00:00Z") == "2018-05-20"
    assert day("2018-05-20T00:00:00Z", NEW_YORK) == "2018-05-19"
    assert day("2018-05-19T23:30:00Z") == "2018-05-20"
    assert day("2018-05-20T01:30:00+05:30") == "2018-05-19"


def test_summer_time_moves_the_end_of_the_day() -> None:
    assert day("2026-01-01T22:30:00Z") == "2026-01-01"
    assert day("2026-07-01T22:30:00Z") == "2026-07-02"


def test_a_time_without_a_zone_is_the_date_it_is_written_with() -> None:
    assert day("2018-05-20T23:59:59") == "2018-05-20"


def test_fractions_of_seconds_change_nothing() -> None:
    assert day("2026-12-31T23:59:59.999999999Z", Calendar(UTC)) == "2026-12-31"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "18",
        "20180520",
        "2018-5-2",
        "2018-02-30",
        "2018-W20-1",
        "05/20/2018",
        "20 May 2018",
        "2018-05-20 10:00:00Z",
        "2018-05-20T",
        "2018-05-20T25:00:00Z",
        "2018-05-20T10:00:00+99:00",
        "0001-01-01T00:00:00+14:00",
        "2018-05-20T10:00:00Zzz",
        "2018-05-20\n",
        "9" * 500,
        None,
        5,
        [],
    ],
)
def test_anything_else_is_unreadable(text: object) -> None:
    field = AMSTERDAM.field(text)
    assert (field.state, field.value) == ("unreadable", None)
    assert len(field.said) <= 200


def test_the_field_keeps_the_records_own_words() -> None:
    field = AMSTERDAM.field("2018-05-20T00:00:00Z")
    assert field.said == "2018-05-20T00:00:00Z"
    assert field.value == PartialDate("2018-05-20", date(2018, 5, 20), date(2018, 5, 20))


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screener.facts.fhir.times._REMEMBERED", 3)
    calendar = Calendar(UTC)
    for year in range(1990, 2010):
        assert day(str(year), calendar) == str(year)
