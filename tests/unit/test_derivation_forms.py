"""What a record says in one of two forms is known not to be said in the other."""

from __future__ import annotations

from typing import Any

import pytest
from events import HERE, Words, event, quantity, unreadable

from screener.facts.events import FIELDS, OTHER_FORM

PAIN = Words(
    pain=f"""
    type: integer
    from: observation
    where:
      - code: {{is: {HERE}|pain}}
    take: latest
    value:
      0:
        any:
          - value: {{equals: 0, unit: "{{score}}"}}
          - value_code: {{in_value_set: calm}}
      3:
        any:
          - value: {{equals: 3, unit: "{{score}}"}}
          - value_code: {{in_value_set: sore}}
    """
)
EXTENT = Words(
    extent="""
    type: choice
    options: [whole, part]
    from: radiotherapy
    take: any
    value:
      whole: {entire_site: {in_value_set: wrist}}
      part: {partial_site: {in_value_set: wrist}}
    """
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"value": quantity(3, "1")}, 3),
        ({"value": quantity(0, "{score}")}, 0),
        ({"value_code": "sore"}, 3),
        ({"value_code": "calm"}, 0),
        ({"value": quantity(2, "1")}, "? unreadable"),
        ({"value_code": "vague"}, "? unreadable"),
        ({"value": unreadable("bad"), "value_code": unreadable("bad")}, "? unreadable"),
        ({"value": unreadable("bad")}, "? unreadable"),
        ({}, "? uncertain"),
    ],
)
def test_a_score_is_read_as_a_number_or_as_a_coded_answer(said: dict[str, Any], expected: object) -> None:
    assert PAIN.told("pain", event("observation", "2026-05-01", code="pain", **said)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"partial_site": "wrist"}, "part"),
        ({"entire_site": "wrist", "partial_site": "wrist"}, "whole"),
        ({"entire_site": "plate"}, "? unreadable"),
        ({"site": "wrist"}, "? uncertain"),
    ],
)
def test_a_site_that_was_irradiated_in_part_was_not_irradiated_whole(said: dict[str, Any], expected: object) -> None:
    assert EXTENT.told("extent", event("radiotherapy", **said)) == expected


def test_the_two_forms_name_each_other_and_belong_to_one_kind() -> None:
    assert all(OTHER_FORM[other] == name for name, other in OTHER_FORM.items())
    for fields in FIELDS.values():
        assert all((name in fields) == (other in fields) for name, other in OTHER_FORM.items())
