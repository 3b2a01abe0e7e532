"""Sets of options: what all matching events say together, and what one of them says."""

from __future__ import annotations

from events import HERE, THERE, Words, event

from screener.facts.imprecise import AtLeastSet

SIDES = """
type: set
options: [left, right, bilateral]
from: condition
where: {code: {in_value_set: fracture}}
take: all
value: laterality
"""
WHERE = """
type: set
options: [wrist, breaks, elsewhere]
from: condition
take: all
value:
  wrist: {site: {in_value_set: wrist}}
  breaks: {code: {in_value_set: fracture}}
  elsewhere: never
"""


def test_a_source_that_holds_every_event_gives_the_whole_set() -> None:
    words = Words(sides=SIDES)
    left, right = (event("condition", code="fracture", laterality=side) for side in ("left", "right"))
    assert words.told("sides", left, right, complete=["condition"]) == {"left", "right"}
    assert words.told("sides", complete=["condition"]) == frozenset()


def test_another_source_gives_what_is_known_of_it() -> None:
    words = Words(sides=SIDES)
    left = event("condition", code="fracture", laterality="left")
    assert words.told("sides", left) == AtLeastSet(frozenset({"left"}))
    assert words.told("sides") is None


def test_one_that_does_not_say_leaves_it_open_what_else_there_is() -> None:
    words = Words(sides=SIDES)
    left, blank = event("condition", code="fracture", laterality="left"), event("condition", code="fracture")
    assert words.told("sides", left, blank, complete=["condition"]) == AtLeastSet(frozenset({"left"}))
    assert words.told("sides", blank, complete=["condition"]) == "? uncertain"
    may = event("condition", laterality="right")
    assert words.told("sides", left, may, complete=["condition"]) == AtLeastSet(frozenset({"left"}))
    assert words.told("sides", may) == "? uncertain"


def test_of_one_event_every_option_counts_whose_tests_hold() -> None:
    words = Words(where=WHERE)
    both = event("condition", site="wrist", code="fracture")
    assert words.told("where", both, complete=["condition"]) == {"wrist", "breaks"}
    assert words.told("where", event("condition", site="wrist"), complete=["condition"]) == AtLeastSet(
        frozenset({"wrist"})
    )
    assert words.told("where", event("condition", site="knee", code="sprain")) == "? uncertain"
    assert words.told("where", event("condition", site="knee")) == "? uncertain"


def test_the_latest_event_can_give_a_set_too() -> None:
    words = Words(where=WHERE.replace("take: all", "take: latest"))
    assert words.told("where", event("condition", site="wrist", code="fracture")) == {"wrist", "breaks"}
    assert words.told("where", event("condition", site="wrist")) == AtLeastSet(frozenset({"wrist"}))
    elsewhere = event("condition", site="wrist", code=f"{THERE}|x")
    assert words.told("where", elsewhere, complete=["condition"]) == AtLeastSet(frozenset({"wrist"}))
    assert words.told("where", complete=["condition"]) == frozenset()


def test_events_of_other_kinds_and_systems_stay_out() -> None:
    words = Words(sides=SIDES)
    other = event("condition", code=f"{HERE}|sprain", laterality="left"), event("procedure", code="fracture")
    assert words.told("sides", *other, complete=["condition"]) == frozenset()
