"""The latest of the events that count, the earliest, the only one, the highest and the lowest."""

from __future__ import annotations

from textwrap import dedent

from events import Words, conflicting, event, quantity, unreadable

from screener.dates import parse_date
from screener.facts.events import Event, EventField
from screener.facts.imprecise import NumberRange

PLATELETS = dedent("""
    type: number
    unit: 10*9/L
    range: [0, 2000]
    from: observation
    where:
      - code: {in_value_set: platelets}
    value: value
""")


def count(value: object, on: str | None = "2026-05-01", unit: str = "10*9/L", **more: object) -> Event:
    return event("observation", on, code="plt", value=quantity(value, unit), **more)


LATEST = Words(platelets=PLATELETS + "take: latest")


def test_the_latest_counts_whatever_the_order_of_the_records() -> None:
    old, new = count(180, "2025-01-01"), count(80, "2026-05-01")
    assert LATEST.told("platelets", old, new) == 80
    assert LATEST.told("platelets", new, old) == 80


def test_two_of_the_same_day_that_differ_contradict_each_other() -> None:
    fact = LATEST.fact("platelets", count(80), count(90), count(180, "2025-01-01"))
    assert fact is not None
    assert (fact.value, fact.state) == (None, "conflicting")
    assert [one.value for one in fact.evidence] == ["80 10*9/L", "90 10*9/L"]


def test_two_of_the_same_day_that_say_the_same_do_not() -> None:
    assert LATEST.told("platelets", count(80), count(80, unit="10*3/uL")) == 80
    assert LATEST.told("platelets", count(80), count("80.0")) == 80


def test_a_partial_date_that_may_be_later_leaves_it_open_where_it_says_something_else() -> None:
    assert LATEST.told("platelets", count(80, "2026-05-01"), count(90, "2026-05")) == "? imprecise"
    assert LATEST.told("platelets", count(80, "2026-05-01"), count(80, "2026-05")) == 80
    assert LATEST.told("platelets", count(80, "2026-05-01"), count(90, "2026-04")) == 80
    assert LATEST.told("platelets", count(80, "2026"), count(90, "2026")) == "? imprecise"


def test_an_event_without_a_date_may_be_the_latest() -> None:
    assert LATEST.told("platelets", count(80), count(90, None)) == "? imprecise"
    assert LATEST.told("platelets", count(90, None)) == 90
    assert LATEST.told("platelets", count(90, None), count(80, None)) == "? imprecise"


def test_one_that_may_match_and_could_be_later_leaves_it_open_where_it_says_something_else() -> None:
    later = event("observation", "2026-05-02", value=quantity(70, "10*9/L"))
    assert LATEST.told("platelets", count(80), later) == "? uncertain"
    same = event("observation", "2026-05-02", value=quantity(80, "10*9/L"))
    assert LATEST.told("platelets", count(80), same) == 80
    earlier = event("observation", "2026-04-30", value=quantity(70, "10*9/L"))
    assert LATEST.told("platelets", count(80), earlier) == 80


def test_only_events_that_may_match_give_nothing() -> None:
    assert LATEST.told("platelets", count(80, standing="uncertain")) == "? uncertain"
    assert LATEST.told("platelets", count(80, standing="refuted")) is None
    assert LATEST.told("platelets", complete=["observation"]) is None


def test_where_the_latest_says_nothing_an_older_one_does_not_stand_in() -> None:
    assert LATEST.told("platelets", count(80), event("observation", "2026-05-02", code="plt")) == "? uncertain"
    clash = event("observation", "2026-05-02", code="plt", value=conflicting("80, 90"))
    assert LATEST.told("platelets", count(80), clash) == "? conflicting"


def test_the_earliest_is_the_other_way_round() -> None:
    words = Words(platelets=PLATELETS + "take: earliest")
    assert words.told("platelets", count(180, "2025-01-01"), count(80)) == 180
    assert words.told("platelets", count(180, "2025-01-01"), count(170, "2025")) == "? imprecise"
    assert words.told("platelets", count(180, "2025-01-01"), count(170, None)) == "? imprecise"
    assert words.told("platelets", count(180, "2025-01-01"), count(170, "2025-01-01")) == "? conflicting"
    assert words.told("platelets", count(170, None)) == 170


def test_only_takes_what_all_say_whatever_the_dates() -> None:
    words = Words(platelets=PLATELETS + "take: only")
    assert words.told("platelets", count(180, "2025-01-01"), count(180)) == 180
    assert words.told("platelets", count(180, "2025-01-01"), count(170)) == "? conflicting"


HIGHEST = Words(platelets=PLATELETS + "take: highest")
LOWEST = Words(platelets=PLATELETS + "take: lowest")


def test_a_source_that_holds_every_event_gives_the_number() -> None:
    events = count(180, "2025-01-01"), count(80), count(120, "2026-05-20")
    assert HIGHEST.told("platelets", *events, complete=["observation"]) == 180
    assert LOWEST.told("platelets", *events, complete=["observation"]) == 80


def test_another_source_gives_one_end() -> None:
    events = count(180, "2025-01-01"), count(80)
    assert HIGHEST.told("platelets", *events) == NumberRange(180, None)
    assert LOWEST.told("platelets", *events) == NumberRange(None, 80)
    assert HIGHEST.told("platelets") is None
    assert HIGHEST.told("platelets", complete=["observation"]) is None


def test_the_evidence_is_where_the_end_comes_from() -> None:
    fact = HIGHEST.fact("platelets", count(180, "2025-01-01"), count(80))
    assert fact is not None
    assert [one.value for one in fact.evidence] == ["180 10*9/L"]
    assert fact.on == parse_date("2025-01-01")


def test_one_that_may_match_widens_it() -> None:
    perhaps = count(300, standing="uncertain"), count(20, standing="uncertain")
    assert HIGHEST.told("platelets", count(80), *perhaps, complete=["observation"]) == NumberRange(80, 300)
    assert LOWEST.told("platelets", count(80), *perhaps, complete=["observation"]) == NumberRange(20, 80)
    assert HIGHEST.told("platelets", *perhaps, complete=["observation"]) == "? uncertain"


def test_one_that_says_no_number_leaves_an_end_open() -> None:
    blank = event("observation", "2026-05-02", code="plt")
    assert HIGHEST.told("platelets", count(80), blank, complete=["observation"]) == NumberRange(80, None)
    assert LOWEST.told("platelets", count(80), blank, complete=["observation"]) == NumberRange(None, 80)
    assert HIGHEST.told("platelets", blank, complete=["observation"]) == "? uncertain"


def test_measured_ranges_count_with_their_ends() -> None:
    below = event("observation", code="plt", value=quantity(50, "10*9/L", high=None))
    above = event("observation", code="plt", value=quantity(None, "10*9/L", high=40))
    assert HIGHEST.told("platelets", below, count(40), complete=["observation"]) == NumberRange(50, None)
    assert LOWEST.told("platelets", above, count(90), complete=["observation"]) == NumberRange(None, 40)
    assert LOWEST.told("platelets", below, count(40), complete=["observation"]) == 40
    assert HIGHEST.told("platelets", above, complete=["observation"]) == NumberRange(None, 40)
    assert HIGHEST.told("platelets", above) == "? imprecise"


def undated(value: object, on: EventField) -> Event:
    return event("observation", code="plt", value=quantity(value, "10*9/L"), on=on)


def test_a_value_of_a_day_that_cannot_be_read_is_unreadable_unless_another_says_the_same() -> None:
    when = unreadable("2026-13-45")
    alone = LATEST.fact("platelets", undated(80, when))
    assert alone is not None
    assert (alone.state, [one.value for one in alone.evidence]) == ("unreadable", ["80 10*9/L; 2026-13-45"])
    assert LATEST.told("platelets", count(80), undated(90, when)) == "? unreadable"
    assert LATEST.told("platelets", count(80), undated(80, when)) == 80
    assert LATEST.told("platelets", undated(80, conflicting("2026-02 to 2026-01"))) == "? conflicting"


def test_a_test_of_a_day_that_cannot_be_read_says_so() -> None:
    words = Words(
        low="type: yes_no\nfrom: observation\nwhere: {on: {before: screening}}\ntake: any",
        day="type: date\nfrom: observation\ntake: latest\nvalue: on",
    )
    facts = words.facts(undated(80, unreadable("2026-13-45")))
    assert (facts["low"].state, facts["day"].state) == ("unreadable", "unreadable")
