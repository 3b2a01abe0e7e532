"""Patients as JSON text: what is put together piece by piece equals what an encoder makes of the whole."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from screener.dates import parse_date
from screener.facts.values import Evidence, FactValue, plain
from screener.matching.results import CriterionResult, Leaning, NoteSaid, PatientResult, Question, in_form
from screener.reports.json_forms import JsonForm
from screener.reports.json_text import patient_text

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
dates = st.sampled_from([None, parse_date("2026-05-20"), parse_date("2026")])
values = st.one_of(
    st.none(), st.booleans(), st.integers(0, 3), words, st.decimals(0, 9, places=2), st.frozensets(words, max_size=3)
)
states = st.sampled_from(["recorded", "unreadable", "presumed"])
records = st.builds(
    Evidence, words, words, dates, st.none() | words, st.none() | words, st.none() | words, st.none() | words
)
# The name of a fact decides its type, as in a vocabulary.
facts = st.builds(
    lambda value, on, source, state, found: FactValue(f"fact_{type(value).__name__}", value, on, source, state, found),
    values, dates, st.none() | words, states, st.lists(records, max_size=2).map(tuple),
)  # fmt: skip
leanings = st.builds(
    lambda value, because: Leaning(f"fact_{type(value).__name__}", value, because, ("I1",)), values, words
)
criteria = st.builds(
    CriterionResult,
    st.sampled_from(["I1", "I2", "E1"]),
    st.sampled_from(["inclusion", "exclusion"]),
    st.sampled_from(["met", "unknown"]),
    st.sampled_from(["passes", "open"]),
    st.sampled_from([(), ("stale",), ("not_recorded", "stale")]),
    words,
    st.lists(facts, max_size=4).map(tuple),
)
patients = st.builds(
    PatientResult,
    words,
    st.sampled_from(["eligible", "not_eligible"]),
    st.sampled_from([None, True, False]),
    st.integers(0, 100),
    st.lists(criteria, max_size=4).map(tuple),
    st.lists(st.builds(Question, words, words, words, st.just(("I1",))), max_size=2).map(tuple),
    st.lists(leanings, max_size=2).map(tuple),
    st.lists(st.builds(NoteSaid, words, words, words), max_size=2).map(tuple),
)


def fact_object(fact: FactValue) -> dict[str, Any]:
    """A fact; the records behind it only where there are any, and of each what it says."""
    data = {**fact._asdict(), "value": plain(fact.value), "on": fact.on and fact.on.text}
    found = data.pop("evidence")
    said = [{name: str(word) for name, word in one._asdict().items() if word is not None} for one in found]
    return {**data, "evidence": said} if said else data


def expected(result: PatientResult, rank: int | None) -> dict[str, Any]:
    data: dict[str, Any] = {"rank": rank, **result._asdict()}
    data["criteria"] = [
        {**one._asdict(), "facts": [fact_object(fact) for fact in one.facts]} for one in result.criteria
    ]
    data["questions"] = [one._asdict() for one in result.questions]
    data["presumed"] = [{**one._asdict(), "value": plain(one.value)} for one in result.presumed]
    data["notes"] = [one._asdict() for one in result.notes]
    return json.loads(json.dumps(data))  # tuples become lists


@given(st.lists(patients, min_size=1, max_size=3), st.none() | st.integers(1, 9))
def test_the_text_is_the_json_of_the_whole_object(results: list[PatientResult], rank: int | None) -> None:
    for result in results:
        text = patient_text(result, rank)
        assert json.loads(text) == expected(result, rank)
        assert "\n" not in text


@given(st.lists(patients, min_size=1, max_size=3))
def test_a_patient_who_was_packed_is_unpacked_into_the_same_text(results: list[PatientResult]) -> None:
    form = JsonForm()
    packed = [form.packed(in_form(one, form)) for one in results]
    for rank, (one, kept) in enumerate(zip(results, packed, strict=True)):
        assert form.unpacked(kept, rank) == patient_text(one, rank).encode()


@given(patients)
def test_what_another_process_packed_is_unpacked_here(result: PatientResult) -> None:
    here = JsonForm()
    there = pickle.loads(pickle.dumps(here))
    packed = there.packed(in_form(result, there))
    assert here.unpacked(packed, 1) == patient_text(result, 1).encode()


def test_yes_and_one_stay_apart() -> None:
    for name, value, written in (("flag", True, "true"), ("count", 1, "1"), ("size", Decimal("1.5"), "1.5")):
        fact = FactValue(name, value, None, None)
        result = CriterionResult("I1", "inclusion", "met", "passes", (), "", (fact,))
        text = patient_text(PatientResult("A", "eligible", None, 100, (result,), (), (), ()), 1)
        assert f'"value":{written},' in text
