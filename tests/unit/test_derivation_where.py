"""Tests of the fields of events: each type of field with its tests, and how they are put together."""

from __future__ import annotations

import pytest
from events import HERE, THERE, Words, codes, conflicting, event, quantity, unreadable

from screener.dates import parse_date
from screener.facts.events import Event, EventField, EventKind
from screener.facts.values import FactValue


def holds(where: str, one: Event, *, complete: bool = True, **definitions: str) -> object:
    """Whether an event matches: true, false, or why that is not known."""
    words = Words(found=f"type: yes_no\nfrom: {one.kind}\nwhere: {where}\ntake: any", **definitions)
    kinds: list[EventKind] = [one.kind] if complete else []
    return words.told("found", one, complete=kinds)


@pytest.mark.parametrize(
    ("where", "fields", "expected"),
    [
        ("{laterality: {is: left}}", {"laterality": "left"}, True),
        ("{laterality: {is: left}}", {"laterality": "right"}, False),
        ("{laterality: {one_of: [left, bilateral]}}", {"laterality": "bilateral"}, True),
        ("{laterality: {none_of: [left]}}", {"laterality": "left"}, False),
        ("{laterality: {is: left}}", {}, "? uncertain"),
        ("{laterality: {is: left}}", {"laterality": conflicting("left, right")}, "? conflicting"),
        ("{laterality: {is: left}}", {"laterality": unreadable("linx")}, "? unreadable"),
        ("{start: {before: 2020-01-01}}", {"start": "2019"}, True),
        ("{start: {before: 2020-01-01}}", {"start": "2020"}, False),
        ("{start: {before: 2020-07-01}}", {"start": "2020"}, "? imprecise"),
        ("{start: {after: screening}}", {"start": "2026-06-01"}, False),
        ("{start: {on_or_before: screening}}", {"start": "2026-06-01"}, True),
        ("{start: {happened_within: 6 months}}", {"start": "2025-12-01"}, True),
        ("{start: {happened_within: 6 months}}", {"start": "2025-11-30"}, False),
        ("{start: {happened_within: 6 months}}", {"start": "2025"}, "? imprecise"),
        ("{start: {after: 2020-01-01, before: 2021-01-01}}", {"start": "2020-05"}, True),
        ("{start: {after: 2020-01-01, before: 2021-01-01}}", {"start": "2021-05"}, False),
        ("{on: {before: 2020-01-01}}", {}, False),
    ],
)
def test_a_field_passes_its_tests_fails_them_or_leaves_them_open(
    where: str, fields: dict[str, object], expected: object
) -> None:
    assert holds(where, event("procedure", "2025-01-01", **fields)) == expected


def test_the_date_of_the_event_itself_is_a_field_that_can_be_missing() -> None:
    assert holds("{on: {before: 2020-01-01}}", event("procedure")) == "? uncertain"


@pytest.mark.parametrize(
    ("where", "value", "expected"),
    [
        ("{value: {at_least: 100, unit: 10*9/L}}", quantity(100, "10*3/uL"), True),
        ("{value: {at_least: 100, unit: 10*9/L}}", quantity("99.9", "10*9/L"), False),
        ("{value: {at_least: 100, unit: 10*9/L}}", quantity(100, "mg/dL"), "? unreadable"),
        ("{value: {at_least: 100, unit: 10*9/L}}", quantity(100, "furlong"), "? unreadable"),
        ("{value: {more_than: 0.3, unit: mg/dL}}", quantity(3, "mg/L"), False),
        ("{value: {at_least: 0.3, unit: mg/dL}}", quantity(3, "mg/L"), True),
        ("{value: {equals: 0.3, unit: mg/dL}}", quantity(3, "mg/L"), True),
        ("{value: {at_most: 5, unit: mg/dL}}", quantity(None, "mg/dL", high=5), True),
        ("{value: {at_most: 4, unit: mg/dL}}", quantity(None, "mg/dL", high=5), "? imprecise"),
        ("{value: {at_least: 6, unit: mg/dL}}", quantity(None, "mg/dL", high=5), False),
        ("{value: {between: [1, 5], unit: mg/dL}}", quantity(2, "mg/dL", high=4), True),
        ("{value: {between: [1, 3], unit: mg/dL}}", quantity(2, "mg/dL", high=4), "? imprecise"),
        ("{value: {between: [1, 1.5], unit: mg/dL}}", quantity(2, "mg/dL", high=4), False),
        ("{value: {equals: 3, unit: mg/dL}}", quantity(2, "mg/dL", high=4), "? imprecise"),
        ("{value: {at_least: 2, unit: wk}}", quantity(14, "d"), True),
        ("{value: {more_than: 0.33333, less_than: 0.33334, unit: h}}", quantity(20, "min"), True),
    ],
)
def test_a_quantity_is_compared_in_the_unit_of_the_limit_exactly(
    where: str, value: EventField, expected: object
) -> None:
    assert holds(where, event("observation", "2026-01-01", value=value)) == expected


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [
        (quantity(60, "U/L"), quantity(40, "U/L"), True),
        (quantity(61, "U/L"), quantity(40, "U/L"), False),
        (quantity(3, "mg/dL"), quantity(20, "mg/L"), True),
        (quantity(3, "mg/dL"), quantity(20, "umol/L"), "? unreadable"),
        (quantity(3, "mg/dL"), quantity(20, "furlong"), "? unreadable"),
        (quantity(40, "U/L", high=80), quantity(40, "U/L"), "? imprecise"),
        (quantity(40, "U/L"), unreadable("see form"), "? unreadable"),
        (conflicting("40, 50"), quantity(40, "U/L"), "? conflicting"),
        (conflicting("40, 50"), unreadable("see form"), "? conflicting"),
        (quantity(40, "U/L"), None, "? uncertain"),
        (None, quantity(40, "U/L"), "? uncertain"),
    ],
)
def test_a_multiple_of_the_upper_limit_is_of_the_limit_that_the_record_gives(
    value: EventField | None, limit: EventField | None, expected: object
) -> None:
    fields = {name: one for name, one in (("value", value), ("upper_limit", limit)) if one is not None}
    assert holds("{value: {times_upper_limit: {at_most: 1.5}}}", event("observation", **fields)) == expected


def test_a_multiple_can_have_two_limits_and_stand_beside_a_limit_in_a_unit() -> None:
    where = "{value: {times_upper_limit: {more_than: 1, at_most: 1.5}, at_least: 50, unit: U/L}}"
    limit = quantity(40, "U/L")
    assert holds(where, event("observation", value=quantity(50, "U/L"), upper_limit=limit)) is True
    assert holds(where, event("observation", value=quantity(45, "U/L"), upper_limit=limit)) is False
    assert holds(where, event("observation", value=quantity(70, "U/L"), upper_limit=limit)) is False


def test_a_number_is_compared_as_it_is() -> None:
    assert holds("{fractions: {at_least: 15}}", event("radiotherapy", fractions=15)) is True
    assert holds("{fractions: {between: [16, 20]}}", event("radiotherapy", fractions=15)) is False


def test_yes_and_no() -> None:
    assert holds("{deceased: no}", event("patient", deceased=False)) is True
    assert holds("{deceased: {is: yes}}", event("patient", deceased=False)) is False


@pytest.mark.parametrize("where", ["{code: {in_value_set: cast}}", f'{{code: {{is: "{HERE}|cast"}}}}'])
def test_a_code_is_in_the_list_or_not_and_one_of_another_system_is_neither(where: str) -> None:
    assert holds(where, event("procedure", code="cast")) is True
    assert holds(where, event("procedure", code=[f"{THERE}|gips", "cast"])) is True
    assert holds(where, event("procedure", code="plate")) is False
    assert holds(where, event("procedure", code=[f"{THERE}|cast", "plate"])) is False
    assert holds(where, event("procedure", code=f"{THERE}|cast")) == "? unreadable"
    assert holds(where, event("procedure", code=unreadable("no system"))) == "? unreadable"
    assert holds(where, event("procedure", code=conflicting("a, b"))) == "? conflicting"
    assert holds(where, event("procedure")) == "? uncertain"


def test_a_code_is_one_of_several() -> None:
    where = f'{{code: {{one_of: ["{HERE}|cast", "{HERE}|plate"]}}}}'
    assert holds(where, event("procedure", code="plate")) is True
    assert holds(where, event("procedure", code="splint")) is False


def test_where_events_may_be_unrecorded_a_code_of_another_system_is_no_obstacle() -> None:
    foreign = event("procedure", code=f"{THERE}|filling", start="2026-01-01")
    assert holds("{code: {in_value_set: cast}}", foreign, complete=False) is None
    other = "{site: {in_value_set: wrist}}"
    assert holds(f"{{any: [{{code: {{in_value_set: cast}}}}, {other}]}}", foreign, complete=False) == "? uncertain"
    assert holds(f"{{all: [{{code: {{in_value_set: cast}}}}, {other}]}}", foreign, complete=False) is None


@pytest.mark.parametrize("where", ["{not: {code: {in_value_set: cast}}}", "{none: [{code: {in_value_set: cast}}]}"])
def test_behind_not_a_code_of_another_system_stays_open(where: str) -> None:
    foreign = event("procedure", code=f"{THERE}|cast")
    assert holds(where, foreign, complete=False) == "? unreadable"
    assert holds(where, event("procedure", code="plate"), complete=False) is True
    assert holds(where, event("procedure", code="cast"), complete=False) is None


def test_a_value_read_off_a_code_of_another_system_is_never_taken_for_another_option() -> None:
    words = Words(
        pain="""
        type: yes_no
        from: observation
        where: {code: {is: "http://codes.test/here|pain"}}
        take: latest
        value: [{value_code: {in_value_set: sore}}]
        """
    )
    assert words.told("pain", event("observation", code="pain", value_code=f"{THERE}|sore")) == "? unreadable"
    assert words.told("pain", event("observation", code="pain", value_code="calm")) is False
    assert words.told("pain", event("observation", code="pain", value_code="sore")) is True


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("all", ("left", "cast"), True),
        ("all", ("right", None), False),
        ("all", ("left", None), "? uncertain"),
        ("any", ("right", "cast"), True),
        ("any", ("right", "plate"), False),
        ("any", ("right", None), "? uncertain"),
        ("none", ("right", "plate"), True),
        ("none", ("left", None), False),
        ("none", ("right", None), "? uncertain"),
    ],
)
def test_tests_are_put_together_as_rules_are(left: str, right: tuple[str, str | None], expected: object) -> None:
    side, code = right
    fields = {"laterality": side} | ({"code": code} if code else {})
    where = f"{{{left}: [{{laterality: {{is: left}}}}, {{code: {{in_value_set: cast}}}}]}}"
    assert holds(where, event("procedure", **fields)) == expected


BY_INDEX = {
    "index": "type: event\nfrom: condition\nwhere: {code: {in_value_set: fracture}}\ntake: latest",
    "same": "type: yes_no\nfrom: procedure\nwhere: [{laterality: {same_as: index.laterality}}]\ntake: any",
    "earlier": "type: yes_no\nfrom: procedure\nwhere: [{end: {before: index.onset}}]\ntake: any",
    "late": "type: yes_no\nfrom: procedure\nwhere: [{start: {on_or_after: 6 months after index.onset}}]\ntake: any",
}
WORDS = Words(**BY_INDEX)


def fracture(**fields: object) -> Event:
    return event("condition", "2026-01-10", code="fracture", **fields)


@pytest.mark.parametrize(
    ("side", "index", "expected"),
    [
        ("left", "left", True),
        ("left", "right", False),
        ("bilateral", "left", True),
        ("bilateral", "bilateral", True),
        ("left", "bilateral", "? imprecise"),
        ("left", None, "? uncertain"),
        (None, "left", "? uncertain"),
        ("left", conflicting("left (body site), right (qualifier)"), "? conflicting"),
    ],
)
def test_the_same_side_is_known_only_where_both_are(side: object, index: object, expected: object) -> None:
    told = WORDS.told(
        "same",
        fracture(**({"laterality": index} if index else {})),
        event("procedure", **({"laterality": side} if side else {})),
        complete=["procedure"],
    )
    assert told == expected


def test_without_the_event_it_is_compared_with_nothing_is_known() -> None:
    assert WORDS.told("same", event("procedure", laterality="left"), complete=["procedure"]) == "? uncertain"
    assert WORDS.told("earlier", event("procedure", end="2020-01-01"), complete=["procedure"]) == "? uncertain"


def test_dates_are_compared_with_those_of_another_event() -> None:
    index = fracture(onset="2026-01")
    complete: list[EventKind] = ["procedure"]
    assert WORDS.told("earlier", index, event("procedure", end="2025-12-31"), complete=complete) is True
    assert WORDS.told("earlier", index, event("procedure", end="2026-01-10"), complete=complete) == "? imprecise"
    assert WORDS.told("earlier", index, event("procedure", end="2026-02"), complete=complete) is False
    assert WORDS.told("earlier", fracture(), event("procedure", end="2026-02"), complete=complete) == "? uncertain"
    clash = fracture(onset=conflicting("2025, 2026"))
    assert WORDS.told("earlier", clash, event("procedure", end="2026-02"), complete=complete) == "? conflicting"
    late = Words(as_of=parse_date("2027-06-01").first, **BY_INDEX)
    assert late.told("late", fracture(onset="2026-01-10"), event("procedure", start="2026-07-10")) is True
    assert late.told("late", fracture(onset="2026-01-10"), event("procedure", start="2026-07-09")) is None


def test_what_a_person_says_of_the_event_is_what_others_are_compared_with() -> None:
    answered = FactValue("index.laterality", "right", None, "answered by A. Nurse")
    facts = WORDS.facts(fracture(laterality="left"), event("procedure", laterality="right"), known=[answered])
    assert facts["same"].value is True
    assert facts["index.laterality"].value == "right"
    assert [one.value for one in facts["index.laterality"].evidence] == ["left"]


def test_several_codes_are_shown_by_the_first() -> None:
    fact = Words(found="type: yes_no\nfrom: procedure\nwhere: {code: {in_value_set: cast}}\ntake: any").fact(
        "found", event("procedure", code=codes(f"{THERE}|gips", "cast"))
    )
    assert fact is not None
    assert (fact.evidence[0].system, fact.evidence[0].code, fact.evidence[0].display) == (THERE, "gips", "gips")
