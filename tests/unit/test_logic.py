"""Three-valued logic: the tables row by row, and the folds over them."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from screener.logic import AND, NO, NOT, OR, UNKNOWN, YES, Truth, count_at_least, every, some

VALUES: tuple[Truth, ...] = (YES, NO, UNKNOWN)


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (YES, YES, YES, YES),
        (YES, NO, NO, YES),
        (YES, UNKNOWN, UNKNOWN, YES),
        (NO, YES, NO, YES),
        (NO, NO, NO, NO),
        (NO, UNKNOWN, NO, UNKNOWN),
        (UNKNOWN, YES, UNKNOWN, YES),
        (UNKNOWN, NO, NO, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_every_row_of_the_tables_is_kleenes(a: Truth, b: Truth, both: Truth, either: Truth) -> None:
    assert AND[a, b] is both
    assert OR[a, b] is either
    assert every([a, b]) is both
    assert some([a, b]) is either


def test_the_tables_have_no_other_rows() -> None:
    assert set(AND) == set(OR) == set(product(VALUES, repeat=2))
    assert {YES: NO, NO: YES, UNKNOWN: UNKNOWN} == NOT


def test_every_and_some_of_nothing_are_the_neutral_values() -> None:
    assert every([]) is YES
    assert some([]) is NO


@pytest.mark.parametrize("parts", list(product(VALUES, repeat=4)))
def test_the_order_of_parts_changes_nothing_and_the_folds_mirror_each_other(parts: tuple[Truth, ...]) -> None:
    orders = set(permutations(parts))
    assert {every(order) for order in orders} == {every(parts)}
    assert {some(order) for order in orders} == {some(parts)}
    assert NOT[every(parts)] is some(NOT[part] for part in parts)
    for count in range(6):
        assert {count_at_least(count, order) for order in orders} == {count_at_least(count, parts)}


@pytest.mark.parametrize("parts", list(product(VALUES, repeat=3)))
def test_an_unknown_part_settled_later_never_turns_a_settled_result_round(parts: tuple[Truth, ...]) -> None:
    filled = list(product(*[(YES, NO) if part is UNKNOWN else (part,) for part in parts]))
    for fold in (every, some, lambda known: count_at_least(2, known)):
        outcomes = {fold(one) for one in filled}
        if fold(parts) is not UNKNOWN:
            assert outcomes == {fold(parts)}
        else:
            assert outcomes == {YES, NO}


@pytest.mark.parametrize(
    ("count", "parts", "expected"),
    [
        (1, [YES, UNKNOWN, NO], YES),
        (2, [YES, UNKNOWN, NO], UNKNOWN),
        (3, [YES, UNKNOWN, NO], NO),
        (2, [YES, YES, UNKNOWN], YES),
        (2, [NO, NO, UNKNOWN], NO),
        (0, [UNKNOWN], YES),
        (1, [], NO),
    ],
)
def test_counting_is_settled_as_soon_as_no_unknown_part_can_change_it(
    count: int, parts: list[Truth], expected: Truth
) -> None:
    assert count_at_least(count, iter(parts)) is expected


@pytest.mark.parametrize("parts", list(product(VALUES, repeat=3)))
def test_counting_one_is_some_and_counting_all_is_every(parts: tuple[Truth, ...]) -> None:
    assert count_at_least(1, parts) is some(parts)
    assert count_at_least(3, parts) is every(parts)
