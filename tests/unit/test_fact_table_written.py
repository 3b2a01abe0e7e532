"""Fact tables that are written down read back as the same facts, whatever is known of them."""

from __future__ import annotations

import string
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.dates import parse_date
from screener.errors import UsageError
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.table import open_fact_table
from screener.facts.values import UNSETTLED, FactValue, PatientRecord
from screener.reports.fact_table import fact_rows, write_fact_table

AS_OF = date(2026, 6, 1)
SITES = ("bone", "liver", "lung")
VOCABULARY = Vocabulary.of(
    FactDefinition("healed", "healed", "yes_no", "record", "Healed?"),
    FactDefinition("kind", "kind", "choice", "record", "Which?", options=SITES),
    FactDefinition("count", "count", "integer", "record", "How many?", low=0),
    FactDefinition("size", "size", "number", "record", "How large?", unit="mm"),
    FactDefinition("seen", "seen", "date", "record", "When?"),
    FactDefinition("sites", "sites", "set", "record", "Where?", options=SITES),
)
DATES = st.sampled_from(["2025", "2025-10", "2025-10-06"]).map(parse_date)
SETS = st.frozensets(st.sampled_from(SITES))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "birth_date": st.just(parse_date("1960-02-03")),
    "healed": st.booleans(),
    "kind": st.sampled_from(SITES),
    "count": st.integers(0, 9) | st.just(NumberRange(2, None)) | st.just(NumberRange(1, 4)),
    "size": st.decimals(-5, 5, places=2).map(lambda one: int(one) if one == int(one) else one.normalize())
    | st.just(NumberRange(None, Decimal("2.5"), high_open=True)),
    "seen": DATES,
    "sites": SETS | SETS.map(AtLeastSet),
}


@st.composite
def patients(draw: st.DrawFn) -> list[PatientRecord]:
    ids = draw(st.lists(st.text(string.ascii_letters + string.digits + ".", min_size=1), unique=True, max_size=4))
    return [PatientRecord(one, draw(known()), row) for row, one in enumerate(ids, start=2)]


@st.composite
def known(draw: st.DrawFn) -> dict[str, FactValue]:
    facts = {}
    for name in draw(st.sets(st.sampled_from(sorted(VALUES)))):
        on, source = draw(st.none() | DATES), draw(st.sampled_from(["letter", "Condition/a (x.json)"]))
        value = FactValue(name, draw(VALUES[name]), on, source)
        state = draw(st.sampled_from(sorted(UNSETTLED.values())))
        facts[name] = value._replace(value=None, state=state) if name != "birth_date" and draw(st.booleans()) else value
    return facts


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@settings(max_examples=25)
@given(some=patients())
def test_what_was_written_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, ending: str, some: list[PatientRecord]
) -> None:
    path = tmp_path_factory.mktemp("written") / f"facts{ending}"
    write_fact_table(map(fact_rows(VOCABULARY), some), VOCABULARY, path)
    with open_fact_table(path, VOCABULARY, as_of=AS_OF) as table:
        read = list(table)
        assert (table.rejected, table.unknown_columns) == ([], [])
    assert [(one.patient_id, one.facts) for one in read] == [(one.patient_id, one.facts) for one in some]


def test_a_table_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a \.csv or a \.parquet file, not \.xlsx"):
        write_fact_table([], VOCABULARY, tmp_path / "facts.xlsx")


def test_a_source_that_looks_like_a_formula_is_written_as_text(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    patient = PatientRecord("P", {"kind": FactValue("kind", "bone", None, "=1+1")})
    write_fact_table([fact_rows(VOCABULARY)(patient)], VOCABULARY, None)
    assert b",bone,,'=1+1," in capsysbinary.readouterr().out
