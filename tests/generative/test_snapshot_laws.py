"""Laws of the facts as they are stored: nothing is lost, and neither the order of columns nor a row's number counts."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from generated import patients
from hypothesis import given
from hypothesis import strategies as st

from screener.dates import parse_date
from screener.facts.definitions import Value
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.values import UNSETTLED, Evidence, FactValue, PatientRecord
from screener.worklist.snapshot import HERE, decoded, encoded, value_of, value_text

Facts = dict[str, FactValue]


def moved(facts: Facts, row: int) -> PatientRecord:
    """The same patient in another row of the table."""
    at = {name: one._replace(source=f"row {row}") if one.source == "row 2" else one for name, one in facts.items()}
    return PatientRecord("P", at, row)


@given(patients())
def test_what_is_stored_is_read_back_as_it_was(facts: Facts) -> None:
    back = decoded(encoded(PatientRecord("P", facts, 2)))
    assert {name: one._replace(source=None) for name, one in back.items()} == {
        name: one._replace(source=None) for name, one in facts.items()
    }
    assert {one.source for one in back.values()} <= {HERE, None}


@given(patients(), st.randoms(use_true_random=False))
def test_the_order_of_columns_and_the_row_change_no_byte(facts: Facts, chance: random.Random) -> None:
    mixed = list(facts.items())
    chance.shuffle(mixed)
    assert encoded(moved(dict(mixed), 17)) == encoded(PatientRecord("P", facts, 2))


@given(patients())
def test_storing_what_was_read_back_changes_no_byte(facts: Facts) -> None:
    body = encoded(PatientRecord("P", facts, 2))
    assert encoded(PatientRecord("P", decoded(body))) == body


numbers = st.one_of(st.integers(-5, 500), st.decimals(0, 50, places=2))
ranges = st.builds(
    NumberRange, st.none() | numbers, st.none() | numbers, low_open=st.booleans(), high_open=st.booleans()
)
words = st.frozensets(st.sampled_from(["bone", "lung", "neck_nodes", "other"]), max_size=3)
dates = st.sampled_from(["2025", "2025-10", "2025-10-06", "1960-02-29"]).map(parse_date)
any_value: st.SearchStrategy[Value] = st.one_of(
    st.booleans(), st.text(max_size=9), numbers, ranges, words, words.map(AtLeastSet), dates
)
records = st.builds(
    Evidence, st.text(min_size=1, max_size=9), st.just("bundle.json"), st.none() | dates,
    *[st.none() | st.text(max_size=9)] * 5,
)  # fmt: skip
derived = st.builds(
    FactValue, st.just(""), st.none() | any_value, st.none() | dates, st.none() | st.text(max_size=9),
    st.sampled_from(["recorded", *UNSETTLED.values()]), st.lists(records, max_size=3).map(tuple),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["one", "two", "three"]), derived))
def test_what_was_derived_is_read_back_with_its_state_its_limits_and_every_record(facts: Facts) -> None:
    facts = {name: one._replace(fact=name) for name, one in facts.items()}
    back = decoded(encoded(PatientRecord("P", facts, 2)))
    assert back == {
        name: one._replace(evidence=tuple(record._replace(place="") for record in one.evidence))
        for name, one in facts.items()
    }
    for name, one in facts.items():
        assert type(back[name].value) is type(one.value)
        assert str(back[name].value) == str(one.value) or isinstance(one.value, frozenset | AtLeastSet)
    assert encoded(PatientRecord("P", back)) == encoded(PatientRecord("P", facts))


VALUES: list[Value] = [
    True,
    1,
    "true",
    "1",
    Decimal("2.50"),
    parse_date("2025"),
    parse_date("2025-10-06"),
    frozenset(),
    frozenset({"b", "a"}),
    AtLeastSet(frozenset({"lung", "bone"})),
    NumberRange(None, 5, high_open=True),
    NumberRange(Decimal("1.5"), None),
]


@pytest.mark.parametrize("value", VALUES, ids=value_text)
def test_every_kind_of_value_is_told_from_the_others(value: Value) -> None:
    back = value_of(value_text(value))
    assert (type(back), back) == (type(value), value)
    assert [other for other in VALUES if value_text(other) == value_text(value)] == [value]


def test_evidence_is_kept_without_the_place_of_an_export_and_a_source_without_the_row() -> None:
    evidence = Evidence("Condition/1", "bundle.json", parse_date("2025-10"), "http://snomed.info/sct", "1", "x", "y")
    facts = {
        "derived": FactValue("derived", True, parse_date("2025-10-06"), "Condition/1", "recorded", (evidence,)),
        "broken": FactValue("broken", None, None, "row 7, column broken; letter", "unreadable"),
        "row 70": FactValue("row 70", True, None, "row 70 of the paper list"),
    }
    back = decoded(encoded(PatientRecord("P", facts, 7)))
    assert back["derived"] == facts["derived"]._replace(evidence=(evidence._replace(place=""),))
    assert back["broken"].source == f"{HERE}, column broken; letter"
    assert back["row 70"].source == "row 70 of the paper list"
