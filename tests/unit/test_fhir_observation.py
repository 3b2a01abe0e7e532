"""Observations of FHIR as events: values, limits, components, and what was not observed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from fhir import LEFT_BREAST, concept, observation, read, said

from screener.facts.events import Interval, Quantity

UCUM = "http://unitsofmeasure.org"


def measured(value: Any, unit: str = "g/L", **more: Any) -> dict[str, Any]:
    return {"value": value, "system": UCUM, "code": unit, **more}


def value(quantity: Any) -> Any:
    return said(read(observation(valueQuantity=quantity)).event)["value"]


def exactly(number: str, unit: str = "g/L") -> tuple[str, Quantity]:
    return "recorded", Quantity(Interval(Fraction(number), Fraction(number)), unit)


def test_an_observation_tells_code_value_day_site_side_and_method() -> None:
    event = read(
        observation(
            effectiveDateTime="2018-05-20",
            valueQuantity=measured(5),
            bodySite=concept(LEFT_BREAST),
            method=concept("stain"),
        )
    ).event
    assert said(event) == {
        "code": ("recorded", ["plt"]),
        "value": exactly("5"),
        "site": ("recorded", ["80248007"]),
        "laterality": ("recorded", "left"),
        "method": ("recorded", ["stain"]),
    }
    assert event.on is not None
    assert event.on.text == "2018-05-20"


def test_a_decimal_is_the_number_that_was_written() -> None:
    assert value(measured(0.1)) == exactly("0.1")
    assert value(measured(100.0)) == exactly("100")


@pytest.mark.parametrize(
    ("comparator", "interval"),
    [
        ("<", Interval(None, Fraction(5), high_open=True)),
        ("<=", Interval(None, Fraction(5))),
        (">=", Interval(Fraction(5), None)),
        (">", Interval(Fraction(5), None, low_open=True)),
    ],
)
def test_a_comparator_makes_an_interval(comparator: str, interval: Interval) -> None:
    assert value(measured(5, comparator=comparator)) == ("recorded", Quantity(interval, "g/L"))


def test_the_words_of_a_value_are_the_records_own() -> None:
    event = read(observation(valueQuantity={**measured(155.0, "[lb_av]"), "unit": "lb", "comparator": "<"})).event
    assert event.fields["value"].said == "<155.0 lb"


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ({"value": 5, "system": UCUM, "code": "g/L", "unit": "gram a litre"}, "g/L"),
        ({"value": 5, "unit": "gram a litre"}, "gram a litre"),
        ({"value": 5, "system": "http://units.test/own", "code": "GL", "unit": "g/L"}, "g/L"),
        ({"value": 5, "code": "g/L"}, "g/L"),
        ({"value": 5}, ""),
    ],
)
def test_the_unit_is_its_ucum_code_or_what_is_written(quantity: dict[str, Any], unit: str) -> None:
    assert value(quantity) == exactly("5", unit)


@pytest.mark.parametrize(
    "quantity",
    [
        {},
        {"unit": "g/L"},
        "5 g/L",
        [5],
        measured("5"),
        measured(True),
        measured([5]),
        measured(5, comparator="ad"),
        measured(5, comparator=["<"]),
        measured(5, comparator={}),
    ],
)
def test_a_value_of_another_form_is_unreadable_and_counted(quantity: Any) -> None:
    seen = read(observation(valueQuantity=quantity))
    assert said(seen.event)["value"] == ("unreadable", None)
    assert seen.inspection.of("unreadable") == {("Observation.valueQuantity", "not a quantity"): 1}


def test_a_bare_integer_has_the_unit_of_a_bare_number() -> None:
    assert said(read(observation(valueInteger=0)).event)["value"] == exactly("0", "1")
    assert said(read(observation(valueInteger=0.5)).event)["value"] == ("unreadable", None)


def test_a_range_is_an_interval_and_may_have_one_end() -> None:
    def ranged(**ends: Any) -> Any:
        return said(read(observation(valueRange=ends)).event)["value"]

    assert ranged(low=measured(5), high=measured(9)) == (
        "recorded",
        Quantity(Interval(Fraction(5), Fraction(9)), "g/L"),
    )
    assert ranged(high=measured(9)) == ("recorded", Quantity(Interval(None, Fraction(9)), "g/L"))
    assert ranged(low=measured(5), high=measured(9, "mg/L")) == ("unreadable", None)
    assert ranged(low=measured(5), high=measured("9")) == ("unreadable", None)
    assert ranged() == ("unreadable", None)


def test_a_range_that_is_none_is_unreadable() -> None:
    assert said(read(observation(valueRange=3)).event)["value"] == ("unreadable", None)


def test_a_coded_value_is_a_field_of_its_own() -> None:
    event = read(observation(valueCodeableConcept=concept("positive"))).event
    assert said(event)["value_code"] == ("recorded", ["positive"])


@pytest.mark.parametrize("form", [{"valueString": "positive"}, {"valueBoolean": True}, {"valueDateTime": "2018"}])
def test_a_value_of_a_form_that_is_not_read_is_unreadable_as_number_and_as_code(form: dict[str, Any]) -> None:
    seen = read(observation(**form))
    assert said(seen.event)["value"] == said(seen.event)["value_code"] == ("unreadable", None)
    assert seen.inspection.of("ignored") == {}


def test_a_value_that_is_missing_for_a_reason_is_not_recorded_and_the_observation_was_made() -> None:
    reason = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}]}
    event = read(observation(dataAbsentReason=reason)).event
    assert set(event.fields) == {"code"}
    assert event.standing == "certain"


ABSENT = {"coding": [{"code": "error", "display": "Error"}], "text": "measured wrongly"}
NOT_PERFORMED = {"coding": [{"code": "not-performed", "display": "Not Performed"}]}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"valueInteger": 1, "dataAbsentReason": ABSENT}, "1, absent: measured wrongly"),
        ({"valueInteger": 1, "dataAbsentReason": NOT_PERFORMED}, "1, absent: Not Performed"),
        ({"valueInteger": 1, "dataAbsentReason": "error"}, "1, absent"),
        ({"valueCodeableConcept": concept("three"), "valueInteger": 1}, "three, 1"),
        ({"valueQuantity": {"value": 2, "unit": "g"}, "valueString": "no"}, "2 g, valueString"),
    ],
)
def test_a_value_beside_another_or_beside_a_reason_for_none_is_conflicting_and_all_is_said(
    form: dict[str, Any], words: str
) -> None:
    whole = read(observation(**form)).event
    (_, part) = read(observation(component=[{"code": concept("plt"), **form}])).events
    for event in (whole, part):
        assert said(event)["value"] == said(event)["value_code"] == ("conflicting", None)
        assert event.fields["value"].said == words


@pytest.mark.parametrize(
    ("quantity", "state"),
    [
        ({"value": 1.2, "unit": "cm", "system": UCUM, "code": "mm"}, "conflicting"),
        ({"value": 12, "unit": "umol/L", "system": UCUM, "code": "mg/dL"}, "conflicting"),
        ({"value": 12, "unit": "millimetres", "system": UCUM, "code": "mm"}, "recorded"),
        ({"value": 12, "unit": "K/uL", "system": UCUM, "code": "10*9/L"}, "recorded"),
        ({"value": 12, "unit": "length", "system": UCUM, "code": "mm"}, "recorded"),
        ({"value": 12, "unit": "mm", "system": UCUM, "code": "length"}, "recorded"),
    ],
)
def test_a_unit_that_its_code_contradicts_is_conflicting_and_both_are_said(quantity: Any, state: str) -> None:
    event = read(observation(valueQuantity=quantity)).event
    assert said(event)["value"][0] == state
    if state == "conflicting":
        assert event.fields["value"].said == f"{quantity['value']} {quantity['unit']} (code {quantity['code']})"


def test_a_range_whose_end_contradicts_itself_is_unreadable() -> None:
    low = {"value": 1.2, "unit": "cm", "system": UCUM, "code": "mm"}
    assert said(read(observation(valueRange={"low": low, "high": measured(9)})).event)["value"] == ("unreadable", None)


def test_what_was_not_performed_is_no_event() -> None:
    reason = {"coding": [{"code": "not-performed"}]}
    seen = read(observation(dataAbsentReason=reason, component=[{"code": concept("part"), "valueInteger": 1}]))
    assert seen.events == []
    assert seen.inspection.of("not_counted") == {("Observation", "not-performed"): 1}


def test_components_are_observations_of_their_own() -> None:
    parts = [
        {"code": concept("upper"), "valueInteger": 120},
        {"code": concept("lower"), "dataAbsentReason": {"coding": [{"code": "not-performed"}]}},
        {"valueInteger": 3},
        "nothing",
    ]
    seen = read(observation(effectiveDateTime="2018", method=concept("cuff"), component=parts))
    whole, upper = seen.events
    assert said(whole) == {"code": ("recorded", ["plt"]), "method": ("recorded", ["cuff"])}
    assert said(upper) == {
        "code": ("recorded", ["upper"]),
        "method": ("recorded", ["cuff"]),
        "value": exactly("120", "1"),
    }
    assert upper.place == "file, entry 2, component 1"
    assert upper.on is not None
    assert upper.on.text == "2018"
    assert seen.inspection.of("unreadable") == {
        ("Observation.component", "another form than FHIR R4"): 1,
        ("Observation.component", "without a code"): 1,
    }


def limits(*ranges: Any) -> Any:
    return read(observation(referenceRange=list(ranges))).event.fields.get("upper_limit")


def test_the_upper_limit_is_the_high_of_the_normal_range() -> None:
    normal = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/referencerange-meaning", "code": "normal"}]}
    field = limits({"high": measured(5), "type": normal}, {"high": measured(9), "type": concept("treatment")})
    assert (field.state, field.value) == exactly("5")


def test_upper_limits_that_differ_are_conflicting_and_said() -> None:
    field = limits({"high": measured(5)}, {"high": measured(6)})
    assert (field.state, field.said) == ("conflicting", "5 g/L, 6 g/L")


def test_without_a_high_there_is_no_upper_limit() -> None:
    assert limits({"low": measured(5)}) is None
    assert limits() is None
