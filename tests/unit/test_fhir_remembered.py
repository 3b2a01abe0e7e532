"""What parts of records say is remembered by how they are written, with what was counted."""

from __future__ import annotations

from typing import Any

import pytest

from screener.facts.fhir import remembered
from screener.facts.fhir.remembered import Remembered
from screener.facts.inspection import Inspection


class Reading:
    """Reads parts, counts each, and keeps which ones it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.known = Remembered(self._read)
        self.inspection = Inspection()

    def _read(self, parts: Any, inspection: Inspection) -> str:
        self.asked.append(parts)
        if parts[0] is None:
            inspection.note("unreadable", "part", "nothing")
        return repr(parts)

    def __call__(self, *parts: Any) -> str:
        return self.known(parts, self.inspection)[0]

    def alike(self, *parts: Any) -> object:
        return self.known(parts, self.inspection)[1]


def test_the_same_parts_are_read_once_and_counted_each_time() -> None:
    reading = Reading()
    assert [reading(None, {"a": 1}) for _ in range(3)] == ["(None, {'a': 1})"] * 3
    assert reading.asked == [(None, {"a": 1})]
    assert reading.inspection.of("unreadable") == {("part", "nothing"): 3}


def test_parts_that_are_equal_in_python_and_written_differently_are_apart() -> None:
    reading = Reading()
    parts = (1, 1.0, True, "1", [1], None)
    assert [reading(one) for one in parts] == [repr((one,)) for one in parts]


@pytest.mark.parametrize("large", ["x" * 2_000, 2**70])
def test_what_is_long_or_cannot_be_written_is_read_each_time(large: object) -> None:
    reading = Reading()
    assert reading(large) == reading(large) == repr((large,))
    assert len(reading.asked) == 2


def test_parts_that_say_the_same_are_alike_as_long_as_they_are_remembered() -> None:
    reading = Reading()
    first = reading.alike("a")
    assert first is not None
    assert reading.alike("a") is first
    assert reading.alike("b") is not first
    assert reading.alike("x" * 2_000) is None


def test_what_is_too_deep_to_be_written_is_read() -> None:
    deep: Any = "end"
    for _ in range(300):
        deep = [deep]
    reading = Reading()
    assert reading(deep) == repr((deep,))


def test_too_much_is_forgotten_at_once() -> None:
    reading = Reading()
    many = [str(number) for number in range(remembered._REMEMBERED)]
    words = [*many, "0", "more", "more", "0"]
    assert [reading(one) for one in words] == [repr((one,)) for one in words]
    assert [one for (one,) in reading.asked] == [*many, "more", "0"]
