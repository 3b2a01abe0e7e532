"""CSV as people save it: marks, delimiters, line ends, quotes, and what is wrong with it."""

from __future__ import annotations

import io
import os
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from screener.errors import UnusablePatients, UsageError
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.table import Rejection, open_fact_table
from screener.facts.values import PatientRecord

AS_OF = date(2026, 6, 1)
VOCABULARY = Vocabulary.of(
    FactDefinition("healed", "healed", "yes_no", "record", "Healed?"),
    FactDefinition("grade", "grade", "integer", "record", "Grade?", low=0, high=5),
)


def read(folder: Path, content: bytes | str) -> tuple[list[PatientRecord], list[Rejection]]:
    path = folder / "patients.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_fact_table(path, VOCABULARY, as_of=AS_OF) as table:
        return list(table), table.rejected


def refusal(folder: Path, content: bytes | str) -> UnusablePatients:
    with pytest.raises(UnusablePatients) as error:
        read(folder, content)
    assert error.value.hint
    return error.value


def values(patients: list[PatientRecord]) -> list[tuple[str, int, object, object]]:
    return [
        (
            each.patient_id,
            each.row,
            *(each.facts[name].value if name in each.facts else None for name in ("healed", "grade")),
        )
        for each in patients
    ]


def test_a_standard_input_that_is_closed_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="There is no standard input"):
        open_fact_table(Path("-"), VOCABULARY, as_of=AS_OF)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_marks_delimiters_and_line_ends_make_no_difference(tmp_path: Path, end: str, delimiter: str, mark: str) -> None:
    table = (("patient_id", "healed", "grade"), ("Ä-1", "yes", "1"), ("P-2", "no", ""))
    content = mark + end.join(delimiter.join(row) for row in table) + end
    patients, rejected = read(tmp_path, content)
    assert values(patients) == [("Ä-1", 2, True, 1), ("P-2", 3, False, None)]
    assert rejected == []


def test_a_table_of_patient_ids_alone_is_read(tmp_path: Path) -> None:
    patients, _ = read(tmp_path, "patient_id\nP-1\nP-2")
    assert [each.patient_id for each in patients] == ["P-1", "P-2"]


def test_a_table_with_headings_alone_has_no_patients(tmp_path: Path) -> None:
    assert read(tmp_path, "patient_id,healed\n") == ([], [])


def test_a_quoted_cell_may_hold_the_delimiter_line_breaks_and_quotation_marks(tmp_path: Path) -> None:
    content = 'patient_id,healed,healed__source\nP-1,yes,"letter, ""signed""\r\npage 2"\nP-2,no,\n'
    patients, rejected = read(tmp_path, content)
    assert patients[0].facts["healed"].source == 'letter, "signed"\r\npage 2'
    assert values(patients)[1] == ("P-2", 3, False, None)
    assert rejected == []


def test_blank_lines_hold_nobody_but_count(tmp_path: Path) -> None:
    patients, rejected = read(tmp_path, "patient_id,healed\n\nP-1,yes\n  \n , \nP-2,no\n")
    assert [(each.patient_id, each.row) for each in patients] == [("P-1", 3), ("P-2", 6)]
    assert rejected == []


def test_headings_may_stand_below_blank_lines(tmp_path: Path) -> None:
    patients, _ = read(tmp_path, "\n\npatient_id,healed\nP-1,yes\n")
    assert values(patients) == [("P-1", 4, True, None)]


def test_a_row_with_more_cells_than_headings_is_rejected_whole(tmp_path: Path) -> None:
    patients, rejected = read(tmp_path, "patient_id,healed,grade\nP-1,yes,1,2\nP-2,no,2\n")
    assert values(patients) == [("P-2", 3, False, 2)]
    assert rejected == [Rejection(2, None, "has 4 cells where the heading has 3")]


def test_a_row_that_ends_early_names_the_first_missing_column_and_the_patient_is_read(tmp_path: Path) -> None:
    patients, rejected = read(tmp_path, "patient_id,healed,grade,grade__on\nP-1,yes\nP-2,no,2,\n")
    assert values(patients) == [("P-1", 2, True, None), ("P-2", 3, False, 2)]
    assert rejected == [Rejection(2, "grade", "the row ends before this column")]


def test_a_quotation_mark_inside_one_line_rejects_that_row_alone(tmp_path: Path) -> None:
    patients, rejected = read(tmp_path, 'patient_id,healed\n"P"-1,yes\nP-2,no\n"P-3,yes')
    assert values(patients) == [("P-2", 3, False, None)]
    assert [(each.row, each.column) for each in rejected] == [(2, None), (4, None)]
    assert "quotation mark" in rejected[0].problem


def test_an_unclosed_quotation_mark_swallows_no_patient_silently(tmp_path: Path) -> None:
    error = refusal(tmp_path, 'patient_id,healed\nP-1,yes\n"P-2,no\nP-3,no\nP-4,no\n')
    assert "Row 3 of" in error.message
    assert "quotation mark" in error.message


def test_an_unclosed_quotation_mark_in_the_headings_is_named(tmp_path: Path) -> None:
    assert "headings" in refusal(tmp_path, 'patient_id,"healed\nP-1,yes\n').message


def test_a_line_over_one_mebibyte_is_one_clear_sentence(tmp_path: Path) -> None:
    error = refusal(tmp_path, "patient_id,healed\nP-1,yes\n" + "x" * 2_000_000)
    assert error.message.endswith("patients.csv is longer than 1 MiB.")
    assert error.message.startswith("Row 3 of")


def test_a_record_of_many_lines_over_one_mebibyte_is_refused(tmp_path: Path) -> None:
    assert "1 MiB" in refusal(tmp_path, "patient_id,healed\nP-1," + '"\n",' * 400_000).message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n\r\n", "is empty"),
        ("patient_id,healed\nP-1,yes\n".encode("utf-16"), "UTF-16"),
        ("patient_id,healed\nP-1,yes\n".encode("utf-16-le"), "not UTF-8"),
        (b"patient_id,healed\x00\n", "not UTF-8"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old or locked Excel"),
        (b"PAR1rest", "Parquet"),
        (b"\x1f\x8brest", "packed"),
        (b"name,healed\nP-1,yes\n", "no column patient_id"),
        (b"patient_id,healed, Healed\nP-1,yes,no\n", '"healed" stands twice'),
        ("patient_id,größe\nP-1,yes\n".encode("latin-1"), "Row 1 of"),
        (b"patient_id," + b"x" * 2_000_000, "longer than 1 MiB"),
        (b"patient_id,note,note\nP-1,yes,no\n", '"note" stands twice'),
    ],
)
def test_what_is_no_usable_table_is_refused_with_a_next_step(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in refusal(tmp_path, content).message


@pytest.mark.parametrize(("bad", "words"), [("ü".encode("latin-1"), "is not UTF-8"), (b"\0", "not text")])
def test_bad_bytes_in_the_middle_name_the_row_and_leave_the_rows_before_it(
    tmp_path: Path, bad: bytes, words: str
) -> None:
    path = tmp_path / "patients.csv"
    path.write_bytes(b"patient_id,healed\nP-1,yes\nP-2,no\nM" + bad + b"ller,yes\n")
    with open_fact_table(path, VOCABULARY, as_of=AS_OF) as table:
        patients = iter(table)
        assert [next(patients).patient_id, next(patients).patient_id] == ["P-1", "P-2"]
        with pytest.raises(UnusablePatients) as error:
            next(patients)
    assert error.value.message.startswith("Row 4 of")
    assert words in error.value.message
    assert "ller" not in error.value.message


def test_patients_are_delivered_while_the_rest_is_still_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    delivered = threading.Event()

    def feed() -> None:
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            pipe.write(b"patient_id,healed\n")
            pipe.write(b"P-1,yes\n")
            delivered.wait(timeout=10)
            pipe.write(b"P-2,no\n")

    feeder = threading.Thread(target=feed)
    with os.fdopen(reading, "rb") as stream:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        feeder.start()
        with open_fact_table(Path("-"), VOCABULARY, as_of=AS_OF) as table:
            patients = iter(table)
            first = next(patients)
            assert feeder.is_alive()
            delivered.set()
            assert [first.patient_id, *(each.patient_id for each in patients)] == ["P-1", "P-2"]
        feeder.join()
        assert not stream.closed
