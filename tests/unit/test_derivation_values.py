"""What is read off events: fields, options and answers, with units and ranges, and the evidence for it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from events import HERE, THERE, Words, codes, conflicting, event, quantity, unreadable

from screener.dates import parse_date
from screener.facts.events import Event, EventField, EventKind
from screener.facts.imprecise import NumberRange


def read(kind: str, value: EventField, *, more: str = "") -> object:
    """What a fact of a type is that is read off the one observation there is."""
    text = f"type: {kind}\n{more}from: observation\nwhere: {{code: {{in_value_set: platelets}}}}\ntake: latest\n"
    return Words(found=f"{text}value: value").told("found", event("observation", "2026-05-01", code="plt", value=value))


@pytest.mark.parametrize(
    ("kind", "more", "value", "expected"),
    [
        ("number", "unit: mg/dL\n", quantity(5, "mg/L"), Decimal("0.5")),
        ("number", "unit: mg/dL\n", quantity(50, "mg/L"), 5),
        ("number", "unit: mg/dL\n", quantity(5, "umol/L"), "? unreadable"),
        ("number", "unit: mg/dL\n", quantity(5, "furlong"), "? unreadable"),
        ("number", "unit: mg/dL\n", unreadable("about five"), "? unreadable"),
        ("number", "unit: mg/dL\n", conflicting("5, 6"), "? conflicting"),
        ("number", "unit: mg/dL\n", quantity(None, "mg/dL", high=5), NumberRange(None, 5)),
        ("number", "unit: mg/dL\n", quantity(5, "mg/dL", high=7), NumberRange(5, 7)),
        ("number", "unit: mg/dL\nrange: [0, 10]\n", quantity(11, "mg/dL"), "? unreadable"),
        ("number", "unit: mg/dL\nrange: [0, 10]\n", quantity(-1, "mg/dL"), "? unreadable"),
        ("number", "unit: mg/dL\nrange: [0, 10]\n", quantity(5, "mg/dL", high=15), NumberRange(5, 15)),
        ("number", "unit: mg/dL\nrange: [0, 10]\n", quantity(11, "mg/dL", high=15), "? unreadable"),
        ("number", "", quantity(5, "{score}"), 5),
        ("number", "", quantity(5, "mg"), "? unreadable"),
        ("integer", "range: [0, 5]\n", quantity(2, "{score}"), 2),
        ("integer", "range: [0, 5]\n", quantity("2.0", "1"), 2),
        ("integer", "range: [0, 5]\n", quantity("2.5", "1"), "? unreadable"),
        ("integer", "range: [0, 5]\n", quantity(6, "1"), "? unreadable"),
    ],
)
def test_a_number_is_read_in_the_unit_of_its_fact_and_within_its_range(
    kind: str, more: str, value: EventField, expected: object
) -> None:
    assert read(kind, value, more=more) == expected


def test_a_number_without_a_decimal_is_a_range_that_holds_it_and_settles_every_limit_beside_it() -> None:
    third = read("number", quantity(20, "min"), more="unit: h\n")
    assert isinstance(third, NumberRange)
    assert (third > Decimal("0.333333333333333")) is True
    assert (third < Decimal("0.333333333333334")) is True
    ends = read("number", quantity(20, "min", high=40), more="unit: h\n")
    assert isinstance(ends, NumberRange)
    assert (ends > Decimal("0.333333333333333"), ends < Decimal("0.666666666666667")) == (True, True)
    assert ends.equals(Decimal("0.5")) is None


def test_a_number_of_fractions_is_a_number_too() -> None:
    words = Words(found="type: integer\nfrom: radiotherapy\ntake: latest\nvalue: fractions\nrange: [1, 60]")
    assert words.told("found", event("radiotherapy", fractions=15)) == 15
    assert words.told("found", event("radiotherapy", fractions=0)) == "? unreadable"


def test_the_fields_of_an_event_are_facts_with_their_date_and_evidence() -> None:
    words = Words(index="type: event\nfrom: condition\nwhere: {code: {in_value_set: fracture}}\ntake: latest")
    told = words.facts(
        event(
            "condition", "2026-01-10", code="fracture", laterality="left", onset="2026-01", status="active",
            reference="Condition/a", place="bundle.json, entry 3",
        )
    )  # fmt: skip
    side = told["index.laterality"]
    assert (side.value, side.on, side.source) == ("left", parse_date("2026-01-10"), "Condition/a")
    (evidence,) = side.evidence
    assert (evidence.place, evidence.status, evidence.value) == ("bundle.json, entry 3", "active", "left")
    assert (evidence.system, evidence.code, evidence.display) == (HERE, "fracture", "fracture")
    assert told["index.onset"].value == parse_date("2026-01")
    assert told["index.on"].value == parse_date("2026-01-10")
    assert told["index.role"].state == "uncertain"
    assert words.facts() == {}


def test_several_events_that_can_be_the_one_give_what_they_agree_on() -> None:
    words = Words(
        index="type: event\nfrom: condition\nwhere: {code: {in_value_set: fracture}}\ntake: latest",
        side="type: choice\noptions: [left, right, bilateral]\nfrom: index\nvalue: laterality",
        of_wrist="type: yes_no\nfrom: index\nwhere: {site: {in_value_set: wrist}}",
    )

    def broken(site: str, side: str, on: str = "2026-01-10") -> Event:
        return event("condition", on, code="fracture", site=site, laterality=side)

    told = words.facts(broken("wrist", "left"), broken("distal-radius", "left"))
    assert (told["side"].value, told["of_wrist"].value) == ("left", True)
    told = words.facts(broken("wrist", "left"), broken("knee", "right"))
    assert (told["side"].state, told["of_wrist"].state) == ("conflicting", "conflicting")
    told = words.facts(broken("wrist", "left"), broken("knee", "left", "2026-01"))
    assert (told["side"].value, told["of_wrist"].state) == ("left", "imprecise")
    assert "side" not in words.facts()


def test_of_an_event_that_a_complete_source_does_not_hold_nothing_is_so() -> None:
    words = Words(
        index="type: event\nfrom: condition\nwhere: {code: {in_value_set: fracture}}\ntake: latest",
        of_wrist="type: yes_no\nfrom: index\nwhere: {site: {in_value_set: wrist}}",
        side="type: choice\noptions: [none, left, right, bilateral]\nfrom: index\nvalue: laterality",
    )
    facts = words.facts(complete=["condition"])
    assert (facts["of_wrist"].value, facts["side"].value) == (False, "none")
    assert facts["side"].source == "nothing found in complete records of the kind condition"
    assert "index.laterality" not in facts


def test_a_field_of_yes_and_no_and_one_that_is_asked_about() -> None:
    words = Words(
        dead="type: yes_no\nfrom: patient\ntake: only\nvalue: deceased",
        alive="type: yes_no\nfrom: patient\ntake: only\nvalue: [{deceased: no}]",
        sex="type: choice\noptions: [female, male, other]\nfrom: patient\ntake: only\nvalue: sex",
        died="type: date\nfrom: patient\ntake: only\nvalue: deceased_on",
    )
    facts = words.facts(event("patient", deceased=True, sex="female", deceased_on="2026-03"))
    assert {name: fact.value for name, fact in facts.items()} == {
        "dead": True, "alive": False, "sex": "female", "died": parse_date("2026-03"),
    }  # fmt: skip
    assert words.facts(event("patient", sex=conflicting("female, male")))["sex"].state == "conflicting"


def test_the_record_of_the_patient_leaves_fields_blank_that_nobody_filled_in() -> None:
    words = Words(sex="type: choice\noptions: [female, male, other]\nfrom: patient\ntake: only\nvalue: sex")
    assert words.facts(event("patient")) == {}
    assert words.facts(event("patient"), event("patient", sex="female"))["sex"].state == "uncertain"


@pytest.mark.parametrize(
    ("birth", "state"),
    [("1970-05", "recorded"), ("1890", "unreadable"), ("2026-06-02", "unreadable"), ("2026", "recorded")],
)
def test_the_date_of_birth_is_that_of_the_patient_unless_nobody_can_be_born_then(birth: str, state: str) -> None:
    fact = Words().facts(event("patient", birth_date=birth))["birth_date"]
    assert fact.state == state
    assert (fact.value is None) == (state != "recorded")
    assert Words().facts(event("patient")) == {}


def test_a_whole_number_can_be_read_off_codes() -> None:
    words = Words(
        grade="""
        type: integer
        range: [0, 5]
        from: observation
        take: latest
        value:
          0: {value_code: {in_value_set: calm}}
          2: {value_code: {in_value_set: sore}}
        """
    )
    assert words.told("grade", event("observation", value_code="sore")) == 2
    assert words.told("grade", event("observation", value_code="calm")) == 0
    assert words.told("grade", event("observation", value_code="cast")) == "? unreadable"
    assert words.told("grade", event("observation", value_code=f"{THERE}|calm")) == "? unreadable"


def test_yes_and_no_can_each_have_their_tests() -> None:
    words = Words(
        sore="""
        type: yes_no
        from: observation
        take: latest
        value:
          yes: {value_code: {in_value_set: sore}}
          no: {value_code: {in_value_set: calm}}
        """
    )
    assert words.told("sore", event("observation", value_code="sore")) is True
    assert words.told("sore", event("observation", value_code="calm")) is False
    assert words.told("sore", event("observation", value_code="cast")) == "? unreadable"
    assert words.told("sore", event("observation")) == "? uncertain"


def test_the_words_of_the_fields_that_were_read_are_the_evidence() -> None:
    words = Words(
        sore="""
        type: yes_no
        from: observation
        where: {laterality: {is: left}}
        take: latest
        value: [{value_code: {in_value_set: sore}}, {site: {in_value_set: wrist}}]
        """
    )
    sore = event("observation", value_code="sore", site=codes("wrist"), laterality="left")
    fact = words.fact("sore", sore)
    assert fact is not None
    assert [one.value for one in fact.evidence] == ["sore; wrist"]
    clash = event("observation", value_code="sore", laterality=conflicting("left (form), right (letter)"))
    fact = words.fact("sore", clash)
    assert fact is not None
    assert [one.value for one in fact.evidence] == ["sore; left (form), right (letter)"]


def test_evidence_stands_in_the_order_of_time_and_the_source_names_the_first_records() -> None:
    words = Words(cast="type: yes_no\nfrom: procedure\nwhere: {code: {in_value_set: cast}}\ntake: any")
    days = ["2024-01-01", "2020-05", "2022-01-01", "2020-05-01", None]
    fact = words.fact("cast", *(event("procedure", on, code="cast", reference=f"P/{on}") for on in days))
    assert fact is not None
    assert [one.reference for one in fact.evidence] == [
        "P/None",
        "P/2020-05",
        "P/2020-05-01",
        "P/2022-01-01",
        "P/2024-01-01",
    ]
    assert fact.source == "P/None, P/2020-05, P/2020-05-01 and 2 more"
    assert fact.on == parse_date("2024-01-01")


SCORE = """
    type: integer
    from: observation
    take: {take}
    value:
      1: {{any: [{{value: {{equals: 1, unit: "1"}}}}, {{value_code: {{in_value_set: calm}}}}]}}
      3: {{value_code: {{in_value_set: sore}}}}
"""


@pytest.mark.parametrize("take", ["latest", "only"])
def test_codings_of_one_value_that_mean_different_options_are_conflicting_and_all_are_shown(take: str) -> None:
    words = Words(score=SCORE.format(take=take))
    both = event("observation", code="score", value_code=["calm", "sore"])
    fact = words.fact("score", both)
    assert fact is not None
    assert (fact.state, [one.value for one in fact.evidence]) == ("conflicting", ["calm, sore"])
    assert words.told("score", event("observation", value_code=["calm", f"{THERE}|zeer"])) == 1
    assert words.told("score", event("observation", value_code=["sore", "unheard-of"])) == 3
    assert words.told("score", event("observation", value_code=["sore", "unheard-of", "calm"])) == "? conflicting"


def test_codings_that_mean_different_options_of_any_event_are_conflicting_unless_another_says_an_earlier_one() -> None:
    options = "options: [severe, mild]\nfrom: observation\ntake: any\nvalue:"
    words = Words(
        pain=f"type: choice\n{options} {{severe: {{value_code: {{in_value_set: sore}}}}, "
        "mild: {value_code: {in_value_set: calm}}}"
    )
    both, severe, mild = (event("observation", value_code=one) for one in (["calm", "sore"], "sore", "calm"))
    assert words.told("pain", both) == "? conflicting"
    assert words.told("pain", both, mild) == "? conflicting"
    assert words.told("pain", both, severe) == "severe"


def test_codings_of_one_event_that_mean_different_members_of_a_set_are_conflicting() -> None:
    words = Words(
        where="""
        type: set
        options: [arm, hand, leg]
        from: procedure
        take: all
        value:
          arm: {any: [{code: {in_value_set: cast}}, {code: {in_value_set: fracture}}]}
          hand: {code: {in_value_set: fracture}}
          leg: {code: {in_value_set: plate}}
        """
    )
    complete: list[EventKind] = ["procedure"]
    assert words.told("where", event("procedure", code=["cast", "plate"]), complete=complete) == "? conflicting"
    told = words.told("where", event("procedure", code=["cast", "fracture"]), complete=complete)
    assert told == frozenset({"arm", "hand"})
    several = event("procedure", code="cast"), event("procedure", code="plate")
    assert words.told("where", *several, complete=complete) == frozenset({"arm", "leg"})
