"""Facts that rest on other facts: they follow their values, their reasons for being unknown, and their evidence."""

from __future__ import annotations

from textwrap import dedent

from events import Words, event

from screener.dates import parse_date
from screener.facts.events import Event
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.values import FactValue

RESTING = dedent("""
    type: yes_no
    from: facts
    where:
      - pain: {is: severe}
      - casts: {at_most: 2}
""")
FACTS = {
    "pain": dedent("""
        type: choice
        options: [mild, severe]
        from: observation
        where: {code: {is: "http://codes.test/here|pain"}}
        take: latest
        value:
          mild: {value_code: {in_value_set: calm}}
          severe: {value_code: {in_value_set: sore}}
    """),
    "casts": "type: integer\nfrom: procedure\nwhere: {code: {in_value_set: cast}}\ntake: count",
    "bad": RESTING,
    "state": dedent("""
        type: choice
        options: [good, poor, unclear]
        from: facts
        value:
          poor: {bad: yes}
          good: [{bad: no}, {casts: {at_most: 1}}]
          unclear: never
    """),
    "marks": dedent("""
        type: set
        options: [hurts, plastered, other]
        from: facts
        value:
          hurts: {pain: {is: severe}}
          plastered: {casts: {at_least: 1}}
          other: never
    """),
}  # fmt: skip


def pain(code: object, on: str = "2026-05-01") -> Event:
    return event("observation", on, code="pain", value_code=code)


def test_facts_that_rest_on_others_follow_their_values_and_carry_their_evidence() -> None:
    words = Words(**FACTS)
    facts = words.facts(pain("sore"), event("procedure", "2020-01-01", code="cast"), complete=["procedure"])
    assert (facts["bad"].value, facts["state"].value, facts["marks"].value) == (True, "poor", {"hurts", "plastered"})
    assert [one.value for one in facts["bad"].evidence] == [None, "sore"]
    assert facts["bad"].on == parse_date("2020-01-01")
    assert facts["bad"].source == f"{facts['pain'].source}; {facts['casts'].source}"


def test_facts_that_rest_on_others_are_as_old_as_the_oldest_and_undated_where_one_is() -> None:
    facts = Words(**FACTS).facts(pain("sore"), complete=["procedure"])
    assert (facts["bad"].value, facts["bad"].on) == (True, None)


def test_what_rests_on_a_fact_that_is_not_recorded_is_not_recorded_unless_the_rest_settles_it() -> None:
    words = Words(**FACTS)
    facts = words.facts(pain("calm"))
    assert (facts["bad"].value, "state" in facts) == (False, False)
    facts = words.facts(pain("sore"))
    assert set(facts) == {"pain", "marks"}
    assert facts["marks"].value == AtLeastSet(frozenset({"hurts"}))
    assert words.facts() == {}


def test_what_rests_on_a_fact_that_is_unknown_for_a_reason_is_unknown_for_that_reason() -> None:
    words = Words(**FACTS)
    facts = words.facts(pain("sore"), pain("calm"), complete=["procedure"])
    assert {name: fact.state for name, fact in facts.items() if fact.value is None} == {
        "pain": "conflicting", "bad": "conflicting", "state": "conflicting", "marks": "conflicting",
    }  # fmt: skip
    assert facts["state"].evidence == facts["pain"].evidence


def test_what_rests_on_a_fact_that_is_known_in_part_is_imprecise() -> None:
    facts = Words(**FACTS).facts(pain("sore"), event("procedure", "2020-01-01", code="cast"))
    assert facts["casts"].value == NumberRange(1, None)
    assert facts["bad"].state == "imprecise"


def test_of_a_choice_that_rests_on_others_no_option_and_an_open_earlier_one_leave_it_unknown() -> None:
    words = Words(**FACTS)
    casts = [event("procedure", f"2020-01-0{day}", code="cast") for day in range(1, 5)]
    facts = words.facts(pain("calm"), *casts, complete=["procedure"])
    assert (facts["bad"].value, facts["state"].value, facts["state"].state) == (False, None, "imprecise")
    answered = FactValue("casts", 1, None, "answered by A. Nurse")
    facts = words.facts(pain("sore"), pain("calm"), known=[answered])
    assert facts["state"].state == "conflicting"


def test_a_rule_may_ask_for_the_age() -> None:
    words = Words(old="type: yes_no\nfrom: facts\nwhere: {age: {at_least: 50}}")
    assert words.facts(event("patient", birth_date="1970-05-02"))["old"].value is True
    assert words.facts(event("patient", birth_date="1976"))["old"].state == "imprecise"
    assert words.facts() == {}


def test_what_a_fact_presumes_is_not_handed_on() -> None:
    words = Words(
        drug="type: yes_no\npresume: {value: no, because: the list of drugs is complete}",
        free="type: yes_no\nfrom: facts\nwhere: {drug: no}",
    )
    assert words.facts() == {}
