"""JSON and JSON lines: their shapes, their types, and what is wrong with them."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from screener.errors import UnusablePatients
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.table import FactTable, Rejection, open_fact_table
from screener.facts.values import PatientRecord

AS_OF = date(2026, 6, 1)
VOCABULARY = Vocabulary.of(
    FactDefinition("healed", "healed", "yes_no", "record", "Healed?"),
    FactDefinition("grade", "grade", "integer", "record", "Grade?"),
    FactDefinition("platelets", "platelets", "number", "record", "Platelets?"),
    FactDefinition("sites", "sites", "set", "record", "Where?", options=("lung", "none")),
    FactDefinition("nodes", "nodes", "set", "record", "Which?", options=("left", "right")),
)


def read(folder: Path, content: str | bytes, *, name: str = "patients.jsonl") -> tuple[list[PatientRecord], FactTable]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_fact_table(path, VOCABULARY, as_of=AS_OF) as table:
        return list(table), table


def refusal(folder: Path, content: str | bytes, *, name: str = "patients.json") -> str:
    with pytest.raises(UnusablePatients) as error:
        read(folder, content, name=name)
    assert error.value.hint
    return error.value.message


def one(folder: Path, facts: str) -> tuple[dict[str, object], list[Rejection]]:
    (patient,), table = read(folder, f'{{"patient_id": "P-1", {facts}}}')
    return {name: fact.value for name, fact in patient.facts.items()}, table.rejected


def test_lines_of_which_none_is_an_object_say_why(tmp_path: Path) -> None:
    message = refusal(tmp_path, '{"patient_id": "P-1",\n{"patient_id": "P-2",\n', name="patients.jsonl")
    assert message.endswith("names no patient; row 2 is not valid JSON.")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"healed": true', True),
        ('"healed": "No"', False),
        ('"grade": 2', 2),
        ('"grade": 2.0', 2),
        ('"grade": "2"', 2),
        ('"platelets": 0.1', Decimal("0.1")),
        ('"platelets": 100000000000.000001', Decimal("100000000000.000001")),
        ('"sites": []', frozenset()),
        ('"sites": ["none"]', frozenset({"none"})),
        ('"nodes": "none"', frozenset()),
        ('"nodes": ["Left", "right"]', frozenset({"left", "right"})),
        ('"nodes": "left;right"', frozenset({"left", "right"})),
    ],
)
def test_a_value_of_any_json_type_is_read_exactly(tmp_path: Path, written: str, value: object) -> None:
    facts, rejected = one(tmp_path, written)
    assert list(facts.values()) == [value]
    assert rejected == []


def test_null_is_not_recorded(tmp_path: Path) -> None:
    assert one(tmp_path, '"healed": null, "nodes": null') == ({}, [])


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('"healed": {"value": true}', "not yes or no"),
        ('"healed": ["yes"]', "not yes or no"),
        ('"healed": 1', "not yes or no"),
        ('"grade": true', "not a whole number"),
        ('"platelets": NaN', "not a number"),
        ('"platelets": -Infinity', "not a number"),
        ('"platelets": 1e999', "not a number"),
        ('"nodes": ["left;right"]', "not a listed option"),
        ('"nodes": [""]', "not a listed option"),
        ('"nodes": [["left"]]', "not a listed option"),
        ('"nodes": {}', "not a listed option"),
        ('"nodes": "\\u0000left"', "not a listed option"),
    ],
)
def test_a_value_of_another_type_is_an_unreadable_cell(tmp_path: Path, written: str, problem: str) -> None:
    facts, rejected = one(tmp_path, written)
    column = written.split('"')[1]
    assert facts == {column: None}
    assert rejected == [Rejection(2, column, problem)]


def test_a_source_that_is_not_text_is_named_and_the_row_stands_for_it(tmp_path: Path) -> None:
    (patient,), table = read(tmp_path, '{"patient_id": "P-1", "healed": true, "healed__source": {"page": 2}}')
    assert patient.facts["healed"].source == "row 2"
    assert table.rejected == [Rejection(2, "healed__source", "not text")]


@pytest.mark.parametrize("written", ["[1]", "{}", '"\\ud800"', '"P\\u0000"'])
def test_a_patient_id_that_is_not_text_is_rejected(tmp_path: Path, written: str) -> None:
    patients, table = read(tmp_path, f'{{"patient_id": {written}, "grade": 1}}')
    assert patients == []
    assert table.rejected == [Rejection(2, "patient_id", "not text")]


def test_a_patient_id_may_be_a_number(tmp_path: Path) -> None:
    patients, _ = read(tmp_path, '{"patient_id": 101}')
    assert patients[0].patient_id == "101"


def test_lines_are_counted_with_the_blank_ones_and_a_bad_one_is_rejected_alone(tmp_path: Path) -> None:
    content = (
        '{"patient_id": "P-1"}\r\n\r\n{"patient_id": "P-2"\n[1]\nnull\n' + "[" * 100_000 + '\n{"patient_id": "P-7"}'
    )
    patients, table = read(tmp_path, content)
    assert [(each.patient_id, each.row) for each in patients] == [("P-1", 2), ("P-7", 8)]
    assert [(each.row, each.problem) for each in table.rejected] == [
        (4, "not valid JSON"), (5, "not an object"), (6, "not an object"), (7, "not valid JSON"),
    ]  # fmt: skip


def test_a_bad_first_line_does_not_hide_the_others(tmp_path: Path) -> None:
    patients, table = read(tmp_path, 'oops\n{"patient_id": "P-1"}\n')
    assert [each.row for each in patients] == [3]
    assert table.rejected == [Rejection(2, None, "not valid JSON")]


@pytest.mark.parametrize("name", ["patients.json", "patients.jsonl"])
@pytest.mark.parametrize(
    "repeated", ['{"patient_id": "P-1", "grade": 1, "grade": 2}', '{"patient_id": "P-1", "grade": 1, "Grade ": 2}']
)
def test_an_object_that_names_a_key_twice_is_rejected(tmp_path: Path, name: str, repeated: str) -> None:
    content = (
        f'[{repeated}, {{"patient_id": "P-2"}}]' if name.endswith("json") else f'{repeated}\n{{"patient_id": "P-2"}}'
    )
    patients, table = read(tmp_path, content, name=name)
    assert [each.patient_id for each in patients] == ["P-2"]
    assert table.rejected == [Rejection(2, None, "a key stands twice")]


def test_two_keys_nobody_knows_do_not_reject_the_object(tmp_path: Path) -> None:
    patients, table = read(tmp_path, '{"patient_id": "P-1", "note": 1, "remark": 2}')
    assert len(patients) == 1
    assert table.rejected == []


def test_unknown_keys_of_any_object_are_named_once(tmp_path: Path) -> None:
    content = '{"patient_id": "P-1", "graade": 1}\n{"patient_id": "P-2", "graade": 1, "colour": "x"}'
    _, table = read(tmp_path, content)
    assert table.unknown_columns == [("graade", 'did you mean "grade"?'), ("colour", "")]


def test_elements_of_an_array_that_are_no_objects_are_rejected(tmp_path: Path) -> None:
    patients, table = read(tmp_path, '[{"patient_id": "P-1"}, 12, "x", null, {"patient_id": "P-5"}]', name="a.json")
    assert [(each.patient_id, each.row) for each in patients] == [("P-1", 2), ("P-5", 6)]
    assert [(each.row, each.problem) for each in table.rejected] == [(row, "not an object") for row in (3, 4, 5)]


def test_an_empty_array_has_no_patients(tmp_path: Path) -> None:
    assert read(tmp_path, " [ ] ", name="a.json")[0] == []


def test_a_large_array_is_read_whole_wherever_a_block_ends(tmp_path: Path) -> None:
    objects = [
        {"patient_id": f"Ä-{number}", "grade": number % 7, "note": "é\\" * (number % 40)} for number in range(5_000)
    ]
    patients, _ = read(tmp_path, json.dumps({"patients": objects}), name="a.json")
    assert [each.patient_id for each in patients] == [each["patient_id"] for each in objects]
    assert patients[4_999].row == 5_001


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("patient_id,healed\nP-1,yes\n", "is not valid JSON at row 1"),
        ('{\n"patient_id": "P-1"\n}', "holds no list of patients"),
        ('{\n"patients": {"patient_id": "P-1"}\n}', "holds no list of patients"),
        ('[{"patient_id": "P-1"}, {"patient_id": ]', "is not valid JSON at row 3"),
        ('[{"patient_id": "P-1"} {"patient_id": "P-2"}]', "is not valid JSON at row 3"),
        ('[{"patient_id": "P-1"}', "is not valid JSON at row 3"),
        ('[{"patient_id": "P-1', "is not valid JSON at row 2"),
        ('[{"patient_id": "P-1"}] []', "is not valid JSON at row 3"),
        ("[" * 100_000, "is not valid JSON at row 2"),
        ('[{"patient_id": "P-1"}, {"patient_id": "' + "x" * 1_200_000 + '"}]', "longer than 1 MiB"),
        ('[{"name": "x"}]', "names no patient."),
        ("[12]", "names no patient; row 2 is not an object."),
        ('{"resourceType": "Bundle"}', "names no patient"),
        ('[{"patient_id": "Müller"}]'.encode("latin-1"), "is not UTF-8 text"),
    ],
)
def test_json_that_cannot_be_used_is_refused_with_a_next_step(tmp_path: Path, content: str | bytes, words: str) -> None:
    message = refusal(tmp_path, content)
    assert words in message
    assert "P-1" not in message


def test_bad_bytes_in_lines_name_the_row(tmp_path: Path) -> None:
    content = b'{"patient_id": "P-1"}\n{"patient_id": "M\xfcller"}\n'
    assert refusal(tmp_path, content, name="a.jsonl").startswith("Row 3 of")


def test_a_line_over_one_mebibyte_is_refused(tmp_path: Path) -> None:
    assert "longer than 1 MiB" in refusal(tmp_path, '{"patient_id": "' + "x" * 1_200_000 + '"}', name="a.jsonl")


def test_endlessly_many_different_keys_are_refused(tmp_path: Path) -> None:
    keys = ", ".join(f'"k{number}": 1' for number in range(11_000))
    assert "different keys" in refusal(tmp_path, f'{{"patient_id": "P-1", {keys}}}', name="a.jsonl")


@pytest.mark.parametrize(
    "content",
    [
        "patient_id,grade\nP-1,3\n",
        '\ufeff \n[{"patient_id": "P-1", "grade": 3}]',
        '{"patient_id": "P-1", "grade": 3}',
        '{"patient_id": "P-1", "grade": 3}\nnot json\n',
        '{"patients": [\n{"patient_id": "P-1", "grade": 3}]}',
        '{\n "made": "today", "patients": [{"patient_id": "P-1", "grade": 3}]\n}',
        '{"made": "today", "patients": [{"patient_id": "P-1", "grade": 3}]}',
    ],
)
def test_standard_input_tells_by_itself_what_it_is(monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    with open_fact_table(Path("-"), VOCABULARY, as_of=AS_OF) as table:
        patients = list(table)
    assert [(each.patient_id, each.facts["grade"].value) for each in patients] == [("P-1", 3)]
    assert not sys.stdin.closed
