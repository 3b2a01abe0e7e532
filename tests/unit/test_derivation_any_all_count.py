"""Whether any event matches, whether all do, and how many: what is found, what may be, and what nothing means."""

from __future__ import annotations

from textwrap import dedent

import pytest
from events import THERE, Words, conflicting, event, unreadable

from screener.facts.events import Event
from screener.facts.imprecise import NumberRange

CAST = Words(
    cast="""
    type: yes_no
    from: procedure
    where:
      - code: {in_value_set: cast}
      - laterality: {is: left}
    take: any
    """
)
PAIN = dedent("""
    type: choice
    options: [none, mild, severe]
    from: observation
    where:
      - code: {is: http://codes.test/here|pain}
    value:
      severe: {value_code: {in_value_set: sore}}
      mild: {value_code: {in_value_set: calm}}
""")


def cast(side: str = "left", on: str = "2020-03-01", **more: object) -> Event:
    return event("procedure", on, code="cast", laterality=side, **more)


def pain(code: object, on: str = "2026-05-01", **more: object) -> Event:
    return event("observation", on, code="pain", value_code=code, **more)


def test_one_event_that_matches_is_enough() -> None:
    assert CAST.told("cast", cast("right"), cast()) is True


def test_nothing_found_is_not_recorded_unless_the_source_holds_every_event() -> None:
    assert CAST.told("cast", cast("right")) is None
    assert CAST.told("cast", cast("right"), complete=["procedure"]) is False
    assert CAST.told("cast", complete=["condition"]) is None
    assert CAST.told("cast", complete=["procedure"]) is False


def test_an_event_of_unknown_side_leaves_it_unknown_even_where_the_source_holds_every_event() -> None:
    of_unknown_side = event("procedure", "2020-03-01", code="cast")
    assert CAST.told("cast", of_unknown_side) == "? uncertain"
    assert CAST.told("cast", of_unknown_side, complete=["procedure"]) == "? uncertain"
    assert CAST.told("cast", of_unknown_side, cast()) is True


@pytest.mark.parametrize("standing", ["uncertain"])
def test_what_is_planned_or_provisional_is_never_a_yes(standing: str) -> None:
    assert CAST.told("cast", cast(standing=standing), complete=["procedure"]) == "? uncertain"
    assert CAST.told("cast", cast("right", standing=standing), complete=["procedure"]) is False


def test_what_is_refuted_is_a_recorded_no_where_nothing_else_matches_or_may() -> None:
    refuted = cast(standing="refuted")
    assert CAST.told("cast", refuted) is False
    assert CAST.told("cast", refuted, cast()) is True
    assert CAST.told("cast", refuted, event("procedure", "2020-03-01", code="cast")) == "? uncertain"
    assert CAST.told("cast", cast("right", standing="refuted")) is None
    assert CAST.told("cast", event("procedure", "2020-03-01", code="cast", standing="refuted")) is None


def test_of_several_reasons_the_gravest_is_told() -> None:
    def of(side: object) -> Event:
        return event("procedure", "2020-03-01", code="cast", laterality=side)

    unknown = event("procedure", "2020-03-01", code="cast")
    assert CAST.told("cast", unknown, of(unreadable("linx"))) == "? unreadable"
    assert CAST.told("cast", unknown, of(unreadable("linx")), of(conflicting("left, right"))) == "? conflicting"


def test_what_happens_after_the_screening_date_has_not_happened_yet() -> None:
    assert CAST.told("cast", cast(on="2026-06-02"), complete=["procedure"]) is False
    assert CAST.told("cast", cast(on="2026-06-01")) is True
    assert CAST.told("cast", cast(on="2026")) is True


def test_of_a_choice_the_first_option_counts_that_a_matching_event_says() -> None:
    words = Words(pain=PAIN + "take: any")
    assert words.told("pain", pain("calm"), pain("sore")) == "severe"
    assert words.told("pain", pain("calm")) == "mild"
    assert words.told("pain") is None
    assert words.told("pain", complete=["observation"]) == "none"


def test_of_a_choice_an_earlier_option_that_may_be_meant_leaves_it_open() -> None:
    words = Words(pain=PAIN + "take: any")
    blank = event("observation", "2026-05-01", code="pain")
    assert words.told("pain", pain("calm"), blank) == "? uncertain"
    assert words.told("pain", pain("sore"), blank) == "severe"
    assert words.told("pain", pain("calm"), pain("sore", standing="uncertain")) == "? uncertain"
    assert words.told("pain", pain("sore", standing="uncertain"), complete=["observation"]) == "? uncertain"
    clash = pain(conflicting("sore, calm"), standing="uncertain")
    assert words.told("pain", pain("calm"), clash) == "? conflicting"


def test_of_a_choice_an_event_without_an_option_cannot_be_read() -> None:
    words = Words(pain=PAIN + "take: any")
    assert words.told("pain", pain("cast")) == "? unreadable"
    assert words.told("pain", pain("cast", standing="uncertain")) == "? uncertain"


def test_where_no_record_can_say_an_option_one_that_says_none_is_uncertain() -> None:
    words = Words(pain=PAIN.replace("mild: {value_code: {in_value_set: calm}}", "mild: never") + "take: any")
    assert words.told("pain", pain("calm")) == "? uncertain"


ALL = Words(only_left="type: yes_no\nfrom: procedure\nwhere: {laterality: {is: left}}\ntake: all")


def test_every_event_must_match_and_there_must_be_no_others() -> None:
    assert ALL.told("only_left", cast(), cast(), complete=["procedure"]) is True
    assert ALL.told("only_left", cast(), cast()) == "? uncertain"


def test_one_that_does_not_match_is_enough_for_a_no() -> None:
    assert ALL.told("only_left", cast(), cast("right")) is False
    assert ALL.told("only_left", cast(), cast("right"), complete=["procedure"]) is False


def test_one_that_may_not_match_leaves_it_open() -> None:
    assert ALL.told("only_left", cast(), event("procedure"), complete=["procedure"]) == "? uncertain"
    clash = event("procedure", laterality=conflicting("left, right"))
    assert ALL.told("only_left", cast(), clash, complete=["procedure"]) == "? conflicting"


def test_what_is_planned_on_the_other_side_is_no_no_and_what_is_refuted_does_not_count() -> None:
    planned = cast("right", standing="uncertain")
    assert ALL.told("only_left", cast(), planned, complete=["procedure"]) == "? uncertain"
    assert ALL.told("only_left", cast(), cast("right", standing="refuted"), complete=["procedure"]) is True


def test_of_no_event_at_all_nothing_holds() -> None:
    assert ALL.told("only_left") is None
    assert ALL.told("only_left", complete=["procedure"]) is False


def test_a_code_of_a_system_that_was_not_looked_through_is_no_no() -> None:
    words = Words(casts_only="type: yes_no\nfrom: procedure\nwhere: {code: {in_value_set: cast}}\ntake: all")
    assert words.told("casts_only", event("procedure", code=f"{THERE}|cast")) == "? unreadable"
    assert words.told("casts_only", event("procedure", code="plate")) is False


COUNT = Words(casts="type: integer\nfrom: procedure\nwhere: {code: {in_value_set: cast}}\ntake: count")


def test_a_source_that_holds_every_event_gives_the_number() -> None:
    events = cast(), cast("right"), event("procedure", code="plate")
    assert COUNT.told("casts", *events, complete=["procedure"]) == 2
    assert COUNT.told("casts", complete=["procedure"]) == 0


def test_another_source_gives_the_least_it_can_be() -> None:
    assert COUNT.told("casts", cast(), cast("right")) == NumberRange(2, None)
    assert COUNT.told("casts") is None
    assert COUNT.told("casts", event("procedure", code="plate")) is None


def test_events_that_may_match_widen_it() -> None:
    blank = event("procedure", "2020-01-01")
    assert COUNT.told("casts", cast(), blank, complete=["procedure"]) == NumberRange(1, 2)
    assert COUNT.told("casts", blank, complete=["procedure"]) == NumberRange(0, 1)
    assert COUNT.told("casts", blank) == "? uncertain"
    assert COUNT.told("casts", cast(), blank) == NumberRange(1, None)


def test_records_of_one_day_may_tell_of_one_event_whatever_they_say() -> None:
    words = Words(done="type: integer\nfrom: procedure\ntake: count")
    other = event("procedure", "2020-03-01", code=f"{THERE}|gips", laterality="left")
    assert COUNT.told("casts", cast(), cast(), complete=["procedure"]) == NumberRange(1, 2)
    assert COUNT.told("casts", cast(), cast()) == NumberRange(1, None)
    assert words.told("done", cast(), other, complete=["procedure"]) == NumberRange(1, 2)
    assert COUNT.told("casts", cast(), cast(on="2020-03-02"), complete=["procedure"]) == 2
    assert COUNT.told("casts", cast(), cast(on="2020-03"), cast(on=None)) == NumberRange(1, None)


def test_what_lasted_and_what_was_done_meanwhile_may_be_one_event() -> None:
    words = Words(courses="type: integer\nfrom: radiotherapy\ntake: count")
    course = event("radiotherapy", "2020-03-01", start="2020-03-01", end="2020-03-20")
    session = event("radiotherapy", "2020-03-11", start="2020-03-11", end="2020-03-11")
    unended = event("radiotherapy", "2020-02-01", start="2020-02-01")
    later = event("radiotherapy", "2020-03-21", start="2020-03-21", end="2020-04-01")
    assert words.told("courses", course, session) == NumberRange(1, None)
    assert words.told("courses", unended, course) == NumberRange(1, None)
    assert words.told("courses", course, session, later) == NumberRange(2, None)


def test_a_condition_that_is_recorded_at_every_visit_or_in_two_terminologies_is_one_for_certain() -> None:
    words = Words(sores="type: integer\nfrom: condition\ntake: count")
    visits = [event("condition", code="sore", recorded=f"2020-0{month}-01") for month in range(1, 7)]
    since = [event("condition", f"2020-0{month}-01", code="sore") for month in range(1, 7)]
    elsewhere = event("condition", code=f"{THERE}|ulcus")
    assert words.told("sores", *visits) == NumberRange(1, None)
    assert words.told("sores", *since, elsewhere) == NumberRange(1, None)
    assert words.told("sores", *visits, elsewhere, complete=["condition"]) == NumberRange(1, 7)
    assert words.told("sores", elsewhere, complete=["condition"]) == 1


def test_what_is_on_the_left_is_not_what_is_on_the_right() -> None:
    words = Words(sores="type: integer\nfrom: condition\ntake: count")
    left, right = (event("condition", laterality=side) for side in ("left", "right"))
    clash, both = event("condition", laterality=conflicting("left, right")), event("condition", laterality="bilateral")
    assert words.told("sores", left, right, left) == NumberRange(2, None)
    assert words.told("sores", left, clash, both) == NumberRange(1, None)
