"""Which patients took part in a run, as bits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from screener.worklist.members import packed, unpacked_members


@given(st.sets(st.integers(1, 5000)))
def test_who_was_packed_is_unpacked(numbers: set[int]) -> None:
    assert unpacked_members(packed(numbers)) == numbers


def test_nobody_took_part_in_no_run() -> None:
    assert unpacked_members(None) == frozenset()


def test_a_hundred_thousand_take_little() -> None:
    assert len(packed(range(1, 100_001))) < 500
