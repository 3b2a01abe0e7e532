"""Left and right: from codes, sites and qualifiers directly, from reasons only where nothing else tells it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from fhir import (
    LEFT,
    LEFT_BREAST,
    LEFT_BREAST_CANCER,
    RIGHT,
    RIGHT_BREAST,
    RIGHT_BREAST_CANCER,
    concept,
    condition,
    extension,
    procedure,
    read,
)

import screener.facts.fhir.sides
from screener.facts.events import EventField


def site(code: Any, *qualifiers: Any, name: str = "laterality-qualifier") -> list[dict[str, Any]]:
    more = [extension(name, valueCodeableConcept=concept(one)) for one in qualifiers]
    return [{**concept(code), "extension": more}]


def side(*resources: dict[str, Any]) -> EventField | None:
    """The side of the last event."""
    return read(*resources).events[-1].fields.get("laterality")


@pytest.mark.parametrize(
    "told",
    [
        condition(code=LEFT_BREAST_CANCER),
        condition(bodySite=[concept(LEFT_BREAST)]),
        condition(bodySite=[concept(LEFT)]),
        condition(bodySite=site("wrist", LEFT)),
        condition(bodySite=site("wrist", LEFT, name="laterality")),
        condition(bodySite=site(LEFT_BREAST, LEFT)),
        procedure(bodySite=[concept(LEFT_BREAST)]),
    ],
)
def test_a_code_a_site_and_a_qualifier_tell_the_side(told: dict[str, Any]) -> None:
    field = side(told)
    assert field is not None
    assert (field.state, field.value) == ("recorded", "left")


def test_nothing_that_tells_a_side_is_not_recorded() -> None:
    assert side(condition(bodySite=[concept("wrist")])) is None


def test_a_site_and_its_qualifier_that_disagree_are_conflicting_and_both_are_said() -> None:
    field = side(condition(bodySite=site(LEFT_BREAST, RIGHT)))
    assert field == EventField(None, "left (body site), right (qualifier)", "conflicting")


def test_a_code_and_a_site_that_disagree_are_conflicting() -> None:
    field = side(condition(code=LEFT_BREAST_CANCER, bodySite=[concept(RIGHT_BREAST)]))
    assert field == EventField(None, "left (code), right (body site)", "conflicting")


def test_of_two_sites_on_two_sides_none_is_picked() -> None:
    field = side(procedure(bodySite=[concept(LEFT_BREAST), concept(RIGHT_BREAST)]))
    assert field == EventField(None, "left (body site), right (body site)", "conflicting")


def test_words_without_a_known_code_make_the_side_unreadable_and_are_counted() -> None:
    seen = read(condition(bodySite=[concept(("http://codes.test/here", "lb", "the LEFT breast"))]))
    field = seen.event.fields["laterality"]
    assert (field.state, field.value) == ("unreadable", None)
    assert field.said == "left (body site), in words that no code known here says"
    assert seen.inspection.of("unread_side") == {("http://codes.test/here", "lb"): 1}


def test_words_that_contradict_a_code_are_conflicting() -> None:
    field = side(condition(bodySite=site(("http://codes.test/here", "lb", "left breast"), RIGHT)))
    assert field is not None
    assert (field.state, field.said) == ("conflicting", "left (body site), right (qualifier)")


BILATERAL = ("http://snomed.info/sct", "51440002")
WRONG_WORDS = (LEFT_BREAST[0], LEFT_BREAST[1], "Right breast structure")
BOTH = "left (body site), right (body site, in words)"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (condition(bodySite=[concept(WRONG_WORDS)]), BOTH),
        (condition(bodySite=[concept(LEFT_BREAST, text="mamma, RIGHT")]), BOTH),
        (procedure(bodySite=[concept(LEFT_BREAST, text="right breast")]), BOTH),
        (
            {**condition(bodySite=[concept(LEFT_BREAST)]), "code": concept("sore", text="sore of the right breast")},
            "right (code, in words), left (body site)",
        ),
        (
            {**procedure(bodySite=[concept(LEFT_BREAST)]), "code": concept("cut", text="cut of both breasts")},
            "bilateral (code, in words), left (body site)",
        ),
    ],
)
def test_words_that_contradict_a_code_that_is_known_are_conflicting_and_both_are_said(told: Any, said: str) -> None:
    assert side(told) == EventField(None, said, "conflicting")


def test_words_that_say_what_the_code_says_change_nothing() -> None:
    for words in ("left breast", "breast", "left breast, right-handed", ""):
        assert side(condition(bodySite=[concept(LEFT_BREAST, text=words)])) == EventField("left", "left (body site)")
    assert side(condition(bodySite=[concept((BILATERAL[0], BILATERAL[1], "right and left"))])) == EventField(
        "bilateral", "bilateral (body site)"
    )


def test_words_that_tell_a_side_beside_codes_that_tell_none_are_unreadable() -> None:
    field = side({**condition(), "code": concept("sore", text="sore of the right breast")})
    assert field == EventField(None, "right (code, in words), in words that no code known here says", "unreadable")


def test_words_that_name_both_sides_are_not_read_as_one() -> None:
    field = side(condition(bodySite=[concept(("http://codes.test/here", "b", "left and right wrist"))]))
    assert field is not None
    assert field.state == "unreadable"


def test_a_side_told_by_the_reason_alone_counts_where_nothing_contradicts_it() -> None:
    field = side(procedure(reasonCode=[concept(RIGHT_BREAST_CANCER)]))
    assert field == EventField("right", "right (reason code)", "recorded")


def test_a_side_told_by_the_reason_is_conflicting_where_the_cancer_is_on_the_other() -> None:
    cancer = condition("c", LEFT_BREAST_CANCER)
    field = side(cancer, procedure(reasonCode=[concept(RIGHT_BREAST_CANCER)]))
    assert field == EventField(None, "right (reason code), left (code of Condition/c)", "conflicting")


def test_a_side_told_by_the_reason_holds_where_the_cancer_is_on_both() -> None:
    left, right = condition("l", LEFT_BREAST_CANCER), condition("r", RIGHT_BREAST_CANCER)
    for one in (LEFT_BREAST_CANCER, RIGHT_BREAST_CANCER):
        field = side(left, right, procedure(reasonCode=[concept(one)]))
        assert field is not None
        assert field.state == "recorded"


def test_the_named_condition_tells_its_side_by_code_and_by_site() -> None:
    for cancer in (condition("c", LEFT_BREAST_CANCER), condition("c", "sore", bodySite=[concept(LEFT_BREAST)])):
        field = side(cancer, procedure(reasonReference=[{"reference": "Condition/c"}]))
        assert field == EventField("left", "left (reason Condition/c)", "recorded")


def test_the_direct_side_stands_whatever_the_reason_says() -> None:
    """A procedure on the other breast can have the cancer as its reason."""
    cancer = condition("c", LEFT_BREAST_CANCER)
    field = side(cancer, procedure(bodySite=[concept(RIGHT_BREAST)], reasonReference=[{"reference": "Condition/c"}]))
    assert field == EventField("right", "right (body site)", "recorded")


def test_the_side_of_a_condition_that_is_no_cancer_or_refuted_contradicts_nothing() -> None:
    others = (
        condition("w", "sore", bodySite=[concept(LEFT)]),
        condition("r", LEFT_BREAST_CANCER, verificationStatus={"coding": [{"code": "refuted"}]}),
    )
    field = side(*others, procedure(reasonCode=[concept(RIGHT_BREAST_CANCER)]))
    assert field == EventField("right", "right (reason code)", "recorded")


def table() -> list[dict[str, str]]:
    path = Path(screener.facts.fhir.sides.__file__).with_name("sides.csv")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_every_row_of_the_table_says_where_its_code_was_read() -> None:
    rows = table()
    assert len({(row["system"], row["code"]) for row in rows}) == len(rows)
    assert all(row["source"] and row["system"].startswith("http") for row in rows)
    assert {row["side"] for row in rows} == {"left", "right", "bilateral"}
    assert {row["cancer"] for row in rows} == {"yes", "no"}


def test_the_words_of_every_row_of_the_table_name_its_side() -> None:
    words = {"left": ("left",), "right": ("right",), "bilateral": ("bilateral", "both", "right and left")}
    for row in table():
        assert any(word in row["display"].lower() for word in words[row["side"]]), row["code"]
        assert (row["cancer"] == "yes") == ("malignant" in row["display"].lower())
