"""The formats for programs: text that no spreadsheet takes for a formula, and that can be had back as it was."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.reports.formats import guarded


@pytest.mark.parametrize("cell", ["=1+1", "+31 6", "-cmd", "@sum", "\tx", "\rx", "\nx", "＝1", "'=1+1", "''-x"])
def test_a_cell_that_would_be_a_formula_becomes_text(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["P-001", "-12", "+1.5", "not met", "", "12", "'s-Gravenhage", "'"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert guarded(cell) == cell


@given(st.text(alphabet="'=+-@1aé\t\n", max_size=6))
def test_a_guarded_cell_is_had_back_by_taking_one_apostrophe_away(cell: str) -> None:
    written = guarded(cell)
    back = written[1:] if re.match(r"'+[=+\-@\t\n]", written) else written
    assert back == cell
    assert not re.match(r"[=@\t\n]", written)
