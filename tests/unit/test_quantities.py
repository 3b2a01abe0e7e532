"""Numbers as recorded become exact fractions, and comparators intervals."""

from __future__ import annotations

import sys
from fractions import Fraction

import orjson
import pytest

from screener.facts.events import Interval
from screener.facts.quantities import NotANumber, exact_number, measured


@pytest.mark.parametrize(
    ("recorded", "exactly"),
    [
        (0, Fraction(0)),
        (7, Fraction(7)),
        (-3, Fraction(-3)),
        (10**400, Fraction(10**400)),
        (0.1, Fraction(1, 10)),
        (1e-07, Fraction(1, 10**7)),
        ("1.10", Fraction(11, 10)),
        ("+2", Fraction(2)),
        ("1.5e3", Fraction(1500)),
        ("12345678901234567890.123456789", Fraction(12345678901234567890123456789, 10**9)),
    ],
)
def test_a_number_is_read_as_written(recorded: int | float | str, exactly: Fraction) -> None:
    assert exact_number(recorded) == exactly


@pytest.mark.parametrize("written", ["0.1", "1.1", "5.35", "99.99", "0.000123456789012345", "123456789012345", "2.675"])
def test_a_decimal_in_json_stays_exact_up_to_fifteen_digits(written: str) -> None:
    assert len(written.replace(".", "").strip("0")) <= sys.float_info.dig
    assert exact_number(orjson.loads(written)) == Fraction(written)


def test_a_decimal_in_json_of_more_digits_is_off_by_less_than_one_part_in_ten_to_the_fifteenth() -> None:
    written = "1.2345678901234567890"
    assert abs(exact_number(orjson.loads(written)) / Fraction(written) - 1) < Fraction(1, 10**15)


@pytest.mark.parametrize(
    "recorded",
    [
        True,
        False,
        float("nan"),
        float("inf"),
        "",
        " 5",
        "5 ",
        "5,0",
        "1_000",
        "0x10",
        "1/3",
        ".5",
        "5.",
        "٣",
        "1e999",
        "9" * 41,
    ],
)
def test_what_is_no_number_is_refused_without_repeating_it(recorded: float | str) -> None:
    with pytest.raises(NotANumber) as caught:
        exact_number(recorded)
    assert str(recorded) == "" or str(recorded) not in str(caught.value)


@pytest.mark.parametrize(
    ("comparator", "interval"),
    [
        (None, Interval(Fraction(5), Fraction(5))),
        ("<", Interval(None, Fraction(5), high_open=True)),
        ("<=", Interval(None, Fraction(5))),
        (">", Interval(Fraction(5), None, low_open=True)),
        (">=", Interval(Fraction(5), None)),
    ],
)
def test_a_comparator_makes_an_interval(comparator: str | None, interval: Interval) -> None:
    assert measured(5, comparator) == interval


@pytest.mark.parametrize("comparator", ["", "~", "ad", "=<"])
def test_a_comparator_of_another_kind_is_refused(comparator: str) -> None:
    with pytest.raises(NotANumber, match="none of <, <=, >=, >"):
        measured(5, comparator)
