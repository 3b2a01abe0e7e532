"""Which patients took part in a run, as bits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from screener.store.members import added, packed, unpacked_members


@given(st.sets(st.integers(1, 5000)))
def test_who_was_packed_is_unpacked(numbers: set[int]) -> None:
    assert unpacked_members(packed(numbers)) == numbers


@given(st.lists(st.sets(st.integers(1, 300)), max_size=5))
def test_of_each_run_those_are_told_who_were_in_none_before(runs: list[set[int]]) -> None:
    before, bits = set[int](), 0
    for members in runs:
        new, bits = added(packed(members), bits)
        assert set(new) == members - before
        before |= members


def test_nobody_took_part_in_no_run() -> None:
    assert unpacked_members(None) == frozenset()


def test_a_hundred_thousand_take_little() -> None:
    assert len(packed(range(1, 100_001))) < 500
